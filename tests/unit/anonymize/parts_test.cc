// The small parts: folding, punycode, keywords, ranges, stand-ins.
#include <gtest/gtest.h>

#include "node/anonymize/fold.h"
#include "node/anonymize/keywords.h"
#include "node/anonymize/punycode.h"
#include "node/anonymize/ranges.h"
#include "node/anonymize/stand_ins.h"

namespace renkei::anonymize {
namespace {

TEST(FoldTest, FoldsCaseWidthAndInvisibleCharacters) {
  EXPECT_EQ(Fold("AbÉЖΣ").text, "abéжσ");
  EXPECT_EQ(Fold("ＡＢ１．２").text, "ab1.2");
  EXPECT_EQ(Fold("ｱｸﾒ ｶﾞﾊﾟｳﾞ").text, "アクメ ガパヴ");
  EXPECT_EQ(Fold("a\u00ad\u200b\ufeff"
                 "b")
                .text,
            "ab");
  EXPECT_EQ(Fold("a \t\n　 b").text, "a b");
  EXPECT_EQ(Fold("a[.]b(dot)c{.}d[at]e").text, "a.b.c.d@e");
  EXPECT_EQ(Fold(R"(a\.b C:\.x)").text, R"(a.b c:\.x)");
  EXPECT_EQ(Fold("mail。example と 5。6").text, "mail.example と 5。6");
}

TEST(FoldTest, OffsetsPointAtWhatEachByteCameFrom) {
  const std::string text = "Ａ\u200b[.]ﾊﾞz\xff";
  const Folded folded = Fold(text);
  EXPECT_EQ(folded.text, "a.バz\xff");
  EXPECT_EQ(folded.offset, (std::vector<std::uint32_t>{0, 6, 9, 9, 9, 15, 16, 17}));
}

TEST(PunycodeTest, GoesThereAndBack) {
  // Samples of RFC 3492, section 7.1, and common ones.
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"bücher", "xn--bcher-kva"},
      {"ひとつ屋根の下2", "xn--2-u9tlzr9756bt3uc0v"},
      {"mañana", "xn--maana-pta"},
      {"日本語", "xn--wgv71a119e"}};
  for (const auto& [unicode, ascii] : rows) {
    EXPECT_EQ(LabelToAscii(unicode), ascii);
    EXPECT_EQ(LabelToUnicode(ascii), unicode);
  }
  EXPECT_EQ(DomainToAscii("www.日本語.example"), "www.xn--wgv71a119e.example");
  EXPECT_EQ(LabelToAscii("plain"), "plain");
}

TEST(PunycodeTest, RefusesWhatIsNone) {
  for (const char* bad : {"", "plain", "xn--", "xn--\xff", "xn--99999999", "xn--a-!"}) {
    EXPECT_EQ(LabelToUnicode(bad), std::nullopt) << bad;
  }
}

TEST(KeywordsTest, FindsEveryWordAlsoInsideOthers) {
  const Keywords keywords({"he", "she", "his", "hers", "", "s"});
  std::vector<std::pair<std::uint32_t, std::size_t>> found;
  keywords.Search("ushers",
                  [&](std::uint32_t word, std::size_t end) { found.emplace_back(word, end); });
  EXPECT_EQ(found, (std::vector<std::pair<std::uint32_t, std::size_t>>{
                       {5, 2}, {1, 4}, {0, 4}, {3, 6}, {5, 6}}));
}

TEST(RangesTest, PlainNumbersBecomeRanges) {
  const std::vector<std::pair<std::string, std::string>> rows = {{"", ""},
                                                                 {"unknown", "unknown"},
                                                                 {"0", "0"},
                                                                 {"1", "1-9"},
                                                                 {"9", "1-9"},
                                                                 {"10", "10-49"},
                                                                 {"49", "10-49"},
                                                                 {"50", "50-249"},
                                                                 {"250", "250-999"},
                                                                 {"999", "250-999"},
                                                                 {"1000", "1000+"},
                                                                 {"1,234,567 JPY", "1000+ JPY"},
                                                                 {"EUR 12.50", "EUR 10-49"},
                                                                 {"¥300", "¥250-999"},
                                                                 {"３５人", "10-49人"},
                                                                 {"10-49", "10-49"},
                                                                 {"1000+ JPY", "1000+ JPY"},
                                                                 {"99999999999999999999", "1000+"}};
  for (const auto& [text, range] : rows) EXPECT_EQ(Generalise(text), range) << text;
  for (const char* bad : {"5-7", "about 300 machines", "10-49 or 17", "1e6", "3 million", "1万"}) {
    EXPECT_EQ(Generalise(bad), std::nullopt) << bad;
  }
}

TEST(StandInsTest, GoByFirstAppearanceBehindThoseInTheDraft) {
  StandIns names;
  names.Reserve("HOST-4 spoke to USER-2@ORG, xHOST-9, HOST-10x, host-11, HOST-0");
  EXPECT_EQ(names.NameOf(EntityClass::kHost, "a"), "HOST-5");
  EXPECT_EQ(names.NameOf(EntityClass::kAddress, "b"), "HOST-6");
  EXPECT_EQ(names.NameOf(EntityClass::kHost, "a"), "HOST-5");
  EXPECT_EQ(names.NameOf(EntityClass::kUser, "u"), "USER-3");
  EXPECT_EQ(names.NameOf(EntityClass::kMail, "u"), "USER-3@ORG");
  EXPECT_EQ(names.NameOf(EntityClass::kOrganization, "o"), "ORG");
  EXPECT_EQ(names.NameOf(EntityClass::kNetwork, "a"), "NET-1");
}

}  // namespace
}  // namespace renkei::anonymize
