#include "node/sources/state.h"

#include <filesystem>
#include <system_error>

#include "node/base/encoding.h"
#include "node/base/file.h"
#include "node/crypto/digest.h"
#include "node/sources/limits.h"
#include "node/sources/saved_json.h"

namespace renkei::sources {
namespace {

constexpr int kStateVersion = 1;

struct CountField {
  const char* key;
  std::uint64_t Counts::*field;
};
constexpr CountField kCountFields[] = {
    {"listed", &Counts::listed},
    {"published", &Counts::published},
    {"revised", &Counts::revised},
    {"unchanged", &Counts::unchanged},
    {"drafts", &Counts::drafts},
    {"refused", &Counts::refused},
    {"unreadable", &Counts::unreadable},
    {"gone", &Counts::gone},
    {"left", &Counts::left},
};

std::string PlaceOf(const config::SourceConfig& source) {
  ByteWriter bytes;
  for (const std::string& part : {std::string(config::ToWord(source.kind)), source.url, source.path,
                                  source.api_root, source.collection}) {
    bytes.U64(part.size()).Raw(part);
  }
  return HexEncode(crypto::Sha256(bytes.bytes()).view());
}

std::optional<Timestamp> TimeOf(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_integer()) return std::nullopt;
  return FromUnixSeconds(found->get<std::int64_t>());
}

std::map<std::string, Known> KnownOf(const Json& json) {
  std::map<std::string, Known> known;
  const auto list = json.find("known");
  if (list == json.end() || !list->is_object()) return known;
  for (const auto& [uuid, value] : list->items()) {
    if (!value.is_array() || value.size() != 2 || !value[0].is_number_integer() ||
        !value[1].is_number_integer()) {
      continue;
    }
    known[uuid] = {value[0].get<std::int64_t>(), value[1].get<int>()};
  }
  return known;
}

Json TimesJson(const std::map<std::string, std::int64_t>& times) {
  Json json = Json::object();
  for (const auto& [key, time] : times) json[key] = time;
  return json;
}

std::map<std::string, std::int64_t> TimesOf(const Json& json, const char* key) {
  std::map<std::string, std::int64_t> times;
  const auto list = json.find(key);
  if (list == json.end() || !list->is_object()) return times;
  for (const auto& [name, time] : list->items()) {
    if (time.is_number_integer()) times[name] = time.get<std::int64_t>();
  }
  return times;
}

Json ReceiptsJson(const ReceiptBook& book) {
  Json waiting = Json::array();
  for (const Receipt& one : book.waiting) {
    waiting.push_back({{"key", one.key},
                       {"to", one.to},
                       {"in_reply_to", one.in_reply_to},
                       {"draft", one.draft},
                       {"tries", one.tries},
                       {"begun", one.begun}});
  }
  return {{"waiting", std::move(waiting)},
          {"answered", TimesJson(book.answered)},
          {"told", TimesJson(book.told)},
          {"owed", book.owed}};
}

ReceiptBook ReceiptsOf(const Json& json) {
  ReceiptBook book;
  const auto receipts = json.find("receipts");
  if (receipts == json.end() || !receipts->is_object()) return book;
  book.answered = TimesOf(*receipts, "answered");
  book.told = TimesOf(*receipts, "told");
  for (const Json& time : receipts->value("owed", Json::array())) {
    if (time.is_number_integer()) book.owed.push_back(time.get<std::int64_t>());
  }
  for (const Json& one : receipts->value("waiting", Json::array())) {
    if (!one.is_object()) continue;
    const auto begun = one.find("begun");
    book.waiting.push_back({.key = TextOf(one, "key"),
                            .to = TextOf(one, "to"),
                            .in_reply_to = TextOf(one, "in_reply_to"),
                            .draft = NumberOf(one, "draft"),
                            .tries = static_cast<int>(NumberOf(one, "tries") & 0xff),
                            .begun = begun != one.end() && *begun == true});
  }
  return book;
}

}  // namespace

StateFile::StateFile(std::string folder, const config::SourceConfig& source)
    : folder_(fmt::format("{}/{}", folder, kSourcesFolder)),
      path_(fmt::format("{}/{}.json", folder_, source.name)),
      place_(PlaceOf(source)) {}

SourceState StateFile::Load() const {
  const auto text = ReadFile(path_, kStateBytesMax);
  if (!text.ok()) return {};
  const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || NumberOf(json, "version") != kStateVersion ||
      TextOf(json, "place") != place_) {
    return {};
  }
  SourceState state{.known = KnownOf(json),
                    .cursor = TextOf(json, "cursor"),
                    .validators = {TextOf(json, "etag"), TextOf(json, "last_modified")},
                    .digest = TextOf(json, "digest"),
                    .receipts = ReceiptsOf(json),
                    .runs = NumberOf(json, "runs"),
                    .taken = NumberOf(json, "taken"),
                    .failures = static_cast<int>(NumberOf(json, "failures") & 0xffff),
                    .last_run = TimeOf(json, "last_run"),
                    .last_success = TimeOf(json, "last_success"),
                    .last_error = TextOf(json, "last_error")};
  const auto last = json.find("last");
  if (last == json.end() || !last->is_object()) return state;
  for (const CountField& one : kCountFields) state.last.*one.field = NumberOf(*last, one.key);
  return state;
}

absl::Status StateFile::Save(const SourceState& state) const {
  Json json = {{"version", kStateVersion},
               {"place", place_},
               {"cursor", state.cursor},
               {"etag", state.validators.etag},
               {"last_modified", state.validators.last_modified},
               {"digest", state.digest},
               {"runs", state.runs},
               {"taken", state.taken},
               {"failures", state.failures},
               {"last_error", state.last_error}};
  if (state.last_run) json["last_run"] = UnixSeconds(*state.last_run);
  if (state.last_success) json["last_success"] = UnixSeconds(*state.last_success);
  json["last"] = Json::object();
  for (const CountField& one : kCountFields) json["last"][one.key] = state.last.*one.field;
  if (state.receipts != ReceiptBook{}) json["receipts"] = ReceiptsJson(state.receipts);
  json["known"] = Json::object();
  for (const auto& [uuid, known] : state.known) json["known"][uuid] = {known.version, known.tries};
  RETURN_IF_ERROR(MakePrivateFolder(folder_));
  return WriteFile(path_, ToText(json), FileMode::kSecret);
}

absl::Status StateFile::Forget() const {
  std::error_code error;
  std::filesystem::remove(path_, error);
  if (error) return Unavailable(fmt::format("remove `{}`: {}", path_, error.message()));
  return absl::OkStatus();
}

}  // namespace renkei::sources
