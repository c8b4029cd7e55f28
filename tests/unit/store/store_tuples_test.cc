// Marking tuples and the sieve over the feed: what every backend must do.
#include <map>

#include "node/record/tuple.h"
#include "tests/support/record_for_tests.h"
#include "tests/unit/store/store_suite.h"

namespace renkei::store {
namespace {

class StoreTuplesTest : public StoreSuite {
 protected:
  // A record with a header that parses; its marking is told by `tlp` and `tag`.
  RecordRow Real(std::uint32_t n, policy::Tlp tlp, const std::string& tag = "",
                 std::uint32_t revision = 1) {
    record::Draft draft = testing_support::SampleDraft();
    draft.header.tlp = tlp;
    if (!tag.empty()) draft.header.tags = {tag};
    RecordRow row = RowOf(n, revision);
    row.header = testing_support::SampleRecord(key_, draft).header_bytes();
    return row;
  }
  std::vector<TupleRow> Tuples() {
    return Ask([](const Reader& reader) { return reader.Tuples(ManualClock().Now()); });
  }
  // How many records have each TLP, by what the tuples say.
  std::map<policy::Tlp, std::int64_t> CountsByTlp() {
    std::map<policy::Tlp, std::int64_t> counts;
    for (const TupleRow& row : Tuples()) {
      counts[record::ParseTuple(row.content)->marking.tlp] += row.records;
    }
    return counts;
  }
  EntryPage Page(int limit, int scan_max, const EntryFilter& wanted, Offset after = 0) {
    return Ask([&](const Reader& reader) {
      return reader.WantedEntries(after, 1'000'000, limit, scan_max, wanted);
    });
  }

