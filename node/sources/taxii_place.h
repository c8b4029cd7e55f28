// Where in a collection a source stands: what it has whole, and how the server says to go on.
//
// Many objects may have been added at one time, and a page may end among them; `added_after` that
// time would pass the others over; behind the end more may be added at the last time, where times
// are coarse.  So a time counts as had only when a later one has been seen; until then the server's
// `next` goes on, or the same is asked for again and what came before is left out.  Where that is
// more than kTaxiiEndMax objects, the end counts as well.
// Confined to one thread.  Source: TAXII 2.1, 3.4, 3.7 and 5.4.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "node/base/status.h"
#include "node/sources/taxii_client.h"

namespace renkei::sources {

class TaxiiPlace {
 public:
  // Of a text that ToCursor made; of none, the beginning.
  explicit TaxiiPlace(const std::string& cursor);
  std::string ToCursor() const;

  // Names what is put together from here on: the same for the same stretch, and for no other.
  std::string Name() const;
  // What was put together is taken.
  void BeginNext();

  // What to ask for: pairs as TaxiiClient takes them.
  std::vector<std::string> Query();
  // Whether the server's `next` is asked for.
  bool has_next() const { return !next_.empty(); }
  // Whether there is more, and not now: the next run asks again.
  bool waits() const { return waits_; }
  // From behind what is had whole: `next` belongs to the query that it came from.
  void AskAnew();
  // The same with fewer objects at once; false: it was one.
  bool AskForFewer();

  // Object by object, by the manifest: until the time is had at which one was too large.
  bool one_by_one() const { return one_by_one_; }
  void AskOneByOne();
  void PassOver() { passed_over_ = true; }
  // Whether that time is had, since what comes next was added at `added`.
  bool HasPassedOver(const std::string& added) const;
  void EndOneByOne();

  // The next object of a manifest was added at `added`.
  void Reach(const std::string& added);
  // Those that did not come before: in this run, or after what is had whole.  They were added at
  // `until` or before.
  std::vector<std::string> WithoutRepeated(std::vector<std::string> objects,
                                           const std::string& until);
  // Notes where the next page begins; an error if that is where we have been.
  absl::Status MoveOn(const TaxiiClient::Page& page);
  // There is no more, and what came has been told from what came before.
  void End();

 private:
  void HaveWhole(const std::string& added);
  void ReadCame(std::string until, std::string_view hashes);

  std::string whole_{};    // all that was added until then has come; empty: nothing is known
  std::string reached_{};  // when the last object that came was added
  std::string after_{};    // of the last query; one with `next_` repeats it
  std::string next_{};
  int limit_;
  bool waits_ = false;
  bool one_by_one_ = false;
  bool passed_over_ = false;
  std::string begun_{};     // `whole_` when what is put together was begun
  std::uint64_t part_ = 0;  // how many were begun there before
  std::set<std::string> nexts_{};
  std::unordered_set<std::size_t> come_{};  // hashes of the last objects, some kTaxiiComeMax
  // Those of pages that are not had whole: a page was added at `until` or before.
  struct Came {
    std::string until{};
    std::vector<std::size_t> hashes{};
  };
  std::vector<Came> since_{};
};

}  // namespace renkei::sources
