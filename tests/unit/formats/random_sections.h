// A record of anything that the model allows, by reflection; for tests of round trips.
#pragma once

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "node/record/sections.h"

namespace renkei::formats {

// A record of anything that the model allows, by reflection: a new field is covered as it comes.
class RandomSections {
 public:
  explicit RandomSections(unsigned seed) : random_(seed) {}

  renkei::v1::Sections Make() {
    renkei::v1::Sections sections;
    Fill(sections);
    renkei::v1::Indicators& values = *sections.mutable_indicators();
    for (int i = 0; i < values.indicators_size(); ++i) {
      renkei::v1::Indicator& one = *values.mutable_indicators(i);
      one.set_ref(fmt::format("i{}", i));
      if (one.type() == renkei::v1::INDICATOR_TYPE_UNSPECIFIED)
        one.set_type(renkei::v1::INDICATOR_TYPE_DOMAIN);
      one.set_value(fmt::format("v{}{}", i, Word()));
    }
    int member = 0;
    for (int i = 0; i < values.objects_size(); ++i) {
      renkei::v1::Object& one = *values.mutable_objects(i);
      one.set_ref(fmt::format("o{}", i));
      renkei::v1::Object kept = one;
      one.clear_members();
      for (renkei::v1::Member& m : *kept.mutable_members()) {
        if (member >= values.indicators_size()) break;
        m.set_indicator(fmt::format("i{}", member++));  // no value has two objects
        *one.add_members() = m;
      }
    }
    renkei::v1::Indicators kept = values;
    values.clear_relationships();
    values.clear_sightings();
    for (renkei::v1::Relationship& one : *kept.mutable_relationships()) {
      if (values.indicators_size() < 2) break;
      one.set_from("i0");
      one.set_to(values.objects_size() > 0 ? "o0" : "i1");
      *values.add_relationships() = one;
    }
    for (renkei::v1::Sighting& one : *kept.mutable_sightings()) {
      if (one.verdict() == renkei::v1::VERDICT_UNSPECIFIED)
        one.set_verdict(renkei::v1::VERDICT_SEEN);
      if (one.type() == renkei::v1::INDICATOR_TYPE_UNSPECIFIED) one.clear_value();
      if (one.type() != renkei::v1::INDICATOR_TYPE_UNSPECIFIED && one.value().empty())
        one.set_value("x");
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

  void Fill(google::protobuf::Message& message) {
    const google::protobuf::Reflection& r = *message.GetReflection();
    for (int f = 0; f < message.GetDescriptor()->field_count(); ++f) {
      const google::protobuf::FieldDescriptor& field = *message.GetDescriptor()->field(f);
      const unsigned count = field.is_repeated() ? Pick(4) : Pick(2);
      for (unsigned i = 0; i < count; ++i) Put(message, r, field);
    }
  }

  void Put(google::protobuf::Message& message, const google::protobuf::Reflection& r,
           const google::protobuf::FieldDescriptor& field) {
    switch (field.cpp_type()) {
      case google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE: {
        google::protobuf::Message& inner = field.is_repeated()
                                               ? *r.AddMessage(&message, &field)
                                               : *r.MutableMessage(&message, &field);
        Fill(inner);
        if (!field.is_repeated() && inner.ByteSizeLong() == 0) r.ClearField(&message, &field);
        return;
      }
      case google::protobuf::FieldDescriptor::CPPTYPE_STRING: {
        std::string text = Word();
        if (field.type() == google::protobuf::FieldDescriptor::TYPE_BYTES) {
          text = "0123456789abcde" + std::to_string(Pick(9));
        }
        if (field.is_repeated()) return r.AddString(&message, &field, text);
        return r.SetString(&message, &field, text);
      }
      case google::protobuf::FieldDescriptor::CPPTYPE_ENUM: {
        const auto& type = *field.enum_type();
        const int at = static_cast<int>(Pick(static_cast<unsigned>(type.value_count())));
        return r.SetEnum(&message, &field, type.value(at));
      }
      case google::protobuf::FieldDescriptor::CPPTYPE_INT64: {
        const std::int64_t unit = field.name().ends_with("_us") ? 1'000'000 : 1;
        return r.SetInt64(&message, &field, 1'780'000'000 * unit + Pick(100'000'000));
      }
      case google::protobuf::FieldDescriptor::CPPTYPE_UINT64:
        return r.SetUInt64(&message, &field, Pick(1'000'000) + 1);
      case google::protobuf::FieldDescriptor::CPPTYPE_UINT32:
        return r.SetUInt32(&message, &field, Pick(101));
      case google::protobuf::FieldDescriptor::CPPTYPE_BOOL:
        return r.SetBool(&message, &field, Pick(2) == 1);
      default:
        FAIL() << field.full_name();
    }
  }

  std::mt19937 random_;
};

}  // namespace renkei::formats
