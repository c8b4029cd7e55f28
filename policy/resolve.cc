#include "policy/resolve.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "node/base/encoding.h"
#include "policy/policy.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

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

bool IsCountry(std::string_view text) {
  return text.size() == 2 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
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
  void CheckPeerFact(const Fact& fact, const std::vector<Name>& circles);
  void CheckRecordFact(const Fact& fact);
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

void Resolver::CheckDeclared() {
  for (const Name& level : policy_.levels) {
    if (!IsLabel(level.text, kLevelNameBytesMax)) CheckLabel(level, "level");
  }
  for (const Name& circle : policy_.circles) {
    if (circle.text.find('*') != std::string::npos) {
      Report(circle.place, fmt::format("circle `{}` declared with a `*`", circle.text),
             "name each circle here; a `*` may end a name in a rule");
    } else {
      CheckLabel(circle, "circle");
    }
  }
}

void Resolver::CheckLabel(const Name& name, std::string_view what) {
  if (IsLabel(name.text, kLabelBytesMax)) return;
  Report(name.place, fmt::format("{} `{}` is no label", what, Printable(name.text, kLabelBytesMax)),
         fmt::format("a-z, 0-9 and -, at most {} bytes", kLabelBytesMax));
}

void Resolver::CheckCountry(const Name& name) {
  if (IsCountry(name.text)) return;
  Report(name.place, fmt::format("unknown country `{}`", name.text),
         "two letters, ISO 3166-1, lower case");
}

// ---- sections and actions ----

void Resolver::ResolveSet(Set& set) {
  Visit& visit = visits_[&set];
  if (visit == Visit::kDone) return;
  if (visit == Visit::kOpen) {
    Report(set.name.place, fmt::format("set `{}` contains itself", set.name.text));
    return;
  }
  visit = Visit::kOpen;
  set.mask = SectionsOf(set.sections);
  visits_[&set] = Visit::kDone;
}

SectionMask Resolver::SectionsOf(const std::vector<Name>& names) {
  SectionMask mask = 0;
  for (const Name& name : names) {
    if (name.text == "all") {
      mask = kAllSections;
      continue;
    }
    if (const auto section = SectionFromWord(name.text)) {
      mask = static_cast<SectionMask>(mask | Bit(*section));
      continue;
    }
    const auto found = sets_.find(name.text);
    if (found != sets_.end()) {
      ResolveSet(*found->second);
      mask = static_cast<SectionMask>(mask | found->second->mask);
      used_sets_.insert(name.text);
      continue;
    }
    std::vector<std::string> words = WordsOf<SectionId>();
    for (const auto& [set_name, set] : sets_) words.push_back(set_name);
    // With a broken `set` line, a word that resembles no section may be its set.
    if (draft_.sets_broken && NearestWord(name.text, words).empty()) continue;
    ReportUnknown(name, "section or set", words);
  }
  return mask;
}

std::uint64_t Resolver::BitsOf(std::vector<Action>& actions) {
  std::uint64_t bits = 0;
  for (Action& action : actions) {
    switch (action.verb) {
      case Verb::kExist:
        action.bits = Mask::kExist;
        break;
      case Verb::kSee:
        action.bits = SectionsOf(action.sections);
        break;
      case Verb::kRelay:
        action.bits = std::uint64_t{SectionsOf(action.sections)} << 16;
        break;
      case Verb::kQuery:
        action.bits = Mask::kQuery;
        break;
      case Verb::kSight:
        action.bits = Mask::kSight;
        break;
      case Verb::kComment:
        action.bits = Mask::kComment;
        break;
      case Verb::kAll:
        action.bits = Mask::kAll;
        break;
    }
    bits |= action.bits;
  }
  return bits;
}

// ---- atoms ----

void Resolver::ResolveLevel(const Name& name, int* value) {
  const auto& levels = policy_.levels;
  const auto found = std::find(levels.begin(), levels.end(), name);
  if (found != levels.end()) {
    *value = static_cast<int>(found - levels.begin());
    used_levels_.insert(name.text);
    return;
  }
  if (draft_.levels_broken) return;
  if (levels.empty()) {
    if (!std::exchange(levels_missing_reported_, true)) {
      Report(name.place, fmt::format("level `{}`, but the file has no `levels` line", name.text),
             "write `levels listed < accredited < certified`");
    }
    return;
  }
  std::vector<std::string> words;
  for (const Name& level : levels) words.push_back(level.text);
  ReportUnknown(name, "level", words, OneOf(words));
}

void Resolver::ResolveCircle(const Name& name, bool glob) {
  const std::size_t star = name.text.find('*');
  if (star != std::string::npos && (!glob || star + 1 != name.text.size())) {
    Report(name.place, fmt::format("`{}` can't hold a `*` there", name.text),
           glob ? "only the end of a circle's name" : "name one circle");
    return;
  }
  const auto& circles = policy_.circles;
  const bool known = std::any_of(circles.begin(), circles.end(), [&](const Name& circle) {
    return MatchesCircle(name.text, circle.text);
  });
  if (known || draft_.circles_broken) return;
  if (star != std::string::npos) {
    // Not a mistake: the circle may be founded later.
    Warn(name.place, fmt::format("`{}` matches no circle that this file names", name.text));
    return;
  }
  if (circles.empty()) {
    if (!std::exchange(circles_missing_reported_, true)) {
      Report(name.place, fmt::format("circle `{}`, but the file has no `circles` line", name.text),
             fmt::format("write `circles {}`", name.text));
    }
    return;
  }
  std::vector<std::string> words;
  for (const Name& circle : circles) words.push_back(circle.text);
  ReportUnknown(name, "circle", words, "name it in the `circles` line");
}

void Resolver::ResolveNames(const Atom& atom) {
  for (const Name& name : atom.words) {
    switch (atom.kind) {
      case AtomKind::kInCircle:
        ResolveCircle(name, true);
        break;
      case AtomKind::kSectorIn:
        CheckLabel(name, "sector");
        break;
      case AtomKind::kCountryIn:
        CheckCountry(name);
        break;
      case AtomKind::kPeerIn:
        ResolveEnum<PeerKind>(name, "kind of peer", PeerKindFromWord);
        break;
      case AtomKind::kTeamIn:
        CheckLabel(name, "team");
        break;
      case AtomKind::kKindIn:
        ResolveEnum<Kind>(name, "kind", KindFromWord);
        break;
      case AtomKind::kTypeIn:
        if (!RsitFromWord(name.text)) ReportUnknown(name, "type", RsitWords());
        break;
      case AtomKind::kTagIn:
        CheckLabel(name, "tag");
        break;
      case AtomKind::kSourceIn:
        ResolveEnum<SourceMode>(name, "source", SourceModeFromWord);
        break;
      default:
        break;
    }
  }
}

void Resolver::ResolveAtom(Atom& atom) {
  if (atom.words.empty()) return;
  const Name& word = atom.words.front();
  const auto number = [](auto value) { return value ? static_cast<int>(*value) : 0; };
  switch (atom.kind) {
    case AtomKind::kLevelAtLeast:
    case AtomKind::kLevelBelow:
      ResolveLevel(word, &atom.value);
      break;
    case AtomKind::kTlpAtMost:
    case AtomKind::kTlpAtLeast:
      atom.value = number(ResolveEnum<Tlp>(word, "tlp", TlpFromWord));
      break;
    case AtomKind::kPapAtMost:
    case AtomKind::kPapAtLeast:
      atom.value = number(ResolveEnum<Pap>(word, "pap", PapFromWord));
      break;
    case AtomKind::kSeverityAtLeast:
      atom.value = number(ResolveEnum<Severity>(word, "severity", SeverityFromWord));
      break;
    default:
      ResolveNames(atom);
      break;
  }
}

void Resolver::ResolveRule(Rule& rule) {
  for (Atom& atom : rule.peer) ResolveAtom(atom);
  for (Atom& atom : rule.mark) ResolveAtom(atom);
  rule.bits = BitsOf(rule.actions);
}

void Resolver::ResolveAssertion(Assertion& assertion) {
  assertion.bits = BitsOf(assertion.actions);
  for (Condition& condition : assertion.conditions) {
    if (Atom* atom = std::get_if<Atom>(&condition)) {
      ResolveAtom(*atom);
      continue;
    }
    Action& action = std::get<Action>(condition);
    std::vector<Action> one = {std::move(action)};
    BitsOf(one);
    action = std::move(one.front());
  }
}

// ---- tests ----

// False if the fact has a value and should have none, the other way round, or several for one.
bool Resolver::CheckValues(const Fact& fact, bool flag, bool list) {
  if (flag && (fact.braces || !fact.values.empty())) {
    Report(fact.key.place, fmt::format("`{}` takes no value", fact.key.text));
    return false;
  }
  if (!flag && !fact.braces && fact.values.empty()) {
    Report(fact.key.place, fmt::format("`{}` needs a value", fact.key.text),
           fmt::format("write `{}=..`", fact.key.text));
    return false;
  }
  if (!flag && !list && fact.braces) {
    Report(fact.key.place, fmt::format("`{}` takes one value, without braces", fact.key.text));
    return false;
  }
  return true;
}

void Resolver::CheckPeerFact(const Fact& fact, const std::vector<Name>& circles) {
  const std::string& key = fact.key.text;
  const bool flag = key == "recipient" || key == "own";
  const bool level_in = key.starts_with("level.");
  static const std::vector<std::string> kKeys = {"level", "circles", "sector",    "country",
                                                 "team",  "kind",    "recipient", "own"};
  if (!level_in && std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
    const bool of_record = key == "embargo" || key == "exercise" || key == "tlp";
    ReportUnknown(fact.key, "fact of a peer", kKeys,
                  of_record ? "write it after `record`" : OneOf(kKeys));
    return;
  }
  if (!CheckValues(fact, flag, key == "circles") || flag) return;
  for (const Name& value : fact.values) {
    int ignored = 0;
    if (key == "level" || level_in) ResolveLevel(value, &ignored);
    if (key == "circles") ResolveCircle(value, false);
    if (key == "sector" || key == "team") CheckLabel(value, key);
    if (key == "country") CheckCountry(value);
    if (key == "kind") ResolveEnum<PeerKind>(value, "kind of peer", PeerKindFromWord);
  }
  const std::string circle = level_in ? key.substr(6) : "";
  if (level_in && std::find(circles.begin(), circles.end(), Name{circle, {}}) == circles.end()) {
    Report(fact.key.place, fmt::format("`{}`, but the peer is not in circle `{}`", key, circle),
           "name it in the peer's `circles=`");
  }
}

void Resolver::CheckRecordFact(const Fact& fact) {
  const std::string& key = fact.key.text;
  const bool flag = key == "embargo" || key == "exercise";
  const bool list = key == "circles" || key == "tags" || key == "sectors" || key == "countries";
  static const std::vector<std::string> kKeys = {"circles", "kind",      "tlp",     "pap",
                                                 "type",    "severity",  "source",  "tags",
                                                 "sectors", "countries", "embargo", "exercise"};
  if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
    const bool of_peer = key == "recipient" || key == "own";
    ReportUnknown(fact.key, "fact of a record", kKeys,
                  of_peer ? "write it before `record`: it is a fact of the peer" : OneOf(kKeys));
    return;
  }
  if (!CheckValues(fact, flag, list) || flag) return;
  for (const Name& value : fact.values) {
    if (key == "circles") ResolveCircle(value, false);
    if (key == "kind") ResolveEnum<Kind>(value, "kind", KindFromWord);
    if (key == "tlp") ResolveEnum<Tlp>(value, "tlp", TlpFromWord);
    if (key == "pap") ResolveEnum<Pap>(value, "pap", PapFromWord);
    if (key == "severity") ResolveEnum<Severity>(value, "severity", SeverityFromWord);
    if (key == "source") ResolveEnum<SourceMode>(value, "source", SourceModeFromWord);
    if (key == "type" && !RsitFromWord(value.text)) ReportUnknown(value, "type", RsitWords());
    if (key == "tags" || key == "sectors") CheckLabel(value, key == "tags" ? "tag" : "sector");
    if (key == "countries") CheckCountry(value);
  }
}

