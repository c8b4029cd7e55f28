#include "node/sources/taxii_place.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>

#include "node/formats/json_reader.h"
#include "node/formats/time_text.h"
#include "node/net/url.h"
#include "node/sources/limits.h"
#include "node/sources/saved_json.h"

namespace renkei::sources {
namespace {

// A page that is too large is asked for again with so much fewer objects.
constexpr int kFewer = 10;

constexpr std::size_t kHashDigits = 16;  // of one hash in a cursor

// Texts of RFC 3339 in UTC; a fraction more is later: "00.5Z" than "00Z".
bool IsEarlier(std::string_view a, std::string_view b) {
  if (a.ends_with('Z')) a.remove_suffix(1);
  if (b.ends_with('Z')) b.remove_suffix(1);
  return a < b;
}

// The last time before `added` that can be asked for; the same if it can't be read.
std::string JustBefore(const std::string& added) {
  const auto micros = formats::MicrosFromText(added);
  if (!micros || *micros <= 0) return added;
  return formats::MicrosToText(*micros - 1).value_or(added);
}

// Of an object and its version; a server may write the same one in another way each time.
std::size_t HashOf(const std::string& object) {
  std::string name = object;
  const auto document = formats::JsonDocument::Parse(object);
  if (document.ok()) {
    std::string fields;
    for (const char* key : {"id", "modified", "created"}) {
      const auto field = document->top().Find(key);
      const auto text =
          field && field->IsText() ? field->Text() : absl::StatusOr<std::string_view>("");
      if (text.ok() && !text->empty()) fields += fmt::format("{}={};", key, *text);
    }
    if (fields.starts_with("id=")) name = fields;
  }
  return std::hash<std::string>()(name);
}

}  // namespace

TaxiiPlace::TaxiiPlace(const std::string& cursor) : limit_(kTaxiiPageObjects) {
  whole_ = cursor;
  if (cursor.starts_with('{')) {
    const Json json = Json::parse(cursor, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) {
      whole_.clear();
      return;
    }
    whole_ = TextOf(json, "whole");
    reached_ = TextOf(json, "reached");
    after_ = TextOf(json, "after");
    next_ = TextOf(json, "next");
    limit_ =
        static_cast<int>(std::clamp<std::uint64_t>(NumberOf(json, "limit"), 1, kTaxiiPageObjects));
    one_by_one_ = json.value("one_by_one", Json(false)) == true;
    // At worst it ends too early, and begins again when the large one is met again.
    passed_over_ = one_by_one_;
    part_ = NumberOf(json, "part");
    for (const Json& came : json.value("come", Json::array())) {
      ReadCame(TextOf(came, "until"), TextOf(came, "hashes"));
    }
  }
  if (reached_.empty()) reached_ = whole_;
  begun_ = whole_;
}

std::string TaxiiPlace::ToCursor() const {
  if (next_.empty() && part_ == 0 && since_.empty()) return whole_;
  Json come = Json::array();
  for (const Came& came : since_) {
    std::string hashes;
    for (const std::size_t hash : came.hashes) hashes += fmt::format("{:016x}", hash);
    come.push_back({{"until", came.until}, {"hashes", std::move(hashes)}});
  }
  return ToText(Json{{"whole", whole_},
                     {"reached", reached_},
                     {"after", after_},
                     {"next", next_},
                     {"limit", limit_},
                     {"one_by_one", one_by_one_},
                     {"part", part_},
                     {"come", std::move(come)}});
}

void TaxiiPlace::ReadCame(std::string until, std::string_view hashes) {
  Came came{.until = std::move(until)};
  for (; hashes.size() >= kHashDigits; hashes.remove_prefix(kHashDigits)) {
    std::size_t hash = 0;
    std::from_chars(hashes.data(), hashes.data() + kHashDigits, hash, 16);
    if (come_.insert(hash).second) came.hashes.push_back(hash);
  }
  since_.push_back(std::move(came));
}

std::string TaxiiPlace::Name() const {
  return part_ == 0 ? begun_ : fmt::format("{}#{}", begun_, part_);
}

void TaxiiPlace::BeginNext() {
  part_ = begun_ == whole_ ? part_ + 1 : 0;
  begun_ = whole_;
}

std::vector<std::string> TaxiiPlace::Query() {
  if (next_.empty()) after_ = whole_;
  std::vector<std::string> query = {fmt::format("limit={}", limit_)};
  if (!after_.empty()) query.push_back("added_after=" + net::UrlEscape(after_));
  if (!next_.empty()) query.push_back("next=" + net::UrlEscape(next_));
  return query;
}

void TaxiiPlace::AskAnew() {
  next_.clear();
  nexts_.clear();
  reached_ = whole_;
}

bool TaxiiPlace::AskForFewer() {
  if (limit_ == 1) return false;
  limit_ = std::max(1, limit_ / kFewer);
  AskAnew();
  return true;
}

void TaxiiPlace::AskOneByOne() {
  one_by_one_ = true;
  passed_over_ = false;
  limit_ = kTaxiiPageObjects / kFewer;
  AskAnew();
}

bool TaxiiPlace::HasPassedOver(const std::string& added) const {
  return passed_over_ && IsEarlier(reached_, added);
}

void TaxiiPlace::EndOneByOne() {
  HaveWhole(reached_);
  one_by_one_ = false;
  limit_ = kTaxiiPageObjects;
  AskAnew();
}

void TaxiiPlace::Reach(const std::string& added) {
  if (!IsEarlier(reached_, added)) return;
  HaveWhole(reached_);
  reached_ = added;
}

void TaxiiPlace::HaveWhole(const std::string& added) {
  if (!IsEarlier(whole_, added)) return;
  whole_ = added;
  std::erase_if(since_, [this](const Came& came) { return !IsEarlier(whole_, came.until); });
}

void TaxiiPlace::End() {
  const std::string before = JustBefore(reached_);
  std::size_t came = 0;
  for (const Came& one : since_) {
    if (IsEarlier(before, one.until)) came += one.hashes.size();
  }
  HaveWhole(came > kTaxiiEndMax ? reached_ : before);
}

std::vector<std::string> TaxiiPlace::WithoutRepeated(std::vector<std::string> objects,
                                                     const std::string& until) {
  std::vector<std::string> fresh;
  Came came{.until = until};
  for (std::string& object : objects) {
    const std::size_t hash = HashOf(object);
    if (come_.size() == kTaxiiComeMax) {
      come_.clear();
      since_.clear();
    }
    if (!come_.insert(hash).second) continue;
    came.hashes.push_back(hash);
    fresh.push_back(std::move(object));
  }
  if (!came.hashes.empty()) since_.push_back(std::move(came));
  return fresh;
}

absl::Status TaxiiPlace::MoveOn(const TaxiiClient::Page& page) {
  Reach(page.added_first);
  Reach(page.added_last);
  next_.clear();
  if (!page.more) return absl::OkStatus();
  if (page.next.empty()) {
    // Nothing else is said of where to go on than when the last one was added.  Others may have
    // been at that time: it is asked for once more, unless that has been tried.
    const std::string before = one_by_one_ ? reached_ : JustBefore(reached_);
    HaveWhole(IsEarlier(whole_, before) ? before : reached_);
    if (whole_ != after_) return absl::OkStatus();
    return FailedPrecondition("the server says `more`, and not where: its pages never end");
  }
  // A server that is not yet up to date may say so in many pages, and has nothing in them.
  waits_ = page.objects.empty() && nexts_.contains(page.next);
  if (!waits_ && !nexts_.insert(page.next).second) {
    return FailedPrecondition("the server answers the same `next` again: its pages never end");
  }
  next_ = page.next;
  return absl::OkStatus();
}

}  // namespace renkei::sources
