// A MISP feed: `manifest.json` says which events there are, `UUID.json` beside it holds each.
// Source: MISP core format; docs/sources.md.

#include <algorithm>
#include <set>

#include "node/base/encoding.h"
#include "node/formats/json_reader.h"
#include "node/formats/uuid.h"
#include "node/sources/limits.h"
#include "node/sources/listed.h"
#include "node/sources/run.h"

namespace renkei::sources {
namespace {

constexpr std::string_view kManifestName = "manifest.json";
constexpr std::size_t kSha256Digits = 64;

absl::StatusOr<Listed> EntryOf(std::string_view key, const formats::JsonNode& entry) {
  const auto uuid = formats::UuidFromText(key);
  if (!uuid) {
    return InvalidArgument(fmt::format("manifest: `{}` is no uuid", Printable(key, 60)));
  }
  Listed listed{.uuid = formats::UuidToText(*uuid)};
  const auto timestamp = entry.Find("timestamp");
  if (!timestamp) return entry.Wrong("no `timestamp`");
  ASSIGN_OR_RETURN(listed.timestamp, timestamp->LooseInteger());
  if (const auto digest = entry.Find("integrity:sha256"); digest && !digest->IsVoid()) {
    ASSIGN_OR_RETURN(const std::string_view text, digest->Text());
    listed.sha256 = AsciiLower(text);
    if (listed.sha256.size() != kSha256Digits || !HexDecode(listed.sha256)) {
      return digest->Wrong("no SHA-256 in hex");
    }
  }
  return listed;
}

// Events that the feed no longer lists are forgotten: if they come back they are looked at again.
std::uint64_t ForgetGone(const std::vector<Listed>& listed, SourceState& state) {
  std::set<std::string_view> there;
  for (const Listed& one : listed) there.insert(one.uuid);
  std::uint64_t gone = 0;
  for (auto it = state.known.begin(); it != state.known.end();) {
    const bool is_gone = there.count(it->first) == 0;
    gone += is_gone ? 1 : 0;
    it = is_gone ? state.known.erase(it) : std::next(it);
  }
  return gone;
}

}  // namespace

absl::StatusOr<std::vector<Listed>> ReadManifest(BytesView text) {
  ASSIGN_OR_RETURN(const auto document, formats::JsonDocument::Parse(text));
  std::vector<Listed> listed;
  std::set<std::string> seen;
  const auto take = [&](std::string_view key, const formats::JsonNode& entry) -> absl::Status {
    if (listed.size() == kListedMax) {
      return ResourceExhausted(fmt::format("manifest: more than {} events", kListedMax));
    }
    ASSIGN_OR_RETURN(Listed one, EntryOf(key, entry));
    // The same uuid in two spellings.
    if (!seen.insert(one.uuid).second) {
      return InvalidArgument(fmt::format("manifest: `{}` stands in it twice", one.uuid));
    }
    listed.push_back(std::move(one));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(document.top().ForEachMember(take));
  return listed;
}

absl::Status RunMispFeed(Run& run) {
  ASSIGN_OR_RETURN(
      const Reach::Got manifest,
      Annotate(run.reach.Get(std::string(kManifestName), kManifestBytesMax, run.state.validators),
               kManifestName));
  if (manifest.same) {
    run.taking.counts().listed = run.state.known.size();
    return absl::OkStatus();
  }
  // Given again only once all that stands in it is decided.
  run.state.validators = {};
  ASSIGN_OR_RETURN(const std::vector<Listed> listed,
                   Annotate(ReadManifest(manifest.body), kManifestName));
  run.taking.counts().listed = listed.size();
  run.taking.counts().gone = ForgetGone(listed, run.state);
  const auto fetch = [&run](const Listed& one) -> absl::StatusOr<Bytes> {
    ASSIGN_OR_RETURN(Reach::Got got, run.reach.Get(one.uuid + ".json", kEventBytesMax));
    RETURN_IF_ERROR(CheckEvent(got.body, one));
    return std::move(got.body);
  };
  ASSIGN_OR_RETURN(const bool all, TakeListed(run, NewOnes(listed, run.state), fetch));
  if (all) run.state.validators = manifest.validators;
  return absl::OkStatus();
}

}  // namespace renkei::sources
