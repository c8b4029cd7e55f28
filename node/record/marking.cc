// The bridge from a signed header to what the policy sees.
#include <algorithm>

#include "node/record/header.h"

namespace renkei::record {

policy::Marking ToMarking(const Header& header, std::vector<std::string> circle_names,
                          Timestamp now) {
  policy::Marking marking;
  marking.kind = header.kind;
  marking.tlp = header.tlp;
  marking.pap = header.pap;
  marking.source = header.source;
  marking.relay = header.relay;
  marking.severity = header.severity;
  marking.type = header.type;
  std::sort(circle_names.begin(), circle_names.end());
  marking.circles = std::move(circle_names);
  marking.tags = header.tags;
  marking.sectors = header.sectors;
  marking.countries = header.countries;
  marking.min_level = header.min_level;
  for (std::size_t i = 0; i < policy::kSectionCount; ++i) {
    marking.section_levels[i] = static_cast<policy::Rung>((header.section_levels >> (4 * i)) & 15);
  }
  marking.must_disclose = header.must_disclose;
  marking.exercise = header.exercise;
  marking.embargoed = header.embargo_until && *header.embargo_until > now;
  return marking;
}

}  // namespace renkei::record
