// For each value of each attribute, and each rung, the rules that accept it: one bit a rule.  The
// rules that accept all facts are then found by ANDing a few rows, 64 rules at a time.  Internal to
// policy/.  Immutable once made; thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "policy/facts.h"

namespace renkei::policy {

class RuleIndex {
 public:
  // Rows of one decision: a field has one value, so there are no more than fields.
  struct Rows {
    std::array<const std::uint64_t*, kFields.size()> rows{};
    std::size_t count = 0;
  };

  // The next rule; `values` and `rungs` are those that it accepts.
  void Add(std::uint64_t values, std::uint32_t rungs);
  // After the last one.
  void Finish();

  std::size_t words() const { return words_; }
  // Those of `values` that some rule does not accept.
  Rows RowsOf(std::uint64_t values) const;
  // Of 64 rules, those that accept all values of `rows`.
  std::uint64_t Fixed(const Rows& rows, std::size_t word) const {
    std::uint64_t rules = ~std::uint64_t{0};
    for (std::size_t i = 0; i < rows.count; ++i) rules &= rows.rows[i][word];
    return rules;
  }
  // REQUIRES: 1 <= rung <= kRungMax.
  std::uint64_t AtRung(Rung rung, std::size_t word) const { return by_rung_[rung][word]; }

 private:
  struct Rule {
    std::uint64_t values = 0;
    std::uint32_t rungs = 0;
  };

  std::vector<Rule> rules_;
  std::size_t words_ = 0;
  std::uint64_t restricting_ = 0;  // values that some rule does not accept
  std::array<std::vector<std::uint64_t>, 64> by_value_{};
  std::array<std::vector<std::uint64_t>, kRungMax + 1> by_rung_{};
};

}  // namespace renkei::policy
