#include "policy/line_prover.h"

#include <algorithm>
#include <bit>
#include <set>

#include <fmt/format.h>

#include "policy/explain.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

constexpr int kExistBit = 32;
constexpr std::size_t kMissesTold = 3;  // denies that miss a leak

int LowestBit(std::uint64_t bits) { return std::countr_zero(bits); }
std::uint64_t Mask1(int bit) { return std::uint64_t{1} << bit; }

// What a bit needs besides itself, by closure (policy/marking.h).
std::uint64_t NeedsOf(int bit) {
  if (bit == kExistBit) return 0;
  const bool relay = bit >= kSectionCount && bit < 2 * kSectionCount;
  return Mask::kExist | (relay ? Mask1(bit - kSectionCount) : 0);
}

std::uint64_t NeedsOfAll(std::uint64_t bits) {
  std::uint64_t needs = 0;
  for (std::uint64_t rest = bits; rest != 0; rest &= rest - 1) needs |= NeedsOf(LowestBit(rest));
  return needs;
}

}  // namespace

// Which rules give or take the bit: bits alike in this are given together or not at all.
std::vector<bool> LineProver::RulesOf(int bit) const {
  std::vector<bool> rules;
  for (const CompiledPolicy* policy : policies_) {
    for (const auto* set : {&policy->rules, &policy->everywhere}) {
      for (const CompiledRule& rule : set->rules) rules.push_back((rule.bits & Mask1(bit)) != 0);
    }
  }
  return rules;
}

std::uint64_t LineProver::OneOfEach(std::uint64_t bits) const {
  std::set<std::vector<bool>> seen;
  std::uint64_t kept = 0;
  for (std::uint64_t rest = bits; rest != 0; rest &= rest - 1) {
    const int bit = LowestBit(rest);
    if (seen.insert(RulesOf(bit)).second) kept |= Mask1(bit);
  }
  return kept;
}

std::vector<int> LineProver::BitsToAsk(std::uint64_t bits) const {
  std::set<std::vector<bool>> seen;
  std::vector<int> asked;
  for (std::uint64_t rest = bits; rest != 0; rest &= rest - 1) {
    const int bit = LowestBit(rest);
    std::vector<bool> key = RulesOf(bit);
    for (std::uint64_t needs = NeedsOf(bit); needs != 0; needs &= needs - 1) {
      const std::vector<bool> more = RulesOf(LowestBit(needs));
      key.insert(key.end(), more.begin(), more.end());
    }
    key.push_back((line_.asked() & Mask1(bit)) != 0);
    if (seen.insert(std::move(key)).second) asked.push_back(bit);
  }
  return asked;
}

Searches::Search& Searches::With(std::size_t slots) {
  Search& search = by_slots_[slots];
  if (search.world != nullptr) return search;
  search.world = std::make_unique<World>(policies_, conditions_, slots);
  search.solver = solvers_.For(*search.world);
  return search;
}

std::vector<int> LineProver::Conditions(const World& world) const {
  if (line_.narrower()) return {};
  const auto first =
      world.conditions().begin() + static_cast<std::ptrdiff_t>(line_.first_condition);
  std::vector<int> literals(
      first, first + static_cast<std::ptrdiff_t>(line_.assertion->conditions.size()));
  std::erase(literals, -1);
  return literals;
}

Question LineProver::BaseQuestion(std::uint64_t given, std::uint64_t needs,
                                  std::size_t slots) const {
  Question question;
  std::vector<std::size_t> all;
  for (std::size_t slot = 0; slot < slots; ++slot) all.push_back(slot);
  for (std::uint64_t rest = OneOfEach(given); rest != 0; rest &= rest - 1) {
    question.given.push_back({.policy = 0, .bit = LowestBit(rest), .slots = {0}});
  }
  for (std::uint64_t rest = OneOfEach(needs & ~given); rest != 0; rest &= rest - 1) {
    question.given.push_back({.policy = 0, .bit = LowestBit(rest), .slots = all});
  }
  return question;
}

