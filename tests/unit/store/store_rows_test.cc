// Rows beside the records: what every backend must do.
#include "tests/unit/store/store_suite.h"

namespace renkei::store {
namespace {

class StoreRowsTest : public StoreSuite {};

TEST_P(StoreRowsTest, HeldIsPerLinkAndReplaced) {
  Write([](Writer& writer) {
    EXPECT_OK(writer.PutHeld({.id = IdOf(1), .link = "own", .sections = 0xffff, .relay = 1}));
    EXPECT_OK(writer.PutHeld({.id = IdOf(1), .link = "hub", .sections = 1}));
    EXPECT_OK(writer.PutHeld(
        {.id = IdOf(1), .link = "hub", .leaf = LeafOf("x"), .sections = 3, .relay = 2}));
    EXPECT_OK(writer.PutHeld({.id = IdOf(2), .link = "hub"}));
  });
  const auto held = [&] { return Ask([](const Reader& reader) { return reader.Held(IdOf(1)); }); };
  ASSERT_EQ(held().size(), 2U);
  EXPECT_EQ(held()[0].link, "hub");
  EXPECT_EQ(held()[0].id, IdOf(1));
  EXPECT_EQ(held()[0].leaf, LeafOf("x"));
  EXPECT_EQ(held()[0].sections, 3);
  EXPECT_EQ(held()[0].relay, 2);
  EXPECT_EQ(held()[1].sections, 0xffff);
  Write([](Writer& writer) {
    EXPECT_OK(writer.DropHeld(IdOf(1), "hub"));
    EXPECT_OK(writer.DropHeld(IdOf(1), "no-such-link"));
  });
  ASSERT_EQ(held().size(), 1U);
  EXPECT_EQ(held()[0].link, "own");
}

TEST_P(StoreRowsTest, WhatWasPublishedWithoutANameIsNoRecordOfTheFeed) {
  const UnnamedRow row{.id = IdOf(1),
                       .revision = 2,
                       .leaf = LeafOf("a"),
                       .source = policy::SourceMode::kAnonymous,
                       .epoch = 690,
                       .seed = "sealed seed",
                       .expires = clock_.Now(),
                       .state = RecordState::kWithdrawn,
                       .queued = clock_.Now(),
                       .header = "header",
                       .stored = "stored"};
  Write([&](Writer& writer) { EXPECT_OK(writer.PutUnnamed(row)); });
  const auto found = Ask([](const Reader& reader) { return reader.FindUnnamed(IdOf(1)); });
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->id, row.id);
  EXPECT_EQ(found->revision, 2U);
  EXPECT_EQ(found->leaf, row.leaf);
  EXPECT_EQ(found->source, row.source);
  EXPECT_EQ(found->epoch, 690U);
  EXPECT_EQ(found->seed, row.seed);
  EXPECT_EQ(found->expires, row.expires);
  EXPECT_EQ(found->state, row.state);
  EXPECT_EQ(found->queued, row.queued);
  EXPECT_EQ(found->header, row.header);
  EXPECT_EQ(found->stored, row.stored);
  EXPECT_FALSE(Ask([](const Reader& reader) { return reader.FindRecord(IdOf(1)); }));
  EXPECT_EQ(Ask([](const Reader& reader) { return reader.Newest(); }), 0);
  EXPECT_EQ(Ask([](const Reader& reader) { return reader.FindByPrefix("00000001", 5); }).size(),
            1U);
  // It is forgotten when it is past, with where it came from.
  Write([&](Writer& writer) {
    EXPECT_OK(writer.PutSource({.format = "misp", .source_id = "x", .id = IdOf(1)}));
    EXPECT_EQ(*writer.DropExpired(clock_.Now() + std::chrono::seconds(1), 10), 1);
  });
  EXPECT_FALSE(Ask([](const Reader& reader) { return reader.FindUnnamed(IdOf(1)); }));
  EXPECT_FALSE(Ask([](const Reader& reader) { return reader.FindSource("misp", "x", 0); }));
}

TEST_P(StoreRowsTest, UnreleasedRecordsWaitByPeriod) {
  Write([](Writer& writer) {
    EXPECT_OK(writer.PutUnreleased({.id = IdOf(1), .revision = 1, .period = 7, .payload = "a"}));
    EXPECT_OK(writer.PutUnreleased({.id = IdOf(2), .revision = 1, .period = 8, .payload = "b"}));
    EXPECT_OK(writer.PutUnreleased(
        {.id = IdOf(1), .revision = 2, .leaf = LeafOf("x"), .period = 7, .payload = "c"}));
  });
  const auto before = [&](std::int64_t period) {
    return Ask([&](const Reader& reader) { return reader.UnreleasedBefore(period, 10); });
  };
  EXPECT_TRUE(before(7).empty());
  EXPECT_EQ(before(8), std::vector<RecordId>{IdOf(1)});
  EXPECT_EQ(before(9).size(), 2U);
  const auto found = Ask([](const Reader& reader) { return reader.FindUnreleased(IdOf(1)); });
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->revision, 2U);
  EXPECT_EQ(found->leaf, LeafOf("x"));
  EXPECT_EQ(found->period, 7);
  EXPECT_EQ(found->payload, "c");
  Write([](Writer& writer) { EXPECT_OK(writer.DropUnreleased(IdOf(1))); });
  EXPECT_FALSE(Ask([](const Reader& reader) { return reader.FindUnreleased(IdOf(1)); }));
}

