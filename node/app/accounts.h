// The accounts of the people who work with one node: a name, a role, a token.
//
// Without an account whoever owns the node's folder may do everything.  With one, each call of the
// local plane needs a token.  A token is 32 random bytes, shown once; only its digest is kept
// (`accounts.json`, mode 0600): nothing can be guessed, so no slow hash is needed.  Accounts are
// changed in the folder itself, by its owner, never through the plane, one change at a time (a lock
// file).  Stateless; a file that can't be read lets nobody in.  Reference: docs/accounts.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"

namespace renkei::app {

inline constexpr std::string_view kAccountsFile = "accounts.json";
inline constexpr std::string_view kAccountsLockFile = "accounts.lock";
inline constexpr std::size_t kAccountsMax = 64;
inline constexpr std::size_t kAccountNameBytesMax = 32;
inline constexpr std::size_t kTokenBytesMax = 128;  // as given by a caller

// Each may do what those before it may.
enum class Role { kReader, kAnalyst, kApprover };
std::string_view ToWord(Role role);
std::optional<Role> RoleFromWord(std::string_view word);

struct Account {
  std::string name{};
  Role role = Role::kReader;
  crypto::Digest token{};  // of the token, never the token
  Timestamp added{};
};

// Who calls: an account, or the owner of the folder where there is none.
struct Caller {
  std::string account{};  // empty: the owner
  Role role = Role::kApprover;

  bool is_owner() const { return account.empty(); }
};

// None if there is no file.  DATA_LOSS if it is damaged.
absl::StatusOr<std::vector<Account>> LoadAccounts(const std::string& folder);

// Answers the token.  ALREADY_EXISTS; INVALID_ARGUMENT: no name; RESOURCE_EXHAUSTED.
absl::StatusOr<std::string> AddAccount(const std::string& folder, const std::string& name,
                                       Role role, Timestamp now);
// NOT_FOUND.
absl::Status RemoveAccount(const std::string& folder, const std::string& name);

// UNAUTHENTICATED if there are accounts and the token is none of theirs.
absl::StatusOr<Caller> IdentifyCaller(const std::string& folder, std::string_view token);

// The login name of who runs this process; its number if it has none.
std::string LoginName();

}  // namespace renkei::app
