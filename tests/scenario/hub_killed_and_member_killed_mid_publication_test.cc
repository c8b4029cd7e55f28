// kill -9 of hub, author and reader amid thousands of publications: nothing acknowledged is
// missing, nothing is doubled, cursors go on.

#include <csignal>
#include <iostream>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"
#include "tests/support/stopped_store.h"

namespace renkei::testing_support {
namespace {

constexpr int kEventsPerFile = 100;
constexpr std::chrono::seconds kGrace{10};  // for a node that is behind to come to its fault

int EventCount() { return std::getenv("RENKEI_ENDURANCE") == nullptr ? 2'000 : 20'000; }

std::string EventText(int number) {
  return fmt::format(
      R"({{"Event": {{"uuid": "00000000-0000-4000-8000-{0:012d}", "info": "event {0}",)"
      R"( "date": "2026-11-01", "distribution": "1", "threat_level_id": "2", "analysis": "1",)"
      R"( "Tag": [{{"name": "tlp:green"}}], "Attribute": [{{"type": "ip-dst",)"
      R"( "category": "Network activity", "to_ids": true, "value": "198.51.100.{1}"}}]}}}})",
      number, number % 250);
}

class KilledMidPublication : public testing::Test {
 protected:
  Community community_;
  NodeProcess& hub_ = community_.hub();
  NodeProcess& author_ = community_.Add("author", "accredited");
  NodeProcess& reader_ = community_.Add("lina", "listed");
  const int events_ = EventCount();
  std::vector<std::string> files_;
  std::set<std::string> published_;  // ids that the author was told are published
  std::minstd_rand random_{20261122};

  void SetUp() override {
    RaiseQuota(hub_);
    for (int at = 0; at < events_; at += kEventsPerFile) {
      std::string text = R"({"response": [)";
      for (int i = at; i < std::min(events_, at + kEventsPerFile); ++i) {
        text += (i == at ? "" : ",\n") + EventText(i);
      }
      files_.push_back(fmt::format("{}/events-{}.json", community_.folder(), at));
      WriteText(files_.back(), text + "]}");
    }
  }

  // A day's quota is smaller than what is published here.
  static void RaiseQuota(NodeProcess& hub) {
    EditText(hub.folder() + "/node.toml", "records_per_peer_per_day = 20000",
             "records_per_peer_per_day = 1000000");
    ASSERT_EQ(hub.Stop(), 0);
    hub.Start();
  }

  // Publishes until the author's node says that all is published, however often it dies; answers
  // how often it did.
  int PublishWhatever(const std::string& file) {
    constexpr int kAttemptsMax = 500;
    int deaths = 0;
    for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
      const Ran ran = author_.Cli({"publish", file, "--reviewed", "--json"});
      if (!author_.running()) {
        ++deaths;
        author_.Start();
      }
      if (ran.exit_status > 1) Fail(file + ": " + ran.err);
      if (ran.exit_status != 0) continue;
      Note(ran.out);
      return deaths;
    }
    Fail(file + " can't be published");
  }

  void Note(const std::string& answer) {
    const Json json = Json::parse(answer);
    for (const Json& draft : json["files"][0]["drafts"]) {
      published_.insert(draft["id"].get<std::string>());
    }
  }

  // Publishes files, from the `next` one on, until the fault has ended `node`; false if it never
  // did.
  bool PublishUntilKilled(NodeProcess& node, const std::string& fault, std::size_t& next) {
    node.Kill();
    node.Launch({.program = "renkei-testing", .environment = {{"RENKEI_TEST_FAULT", fault}}});
    while (next < files_.size()) {
      if (PublishWhatever(files_[next++]) > 0) return &node == &author_;
      if (&node == &author_) continue;
      const auto status = node.WaitForExit(kGrace);
      if (!status) continue;
      EXPECT_EQ(status, kKilled) << fault;
      node.Start();
      return true;
    }
    return false;
  }

