#include "node/membership/node_keys.h"

#include <cerrno>
#include <system_error>

#include <sys/stat.h>

#include "node/base/file.h"
#include "node/membership/certificate_authority.h"
#include "node/membership/limits.h"
#include "node/membership/names.h"

namespace renkei::membership {
namespace {

constexpr std::string_view kMembershipKind = "membership";
constexpr std::string_view kMembershipKey = "own";

std::string Path(const std::string& folder, std::string_view name) {
  return fmt::format("{}/{}", folder, name);
}

bool Exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

// Keys that others could have read are no secret any more: said before they are used.
absl::Status CheckPrivate(const std::string& path, std::string_view mode) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    const std::string text = fmt::format("`{}`: {}", path, std::generic_category().message(errno));
    return errno == ENOENT ? NotFound(text) : Unavailable(text);
  }
  if ((info.st_mode & 077) == 0) return absl::OkStatus();
  return FailedPrecondition(
      fmt::format("`{}` can be read by others (mode {:04o}): run `chmod {} {}`, and make new keys "
                  "if someone may have copied them",
                  path, info.st_mode & 07777, mode, path));
}

absl::StatusOr<crypto::SigningKey> LoadSigningKey(const std::string& folder,
                                                  std::string_view name) {
  const std::string path = Path(folder, name);
  RETURN_IF_ERROR(CheckPrivate(path, "600"));
  return crypto::SigningKey::Load(path);
}

absl::StatusOr<AnonMaster> LoadAnonMaster(const std::string& folder) {
  const std::string path = Path(folder, "anon.key");
  if (!Exists(path)) {
    AnonMaster fresh = AnonMaster::Generate();
    RETURN_IF_ERROR(fresh.Save(path));
    return fresh;
  }
  RETURN_IF_ERROR(CheckPrivate(path, "600"));
  return AnonMaster::Load(path);
}

absl::StatusOr<Bytes> LoadSecret(const std::string& folder, std::string_view name) {
  const std::string path = Path(folder, name);
  RETURN_IF_ERROR(CheckPrivate(path, "600"));
  return ReadFile(path, kKeyFileBytesMax);
}

absl::StatusOr<TlsKey> LoadTlsKey(const std::string& folder, std::string_view name) {
  ASSIGN_OR_RETURN(Bytes pem, LoadSecret(folder, name));
  absl::StatusOr<TlsKey> key = TlsKey::FromPem(pem);
  crypto::Wipe(pem);
  if (!key.ok()) {
    return DataLoss(fmt::format("`{}`: {}", Path(folder, name), Message(key.status())));
  }
  return key;
}

absl::Status SaveTlsKey(const std::string& folder, std::string_view name, const TlsKey& key) {
  std::string pem = key.ToPem();
  absl::Status written = WriteFile(Path(folder, name), pem, FileMode::kSecret);
  crypto::Wipe(pem);
  return written;
}

absl::StatusOr<Certificate> LoadCertificate(const std::string& folder, std::string_view name) {
  const std::string path = Path(folder, name);
  ASSIGN_OR_RETURN(const Bytes pem, ReadFile(path, kCertificateBytesMax));
  absl::StatusOr<Certificate> certificate = Certificate::Parse(pem);
  if (!certificate.ok()) {
    return DataLoss(fmt::format("`{}`: {}", path, Message(certificate.status())));
  }
  return certificate;
}

absl::StatusOr<std::optional<Certificate>> LoadCertificateIfAny(const std::string& folder,
                                                                std::string_view name) {
  absl::StatusOr<Certificate> certificate = LoadCertificate(folder, name);
  if (absl::IsNotFound(certificate.status())) return std::optional<Certificate>();
  if (!certificate.ok()) return certificate.status();
  return std::optional(*std::move(certificate));
}

