// Which events a target, or a rule of one, asks for.  Pure; thread-safe.
#pragma once

#include "config/push_config.h"
#include "node/push/event.h"

namespace renkei::push {

class Filter {
 public:
  explicit Filter(const config::PushFilter& filter);

  // By kind, circle and severity.
  bool Wants(const Event& event) const;

 private:
  std::vector<policy::Kind> kinds_{};
  std::vector<std::string> circles_{};
  policy::Severity severity_ = policy::Severity::kUnspecified;
};

}  // namespace renkei::push
