// A collection of a TAXII 2.1 server: what was added to it since last time, put together to
// bundles.  Source: TAXII 2.1, 3.4 and 5.4; docs/sources.md.

#include <algorithm>
#include <set>

#include "node/base/encoding.h"
#include "node/sources/limits.h"
#include "node/sources/run.h"
#include "node/sources/taxii_bundle.h"
#include "node/sources/taxii_client.h"

namespace renkei::sources {
namespace {

// A page that is too large is asked for again with so much fewer objects.
constexpr int kFewer = 10;

class CollectionRun {
 public:
  CollectionRun(Run& run, TaxiiClient& client, net::Url collection)
      : run_(run),
        client_(client),
        collection_(std::move(collection)),
        reached_(run.state.cursor) {}

  absl::Status Go() {
    int pages = 0;
    bool more = true;
    while (more) {
      if (pages == run_.source.events_max || run_.taking.full()) break;
      ++pages;
      absl::StatusOr<TaxiiClient::Page> answer =
          client_.Objects(collection_, Query(), kTaxiiPageBytesMax);
      const bool large = answer.status().code() == absl::StatusCode::kResourceExhausted;
      if ((large || answer.status().code() == absl::StatusCode::kOutOfRange) && limit_ > 1) {
        limit_ = std::max(1, limit_ / kFewer);
        AskAnew();
        continue;
      }
      if (large) answer = PassOver();
      // What came before the way broke off need not come again.
      if (answer.status().code() == absl::StatusCode::kUnavailable) RETURN_IF_ERROR(Flush());
      ASSIGN_OR_RETURN(TaxiiClient::Page page, std::move(answer));
      run_.taking.counts().listed += page.objects.size();
      RETURN_IF_ERROR(MoveOn(page));
      more = page.more;
      bundle_.Add(std::move(page.objects));
      if (bundle_.bytes() >= kBundleBytes) RETURN_IF_ERROR(Flush());
    }
    if (more) run_.taking.counts().left = 1;
    return Flush();
  }

 private:
  std::vector<std::string> Query() const {
    std::vector<std::string> query = {fmt::format("limit={}", limit_)};
    const std::string& after = next_.empty() ? reached_ : after_;
    if (!after.empty()) query.push_back("added_after=" + net::UrlEscape(after));
    if (!next_.empty()) query.push_back("next=" + net::UrlEscape(next_));
    return query;
  }

  // From behind the last object on: `next` belongs to the query that it came from.
  void AskAnew() {
    next_.clear();
    nexts_.clear();
  }

  // The one object that is too large is counted and left out: what a page says of what comes behind
  // it, without that object.
  absl::StatusOr<TaxiiClient::Page> PassOver() {
    absl::StatusOr<TaxiiClient::Page> page =
        client_.Objects(collection_, Query(), kTaxiiPassedOverBytesMax);
    if (page.status().code() == absl::StatusCode::kResourceExhausted) {
      // Not even that much: the manifest knows when it was added, and its `next` is its own.
      AskAnew();
      auto told = client_.Manifest(collection_, Query());
      if (!told.ok() || told->objects.size() != 1) return page.status();
      page = std::move(told);
      page->next.clear();
    }
    RETURN_IF_ERROR(page.status());
    if (page->objects.size() != 1) {
      return FailedPrecondition(fmt::format(
          "the server answers {} objects where one was asked for, of more than {} bytes together",
          page->objects.size(), kTaxiiPageBytesMax));
    }
    run_.taking.counts().listed += 1;
    run_.taking.CountUnreadable(
        fmt::format("the object that was added at {} has more than {} bytes", page->added_last,
                    kTaxiiPageBytesMax));
    page->objects.clear();
    return page;
  }

  // Notes where the next page begins; an error if that is where we have been.
  absl::Status MoveOn(const TaxiiClient::Page& page) {
    const std::string after = next_.empty() ? reached_ : after_;
    if (!page.added_last.empty() && page.added_last > reached_) reached_ = page.added_last;
    next_.clear();
    if (!page.more) return absl::OkStatus();
    if (!page.next.empty()) {
      if (!nexts_.insert(page.next).second) {
        return FailedPrecondition("the server answers the same `next` again: its pages never end");
      }
      // The same query, with `next`.
      after_ = after;
      next_ = page.next;
      return absl::OkStatus();
    }
    if (reached_ == after) {
      return FailedPrecondition("the server says `more`, and not where: its pages never end");
    }
    return absl::OkStatus();
  }

  // A report may name what came long ago, and an object a marking: without them it says less.
  absl::Status LookUpMissing() {
    std::set<std::string> asked;
    for (int lookups = 0; lookups < kLookupsMax && HasRoom();) {
      std::vector<std::string> wanted;
      for (std::string& id : bundle_.MissingIds()) {
        if (wanted.size() < kLookupIdsMax && asked.insert(id).second) {
          wanted.push_back(net::UrlEscape(id));
        }
      }
      if (wanted.empty()) return absl::OkStatus();
      ++lookups;
      auto page = client_.Objects(collection_,
                                  {fmt::format("match%5Bid%5D={}", fmt::join(wanted, ",")),
                                   fmt::format("limit={}", kTaxiiPageObjects)},
                                  kTaxiiPageBytesMax);
      // It helps; nothing depends on it.
      if (page.status().code() == absl::StatusCode::kNotFound ||
          page.status().code() == absl::StatusCode::kResourceExhausted ||
          page.status().code() == absl::StatusCode::kOutOfRange) {
        return absl::OkStatus();
      }
      RETURN_IF_ERROR(page.status());
      bundle_.Add(std::move(page->objects));
    }
    return absl::OkStatus();
  }

  bool HasRoom() const { return bundle_.bytes() + kTaxiiPageBytesMax <= kBundleBytesMax; }

  // Takes what has come, and notes that it has.
  absl::Status Flush() {
    if (bundle_.empty()) {
      run_.state.cursor = reached_;  // behind what was passed over
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(LookUpMissing());
    // Where it begins names it: asked for again, after a kill, it is the same.
    const std::string begins =
        fmt::format("{}|{}|{}", run_.source.name, collection_.Shown(), run_.state.cursor);
    std::vector<std::string> left_out;
    const std::string text = bundle_.ToText(begins, left_out);
    for (const std::string& line : left_out) run_.taking.CountUnreadable(line);
    RETURN_IF_ERROR(run_.taking.Take(
        {.key = begins, .name = fmt::format("{}.json", run_.source.name), .payload = text}));
    run_.state.cursor = reached_;
    bundle_ = {};
    return absl::OkStatus();
  }

  Run& run_;
  TaxiiClient& client_;
  const net::Url collection_;
  std::string reached_;  // when the last object that came was added
  std::string after_{};  // what the query with `next_` repeats
  std::string next_{};
  std::set<std::string> nexts_{};
  int limit_ = kTaxiiPageObjects;
  TaxiiBundle bundle_{};
};

}  // namespace

absl::Status RunTaxii(Run& run) {
  TaxiiClient client(run.reach);
  ASSIGN_OR_RETURN(const net::Url root, client.FindRoot(run.source.api_root));
  ASSIGN_OR_RETURN(net::Url collection, client.FindCollection(root, run.source.collection));
  return CollectionRun(run, client, std::move(collection)).Go();
}

}  // namespace renkei::sources
