// Author, hub and reader of records without a name, in one process.
#pragma once

#include <gtest/gtest.h>

#include "node/feed/outbox.h"
#include "node/feed/submissions.h"
#include "tests/support/feed_rig.h"

namespace renkei::feed {

class UnnamedTest : public testing::Test {
 protected:
  using FeedRig = testing_support::FeedRig;
  using RigNode = testing_support::RigNode;
  using SourceMode = policy::SourceMode;
  using hours = std::chrono::hours;
  static constexpr auto SampleDraft = &testing_support::SampleDraft;
  const Timestamp kNow = testing_support::kNow;

  static record::Draft DraftOf(const std::string& title) {
    record::Draft draft = SampleDraft();
    draft.sections.mutable_summary()->mutable_title(0)->set_value(title);
    return draft;
  }
  Published MustPublish(SourceMode source, const std::string& title = "one") {
    auto published = rig_.author.publisher->Publish(DraftOf(title), {.source = source});
    EXPECT_TRUE(published.ok()) << Message(published.status());
    if (!published.ok()) return {};
    EXPECT_EQ(published->result, PublishResult::kPublished);
    return *std::move(published);
  }
  // Hands all that waits to the hub, and everything that the hub has then to the reader.
  void Push() {
    for (const absl::StatusCode code : rig_.Push(rig_.author, "alpha")) {
      EXPECT_EQ(code, absl::StatusCode::kOk);
    }
  }
  void Pull() { rig_.Pull(rig_.reader, "beta", cursor_); }
  void EndPeriod() {
    rig_.clock.Advance(hours(1));
    EXPECT_TRUE(ReleaseUnnamed(*rig_.hub.store, rig_.clock.Now(), hours(1)).ok());
  }
  void Deliver(SourceMode source) {
    Push();
    if (source == SourceMode::kAnonymous) EndPeriod();
    Pull();
  }
  absl::StatusCode Submit(const record::Record& record, const std::string& team = "alpha") {
    return rig_.Hand(team, EncodeOutboxRecord(record.Disclose(policy::kAllSections)));
  }
  static std::string TitleOf(const RigNode& node, const record::RecordId& id) {
    const auto row = node.Find(id);
    if (!row) return "none";
    return record::Record::FromStored(row->stored)->DecodeSections().summary().title(0).value();
  }
  static record::Header HeaderOf(const RigNode& node, const record::RecordId& id) {
    return *record::ParseHeader(node.Find(id)->header);
  }
  // A record sealed by hand, as an author with other software might.
  record::Record SealBy(const crypto::SigningKey& key, SourceMode source, Timestamp issued,
                        record::Draft draft = SampleDraft()) {
    draft.header.source = source;
    auto record =
        record::Seal(record::AnonymizedDraftForTests::Of(draft), key,
                     {.circles = {kCircle}, .issued = issued, .expires = issued + hours(24 * 180)});
    EXPECT_TRUE(record.ok()) << Message(record.status());
    return *std::move(record);
  }

  const record::CircleId kCircle = record::MakeCircleId("community.example", "members");
  FeedRig rig_;
  std::string cursor_;
};

}  // namespace renkei::feed
