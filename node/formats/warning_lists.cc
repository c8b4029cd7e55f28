#include "node/formats/warning_lists.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <tuple>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include "node/base/encoding.h"
#include "node/formats/json_reader.h"
#include "node/formats/misp_types.h"
#include "node/record/host_name.h"
#include "node/record/ip_address.h"
#include "node/record/uri.h"

namespace renkei::formats {
namespace {

constexpr std::size_t kNameBytesMax = 120;
constexpr std::int64_t kExpressionMemory = 1 << 20;

using Types = std::bitset<256>;
static_assert(v1::IndicatorType_MAX < 256);
using ListNumber = std::uint32_t;

// Both families in one order: IPv4 as ::ffff:a.b.c.d.
using AddressBytes = std::array<std::uint8_t, 16>;
// The first and the last of a network.
using AddressRange = std::pair<AddressBytes, AddressBytes>;

std::optional<AddressRange> RangeOf(std::string_view text) {
  const auto network = record::CanonicalNetwork(text);
  if (!network) return std::nullopt;
  const std::size_t slash = network->find('/');
  const std::string address = network->substr(0, slash);
  AddressRange range{};
  std::size_t length = 0;
  const bool is_ipv4 = inet_pton(AF_INET, address.c_str(), range.first.data() + 12) == 1;
  if (is_ipv4) {
    range.first[10] = range.first[11] = 0xff;
  } else if (inet_pton(AF_INET6, address.c_str(), range.first.data()) != 1) {
    return std::nullopt;
  }
  for (const char digit : std::string_view(*network).substr(slash + 1)) {
    length = length * 10 + static_cast<std::size_t>(digit - '0');
  }
  range.second = range.first;
  for (std::size_t bit = length + (is_ipv4 ? 96 : 0); bit < 128; ++bit) {
    auto& byte = range.second[bit / 8];
    byte = static_cast<std::uint8_t>(byte | (0x80 >> (bit % 8)));
  }
  return range;
}

bool IsAddressType(v1::IndicatorType type) {
  return type == v1::INDICATOR_TYPE_IPV4 || type == v1::INDICATOR_TYPE_IPV6 ||
         type == v1::INDICATOR_TYPE_IPV4_NET || type == v1::INDICATOR_TYPE_IPV6_NET;
}

// An address may be told as a network, a name as a domain or a host: whoever lists one means both.
void AddType(Types& types, v1::IndicatorType type) {
  if (type == v1::INDICATOR_TYPE_UNSPECIFIED) return;
  types.set(static_cast<std::size_t>(type));
  if (IsAddressType(type)) {
    for (const auto also : {v1::INDICATOR_TYPE_IPV4, v1::INDICATOR_TYPE_IPV6,
                            v1::INDICATOR_TYPE_IPV4_NET, v1::INDICATOR_TYPE_IPV6_NET}) {
      types.set(static_cast<std::size_t>(also));
    }
  }
  if (type == v1::INDICATOR_TYPE_DOMAIN || type == v1::INDICATOR_TYPE_HOSTNAME) {
    types.set(v1::INDICATOR_TYPE_DOMAIN);
    types.set(v1::INDICATOR_TYPE_HOSTNAME);
  }
}

void AddMispType(Types& types, std::string_view name) {
  const MispType* type = FindMispType(name);
  if (type == nullptr) return;
  if (!IsComposite(*type)) return AddType(types, type->type);
  const MispHalves halves = HalvesOf(*type);
  for (const std::string_view half : {halves.first, halves.second}) {
    if (const MispType* of_half = FindMispType(half)) AddType(types, of_half->type);
  }
}

// The host that a value names, if it names one.
std::string HostOf(v1::IndicatorType type, std::string_view value) {
  if (type == v1::INDICATOR_TYPE_DOMAIN || type == v1::INDICATOR_TYPE_HOSTNAME) {
    return std::string(value);
  }
  if (type == v1::INDICATOR_TYPE_EMAIL) {
    const std::size_t at = value.rfind('@');
    return at == std::string_view::npos ? "" : std::string(value.substr(at + 1));
  }
  if (type != v1::INDICATOR_TYPE_URL) return "";
  const auto uri = record::ParseUri(value);
  return uri ? uri->host : "";
}

// `/expression/flags` as PHP writes it, or the bare expression.
std::string ExpressionOf(std::string_view text) {
  const std::size_t last = text.rfind('/');
  if (text.size() < 2 || text[0] != '/' || last == 0) return std::string(text);
  const std::string_view flags = text.substr(last + 1);
  std::string expression(text.substr(1, last - 1));
  if (flags.find('i') != std::string_view::npos) expression.insert(0, "(?i)");
  return expression;
}

}  // namespace

class WarningLists::Content {
 public:
  absl::Status Add(const WarningListFile& file);
  void Sort();
  std::optional<std::string_view> Find(v1::IndicatorType type, std::string_view value) const;

