// A MISP instance by its REST API: what it has published since last time, event by event.
// Source: MISP automation API (`events/restSearch`, `events/view`); docs/sources.md.

#include <algorithm>
#include <charconv>
#include <set>

#include "node/base/encoding.h"
#include "node/base/json.h"
#include "node/formats/json_reader.h"
#include "node/formats/uuid.h"
#include "node/sources/limits.h"
#include "node/sources/listed.h"
#include "node/sources/run.h"

namespace renkei::sources {
namespace {

// Asked for again each time: two servers of one instance may differ by so much.
constexpr std::int64_t kOverlapSeconds = 3600;

net::HttpRequest MispRequest(const Run& run, std::string_view path, std::size_t bytes_max) {
  net::HttpRequest request{.url = run.reach.url(),
                           .headers = {{"Accept", "application/json"}},
                           .limits = {.bytes_max = bytes_max}};
  if (!request.url.path.ends_with('/')) request.url.path += '/';
  request.url.path += path;
  return request;
}

// What one page says of its events.
struct MispListing {
  std::vector<Listed> listed{};
  std::int64_t newest = 0;  // publish_timestamp
};

absl::Status TakeMispEntry(const formats::JsonNode& item, MispListing& into) {
  const auto event = item.Find("Event");
  if (!event) return item.Wrong("no `Event`");
  const auto uuid = event->Find("uuid");
  const auto timestamp = event->Find("timestamp");
  if (!uuid || !timestamp) return event->Wrong("no `uuid` or no `timestamp`");
  if (const auto published = event->Find("published")) {
    ASSIGN_OR_RETURN(const bool is_published, published->LooseBool());
    if (!is_published) return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::string_view text, uuid->Text());
  const auto bytes = formats::UuidFromText(text);
  if (!bytes) return uuid->Wrong("no uuid");
  Listed listed{.uuid = formats::UuidToText(*bytes)};
  ASSIGN_OR_RETURN(listed.timestamp, timestamp->LooseInteger());
  if (const auto at = event->Find("publish_timestamp")) {
    ASSIGN_OR_RETURN(const std::int64_t seconds, at->LooseInteger());
    into.newest = std::max(into.newest, seconds);
  }
  into.listed.push_back(std::move(listed));
  return absl::OkStatus();
}

absl::StatusOr<MispListing> ReadMispPage(BytesView body) {
  ASSIGN_OR_RETURN(const auto document, formats::JsonDocument::Parse(body));
  const formats::JsonNode top = document.top();
  const auto response = top.Find("response");
  const formats::JsonNode& list = response ? *response : top;
  MispListing page;
  RETURN_IF_ERROR(list.ForEachItem(
      [&page](const formats::JsonNode& item) { return TakeMispEntry(item, page); }));
  return page;
}

absl::StatusOr<MispListing> AskMispPage(Run& run, int page, std::int64_t since) {
  net::HttpRequest request = MispRequest(run, "events/restSearch", kPageBytesMax);
  request.method = "POST";
  request.headers.emplace_back("Content-Type", "application/json");
  Json filter = {{"returnFormat", "json"},
                 {"published", true},
                 {"metadata", true},
                 {"page", page},
                 {"limit", kMispPageEvents}};
  if (since > 0) filter["publish_timestamp"] = std::to_string(since);
  request.body = ToText(filter);
  ASSIGN_OR_RETURN(const net::HttpResponse response, run.reach.Ask(std::move(request)));
  return Annotate(ReadMispPage(response.body), "events/restSearch");
}

// Pages until one brings nothing new: a server may give fewer than were asked for, or know no
// pages.
absl::StatusOr<MispListing> ListMisp(Run& run, std::int64_t since) {
  MispListing all{.newest = since};
  std::set<std::string> seen;
  for (int page = 1; page <= kMispPagesMax; ++page) {
    ASSIGN_OR_RETURN(MispListing one, AskMispPage(run, page, since));
    all.newest = std::max(all.newest, one.newest);
    bool fresh = false;
    for (Listed& listed : one.listed) {
      if (!seen.insert(listed.uuid).second) continue;
      fresh = true;
      all.listed.push_back(std::move(listed));
    }
    if (all.listed.size() > kListedMax) break;
    if (!fresh) return all;
  }
  return ResourceExhausted(fmt::format("events/restSearch: more than {} events", kListedMax));
}

// The oldest go: they are far below the cursor.
void BoundKnown(SourceState& state) {
  if (state.known.size() <= kListedMax) return;
  std::vector<std::int64_t> versions;
  for (const auto& [uuid, known] : state.known) versions.push_back(known.version);
  const auto cut = versions.begin() + static_cast<std::ptrdiff_t>(versions.size() - kListedMax);
  std::nth_element(versions.begin(), cut, versions.end());
  for (auto it = state.known.begin(); it != state.known.end();) {
    it = it->second.version < *cut ? state.known.erase(it) : std::next(it);
  }
}

std::int64_t SecondsOf(const std::string& cursor) {
  std::int64_t seconds = 0;
  std::from_chars(cursor.data(), cursor.data() + cursor.size(), seconds);
  return std::max<std::int64_t>(seconds, 0);
}

}  // namespace

absl::Status RunMispInstance(Run& run) {
  const std::int64_t since =
      std::max<std::int64_t>(SecondsOf(run.state.cursor) - kOverlapSeconds, 0);
  ASSIGN_OR_RETURN(MispListing listing, ListMisp(run, since));
  run.taking.counts().listed = listing.listed.size();
  const auto fetch = [&run](const Listed& one) -> absl::StatusOr<Bytes> {
    ASSIGN_OR_RETURN(net::HttpResponse response,
                     run.reach.Ask(MispRequest(run, "events/view/" + one.uuid, kEventBytesMax)));
    RETURN_IF_ERROR(CheckEvent(response.body, one));
    return std::move(response.body);
  };
  ASSIGN_OR_RETURN(const bool all,
                   TakeListed(run, NewOnes(std::move(listing.listed), run.state), fetch));
  // What its clock says of the future must not hide what is published until then.
  if (all) run.state.cursor = std::to_string(listing.newest);
  BoundKnown(run.state);
  return absl::OkStatus();
}

}  // namespace renkei::sources
