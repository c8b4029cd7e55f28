#include "node/app/accounts.h"

#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "node/base/file.h"
#include "tests/support/temp_folder.h"

namespace renkei::app {
namespace {

const Timestamp kAccountsNow = FromUnixSeconds(1'893'456'000);

class AccountsTest : public testing::Test {
 protected:
  const std::string& folder() const { return folder_.path(); }
  std::string Add(const std::string& name, Role role) {
    const auto token = AddAccount(folder(), name, role, kAccountsNow);
    EXPECT_TRUE(token.ok()) << Message(token.status());
    return token.ok() ? *token : "";
  }

 private:
  testing_support::TempFolder folder_;
};

TEST_F(AccountsTest, WithoutAccountsTheOwnerMayDoAll) {
  const auto caller = IdentifyCaller(folder(), "");
  ASSERT_TRUE(caller.ok());
  EXPECT_TRUE(caller->is_owner());
  EXPECT_EQ(caller->role, Role::kApprover);
}

TEST_F(AccountsTest, ATokenNamesItsAccountAndNoOtherDoes) {
  const std::string mika = Add("mika", Role::kAnalyst);
  const std::string ren = Add("ren", Role::kApprover);
  EXPECT_NE(mika, ren);
  const auto caller = IdentifyCaller(folder(), mika);
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller->account, "mika");
  EXPECT_EQ(caller->role, Role::kAnalyst);
  for (const std::string& wrong :
       {std::string(), mika + "x", mika.substr(1), std::string(5000, 'a')}) {
    EXPECT_EQ(IdentifyCaller(folder(), wrong).status().code(), absl::StatusCode::kUnauthenticated);
  }
}

TEST_F(AccountsTest, OnlyADigestOfTheTokenIsKeptInASecretFile) {
  const std::string token = Add("mika", Role::kReader);
  const std::string path = folder() + "/" + std::string(kAccountsFile);
  const auto text = ReadFile(path, 1 << 16);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->find(token), std::string::npos);
  EXPECT_EQ(text->find(token.substr(7, 20)), std::string::npos);
  struct stat found {};
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(AccountsTest, ARemovedAccountIsLetInNoMore) {
  const std::string mika = Add("mika", Role::kAnalyst);
  Add("ren", Role::kApprover);
  EXPECT_TRUE(RemoveAccount(folder(), "mika").ok());
  EXPECT_FALSE(IdentifyCaller(folder(), mika).ok());
  EXPECT_EQ(RemoveAccount(folder(), "mika").code(), absl::StatusCode::kNotFound);
}

TEST_F(AccountsTest, NamesAreLabelsAndOnceThere) {
  Add("mika", Role::kReader);
  EXPECT_EQ(AddAccount(folder(), "mika", Role::kReader, kAccountsNow).status().code(),
            absl::StatusCode::kAlreadyExists);
  for (const char* name : {"", "Mika", "a b", "../x", "a\nb"}) {
    EXPECT_EQ(AddAccount(folder(), name, Role::kReader, kAccountsNow).status().code(),
              absl::StatusCode::kInvalidArgument)
        << name;
  }
}

TEST_F(AccountsTest, ManyAddedAtOnceAreAllThere) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 4; ++i) Add(fmt::format("a{}-{}", t, i), Role::kReader);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto accounts = LoadAccounts(folder());
  ASSERT_TRUE(accounts.ok());
  EXPECT_EQ(accounts->size(), 32U);
}

TEST_F(AccountsTest, ADamagedFileLetsNobodyIn) {
  const std::string token = Add("mika", Role::kApprover);
  const std::string path = folder() + "/" + std::string(kAccountsFile);
  for (const char* text : {"", "{}", "[]", "{\"accounts\": 1}", "{\"accounts\": [{}]}",
                           "{\"accounts\": [{\"name\": \"mika\", \"role\": \"king\", \"token\": "
                           "\"00\", \"added\": 1}]}"}) {
    ASSERT_TRUE(WriteFile(path, text, FileMode::kSecret).ok());
    EXPECT_EQ(IdentifyCaller(folder(), token).status().code(), absl::StatusCode::kDataLoss) << text;
    EXPECT_EQ(IdentifyCaller(folder(), "").status().code(), absl::StatusCode::kDataLoss) << text;
  }
}

}  // namespace
}  // namespace renkei::app
