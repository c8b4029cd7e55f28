// Finds what the names in a draft mean.  Internal to policy/: names of rules and lines are resolved
// in resolve.cc, the facts of tests in resolve_facts.cc.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "node/base/encoding.h"
#include "policy/policy.h"
#include "policy/resolve.h"

namespace renkei::policy {

// Every word of an enum whose values run from 1.
template <class Enum>
std::vector<std::string> WordsOf() {
  std::vector<std::string> words;
  for (int i = 1;; ++i) {
    const std::string_view word = ToWord(static_cast<Enum>(i));
    if (word == "unspecified") return words;
    words.emplace_back(word);
  }
}
class Resolver {
 public:
  Resolver(Draft& draft, std::string_view file, Problems& problems, Problems& warnings)
      : draft_(draft),
        policy_(draft.file),
        file_name_(file),
        problems_(problems),
        warnings_(warnings) {}

  void Run() {
    CheckDeclared();
    for (Set& set : policy_.sets) sets_.emplace(set.name.text, &set);
    for (Set& set : policy_.sets) ResolveSet(set);
    for (Rule& rule : policy_.rules) ResolveRule(rule);
    for (Test& test : policy_.tests) ResolveTest(test);
    for (Assertion& assertion : policy_.assertions) ResolveAssertion(assertion);
    Lint();
  }
  void RunFacts(Side side, const std::vector<Fact>& facts);

 private:
  void Report(Place place, std::string message, std::string hint = {}) {
    if (problems_.size() >= kProblemsMax) return;
    problems_.push_back({.file = std::string(file_name_),
                         .line = place.line,
                         .column = place.column,
                         .message = std::move(message),
                         .hint = std::move(hint)});
  }
  void Warn(Place place, std::string message) {
    if (warnings_.size() >= kProblemsMax) return;
    warnings_.push_back({.file = std::string(file_name_),
                         .line = place.line,
                         .column = place.column,
                         .message = std::move(message),
                         .hint = {}});
  }
  // Looks for a spelling only while problems are still shown: a large broken file stays cheap.
  void ReportUnknown(const Name& name, std::string_view what,
                     const std::vector<std::string>& candidates, std::string otherwise = {}) {
    if (problems_.size() >= kProblemsMax) return;
    const std::string nearest = NearestWord(name.text, candidates);
    Report(name.place, fmt::format("unknown {} `{}`", what, name.text),
           nearest.empty() ? std::move(otherwise) : fmt::format("did you mean `{}`?", nearest));
  }
  // `one of a, b, c`, for short vocabularies.
  static std::string OneOf(const std::vector<std::string>& words) {
    return fmt::format("one of {}", fmt::join(words, ", "));
  }

  void CheckDeclared();
  void ResolveSet(Set& set);
  SectionMask SectionsOf(const std::vector<Name>& names);
  std::uint64_t BitsOf(std::vector<Action>& actions);
  void ResolveRule(Rule& rule);
  void ResolveAtom(Atom& atom);
  void ResolveNames(const Atom& atom);
  void ResolveLevel(const Name& name, int* value);
  void ResolveCircle(const Name& name, bool glob);
  void ResolveAssertion(Assertion& assertion);
  void ResolveTest(Test& test);
  void CheckFacts(Side side, const std::vector<Fact>& facts);
  void CheckHasTlp(const std::vector<Fact>& facts, Place place, const std::string& whose,
                   std::string_view where);
  void CheckPeerFact(const Fact& fact, const std::vector<Name>& circles);
  void CheckPeerValue(const std::string& key, const Name& value);
  void CheckRecordFact(const Fact& fact);
  void CheckOneOf(const Name& value, const std::vector<std::string>& words, const std::string& key);
  void CheckFactsTogether(const std::vector<Fact>& facts);
  bool CheckValues(const Fact& fact, bool flag, bool list);
  void CheckLabel(const Name& name, std::string_view what);
  void CheckCountry(const Name& name);
  void Lint();

  template <class Enum>
  std::optional<Enum> ResolveEnum(const Name& name, std::string_view what,
                                  std::optional<Enum> (*from_word)(std::string_view)) {
    const std::optional<Enum> value = from_word(name.text);
    if (!value) {
      const std::vector<std::string> words = WordsOf<Enum>();
      ReportUnknown(name, what, words, OneOf(words));
    }
    return value;
  }

  enum class Visit : std::uint8_t { kNo, kOpen, kDone };

  Draft& draft_;
  PolicyFile& policy_;
  std::string_view file_name_;
  Problems& problems_;
  Problems& warnings_;
  std::map<std::string, Set*, std::less<>> sets_;
  std::map<const Set*, Visit> visits_;
  std::set<std::string, std::less<>> used_sets_;
  std::set<std::string, std::less<>> used_levels_;
  bool levels_missing_reported_ = false;
  bool circles_missing_reported_ = false;
};

}  // namespace renkei::policy
