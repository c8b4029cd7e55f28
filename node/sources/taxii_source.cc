// A collection of a TAXII 2.1 server: what was added to it since last time, put together to
// bundles.  Source: TAXII 2.1, 3.4 and 5.4; docs/sources.md.

#include <set>

#include "node/base/encoding.h"
#include "node/sources/limits.h"
#include "node/sources/run.h"
#include "node/sources/taxii_bundle.h"
#include "node/sources/taxii_client.h"
#include "node/sources/taxii_place.h"

namespace renkei::sources {
namespace {

class CollectionRun {
 public:
  CollectionRun(Run& run, TaxiiClient& client, net::Url collection)
      : run_(run), client_(client), collection_(std::move(collection)), place_(run.state.cursor) {}

  absl::Status Go() {
    absl::StatusOr<bool> more = true;
    while (*more && !place_.waits() && pages_ < run_.source.events_max && !run_.taking.full()) {
      more = place_.one_by_one() ? TakeOneByOne() : TakePage();
      // What came before the way broke off need not come again.
      if (more.status().code() == absl::StatusCode::kUnavailable) RETURN_IF_ERROR(Flush());
      RETURN_IF_ERROR(more.status());
      if (bundle_.bytes() >= kBundleBytes) RETURN_IF_ERROR(Flush());
    }
    if (*more) run_.taking.counts().left = 1;
    return Flush();
  }

 private:
  // A `next` of the last run may be worth nothing by now: then it is asked for anew.
  bool AskedInVain(const absl::Status& status) {
    if (pages_ > 0 || !place_.has_next() || status.ok() ||
        status.code() == absl::StatusCode::kUnavailable ||
        status.code() == absl::StatusCode::kCancelled) {
      return false;
    }
    place_.AskAnew();
    return true;
  }

  // Whether there is more.
  absl::StatusOr<bool> TakePage() {
    absl::StatusOr<TaxiiClient::Page> page =
        client_.Objects(collection_, place_.Query(), kTaxiiPageBytesMax);
    const absl::StatusCode code = page.status().code();
    const bool large = code == absl::StatusCode::kResourceExhausted;
    if ((large || code == absl::StatusCode::kOutOfRange) && place_.AskForFewer()) return true;
    if (large) {
      place_.AskOneByOne();
      return true;
    }
    if (AskedInVain(page.status())) return true;
    RETURN_IF_ERROR(page.status());
    ++pages_;
    RETURN_IF_ERROR(place_.MoveOn(*page));
    Add(std::move(page->objects), page->added_last);
    if (!page->more) place_.End();
    return page->more;
  }

  // Whether there is more.  What is too large is counted and left out.
  absl::StatusOr<bool> TakeOneByOne() {
    const absl::StatusOr<TaxiiClient::Page> answer = client_.Manifest(collection_, place_.Query());
    if (AskedInVain(answer.status())) return true;
    RETURN_IF_ERROR(answer.status());
    ++pages_;
    const TaxiiClient::Page& page = *answer;
    for (const std::string& text : page.objects) {
      ASSIGN_OR_RETURN(const TaxiiClient::Entry entry, TaxiiClient::ReadEntry(text));
      if (place_.HasPassedOver(entry.added)) {
        place_.EndOneByOne();
        return true;
      }
      if (run_.taking.full()) return true;
      place_.Reach(entry.added);
      RETURN_IF_ERROR(TakeOne(entry));
      if (bundle_.bytes() >= kBundleBytes) RETURN_IF_ERROR(Flush());
    }
    RETURN_IF_ERROR(place_.MoveOn(page));
    if (!page.more) place_.EndOneByOne();
    return page.more;
  }

  absl::Status TakeOne(const TaxiiClient::Entry& entry) {
    absl::StatusOr<TaxiiClient::Page> one = client_.Object(collection_, entry);
    const bool large = one.status().code() == absl::StatusCode::kResourceExhausted;
    if (large || one.status().code() == absl::StatusCode::kNotFound) {
      if (large) place_.PassOver();
      run_.taking.counts().listed += 1;
      run_.taking.CountUnreadable(
          large ? fmt::format("the object {} has more than {} bytes", entry.id, kTaxiiPageBytesMax)
                : fmt::format("the object {} is in the manifest, and is not given", entry.id));
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(one.status());
    Add(std::move(one->objects), entry.added);
    return absl::OkStatus();
  }

  void Add(std::vector<std::string> objects, const std::string& until) {
    objects = place_.WithoutRepeated(std::move(objects), until);
    run_.taking.counts().listed += objects.size();
    bundle_.Add(std::move(objects));
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
          page.status().code() == absl::StatusCode::kUnavailable ||
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
      run_.state.cursor = place_.ToCursor();  // behind what was passed over
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(LookUpMissing());
    // Where it begins names it: asked for again, after a kill, it is the same.
    const std::string begins =
        fmt::format("{}|{}|{}", run_.source.name, collection_.Shown(), place_.Name());
    std::vector<std::string> left_out;
    const std::string text = bundle_.ToText(begins, left_out);
    for (const std::string& line : left_out) run_.taking.CountUnreadable(line);
    RETURN_IF_ERROR(run_.taking.Take(
        {.key = begins, .name = fmt::format("{}.json", run_.source.name), .payload = text}));
    place_.BeginNext();
    run_.state.cursor = place_.ToCursor();
    bundle_ = {};
    return absl::OkStatus();
  }

  Run& run_;
  TaxiiClient& client_;
  const net::Url collection_;
  TaxiiPlace place_;
  int pages_ = 0;  // that came
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
