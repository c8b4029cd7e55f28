#include "policy/compiled.h"

#include <algorithm>
#include <utility>

#include "policy/resolve.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

Truth TruthOf(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

Truth Not(Truth truth) {
  if (truth == Truth::kUnknown) return truth;
  return TruthOf(truth == Truth::kFalse);
}

template <class Enum>
std::uint32_t EnumBits(const std::vector<Name>& names,
                       std::optional<Enum> (*from_word)(std::string_view)) {
  std::uint32_t bits = 0;
  for (const Name& name : names) {
    if (const auto value = from_word(name.text)) bits |= 1U << static_cast<int>(*value);
  }
  return bits;
}

NumberSet NumbersOf(const std::vector<Name>& names, Dictionary& dictionary) {
  NumberSet numbers;
  for (const Name& name : names) numbers.Add(dictionary.Add(name.text));
  return numbers;
}

CompiledAtom CompileAtom(const Atom& atom, CompiledPolicy& out) {
  CompiledAtom compiled{
      .kind = atom.kind, .negated = atom.negated, .value = atom.value, .source = &atom};
  switch (atom.kind) {
    case AtomKind::kLevelAtLeast:
    case AtomKind::kLevelBelow:
      compiled.value = out.levels[static_cast<std::size_t>(atom.value)].rung;
      break;
    case AtomKind::kInCircle:
      compiled.any_circle = atom.words.empty();
      compiled.numbers = NumbersOf(atom.words, out.patterns);
      break;
    case AtomKind::kSectorIn:
      compiled.numbers = NumbersOf(atom.words, out.sectors);
      break;
    case AtomKind::kCountryIn:
      compiled.numbers = NumbersOf(atom.words, out.countries);
      break;
    case AtomKind::kTeamIn:
      compiled.numbers = NumbersOf(atom.words, out.teams);
      break;
    case AtomKind::kTagIn:
      compiled.numbers = NumbersOf(atom.words, out.tags);
      break;
    case AtomKind::kPeerIn:
      compiled.enums = EnumBits<PeerKind>(atom.words, PeerKindFromWord);
      break;
    case AtomKind::kKindIn:
      compiled.enums = EnumBits<Kind>(atom.words, KindFromWord);
      break;
    case AtomKind::kSourceIn:
      compiled.enums = EnumBits<SourceMode>(atom.words, SourceModeFromWord);
      break;
    case AtomKind::kTypeIn:
      for (const Name& name : atom.words) {
        compiled.types.push_back(RsitFromWord(name.text).value_or(0));
      }
      break;
    default:
      break;
  }
  return compiled;
}

CompiledRule CompileRule(const Rule& rule, CompiledPolicy& out) {
  CompiledRule compiled{.source = &rule, .bits = rule.bits};
  // The record's atoms first: cheapest, and the same for every circle.
  for (const auto* atoms : {&rule.mark, &rule.peer}) {
    for (const Atom& atom : *atoms) {
      auto& into = FormOf(atom.kind).per_circle ? compiled.circle : compiled.fixed;
      into.push_back(CompileAtom(atom, out));
    }
  }
  return compiled;
}

NumberSet PatternsOf(const Dictionary& patterns, std::string_view circle) {
  NumberSet matching;
  for (const auto& [pattern, number] : patterns.words()) {
    if (MatchesCircle(pattern, circle)) matching.Add(number);
  }
  return matching;
}

Truth InNumbers(const CompiledAtom& atom, int number) {
  if (number == Dictionary::kUnknown) return Truth::kUnknown;
  return TruthOf(atom.numbers.Contains(number));
}

// 0 is unspecified in every enum.
Truth InEnums(const CompiledAtom& atom, int value) {
  if (value <= 0 || value >= 32) return Truth::kUnknown;
  return TruthOf((atom.enums >> value & 1) != 0);
}

Truth Compare(int value, bool holds) { return value == 0 ? Truth::kUnknown : TruthOf(holds); }

Truth InTypes(const CompiledAtom& atom, std::uint32_t type) {
  if (type == 0) return Truth::kUnknown;
  return TruthOf(std::any_of(atom.types.begin(), atom.types.end(), [&](std::uint32_t listed) {
    return listed == type || ((listed & 0xff) == 0 && listed >> 8 == type >> 8);
  }));
}

Truth InTags(const CompiledAtom& atom, const std::vector<int>& tags) {
  return TruthOf(
      std::any_of(tags.begin(), tags.end(), [&](int tag) { return atom.numbers.Contains(tag); }));
}

Truth TestRecord(const CompiledAtom& atom, const Facts& facts) {
  const Marking& record = facts.marking;
  const auto tlp = static_cast<int>(record.tlp);
  const auto pap = static_cast<int>(record.pap);
  const auto severity = static_cast<int>(record.severity);
  switch (atom.kind) {
    case AtomKind::kTlpAtMost:
      return Compare(tlp, tlp <= atom.value);
    case AtomKind::kTlpAtLeast:
      return Compare(tlp, tlp >= atom.value);
    case AtomKind::kPapAtMost:
      return Compare(pap, pap <= atom.value);
    case AtomKind::kPapAtLeast:
      return Compare(pap, pap >= atom.value);
    case AtomKind::kSeverityAtLeast:
      return Compare(severity, severity >= atom.value);
    case AtomKind::kKindIn:
      return InEnums(atom, static_cast<int>(record.kind));
    case AtomKind::kSourceIn:
      return InEnums(atom, static_cast<int>(record.source));
    case AtomKind::kTypeIn:
      return InTypes(atom, record.type);
    case AtomKind::kTagIn:
      return InTags(atom, facts.tags);
    case AtomKind::kEmbargo:
      return TruthOf(record.embargoed);
    case AtomKind::kExercise:
      return TruthOf(record.exercise);
    default:
      return Truth::kUnknown;
  }
}

Truth TestPositive(const CompiledAtom& atom, const Facts& facts, const CircleFacts* circle,
                   ReadAs as) {
  const bool believed = as == ReadAs::kGrant;
  switch (atom.kind) {
    case AtomKind::kLevelAtLeast:
      return circle == nullptr ? Truth::kUnknown : TruthOf(circle->membership->rung >= atom.value);
    case AtomKind::kLevelBelow:
      return circle == nullptr ? Truth::kUnknown : TruthOf(circle->membership->rung < atom.value);
    case AtomKind::kInCircle:
      if (circle == nullptr) return Truth::kUnknown;
      return TruthOf(atom.any_circle || atom.numbers.Meets(circle->patterns));
    case AtomKind::kSameSector:
      return believed ? facts.sector.same_believed : facts.sector.same_claimed;
    case AtomKind::kSameCountry:
      return believed ? facts.country.same_believed : facts.country.same_claimed;
    case AtomKind::kSectorIn:
      return InNumbers(atom, believed ? facts.sector.believed : facts.sector.claimed);
    case AtomKind::kCountryIn:
      return InNumbers(atom, believed ? facts.country.believed : facts.country.claimed);
    case AtomKind::kPeerIn:
      return InEnums(atom, static_cast<int>(facts.peer.kind));
    case AtomKind::kTeamIn:
      return InNumbers(atom, facts.team);
    case AtomKind::kRecipient:
      return TruthOf(facts.peer.recipient);
    case AtomKind::kOwn:
      return TruthOf(facts.peer.own);
    case AtomKind::kAnyone:
      return Truth::kTrue;
    default:
      return TestRecord(atom, facts);
  }
}

Claim ClaimOf(const Trust& trust, const Dictionary& dictionary, const std::string& value,
              const AssertedBy& by, const std::vector<std::string>& of_record) {
  Claim claim;
  if (value.empty()) return claim;
  claim.claimed = dictionary.Find(value);
  if (!of_record.empty()) {
    const auto found = std::find(of_record.begin(), of_record.end(), value);
    claim.same_claimed = TruthOf(found != of_record.end());
  }
  if (!trust.Believes(by)) return claim;
  claim.believed = claim.claimed;
  claim.same_believed = claim.same_claimed;
  return claim;
}

}  // namespace

