// A TAXII 2.1 server with one collection, and runs of a source that reads it.
#pragma once

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/json.h"
#include "tests/unit/sources/sources_rig.h"

namespace renkei::sources {

using testing_support::HostReply;
using testing_support::HostRequest;
using testing_support::HttpHost;

inline constexpr char kMedia[] = "application/taxii+json;version=2.1";

inline std::string Indicator(int number) {
  return fmt::format(
      R"({{"type":"indicator","spec_version":"2.1","id":"indicator--{}",)"
      R"("created":"2026-11-01T00:00:00.000Z","modified":"2026-11-01T00:00:00.000Z",)"
      R"("pattern":"[ipv4-addr:value = '198.51.100.{}']","pattern_type":"stix",)"
      R"("valid_from":"2026-11-01T00:00:00Z"}})",
      Uuid(number), number);
}

inline std::string Report(int number, const std::vector<int>& of) {
  std::vector<std::string> refs;
  for (const int one : of) refs.push_back(fmt::format("\"indicator--{}\"", Uuid(one)));
  return fmt::format(
      R"({{"type":"report","spec_version":"2.1","id":"report--{}","name":"Scans",)"
      R"("created":"2026-11-01T00:00:00.000Z","modified":"2026-11-01T00:00:00.000Z",)"
      R"("published":"2026-11-01T00:00:00Z","object_refs":[{}]}})",
      Uuid(number), fmt::join(refs, ","));
}

inline std::string Added(std::size_t number) {
  return fmt::format("2026-11-02T00:00:00.{:06}Z", number);
}

inline std::string Argument(const std::string& target, const std::string& name) {
  const std::size_t at = target.find(name + "=");
  if (at == std::string::npos) return "";
  const std::size_t from = at + name.size() + 1;
  std::string value = target.substr(from, target.find('&', from) - from);
  for (std::size_t colon = value.find("%3A"); colon != std::string::npos;
       colon = value.find("%3A")) {
    value.replace(colon, 3, ":");
  }
  return value;
}

// A TAXII server with one collection, whose object `i` was added at Added(i + 1), or of as many
// together as `at_once` says.
class TaxiiMock {
 public:
  HostReply Answer(const HostRequest& request) {
    if (request.Header("accept") != kMedia) return {.status = 406};
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path == "/taxii2/") return Say({{"title", "t"}, {"api_roots", {roots}}});
    if (path == "/api1/collections/") {
      return Say({{"collections",
                   {{{"id", "c-0"}, {"title", "Closed"}, {"can_read", false}},
                    {{"id", "c-1"}, {"title", "All"}, {"alias", "all"}, {"can_read", true}}}}});
    }
    if (path == kManifest && !has_manifest) return {.status = 404};
    if (path == kManifest || path.starts_with(kObjects)) return Objects(path, request.target);
    return {.status = 404};
  }

  std::vector<std::string> objects{};
  std::size_t page = 2;
  std::size_t at_once = 1;
  bool gives_next = true;
  bool has_manifest = true;
  bool spaced = false;      // another way of writing the same
  std::string nexts = "a";  // what a `next` begins with; one of another beginning is refused
  std::string roots = "/api1/";
  std::size_t asked = 0;  // pages of objects or of the manifest

  std::string AddedOf(std::size_t index) const { return Added((index / at_once + 1) * at_once); }

  static HostReply Say(const Json& json) {
    return {.headers = {{"Content-Type", kMedia}}, .body = json.dump()};
  }

 private:
  static constexpr std::string_view kObjects = "/api1/collections/c-1/objects/";
  static constexpr std::string_view kManifest = "/api1/collections/c-1/manifest/";

  HostReply Objects(const std::string& path, const std::string& target) {
    std::string match = Argument(target, "match%5Bid%5D");
    if (path != kManifest && path != kObjects) match = path.substr(kObjects.size());
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < objects.size(); ++i) {
      const std::string id = Json::parse(objects[i])["id"];
      if (!match.empty() && match.find(id) == std::string::npos) continue;
      if (AddedOf(i) > Argument(target, "added_after")) found.push_back(i);
    }
    if (!match.empty() && found.empty()) return {.status = 404};
    const std::string next = Argument(target, "next");
    if (!next.empty() && !next.starts_with(nexts)) return {.status = 400};
    if (match.empty()) ++asked;
    const std::size_t from = next.empty() ? 0 : std::stoul(next.substr(nexts.size()));
    const std::string limit = Argument(target, "limit");
    const std::size_t most = limit.empty() ? page : std::min(page, std::stoul(limit));
    const std::size_t to = std::min(found.size(), from + most);
    if (from >= to) return Say(Json::object());
    Json envelope = {{"more", to < found.size()}, {"objects", Json::array()}};
    for (std::size_t i = from; i < to; ++i) {
      const Json object = Json::parse(objects[found[i]]);
      envelope["objects"].push_back(path == kManifest ? Json{{"id", object["id"]},
                                                             {"date_added", AddedOf(found[i])},
                                                             {"version", object["modified"]}}
                                                      : object);
    }
    if (to < found.size() && gives_next) envelope["next"] = nexts + std::to_string(to);
    HostReply reply = Say(envelope);
    if (spaced) reply.body = envelope.dump(1);
    reply.headers.emplace_back("X-TAXII-Date-Added-First", AddedOf(found[from]));
    reply.headers.emplace_back("X-TAXII-Date-Added-Last", AddedOf(found[to - 1]));
    return reply;
  }
};

class TaxiiSourceTest : public SourceTest {
 protected:
  TaxiiSourceTest() {
    config_.kind = config::SourceKind::kTaxii;
    config_.url = host_.Url("/taxii2/");
    config_.collection = "all";
  }
  // Another source, that has fetched nothing yet.
  void Begin() {
    config_.name += "x";
    sink_.items.clear();
  }
  std::size_t ObjectsIn(std::size_t item) const {
    return Json::parse(sink_.items.at(item).payload)["objects"].size();
  }
  // Up to when all has come.
  std::string Whole() const {
    if (!state_.cursor.starts_with('{')) return state_.cursor;
    return Json::parse(state_.cursor)["whole"];
  }
  // The numbers of the indicators that came, in order, as often as they came.
  std::vector<int> Came() const {
    std::vector<int> came;
    for (const Item& item : sink_.items) {
      const Json bundle = Json::parse(item.payload);
      for (const Json& object : bundle["objects"]) {
        const std::string pattern = object["pattern"];
        came.push_back(std::stoi(pattern.substr(pattern.rfind('.') + 1)));
      }
    }
    return came;
  }
  static std::vector<int> UpTo(int last) {
    std::vector<int> all(static_cast<std::size_t>(last));
    std::iota(all.begin(), all.end(), 1);
    return all;
  }

  TaxiiMock taxii_;
  HttpHost host_{[this](const HostRequest& request) { return taxii_.Answer(request); }};
};

}  // namespace renkei::sources
