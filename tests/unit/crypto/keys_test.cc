#include "node/crypto/keys.h"

#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "node/base/encoding.h"
#include "node/base/file.h"
#include "tests/support/paths.h"
#include "tests/support/temp_folder.h"

namespace renkei::crypto {
namespace {

TEST(KeysTest, SignsAsTheSeedSays) {
  const auto key = SigningKey::FromSeed(Bytes(32, 0x42));
  ASSERT_TRUE(key);
  EXPECT_EQ(HexEncode(key->public_key().view()),
            "2152f8d19b791d24453242e15f2eab6cb7cffa7b6a5ed30097960e069881db12");
  EXPECT_FALSE(SigningKey::FromSeed("short"));
}

TEST(KeysTest, ASavedKeyIsSecretAndLoadsAgain) {
  const testing_support::TempFolder folder;
  const std::string path = folder.path() + "/team.key";
  const SigningKey key = SigningKey::Generate();
  ASSERT_TRUE(key.Save(path).ok());
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  const auto loaded = SigningKey::Load(path);
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->public_key(), key.public_key());
  EXPECT_TRUE(Verify(key.public_key(), "m", loaded->Sign("m")));
}

TEST(KeysTest, ADamagedKeyFileSaysSoWithoutItsContent) {
  const testing_support::TempFolder folder;
  const std::string path = folder.path() + "/team.key";
  ASSERT_TRUE(WriteFile(path, "deadbeef\n", FileMode::kSecret).ok());
  const absl::Status status = SigningKey::Load(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Message(status).find("deadbeef"), std::string::npos);
}

// Which edge cases libsodium takes is part of the format: another verifier would split a community.
TEST(KeysTest, Ed25519EdgeCasesAreJudgedAsLibsodiumDoes) {
  const auto folder = testing_support::SharedFolder("vectors");
  if (!folder) return;
  std::ifstream file(*folder + "/ed25519_cctv.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  ASSERT_GT(vectors.size(), 900U);
  int accepted = 0;
  for (const auto& vector : vectors) {
    const auto key = PublicKey::From(*HexDecode(vector["key"].get<std::string>()));
    const auto signature = Signature::From(*HexDecode(vector["sig"].get<std::string>()));
    ASSERT_TRUE(key && signature);
    if (Verify(*key, vector["msg"].get<std::string>(), *signature)) ++accepted;
  }
  EXPECT_EQ(accepted, 43);
}

}  // namespace
}  // namespace renkei::crypto
