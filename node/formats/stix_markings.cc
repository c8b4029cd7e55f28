#include "node/formats/stix_markings.h"

#include <array>

#include <fmt/format.h>

#include "node/base/encoding.h"

namespace renkei::formats {
namespace {

using policy::Pap;
using policy::Tlp;

struct MarkingRow {
  std::string_view uuid{};
  Tlp tlp = Tlp::kUnspecified;
  Pap pap = Pap::kUnspecified;
};

// The first row of a level is the one written; then TLP 1, which may only be read.
constexpr std::array<MarkingRow, 14> kMarkings = {{
    {"94868c89-83c2-464b-929b-a1a8aa3c8487", Tlp::kClear, {}},
    {"bab4a63c-aed9-4cf5-a766-dfca5abac2bb", Tlp::kGreen, {}},
    {"55d920b0-5e8b-4f79-9ee9-91f868d9b421", Tlp::kAmber, {}},
    {"939a9414-2ddd-4d32-a0cd-375ea402b003", Tlp::kAmberStrict, {}},
    {"e828b379-4e03-4974-9ac4-e53a884c97c1", Tlp::kRed, {}},
    {"613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::kClear, {}},
    {"34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::kGreen, {}},
    {"f88d31f6-486f-44da-b317-01333bde0b82", Tlp::kAmber, {}},
    {"5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::kRed, {}},
    {"ad15a0cd-55b6-4588-a14c-a66105329b92", {}, Pap::kClear},
    {"c43594d1-4b11-4c59-93ab-1c9b14d53ce9", {}, Pap::kGreen},
    {"60f8932b-e51e-4458-b265-a2e8be9a80ab", {}, Pap::kAmber},
    {"740d36e5-7714-4c30-961a-3ae632ceee0e", {}, Pap::kRed},
    {"a3bea94c-b469-41dc-9cfe-d6e7daba7730", {}, Pap::kClear},
}};

constexpr std::string_view kMarkingPrefix = "marking-definition--";

std::string Upper(std::string_view word) {
  std::string upper(word);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

Json Definition(std::string_view uuid, std::string_view family, std::string_view word,
                std::string_view extension, std::string_view property) {
  return {
      {"type", "marking-definition"},
      {"spec_version", "2.1"},
      {"id", fmt::format("{}{}", kMarkingPrefix, uuid)},
      {"created", "2022-10-01T00:00:00.000Z"},
      {"name", fmt::format("{}:{}", family, Upper(word))},
      {"extensions", {{extension, {{"extension_type", "property-extension"}, {property, word}}}}}};
}

template <class Level>
std::optional<Level> FromStixWord(std::string_view word, std::string_view family,
                                  std::optional<Level> (*from_word)(std::string_view)) {
  std::string lower = AsciiLower(word);
  if (lower.starts_with(family)) lower.erase(0, family.size());
  return from_word(lower == "white" ? "clear" : lower);
}

}  // namespace

std::optional<StixMarking> KnownMarking(std::string_view id) {
  if (!id.starts_with(kMarkingPrefix)) return std::nullopt;
  const std::string uuid = AsciiLower(id.substr(kMarkingPrefix.size()));
  for (const MarkingRow& row : kMarkings) {
    if (row.uuid == uuid) return StixMarking{row.tlp, row.pap};
  }
  return std::nullopt;
}

std::optional<Tlp> TlpFromStix(std::string_view word) {
  return FromStixWord<Tlp>(word, "tlp:", &policy::TlpFromWord);
}

std::optional<Pap> PapFromStix(std::string_view word) {
  return FromStixWord<Pap>(word, "pap:", &policy::PapFromWord);
}

Json MarkingDefinition(Tlp tlp) {
  for (const MarkingRow& row : kMarkings) {
    if (tlp == Tlp::kUnspecified || row.tlp != tlp) continue;
    return Definition(row.uuid, "TLP", policy::ToWord(tlp), kTlp2Extension, "tlp_2_0");
  }
  return nullptr;
}

Json MarkingDefinition(Pap pap) {
  for (const MarkingRow& row : kMarkings) {
    if (pap == Pap::kUnspecified || row.pap != pap) continue;
    return Definition(row.uuid, "PAP", policy::ToWord(pap), kPapExtension, "pap");
  }
  return nullptr;
}

}  // namespace renkei::formats