  // All is delivered, and a new record still travels.
  void ExpectWholeAndOnce() {
    for (NodeProcess* node : {&hub_, &author_, &reader_}) {
      if (!node->running()) node->Start();
    }
    const std::string last = author_.PublishText(DraftText("after it all"));
    reader_.WaitForRecord(last);
    WaitUntil("the outbox is empty", [&] { return author_.Status()["store"]["outbox"] == 0; });
    reader_.WaitForRecord(author_.PublishText(DraftText("and one more")));
    community_.StopAll();

    const auto sent = HeldBy(author_.folder());
    EXPECT_EQ(published_.size(), static_cast<std::size_t>(events_));
    EXPECT_EQ(sent.size(), static_cast<std::size_t>(events_) + 2);
    for (const std::string& folder : {hub_.folder(), reader_.folder()}) {
      const auto held = HeldBy(folder);
      EXPECT_EQ(held.size(), sent.size()) << folder;
      int missing = 0;
      for (const auto& [id, theirs] : sent) {
        const auto found = held.find(id);
        if (found == held.end() || found->second.row.leaf != theirs.row.leaf) ++missing;
      }
      EXPECT_EQ(missing, 0) << folder;
      ExpectEachOnceInTheFeed(folder, sent.size());
    }
  }

  // The feed has one entry of each record, at rising places.
  static void ExpectEachOnceInTheFeed(const std::string& folder, std::size_t records) {
    const auto store = OpenStopped(folder);
    std::set<std::string> seen;
    std::size_t entries = 0;
    const absl::Status read = store->Read([&](const store::Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(const store::Offset newest, reader.Newest());
      ASSIGN_OR_RETURN(const auto rows, reader.Entries(0, newest, 1'000'000));
      for (const store::EntryRow& row : rows) {
        if (row.type != store::EntryType::kRecord) continue;
        ++entries;
        seen.insert(record::ToString(row.id));
      }
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << Message(read);
    EXPECT_EQ(entries, records) << folder;
    EXPECT_EQ(seen.size(), records) << folder;
  }
};

TEST_F(KilledMidPublication, AtEachFaultPoint) {
  struct Fault {
    NodeProcess& node;
    std::string point;
  };
  const std::vector<Fault> faults = {
      {hub_, "store.before_commit:kill:12"},    {hub_, "store.after_commit:kill:13"},
      {hub_, "intake.before_put:kill:60"},      {author_, "uplink.before_settle:kill:2"},
      {author_, "store.before_commit:kill:40"}, {author_, "store.after_commit:kill:50"},
      {reader_, "intake.before_cursor:kill:2"}, {reader_, "store.after_commit:kill:9"}};
  std::size_t next = 0;
  for (const Fault& fault : faults) {
    EXPECT_TRUE(PublishUntilKilled(fault.node, fault.point, next)) << fault.point;
  }
  while (next < files_.size()) PublishWhatever(files_[next++]);
  ExpectWholeAndOnce();
}

TEST_F(KilledMidPublication, AtRandomTimes) {
  std::uniform_int_distribution<int> milliseconds(1, 400);
  std::uniform_int_distribution<int> which(0, 2);
  NodeProcess* const nodes[] = {&hub_, &author_, &reader_};
  int kills = 0;
  for (const std::string& file : files_) {
    const std::string out = file + ".out";
    while (true) {
      ChildProcess publishing({.command = {Program(), "publish", file, "--reviewed", "--json",
                                           "--dir", author_.folder()},
                               .out_file = out});
      publishing.WaitForExit(Milliseconds(milliseconds(random_)));
      NodeProcess& victim = *nodes[which(random_)];
      victim.Kill();
      ++kills;
      const auto status = publishing.WaitForExit(kPatience);
      ASSERT_TRUE(status);
      victim.Start();
      if (status == 0) break;
      WriteText(out, "");
    }
    Note(ReadText(out));
  }
  std::cout << kills << " kills amid " << events_ << " publications\n";
  ExpectWholeAndOnce();
}

}  // namespace
}  // namespace renkei::testing_support