  std::size_t lists() const { return lists_.size(); }
  std::size_t entries() const { return entries_; }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  enum class Match { kString, kHostname, kCidr, kSubstring, kRegex };
  struct List {
    std::string name{};
    Types types{};
  };
  struct Text {
    std::string text{};
    ListNumber list = 0;

    bool operator<(const Text& other) const {
      return std::tie(text, list) < std::tie(other.text, other.list);
    }
  };
  struct Range {
    AddressRange range{};
    ListNumber list = 0;
  };

  absl::StatusOr<Match> ReadHead(const JsonNode& top);
  absl::Status AddEntry(Match match, ListNumber number, std::string_view text);
  bool Put(Match match, ListNumber number, std::string_view text);

  // Those of the list that wants this type.
  bool Wants(ListNumber list, v1::IndicatorType type) const {
    return lists_[list].types.test(static_cast<std::size_t>(type));
  }
  std::optional<ListNumber> FindText(const std::vector<Text>& texts, std::string_view text,
                                     v1::IndicatorType type) const;
  std::optional<ListNumber> FindHost(std::string_view host, v1::IndicatorType type) const;
  std::optional<ListNumber> FindRange(std::string_view address, v1::IndicatorType type) const;
  std::optional<ListNumber> FindPattern(const std::string& value, v1::IndicatorType type) const;

