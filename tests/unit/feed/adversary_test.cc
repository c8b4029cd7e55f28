// The adversary: a member that keeps every byte it is sent and every row it stores, and compares.
//
// Two authors publish under the same settings.  Whatever two records of one author have in common,
// a stranger's record must have too; what remains is the link that the mode promises, and no other.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "node/base/file.h"
#include "node/feed/kept_attestations.h"
#include "node/feed/submissions.h"
#include "tests/support/feed_rig.h"

namespace renkei::feed {
namespace {

using policy::SourceMode;
using std::chrono::hours;
using testing_support::FeedRig;
using testing_support::RigNode;

// So long that chance brings none about, so short that no id, key, salt or hash escapes.
constexpr std::size_t kWindow = 6;
// A byte that is equal by chance beside bytes that all records have makes one window; three bytes
// that are really shared make three.
constexpr std::size_t kLinkedFrom = 3;

std::set<Bytes> WindowsOf(BytesView bytes) {
  std::set<Bytes> windows;
  for (std::size_t at = 0; at + kWindow <= bytes.size(); ++at) {
    windows.insert(Bytes(bytes.substr(at, kWindow)));
  }
  return windows;
}

std::set<Bytes> Common(const std::set<Bytes>& a, const std::set<Bytes>& b) {
  std::set<Bytes> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                        std::inserter(common, common.begin()));
  return common;
}

// All that the reader sees of one record.
struct Seen {
  record::RecordId id{};
  record::Header header{};
  Bytes message{};  // as it crossed: record, attestations, relay
  Bytes row{};      // as it is stored
  std::vector<std::size_t> section_sizes{};
  membership::Attestation attestation{};
};

class AdversaryTest : public testing::Test {
 protected:
  AdversaryTest() : other_(rig_.table, "gamma", rig_.clock) {}

  // A record whose free text is its own alone.
  static record::Draft DraftOf(char filler, std::size_t length) {
    record::Draft draft;
    draft.header.kind = policy::Kind::kIncident;
    draft.header.tlp = policy::Tlp::kGreen;
    draft.sections.mutable_summary()->add_title()->set_value(std::string(length, filler));
    return draft;
  }

  void Publish(RigNode& author, const std::string& slug, SourceMode source, char filler,
               std::size_t length) {
    const auto published = author.publisher->Publish(DraftOf(filler, length), {.source = source});
    ASSERT_TRUE(published.ok()) << Message(published.status());
    by_[slug].push_back(published->id);
    for (const auto code : rig_.Push(author, slug)) EXPECT_EQ(code, absl::StatusCode::kOk);
  }

  // The reader takes all that comes, and looks at it.
  void Look() {
    rig_.clock.Advance(hours(1));
    ASSERT_TRUE(ReleaseUnnamed(*rig_.hub.store, rig_.clock.Now(), hours(1)).ok());
    for (const FeedBatch& batch : rig_.Pull(rig_.reader, "beta", cursor_)) {
      for (const FeedItem& item : batch.items) Keep(std::get<OfferedRecord>(item));
    }
  }
  void Keep(const OfferedRecord& offered) {
    const auto record = record::Open(offered.record);
    ASSERT_TRUE(record.ok());
    Seen seen{.id = record->header().record_id, .header = record->header()};
    seen.message = offered.record;
    for (const auto& one : offered.attestations) {
      seen.message += one.attestation() + one.signature() + one.card();
    }
    seen.message += ByteWriter().U16(offered.relay).Take();
    const auto row = rig_.reader.Find(seen.id);
    ASSERT_TRUE(row);
    seen.row = row->header + row->circles + row->stored + row->attestations + row->author;
    for (int i = 0; i < policy::kSectionCount; ++i) {
      const auto id = static_cast<policy::SectionId>(i);
      if (record->Holds(id)) seen.section_sizes.push_back(record->section(id).value.size());
    }
    ASSERT_EQ(offered.attestations.size(), 1U);
    seen.attestation = *membership::ParseAttestation(offered.attestations.front().attestation());
    seen_[seen.id] = seen;
  }
  const Seen& Of(const std::string& slug, std::size_t i) { return seen_.at(by_[slug].at(i)); }

