#include "node/gateway/taxii.h"

#include <algorithm>
#include <array>
#include <set>

#include "node/base/encoding.h"
#include "node/base/log.h"
#include "node/formats/time_text.h"
#include "node/formats/uuid.h"
#include "node/gateway/limits.h"
#include "node/gateway/saved_searches.h"

namespace renkei::gateway {
namespace {

constexpr auto kKinds = std::to_array<policy::Kind>(
    {policy::Kind::kIncident, policy::Kind::kIndicators, policy::Kind::kSighting,
     policy::Kind::kAdvisory, policy::Kind::kVulnerability, policy::Kind::kRequest});

Response TaxiiAnswer(const Json& json) {
  return {.status = 200,
          .type = std::string(kTaxiiType),
          .headers = {{"Cache-Control", "private, no-cache"}, {"Vary", "Authorization, Accept"}},
          .body = std::make_shared<const std::string>(ToPrettyText(json))};
}

// What a status means to a client.
Response TaxiiFailure(const absl::Status& status) {
  if (status.code() == absl::StatusCode::kInvalidArgument) {
    return TaxiiError(400, "wrong-parameter");
  }
  if (status.code() == absl::StatusCode::kNotFound) return TaxiiError(404, "not-found");
  LogEvent(LogLevel::kError, "gateway.failed", {{"why", LogSafe(Message(status))}});
  Response response = TaxiiError(503, "unavailable");
  response.headers.emplace_back("Retry-After", "30");
  return response;
}

std::string TaxiiTime(std::int64_t micros) { return formats::MicrosToText(micros).value_or(""); }

// The version and variant bits of a random UUID; the rest by name, so that it stays.
std::string CollectionId(BytesView epoch, std::string_view alias) {
  Bytes id = crypto::Sha256({"taxii collection\n", epoch, alias}).str().substr(0, 16);
  id[6] = static_cast<char>((id[6] & 0x0f) | 0x40);
  id[8] = static_cast<char>((id[8] & 0x3f) | 0x80);
  return formats::UuidToText(id);
}

Json CollectionJson(const Collection& collection) {
  return {{"id", collection.id}, {"title", collection.title}, {"alias", collection.alias},
          {"can_read", true},    {"can_write", false},        {"media_types", {kStixType}}};
}

// Headers that tell from when to when the objects of an answer came.
Response Dated(Response response, std::int64_t first, std::int64_t last) {
  response.headers.emplace_back("X-TAXII-Date-Added-First", TaxiiTime(first));
  response.headers.emplace_back("X-TAXII-Date-Added-Last", TaxiiTime(last));
  return response;
}

Json ManifestEntry(const TaxiiObject& object) {
  return {{"id", object.json["id"]},
          {"date_added", TaxiiTime(object.added)},
          {"version", TaxiiTime(object.version)},
          {"media_type", kStixType}};
}

Json Envelope(TaxiiPage& page, bool manifest) {
  Json json = Json::object();
  if (page.more) json["more"] = true;
  // A manifest has no property for it: its reader goes on by date.
  if (page.more && !manifest) json["next"] = page.next;
  for (TaxiiObject& object : page.objects) {
    json["objects"].push_back(manifest ? ManifestEntry(object) : std::move(object.json));
  }
  return json;
}

}  // namespace

struct Taxii::Call {
  const Request& request;
  const Target& target;
  const Token& token;

