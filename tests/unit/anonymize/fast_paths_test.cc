// What is skipped is skipped without loss: each finder that was made fast finds what a plain one
// finds, on random texts of the signs that it looks for.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include "node/anonymize/addresses.h"
#include "node/anonymize/decode.h"
#include "node/anonymize/digit_words.h"
#include "node/anonymize/exact.h"
#include "node/anonymize/fold.h"
#include "node/anonymize/keywords.h"
#include "node/anonymize/sensitive.h"
#include "node/anonymize/shapes.h"
#include "node/base/encoding.h"
#include "tests/leak/random.h"

namespace renkei::anonymize {
namespace {

using leak::Random;

constexpr int kRounds = 5'000;

// Up to `pieces_max` of the pieces, with single letters and bytes between.
std::string TextOf(Random& random, const std::vector<std::string>& pieces, std::size_t pieces_max) {
  std::string text;
  for (std::size_t i = random.Between(1, pieces_max); i > 0; --i) {
    switch (random.Below(8)) {
      case 0:
        text += random.Lower(random.Between(1, 3));
        break;
      case 1:
        text += random.Digits(random.Between(1, 5));
        break;
      case 2:
        text += random.Hex(random.Between(1, 12));
        break;
      default:
        text += random.Pick(pieces);
    }
    if (random.OneIn(30)) text += random.Bytes(2);
  }
  return text;
}

// ---- words -----------------------------------------------------------------------------------

using Hits = std::vector<std::pair<std::uint32_t, std::size_t>>;

TEST(KeywordsTest, FindsWhatComparingAtEveryPlaceFinds) {
  Random random(1);
  // Of few signs, so that words stand in each other; of all, so that not every state has a row.
  for (const bool all_bytes : {false, true}) {
    std::vector<std::string> words;
    for (int i = 0; i < (all_bytes ? 400 : 30); ++i) {
      words.push_back(all_bytes ? random.Bytes(random.Between(8, 30))
                                : random.Chars("ab ", random.Between(1, 5)));
    }
    const Keywords keywords(words);
    for (int round = 0; round < 200; ++round) {
      std::string text;
      // Long ones are read in lanes, of which none can be told where only blanks stand before it.
      for (int i = 0; i < (round % 10 == 0 ? 800 : 20); ++i) {
        const std::string& word = random.Pick(words);
        text += random.OneIn(3) ? word : word.substr(0, random.Between(1, word.size()));
        if (random.OneIn(200)) text.append(random.Between(1, 1000), ' ');
      }
      for (const bool without_blanks : {false, true}) {
        Hits hits;
        const auto add = [&](std::uint32_t word, std::size_t end) { hits.emplace_back(word, end); };
        std::string read;
        std::vector<std::size_t> ends = {0};
        for (std::size_t i = 0; i < text.size(); ++i) {
          if (without_blanks && text[i] == ' ') continue;
          read.push_back(text[i]);
          ends.push_back(i + 1);
        }
        Hits plain;
        for (std::size_t at = 0; at < read.size(); ++at) {
          for (std::uint32_t word = 0; word < words.size(); ++word) {
            const bool here = read.compare(at, words[word].size(), words[word]) == 0;
            if (here) plain.emplace_back(word, ends[at + words[word].size()]);
          }
        }
        if (without_blanks) {
          keywords.SearchWithoutBlanks(text, add);
        } else {
          keywords.Search(text, add);
        }
        EXPECT_TRUE(std::is_sorted(hits.begin(), hits.end(), [](const auto& a, const auto& b) {
          return a.second < b.second;
        }));
        std::sort(hits.begin(), hits.end());
        std::sort(plain.begin(), plain.end());
        ASSERT_EQ(hits, plain);
      }
    }
  }
}

// ---- folding ---------------------------------------------------------------------------------

TEST(FoldTest, FoldsAsciiLikeOneByteAtATime) {
  Random random(2);
  for (int round = 0; round < kRounds; ++round) {
    const std::string text =
        random.Chars("abXYZ019  \t\n\r\v\x01\x7f.,:/=-_@#|\"'<>)]}", random.Between(1, 60));
    std::string plain;
    for (const char c : text) {
      const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
      if (blank && !plain.empty() && plain.back() == ' ') continue;
      if (!blank && (c < ' ' || c == 0x7f)) continue;
      plain.push_back(blank ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c);
    }
    ASSERT_EQ(FoldText(text).text, plain) << text;
    ASSERT_EQ(Fold(text).text, plain) << text;
  }
}

TEST(FoldTest, FoldsTheSameWithOffsetsAndWithout) {
  Random random(3);
  const std::vector<std::string> pieces = {
      "A",        " ",    "[.]", "(dot)",  "\\.",  "。",       "É", "e\u0301", "ｶﾞ",
      "か\u3099", "漢字", "ﬁ",   "\u200b", "Ａ１", "\xe3\x81", "[", "{at}"};
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = TextOf(random, pieces, 12);
    const Folded folded = Fold(text);
    ASSERT_EQ(FoldText(text).text, folded.text) << text;
    ASSERT_EQ(folded.offset.size(), folded.text.size() + 1);
    ASSERT_TRUE(std::is_sorted(folded.offset.begin(), folded.offset.end())) << text;
  }
}

TEST(FoldTest, FoldsEveryCharacterTheSameBesideAKanji) {
  for (char32_t code = 0x80; code < 0x11'0000; ++code) {
    if (code >= 0xd800 && code < 0xe000) continue;
    std::string text = "亜";
    AppendUtf8(code, text);
    text += "亜";
    ASSERT_EQ(FoldText(text).text, Fold(text).text) << static_cast<std::uint32_t>(code);
  }
}

// ---- numbers ---------------------------------------------------------------------------------

// Every word, and every colon.
std::vector<DigitWord> AllWords(std::string_view text) {
  std::vector<DigitWord> words;
  for (std::uint32_t at = 0; at < text.size();) {
    const std::uint32_t begin = at;
    while (at < text.size() && IsAsciiAlnum(text[at])) ++at;
    if (at > begin) words.push_back({begin, at});
    if (at < text.size() && text[at] == ':') words.push_back({at, at});
    if (at < text.size()) ++at;
  }
  return words;
}

std::string NumberText(Random& random) {
  static const std::vector<std::string> kPieces = {":",
                                                   "::",
                                                   ".",
                                                   "-",
                                                   " ",
                                                   "/24",
                                                   "+",
                                                   "(",
                                                   ")",
                                                   "v",
                                                   "x",
                                                   "0x",
                                                   "203.0",
                                                   "://",
                                                   "2001:db8",
                                                   "fe80::",
                                                   "de89 3704",
                                                   "02:1a:2b:3c:4d:5e",
                                                   "12:33:44",
                                                   "$",
                                                   " users",
                                                   "台",
                                                   ",000",
                                                   "03-1234-5678",
                                                   "+81",
                                                   ".ip6.arpa",
                                                   "4111-1111-1111-1111",
                                                   "203-0-113-9",
                                                   "0313.0000.0161.0005",
                                                   "3405803781"};
  return TextOf(random, kPieces, 10);
}

std::string Print(const std::vector<AddressHit>& hits) {
  std::string text;
  for (const AddressHit& hit : hits)
    text += fmt::format("{}-{}/{} ", hit.begin, hit.end, hit.length);
  return text;
}

TEST(DigitWordsTest, LoseNoAddress) {
  Random random(4);
  std::size_t found = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = FoldText(NumberText(random)).text;
    const auto words = FindDigitWords(text);
    const auto all = AllWords(text);
    const auto hits = FindAddresses(text, words);
    ASSERT_EQ(Print(hits), Print(FindAddresses(text, all))) << text;
    const auto hidden = FindHiddenAddresses(text, words, hits);
    const auto plain = FindHiddenAddresses(text, all, hits);
    ASSERT_EQ(hidden.size(), plain.size()) << text;
    for (std::size_t i = 0; i < hidden.size(); ++i) {
      ASSERT_EQ(hidden[i].address, plain[i].address) << text;
      ASSERT_EQ(hidden[i].form, plain[i].form) << text;
    }
    found += hits.size() + hidden.size();
  }
  EXPECT_GT(found, 500U);
}

