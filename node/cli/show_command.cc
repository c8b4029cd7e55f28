#include <algorithm>
#include <ostream>

#include "node/base/encoding.h"
#include "node/cli/arguments.h"
#include "node/cli/indicator_lines.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kShowUsage = R"(Usage: renkei show ID [--dir DIR] [--json]

Shows all that this node holds of a record: its marks, its sections, over which
links it came, and, of a withdrawn one, how many took it back.  The signature is
checked again.  ID may be shortened to its first 4 or more digits if no other
record has them.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei show 000702bc5f1e
)";

constexpr int kDepthMax = 8;
constexpr std::size_t kShowValueColumns = 34;
constexpr std::size_t kShowIdDigits = 12;

// A text of another team, on as many lines as it has.
void PrintText(Context& context, std::string_view key, std::string_view text, std::size_t indent) {
  std::string head(indent, ' ');
  if (!key.empty()) head += Safe(key) + ": ";
  const std::string hang(indent + 2, ' ');
  while (true) {
    const std::size_t end = text.find('\n');
    for (const std::string& line :
         Wrap(Safe(text.substr(0, end)), kScreenWidth - hang.size() - 8)) {
      context.out << head << line << "\n";
      head = hang;
    }
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

bool IsText(const Json& json) {
  return json.is_object() && json.contains("value") && json.size() <= 2 &&
         (json.size() == 1 || json.contains("lang"));
}

void PrintValue(Context& context, const std::string& key, const Json& json, std::size_t indent,
                int depth);

// One indicator, observable or the like on a line.
void PrintIndicator(Context& context, const Json& json, std::size_t indent) {
  std::string line = fmt::format("{:<14} {}", Field(json, "type"), Field(json, "value"));
  if (json.value("actionable", false)) line += "  (actionable)";
  const auto comment = json.find("comment");
  if (comment != json.end()) line += "  " + Field(*comment, "value");
  context.out << std::string(indent, ' ') << line << "\n";
}

// An object of plain values and short texts on one line; nothing for any other.
std::string OnOneLine(const Json& json) {
  std::string line;
  for (const auto& [name, value] : json.items()) {
    if (value.is_structured() && !IsText(value)) return "";
    const Json& said = IsText(value) ? value["value"] : value;
    if (said.is_string() && said.get_ref<const std::string&>().find('\n') != std::string::npos) {
      return "";
    }
    const std::string text = IsText(value) ? Field(value, "value") : Field(json, name);
    line += (line.empty() ? "" : ", ") + Safe(name) + ": " + text;
  }
  return DisplayWidth(line) < kScreenWidth ? line : "";
}

void PrintList(Context& context, const std::string& key, const Json& list, std::size_t indent,
               int depth) {
  bool plain = true;
  for (const Json& item : list) plain = plain && !item.is_structured();
  if (plain) {
    PrintText(context, key, Words(list, ", "), indent);
    return;
  }
  const bool texts = std::all_of(list.begin(), list.end(), IsText);
  if (!texts) context.out << std::string(indent, ' ') << Safe(key) << ":\n";
  for (const Json& item : list) {
    if (texts) {
      PrintValue(context, key, item, indent, depth);
    } else if (item.is_object() && item.contains("type") && item.contains("value")) {
      PrintIndicator(context, item, indent + 2);
    } else if (const std::string line = item.is_object() ? OnOneLine(item) : ""; !line.empty()) {
      PrintText(context, "", line, indent + 2);
    } else {
      PrintValue(context, "-", item, indent + 2, depth + 1);
    }
  }
}

void PrintValue(Context& context, const std::string& key, const Json& json, std::size_t indent,
                int depth) {
  if (depth > kDepthMax) return;
  if (json.is_array()) return PrintList(context, key, json, indent, depth);
  if (!json.is_object()) {
    PrintText(context, key, json.is_string() ? json.get_ref<const std::string&>() : ToText(json),
              indent);
    return;
  }
  if (IsText(json)) {
    const std::string lang = Field(json, "lang");
    return PrintText(context, lang.empty() ? key : key + " (" + lang + ")",
                     json["value"].get_ref<const std::string&>(), indent);
  }
  context.out << std::string(indent, ' ') << Safe(key) << (key == "-" ? "\n" : ":\n");
  for (const auto& [name, value] : json.items()) {
    PrintValue(context, name, value, indent + 2, depth + 1);
  }
}

void AddIfSaid(Table& table, const Json& json, std::string_view key, const std::string& label) {
  const std::string text = Field(json, key);
  if (!text.empty()) table.Add({label, text});
}

// What other teams call wrong, and how the author answers.
void PrintDisputes(Context& context, const Json& json) {
  const auto disputes = json.find("disputes");
  if (disputes == json.end() || disputes->empty()) return;
  context.out << "\n";
  Table table({"FALSE POSITIVE SAYS", "OF", "VERDICT"});
  for (const Json& one : *disputes) {
    const std::string value = Field(one, "value");
    table.Add({Field(one, "team"),
               value.empty() ? "the whole record" : Brief(value, kShowValueColumns),
               Field(one, "verdict").substr(0, kShowIdDigits)});
  }
  context.out << table.ToText();
  const bool waits = std::any_of(disputes->begin(), disputes->end(),
                                 [](const Json& one) { return !one.value("answered", false); });
  if (json.value("own", false) && waits) {
    context.out << "answer with `renkei update` (without it) or `renkei withdraw`\n";
  }
}

void PrintTallies(Context& context, const Json& json) {
  const auto tallies = json.find("tallies");
  if (tallies == json.end() || tallies->empty()) return;
  context.out << "\n" << TallyTable(*tallies).ToText();
}

void PrintRecord(Context& context, const Json& json) {
  context.out << "record " << Field(json, "id") << ", revision " << Field(json, "revision") << ": "
              << Field(json, "state") << "\n";
  Table table({"", ""});
  table.Add({"kind", Field(json, "kind")});
  table.Add({"tlp, pap", Field(json, "tlp") + ", " + Field(json, "pap")});
  const std::string author = Field(json, "author");
  table.Add({"author", (author.empty() ? "not named" : author) +
                           (json.value("own", false) ? " (this node)" : "")});
  table.Add({"circles", Words(json["circles"])});
  AddIfSaid(table, json, "type", "type");
  AddIfSaid(table, json, "severity", "severity");
  if (json.contains("tags")) table.Add({"tags", Words(json["tags"])});
  AddIfSaid(table, json, "about", "about");
  table.Add({"issued", Field(json, "issued")});
  table.Add({"expires", Field(json, "expires")});
  AddIfSaid(table, json, "embargo_until", "embargo until");
  AddIfSaid(table, json, "reason", "withdrawn for");
  if (json.value("exercise", false)) table.Add({"exercise", "yes: a drill, never exported"});
  table.Add({"held", Words(json["held"])});
  if (Field(json, "state") != "withdrawn") {
    table.Add({"not held", Words(json["not_held"]) + " (withheld, or never written)"});
  }
  std::string links;
  for (const Json& link : json["links"]) links += (links.empty() ? "" : ", ") + Field(link, "link");
  table.Add({"came over", links.empty() ? "-" : links});
  if (json.contains("came_back")) {
    const std::string refused = Field(json, "refused");
    table.Add({"released", json["came_back"].get<bool>() ? "yes: it came back over the feed"
                           : refused.empty()             ? "not seen in the feed yet"
                                                         : "no: " + refused});
  }
  table.Add({"verified", Field(json, "verification")});
  if (json.contains("receipts")) {
    table.Add({"taken back by",
               fmt::format("{} of {} peers that may hold it", Field(json["receipts"], "said"),
                           Field(json["receipts"], "sent_to"))});
  }
  context.out << table.ToText();
  PrintDisputes(context, json);
  PrintTallies(context, json);
  for (const auto& [section, content] : json["sections"].items()) {
    context.out << "\n";
    PrintValue(context, section, content, 0, 0);
  }
}

int RunShow(Context& context) {
  Target target;
  std::string id;
  ArgumentParser parser(context, kShowCommand);
  parser.Positional("ID", id);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  return Ask(context, target, "show", {{"id", id}},
             [&](const Json& json) { PrintRecord(context, json); });
}

}  // namespace

const Command kShowCommand = {
    .name = "show",
    .summary = "all that this node holds of a record",
    .usage = kShowUsage,
    .run = &RunShow,
};

}  // namespace renkei::cli
