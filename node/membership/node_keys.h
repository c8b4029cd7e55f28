// The key files of a node's folder `keys/` (0700, each file 0600), and its place in a community.
//
//   every node  team.key record.key anon.key tls.key, and once joined tls.crt ca.crt
//   a hub too   ca.key attest.key enrol.key enrol.crt
//
// Errors: FAILED_PRECONDITION (readable by others: says how to mend it), ALREADY_EXISTS (made
// before), NOT_FOUND, DATA_LOSS (damaged, or files that do not belong together).
#pragma once

#include <optional>
#include <string>

#include <renkei/v1/membership.pb.h>

#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/crypto/keys.h"
#include "node/membership/anon_master.h"
#include "node/membership/certificate.h"
#include "node/membership/tls_key.h"
#include "node/store/store.h"

namespace renkei::membership {

struct NodeKeys {
  crypto::SigningKey team;
  crypto::SigningKey record;
  TlsKey tls;
  AnonMaster anon;
  std::optional<Certificate> certificate{};     // of `tls`; absent before it joined
  std::optional<Certificate> ca_certificate{};  // absent before it joined
};

struct HubKeys {
  TlsKey ca;
  Certificate ca_certificate;
  crypto::SigningKey attest;
  TlsKey enrol;
  Certificate enrol_certificate;
};

// Makes `folder` and the keys of any node.  ALREADY_EXISTS if there is a team key.
absl::StatusOr<NodeKeys> CreateNodeKeys(const std::string& folder);
// Of a folder that an older version made, anon.key is added.
absl::StatusOr<NodeKeys> LoadNodeKeys(const std::string& folder);
// FAILED_PRECONDITION if others can read the key file.
absl::Status CheckPrivateKeyFile(const std::string& path);

// Adds a hub's keys to the folder of a node.
absl::StatusOr<HubKeys> CreateHubKeys(const std::string& folder, std::string_view community,
                                      Timestamp now);
absl::StatusOr<HubKeys> LoadHubKeys(const std::string& folder);

// Replaces TLS key and certificate so that a kill at any moment leaves a pair that belongs
// together. `ca` is written too if given.
absl::Status SaveCertificate(const std::string& folder, const TlsKey& key,
                             const Certificate& certificate, const std::optional<Certificate>& ca);

// A member's place in its community: one opaque row of the store.
absl::Status StoreMembership(store::Store& store, const v1::StoredMembership& membership);
// Nothing if this node never joined.
absl::StatusOr<std::optional<v1::StoredMembership>> LoadMembership(const store::Store& store);

}  // namespace renkei::membership
