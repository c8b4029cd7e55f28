#include "node/crypto/team_id.h"

#include <gtest/gtest.h>

namespace renkei::crypto {
namespace {

TEST(TeamIdTest, HasFourGroupsAndACheckCharacter) {
  const std::string id = TeamId(SigningKey::FromSeed(Bytes(32, 0x42))->public_key());
  EXPECT_EQ(id.size(), 25U);
  EXPECT_TRUE(IsTeamId(id));
}

TEST(TeamIdTest, AnyOneWrongCharacterIsFound) {
  const std::string id = TeamId(SigningKey::FromSeed(Bytes(32, 0x07))->public_key());
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (id[i] == '-') continue;
    for (const char c : std::string("abcdefghijklmnopqrstuvwxyz234567")) {
      std::string wrong = id;
      wrong[i] = c;
      EXPECT_EQ(IsTeamId(wrong), c == id[i]) << wrong;
    }
  }
  EXPECT_FALSE(IsTeamId(""));
  EXPECT_FALSE(IsTeamId(id + "a"));
  EXPECT_FALSE(IsTeamId(id.substr(0, 24)));
}

}  // namespace
}  // namespace renkei::crypto
