// A policy made ready for asking: words become numbers, lists become bit sets.  Internal to
// policy/.
//
// There is one evaluator, Evaluate(); what it tells a Trace decides whether it answers or explains.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/ast.h"
#include "policy/marking.h"
#include "policy/policy.h"

namespace renkei::policy {

// Words that rules mention, numbered from 0.
class Dictionary {
 public:
  static constexpr int kOther = -1;    // a word that no rule mentions
  static constexpr int kUnknown = -2;  // no word at all

  int Add(std::string_view word);
  int Find(std::string_view word) const;  // kUnknown if empty
  std::size_t size() const { return numbers_.size(); }
  const std::map<std::string, int, std::less<>>& words() const { return numbers_; }

 private:
  std::map<std::string, int, std::less<>> numbers_;
};

// A set of small numbers.
class NumberSet {
 public:
  void Add(int number);
  bool Contains(int number) const {
    const auto word = static_cast<std::size_t>(number) / 64;
    return number >= 0 && word < words_.size() && (words_[word] >> (number % 64) & 1) != 0;
  }
  bool Meets(const NumberSet& other) const;

 private:
  std::vector<std::uint64_t> words_;
};

enum class Truth : std::uint8_t { kFalse, kTrue, kUnknown };

struct CompiledAtom {
  AtomKind kind = AtomKind::kAnyone;
  bool negated = false;
  bool any_circle = false;             // `in circle` without names
  int value = 0;                       // rung, TLP, PAP, severity
  std::uint32_t enums = 0;             // bit n: the enum's value n is listed
  NumberSet numbers{};                 // listed words, by their dictionary
  std::vector<std::uint32_t> types{};  // RSIT
  const Atom* source = nullptr;        // in the Policy; for explanations
};

struct CompiledRule {
  const Rule* source = nullptr;
  std::vector<CompiledAtom> fixed{};   // the same in every circle
  std::vector<CompiledAtom> circle{};  // of the circle being evaluated
  std::uint64_t bits = 0;

  bool denies() const { return source->kind == RuleKind::kDeny; }
};

struct CompiledPolicy {
  std::shared_ptr<const Policy> policy{};  // outlives the pointers into it
  std::vector<Level> levels{};             // with the charter's rungs
  std::array<Trust, 3> trust{};            // by Attribute; hub only where the file says nothing
  std::vector<CompiledRule> rules{};       // grants and denies of a circle
  std::vector<CompiledRule> everywhere{};
  std::vector<CompiledRule> accepts{};
  Dictionary teams{};
  Dictionary sectors{};
  Dictionary countries{};
  Dictionary tags{};
  Dictionary patterns{};                                            // of circles
  std::map<std::string, NumberSet, std::less<>> circle_patterns{};  // of circles in the file

  const Trust& TrustOf(Attribute attribute) const {
    return trust[static_cast<std::size_t>(attribute)];
  }
};

// REQUIRES: `levels` has the policy's levels in its order.
std::shared_ptr<const CompiledPolicy> Compile(std::shared_ptr<const Policy> policy,
                                              std::vector<Level> levels);

// An attribute of the peer as grants read it (believed) and as denies do (any claim).
struct Claim {
  int believed = Dictionary::kUnknown;
  int claimed = Dictionary::kUnknown;
  Truth same_believed = Truth::kUnknown;  // as the record's victim
  Truth same_claimed = Truth::kUnknown;
};

// What atoms ask of one peer and one record, circle aside.
struct Facts {
  Facts(const CompiledPolicy& policy, const Peer& asking, const Marking& asked);

  const Peer& peer;        // outlives this
  const Marking& marking;  // outlives this
  int team = Dictionary::kUnknown;
  Claim sector{};
  Claim country{};
  std::vector<int> tags{};  // only those that rules mention
  bool unknown_is_false = false;
};

// A circle that peer and record share, in which the peer has a rung.
struct CircleFacts {
  const Membership* membership = nullptr;
  NumberSet patterns{};
  std::uint64_t allowed = 0;
  std::uint64_t denied = 0;
  std::uint64_t header = 0;

