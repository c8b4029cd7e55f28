#include "node/crypto/aead.h"

#include <gtest/gtest.h>

#include "node/crypto/digest.h"

namespace renkei::crypto {
namespace {

TEST(AeadTest, OpensOnlyUnchangedAndForTheSamePeer) {
  const AeadKey key = Random<AeadKey>();
  const Bytes box = SealBox(key, "cursor", "team-a");
  EXPECT_EQ(OpenBox(key, box, "team-a"), "cursor");
  EXPECT_FALSE(OpenBox(key, box, "team-b"));
  EXPECT_FALSE(OpenBox(Random<AeadKey>(), box, "team-a"));
  for (std::size_t bit = 0; bit < box.size() * 8; ++bit) {
    Bytes changed = box;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(OpenBox(key, changed, "team-a")) << bit;
  }
  EXPECT_FALSE(OpenBox(key, "", "team-a"));
  EXPECT_FALSE(OpenBox(key, box.substr(0, 39), "team-a"));
}

TEST(AeadTest, TwoBoxesOfTheSameTextDiffer) {
  const AeadKey key = Random<AeadKey>();
  EXPECT_NE(SealBox(key, "cursor", ""), SealBox(key, "cursor", ""));
}

}  // namespace
}  // namespace renkei::crypto
