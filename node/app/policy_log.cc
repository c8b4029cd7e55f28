#include "node/app/policy_log.h"

#include <charconv>

#include "node/app/commands_parts.h"
#include "node/base/encoding.h"
#include "node/feed/policy_history.h"

namespace renkei::app {
namespace {

absl::StatusOr<int> NumberFrom(const std::string& word) {
  int number = 0;
  const char* end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data(), end, number);
  if (parsed.ec == std::errc() && parsed.ptr == end && number > 0) return number;
  return WithHint(
      InvalidArgument(fmt::format("`{}` is no number of a change", Printable(word, 20))),
      "`renkei policy log` lists them");
}

}  // namespace

absl::StatusOr<Json> PolicyLog(const store::Reader& reader) {
  ASSIGN_OR_RETURN(const auto history, feed::ReadPolicyHistory(reader));
  Json list = Json::array();
  for (const feed::PolicyChange& change : history) {
    list.push_back({{"number", change.number},
                    {"policy", change.name},
                    {"version", change.version},
                    {"digest", HexEncode(change.digest.view())},
                    {"applied", TimeText(change.applied)},
                    {"how", feed::ToWord(change.how)},
                    {"author", change.author},
                    {"note", change.note},
                    {"changes", change.changes},
                    {"effects", change.effects}});
  }
  return Json{{"changes", std::move(list)}};
}

absl::StatusOr<Json> PolicyShown(const store::Reader& reader, const std::string& number_word) {
  ASSIGN_OR_RETURN(const int number, NumberFrom(number_word));
  ASSIGN_OR_RETURN(const Json log, PolicyLog(reader));
  for (const Json& change : log["changes"]) {
    if (change["number"] != number) continue;
    const auto digest = HexDecode(change["digest"].get_ref<const std::string&>());
    ASSIGN_OR_RETURN(const auto row, reader.FindPolicy(*digest));
    if (!row) return DataLoss("a policy that was in force is missing from the store");
    Json shown = change;
    shown["text"] = row->text;
    return shown;
  }
  return WithHint(NotFound(fmt::format("the history has no change {}", number)),
                  "`renkei policy log` lists them");
}

}  // namespace renkei::app
