// The main job on real input: one team publishes, the others get exactly what the policy allows.

#include <algorithm>
#include <iostream>
#include <set>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "node/base/clock.h"
#include "tests/support/community.h"
#include "tests/support/paths.h"
#include "tests/support/raw_subscriber.h"
#include "tests/support/stopped_store.h"

namespace renkei::testing_support {
namespace {

struct Level {
  std::string slug;
  policy::Rung rung;
};

// Every event file we have: our own samples, and the shared ones where they are.
std::vector<std::string> EventFiles() {
  std::vector<std::string> files = JsonFiles(SourceFile("tests/samples/misp"));
  for (const std::string& file : JsonFiles(SourceFile("tests/samples/demo"))) {
    files.push_back(file);
  }
  for (const std::string name : {"data/misp-events-eset", "data/misp-feed-tweetfeed"}) {
    const auto folder = SharedFolder(name);
    if (!folder) continue;
    for (const std::string& file : JsonFiles(*folder)) {
      // The list of a feed's events is no event.
      if (!file.ends_with("/manifest.json")) files.push_back(file);
    }
  }
  return files;
}

class EachMemberGetsWhatItsLevelEarns : public testing::Test {
 protected:
  static constexpr std::string_view kAuthor = "author";

  const std::vector<Level> levels_ = {
      {"lina", kListed}, {"aki", kAccredited}, {"cora", kCertified}};
  Community community_;

  void SetUp() override {
    community_.Add(std::string(kAuthor), "accredited");
    community_.Add("lina", "listed");
    community_.Add("aki", "accredited");
    community_.Add("cora", "certified");
  }
  std::string Folder(const std::string& slug) const { return community_.folder() + "/" + slug; }

  // Exactly the sections of the mask, each byte the author's, the signature good.
  static void ExpectExactly(const record::Record& theirs, const record::Record& held,
                            policy::SectionMask allowed, const std::string& who) {
    const auto expected = static_cast<policy::SectionMask>(allowed & theirs.held());
    EXPECT_EQ(held.held(), expected) << who;
    EXPECT_EQ(held.leaf(), theirs.leaf()) << who;
    EXPECT_EQ(held.header_bytes(), theirs.header_bytes()) << who;
    for (int i = 0; i < policy::kSectionCount; ++i) {
      const auto section = static_cast<policy::SectionId>(i);
      if (!held.Holds(section) || !theirs.Holds(section)) continue;
      EXPECT_EQ(held.section(section).value, theirs.section(section).value) << who << " " << i;
      EXPECT_EQ(held.section(section).salt, theirs.section(section).salt) << who << " " << i;
    }
    const auto opened = record::Open(held.Disclose(held.held()));
    EXPECT_TRUE(opened.ok()) << who << ": " << Message(opened.status());
  }

  // Compares what a team holds with what the hub's policy gives its level.
  static int CompareStore(const std::map<std::string, HeldRecord>& all,
                          const std::map<std::string, HeldRecord>& held,
                          const policy::Evaluator& evaluator, const Level& level) {
    int shown = 0;
    for (const auto& [id, theirs] : all) {
      const std::string who = level.slug + " " + id;
      const policy::Mask mask = MaskFor(evaluator, level.slug, level.rung, theirs.record.header());
      const auto found = held.find(id);
      EXPECT_EQ(found != held.end(), mask.exist()) << who;
      if (found == held.end() || !mask.exist()) continue;
      ++shown;
      ExpectExactly(theirs.record, found->second.record, mask.see(), who);
      EXPECT_EQ(found->second.row.author, kAuthor) << who;
      EXPECT_EQ(found->second.row.revision, theirs.row.revision) << who;
    }
    EXPECT_EQ(held.size(), static_cast<std::size_t>(shown)) << level.slug << " holds more";
    return shown;
  }

