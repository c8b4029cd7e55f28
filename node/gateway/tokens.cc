#include "node/gateway/tokens.h"

#include <algorithm>
#include <array>

#include "node/base/encoding.h"
#include "node/base/json.h"
#include "node/base/log.h"
#include "node/gateway/limits.h"

namespace renkei::gateway {
namespace {

constexpr std::string_view kTokenRows = "gateway-token";
constexpr std::string_view kTokenPrefix = "renkei-";
constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kTokenTextBytesMax = 128;
constexpr auto kScopeWords = std::to_array<std::string_view>({"lists", "taxii"});

crypto::Digest DigestOfToken(std::string_view text) {
  return *crypto::Digest::From(
      crypto::Blake2b(crypto::Tag16("RNK1.gateway"), {text}, crypto::Digest::kSize));
}

Bytes RowOf(const Token& token) {
  Json scopes = Json::array();
  for (const Scope scope : token.scopes) scopes.push_back(ToWord(scope));
  Json json = {{"scopes", std::move(scopes)},
               {"see", token.see},
               {"digest", HexEncode(token.digest.view())},
               {"made", UnixSeconds(token.made)}};
  if (token.expires) json["expires"] = UnixSeconds(*token.expires);
  if (token.used) json["used"] = UnixSeconds(*token.used);
  return renkei::ToText(json);
}

std::optional<Timestamp> SecondsIn(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  return FromUnixSeconds(found->get<std::int64_t>());
}

std::optional<Token> TokenFrom(const Bytes& name, const Bytes& row) {
  const Json json = Json::parse(row, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("scopes") || !json["scopes"].is_array()) {
    return std::nullopt;
  }
  Token token{.name = name};
  for (const Json& word : json["scopes"]) {
    const auto scope = word.is_string() ? ScopeFromWord(word.get<std::string>()) : std::nullopt;
    if (!scope) return std::nullopt;
    token.scopes.push_back(*scope);
  }
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  token.see = text("see");
  const auto bytes = HexDecode(text("digest"));
  const auto digest = bytes ? crypto::Digest::From(*bytes) : std::nullopt;
  const auto made = SecondsIn(json, "made");
  if (!digest || !made) return std::nullopt;
  token.digest = *digest;
  token.made = *made;
  token.expires = SecondsIn(json, "expires");
  token.used = SecondsIn(json, "used");
  return token;
}

absl::Status CheckNew(const Token& token, Timestamp now) {
  if (!IsLabel(token.name, kTokenNameBytesMax)) {
    return InvalidArgument(
        fmt::format("`{}` is no name of a token: a-z, 0-9 and `-`, at most {} characters",
                    Printable(token.name, 64), kTokenNameBytesMax));
  }
  if (token.scopes.empty()) return InvalidArgument("a token needs a scope: lists, taxii, or both");
  if (token.see.size() > kFactsBytesMax) {
    return InvalidArgument(fmt::format("facts of a reader over {} bytes", kFactsBytesMax));
  }
  if (token.expires && *token.expires <= now) {
    return InvalidArgument("a token that has expired already");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view ToWord(Scope scope) { return kScopeWords[static_cast<std::size_t>(scope)]; }

std::optional<Scope> ScopeFromWord(std::string_view word) {
  const auto* found = std::find(kScopeWords.begin(), kScopeWords.end(), word);
  if (found == kScopeWords.end()) return std::nullopt;
  return static_cast<Scope>(found - kScopeWords.begin());
}

bool Token::Has(Scope scope) const {
  return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

absl::Status TokenBook::Load() {
  std::map<std::string, Token> read;
  RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto rows, reader.ListObjects(kTokenRows));
    for (const auto& [name, row] : rows) {
      auto token = TokenFrom(name, row);
      if (!token) return DataLoss(fmt::format("the row of token `{}` is damaged", name));
      read.emplace(name, *std::move(token));
    }
    return absl::OkStatus();
  }));
  MutexLock lock(mutex_);
  tokens_ = std::move(read);
  return absl::OkStatus();
}

absl::StatusOr<std::string> TokenBook::Make(Token token) {
  token.made = clock_.Now();
  token.used.reset();
  std::sort(token.scopes.begin(), token.scopes.end());
  token.scopes.erase(std::unique(token.scopes.begin(), token.scopes.end()), token.scopes.end());
  RETURN_IF_ERROR(CheckNew(token, token.made));
  std::string text = std::string(kTokenPrefix) + Base32Encode(crypto::RandomBytes(kRandomBytes));
  token.digest = DigestOfToken(text);
  MutexLock changing(changing_);
  RETURN_IF_ERROR(store_.Commit([&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const auto rows, writer.ListObjects(kTokenRows));
    if (rows.size() >= kTokensMax) {
      return ResourceExhausted(fmt::format("{} tokens, the limit", kTokensMax));
    }
    ASSIGN_OR_RETURN(const auto there, writer.FindObject(kTokenRows, token.name));
    if (there) return AlreadyExists(fmt::format("token `{}` exists", token.name));
    return writer.PutObject(kTokenRows, token.name, RowOf(token));
  }));
  MutexLock lock(mutex_);
  tokens_[token.name] = token;
  return text;
}