void Resolver::ResolveTest(Test& test) {
  std::vector<Name> circles;
  for (const Fact& fact : test.peer_facts) {
    if (fact.key.text == "circles") circles = fact.values;
  }
  for (const auto* facts : {&test.peer_facts, &test.record_facts}) {
    for (auto fact = facts->begin(); fact != facts->end(); ++fact) {
      const bool twice =
          std::any_of(facts->begin(), fact, [&](const Fact& f) { return f.key == fact->key; });
      if (twice) {
        Report(fact->key.place, fmt::format("fact `{}` given twice", fact->key.text));
      } else if (facts == &test.peer_facts) {
        CheckPeerFact(*fact, circles);
      } else {
        CheckRecordFact(*fact);
      }
    }
  }
  const auto& record = test.record_facts;
  if (std::none_of(record.begin(), record.end(),
                   [](const Fact& fact) { return fact.key.text == "tlp"; })) {
    Report(test.title.place, fmt::format("test \"{}\" gives the record no `tlp`", test.title.text),
           "write `tlp=amber` or another after `record`");
  }
  for (Expectation& expectation : test.expectations) {
    expectation.bits = BitsOf(expectation.actions);
  }
}

void Resolver::Lint() {
  for (const Set& set : policy_.sets) {
    if (used_sets_.count(set.name.text) != 0) continue;
    Warn(set.name.place, fmt::format("set `{}` is never used", set.name.text));
  }
  for (const Name& level : policy_.levels) {
    if (used_levels_.count(level.text) != 0) continue;
    Warn(level.place, fmt::format("level `{}` is never tested", level.text));
  }
  const auto& rules = policy_.rules;
  const auto has = [&](RuleKind kind) {
    return std::any_of(rules.begin(), rules.end(), [&](const Rule& r) { return r.kind == kind; });
  };
  if (!has(RuleKind::kGrant)) Warn({}, "no `grant`: nobody sees anything");
  if (!has(RuleKind::kAccept)) Warn({}, "no `accept`: nobody may publish");
}

}  // namespace

bool MatchesCircle(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

void Resolve(Draft& draft, std::string_view file, Problems& problems, Problems& warnings) {
  Resolver(draft, file, problems, warnings).Run();
}

}  // namespace renkei::policy
