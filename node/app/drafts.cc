#include "node/app/drafts.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>

#include "node/app/own_files.h"
#include "node/base/encoding.h"
#include "node/base/fault.h"
#include "node/base/file.h"
#include "node/crypto/digest.h"

namespace renkei::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDraftFileBytesMax = 4 * 1024 * 1024;  // arguments have 1 MiB at most
constexpr std::size_t kOnceBytes = 16;
constexpr std::string_view kAbout = "json";
constexpr std::string_view kPayload = "payload";
constexpr std::string_view kLastFile = "last";

std::optional<std::uint64_t> NumberFrom(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

Json DraftToJson(const PendingDraft& draft) {
  Json shown = Json::object();
  for (const auto& [account, what] : draft.shown) {
    shown[account] = {{"draft", what.draft}, {"policy", what.policy}, {"assets", what.assets}};
  }
  return {{"command", draft.command},   {"arguments", draft.arguments},
          {"author", draft.author},     {"created", UnixSeconds(draft.created)},
          {"summary", draft.summary},   {"begun", draft.begun},
          {"shown", std::move(shown)},  {"once", draft.once},
          {"begun_by", draft.begun_by}, {"records", draft.records}};
}

std::string TextIn(const Json& json, const char* key) {
  if (!json.is_object()) return "";
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

// Nothing if it is none that DraftToJson wrote.
std::optional<PendingDraft> DraftFromJson(const Json& json) {
  if (!json.is_object() || !json.contains("arguments") || !json["arguments"].is_object() ||
      !json.contains("created") || !json["created"].is_number_integer() ||
      !json.contains("begun") || !json["begun"].is_boolean() || !json.contains("shown") ||
      !json["shown"].is_object()) {
    return std::nullopt;
  }
  PendingDraft draft{.command = TextIn(json, "command"),
                     .arguments = json["arguments"],
                     .author = TextIn(json, "author"),
                     .created = FromUnixSeconds(json["created"].get<std::int64_t>()),
                     .summary = TextIn(json, "summary"),
                     .once = TextIn(json, "once"),
                     .begun = json["begun"].get<bool>(),
                     .begun_by = TextIn(json, "begun_by")};
  if (json.contains("records") && json["records"].is_number_unsigned()) {
    draft.records = json["records"].get<std::size_t>();
  }
  for (const auto& [account, what] : json["shown"].items()) {
    draft.shown[account] = {.draft = TextIn(what, "draft"),
                            .policy = TextIn(what, "policy"),
                            .assets = TextIn(what, "assets")};
  }
  return draft;
}

}  // namespace

std::string Drafts::PathOf(std::uint64_t number, std::string_view end) const {
  return fmt::format("{}/{}/{}.{}", folder_, kDraftsFolder, number, end);
}

absl::StatusOr<std::vector<std::uint64_t>> Drafts::Numbers() const {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  const std::string folder = InFolder(folder_, kDraftsFolder);
  if (!fs::exists(folder, error)) return numbers;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".json") continue;
    if (const auto number = NumberFrom(entry.path().stem().string())) numbers.push_back(*number);
  }
  if (error) return Unavailable(fmt::format("read `{}`: {}", folder, error.message()));
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

