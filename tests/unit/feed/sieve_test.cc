// A catch-up by tuples hands out exactly what one by records does, whatever the history.
#include "node/feed/sieve.h"

#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "node/feed/limits.h"
#include "node/feed/upkeep.h"
#include "tests/support/feed_rig.h"

namespace renkei::feed {
namespace {

using testing_support::FeedRig;
using testing_support::SampleDraft;
using testing_support::TempFolder;

// Policies that differ in who knows of what.
const std::vector<std::string>& Policies() {
  static const std::string kHead =
      "levels listed < accredited < certified\ncircles members\n"
      "accept a from level >= listed in circle\n";
  static const std::vector<std::string> kTexts = {
      policy::DefaultPolicyText("community.example"),
      "policy \"strict\" version 2\n" + kHead +
          "grant g to level >= accredited in circle on tlp <= green allow exist, see summary\n",
      "policy \"tagged\" version 3\n" + kHead +
          "grant g to level >= listed in circle on tlp <= amber allow exist, see summary victim\n"
          "deny d to level < certified on tag in {ot} forbid all\n",
      "policy \"embargo\" version 4\n" + kHead +
          "grant g to level >= listed in circle on tlp <= amber allow exist, see all, relay all\n"
          "deny d to anyone on embargo forbid all\n",
      "policy \"named\" version 5\n" + kHead +
          "grant g to recipient allow exist, see all\n"
          "grant h to level >= certified in circle on tlp <= green allow exist, see summary\n",
      "policy \"closed\" version 6\n" + kHead + "grant g to peer in {observer} allow exist\n"};
  return kTexts;
}

void RunSql(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  RENKEI_CHECK(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  const int code = sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr);
  EXPECT_EQ(code, SQLITE_OK) << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

std::string TextOf(const FeedItem& item) {
  if (const auto* offered = std::get_if<OfferedRecord>(&item)) {
    return fmt::format("offer {} relay {:x} {}", HexEncode(crypto::Sha256(offered->record).view()),
                       offered->relay, offered->attestations.size());
  }
  if (const auto* taken = std::get_if<Retraction>(&item)) {
    return fmt::format("retract {} {} keep {:x} {}", ToString(taken->id),
                       HexEncode(taken->leaf.view()), taken->keep, taken->exist);
  }
  const auto& confirmed = std::get<Confirmation>(item);
  return fmt::format("confirm {} {} of {}", ToString(confirmed.id), confirmed.receipts,
                     confirmed.sent_to);
}

// All that comes after `cursor`, and the cursor at its end.
struct Drained {
  std::vector<std::string> items{};
  std::string cursor{};
  absl::StatusCode code = absl::StatusCode::kOk;
};

Drained Drain(Egress& egress, const PeerContext& peer, const std::string& from) {
  Drained drained{.cursor = from};
  bool more = true;
  while (more) {
    const auto batch = egress.Read(peer, {}, drained.cursor);
    drained.code = batch.status().code();
    if (!batch.ok()) return drained;
    for (const FeedItem& item : batch->items) drained.items.push_back(TextOf(item));
    drained.cursor = batch->cursor;
    more = batch->more;
  }
  return drained;
}

// Things happen to a hub, one by one, from a seed.
class History {
 public:
  explicit History(unsigned seed) : random_(seed) { rig.table.SetRung("beta", 4); }

  void Step() {
    switch (Below(10)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return Publish();
      case 4:
        return Revise();
      case 5:
        if (!ids_.empty()) {
          (void)rig.author.publisher->Withdraw(Any(ids_), record::WithdrawalReason::kMistake);
          rig.Push(rig.author, "alpha");
        }
        return;
      case 6:
        return rig.table.SetRung("beta", static_cast<policy::Rung>(4 * Below(4)));
      case 7:
        policy = Any(Policies());
        return rig.hub.SetPolicy(policy);
      case 8:
        rig.clock.Advance(std::chrono::hours(1 + Below(30)));
        EXPECT_TRUE(Upkeep(*rig.hub.store, rig.clock.Now()).ok());
        return;
      default:
        rig.clock.Advance(std::chrono::minutes(30));  // embargoes end that no one has told yet
    }
  }

  PeerContext Reader() const {
    return {.team = "beta", .facts = rig.table.Facts("beta"), .team_key = reader_key_};
  }
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  template <class T>
  const T& Any(const std::vector<T>& list) {
    return list[static_cast<std::size_t>(Below(static_cast<int>(list.size())))];
  }

  FeedRig rig;
  std::string policy = policy::DefaultPolicyText("community.example");

 private:
  record::Draft RandomDraft() {
    record::Draft draft = SampleDraft();
    draft.header.tlp = static_cast<policy::Tlp>(1 + Below(5));
    if (Below(3) == 0) draft.header.tags = {"ot"};
    if (Below(3) == 0) draft.header.min_level = static_cast<policy::Rung>(Below(13));
    if (Below(4) == 0) draft.header.embargo_until = rig.clock.Now() + std::chrono::hours(Below(9));
    return draft;
  }
  void Publish() {
    if (Below(3) != 0) {
      const auto published = rig.author.publisher->Publish(RandomDraft(), {});
      if (!published.ok()) return;
      ids_.push_back(published->id);
      rig.Push(rig.author, "alpha");
      return;
    }
    // One that names recipients, the reader among them or not.
    record::SealPlan plan = testing_support::SamplePlan();
    plan.issued = rig.clock.Now();
    plan.expires = plan.issued + std::chrono::hours(24 + Below(400));
    plan.recipients = {Below(2) == 0 ? reader_key_ : rig.hub.key.public_key()};
    const record::Record sealed =
        testing_support::SampleRecord(rig.author.key, RandomDraft(), plan);
    rig.hub.intake->Take({.link = "alpha", .team = "alpha", .author_only = true},
                         {.record = sealed.Disclose(policy::kAllSections)},
                         [](const absl::StatusOr<Outcome>&) {});
    // Behind it in the queue: when this is done, so is that.
    RENKEI_CHECK(rig.hub.store->Commit([](store::Writer&) { return absl::OkStatus(); }).ok());
  }
  void Revise() {
    if (ids_.empty()) return;
    (void)rig.author.publisher->Update(Any(ids_), RandomDraft(), {});
    rig.Push(rig.author, "alpha");
  }

  std::mt19937 random_;
  const crypto::PublicKey reader_key_ = crypto::SigningKey::Generate().public_key();
  std::vector<record::RecordId> ids_;
};

// The hub's store as it is now, with its tuples forgotten: there every record is looked at.
Drained DrainByRecord(History& history, const std::string& cursor) {
  const TempFolder folder;
  const std::string path = folder.path() + "/copy.db";
  RunSql(history.rig.hub.folder.path() + "/store.db", fmt::format("VACUUM INTO '{}'", path));
  RunSql(path, "UPDATE entry SET tuple = 0, fresh = 0");
  auto store = store::OpenSqlite(
      {.path = path, .community = "community.example", .clock = &history.rig.clock});
  RENKEI_CHECK(store.ok());
  PolicyHolder policies(**store);
  RENKEI_CHECK(policies.Apply(history.policy, "test.policy", history.rig.clock.Now()).empty());
  Egress egress(**store, policies, history.rig.hub.community, history.rig.clock,
                CursorCodec(*crypto::AeadKey::From(Bytes(32, 'k')), (*store)->epoch()));
  return Drain(egress, history.Reader(), cursor);
}

TEST(SieveTest, ACatchUpByTuplesGivesWhatOneByRecordsGives) {
  std::size_t items = 0;
  std::size_t retractions = 0;
  for (unsigned seed = 0; seed < 8; ++seed) {
    History history(seed);
    std::vector<std::string> cursors = {""};
    for (int check = 0; check < 5; ++check) {
      for (int i = 0; i < 7; ++i) history.Step();
      const std::string from = history.Any(cursors);
      const Drained by_record = DrainByRecord(history, from);
      const Drained by_tuple = Drain(*history.rig.hub.egress, history.Reader(), from);
      ASSERT_EQ(by_tuple.code, by_record.code) << "seed " << seed << " check " << check;
      ASSERT_EQ(by_tuple.items, by_record.items) << "seed " << seed << " check " << check;
      items += by_tuple.items.size();
      for (const std::string& item : by_tuple.items) retractions += item.starts_with("retract");
      if (by_tuple.code == absl::StatusCode::kOk) cursors.push_back(by_tuple.cursor);
    }
  }
  EXPECT_GT(items, 30U) << "the histories are too poor to show anything";
  EXPECT_GT(retractions, 2U);
}

// How many of the hub's entries a reader at `rung` would be read, of how many.
struct Share {
  int wanted = 0;
  int scanned = 0;
  bool operator==(const Share&) const = default;
};

class SieveShareTest : public testing::Test {
 protected:
  void Publish(policy::Tlp tlp) {
    record::Draft draft = SampleDraft();
    draft.header.tlp = tlp;
    RENKEI_CHECK(rig_.author.publisher->Publish(draft, {}).ok());
    rig_.Push(rig_.author, "alpha");
  }
  // New entries, or those that `before` was served at another rung.
  Share ShareOf(policy::Rung rung, std::optional<policy::Rung> before = std::nullopt) {
    const auto generation = [&](policy::Rung at) {
      rig_.table.SetRung("beta", at);
      return Generation{.peer = rig_.Peer("beta"), .policy = rig_.hub.policies->Current()};
    };
    const Generation then = generation(before.value_or(0));
    const Generation now = generation(rung);
    Share share;
    TupleCache tuples;
    const absl::Status read = rig_.hub.store->Read([&](const store::Reader& r) -> absl::Status {
      Sieve sieve(r, tuples, rig_.hub.community, now, before ? &then : nullptr);
      ASSIGN_OR_RETURN(const store::EntryPage page,
                       r.WantedEntries(0, 1'000'000, 1000, 1000, [&](const store::EntryKey& entry) {
                         return sieve.Wants(entry);
                       }));
      share = {static_cast<int>(page.entries.size()), page.scanned};
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << Message(read);
    return share;
  }
  FeedRig rig_;
};

TEST_F(SieveShareTest, WhatAPeerMayNotKnowOfIsNotRead) {
  for (int i = 0; i < 4; ++i) Publish(policy::Tlp::kGreen);
  for (int i = 0; i < 9; ++i) Publish(policy::Tlp::kAmber);
  EXPECT_EQ(ShareOf(0), (Share{0, 13}));
  EXPECT_EQ(ShareOf(4), (Share{4, 13}));
  EXPECT_EQ(ShareOf(8), (Share{13, 13}));
}

TEST_F(SieveShareTest, AfterAChangeOnlyWhatLooksOtherwiseIsRead) {
  for (int i = 0; i < 4; ++i) Publish(policy::Tlp::kGreen);
  for (int i = 0; i < 9; ++i) Publish(policy::Tlp::kRed);
  EXPECT_EQ(ShareOf(4, 4), (Share{0, 13}));
  EXPECT_EQ(ShareOf(8, 4), (Share{4, 13}));
  EXPECT_EQ(ShareOf(0, 12), (Share{4, 13}));
}

TEST_F(SieveShareTest, AReplacedRecordIsReadEvenIfNothingOfItMayBeSeen) {
  record::Draft draft = SampleDraft();
  const auto published = rig_.author.publisher->Publish(draft, {});
  rig_.Push(rig_.author, "alpha");
  draft.header.tlp = policy::Tlp::kRed;
  ASSERT_TRUE(rig_.author.publisher->Update(published->id, draft, {}).ok());
  rig_.Push(rig_.author, "alpha");
  EXPECT_EQ(ShareOf(4), (Share{1, 1}));
}

}  // namespace
}  // namespace renkei::feed