  // What two records of alpha share and gamma's does not; the origin's key counts, or does not.
  enum class Origin { kCounts, kMasked };
  std::set<Bytes> Links(Origin origin = Origin::kCounts) {
    const auto windows = [origin](const Seen& seen, Bytes Seen::*part) {
      Bytes bytes = seen.*part;
      const BytesView key = seen.header.origin.view();
      for (std::size_t at = bytes.find(key); origin == Origin::kMasked && at != Bytes::npos;
           at = bytes.find(key)) {
        bytes.replace(at, key.size(), key.size(), 'K');
      }
      return WindowsOf(bytes);
    };
    std::set<Bytes> links;
    for (const auto part : {&Seen::message, &Seen::row}) {
      const auto shared = Common(windows(Of("alpha", 0), part), windows(Of("alpha", 1), part));
      const auto strangers = windows(Of("gamma", 0), part);
      std::set_difference(shared.begin(), shared.end(), strangers.begin(), strangers.end(),
                          std::inserter(links, links.begin()));
    }
    return links;
  }
  // One of each author, in turn, over an afternoon.
  void PublishThree(SourceMode source) {
    Publish(rig_.author, "alpha", source, 'a', 20);
    rig_.clock.Advance(hours(1));
    Publish(other_, "gamma", source, 'g', 70);
    rig_.clock.Advance(hours(1));
    Publish(rig_.author, "alpha", source, 'b', 120);
    Look();
  }

