// Searches that are kept under a name: by `renkei search --save`, for `renkei search --saved` and
// as lists and collections of the gateway.
//
// Rows of the store.  Thread-safe, as that is.
#pragma once

#include <map>
#include <string>

#include "node/gateway/search_terms.h"

namespace renkei::gateway {

inline constexpr std::size_t kSavedSearchesMax = 100;
inline constexpr std::size_t kSavedNameBytesMax = 32;

// By name.
absl::StatusOr<std::map<std::string, SearchTerms>> SavedSearches(const store::Reader& reader);
// NOT_FOUND.
absl::StatusOr<SearchTerms> FindSavedSearch(const store::Reader& reader, const std::string& name);

// Replaces what has the name.  INVALID_ARGUMENT: a name that is no label, nothing that is looked
// for, a relative `until` (what it holds back would never come); RESOURCE_EXHAUSTED: too many.
absl::Status SaveSearch(store::Writer& writer, const std::string& name, const SearchTerms& terms);
// NOT_FOUND.
absl::Status RemoveSavedSearch(store::Writer& writer, const std::string& name);

}  // namespace renkei::gateway
