#include "policy/diff_rules.h"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

namespace renkei::policy {
namespace {

// Circles in which `answered` lets `bit` through, before closure and `deny everywhere`.
bool GivesIn(const Answered& answered, const Membership* membership, std::uint64_t bit) {
  return std::any_of(answered.evaluation.circles.begin(), answered.evaluation.circles.end(),
                     [&](const CircleFacts& circle) {
                       return circle.membership == membership && (circle.bits() & bit) != 0;
                     });
}

bool Matches(const Answered& answered, const CompiledRule& rule, const Membership* membership,
             std::uint64_t bit) {
  return std::any_of(answered.hits.begin(), answered.hits.end(), [&](const Hit& hit) {
    const CompiledRule& other = answered.RuleOf(hit);
    const bool here = hit.everywhere || hit.membership == membership;
    return here && (other.bits & bit) != 0 && other.denies() == rule.denies() &&
           other.source->name.text == rule.source->name.text;
  });
}

void AddRule(std::vector<DiffRule>& rules, const CompiledRule& rule, bool gone) {
  DiffRule named{.rule = rule.source->name.text,
                 .line = rule.source->name.place.line,
                 .denies = rule.denies(),
                 .gone = gone};
  if (std::find(rules.begin(), rules.end(), named) == rules.end()) {
    rules.push_back(std::move(named));
  }
}

}  // namespace

Answered Ask(const CompiledPolicy& policy, const Peer& peer, const Facts& of_peer,
             const Marking& marking, const Facts& of_record, std::vector<Hit>& hits) {
  hits.clear();
  HitTrace trace{hits};
  Answered answered{.policy = policy, .hits = hits};
  answered.evaluation = EvaluateWith(policy, peer, marking, Purpose::kAnswer, trace, [&] {
    Facts facts = of_record;
    facts.values |= of_peer.values;
    facts.lists.Add(of_peer.lists);
    AddBoth(facts, policy.words, peer, marking, Purpose::kAnswer);
    return facts;
  });
  answered.bits = ClosedBits(answered.evaluation.bits, marking);
  return answered;
}

void PutBytes(std::string& story, std::uint64_t number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  story.append(bytes, sizeof bytes);
}

void PutStory(std::string& story, const Answered& answered, const Peer& peer) {
  const auto index = [&](const Membership* membership) {
    return static_cast<std::uint64_t>(membership - peer.circles.data());
  };
  PutBytes(story, answered.evaluation.circles.size());
  for (const CircleFacts& circle : answered.evaluation.circles) {
    PutBytes(story, index(circle.membership));
    PutBytes(story, circle.bits());
  }
  for (const Hit& hit : answered.hits) {
    PutBytes(story, std::uint64_t{hit.rule} << 33 | std::uint64_t{hit.everywhere} << 32 |
                        index(hit.membership));
  }
  PutBytes(story, ~std::uint64_t{0});
}

std::vector<DiffRule> RulesFor(const Answered& with, const Answered& without, std::uint64_t bit,
                               bool gain) {
  std::vector<DiffRule> rules;
  std::vector<const CompiledRule*> givers;
  for (const Hit& hit : with.hits) {
    const CompiledRule& rule = with.RuleOf(hit);
    const bool gives =
        !rule.denies() && (rule.bits & bit) != 0 && GivesIn(with, hit.membership, bit);
    if (!gives) continue;
    givers.push_back(&rule);
    if (!Matches(without, rule, hit.membership, bit)) AddRule(rules, rule, /*gone=*/!gain);
  }
  for (const Hit& hit : without.hits) {
    const CompiledRule& rule = without.RuleOf(hit);
    const bool takes = rule.denies() && (rule.bits & bit) != 0 &&
                       (hit.everywhere || GivesIn(with, hit.membership, bit));
    if (takes && !Matches(with, rule, hit.membership, bit)) AddRule(rules, rule, /*gone=*/gain);
  }
  // Closure alone: what gives it in one is there in both.
  if (rules.empty()) {
    for (const CompiledRule* rule : givers) AddRule(rules, *rule, /*gone=*/!gain);
  }
  std::sort(rules.begin(), rules.end(), [](const DiffRule& a, const DiffRule& b) {
    return std::tie(a.gone, a.rule) < std::tie(b.gone, b.rule);
  });
  return rules;
}

}  // namespace renkei::policy
