#include "policy/explain.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "policy/words.h"

namespace renkei::policy {
namespace {

constexpr std::size_t kNearestMax = 3;

std::string LevelAt(const CompiledPolicy& policy, Rung rung) {
  std::string name;
  for (const Level& level : policy.levels) {
    if (level.rung <= rung) name = level.name;
  }
  return name;
}

std::string NeedText(const CompiledPolicy& policy, Rung nibble) {
  if (nibble == kRecipientsOnly) return "recipient";
  for (const Level& level : policy.levels) {
    if (level.rung == nibble) return "level >= " + level.name;
  }
  return fmt::format("rung >= {}", nibble);
}

std::string HaveLevel(const CompiledPolicy& policy, Rung rung) {
  const std::string level = LevelAt(policy, rung);
  return level.empty() ? fmt::format("you have rung {}", rung) : "you have " + level;
}

std::string HaveAttribute(std::string_view what, const std::string& value, bool believed,
                          const std::vector<std::string>* of_record) {
  if (value.empty()) return fmt::format("your {} is unknown", what);
  if (!believed) return fmt::format("your {} `{}` is not vouched for", what, value);
  if (of_record == nullptr) return fmt::format("you have {}", value);
  if (of_record->empty()) return fmt::format("the record names no {}", what);
  return fmt::format("yours is {}, the record's {}", value, fmt::join(*of_record, " "));
}

std::string HaveOfRecord(const Atom& atom, const Marking& record) {
  switch (atom.kind) {
    case AtomKind::kTlpAtMost:
    case AtomKind::kTlpAtLeast:
      return fmt::format("the record is {}", ToWord(record.tlp));
    case AtomKind::kPapAtMost:
    case AtomKind::kPapAtLeast:
      return fmt::format("the record is {}", ToWord(record.pap));
    case AtomKind::kKindIn:
      return fmt::format("the record is {}", ToWord(record.kind));
    case AtomKind::kTypeIn:
      return fmt::format("the record is {}", RsitWord(record.type));
    case AtomKind::kSourceIn:
      return fmt::format("the record is {}", ToWord(record.source));
    case AtomKind::kSeverityAtLeast:
      return fmt::format("the record is {}", ToWord(record.severity));
    case AtomKind::kTagIn:
      if (record.tags.empty()) return "the record has no tags";
      return fmt::format("the record has {}", fmt::join(record.tags, " "));
    default:
      return "";
  }
}

// What peer and record have where `atom` asks for something else.
std::string HaveText(const CompiledPolicy& policy, const Atom& atom, const Peer& peer,
                     const Marking& record, const Membership& in) {
  const auto believes = [&](Attribute attribute, const AssertedBy& by) {
    return policy.TrustOf(attribute).Believes(by);
  };
  const bool sector = believes(Attribute::kSector, peer.sector_by);
  const bool country = believes(Attribute::kCountry, peer.country_by);
  switch (atom.kind) {
    case AtomKind::kLevelAtLeast:
    case AtomKind::kLevelBelow:
      return HaveLevel(policy, in.rung);
    case AtomKind::kInCircle:
      return "this is " + in.circle;
    case AtomKind::kSameSector:
      return HaveAttribute("sector", peer.sector, sector, &record.sectors);
    case AtomKind::kSameCountry:
      return HaveAttribute("country", peer.country, country, &record.countries);
    case AtomKind::kSectorIn:
      return HaveAttribute("sector", peer.sector, sector, nullptr);
    case AtomKind::kCountryIn:
      return HaveAttribute("country", peer.country, country, nullptr);
    case AtomKind::kPeerIn:
      if (peer.kind == PeerKind::kUnspecified) return "your kind of peer is unknown";
      return fmt::format("you are {}", ToWord(peer.kind));
    case AtomKind::kTeamIn:
      return peer.team.empty() ? "your team is unknown" : "you are " + peer.team;
    case AtomKind::kRecipient:
      return "you are no recipient";
    case AtomKind::kOwn:
      return "you are not its named author";
    default:
      return HaveOfRecord(atom, record);
  }
}

RuleHit HitOf(const CompiledRule& rule) {
  return {.rule = rule.source->name.text, .line = rule.source->name.place.line, .bits = rule.bits};
}

void AddOnce(std::vector<RuleHit>& hits, RuleHit hit) {
  if (std::find(hits.begin(), hits.end(), hit) == hits.end()) hits.push_back(std::move(hit));
}

std::vector<HeaderLimit> LimitsOf(const CompiledPolicy& policy, const Marking& marking,
                                  const CircleFacts& circle) {
  const std::uint64_t taken = circle.allowed & ~circle.denied & ~circle.header;
  std::vector<HeaderLimit> limits;
  if ((taken & Mask::kExist) != 0) {
    limits.push_back({"exist", NeedText(policy, marking.min_level), Mask::kExist});
  }
  for (std::size_t i = 0; i < marking.section_levels.size(); ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    if ((taken & bit) == 0) continue;
    limits.push_back({ActionsText(bit), NeedText(policy, marking.section_levels[i]), bit});
  }
  if ((taken & Mask::kRelay) != 0) {
    limits.push_back({"relay", "relay = circle or free", taken & Mask::kRelay});
  }
  return limits;
}

std::vector<CircleExplanation> CirclesOf(const CompiledPolicy& policy, const Marking& marking,
                                         const Evaluation& evaluation, const Tracer& trace) {
  std::vector<CircleExplanation> circles;
  for (const CircleFacts& circle : evaluation.circles) {
    CircleExplanation said{.circle = circle.membership->circle,
                           .rung = circle.membership->rung,
                           .level = LevelAt(policy, circle.membership->rung),
                           .limits = LimitsOf(policy, marking, circle),
                           .bits = circle.bits()};
    for (const Outcome& outcome : trace.outcomes()) {
      const bool here = outcome.matched && outcome.membership == circle.membership;
      if (!here || outcome.rule->source->everywhere) continue;
      (outcome.rule->denies() ? said.denies : said.grants).push_back(HitOf(*outcome.rule));
    }
    circles.push_back(std::move(said));
  }
  return circles;
}

// Words for what closure took: `open` is the answer before it.
std::vector<std::string> ClosureText(const Evaluation& evaluation, const Marking& marking,
                                     std::uint64_t bit) {
  const std::uint64_t open = evaluation.bits;
  if ((open & bit) == 0) return {};
  if ((open & Mask::kExist) == 0) return {"nothing is seen of a record not known to exist"};
  const auto see = static_cast<SectionMask>(open & Mask::kSee);
  const auto missing = static_cast<SectionMask>(marking.must_disclose & ~see);
  if (missing == 0) return {};
  return {fmt::format("the author wants {} shown with the rest, or nothing",
                      ActionsText(missing).substr(std::string_view("see ").size()))};
}

Withheld WithheldOf(const CompiledPolicy& policy, const Peer& peer, const Marking& marking,
                    const Evaluation& evaluation, const Tracer& trace, std::uint64_t bit) {
  Withheld withheld{.action = ActionsText(bit)};
  bool granted = false;
  for (const CircleFacts& circle : evaluation.circles) {
    if ((circle.allowed & bit) == 0) continue;
    granted = true;
    const bool by_header = (circle.denied & bit) == 0 && (circle.header & bit) == 0;
    if (!by_header) continue;
    for (const HeaderLimit& limit : LimitsOf(policy, marking, circle)) {
      if ((limit.bits & bit) == 0) continue;
      withheld.limits.push_back(fmt::format("in {} its author asks for {}; {}",
                                            circle.membership->circle, limit.needs,
                                            HaveLevel(policy, circle.membership->rung)));
    }
  }
  for (const Outcome& outcome : trace.outcomes()) {
    const bool took = outcome.matched && outcome.rule->denies() && (outcome.rule->bits & bit) != 0;
    if (took && granted) AddOnce(withheld.denied_by, HitOf(*outcome.rule));
  }
  for (std::string& text : ClosureText(evaluation, marking, bit)) {
    withheld.limits.push_back(std::move(text));
  }
  if (!granted) withheld.nearest = Nearest(policy, peer, marking, trace, bit);
  return withheld;
}

// What a peer is or is not: nothing that it could earn or the record could say.  A rule that asks
// for less of that is nearer, however much else it asks for.
bool AsksForRole(const Atom& atom) {
  return atom.kind == AtomKind::kOwn || atom.kind == AtomKind::kRecipient ||
         atom.kind == AtomKind::kPeerIn || atom.kind == AtomKind::kTeamIn;
}

struct RankedRule {
  std::size_t roles = 0;
  NearRule near{};
};

// The circles of a record, for a peer that shares none of them in a way that counts.
std::string NoCircleText(const Peer& peer, const Marking& marking) {
  if (marking.circles.empty()) return "the record names no circle, so nobody sees it";
  for (const Membership& membership : peer.circles) {
    const auto& names = marking.circles;
    if (std::find(names.begin(), names.end(), membership.circle) == names.end()) continue;
    return fmt::format("the peer has no level in {} that this policy believes", membership.circle);
  }
  return fmt::format("no circle in common: the record is for {}", fmt::join(marking.circles, ", "));
}

}  // namespace

std::vector<NearRule> Nearest(const CompiledPolicy& policy, const Peer& peer,
                              const Marking& marking, const Tracer& trace, std::uint64_t bits) {
  std::vector<RankedRule> ranked;
  for (const Outcome& outcome : trace.outcomes()) {
    const bool accept = outcome.rule->source->kind == RuleKind::kAccept;
    const bool gives = accept || (!outcome.rule->denies() && (outcome.rule->bits & bits) != 0);
    if (outcome.matched || !gives) continue;
    NearRule near{.rule = outcome.rule->source->name.text,
                  .line = outcome.rule->source->name.place.line,
                  .circle = outcome.membership->circle};
    std::size_t roles = 0;
    for (const CompiledAtom* atom : outcome.unmet) {
      near.unmet.push_back({AtomText(*atom->source),
                            HaveText(policy, *atom->source, peer, marking, *outcome.membership)});
      if (AsksForRole(*atom->source)) ++roles;
    }
    ranked.push_back({roles, std::move(near)});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const RankedRule& a, const RankedRule& b) {
    return std::make_pair(a.roles, a.near.unmet.size()) <
           std::make_pair(b.roles, b.near.unmet.size());
  });
  std::vector<NearRule> nearest;
  for (RankedRule& one : ranked) {
    if (nearest.size() < kNearestMax) nearest.push_back(std::move(one.near));
  }
  return nearest;
}

Explanation Describe(const CompiledPolicy& policy, const Peer& peer, const Marking& marking,
                     const Evaluation& evaluation, const Tracer& trace, Mask mask) {
  Explanation said{.mask = mask, .circles = CirclesOf(policy, marking, evaluation, trace)};
  for (const Outcome& outcome : trace.outcomes()) {
    if (outcome.matched && outcome.rule->source->everywhere) {
      AddOnce(said.everywhere, HitOf(*outcome.rule));
    }
  }
  if (evaluation.circles.empty()) said.notes.push_back(NoCircleText(peer, marking));
  if (!mask.exist()) {
    said.withheld.push_back(WithheldOf(policy, peer, marking, evaluation, trace, Mask::kExist));
  }
  for (int i = 0; i < kSectionCount; ++i) {
    const auto section = static_cast<SectionId>(i);
    const bool spare = section == SectionId::kSpare0 || section == SectionId::kSpare14;
    if (spare || mask.Sees(section)) continue;
    Withheld withheld = WithheldOf(policy, peer, marking, evaluation, trace, std::uint64_t{1} << i);
    withheld.section = section;
    said.withheld.push_back(std::move(withheld));
  }
  return said;
}

}  // namespace renkei::policy
