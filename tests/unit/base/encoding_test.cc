#include "node/base/encoding.h"

#include <vector>

#include <gtest/gtest.h>

#include "node/base/json.h"

namespace renkei {
namespace {

struct Case {
  std::string bytes;
  std::string base64;
  std::string base32;
};

// RFC 4648, section 10 (base32 in lower case, without padding).
const std::vector<Case> kRfc4648 = {
    {"", "", ""},
    {"f", "Zg==", "my"},
    {"fo", "Zm8=", "mzxq"},
    {"foo", "Zm9v", "mzxw6"},
    {"foob", "Zm9vYg==", "mzxw6yq"},
    {"fooba", "Zm9vYmE=", "mzxw6ytb"},
    {"foobar", "Zm9vYmFy", "mzxw6ytboi"},
};

TEST(EncodingTest, Rfc4648VectorsBothWays) {
  for (const Case& c : kRfc4648) {
    EXPECT_EQ(Base64Encode(c.bytes), c.base64);
    EXPECT_EQ(Base64Decode(c.base64), c.bytes) << c.base64;
    EXPECT_EQ(Base32Encode(c.bytes), c.base32);
    EXPECT_EQ(Base32Decode(c.base32), c.bytes) << c.base32;
    EXPECT_EQ(HexDecode(HexEncode(c.bytes)), c.bytes);
  }
}

TEST(EncodingTest, DecodersRefuseWhatIsNotCanonical) {
  EXPECT_FALSE(HexDecode("abc"));
  EXPECT_FALSE(HexDecode("zz"));
  EXPECT_FALSE(Base64Decode("Zh=="));  // bits left over
  EXPECT_FALSE(Base64Decode("Z"));
  EXPECT_FALSE(Base64Decode("Zg==="));
  EXPECT_FALSE(Base64Decode("Z g="));
  EXPECT_FALSE(Base32Decode("mz1"));
  EXPECT_FALSE(Base32Decode("m"));
}

TEST(EncodingTest, Utf8RefusesOverlongSurrogatesAndTruncation) {
  EXPECT_TRUE(IsUtf8("plain"));
  EXPECT_TRUE(IsUtf8("連携"));
  EXPECT_TRUE(IsUtf8("\xf0\x9f\x94\x92"));
  EXPECT_FALSE(IsUtf8("\xc0\xaf"));
  EXPECT_FALSE(IsUtf8("\xe0\x80\xaf"));
  EXPECT_FALSE(IsUtf8("\xed\xa0\x80"));
  EXPECT_FALSE(IsUtf8("\xf4\x90\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xe9\x80"));
}

TEST(EncodingTest, PrintableLeavesNoControlCharacter) {
  EXPECT_EQ(Printable("a\x1b[31mb\nc", 100), "a?[31mb?c");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m",
                      100),
            "?31m");
  EXPECT_EQ(Printable("連携", 3), "連...");
}

TEST(EncodingTest, PrintableLeavesNothingThatHidesOrTurnsText) {
  EXPECT_EQ(Printable("a\u202Eb\u2066c\u200Bd\u200Fe\u2028f\u061Cg\uFEFFh", 100),
            "a?b?c?d?e?f?g?h");
  EXPECT_EQ(Printable("a\U000E0041b", 100), "a?b");
  const std::string joined = "\u0646\u200C\u0645 \u2019 \u00E9 \u200D";
  EXPECT_EQ(Printable(joined, 100), joined);
}

TEST(EncodingTest, JsonEscapesWhatATerminalWouldObey) {
  const Json json = {{"a\x7F", "b\u009B31m\u202E\U000E0041\u00E9"}, {"c", "\n"}};
  const std::string line = ToText(json);
  EXPECT_EQ(line, "{\"a\\u007f\":\"b\\u009b31m\\u202e\\udb40\\udc41\u00E9\",\"c\":\"\\n\"}");
  EXPECT_EQ(Json::parse(line), json);
  EXPECT_EQ(ToPrettyText({{"a", "\x7F"}}), "{\n  \"a\": \"\\u007f\"\n}\n");
}

TEST(EncodingTest, LabelsAreLowerCaseDigitsAndDashes) {
  EXPECT_TRUE(IsLabel("a-9", 3));
  EXPECT_FALSE(IsLabel("a-9b", 3));
  EXPECT_FALSE(IsLabel("", 3));
  EXPECT_FALSE(IsLabel("A", 3));
}

TEST(EncodingTest, NearestWordSuggestsOnlyWhatIsNear) {
  const std::vector<std::string> words = {"accredited", "certified", "listed"};
  EXPECT_EQ(NearestWord("acredited", words), "accredited");
  EXPECT_EQ(NearestWord("litsed", words), "listed");
  EXPECT_EQ(NearestWord("banana", words), "");
}

}  // namespace
}  // namespace renkei
