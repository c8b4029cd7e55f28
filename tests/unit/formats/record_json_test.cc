#include "node/formats/record_json.h"

#include <random>
#include <set>

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "node/formats/message_json.h"
#include "tests/unit/formats/samples.h"

namespace renkei::formats {
namespace {

using google::protobuf::FieldDescriptor;
using ProtoMessage = google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

// Fills every field by reflection, so that a field added to record.proto is tested the same day.
class Filler {
 public:
  explicit Filler(unsigned seed) : random_(seed) {}

  void Fill(ProtoMessage& message, bool all) {
    const auto* r = message.GetReflection();
    for (int f = 0; f < message.GetDescriptor()->field_count(); ++f) {
      const FieldDescriptor& field = *message.GetDescriptor()->field(f);
      if (!all && random_() % 3 == 0) continue;
      const int count = field.is_repeated() ? 1 + static_cast<int>(random_() % 3) : 1;
      for (int i = 0; i < count; ++i) FillField(message, *r, field, all);
      seen.insert(field.full_name());
    }
  }

  record::v1::Sections Sections(bool all) {
    record::v1::Sections sections;
    Fill(sections, all);
    // Refs must name something that is there.
    auto& section = *sections.mutable_indicators();
    if (section.indicators().empty()) section.add_indicators();
    int index = 0;
    for (auto& indicator : *section.mutable_indicators()) {
      indicator.set_ref(fmt::format("i{}", index++));
      if (indicator.type() == 0) indicator.set_type(record::v1::INDICATOR_TYPE_TEXT);
      if (indicator.value().empty()) indicator.set_value("v");
    }
    for (auto& object : *section.mutable_objects()) {
      object.set_ref(fmt::format("o{}", index++));
      for (auto& member : *object.mutable_members()) member.set_indicator("i0");
    }
    for (auto& relationship : *section.mutable_relationships()) {
      relationship.set_from("i0");
      relationship.set_to("i0");
    }
    record::ClearPadding(sections);  // no draft has any
    return sections;
  }

  std::set<std::string> seen{};

 private:
  void FillField(ProtoMessage& message, const google::protobuf::Reflection& r,
                 const FieldDescriptor& field, bool all) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Fill(field.is_repeated() ? *r.AddMessage(&message, &field)
                                        : *r.MutableMessage(&message, &field),
                    all);
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string text = field.type() == FieldDescriptor::TYPE_BYTES
                               ? std::string(16, static_cast<char>(random_() % 256))
                               : fmt::format("\"連携\\ \n{}", random_());
        return field.is_repeated() ? r.AddString(&message, &field, text)
                                   : r.SetString(&message, &field, text);
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto& type = *field.enum_type();
        const int at =
            1 + static_cast<int>(random_() % static_cast<unsigned>(type.value_count() - 1));
        return r.SetEnum(&message, &field, type.value(at));
      }
      case FieldDescriptor::CPPTYPE_INT64: {
        const std::uint64_t unit = field.name().ends_with("_us") ? 1'000'000 : 1;
        const std::uint64_t value = 1 + random_() % 200'000'000'000 * unit;
        return r.SetInt64(&message, &field, static_cast<std::int64_t>(value));
      }
      case FieldDescriptor::CPPTYPE_UINT64:
        return r.SetUInt64(&message, &field, 1 + random_());
      case FieldDescriptor::CPPTYPE_UINT32:
        return r.SetUInt32(&message, &field, static_cast<std::uint32_t>(random_() % 101));
      case FieldDescriptor::CPPTYPE_BOOL:
        return r.SetBool(&message, &field, true);
      default:
        FAIL() << "message_json.cc does not know the type of " << field.full_name();
    }
  }

  std::mt19937_64 random_;
};

