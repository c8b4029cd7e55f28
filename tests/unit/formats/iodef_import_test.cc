#include <algorithm>

#include <gtest/gtest.h>

#include "node/formats/import_any.h"
#include "node/formats/record_json.h"
#include "tests/unit/formats/samples.h"

namespace renkei::formats {
namespace {

std::string IodefSample(const std::string& name) {
  return ReadAll(std::filesystem::path(RENKEI_SAMPLES) / "iodef" / name);
}

// The one draft of a document with an incident of `inside`.
Imported OneIncident(const std::string& inside, const std::string& attributes = "") {
  const std::string text = fmt::format(
      "<IODEF-Document version=\"2.00\" xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\">"
      "<Incident purpose=\"watch\" restriction=\"green\" {}>"
      "<IncidentID name=\"c.example\">1</IncidentID>{}</Incident></IODEF-Document>",
      attributes, inside);
  auto imported = ImportAny(text);
  EXPECT_TRUE(imported.ok()) << Message(imported.status());
  if (!imported.ok() || imported->size() != 1) return {};
  return std::move(imported->front());
}

std::string IndicatorOf(const std::string& observable) {
  return "<IndicatorData><Indicator><IndicatorID name=\"c\" version=\"1\">a</IndicatorID>"
         "<Observable>" +
         observable + "</Observable></Indicator></IndicatorData>";
}

const v1::Indicator* FindIodefValue(const record::Draft& draft, std::string_view value) {
  for (const v1::Indicator& one : draft.sections.indicators().indicators()) {
    if (one.value() == value) return &one;
  }
  return nullptr;
}

std::vector<std::string> LossesOf(const ImportReport& report) {
  std::vector<std::string> losses;
  for (const NotMapped& one : report.not_mapped) {
    if (!one.by_design) losses.push_back(one.place);
  }
  return losses;
}

TEST(IodefImportTest, XmlAndJsonOfTheSameIncidentAreTheSameDraft) {
  const auto xml = ImportAny(IodefSample("incident.xml"));
  const auto json = ImportAny(IodefSample("incident.json"));
  ASSERT_TRUE(xml.ok()) << Message(xml.status());
  ASSERT_TRUE(json.ok()) << Message(json.status());
  ASSERT_EQ(xml->size(), 1U);
  ASSERT_EQ(json->size(), 1U);
  EXPECT_EQ(ToPrettyText(ToJson(xml->front().draft)), ToPrettyText(ToJson(json->front().draft)));
  EXPECT_EQ(xml->front().report.not_mapped, json->front().report.not_mapped);
}

TEST(IodefImportTest, AnIncidentIsMappedClassByClass) {
  const auto imported = ImportAny(IodefSample("incident.xml"));
  ASSERT_TRUE(imported.ok()) << Message(imported.status());
  const record::Draft& draft = imported->front().draft;
  EXPECT_EQ(draft.source_format, "iodef");
  EXPECT_EQ(draft.source_id, "csirt.example/2026-117");
  EXPECT_EQ(draft.header.kind, policy::Kind::kIncident);
  EXPECT_EQ(draft.header.tlp, policy::Tlp::kAmber) << "a part of it is amber";
  EXPECT_EQ(draft.header.severity, policy::Severity::kHigh);
  EXPECT_EQ(policy::RsitWord(draft.header.type), "fraud/phishing");
  const v1::Summary& summary = draft.sections.summary();
  ASSERT_EQ(summary.title_size(), 2);
  EXPECT_EQ(summary.title(0).value(), "Credential phishing against staff");
  EXPECT_EQ(summary.title(0).lang(), "en");
  EXPECT_EQ(summary.title(1).lang(), "ja");
  EXPECT_EQ(summary.description_size(), 1);
  EXPECT_EQ(summary.analysis(), v1::ANALYSIS_STATE_ONGOING);
  EXPECT_EQ(summary.confidence(), 80U);
  EXPECT_EQ(draft.sections.techniques().techniques(0).id(), "T1566.002");
  EXPECT_EQ(draft.sections.techniques().techniques(0).name(), "Spearphishing Link");
  ASSERT_EQ(draft.sections.techniques().actors_size(), 2);
  EXPECT_EQ(draft.sections.techniques().actors(0).aliases(0), "Paper Heron");
  EXPECT_EQ(draft.sections.references().references(0).external_id(), "CVE-2026-1234");
  EXPECT_EQ(draft.sections.references().references(1).url(), "https://blog.example.org/report");
  EXPECT_EQ(draft.sections.impact().downtime(), "PT4H");
  EXPECT_EQ(draft.sections.impact().effects_size(), 2);
  EXPECT_EQ(draft.sections.timeline().events_size(), 3);
  EXPECT_EQ(draft.sections.response().actions_size(), 2);
  EXPECT_EQ(draft.sections.log_excerpts().excerpts(0).source(), "sshd");
}

TEST(IodefImportTest, ValuesAreTypedAndSayWhetherToActOnThem) {
  const auto imported = ImportAny(IodefSample("incident.xml"));
  ASSERT_TRUE(imported.ok()) << Message(imported.status());
  const record::Draft& draft = imported->front().draft;
  const v1::Indicator* portal = FindIodefValue(draft, "login-portal.example");
  ASSERT_NE(portal, nullptr);
  EXPECT_EQ(portal->type(), v1::INDICATOR_TYPE_DOMAIN);
  EXPECT_TRUE(portal->actionable());
  EXPECT_EQ(portal->role(), v1::ROLE_DELIVERY);
  EXPECT_EQ(portal->comment().value(), "the portal");
  EXPECT_EQ(portal->uuid().size(), 16U);
  EXPECT_GT(portal->valid_until_us(), portal->first_seen_us());
  EXPECT_EQ(portal->phases(0).phase(), "initial-access");
  const v1::Indicator* server = FindIodefValue(draft, "203.0.113.9");
  ASSERT_NE(server, nullptr);
  EXPECT_FALSE(server->actionable()) << "an event is context";
  EXPECT_EQ(server->role(), v1::ROLE_C2);
  const v1::Indicator* target = FindIodefValue(draft, "192.0.2.10");
  ASSERT_NE(target, nullptr);
  EXPECT_EQ(target->role(), v1::ROLE_TARGET);
  const v1::Indicator* hash =
      FindIodefValue(draft, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  ASSERT_NE(hash, nullptr);
  EXPECT_TRUE(hash->actionable());
  const v1::Indicator* name = FindIodefValue(draft, "invoice.exe");
  ASSERT_NE(name, nullptr);
  EXPECT_FALSE(name->actionable()) << "the hash says more";
  EXPECT_NE(FindIodefValue(draft, "198.51.100.2"), nullptr);
  EXPECT_NE(FindIodefValue(draft, "help@login-portal.example"), nullptr);
  EXPECT_EQ(draft.sections.indicators().objects_size(), 6);
}

TEST(IodefImportTest, WhatHasNoPlaceIsNamed) {
  const auto imported = ImportAny(IodefSample("incident.xml"));
  ASSERT_TRUE(imported.ok()) << Message(imported.status());
  const ImportReport& report = imported->front().report;
  EXPECT_EQ(LossesOf(report),
            (std::vector<std::string>{"Incident[0].EventData.System[0].Service.ip-protocol",
                                      "Incident[0].AdditionalData"}));
  const bool names_contact = std::any_of(
      report.not_mapped.begin(), report.not_mapped.end(),
      [](const NotMapped& one) { return one.by_design && one.place == "Incident[0].Contact"; });
  EXPECT_TRUE(names_contact);
  EXPECT_EQ(report.attributes, 17U);
}

TEST(IodefImportTest, PublishedExamplesAreRead) {
  const char* shared = std::getenv("RENKEI_SHARED");
  const std::filesystem::path folder =
      std::filesystem::path(shared == nullptr ? "" : shared) / "data" / "iodef";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the published examples are not here";
  for (const char* name : {"rfc7970-minimal.xml", "rfc7970-campaign-own.xml",
                           "rfc8727-minimal.json", "rfc8727-indicators-from-a-campaign.json"}) {
    const auto imported = ImportAny(ReadAll(folder / name));
    ASSERT_TRUE(imported.ok()) << name << ": " << Message(imported.status());
    EXPECT_EQ(imported->size(), 1U) << name;
    EXPECT_TRUE(LossesOf(imported->front().report).empty()) << name;
  }
}

TEST(IodefImportTest, NoRestrictionIsTheStandardsPrivate) {
  const auto imported = ImportAny(
      R"({"version": "2.0", "Incident": [{"purpose": "watch", "IncidentID": {"id": "1", "name": "c"}}]})");
  ASSERT_TRUE(imported.ok()) << Message(imported.status());
  EXPECT_EQ(imported->front().draft.header.tlp, policy::Tlp::kRed);
  EXPECT_EQ(imported->front().report.notes.size(), 1U);
}

TEST(IodefImportTest, AnotherTeamsMarkingIsNeverWidened) {
  EXPECT_EQ(OneIncident("<Method restriction=\"private\"/>").draft.header.tlp, policy::Tlp::kRed);
  EXPECT_EQ(OneIncident("<Method restriction=\"ext-value\" ext-restriction=\"amber+strict\"/>")
                .draft.header.tlp,
            policy::Tlp::kAmberStrict);
  EXPECT_EQ(OneIncident("<Method restriction=\"ext-value\" ext-restriction=\"own words\"/>")
                .draft.header.tlp,
            policy::Tlp::kRed);
}

TEST(IodefImportTest, SensorsSayWhoReportsAndStayBehind) {
  const Imported one = OneIncident(
      "<EventData><Flow><System category=\"sensor\"><Node><Address category=\"ipv4-addr\">192.0.2.1"
      "</Address></Node></System></Flow></EventData>");
  EXPECT_EQ(one.draft.sections.indicators().indicators_size(), 0);
  ASSERT_EQ(one.report.not_mapped.size(), 1U);
  EXPECT_TRUE(one.report.not_mapped[0].by_design);
}

TEST(IodefImportTest, AnEventThatAsksToBlockMaySo) {
  const Imported one = OneIncident(
      "<EventData><Flow><System category=\"source\"><Node><Address category=\"ipv4-addr\">"
      "203.0.113.9</Address></Node></System></Flow><Expectation "
      "action=\"block-host\"/></EventData>");
  const v1::Indicator* source = FindIodefValue(one.draft, "203.0.113.9");
  ASSERT_NE(source, nullptr);
  EXPECT_TRUE(source->actionable());
}

TEST(IodefImportTest, AnIndicatorMayPointAtAnEvent) {
  const Imported one = OneIncident(
      "<EventData><Flow><System category=\"source\" observable-id=\"s1\"><Node>"
      "<Address category=\"ipv4-addr\">203.0.113.9</Address></Node></System></Flow></EventData>"
      "<IndicatorData><Indicator><IndicatorID name=\"c\" version=\"1\">a</IndicatorID>"
      "<ObservableReference uid-ref=\"s1\"/></Indicator></IndicatorData>");
  const v1::Indicator* source = FindIodefValue(one.draft, "203.0.113.9");
  ASSERT_NE(source, nullptr);
  EXPECT_TRUE(source->actionable());
}

TEST(IodefImportTest, AllOfSomeObservablesIsNoReasonToBlockOne) {
  const std::string values =
      "<Observable><Address category=\"ipv4-addr\">203.0.113.9</Address></Observable>"
      "<Observable><Address category=\"ipv4-addr\">203.0.113.10</Address></Observable>";
  const std::string start =
      "<IndicatorData><Indicator><IndicatorID name=\"c\" version=\"1\">a</IndicatorID>";
  for (const bool any : {true, false}) {
    const Imported one = OneIncident(
        start + fmt::format("<IndicatorExpression operator=\"{}\">", any ? "or" : "and") + values +
        "</IndicatorExpression></Indicator></IndicatorData>");
    const v1::Indicator* value = FindIodefValue(one.draft, "203.0.113.10");
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(value->actionable(), any);
  }
}

TEST(IodefImportTest, AValueThatIsNotOfItsTypeIsKeptAsAnother) {
  const Imported one =
      OneIncident(IndicatorOf("<Address category=\"e-mail\">not an address</Address>"));
  const v1::Indicator* value = FindIodefValue(one.draft, "not an address");
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(value->type(), v1::INDICATOR_TYPE_OTHER);
  EXPECT_EQ(value->source_type(), "email");
  EXPECT_EQ(one.report.notes.size(), 1U);
}

TEST(IodefImportTest, DigestsAreReadAsTheStandardSaysAndAsPeopleWriteThem) {
  const std::string md5 = "d41d8cd98f00b204e9800998ecf8427e";
  for (const char* written : {"1B2M2Y8AsgTpgAmY7PhCfg==", "d41d8cd98f00b204e9800998ecf8427e",
                              "ZDQxZDhjZDk4ZjAwYjIwNGU5ODAwOTk4ZWNmODQyN2U="}) {
    const Imported one = OneIncident(IndicatorOf(fmt::format(
        "<FileData><File><HashData scope=\"file-contents\"><Hash><DigestMethod "
        "Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#md5\"/><DigestValue>{}</DigestValue>"
        "</Hash></HashData></File></FileData>",
        written)));
    const v1::Indicator* value = FindIodefValue(one.draft, md5);
    ASSERT_NE(value, nullptr) << written;
    EXPECT_EQ(value->type(), v1::INDICATOR_TYPE_MD5);
  }
}

TEST(IodefImportTest, SeveralIncidentsAreSeveralDrafts) {
  const auto imported = ImportAny(
      R"({"version": "2.0", "Incident": [
          {"purpose": "watch", "IncidentID": {"id": "1", "name": "c"}},
          {"purpose": "watch", "IncidentID": {"id": "2", "name": "c"}}]})");
  ASSERT_TRUE(imported.ok()) << Message(imported.status());
  ASSERT_EQ(imported->size(), 2U);
  EXPECT_EQ((*imported)[1].draft.source_id, "c/2");
}

TEST(IodefImportTest, AnIncidentLargerThanARecordBecomesSeveralParts) {
  std::string lines;
  for (int i = 0; i < 25'000; ++i) lines += fmt::format("h{}.attacker.example\n", i);
  const auto imported = ImportAny(fmt::format(
      "<IODEF-Document version=\"2.00\" xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\"><Incident "
      "purpose=\"watch\"><IncidentID name=\"c\">1</IncidentID>{}</Incident></IODEF-Document>",
      IndicatorOf("<BulkObservable type=\"domain-name\"><BulkObservableList>" + lines +
                  "</BulkObservableList></BulkObservable>")));
  ASSERT_TRUE(imported.ok()) << Message(imported.status());
  int values = 0;
  for (const Imported& one : *imported) {
    values += one.draft.sections.indicators().indicators_size();
  }
  EXPECT_EQ(values, 25'000);
  EXPECT_GT(imported->size(), 1U);
  EXPECT_EQ(imported->back().draft.source_id, fmt::format("c/1/{}", imported->size()));
}

struct HostileXml {
  std::string name{};
  std::string text{};
  std::string message{};
  absl::StatusCode code = absl::StatusCode::kInvalidArgument;
};

std::string Deep(int levels) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += "<a>";
  for (int i = 0; i < levels; ++i) text += "</a>";
  return text;
}

std::string Many(std::string_view what, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += what;
  return text;
}

std::string Document(const std::string& inside) {
  return "<IODEF-Document version=\"2.00\" xmlns=\"urn:ietf:params:xml:ns:iodef-2.0\">" + inside +
         "</IODEF-Document>";
}

std::vector<HostileXml> HostileInputs() {
  using std::string_literals::operator""s;
  const std::string id = "<IncidentID name=\"c\">1</IncidentID>";
  return {
      {"Entities",
       "<?xml version=\"1.0\"?>\n<!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b "
       "\"&a;&a;\">]><d>&b;</d>",
       "line 2, column 1: a document type (`<!DOCTYPE`) is not read: it could define entities; "
       "leave it out"},
      {"AnExternalEntity", "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><d>&x;</d>",
       "line 1, column 1: a document type (`<!DOCTYPE`) is not read: it could define entities; "
       "leave it out"},
      {"AnEntityThatNobodyDefined", "<d>&x;</d>",
       "line 1, column 4: the reference `&x;` is not read: no entities but those of XML"},
      {"AReferenceToNul", "<d>&#0;</d>",
       "line 1, column 4: the reference `&#0;` is not read: no entities but those of XML"},
      {"AnAmpersandAlone", "<d>a & b</d>",
       "line 1, column 6: `&` that begins no reference: write `&amp;`"},
      {"TooDeep", Deep(65), "line 1, column 193: nested deeper than 64 levels"},
      {"NotClosed", "<a><b>", "line 1, column 7: the file ends inside `b`; it is cut short"},
      {"CrossedTags", "<a><b></a></b>", "line 1, column 7: `</a>` where `b` should end"},
      {"TheSameAttributeTwice", "<a b=\"1\" b=\"2\"/>",
       "line 1, column 10: the attribute `b` stands twice"},
      {"TooManyAttributes",
       "<a" +
           [] {
             std::string text;
             for (int i = 0; i < 65; ++i) text += fmt::format(" b{}=\"\"", i);
             return text;
           }() +
           "/>",
       "line 1, column 442: more than 64 attributes"},
      {"ANulByte", "<a>x\0y</a>"s, "line 1, column 5: character U+0000 is not allowed in XML"},
      {"AControlCharacter", "<a>x\x01y</a>",
       "line 1, column 5: character U+0001 is not allowed in XML"},
      {"Utf16WithAMark", "\xff\xfe<\0a\0/\0>\0"s,
       "`a`: not an IODEF document, the only XML that is read (`IODEF-Document`)"},
      {"Utf16Broken", "\xff\xfe<\0\x00\xdc"s, "the file is in UTF-16 and broken; save it as UTF-8"},
      {"Utf16WithoutAMark", "\0<\0a\0/\0>"s,
       "the file is in UTF-16 without its mark; save it as UTF-8"},
      {"Latin1ThatSaysSo", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>",
       "line 1, column 1: the encoding `iso-8859-1` is not read, only UTF-8"},
      {"Latin1ThatDoesNot", "<a>caf\xe9</a>", "the file is not UTF-8"},
      {"TextBehindTheEnd", "<a/>x",
       "line 1, column 5: there is more text after the end of the "
       "document"},
      {"TwoRoots", "<a/><b/>", "line 1, column 5: a second element at the top"},
      {"AnotherKindOfXml", "<rss version=\"2.0\"/>",
       "`rss`: not an IODEF document, the only XML that is read (`IODEF-Document`)"},
      {"AnotherNamespace", "<IODEF-Document xmlns=\"urn:x\"/>",
       "`IODEF-Document`: its namespace is `urn:x`, expected `urn:ietf:params:xml:ns:iodef-2.0`"},
      {"VersionOne",
       "<IODEF-Document version=\"1.00\" xmlns=\"urn:ietf:params:xml:ns:iodef-1.0\"/>",
       "IODEF version 1 is not read, only version 2 (RFC 7970, RFC 8727); ask the sender for that",
       absl::StatusCode::kFailedPrecondition},
      {"VersionOneInJson", R"({"version": "1.0", "Incident": []})",
       "IODEF version 1 is not read, only version 2 (RFC 7970, RFC 8727); ask the sender for that",
       absl::StatusCode::kFailedPrecondition},
      {"NoIncident", Document(""), "there is no `Incident` in the document"},
      {"NoId", Document("<Incident purpose=\"watch\"/>"), "`Incident[0]`: `IncidentID` is missing"},
      {"TwoIds", Document("<Incident purpose=\"watch\">" + id + id + "</Incident>"),
       "`Incident[0]`: `IncidentID` stands twice"},
      {"TwoIdsInJson",
       R"({"version": "2.0", "Incident": [{"IncidentID": [{"id": "1"}, {"id": "2"}]}]})",
       "`Incident[0]`: `IncidentID` stands twice"},
  };
}

class HostileXmlTest : public testing::TestWithParam<HostileXml> {};

void ExpectRefused(const HostileXml& input) {
  const auto imported = ImportAny(input.text);
  ASSERT_FALSE(imported.ok());
  EXPECT_EQ(Message(imported.status()), input.message);
  EXPECT_EQ(imported.status().code(), input.code);
}

TEST_P(HostileXmlTest, IsRefusedInOneLine) { ExpectRefused(GetParam()); }

// Not among the inputs, which are made at each start of this program.
TEST(HostileXmlTooLarge, IsRefusedInOneLine) {
  ExpectRefused({"MoreThanElementsMay", "<a>" + Many("<b/>", 1'000'000) + "</a>",
                 "line 1, column 4000002: more than 1000000 elements and attributes",
                 absl::StatusCode::kResourceExhausted});
  ExpectRefused(
      {"MoreValuesThanMay",
       Document("<Incident purpose=\"watch\"><IncidentID name=\"c\">1</IncidentID>" +
                IndicatorOf("<BulkObservable type=\"mutex\"><BulkObservableList>" +
                            Many("m\n", 400'001) + "</BulkObservableList></BulkObservable>") +
                "</Incident>"),
       "Incident[0]: more than 400000 values", absl::StatusCode::kResourceExhausted});
}

INSTANTIATE_TEST_SUITE_P(Inputs, HostileXmlTest, testing::ValuesIn(HostileInputs()),
                         [](const auto& test) { return test.param.name; });

TEST(IodefImportTest, APrefixCommentsAndCdataAreReadAsXmlSays) {
  const auto imported = ImportAny(
      "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<i:IODEF-Document version=\"2.00\" xmlns:i=\"urn:ietf:params:xml:ns:iodef-2.0\">"
      "<i:Incident purpose=\"watch\" restriction=\"white\"><!-- a -->"
      "<i:IncidentID name=\"c\">1</i:IncidentID>"
      "<i:Description>a <![CDATA[<b> & ]]>c &#x2603; &lt;</i:Description></i:Incident>"
      "</i:IODEF-Document>");
  ASSERT_TRUE(imported.ok()) << Message(imported.status());
  EXPECT_EQ(imported->front().draft.sections.summary().title(0).value(), "a <b> & c \u2603 <");
  EXPECT_EQ(imported->front().draft.header.tlp, policy::Tlp::kClear);
}

}  // namespace
}  // namespace renkei::formats
