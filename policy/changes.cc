#include "policy/changes.h"

#include <map>

#include <fmt/format.h>

#include "policy/print.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

// Statements by what a reader calls them.
template <class T>
using Called = std::map<std::string, const T*>;

template <class T, class Call>
Called<T> ByName(const std::vector<T>& statements, const Call& call) {
  Called<T> called;
  // Nothing keeps two tests from having one title: the second is told from the first.
  for (const T& statement : statements) {
    std::string name = call(statement);
    for (int copy = 2; called.count(name) != 0; ++copy) {
      name = fmt::format("{} ({})", call(statement), copy);
    }
    called.emplace(std::move(name), &statement);
  }
  return called;
}

// As written: what a changed set or the order of levels makes of a rule is no change of the rule.
bool SaysTheSame(const Name& a, const Name& b) { return a == b; }
template <class T>
bool SaysTheSame(const T& a, const T& b) {
  return StatementText(a) == StatementText(b);
}

template <class T, class Call>
void CompareByName(const std::vector<T>& before, const std::vector<T>& after, const Call& call,
                   std::vector<std::string>& changes) {
  const Called<T> old = ByName(before, call);
  const Called<T> now = ByName(after, call);
  for (const auto& [name, statement] : now) {
    const auto was = old.find(name);
    if (was == old.end()) {
      changes.push_back("adds " + name);
    } else if (!SaysTheSame(*was->second, *statement)) {
      changes.push_back("changes " + name);
    }
  }
  for (const auto& [name, statement] : old) {
    if (now.count(name) == 0) changes.push_back("drops " + name);
  }
}

std::string CallRule(const Rule& rule) {
  const std::string_view kind = rule.kind == RuleKind::kAccept  ? "accept"
                                : rule.kind == RuleKind::kGrant ? "grant"
                                                                : "deny";
  return fmt::format("{} {}", kind, rule.name.text);
}

std::string CallAssertion(const Assertion& assertion) {
  return fmt::format("{} \"{}\"", assertion.always ? "always" : "never", assertion.title.text);
}

}  // namespace

std::vector<std::string> Changes(const Policy& before, const Policy& after) {
  const PolicyFile& old = before.file();
  const PolicyFile& now = after.file();
  std::vector<std::string> changes;
  if (old.name != now.name) {
    changes.push_back(fmt::format("renames policy \"{}\" to \"{}\"", old.name, now.name));
  }
  if (old.levels != now.levels) changes.emplace_back("changes levels");
  CompareByName(
      old.circles, now.circles, [](const Name& circle) { return "circle " + circle.text; },
      changes);
  CompareByName(
      old.sets, now.sets, [](const Set& set) { return "set " + set.name.text; }, changes);
  CompareByName(
      old.trust, now.trust,
      [](const Trust& trust) { return fmt::format("trust {}", ToWord(trust.attribute)); }, changes);
  CompareByName(old.rules, now.rules, CallRule, changes);
  CompareByName(
      old.tests, now.tests,
      [](const Test& test) { return fmt::format("test \"{}\"", test.title.text); }, changes);
  CompareByName(old.assertions, now.assertions, CallAssertion, changes);
  CompareByName(
      old.narrower, now.narrower,
      [](const Name& name) { return fmt::format("narrower than \"{}\"", name.text); }, changes);
  return changes;
}

}  // namespace renkei::policy
