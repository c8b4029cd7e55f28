// TLS of the peer plane: who may shake hands, and the credentials of both sides.
//
// Mutual, 1.3 only (grpc_setup.h).  The library checks the chain against the community's authority;
// the verifier here checks what it does not: one SPIFFE URI, community, deny list, roster, and on
// the dialling side that the peer is the one we meant.
#pragma once

#include <memory>
#include <string>

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_context.h>

#include "node/exchange/judge.h"

namespace renkei::exchange {

struct KeyFiles {
  std::string key{};  // PEM files, read again when they change
  std::string certificate{};
  std::string ca{};
};

std::shared_ptr<grpc::ServerCredentials> PeerServerCredentials(const KeyFiles& files,
                                                               JudgePeer judge);

struct KeyPem {
  std::string key{};
  std::string certificate{};
  std::string ca{};
};
std::shared_ptr<grpc::ChannelCredentials> PeerChannelCredentials(const KeyPem& pem,
                                                                 JudgePeer judge);

// Enrolment: the server shows its own key, the client has none yet and pins the server's.
std::shared_ptr<grpc::ServerCredentials> EnrolServerCredentials(const std::string& key_pem,
                                                                const std::string& certificate_pem);
std::shared_ptr<grpc::ChannelCredentials> EnrolChannelCredentials(JudgePeer judge);

// The caller's certificate as PEM; empty if there is none.
std::string PeerCertificate(const grpc::ServerContextBase& context);

}  // namespace renkei::exchange
