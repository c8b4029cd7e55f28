#include "policy/marking.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/mask_for_tests.h"

namespace renkei::policy {
namespace {

template <class Enum>
void ExpectWordsBothWays(int from, int to, std::optional<Enum> (*from_word)(std::string_view)) {
  for (int i = from; i <= to; ++i) {
    const auto value = static_cast<Enum>(i);
    EXPECT_EQ(from_word(ToWord(value)), value) << ToWord(value);
  }
  EXPECT_EQ(ToWord(static_cast<Enum>(to + 1)), "unspecified");
  EXPECT_EQ(from_word("unspecified"), std::nullopt);
  EXPECT_EQ(from_word(""), std::nullopt);
}

TEST(MarkingTest, EveryWordReadsBackAsItsValue) {
  ExpectWordsBothWays<SectionId>(0, 15, SectionFromWord);
  ExpectWordsBothWays<Kind>(1, 7, KindFromWord);
  ExpectWordsBothWays<Tlp>(1, 5, TlpFromWord);
  ExpectWordsBothWays<Pap>(1, 4, PapFromWord);
  ExpectWordsBothWays<SourceMode>(1, 3, SourceModeFromWord);
  ExpectWordsBothWays<Relay>(1, 3, RelayFromWord);
  ExpectWordsBothWays<Severity>(1, 4, SeverityFromWord);
  ExpectWordsBothWays<PeerKind>(1, 4, PeerKindFromWord);
}

TEST(MarkingTest, OnlyExactWordsAreRead) {
  EXPECT_EQ(TlpFromWord("Green"), std::nullopt);
  EXPECT_EQ(TlpFromWord("amber+strict"), Tlp::kAmberStrict);
  EXPECT_EQ(SectionFromWord("detection-rules"), SectionId::kDetectionRules);
  EXPECT_EQ(SectionFromWord("detection rules"), std::nullopt);
}

TEST(RsitTest, EveryWordReadsBackAndNoNumberIsUsedTwice) {
  std::set<std::uint32_t> numbers;
  for (const std::string& word : RsitWords()) {
    const auto number = RsitFromWord(word);
    ASSERT_TRUE(number.has_value()) << word;
    EXPECT_EQ(RsitWord(*number), word);
    EXPECT_TRUE(numbers.insert(*number).second) << word;
  }
  EXPECT_EQ(numbers.size(), 11U + 39U);
}

TEST(RsitTest, NumbersNeverChange) {
  EXPECT_EQ(RsitFromWord("abusive-content"), 0x100U);
  EXPECT_EQ(RsitFromWord("malicious-code/c2-server"), 0x202U);
  EXPECT_EQ(RsitFromWord("fraud/phishing"), 0x804U);
  EXPECT_EQ(RsitFromWord("test/test"), 0xb01U);
}

TEST(RsitTest, OtherWordsAndNumbersAreNone) {
  for (const std::string_view word :
       {"", "fraud/", "/phishing", "fraud/spam", "Fraud", "fraud/x/y"}) {
    EXPECT_EQ(RsitFromWord(word), std::nullopt) << word;
  }
  for (const std::uint32_t number : {0U, 1U, 0x105U, 0x1ffU, 0xc00U, 0xffffffffU}) {
    EXPECT_EQ(RsitWord(number), "unspecified") << number;
  }
}

constexpr std::uint64_t kSummaryBit = 1ULL << 1;
constexpr std::uint64_t kVictimBit = 1ULL << 4;

TEST(CloseTest, WithoutExistNothingIsLeft) {
  const Mask open = MaskForTests::FromBits(Mask::kAll & ~Mask::kExist);
  EXPECT_EQ(Close(open, {}), Mask());
}

TEST(CloseTest, RelayNeedsSee) {
  const Mask open = MaskForTests::FromBits(Mask::kExist | kSummaryBit | Mask::kRelay);
  EXPECT_EQ(Close(open, {}).bits(), Mask::kExist | kSummaryBit | kSummaryBit << 16);
}

TEST(CloseTest, AMustDiscloseSectionThatIsNotVisibleTakesAll) {
  const Marking marking = {.must_disclose = Bit(SectionId::kCaveats)};
  const Mask open = MaskForTests::FromBits(Mask::kExist | kSummaryBit | kVictimBit);
  EXPECT_EQ(Close(open, marking), Mask());
  const Mask with = MaskForTests::See(Bit(SectionId::kCaveats));
  EXPECT_EQ(Close(with, marking), with);
}

TEST(CloseTest, TwiceIsOnce) {
  for (std::uint64_t seed = 1; seed < 2000; ++seed) {
    const Mask open = MaskForTests::FromBits((seed * 0x9e3779b97f4a7c15ULL) & Mask::kAll);
    const Marking marking = {.must_disclose = static_cast<SectionMask>(seed % 3)};
    const Mask closed = Close(open, marking);
    EXPECT_EQ(Close(closed, marking), closed);
    EXPECT_EQ(closed & open, closed) << "closure only removes";
  }
}

}  // namespace
}  // namespace renkei::policy
