#include "node/feed/correlating.h"

#include <algorithm>

#include <fmt/format.h>

#include "node/record/header.h"

namespace renkei::feed {
namespace {

using record::Correlation;

// The hours that a record's id begins with, as an epoch.
std::uint32_t EpochOfRecord(const record::RecordId& id) {
  ByteReader in(id.view());
  return membership::EpochOf(FromUnixSeconds(std::int64_t{in.U32()} * 3600));
}

// Empty: nothing stands in the way.
std::string WhyCounted(const NameSource& source, const record::DraftHeader& header,
                       Correlation asked) {
  if (header.source == policy::SourceMode::kAnonymous) {
    return "an anonymous record is never linked to another";
  }
  if (header.circles.size() != 1) {
    return fmt::format("the record goes to {} circles, and names are keyed for one",
                       header.circles.size());
  }
  if (asked == Correlation::kNone) {
    return fmt::format("the charter of circle `{}` does not ask for it (`renkei circles`)",
                       header.circles.front());
  }
  return source.anon == nullptr ? "the node's keys can't be read here" : "";
}

}  // namespace

Naming NameDraft(const NameSource& source, const record::DraftHeader& header, Correlation wanted,
                 Timestamp now, const std::optional<record::RecordId>& revises) {
  Naming naming;
  if (wanted == Correlation::kNone) return naming;
  const bool one = header.circles.size() == 1 && source.asked;
  const Correlation asked = one ? source.asked(header.circles.front()) : Correlation::kNone;
  naming.why_not = WhyCounted(source, header, asked);
  if (!naming.why_not.empty()) return naming;
  naming.correlation = std::min(wanted, asked);
  if (naming.correlation != wanted) {
    naming.why_not = fmt::format("the charter of circle `{}` asks for `{}` only",
                                 header.circles.front(), record::ToWord(asked));
  }
  const record::CircleId circle = record::MakeCircleId(source.community, header.circles.front());
  const std::uint32_t epoch = revises ? EpochOfRecord(*revises) : membership::EpochOf(now);
  const crypto::PublicKey origin = header.source == policy::SourceMode::kPseudonymous
                                       ? source.anon->PseudonymKey(circle, epoch).public_key()
                                       : source.record_key;
  naming.names = std::make_unique<const anonymize::KeyedNames>(
      naming.correlation, [&](anonymize::NameClass one_class) {
        return source.anon->NameKey(origin, circle, epoch, static_cast<std::uint8_t>(one_class));
      });
  return naming;
}

}  // namespace renkei::feed