TEST(DigitWordsTest, LoseNoShape) {
  Random random(5);
  std::size_t found = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = FoldText(NumberText(random)).text;
    const auto print = [&](const std::vector<DigitWord>& words) {
      std::string all;
      for (const SensitiveHit& hit : FindSensitive(text, words)) {
        all += fmt::format("{}-{} {} ", hit.span.begin, hit.span.end, RuleOf(hit.kind));
      }
      return all;
    };
    const std::string hits = print(FindDigitWords(text));
    ASSERT_EQ(hits, print(AllWords(text))) << text;
    found += hits.empty() ? 0 : 1;
  }
  EXPECT_GT(found, 200U);
}

TEST(ExactTest, FindsTheSameWhereverABlockBegins) {
  Random random(6);
  std::size_t found = 0;
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = FoldText(NumberText(random)).text;
    const std::size_t moved = random.Between(1, 64);
    const auto hits = FindExact(text, policy::SourceMode::kAttributed);
    const auto others = FindExact(std::string(moved, ' ') + text, policy::SourceMode::kAttributed);
    ASSERT_EQ(hits.size(), others.size()) << text;
    for (std::size_t i = 0; i < hits.size(); ++i) {
      ASSERT_EQ(hits[i].span.begin + moved, others[i].span.begin) << text;
      ASSERT_EQ(hits[i].span.end + moved, others[i].span.end) << text;
    }
    found += hits.size();
  }
  EXPECT_GT(found, 100U);
}

