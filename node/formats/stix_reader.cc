// One STIX object, property by property.
#include <algorithm>

#include "node/formats/message_json.h"
#include "node/formats/stix_extension.h"
#include "node/formats/stix_state.h"
#include "node/formats/time_text.h"
#include "node/formats/uuid.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr std::int64_t kLatestStixMicros = 253'402'300'799'999'999;  // end of the year 9999

std::uint64_t EntriesIn(const JsonNode& node) {
  simdjson::dom::array array;
  return node.element().get(array) == simdjson::SUCCESS ? array.size() : 1;
}

std::string_view WhyNotTaken(std::string_view key) {
  if (key.starts_with("x_")) return "a custom property";
  return "a property that a record has no place for";
}

}  // namespace

void StixReader::Fail(const absl::Status& status) {
  if (status_.ok() && !status.ok()) {
    status_ = Annotate(status, fmt::format("objects[{}]", entry_.number));
  }
}

std::string StixReader::Place(std::string_view key) const {
  return fmt::format("objects[{}].{}", entry_.number, Printable(key, 80));
}

void StixReader::Lost(std::string_view key, std::string_view what, std::uint64_t count) {
  state_.made.report.NotKept(Place(key), fmt::format("{}: {}", entry_.type, what), count);
}

std::optional<JsonNode> StixReader::Take(std::string_view key) {
  taken_.emplace(key);
  std::optional<JsonNode> member = node_.Find(key);
  if (member && member->IsVoid()) return std::nullopt;
  return member;
}

std::string StixReader::Text(std::string_view key, std::size_t bytes_max) {
  const std::optional<JsonNode> member = Take(key);
  if (!member) return "";
  const absl::StatusOr<std::string_view> text = member->Text();
  if (!text.ok()) {
    Fail(text.status());
    return "";
  }
  if (text->size() <= bytes_max) return std::string(*text);
  Lost(key, fmt::format("text beyond {} bytes, cut off", bytes_max));
  return std::string(CutUtf8(*text, bytes_max));
}

std::vector<std::string> StixReader::Texts(std::string_view key) {
  std::vector<std::string> texts;
  const std::optional<JsonNode> member = Take(key);
  if (!member) return texts;
  Fail(member->ForEachItem([&](const JsonNode& item) -> absl::Status {
    ASSIGN_OR_RETURN(const std::string_view text, item.Text());
    if (text.empty() || text.size() > kMispNameBytesMax ||
        texts.size() >= static_cast<std::size_t>(kStixLabelsMax)) {
      Lost(key, fmt::format("an entry that is empty, over {} bytes or one of more than {}",
                            kMispNameBytesMax, kStixLabelsMax));
    } else {
      texts.emplace_back(text);
    }
    return absl::OkStatus();
  }));
  return texts;
}

std::int64_t StixReader::Time(std::string_view key) {
  const std::string text = Text(key, kMispNameBytesMax);
  if (text.empty()) return 0;
  const std::optional<std::int64_t> micros = MicrosFromText(text);
  if (micros && *micros >= 0 && *micros <= kLatestStixMicros) return *micros;
  Lost(key, "not a time between 1970 and 9999");
  return 0;
}

std::optional<std::uint64_t> StixReader::Number(std::string_view key) {
  const std::optional<JsonNode> member = Take(key);
  if (!member) return std::nullopt;
  const absl::StatusOr<std::uint64_t> number = member->Unsigned();
  if (number.ok()) return *number;
  Fail(number.status());
  return std::nullopt;
}

void StixReader::Ignore(std::string_view key, std::string_view why) {
  if (!Take(key)) return;
  state_.made.report.NotKeptByDesign(Place(key), fmt::format("{}: {}", entry_.type, why));
}

Bytes StixReader::Uuid() const {
  const std::size_t dashes = entry_.id.find("--");
  return UuidFromText(std::string_view(entry_.id).substr(dashes + 2)).value_or(Bytes());
}

v1::Text StixReader::Comment(std::string_view name_unless) {
  v1::Text text;
  std::string name = Text("name", record::kTextBytesMax);
  std::string description = Text("description", record::kLongTextBytesMax);
  if (name == name_unless) name.clear();
  if (!name.empty() && !description.empty()) name += "\n\n";
  std::string whole = name + description;
  whole.resize(CutUtf8(whole, record::kLongTextBytesMax).size());
  const std::string lang = Lang();
  if (whole.empty()) return text;
  text.set_value(std::move(whole));
  text.set_lang(lang);
  return text;
}

std::vector<std::string> StixReader::Labels() { return Texts("labels"); }

