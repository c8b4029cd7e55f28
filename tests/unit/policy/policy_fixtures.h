// What the policy's tests share: a parser that fails loudly, short ways to say a peer and a record.
#pragma once

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/policy.h"

namespace renkei::policy {

inline constexpr Rung kListed = 4;
inline constexpr Rung kAccredited = 8;
inline constexpr Rung kCertified = 12;

inline std::string ToText(const Problems& problems) {
  std::string text;
  for (const Problem& problem : problems) text += ToString(problem) + "\n";
  return text;
}

// Ends the test program if `text` has a mistake: then no test means anything.
inline std::shared_ptr<const Policy> MustParse(const std::string& text) {
  ParseResult result = Parse(text, "test.policy");
  if (result.policy == nullptr) {
    std::cerr << ToText(result.problems) << "\n" << text << "\n";
    std::abort();
  }
  return result.policy;
}

// `rules` under a header with three levels and four circles.
inline std::string WithHeader(const std::string& rules) {
  return "policy \"test\" version 1\n"
         "levels listed < accredited < certified\n"
         "circles energy, finance, energy-gas, national\n" +
         rules;
}

inline Evaluator MustMake(const std::string& rules, const std::map<std::string, Rung>& rungs = {}) {
  absl::StatusOr<Evaluator> made = Evaluator::Make(MustParse(WithHeader(rules)), rungs);
  if (!made.ok()) {
    std::cerr << Message(made.status()) << "\n";
    std::abort();
  }
  return *std::move(made);
}

// A member of energy at `rung`.
inline Peer Member(Rung rung = kListed) {
  return {
      .team = "alpha", .kind = PeerKind::kMember, .circles = {{.circle = "energy", .rung = rung}}};
}

// A green record for energy that limits nothing.
inline Marking Green() {
  return {.kind = Kind::kIncident,
          .tlp = Tlp::kGreen,
          .pap = Pap::kGreen,
          .source = SourceMode::kAttributed,
          .relay = Relay::kFree,
          .severity = Severity::kMedium,
          .type = *RsitFromWord("fraud/phishing"),
          .circles = {"energy"}};
}

template <class T, class Change>
T With(T value, Change change) {
  change(value);
  return value;
}

// The answer as words.
inline std::string Answer(const Evaluator& evaluator, const Peer& peer, const Marking& marking) {
  return ActionsText(evaluator.Decide(peer, marking).bits());
}

}  // namespace renkei::policy
