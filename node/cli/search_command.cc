#include <optional>
#include <ostream>
#include <set>

#include "node/cli/arguments.h"
#include "node/cli/indicator_lines.h"
#include "node/cli/node_call.h"
#include "node/cli/output.h"

namespace renkei::cli {
namespace {

constexpr std::string_view kSearchUsage =
    R"(Usage: renkei search [VALUE] [--under] [--type T] [--tag T] [--technique T]
                     [--team SLUG] [--circle C] [--kind K] [--since T]
                     [--until T] [--limit N] [--after NEXT] [--save NAME]
                     [--dir DIR] [--json]
       renkei search --saved NAME | --list | --remove NAME

Finds indicators in what this node holds, newest records first.  VALUE may be
written in any way (`hxxp://`, `[.]`); an address also finds the networks it
lies in.  SCORE is 0 to 100.  TEAMS tell or saw it (+ records without a name);
FALSE call it a false positive, `out`: it is in no list any more.

  --under          what lies under a name (also URLs, mail) or a network too
  --technique T    T1566 finds its sub-techniques too
  --since, --until when the record was issued: 2026-10-01, 36h, 30d
  --limit, --after at most N lines (50, up to 1000); on from where it ended
  --save NAME      keep it: also a list and a collection of the gateway

Exit status: 0 (found or not), 1 failed, 2 wrong usage.

Example:
  $ renkei search 'evil[.]example' --under --since 30d
)";

constexpr std::size_t kSearchValueColumns = 29;
constexpr std::size_t kSearchTypeColumns = 8;
constexpr std::size_t kRecordDigits = 12;

// All hits are of one indicator: it is said once, then who tells it.
void PrintOne(Context& context, const Json& hits) {
  const Json& first = hits.front();
  context.out << Brief(Field(first, "value"), kScreenWidth) << "\n";
  Table facts({"", ""});
  facts.Add({"type", Field(first, "type")});
  facts.Add({"score", Field(first, "score")});
  const std::string unnamed = Field(first, "unnamed");
  facts.Add({"told by", Words(first["told_by"], ", ") +
                            (unnamed == "0" ? "" : ", " + unnamed + " record(s) without a name")});
  if (!first["false_positive_by"].empty()) {
    facts.Add(
        {"false positive", Words(first["false_positive_by"], ", ") +
                               (first.value("taken_out", false) ? ": in no list any more" : "")});
  }
  facts.Add({"first seen", Field(first, "first_seen")});
  facts.Add({"last seen", Field(first, "last_seen")});
  context.out << facts.ToText() << "\n";
  Table records({"RECORD", "KIND", "TLP", "AUTHOR", "ISSUED", "SAYS"});
  for (const Json& hit : hits) {
    const std::string author = Field(hit, "author");
    records.Add({Field(hit, "record").substr(0, kRecordDigits), Field(hit, "kind"),
                 Field(hit, "tlp"), author.empty() ? "-" : Brief(author, 12), Day(hit, "issued"),
                 Words(hit["says"], ", ")});
  }
  context.out << records.ToText();
}

void PrintMany(Context& context, const Json& hits) {
  Table table({"INDICATOR", "TYPE", "SCORE", "TEAMS", "FALSE", "RECORD"});
  for (const Json& hit : hits) {
    const std::string value = Field(hit, "value");
    const std::string score = Field(hit, "score");
    table.Add({value.empty() ? "-" : Brief(value, kSearchValueColumns),
               value.empty() ? "-" : Brief(Field(hit, "type"), kSearchTypeColumns),
               score.empty() ? "-" : score, ToldBy(hit), FalsePositiveBy(hit),
               Field(hit, "record").substr(0, kRecordDigits)});
  }
  context.out << table.ToText();
}

void PrintHits(Context& context, const Json& json) {
  const Json& hits = json["hits"];
  std::set<std::string> indicators;
  for (const Json& hit : hits) indicators.insert(Field(hit, "type") + " " + Field(hit, "value"));
  if (hits.empty()) {
    context.out << "nothing found\n";
  } else if (indicators.size() == 1 && hits.front().contains("value")) {
    PrintOne(context, hits);
  } else {
    PrintMany(context, hits);
  }
  const std::string next = Field(json, "next");
  if (!next.empty()) context.out << "\nmore: --after " << next << "\n";
  const std::string left = Field(json, "index_left");
  if (!left.empty()) {
    context.out << "\n" << left << " older records are not in the index yet: ask again later\n";
  }
}

void PrintSaved(Context& context, const Json& json) {
  Table table({"NAME", "SEARCH"});
  for (const Json& one : json["searches"]) {
    std::string terms;
    for (const auto& [key, value] : one["search"].items()) {
      const std::string text = key == "under" ? "" : Field(one["search"], key);
      if (!terms.empty()) terms += " ";
      terms += key == "value" ? text : fmt::format("--{} {}", key, text);
    }
    table.Add({Field(one, "name"), terms});
  }
  context.out << (table.empty() ? "no search is saved\n" : table.ToText());
}

// What the options said.
// NOLINTNEXTLINE(bugprone-exception-escape): moving a Json throws nothing
struct SearchWish {
  Json arguments{};  // that say what is looked for
  std::string save{};
  std::string saved{};
  std::string remove{};
  std::string after{};
  std::optional<int> limit{};
  bool list = false;
  bool looks = false;  // anything but where to begin and how much
};

// No two of these at once.
int CheckSearch(Context& context, const SearchWish& wish) {
  const int said = !wish.save.empty() + !wish.saved.empty() + !wish.remove.empty() + wish.list;
  const bool alone = !wish.saved.empty() || !wish.remove.empty() || wish.list;
  if (said > 1 || (alone && wish.looks)) {
    PrintError(context, "search: --save, --saved, --list and --remove do not go together",
               "--save takes what is looked for, the others nothing");
    return kWrongUsage;
  }
  return kDone;
}

int CarryOut(Context& context, const Target& target, SearchWish wish) {
  const auto say = [&](std::string_view text) {
    return [&context, text](const Json& json) {
      context.out << fmt::format("{} `{}`\n", text, Field(json, "name"));
    };
  };
  if (wish.list) {
    return Ask(context, target, "search-list", Json::object(),
               [&](const Json& json) { PrintSaved(context, json); });
  }
  if (!wish.remove.empty()) {
    return Ask(context, target, "search-remove", {{"name", wish.remove}}, say("removed"));
  }
  if (!wish.save.empty()) {
    wish.arguments["name"] = wish.save;
    return Ask(context, target, "search-save", wish.arguments, say("saved"));
  }
  wish.arguments["saved"] = wish.saved;
  wish.arguments["after"] = wish.after;
  if (wish.limit) wish.arguments["limit"] = *wish.limit;
  return Ask(context, target, "search", wish.arguments,
             [&](const Json& json) { PrintHits(context, json); });
}

int RunSearch(Context& context) {
  Target target;
  SearchWish wish;
  bool under = false;
  std::string value, type, tag, technique, team, circle, kind, since, until;
  ArgumentParser parser(context, kSearchCommand);
  parser.Positional("VALUE", value, /*required=*/false);
  parser.Flag("--under", under);
  const std::pair<const char*, std::string*> texts[] = {
      {"type", &type},     {"tag", &tag},   {"technique", &technique}, {"team", &team},
      {"circle", &circle}, {"kind", &kind}, {"since", &since},         {"until", &until}};
  for (const auto& [name, text] : texts) parser.Option(std::string("--") + name, *text);
  parser.Option("--save", wish.save);
  parser.Option("--saved", wish.saved);
  parser.Option("--remove", wish.remove);
  parser.Option("--after", wish.after);
  parser.Flag("--list", wish.list);
  parser.Number("--limit", wish.limit);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  wish.looks = under || !value.empty();
  wish.arguments = {{"value", value}, {"under", under}};
  for (const auto& [name, text] : texts) {
    wish.looks = wish.looks || !text->empty();
    wish.arguments[name] = *text;
  }
  if (const int wrong = CheckSearch(context, wish); wrong != kDone) return wrong;
  return CarryOut(context, target, std::move(wish));
}

}  // namespace

const Command kSearchCommand = {
    .name = "search",
    .summary = "find indicators in what this node holds",
    .usage = kSearchUsage,
    .run = &RunSearch,
};

}  // namespace renkei::cli