// While a certificate is replaced tls.key holds two keys (SaveCertificate): the one it is for
// counts.
absl::StatusOr<TlsKey> LoadTlsKeyFor(const std::string& folder,
                                     const std::optional<Certificate>& certificate) {
  constexpr std::string_view kEnd = "-----END PRIVATE KEY-----";
  ASSIGN_OR_RETURN(Bytes pem, LoadSecret(folder, "tls.key"));
  absl::StatusOr<TlsKey> found = DataLoss(
      fmt::format("`{}` and `tls.crt` do not belong together: restore both from one backup",
                  Path(folder, "tls.key")));
  BytesView rest = pem;
  while (true) {
    absl::StatusOr<TlsKey> key = TlsKey::FromPem(rest);
    if (!key.ok()) break;
    if (!certificate || key->spki_sha256() == certificate->spki_sha256()) {
      found = std::move(key);
      break;
    }
    const std::size_t end = rest.find(kEnd);
    if (end == BytesView::npos) break;
    rest.remove_prefix(end + kEnd.size());
  }
  crypto::Wipe(pem);
  return found;
}

absl::Status WriteCertificate(const std::string& folder, std::string_view name,
                              const Certificate& certificate) {
  return WriteFile(Path(folder, name), certificate.ToPem(), FileMode::kSecret);
}

}  // namespace

absl::Status CheckPrivateKeyFile(const std::string& path) { return CheckPrivate(path, "600"); }

absl::StatusOr<NodeKeys> CreateNodeKeys(const std::string& folder) {
  RETURN_IF_ERROR(MakePrivateFolder(folder));
  RETURN_IF_ERROR(CheckPrivate(folder, "700"));
  // The team key is written last: a folder with one is complete.
  const std::string team_path = Path(folder, "team.key");
  if (Exists(team_path)) {
    return AlreadyExists(
        fmt::format("`{}` is there already: a team key is never overwritten", team_path));
  }
  NodeKeys keys{crypto::SigningKey::Generate(),
                crypto::SigningKey::Generate(),
                TlsKey::Generate(),
                AnonMaster::Generate(),
                std::nullopt,
                std::nullopt};
  RETURN_IF_ERROR(keys.anon.Save(Path(folder, "anon.key")));
  RETURN_IF_ERROR(keys.record.Save(Path(folder, "record.key")));
  RETURN_IF_ERROR(SaveTlsKey(folder, "tls.key", keys.tls));
  RETURN_IF_ERROR(keys.team.Save(team_path));
  return keys;
}

absl::StatusOr<NodeKeys> LoadNodeKeys(const std::string& folder) {
  RETURN_IF_ERROR(CheckPrivate(folder, "700"));
  ASSIGN_OR_RETURN(crypto::SigningKey team, LoadSigningKey(folder, "team.key"));
  ASSIGN_OR_RETURN(crypto::SigningKey record, LoadSigningKey(folder, "record.key"));
  ASSIGN_OR_RETURN(std::optional<Certificate> certificate, LoadCertificateIfAny(folder, "tls.crt"));
  ASSIGN_OR_RETURN(std::optional<Certificate> authority, LoadCertificateIfAny(folder, "ca.crt"));
  ASSIGN_OR_RETURN(TlsKey tls, LoadTlsKeyFor(folder, certificate));
  ASSIGN_OR_RETURN(AnonMaster anon, LoadAnonMaster(folder));
  return NodeKeys{std::move(team), std::move(record),      std::move(tls),
                  std::move(anon), std::move(certificate), std::move(authority)};
}

absl::StatusOr<HubKeys> CreateHubKeys(const std::string& folder, std::string_view community,
                                      Timestamp now) {
  if (!IsCommunity(community)) {
    return InvalidArgument("the community's name is not [a-z0-9.-]{1,64}");
  }
  RETURN_IF_ERROR(CheckPrivate(folder, "700"));
  const std::string ca_path = Path(folder, "ca.key");
  if (Exists(ca_path)) {
    return AlreadyExists(fmt::format(
        "`{}` is there already: a community's authority is never overwritten", ca_path));
  }
  TlsKey ca = TlsKey::Generate();
  TlsKey enrol = TlsKey::Generate();
  Certificate ca_certificate = CertificateAuthority::MakeAuthorityCertificate(ca, community, now);
  Certificate enrol_certificate = CertificateAuthority::MakeEnrolCertificate(enrol, community, now);
  crypto::SigningKey attest = crypto::SigningKey::Generate();
  RETURN_IF_ERROR(WriteCertificate(folder, "ca.crt", ca_certificate));
  RETURN_IF_ERROR(SaveTlsKey(folder, "enrol.key", enrol));
  RETURN_IF_ERROR(WriteCertificate(folder, "enrol.crt", enrol_certificate));
  RETURN_IF_ERROR(attest.Save(Path(folder, "attest.key")));
  RETURN_IF_ERROR(SaveTlsKey(folder, "ca.key", ca));
  return HubKeys{std::move(ca), std::move(ca_certificate), std::move(attest), std::move(enrol),
                 std::move(enrol_certificate)};
}

