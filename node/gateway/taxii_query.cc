#include "node/gateway/taxii_query.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "node/base/encoding.h"
#include "node/formats/time_text.h"
#include "node/gateway/limits.h"

namespace renkei::gateway {
namespace {

constexpr std::size_t kNextBytes = 8 + kProgressBytes;
constexpr std::size_t kNextCheckBytes = 8;

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> Pieces(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    pieces.push_back(Trimmed(text.substr(0, end)));
    if (end == text.size()) return pieces;
    text.remove_prefix(end + 1);
  }
}

// One range of an Accept header.
bool AcceptsOne(std::string_view range, bool stix) {
  const auto parts = Pieces(range, ';');
  const std::string type = AsciiLower(parts[0]);
  std::string version;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string part = AsciiLower(parts[i]);
    if (part.starts_with("version=")) version = part.substr(8);
    if (part == "q=0" || part == "q=0.0" || part == "q=0.00" || part == "q=0.000") return false;
  }
  std::erase(version, '"');
  if (type == "*/*" || type == "application/*") return true;
  const bool ours = type == "application/taxii+json" || (stix && type == "application/stix+json");
  return ours && (version.empty() || version == "2.1");
}

// A timestamp of TAXII is in UTC, with a `Z`.
std::optional<std::int64_t> TimeIn(std::string_view text) {
  if (!text.ends_with('Z')) return std::nullopt;
  return formats::MicrosFromText(text);
}

// The values of one match field.
absl::StatusOr<std::vector<std::string>> ValuesOf(const std::string& text) {
  std::vector<std::string> values;
  for (const std::string_view piece : Pieces(text, ',')) {
    if (piece.empty()) return InvalidArgument("an empty value in a match field");
    values.emplace_back(piece);
  }
  if (values.size() > kMatchValuesMax) return InvalidArgument("too many values in a match field");
  std::sort(values.begin(), values.end());
  if (std::adjacent_find(values.begin(), values.end()) != values.end()) {
    return InvalidArgument("a value given twice in a match field");
  }
  return values;
}

absl::Status ReadVersions(const std::vector<std::string>& values, TaxiiQuery& query) {
  // Of each object we have one version, its first and its last.
  bool any = false;
  for (const std::string& value : values) {
    if (value == "all" && values.size() > 1) return InvalidArgument("`all` stands alone");
    if (value == "all" || value == "first" || value == "last") {
      any = true;
      continue;
    }
    const auto time = TimeIn(value);
    if (!time) return InvalidArgument("a version that is no timestamp");
    query.versions.push_back(*time);
  }
  if (any) query.versions.clear();
  return absl::OkStatus();
}

absl::Status ReadLimit(const std::string& text, TaxiiQuery& query) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range && stop == end && text[0] != '-') {
    value = std::numeric_limits<int>::max();
  } else if (error != std::errc() || stop != end || value <= 0) {
    return InvalidArgument("`limit` is no positive number");
  }
  query.limit = std::min(value, kPageObjectsMax);
  return absl::OkStatus();
}

absl::Status ReadParameter(const std::string& key, const std::string& value, TaxiiQuery& query) {
  if (key == "limit") return ReadLimit(value, query);
  if (key == "next") {
    query.next = value;
    return absl::OkStatus();
  }
  if (key == "added_after") {
    const auto time = TimeIn(value);
    if (!time) return InvalidArgument("`added_after` is no timestamp");
    query.added_after = *time;
    return absl::OkStatus();
  }
  if (key == "match[id]") {
    ASSIGN_OR_RETURN(query.ids, ValuesOf(value));
  } else if (key == "match[type]") {
    ASSIGN_OR_RETURN(query.types, ValuesOf(value));
  } else if (key == "match[version]") {
    ASSIGN_OR_RETURN(const auto values, ValuesOf(value));
    return ReadVersions(values, query);
  } else if (key == "match[spec_version]") {
    ASSIGN_OR_RETURN(const auto values, ValuesOf(value));
    query.spec_2_1 = std::find(values.begin(), values.end(), "2.1") != values.end();
  }
  return absl::OkStatus();
}

Bytes NextCheck(BytesView body, BytesView key, const TaxiiQuery& query) {
  std::string filters = fmt::format("{}|", query.spec_2_1);
  for (const std::string& id : query.ids) filters += id + ",";
  filters += "|";
  for (const std::string& type : query.types) filters += type + ",";
  filters += "|";
  for (const std::int64_t version : query.versions) filters += fmt::format("{},", version);
  return crypto::Sha256({body, key, filters}).str().substr(0, kNextCheckBytes);
}

}  // namespace

bool AcceptsTaxii(std::string_view accept, bool stix) {
  if (Trimmed(accept).empty()) return true;
  const auto ranges = Pieces(accept, ',');
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](std::string_view range) { return AcceptsOne(range, stix); });
}

bool TaxiiQuery::WantsId(std::string_view id) const {
  const std::string_view type = id.substr(0, id.find("--"));
  return spec_2_1 && (ids.empty() || std::binary_search(ids.begin(), ids.end(), id)) &&
         (types.empty() || std::binary_search(types.begin(), types.end(), type));
}

bool TaxiiQuery::WantsVersion(std::int64_t version) const {
  return versions.empty() || std::find(versions.begin(), versions.end(), version) != versions.end();
}

absl::StatusOr<TaxiiQuery> ReadTaxiiQuery(const std::map<std::string, std::string>& parameters) {
  TaxiiQuery query{.limit = kPageObjectsDefault};
  for (const auto& [key, value] : parameters) RETURN_IF_ERROR(ReadParameter(key, value, query));
  return query;
}

std::string SealNext(std::int64_t place, BytesView progress, BytesView key,
                     const TaxiiQuery& query) {
  const Bytes body = ByteWriter().I64(place).Raw(progress).Take();
  return Base32Encode(body + NextCheck(body, key, query));
}

absl::StatusOr<std::int64_t> OpenNext(BytesView next, BytesView key, const TaxiiQuery& query) {
  const auto bytes = Base32Decode(next);
  if (!bytes || bytes->size() != kNextBytes + kNextCheckBytes) {
    return InvalidArgument("`next` is not ours");
  }
  const BytesView body = BytesView(*bytes).substr(0, kNextBytes);
  if (BytesView(*bytes).substr(kNextBytes) != NextCheck(body, key, query)) {
    return InvalidArgument("`next` is of another query");
  }
  return ByteReader(body).I64();
}

}  // namespace renkei::gateway