  FeedRig rig_;
  RigNode other_;
  std::map<std::string, std::vector<record::RecordId>> by_;
  std::map<record::RecordId, Seen> seen_;
  std::string cursor_;
};

TEST_F(AdversaryTest, TwoAnonymousRecordsOfOneTeamShareNothingThatAStrangersLacks) {
  PublishThree(SourceMode::kAnonymous);
  EXPECT_LT(Links().size(), kLinkedFrom);
  const Seen& one = Of("alpha", 0);
  const Seen& two = Of("alpha", 1);
  const Seen& strange = Of("gamma", 0);
  EXPECT_NE(one.header.origin, two.header.origin);
  EXPECT_NE(one.header.id_nonce, two.header.id_nonce);
  EXPECT_NE(one.attestation.subject, two.attestation.subject);
  // Times are those of the day, sizes those of the step: the same for all three.
  for (const Seen* seen : {&two, &strange}) {
    EXPECT_EQ(seen->header.issued, one.header.issued);
    EXPECT_EQ(seen->header.expires, one.header.expires);
    EXPECT_EQ(seen->section_sizes, one.section_sizes);
    EXPECT_EQ(seen->message.size(), one.message.size());
    EXPECT_EQ(seen->attestation.not_before, one.attestation.not_before);
    EXPECT_EQ(seen->attestation.not_after, one.attestation.not_after);
    EXPECT_EQ(seen->attestation.rung, one.attestation.rung);
  }
  EXPECT_EQ(UnixSeconds(one.header.issued) % 86'400, 0);
}

TEST_F(AdversaryTest, TwoPseudonymousRecordsShareTheirKeyAndNothingElse) {
  PublishThree(SourceMode::kPseudonymous);
  EXPECT_EQ(Of("alpha", 1).header.origin, Of("alpha", 0).header.origin);
  EXPECT_NE(Of("gamma", 0).header.origin, Of("alpha", 0).header.origin);
  EXPECT_GE(Links().size(), kLinkedFrom);
  EXPECT_LT(Links(Origin::kMasked).size(), kLinkedFrom);
  EXPECT_EQ(UnixSeconds(Of("alpha", 0).header.issued) % 3600, 0);
}

TEST_F(AdversaryTest, APseudonymOfTheNextEpochIsAStranger) {
  Publish(rig_.author, "alpha", SourceMode::kPseudonymous, 'a', 20);
  rig_.clock.Advance(hours(24 * 30));
  Publish(rig_.author, "alpha", SourceMode::kPseudonymous, 'b', 20);
  Publish(other_, "gamma", SourceMode::kPseudonymous, 'g', 20);
  Look();
  EXPECT_LT(Links().size(), kLinkedFrom);
}

TEST_F(AdversaryTest, ARevisionIsLinkedToItsRecordAndToNoOther) {
  Publish(rig_.author, "alpha", SourceMode::kAnonymous, 'a', 20);
  Look();
  const Seen first = Of("alpha", 0);
  ASSERT_TRUE(rig_.author.publisher->Update(first.id, DraftOf('c', 25), {}).ok());
  rig_.Push(rig_.author, "alpha");
  Publish(rig_.author, "alpha", SourceMode::kAnonymous, 'b', 20);
  Publish(other_, "gamma", SourceMode::kAnonymous, 'g', 20);
  Look();
  const Seen& revised = Of("alpha", 0);
  EXPECT_EQ(revised.header.revision, 2U);
  EXPECT_EQ(revised.header.origin, first.header.origin);
  EXPECT_EQ(revised.attestation.rung, first.attestation.rung);
  EXPECT_TRUE(
      Common(WindowsOf(revised.header.origin.view()), WindowsOf(Of("alpha", 1).message)).empty());
}

// No row anywhere at the reader knows the author, its keys, or when it wrote.
TEST_F(AdversaryTest, TheReadersDiskHoldsNothingOfTheAuthor) {
  PublishThree(SourceMode::kAnonymous);
  rig_.reader.Reopen();  // what was in the log goes into the file
  const std::string file = rig_.reader.folder.path() + "/store.db";
  const auto bytes = ReadFile(file, 64 * 1024 * 1024);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(bytes->find("alpha"), Bytes::npos);
  EXPECT_EQ(bytes->find(rig_.author.key.public_key().view()), Bytes::npos);
  EXPECT_NE(bytes->find(by_["alpha"].front().view()), Bytes::npos);
}

TEST_F(AdversaryTest, TheHubsDiskJoinsTheTeamToNoneOfItsRecords) {
  // The pseudonym first: then its mapping and the team's number of the day are made together.
  Publish(rig_.author, "alpha", SourceMode::kPseudonymous, 'b', 20);
  Publish(rig_.author, "alpha", SourceMode::kAnonymous, 'a', 20);
  const crypto::PublicKey pseudonym =
      record::ParseHeader(rig_.hub.Find(by_["alpha"].front())->header)->origin;
  rig_.hub.Reopen();
  const auto waiting = ReadFile(rig_.hub.folder.path() + "/store.db", 64 * 1024 * 1024);
  ASSERT_TRUE(waiting.ok());
  // A row that named both would have them side by side.
  constexpr std::size_t kAround = 256;
  std::vector<Bytes> names = {pseudonym.str()};
  for (const record::RecordId& id : by_["alpha"]) names.push_back(id.str());
  for (const Bytes& name : names) {
    for (std::size_t at = waiting->find(name); at != Bytes::npos;
         at = waiting->find(name, at + 1)) {
      const std::size_t from = at < kAround ? 0 : at - kAround;
      EXPECT_EQ(waiting->substr(from, 2 * kAround).find("alpha"), Bytes::npos) << at;
    }
  }
  // The one row that names the team is the day's count, of all teams.
  std::vector<std::pair<Bytes, Bytes>> counts;
  ASSERT_TRUE(rig_.hub.store
                  ->Read([&](const store::Reader& reader) -> absl::Status {
                    counts = *reader.ListObjects("unnamed_count");
                    return absl::OkStatus();
                  })
                  .ok());
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts[0].second, ByteWriter()
                                  .I64(PeriodOf(rig_.clock.Now(), hours(24)))
                                  .U8(5)
                                  .Raw("alpha")
                                  .U32(2)
                                  .U32(1)
                                  .Take());
}

// Numbers that rise with each row, and rows in the order of making, had named the team of each
// pseudonym to whoever can read the file.
TEST_F(AdversaryTest, TheHubsDiskOrdersNoRowsByWhenTheyWereMade) {
  const auto numbered = [&] {
    Publish(rig_.author, "alpha", SourceMode::kPseudonymous, 'a', 20);
    Publish(other_, "gamma", SourceMode::kPseudonymous, 'g', 20);
    rig_.hub.Reopen();
    sqlite3* file = nullptr;
    EXPECT_EQ(sqlite3_open((rig_.hub.folder.path() + "/store.db").c_str(), &file), SQLITE_OK);
    std::string tables;
    for (const char* sql : {"SELECT rowid FROM object", "SELECT rowid FROM pseudonym"}) {
      if (sqlite3_exec(file, sql, nullptr, nullptr, nullptr) == SQLITE_OK) tables += sql;
    }
    sqlite3_close(file);
    return tables;
  };
  EXPECT_EQ(numbered(), "");
}

}  // namespace
}  // namespace renkei::feed
