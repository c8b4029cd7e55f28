#include "node/formats/record_json.h"

#include <array>
#include <functional>
#include <limits>

#include "node/base/encoding.h"
#include "node/formats/message_json.h"
#include "node/formats/time_text.h"

namespace renkei::formats {
namespace {

using record::Draft;
using record::DraftHeader;

// ---- writing ---------------------------------------------------------------------------------

template <class Enum>
void PutWord(Json& json, const char* key, Enum value) {
  if (value != Enum{}) json[key] = std::string(ToWord(value));
}

void PutList(Json& json, const char* key, const std::vector<std::string>& list) {
  if (!list.empty()) json[key] = list;
}

void PutTime(Json& json, const char* key, const std::optional<Timestamp>& time) {
  if (!time) return;
  const std::optional<std::string> text = SecondsToText(UnixSeconds(*time));
  json[key] = text ? Json(*text) : Json(UnixSeconds(*time));
}

Json LevelsToJson(std::uint64_t levels) {
  Json json = Json::object();
  for (int i = 0; i < policy::kSectionCount; ++i) {
    const std::uint64_t rung = (levels >> (4 * i)) & 0xf;
    if (rung == 0) continue;
    json[std::string(policy::ToWord(static_cast<policy::SectionId>(i)))] = rung;
  }
  return json;
}

Json AboutToJson(const record::About& about) {
  Json json = Json::object();
  json["record_id"] = record::ToString(about.record_id);
  if (!about.leaf.empty()) json["leaf"] = HexEncode(about.leaf);
  return json;
}

void PutHeader(Json& json, const DraftHeader& header) {
  PutWord(json, "kind", header.kind);
  PutWord(json, "tlp", header.tlp);
  PutWord(json, "pap", header.pap);
  PutWord(json, "source", header.source);
  PutWord(json, "relay", header.relay);
  PutWord(json, "severity", header.severity);
  if (header.type != 0) json["type"] = policy::RsitWord(header.type);
  PutList(json, "circles", header.circles);
  if (header.min_level) json["min_level"] = *header.min_level;
  if (header.section_levels) json["section_levels"] = LevelsToJson(*header.section_levels);
  PutList(json, "recipients", header.recipients);
  PutList(json, "sectors", header.sectors);
  PutList(json, "countries", header.countries);
  PutList(json, "tags", header.tags);
  if (header.about) json["about"] = AboutToJson(*header.about);
  PutWord(json, "reason", header.reason);
  if (header.exercise) json["exercise"] = true;
  PutTime(json, "expires", header.expires);
  PutTime(json, "embargo_until", header.embargo_until);
}

// ---- reading ---------------------------------------------------------------------------------

template <class Enum, class FromWord>
absl::Status ReadWord(const JsonNode& node, const FromWord& from_word, Enum& into) {
  ASSIGN_OR_RETURN(const std::string_view word, node.Text());
  const std::optional<Enum> value = from_word(word);
  if (!value) return node.Wrong(fmt::format("unknown word `{}`", Printable(word, 80)));
  into = *value;
  return absl::OkStatus();
}

absl::Status ReadList(const JsonNode& node, std::vector<std::string>& into) {
  return node.ForEachItem([&](const JsonNode& item) -> absl::Status {
    ASSIGN_OR_RETURN(const std::string_view text, item.Text());
    into.emplace_back(text);
    return absl::OkStatus();
  });
}

absl::Status ReadTime(const JsonNode& node, std::optional<Timestamp>& into) {
  if (node.element().is_int64()) {
    ASSIGN_OR_RETURN(const std::int64_t seconds, node.Signed());
    into = FromUnixSeconds(seconds);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string_view text, node.Text());
  const std::optional<std::int64_t> micros = MicrosFromText(text);
  if (!micros || *micros % 1'000'000 != 0) {
    return node.Wrong("expected a time such as `2026-11-22T01:36:17Z`");
  }
  into = FromUnixSeconds(*micros / 1'000'000);
  return absl::OkStatus();
}

absl::StatusOr<std::uint64_t> ReadRung(const JsonNode& node, std::uint64_t max) {
  ASSIGN_OR_RETURN(const std::uint64_t rung, node.Unsigned());
  if (rung > max) return node.Wrong(fmt::format("expected a rung from 0 to {}", max));
  return rung;
}

absl::Status ReadLevels(const JsonNode& node, std::optional<std::uint64_t>& into) {
  std::uint64_t levels = 0;
  RETURN_IF_ERROR(
      node.ForEachMember([&](std::string_view key, const JsonNode& member) -> absl::Status {
        const std::optional<policy::SectionId> section = policy::SectionFromWord(key);
        if (!section) return member.Wrong("unknown section");
        ASSIGN_OR_RETURN(const std::uint64_t rung, ReadRung(member, policy::kRecipientsOnly));
        levels |= rung << (4 * static_cast<int>(*section));
        return absl::OkStatus();
      }));
  into = levels;
  return absl::OkStatus();
}

absl::StatusOr<Bytes> ReadHex(const JsonNode& node, std::size_t size) {
  ASSIGN_OR_RETURN(const std::string_view text, node.Text());
  std::optional<Bytes> bytes = HexDecode(text);
  if (!bytes || bytes->size() != size) {
    return node.Wrong(fmt::format("expected {} hex digits", 2 * size));
  }
  return *std::move(bytes);
}

absl::Status ReadAbout(const JsonNode& node, std::optional<record::About>& into) {
  record::About about;
  const std::optional<JsonNode> id = node.Find("record_id");
  if (node.IsObject() && !id) return node.Wrong("`record_id` is missing");
  RETURN_IF_ERROR(
      node.ForEachMember([&](std::string_view key, const JsonNode& member) -> absl::Status {
        if (key == "record_id") {
          ASSIGN_OR_RETURN(const Bytes bytes, ReadHex(member, record::RecordId::kSize));
          about.record_id = *record::RecordId::From(bytes);
          return absl::OkStatus();
        }
        if (key != "leaf") return UnknownKey(member, key, std::array{"record_id", "leaf"});
        ASSIGN_OR_RETURN(about.leaf, ReadHex(member, 32));
        return absl::OkStatus();
      }));
  into = about;
  return absl::OkStatus();
}

absl::Status ReadOrigin(const JsonNode& node, Draft& draft) {
  return node.ForEachMember([&](std::string_view key, const JsonNode& member) -> absl::Status {
    if (key != "format" && key != "id") return UnknownKey(member, key, std::array{"format", "id"});
    ASSIGN_OR_RETURN(const std::string_view text, member.Text());
    (key == "format" ? draft.source_format : draft.source_id) = std::string(text);
    return absl::OkStatus();
  });
}

using Reader = std::function<absl::Status(const JsonNode&, Draft&)>;
struct Key {
  std::string_view name{};
  Reader read{};
};

absl::Status ReadType(const JsonNode& node, Draft& draft) {
  return ReadWord(node, policy::RsitFromWord, draft.header.type);
}

absl::Status ReadMinLevel(const JsonNode& node, Draft& draft) {
  ASSIGN_OR_RETURN(const std::uint64_t rung, ReadRung(node, policy::kRecipientsOnly));
  draft.header.min_level = static_cast<policy::Rung>(rung);
  return absl::OkStatus();
}

absl::Status ReadExercise(const JsonNode& node, Draft& draft) {
  ASSIGN_OR_RETURN(draft.header.exercise, node.Bool());
  return absl::OkStatus();
}

absl::Status ReadVersion(const JsonNode& node, Draft&) {
  ASSIGN_OR_RETURN(const std::uint64_t version, node.Unsigned());
  if (version == kRecordJsonVersion) return absl::OkStatus();
  return node.Wrong(
      fmt::format("version {} is not known here, only {}", version, kRecordJsonVersion));
}

const std::vector<Key>& Keys() {
  using N = const JsonNode&;
  static const std::vector<Key> kKeys = {
      {"renkei", ReadVersion},
      {"kind", [](N n, Draft& d) { return ReadWord(n, policy::KindFromWord, d.header.kind); }},
      {"tlp", [](N n, Draft& d) { return ReadWord(n, policy::TlpFromWord, d.header.tlp); }},
      {"pap", [](N n, Draft& d) { return ReadWord(n, policy::PapFromWord, d.header.pap); }},
      {"source",
       [](N n, Draft& d) { return ReadWord(n, policy::SourceModeFromWord, d.header.source); }},
      {"relay", [](N n, Draft& d) { return ReadWord(n, policy::RelayFromWord, d.header.relay); }},
      {"severity",
       [](N n, Draft& d) { return ReadWord(n, policy::SeverityFromWord, d.header.severity); }},
      {"type", ReadType},
      {"circles", [](N n, Draft& d) { return ReadList(n, d.header.circles); }},
      {"min_level", ReadMinLevel},
      {"section_levels", [](N n, Draft& d) { return ReadLevels(n, d.header.section_levels); }},
      {"recipients", [](N n, Draft& d) { return ReadList(n, d.header.recipients); }},
      {"sectors", [](N n, Draft& d) { return ReadList(n, d.header.sectors); }},
      {"countries", [](N n, Draft& d) { return ReadList(n, d.header.countries); }},
      {"tags", [](N n, Draft& d) { return ReadList(n, d.header.tags); }},
      {"about", [](N n, Draft& d) { return ReadAbout(n, d.header.about); }},
      {"reason",
       [](N n, Draft& d) {
         return ReadWord(n, record::WithdrawalReasonFromWord, d.header.reason);
       }},
      {"exercise", ReadExercise},
      {"expires", [](N n, Draft& d) { return ReadTime(n, d.header.expires); }},
      {"embargo_until", [](N n, Draft& d) { return ReadTime(n, d.header.embargo_until); }},
      {"from", ReadOrigin},
      {"sections", [](N n, Draft& d) { return MessageFromJson(n, d.sections); }},
  };
  return kKeys;
}

absl::Status ReadKey(std::string_view key, const JsonNode& node, Draft& draft) {
  std::vector<std::string_view> names;
  for (const Key& known : Keys()) {
    if (known.name == key) return known.read(node, draft);
    names.push_back(known.name);
  }
  return UnknownKey(node, key, names);
}

}  // namespace

Json SectionsToJson(const record::v1::Sections& sections) { return MessageToJson(sections); }

Json ToJson(const Draft& draft) {
  Json json = Json::object();
  json["renkei"] = kRecordJsonVersion;
  PutHeader(json, draft.header);
  if (!draft.source_format.empty() || !draft.source_id.empty()) {
    Json from = Json::object();
    if (!draft.source_format.empty()) from["format"] = draft.source_format;
    if (!draft.source_id.empty()) from["id"] = draft.source_id;
    json["from"] = std::move(from);
  }
  json["sections"] = SectionsToJson(draft.sections);
  return json;
}

absl::StatusOr<Draft> DraftFromJson(const JsonDocument& document) {
  const JsonNode top = document.top();
  if (top.IsObject() && !top.Find("renkei")) {
    return top.Wrong(
        fmt::format("`renkei` is missing: a record says `\"renkei\": {}`", kRecordJsonVersion));
  }
  Draft draft;
  RETURN_IF_ERROR(top.ForEachMember(
      [&](std::string_view key, const JsonNode& member) { return ReadKey(key, member, draft); }));
  RETURN_IF_ERROR(Annotate(record::CheckSections(draft.sections), "sections"));
  return draft;
}

absl::StatusOr<Draft> DraftFromJson(BytesView json, const JsonLimits& limits) {
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(json, limits));
  return DraftFromJson(document);
}

}  // namespace renkei::formats