  const crypto::SigningKey key_ = crypto::SigningKey::Generate();
};

using policy::Tlp;

TEST_P(StoreTuplesTest, RecordsOfOneMarkingShareATuple) {
  for (std::uint32_t n = 1; n <= 5; ++n) Put(Real(n, Tlp::kGreen));
  Put(Real(6, Tlp::kAmber));
  EXPECT_EQ(CountsByTlp(), (std::map<Tlp, std::int64_t>{{Tlp::kGreen, 5}, {Tlp::kAmber, 1}}));
  const TupleRow first = Tuples()[0];
  const auto tuple = Ask([&](const Reader& reader) { return reader.FindTuple(first.number); });
  ASSERT_TRUE(tuple);
  EXPECT_EQ(tuple->content, first.content);
  EXPECT_EQ(tuple->records, 5);
}

TEST_P(StoreTuplesTest, CountsFollowRevisionsAndRetractions) {
  Put(Real(1, Tlp::kGreen));
  Put(Real(2, Tlp::kGreen));
  Put(Real(1, Tlp::kRed, "", 2));
  EXPECT_EQ(CountsByTlp(), (std::map<Tlp, std::int64_t>{{Tlp::kGreen, 1}, {Tlp::kRed, 1}}));
  Write([](Writer& writer) {
    EXPECT_OK(writer.DropRecord(IdOf(2)));
    EXPECT_OK(writer.Touch(IdOf(1), EntryType::kRecord).status());
    EXPECT_OK(writer.Touch(IdOf(1), EntryType::kReceipts).status());
  });
  EXPECT_EQ(CountsByTlp(), (std::map<Tlp, std::int64_t>{{Tlp::kRed, 1}}));
}

TEST_P(StoreTuplesTest, TagsGoWithTheLastRecordThatHadThem) {
  Put(Real(1, Tlp::kGreen, "case-7"));
  Put(Real(2, Tlp::kGreen));
  Write([](Writer& writer) { EXPECT_OK(writer.DropRecord(IdOf(1))); });
  ASSERT_EQ(Tuples().size(), 1U);
  EXPECT_EQ(Tuples()[0].content.find("case-7"), std::string::npos);
}

TEST_P(StoreTuplesTest, RunningEmbargoesAreCounted) {
  const Timestamp now = ManualClock().Now();
  for (std::uint32_t n = 1; n <= 3; ++n) {
    RecordRow row = Real(n, Tlp::kGreen);
    row.embargo_until = now + std::chrono::hours(n == 3 ? -1 : 1);
    Put(row);
  }
  Put(Real(4, Tlp::kGreen));
  ASSERT_EQ(Tuples().size(), 1U);
  EXPECT_EQ(Tuples()[0].records, 4);
  EXPECT_EQ(Tuples()[0].embargoed, 2);
}

TEST_P(StoreTuplesTest, ANumberNeverMeansAnotherTuple) {
  Put(Real(1, Tlp::kGreen));
  const TupleNumber first = Tuples()[0].number;
  Write([](Writer& writer) { EXPECT_OK(writer.DropRecord(IdOf(1))); });
  Put(Real(2, Tlp::kRed));
  EXPECT_GT(Tuples()[0].number, first);
}

TEST_P(StoreTuplesTest, AHeaderThatDoesNotParseHasNoTuple) {
  Put(RowOf(1));
  EXPECT_TRUE(Tuples().empty());
  ASSERT_EQ(Feed().size(), 1U);
  EXPECT_EQ(Feed()[0].tuple, 0);
}

TEST_P(StoreTuplesTest, OnlyTheFirstEntryOfALiveRecordIsFresh) {
  Put(Real(1, Tlp::kGreen));
  Put(Real(2, Tlp::kGreen));
  Put(Real(2, Tlp::kGreen, "", 2));
  RecordRow withdrawn = Real(3, Tlp::kGreen);
  withdrawn.state = RecordState::kWithdrawn;
  Put(withdrawn);
  Put(Real(4, Tlp::kGreen));
  Write([](Writer& writer) { EXPECT_OK(writer.Touch(IdOf(4), EntryType::kRecord).status()); });
  Put(Real(5, Tlp::kGreen));
  Write([](Writer& writer) { EXPECT_OK(writer.DropRecord(IdOf(5))); });
  Put(Real(5, Tlp::kGreen));
  std::map<RecordId, bool> fresh;
  for (const EntryRow& entry : Feed()) fresh[entry.id] = entry.fresh;
  EXPECT_EQ(fresh, (std::map<RecordId, bool>{{IdOf(1), true},
                                             {IdOf(2), false},
                                             {IdOf(3), false},
                                             {IdOf(4), false},
                                             {IdOf(5), false}}));
}

TEST_P(StoreTuplesTest, OnlyWantedEntriesAreRead) {
  for (std::uint32_t n = 1; n <= 20; ++n) Put(Real(n, n % 4 == 0 ? Tlp::kAmber : Tlp::kGreen));
  TupleNumber amber = 0;
  for (const TupleRow& row : Tuples()) {
    if (record::ParseTuple(row.content)->marking.tlp == Tlp::kAmber) amber = row.number;
  }
  const EntryFilter wants_amber = [&](const EntryKey& entry) {
    EXPECT_TRUE(entry.fresh);
    return entry.tuple == amber;
  };
  const EntryPage all = Page(100, 100, wants_amber);
  ASSERT_EQ(all.entries.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(all.entries[i].offset, static_cast<Offset>(4 * (i + 1)));
    EXPECT_EQ(all.entries[i].id, IdOf(static_cast<std::uint32_t>(4 * (i + 1))));
  }
  EXPECT_EQ(all.reached, 1'000'000);
  EXPECT_EQ(all.scanned, 20);

  const EntryPage two = Page(2, 100, wants_amber);
  EXPECT_EQ(two.entries.size(), 2U);
  EXPECT_EQ(two.reached, 8);
  const EntryPage short_scan = Page(100, 7, wants_amber, /*after=*/1);
  EXPECT_EQ(short_scan.entries.size(), 2U);
  EXPECT_EQ(short_scan.reached, 8);
  EXPECT_EQ(short_scan.scanned, 7);
  const EntryPage none = Page(100, 100, [](const EntryKey&) { return false; });
  EXPECT_TRUE(none.entries.empty());
  EXPECT_EQ(none.reached, 1'000'000);
}

TEST_P(StoreTuplesTest, AnErrorOfTheFilterEndsTheCall) {
  Put(Real(1, Tlp::kGreen));
  const absl::Status status = store_->Read([](const Reader& reader) {
    return reader
        .WantedEntries(0, 10, 10, 10,
                       [](const EntryKey&) -> absl::StatusOr<bool> { return DataLoss("no"); })
        .status();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
}

TEST_P(StoreTuplesTest, ExamplesAreTheNewestOfEachTuple) {
  for (std::uint32_t n = 1; n <= 9; ++n) Put(Real(n, n % 3 == 0 ? Tlp::kAmber : Tlp::kGreen));
  std::map<Tlp, TupleNumber> numbers;
  for (const TupleRow& row : Tuples()) {
    numbers[record::ParseTuple(row.content)->marking.tlp] = row.number;
  }
  const auto examples = Ask([&](const Reader& reader) {
    return reader.TupleExamples({numbers[Tlp::kAmber], numbers[Tlp::kGreen], 999}, 2);
  });
  EXPECT_EQ(examples.at(numbers[Tlp::kAmber]), (std::vector<RecordId>{IdOf(9), IdOf(6)}));
  EXPECT_EQ(examples.at(numbers[Tlp::kGreen]), (std::vector<RecordId>{IdOf(8), IdOf(7)}));
  EXPECT_EQ(examples.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Every, StoreTuplesTest, testing::ValuesIn(Backends()), BackendName);

}  // namespace
}  // namespace renkei::store
