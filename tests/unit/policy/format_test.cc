#include "policy/format.h"

#include <gtest/gtest.h>

#include "policy/policy.h"
#include "tests/unit/policy/random_policy.h"

namespace renkei::policy {
namespace {

std::shared_ptr<const Policy> ParsedText(const std::string& text) {
  const ParseResult parsed = Parse(text, "p");
  EXPECT_NE(parsed.policy, nullptr)
      << (parsed.problems.empty() ? "" : ToString(parsed.problems.front())) << "\n"
      << text;
  return parsed.policy;
}

// Says the same, in one layout.
void ExpectSame(const std::string& text) {
  const auto policy = ParsedText(text);
  ASSERT_NE(policy, nullptr);
  const std::string formatted = Format(text);
  const auto again = ParsedText(formatted);
  ASSERT_NE(again, nullptr);
  EXPECT_TRUE(*policy == *again) << text << "\n---\n" << formatted;
  EXPECT_EQ(Format(formatted), formatted) << text;
}

TEST(FormatTest, WritesWordsWithOneSpaceAndKeepsComments) {
  const std::string text =
      "\xef\xbb\xbf"
      "# head\r\n\r\n\r\n"
      "policy   \"p\"\tversion 1   # first\r\n"
      "levels low<mid   <  high\n"
      "circles one ,two\n"
      "set pack=summary   indicators\n"
      "\n"
      "  # why\n"
      "grant g to level>=low in circle{ one,two }   # to whom\n"
      "\n"
      "    # how much\n"
      "  on tlp<=green\n"
      "   allow exist ,see pack\n"
      "\n\n"
      "# the end\n"
      "\n";
  EXPECT_EQ(Format(text),
            "# head\n"
            "\n"
            "policy \"p\" version 1  # first\n"
            "levels low < mid < high\n"
            "circles one, two\n"
            "set pack = summary indicators\n"
            "\n"
            "# why\n"
            "grant g to level >= low in circle {one, two}  # to whom\n"
            "      # how much\n"
            "      on tlp <= green\n"
            "      allow exist, see pack\n"
            "\n"
            "# the end\n");
  ExpectSame(text);
}

TEST(FormatTest, BreaksLongStatementsWhereTheyHaveParts) {
  const std::string text =
      "policy \"p\" version 1\n"
      "levels low < mid\n"
      "circles one\n"
      "grant short to level >= low in circle on tlp <= green allow exist, see all\n"
      "grant long to level >= mid in circle on tlp <= amber type in {fraud} allow exist, see all, "
      "query\n"
      "test \"t\" peer level=low circles={one} record circles={one} tlp=green expect exist; not "
      "relay all\n"
      "never \"a title that takes its place\" see victim contact when level < mid and not "
      "recipient "
      "and not own\n";
  EXPECT_EQ(Format(text),
            "policy \"p\" version 1\n"
            "levels low < mid\n"
            "circles one\n"
            "grant short to level >= low in circle on tlp <= green allow exist, see all\n"
            "grant long to level >= mid in circle on tlp <= amber type in {fraud}\n"
            "      allow exist, see all, query\n"
            "test \"t\"\n"
            "     peer level=low circles={one}\n"
            "     record circles={one} tlp=green\n"
            "     expect exist; not relay all\n"
            "never \"a title that takes its place\" see victim contact\n"
            "      when level < mid and not recipient and not own\n");
  ExpectSame(text);
}

TEST(FormatTest, WrapsWhatFitsNowhere) {
  std::string names;
  for (int i = 0; i < 40; ++i) names += fmt::format("{}team-{}", i == 0 ? "" : ",", i);
  const std::string text =
      "policy \"p\" version 1\ndeny d everywhere to team in {" + names + "} forbid all # left\n";
  std::istringstream lines(Format(text));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 108u) << line;
  ExpectSame(text);
}

TEST(FormatTest, AHashInAStringIsNoComment) {
  const std::string text = "policy \"a # b\" version 1 # c\n";
  EXPECT_EQ(Format(text), "policy \"a # b\" version 1  # c\n");
}

TEST(FormatTest, ThePolicyOfANewNodeSaysTheSame) { ExpectSame(DefaultPolicyText("pier.example")); }

// Any layout that the lexer takes: breaks, empty lines and comments between any two words.
std::string Scatter(const std::string& text, RandomWorld& random) {
  std::string scattered;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (c != ' ' || quoted || !random.Chance(30)) {
      scattered += c;
      continue;
    }
    if (random.Chance(30)) scattered += "   # said in passing";
    scattered += random.Chance(30) ? "\n\n" : "\n";
    if (random.Chance(30)) scattered += " # said on its own\n";
    scattered += random.Chance(50) ? "  " : "\t";
  }
  return scattered;
}

TEST(FormatTest, OfAnyPolicyInAnyLayoutSaysTheSameAndKeepsEveryComment) {
  RandomWorld random(20261122);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (const std::string& statement : random.Statements(6)) {
      if (random.Chance(20)) text += "# before\n";
      if (random.Chance(20)) text += "\n";
      text += Scatter(statement, random);
      if (text.back() != '\n') text += '\n';
    }
    ExpectSame(text);
    const std::string formatted = Format(text);
    EXPECT_EQ(std::count(text.begin(), text.end(), '#'),
              std::count(formatted.begin(), formatted.end(), '#'));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace renkei::policy
