#include "node/feed/given.h"

#include <algorithm>

#include "node/base/encoding.h"

namespace renkei::feed {

absl::StatusOr<policy::Mask> MaskToGive(const store::Reader& reader, const Community& community,
                                        const policy::Evaluator& evaluator, const PeerContext& peer,
                                        const Subject& subject, const crypto::Digest& leaf,
                                        Timestamp now) {
  const policy::Mask mask = MaskFor(evaluator, peer, subject, now);
  if (!mask.exist() || subject.own || community.is_hub()) return mask;
  ASSIGN_OR_RETURN(const auto held, reader.Held(subject.header.record_id));
  const policy::SectionMask may = MayPassOn(community, subject, leaf, held);
  // What may not be passed on at all does not exist for others.
  if (may == 0) return policy::Mask{};
  return policy::Evaluator::LimitTo(mask, may,
                                    record::ToMarking(subject.header, subject.circles, now));
}

std::vector<std::string> CircleNames(const std::vector<record::CircleId>& ids,
                                     const Community& community) {
  std::vector<std::string> names;
  for (const record::CircleId& id : ids) {
    names.push_back(community.CircleName(id).value_or(HexEncode(id.view())));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace renkei::feed
