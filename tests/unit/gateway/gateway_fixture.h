// A gateway over the store of a hub in this process, asked without a network.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "node/base/encoding.h"
#include "node/gateway/gateway.h"
#include "tests/support/feed_rig.h"

namespace renkei::gateway {

using testing_support::FeedRig;
using testing_support::SampleDraft;

inline constexpr char kListedFacts[] = "level=listed circles={members}";

// What readers of HTTP are shown, and what happens just before it is read or written.
class Meddled : public store::ShownStore {
 public:
  explicit Meddled(store::ShownStore& real) : real_(real) {}

  // Runs `what` once, before call number `call` from now on, of 1 and up; whatever it asks here
  // itself does not count.
  void Before(int call, std::function<void()> what) {
    left_ = call;
    what_ = std::move(what);
  }
  bool waits() const { return left_ > 0; }

  absl::Status ReadShown(
      const std::function<absl::Status(const store::Reader&, const store::ShownReader&)>& query)
      const override {
    Called();
    return real_.ReadShown(query);
  }
  absl::Status CommitShown(
      std::function<absl::Status(store::Writer&, store::ShownWriter&)> work) override {
    Called();
    return real_.CommitShown(std::move(work));
  }
  std::uint64_t changes() const override { return real_.changes(); }

 private:
  void Called() const {
    if (left_ == 0 || --left_ > 0) return;
    // It may say what happens next.
    std::exchange(what_, {})();
  }

  store::ShownStore& real_;
  mutable int left_ = 0;
  mutable std::function<void()> what_;
};

class GatewayFixture : public testing::Test {
 protected:
  GatewayFixture() { EXPECT_TRUE(gateway_.Start({}, "").ok()); }

  std::string Token(const std::string& name, const std::string& see = "",
                    std::vector<Scope> scopes = {Scope::kLists, Scope::kTaxii}) {
    auto text = gateway_.tokens().Make({.name = name, .scopes = std::move(scopes), .see = see});
    EXPECT_TRUE(text.ok()) << text.status();
    return text.ok() ? *text : "";
  }
  Response Ask(const std::string& method, const std::string& target, const std::string& token,
               std::map<std::string, std::string> headers = {}) {
    if (!token.empty()) headers["authorization"] = "Bearer " + token;
    return gateway_.Handle({.method = method, .target = target, .headers = std::move(headers)});
  }
  Response Get(const std::string& target, const std::string& token,
               std::map<std::string, std::string> headers = {}) {
    return Ask("GET", target, token, std::move(headers));
  }
  static std::string Body(const Response& response) {
    return response.body == nullptr ? "" : *response.body;
  }
  static std::string HeaderOf(const Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }
  record::RecordId Publish(const record::Draft& draft = SampleDraft()) {
    const auto published = rig_.author.publisher->Publish(draft, {});
    EXPECT_TRUE(published.ok()) << published.status();
    EXPECT_EQ(rig_.Push(rig_.author, "alpha").back(), absl::StatusCode::kOk);
    return published->id;
  }
  void Withdraw(const record::RecordId& id) {
    ASSERT_TRUE(rig_.author.publisher->Withdraw(id, record::WithdrawalReason::kMistake).ok());
    rig_.Push(rig_.author, "alpha");
  }
  // As SampleDraft, with this address in place of its own.
  static record::Draft DraftOf(const std::string& ip) {
    record::Draft draft = SampleDraft();
    draft.sections.mutable_indicators()->mutable_indicators(0)->set_value(ip);
    return draft;
  }

  FeedRig rig_;
  Meddled shown_{*store::FindShownStore(*rig_.hub.store)};
  std::shared_ptr<const anonymize::Gate> gate_ =
      std::make_shared<const anonymize::Gate>(config::Assets{});
  Gateway gateway_{Parts{.store = *rig_.hub.store,
                         .shown = shown_,
                         .policies = *rig_.hub.policies,
                         .community = rig_.hub.community,
                         .clock = rig_.clock,
                         .assets = [this] { return OwnAssets{.gate = gate_}; }}};
};

}  // namespace renkei::gateway