std::optional<std::uint32_t> StixReader::Confidence() {
  const std::optional<std::uint64_t> value = Number("confidence");
  if (!value) return std::nullopt;
  if (*value <= 100) return static_cast<std::uint32_t>(*value);
  Lost("confidence", "over 100");
  return std::nullopt;
}

std::vector<v1::KillChainPhase> StixReader::Phases() {
  std::vector<v1::KillChainPhase> phases;
  const std::optional<JsonNode> list = Take("kill_chain_phases");
  if (!list) return phases;
  Fail(list->ForEachItem([&](const JsonNode& item) -> absl::Status {
    const auto chain = item.Find("kill_chain_name");
    const auto phase = item.Find("phase_name");
    if (!chain || !phase) return item.Wrong("`kill_chain_name` or `phase_name` is missing");
    v1::KillChainPhase one;
    ASSIGN_OR_RETURN(const std::string_view chain_name, chain->Text());
    ASSIGN_OR_RETURN(const std::string_view phase_name, phase->Text());
    one.set_chain(std::string(CutUtf8(chain_name, kMispNameBytesMax)));
    one.set_phase(std::string(CutUtf8(phase_name, kMispNameBytesMax)));
    if (phases.size() < static_cast<std::size_t>(kStixLabelsMax)) phases.push_back(one);
    return absl::OkStatus();
  }));
  return phases;
}

void StixReader::References(const std::set<std::string>& taken) {
  const std::optional<JsonNode> list = Take("external_references");
  if (!list) return;
  Fail(list->ForEachItem([&](const JsonNode& item) -> absl::Status {
    v1::Reference reference;
    const auto text = [&](std::string_view key) -> absl::StatusOr<std::string> {
      const auto member = item.Find(key);
      if (!member) return std::string();
      ASSIGN_OR_RETURN(const std::string_view value, member->Text());
      return std::string(CutUtf8(value, record::kTextBytesMax));
    };
    ASSIGN_OR_RETURN(*reference.mutable_source(), text("source_name"));
    ASSIGN_OR_RETURN(*reference.mutable_url(), text("url"));
    ASSIGN_OR_RETURN(*reference.mutable_external_id(), text("external_id"));
    ASSIGN_OR_RETURN(const std::string description, text("description"));
    if (!description.empty()) reference.mutable_description()->set_value(description);
    if (const auto hashes = item.Find("hashes"); hashes && !hashes->IsVoid()) {
      Lost("external_references", "hashes of a reference");
    }
    if (taken.count(reference.external_id()) > 0 && reference.url().empty() &&
        description.empty()) {
      return absl::OkStatus();
    }
    if (!state_.references.insert(reference.SerializeAsString()).second) return absl::OkStatus();
    *state_.made.draft.sections.mutable_references()->add_references() = std::move(reference);
    return absl::OkStatus();
  }));
}

std::optional<JsonNode> StixReader::OwnNode(std::string_view key) {
  if (!extensions_) extensions_ = node_.Find("extensions");
  if (extensions_ && !own_) own_ = extensions_->Find(kOwnExtension);
  return own_ ? own_->Find(key) : std::nullopt;
}

bool StixReader::Own(std::string_view key, google::protobuf::Message& message) {
  const std::optional<JsonNode> node = OwnNode(key);
  if (!node) return false;
  Fail(MessageFromJson(*node, message));
  return true;
}

void StixReader::ReportExtensions() {
  const std::optional<JsonNode> extensions = Take("extensions");
  if (!extensions) return;
  Fail(extensions->ForEachMember([&](std::string_view key, const JsonNode&) {
    if (key != kOwnExtension) Lost("extensions", "an extension that is not known here");
    return absl::OkStatus();
  }));
}

void StixReader::ReportRest() {
  for (const std::string_view key : {"type", "id", "spec_version", "revoked"}) taken_.emplace(key);
  Ignore("created", kStixTimes);
  Ignore("modified", kStixTimes);
  Ignore("created_by_ref", kStixAuthor);
  Take("object_marking_refs");
  if (Take("granular_markings") && entry_.has_granular_tlp) {
    Lost("granular_markings", "markings of single properties: the strictest marks the whole");
  }
  if (taken_.count("external_references") == 0) References();
  ReportExtensions();
  Fail(node_.ForEachMember([&](std::string_view key, const JsonNode& member) {
    if (taken_.count(key) == 0 && !member.IsVoid()) Lost(key, WhyNotTaken(key), EntriesIn(member));
    return absl::OkStatus();
  }));
}

}  // namespace renkei::formats
