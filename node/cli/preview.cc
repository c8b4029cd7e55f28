#include "node/cli/preview.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>

#include "node/base/encoding.h"
#include "node/cli/output.h"
#include "node/cli/publishing.h"

namespace renkei::cli {
namespace {

constexpr std::size_t kShortRows = 12;      // replacements listed unless all are asked for
constexpr std::size_t kShortPlaces = 5;     // narratives listed unless ...
constexpr std::size_t kExcerptBytes = 200;  // more is never on one line
constexpr std::size_t kHanging = 2;

bool IsScalar(const Json& json) { return !json.is_object() && !json.is_array(); }

// {"value": ..., "lang": ...}: one text in one language.
bool IsOneText(const Json& json) {
  if (!json.is_object() || !json.contains("value")) return false;
  return json.size() == 1 || (json.size() == 2 && json.contains("lang"));
}

std::string WordOf(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

// Of any length: a person who reviews a text needs all of it.
std::string Whole(const Json& json) {
  if (json.is_boolean()) return json.get<bool>() ? "yes" : "no";
  if (!json.is_string()) return ToText(json);
  const auto& text = json.get_ref<const std::string&>();
  return Printable(text, text.size());
}

void AddWrapped(std::vector<std::string>& lines, std::string_view text, std::size_t indent) {
  bool first = true;
  for (const std::string& part : Wrap(text, kScreenWidth - indent - kHanging)) {
    lines.push_back(std::string(first ? indent : indent + kHanging, ' ') + part);
    first = false;
  }
}

// A text keeps its own lines.
void AddText(std::vector<std::string>& lines, const std::string& label, const Json& json,
             std::size_t indent) {
  const Json& value = json.is_object() ? json["value"] : json;
  const std::string lang = json.is_object() && json.contains("lang")
                               ? fmt::format(" [{}]", Whole(json["lang"]))
                               : std::string();
  std::string rest = value.is_string() ? value.get<std::string>() : Whole(value);
  std::string head = label.empty() ? "" : label + lang + ": ";
  while (true) {
    const std::size_t end = rest.find('\n');
    const std::string line = rest.substr(0, end);
    AddWrapped(lines, head + Printable(line, line.size()), indent);
    if (end == std::string::npos) return;
    rest.erase(0, end + 1);
    head = "  ";
  }
}

void AddMember(std::vector<std::string>& lines, const std::string& key, const Json& value,
               std::size_t indent);

// An item of a list: what is short stands on its first line, the rest below.
void AddItem(std::vector<std::string>& lines, const Json& item, std::size_t indent) {
  std::string first = "- ";
  for (const auto& [key, value] : item.items()) {
    if (!IsScalar(value)) continue;
    if (first.size() > 2) first += ", ";
    first += WordOf(key) + " " + Whole(value);
  }
  if (first.size() > 2) AddWrapped(lines, first, indent);
  for (const auto& [key, value] : item.items()) {
    if (!IsScalar(value)) AddMember(lines, WordOf(key), value, indent + kHanging);
  }
}

void AddMember(std::vector<std::string>& lines, const std::string& key, const Json& value,
               std::size_t indent) {
  if (IsScalar(value) || IsOneText(value)) {
    AddText(lines, key, value, indent);
  } else if (value.is_object()) {
    AddWrapped(lines, key + ":", indent);
    AddItem(lines, value, indent + kHanging);
  } else if (std::all_of(value.begin(), value.end(), IsScalar)) {
    std::string words;
    for (const Json& item : value) words += (words.empty() ? "" : ", ") + Whole(item);
    AddWrapped(lines, key + ": " + words, indent);
  } else if (std::all_of(value.begin(), value.end(), IsOneText)) {
    for (const Json& item : value) AddText(lines, key, item, indent);
  } else {
    AddWrapped(lines, fmt::format("{} ({}):", key, value.size()), indent);
    for (const Json& item : value) AddItem(lines, item, indent + kHanging);
  }
}

// The texts of a section in order: those that are values first, as they say most.
void CollectTexts(const Json& json, bool values_only, std::vector<std::string>& texts) {
  for (const auto& [key, value] : json.items()) {
    if (value.is_structured()) {
      CollectTexts(value, values_only, texts);
    } else if (value.is_string() &&
               (!values_only || key == "value" || key == "name" || key == "text")) {
      texts.push_back(Printable(value.get_ref<const std::string&>(), kExcerptBytes));
    }
  }
}

// One line of what a section says.
std::string Excerpt(const Json& section, std::size_t width) {
  std::vector<std::string> texts;
  CollectTexts(section, /*values_only=*/true, texts);
  if (texts.empty()) CollectTexts(section, /*values_only=*/false, texts);
  if (texts.empty()) return "";
  const std::string more =
      texts.size() > 1 ? fmt::format("  (and {} more)", texts.size() - 1) : std::string();
  const std::size_t room = width > more.size() + 3 ? width - more.size() - 3 : width;
  const std::vector<std::string> lines = Wrap(texts.front(), room);
  return lines.front() + (lines.size() > 1 ? "..." : "") + more;
}

// Every text ends in `.value`: it says nothing to a person.
std::string PlaceOf(const Json& one) {
  std::string place = Field(one, "place");
  constexpr std::string_view kEnd = ".value";
  if (place.ends_with(kEnd)) place.resize(place.size() - kEnd.size());
  return place;
}

void PrintHeading(Context& context, std::string_view text) {
  context.out << "\n  " << Painted(context, Style::kHeading, text) << "\n";
}

void PrintChanges(Context& context, const Json& replacements, const std::string& correlation,
                  bool full) {
  if (replacements.empty()) return;
  // In order of first appearance; the same value at many places is one row.
  std::vector<std::pair<Json, std::size_t>> rows;
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  for (const Json& one : replacements) {
    const auto key = std::pair(Field(one, "before"), Field(one, "after"));
    const auto [it, added] = known.emplace(key, rows.size());
    if (added) rows.emplace_back(one, 0);
    ++rows[it->second].second;
  }
  PrintHeading(context, "Replaced (the left column is shown on this machine only)");
  Table table({"YOURS", "BECOMES", "AT"});
  const std::size_t shown = full ? rows.size() : std::min(rows.size(), kShortRows);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [one, count] = rows[i];
    std::string at = PlaceOf(one);
    if (count > 1) at += fmt::format(" (+{})", count - 1);
    table.Add({Field(one, "before"), Field(one, "after"), at});
  }
  context.out << table.ToText(2);
  if (shown < rows.size()) context.out << fmt::format("  and {} more\n", rows.size() - shown);
  if (correlation == "none") return;
  context.out << "  "
              << (correlation == "subnets" ? "Keyed names, addresses by subnet" : "Keyed names")
              << ": the same in all that you write to this circle\n  in the same 30 days\n";
}

void PrintNarratives(Context& context, const Json& narratives, bool full) {
  if (narratives.empty()) return;
  PrintHeading(context, fmt::format("To be read by a person: {} text{} that no lint can judge",
                                    narratives.size(), narratives.size() == 1 ? "" : "s"));
  std::string places;
  const std::size_t shown = full ? narratives.size() : std::min(narratives.size(), kShortPlaces);
  for (std::size_t i = 0; i < shown; ++i) {
    places += (places.empty() ? "" : ", ") + PlaceOf(narratives[i]);
  }
  if (shown < narratives.size()) places += fmt::format(", and {} more", narratives.size() - shown);
  for (const std::string& line : Wrap(places, kScreenWidth - 2)) {
    context.out << "  " << line << "\n";
  }
}

void PrintLeaving(Context& context, const Json& draft) {
  PrintHeading(context, "What would leave");
  std::size_t width = 0;
  for (const Json& word : draft["present"]) width = std::max(width, Words({word}).size());
  for (const Json& word : draft["present"]) {
    const std::string name = Words(Json::array({word}));
    std::string field = name;
    std::replace(field.begin(), field.end(), '-', '_');
    const auto it = draft["sections"].find(field);
    const std::string excerpt =
        it == draft["sections"].end() ? "" : Excerpt(*it, kScreenWidth - width - 4);
    context.out << "  " << name << std::string(width - name.size() + 2, ' ') << excerpt << "\n";
  }
}

Json NoLevel(const Json& draft) { return draft.value("read_by_no_level", Json::array()); }

// Of sections that leave all the same.
std::string NoLevelReads(const Json& draft) {
  const Json& header = draft["header"];
  return fmt::format("Read by no level{}, only by {}the hub",
                     header.contains("embargo_until") ? " before the embargo ends" : "",
                     header.contains("recipients") ? "recipients that may and " : "");
}

// Key and words of the header, as far as the first line doesn't say them.
void PrintHeader(Context& context, const Json& header) {
  Table table({"", ""});
  for (const auto& [key, value] : header.items()) {
    if (key == "kind" || key == "tlp" || key == "source" || key == "circles") continue;
    std::string words;
    if (value.is_object()) {
      for (const auto& [name, one] : value.items()) {
        words += fmt::format("{}{} {}", words.empty() ? "" : ", ", Safe(name), Whole(one));
      }
    } else {
      words = value.is_array() ? Words(value, ", ") : Whole(value);
    }
    table.Add({WordOf(key), words});
  }
  if (table.empty()) return;
  PrintHeading(context, "Header");
  context.out << table.ToText(2);
}

void PrintAllowed(Context& context, const Json& allowed) {
  if (allowed.empty()) return;
  PrintHeading(context, "Allowed by hand, against the lint");
  Table table({"RULE", "AT"});
  for (const Json& one : allowed) table.Add({Field(one, "rule"), PlaceOf(one)});
  context.out << table.ToText(2);
}

std::string SeenOf(const Json& row) {
  if (!row["exists"].get<bool>()) return "nothing: not even that it exists";
  Json words = Json::array();
  for (const auto& [word, section] : row["reads"].items()) words.push_back(word);
  return words.empty() ? "that it exists, no section" : Words(words);
}

void PrintAudience(Context& context, const Json& draft) {
  PrintHeading(context, "Who would read it");
  Table table({"CIRCLE", "LEVEL", "WOULD READ"});
  std::string circle;
  for (const Json& row : draft["audience"]) {
    const std::string name = Field(row, "circle");
    table.Add({name == circle ? "" : name, Field(row, "level"), SeenOf(row)});
    circle = name;
  }
  context.out << table.ToText(2);
  if (NoLevel(draft).empty()) return;
  const std::string rest = NoLevelReads(draft) + ": " + Words(NoLevel(draft), ", ");
  for (const std::string& line : Wrap(rest, kScreenWidth - 2)) context.out << "  " << line << "\n";
}

void PrintSections(Context& context, std::string_view head, const Json& sections) {
  context.out << "\n";
  for (const std::string& line : Wrap(head, kScreenWidth)) {
    context.out << Painted(context, Style::kHeading, line) << "\n";
  }
  for (const auto& [word, section] : sections.items()) {
    context.out << "  " << Painted(context, Style::kHeading, Safe(word)) << "\n";
    for (const std::string& line : ReadableLines(section, 4)) context.out << line << "\n";
  }
}

// What each audience would read, word for word; levels that read the same stand together.  What no
// level reads leaves as well.
void PrintReadings(Context& context, const Json& draft) {
  std::vector<std::pair<std::string, const Json*>> groups;
  for (const Json& row : draft["audience"]) {
    const std::string who = fmt::format("{} of {}", Field(row, "level"), Field(row, "circle"));
    const auto it = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      return (*group.second)["exists"] == row["exists"] && (*group.second)["reads"] == row["reads"];
    });
    if (it == groups.end()) {
      groups.emplace_back(who, &row);
    } else {
      it->first += ", " + who;
    }
  }
  for (const auto& [who, row] : groups) {
    PrintSections(context, "== Read by " + who, (*row)["reads"]);
    if ((*row)["reads"].empty()) context.out << "  " << SeenOf(*row) << "\n";
  }
  Json rest = Json::object();
  for (const Json& word : NoLevel(draft)) {
    std::string field = word.get<std::string>();
    std::replace(field.begin(), field.end(), '-', '_');
    const auto it = draft["sections"].find(field);
    if (it != draft["sections"].end()) rest[word.get_ref<const std::string&>()] = *it;
  }
  if (!rest.empty()) PrintSections(context, "== " + NoLevelReads(draft), rest);
}

}  // namespace

