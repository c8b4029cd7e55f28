// The tokens by which tools read from the gateway.
//
// A token is 32 random bytes, shown once; the store keeps its digest, what it is for, and as whom
// its holder reads.  Guessing is hopeless, so no slow hash is needed.  Thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/clock.h"
#include "node/base/mutex.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "node/store/store.h"

namespace renkei::gateway {

enum class Scope { kLists, kTaxii };
std::string_view ToWord(Scope scope);
std::optional<Scope> ScopeFromWord(std::string_view word);

struct Token {
  std::string name{};
  std::vector<Scope> scopes{};  // sorted
  // Facts of the reader in the policy's words (`level=listed circles={members}`), by which the
  // policy decides; empty: our own team, which reads all that the node holds.
  std::string see{};
  crypto::Digest digest{};  // of the token, never the token
  Timestamp made{};
  std::optional<Timestamp> expires{};
  std::optional<Timestamp> used{};  // last, to the minute

  bool Has(Scope scope) const;
};

class TokenBook {
 public:
  // Both outlive this.
  TokenBook(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Reads what the store keeps.  DATA_LOSS.
  absl::Status Load();

  // Answers the token's text, which is not kept.  INVALID_ARGUMENT: name, scopes or times;
  // ALREADY_EXISTS; RESOURCE_EXHAUSTED: kTokensMax.  `digest`, `made` and `used` are set here.
  absl::StatusOr<std::string> Make(Token token);
  absl::Status Revoke(const std::string& name);  // NOT_FOUND
  std::vector<Token> All() const;                // by name

  // The token of this text that has not expired; `name`, if not empty, must be its own.  Compares
  // with every token in constant time.  Notes the use.
  std::optional<Token> Check(std::string_view text, std::string_view name);

 private:
  void NoteUse(const Token& token);

  store::Store& store_;
  const Clock& clock_;
  Mutex changing_;  // held while row and entry change together; taken before mutex_
  mutable Mutex mutex_;
  std::map<std::string, Token> tokens_ RENKEI_GUARDED_BY(mutex_);
};

// Of an Authorization header: `Basic` (name and token) or `Bearer` (token).
struct Credentials {
  std::string name{};  // empty with Bearer
  std::string token{};
};
std::optional<Credentials> ReadCredentials(std::string_view header);

}  // namespace renkei::gateway
