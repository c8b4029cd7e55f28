// Policies to begin with, for communities of several kinds: commented, with tests, and with `never`
// and `always` lines that hold.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace renkei::policy {

struct Model {
  std::string_view name{};
  std::string_view summary{};  // one line
};

// In the order in which they are listed.
std::span<const Model> Models();

// The policy of that model in canonical layout, named `community`; empty if there is no such model.
// REQUIRES: `community` matches [a-z0-9.-]{1,64}.
std::string ModelText(std::string_view model, std::string_view community);

}  // namespace renkei::policy
