#include "node/sources/taxii_bundle.h"

#include <charconv>
#include <set>
#include <string_view>

#include "node/base/encoding.h"
#include "node/formats/json_reader.h"
#include "node/formats/stix_ids.h"
#include "node/formats/stix_import.h"
#include "node/formats/stix_markings.h"
#include "node/formats/uuid.h"
#include "node/sources/limits.h"

namespace renkei::sources {
namespace {

constexpr std::size_t kStixIdBytesMax = 250;

void AddRef(const formats::JsonNode& node, std::set<std::string>& refs) {
  const auto text = node.IsText() ? node.Text() : absl::StatusOr<std::string_view>("");
  if (!text.ok() || text->empty() || text->size() > kStixIdBytesMax) return;
  if (formats::TypeOfStixId(*text) && !formats::KnownMarking(*text))
    refs.insert(std::string(*text));
}

void AddRefs(const formats::JsonNode& object, std::string_view key, std::set<std::string>& refs) {
  const auto list = object.Find(key);
  if (!list || !list->IsArray()) return;
  const absl::Status read = list->ForEachItem([&refs](const formats::JsonNode& item) {
    AddRef(item, refs);
    return absl::OkStatus();
  });
  RENKEI_CHECK(read.ok());
}

// The number in a message such as `` `objects[12].pattern`: ... ``; nothing if it names no object.
std::optional<std::size_t> ObjectNumber(std::string_view message) {
  constexpr std::string_view kPlace = "objects[";
  const std::size_t at = message.find(kPlace);
  if (at == std::string_view::npos) return std::nullopt;
  const char* start = message.data() + at + kPlace.size();
  const char* end = message.data() + message.size();
  std::size_t number = 0;
  const auto [stop, error] = std::from_chars(start, end, number);
  if (error != std::errc() || stop == end || *stop != ']') return std::nullopt;
  return number;
}

// Nothing that is worth a look of the importer, which reads all of a bundle for one bad object.
bool IsGarbage(const std::string& object) {
  const auto document = formats::JsonDocument::Parse(object);
  if (!document.ok()) return true;
  const formats::JsonNode top = document->top();
  const auto id = top.Find("id");
  const auto type = top.Find("type");
  return !id || !id->IsText() || !type || !type->IsText();
}

std::string BundleText(const std::string& id, const std::vector<std::string>& objects) {
  std::string text = fmt::format(R"({{"type":"bundle","id":"bundle--{}","objects":[)", id);
  for (const std::string& object : objects) {
    if (&object != &objects.front()) text += ',';
    text += object;
  }
  return text + "]}";
}

// What is wrong with an object by itself, whatever stands beside it; it is called
// `objects[number]`.
std::optional<std::string> WrongAlone(const std::string& object, std::size_t number) {
  if (IsGarbage(object)) return fmt::format("`objects[{}]`: no object of STIX", number);
  const auto imported = formats::ImportStix(BundleText(formats::UuidFromName(""), {object}));
  if (imported.ok()) return std::nullopt;
  const std::string why = Message(imported.status());
  if (!ObjectNumber(why)) return std::nullopt;
  const std::size_t at = why.find('[') + 1;
  return why.substr(0, at) + fmt::to_string(number) + why.substr(why.find(']', at));
}

}  // namespace

void TaxiiBundle::Add(std::vector<std::string> objects) {
  for (std::string& object : objects) {
    bytes_ += object.size();
    objects_.push_back(std::move(object));
  }
}

std::vector<std::string> TaxiiBundle::MissingIds() const {
  std::set<std::string> there;
  std::set<std::string> named;
  for (const std::string& object : objects_) {
    const auto document = formats::JsonDocument::Parse(object);
    if (!document.ok()) continue;  // the importer says so
    const formats::JsonNode top = document->top();
    if (const auto id = top.Find("id")) AddRef(*id, there);
    if (const auto author = top.Find("created_by_ref")) AddRef(*author, named);
    AddRefs(top, "object_marking_refs", named);
    AddRefs(top, "object_refs", named);
  }
  std::vector<std::string> missing;
  for (const std::string& id : named) {
    if (there.count(id) == 0) missing.push_back(id);
  }
  return missing;
}

std::string TaxiiBundle::ToText(const std::string& name, std::vector<std::string>& left_out) const {
  const std::string id = formats::UuidFromName(name);
  std::string text = BundleText(id, objects_);
  absl::Status status = formats::ImportStix(text).status();
  if (status.ok()) return text;
  std::vector<std::string> objects;
  for (std::size_t i = 0; i < objects_.size(); ++i) {
    const auto why = WrongAlone(objects_[i], i);
    if (why) left_out.push_back(Printable(*why, kErrorTextBytesMax));
    if (!why) objects.push_back(objects_[i]);
  }
  // What is wrong only beside others.
  for (int tries = 0; tries <= kBadObjectsMax; ++tries) {
    text = BundleText(id, objects);
    status = formats::ImportStix(text).status();
    if (status.ok()) return text;
    const std::string why = Message(status);
    const auto number = ObjectNumber(why);
    // What is wrong with the whole is said when it is taken.
    if (!number || *number >= objects.size()) return text;
    left_out.push_back(Printable(why, kErrorTextBytesMax));
    objects.erase(objects.begin() + static_cast<std::ptrdiff_t>(*number));
  }
  return BundleText(id, objects);
}

}  // namespace renkei::sources
