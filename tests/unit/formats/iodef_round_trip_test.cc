// What a record says survives the way to IODEF and back: whole for a node of ours, and what IODEF
// has classes for also without our extension.
#include <algorithm>

#include <gtest/gtest.h>

#include "node/formats/export.h"
#include "node/formats/import_any.h"
#include "node/formats/record_json.h"
#include "tests/unit/formats/held.h"
#include "tests/unit/formats/random_sections.h"
#include "tests/unit/formats/samples.h"

namespace renkei::formats {
namespace {

enum class Form { kXml, kJson };

std::string Written(const record::Draft& draft, Form form) {
  const HeldRecord held = Held(draft);
  const ExportOptions options = At(1'790'000'001);
  return form == Form::kXml ? ExportIodef({&held, 1}, options).text
                            : ExportIodefJson({&held, 1}, options).text;
}

Imported ReadBack(const std::string& text) {
  auto imported = ImportAny(text);
  EXPECT_TRUE(imported.ok()) << Message(imported.status()) << "\n" << text.substr(0, 2'000);
  if (!imported.ok()) return {};
  EXPECT_EQ(imported->size(), 1U);
  return std::move(imported->front());
}

// XML without the line of our extension: what another tool would keep.
std::string WithoutExtension(std::string text) {
  const std::size_t at = text.find("<AdditionalData name=\"renkei-record\"");
  EXPECT_NE(at, std::string::npos);
  const std::size_t end = text.find('\n', at);
  return text.erase(at, end - at);
}

std::vector<std::string> Projected(const record::Draft& draft) {
  std::vector<std::string> lines;
  const v1::Sections& s = draft.sections;
  const auto text = [](const v1::Text& one) {
    return fmt::format("[{}] {}", one.lang(), one.value());
  };
  lines.push_back(fmt::format("tlp {} severity {} type {}", policy::ToWord(draft.header.tlp),
                              policy::ToWord(draft.header.severity), draft.header.type));
  for (const auto& one : s.summary().title()) lines.push_back("title " + text(one));
  for (const auto& one : s.summary().description()) lines.push_back("description " + text(one));
  for (const auto& one : s.summary().reports()) {
    lines.push_back(fmt::format("report {} {}", one.name().value(), one.content().value()));
  }
  lines.push_back(fmt::format("confidence {} analysis {}", s.summary().confidence(),
                              static_cast<int>(s.summary().analysis())));
  for (const auto& one : s.techniques().techniques()) {
    lines.push_back(fmt::format("technique {} {}", one.id(), one.name()));
  }
  for (const auto& one : s.techniques().actors()) {
    lines.push_back(fmt::format("actor {} {} {}", static_cast<int>(one.kind()), one.name(),
                                one.aliases_size()));
  }
  for (const auto& one : s.references().references()) {
    lines.push_back(
        fmt::format("reference {} {} {}", one.url(), one.external_id(), text(one.description())));
  }
  for (const auto& one : s.impact().effects()) lines.push_back("effect " + one);
  for (const auto& one : s.impact().description()) lines.push_back("impact " + text(one));
  for (const auto& one : s.timeline().events()) {
    lines.push_back(fmt::format("event {} {} {}", one.time(), one.phase(), text(one.what())));
  }
  for (const auto& one : s.response().actions()) {
    lines.push_back(fmt::format("action {} {} {} {}", one.type(), one.state(), one.time(),
                                text(one.description())));
  }
  for (const auto& one : s.detection_rules().rules()) {
    lines.push_back(fmt::format("rule {} {}", one.language(), one.body()));
  }
  for (const auto& one : s.log_excerpts().excerpts()) {
    lines.push_back(fmt::format("excerpt {} {} {}", one.source(), one.text(), text(one.comment())));
  }
  for (const auto& one : s.indicators().indicators()) {
    lines.push_back(fmt::format("value {} {} act {} role {}", static_cast<int>(one.type()),
                                one.value(), one.actionable(), static_cast<int>(one.role())));
  }
  for (const auto& one : s.indicators().objects()) {
    lines.push_back(fmt::format("object of {} {}", one.members_size(), text(one.comment())));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

// A record of what IODEF has classes for.
record::Draft RandomHeld(unsigned seed) {
  std::mt19937 random(seed);
  const auto pick = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  record::Draft draft;
  draft.header.kind = policy::Kind::kIncident;
  draft.header.tlp = static_cast<policy::Tlp>(1 + pick(5));
  draft.header.severity = static_cast<policy::Severity>(1 + pick(3));
  draft.header.type = pick(2) == 0 ? *policy::RsitFromWord("fraud/phishing") : 0;
  v1::Sections& s = draft.sections;
  v1::Text& title = *s.mutable_summary()->add_title();
  title.set_value(fmt::format("title <{}> & \"more\"", seed));
  title.set_lang(pick(2) == 0 ? "en" : "");
  v1::Text& description = *s.mutable_summary()->add_description();
  description.set_value("first line\nsecond\tline \xe3\x83\x95");
  description.set_lang(title.lang());
  s.mutable_summary()->set_confidence(static_cast<std::uint32_t>(pick(101)));
  s.mutable_summary()->set_analysis(static_cast<v1::AnalysisState>(1 + pick(3)));
  v1::Report& report = *s.mutable_summary()->add_reports();
  report.mutable_name()->set_value("analysis");
  report.mutable_content()->set_value("# What\n\nit does");
  v1::Technique& technique = *s.mutable_techniques()->add_techniques();
  technique.set_framework("mitre-attack");
  technique.set_id(pick(2) == 0 ? "T1566" : "T1566.002");
  technique.set_name("Phishing");
  v1::Actor& actor = *s.mutable_techniques()->add_actors();
  actor.set_kind(pick(2) == 0 ? v1::ACTOR_KIND_CAMPAIGN : v1::ACTOR_KIND_THREAT_ACTOR);
  actor.set_name("Paper Heron");
  actor.add_aliases("EX-7");
  s.mutable_references()->add_references()->set_external_id("CVE-2026-1234");
  v1::Reference& reference = *s.mutable_references()->add_references();
  reference.set_url("https://blog.example.org/a?b=c&d=e");
  reference.mutable_description()->set_value("a report");
  s.mutable_impact()->add_effects(pick(2) == 0 ? "takeover-account" : "breach-privacy");
  s.mutable_impact()->add_effects("intended: extortion");
  s.mutable_impact()->add_effects("our own word");
  s.mutable_impact()->add_description()->set_value("two accounts");
  constexpr const char* kPhases[] = {"occurred", "detected", "reported", "recovered", "ended"};
  v1::Event& event = *s.mutable_timeline()->add_events();
  event.set_time(1'780'000'000 + pick(100'000));
  event.set_phase(kPhases[pick(5)]);
  event.mutable_what()->set_value("a login");
  v1::Action& done = *s.mutable_response()->add_actions();
  done.set_type(pick(2) == 0 ? "block-host" : "call the bank");
  done.set_state("done");
  done.set_time(1'780'000'000);
  v1::Action& proposed = *s.mutable_response()->add_actions();
  proposed.set_type("block-network");
  proposed.set_state("proposed");
  proposed.mutable_description()->set_value("at the border");
  v1::Rule& rule = *s.mutable_detection_rules()->add_rules();
  rule.set_language("yara");
  rule.set_body("rule a { condition: 1 < 2 & true }");
  v1::Excerpt& excerpt = *s.mutable_log_excerpts()->add_excerpts();
  excerpt.set_source("sshd");
  excerpt.set_text("Accepted password");
  struct Sample {
    v1::IndicatorType type;
    const char* value;
  };
  constexpr Sample kSamples[] = {
      {v1::INDICATOR_TYPE_IPV4, "203.0.113.9"},
      {v1::INDICATOR_TYPE_IPV6, "2001:db8::9"},
      {v1::INDICATOR_TYPE_IPV4_NET, "198.51.100.0/24"},
      {v1::INDICATOR_TYPE_DOMAIN, "attacker.example"},
      {v1::INDICATOR_TYPE_HOSTNAME, "www.attacker.example"},
      {v1::INDICATOR_TYPE_URL, "https://attacker.example/a?b=<c>&d"},
      {v1::INDICATOR_TYPE_EMAIL, "help@attacker.example"},
      {v1::INDICATOR_TYPE_EMAIL_SUBJECT, "your \"password\""},
      {v1::INDICATOR_TYPE_MD5, "d41d8cd98f00b204e9800998ecf8427e"},
      {v1::INDICATOR_TYPE_SHA1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
      {v1::INDICATOR_TYPE_SSDEEP, "3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C"},
      {v1::INDICATOR_TYPE_IMPHASH, "0123456789abcdef0123456789abcdef"},
      {v1::INDICATOR_TYPE_FILE_NAME, "invoice.exe"},
      {v1::INDICATOR_TYPE_FILE_PATH, "C:\\Temp\\invoice.exe"},
      {v1::INDICATOR_TYPE_FILE_SIZE, "20480"},
      {v1::INDICATOR_TYPE_REGISTRY_KEY, "HKLM\\Software\\Example"},
      {v1::INDICATOR_TYPE_MUTEX, "Global\\example"},
      {v1::INDICATOR_TYPE_USER_AGENT, "Example/1.0"},
      {v1::INDICATOR_TYPE_PORT, "8443"},
      {v1::INDICATOR_TYPE_ASN, "AS64496"},
      {v1::INDICATOR_TYPE_MAC, "00-00-5E-00-53-01"},
      {v1::INDICATOR_TYPE_JA3, "e7d705a3286e19ea42f587b344ee6865"},
      {v1::INDICATOR_TYPE_VULNERABILITY, "CVE-2026-1234"},
      {v1::INDICATOR_TYPE_BITCOIN_ADDRESS, "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"},
      {v1::INDICATOR_TYPE_TEXT, "two\nlines"}};
  for (const Sample& sample : kSamples) {
    v1::Indicator& one = *s.mutable_indicators()->add_indicators();
    one.set_ref(fmt::format("i{}", s.indicators().indicators_size()));
    one.set_type(sample.type);
    one.set_value(sample.value);
    one.set_actionable(pick(3) > 0);
    const bool is_place = sample.type <= v1::INDICATOR_TYPE_HOSTNAME;
    if (is_place && pick(2) == 0) one.set_role(pick(2) == 0 ? v1::ROLE_C2 : v1::ROLE_SOURCE);
  }
  return draft;
}

TEST(IodefRoundTripTest, ARecordOfAnythingComesBackWhole) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    record::Draft draft;
    draft.header.kind = policy::Kind::kAdvisory;
    draft.header.tlp = seed % 2 == 0 ? policy::Tlp::kAmberStrict : policy::Tlp::kClear;
    draft.header.pap = policy::Pap::kAmber;
    draft.header.severity = policy::Severity::kCritical;
    draft.header.type = seed % 3 == 0 ? *policy::RsitFromWord("fraud/phishing") : 0;
    draft.header.tags = {"campaign-7"};
    draft.sections = RandomSections(seed).Make();
    record::ClearPadding(draft.sections);
    ASSERT_TRUE(record::CheckSections(draft.sections).ok()) << seed;
    for (const Form form : {Form::kXml, Form::kJson}) {
      const Imported again = ReadBack(Written(draft, form));
      EXPECT_TRUE(again.report.not_mapped.empty())
          << seed << ": " << again.report.not_mapped[0].what;
      ASSERT_EQ(ToPrettyText(SectionsToJson(again.draft.sections)),
                ToPrettyText(SectionsToJson(draft.sections)))
          << seed;
      EXPECT_EQ(again.draft.header.kind, draft.header.kind);
      EXPECT_EQ(again.draft.header.tlp, draft.header.tlp);
      EXPECT_EQ(again.draft.header.pap, draft.header.pap);
      EXPECT_EQ(again.draft.header.severity, draft.header.severity);
      EXPECT_EQ(again.draft.header.type, draft.header.type);
      EXPECT_EQ(again.draft.header.tags, draft.header.tags);
    }
  }
}

TEST(IodefRoundTripTest, WhatIodefHoldsComesBackWithoutOurExtension) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    const record::Draft draft = RandomHeld(seed);
    const Imported again = ReadBack(WithoutExtension(Written(draft, Form::kXml)));
    ASSERT_EQ(Projected(again.draft), Projected(draft)) << seed;
  }
}

TEST(IodefRoundTripTest, SamplesGoInOutIn) {
  std::vector<std::filesystem::path> files;
  const char* shared = std::getenv("RENKEI_SHARED");
  for (const auto& folder :
       {std::filesystem::path(RENKEI_SAMPLES) / "iodef",
        std::filesystem::path(shared == nullptr ? "none" : shared) / "data" / "iodef"}) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
      const std::string name = entry.path().filename().string();
      const bool is_document = name.find("schema") == std::string::npos &&
                               (name.ends_with(".xml") || name.ends_with(".json"));
      if (is_document) files.push_back(entry.path());
    }
  }
  ASSERT_GE(files.size(), 2U);
  for (const auto& path : files) {
    const Imported first = ReadBack(ReadAll(path));
    for (const Form form : {Form::kXml, Form::kJson}) {
      const Imported again = ReadBack(Written(first.draft, form));
      EXPECT_EQ(ToPrettyText(SectionsToJson(again.draft.sections)),
                ToPrettyText(SectionsToJson(first.draft.sections)))
          << path;
    }
    const Imported classes = ReadBack(WithoutExtension(Written(first.draft, Form::kXml)));
    EXPECT_EQ(Projected(classes.draft), Projected(first.draft)) << path;
  }
}

TEST(IodefRoundTripTest, AnIncidentThatWasChangedSinceCounts) {
  record::Draft draft = RandomHeld(1);
  draft.header.tlp = policy::Tlp::kGreen;
  std::string text = Written(draft, Form::kXml);
  const std::size_t at = text.find("203.0.113.9");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 11, "203.0.113.8");
  const Imported again = ReadBack(text);
  const auto& values = again.draft.sections.indicators().indicators();
  EXPECT_TRUE(std::any_of(values.begin(), values.end(),
                          [](const v1::Indicator& one) { return one.value() == "203.0.113.8"; }));
  ASSERT_EQ(again.report.not_mapped.size(), 1U + 2U) << "beside time and contact";
}

TEST(IodefRoundTripTest, WhatOnlyOurExtensionHoldsIsCounted) {
  record::Draft draft = RandomHeld(2);
  draft.sections.mutable_victim()->add_sectors("water");
  draft.sections.mutable_summary()->add_labels("a");
  const HeldRecord held = Held(draft);
  const Exported exported = ExportIodef({&held, 1}, At(1'790'000'001));
  EXPECT_EQ(exported.written, 1U);
  EXPECT_EQ(exported.left_out,
            (std::vector<LeftOut>{{"labels: in our extension alone", 1},
                                  {"what is said of a victim: in our extension alone", 1}}));
}

TEST(IodefRoundTripTest, AnExerciseIsInNoDocument) {
  record::Draft draft = RandomHeld(3);
  draft.header.exercise = true;
  EXPECT_EQ(Written(draft, Form::kXml), "");
  EXPECT_EQ(Written(draft, Form::kJson), "");
}

}  // namespace
}  // namespace renkei::formats