int Dictionary::Add(std::string_view word) {
  const int next = static_cast<int>(numbers_.size());
  return numbers_.emplace(std::string(word), next).first->second;
}

int Dictionary::Find(std::string_view word) const {
  if (word.empty()) return kUnknown;
  const auto found = numbers_.find(word);
  return found == numbers_.end() ? kOther : found->second;
}

void NumberSet::Add(int number) {
  const auto word = static_cast<std::size_t>(number) / 64;
  if (word >= words_.size()) words_.resize(word + 1);
  words_[word] |= std::uint64_t{1} << (number % 64);
}

bool NumberSet::Meets(const NumberSet& other) const {
  const std::size_t n = std::min(words_.size(), other.words_.size());
  for (std::size_t i = 0; i < n; ++i) {
    if ((words_[i] & other.words_[i]) != 0) return true;
  }
  return false;
}

std::shared_ptr<const CompiledPolicy> Compile(std::shared_ptr<const Policy> policy,
                                              std::vector<Level> levels) {
  auto out = std::make_shared<CompiledPolicy>();
  out->policy = std::move(policy);
  out->levels = std::move(levels);
  const PolicyFile& file = out->policy->file();
  for (const Attribute attribute : {Attribute::kLevel, Attribute::kSector, Attribute::kCountry}) {
    out->trust[static_cast<std::size_t>(attribute)] = {.attribute = attribute, .hub = true};
  }
  for (const Trust& trust : file.trust) {
    out->trust[static_cast<std::size_t>(trust.attribute)] = trust;
  }
  for (const Rule& rule : file.rules) {
    CompiledRule compiled = CompileRule(rule, *out);
    auto& into = rule.kind == RuleKind::kAccept ? out->accepts
                 : rule.everywhere              ? out->everywhere
                                                : out->rules;
    into.push_back(std::move(compiled));
  }
  for (const Name& circle : file.circles) {
    out->circle_patterns.emplace(circle.text, PatternsOf(out->patterns, circle.text));
  }
  return out;
}