  const std::vector<std::string>& path() const { return target.segments; }
  bool reads() const { return request.method == "GET" || request.method == "HEAD"; }
};

Response TaxiiError(int status, std::string_view code) {
  return {.status = status,
          .type = std::string(kTaxiiType),
          .body = std::make_shared<const std::string>(ToPrettyText(
              {{"title", code}, {"error_code", code}, {"http_status", fmt::to_string(status)}}))};
}

absl::StatusOr<std::vector<Collection>> Taxii::CollectionsFor(const std::string& see) const {
  std::vector<Collection> list = {{.alias = "all", .title = "All records"}};
  const Showing showing(parts_.policies, parts_.community, see, parts_.clock.Now());
  for (const std::string& circle : showing.Circles()) {
    list.push_back({.alias = "circle-" + circle,
                    .title = "Records of the circle " + circle,
                    .circle = circle});
  }
  for (const policy::Kind kind : kKinds) {
    const std::string word(policy::ToWord(kind));
    list.push_back({.alias = "kind-" + word, .title = "Records of kind " + word, .kind = kind});
  }
  std::map<std::string, SearchTerms> searches;
  RETURN_IF_ERROR(parts_.store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(searches, SavedSearches(reader));
    return absl::OkStatus();
  }));
  for (const auto& [name, terms] : searches) {
    list.push_back({.alias = "search-" + name, .title = "Saved search " + name, .search = terms});
  }
  for (Collection& one : list) one.id = CollectionId(parts_.store.epoch(), one.alias);
  return list;
}

absl::StatusOr<bool> Taxii::DropOldViews(const std::set<std::string>& sees) const {
  // A node that knows of no circle may know of some in a moment.
  if (parts_.community.OwnCircles().empty()) return false;
  std::set<Bytes> wanted;
  for (const std::string& see : sees) {
    ASSIGN_OR_RETURN(const auto collections, CollectionsFor(see));
    for (const Collection& one : collections) {
      wanted.insert(TaxiiObjects::ViewKey(one.alias, see));
    }
  }
  std::vector<Bytes> views;
  RETURN_IF_ERROR(parts_.shown.ReadShown(
      [&](const store::Reader&, const store::ShownReader& shown) -> absl::Status {
        ASSIGN_OR_RETURN(views, shown.Views());
        return absl::OkStatus();
      }));
  std::erase_if(views, [&](const Bytes& key) { return wanted.count(key) > 0; });
  for (int drops = 0; drops < kViewDropsMax && !views.empty(); ++drops) {
    bool gone = false;
    RETURN_IF_ERROR(
        parts_.shown.CommitShown([&](store::Writer&, store::ShownWriter& shown) -> absl::Status {
          ASSIGN_OR_RETURN(gone, shown.DropView(views.back(), kViewRowsDropped));
          return absl::OkStatus();
        }));
    if (gone) views.pop_back();
  }
  return !views.empty();
}

absl::StatusOr<bool> Taxii::DropExpired() {
  const MutexLock lock(mutex_);
  const Timestamp now = parts_.clock.Now();
  for (int drops = 0; drops < kViewDropsMax; ++drops) {
    int dropped = 0;
    const Timestamp from = expired_;
    RETURN_IF_ERROR(
        parts_.shown.CommitShown([&](store::Writer&, store::ShownWriter& shown) -> absl::Status {
          ASSIGN_OR_RETURN(dropped, shown.DropExpired(from, now, kViewRowsDropped));
          return absl::OkStatus();
        }));
    if (dropped == kViewRowsDropped) continue;
    expired_ = std::max(expired_, now);
    return false;
  }
  return true;
}

Response Taxii::Discovery() const {
  const std::string root = fmt::format("/{}/{}/", kTaxiiRoot, kApiRoot);
  return TaxiiAnswer({{"title", "Renkei: " + parts_.community.name()},
                      {"description", "Records that this node holds and its reader may see"},
                      {"default", root},
                      {"api_roots", {root}}});
}

Response Taxii::ApiRoot() const {
  return TaxiiAnswer({{"title", parts_.community.name()},
                      {"versions", {kTaxiiType}},
                      {"max_content_length", kBodyBytesMax}});
}

Response Taxii::Collections(const Call& call) const {
  const auto list = CollectionsFor(call.token.see);
  if (!list.ok()) return TaxiiFailure(list.status());
  Json json = Json::object();
  for (const Collection& one : *list) {
    json["collections"].push_back(CollectionJson(one));
  }
  return TaxiiAnswer(json);
}

