#include "node/membership/token.h"

#include "node/base/encoding.h"
#include "node/membership/limits.h"
#include "node/membership/names.h"

namespace renkei::membership {
namespace {

constexpr std::string_view kPrefix = "rnk1-";
constexpr std::size_t kBodyBytes = 1 + 32 + 8 + 16;
constexpr std::size_t kBodyLetters = (kBodyBytes * 8 + 4) / 5;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

absl::StatusOr<Token> ParseBody(std::string_view letters) {
  if (letters.size() != kBodyLetters) {
    return InvalidArgument(fmt::format(
        "the token is damaged: {} letters and digits between `rnk1-` and `@` instead of {}; copy "
        "it again as a whole",
        letters.size(), kBodyLetters));
  }
  const std::optional<Bytes> body = Base32Decode(letters);
  if (!body || body->size() != kBodyBytes) {
    return InvalidArgument(
        "the token is damaged: between `rnk1-` and `@` only a-z and 2-7 can stand; copy it again "
        "as a whole");
  }
  ByteReader reader(*body);
  if (const std::uint8_t version = reader.U8(); version != kTokenVersion) {
    return InvalidArgument(fmt::format(
        "the token has version {}, this program knows version {}: install a newer one, or copy "
        "the token again if it may be damaged",
        version, kTokenVersion));
  }
  Token token;
  token.enrol_key_hash = reader.Read<crypto::Digest>();
  token.invite_id = reader.Read<InviteId>();
  token.secret = reader.Read<InviteSecret>();
  return token;
}

}  // namespace

std::string ToString(const Token& token) {
  const Bytes body = ByteWriter()
                         .U8(kTokenVersion)
                         .Raw(token.enrol_key_hash.view())
                         .Raw(token.invite_id.view())
                         .Raw(token.secret.view())
                         .Take();
  return fmt::format("{}{}@{}", kPrefix, Base32Encode(body), token.address);
}

absl::StatusOr<Token> ParseToken(std::string_view text) {
  text = Trim(text);
  if (text.empty()) return InvalidArgument("no token was given");
  if (text.size() > kTokenBytesMax) {
    return InvalidArgument(
        fmt::format("this is not an invitation token: it is longer than {} bytes", kTokenBytesMax));
  }
  if (AsciiLower(text.substr(0, kPrefix.size())) != kPrefix) {
    return InvalidArgument("this is not an invitation token: it does not begin with `rnk1-`");
  }
  text.remove_prefix(kPrefix.size());
  const std::size_t at = text.find('@');
  ASSIGN_OR_RETURN(Token token, ParseBody(text.substr(0, at)));
  if (at == std::string_view::npos || at + 1 == text.size()) {
    return InvalidArgument("the token has no address: `@host:port` is missing at its end");
  }
  token.address = std::string(text.substr(at + 1));
  if (!IsAddress(token.address)) {
    return InvalidArgument(fmt::format("the token's address `{}` is not host:port",
                                       Printable(token.address, kAddressBytesMax)));
  }
  return token;
}

InviteVerifier MakeInviteVerifier(const InviteSecret& secret, const InviteId& invite_id) {
  return *InviteVerifier::From(crypto::Blake2b(
      secret.view(), {crypto::Tag16("RNK1.invite"), invite_id.view()}, InviteVerifier::kSize));
}

Bytes EncodeTranscript(const EnrolTranscript& t) {
  return ByteWriter()
      .Raw(t.invite_id.view())
      .Raw(t.nonce.view())
      .Raw(t.enrol_key_hash.view())
      .Raw(t.team_key.view())
      .Raw(t.csr_hash.view())
      .Take();
}

crypto::Digest EnrolProof(const InviteVerifier& verifier, const EnrolTranscript& transcript) {
  return *crypto::Digest::From(
      crypto::Blake2b(verifier.view(), {crypto::Tag16("RNK1.enrol"), EncodeTranscript(transcript)},
                      crypto::Digest::kSize));
}

Bytes EnrolSignedBytes(const EnrolTranscript& transcript) {
  return ByteWriter().Raw(crypto::Tag16("RNK1.enrolsig")).Raw(EncodeTranscript(transcript)).Take();
}

Bytes RenewSignedBytes(BytesView nonce, BytesView old_certificate_der, BytesView csr_der) {
  return ByteWriter()
      .Raw(crypto::Tag16("RNK1.renew"))
      .Raw(nonce)
      .Raw(crypto::Sha256(old_certificate_der).view())
      .Raw(crypto::Sha256(csr_der).view())
      .Take();
}

Bytes RecordKeySignedBytes(const crypto::PublicKey& record_key) {
  return ByteWriter().Raw(crypto::Tag16("RNK1.recordkey")).Raw(record_key.view()).Take();
}

}  // namespace renkei::membership