Facts::Facts(const CompiledPolicy& policy, const Peer& asking, const Marking& asked)
    : peer(asking),
      marking(asked),
      team(policy.teams.Find(asking.team)),
      sector(ClaimOf(policy.TrustOf(Attribute::kSector), policy.sectors, asking.sector,
                     asking.sector_by, asked.sectors)),
      country(ClaimOf(policy.TrustOf(Attribute::kCountry), policy.countries, asking.country,
                      asking.country_by, asked.countries)) {
  for (const std::string& tag : asked.tags) {
    const int number = policy.tags.Find(tag);
    if (number >= 0) tags.push_back(number);
  }
}

std::vector<CircleFacts> CommonCircles(const CompiledPolicy& policy, const Peer& peer,
                                       const Marking& marking) {
  std::vector<CircleFacts> circles;
  const Trust& trust = policy.TrustOf(Attribute::kLevel);
  for (const Membership& membership : peer.circles) {
    if (membership.rung == 0 || membership.rung > kRungMax || !trust.Believes(membership.by)) {
      continue;
    }
    const auto& shared = marking.circles;
    if (std::find(shared.begin(), shared.end(), membership.circle) == shared.end()) continue;
    CircleFacts circle{.membership = &membership};
    if (policy.patterns.size() > 0) {
      const auto known = policy.circle_patterns.find(membership.circle);
      circle.patterns = known != policy.circle_patterns.end()
                            ? known->second
                            : PatternsOf(policy.patterns, membership.circle);
    }
    circles.push_back(std::move(circle));
  }
  return circles;
}

std::uint64_t HeaderBits(const Peer& peer, const Marking& marking, Rung rung) {
  const auto reached = [&](Rung needed) {
    // Carrying is not seeing: the hub that attested the author must be able to pass it on.
    if (peer.own || peer.author_hub) return true;
    return needed == kRecipientsOnly ? peer.recipient : rung >= needed;
  };
  std::uint64_t bits = Mask::kQuery | Mask::kSight | Mask::kComment;
  if (reached(marking.min_level)) bits |= Mask::kExist;
  for (std::size_t i = 0; i < marking.section_levels.size(); ++i) {
    if (reached(marking.section_levels[i])) bits |= std::uint64_t{1} << i;
  }
  // An unspecified relay is none.
  if (marking.relay == Relay::kCircle || marking.relay == Relay::kFree) bits |= Mask::kRelay;
  return bits;
}

Truth AskAtom(const CompiledAtom& atom, const Facts& facts, const CircleFacts* circle, ReadAs as) {
  Truth truth = TestPositive(atom, facts, circle, as);
  if (facts.unknown_is_false && truth == Truth::kUnknown) truth = Truth::kFalse;
  return atom.negated ? Not(truth) : truth;
}

}  // namespace renkei::policy