Response Taxii::Objects(const Call& call, const Collection& collection, bool manifest) {
  auto query = ReadTaxiiQuery(call.target.query);
  if (!query.ok()) return TaxiiFailure(query.status());
  auto page = objects_.Page(collection, call.token.see, *query);
  if (!page.ok()) return TaxiiFailure(page.status());
  if (page->objects.empty()) {
    Response none = TaxiiAnswer(Envelope(*page, manifest));
    // A manifest has no `next`: its reader goes on from where was looked in vain.
    return page->more ? Dated(std::move(none), page->reached, page->reached) : none;
  }
  const std::int64_t first = page->objects.front().added;
  const std::int64_t last = page->objects.back().added;
  return Dated(TaxiiAnswer(Envelope(*page, manifest)), first, last);
}

// One object, or its versions: we keep the newest.
Response Taxii::Object(const Call& call, const Collection& collection) {
  const auto query = ReadTaxiiQuery(call.target.query);
  if (!query.ok()) return TaxiiFailure(query.status());
  const bool versions = call.path().size() == 7;
  auto found = objects_.Find(collection, call.token.see, call.path()[5]);
  if (!found.ok()) return TaxiiFailure(found.status());
  if (!*found) return TaxiiError(404, "not-found");
  TaxiiObject& object = **found;
  const bool wanted = query->spec_2_1 && object.added > query->added_after && !query->next &&
                      query->WantsVersion(object.version);
  if (!wanted) return TaxiiAnswer(Json::object());
  Json json = Json::object();
  if (versions) json["versions"].push_back(TaxiiTime(object.version));
  if (!versions) json["objects"].push_back(std::move(object.json));
  return Dated(TaxiiAnswer(json), object.added, object.added);
}

Response Taxii::OneCollection(const Call& call, const std::string& id) {
  const auto list = CollectionsFor(call.token.see);
  if (!list.ok()) return TaxiiFailure(list.status());
  const auto found = std::find_if(list->begin(), list->end(), [&](const Collection& one) {
    return one.id == id || one.alias == id;
  });
  if (found == list->end()) return TaxiiError(404, "not-found");
  const auto& path = call.path();
  const std::string part = path.size() > 4 ? path[4] : "";
  if (path.size() == 4) {
    return call.reads() ? TaxiiAnswer(CollectionJson(*found)) : TaxiiError(405, "read-only");
  }
  const bool objects = part == "objects";
  const bool one = objects && path.size() == 6;
  // Writing has its own answer where the standard lets clients write.
  if ((objects && path.size() == 5 && call.request.method == "POST") ||
      (one && call.request.method == "DELETE")) {
    return TaxiiError(403, "read-only");
  }
  const bool versions = objects && path.size() == 7 && path[6] == "versions";
  const bool known = (path.size() == 5 && (objects || part == "manifest")) || one || versions;
  if (!known) return TaxiiError(404, "not-found");
  if (!call.reads()) return TaxiiError(405, "read-only");
  return one || versions ? Object(call, *found) : Objects(call, *found, !objects);
}

Response Taxii::Answer(const Request& request, const Target& target, const Token& token) {
  if (!token.Has(Scope::kTaxii)) return TaxiiError(403, "wrong-scope");
  const Call call{.request = request, .target = target, .token = token};
  const auto& path = target.segments;
  const bool manifest = path.size() == 5 && path[4] == "manifest";
  if (!AcceptsTaxii(request.Header("accept"), manifest)) return TaxiiError(406, "not-acceptable");
  if (path.size() > 1 && path[1] != kApiRoot) return TaxiiError(404, "not-found");
  if (path.size() > 3 && path[2] == "collections") return OneCollection(call, path[3]);
  const bool collections = path.size() == 3 && path[2] == "collections";
  // Nothing is ever written here, so there is no status to ask for.
  if (path.size() > 2 && !collections) return TaxiiError(404, "not-found");
  if (!call.reads()) return TaxiiError(405, "read-only");
  if (path.size() == 1) return Discovery();
  return collections ? Collections(call) : ApiRoot();
}

}  // namespace renkei::gateway
