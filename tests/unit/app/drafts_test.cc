#include "node/app/drafts.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "node/base/file.h"
#include "tests/support/temp_folder.h"

namespace renkei::app {
namespace {

PendingDraft Sample(const std::string& author) {
  return {.command = "publish",
          .arguments = {{"name", "x.json"}, {"circles", {"members"}}},
          .payload = "{\"renkei\": 1}",
          .author = author,
          .created = FromUnixSeconds(1'893'456'000),
          .summary = "incident: Scans"};
}

class DraftsTest : public testing::Test {
 protected:
  testing_support::TempFolder folder_;
};

TEST_F(DraftsTest, SurviveARestartWithAllThatWasHandedIn) {
  const auto number = Drafts(folder_.path()).Add(Sample("mika"));
  ASSERT_TRUE(number.ok()) << Message(number.status());
  Drafts again(folder_.path());
  auto draft = again.Find(*number);
  ASSERT_TRUE(draft.ok());
  EXPECT_EQ(draft->author, "mika");
  EXPECT_EQ(draft->payload, Sample("").payload);
  EXPECT_EQ(draft->arguments, Sample("").arguments);
  draft->shown["ren"] = {.draft = "d", .policy = "p", .assets = "a"};
  draft->begun = true;
  draft->begun_by = "ren";
  draft->records = 3;
  ASSERT_TRUE(again.Keep(*draft).ok());
  const auto kept = Drafts(folder_.path()).Find(*number);
  EXPECT_EQ(kept->shown.at("ren"), draft->shown.at("ren"));
  EXPECT_TRUE(kept->begun);
  EXPECT_EQ(kept->begun_by, "ren");
  EXPECT_EQ(kept->records, 3U);
  EXPECT_EQ(kept->once, draft->once);
  EXPECT_EQ(kept->once.size(), 32U);
  EXPECT_NE(Drafts(folder_.path()).Find(*again.Add(Sample("mika")))->once, kept->once);
}

// Mails of strangers filled what all share, and no other source could hand in.
TEST_F(DraftsTest, AnAuthorWithAShareLeavesRoomForOthers) {
  Drafts drafts(folder_.path());
  const DraftShare two{.drafts = 2, .bytes = 1000};
  EXPECT_TRUE(drafts.Add(Sample("source:mail"), two).ok());
  EXPECT_TRUE(drafts.Add(Sample("mika")).ok());
  EXPECT_TRUE(drafts.Add(Sample("source:mail"), two).ok());
  const auto third = drafts.Add(Sample("source:mail"), two);
  EXPECT_EQ(third.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(third.status()),
            "2 drafts of `source:mail` wait already: approve or reject some");
  EXPECT_TRUE(drafts.Add(Sample("mika")).ok());
  const DraftShare small{.drafts = 9, .bytes = 3 * Sample("").payload.size() - 1};
  EXPECT_FALSE(drafts.Add(Sample("source:mail"), small).ok());
}

TEST_F(DraftsTest, ANumberIsNeverUsedAgain) {
  Drafts drafts(folder_.path());
  EXPECT_EQ(*drafts.Add(Sample("mika")), 1U);
  EXPECT_EQ(*drafts.Add(Sample("mika")), 2U);
  EXPECT_TRUE(drafts.Remove(2).ok());
  EXPECT_EQ(*drafts.Add(Sample("mika")), 3U);
  EXPECT_EQ(drafts.Find(2).status().code(), absl::StatusCode::kNotFound);
  ASSERT_EQ(drafts.List()->size(), 2U);
  EXPECT_EQ(drafts.List()->back().number, 3U);
}

TEST_F(DraftsTest, NothingOfThemIsForOthersToRead) {
  Drafts drafts(folder_.path());
  ASSERT_TRUE(drafts.Add(Sample("mika")).ok());
  for (const char* name : {"/drafts/1.json", "/drafts/1.payload"}) {
    struct stat found {};
    ASSERT_EQ(stat((folder_.path() + name).c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_mode & 0077U, 0U) << name;
  }
  ASSERT_TRUE(drafts.Remove(1).ok());
  EXPECT_FALSE(ReadFile(folder_.path() + "/drafts/1.payload", 1000).ok());
}

// Of a node that was killed while it removed a draft.
TEST_F(DraftsTest, APayloadWithoutItsDraftIsRemoved) {
  Drafts drafts(folder_.path());
  ASSERT_TRUE(drafts.RemoveOrphans().ok()) << "no folder yet";
  ASSERT_TRUE(drafts.Add(Sample("mika")).ok());
  const std::string orphan = folder_.path() + "/drafts/7.payload";
  ASSERT_TRUE(WriteFile(orphan, "secret", FileMode::kSecret).ok());
  ASSERT_TRUE(drafts.RemoveOrphans().ok());
  EXPECT_FALSE(ReadFile(orphan, 1000).ok());
  EXPECT_TRUE(drafts.Find(1).ok());
}

TEST_F(DraftsTest, CountAndSizeAreBounded) {
  Drafts drafts(folder_.path());
  PendingDraft large = Sample("mika");
  large.payload.assign(kDraftPayloadBytesMax + 1, 'x');
  EXPECT_EQ(drafts.Add(large).status().code(), absl::StatusCode::kResourceExhausted);
  for (std::size_t i = 0; i < kDraftsMax; ++i) ASSERT_TRUE(drafts.Add(Sample("mika")).ok());
  EXPECT_EQ(drafts.Add(Sample("mika")).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(DraftsTest, ADamagedFileIsSaid) {
  Drafts drafts(folder_.path());
  ASSERT_TRUE(drafts.Add(Sample("mika")).ok());
  for (const char* text : {"", "[]", "{}", "{\"arguments\": {}, \"created\": \"x\"}"}) {
    ASSERT_TRUE(WriteFile(folder_.path() + "/drafts/1.json", text, FileMode::kSecret).ok());
    EXPECT_EQ(drafts.Find(1).status().code(), absl::StatusCode::kDataLoss) << text;
  }
}

}  // namespace
}  // namespace renkei::app
