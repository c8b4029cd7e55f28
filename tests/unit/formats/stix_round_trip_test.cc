// What a record says survives the way to STIX and back; files from outside survive in, out, in.
#include <random>

#include <gtest/gtest.h>

#include "node/formats/export.h"
#include "node/formats/import_json.h"
#include "node/formats/record_json.h"
#include "node/formats/stix_import.h"
#include "tests/unit/formats/held.h"
#include "tests/unit/formats/samples.h"

namespace renkei::formats {
namespace {

using google::protobuf::FieldDescriptor;
using Proto = google::protobuf::Message;
using google::protobuf::Reflection;

// A record of anything that the model allows, by reflection: a new field is covered as it comes.
class RandomSections {
 public:
  explicit RandomSections(unsigned seed) : random_(seed) {}

  v1::Sections Make() {
    v1::Sections sections;
    Fill(sections);
    v1::Indicators& values = *sections.mutable_indicators();
    for (int i = 0; i < values.indicators_size(); ++i) {
      v1::Indicator& one = *values.mutable_indicators(i);
      one.set_ref(fmt::format("i{}", i));
      if (one.type() == v1::INDICATOR_TYPE_UNSPECIFIED) one.set_type(v1::INDICATOR_TYPE_DOMAIN);
      one.set_value(fmt::format("v{}{}", i, Word()));
    }
    int member = 0;
    for (int i = 0; i < values.objects_size(); ++i) {
      v1::Object& one = *values.mutable_objects(i);
      one.set_ref(fmt::format("o{}", i));
      v1::Object kept = one;
      one.clear_members();
      for (v1::Member& m : *kept.mutable_members()) {
        if (member >= values.indicators_size()) break;
        m.set_indicator(fmt::format("i{}", member++));  // no value has two objects
        *one.add_members() = m;
      }
    }
    v1::Indicators kept = values;
    values.clear_relationships();
    values.clear_sightings();
    for (v1::Relationship& one : *kept.mutable_relationships()) {
      if (values.indicators_size() < 2) break;
      one.set_from("i0");
      one.set_to(values.objects_size() > 0 ? "o0" : "i1");
      *values.add_relationships() = one;
    }
    for (v1::Sighting& one : *kept.mutable_sightings()) {
      if (one.verdict() == v1::VERDICT_UNSPECIFIED) one.set_verdict(v1::VERDICT_SEEN);
      if (one.type() == v1::INDICATOR_TYPE_UNSPECIFIED) one.clear_value();
      if (one.type() != v1::INDICATOR_TYPE_UNSPECIFIED && one.value().empty()) one.set_value("x");
      *values.add_sightings() = one;
    }
    if (values.ByteSizeLong() == 0) sections.clear_indicators();
    return sections;
  }

 private:
  unsigned Pick(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }

  std::string Word() {
    static const std::vector<std::string> kWords = {
        "",        "domain.example", "192.0.2.7",  "2001:db8::1", "it's \\ odd",
        "malware", "line\nbreak",    "CVE-2026-1", "1-9",         "\xe3\x83\x95\xe3\x82\xa3",
        "stix",    "mitre-attack",   "T1566.001",  "file:name",   "en",
        "tlp:red", "C:\\a\\b.exe",   "443",        "stix/2.1",    "rsit:fraud=\"phishing\"",
        "a|b",     "stix-any",       "uses",       "[a:b = 'c']", "misp-galaxy:tool"};
    return kWords[Pick(static_cast<unsigned>(kWords.size()))];
  }

  void Fill(Proto& message) {
    const Reflection& r = *message.GetReflection();
    for (int f = 0; f < message.GetDescriptor()->field_count(); ++f) {
      const FieldDescriptor& field = *message.GetDescriptor()->field(f);
      const unsigned count = field.is_repeated() ? Pick(4) : Pick(2);
      for (unsigned i = 0; i < count; ++i) Put(message, r, field);
    }
  }

  void Put(Proto& message, const Reflection& r, const FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        Proto& inner = field.is_repeated() ? *r.AddMessage(&message, &field)
                                           : *r.MutableMessage(&message, &field);
        Fill(inner);
        if (!field.is_repeated() && inner.ByteSizeLong() == 0) r.ClearField(&message, &field);
        return;
      }
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string text = Word();
        if (field.type() == FieldDescriptor::TYPE_BYTES) {
          text = "0123456789abcde" + std::to_string(Pick(9));
        }
        if (field.is_repeated()) return r.AddString(&message, &field, text);
        return r.SetString(&message, &field, text);
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto& type = *field.enum_type();
        const int at = static_cast<int>(Pick(static_cast<unsigned>(type.value_count())));
        return r.SetEnum(&message, &field, type.value(at));
      }
      case FieldDescriptor::CPPTYPE_INT64: {
        const std::int64_t unit = field.name().ends_with("_us") ? 1'000'000 : 1;
        return r.SetInt64(&message, &field, 1'780'000'000 * unit + Pick(100'000'000));
      }
      case FieldDescriptor::CPPTYPE_UINT64:
        return r.SetUInt64(&message, &field, Pick(1'000'000) + 1);
      case FieldDescriptor::CPPTYPE_UINT32:
        return r.SetUInt32(&message, &field, Pick(101));
      case FieldDescriptor::CPPTYPE_BOOL:
        return r.SetBool(&message, &field, Pick(2) == 1);
      default:
        FAIL() << field.full_name();
    }
  }

