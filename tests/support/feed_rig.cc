#include "tests/support/feed_rig.h"

#include <future>

#include "node/feed/outbox.h"

namespace renkei::testing_support {

absl::StatusCode FeedRig::Hand(const std::string& slug, const Bytes& payload) {
  auto item = feed::DecodeOutbox(payload);
  RENKEI_CHECK(item.ok());
  const feed::Sender sender{.link = slug, .team = slug, .author_only = true};
  std::promise<absl::StatusCode> code;
  if (item->receipt) {
    hub.intake->TakeReceipt(sender, *item->receipt,
                            [&](const absl::Status& s) { code.set_value(s.code()); });
  } else {
    hub.intake->Take(sender, {.record = item->record}, [&](const absl::StatusOr<feed::Outcome>& o) {
      code.set_value(o.status().code());
    });
  }
  return code.get_future().get();
}

std::vector<feed::FeedBatch> FeedRig::Pull(RigNode& to, const std::string& slug,
                                           std::string& cursor) {
  std::vector<feed::FeedBatch> batches;
  bool more = true;
  while (more) {
    auto batch = hub.egress->Read(Peer(slug), {}, cursor);
    RENKEI_CHECK(batch.ok());
    more = batch->more;
    cursor = batch->cursor;
    batches.push_back(*batch);
    const auto report = to.intake->TakeBatch({.link = "hub", .team = "hub"}, *std::move(batch));
    RENKEI_CHECK(report.ok());
    RENKEI_CHECK(report->refused == 0);
  }
  return batches;
}

}  // namespace renkei::testing_support
