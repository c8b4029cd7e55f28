#include "node/push/filter.h"

#include <algorithm>

namespace renkei::push {

Filter::Filter(const config::PushFilter& filter) : circles_(filter.circles) {
  for (const std::string& word : filter.kinds) {
    if (const auto kind = policy::KindFromWord(word)) kinds_.push_back(*kind);
  }
  severity_ = policy::SeverityFromWord(filter.severity).value_or(policy::Severity::kUnspecified);
}

bool Filter::Wants(const Event& event) const {
  const auto holds = [](const auto& list, const auto& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  if (!kinds_.empty() && !holds(kinds_, event.kind)) return false;
  if (event.severity < severity_) return false;
  return circles_.empty() ||
         std::any_of(circles_.begin(), circles_.end(),
                     [&](const std::string& circle) { return holds(event.circles, circle); });
}

}  // namespace renkei::push