  // The raw batches hold the author's own bytes with the allowed sections, and nothing else.
  static void CompareRaw(const std::map<std::string, HeldRecord>& all, const RawSubscriber& raw,
                         const policy::Evaluator& evaluator, const Level& level) {
    std::set<std::string> seen;
    for (const feed::FeedEvent& event : raw.events()) {
      for (const feed::FeedItem& item : event.batch.items) {
        ASSERT_TRUE(std::holds_alternative<feed::OfferedRecord>(item));
      }
    }
    for (const feed::OfferedRecord& offered : raw.records()) {
      const auto opened = record::Open(offered.record);
      ASSERT_TRUE(opened.ok()) << Message(opened.status());
      const std::string id = record::ToString(opened->header().record_id);
      ASSERT_TRUE(all.contains(id)) << id;
      const record::Record& theirs = all.at(id).record;
      const policy::Mask mask = MaskFor(evaluator, level.slug, level.rung, theirs.header());
      EXPECT_TRUE(mask.exist()) << id;
      EXPECT_EQ(offered.record, theirs.Disclose(mask.see())) << id;
      EXPECT_EQ(offered.relay & ~mask.relay(), 0) << id;
      EXPECT_TRUE(seen.insert(id).second) << id << " came twice";
    }
    for (const auto& [id, theirs] : all) {
      const auto mask = MaskFor(evaluator, level.slug, level.rung, theirs.record.header());
      EXPECT_EQ(seen.contains(id), mask.exist()) << id;
    }
  }
};

TEST_F(EachMemberGetsWhatItsLevelEarns, ByteForByteAndNothingElse) {
  NodeProcess& author = community_.member(std::string(kAuthor));
  const std::string hub_address = community_.hub().Address();
  // Two teams that have joined and never run: their keys read the feed as it is.
  community_.Add("recorder", "listed", {.start = false});
  community_.Add("witness", "certified", {.start = false});
  const auto recorder_line = DialRaw(hub_address, ReadPeerKeys(Folder("recorder")));
  const auto witness_line = DialRaw(hub_address, ReadPeerKeys(Folder("witness")));
  RawSubscriber recorder(*recorder_line);
  RawSubscriber witness(*witness_line);

  // What the samples hold of their author's own is replaced: the lint would refuse it.
  WriteText(author.folder() + "/assets.toml",
            ReadText(SourceFile("tests/samples/demo/assets.toml")));
  author.Ask({"reload"});
  const std::vector<std::string> files = EventFiles();
  std::size_t records = 0;
  for (const std::string& file : files) {
    records += author.Publish({file}, {"--allow-org-only"}).size();
  }
  // Until its embargo ends, the impact is for certified teams.
  const auto later = SystemClock().Now() + std::chrono::hours(24 * 30);
  author.PublishText(
      DraftText("under embargo", fmt::format(R"("tlp": "green", "embargo_until": "{:%FT%TZ}")",
                                             fmt::gmtime(UnixSeconds(later)))));
  ++records;
  std::cout << files.size() << " files, " << records << " records\n";
  const std::string last = author.PublishText(DraftText("the last one"));
  for (const Level& level : levels_) community_.member(level.slug).WaitForRecord(last);
  recorder.WaitForRecord(last);
  witness.WaitForRecord(last);
  community_.StopAll();

  const policy::Evaluator evaluator = EvaluatorOf(Folder("hub"));
  const auto all = HeldBy(Folder(std::string(kAuthor)));
  EXPECT_EQ(all.size(), records + 1);
  const auto at_hub = HeldBy(Folder("hub"));
  EXPECT_EQ(at_hub.size(), all.size());
  for (const auto& [id, theirs] : all) {
    ASSERT_TRUE(at_hub.contains(id)) << id;
    ExpectExactly(theirs.record, at_hub.at(id).record, policy::kAllSections, "hub " + id);
  }
  std::vector<int> shown;
  for (const Level& level : levels_) {
    shown.push_back(CompareStore(all, HeldBy(Folder(level.slug)), evaluator, level));
    std::cout << level.slug << " holds " << shown.back() << " records\n";
  }
  CompareRaw(all, recorder, evaluator, {"recorder", kListed});
  CompareRaw(all, witness, evaluator, {"witness", kCertified});
  // The samples tell the levels apart, or this test would show little.
  EXPECT_LT(shown[0], shown[1]);
  EXPECT_LT(shown[1], shown[2]);
}

}  // namespace
}  // namespace renkei::testing_support
