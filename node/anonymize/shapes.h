// Places where a text names an inside user or host by its shape alone: home folders, SIDs, UNC
// paths of a host without a domain.
//
// Thread-safe.  Linear.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/anonymize/stand_ins.h"

namespace renkei::anonymize {

struct ShapeHit {
  Span span{};  // only the identifying part
  EntityClass entity = EntityClass::kUser;
  std::string key{};
};

std::vector<ShapeHit> FindShapes(std::string_view folded);

// `domain\user`: both parts.
struct DomainUser {
  Span domain{};
  Span user{};
};
std::vector<DomainUser> FindDomainUsers(std::string_view folded);

}  // namespace renkei::anonymize
