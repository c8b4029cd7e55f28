#include "node/exchange/tls.h"

#include <utility>
#include <vector>

#include <grpcpp/security/auth_context.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

namespace renkei::exchange {
namespace {

namespace tls = grpc::experimental;

constexpr unsigned kReloadSeconds = 1;

// Answers at once, on gRPC's thread: judging reads memory only.
class Verifier : public tls::ExternalCertificateVerifier {
 public:
  explicit Verifier(JudgePeer judge) : judge_(std::move(judge)) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> /*callback*/, grpc::Status* sync_status) override {
    const grpc::string_ref pem = request->peer_cert();
    const absl::Status judged = judge_(std::string(pem.data(), pem.size()));
    *sync_status = judged.ok() ? grpc::Status::OK
                               : grpc::Status(grpc::StatusCode::UNAUTHENTICATED, Message(judged));
    return true;
  }
  void Cancel(tls::TlsCustomVerificationCheckRequest* /*request*/) override {}

 private:
  const JudgePeer judge_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> PeerServerCredentials(const KeyFiles& files,
                                                               JudgePeer judge) {
  auto provider = std::make_shared<tls::FileWatcherCertificateProvider>(
      files.key, files.certificate, files.ca, kReloadSeconds);
  tls::TlsServerCredentialsOptions options(provider);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<Verifier>(std::move(judge)));
  return tls::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> PeerChannelCredentials(const KeyPem& pem,
                                                                 JudgePeer judge) {
  auto provider = std::make_shared<tls::StaticDataCertificateProvider>(
      pem.ca, std::vector<tls::IdentityKeyCertPair>{{pem.key, pem.certificate}});
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(provider);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  // Our names are SPIFFE URIs, which the verifier checks; a host name says nothing here.
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<Verifier>(std::move(judge)));
  return tls::TlsCredentials(options);
}

std::shared_ptr<grpc::ServerCredentials> EnrolServerCredentials(
    const std::string& key_pem, const std::string& certificate_pem) {
  auto provider = std::make_shared<tls::StaticDataCertificateProvider>(
      certificate_pem, std::vector<tls::IdentityKeyCertPair>{{key_pem, certificate_pem}});
  tls::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return tls::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> EnrolChannelCredentials(JudgePeer judge) {
  tls::TlsChannelCredentialsOptions options;
  // No authority is known yet: the key itself is pinned by the token.
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<Verifier>(std::move(judge)));
  return tls::TlsCredentials(options);
}

std::string PeerCertificate(const grpc::ServerContextBase& context) {
  const auto auth = context.auth_context();
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return {};
  const auto values = auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (values.size() != 1) return {};
  return {values[0].data(), values[0].size()};
}

}  // namespace renkei::exchange
