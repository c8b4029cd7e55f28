#include <gtest/gtest.h>

#include "node/formats/csv_reader.h"
#include "node/formats/export.h"
#include "node/formats/import_any.h"
#include "node/formats/value_type.h"
#include "tests/unit/formats/held.h"
#include "tests/unit/formats/samples.h"

namespace renkei::formats {
namespace {

using std::string_literals::operator""s;

Imported List(const std::string& text, const ImportOptions& options = {}) {
  auto imported = ImportAny(text, options);
  EXPECT_TRUE(imported.ok()) << Message(imported.status());
  if (!imported.ok() || imported->size() != 1) return {};
  return std::move(imported->front());
}

// `type value`, in the order of the draft.
std::vector<std::string> ValuesOf(const Imported& one) {
  std::vector<std::string> values;
  for (const v1::Indicator& value : one.draft.sections.indicators().indicators()) {
    values.push_back(v1::IndicatorType_Name(value.type()).substr(15) + " " + value.value());
  }
  return values;
}

std::string WhyNot(const std::string& text, const ImportOptions& options = {}) {
  const auto imported = ImportAny(text, options);
  EXPECT_FALSE(imported.ok());
  return Message(imported.status());
}

TEST(ValueTypeTest, AValueIsKnownByItsForm) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"198.51.100.7", "IPV4 198.51.100.7"},
      {"198[.]51[.]100[.]7", "IPV4 198.51.100.7"},
      {"198.51.100.7/24", "IPV4_NET 198.51.100.0/24"},
      {"2001:DB8::1", "IPV6 2001:db8::1"},
      {"2001:db8::/32", "IPV6_NET 2001:db8::/32"},
      {"Evil.example", "DOMAIN evil.example"},
      {"www.evil[.]example", "HOSTNAME www.evil.example"},
      {"hxxps://evil[.]example/A", "URL https://evil.example/A"},
      {"help[at]evil.example", "EMAIL help@evil.example"},
      {"D41D8CD98F00B204E9800998ECF8427E", "MD5 d41d8cd98f00b204e9800998ecf8427e"},
      {"da39a3ee5e6b4b0d3255bfef95601890afd80709", "SHA1 da39a3ee5e6b4b0d3255bfef95601890afd80709"},
      {"evil.example/login", "URL http://evil.example/login"},
      {"/gate/conf.php?id=1", "URI_PATH /gate/conf.php?id=1"},
      {"CVE-2026-1234", "VULNERABILITY CVE-2026-1234"}};
  for (const auto& [text, expected] : rows) {
    const auto found = RecogniseValue(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(v1::IndicatorType_Name(found->type).substr(15) + " " + found->value, expected);
  }
  for (const char* text : {"", "word", "two words", "12", "/a", "a..b", "https://"}) {
    EXPECT_FALSE(RecogniseValue(text)) << text;
  }
}

TEST(ListImportTest, APlainListIsAValueALine) {
  const Imported one = List(
      "\xef\xbb\xbf# a feed of ours\r\nevil.example\r\n\r\n198.51.100.7 # seen twice\n"
      "hxxp://evil[.]example/a\n0.0.0.0 other.example\nevil.example\n203.0.113.9:8443\n");
  EXPECT_EQ(ValuesOf(one),
            (std::vector<std::string>{"DOMAIN evil.example", "IPV4 198.51.100.7",
                                      "URL http://evil.example/a", "DOMAIN other.example",
                                      "IPV4 203.0.113.9", "PORT 8443"}));
  const auto& values = one.draft.sections.indicators().indicators();
  EXPECT_EQ(values[1].comment().value(), "seen twice");
  EXPECT_TRUE(values[0].actionable());
  EXPECT_FALSE(values[5].actionable()) << "a port alone says little";
  EXPECT_EQ(one.draft.header.kind, policy::Kind::kIndicators);
  EXPECT_EQ(one.draft.source_format, "plain");
  EXPECT_EQ(one.draft.source_id.substr(0, 7), "sha256:");
}

