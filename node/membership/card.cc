#include "node/membership/card.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "node/membership/limits.h"
#include "node/membership/names.h"

namespace renkei::membership {
namespace {

constexpr std::uint32_t kSponsorsMax = 1'000'000;

policy::AssertedBy By(const v1::Claim& claim) {
  return {.hub = claim.by_hub(),
          .self = claim.by_self(),
          .sponsors = static_cast<int>(claim.sponsors())};
}

}  // namespace

Bytes EncodeCard(const v1::Card& card) {
  Bytes bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    RENKEI_CHECK(card.SerializeToCodedStream(&coded));
  }
  return bytes;
}

absl::StatusOr<v1::Card> ParseCard(BytesView bytes) {
  if (bytes.size() > kCardBytesMax) return InvalidArgument("card is larger than 2 KiB");
  v1::Card card;
  if (!card.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return InvalidArgument("card is not a Card message");
  }
  if (card.team_key().size() != crypto::Digest::kSize) {
    return InvalidArgument("card: team_key is not 32 bytes");
  }
  if (!IsSlug(card.slug())) return InvalidArgument("card: slug is not [a-z0-9-]{1,32}");
  if (card.kind() < 1 || card.kind() > static_cast<std::uint32_t>(policy::PeerKind::kObserver)) {
    return InvalidArgument("card: kind is unknown");
  }
  const bool hub = card.kind() == static_cast<std::uint32_t>(policy::PeerKind::kHub);
  if (hub != (card.slug() == kHubSlug)) {
    return InvalidArgument("card: slug `hub` is the hub's and no one else's");
  }
  if (!IsSector(card.sector().value())) return InvalidArgument("card: sector is not a label");
  if (!IsCountry(card.country().value())) {
    return InvalidArgument("card: country is not two lower-case letters");
  }
  if (card.sector().sponsors() > kSponsorsMax || card.country().sponsors() > kSponsorsMax) {
    return InvalidArgument("card: too many sponsors");
  }
  if (!IsOrg(card.org())) return InvalidArgument("card: org is not text of at most 128 bytes");
  return card;
}

crypto::Digest CardHash(BytesView card_bytes) { return crypto::Sha256(card_bytes); }

policy::Peer FactsOf(const v1::Card& card) {
  policy::Peer facts;
  facts.team = card.slug();
  facts.kind = static_cast<policy::PeerKind>(card.kind());
  facts.sector = card.sector().value();
  facts.sector_by = By(card.sector());
  facts.country = card.country().value();
  facts.country_by = By(card.country());
  return facts;
}

}  // namespace renkei::membership
