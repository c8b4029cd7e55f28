#include <sqlite3.h>

#include "node/store/shown.h"
#include "node/store/sqlite/shown_sql.h"
#include "tests/unit/store/store_suite.h"

namespace renkei::store {
namespace {

using Objects = std::vector<ShownObject>;

class ShownTest : public StoreSuite {
 protected:
  ShownStore& shown() { return *FindShownStore(*store_); }
  void Put(std::uint32_t n, const Objects& objects) {
    const absl::Status put = shown().CommitShown([&](Writer&, ShownWriter& writer) -> absl::Status {
      ASSIGN_OR_RETURN(const std::int64_t view, writer.PutView("key", {.basis = "basis"}));
      return writer.Put(view, IdOf(n), objects);
    });
    EXPECT_TRUE(put.ok()) << put;
  }
  std::vector<ShownRow> After(std::int64_t place, int limit = 100) {
    std::vector<ShownRow> rows;
    const absl::Status read =
        shown().ReadShown([&](const Reader&, const ShownReader& reader) -> absl::Status {
          ASSIGN_OR_RETURN(const auto view, reader.FindView("key"));
          if (!view) return absl::OkStatus();
          ASSIGN_OR_RETURN(rows, reader.After(view->number, place, clock_.Now(), limit));
          return absl::OkStatus();
        });
    EXPECT_TRUE(read.ok()) << read;
    return rows;
  }
  void PutPlace(const ShownPlace& place) {
    const auto put = [&](Writer&, ShownWriter& writer) {
      return writer.PutView("key", place).status();
    };
    EXPECT_TRUE(shown().CommitShown(put).ok());
  }
  void Hold(std::uint32_t n, const std::string& link, policy::SectionMask sections) {
    Write([&](Writer& writer) {
      const HeldRow row{.id = IdOf(n), .link = link, .leaf = RowOf(n).leaf, .sections = sections};
      EXPECT_TRUE(writer.PutHeld(row).ok());
    });
  }
  // The records that wait for a second look.
  std::string Looks(std::int64_t after) {
    std::string records;
    const auto read = [&](const Reader&, const ShownReader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(const auto looks, reader.SecondLooks(after, 100));
      for (const SecondLook& one : looks) {
        for (const std::uint32_t n : {1U, 2U}) {
          if (one.record == IdOf(n)) records += fmt::format("{} ", n);
        }
      }
      return absl::OkStatus();
    };
    EXPECT_TRUE(shown().ReadShown(read).ok());
    return records;
  }
  std::int64_t NewestLook() {
    std::int64_t newest = 0;
    const auto read = [&](const Reader&, const ShownReader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(newest, reader.NewestSecondLook());
      return absl::OkStatus();
    };
    EXPECT_TRUE(shown().ReadShown(read).ok());
    return newest;
  }
  bool Drop(BytesView key, int rows) {
    bool gone = false;
    const absl::Status dropped =
        shown().CommitShown([&](Writer&, ShownWriter& writer) -> absl::Status {
          ASSIGN_OR_RETURN(gone, writer.DropView(key, rows));
          return absl::OkStatus();
        });
    EXPECT_TRUE(dropped.ok()) << dropped;
    return gone;
  }
  std::vector<Bytes> ViewKeys() {
    std::vector<Bytes> keys;
    const absl::Status read =
        shown().ReadShown([&](const Reader&, const ShownReader& reader) -> absl::Status {
          ASSIGN_OR_RETURN(keys, reader.Views());
          return absl::OkStatus();
        });
    EXPECT_TRUE(read.ok()) << read;
    return keys;
  }
  // Those that are live.
  std::string Names(std::int64_t place = 0) {
    std::string names;
    for (const ShownRow& row : After(place)) {
      if (row.live) names += row.object.id + " ";
    }
    return names;
  }
};

TEST_P(ShownTest, ObjectsComeInOrderAtPlacesThatRise) {
  StoreSuite::Put(RowOf(1));
  StoreSuite::Put(RowOf(2));
  Put(1, {{"b", 1}, {"a", 1}});
  Put(2, {{"c", 1}});
  EXPECT_EQ(Names(), "b a c ");
  const auto rows = After(0);
  EXPECT_LT(rows[0].place, rows[1].place);
  EXPECT_LT(rows[1].place, rows[2].place);
  // Of now only the second is known.
  EXPECT_EQ(rows[0].place, (UnixSeconds(clock_.Now()) + 1) * 1'000'000);
  EXPECT_EQ(Names(rows[0].place), "a c ");
  EXPECT_EQ(After(0, 2).size(), 2U);
}

TEST_P(ShownTest, WhatStaysKeepsItsPlaceAndANewVersionGoesToTheEnd) {
  StoreSuite::Put(RowOf(1));
  Put(1, {{"a", 1}, {"b", 0}, {"c", 1}});
  const auto before = After(0);
  Put(1, {{"a", 2}, {"b", 0}});
  EXPECT_EQ(Names(), "b a ");
  EXPECT_EQ(After(0)[0].place, before[1].place);
  EXPECT_GT(After(0)[1].place, before[2].place);
}

TEST_P(ShownTest, APlaceIsNeverUsedTwice) {
  StoreSuite::Put(RowOf(1));
  Put(1, {{"a", 1}});
  const std::int64_t place = After(0)[0].place;
  Put(1, {});
  EXPECT_EQ(Names(), "");
  Open();
  Put(1, {{"a", 1}});
  EXPECT_GT(After(0)[0].place, place);
}

TEST_P(ShownTest, AnObjectOfSeveralRecordsStandsAtItsFirstPlaceWhileAnyOfThemLives) {
  StoreSuite::Put(RowOf(1));
  StoreSuite::Put(RowOf(2));
  Put(1, {{"shared", 0}, {"a", 1}});
  Put(2, {{"shared", 0}, {"b", 1}});
  EXPECT_EQ(Names(), "shared a b ");
  Write([](Writer& writer) { EXPECT_TRUE(writer.DropRecord(IdOf(1)).ok()); });
  EXPECT_EQ(Names(), "shared b ");
}

TEST_P(ShownTest, RowsOfWithdrawnExpiredAndDroppedRecordsAreNotShown) {
  RecordRow brief = RowOf(1);
  brief.expires = clock_.Now() + std::chrono::hours(1);
  StoreSuite::Put(brief);
  StoreSuite::Put(RowOf(2));
  Put(1, {{"a", 1}});
  Put(2, {{"b", 1}});
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(Names(), "b ");
  EXPECT_EQ(After(0).size(), 2U);
  RecordRow withdrawn = RowOf(2, 2);
  withdrawn.state = RecordState::kWithdrawn;
  StoreSuite::Put(withdrawn);
  EXPECT_EQ(Names(), "");
  Put(3, {{"c", 1}});
  EXPECT_EQ(Names(), "");
}

TEST_P(ShownTest, RowsOfExpiredRecordsAreForgottenInPieces) {
  for (std::uint32_t n = 1; n <= 3; ++n) {
    RecordRow row = RowOf(n);
    row.expires = clock_.Now() + std::chrono::hours(n);
    StoreSuite::Put(row);
    Put(n, {{fmt::format("a{}", n), 1}, {fmt::format("b{}", n), 1}});
  }
  const Timestamp start = clock_.Now();
  const auto drop = [&](int from_hours, int until_hours, int rows) {
    int dropped = 0;
    const auto work = [&](Writer&, ShownWriter& writer) -> absl::Status {
      ASSIGN_OR_RETURN(dropped, writer.DropExpired(start + std::chrono::hours(from_hours),
                                                   start + std::chrono::hours(until_hours), rows));
      return absl::OkStatus();
    };
    EXPECT_TRUE(shown().CommitShown(work).ok());
    return dropped;
  };
  EXPECT_EQ(drop(0, 0, 10), 0);
  EXPECT_EQ(drop(1, 2, 10), 2);  // the second alone
  EXPECT_EQ(Names(), "a1 b1 a3 b3 ");
  EXPECT_EQ(drop(0, 2, 1), 1);
  EXPECT_EQ(drop(0, 2, 1), 1);
  EXPECT_EQ(drop(0, 2, 1), 0);
  EXPECT_EQ(Names(), "a3 b3 ");
}

TEST_P(ShownTest, AViewThatIsDroppedIsGone) {
  StoreSuite::Put(RowOf(1));
  Put(1, {{"a", 1}, {"b", 1}, {"c", 1}});
  EXPECT_EQ(ViewKeys(), std::vector<Bytes>{"key"});
  EXPECT_FALSE(Drop("key", 2));
  EXPECT_EQ(ViewKeys(), std::vector<Bytes>{"key"});
  EXPECT_TRUE(Drop("key", 2));
  EXPECT_EQ(ViewKeys(), std::vector<Bytes>{});
  EXPECT_EQ(Names(), "");
  EXPECT_TRUE(Drop("key", 2));
}

TEST_P(ShownTest, AViewThatIsAskedForAmidItsEndIsLookedAtFromTheStart) {
  StoreSuite::Put(RowOf(1));
  Put(1, {{"a", 1}, {"b", 1}});
  EXPECT_FALSE(Drop("key", 1));
  EXPECT_TRUE(shown()
                  .ReadShown([](const Reader&, const ShownReader& reader) -> absl::Status {
                    ASSIGN_OR_RETURN(const auto view, reader.FindView("key"));
                    EXPECT_EQ(view->place.reached, 0U);
                    EXPECT_EQ(view->place.basis, "");
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_P(ShownTest, WhatIsHeldOfARecordChangesItWaitsForASecondLookOnce) {
  const Offset first = StoreSuite::Put(RowOf(1));
  Hold(1, "alpha", 1);
  EXPECT_EQ(Looks(0), "");  // there is no view
  PutPlace({.reached = first});
  Write([&](Writer& writer) {
    EXPECT_TRUE(writer.PutRecord(RowOf(2)).ok());
    const HeldRow row{.id = IdOf(2), .link = "alpha", .leaf = RowOf(2).leaf, .sections = 1};
    EXPECT_TRUE(writer.PutHeld(row).ok());
  });
  EXPECT_EQ(Looks(0), "");  // nor has anybody seen the second record without it
  Hold(1, "alpha", 1);
  EXPECT_EQ(Looks(0), "");  // nor is that anything new
  Hold(1, "alpha", 3);
  EXPECT_EQ(Looks(0), "1 ");
  const std::int64_t newest = NewestLook();
  Hold(1, "beta", 1);
  EXPECT_EQ(Looks(0), "1 ");
  EXPECT_EQ(Looks(newest), "1 ");
  EXPECT_EQ(Looks(NewestLook()), "");
  // One that was not reached may have been read a moment ago.
  PutPlace({});
  const auto drop = [](Writer& writer) { EXPECT_TRUE(writer.DropHeld(IdOf(2), "alpha").ok()); };
  Write(drop);
  EXPECT_EQ(Looks(0), "1 2 ");
  const std::int64_t dropped = NewestLook();
  Write(drop);
  EXPECT_EQ(NewestLook(), dropped);  // there was nothing to drop
  Write([](Writer& writer) { EXPECT_TRUE(writer.DropRecord(IdOf(1)).ok()); });
  EXPECT_EQ(Looks(0), "2 ");
}

TEST_P(ShownTest, WhatIsTakenOutIsExactlyWhatWasSaidLast) {
  const auto key = [](char c) { return *record::IndicatorKey::From(Bytes(16, c)); };
  const auto taken_out = [&] {
    std::vector<record::IndicatorKey> keys;
    EXPECT_TRUE(shown()
                    .ReadShown([&](const Reader&, const ShownReader& reader) -> absl::Status {
                      ASSIGN_OR_RETURN(keys, reader.TakenOut());
                      for (const char c : {'a', 'b', 'c'}) {
                        ASSIGN_OR_RETURN(const bool out, reader.IsTakenOut(key(c)));
                        EXPECT_EQ(out, std::count(keys.begin(), keys.end(), key(c)) == 1);
                      }
                      return absl::OkStatus();
                    })
                    .ok());
    return keys;
  };
  const auto set = [&](const std::vector<record::IndicatorKey>& keys) {
    int commits = 0;
    for (bool done = false; !done; ++commits) {
      const auto put = [&](Writer&, ShownWriter& writer) -> absl::Status {
        ASSIGN_OR_RETURN(done, writer.SetTakenOut(keys, 2));
        return absl::OkStatus();
      };
      EXPECT_TRUE(shown().CommitShown(put).ok());
    }
    return commits;
  };
  EXPECT_TRUE(taken_out().empty());
  set({key('b'), key('a')});
  EXPECT_EQ(taken_out(), (std::vector{key('a'), key('b')}));
  set({key('b'), key('c')});
  EXPECT_EQ(taken_out(), (std::vector{key('b'), key('c')}));
  set({});
  EXPECT_TRUE(taken_out().empty());
  // Two changes at once.
  EXPECT_EQ(set({key('a'), key('b'), key('c')}), 2);
  EXPECT_EQ(set({key('a'), key('b'), key('c')}), 1);
  EXPECT_EQ(set({key('a')}), 1);
  EXPECT_EQ(taken_out(), std::vector{key('a')});
}

TEST_P(ShownTest, RowsThatAreForgottenComeAgainAtTheEnd) {
  StoreSuite::Put(RowOf(1));
  Put(1, {{"a", 1}, {"b", 1}, {"c", 1}});
  const std::int64_t place = After(0)[1].place;
  const auto forget = [&](std::int64_t view) {
    return shown().CommitShown(
        [&](Writer&, ShownWriter& writer) { return writer.DropRows(view, {place}); });
  };
  EXPECT_TRUE(forget(99).ok());  // another view's are not touched
  EXPECT_EQ(Names(), "a b c ");
  EXPECT_TRUE(forget(1).ok());
  EXPECT_EQ(Names(), "a c ");
  Put(1, {{"a", 1}, {"b", 1}, {"c", 1}});
  EXPECT_EQ(Names(), "a c b ");
}

TEST_P(ShownTest, ChangesRiseWithRecordsAndWithNothingElse) {
  const std::uint64_t before = shown().changes();
  StoreSuite::Put(RowOf(1));
  EXPECT_GT(shown().changes(), before);
  const std::uint64_t after = shown().changes();
  Put(1, {{"a", 1}});
  Write([](Writer& writer) { EXPECT_TRUE(writer.PutObject("kind", "key", "value").ok()); });
  EXPECT_EQ(shown().changes(), after);
}

// Whatever the size of a view, each question is a range of an index: SQLite says how it goes.
TEST_P(ShownTest, EachQuestionIsARangeOfAnIndexWithNothingSorted) {
  StoreSuite::Put(RowOf(1));
  Put(1, {{"a", 1}});
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open_v2((folder_.path() + "/node.db").c_str(), &handle, SQLITE_OPEN_READONLY,
                            nullptr),
            SQLITE_OK);
  const std::vector<std::pair<std::string, std::string>> questions = {
      {kShownAfterSql, "SEARCH s USING INDEX shown_place (view=? AND place>?)"},
      {kShownFindSql, "SEARCH s USING INDEX shown_id (view=? AND id=? AND place>?)"},
      {kShownExpiredSql, "SEARCH shown USING INTEGER PRIMARY KEY (rowid=?)"},
      {kShownViewSql, "SEARCH shown_view USING INDEX shown_view_key (community=? AND key=?)"},
      {kSecondLooksSql, "SEARCH s USING INTEGER PRIMARY KEY (rowid>?)"},
      {kTakenOutSql, "SEARCH taken_out USING PRIMARY KEY (community=? AND key=?)"}};
  for (const auto& [sql, first] : questions) {
    sqlite3_stmt* statement = nullptr;
    const std::string explain = "EXPLAIN QUERY PLAN " + sql;
    ASSERT_EQ(sqlite3_prepare_v2(handle, explain.c_str(), -1, &statement, nullptr), SQLITE_OK);
    std::vector<std::string> steps;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      steps.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 3)));
    }
    sqlite3_finalize(statement);
    ASSERT_FALSE(steps.empty());
    EXPECT_EQ(steps[0], first);
    for (const std::string& step : steps) {
      EXPECT_EQ(step.find("SCAN"), std::string::npos) << step;
      EXPECT_EQ(step.find("TEMP B-TREE"), std::string::npos) << step;
    }
  }
  sqlite3_close(handle);
}

INSTANTIATE_TEST_SUITE_P(Backends, ShownTest, testing::ValuesIn(Backends()), BackendName);

}  // namespace
}  // namespace renkei::store