  std::uint64_t bits() const { return allowed & ~denied & header; }
};

// In the order of the peer's memberships.  A membership that the policy does not believe, or
// without a rung in 1..14, is none.
std::vector<CircleFacts> CommonCircles(const CompiledPolicy& policy, const Peer& peer,
                                       const Marking& marking);

// What the author's header leaves to a peer at `rung`.
std::uint64_t HeaderBits(const Peer& peer, const Marking& marking, Rung rung);

enum class ReadAs : std::uint8_t { kGrant, kDeny };

// `circle` is empty for atoms that are the same everywhere.
Truth AskAtom(const CompiledAtom& atom, const Facts& facts, const CircleFacts* circle, ReadAs as);

// Hears nothing; rules stop at the first atom that fails.
struct NoTrace {
  static constexpr bool kOn = false;
  void BeginRule(const CompiledRule&) {}
  void FailFixed(const CompiledAtom&) {}
  void BeginCircle(const CircleFacts&) {}
  void FailInCircle(const CompiledAtom&) {}
  void EndCircle(bool /*matched*/) {}
};

// An unknown satisfies no atom of a grant and every atom of a deny.
inline bool Satisfied(Truth truth, ReadAs as) {
  return as == ReadAs::kGrant ? truth == Truth::kTrue : truth != Truth::kFalse;
}

// Asks one rule in every circle; `on_match(circle)` where all its atoms are satisfied.
template <class Trace, class OnMatch>
void AskRule(const CompiledRule& rule, const Facts& facts, std::vector<CircleFacts>& circles,
             Trace& trace, OnMatch on_match) {
  const ReadAs as = rule.denies() ? ReadAs::kDeny : ReadAs::kGrant;
  trace.BeginRule(rule);
  bool fixed = true;
  for (const CompiledAtom& atom : rule.fixed) {
    if (Satisfied(AskAtom(atom, facts, nullptr, as), as)) continue;
    if constexpr (!Trace::kOn) return;
    trace.FailFixed(atom);
    fixed = false;
  }
  for (CircleFacts& circle : circles) {
    trace.BeginCircle(circle);
    bool matched = fixed;
    for (const CompiledAtom& atom : rule.circle) {
      if (Satisfied(AskAtom(atom, facts, &circle, as), as)) continue;
      matched = false;
      if constexpr (!Trace::kOn) break;
      trace.FailInCircle(atom);
    }
    if (matched) on_match(circle);
    trace.EndCircle(matched);
  }
}

// A test in the file asks for the policy's own answer: no header, and what it does not say is
// false.
enum class Purpose : std::uint8_t { kAnswer, kTest };

struct Evaluation {
  std::vector<CircleFacts> circles{};
  std::uint64_t everywhere = 0;  // taken away by `deny everywhere`
  std::uint64_t bits = 0;        // before closure
};

// Bits of the policy, and of the author's header inside each circle, before closure.
template <class Trace>
Evaluation Evaluate(const CompiledPolicy& policy, const Peer& peer, const Marking& marking,
                    Purpose purpose, Trace& trace) {
  Evaluation result{.circles = CommonCircles(policy, peer, marking)};
  if (result.circles.empty()) return result;
  Facts facts(policy, peer, marking);
  facts.unknown_is_false = purpose == Purpose::kTest;
  for (CircleFacts& circle : result.circles) {
    circle.header =
        purpose == Purpose::kTest ? Mask::kAll : HeaderBits(peer, marking, circle.membership->rung);
  }
  for (const CompiledRule& rule : policy.rules) {
    AskRule(rule, facts, result.circles, trace, [&](CircleFacts& circle) {
      (rule.denies() ? circle.denied : circle.allowed) |= rule.bits;
    });
  }
  for (const CompiledRule& rule : policy.everywhere) {
    AskRule(rule, facts, result.circles, trace,
            [&](CircleFacts&) { result.everywhere |= rule.bits; });
  }
  for (const CircleFacts& circle : result.circles) result.bits |= circle.bits();
  result.bits &= ~result.everywhere;
  return result;
}

}  // namespace renkei::policy
