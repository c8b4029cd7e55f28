#include "node/feed/policy_history.h"

#include <algorithm>
#include <array>

#include "node/base/encoding.h"
#include "node/base/json.h"

namespace renkei::feed {
namespace {

constexpr std::string_view kHistory = "policy-change";
constexpr std::string_view kAnnounced = "policy-announced";

struct HowWord {
  PolicyHow how = PolicyHow::kInit;
  std::string_view word{};
};
constexpr auto kHowWords = std::to_array<HowWord>({{PolicyHow::kInit, "init"},
                                                   {PolicyHow::kStart, "start"},
                                                   {PolicyHow::kReload, "reload"},
                                                   {PolicyHow::kApply, "apply"},
                                                   {PolicyHow::kRevert, "revert"}});

std::optional<PolicyHow> HowFromWord(std::string_view word) {
  for (const HowWord& one : kHowWords) {
    if (one.word == word) return one.how;
  }
  return std::nullopt;
}

Bytes KeyOf(int number) {
  ByteWriter out;
  out.U32(static_cast<std::uint32_t>(number));
  return out.Take();
}

absl::Status CheckText(std::string_view text, std::string_view what, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return InvalidArgument(fmt::format("{} of {} bytes; at most {}", what, text.size(), bytes_max));
  }
  if (!IsUtf8(text) || Printable(text, bytes_max) != text) {
    return InvalidArgument(fmt::format("{} `{}`: one line of UTF-8 without control characters",
                                       what, Printable(text, bytes_max)));
  }
  return absl::OkStatus();
}

// Bounded, so that a row is.
std::vector<std::string> Bounded(const std::vector<std::string>& lines) {
  std::vector<std::string> bounded;
  for (const std::string& line : lines) {
    if (bounded.size() == kPolicyChangeLinesMax) {
      bounded.push_back(fmt::format("and {} more", lines.size() - bounded.size()));
      break;
    }
    bounded.push_back(Printable(line, kPolicyChangeLineBytesMax));
  }
  return bounded;
}

Bytes Encode(const PolicyChange& change) {
  return ToText(Json{{"digest", HexEncode(change.digest.view())},
                     {"applied", UnixSeconds(change.applied)},
                     {"how", ToWord(change.how)},
                     {"author", change.author},
                     {"note", change.note},
                     {"name", change.name},
                     {"version", change.version},
                     {"changes", Bounded(change.changes)},
                     {"effects", Bounded(change.effects)}});
}

bool ReadLines(const Json& json, const char* key, std::vector<std::string>& lines) {
  const auto list = json.find(key);
  if (list == json.end() || !list->is_array()) return false;
  for (const Json& line : *list) {
    if (!line.is_string()) return false;
    lines.push_back(line.get<std::string>());
  }
  return true;
}

absl::StatusOr<PolicyChange> Decode(BytesView row) {
  const Json json = Json::parse(row, nullptr, /*allow_exceptions=*/false);
  const auto damaged = [] { return DataLoss("a row of the policy's history is damaged"); };
  if (!json.is_object()) return damaged();
  const auto text = [&](const char* key) {
    const auto it = json.find(key);
    return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  const auto number = [&](const char* key) {
    const auto it = json.find(key);
    return it != json.end() && it->is_number_integer() ? it->get<std::int64_t>() : 0;
  };
  const auto digest_bytes = HexDecode(text("digest"));
  const auto digest = digest_bytes ? crypto::Digest::From(*digest_bytes) : std::nullopt;
  const auto how = HowFromWord(text("how"));
  if (!digest || !how) return damaged();
  PolicyChange change{.digest = *digest,
                      .applied = FromUnixSeconds(number("applied")),
                      .how = *how,
                      .author = text("author"),
                      .note = text("note"),
                      .name = text("name"),
                      .version = static_cast<int>(number("version"))};
  if (!ReadLines(json, "changes", change.changes)) return damaged();
  if (!ReadLines(json, "effects", change.effects)) return damaged();
  return change;
}

int NumberOf(BytesView key) { return static_cast<int>(ByteReader(key).U32()); }

absl::StatusOr<std::optional<PolicyChange>> FindNewest(const store::Reader& reader) {
  ASSIGN_OR_RETURN(const auto rows, reader.ListObjects(kHistory));
  const auto newest = std::max_element(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return NumberOf(a.first) < NumberOf(b.first);
  });
  if (newest == rows.end()) return std::nullopt;
  ASSIGN_OR_RETURN(PolicyChange change, Decode(newest->second));
  change.number = NumberOf(newest->first);
  return change;
}

absl::StatusOr<std::optional<PolicyChange>> FindAnnounced(const store::Reader& reader) {
  ASSIGN_OR_RETURN(const auto row, reader.FindObject(kAnnounced, ""));
  if (!row) return std::nullopt;
  ASSIGN_OR_RETURN(PolicyChange change, Decode(*row));
  return change;
}

}  // namespace

std::string_view ToWord(PolicyHow how) {
  for (const HowWord& one : kHowWords) {
    if (one.how == how) return one.word;
  }
  return "unspecified";
}

absl::Status CheckPolicyAuthor(std::string_view author) {
  return CheckText(author, "author", kPolicyAuthorBytesMax);
}

absl::Status CheckPolicyNote(std::string_view note) {
  return CheckText(note, "note", kPolicyNoteBytesMax);
}

absl::StatusOr<std::vector<PolicyChange>> ReadPolicyHistory(const store::Reader& reader) {
  ASSIGN_OR_RETURN(const auto rows, reader.ListObjects(kHistory));
  std::vector<PolicyChange> history;
  for (const auto& [key, value] : rows) {
    ASSIGN_OR_RETURN(PolicyChange change, Decode(value));
    change.number = NumberOf(key);
    history.push_back(std::move(change));
  }
  std::sort(history.begin(), history.end(),
            [](const PolicyChange& a, const PolicyChange& b) { return a.number > b.number; });
  return history;
}

absl::Status AnnounceChange(store::Writer& writer, const PolicyChange& change) {
  return writer.PutObject(kAnnounced, "", Encode(change));
}

absl::Status DropAnnouncedChange(store::Writer& writer) {
  return writer.DropObject(kAnnounced, "");
}

absl::Status RecordChange(store::Writer& writer, const PolicyChange& change) {
  PolicyChange recorded = change;
  ASSIGN_OR_RETURN(const auto announced, FindAnnounced(writer));
  if (announced) {
    if (announced->digest == change.digest) recorded = *announced;
    RETURN_IF_ERROR(DropAnnouncedChange(writer));
  }
  ASSIGN_OR_RETURN(const auto newest, FindNewest(writer));
  if (newest && newest->digest == change.digest) return absl::OkStatus();
  recorded.number = newest ? newest->number + 1 : 1;
  if (!newest && recorded.how == PolicyHow::kStart) recorded.how = PolicyHow::kInit;
  RETURN_IF_ERROR(writer.PutObject(kHistory, KeyOf(recorded.number), Encode(recorded)));
  const int oldest = recorded.number - static_cast<int>(kPolicyChangesMax);
  return oldest > 0 ? writer.DropObject(kHistory, KeyOf(oldest)) : absl::OkStatus();
}

}  // namespace renkei::feed
