// Objects of several pages, put together to a bundle that the importer of STIX takes.
//
// Confined to one thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "node/base/status.h"

namespace renkei::sources {

class TaxiiBundle {
 public:
  void Add(std::vector<std::string> objects);

  bool empty() const { return objects_.empty(); }
  std::size_t bytes() const { return bytes_; }

  // What reports, groupings and observations in it name, and what objects need to be read (their
  // markings and authors), that is not in it.  Only ids of STIX; without TLP's own.
  std::vector<std::string> MissingIds() const;

  // The bundle; its id follows from `name`, so that the same stretch of a collection is the same
  // source again.  Objects that the importer refuses are left out and named in `left_out`, a line
  // each; of those that are wrong only beside others, at most kBadObjectsMax.
  std::string ToText(const std::string& name, std::vector<std::string>& left_out) const;

 private:
  std::vector<std::string> objects_{};
  std::size_t bytes_ = 0;
};

}  // namespace renkei::sources
