// What looks at 64 bytes at once finds the same wherever the edge of a block falls.
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "node/anonymize/byte_masks.h"
#include "node/anonymize/decode.h"
#include "node/anonymize/digit_words.h"
#include "node/anonymize/fold.h"
#include "node/anonymize/leak_lint.h"
#include "node/record/sections.h"
#include "tests/leak/random.h"
#include "tests/unit/anonymize/test_assets.h"

namespace renkei::anonymize {
namespace {

using leak::Random;

// Signs that no decoder reads, to move what follows; the words keep them out of what is read again
// because an escape or a tag stands beside it.
std::string MovedBy(std::size_t places, std::string_view text) {
  return std::string(places + 1, '!') + " of it all " + std::string(text);
}
std::string WithoutMoving(std::string text) {
  text.erase(
      std::unique(text.begin(), text.end(), [](char a, char b) { return a == '!' && b == '!'; }),
      text.end());
  return text;
}

const std::vector<std::string>& EdgeForms() {
  static const std::vector<std::string> kForms = {
      "host.hinode-bank.example",
      "Hinode Bank",
      "Ｈｉｎｏｄｅ　Ｂａｎｋ",
      "山田 太郎",
      "203.0.113.9",
      "2001:db8:77::1",
      "hino\nde-bank.example",
      "203.0. 113.9",
      "h i n o d e - b a n k . e x a m p l e",
      "hinode-\" + \"bank.example",
      "hin<b>ode-bank</b>.example",
      "%68inode-bank%2eexample",
      "hinode&#45;bank&period;example",
      "\\x68\\x69\\x6e\\x6f\\x64\\x65-bank.example",
      "hinode=2Dbank.exam=\nple",
      "aGlub2RlLWJhbmsuZXhhbXBsZQ==",
      "68696e6f64652d62616e6b2e6578616d706c65",
      "NBUW433EMUWWEYLONMXGK6DBNVYGYZI=",
      "104,105,110,111,100,101,45,98,97,110,107,46,101,120,97,109,112,108,101",
      "68 69 6e 6f 64 65 2d 62 61 6e 6b 2e 65 78 61 6d 70 6c 65",
      "aABpAG4AbwBkAGUALQBiAGEAbgBrAC4AZQB4AGEAbQBwAGwAZQA=",
      "http://3405803785/",
      "203-0-113-9",
      "9.113.0.203.in-addr.arpa",
      "hinode-bank[.]example",
      "To: x@y.example",
      "tel 03-1234-5678",
      "4111-1111-1111-1111",
      "02:1a:2b:3c:4d:5e",
      "2026-03-01T12:33:44Z",
      "1,234 users",
      "https://u:p4ssw0rd@h.example/?token=abcdefghij0123456789"};
  return kForms;
}

TEST(BlockEdgesTest, EveryFormIsFoundAtEveryPlace) {
  const OwnAssets own(TestAssets());
  const LeakLint lint(own);
  const auto findings = [&](const std::string& text) {
    record::AnonymizedDraft::EncodedSections encoded;
    encoded[static_cast<std::size_t>(policy::SectionId::kSummary)] =
        record::EncodeSection(DraftOfText(text).sections, policy::SectionId::kSummary);
    std::string all;
    for (const Finding& finding : lint.Check({}, encoded)) all += ToString(finding) + "\n";
    return all;
  };
  for (const std::string& form : EdgeForms()) {
    const std::string first = findings(MovedBy(0, form));
    EXPECT_FALSE(first.empty()) << form;
    for (std::size_t places = 1; places < kBlockBytes; ++places) {
      ASSERT_EQ(findings(MovedBy(places, form)), first) << form << " moved by " << places;
    }
  }
}

// Pieces of the forms, changed ones, noise and what joins them.
std::string MixedText(Random& random) {
  std::string text;
  for (std::size_t i = random.Between(1, 6); i > 0; --i) {
    std::string form = random.Pick(EdgeForms());
    switch (random.Below(4)) {
      case 0:
        form = form.substr(0, random.Between(1, form.size()));
        break;
      case 1:
        form[random.Below(form.size())] = static_cast<char>(random.Below(256));
        break;
      case 2:
        form = random.Chars("aB3 \n\t\"'<>^`%\\&=.:-_+/#;", random.Between(1, 90));
        break;
      default:
        break;
    }
    text += form;
    if (random.OneIn(2)) text += random.Chars(" \n.\"", random.Between(1, 2));
  }
  std::replace(text.begin(), text.end(), '!', '?');
  return text;
}

TEST(BlockEdgesTest, WhatIsHiddenIsDecodedAtEveryPlace) {
  Random random(11);
  std::size_t count = 0;
  for (int round = 0; round < 300; ++round) {
    const std::string text = MixedText(random);
    const auto print = [&](std::size_t places) {
      const std::string moved = MovedBy(places, text);
      std::string all = WithoutMoving(FoldText(moved).text) + "\n";
      for (const DigitWord& word : FindDigitWords(moved)) {
        all += fmt::format("{}-{} ", word.begin - places, word.end - places);
      }
      for (const HiddenText& hidden : DecodeHidden(moved)) {
        all += fmt::format("\n{} {} {} {}", hidden.form, hidden.in_binary, hidden.raw,
                           WithoutMoving(hidden.text));
      }
      return all;
    };
    const std::string first = print(0);
    for (std::size_t places = 1; places < kBlockBytes; ++places) {
      ASSERT_EQ(print(places), first) << text << " moved by " << places;
    }
    count += DecodeHidden(text).size();
  }
  EXPECT_GT(count, 300U);
}

TEST(ByteMasksTest, SayOfEachByteWhatComparingItSays) {
  Random random(12);
  for (int round = 0; round < 500; ++round) {
    const std::string text = random.Bytes(random.Between(1, 3 * kBlockBytes));
    const auto first = static_cast<unsigned char>(random.Below(256));
    const auto last = static_cast<unsigned char>(random.Between(first, 255));
    const auto between = [&](char c) {
      return static_cast<unsigned char>(c) >= first && static_cast<unsigned char>(c) <= last;
    };
    const std::size_t at = random.Below(text.size());
    const ByteBlock block(text, at);
    char lower[kBlockBytes];
    block.Lower(lower);
    for (std::size_t i = 0; i < std::min(kBlockBytes, text.size() - at); ++i) {
      const char c = text[at + i];
      const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
      ASSERT_EQ((block.Between(first, last) >> i) & 1U, between(c) ? 1U : 0U);
      ASSERT_EQ((block.Letters('g', 'z') >> i) & 1U, small >= 'g' && small <= 'z' ? 1U : 0U);
      ASSERT_EQ(lower[i], small);
    }
    // Zeros stand behind the end, where nobody may find anything.
    if (first == 0) continue;
    MaskWalker walker(text, [&](const ByteBlock& b) { return b.Between(first, last); });
    for (std::size_t from = 0; from < text.size(); ++from) {
      std::size_t next = from;
      while (next < text.size() && !between(text[next])) ++next;
      ASSERT_EQ(walker.Next(from), next);
    }
  }
}

}  // namespace
}  // namespace renkei::anonymize
