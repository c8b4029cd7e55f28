#include "node/gateway/saved_searches.h"

#include "node/base/encoding.h"

namespace renkei::gateway {
namespace {

constexpr std::string_view kSavedKind = "saved_search";

absl::Status NoSearch(const std::string& name) {
  return NotFound(fmt::format("there is no saved search `{}`", Printable(name, 40)));
}

SearchTerms TermsOfRow(const Bytes& value) {
  const Json json = Json::parse(value, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? TermsFromJson(json) : SearchTerms{};
}

bool IsRelative(std::string_view time) { return time.ends_with('h') || time.ends_with('d'); }

}  // namespace

absl::StatusOr<std::map<std::string, SearchTerms>> SavedSearches(const store::Reader& reader) {
  std::map<std::string, SearchTerms> searches;
  ASSIGN_OR_RETURN(const auto rows, reader.ListObjects(kSavedKind));
  for (const auto& [name, value] : rows) searches.emplace(name, TermsOfRow(value));
  return searches;
}

absl::StatusOr<SearchTerms> FindSavedSearch(const store::Reader& reader, const std::string& name) {
  ASSIGN_OR_RETURN(const auto row, reader.FindObject(kSavedKind, name));
  if (!row) return NoSearch(name);
  return TermsOfRow(*row);
}

absl::Status SaveSearch(store::Writer& writer, const std::string& name, const SearchTerms& terms) {
  if (!IsLabel(name, kSavedNameBytesMax)) {
    return InvalidArgument(fmt::format("name `{}`: expected a-z, 0-9 and `-`, at most {} bytes",
                                       Printable(name, 40), kSavedNameBytesMax));
  }
  if (terms == SearchTerms{}) return InvalidArgument("there is nothing that the search looks for");
  if (IsRelative(terms.until)) {
    return InvalidArgument(fmt::format("until `{}`: expected a time that stays, as 2026-10-01",
                                       Printable(terms.until, 40)));
  }
  ASSIGN_OR_RETURN(const auto known, SavedSearches(writer));
  if (known.size() >= kSavedSearchesMax && known.count(name) == 0) {
    return ResourceExhausted(fmt::format("{} searches are saved already", kSavedSearchesMax));
  }
  return writer.PutObject(kSavedKind, name, renkei::ToText(ToJson(terms)));
}

absl::Status RemoveSavedSearch(store::Writer& writer, const std::string& name) {
  RETURN_IF_ERROR(FindSavedSearch(writer, name).status());
  return writer.DropObject(kSavedKind, name);
}

}  // namespace renkei::gateway
