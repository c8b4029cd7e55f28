// The words that editors colour are the language's: a word added to one only is found here.

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "node/base/json.h"
#include "policy/marking.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

using Set = std::set<std::string, std::less<>>;

Json ReadJson(const std::string& name) {
  std::ifstream in(std::string(RENKEI_SOURCES) + "/editors/vscode/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  return Json::parse(text.str(), nullptr, /*allow_exceptions=*/false);
}

Json Rules() { return ReadJson("syntaxes/renkei-policy.tmLanguage.json")["repository"]; }

// The words of the one alternation between the guards that keep it to whole words.
Set Coloured(const Json& rules, const std::string& rule) {
  const std::string match = rules[rule]["match"].get<std::string>();
  const std::string guard = "(?<![a-z0-9.+/*-])(";
  std::size_t at = match.find(guard);
  EXPECT_NE(at, std::string::npos) << match;
  at += guard.size();
  if (match.compare(at, 2, "?:") == 0) at += 2;
  std::string list = match.substr(at, match.find(')', at) - at);
  list.erase(std::remove(list.begin(), list.end(), '\\'), list.end());
  std::istringstream in(list);
  Set words;
  for (std::string word; std::getline(in, word, '|');) {
    EXPECT_TRUE(words.insert(word).second) << rule << " has " << word << " twice";
  }
  return words;
}

template <class Enum>
void AddWords(Set& words) {
  for (int i = 1;; ++i) {
    const std::string word(ToWord(static_cast<Enum>(i)));
    if (word == "unspecified") return;
    if (!word.starts_with("spare")) words.insert(word);
  }
}

Set Actions() {
  Set words;
  for (int i = 0; i <= static_cast<int>(Verb::kAll); ++i) {
    words.emplace(ToWord(static_cast<Verb>(i)));
  }
  return words;
}

Set Sections() {
  Set words;
  for (int i = 0; i < kSectionCount; ++i) {
    const std::string word(ToWord(static_cast<SectionId>(i)));
    if (!word.starts_with("spare")) words.insert(word);
  }
  return words;
}

TEST(EditorGrammarTest, ColoursEveryStatementAndKeyword) {
  const Json rules = Rules();
  ASSERT_TRUE(rules.is_object());
  const auto statements = StatementKeywords();
  EXPECT_EQ(Coloured(rules, "statement"), Set(statements.begin(), statements.end()));
  EXPECT_EQ(Coloured(rules, "action"), Actions());
  Set others;
  for (const std::string_view word : Keywords()) others.emplace(word);
  for (const std::string_view word : statements) others.erase(std::string(word));
  for (const std::string& word : Actions()) others.erase(word);
  EXPECT_EQ(Coloured(rules, "keyword"), others);
}

TEST(EditorGrammarTest, ColoursEverySectionAndValue) {
  const Json rules = Rules();
  EXPECT_EQ(Coloured(rules, "section"), Sections());
  Set values;
  AddWords<Tlp>(values);
  AddWords<Pap>(values);
  AddWords<Kind>(values);
  AddWords<SourceMode>(values);
  AddWords<Severity>(values);
  AddWords<PeerKind>(values);
  for (const std::string& word : Sections()) values.erase(word);
  EXPECT_EQ(Coloured(rules, "value"), values);
}

TEST(EditorGrammarTest, ThePackageNamesFilesThatAreThere) {
  const Json package = ReadJson("package.json");
  ASSERT_TRUE(package.is_object());
  const Json& contributes = package["contributes"];
  EXPECT_EQ(contributes["languages"][0]["extensions"][0], ".policy");
  for (const std::string& path : {contributes["languages"][0]["configuration"].get<std::string>(),
                                  contributes["grammars"][0]["path"].get<std::string>()}) {
    EXPECT_TRUE(ReadJson(path).is_object()) << path;
  }
}

}  // namespace
}  // namespace renkei::policy
