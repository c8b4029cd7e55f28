// Records, revisions and the feed: what every backend must do.
#include "tests/unit/store/store_suite.h"

namespace renkei::store {
namespace {

class StoreRecordsTest : public StoreSuite {};

// From and until of each revision, in order.
using Span = std::pair<Offset, Offset>;
std::vector<Span> Spans(const std::vector<RevisionRow>& revisions) {
  std::vector<Span> spans;
  for (const RevisionRow& row : revisions) spans.emplace_back(row.from, row.until);
  return spans;
}

std::vector<Offset> Offsets(const std::vector<EntryRow>& entries) {
  std::vector<Offset> offsets;
  for (const EntryRow& entry : entries) offsets.push_back(entry.offset);
  return offsets;
}

TEST_P(StoreRecordsTest, RecordComesBackAsItWasPut) {
  RecordRow row = RowOf(1);
  row.embargo_until = row.issued + std::chrono::hours(1);
  row.own = true;
  row.kind = policy::Kind::kAdvisory;
  row.tlp = policy::Tlp::kRed;
  row.stored = std::string("\0\xff zero", 7);
  const Offset offset = Put(row);
  const auto found = Find(row.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, row.id);
  EXPECT_EQ(found->revision, row.revision);
  EXPECT_EQ(found->leaf, row.leaf);
  EXPECT_EQ(found->origin, row.origin);
  EXPECT_EQ(found->kind, row.kind);
  EXPECT_EQ(found->tlp, row.tlp);
  EXPECT_EQ(found->issued, row.issued);
  EXPECT_EQ(found->expires, row.expires);
  EXPECT_EQ(found->embargo_until, row.embargo_until);
  EXPECT_EQ(found->state, row.state);
  EXPECT_EQ(found->own, row.own);
  EXPECT_EQ(found->author, row.author);
  EXPECT_EQ(found->header, row.header);
  EXPECT_EQ(found->stored, row.stored);
  EXPECT_EQ(found->attestations, row.attestations);
  EXPECT_EQ(found->received, row.received);
  EXPECT_EQ(found->offset, offset);
  EXPECT_EQ(found->accepted_by, row.accepted_by);
  EXPECT_FALSE(Find(IdOf(2)));
}

TEST_P(StoreRecordsTest, NewRevisionClosesTheOneBeforeAndReplacesItsEntry) {
  EXPECT_EQ(Put(RowOf(1, 1)), 1);
  EXPECT_EQ(Put(RowOf(2, 1)), 2);
  EXPECT_EQ(Put(RowOf(1, 2)), 3);
  EXPECT_EQ(Spans(Revisions(IdOf(1))), (std::vector<Span>{{1, 3}, {3, 0}}));
  EXPECT_EQ(Spans(Revisions(IdOf(2))), (std::vector<Span>{{2, 0}}));
  EXPECT_EQ(Offsets(Feed()), (std::vector<Offset>{2, 3}));
  EXPECT_EQ(Find(IdOf(1))->revision, 2U);
  EXPECT_EQ(Find(IdOf(1))->offset, 3);
  EXPECT_EQ(Revisions(IdOf(1))[0].header, "header 1.1");
  EXPECT_EQ(Revisions(IdOf(1))[0].leaf, LeafOf("1.1"));
}

TEST_P(StoreRecordsTest, UpgradeOfTheSameLeafKeepsItsRevision) {
  Put(RowOf(1));
  RecordRow upgraded = RowOf(1);
  upgraded.stored = "more sections";
  EXPECT_EQ(Put(upgraded), 2);
  EXPECT_EQ(Spans(Revisions(IdOf(1))), (std::vector<Span>{{1, 0}}));
  EXPECT_EQ(Offsets(Feed()), (std::vector<Offset>{2}));
  EXPECT_EQ(Find(IdOf(1))->stored, "more sections");
}

TEST_P(StoreRecordsTest, WinnerOfATieClosesTheLoserOfTheSameNumber) {
  Put(RowOf(1));
  RecordRow winner = RowOf(1);
  winner.leaf = LeafOf("winner");
  Put(winner);
  EXPECT_EQ(Spans(Revisions(IdOf(1))), (std::vector<Span>{{1, 2}, {2, 0}}));
}

TEST_P(StoreRecordsTest, RevisionThatNeverWasTheNewestIsKeptWithoutAnEntry) {
  Put(RowOf(1, 2));
  const RevisionRow stale{
      .id = IdOf(1), .revision = 1, .leaf = LeafOf("1.1"), .header = "header 1.1"};
  Write([&](Writer& writer) {
    EXPECT_OK(writer.PutRevision(stale));
    EXPECT_OK(writer.PutRevision(stale));  // seen again: nothing new
  });
  EXPECT_EQ(Spans(Revisions(IdOf(1))), (std::vector<Span>{{0, 0}, {1, 0}}));
  EXPECT_EQ(Newest(), 1);
  // A later revision closes the newest alone.
  Put(RowOf(1, 3));
  EXPECT_EQ(Spans(Revisions(IdOf(1))), (std::vector<Span>{{0, 0}, {1, 2}, {2, 0}}));
  // What PutRevision has seen may still become the newest.
  Put(RowOf(1, 1));
  EXPECT_EQ(Spans(Revisions(IdOf(1))), (std::vector<Span>{{3, 0}, {1, 2}, {2, 3}}));
}

TEST_P(StoreRecordsTest, UpdateStoredMakesNoEntry) {
  Put(RowOf(1));
  Write([](Writer& writer) {
    EXPECT_OK(writer.UpdateStored(IdOf(1), "fewer", "others"));
    EXPECT_EQ(writer.UpdateStored(IdOf(2), "", "").code(), absl::StatusCode::kNotFound);
  });
  EXPECT_EQ(Find(IdOf(1))->stored, "fewer");
  EXPECT_EQ(Find(IdOf(1))->attestations, "others");
  EXPECT_EQ(Find(IdOf(1))->offset, 1);
  EXPECT_EQ(Newest(), 1);
}

TEST_P(StoreRecordsTest, ReceiptsHaveAnEntryBesideTheRecords) {
  Put(RowOf(1));
  Write([](Writer& writer) {
    EXPECT_EQ(*writer.Touch(IdOf(1), EntryType::kReceipts), 2);
    EXPECT_EQ(*writer.Touch(IdOf(1), EntryType::kReceipts), 3);
    EXPECT_EQ(writer.Touch(IdOf(9), EntryType::kRecord).status().code(),
              absl::StatusCode::kNotFound);
  });
  EXPECT_EQ(Offsets(Feed()), (std::vector<Offset>{1, 3}));
  EXPECT_EQ(Feed()[1].type, EntryType::kReceipts);
  EXPECT_EQ(Find(IdOf(1))->offset, 1);

  Write([](Writer& writer) { EXPECT_EQ(*writer.Touch(IdOf(1), EntryType::kRecord), 4); });
  EXPECT_EQ(Offsets(Feed()), (std::vector<Offset>{3, 4}));
  EXPECT_EQ(Find(IdOf(1))->offset, 4);
  EXPECT_EQ(Spans(Revisions(IdOf(1))), (std::vector<Span>{{1, 0}}));
}

TEST_P(StoreRecordsTest, EntriesCarryTheRecordAsOfNow) {
  Put(RowOf(1));
  Write([](Writer& writer) { EXPECT_OK(writer.Touch(IdOf(1), EntryType::kReceipts).status()); });
  RecordRow withdrawn = RowOf(1, 2);
  withdrawn.state = RecordState::kWithdrawn;
  withdrawn.own = true;
  Put(withdrawn);
  for (const EntryRow& entry : Feed()) {
    EXPECT_EQ(entry.id, IdOf(1));
    EXPECT_EQ(entry.revision, 2U);
    EXPECT_EQ(entry.leaf, LeafOf("1.2"));
    EXPECT_EQ(entry.state, RecordState::kWithdrawn);
    EXPECT_TRUE(entry.own);
    EXPECT_EQ(entry.author, "alpha");
    EXPECT_EQ(entry.header, "header 1.2");
  }
  EXPECT_EQ(Offsets(Feed()), (std::vector<Offset>{2, 3}));
}

TEST_P(StoreRecordsTest, EntriesKeepToTheirBounds) {
  for (std::uint32_t n = 1; n <= 5; ++n) Put(RowOf(n));
  EXPECT_EQ(Offsets(Feed(1, 4)), (std::vector<Offset>{2, 3, 4}));
  EXPECT_EQ(Offsets(Feed(1, 4, 2)), (std::vector<Offset>{2, 3}));
  EXPECT_TRUE(Feed(5, 5).empty());
}

TEST_P(StoreRecordsTest, DropForgetsAllButTheRevisions) {
  Put(RowOf(1));
  Put(RowOf(2));
  Write([](Writer& writer) {
    EXPECT_OK(writer.PutHeld({.id = IdOf(1), .link = "hub"}));
    EXPECT_OK(writer.Touch(IdOf(1), EntryType::kReceipts).status());
    EXPECT_OK(writer.DropRecord(IdOf(1)));
    EXPECT_OK(writer.DropRecord(IdOf(9)));
  });
  EXPECT_FALSE(Find(IdOf(1)));
  EXPECT_TRUE(Ask([](const Reader& reader) { return reader.Held(IdOf(1)); }).empty());
  EXPECT_EQ(Offsets(Feed()), (std::vector<Offset>{2}));
  EXPECT_EQ(Spans(Revisions(IdOf(1))), (std::vector<Span>{{1, 3}}));
}

TEST_P(StoreRecordsTest, WhatIsTakenBackHasAnEntryThatOutlivesItsRecord) {
  RecordRow row = RowOf(1);
  row.author = "alpha";
  row.expires = clock_.Now();
  Put(row);
  Put(RowOf(2));
  Write([](Writer& writer) {
    EXPECT_EQ(*writer.PutTakenBack(IdOf(1)), 3);
    EXPECT_EQ(*writer.PutTakenBack(IdOf(1)), 4);
    EXPECT_OK(writer.DropRecord(IdOf(1)));
    EXPECT_EQ(writer.PutTakenBack(IdOf(9)).status().code(), absl::StatusCode::kNotFound);
  });
  EXPECT_EQ(Newest(), 4);
  EXPECT_EQ(Offsets(Feed()), (std::vector<Offset>{2, 4}));
  const EntryRow entry = Feed().back();
  EXPECT_EQ(entry.type, EntryType::kTakenBack);
  EXPECT_EQ(entry.id, IdOf(1));
  EXPECT_EQ(entry.leaf, row.leaf);
  EXPECT_EQ(entry.author, "alpha");
  EXPECT_EQ(entry.header, row.header);
  // It comes back, and both entries stand in order.
  EXPECT_EQ(Put(row), 5);
  EXPECT_EQ(Offsets(Feed()), (std::vector<Offset>{2, 4, 5}));
  EXPECT_EQ(Offsets(Feed(2, 9, 1)), (std::vector<Offset>{4}));
  Write([](Writer& writer) {
    EXPECT_EQ(*writer.DropExpired(ManualClock().Now() + std::chrono::seconds(1), 9), 1);
  });
  EXPECT_EQ(Offsets(Feed()), (std::vector<Offset>{2}));
}

TEST_P(StoreRecordsTest, RetractedRecordMayComeBack) {
  Put(RowOf(1));
  Write([](Writer& writer) { EXPECT_OK(writer.DropRecord(IdOf(1))); });
  EXPECT_EQ(Put(RowOf(1)), 2);
  EXPECT_EQ(Spans(Revisions(IdOf(1))), (std::vector<Span>{{1, 0}}));
  Put(RowOf(1, 2));
  EXPECT_EQ(Spans(Revisions(IdOf(1))), (std::vector<Span>{{1, 3}, {3, 0}}));
}

TEST_P(StoreRecordsTest, OffsetsAreNeverUsedTwice) {
  Put(RowOf(1));
  Put(RowOf(2));
  Write([](Writer& writer) { EXPECT_OK(writer.DropRecord(IdOf(2))); });
  EXPECT_EQ(Newest(), 2);
  Open();
  EXPECT_EQ(Newest(), 2);
  EXPECT_EQ(Put(RowOf(2)), 3);
}

TEST_P(StoreRecordsTest, NewestOfAnEmptyStoreIsZero) { EXPECT_EQ(Newest(), 0); }

TEST_P(StoreRecordsTest, RecordsAreFoundByThePrefixOfTheirId) {
  for (const std::uint32_t n : {0x12340000U, 0x12345678U, 0x12350000U, 0xffffffffU}) Put(RowOf(n));
  const auto find = [&](std::string hex, int limit) {
    return Ask([&](const Reader& reader) { return reader.FindByPrefix(hex, limit); });
  };
  using Ids = std::vector<RecordId>;
  const RecordId a = IdOf(0x12340000), b = IdOf(0x12345678), c = IdOf(0x12350000);
  EXPECT_EQ(find("1234", 9), (Ids{a, b}));
  EXPECT_EQ(find("12345", 9), (Ids{b}));
  EXPECT_EQ(find("1235", 9), (Ids{c}));
  EXPECT_EQ(find("FFFF", 9), (Ids{IdOf(0xffffffff)}));
  EXPECT_EQ(find("1234", 1), (Ids{a}));
  EXPECT_EQ(find(ToString(b), 9), (Ids{b}));
  EXPECT_EQ(find("abcd", 9), (Ids{}));
}

TEST_P(StoreRecordsTest, PrefixThatIsNoneIsRefused) {
  for (const std::string& hex : {std::string("123"), std::string("12g4"), std::string(33, '1')}) {
    const absl::Status status =
        store_->Read([&](const Reader& reader) { return reader.FindByPrefix(hex, 9).status(); });
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << hex;
  }
}

TEST_P(StoreRecordsTest, ListFiltersInFeedOrder) {
  RecordRow own = RowOf(1);
  own.own = true;
  RecordRow sighting = RowOf(2);
  sighting.kind = policy::Kind::kSighting;
  RecordRow withdrawn = RowOf(3);
  withdrawn.state = RecordState::kWithdrawn;
  RecordRow expired = RowOf(4);
  expired.expires = clock_.Now();
  for (const RecordRow& row : {sighting, withdrawn, expired, own}) Put(row);
  const auto list = [&](const RecordQuery& query) {
    std::vector<std::uint8_t> numbers;
    for (const RecordRow& row : Ask([&](const Reader& r) { return r.ListRecords(query); })) {
      numbers.push_back(row.id.data()[3]);
    }
    return numbers;
  };
  using Numbers = std::vector<std::uint8_t>;
  EXPECT_EQ(list({}), (Numbers{2, 3, 4, 1}));
  EXPECT_EQ(list({.kind = policy::Kind::kSighting}), (Numbers{2}));
  EXPECT_EQ(list({.state = RecordState::kWithdrawn}), (Numbers{3}));
  EXPECT_EQ(list({.own = true}), (Numbers{1}));
  EXPECT_EQ(list({.own = false}), (Numbers{2, 3, 4}));
  EXPECT_EQ(list({.alive_at = clock_.Now()}), (Numbers{2, 3, 1}));
  EXPECT_EQ(list({.after = 2}), (Numbers{4, 1}));
  EXPECT_EQ(list({.after = 1, .limit = 2}), (Numbers{3, 4}));
  // A receipts entry is no second place of the record.
  Write([](Writer& writer) { EXPECT_OK(writer.Touch(IdOf(1), EntryType::kReceipts).status()); });
  EXPECT_EQ(list({}), (Numbers{2, 3, 4, 1}));
}

TEST_P(StoreRecordsTest, EmbargoEndsOnce) {
  const Timestamp now = clock_.Now();
  RecordRow soon = RowOf(1);
  soon.embargo_until = now + std::chrono::seconds(10);
  RecordRow over = RowOf(2);
  over.embargo_until = now;
  RecordRow withdrawn = RowOf(3);
  withdrawn.embargo_until = now;
  withdrawn.state = RecordState::kWithdrawn;
  for (const RecordRow& row : {soon, over, withdrawn, RowOf(4)}) Put(row);
  const auto ended = [&](Timestamp at, int limit = 9) {
    return Ask([&](const Reader& reader) { return reader.EmbargoesEnded(at, limit); });
  };
  using Ids = std::vector<RecordId>;
  EXPECT_EQ(ended(now - std::chrono::seconds(1)), Ids{});
  EXPECT_EQ(ended(now), Ids{IdOf(2)});
  EXPECT_EQ(ended(now + std::chrono::seconds(10)), (Ids{IdOf(2), IdOf(1)}));
  EXPECT_EQ(ended(now + std::chrono::seconds(10), 1), Ids{IdOf(2)});
  Write([](Writer& writer) {
    EXPECT_OK(writer.MarkEmbargoEnded(IdOf(2)));
    EXPECT_EQ(writer.MarkEmbargoEnded(IdOf(9)).code(), absl::StatusCode::kNotFound);
  });
  EXPECT_EQ(ended(now), Ids{});
  // A revision with the same end has had it; one with another end has not.
  RecordRow again = RowOf(2, 2);
  again.embargo_until = now;
  Put(again);
  EXPECT_EQ(ended(now), Ids{});
  again = RowOf(2, 3);
  again.embargo_until = now - std::chrono::seconds(1);
  Put(again);
  EXPECT_EQ(ended(now), Ids{IdOf(2)});
}

TEST_P(StoreRecordsTest, ExpiredRecordsGoWithAllThatBelongsToThem) {
  const Timestamp now = clock_.Now();
  for (std::uint32_t n = 1; n <= 3; ++n) {
    RecordRow row = RowOf(n);
    row.expires = now + std::chrono::seconds(n);
    if (n == 1) row.state = RecordState::kWithdrawn;
    Put(row);
    Write([&](Writer& writer) {
      EXPECT_OK(writer.PutHeld({.id = IdOf(n), .link = "hub"}));
      EXPECT_OK(writer.PutReceipt({.id = IdOf(n), .peer = "beta"}).status());
      EXPECT_OK(
          writer.PutSource({.format = "misp", .source_id = fmt::to_string(n), .id = IdOf(n)}));
      EXPECT_OK(writer.Touch(IdOf(n), EntryType::kReceipts).status());
    });
  }
  const auto drop = [&](Timestamp before, int limit) {
    int dropped = -1;
    Write([&](Writer& writer) { dropped = *writer.DropExpired(before, limit); });
    return dropped;
  };
  EXPECT_EQ(drop(now + std::chrono::seconds(1), 9), 0);
  EXPECT_EQ(drop(now + std::chrono::seconds(3), 1), 1);
  EXPECT_EQ(drop(now + std::chrono::seconds(3), 9), 1);
  for (std::uint32_t n = 1; n <= 3; ++n) {
    const bool kept = n == 3;
    const std::string source = fmt::to_string(n);
    EXPECT_EQ(Find(IdOf(n)).has_value(), kept) << n;
    EXPECT_EQ(!Revisions(IdOf(n)).empty(), kept) << n;
    EXPECT_EQ(!Ask([&](const Reader& r) { return r.Held(IdOf(n)); }).empty(), kept) << n;
    EXPECT_EQ(!Ask([&](const Reader& r) { return r.Receipts(IdOf(n)); }).empty(), kept) << n;
    EXPECT_EQ(Ask([&](const Reader& r) { return r.FindSource("misp", source, 0); }).has_value(),
              kept)
        << n;
  }
  EXPECT_EQ(Offsets(Feed()), (std::vector<Offset>{5, 6}));
}

TEST_P(StoreRecordsTest, RevisionsOfARetractedRecordGoWhenItWouldHaveExpired) {
  RecordRow row = RowOf(1);
  row.expires = clock_.Now();
  Put(row);
  Write([](Writer& writer) {
    EXPECT_OK(writer.DropRecord(IdOf(1)));
    // Seen after the retraction: it takes the end of the others.
    EXPECT_OK(writer.PutRevision({.id = IdOf(1), .revision = 2, .leaf = LeafOf("late")}));
    EXPECT_EQ(*writer.DropExpired(ManualClock().Now(), 9), 0);
  });
  EXPECT_EQ(Revisions(IdOf(1)).size(), 2U);
  Write([](Writer& writer) {
    EXPECT_EQ(*writer.DropExpired(ManualClock().Now() + std::chrono::seconds(1), 9), 1);
  });
  EXPECT_TRUE(Revisions(IdOf(1)).empty());
}

TEST_P(StoreRecordsTest, RecordThatCameBackOutlivesItsFirstEnd) {
  RecordRow row = RowOf(1);
  row.expires = clock_.Now();
  Put(row);
  Write([](Writer& writer) { EXPECT_OK(writer.DropRecord(IdOf(1))); });
  row.expires = clock_.Now() + std::chrono::hours(1);
  Put(row);
  Write([](Writer& writer) {
    EXPECT_EQ(*writer.DropExpired(ManualClock().Now() + std::chrono::seconds(1), 9), 0);
  });
  EXPECT_EQ(Revisions(IdOf(1)).size(), 1U);
}

TEST_P(StoreRecordsTest, CountsSayWhatIsThere) {
  RecordRow own = RowOf(1);
  own.own = true;
  RecordRow withdrawn = RowOf(3);
  withdrawn.state = RecordState::kWithdrawn;
  for (const RecordRow& row : {own, RowOf(2), withdrawn}) Put(row);
  Write([](Writer& w) { EXPECT_OK(w.PutOutbox({.link = "hub", .id = IdOf(1)}).status()); });
  const Counts counts = Count();
  EXPECT_EQ(counts.records, 2);
  EXPECT_EQ(counts.own, 1);
  EXPECT_EQ(counts.withdrawn, 1);
  EXPECT_EQ(counts.outbox, 1);
  EXPECT_EQ(counts.newest, 3);
  EXPECT_GT(counts.file_bytes, 0);
}

INSTANTIATE_TEST_SUITE_P(Every, StoreRecordsTest, testing::ValuesIn(Backends()), BackendName);

}  // namespace
}  // namespace renkei::store