record::Draft FullDraft(unsigned seed, bool all) {
  record::Draft draft;
  auto& h = draft.header;
  h.kind = policy::Kind::kAdvisory;
  h.tlp = policy::Tlp::kAmberStrict;
  h.pap = policy::Pap::kRed;
  h.source = policy::SourceMode::kAnonymous;
  h.relay = policy::Relay::kCircle;
  h.severity = policy::Severity::kCritical;
  h.type = *policy::RsitFromWord("fraud/phishing");
  h.circles = {"water", "community"};
  h.min_level = policy::Rung{0};
  h.section_levels = 0xf00000000000c040ULL;
  h.recipients = {"team-a"};
  h.sectors = {"water"};
  h.countries = {"jp"};
  h.tags = {"drill-7"};
  h.about = record::About{*record::RecordId::From(std::string(16, '\x07')), std::string(32, 'x')};
  h.reason = record::WithdrawalReason::kSuperseded;
  h.exercise = true;
  h.expires = FromUnixSeconds(1'800'000'000);
  h.embargo_until = FromUnixSeconds(1'790'000'000);
  draft.sections = Filler(seed).Sections(all);
  draft.source_format = "misp";
  draft.source_id = "7a1f92cb-0000-425f-aacd-85b80ff5cb9a/2";
  return draft;
}

void ExpectSame(const record::Draft& a, const record::Draft& b) {
  EXPECT_EQ(ToText(ToJson(a)), ToText(ToJson(b)));
  EXPECT_TRUE(MessageDifferencer::Equals(a.sections, b.sections));
  EXPECT_EQ(a.header.section_levels, b.header.section_levels);
  EXPECT_EQ(a.header.min_level, b.header.min_level);
  EXPECT_EQ(a.header.about, b.header.about);
  EXPECT_EQ(a.header.expires, b.header.expires);
  EXPECT_EQ(a.header.circles, b.header.circles);
  EXPECT_EQ(a.source_id, b.source_id);
}

TEST(RecordJsonTest, ADraftWithEveryFieldComesBackEqual) {
  const record::Draft draft = FullDraft(1, true);
  for (const std::string& text : {ToText(ToJson(draft)), ToPrettyText(ToJson(draft))}) {
    const auto again = DraftFromJson(text);
    ASSERT_TRUE(again.ok()) << renkei::Message(again.status());
    ExpectSame(*again, draft);
  }
}

TEST(RecordJsonTest, DraftsWithSomeFieldsComeBackEqual) {
  for (unsigned seed = 2; seed < 200; ++seed) {
    const record::Draft draft = FullDraft(seed, false);
    const auto again = DraftFromJson(ToText(ToJson(draft)));
    ASSERT_TRUE(again.ok()) << seed << ": " << renkei::Message(again.status());
    ExpectSame(*again, draft);
  }
}

TEST(RecordJsonTest, TheGeneratorSetsEveryFieldOfEverySection) {
  Filler filler(1);
  record::v1::Sections sections;
  filler.Fill(sections, true);
  EXPECT_GT(filler.seen.size(), 90U);
  for (const char* name : {"renkei.v1.Sections.references", "renkei.v1.Indicator.uuid",
                           "renkei.v1.Text.lang", "renkei.v1.Attachment.size"}) {
    EXPECT_EQ(filler.seen.count(name), 1U) << name;
  }
}

TEST(RecordJsonTest, AnEmptyDraftSaysOnlyItsVersion) {
  EXPECT_EQ(ToText(ToJson({})), R"({"renkei":1,"sections":{}})");
}

TEST(RecordJsonTest, WordsTimesAndBytesAreWrittenAsDocumented) {
  record::v1::Sections sections;
  auto& indicator = *sections.mutable_indicators()->add_indicators();
  indicator.set_type(record::v1::INDICATOR_TYPE_IPV4_NET);
  indicator.set_value("192.0.2.0/24");
  indicator.mutable_comment()->set_value("c");
  indicator.set_first_seen_us(1'500'000);
  indicator.set_confidence(0);
  indicator.set_uuid(std::string(16, '\x0a'));
  sections.mutable_summary()->set_date(86'400);
  EXPECT_EQ(ToText(SectionsToJson(sections)),
            R"({"summary":{"date":"1970-01-02T00:00:00Z"},"indicators":{"indicators":[{)"
            R"("type":"ipv4-net","value":"192.0.2.0/24","comment":{"value":"c"},)"
            R"("first_seen_us":"1970-01-01T00:00:01.500000Z","confidence":0,)"
            R"("uuid":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}]}})");
}

TEST(RecordJsonTest, TheExampleOfTheDocumentIsReadAndWrittenAgain) {
  const std::string document =
      ReadAll(std::filesystem::path(RENKEI_SAMPLES) / ".." / ".." / "docs" / "formats.md");
  const std::size_t start = document.find("```json\n");
  ASSERT_NE(start, std::string::npos);
  const std::string example =
      document.substr(start + 8, document.find("```\n", start + 8) - start - 8);
  const auto draft = DraftFromJson(example);
  ASSERT_TRUE(draft.ok()) << renkei::Message(draft.status());
  Json want = Json::parse(example);
  want.erase("exercise");  // false is what is said by saying nothing
  EXPECT_EQ(ToPrettyText(ToJson(*draft)), ToPrettyText(want));
}

TEST(RecordJsonTest, ATextMayBeWrittenPlainly) {
  const auto draft =
      DraftFromJson(R"({"renkei": 1, "sections": {"summary": {"title": ["A", {"value": "B"}]}}})");
  ASSERT_TRUE(draft.ok()) << renkei::Message(draft.status());
  EXPECT_EQ(draft->sections.summary().title(0).value(), "A");
  EXPECT_EQ(draft->sections.summary().title(1).value(), "B");
}

TEST(RecordJsonTest, ATimeBeyondRfc3339IsWrittenAsANumber) {
  record::v1::Sections sections;
  sections.mutable_summary()->set_date(1'000'000'000'000'000);
  EXPECT_EQ(ToText(SectionsToJson(sections)), R"({"summary":{"date":1000000000000000}})");
}

}  // namespace
}  // namespace renkei::formats