TEST(ListImportTest, LinesThatAreNoValueAreCountedAndNamed) {
  const Imported one = List("evil.example\nlogin page\n198.51.100.7\nnot a value\n");
  ASSERT_EQ(one.report.not_mapped.size(), 1U);
  EXPECT_EQ(one.report.not_mapped[0].place, "line[2]");
  EXPECT_EQ(one.report.not_mapped[0].count, 2U);
  EXPECT_EQ(one.report.attributes, 4U);
  EXPECT_EQ(one.report.attributes_skipped, 2U);
}

TEST(ListImportTest, WhatIsNoListIsRefusedInOneLine) {
  EXPECT_EQ(WhyNot(""), "there is no value in the file");
  EXPECT_EQ(WhyNot("# nothing\n"), "there is no value in the file");
  EXPECT_EQ(WhyNot("Dear team,\nplease block evil.example at once\nevil.example\n"),
            "line[1]: `Dear team,` is no address, name, URL or hash (1 of 3 values are): no list, "
            "and neither JSON, XML, a mail nor a table with a header line that is known");
  EXPECT_EQ(WhyNot("evil.example\nx\0y\n"s),
            "line 2, column 2: character U+0000 in a list; is it a text file?");
  EXPECT_EQ(WhyNot("evil.example\ncaf\xe9.example\n"), "the file is not UTF-8; save it as UTF-8");
  EXPECT_EQ(WhyNot("e\0v\0i\0l\0"s), "the file is in UTF-16 without its mark; save it as UTF-8");
}

// In UTF-16 with its mark, as spreadsheets of Windows save it.
std::string InUtf16(const std::string& ascii, bool big) {
  std::string text = big ? "\xfe\xff" : "\xff\xfe";
  for (const char c : ascii) {
    text += big ? std::string{'\0', c} : std::string{c, '\0'};
  }
  return text;
}

TEST(ListImportTest, FilesInUtf16AreReadByTheirMark) {
  for (const bool big : {false, true}) {
    const auto table = ImportAny(InUtf16("type,value\r\ndomain,portal.example\r\n", big));
    ASSERT_TRUE(table.ok()) << Message(table.status());
    EXPECT_EQ(table->front().draft.sections.indicators().indicators(0).value(), "portal.example");
    const auto plain = ImportAny(InUtf16("192.0.2.1\n", big));
    EXPECT_TRUE(plain.ok()) << Message(plain.status());
    const auto json = ImportAny(InUtf16(
        R"({"renkei": 1, "kind": "incident", "sections": {"summary": {"title": ["x"]}}})", big));
    EXPECT_TRUE(json.ok()) << Message(json.status());
    const auto xml = ImportAny(
        InUtf16("<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<IODEF-Document version=\"2.00\" "
                "xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\"><Incident purpose=\"watch\" "
                "restriction=\"white\"><IncidentID name=\"c\">1</IncidentID>"
                "<Description>x</Description></Incident></IODEF-Document>",
                big));
    EXPECT_TRUE(xml.ok()) << Message(xml.status());
  }
}

