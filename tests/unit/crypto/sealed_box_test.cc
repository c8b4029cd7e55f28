#include "node/crypto/sealed_box.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_folder.h"

namespace renkei::crypto {
namespace {

TEST(SealedBoxTest, OnlyTheOwnerOfTheKeyOpens) {
  const BoxKey owner = BoxKey::Generate();
  const BoxKey other = BoxKey::Generate();
  const Bytes sealed = SealTo(owner.public_key(), "who it is");
  EXPECT_EQ(sealed.size(), 9 + kSealedBoxOverhead);
  EXPECT_EQ(owner.Open(sealed), "who it is");
  EXPECT_FALSE(other.Open(sealed));
  EXPECT_NE(SealTo(owner.public_key(), "who it is"), sealed);
}

TEST(SealedBoxTest, NoBitMayDiffer) {
  const BoxKey owner = BoxKey::Generate();
  const Bytes sealed = SealTo(owner.public_key(), "x");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(owner.Open(changed)) << i;
  }
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    EXPECT_FALSE(owner.Open(BytesView(sealed).substr(0, length))) << length;
  }
}

TEST(SealedBoxTest, AKeyWithoutASecretIsNone) {
  EXPECT_FALSE(CanSealTo(BoxPublicKey{}));
  EXPECT_TRUE(CanSealTo(BoxKey::Generate().public_key()));
}

TEST(SealedBoxTest, AKeyFileIsReadBackAndIsNobodyElses) {
  testing_support::TempFolder folder;
  const std::string path = folder.path() + "/officer.key";
  const BoxKey key = BoxKey::Generate();
  ASSERT_TRUE(key.Save(path).ok());
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  const auto read = BoxKey::Load(path);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->public_key(), key.public_key());
  EXPECT_EQ(read->Open(SealTo(key.public_key(), "x")), "x");
  EXPECT_EQ(BoxKey::Load(folder.path() + "/none").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace renkei::crypto
