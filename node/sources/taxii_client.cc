#include "node/sources/taxii_client.h"

#include <algorithm>

#include "node/base/encoding.h"
#include "node/formats/json_reader.h"
#include "node/formats/json_split.h"
#include "node/sources/limits.h"

namespace renkei::sources {
namespace {

constexpr std::string_view kTaxiiMedia = "application/taxii+json";
constexpr std::string_view kTaxiiAccept = "application/taxii+json;version=2.1";

// A text member; empty if it is absent.
absl::StatusOr<std::string> MemberText(const formats::JsonNode& node, std::string_view key) {
  const auto member = node.Find(key);
  if (!member) return std::string();
  ASSIGN_OR_RETURN(const std::string_view text, member->Text());
  return std::string(text);
}

void EndWithSlash(net::Url& url) {
  if (!url.path.ends_with('/')) url.path += '/';
}

absl::StatusOr<net::Url> RootAt(const net::Url& base, const std::string& reference) {
  ASSIGN_OR_RETURN(net::Url root, Annotate(net::ResolveUrl(base, reference), "api_root"));
  if (!net::SameOrigin(base, root)) {
    return FailedPrecondition(fmt::format("the API root is at another host, `{}`: configure that",
                                          Printable(root.Shown(), kErrorTextBytesMax)));
  }
  EndWithSlash(root);
  return root;
}

struct TaxiiCollection {
  std::string id{};
  std::string alias{};
  std::string title{};
  bool can_read = false;
};

absl::StatusOr<std::vector<TaxiiCollection>> ReadCollections(BytesView body) {
  ASSIGN_OR_RETURN(const auto document, formats::JsonDocument::Parse(body));
  std::vector<TaxiiCollection> collections;
  const formats::JsonNode top = document.top();
  const auto list = top.Find("collections");
  if (!list) return collections;
  RETURN_IF_ERROR(list->ForEachItem([&](const formats::JsonNode& item) -> absl::Status {
    if (collections.size() == kTaxiiCollectionsMax) {
      return ResourceExhausted(fmt::format("more than {} collections", kTaxiiCollectionsMax));
    }
    TaxiiCollection one;
    ASSIGN_OR_RETURN(one.id, MemberText(item, "id"));
    ASSIGN_OR_RETURN(one.alias, MemberText(item, "alias"));
    ASSIGN_OR_RETURN(one.title, MemberText(item, "title"));
    if (const auto can_read = item.Find("can_read")) {
      ASSIGN_OR_RETURN(one.can_read, can_read->Bool());
    }
    collections.push_back(std::move(one));
    return absl::OkStatus();
  }));
  return collections;
}

bool IsTaxiiTime(std::string_view text) {
  return !text.empty() && text.size() <= kValidatorBytesMax && text.ends_with('Z') &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || c == '-' || c == ':' || c == '.' || c == 'T' ||
                  c == 'Z';
         });
}

