// What every test of the Store interface shares.  Each backend adds itself to Backends() and is
// held to the same cases.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "node/store/sqlite/open.h"
#include "tests/support/temp_folder.h"

namespace renkei::store {

// Stands still until moved.  Thread-safe.
class ManualClock : public Clock {
 public:
  Timestamp Now() const override { return FromUnixSeconds(seconds_); }
  void Advance(std::chrono::seconds by) { seconds_ += by.count(); }

 private:
  std::atomic<std::int64_t> seconds_ = 1'790'000'000;
};

struct Place {
  std::string folder{};
  std::string community = "community.example";
  std::int64_t free_bytes_min = 0;
  std::size_t queue_max = 4096;
  const Clock* clock = nullptr;
};

struct Backend {
  std::string name{};
  absl::StatusOr<std::unique_ptr<Store>> (*open)(const Place&) = nullptr;
};
inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

inline SqliteOptions OptionsAt(const Place& place) {
  return {.path = place.folder + "/node.db",
          .community = place.community,
          .free_bytes_min = place.free_bytes_min,
          .queue_max = place.queue_max,
          .clock = place.clock};
}

inline std::vector<Backend> Backends() {
  return {{"Sqlite", [](const Place& place) { return OpenSqlite(OptionsAt(place)); }}};
}

inline std::string BackendName(const testing::TestParamInfo<Backend>& test) {
  return test.param.name;
}

// Ids whose first hex digits are `n`, as if made in hour n.
inline RecordId IdOf(std::uint32_t n) {
  return *RecordId::From(ByteWriter().U32(n).Raw("............").Take());
}
inline Digest LeafOf(std::string_view name) { return crypto::Sha256(name); }

// A live incident that expires in a day.
inline RecordRow RowOf(std::uint32_t n, std::uint32_t revision = 1) {
  const std::string name = fmt::format("{}.{}", n, revision);
  const Timestamp now = ManualClock().Now();
  return {.id = IdOf(n),
          .revision = revision,
          .leaf = LeafOf(name),
          .origin = *crypto::PublicKey::From(std::string(32, 'k')),
          .kind = policy::Kind::kIncident,
          .tlp = policy::Tlp::kGreen,
          .issued = now,
          .expires = now + std::chrono::hours(24),
          .author = "alpha",
          .header = "header " + name,
          .stored = "stored " + name,
          .attestations = "attested " + name,
          .received = now,
          .accepted_by = std::string(32, 'p')};
}

class StoreSuite : public testing::TestWithParam<Backend> {
 protected:
  void SetUp() override { Open(); }

  Place Here() const { return {.folder = folder_.path(), .clock = &clock_}; }
  void Open() { Open(Here()); }
  void Open(const Place& place) {
    store_.reset();
    auto opened = GetParam().open(place);
    ASSERT_TRUE(opened.ok()) << Message(opened.status());
    store_ = *std::move(opened);
  }

  // Runs `work`, which returns nothing and checks for itself, and expects the commit.
  template <class Work>
  void Write(Work work) {
    const absl::Status status = store_->Commit([&](Writer& writer) {
      work(writer);
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << Message(status);
  }
  // The value that `query` finds in a snapshot of its own.
  template <class Query>
  auto Ask(Query query) {
    using Answer = typename decltype(query(std::declval<const Reader&>()))::value_type;
    Answer answer{};
    const absl::Status status = store_->Read([&](const Reader& reader) {
      auto found = query(reader);
      if (found.ok()) answer = *std::move(found);
      return found.status();
    });
    EXPECT_TRUE(status.ok()) << Message(status);
    return answer;
  }
  Offset Put(const RecordRow& row) {
    Offset offset = 0;
    Write([&](Writer& writer) {
      const absl::StatusOr<Offset> put = writer.PutRecord(row);
      ASSERT_TRUE(put.ok()) << Message(put.status());
      offset = *put;
    });
    return offset;
  }
  std::optional<RecordRow> Find(const RecordId& id) {
    return Ask([&](const Reader& reader) { return reader.FindRecord(id); });
  }
  std::vector<RevisionRow> Revisions(const RecordId& id) {
    return Ask([&](const Reader& reader) { return reader.Revisions(id); });
  }
  std::vector<EntryRow> Feed(Offset after = 0, Offset upto = 1'000'000, int limit = 1000) {
    return Ask([&](const Reader& reader) { return reader.Entries(after, upto, limit); });
  }
  Offset Newest() {
    return Ask([](const Reader& reader) { return reader.Newest(); });
  }
  Counts Count() {
    return Ask([](const Reader& reader) { return reader.Count(); });
  }

  testing_support::TempFolder folder_;
  ManualClock clock_;
  std::unique_ptr<Store> store_;
};

#define EXPECT_OK(expr)                      \
  do {                                       \
    const absl::Status seen = (expr);        \
    EXPECT_TRUE(seen.ok()) << Message(seen); \
  } while (false)

}  // namespace renkei::store
