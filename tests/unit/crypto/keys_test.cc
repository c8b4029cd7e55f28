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

// RFC 8032, section 7.1: tests 1 to 3.
TEST(KeysTest, SignaturesAreThoseOfRfc8032) {
  struct Vector {
    std::string seed, key, message, signature;
  };
  const std::vector<Vector> vectors = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf"
       "9"
       "b46bd25bf5f0595bbe24655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f"
       "1"
       "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984"
       "d"
       "c6594a7c15e9716ed28dc027beceea1ec40a"}};
  for (const Vector& vector : vectors) {
    const auto key = SigningKey::FromSeed(*HexDecode(vector.seed));
    ASSERT_TRUE(key);
    const Bytes message = *HexDecode(vector.message);
    EXPECT_EQ(HexEncode(key->public_key().view()), vector.key);
    EXPECT_EQ(HexEncode(key->Sign(message).view()), vector.signature);
    const auto published = Signature::From(*HexDecode(vector.signature));
    EXPECT_TRUE(Verify(key->public_key(), message, *published));
    EXPECT_FALSE(Verify(key->public_key(), message + "x", *published));
  }
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
  if (!folder) GTEST_SKIP() << "the published edge cases are not here (RENKEI_SHARED)";
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