TEST_P(StoreRowsTest, ReceivedCountsFirstReceiptsOfALink) {
  const Timestamp start = clock_.Now();
  Write([](Writer& writer) { EXPECT_OK(writer.PutHeld({.id = IdOf(1), .link = "hub"})); });
  clock_.Advance(std::chrono::seconds(10));
  Write([](Writer& writer) {
    EXPECT_OK(writer.PutHeld({.id = IdOf(1), .link = "hub", .sections = 1}));  // not the first
    EXPECT_OK(writer.PutHeld({.id = IdOf(2), .link = "hub"}));
    EXPECT_OK(writer.PutHeld({.id = IdOf(2), .link = "own"}));
  });
  const auto since = [&](std::string_view link, Timestamp time) {
    return Ask([&](const Reader& reader) { return reader.ReceivedSince(link, time); });
  };
  EXPECT_EQ(since("hub", start), 2);
  EXPECT_EQ(since("hub", start + std::chrono::seconds(1)), 1);
  EXPECT_EQ(since("hub", start + std::chrono::seconds(11)), 0);
  EXPECT_EQ(since("own", start), 1);
}

TEST_P(StoreRowsTest, TombstonesAreWithdrawalsOfWhatWasNeverSeen) {
  RecordRow unknown = RowOf(1);
  unknown.state = RecordState::kWithdrawn;
  RecordRow known = RowOf(2, 2);
  known.state = RecordState::kWithdrawn;
  Put(unknown);
  Put(RowOf(2, 1));
  Put(known);
  Put(RowOf(3));
  Write([](Writer& writer) {
    for (std::uint32_t n = 1; n <= 3; ++n) {
      EXPECT_OK(writer.PutHeld({.id = IdOf(n), .link = "hub"}));
    }
  });
  const auto count = [&](std::string_view link) {
    return Ask([&](const Reader& reader) { return reader.Tombstones(link); });
  };
  EXPECT_EQ(count("hub"), 1);
  EXPECT_EQ(count("other"), 0);
  // The record comes after all: who sends the two in this order gains nothing.
  Write([](Writer& writer) {
    EXPECT_OK(writer.PutRevision({.id = IdOf(1), .revision = 1, .leaf = LeafOf("late")}));
  });
  EXPECT_EQ(count("hub"), 1);
}

TEST_P(StoreRowsTest, OutboxIsOrderedPerLinkUntilAcknowledged) {
  std::vector<std::int64_t> made;
  Write([&](Writer& writer) {
    for (std::uint32_t n = 1; n <= 4; ++n) {
      const OutboxRow row{.link = n == 2 ? "b" : "a",
                          .id = IdOf(n),
                          .payload = fmt::format("payload {}", n),
                          .queued = FromUnixSeconds(n)};
      made.push_back(*writer.PutOutbox(row));
    }
  });
  EXPECT_LT(made[0], made[1]);
  EXPECT_LT(made[1], made[2]);
  const auto outbox = [&](std::string_view link, std::int64_t after, int limit) {
    return Ask([&](const Reader& reader) { return reader.Outbox(link, after, limit); });
  };
  const auto rows = outbox("a", 0, 9);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].sequence, made[0]);
  EXPECT_EQ(rows[0].link, "a");
  EXPECT_EQ(rows[0].id, IdOf(1));
  EXPECT_EQ(rows[0].payload, "payload 1");
  EXPECT_EQ(rows[0].queued, FromUnixSeconds(1));
  EXPECT_EQ(outbox("a", made[0], 1)[0].id, IdOf(3));
  EXPECT_EQ(outbox("a", made[3], 9).size(), 0U);

  Write([&](Writer& writer) {
    EXPECT_OK(writer.DropOutbox("a", made[3]));
    EXPECT_OK(writer.DropOutbox("a", made[1]));  // another link's: stays
  });
  const auto count = [&](std::string_view link) {
    return Ask([&](const Reader& reader) { return reader.OutboxCount(link); });
  };
  EXPECT_EQ(count("a"), 2);
  EXPECT_EQ(count("b"), 1);
  // The newest is gone, and still its number is not given again.
  Write([&](Writer& w) { EXPECT_GT(*w.PutOutbox({.link = "a", .id = IdOf(5)}), made[3]); });
}