  std::vector<List> lists_{};
  std::vector<Text> strings_{};        // lower case
  std::vector<Text> hosts_{};          // canonical
  std::vector<Range> ranges_{};        // by their first address
  std::vector<AddressBytes> reach_{};  // the highest address of all ranges up to each
  std::vector<Text> substrings_{};     // lower case
  std::vector<std::pair<std::unique_ptr<re2::RE2>, ListNumber>> expressions_{};
  std::size_t entries_ = 0;
  std::size_t unread_ = 0;  // entries of the list being added
  std::vector<std::string> notes_{};
};

absl::StatusOr<WarningLists::Content::Match> WarningLists::Content::ReadHead(const JsonNode& top) {
  if (!top.IsObject()) return top.WrongType("object");
  const auto name = top.Find("name");
  if (!name) return top.Wrong("a warning list needs a `name`");
  ASSIGN_OR_RETURN(const std::string_view text, name->Text());
  List list{.name = Printable(text, kNameBytesMax)};
  const auto attributes = top.Find("matching_attributes");
  const bool any = !attributes || attributes->IsVoid();
  if (any) {
    list.types.set();
  } else {
    RETURN_IF_ERROR(attributes->ForEachItem([&](const JsonNode& item) -> absl::Status {
      ASSIGN_OR_RETURN(const std::string_view type, item.Text());
      AddMispType(list.types, type);
      return absl::OkStatus();
    }));
  }
  lists_.push_back(std::move(list));
  const auto type = top.Find("type");
  if (!type) return Match::kString;
  ASSIGN_OR_RETURN(const std::string_view word, type->Text());
  constexpr std::array<std::pair<std::string_view, Match>, 5> kWords = {
      {{"string", Match::kString},
       {"hostname", Match::kHostname},
       {"cidr", Match::kCidr},
       {"substring", Match::kSubstring},
       {"regex", Match::kRegex}}};
  for (const auto& [known, match] : kWords) {
    if (word == known) return match;
  }
  return type->Wrong("expected string, hostname, cidr, substring or regex");
}

absl::Status WarningLists::Content::Add(const WarningListFile& file) {
  if (lists_.size() == kWarningListsMax) {
    return ResourceExhausted(fmt::format("more than {} warning lists", kWarningListsMax));
  }
  ASSIGN_OR_RETURN(const JsonDocument document, JsonDocument::Parse(file.bytes));
  const JsonNode top = document.top();
  ASSIGN_OR_RETURN(const Match match, ReadHead(top));
  const auto number = static_cast<ListNumber>(lists_.size() - 1);
  const auto entries = top.Find("list");
  if (!entries) return top.Wrong("a warning list needs a `list`");
  unread_ = 0;
  RETURN_IF_ERROR(entries->ForEachItem([&](const JsonNode& item) -> absl::Status {
    ASSIGN_OR_RETURN(const std::string_view text, item.Text());
    return AddEntry(match, number, text);
  }));
  if (unread_ > 0) {
    notes_.push_back(fmt::format(
        "warning list `{}`: {}", lists_.back().name,
        unread_ == 1 ? "an entry can't be read and so covers nothing"
                     : fmt::format("{} entries can't be read and so cover nothing", unread_)));
  }
  return absl::OkStatus();
}

absl::Status WarningLists::Content::AddEntry(Match match, ListNumber number,
                                             std::string_view text) {
  if (++entries_ > kWarningEntriesMax || substrings_.size() > kWarningSubstringsMax ||
      expressions_.size() > kWarningExpressionsMax) {
    return ResourceExhausted(
        fmt::format("the warning lists hold more than {} entries, {} substrings or {} expressions",
                    kWarningEntriesMax, kWarningSubstringsMax, kWarningExpressionsMax));
  }
  const bool fits = !text.empty() && text.size() <= kWarningEntryBytesMax;
  if (!fits || !Put(match, number, text)) ++unread_;
  return absl::OkStatus();
}

// False: no such entry can be read.
bool WarningLists::Content::Put(Match match, ListNumber number, std::string_view text) {
  const auto range =
      match == Match::kString || match == Match::kCidr ? RangeOf(text) : std::nullopt;
  if (range) ranges_.push_back({*range, number});
  switch (match) {
    case Match::kCidr:
      return range.has_value();
    case Match::kString:
      if (range) return true;
      strings_.push_back({AsciiLower(text), number});
      if (const auto uri = record::ParseUri(text)) strings_.push_back({uri->Text(), number});
      return true;
    case Match::kHostname: {
      while (!text.empty() && (text.front() == '.' || text.front() == '*')) text.remove_prefix(1);
      auto host = record::CanonicalHostName(text);
      if (!host) return false;
      hosts_.push_back({*std::move(host), number});
      return true;
    }
    case Match::kSubstring:
      substrings_.push_back({AsciiLower(text), number});
      return true;
    case Match::kRegex: {
      re2::RE2::Options options;
      options.set_log_errors(false);
      options.set_max_mem(kExpressionMemory);
      auto expression = std::make_unique<re2::RE2>(ExpressionOf(text), options);
      const bool reads = expression->ok();
      if (reads) expressions_.emplace_back(std::move(expression), number);
      return reads;
    }
  }
  return false;
}

void WarningLists::Content::Sort() {
  std::sort(strings_.begin(), strings_.end());
  std::sort(hosts_.begin(), hosts_.end());
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.range.first < b.range.first; });
  reach_.reserve(ranges_.size());
  for (const Range& one : ranges_) {
    reach_.push_back(reach_.empty() ? one.range.second : std::max(reach_.back(), one.range.second));
  }
}

