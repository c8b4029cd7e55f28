#include "policy/changes.h"

#include <gtest/gtest.h>

namespace renkei::policy {
namespace {

std::vector<std::string> Between(const std::string& before, const std::string& after) {
  const auto old = Parse(before, "old");
  const auto now = Parse(after, "new");
  EXPECT_NE(old.policy, nullptr);
  EXPECT_NE(now.policy, nullptr);
  return Changes(*old.policy, *now.policy);
}

const std::string kOne = R"(policy "pier" version 1
levels listed < certified
circles rail
set pack = summary
grant g-base to level >= listed in circle on tlp <= green allow exist, see pack
deny d-tag to anyone on tag in {police} forbid all
test "seen" peer level=listed circles={rail} record circles={rail} tlp=green expect exist
never "red" relay all when tlp >= red
)";

TEST(ChangesTest, OfTheSameInOtherWordsAreNone) {
  EXPECT_TRUE(Between(kOne, Print(*Parse(kOne, "p").policy)).empty());
}

TEST(ChangesTest, NameEveryStatementThatIsAddedChangedOrDropped) {
  const std::string two = R"(policy "quay" version 2
levels listed < accredited < certified
circles ports, rail
set pack = summary indicators
trust sector by hub, sponsors
grant g-base to level >= listed in circle on tlp <= green allow exist, see pack
grant g-more to level >= certified in circle on tlp <= amber allow exist, see all
test "seen" peer level=listed circles={rail} record circles={rail} tlp=amber expect not exist
test "seen" peer level=listed circles={rail} record circles={rail} tlp=green expect exist
never "victim" see victim when level < certified
narrower than "base.policy"
)";
  EXPECT_EQ(Between(kOne, two),
            (std::vector<std::string>{
                "renames policy \"pier\" to \"quay\"", "changes levels", "adds circle ports",
                "changes set pack", "adds trust sector", "adds grant g-more", "drops deny d-tag",
                "changes test \"seen\"", "adds test \"seen\" (2)", "adds never \"victim\"",
                "drops never \"red\"", "adds narrower than \"base.policy\""}));
}

}  // namespace
}  // namespace renkei::policy