absl::StatusOr<HubKeys> LoadHubKeys(const std::string& folder) {
  RETURN_IF_ERROR(CheckPrivate(folder, "700"));
  ASSIGN_OR_RETURN(TlsKey ca, LoadTlsKey(folder, "ca.key"));
  ASSIGN_OR_RETURN(Certificate ca_certificate, LoadCertificate(folder, "ca.crt"));
  ASSIGN_OR_RETURN(crypto::SigningKey attest, LoadSigningKey(folder, "attest.key"));
  ASSIGN_OR_RETURN(TlsKey enrol, LoadTlsKey(folder, "enrol.key"));
  ASSIGN_OR_RETURN(Certificate enrol_certificate, LoadCertificate(folder, "enrol.crt"));
  if (ca.spki_sha256() != ca_certificate.spki_sha256() ||
      enrol.spki_sha256() != enrol_certificate.spki_sha256()) {
    return DataLoss(fmt::format(
        "the keys and certificates in `{}` do not belong together: restore all from one backup",
        folder));
  }
  return HubKeys{std::move(ca), std::move(ca_certificate), std::move(attest), std::move(enrol),
                 std::move(enrol_certificate)};
}

absl::Status SaveCertificate(const std::string& folder, const TlsKey& key,
                             const Certificate& certificate, const std::optional<Certificate>& ca) {
  if (certificate.spki_sha256() != key.spki_sha256()) {
    return InvalidArgument("the certificate is for another key");
  }
  // Two files can't be replaced at once: for a moment tls.key holds the new key and the old.
  absl::StatusOr<Bytes> old = LoadSecret(folder, "tls.key");
  std::string both = key.ToPem();
  if (old.ok() && old->size() + both.size() <= kKeyFileBytesMax) both += *old;
  absl::Status written = WriteFile(Path(folder, "tls.key"), both, FileMode::kSecret);
  crypto::Wipe(both);
  if (old.ok()) crypto::Wipe(*old);
  RETURN_IF_ERROR(written);
  if (ca) RETURN_IF_ERROR(WriteCertificate(folder, "ca.crt", *ca));
  RETURN_IF_ERROR(WriteCertificate(folder, "tls.crt", certificate));
  return SaveTlsKey(folder, "tls.key", key);
}

absl::Status StoreMembership(store::Store& store, const v1::StoredMembership& membership) {
  return store.Commit([&membership](store::Writer& writer) {
    return writer.PutObject(kMembershipKind, kMembershipKey, membership.SerializeAsString());
  });
}

absl::StatusOr<std::optional<v1::StoredMembership>> LoadMembership(const store::Store& store) {
  std::optional<Bytes> row;
  RETURN_IF_ERROR(store.Read([&row](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(row, reader.FindObject(kMembershipKind, kMembershipKey));
    return absl::OkStatus();
  }));
  if (!row) return std::optional<v1::StoredMembership>();
  v1::StoredMembership membership;
  if (!membership.ParseFromString(*row) ||
      membership.attest_key().size() != crypto::PublicKey::kSize ||
      membership.hub_team_key().size() != crypto::PublicKey::kSize) {
    return DataLoss("the stored membership is damaged: restore the store, or join again");
  }
  return std::optional(std::move(membership));
}

}  // namespace renkei::membership