// The ways in which a bit breaks the line, where peer and record share at most `slots` circles.
std::vector<Question> LineProver::QuestionsFor(int bit, std::size_t slots) const {
  const std::uint64_t given = line_.asked() | (line_.always() ? 0 : Mask1(bit));
  Question question = BaseQuestion(given, NeedsOfAll(given), slots);
  std::vector<std::size_t> all;
  for (std::size_t slot = 0; slot < slots; ++slot) all.push_back(slot);
  if (line_.always() || line_.narrower()) {
    const std::size_t policy = line_.narrower() ? 1 : 0;
    // What must be given can't be missing, nor what every rule treats like it.
    std::set<std::vector<bool>> sure;
    for (std::uint64_t rest = policy == 0 ? given | NeedsOfAll(given) : 0; rest != 0;
         rest &= rest - 1) {
      sure.insert(RulesOf(LowestBit(rest)));
    }
    for (std::uint64_t rest = Mask1(bit) | NeedsOf(bit); rest != 0; rest &= rest - 1) {
      if (sure.count(RulesOf(LowestBit(rest))) != 0) continue;
      question.missing.push_back({.policy = policy, .bit = LowestBit(rest), .slots = all});
    }
    if (question.missing.empty()) return {};
    return {question};
  }
  if (slots == 1) return {question};
  // Best a peer that gets the bit by this circle alone.
  Question alone = question;
  alone.missing.push_back({.policy = 0, .bit = bit, .slots = {all.begin() + 1, all.end()}});
  return {alone, question};
}

LineProver::Verdict LineProver::Ask(std::size_t slots, const Question& question, Proof& proof) {
  Searches::Search& search = searches_.With(slots);
  Question asked = question;
  asked.literals = Conditions(*search.world);
  Found found = search.solver->Solve(asked);
  if (found.outcome == Found::Outcome::kNobody) return Verdict::kHolds;
  if (found.outcome == Found::Outcome::kGaveUp) {
    proof.why = std::move(found.why);
    return Verdict::kUnknown;
  }
  if (!Holds(*search.world, asked, found.assignment)) {
    proof.why =
        fmt::format("engine {} answered what the rules do not bear out", ToWord(options_.engine));
    return Verdict::kUnknown;
  }
  const Assignment plain = Simplified(*search.world, asked, std::move(found.assignment));
  return Tell(*search.world, plain, proof) ? Verdict::kBroken : Verdict::kUnknown;
}

LineProver::Verdict LineProver::AskAbout(int bit, Proof& proof) {
  const std::uint64_t given = line_.asked() | (line_.always() ? 0 : Mask1(bit));
  const std::uint64_t needs = OneOfEach(NeedsOfAll(given) & ~given);
  // First without what closure needs: if no circle's rules give it (or, for `narrower`, give what
  // the other's don't), nothing more is to be asked.
  Question first = BaseQuestion(given, 0, 1);
  if (line_.narrower()) first.missing.push_back({.policy = 1, .bit = bit, .slots = {0}});
  if (needs != 0 || line_.narrower()) {
    Searches::Search& search = searches_.With(1);
    first.literals = Conditions(*search.world);
    if (search.solver->Solve(first).outcome == Found::Outcome::kNobody) return Verdict::kHolds;
  }
  for (const std::size_t slots :
       {std::size_t{1}, 1 + static_cast<std::size_t>(std::popcount(needs))}) {
    if (slots > 1 && needs == 0) break;
    for (const Question& question : QuestionsFor(bit, slots)) {
      const Verdict verdict = Ask(slots, question, proof);
      if (verdict != Verdict::kHolds) return verdict;
    }
  }
  return Verdict::kHolds;
}

// What of the line's bits is given (or missing) against it, by the evaluator itself.
std::uint64_t LineProver::BrokenBits(const Situation& situation) const {
  const Explanation said = evaluators_[0]->Explain(situation.peer, situation.marking);
  const std::uint64_t answer = said.mask.bits();
  if (line_.narrower()) {
    return answer & ~evaluators_[1]->Decide(situation.peer, situation.marking).bits();
  }
  std::uint64_t here = 0;
  for (const CircleExplanation& circle : said.circles) {
    if (circle.circle == situation.circle) here = circle.bits & answer;
  }
  if ((line_.asked() & ~here) != 0) return 0;
  const CompiledPolicy& policy = *policies_[0];
  const Facts facts = FactsOf(policy.words, situation.peer, situation.marking, Purpose::kAnswer);
  for (const CircleFacts& circle : CommonCircles(policy, situation.peer, situation.marking)) {
    if (circle.membership->circle != situation.circle) continue;
    for (const CompiledAssertion::Condition& condition : line_.assertion->conditions) {
      const Need& need = condition.atom.need;
      const bool holds = MeetsFixed(policy, need, facts) && MeetsInCircle(policy, need, circle);
      if (holds == condition.negated) return 0;
    }
  }
  return line_.assertion->source->bits & (line_.always() ? ~answer : here);
}

