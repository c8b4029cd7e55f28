#include "node/app/accounts.h"

#include <algorithm>
#include <array>

#include <pwd.h>
#include <unistd.h>

#include "node/app/file_lock.h"
#include "node/app/own_files.h"
#include "node/base/encoding.h"
#include "node/base/file.h"
#include "node/base/json.h"

namespace renkei::app {
namespace {

constexpr std::size_t kAccountsFileBytesMax = 64 * 1024;
constexpr std::size_t kTokenRandomBytes = 32;
constexpr std::string_view kTokenPrefix = "renkei-";
constexpr std::size_t kPasswordRowBytes = 16'384;

constexpr auto kRoleWords = std::to_array<std::string_view>({"reader", "analyst", "approver"});

crypto::Digest TokenDigest(std::string_view token) {
  return *crypto::Digest::From(
      crypto::Blake2b(crypto::Tag16("RNK1.account"), {token}, crypto::Digest::kSize));
}

std::optional<Account> AccountFrom(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto it = json.find(key);
    return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  const auto added = json.find("added");
  const auto role = RoleFromWord(text("role"));
  const auto bytes = HexDecode(text("token"));
  const auto token = bytes ? crypto::Digest::From(*bytes) : std::nullopt;
  const std::string name = text("name");
  if (!IsLabel(name, kAccountNameBytesMax) || !role || !token || added == json.end() ||
      !added->is_number_integer()) {
    return std::nullopt;
  }
  return Account{.name = name,
                 .role = *role,
                 .token = *token,
                 .added = FromUnixSeconds(added->get<std::int64_t>())};
}

absl::Status Damaged(const std::string& path) {
  return DataLoss(fmt::format("`{}` is damaged: nobody is let in by it", path));
}

absl::Status SaveAccounts(const std::string& folder, const std::vector<Account>& accounts) {
  Json list = Json::array();
  for (const Account& one : accounts) {
    list.push_back({{"name", one.name},
                    {"role", ToWord(one.role)},
                    {"token", HexEncode(one.token.view())},
                    {"added", UnixSeconds(one.added)}});
  }
  const std::string path = InFolder(folder, kAccountsFile);
  RETURN_IF_ERROR(
      WriteFile(path, ToPrettyText({{"accounts", std::move(list)}}), FileMode::kSecret));
  return GiveToFolderOwner(path);
}

}  // namespace

std::string_view ToWord(Role role) { return kRoleWords[static_cast<std::size_t>(role)]; }

std::optional<Role> RoleFromWord(std::string_view word) {
  const auto* it = std::find(kRoleWords.begin(), kRoleWords.end(), word);
  if (it == kRoleWords.end()) return std::nullopt;
  return static_cast<Role>(it - kRoleWords.begin());
}

absl::StatusOr<std::vector<Account>> LoadAccounts(const std::string& folder) {
  std::vector<Account> accounts;
  const std::string path = InFolder(folder, kAccountsFile);
  const auto text = ReadFile(path, kAccountsFileBytesMax);
  if (text.status().code() == absl::StatusCode::kNotFound) return accounts;
  RETURN_IF_ERROR(text.status());
  const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("accounts") || !json["accounts"].is_array() ||
      json["accounts"].size() > kAccountsMax) {
    return Damaged(path);
  }
  for (const Json& one : json["accounts"]) {
    auto account = AccountFrom(one);
    if (!account) return Damaged(path);
    accounts.push_back(*std::move(account));
  }
  return accounts;
}

absl::StatusOr<std::string> AddAccount(const std::string& folder, const std::string& name,
                                       Role role, Timestamp now) {
  if (!IsLabel(name, kAccountNameBytesMax)) {
    return InvalidArgument(
        fmt::format("`{}` is no account name: a-z, 0-9 and `-`, at most {} characters",
                    Printable(name, 64), kAccountNameBytesMax));
  }
  // Two at once would each write the list without the other's.
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Take(InFolder(folder, kAccountsLockFile)));
  ASSIGN_OR_RETURN(std::vector<Account> accounts, LoadAccounts(folder));
  for (const Account& one : accounts) {
    if (one.name == name) return AlreadyExists(fmt::format("account `{}` exists", name));
  }
  if (accounts.size() >= kAccountsMax) {
    return ResourceExhausted(fmt::format("{} accounts, the limit", kAccountsMax));
  }
  std::string token =
      std::string(kTokenPrefix) + Base32Encode(crypto::RandomBytes(kTokenRandomBytes));
  accounts.push_back({.name = name, .role = role, .token = TokenDigest(token), .added = now});
  RETURN_IF_ERROR(SaveAccounts(folder, accounts));
  return token;
}

absl::Status RemoveAccount(const std::string& folder, const std::string& name) {
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Take(InFolder(folder, kAccountsLockFile)));
  ASSIGN_OR_RETURN(std::vector<Account> accounts, LoadAccounts(folder));
  if (std::erase_if(accounts, [&](const Account& one) { return one.name == name; }) == 0) {
    return NotFound(fmt::format("there is no account `{}`", Printable(name, 64)));
  }
  return SaveAccounts(folder, accounts);
}

absl::StatusOr<Caller> IdentifyCaller(const std::string& folder, std::string_view token) {
  ASSIGN_OR_RETURN(const std::vector<Account> accounts, LoadAccounts(folder));
  if (accounts.empty()) return Caller{};
  if (token.empty() || token.size() > kTokenBytesMax) {
    return Unauthenticated("this node has accounts, and no token was given");
  }
  const crypto::Digest digest = TokenDigest(token);
  for (const Account& one : accounts) {
    if (crypto::EqualInConstantTime(digest.view(), one.token.view())) {
      return Caller{.account = one.name, .role = one.role};
    }
  }
  return Unauthenticated("the token is none of an account of this node");
}

std::string LoginName() {
  std::vector<char> buffer(kPasswordRowBytes);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return std::to_string(geteuid());
  }
  return Printable(found->pw_name, kAccountNameBytesMax);
}

}  // namespace renkei::app
