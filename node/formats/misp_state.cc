#include "node/formats/misp_state.h"

#include <algorithm>

#include "node/formats/time_text.h"
#include "node/formats/uuid.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr std::int64_t kLatestMicros = 253'402'300'799'999'999;  // end of the year 9999

std::uint64_t CountOf(const JsonNode& node) {
  simdjson::dom::array array;
  if (node.element().get(array) != simdjson::SUCCESS) return 1;
  return array.size();
}

// false and 0 are what MISP writes when there is nothing to say.
bool SaysNothing(const JsonNode& node) {
  if (node.IsVoid()) return true;
  if (node.IsObject() || node.IsArray()) return false;
  if (node.IsBool()) return !node.Bool().value_or(true);
  return node.LooseText().value_or("") == "0";
}

// Seconds or microseconds since 1970, told apart by size.
std::optional<std::int64_t> MicrosFromDigits(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return text.size() > 11 ? value : value * 1'000'000;
}

}  // namespace

void ReportOtherKeys(MispState& state, const JsonNode& node, std::span<const KnownKey> known) {
  const absl::Status walked =
      node.ForEachMember([&](std::string_view key, const JsonNode& member) -> absl::Status {
        const auto found = std::find_if(known.begin(), known.end(),
                                        [key](const KnownKey& k) { return k.key == key; });
        if (found == known.end()) {
          if (!member.IsVoid()) {
            state.report.NotKept(member.path(), "a key that is not known", CountOf(member));
          }
          return absl::OkStatus();
        }
        if (found->why_not.empty() || SaysNothing(member)) return absl::OkStatus();
        state.report.NotKeptByDesign(member.path(), found->why_not, CountOf(member));
        return absl::OkStatus();
      });
  RENKEI_CHECK(walked.ok());  // callers have seen that it is an object
}

absl::StatusOr<std::string> TextMember(MispState& state, const JsonNode& node, std::string_view key,
                                       std::size_t bytes_max) {
  const std::optional<JsonNode> member = node.Find(key);
  if (!member) return std::string();
  ASSIGN_OR_RETURN(std::string text, member->LooseText());
  if (text.size() <= bytes_max) return text;
  state.report.NotKept(member->path(), fmt::format("text beyond {} bytes, cut off", bytes_max));
  text.resize(CutUtf8(text, bytes_max).size());
  return text;
}

absl::StatusOr<bool> BoolMember(const JsonNode& node, std::string_view key) {
  const std::optional<JsonNode> member = node.Find(key);
  if (!member) return false;
  return member->LooseBool();
}

absl::StatusOr<Bytes> UuidMember(MispState& state, const JsonNode& node, std::string_view key) {
  const std::optional<JsonNode> member = node.Find(key);
  if (!member || member->IsVoid()) return Bytes();
  ASSIGN_OR_RETURN(const std::string text, member->LooseText());
  const std::optional<Bytes> uuid = UuidFromText(text);
  if (!uuid) state.report.NotKept(member->path(), "not a uuid");
  return uuid.value_or(Bytes());
}

absl::StatusOr<std::int64_t> TimeMember(MispState& state, const JsonNode& node,
                                        std::string_view key) {
  const std::optional<JsonNode> member = node.Find(key);
  if (!member || member->IsVoid()) return 0;
  ASSIGN_OR_RETURN(const std::string text, member->LooseText());
  std::optional<std::int64_t> micros = MicrosFromDigits(text);
  if (!micros) micros = MicrosFromText(text);
  if (micros && *micros >= 0 && *micros <= kLatestMicros) return *micros;
  state.report.NotKept(member->path(), "not a time between 1970 and 9999");
  return 0;
}

std::string_view CutUtf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

absl::StatusOr<bool> IsWithheld(MispState& state, const JsonNode& node) {
  ASSIGN_OR_RETURN(const bool deleted, BoolMember(node, "deleted"));
  if (deleted) {
    state.report.NotKept(node.path(), "deleted by its author");
    return true;
  }
  const std::optional<JsonNode> distribution = node.Find("distribution");
  if (!distribution || state.options.allow_org_only) return false;
  ASSIGN_OR_RETURN(const std::int64_t level, distribution->LooseInteger());
  // Texts say 0 and mean it; an empty one says nothing.
  if (level == 0 && !distribution->IsVoid()) {
    state.report.NotKept(node.path(), "distribution 0: for its author's organisation only");
    return true;
  }
  if (level == 4) {
    state.report.NotKept(node.path(), "distribution 4: for a sharing group that is not known here");
    return true;
  }
  return false;
}

}  // namespace renkei::formats
