// Words of the enums that belong to records alone.
#include <array>
#include <utility>

#include "node/record/anonymized_draft.h"
#include "node/record/correlation.h"
#include "node/record/draft.h"

namespace renkei::record {
namespace {

constexpr std::array<std::pair<WithdrawalReason, std::string_view>, 5> kReasons = {{
    {WithdrawalReason::kMistake, "mistake"},
    {WithdrawalReason::kFalsePositive, "false-positive"},
    {WithdrawalReason::kSuperseded, "superseded"},
    {WithdrawalReason::kLegal, "legal"},
    {WithdrawalReason::kAudienceNarrowed, "audience-narrowed"},
}};
constexpr std::array<std::pair<Correlation, std::string_view>, 3> kCorrelations = {{
    {Correlation::kNone, "none"},
    {Correlation::kNames, "names"},
    {Correlation::kSubnets, "subnets"},
}};

}  // namespace

std::string_view ToWord(Correlation correlation) {
  for (const auto& [value, word] : kCorrelations) {
    if (value == correlation) return word;
  }
  return "none";
}

std::optional<Correlation> CorrelationFromWord(std::string_view word) {
  for (const auto& [value, name] : kCorrelations) {
    if (name == word) return value;
  }
  return std::nullopt;
}

std::string_view ToWord(WithdrawalReason reason) {
  for (const auto& [value, word] : kReasons) {
    if (value == reason) return word;
  }
  return "unspecified";
}

std::optional<WithdrawalReason> WithdrawalReasonFromWord(std::string_view word) {
  for (const auto& [value, name] : kReasons) {
    if (name == word) return value;
  }
  return std::nullopt;
}

SectionMask AnonymizedDraft::present() const {
  SectionMask mask = 0;
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    if (sections_[i]) mask = static_cast<SectionMask>(mask | (1U << i));
  }
  return mask;
}

}  // namespace renkei::record