absl::Status Drafts::CheckRoom(const PendingDraft& draft, const DraftShare& share,
                               const std::vector<std::uint64_t>& numbers) const {
  const bool shared = share.drafts != 0;
  std::uintmax_t bytes = draft.payload.size();
  std::uintmax_t own_bytes = bytes;
  std::size_t own = 0;
  for (const std::uint64_t number : numbers) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(PathOf(number, kPayload), error);
    if (!error) bytes += size;
    if (!shared) continue;
    const auto other = Read(number);
    if (!other.ok() || other->author != draft.author) continue;
    ++own;
    if (!error) own_bytes += size;
  }
  if (shared && (own >= share.drafts || own_bytes > share.bytes)) {
    return ResourceExhausted(
        fmt::format("{} drafts of `{}` wait already: approve or reject some", own, draft.author));
  }
  if (numbers.size() >= kDraftsMax || bytes > kDraftBytesMax) {
    return ResourceExhausted(
        fmt::format("{} drafts wait already: approve or reject some", numbers.size()));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::uint64_t> Drafts::Add(PendingDraft draft, const DraftShare& share) {
  if (draft.payload.size() > kDraftPayloadBytesMax) {
    return ResourceExhausted(fmt::format("{} bytes, and a draft may have {}", draft.payload.size(),
                                         kDraftPayloadBytesMax));
  }
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(MakePrivateFolder(InFolder(folder_, kDraftsFolder)));
  ASSIGN_OR_RETURN(const std::vector<std::uint64_t> numbers, Numbers());
  RETURN_IF_ERROR(CheckRoom(draft, share, numbers));
  const std::string last_path = fmt::format("{}/{}/{}", folder_, kDraftsFolder, kLastFile);
  const auto last_text = ReadFile(last_path, 32);
  std::uint64_t last = numbers.empty() ? 0 : numbers.back();
  if (last_text.ok()) last = std::max(last, NumberFrom(*last_text).value_or(0));
  draft.number = last + 1;
  draft.once = HexEncode(crypto::RandomBytes(kOnceBytes));
  RETURN_IF_ERROR(WriteFile(last_path, std::to_string(draft.number), FileMode::kSecret));
  RETURN_IF_ERROR(WriteFile(PathOf(draft.number, kPayload), draft.payload, FileMode::kSecret));
  RETURN_IF_ERROR(
      WriteFile(PathOf(draft.number, kAbout), ToText(DraftToJson(draft)), FileMode::kSecret));
  return draft.number;
}

absl::StatusOr<PendingDraft> Drafts::Read(std::uint64_t number) const {
  const std::string path = PathOf(number, kAbout);
  const auto text = ReadFile(path, kDraftFileBytesMax);
  if (text.status().code() == absl::StatusCode::kNotFound) {
    return NotFound(fmt::format("draft {} does not wait here", number));
  }
  RETURN_IF_ERROR(text.status());
  auto draft = DraftFromJson(Json::parse(*text, nullptr, /*allow_exceptions=*/false));
  if (!draft) return DataLoss(fmt::format("`{}` is damaged", path));
  draft->number = number;
  return *std::move(draft);
}

absl::StatusOr<PendingDraft> Drafts::Find(std::uint64_t number) const {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(PendingDraft draft, Read(number));
  ASSIGN_OR_RETURN(draft.payload, ReadFile(PathOf(number, kPayload), kDraftPayloadBytesMax));
  return draft;
}

absl::StatusOr<std::vector<PendingDraft>> Drafts::List() const {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const std::vector<std::uint64_t> numbers, Numbers());
  std::vector<PendingDraft> drafts;
  for (const std::uint64_t number : numbers) {
    ASSIGN_OR_RETURN(PendingDraft draft, Read(number));
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

absl::Status Drafts::Keep(const PendingDraft& draft) {
  MutexLock lock(mutex_);
  return WriteFile(PathOf(draft.number, kAbout), ToText(DraftToJson(draft)), FileMode::kSecret);
}

absl::Status Drafts::RemoveOrphans() {
  MutexLock lock(mutex_);
  std::error_code error;
  const fs::path folder = InFolder(folder_, kDraftsFolder);
  if (!fs::exists(folder, error)) return absl::OkStatus();
  std::vector<fs::path> orphans;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    fs::path about = entry.path();
    if (about.extension() != ".payload") continue;
    if (!fs::exists(about.replace_extension(".json"))) orphans.push_back(entry.path());
  }
  for (const fs::path& orphan : orphans) {
    if (!error) fs::remove(orphan, error);
  }
  if (error) return Unavailable(fmt::format("clean `{}`: {}", folder.string(), error.message()));
  return absl::OkStatus();
}

absl::Status Drafts::Remove(std::uint64_t number) {
  MutexLock lock(mutex_);
  // What names it goes first: a payload alone is no draft.
  for (const std::string_view end : {kAbout, kPayload}) {
    std::error_code error;
    fs::remove(PathOf(number, end), error);
    if (error) {
      return Unavailable(fmt::format("remove `{}`: {}", PathOf(number, end), error.message()));
    }
    if (end == kAbout) RETURN_IF_ERROR(FaultPoint("draft.half_removed"));
  }
  return absl::OkStatus();
}

}  // namespace renkei::app
