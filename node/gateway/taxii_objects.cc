#include "node/gateway/taxii_objects.h"

#include <algorithm>
#include <utility>

#include "node/base/log.h"
#include "node/formats/time_text.h"
#include "node/gateway/limits.h"

namespace renkei::gateway {
namespace {

constexpr int kCatchUpBatch = 100;
constexpr int kCatchUpTries = 1000;
constexpr int kRowsBatch = 256;
// A page is read so often for what was forgotten while it was read; then it ends before that.
constexpr int kPageReads = 4;
// Rises when the same record makes other objects than before: all views are looked at again.
constexpr std::uint32_t kObjectsVersion = 3;

// `modified`, else `created`, else none.
std::int64_t VersionOf(const Json& object) {
  for (const char* key : {"modified", "created"}) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) continue;
    return formats::MicrosFromText(found->get_ref<const std::string&>()).value_or(0);
  }
  return 0;
}

// The objects of records.  Rows of one record stand together, so that only the last is kept.
class ObjectsOfRecords {
 public:
  ObjectsOfRecords(const store::Reader& reader, const store::ShownReader& shown,
                   const Showing& showing, const Collection& wanted,
                   const feed::Community& community)
      : reader_(reader), shown_(shown), showing_(showing), wanted_(wanted), community_(community) {
    if (!wanted.search) return;
    auto query = QueryOf(*wanted.search, community.name(), showing.now());
    wrong_ = query.status();
    if (query.ok()) match_.emplace(*wanted.search, *std::move(query));
  }

  // By id; empty if the reader sees nothing of it, or it is not of the collection.
  absl::StatusOr<const std::vector<Json>*> Of(const record::RecordId& id) {
    RETURN_IF_ERROR(wrong_);
    if (last_ == id) return &objects_;
    last_.reset();
    objects_.clear();
    ASSIGN_OR_RETURN(const auto row, reader_.FindRecord(id));
    if (row) {
      auto looked = showing_.Show(reader_, *row);
      // One damaged row keeps nobody from all others.
      if (looked.status().code() == absl::StatusCode::kDataLoss) {
        LogEvent(LogLevel::kError, "record.damaged", {{"record", LogSafe(ToString(id))}});
        looked = std::nullopt;
      }
      ASSIGN_OR_RETURN(const auto shown, std::move(looked));
      const ListFilter filter{.kind = wanted_.kind, .circle = wanted_.circle};
      const bool wanted = shown && WantsRecord(filter, *shown, showing_.now());
      if (wanted && (!match_ || match_->Finds(*shown))) {
        objects_ = formats::StixObjectsOf(
            *shown, {.now = showing_.now(),
                     .community = community_.name(),
                     .judged = [this](formats::v1::IndicatorType type,
                                      std::string_view value) -> std::string_view {
                       return IsTakenOut(type, value) ? "taken out" : "";
                     }});
        RETURN_IF_ERROR(wrong_);
      }
    }
    last_ = id;
    objects_made_ += static_cast<int>(objects_.size()) + 1;
    return &objects_;
  }
  int objects_made() const { return objects_made_; }

 private:
  // What can't be asked is in no answer, which fails.
  bool IsTakenOut(formats::v1::IndicatorType type, std::string_view value) {
    const auto out = shown_.IsTakenOut(record::KeyOf(type, value).key);
    if (!out.ok()) wrong_ = out.status();
    return out.value_or(true);
  }

  const store::Reader& reader_;
  const store::ShownReader& shown_;
  const Showing& showing_;
  const Collection& wanted_;
  const feed::Community& community_;
  absl::Status wrong_ = absl::OkStatus();
  std::optional<SearchMatch> match_{};
  std::optional<record::RecordId> last_{};
  std::vector<Json> objects_{};
  int objects_made_ = 0;  // and one for each record
};

const Json* ObjectNamed(const std::vector<Json>& objects, const std::string& id) {
  const auto found = std::find_if(objects.begin(), objects.end(), [&](const Json& object) {
    return object["id"].get_ref<const std::string&>() == id;
  });
  return found == objects.end() ? nullptr : &*found;
}

std::int64_t VersionOf(const store::ShownRow& row) {
  return row.object.version == 0 ? row.place : row.object.version;
}

TaxiiObject MakeObject(const store::ShownRow& row, const Json& json) {
  return {.json = json, .added = row.place, .version = VersionOf(row)};
}

