#include "node/cli/output.h"

#include <sstream>

#include <gtest/gtest.h>

namespace renkei::cli {
namespace {

TEST(OutputTest, ControlCharactersOfATitleDoNotReachTheTerminal) {
  const Json json = {{"title", "a\x1b[2Jb\nc\x7f"}};
  const std::string shown = Field(json, "title");
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
  EXPECT_EQ(shown.find('\n'), std::string::npos);
  EXPECT_EQ(shown.front(), 'a');
}

TEST(OutputTest, FieldsOfAnyTypeHaveWords) {
  const Json json = {{"n", 7}, {"yes", true}, {"null", nullptr}};
  EXPECT_EQ(Field(json, "n"), "7");
  EXPECT_EQ(Field(json, "yes"), "yes");
  EXPECT_EQ(Field(json, "null"), "");
  EXPECT_EQ(Field(json, "absent"), "");
  EXPECT_EQ(Field(Json::array(), "absent"), "");
}

TEST(OutputTest, AnEmptyListIsADash) {
  EXPECT_EQ(Words(Json::array()), "-");
  EXPECT_EQ(Words(Json{"a", "b"}, ", "), "a, b");
}

TEST(OutputTest, WideCharactersTakeTwoColumns) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("連携"), 4u);
  EXPECT_EQ(DisplayWidth("é"), 1u);
}

TEST(OutputTest, LinesBreakAtSpacesAndNeverInsideACharacter) {
  EXPECT_EQ(Wrap("one two three", 8), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(Wrap("abcdefghij", 4), (std::vector<std::string>{"abcd", "efgh", "ij"}));
  EXPECT_EQ(Wrap("連携連携", 5), (std::vector<std::string>{"連携", "連携"}));
  EXPECT_EQ(Wrap("", 5), (std::vector<std::string>{""}));
  EXPECT_EQ(Wrap("one two", 7), (std::vector<std::string>{"one two"}));
}

TEST(OutputTest, TableColumnsAlignAndTheLastOneWraps) {
  Table table({"A", "B"});
  table.Add({"連携", "x"});
  table.Add({"a", std::string(70, 'y') + " " + std::string(10, 'z')});
  EXPECT_EQ(table.ToText(), "A     B\n連携  x\na     " + std::string(70, 'y') + "\n      " +
                                std::string(10, 'z') + "\n");
}

TEST(OutputTest, ATableWithoutHeadsHasNoHeadline) {
  Table table({"", ""});
  table.Add({"a", "b"});
  EXPECT_EQ(table.ToText(2), "  a  b\n");
}

TEST(OutputTest, AnErrorIsOneLineAndItsHintAnother) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  const SystemClock clock;
  Context context{.clock = clock, .in = in, .out = out, .err = err};
  EXPECT_EQ(Fail(context, "open", NotFound("no\nfile"), "make it"), kFailed);
  EXPECT_EQ(err.str(), "renkei: open: no?file\nhint: make it\n");
}

}  // namespace
}  // namespace renkei::cli