std::string Painted(const Context& context, Style style, std::string_view text) {
  if (!context.colour) return std::string(text);
  const std::string_view code = style == Style::kHeading ? "1"
                                : style == Style::kGood  ? "32"
                                                         : "31";
  return fmt::format("\033[{}m{}\033[0m", code, text);
}

std::vector<std::string> ReadableLines(const Json& section, std::size_t indent) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : section.items()) AddMember(lines, WordOf(key), value, indent);
  return lines;
}

void PrintPreview(Context& context, const std::string& name, const Json& draft, bool full) {
  const std::string result = Field(draft, "result");
  const std::string of = Safe(name) + ":";
  const std::string mode = Field(draft, "source_mode");
  const std::string head =
      fmt::format("{} as {}, TLP {}, to {}{}", result, Field(draft, "kind"), Field(draft, "tlp"),
                  Words(draft["circles"], ", "), mode == "attributed" ? "" : ", " + mode);
  const bool fits = DisplayWidth(of + head) < kScreenWidth;
  context.out << of << (fits ? " " : "\n");
  for (const std::string& line : Wrap(head, kScreenWidth)) {
    context.out << Painted(context, result == "refused" ? Style::kBad : Style::kGood, line) << "\n";
  }
  if (draft.contains("import")) PrintImport(context, draft["import"]);
  PrintWhyCounted(context, draft);
  PrintFindings(context, draft["findings"]);
  PrintAllowed(context, draft["allowed"]);
  PrintHeader(context, draft["header"]);
  PrintChanges(context, draft["replacements"], Field(draft, "correlation"), full);
  PrintNarratives(context, draft["narratives"], full);
  if (!full) PrintLeaving(context, draft);
  PrintAudience(context, draft);
  if (full) PrintReadings(context, draft);
}

}  // namespace renkei::cli
