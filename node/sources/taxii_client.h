// Asks a TAXII 2.1 server: discovery, API root, collections, objects page by page.
//
// Errors: FAILED_PRECONDITION: the server does not keep to the standard, or has no such collection;
// INVALID_ARGUMENT: no JSON of that shape; else those of the transport.  Confined to one thread.
// Source: TAXII 2.1.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/net/url.h"
#include "node/sources/reach.h"

namespace renkei::sources {

class TaxiiClient {
 public:
  explicit TaxiiClient(Reach& reach) : reach_(reach) {}

  // The API root: `wanted` (a URL or a path), else the server's default, else its first.  Always on
  // the same host as the configured URL.
  absl::StatusOr<net::Url> FindRoot(const std::string& wanted);
  // The URL of the collection whose id, alias or title is `wanted`, and that may be read.
  absl::StatusOr<net::Url> FindCollection(const net::Url& root, const std::string& wanted);

  struct Page {
    std::vector<std::string> objects{};  // JSON texts
    bool more = false;
    std::string next{};         // opaque; may be empty though there is more
    std::string added_first{};  // when the first object was added; empty: not said
    std::string added_last{};   // when the last object was added; empty: no objects
  };
  // What a manifest says of an object.
  struct Entry {
    std::string id{};
    std::string added{};    // when it was added
    std::string version{};  // which version of it
  };
  // The objects are not looked into: the importer reads them strictly.
  static absl::StatusOr<Page> ReadEnvelope(BytesView body);
  // `query`: `name=value` pairs, escaped.  RESOURCE_EXHAUSTED: more than `bytes_max`; OUT_OF_RANGE:
  // too many objects, or too long a `next`.
  absl::StatusOr<Page> Objects(const net::Url& collection, const std::vector<std::string>& query,
                               std::size_t bytes_max);
  // The same of its manifest: what stands in `objects` tells of objects, and holds none.
  absl::StatusOr<Page> Manifest(const net::Url& collection, const std::vector<std::string>& query);
  static absl::StatusOr<Entry> ReadEntry(BytesView text);
  // One version of one object.  NOT_FOUND: it is gone; RESOURCE_EXHAUSTED as Objects.
  absl::StatusOr<Page> Object(const net::Url& collection, const Entry& entry);

 private:
  absl::StatusOr<Page> AskPage(const net::Url& collection, std::string_view endpoint,
                               const std::vector<std::string>& query, std::size_t bytes_max);
  absl::StatusOr<net::HttpResponse> AskTaxii(net::Url url, std::size_t bytes_max);

  Reach& reach_;
};

}  // namespace renkei::sources