// What a row tells now, as it was listed; null: nothing.
absl::StatusOr<const Json*> ToldBy(const store::ShownRow& row, ObjectsOfRecords& made) {
  if (!row.live) return nullptr;
  ASSIGN_OR_RETURN(const std::vector<Json>* objects, made.Of(row.record));
  const Json* json = ObjectNamed(*objects, row.object.id);
  return json != nullptr && VersionOf(*json) == row.object.version ? json : nullptr;
}

}  // namespace

struct TaxiiObjects::Asked {
  const Collection& collection;
  const std::string& see;
  const Bytes key = ViewKey(collection.alias, see);  // of the view

  // By what rows are made for this showing.
  Bytes BasisOf(const Showing& showing) const {
    return crypto::Sha256({ByteWriter().U32(kObjectsVersion).bytes(), showing.basis().view(),
                           collection.search ? renkei::ToText(ToJson(*collection.search)) : ""})
        .str();
  }
};

Bytes TaxiiObjects::ViewKey(std::string_view alias, std::string_view see) {
  return crypto::Sha256({"taxii\n", alias, "\n", see}).str().substr(0, 16);
}

// Made after the first read of a snapshot, it is no older than what the snapshot holds: not its
// policy than the basis of a view, nor its time than the entry that tells of an embargo's end.
Showing TaxiiObjects::ShowingNow(const Asked& asked) const {
  return {parts_.policies, parts_.community, asked.see, parts_.clock.Now()};
}

// What the next entries of the feed, and the records to be looked at again, tell a view.
struct TaxiiObjects::Step {
  std::optional<store::ShownView> before{};
  store::ShownPlace after{};
  std::vector<std::pair<record::RecordId, std::vector<store::ShownObject>>> told{};
  int looked = 0;
  int objects = 0;
  bool more = false;

  bool full() const { return objects >= kStepObjects; }
  absl::Status Tell(const record::RecordId& record, ObjectsOfRecords& made) {
    ASSIGN_OR_RETURN(const std::vector<Json>* told_now, made.Of(record));
    std::vector<store::ShownObject> names;
    for (const Json& object : *told_now) {
      names.push_back({object["id"].get<std::string>(), VersionOf(object)});
    }
    objects += static_cast<int>(names.size());
    told.emplace_back(record, std::move(names));
    return absl::OkStatus();
  }
};

