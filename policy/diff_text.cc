#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "policy/diff.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

constexpr std::size_t kChangesShown = 40;
constexpr std::size_t kNamesShown = 6;

// 3211 as `3,211`.
std::string Grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string Counted(std::int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", Grouped(number), noun, number == 1 ? "" : "s");
}

std::string Joined(const std::vector<std::string>& words, std::size_t shown) {
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, words.size()); ++i) {
    if (i > 0) text += ", ";
    text += words[i];
  }
  if (words.size() > shown) text += fmt::format(" and {} more", words.size() - shown);
  return text;
}

// `by g-detail`, `as d-le no longer forbids it`.
std::string RulesText(const Change& change) {
  std::vector<std::string> by;
  std::vector<std::string> granted;
  std::vector<std::string> forbidden;
  for (const DiffRule& rule : change.rules) {
    (!rule.gone ? by : rule.denies ? forbidden : granted).push_back(rule.rule);
  }
  std::string text;
  const auto add = [&](const std::vector<std::string>& rules, std::string_view before,
                       std::string_view after) {
    if (rules.empty()) return;
    if (!text.empty()) text += " and";
    text += fmt::format(" {}{}{}", before, Joined(rules, kNamesShown), after);
  };
  add(by, "by ", "");
  add(granted, "as ", granted.size() == 1 ? " no longer grants it" : " no longer grant it");
  add(forbidden, "as ", forbidden.size() == 1 ? " no longer forbids it" : " no longer forbid it");
  return text;
}

std::string OnText(const Change& change, bool stored) {
  switch (change.relation) {
    case Relation::kRecipient:
      return "where a record names them as recipients";
    case Relation::kAuthor:
    case Relation::kAuthorAndRecipient:
      return "on records of their own";
    case Relation::kOther:
      break;
  }
  return "on " + Counted(change.records, stored ? "record" : "sort") +
         (stored                ? ""
          : change.records == 1 ? " of record"
                                : " of records");
}

std::string ChangeText(const Change& change, bool stored) {
  const auto count = static_cast<std::int64_t>(change.peers.size());
  const std::string noun = stored ? change.noun : "sort";
  std::string text = Counted(count, noun) + (stored ? "" : " of peer");
  text += change.gain ? (count == 1 ? " gains " : " gain ") : (count == 1 ? " loses " : " lose ");
  text +=
      fmt::format("{} {}{}", ActionsText(change.bits), OnText(change, stored), RulesText(change));
  if (!change.examples.empty()) text += fmt::format(" (e.g. {})", change.examples.front());
  return text;
}

}  // namespace

std::string ToText(const PolicyDiff& diff, std::size_t width) {
  std::string text;
  const std::string compared =
      diff.stored ? fmt::format("{} and {}", Counted(static_cast<std::int64_t>(diff.peers), "peer"),
                                Counted(diff.records, "stored record"))
                  : fmt::format("{} sorts of peers and {} sorts of records", diff.peers,
                                Grouped(diff.records));
  if (diff.empty()) {
    AddWrapped(text, fmt::format("nothing changes for {}", compared), 0, width);
  }
  const std::size_t shown = std::min(diff.changes.size(), kChangesShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const Change& change = diff.changes[i];
    AddWrapped(text, ChangeText(change, diff.stored), 0, width);
    AddWrapped(text, Joined(change.peers, kNamesShown), 4, width);
  }
  if (diff.changes.size() > shown) {
    AddWrapped(
        text,
        fmt::format("and {} more changes: `--json` has them all", diff.changes.size() - shown), 0,
        width);
  }
  if (!diff.empty()) AddWrapped(text, fmt::format("compared: {}", compared), 0, width);
  if (diff.cut) {
    AddWrapped(text, "there are more than can be compared at once: this is a part, spread evenly",
               0, width);
  }
  return text;
}

Json ToJson(const PolicyDiff& diff) {
  static constexpr std::string_view kRelations[] = {"other", "recipient", "author", "author"};
  Json changes = Json::array();
  for (const Change& change : diff.changes) {
    Json rules = Json::array();
    for (const DiffRule& rule : change.rules) {
      rules.push_back({{"rule", rule.rule},
                       {"line", rule.line},
                       {"effect", rule.denies ? "deny" : "grant"},
                       {"matches", rule.gone ? "before" : "after"}});
    }
    Json entry = {{"change", change.gain ? "gain" : "lose"},
                  {"actions", ActionsText(change.bits)},
                  {"bits", change.bits},
                  {"relation", kRelations[static_cast<std::size_t>(change.relation)]},
                  {"peers", change.peers},
                  {"rules", std::move(rules)}};
    if (change.relation == Relation::kOther) entry["records"] = change.records;
    entry["examples"] = change.examples;
    changes.push_back(std::move(entry));
  }
  return {{"stored", diff.stored},
          {"cut", diff.cut},
          {"peers", diff.peers},
          {"records", diff.records},
          {"changes", std::move(changes)}};
}

}  // namespace renkei::policy