absl::Status ReadEnvelopeHead(BytesView head, TaxiiClient::Page& page) {
  ASSIGN_OR_RETURN(const auto document, formats::JsonDocument::Parse(head));
  const formats::JsonNode top = document.top();
  if (!top.IsObject()) return top.WrongType("an envelope");
  if (const auto more = top.Find("more")) {
    ASSIGN_OR_RETURN(page.more, more->Bool());
  }
  ASSIGN_OR_RETURN(page.next, MemberText(top, "next"));
  if (page.next.size() > kTaxiiNextBytesMax) {
    return ResourceExhausted(fmt::format("`next` has more than {} bytes", kTaxiiNextBytesMax));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TaxiiClient::Page> TaxiiClient::ReadEnvelope(BytesView body) {
  TaxiiClient::Page page;
  const auto split = formats::SplitJsonList(body, "objects");
  if (!split) {
    RETURN_IF_ERROR(ReadEnvelopeHead(body, page));
    return page;
  }
  RETURN_IF_ERROR(ReadEnvelopeHead(split->head, page));
  if (split->items.size() > kTaxiiPageObjectsMax) {
    return ResourceExhausted(fmt::format("more than {} objects in one page", kTaxiiPageObjectsMax));
  }
  for (const formats::JsonSlice& slice : split->items) page.objects.emplace_back(slice.Of(body));
  return page;
}

absl::StatusOr<net::HttpResponse> TaxiiClient::AskTaxii(net::Url url, std::size_t bytes_max) {
  const std::string shown = Printable(url.Shown(), kErrorTextBytesMax);
  ASSIGN_OR_RETURN(net::HttpResponse response,
                   reach_.Ask({.url = std::move(url),
                               .headers = {{"Accept", std::string(kTaxiiAccept)}},
                               .limits = {.bytes_max = bytes_max}}));
  const std::string type = AsciiLower(response.Header("content-type"));
  if (!type.starts_with(kTaxiiMedia)) {
    return FailedPrecondition(fmt::format("`{}` answers `{}` instead of {}: is it TAXII 2.1?",
                                          shown, Printable(type, 60), kTaxiiMedia));
  }
  return response;
}

absl::StatusOr<net::Url> TaxiiClient::FindRoot(const std::string& wanted) {
  if (!wanted.empty()) return RootAt(reach_.url(), wanted);
  ASSIGN_OR_RETURN(const net::HttpResponse response, AskTaxii(reach_.url(), kSmallBytesMax));
  ASSIGN_OR_RETURN(const auto document,
                   Annotate(formats::JsonDocument::Parse(response.body), "discovery"));
  const formats::JsonNode top = document.top();
  ASSIGN_OR_RETURN(std::string root, Annotate(MemberText(top, "default"), "discovery"));
  const auto roots = top.Find("api_roots");
  std::size_t count = 0;
  if (roots) {
    RETURN_IF_ERROR(roots->ForEachItem([&](const formats::JsonNode& item) -> absl::Status {
      if (++count > kTaxiiRootsMax) {
        return ResourceExhausted(fmt::format("discovery: more than {} roots", kTaxiiRootsMax));
      }
      ASSIGN_OR_RETURN(const std::string_view text, item.Text());
      if (root.empty()) root = std::string(text);
      return absl::OkStatus();
    }));
  }
  if (root.empty()) {
    return FailedPrecondition("the server names no API root: configure one as `api_root`");
  }
  return RootAt(reach_.url(), root);
}

absl::StatusOr<net::Url> TaxiiClient::FindCollection(const net::Url& root,
                                                     const std::string& wanted) {
  net::Url url = root;
  url.path += "collections/";
  ASSIGN_OR_RETURN(const net::HttpResponse response, AskTaxii(url, kSmallBytesMax));
  ASSIGN_OR_RETURN(const std::vector<TaxiiCollection> collections,
                   Annotate(ReadCollections(response.body), "collections"));
  // An id before an alias before a title: titles may repeat.
  for (const auto member :
       {&TaxiiCollection::id, &TaxiiCollection::alias, &TaxiiCollection::title}) {
    for (const TaxiiCollection& one : collections) {
      if (one.*member != wanted || one.id.empty()) continue;
      if (!one.can_read) {
        return FailedPrecondition(
            fmt::format("collection `{}` may not be read with this credential", wanted));
      }
      url.path += net::UrlEscape(one.id) + "/";
      return url;
    }
  }
  std::string there;
  for (const TaxiiCollection& one : collections) {
    if (!one.can_read || there.size() > kErrorTextBytesMax) continue;
    there += fmt::format("{}`{}`", there.empty() ? "" : ", ",
                         Printable(one.alias.empty() ? one.title : one.alias, 40));
  }
  return FailedPrecondition(fmt::format("the server has no collection `{}`; it has {}", wanted,
                                        there.empty() ? "none that may be read" : there));
}

absl::StatusOr<TaxiiClient::Page> TaxiiClient::AskPage(const net::Url& collection,
                                                       std::string_view endpoint,
                                                       const std::vector<std::string>& query,
                                                       std::size_t bytes_max) {
  net::Url url = collection;
  url.path += fmt::format("{}/", endpoint);
  url.query = fmt::format("{}", fmt::join(query, "&"));
  ASSIGN_OR_RETURN(const net::HttpResponse response, AskTaxii(std::move(url), bytes_max));
  absl::StatusOr<Page> read = Annotate(ReadEnvelope(response.body), endpoint);
  if (read.status().code() == absl::StatusCode::kResourceExhausted) {
    return OutOfRange(Message(read.status()));
  }
  ASSIGN_OR_RETURN(Page page, std::move(read));
  page.added_first = response.Header("x-taxii-date-added-first");
  page.added_last = response.Header("x-taxii-date-added-last");
  if (!IsTaxiiTime(page.added_first)) page.added_first.clear();
  if (page.objects.empty() && !IsTaxiiTime(page.added_last)) page.added_last.clear();
  if (!page.objects.empty() && !IsTaxiiTime(page.added_last)) {
    return FailedPrecondition(
        "the server does not say when its objects were added (X-TAXII-Date-Added-Last), as TAXII "
        "2.1 demands");
  }
  return page;
}

absl::StatusOr<TaxiiClient::Page> TaxiiClient::Objects(const net::Url& collection,
                                                       const std::vector<std::string>& query,
                                                       std::size_t bytes_max) {
  return AskPage(collection, "objects", query, bytes_max);
}

absl::StatusOr<TaxiiClient::Page> TaxiiClient::Manifest(const net::Url& collection,
                                                        const std::vector<std::string>& query) {
  return AskPage(collection, "manifest", query, kTaxiiPageBytesMax);
}

absl::StatusOr<TaxiiClient::Entry> TaxiiClient::ReadEntry(BytesView text) {
  ASSIGN_OR_RETURN(const auto document, formats::JsonDocument::Parse(text));
  const formats::JsonNode top = document.top();
  if (!top.IsObject()) return top.WrongType("an entry of a manifest");
  Entry entry;
  ASSIGN_OR_RETURN(entry.id, MemberText(top, "id"));
  ASSIGN_OR_RETURN(entry.added, MemberText(top, "date_added"));
  ASSIGN_OR_RETURN(entry.version, MemberText(top, "version"));
  if (entry.id.empty() || entry.id.size() > kTaxiiIdBytesMax || !IsTaxiiTime(entry.added) ||
      !IsTaxiiTime(entry.version)) {
    return FailedPrecondition(
        "the manifest does not name an object by id, date_added and version, as TAXII 2.1 demands");
  }
  return entry;
}

absl::StatusOr<TaxiiClient::Page> TaxiiClient::Object(const net::Url& collection,
                                                      const Entry& entry) {
  return AskPage(collection, fmt::format("objects/{}", net::UrlEscape(entry.id)),
                 {fmt::format("match%5Bversion%5D={}", net::UrlEscape(entry.version))},
                 kTaxiiPageBytesMax);
}

}  // namespace renkei::sources
