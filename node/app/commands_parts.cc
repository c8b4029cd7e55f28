#include "node/app/commands_parts.h"

#include <algorithm>

#include "node/base/encoding.h"
#include "node/formats/time_text.h"
#include "node/gateway/record_line.h"

namespace renkei::app {
namespace {

constexpr std::size_t kIdDigits = 2 * record::RecordId::kSize;
constexpr std::size_t kIdDigitsMin = 4;
constexpr int kCandidatesMax = 5;

}  // namespace

const Json* Arguments::Find(std::string_view key) const {
  const auto it = json_.find(std::string(key));
  return it == json_.end() || it->is_null() ? nullptr : &*it;
}

void Arguments::Refuse(std::string_view what) {
  if (status_.ok()) status_ = InvalidArgument(what);
}

std::string Arguments::Text(std::string_view key) {
  const Json* value = Find(key);
  if (value == nullptr) return "";
  if (value->is_string()) return value->get<std::string>();
  Refuse(fmt::format("argument `{}`: expected text", key));
  return "";
}

std::string Arguments::Required(std::string_view key) {
  std::string text = Text(key);
  if (text.empty()) Refuse(fmt::format("argument `{}` is missing", key));
  return text;
}

bool Arguments::Flag(std::string_view key) {
  const Json* value = Find(key);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  Refuse(fmt::format("argument `{}`: expected true or false", key));
  return false;
}

int Arguments::Number(std::string_view key, int absent, int from, int to) {
  const Json* value = Find(key);
  if (value == nullptr) return absent;
  if (value->is_number_integer()) {
    const auto number = value->get<std::int64_t>();
    if (number >= from && number <= to) return static_cast<int>(number);
  }
  Refuse(fmt::format("argument `{}`: expected {} to {}", key, from, to));
  return absent;
}

std::vector<std::string> Arguments::List(std::string_view key) {
  std::vector<std::string> list;
  const Json* value = Find(key);
  if (value == nullptr) return list;
  if (!value->is_array()) {
    Refuse(fmt::format("argument `{}`: expected a list", key));
    return list;
  }
  for (const Json& item : *value) {
    if (item.is_string()) {
      list.push_back(item.get<std::string>());
    } else {
      Refuse(fmt::format("argument `{}`: expected a list of texts", key));
    }
  }
  return list;
}

std::optional<policy::Tlp> Arguments::Tlp(std::string_view key) {
  const std::string word = Text(key);
  if (word.empty()) return std::nullopt;
  const auto tlp = policy::TlpFromWord(word);
  if (!tlp) {
    Refuse(fmt::format("tlp `{}`: expected clear, green, amber, amber+strict or red",
                       Printable(word, 40)));
  }
  return tlp;
}

std::optional<policy::Kind> Arguments::Kind(std::string_view key) {
  const std::string word = Text(key);
  if (word.empty()) return std::nullopt;
  const auto kind = policy::KindFromWord(word);
  if (!kind) {
    Refuse(fmt::format(
        "kind `{}`: expected incident, indicators, sighting, advisory, vulnerability, request or "
        "withdrawal",
        Printable(word, 40)));
  }
  return kind;
}

std::optional<policy::SourceMode> Arguments::Source(std::string_view key) {
  const std::string word = Text(key);
  if (word.empty()) return std::nullopt;
  const auto source = policy::SourceModeFromWord(word);
  if (!source) {
    Refuse(fmt::format("source `{}`: expected attributed, pseudonymous or anonymous",
                       Printable(word, 40)));
  }
  return source;
}

absl::StatusOr<store::RecordRow> AsRecordRow(const store::UnnamedRow& unnamed) {
  ASSIGN_OR_RETURN(const record::Record record, record::Record::FromStored(unnamed.stored));
  store::RecordRow row = feed::MakeRow(record);
  row.own = true;
  row.circles = feed::JoinCircles(record.header().circles);
  row.received = unnamed.queued;
  return row;
}

std::string AuthorOf(const CommandContext& context, Arguments& arguments) {
  const std::string said = arguments.Text("author");
  return context.caller.is_owner() ? said : context.caller.account;
}

absl::Status WithHint(const absl::Status& status, std::string_view hint) {
  if (status.ok()) return status;
  return MakeStatus(status.code(), Message(status) + "\n" + std::string(hint));
}

exchange::LocalReply Done(Json json) { return {.exit_status = 0, .json = std::move(json)}; }

exchange::LocalReply Failed(const absl::Status& status, int exit_status) {
  const std::string message = Message(status);
  const std::size_t end = message.find('\n');
  Json json = {{"error", message.substr(0, end)}};
  if (end != std::string::npos) json["hint"] = message.substr(end + 1);
  return {.exit_status = exit_status, .json = std::move(json)};
}

absl::StatusOr<store::RecordRow> FindRecord(const store::Reader& reader, const std::string& id) {
  const std::string digits = AsciiLower(id);
  const bool hex = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hex || digits.size() < kIdDigitsMin || digits.size() > kIdDigits) {
    return WithHint(InvalidArgument(fmt::format("`{}` is no record id", Printable(id, 64))),
                    "an id is 32 hex digits; its first 4 or more do if no other record has them");
  }
  ASSIGN_OR_RETURN(const auto ids, reader.FindByPrefix(digits, kCandidatesMax));
  if (ids.empty()) {
    return WithHint(NotFound(fmt::format("record {} is not held here", digits)),
                    "`renkei subscribe` lists what this node holds; what one may not see looks the "
                    "same as what does not exist");
  }
  if (ids.size() > 1) {
    std::string names;
    for (const record::RecordId& one : ids) names += " " + record::ToString(one);
    return WithHint(InvalidArgument(fmt::format("several records begin with {}", digits)),
                    "give more digits:" + names);
  }
  ASSIGN_OR_RETURN(auto row, reader.FindRecord(ids.front()));
  if (row) return *std::move(row);
  ASSIGN_OR_RETURN(const auto unnamed, reader.FindUnnamed(ids.front()));
  if (!unnamed) return NotFound(fmt::format("record {} is not held here", digits));
  return AsRecordRow(*unnamed);
}

std::string TimeText(Timestamp time) {
  return formats::SecondsToText(UnixSeconds(time)).value_or("");
}

Json SectionWords(policy::SectionMask sections) { return gateway::SectionWords(sections); }

}  // namespace renkei::app
