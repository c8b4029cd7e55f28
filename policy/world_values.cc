#include "policy/world_values.h"

#include <algorithm>
#include <set>
#include <string>
#include <variant>

#include <fmt/format.h>

#include "policy/policy.h"
#include "policy/resolve.h"

namespace renkei::policy {
namespace {

using Policies = std::vector<const CompiledPolicy*>;

// Whoever may assert an attribute; all of them first: a test that does not say who means that.
std::vector<AssertedBy> Asserters() {
  std::vector<AssertedBy> all;
  for (int mask = 7; mask >= 0; --mask) {
    // One sponsor alone is a claim that no `trust` line believes.
    AssertedBy by{.hub = (mask & 1) != 0, .self = (mask & 2) != 0, .sponsors = mask & 4 ? 2 : 0};
    if (mask == 0) by.sponsors = 1;
    all.push_back(by);
  }
  return all;
}

// One for each way in which the policies believe it.
std::vector<AssertedBy> AssertersFor(const Policies& policies, Attribute attribute) {
  std::vector<AssertedBy> kept;
  std::set<std::vector<bool>> seen;
  for (const AssertedBy& by : Asserters()) {
    std::vector<bool> believed;
    for (const CompiledPolicy* policy : policies) {
      believed.push_back(policy->TrustOf(attribute).Believes(by));
    }
    if (seen.insert(std::move(believed)).second) kept.push_back(by);
  }
  return kept;
}

// Calls `each` with every atom of rules and lines.
template <class Each>
void ForEachAtom(const Policies& policies, Each each) {
  for (const CompiledPolicy* policy : policies) {
    const PolicyFile& file = policy->policy->file();
    for (const Rule& rule : file.rules) {
      for (const Atom& atom : rule.peer) each(atom);
      for (const Atom& atom : rule.mark) each(atom);
    }
    for (const Assertion& assertion : file.assertions) {
      for (const Condition& condition : assertion.conditions) {
        if (const Atom* atom = std::get_if<Atom>(&condition)) each(*atom);
      }
    }
  }
}

// Words that some policy's atoms of this kind mention.
std::vector<std::string> WordsOfRules(const Policies& policies, AtomKind kind) {
  std::set<std::string> words;
  ForEachAtom(policies, [&](const Atom& atom) {
    if (atom.kind != kind) return;
    for (const Name& name : atom.words) words.insert(name.text);
  });
  return {words.begin(), words.end()};
}

bool Contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A word that stands for all that none mentions.
std::string Another(const std::vector<std::string>& words, std::string_view word) {
  std::string another(word);
  for (int i = 2; Contains(words, another); ++i) another = fmt::format("{}-{}", word, i);
  return another;
}

// Codes that ISO 3166-1 leaves to users come first.
std::vector<std::string> CountryCodes() {
  std::vector<std::string> codes;
  for (char c = 'a'; c <= 'z'; ++c) codes.push_back(std::string("x") + c);
  for (char first = 'a'; first <= 'z'; ++first) {
    for (char c = 'a'; c <= 'z'; ++c) codes.push_back(std::string(1, first) + c);
  }
  return codes;
}

std::vector<Value> Sectors(const Policies& policies) {
  std::vector<Value> values = {{}};
  std::vector<std::string> sectors = WordsOfRules(policies, AtomKind::kSectorIn);
  sectors.push_back(Another(sectors, "another-sector"));
  for (const AssertedBy& by : AssertersFor(policies, Attribute::kSector)) {
    for (const std::string& sector : sectors) {
      const std::string elsewhere = sector == "third-sector" ? "fourth-sector" : "third-sector";
      const Peer peer{.sector = sector, .sector_by = by};
      values.push_back({.peer = peer});
      values.push_back({.peer = peer, .marking = {.sectors = {elsewhere}}});
      values.push_back({.peer = peer, .marking = {.sectors = {sector}}});
    }
  }
  return values;
}

std::vector<Value> Countries(const Policies& policies) {
  std::vector<Value> values = {{}};
  std::vector<std::string> countries = WordsOfRules(policies, AtomKind::kCountryIn);
  for (const std::string& code : CountryCodes()) {
    if (Contains(countries, code)) continue;
    countries.push_back(code);
    break;
  }
  for (const AssertedBy& by : AssertersFor(policies, Attribute::kCountry)) {
    for (const std::string& country : countries) {
      const std::string elsewhere = country == "zz" ? "xz" : "zz";
      const Peer peer{.country = country, .country_by = by};
      values.push_back({.peer = peer});
      values.push_back({.peer = peer, .marking = {.countries = {elsewhere}}});
      values.push_back({.peer = peer, .marking = {.countries = {country}}});
    }
  }
  return values;
}

std::vector<Value> Teams(const Policies& policies) {
  std::vector<Value> values = {{}};
  std::vector<std::string> words = WordsOfRules(policies, AtomKind::kTeamIn);
  words.insert(words.begin(), Another(words, "another-team"));
  for (const std::string& team : words) values.push_back({.peer = {.team = team}});
  return values;
}

std::vector<Value> Rungs(const Policies& policies) {
  std::vector<Rung> rungs;
  for (const Level& level : policies.front()->levels) rungs.push_back(level.rung);
  for (Rung rung = 1; rung <= kRungMax; ++rung) rungs.push_back(rung);
  std::vector<Value> values;
  for (const Rung rung : rungs) values.push_back({.membership = {.rung = rung}});
  return values;
}

std::vector<std::string> PatternsOfRules(const Policies& policies) {
  return WordsOfRules(policies, AtomKind::kInCircle);
}

// A name of a circle that matches `pattern` and, of all the others, only those that every such name
// matches; empty if there is none.
std::string NameFor(const std::string& pattern, const std::vector<std::string>& patterns) {
  std::string start = pattern.substr(0, pattern.size() - 1);
  const auto fits = [&](const std::string& name) {
    return name.size() <= kCircleNameBytesMax &&
           std::none_of(patterns.begin(), patterns.end(), [&](const std::string& other) {
             const bool narrower = other.size() > pattern.size() || !other.ends_with('*');
             return narrower && MatchesCircle(other, name);
           });
  };
  if (!start.empty() && !start.ends_with('-') && fits(start)) return start;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  for (const char letter : kLetters) {
    if (fits(start + letter)) return start + letter;
  }
  for (const char letter : kLetters) {
    for (const char second : kLetters) {
      if (fits(start + letter + second)) return start + letter + second;
    }
  }
  return "";
}

std::vector<Value> Circles(const Policies& policies) {
  const std::vector<std::string> patterns = PatternsOfRules(policies);
  std::vector<std::string> names;
  for (const CompiledPolicy* policy : policies) {
    for (const std::string& circle : policy->policy->circles()) names.push_back(circle);
  }
  for (const std::string& pattern : patterns) {
    names.push_back(pattern.ends_with('*') ? NameFor(pattern, patterns) : pattern);
  }
  // Circles are founded later too.
  const auto unnamed = [&](const std::string& name) {
    return std::none_of(patterns.begin(), patterns.end(),
                        [&](const std::string& pattern) { return MatchesCircle(pattern, name); });
  };
  names.push_back(unnamed("another-circle") ? "another-circle" : NameFor("*", patterns));
  std::vector<Value> values;
  for (const std::string& name : names) {
    if (name.empty()) continue;
    const bool named = std::find(patterns.begin(), patterns.end(), name) != patterns.end();
    values.push_back({.membership = {.circle = name}, .open = !named});
  }
  return values;
}

template <class Set>
std::vector<Value> Enumerated(int first, int last, Set set) {
  std::vector<Value> values;
  for (int i = first; i <= last; ++i) {
    Value value;
    set(value, i);
    values.push_back(std::move(value));
  }
  return values;
}

std::vector<Value> Flag(bool Peer::*flag) {
  return Enumerated(0, 1, [&](Value& value, int i) { value.peer.*flag = i == 1; });
}

std::vector<Value> Flag(bool Marking::*flag) {
  return Enumerated(0, 1, [&](Value& value, int i) { value.marking.*flag = i == 1; });
}

std::vector<Value> Types() {
  std::vector<Value> values = {{}};
  for (const std::string& word : RsitWords()) {
    values.push_back({.marking = {.type = RsitFromWord(word).value_or(0)}});
  }
  return values;
}

// Numbers of an enum of the record, in its order.
template <class Enum>
std::vector<Value> Marks(Enum Marking::*mark, Enum first, Enum last) {
  return Enumerated(static_cast<int>(first), static_cast<int>(last),
                    [&](Value& value, int i) { value.marking.*mark = static_cast<Enum>(i); });
}

}  // namespace

VariableKind VariableOf(AtomKind kind) {
  switch (kind) {
    case AtomKind::kLevelAtLeast:
    case AtomKind::kLevelBelow:
      return VariableKind::kRung;
    case AtomKind::kInCircle:
      return VariableKind::kCircle;
    case AtomKind::kSameSector:
    case AtomKind::kSectorIn:
      return VariableKind::kSector;
    case AtomKind::kSameCountry:
    case AtomKind::kCountryIn:
      return VariableKind::kCountry;
    case AtomKind::kPeerIn:
      return VariableKind::kPeerKind;
    case AtomKind::kTeamIn:
      return VariableKind::kTeam;
    case AtomKind::kRecipient:
      return VariableKind::kRecipient;
    case AtomKind::kOwn:
      return VariableKind::kOwn;
    case AtomKind::kTlpAtMost:
    case AtomKind::kTlpAtLeast:
      return VariableKind::kTlp;
    case AtomKind::kPapAtMost:
    case AtomKind::kPapAtLeast:
      return VariableKind::kPap;
    case AtomKind::kKindIn:
      return VariableKind::kKind;
    case AtomKind::kTypeIn:
      return VariableKind::kType;
    case AtomKind::kSourceIn:
      return VariableKind::kSource;
    case AtomKind::kSeverityAtLeast:
      return VariableKind::kSeverity;
    case AtomKind::kEmbargo:
      return VariableKind::kEmbargo;
    case AtomKind::kExercise:
      return VariableKind::kExercise;
    case AtomKind::kTagIn:
    case AtomKind::kAnyone:
      break;
  }
  return VariableKind::kAnyTag;
}

std::vector<Value> CandidatesOf(VariableKind kind, const Policies& policies) {
  switch (kind) {
    case VariableKind::kRung:
      return Rungs(policies);
    case VariableKind::kCircle:
      return Circles(policies);
    case VariableKind::kSector:
      return Sectors(policies);
    case VariableKind::kCountry:
      return Countries(policies);
    case VariableKind::kTeam:
      return Teams(policies);
    case VariableKind::kPeerKind:
      return Enumerated(0, 4, [](Value& v, int i) { v.peer.kind = static_cast<PeerKind>(i); });
    case VariableKind::kRecipient:
      return Flag(&Peer::recipient);
    case VariableKind::kOwn:
      return Flag(&Peer::own);
    case VariableKind::kTlp:
      return Marks(&Marking::tlp, Tlp::kClear, Tlp::kRed);
    case VariableKind::kPap:
      return Marks(&Marking::pap, Pap::kClear, Pap::kRed);
    case VariableKind::kKind:
      return Marks(&Marking::kind, Kind::kIncident, Kind::kWithdrawal);
    case VariableKind::kType:
      return Types();
    case VariableKind::kSource:
      return Marks(&Marking::source, SourceMode::kAttributed, SourceMode::kAnonymous);
    case VariableKind::kSeverity:
      return Marks(&Marking::severity, Severity::kUnspecified, Severity::kCritical);
    case VariableKind::kEmbargo:
      return Flag(&Marking::embargoed);
    case VariableKind::kExercise:
      return Flag(&Marking::exercise);
    case VariableKind::kTag:
    case VariableKind::kAnyTag:
      break;
  }
  return {};
}

bool SameToRules(const Policies& policies, std::string_view a, std::string_view b) {
  const std::vector<std::string> patterns = PatternsOfRules(policies);
  return std::all_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return MatchesCircle(pattern, a) == MatchesCircle(pattern, b);
  });
}

}  // namespace renkei::policy
