#include "node/gateway/taxii_objects.h"

#include <algorithm>

#include "node/formats/time_text.h"
#include "node/gateway/limits.h"

namespace renkei::gateway {
namespace {

constexpr int kCatchUpBatch = 100;
constexpr int kCatchUpTries = 1000;
constexpr int kRowsBatch = 256;
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
      ASSIGN_OR_RETURN(const auto shown, showing_.Show(reader_, *row));
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
    return &objects_;
  }

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

// The object of a row, if the query wants it and the reader may (still) see it as it was listed.
absl::StatusOr<std::optional<TaxiiObject>> ObjectAt(const store::ShownRow& row,
                                                    const TaxiiQuery& query,
                                                    ObjectsOfRecords& made) {
  std::optional<TaxiiObject> object;
  // Both are asked before the record is read.
  if (!query.WantsId(row.object.id) || !query.WantsVersion(VersionOf(row))) return object;
  ASSIGN_OR_RETURN(const std::vector<Json>* objects, made.Of(row.record));
  const Json* json = ObjectNamed(*objects, row.object.id);
  if (json == nullptr || VersionOf(*json) != row.object.version) return object;
  object = MakeObject(row, *json);
  return object;
}

}  // namespace

struct TaxiiObjects::Place {
  const Collection& collection;
  Showing showing;
  Bytes key{};    // of the view
  Bytes basis{};  // by which its rows were made
};

Bytes TaxiiObjects::ViewKey(std::string_view alias, std::string_view see) {
  return crypto::Sha256({"taxii\n", alias, "\n", see}).str().substr(0, 16);
}

absl::StatusOr<TaxiiObjects::Place> TaxiiObjects::PlaceOf(const Collection& collection,
                                                          const std::string& see) {
  Place place{.collection = collection,
              .showing = Showing(parts_.policies, parts_.community, see, parts_.clock.Now())};
  RETURN_IF_ERROR(taken_out_.Settle());
  place.key = ViewKey(collection.alias, see);
  place.basis =
      crypto::Sha256({ByteWriter().U32(kObjectsVersion).bytes(), place.showing.basis().view(),
                      collection.search ? renkei::ToText(ToJson(*collection.search)) : ""})
          .str();
  return place;
}

// What the next entries of the feed, and the records to be looked at again, tell a view.
struct TaxiiObjects::Step {
  std::optional<store::ShownView> before{};
  store::ShownPlace after{};
  std::vector<std::pair<record::RecordId, std::vector<store::ShownObject>>> told{};
  int looked = 0;
  bool more = false;
  // Its basis changed again before it was through: of a row that still stands nobody knows whether
  // a reader has passed it when it showed nothing.
  bool anew = false;
};

