#include "policy/compiled.h"

#include <algorithm>
#include <map>
#include <utility>

#include "policy/words.h"

namespace renkei::policy {
namespace {

// The lists that an atom or rule needs, by word: in the facts, and in the circle.
struct ListsNeeded {
  std::map<std::uint32_t, std::uint64_t> facts{};
  std::map<std::uint32_t, std::uint64_t> circle{};
};

void AddList(std::map<std::uint32_t, std::uint64_t>& lists, int list) {
  lists[static_cast<std::uint32_t>(list / 64)] |= std::uint64_t{1} << (list % 64);
}

// An atom as it is being compiled.
struct AtomDraft {
  Need need{};
  ListsNeeded lists{};
};

// Of `field`, the values for which `listed` holds; an unknown satisfies no atom of a grant and
// every atom of a deny, and in a test of the file it is false.
template <class Listed>
std::uint64_t ValuesOf(Field field, bool negated, ReadAs as, Listed listed) {
  std::uint64_t values = ~field.All();
  for (int value = 1; value < field.count; ++value) {
    if (listed(value) != negated) values |= field.Bit(value, Purpose::kAnswer);
  }
  if (as == ReadAs::kDeny) values |= field.Bit(0, Purpose::kAnswer);
  if (negated) values |= field.Bit(0, Purpose::kTest);
  return values;
}

template <class Enum>
std::uint64_t EnumValues(Field field, const Atom& atom, ReadAs as,
                         std::optional<Enum> (*from_word)(std::string_view)) {
  std::uint32_t listed = 0;
  for (const Name& name : atom.words) {
    if (const auto value = from_word(name.text)) listed |= 1U << static_cast<int>(*value);
  }
  return ValuesOf(field, atom.negated, as, [&](int value) { return (listed >> value & 1) != 0; });
}

std::uint64_t SameValues(Field field, const Atom& atom, ReadAs as) {
  return ValuesOf(field, atom.negated, as,
                  [](int value) { return value == static_cast<int>(Truth::kTrue); });
}

std::uint64_t FlagValues(Field flag, const Atom& atom) {
  return ~FlagBit(flag, /*value=*/atom.negated);
}

// Lists are never negated in a rule, but for circles.
template <class Words>
void NeedList(AtomDraft& draft, Words& words, const Atom& atom, ReadAs as, int& next) {
  AddList(draft.lists.facts, words.AddList(atom.words, as, next));
}

void CompileRecordAtom(AtomDraft& draft, const Atom& atom, ReadAs as, Vocabulary& words) {
  const auto at_most = [&](int value) { return value <= atom.value; };
  const auto at_least = [&](int value) { return value >= atom.value; };
  std::uint64_t& values = draft.need.values;
  switch (atom.kind) {
    case AtomKind::kTlpAtMost:
      values = ValuesOf(kTlpField, atom.negated, as, at_most);
      break;
    case AtomKind::kTlpAtLeast:
      values = ValuesOf(kTlpField, atom.negated, as, at_least);
      break;
    case AtomKind::kPapAtMost:
      values = ValuesOf(kPapField, atom.negated, as, at_most);
      break;
    case AtomKind::kPapAtLeast:
      values = ValuesOf(kPapField, atom.negated, as, at_least);
      break;
    case AtomKind::kSeverityAtLeast:
      values = ValuesOf(kSeverityField, atom.negated, as, at_least);
      break;
    case AtomKind::kKindIn:
      values = EnumValues<Kind>(kKindField, atom, as, KindFromWord);
      break;
    case AtomKind::kSourceIn:
      values = EnumValues<SourceMode>(kSourceField, atom, as, SourceModeFromWord);
      break;
    case AtomKind::kTypeIn:
      NeedList(draft, words.types, atom, as, words.list_count);
      break;
    case AtomKind::kTagIn:
      NeedList(draft, words.tags, atom, as, words.list_count);
      break;
    case AtomKind::kEmbargo:
      values = FlagValues(kEmbargoFlag, atom);
      break;
    case AtomKind::kExercise:
      values = FlagValues(kExerciseFlag, atom);
      break;
    default:
      break;
  }
}

std::uint32_t RungsOf(const Atom& atom, const std::vector<Level>& levels) {
  const Rung level = levels[static_cast<std::size_t>(atom.value)].rung;
  std::uint32_t rungs = 0;
  for (Rung rung = 1; rung <= kRungMax; ++rung) {
    const bool reached = rung >= level;
    if (reached == (atom.kind == AtomKind::kLevelAtLeast)) rungs |= 1U << rung;
  }
  return rungs;
}

void CompilePeerAtom(AtomDraft& draft, const Atom& atom, ReadAs as, CompiledPolicy& out) {
  Vocabulary& words = out.words;
  std::uint64_t& values = draft.need.values;
  switch (atom.kind) {
    case AtomKind::kLevelAtLeast:
    case AtomKind::kLevelBelow:
      draft.need.rungs = RungsOf(atom, out.levels);
      break;
    case AtomKind::kInCircle:
      if (atom.words.empty()) break;  // every circle that is asked
      AddList(draft.lists.circle, words.circles.AddList(atom.words, atom.negated));
      break;
    case AtomKind::kSameSector:
      words.same_sector = true;
      values = SameValues(kSameSectorField, atom, as);
      break;
    case AtomKind::kSameCountry:
      words.same_country = true;
      values = SameValues(kSameCountryField, atom, as);
      break;
    case AtomKind::kSectorIn:
      NeedList(draft, words.sectors, atom, as, words.list_count);
      break;
    case AtomKind::kCountryIn:
      NeedList(draft, words.countries, atom, as, words.list_count);
      break;
    case AtomKind::kTeamIn:
      NeedList(draft, words.teams, atom, as, words.list_count);
      break;
    case AtomKind::kPeerIn:
      values = EnumValues<PeerKind>(kPeerKindField, atom, as, PeerKindFromWord);
      break;
    case AtomKind::kRecipient:
      values = FlagValues(kRecipientFlag, atom);
      break;
    case AtomKind::kOwn:
      values = FlagValues(kOwnFlag, atom);
      break;
    default:
      CompileRecordAtom(draft, atom, as, words);
  }
}

// Puts the lists of `draft` where its need finds them.
Need PlaceLists(AtomDraft draft, CompiledPolicy& out) {
  draft.need.first_list = static_cast<std::uint32_t>(out.lists.size());
  draft.need.list_count = static_cast<std::uint16_t>(draft.lists.facts.size());
  draft.need.circle_list_count = static_cast<std::uint16_t>(draft.lists.circle.size());
  for (const auto* lists : {&draft.lists.facts, &draft.lists.circle}) {
    for (const auto& [word, bits] : *lists) out.lists.push_back({word, bits});
  }
  return draft.need;
}

void CompileRule(const Rule& rule, RuleSet& into, CompiledPolicy& out) {
  CompiledRule compiled{.source = &rule, .bits = rule.bits};
  const ReadAs as = compiled.denies() ? ReadAs::kDeny : ReadAs::kGrant;
  AtomDraft whole;
  whole.need.bits = rule.bits;
  whole.need.denies = compiled.denies();
  // The record's atoms first, as they are told in explanations.
  for (const auto* atoms : {&rule.mark, &rule.peer}) {
    for (const Atom& atom : *atoms) {
      AtomDraft draft;
      CompilePeerAtom(draft, atom, as, out);
      whole.need.values &= draft.need.values;
      whole.need.rungs &= draft.need.rungs;
      for (const auto& [word, bits] : draft.lists.facts) whole.lists.facts[word] |= bits;
      for (const auto& [word, bits] : draft.lists.circle) whole.lists.circle[word] |= bits;
      auto& list = FormOf(atom.kind).per_circle ? compiled.circle : compiled.fixed;
      list.push_back({.source = &atom, .need = PlaceLists(std::move(draft), out)});
    }
  }
  into.index.Add(whole.need.values, whole.need.rungs);
  into.needs.push_back(PlaceLists(std::move(whole), out));
  into.rules.push_back(std::move(compiled));
}

CompiledAssertion CompileAssertion(const Assertion& assertion, CompiledPolicy& out) {
  CompiledAssertion compiled{.source = &assertion};
  for (const Condition& condition : assertion.conditions) {
    const Atom* atom = std::get_if<Atom>(&condition);
    if (atom == nullptr) {
      compiled.bits |= std::get<Action>(condition).bits;
      continue;
    }
    Atom positive = *atom;
    positive.negated = false;
    AtomDraft draft;
    CompilePeerAtom(draft, positive, ReadAs::kGrant, out);
    compiled.conditions.push_back(
        {.atom = {.source = atom, .need = PlaceLists(std::move(draft), out)},
         .negated = atom->negated});
  }
  return compiled;
}

}  // namespace

std::shared_ptr<const CompiledPolicy> Compile(std::shared_ptr<const Policy> policy,
                                              std::vector<Level> levels, Lines lines) {
  auto out = std::make_shared<CompiledPolicy>();
  out->policy = std::move(policy);
  out->levels = std::move(levels);
  const PolicyFile& file = out->policy->file();
  for (const Attribute attribute : {Attribute::kLevel, Attribute::kSector, Attribute::kCountry}) {
    out->words.trust[static_cast<std::size_t>(attribute)] = {.attribute = attribute, .hub = true};
  }
  for (const Trust& trust : file.trust) {
    out->words.trust[static_cast<std::size_t>(trust.attribute)] = trust;
  }
  for (const Rule& rule : file.rules) {
    RuleSet& into = rule.kind == RuleKind::kAccept ? out->accepts
                    : rule.everywhere              ? out->everywhere
                                                   : out->rules;
    CompileRule(rule, into, *out);
  }
  for (const Assertion& assertion : file.assertions) {
    if (lines == Lines::kCompile) out->assertions.push_back(CompileAssertion(assertion, *out));
  }
  for (RuleSet* set : {&out->rules, &out->everywhere, &out->accepts}) set->index.Finish();
  out->words.circles.Learn(file.circles);
  return out;
}

bool Counts(const CompiledPolicy& policy, const Membership& membership) {
  return membership.rung != 0 && membership.rung <= kRungMax &&
         policy.words.Believes(Attribute::kLevel, membership.by);
}

CircleList CommonCircles(const CompiledPolicy& policy, const Peer& peer, const Marking& marking) {
  CircleList circles;
  const CircleField& field = policy.words.circles;
  for (const Membership& membership : peer.circles) {
    if (!Counts(policy, membership)) continue;
    const auto& shared = marking.circles;
    const auto same = [&](const std::string& name) { return SameWord(name, membership.circle); };
    if (std::none_of(shared.begin(), shared.end(), same)) continue;
    CircleFacts& circle = circles.Add({.membership = &membership});
    if (field.empty()) continue;
    circle.lists = field.Find(membership.circle);
    if (circle.lists != nullptr) continue;
    circle.own = std::make_unique<ListBits>(field.Match(membership.circle));
    circle.lists = circle.own.get();
  }
  return circles;
}

}  // namespace renkei::policy