TEST(ListImportTest, MoreValuesThanMayAreRefused) {
  std::string text;
  for (int i = 0; i <= 400'000; ++i) text += fmt::format("{:032x}\n", i);  // read fastest
  EXPECT_EQ(WhyNot(text), "more than 400000 values");
}

TEST(ListImportTest, ATableWithWellKnownColumnsIsRead) {
  const Imported one = List(
      "first_seen,ioc_type,ioc_value,tags,confidence,tlp,comment\r\n"
      "2026-03-01 02:56:02,ip,198.51.100.7,\"a; b\",80,green,\"said \"\"twice\"\",\r\nin two "
      "lines\"\r\n"
      "2026-03-02T00:00:00Z,FileHash-MD5,D41D8CD98F00B204E9800998ECF8427E,,high,amber,\r\n");
  EXPECT_EQ(ValuesOf(one), (std::vector<std::string>{"IPV4 198.51.100.7",
                                                     "MD5 d41d8cd98f00b204e9800998ecf8427e"}));
  const auto& first = one.draft.sections.indicators().indicators(0);
  EXPECT_EQ(first.first_seen_us(), 1'772'333'762'000'000);
  EXPECT_EQ(first.labels_size(), 2);
  EXPECT_EQ(first.confidence(), 80U);
  EXPECT_EQ(first.comment().value(), "said \"twice\",\r\nin two lines");
  EXPECT_EQ(one.draft.sections.indicators().indicators(1).confidence(), 85U);
  EXPECT_EQ(one.draft.header.tlp, policy::Tlp::kAmber) << "the strictest row";
  EXPECT_EQ(one.draft.source_format, "csv");
  EXPECT_TRUE(one.report.not_mapped.empty());
}

TEST(ListImportTest, ColumnsMayBeNamedByTypeAndOthersAreCounted) {
  const Imported one =
      List("domain;sha256;campaign\nevil.example;;seven\n;" + std::string(64, 'a') + ";eight\n");
  EXPECT_EQ(ValuesOf(one),
            (std::vector<std::string>{"DOMAIN evil.example", "SHA256 " + std::string(64, 'a')}));
  ASSERT_EQ(one.report.not_mapped.size(), 1U);
  EXPECT_EQ(one.report.not_mapped[0].place, "line[2].campaign");
  EXPECT_EQ(one.report.not_mapped[0].count, 2U);
}

TEST(ListImportTest, AMappingByPlaceIsForFilesWithoutHeader) {
  ImportOptions options;
  options.csv_mappings = {{.name = "tweets",
                           .columns = {"first_seen", "", "type", "value", "tags", "reference"},
                           .types = {{"address", "ip"}},
                           .tlp = policy::Tlp::kGreen,
                           .confidence = 40,
                           .tags = {"social"},
                           .title = "Seen on social media"}};
  options.mapping = "tweets";
  const Imported one =
      List("2026-03-01 02:56:02,somebody,address,198.51.100.7,#phish #kit,https://a.example/1\n",
           options);
  EXPECT_EQ(ValuesOf(one), (std::vector<std::string>{"IPV4 198.51.100.7"}));
  const auto& value = one.draft.sections.indicators().indicators(0);
  EXPECT_EQ(value.labels_size(), 3);
  EXPECT_EQ(value.labels(2), "kit");
  EXPECT_EQ(value.confidence(), 40U);
  EXPECT_EQ(one.draft.header.tlp, policy::Tlp::kGreen);
  EXPECT_EQ(one.draft.sections.summary().title(0).value(), "Seen on social media");
  EXPECT_EQ(one.draft.sections.references().references(0).url(), "https://a.example/1");
  ASSERT_EQ(one.report.not_mapped.size(), 1U);
  EXPECT_EQ(one.report.not_mapped[0].place, "line[1].column 2");
}

TEST(ListImportTest, AMappingIsFoundByTheHeaderLine) {
  ImportOptions options;
  options.csv_mappings = {
      {.name = "vendor", .delimiter = ';', .header = {{"value", "IOC"}, {"type", "Art"}}}};
  const Imported one = List("Art;IOC\nmutex;Global\\example\n", options);
  EXPECT_EQ(ValuesOf(one), (std::vector<std::string>{"MUTEX Global\\example"}));
  options.mapping = "vendr";
  EXPECT_EQ(WhyNot("a;b\n", options),
            "there is no mapping `vendr` in node.toml (did you mean `vendor`?)");
  options.mapping = "vendor";
  EXPECT_EQ(WhyNot("a;b\n", options),
            "line 1: the mapping `vendor` names a column `Art` that is not in the header line");
}

TEST(ListImportTest, BrokenTablesHaveLineAndColumn) {
  EXPECT_EQ(WhyNot("value,type\nevil.example\n"), "line 2: 1 cells where 2 are expected");
  EXPECT_EQ(WhyNot("# made by hand\nvalue,type\n\"evil.example,domain\n"),
            "line 3, column 1: a quoted cell begins here and never ends");
  EXPECT_EQ(WhyNot("value,type\n\"evil.example\"x,domain\n"),
            "line 2, column 15: text behind the quote that ends a cell; a quote inside is doubled");
  std::string many = "value";
  for (int i = 0; i < 200; ++i) many += ",x";
  EXPECT_EQ(WhyNot("value,type\n" + many + "\n"), "line 2: more than 200 cells in a row");
}

TEST(ListImportTest, ATypeThatIsNotOfItsValueGivesWay) {
  const Imported one = List("value,type\nevil.example,md5\nsomething,yara-rule-id\n");
  EXPECT_EQ(ValuesOf(one), (std::vector<std::string>{"DOMAIN evil.example", "OTHER something"}));
  EXPECT_EQ(one.report.notes.size(), 1U);
  EXPECT_EQ(one.draft.sections.indicators().indicators(1).source_type(), "yara-rule-id");
  EXPECT_FALSE(one.draft.sections.indicators().indicators(1).actionable());
}

TEST(ListImportTest, OurOwnTableComesBack) {
  const Imported first = List(
      "value,type,tags,confidence,comment,actionable,role,valid_until\n"
      "evil.example,domain,a;b,80,=1+1,true,c2,2031-01-01T00:00:00Z\n"
      "-dash,mutex,,,,false,,\n198.51.100.7,ipv4,,,,true,source,\n");
  const HeldRecord held = Held(first.draft);
  const Exported table = ExportCsv({&held, 1}, At(1'790'000'001));
  const Imported again = List(table.text);
  EXPECT_EQ(ValuesOf(again), ValuesOf(first));
  for (int i = 0; i < 3; ++i) {
    const auto& a = first.draft.sections.indicators().indicators(i);
    const auto& b = again.draft.sections.indicators().indicators(i);
    EXPECT_EQ(a.actionable(), b.actionable()) << i;
    EXPECT_EQ(a.role(), b.role()) << i;
    EXPECT_EQ(a.valid_until_us(), b.valid_until_us()) << i;
    EXPECT_EQ(a.comment().value(), b.comment().value()) << i;
    EXPECT_EQ(a.labels_size(), b.labels_size()) << i;
    EXPECT_EQ(a.confidence(), b.confidence()) << i;
  }
}

TEST(ListImportTest, RealListsAreRead) {
  const char* shared = std::getenv("RENKEI_SHARED");
  const std::filesystem::path data =
      std::filesystem::path(shared == nullptr ? "" : shared) / "data";
  if (!std::filesystem::exists(data / "plain-lists-eset")) GTEST_SKIP() << "no ../shared here";
  ImportOptions tweets;
  tweets.csv_mappings = {
      {.name = "tweets", .columns = {"first_seen", "", "type", "value", "tags", "reference"}}};
  tweets.mapping = "tweets";
  int files = 0;
  for (const char* folder : {"plain-lists-eset", "plain-lists-maltrail", "csv-tweetfeed"}) {
    for (const auto& entry : std::filesystem::directory_iterator(data / folder)) {
      const bool is_table = folder == std::string_view("csv-tweetfeed");
      const auto imported = ImportAny(ReadAll(entry.path()), is_table ? tweets : ImportOptions());
      ASSERT_TRUE(imported.ok()) << entry.path() << ": " << Message(imported.status());
      const ImportReport& report = imported->front().report;
      EXPECT_GT(report.attributes_mapped(), 0U) << entry.path();
      std::cout << entry.path().filename().string() << ": " << report.attributes_mapped() << " of "
                << report.attributes << "\n";
      ++files;
    }
  }
  EXPECT_EQ(files, 33);
}

}  // namespace
}  // namespace renkei::formats