absl::StatusOr<TaxiiObjects::Step> TaxiiObjects::LookAhead(const Place& place) const {
  Step step;
  const auto look = [&](const store::Reader& reader,
                        const store::ShownReader& shown) -> absl::Status {
    ASSIGN_OR_RETURN(step.before, shown.FindView(place.key));
    ASSIGN_OR_RETURN(const store::Offset newest, reader.Newest());
    store::ShownPlace& at = step.after;
    if (step.before) {
      at = step.before->place;
    } else {
      ASSIGN_OR_RETURN(at.looked, shown.NewestSecondLook());
    }
    if (!step.before || at.basis != place.basis) {
      step.anew = step.before && at.reached < at.until;
      at = {.until = newest, .looked = at.looked, .basis = place.basis};
    }
    std::vector<record::RecordId> records;
    ASSIGN_OR_RETURN(const auto looks, shown.SecondLooks(at.looked, kCatchUpBatch));
    for (const store::SecondLook& one : looks) records.push_back(one.record);
    if (!looks.empty()) at.looked = looks.back().number;
    const int left = kCatchUpBatch - static_cast<int>(looks.size());
    if (left > 0) {
      ASSIGN_OR_RETURN(const auto entries, reader.Entries(at.reached, newest, left));
      for (const store::EntryRow& entry : entries) {
        if (entry.type != store::EntryType::kReceipts) records.push_back(entry.id);
      }
      step.looked = static_cast<int>(looks.size() + entries.size());
      step.more = static_cast<int>(entries.size()) == left;
      at.reached = step.more ? entries.back().offset : newest;
    } else {
      step.looked = kCatchUpBatch;
      step.more = true;
    }
    ObjectsOfRecords made(reader, shown, place.showing, place.collection, parts_.community);
    for (const record::RecordId& id : records) {
      ASSIGN_OR_RETURN(const std::vector<Json>* objects, made.Of(id));
      std::vector<store::ShownObject> names;
      for (const Json& object : *objects) {
        names.push_back({object["id"].get<std::string>(), VersionOf(object)});
      }
      step.told.emplace_back(id, std::move(names));
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(parts_.shown.ReadShown(look));
  return step;
}

absl::StatusOr<bool> TaxiiObjects::Keep(const Place& place, const Step& step) const {
  bool kept = false;
  const auto keep = [&](store::Writer&, store::ShownWriter& shown) -> absl::Status {
    ASSIGN_OR_RETURN(const auto now, shown.FindView(place.key));
    const auto& before = step.before;
    kept = now.has_value() == before.has_value() && (!now || now->place == before->place);
    if (!kept) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::int64_t view, shown.PutView(place.key, step.after));
    for (const auto& [record, names] : step.told) {
      RETURN_IF_ERROR(shown.Put(view, record, names));
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(parts_.shown.CommitShown(keep));
  return kept;
}

absl::Status TaxiiObjects::DropRows(const Place& place) const {
  return parts_.shown.CommitShown([&](store::Writer&, store::ShownWriter& shown) -> absl::Status {
    return shown.DropView(place.key, kViewRowsDropped).status();
  });
}

absl::StatusOr<bool> TaxiiObjects::CatchUp(const Place& place) const {
  int looked = 0;
  for (int tries = 0; looked < kCatchUpEntries && tries < kCatchUpTries; ++tries) {
    ASSIGN_OR_RETURN(const Step step, LookAhead(place));
    if (step.before && step.before->place == step.after) return true;
    if (step.anew) {
      RETURN_IF_ERROR(DropRows(place));
      looked += kCatchUpBatch;
      continue;
    }
    ASSIGN_OR_RETURN(const bool kept, Keep(place, step));
    if (!kept) continue;
    looked += step.looked;
    if (!step.more) return true;
  }
  return false;
}

absl::StatusOr<TaxiiPage> TaxiiObjects::ReadPage(const Place& place, const TaxiiQuery& query,
                                                 std::int64_t after) const {
  TaxiiPage page;
  RETURN_IF_ERROR(parts_.shown.ReadShown(
      [&](const store::Reader& reader, const store::ShownReader& shown) -> absl::Status {
        ASSIGN_OR_RETURN(const auto view, shown.FindView(place.key));
        if (!view) return absl::OkStatus();
        ASSIGN_OR_RETURN(const auto looks, shown.SecondLooks(view->place.looked, 1));
        // It changed since it was caught up with: what a row shows now says nothing.
        page.more = view->place.basis != place.basis || !looks.empty();
        if (page.more) return absl::OkStatus();
        ObjectsOfRecords made(reader, shown, place.showing, place.collection, parts_.community);
        const Timestamp now = place.showing.now();
        const auto full = static_cast<std::size_t>(query.limit);
        std::size_t bytes = 0;
        // A row more than asked for tells whether there is more.
        const int batch = std::min(query.limit + 1, kRowsBatch);
        for (int scanned = 0; scanned < kScanRowsMax;) {
          ASSIGN_OR_RETURN(const auto rows, shown.After(view->number, after, now, batch));
          for (const store::ShownRow& row : rows) {
            ASSIGN_OR_RETURN(auto object, ObjectAt(row, query, made));
            page.more = object && (page.objects.size() == full || bytes >= kPageBytesMax);
            if (page.more) return absl::OkStatus();
            if (object) {
              bytes += renkei::ToText(object->json).size();
              page.objects.push_back(*std::move(object));
            }
            after = row.place;
          }
          scanned += static_cast<int>(rows.size());
          if (static_cast<int>(rows.size()) < batch) return absl::OkStatus();
        }
        page.more = true;
        return absl::OkStatus();
      }));
  // What was looked at in vain is not looked at again.
  page.reached = after;
  page.next = SealNext(after, place.key, query);
  return page;
}

absl::StatusOr<TaxiiPage> TaxiiObjects::Page(const Collection& collection, const std::string& see,
                                             const TaxiiQuery& query) {
  ASSIGN_OR_RETURN(const Place place, PlaceOf(collection, see));
  std::int64_t after = query.added_after;
  if (query.next) {
    ASSIGN_OR_RETURN(const std::int64_t next, OpenNext(*query.next, place.key, query));
    after = std::max(after, next);
  }
  ASSIGN_OR_RETURN(const bool caught_up, CatchUp(place));
  ASSIGN_OR_RETURN(TaxiiPage page, ReadPage(place, query, after));
  page.more = page.more || !caught_up;
  return page;
}

absl::StatusOr<std::optional<TaxiiObject>> TaxiiObjects::Find(const Collection& collection,
                                                              const std::string& see,
                                                              const std::string& id) {
  ASSIGN_OR_RETURN(const Place place, PlaceOf(collection, see));
  std::optional<TaxiiObject> found;
  ASSIGN_OR_RETURN(const bool caught_up, CatchUp(place));
  RETURN_IF_ERROR(parts_.shown.ReadShown(
      [&](const store::Reader& reader, const store::ShownReader& shown) -> absl::Status {
        ASSIGN_OR_RETURN(const auto view, shown.FindView(place.key));
        if (!view) return absl::OkStatus();
        ASSIGN_OR_RETURN(const auto row, shown.Find(view->number, id, place.showing.now()));
        if (!row) return absl::OkStatus();
        ObjectsOfRecords made(reader, shown, place.showing, collection, parts_.community);
        ASSIGN_OR_RETURN(const std::vector<Json>* objects, made.Of(row->record));
        const Json* json = ObjectNamed(*objects, id);
        if (json != nullptr) found = MakeObject(*row, *json);
        return absl::OkStatus();
      }));
  if (!found && !caught_up) return Unavailable("the collection is being brought up to date");
  return found;
}

}  // namespace renkei::gateway
