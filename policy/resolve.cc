#include "policy/resolve.h"

#include <algorithm>

#include "policy/resolver.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

bool IsCountry(std::string_view text) {
  return text.size() == 2 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}
}  // namespace

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
bool MatchesCircle(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

void Resolve(Draft& draft, std::string_view file, Problems& problems, Problems& warnings) {
  Resolver(draft, file, problems, warnings).Run();
}

}  // namespace renkei::policy