// ---- shapes ----------------------------------------------------------------------------------

// The shapes as expressions, which say what they are and are slow.
std::vector<std::string> ShapesByExpression(std::string_view text) {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  static const std::array<RE2, 4> kShapes = {
      RE2(R"(\\+(?:users|documents and settings)\\+(?:([^\\/:*?"<>| ](?:[^\\/:*?"<>|]{0,62}[^\\/:*?"<>| ])?)\\|([a-z0-9._$-]{1,64})))",
          options),
      RE2(R"((?:^|[^a-z0-9\\:.%)\]_-])\\{2,4}([a-z0-9_-]{1,15})\\{1,2}[a-z0-9$])", options),
      RE2(R"((?:^|[^a-z0-9.\-_\])])/+(?:home|users)/+([^/\s:"'<>|,;()\x80-\xff]{1,64}))", options),
      RE2(R"(\b(s-1-5-21-\d{1,10}-\d{1,10}-\d{1,10}(?:-\d{1,10})?))", options)};
  std::vector<std::string> found;
  const re2::StringPiece whole(text.data(), text.size());
  for (std::size_t shape = 0; shape < kShapes.size(); ++shape) {
    re2::StringPiece groups[3];
    const int count = shape == 0 ? 3 : 2;
    for (std::size_t at = 0;
         at <= text.size() &&
         kShapes[shape].Match(whole, at, text.size(), RE2::UNANCHORED, groups, count);) {
      at = static_cast<std::size_t>(groups[0].data() - text.data()) + groups[0].size();
      const re2::StringPiece& name = groups[shape == 0 && groups[1].data() == nullptr ? 2 : 1];
      std::size_t size = name.size();
      while ((shape == 0 || shape == 2) && size > 0 && name[size - 1] == '.') --size;
      found.push_back(fmt::format("{}+{}", name.data() - text.data(), size));
    }
  }
  return found;
}

