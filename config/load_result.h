// What a loader answers: the value, or every mistake found in the file.
#pragma once

#include <optional>

#include "node/base/problem.h"

namespace renkei::config {

// `value` is there exactly if `problems` is empty.
template <class T>
struct LoadResult {
  std::optional<T> value{};
  Problems problems{};  // in the order of the file
};

}  // namespace renkei::config