TEST_P(StoreRowsTest, UrgentRowsOfTheOutboxAreFoundBehindAnyOthers) {
  Write([&](Writer& writer) {
    for (std::uint32_t n = 1; n <= 4; ++n) {
      EXPECT_OK(writer.PutOutbox({.link = "a", .id = IdOf(n % 2), .payload = "p", .urgent = n > 2})
                    .status());
    }
    EXPECT_OK(writer.PutOutbox({.link = "b", .id = IdOf(1), .urgent = true}).status());
  });
  const auto urgent = Ask([](const Reader& reader) { return reader.UrgentOutbox("a", 9); });
  ASSERT_EQ(urgent.size(), 2U);
  EXPECT_EQ(urgent[0].id, IdOf(1));
  EXPECT_EQ(urgent[1].id, IdOf(0));
  EXPECT_LT(urgent[0].sequence, urgent[1].sequence);
  EXPECT_EQ(Ask([](const Reader& reader) { return reader.UrgentOutbox("a", 1); }).size(), 1U);
  const auto of_one = Ask([](const Reader& reader) { return reader.OutboxOf("a", IdOf(1)); });
  ASSERT_EQ(of_one.size(), 2U);
  EXPECT_FALSE(of_one[0].urgent);
  EXPECT_TRUE(of_one[1].urgent);
}

TEST_P(StoreRowsTest, PseudonymsAreReplacedAndForgottenInPortions) {
  const auto key = [](char c) { return *crypto::PublicKey::From(std::string(32, c)); };
  const auto find = [&](char c) {
    return Ask([&](const Reader& reader) { return reader.FindPseudonym(key(c)); });
  };
  Write([&](Writer& writer) {
    EXPECT_OK(writer.PutPseudonym({.key = key('a'), .until = FromUnixSeconds(1)}));
    EXPECT_OK(writer.PutPseudonym(
        {.key = key('a'), .epoch = 3, .until = FromUnixSeconds(30), .sealed = "s"}));
    EXPECT_OK(writer.PutPseudonym({.key = key('b'), .until = FromUnixSeconds(20)}));
    EXPECT_OK(writer.PutPseudonym({.key = key('c'), .until = FromUnixSeconds(10)}));
  });
  EXPECT_EQ(find('a')->epoch, 3U);
  EXPECT_EQ(find('a')->sealed, "s");
  EXPECT_EQ(find('a')->until, FromUnixSeconds(30));
  EXPECT_FALSE(find('x'));
  Write([&](Writer& w) { EXPECT_EQ(*w.DropPseudonyms(FromUnixSeconds(30), 1), 1); });
  EXPECT_FALSE(find('c')) << "the oldest first";
  EXPECT_TRUE(find('b'));
  Write([&](Writer& w) { EXPECT_EQ(*w.DropPseudonyms(FromUnixSeconds(30), 9), 1); });
  EXPECT_FALSE(find('b'));
  EXPECT_TRUE(find('a')) << "not before its time";
}

TEST_P(StoreRowsTest, CursorIsReplaced) {
  const auto find = [&] {
    return Ask([](const Reader& reader) { return reader.FindCursor("hub"); });
  };
  EXPECT_FALSE(find());
  for (const std::string& cursor : {std::string("one"), std::string("\0two", 4)}) {
    Write([&](Writer& writer) {
      EXPECT_OK(writer.PutCursor({.link = "hub", .cursor = cursor, .stored = FromUnixSeconds(7)}));
    });
    ASSERT_TRUE(find());
    EXPECT_EQ(find()->cursor, cursor);
    EXPECT_EQ(find()->link, "hub");
    EXPECT_EQ(find()->stored, FromUnixSeconds(7));
  }
}

