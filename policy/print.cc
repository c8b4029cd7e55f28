#include "policy/print.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "policy/policy.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

std::string Join(const std::vector<Name>& names, std::string_view between) {
  std::string text;
  for (const Name& name : names) {
    if (!text.empty()) text += between;
    text += name.text;
  }
  return text;
}

std::string AtomsText(const std::vector<Atom>& atoms) {
  std::string text;
  for (const Atom& atom : atoms) text.append(" ").append(AtomText(atom));
  return text;
}

std::string TrustText(const Trust& trust) {
  std::vector<std::string_view> by;
  if (trust.hub) by.push_back("hub");
  if (trust.sponsors) by.push_back("sponsors");
  if (trust.self) by.push_back("self");
  return fmt::format("{} by {}", ToWord(trust.attribute), fmt::join(by, ", "));
}

std::string RuleText(const Rule& rule) {
  if (rule.kind == RuleKind::kAccept) {
    const std::string on = rule.mark.empty() ? "" : " on" + AtomsText(rule.mark);
    return fmt::format("accept {} from{}{}\n", rule.name.text, AtomsText(rule.peer), on);
  }
  const bool grant = rule.kind == RuleKind::kGrant;
  std::string text = fmt::format("{} {}{} to{}", grant ? "grant" : "deny", rule.name.text,
                                 rule.everywhere ? " everywhere" : "", AtomsText(rule.peer));
  if (!rule.mark.empty()) text += " on" + AtomsText(rule.mark);
  return fmt::format("{}\n      {} {}\n", text, grant ? "allow" : "forbid",
                     ActionListText(rule.actions));
}

std::string FactsText(const std::vector<Fact>& facts) {
  std::string text;
  for (const Fact& fact : facts) {
    text.append(" ").append(fact.key.text);
    if (fact.braces) {
      text.append("={").append(Join(fact.values, ", ")).append("}");
    } else if (!fact.values.empty()) {
      text.append("=").append(fact.values.front().text);
    }
  }
  return text;
}

std::string TestText(const Test& test) {
  std::string expect;
  for (const Expectation& expectation : test.expectations) {
    if (!expect.empty()) expect += "; ";
    if (expectation.negated) expect += "not ";
    expect += ActionListText(expectation.actions);
  }
  return fmt::format("test \"{}\"\n     peer{}\n     record{}\n     expect {}\n", test.title.text,
                     FactsText(test.peer_facts), FactsText(test.record_facts), expect);
}

std::string AssertionText(const Assertion& assertion) {
  std::string when;
  for (const Condition& condition : assertion.conditions) {
    if (!when.empty()) when += " and ";
    const Atom* atom = std::get_if<Atom>(&condition);
    when += atom != nullptr ? AtomText(*atom) : ActionText(std::get<Action>(condition));
  }
  return fmt::format("{} \"{}\" {} when {}", assertion.always ? "always" : "never",
                     assertion.title.text, ActionListText(assertion.actions), when);
}

std::string NarrowerText(const Name& name) {
  return fmt::format("narrower than \"{}\"", name.text);
}

}  // namespace

std::string StatementText(const Set& set) {
  return fmt::format("set {} = {}\n", set.name.text, Join(set.sections, " "));
}
std::string StatementText(const Trust& trust) {
  return fmt::format("trust {}\n", TrustText(trust));
}
std::string StatementText(const Rule& rule) { return RuleText(rule); }
std::string StatementText(const Test& test) { return TestText(test); }
std::string StatementText(const Assertion& assertion) { return AssertionText(assertion) + "\n"; }

std::string Print(const Policy& policy) {
  const PolicyFile& file = policy.file();
  std::string text = fmt::format("policy \"{}\" version {}\n", file.name, file.version);
  if (!file.levels.empty()) text += fmt::format("levels {}\n", Join(file.levels, " < "));
  if (!file.circles.empty()) text += fmt::format("circles {}\n", Join(file.circles, ", "));
  for (const Set& set : file.sets) text += StatementText(set);
  for (const Trust& trust : file.trust) text += StatementText(trust);
  for (const Rule& rule : file.rules) text += StatementText(rule);
  for (const Test& test : file.tests) text += StatementText(test);
  for (const Assertion& assertion : file.assertions) text += StatementText(assertion);
  for (const Name& name : file.narrower) text += NarrowerText(name) + "\n";
  return text;
}

std::vector<LineToProve> Policy::lines_to_prove() const {
  std::vector<LineToProve> lines;
  for (const Assertion& assertion : file_.assertions) {
    lines.push_back({assertion.title.place.line, AssertionText(assertion)});
  }
  for (const Name& name : file_.narrower) lines.push_back({name.place.line, NarrowerText(name)});
  std::stable_sort(lines.begin(), lines.end(),
                   [](const LineToProve& a, const LineToProve& b) { return a.line < b.line; });
  return lines;
}

}  // namespace renkei::policy
