// What a tag of MISP means: a machine tag (`tlp:amber`, `misp-galaxy:tool="X"`) or just a label.
// Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "node/record/sections.h"
#include "policy/marking.h"

namespace renkei::formats {

namespace v1 = ::renkei::v1;

struct TagMeaning {
  enum class Is { kLabel, kOddTlp, kTlp, kPap, kRsit, kTechnique, kActor, kSector };

  Is is = Is::kLabel;
  policy::Tlp tlp = policy::Tlp::kUnspecified;
  policy::Pap pap = policy::Pap::kUnspecified;
  std::uint32_t type = 0;  // RSIT
  v1::Technique technique{};
  v1::Actor actor{};
  std::string sector{};
};

TagMeaning ReadTag(std::string_view tag);

// The tags to write for a record's own values; empty if there is none.
std::string TlpTag(policy::Tlp tlp);
std::string PapTag(policy::Pap pap);
std::string RsitTag(std::uint32_t type);
std::string TechniqueTag(const v1::Technique& technique);
std::string ActorTag(const v1::Actor& actor);
std::string SectorTag(std::string_view sector);

}  // namespace renkei::formats