TEST_P(StoreRowsTest, AccessIsListedByGeneration) {
  Write([](Writer& writer) {
    EXPECT_OK(writer.PutAccess({.peer = "beta", .generation = 2, .since = 5, .facts = "later"}));
    EXPECT_OK(writer.PutAccess({.peer = "beta",
                                .generation = 1,
                                .since = 3,
                                .facts = "facts",
                                .policy = "digest",
                                .began = FromUnixSeconds(9)}));
    EXPECT_OK(writer.PutAccess({.peer = "gamma", .generation = 1}));
  });
  const auto rows = Ask([](const Reader& reader) { return reader.Access("beta"); });
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].peer, "beta");
  EXPECT_EQ(rows[0].generation, 1);
  EXPECT_EQ(rows[0].since, 3);
  EXPECT_EQ(rows[0].facts, "facts");
  EXPECT_EQ(rows[0].policy, "digest");
  EXPECT_EQ(rows[0].began, FromUnixSeconds(9));
  EXPECT_EQ(rows[1].facts, "later");
  Write([](Writer& writer) { EXPECT_OK(writer.DropAccess("beta", 2)); });
  const auto access = [&](std::string_view peer) {
    return Ask([&](const Reader& reader) { return reader.Access(peer); });
  };
  ASSERT_EQ(access("beta").size(), 1U);
  EXPECT_EQ(access("beta")[0].generation, 2);
  EXPECT_EQ(access("gamma").size(), 1U);
}

TEST_P(StoreRowsTest, PolicyAppliedAgainIsTheNewestAgain) {
  const std::string a(32, 'a'), b(32, 'b');
  const Timestamp now = clock_.Now();
  const auto apply = [&](const std::string& digest) {
    Write([&](Writer& writer) {
      EXPECT_OK(writer.PutPolicy({.digest = digest, .text = "text " + digest, .applied = now}));
    });
  };
  const auto newest = [&] {
    return Ask([](const Reader& reader) { return reader.Policies(); }).front().digest;
  };
  apply(a);
  apply(b);
  EXPECT_EQ(newest(), b);
  apply(a);
  EXPECT_EQ(newest(), a);
  EXPECT_EQ(Ask([](const Reader& reader) { return reader.Policies(); }).size(), 2U);
  const auto found = Ask([&](const Reader& reader) { return reader.FindPolicy(b); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "text " + b);
  EXPECT_EQ(found->applied, now);
  EXPECT_FALSE(Ask([](const Reader& reader) { return reader.FindPolicy("none"); }));
}

TEST_P(StoreRowsTest, ReceiptCountsOncePerPeerAndRevision) {
  Write([](Writer& writer) {
    const ReceiptRow row{
        .id = IdOf(1), .leaf = LeafOf("1"), .peer = "beta", .received = FromUnixSeconds(5)};
    EXPECT_TRUE(*writer.PutReceipt(row));
    EXPECT_FALSE(*writer.PutReceipt(row));
    ReceiptRow other = row;
    other.peer = "gamma";
    EXPECT_TRUE(*writer.PutReceipt(other));
    other.leaf = LeafOf("2");
    EXPECT_TRUE(*writer.PutReceipt(other));
  });
  const auto rows = Ask([](const Reader& reader) { return reader.Receipts(IdOf(1)); });
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].id, IdOf(1));
  EXPECT_EQ(rows[0].leaf, LeafOf("1"));
  EXPECT_EQ(rows[0].peer, "beta");
  EXPECT_EQ(rows[0].received, FromUnixSeconds(5));
  EXPECT_TRUE(Ask([](const Reader& reader) { return reader.Receipts(IdOf(2)); }).empty());
}