  std::mt19937 random_;
};

// Everything as lines, sorted, with refs replaced by what they name: they are given anew.
std::vector<std::string> LinesOf(v1::Sections sections) {
  std::map<std::string, std::string> named;
  v1::Indicators& values = *sections.mutable_indicators();
  for (auto& one : *values.mutable_indicators()) {
    const std::string ref = one.ref();
    one.clear_ref();
    named[ref] = fmt::format("{} {}", static_cast<int>(one.type()), one.value());
  }
  for (auto& one : *values.mutable_objects()) {
    const std::string ref = one.ref();
    one.clear_ref();
    named[ref] = "object " + one.name() + one.source_type();
    for (auto& member : *one.mutable_members()) member.set_indicator(named[member.indicator()]);
  }
  for (auto& one : *values.mutable_relationships()) {
    one.set_from(named[one.from()]);
    one.set_to(named[one.to()]);
  }
  std::vector<std::string> lines;
  const Json json = SectionsToJson(sections);
  for (const auto& [section, body] : json.items()) {
    for (const auto& [field, value] : body.items()) {
      if (!value.is_array()) lines.push_back(section + "." + field + " " + value.dump());
      if (!value.is_array()) continue;
      for (const auto& entry : value) lines.push_back(section + "." + field + " " + entry.dump());
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

record::Draft ThereAndBack(const record::Draft& draft, std::vector<LeftOut>& left_out) {
  const HeldRecord held = Held(draft);
  const Exported exported = ExportStix({&held, 1}, At(1'790'000'001));
  left_out = exported.left_out;
  const auto again = ImportStix(exported.text);
  EXPECT_TRUE(again.ok()) << Message(again.status()) << "\n" << exported.text.substr(0, 2000);
  if (!again.ok()) return {};
  EXPECT_EQ(again->size(), 1U);
  for (const NotMapped& one : (*again)[0].report.not_mapped) {
    EXPECT_TRUE(one.by_design) << one.place << ": " << one.what;
  }
  EXPECT_EQ((*again)[0].report.notes, std::vector<std::string>());
  return (*again)[0].draft;
}

TEST(StixRoundTripTest, ARecordOfAnythingComesBack) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    record::Draft draft;
    draft.header.kind = policy::Kind::kAdvisory;
    draft.header.tlp = seed % 2 == 0 ? policy::Tlp::kAmberStrict : policy::Tlp::kClear;
    draft.header.pap = policy::Pap::kAmber;
    draft.header.type = seed % 3 == 0 ? *policy::RsitFromWord("fraud/phishing") : 0;
    draft.header.severity = policy::Severity::kHigh;
    draft.header.tags = {"campaign-7"};
    draft.sections = RandomSections(seed).Make();
    record::ClearPadding(draft.sections);
    ASSERT_TRUE(record::CheckSections(draft.sections).ok()) << seed;
    std::vector<LeftOut> left_out;
    const record::Draft again = ThereAndBack(draft, left_out);
    EXPECT_TRUE(left_out.empty()) << seed << ": " << left_out[0].what;
    ASSERT_EQ(LinesOf(again.sections), LinesOf(draft.sections)) << "seed " << seed;
    EXPECT_EQ(again.header.kind, draft.header.kind);
    EXPECT_EQ(again.header.tlp, draft.header.tlp);
    EXPECT_EQ(again.header.pap, draft.header.pap);
    EXPECT_EQ(again.header.type, draft.header.type);
    EXPECT_EQ(again.header.severity, draft.header.severity);
    EXPECT_EQ(again.header.tags, draft.header.tags);
  }
}

void ExpectInOutIn(const std::filesystem::path& path) {
  const auto first = ImportStix(ReadAll(path));
  ASSERT_TRUE(first.ok()) << path << ": " << Message(first.status());
  for (const Imported& imported : *first) {
    std::vector<LeftOut> left_out;
    const record::Draft again = ThereAndBack(imported.draft, left_out);
    for (const LeftOut& one : left_out) {
      std::cout << path.filename() << ": left out: " << one.count << " " << one.what << "\n";
    }
    EXPECT_EQ(LinesOf(again.sections), LinesOf(imported.draft.sections)) << path;
    EXPECT_EQ(again.header.tlp, imported.draft.header.tlp) << path;
    EXPECT_EQ(again.header.kind, imported.draft.header.kind) << path;
  }
}

TEST(StixRoundTripTest, OurSamplesGoInOutIn) {
  const auto files = JsonFilesIn(std::filesystem::path(RENKEI_SAMPLES) / "stix");
  ASSERT_GE(files.size(), 3U);
  for (const auto& path : files) ExpectInOutIn(path);
}

TEST(StixRoundTripTest, RealBundlesGoInOutIn) {
  for (const auto& path : RealStixBundles()) ExpectInOutIn(path);
}

TEST(StixRoundTripTest, OurMispSamplesGoToStixAndBack) {
  for (const auto& path : OwnMispSamples()) {
    const auto imported = ImportJsonAuto(ReadAll(path), {.allow_org_only = true});
    ASSERT_TRUE(imported.ok());
    for (const Imported& one : *imported) {
      std::vector<LeftOut> left_out;
      const record::Draft again = ThereAndBack(one.draft, left_out);
      EXPECT_EQ(LinesOf(again.sections), LinesOf(one.draft.sections)) << path;
    }
  }
}

}  // namespace
}  // namespace renkei::formats
