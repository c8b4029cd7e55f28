#include "node/net/secret.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "node/base/file.h"
#include "tests/support/temp_folder.h"

namespace renkei::net {
namespace {

class SecretTest : public testing::Test {
 protected:
  absl::StatusOr<Secret> Read(const std::string& text, FileMode mode = FileMode::kSecret) const {
    const std::string path = folder_.path() + "/key";
    EXPECT_TRUE(WriteFile(path, text, mode).ok());
    return ReadSecretFile(path);
  }
  testing_support::TempFolder folder_;
};

TEST_F(SecretTest, TheLineIsTheSecret) {
  const auto secret = Read("s3cret key\n");
  ASSERT_TRUE(secret.ok()) << secret.status();
  EXPECT_EQ(secret->Reveal(), "s3cret key");
}

TEST_F(SecretTest, AFileThatOthersMayReadIsRefused) {
  const auto secret = Read("s3cret\n", FileMode::kPublic);
  EXPECT_EQ(secret.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(secret.status()).find("chmod 600"), std::string::npos);
}

TEST_F(SecretTest, NoErrorHoldsWhatStandsInTheFile) {
  for (const std::string text : {"", "\n", "s3cret\nsecond\n", "s3cret\tx", "s3cret\rx"}) {
    const auto secret = Read(text);
    ASSERT_EQ(secret.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(Message(secret.status()).find("s3cret"), std::string::npos);
  }
  EXPECT_FALSE(Read(std::string(kSecretBytesMax + 1, 'x')).ok());
  EXPECT_EQ(ReadSecretFile(folder_.path() + "/none").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace renkei::net
