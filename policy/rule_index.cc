#include "policy/rule_index.h"

#include <bit>

namespace renkei::policy {

void RuleIndex::Add(std::uint64_t values, std::uint32_t rungs) {
  rules_.push_back({values, rungs});
}

void RuleIndex::Finish() {
  words_ = (rules_.size() + 63) / 64;
  for (auto& row : by_value_) row.assign(words_, 0);
  for (auto& row : by_rung_) row.assign(words_, 0);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const std::uint64_t bit = std::uint64_t{1} << (i % 64);
    restricting_ |= ~rules_[i].values;
    for (std::size_t value = 0; value < by_value_.size(); ++value) {
      if ((rules_[i].values >> value & 1) != 0) by_value_[value][i / 64] |= bit;
    }
    // A rung that none has stays empty, so bits beyond the last rule never match.
    for (Rung rung = 1; rung <= kRungMax; ++rung) {
      if ((rules_[i].rungs >> rung & 1) != 0) by_rung_[rung][i / 64] |= bit;
    }
  }
  rules_.clear();
  rules_.shrink_to_fit();
}

RuleIndex::Rows RuleIndex::RowsOf(std::uint64_t values) const {
  Rows rows;
  for (std::uint64_t rest = values & restricting_; rest != 0; rest &= rest - 1) {
    if (rows.count == rows.rows.size()) break;  // facts have one value of each field
    rows.rows[rows.count++] = by_value_[static_cast<std::size_t>(std::countr_zero(rest))].data();
  }
  return rows;
}

}  // namespace renkei::policy
