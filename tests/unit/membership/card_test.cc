#include "node/membership/card.h"

#include <functional>

#include <gtest/gtest.h>

namespace renkei::membership {
namespace {

v1::Card ExampleCard() {
  v1::Card card;
  card.set_team_key(Bytes(32, '\x33'));
  card.set_slug("alpha");
  card.set_kind(1);
  card.set_org("Alpha Grid");
  card.mutable_sector()->set_value("energy");
  card.mutable_sector()->set_by_self(true);
  card.mutable_country()->set_value("jp");
  card.mutable_country()->set_by_hub(true);
  card.mutable_country()->set_sponsors(2);
  return card;
}

TEST(CardTest, BecomesThePolicysFacts) {
  const absl::StatusOr<v1::Card> card = ParseCard(EncodeCard(ExampleCard()));
  ASSERT_TRUE(card.ok()) << card.status();
  policy::Peer want;
  want.team = "alpha";
  want.kind = policy::PeerKind::kMember;
  want.sector = "energy";
  want.sector_by = {.hub = false, .self = true, .sponsors = 0};
  want.country = "jp";
  want.country_by = {.hub = true, .self = false, .sponsors = 2};
  EXPECT_EQ(FactsOf(*card), want);
}

struct BadCard {
  std::string name;
  std::function<void(v1::Card&)> damage;
};
void PrintTo(const BadCard& test, std::ostream* out) { *out << test.name; }
class BadCardTest : public testing::TestWithParam<BadCard> {};

TEST_P(BadCardTest, IsRefused) {
  v1::Card card = ExampleCard();
  GetParam().damage(card);
  EXPECT_EQ(ParseCard(EncodeCard(card)).status().code(), absl::StatusCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, BadCardTest,
    testing::ValuesIn(std::vector<BadCard>{
        {"ShortKey", [](auto& c) { c.set_team_key("short"); }},
        {"SlugWithSlash", [](auto& c) { c.set_slug("a/b"); }},
        {"SlugTooLong", [](auto& c) { c.set_slug(std::string(33, 'a')); }},
        {"KindZero", [](auto& c) { c.set_kind(0); }},
        {"KindFive", [](auto& c) { c.set_kind(5); }},
        {"MemberNamedHub", [](auto& c) { c.set_slug("hub"); }},
        {"HubNamedOtherwise", [](auto& c) { c.set_kind(2); }},
        {"SectorUpperCase", [](auto& c) { c.mutable_sector()->set_value("Energy"); }},
        {"CountryThreeLetters", [](auto& c) { c.mutable_country()->set_value("jpn"); }},
        {"TooManySponsors", [](auto& c) { c.mutable_sector()->set_sponsors(0xffffffff); }},
        {"OrgWithNewline", [](auto& c) { c.set_org("a\nb"); }},
        {"OrgTooLong", [](auto& c) { c.set_org(std::string(129, 'a')); }},
        {"TooLarge", [](auto& c) { c.set_org(std::string(3000, 'a')); }},
    }),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace renkei::membership
