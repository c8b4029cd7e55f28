// Lets tests make a Mask of any bits; no shipped code includes this.
#pragma once

#include "policy/marking.h"

namespace renkei::policy {

class MaskForTests {
 public:
  static Mask FromBits(std::uint64_t bits) { return Mask(bits); }
  static Mask See(SectionMask sections) { return Mask(Mask::kExist | sections); }
};

}  // namespace renkei::policy