TEST_P(StoreRowsTest, SourceIsPerPartAndReplaced) {
  Write([](Writer& writer) {
    EXPECT_OK(writer.PutSource({.format = "misp", .source_id = "7", .part = 0, .id = IdOf(1)}));
    EXPECT_OK(writer.PutSource({.format = "misp", .source_id = "7", .part = 1, .id = IdOf(2)}));
    EXPECT_OK(writer.PutSource({.format = "misp",
                                .source_id = "7",
                                .part = 1,
                                .id = IdOf(3),
                                .content = LeafOf("content")}));
  });
  const auto find = [&](std::string_view format, std::string_view id, int part) {
    return Ask([&](const Reader& reader) { return reader.FindSource(format, id, part); });
  };
  ASSERT_TRUE(find("misp", "7", 1));
  EXPECT_EQ(find("misp", "7", 1)->id, IdOf(3));
  EXPECT_EQ(find("misp", "7", 1)->content, LeafOf("content"));
  EXPECT_EQ(find("misp", "7", 1)->part, 1);
  EXPECT_EQ(find("misp", "7", 1)->format, "misp");
  EXPECT_EQ(find("misp", "7", 1)->source_id, "7");
  EXPECT_EQ(find("misp", "7", 0)->id, IdOf(1));
  EXPECT_FALSE(find("stix", "7", 0));
  EXPECT_FALSE(find("misp", "8", 0));
}

TEST_P(StoreRowsTest, ObjectsAreOpaqueAndListedByKey) {
  const std::string binary("\0\xff", 2);
  Write([&](Writer& writer) {
    EXPECT_OK(writer.PutObject("roster", "beta", "old"));
    EXPECT_OK(writer.PutObject("roster", "beta", binary));
    EXPECT_OK(writer.PutObject("roster", "alpha", ""));
    EXPECT_OK(writer.PutObject("charter", binary, "c"));
    EXPECT_OK(writer.PutObject("charter", "gone", "x"));
    EXPECT_OK(writer.DropObject("charter", "gone"));
    EXPECT_OK(writer.DropObject("charter", "never was"));
  });
  using Objects = std::vector<std::pair<Bytes, Bytes>>;
  const auto list = [&](std::string_view kind) {
    return Ask([&](const Reader& reader) { return reader.ListObjects(kind); });
  };
  EXPECT_EQ(list("roster"), (Objects{{"alpha", ""}, {"beta", binary}}));
  EXPECT_EQ(list("charter"), (Objects{{binary, "c"}}));
  EXPECT_EQ(Ask([&](const Reader& r) { return r.FindObject("charter", binary); }), "c");
  EXPECT_EQ(Ask([&](const Reader& r) { return r.FindObject("roster", "alpha"); }), "");
  EXPECT_FALSE(Ask([&](const Reader& r) { return r.FindObject("roster", "gamma"); }));
}

TEST_P(StoreRowsTest, CommunitiesDoNotSeeEachOthersRows) {
  Put(RowOf(1));
  Write([](Writer& writer) {
    EXPECT_OK(writer.PutCursor({.link = "hub", .cursor = "here"}));
    EXPECT_OK(writer.PutObject("identity", "name", "shared"));
  });
  Place other = Here();
  other.community = "other.example";
  Open(other);
  EXPECT_FALSE(Find(IdOf(1)));
  EXPECT_TRUE(Feed().empty());
  EXPECT_EQ(Count().records, 0);
  EXPECT_FALSE(Ask([](const Reader& reader) { return reader.FindCursor("hub"); }));
  EXPECT_EQ(Ask([](const Reader& reader) { return reader.FindObject("identity", "name"); }),
            "shared");
  EXPECT_EQ(Put(RowOf(1)), 2);  // the same id in two communities: two records
  Open();
  EXPECT_EQ(Find(IdOf(1))->offset, 1);
}

TEST_P(StoreRowsTest, WhoTookNoticeOfARecordGoesWithItWhenItHasExpired) {
  StoreSuite::Put(RowOf(1));
  StoreSuite::Put(RowOf(2));
  Write([&](Writer& writer) {
    EXPECT_OK(writer.PutObject(kAckRows, IdOf(1).view(), "one"));
    EXPECT_OK(writer.PutObject("other", IdOf(1).view(), "stays"));
    EXPECT_OK(writer.DropExpired(RowOf(1).expires, 10).status());
  });
  EXPECT_TRUE(
      Ask([](const Reader& reader) { return reader.FindObject(kAckRows, IdOf(1).view()); }));
  Write([&](Writer& writer) {
    EXPECT_OK(writer.DropExpired(RowOf(1).expires + std::chrono::seconds(1), 10).status());
  });
  EXPECT_FALSE(
      Ask([](const Reader& reader) { return reader.FindObject(kAckRows, IdOf(1).view()); }));
  EXPECT_TRUE(Ask([](const Reader& reader) { return reader.FindObject("other", IdOf(1).view()); }));
}

INSTANTIATE_TEST_SUITE_P(Every, StoreRowsTest, testing::ValuesIn(Backends()), BackendName);

}  // namespace
}  // namespace renkei::store
