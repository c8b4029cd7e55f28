#include "node/formats/json_reader.h"

#include <gtest/gtest.h>

#include "node/formats/import_json.h"
#include "node/formats/misp_import.h"
#include "node/formats/record_json.h"

namespace renkei::formats {
namespace {

struct WrongInput {
  std::string name{};
  std::string input{};
  std::string message{};
  absl::StatusCode code = absl::StatusCode::kInvalidArgument;
};
void PrintTo(const WrongInput& test, std::ostream* out) { *out << test.name; }

std::string Nested(int levels) {
  return std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']');
}

std::string Event(const std::string& inside) {
  return R"({"Event": {"info": "x", )" + inside + "}}";
}

const std::vector<WrongInput>& WrongInputs() {
  static const std::vector<WrongInput> inputs = {
      {"EmptyFile", "", "the file is empty"},
      {"Truncated", "{\"Event\": {\n  \"info\": \"half a te",
       "line 2, column 21: the file ends in the middle of a value; it is cut short"},
      {"TruncatedAfterComma", "{\"a\": 1,",
       "line 1, column 9: the file ends in the middle of a value; it is cut short"},
      {"NotUtf8", "{\"info\": \"caf\xe9\"}", "line 1, column 14: not UTF-8"},
      {"Utf16", std::string("\xff\xfe{\0", 4), "the file is UTF-16; save it as UTF-8"},
      {"OnlyAByteOrderMark", "\xef\xbb\xbf", "the file is empty"},
      {"ThousandLevels", Nested(1000), "line 1, column 65: nested deeper than 64 levels"},
      {"SixtyFiveLevels", Nested(65), "line 1, column 65: nested deeper than 64 levels"},
      {"TextAfterTheEnd", "{} {}",
       "line 1, column 4: there is more text after the end of the document"},
      {"MissingComma", "{\"a\": 1 \"b\": 2}", "line 1, column 9: expected `,` or `}`"},
      {"TrailingComma", "[1, 2, ]", "line 1, column 8: expected a value"},
      {"SingleQuotes", "{'a': 1}", "line 1, column 2: expected a key in quotes"},
      {"LeadingZero", "[01]", "line 1, column 3: a number starts with 0"},
      {"RawNewline", "[\"a\nb\"]", "line 1, column 4: control character inside a text"},
      {"BadEscape", R"(["\x"])", "line 1, column 4: unknown escape in a text"},
      {"DuplicateKey", R"({"Event": {"info": "a", "\u0069nfo": "b"}})",
       "`Event.info`: this key stands twice"},
      {"ANumber", "42", "`(top)`: expected a record or a MISP event, found number"},
      {"AText", "\"x\"", "`(top)`: expected a record or a MISP event, found text"},
      {"EmptyList", "[]", "there is no event in the file"},
      {"ListOfNumbers", "[1]", "`[0]`: expected a MISP event, found number"},
      {"SomethingElse", "{\"a\": 1}",
       "`(top)`: neither a record (`renkei`), a MISP event (`Event`, `response`), a STIX bundle "
       "(`objects`) nor an IODEF document (`Incident`)"},
      {"StixBundle", R"({"type": "bundle"})", "`(top)`: a STIX bundle without a list of `objects`"},
      {"EventIsAText", R"({"Event": "x"})", "`Event`: expected a MISP event, found text"},
      {"NoInfo", R"({"Event": {}})", "`Event`: `info` is missing"},
      {"AttributesAreNoList", Event(R"("Attribute": {"a": 1})"),
       "`Event.Attribute`: expected list, found object"},
      {"AttributeIsANumber", Event(R"("Attribute": [7])"),
       "`Event.Attribute[0]`: expected object, found number"},
      {"NoValue", Event(R"("Attribute": [{"type": "url"}])"),
       "`Event.Attribute[0]`: `value` is missing"},
      {"ValueIsAList", Event(R"("Attribute": [{"type": "url", "value": ["x"]}])"),
       "`Event.Attribute[0].value`: expected text, found list"},
      {"ToIdsIsAWord", Event(R"("Attribute": [{"type": "url", "value": "x", "to_ids": "maybe"}])"),
       "`Event.Attribute[0].to_ids`: expected true or false"},
      {"TagWithoutAName", Event(R"("Tag": [{}])"), "`Event.Tag[0]`: `name` is missing"},
      {"OrganisationOnly", Event(R"("distribution": "0")"),
       "`Event.distribution`: 0 says this event is for its author's organisation only, so "
       "publishing it would widen its audience; if your team may do that, allow organisation-only "
       "events",
       absl::StatusCode::kFailedPrecondition},
      {"RecordOfTheFuture", R"({"renkei": 2})", "`renkei`: version 2 is not known here, only 1"},
      {"RecordKeyMisspelt", R"({"renkei": 1, "circels": []})",
       "`circels`: unknown key (did you mean `circles`?)"},
      {"RecordWordMisspelt", R"({"renkei": 1, "tlp": "yellow"})", "`tlp`: unknown word `yellow`"},
      {"RecordSectionKeyMisspelt",
       R"({"renkei": 1, "sections": {"indicators": {"indicators": [{"valeu": "x"}]}}})",
       "`sections.indicators.indicators[0].valeu`: unknown key (did you mean `value`?)"},
      {"RecordEnumMisspelt",
       R"({"renkei": 1, "sections": {"indicators": {"indicators": [{"type": "domian"}]}}})",
       "`sections.indicators.indicators[0].type`: unknown word `domian` (did you mean `domain`?)"},
      {"RecordNumberForText",
       R"({"renkei": 1, "sections": {"indicators": {"indicators": [{"value": 3}]}}})",
       "`sections.indicators.indicators[0].value`: expected text, found number"},
      {"RecordTimeIsNoTime", R"({"renkei": 1, "expires": "tomorrow"})",
       "`expires`: expected a time such as `2026-11-22T01:36:17Z`"},
      {"RecordIdTooShort", R"({"renkei": 1, "about": {"record_id": "00"}})",
       "`about.record_id`: expected 32 hex digits"},
      {"RecordWithoutValue",
       R"({"renkei": 1, "sections": {"indicators": {"indicators": [{"type": "url"}]}}})",
       "sections: indicators.indicators: an empty value"},
  };
  return inputs;
}

class WrongInputTest : public testing::TestWithParam<WrongInput> {};

TEST_P(WrongInputTest, IsRefusedWithPlaceAndRule) {
  const auto imported = ImportJsonAuto(GetParam().input);
  ASSERT_FALSE(imported.ok());
  EXPECT_EQ(Message(imported.status()), GetParam().message);
  EXPECT_EQ(imported.status().code(), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(Inputs, WrongInputTest, testing::ValuesIn(WrongInputs()),
                         [](const auto& test) { return test.param.name; });

TEST(JsonReaderTest, AFileOverTheLimitIsRefused) {
  ImportOptions options;
  options.limits.bytes_max = 10;
  const auto imported = ImportJsonAuto("[1, 2, 3, 4]", options);
  EXPECT_EQ(Message(imported.status()), "the file has 12 bytes, more than the 10 allowed");
  EXPECT_TRUE(absl::IsResourceExhausted(imported.status()));
}

TEST(JsonReaderTest, AUtf8ByteOrderMarkIsSkipped) {
  EXPECT_TRUE(ImportJsonAuto("\xef\xbb\xbf{\"Event\": {\"info\": \"x\"}}").ok());
}

TEST(JsonReaderTest, SixtyFourLevelsAreRead) { EXPECT_TRUE(JsonDocument::Parse(Nested(64)).ok()); }

TEST(JsonReaderTest, ManyKeysAreSearchedForDuplicatesToo) {
  std::string text = "{";
  for (int i = 0; i < 200; ++i) text += fmt::format("\"k{}\": 0, ", i);
  EXPECT_TRUE(JsonDocument::Parse(text + "\"last\": 0}").ok());
  EXPECT_EQ(Message(JsonDocument::Parse(text + "\"k7\": 0}").status()),
            "`k7`: this key stands twice");
  EXPECT_EQ(Message(JsonDocument::Parse(text + "\"k150\": 0}").status()),
            "`k150`: this key stands twice");
}

TEST(JsonReaderTest, EveryCutOfAFileIsRefusedWithAPlace) {
  const std::string text = R"({"a": [1.5e3, true, null, "x\u00e9\n"], "b": {"c": -0.5}})";
  ASSERT_TRUE(JsonDocument::Parse(text).ok());
  for (std::size_t length = 1; length < text.size(); ++length) {
    const auto parsed = JsonDocument::Parse(text.substr(0, length));
    ASSERT_FALSE(parsed.ok()) << length;
    EXPECT_TRUE(Message(parsed.status()).starts_with("line 1, column ")) << length;
  }
}

}  // namespace
}  // namespace renkei::formats