// Empty if the pasted test fails.
std::string LineProver::Confirm(const std::string& paste) const {
  const ParseResult parsed = Parse(Print(*policies_[0]->policy) + paste, "counterexample");
  if (parsed.policy == nullptr) {
    return fmt::format("the counterexample can't be pasted: {}", ToString(parsed.problems.front()));
  }
  const absl::StatusOr<Evaluator> evaluator = Evaluator::Make(parsed.policy, options_.rungs);
  if (!evaluator.ok()) return Message(evaluator.status());
  const std::vector<TestResult> results = evaluator->RunTests();
  if (results.empty() || results.back().passed) return "the test of the counterexample passes";
  return "";
}

// What gives the bits in this circle and which denies miss them; or what withholds them.
std::string LineProver::Explained(const Situation& situation, std::uint64_t bits) const {
  Tracer trace;
  Evaluate(*policies_[0], situation.peer, situation.marking, Purpose::kAnswer, trace);
  std::vector<std::string> parts;
  std::size_t misses = 0;
  for (const Outcome& outcome : trace.outcomes()) {
    const bool here = outcome.membership->circle == situation.circle || line_.always();
    // Another circle may give what closure needs.
    const std::uint64_t told = here ? bits : NeedsOfAll(bits) & ~bits;
    const CompiledRule& rule = *outcome.rule;
    if ((rule.bits & told) == 0) continue;
    const std::string name = fmt::format("{} {} (line {})", rule.denies() ? "deny" : "grant",
                                         rule.source->name.text, rule.source->name.place.line);
    if (outcome.matched && rule.denies() == line_.always()) {
      parts.push_back(fmt::format("in {}: {} {} {}", outcome.membership->circle, name,
                                  rule.denies() ? "forbids" : "allows",
                                  ActionsText(rule.bits & told)));
    } else if (here && !outcome.matched && rule.denies() && !line_.always() &&
               misses < kMissesTold) {
      ++misses;
      std::vector<std::string> unmet;
      for (const CompiledAtom* atom : outcome.unmet) unmet.push_back(AtomText(*atom->source));
      parts.push_back(fmt::format("{} would need `{}`", name, fmt::join(unmet, "` and `")));
    }
  }
  if (parts.empty() && line_.always()) {
    return fmt::format("no grant allows {}", ActionsText(bits));
  }
  return fmt::format("{}", fmt::join(parts, "; "));
}

bool LineProver::Tell(const World& world, const Assignment& assignment, Proof& proof) const {
  const Situation situation = SituationOf(world, policies_, assignment);
  const std::uint64_t bits = BrokenBits(situation);
  std::string paste = PasteText(situation, line_.title, line_.always(), bits);
  if (bits == 0) {
    proof.why = fmt::format("the evaluator does not confirm: {}", paste);
    return false;
  }
  proof.why = Confirm(paste);
  if (!proof.why.empty()) return false;
  proof.counterexample = std::move(paste);
  proof.explanation = Explained(situation, bits);
  return true;
}

void LineProver::Prove(Proof& proof) {
  const std::uint64_t bits = line_.narrower() ? Mask::kAll : line_.assertion->source->bits;
  proof.result = Proof::Result::kProved;
  for (const int bit : BitsToAsk(bits)) {
    const Verdict verdict = AskAbout(bit, proof);
    if (verdict == Verdict::kHolds) continue;
    proof.result = verdict == Verdict::kBroken ? Proof::Result::kRefuted : Proof::Result::kUnknown;
    return;
  }
}

}  // namespace renkei::policy
