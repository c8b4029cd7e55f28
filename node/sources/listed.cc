#include "node/sources/listed.h"

#include <algorithm>
#include <tuple>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "node/formats/json_reader.h"
#include "node/formats/uuid.h"
#include "node/sources/limits.h"

namespace renkei::sources {
namespace {

// Whether one event is wrong, rather than the way to all of them.
bool IsOfTheEvent(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kResourceExhausted:
      return true;
    default:
      return false;
  }
}

// Whether this version was decided, or given up.
bool IsDone(const SourceState& state, const Listed& listed) {
  const auto known = state.known.find(listed.uuid);
  if (known == state.known.end() || known->second.version < listed.timestamp) return false;
  return known->second.tries == 0 || known->second.tries >= kTriesMax;
}

}  // namespace

std::vector<Listed> NewOnes(std::vector<Listed> listed, const SourceState& state) {
  listed.erase(std::remove_if(listed.begin(), listed.end(),
                              [&](const Listed& one) { return IsDone(state, one); }),
               listed.end());
  std::sort(listed.begin(), listed.end(), [](const Listed& a, const Listed& b) {
    return std::tie(a.timestamp, a.uuid) < std::tie(b.timestamp, b.uuid);
  });
  return listed;
}

absl::StatusOr<bool> TakeListed(Run& run, const std::vector<Listed>& wanted,
                                const FetchEvent& fetch) {
  std::uint64_t done = 0;
  bool again = false;
  for (const Listed& one : wanted) {
    if (run.taking.full()) break;
    const absl::StatusOr<Bytes> payload = fetch(one);
    if (!payload.ok() && !IsOfTheEvent(payload.status())) return payload.status();
    ++done;
    Known& known = run.state.known[one.uuid];
    if (!payload.ok()) {
      // It may be there once its server has finished writing; not for ever.
      known = {one.timestamp, known.version == one.timestamp ? known.tries + 1 : 1};
      again = again || known.tries < kTriesMax;
      run.taking.CountUnreadable(fmt::format("{}: {}", one.uuid, Message(payload.status())));
      continue;
    }
    const Known before = known;
    known = {one.timestamp, 0};
    const absl::Status taken =
        run.taking.Take({.key = one.uuid, .name = one.uuid + ".json", .payload = *payload});
    if (taken.ok()) continue;
    run.state.known[one.uuid] = before;
    return taken;
  }
  run.taking.counts().left = wanted.size() - done;
  return done == wanted.size() && !again;
}

absl::Status CheckEvent(BytesView payload, const Listed& wanted) {
  if (!wanted.sha256.empty() && HexEncode(crypto::Sha256(payload).view()) != wanted.sha256) {
    return DataLoss("its SHA-256 is not the one that was listed");
  }
  ASSIGN_OR_RETURN(const auto document, formats::JsonDocument::Parse(payload));
  const formats::JsonNode top = document.top();
  const auto event = top.Find("Event");
  const auto uuid = event ? event->Find("uuid") : std::nullopt;
  if (!uuid) return InvalidArgument("it holds no event with a uuid");
  ASSIGN_OR_RETURN(const std::string_view text, uuid->Text());
  const auto bytes = formats::UuidFromText(text);
  if (!bytes || formats::UuidToText(*bytes) != wanted.uuid) {
    return InvalidArgument(fmt::format("it holds another event: `{}`", Printable(text, 60)));
  }
  return absl::OkStatus();
}

}  // namespace renkei::sources
