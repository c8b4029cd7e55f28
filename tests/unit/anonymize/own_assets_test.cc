#include "node/anonymize/own_assets.h"

#include <gtest/gtest.h>

#include "tests/unit/anonymize/test_assets.h"

namespace renkei::anonymize {
namespace {

struct AssetRow {
  std::string name;
  std::string text;
  std::vector<std::string> parts;  // what is found, in order
};
void PrintTo(const AssetRow& row, std::ostream* out) { *out << row.name; }

class OwnAssetsTest : public ::testing::TestWithParam<AssetRow> {};

TEST_P(OwnAssetsTest, FindsExactlyTheIdentifyingParts) {
  static const OwnAssets own(TestAssets());
  std::vector<std::string> parts;
  for (const OwnMatch& match : own.Find(GetParam().text, Scope{})) {
    parts.push_back(GetParam().text.substr(match.span.begin, match.span.end - match.span.begin));
  }
  EXPECT_EQ(parts, GetParam().parts);
}

INSTANTIATE_TEST_SUITE_P(
    All, OwnAssetsTest,
    ::testing::Values(
        AssetRow{"nothing", "", {}},
        AssetRow{
            "subdomain", "https://a.b.hinode-bank.example:8443/x", {"a.b.hinode-bank.example"}},
        AssetRow{"other_domain", "my-hinode-bank.example", {}},
        AssetRow{"end_of_sentence", "It was hinode-bank.example.", {"hinode-bank.example"}},
        AssetRow{"escaped_slash", "u=%2Fwww.hinode-bank.example", {"www.hinode-bank.example"}},
        AssetRow{"mail", "<t.abe+x@sub.hinode-mail.example>", {"t.abe+x@sub.hinode-mail.example"}},
        AssetRow{"mail_defanged", "abe[at]hinode-mail[.]example", {"abe[at]hinode-mail[.]example"}},
        AssetRow{"two_mails",
                 "a@hinode-mail.example,b@hinode-mail.example",
                 {"a@hinode-mail.example", "b@hinode-mail.example"}},
        AssetRow{"mail_domain_alone", "@hinode-mail.example", {"hinode-mail.example"}},
        AssetRow{"home", R"(C:\Users\m.sato\AppData\x.exe)", {"m.sato"}},
        AssetRow{"home_of_two_words", R"(C:\Users\Mari Sato\x.exe)", {"Mari Sato"}},
        AssetRow{"home_ja", R"(C:\Users\佐藤\x.exe)", {"佐藤"}},
        AssetRow{"home_at_the_end", R"(saved in C:\Users\msato.)", {"msato"}},
        AssetRow{"home_escaped", R"(C:\\Users\\msato\\x)", {"msato"}},
        AssetRow{"two_homes", R"(C:\Users\abe\a C:\Users\sato\b)", {"abe", "sato"}},
        AssetRow{"home_unix", "/home/msato/x and /Users/abe", {"msato", "abe"}},
        AssetRow{"unc", R"(\\PC0042\c$)", {"PC0042"}},
        AssetRow{
            "unc_with_domain", R"(\\fs.hinode-bank.example\share)", {"fs.hinode-bank.example"}},
        AssetRow{"unc_address", R"(\\10.20.1.2\share)", {"10.20.1.2"}},
        AssetRow{"account", R"(HNB\msato)", {R"(HNB\msato)"}},
        AssetRow{"account_of_domain", R"(hinode-bank\msato.)", {R"(hinode-bank\msato)"}},
        AssetRow{"account_of_others", R"(EVIL\msato)", {}},
        AssetRow{"sid", "sid=S-1-5-21-1-2-3-1001;", {"S-1-5-21-1-2-3-1001"}},
        AssetRow{"addresses_ja", "端末10.20.1.2から203.0.113.9へ", {"10.20.1.2", "203.0.113.9"}},
        AssetRow{"cidr", "203.0.113.0/28,x", {"203.0.113.0/28"}},
        AssetRow{"address_with_port", "10.20.1.2:443", {"10.20.1.2"}},
        AssetRow{"v6_with_port", "[2001:db8:77::1]:443", {"2001:db8:77::1"}},
        AssetRow{"v6_ends_sentence", "It is 2001:db8:77::1.", {"2001:db8:77::1"}},
        AssetRow{"pattern", "SRV-AD02, srv-, xsrv-1", {"SRV-AD02"}},
        AssetRow{"pattern_with_suffix", "srv-ad02.local", {"srv-ad02"}},
        AssetRow{"name_in_word", "hinodepaycheck", {"hinodepay"}},
        AssetRow{"short_name_ja", "汐見支店、関汐見、汐見", {"汐見"}},
        AssetRow{"short_name_before_particle", "汐見の拠点", {"汐見"}},
        AssetRow{"longest_wins", "汐見データセンター", {"汐見データセンター"}},
        AssetRow{"stand_in", "HOST-1 ORG USER-2@ORG", {}}),
    [](const auto& row) { return row.param.name; });

TEST(OwnAssetsTest2, TheSameEntityHasTheSameKeyInEveryForm) {
  const OwnAssets own(TestAssets());
  const auto key = [&](const std::string& text) {
    const auto matches = own.Find(text, Scope{});
    return matches.size() == 1 ? matches[0].key : "";
  };
  EXPECT_EQ(key("WWW.Hinode-Bank.example"), key("www[.]hinode-bank[.]example"));
  EXPECT_EQ(key("203.0.113.9"), key("２０３．０．１１３．９"));
  EXPECT_EQ(key("203.0.113.9"), key("::ffff:203.0.113.9"));
  EXPECT_EQ(key("2001:db8:77::1"), key("2001:DB8:77:0:0:0:0:1"));
  EXPECT_EQ(key("msato@hinode-mail.example"), key(R"(C:\Users\MSato\x)"));
  EXPECT_EQ(key("山田太郎"), key("山田　太郎"));
  EXPECT_NE(key("203.0.113.9"), key("203.0.113.8"));
  EXPECT_NE(key("203.0.113.9"), "");
}

TEST(OwnAssetsTest2, NothingListedFindsNothingOfOthers) {
  const OwnAssets own(config::Assets{});
  EXPECT_TRUE(own.Find("a.example 203.0.113.9 HNB", Scope{}).empty());
  EXPECT_TRUE(own.Find("10.1.2.3", {.shapes = true, .private_addresses = false}).empty());
  EXPECT_EQ(own.Find("10.1.2.3", Scope{}).size(), 1U);
}

}  // namespace
}  // namespace renkei::anonymize
