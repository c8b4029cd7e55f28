// A sink that remembers, and runs of one source against it, for the tests of node/sources.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "node/base/clock.h"
#include "node/base/mutex.h"
#include "node/net/cancel.h"
#include "node/sources/run.h"
#include "tests/support/http_host.h"
#include "tests/support/misp_event.h"
#include "tests/support/temp_folder.h"

namespace renkei::sources {

class RememberingSink : public Sink {
 public:
  absl::StatusOr<Taken> Take(const config::SourceConfig&, const Item& item) override {
    MutexLock lock(mutex_);
    if (answer) return answer(item);
    items.push_back(item);
    return Taken{.outcome = Outcome::kPublished};
  }
  std::vector<std::string> Keys() const {
    std::vector<std::string> keys;
    for (const Item& item : items) keys.push_back(item.key);
    return keys;
  }

  std::function<absl::StatusOr<Taken>(const Item&)> answer{};
  std::vector<Item> items{};

 private:
  Mutex mutex_;
};

class SourceTest : public testing::Test {
 protected:
  RunResult Run() {
    const StateFile file(folder_.path(), config_);
    state_ = file.Load();
    return RunSource(config_, folder_.path(), clock_, sink_, cancel_, state_);
  }
  // As Run, which must go well.
  Counts Fetch() {
    const RunResult result = Run();
    EXPECT_TRUE(result.status.ok()) << result.status;
    return state_.last;
  }
  std::string Why() { return Message(Run().status); }

  testing_support::TempFolder folder_;
  const SystemClock clock_;
  net::Cancel cancel_;
  RememberingSink sink_;
  SourceState state_;
  config::SourceConfig config_{.name = "test"};
};

using testing_support::EventText;
using testing_support::Uuid;

}  // namespace renkei::sources