absl::Status TokenBook::Revoke(const std::string& name) {
  MutexLock changing(changing_);
  {
    // From here on it lets nobody in, whatever becomes of its row.
    MutexLock lock(mutex_);
    tokens_.erase(name);
  }
  return store_.Commit([&](store::Writer& writer) -> absl::Status {
    ASSIGN_OR_RETURN(const auto there, writer.FindObject(kTokenRows, name));
    if (!there) return NotFound(fmt::format("there is no token `{}`", Printable(name, 64)));
    return writer.DropObject(kTokenRows, name);
  });
}

std::vector<Token> TokenBook::All() const {
  MutexLock lock(mutex_);
  std::vector<Token> all;
  for (const auto& [name, token] : tokens_) all.push_back(token);
  return all;
}

std::optional<Token> TokenBook::Check(std::string_view text, std::string_view name) {
  if (text.empty() || text.size() > kTokenTextBytesMax) return std::nullopt;
  const crypto::Digest digest = DigestOfToken(text);
  const Timestamp now = clock_.Now();
  std::optional<Token> found;
  bool note = false;
  {
    MutexLock lock(mutex_);
    for (auto& [key, token] : tokens_) {
      // All are compared, whichever it is.
      if (!crypto::EqualInConstantTime(digest.view(), token.digest.view())) continue;
      const bool alive = !token.expires || *token.expires > now;
      if (!alive || (!name.empty() && name != key)) continue;
      note = !token.used || *token.used + kUseNotedEvery <= now;
      if (note) token.used = now;
      found = token;
    }
  }
  if (note) NoteUse(*found);
  return found;
}

void TokenBook::NoteUse(const Token& token) {
  store_.CommitAsync(
      [token](store::Writer& writer) -> absl::Status {
        // Revoked meanwhile: it stays so.
        ASSIGN_OR_RETURN(const auto there, writer.FindObject(kTokenRows, token.name));
        auto now = there ? TokenFrom(token.name, *there) : std::nullopt;
        // ... and so does one that was made anew under the name.
        if (!now || now->digest != token.digest) return absl::OkStatus();
        now->used = token.used;
        return writer.PutObject(kTokenRows, token.name, RowOf(*now));
      },
      [](const absl::Status& status) {
        if (status.ok()) return;
        LogEvent(LogLevel::kWarn, "use.lost", {{"why", LogSafe(Message(status))}});
      });
}

std::optional<Credentials> ReadCredentials(std::string_view header) {
  if (header.size() > kCredentialBytesMax) return std::nullopt;
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string scheme = AsciiLower(header.substr(0, space));
  std::string_view rest = header.substr(space + 1);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (rest.empty()) return std::nullopt;
  if (scheme == "bearer") return Credentials{.token = std::string(rest)};
  if (scheme != "basic") return std::nullopt;
  const auto pair = Base64Decode(rest);
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  return Credentials{.name = pair->substr(0, colon), .token = pair->substr(colon + 1)};
}

}  // namespace renkei::gateway