TEST(ShapesTest, FindsWhatTheExpressionsFind) {
  Random random(6);
  const std::vector<std::string> pieces = {"\\",        "\\",
                                           "\\\\",      "users",
                                           "\\users\\", "documents and settings\\",
                                           "/",         "/",
                                           "/home/",    "/users/",
                                           "home",      "kx",
                                           "kx.",       "k x",
                                           " ",         ":",
                                           "$",         ".",
                                           "-",         "_",
                                           "]",         "(",
                                           "\"",        "é",
                                           "s-1-5-21-", "-12345-678",
                                           "-1",        "kmnopqrstuvwxyzkmnopq"};
  std::size_t found = 0;
  for (int round = 0; round < 4 * kRounds; ++round) {
    const std::string text = AsciiLower(TextOf(random, pieces, 14));
    std::vector<std::string> hits;
    for (const ShapeHit& hit : FindShapes(text)) {
      hits.push_back(fmt::format("{}+{}", hit.span.begin, hit.span.end - hit.span.begin));
    }
    std::vector<std::string> plain;
    for (const std::string& hit : ShapesByExpression(text)) {
      const std::size_t plus = hit.find('+');
      const std::string name =
          text.substr(std::stoul(hit.substr(0, plus)), std::stoul(hit.substr(plus + 1)));
      // Names that every machine has, and web pages, are no shape.
      const bool common =
          name.empty() || name == "users" || name.find_first_of("%<$*") != std::string::npos;
      if (!common) plain.push_back(hit);
    }
    ASSERT_EQ(hits, plain) << text;
    found += hits.size();
  }
  EXPECT_GT(found, 500U);
}

// ---- bytes that were decoded -----------------------------------------------------------------

// Runs of six bytes of text or more, as AddReadable joins them.
std::vector<std::string> PlainRuns(std::string_view bytes) {
  std::vector<std::string> found;
  std::string joined;
  std::string run;
  const auto close = [&] {
    if (run.size() >= 12) {
      found.push_back(run);
    } else if (run.size() >= kDecodedTextMin) {
      joined += run + "|";
    }
    run.clear();
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const Utf8Char c = DecodeUtf8(bytes, at);
    const bool text = c.length > 1 || (c.length == 1 && c.code >= 0x20 && c.code != 0x7f);
    if (text) {
      run += bytes.substr(at, c.length);
    } else {
      close();
    }
    at += std::max<std::size_t>(c.length, 1);
  }
  close();
  if (!joined.empty()) found.push_back(joined);
  return found;
}

TEST(DecodeTest, FindsEveryRunOfTextInNoise) {
  Random random(7);
  std::size_t count = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes;
    for (std::size_t i = random.Between(1, 12); i > 0; --i) {
      bytes += random.OneIn(2) ? random.Bytes(random.Between(1, 6))
               : random.OneIn(2)
                   ? random.Lower(random.Between(3, 14))
                   : random.Pick(std::array<std::string, 4>{"é", "漢", "😀", "\xe6\xbc"});
    }
    bytes += '\0';  // no text as a whole
    std::vector<HiddenText> hidden;
    AddReadable(bytes, "hex", hidden, /*with_raw=*/false);
    std::vector<std::string> found;
    for (const HiddenText& one : hidden) found.push_back(one.text);
    const std::vector<std::string> plain = PlainRuns(bytes);
    if (bytes.size() < 3) continue;
    // What reads as UTF-16 stands before them.
    ASSERT_GE(found.size(), plain.size());
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(plain.size()));
    ASSERT_EQ(found, plain);
    count += plain.size();
  }
  EXPECT_GT(count, 1000U);
}

TEST(DecodeTest, ReadsUtf16OfEitherOrderAtEitherPlace) {
  Random random(8);
  for (int round = 0; round < kRounds; ++round) {
    const std::size_t units = random.Between(3, 200);
    std::string text;
    std::string bytes(random.Below(2), '\x01');
    const bool little = random.OneIn(2);
    for (std::size_t i = 0; i < units; ++i) {
      // One unit in seven may be anything: fewer than a fifth.
      const bool odd = units >= 7 && i % 7 == 3;
      const char low = odd ? static_cast<char>(random.Next() >> 56) : random.Lower(1)[0];
      const char high = odd ? static_cast<char>(random.Next() >> 56) : '\0';
      bytes += little ? std::string{low, high} : std::string{high, low};
      if (!odd) text.push_back(low);
    }
    std::vector<HiddenText> hidden;
    AddReadable(bytes, "hex", hidden);
    const bool read = std::any_of(hidden.begin(), hidden.end(), [&](const HiddenText& one) {
      std::string letters;
      for (const char c : one.text) {
        if (c >= 'a' && c <= 'z') letters.push_back(c);
      }
      return letters.size() >= text.size() && one.text.size() >= units;
    });
    ASSERT_TRUE(read) << round;
  }
}

}  // namespace
}  // namespace renkei::anonymize
