// What a policy can tell apart: peers and markings as short keys.  Internal to policy/.
//
// Two peers with one key get the same answers for every record (recipient and author aside), two
// markings with one key give the same answers to every peer.  Immutable; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "policy/compiled.h"

namespace renkei::policy {

class Reducer {
 public:
  // `policy` outlives this.
  explicit Reducer(const CompiledPolicy& policy);

  std::string KeyOf(const Peer& peer) const;
  std::string KeyOf(const Marking& marking) const;
  // The same, added to `key`.  With `towards`, for markings with just its sectors and countries:
  // then it matters whether the peer's are among them, and no longer which they are.
  void AddKey(std::string& key, const Peer& peer, const Marking* towards = nullptr) const;
  void AddKey(std::string& key, const Marking& marking) const;

 private:
  // Each value as the first of its field that all rules treat alike.
  std::uint64_t Reduce(std::uint64_t values) const;
  void PutFacts(std::string& key, const Facts& facts) const;

  const CompiledPolicy& policy_;
  std::array<std::uint8_t, 64> alike_{};  // by bit of Facts::values
  SectionMask granted_ = 0;               // sections that some grant lets see or relay
};

}  // namespace renkei::policy