absl::StatusOr<TaxiiObjects::Step> TaxiiObjects::LookAhead(const Asked& asked) const {
  Step step;
  const auto look = [&](const store::Reader& reader,
                        const store::ShownReader& shown) -> absl::Status {
    ASSIGN_OR_RETURN(step.before, shown.FindView(asked.key));
    const Showing showing = ShowingNow(asked);
    const Bytes basis = asked.BasisOf(showing);
    store::ShownPlace& at = step.after;
    if (!step.before) {
      // It stands before anything is looked at: what changes from then on waits for it.
      ASSIGN_OR_RETURN(at.looked, shown.NewestSecondLook());
      at.basis = basis;
      step.more = true;
      return absl::OkStatus();
    }
    at = step.before->place;
    if (at.basis != basis) at = {.looked = at.looked, .basis = basis};
    ObjectsOfRecords made(reader, shown, showing, asked.collection, parts_.community);
    // Half of it: who changes things all the time holds nothing up that is new.
    ASSIGN_OR_RETURN(const auto looks, shown.SecondLooks(at.looked, kCatchUpBatch / 2));
    step.more = std::cmp_equal(looks.size(), kCatchUpBatch / 2);
    for (const store::SecondLook& one : looks) {
      RETURN_IF_ERROR(step.Tell(one.record, made));
      at.looked = one.number;
      ++step.looked;
      if (step.full()) break;
    }
    ASSIGN_OR_RETURN(const store::Offset newest, reader.Newest());
    const int left = kCatchUpBatch - step.looked;
    ASSIGN_OR_RETURN(const auto entries, reader.Entries(at.reached, newest, left));
    for (const store::EntryRow& entry : entries) {
      if (step.full()) break;
      if (entry.type != store::EntryType::kReceipts) {
        RETURN_IF_ERROR(step.Tell(entry.id, made));
      }
      at.reached = entry.offset;
      ++step.looked;
    }
    if (step.full() || std::cmp_equal(entries.size(), left)) {
      step.more = true;
    } else {
      at.reached = newest;
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(parts_.shown.ReadShown(look));
  return step;
}

absl::StatusOr<bool> TaxiiObjects::Keep(const Asked& asked, const Step& step) const {
  bool kept = false;
  const auto keep = [&](store::Writer&, store::ShownWriter& shown) -> absl::Status {
    ASSIGN_OR_RETURN(const auto now, shown.FindView(asked.key));
    const auto& before = step.before;
    kept = now.has_value() == before.has_value() && (!now || now->place == before->place);
    if (!kept) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::int64_t view, shown.PutView(asked.key, step.after));
    for (const auto& [record, names] : step.told) {
      RETURN_IF_ERROR(shown.Put(view, record, names));
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(parts_.shown.CommitShown(keep));
  return kept;
}

absl::StatusOr<bool> TaxiiObjects::CatchUp(const Asked& asked) const {
  int looked = 0;
  int objects = 0;
  for (int tries = 0; tries < kCatchUpTries; ++tries) {
    if (looked >= kCatchUpEntries || objects >= kCatchUpObjects) return false;
    ASSIGN_OR_RETURN(const Step step, LookAhead(asked));
    if (step.before && step.before->place == step.after) return true;
    ASSIGN_OR_RETURN(const bool kept, Keep(asked, step));
    if (!kept) continue;
    looked += step.looked;
    objects += step.objects;
    if (!step.more) return true;
  }
  return false;
}

// What stands behind a place of a view.
struct TaxiiObjects::Rows {
  std::optional<store::ShownView> view{};  // as it was when they were read
  TaxiiPage page{};
  std::size_t bytes = 0;
  std::vector<std::int64_t> hidden{};  // places that the page would pass, and that show nothing
  std::ptrdiff_t shown_before = 0;     // objects before the first of these
  std::int64_t reached_before = 0;     // ... and the last place

  // False: the page ends before this row.
  absl::StatusOr<bool> Take(const store::ShownRow& row, const TaxiiQuery& query,
                            ObjectsOfRecords& made) {
    page.more = made.objects_made() >= kPageObjectsMade;
    if (page.more) return false;
    // Both are asked before the record is read.
    if (query.WantsId(row.object.id) && query.WantsVersion(VersionOf(row))) {
      ASSIGN_OR_RETURN(const Json* json, ToldBy(row, made));
      if (json == nullptr) {
        Hide(row.place);
      } else if (std::cmp_equal(page.objects.size(), query.limit) || bytes >= kPageBytesMax) {
        page.more = true;
        return false;
      } else {
        bytes += renkei::ToText(*json).size();
        page.objects.push_back(MakeObject(row, *json));
      }
    }
    page.reached = row.place;
    return true;
  }
  void Hide(std::int64_t place) {
    if (hidden.empty()) {
      shown_before = static_cast<std::ptrdiff_t>(page.objects.size());
      reached_before = page.reached;
    }
    hidden.push_back(place);
  }
  void EndBeforeHidden() {
    page.objects.erase(page.objects.begin() + shown_before, page.objects.end());
    page.reached = reached_before;
    page.more = true;
  }
};

absl::StatusOr<TaxiiObjects::Rows> TaxiiObjects::ReadRows(const Asked& asked,
                                                          const TaxiiQuery& query,
                                                          std::int64_t after) const {
  Rows found;
  found.page.reached = after;
  RETURN_IF_ERROR(parts_.shown.ReadShown([&](const store::Reader& reader,
                                             const store::ShownReader& shown) -> absl::Status {
    ASSIGN_OR_RETURN(found.view, shown.FindView(asked.key));
    if (!found.view) return absl::OkStatus();
    const Showing showing = ShowingNow(asked);
    found.page.more = true;
    // The policy changed since it was caught up with.
    if (found.view->place.basis != asked.BasisOf(showing)) return absl::OkStatus();
    ObjectsOfRecords made(reader, shown, showing, asked.collection, parts_.community);
    // A row more than asked for tells whether there is more.
    const int batch = std::min(query.limit + 1, kRowsBatch);
    for (int scanned = 0; scanned < kScanRowsMax && found.hidden.size() < kViewRowsDropped;) {
      ASSIGN_OR_RETURN(const auto rows,
                       shown.After(found.view->number, found.page.reached, showing.now(), batch));
      for (const store::ShownRow& row : rows) {
        ASSIGN_OR_RETURN(const bool taken, found.Take(row, query, made));
        if (!taken) return absl::OkStatus();
      }
      scanned += static_cast<int>(rows.size());
      found.page.more = static_cast<int>(rows.size()) == batch;
      if (!found.page.more) return absl::OkStatus();
    }
    return absl::OkStatus();
  }));
  return found;
}

absl::Status TaxiiObjects::Forget(const Asked& asked, const Rows& rows) const {
  return parts_.shown.CommitShown([&](store::Writer&, store::ShownWriter& shown) -> absl::Status {
    ASSIGN_OR_RETURN(const auto now, shown.FindView(asked.key));
    if (!now || now->number != rows.view->number || now->place != rows.view->place) {
      return absl::OkStatus();
    }
    return shown.DropRows(now->number, rows.hidden);
  });
}

absl::StatusOr<TaxiiPage> TaxiiObjects::ReadPage(const Asked& asked, const TaxiiQuery& query,
                                                 std::int64_t after) const {
  Rows found;
  for (int reads = 0; reads < kPageReads; ++reads) {
    ASSIGN_OR_RETURN(found, ReadRows(asked, query, after));
    if (found.hidden.empty()) break;
    // Then it is read again: an object may stand at a later place that another record tells.
    RETURN_IF_ERROR(Forget(asked, found));
  }
  if (!found.hidden.empty()) found.EndBeforeHidden();
  TaxiiPage& page = found.page;
  // What was looked at in vain is not looked at again.
  page.next = SealNext(page.reached, ProgressOf(asked, found), asked.key, query);
  return std::move(page);
}

// Hashed with what nobody knows: how many entries there are is not for readers.
Bytes TaxiiObjects::ProgressOf(const Asked& asked, const Rows& rows) const {
  const store::ShownPlace at = rows.view ? rows.view->place : store::ShownPlace{};
  const Bytes done = ByteWriter()
                         .I64(at.reached)
                         .I64(at.looked)
                         .I64(rows.hidden.empty() ? 0 : rows.hidden.back())
                         .Take();
  return crypto::Sha256({"taxii progress\n", parts_.store.epoch(), asked.key, at.basis, done})
      .str()
      .substr(0, kProgressBytes);
}

absl::StatusOr<TaxiiPage> TaxiiObjects::Page(const Collection& collection, const std::string& see,
                                             const TaxiiQuery& query) {
  const Asked asked{.collection = collection, .see = see};
  RETURN_IF_ERROR(taken_out_.Settle());
  std::int64_t after = query.added_after;
  if (query.next) {
    ASSIGN_OR_RETURN(const std::int64_t next, OpenNext(*query.next, asked.key, query));
    after = std::max(after, next);
  }
  ASSIGN_OR_RETURN(const bool caught_up, CatchUp(asked));
  ASSIGN_OR_RETURN(TaxiiPage page, ReadPage(asked, query, after));
  page.more = page.more || !caught_up;
  return page;
}

absl::StatusOr<std::optional<TaxiiObject>> TaxiiObjects::Find(const Collection& collection,
                                                              const std::string& see,
                                                              const std::string& id) {
  const Asked asked{.collection = collection, .see = see};
  RETURN_IF_ERROR(taken_out_.Settle());
  std::optional<TaxiiObject> found;
  ASSIGN_OR_RETURN(bool through, CatchUp(asked));
  Rows passed;
  RETURN_IF_ERROR(parts_.shown.ReadShown([&](const store::Reader& reader,
                                             const store::ShownReader& shown) -> absl::Status {
    ASSIGN_OR_RETURN(passed.view, shown.FindView(asked.key));
    if (!passed.view) return absl::OkStatus();
    const Showing showing = ShowingNow(asked);
    ObjectsOfRecords made(reader, shown, showing, collection, parts_.community);
    std::int64_t place = 0;
    for (int tries = 0; tries < kFindRowsMax; ++tries) {
      ASSIGN_OR_RETURN(const auto row, shown.Find(passed.view->number, id, place, showing.now()));
      if (!row) return absl::OkStatus();
      ASSIGN_OR_RETURN(const Json* json, ToldBy(*row, made));
      if (json != nullptr) {
        found = MakeObject(*row, *json);
        return absl::OkStatus();
      }
      passed.Hide(row->place);
      place = row->place;
    }
    through = false;
    return absl::OkStatus();
  }));
  // So that the next one begins behind them.
  if (!passed.hidden.empty()) RETURN_IF_ERROR(Forget(asked, passed));
  if (!found && !through) return Unavailable("the collection is being brought up to date");
  return found;
}

}  // namespace renkei::gateway