std::optional<ListNumber> WarningLists::Content::FindText(const std::vector<Text>& texts,
                                                          std::string_view text,
                                                          v1::IndicatorType type) const {
  const auto before = [](const Text& a, std::string_view b) { return a.text < b; };
  for (auto at = std::lower_bound(texts.begin(), texts.end(), text, before);
       at != texts.end() && at->text == text; ++at) {
    if (Wants(at->list, type)) return at->list;
  }
  return std::nullopt;
}

// The host itself, or what it is below of.
std::optional<ListNumber> WarningLists::Content::FindHost(std::string_view host,
                                                          v1::IndicatorType type) const {
  while (!host.empty()) {
    if (const auto list = FindText(hosts_, host, type)) return list;
    const std::size_t dot = host.find('.');
    host.remove_prefix(dot == std::string_view::npos ? host.size() : dot + 1);
  }
  return std::nullopt;
}

// Any range that shares an address with this one.
std::optional<ListNumber> WarningLists::Content::FindRange(std::string_view address,
                                                           v1::IndicatorType type) const {
  const auto wanted = RangeOf(address);
  if (!wanted) return std::nullopt;
  const auto behind = std::upper_bound(
      ranges_.begin(), ranges_.end(), wanted->second,
      [](const AddressBytes& last, const Range& one) { return last < one.range.first; });
  for (auto at = static_cast<std::size_t>(behind - ranges_.begin()); at > 0; --at) {
    if (reach_[at - 1] < wanted->first) break;
    const Range& one = ranges_[at - 1];
    if (one.range.second >= wanted->first && Wants(one.list, type)) return one.list;
  }
  return std::nullopt;
}

std::optional<ListNumber> WarningLists::Content::FindPattern(const std::string& value,
                                                             v1::IndicatorType type) const {
  for (const Text& part : substrings_) {
    if (Wants(part.list, type) && value.find(part.text) != std::string::npos) return part.list;
  }
  for (const auto& [expression, list] : expressions_) {
    if (Wants(list, type) && re2::RE2::PartialMatch(value, *expression)) return list;
  }
  return std::nullopt;
}

std::optional<std::string_view> WarningLists::Content::Find(v1::IndicatorType type,
                                                            std::string_view value) const {
  const std::string host = HostOf(type, value);
  auto list = FindText(strings_, AsciiLower(value), type);
  if (!list) list = FindText(strings_, value, type);
  if (!list) list = FindHost(host, type);
  if (!list && !ranges_.empty()) list = FindRange(IsAddressType(type) ? value : host, type);
  if (!list) list = FindPattern(AsciiLower(value), type);
  return list ? std::optional<std::string_view>(lists_[*list].name) : std::nullopt;
}

WarningLists::WarningLists() : content_(std::make_unique<Content>()) {}
WarningLists::~WarningLists() = default;
WarningLists::WarningLists(WarningLists&&) noexcept = default;
WarningLists& WarningLists::operator=(WarningLists&&) noexcept = default;

absl::StatusOr<WarningLists> WarningLists::Make(const std::vector<WarningListFile>& files) {
  WarningLists made;
  for (const WarningListFile& file : files) {
    RETURN_IF_ERROR(Annotate(made.content_->Add(file), file.path));
    made.digest_ = crypto::Sha256({made.digest_.view(), crypto::Sha256(file.bytes).view()});
  }
  made.content_->Sort();
  return made;
}

std::optional<std::string_view> WarningLists::Find(v1::IndicatorType type,
                                                   std::string_view canonical) const {
  return content_->Find(type, canonical);
}

std::size_t WarningLists::list_count() const { return content_->lists(); }
std::size_t WarningLists::entry_count() const { return content_->entries(); }
const std::vector<std::string>& WarningLists::notes() const { return content_->notes(); }

}  // namespace renkei::formats
