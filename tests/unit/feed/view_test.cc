#include "node/feed/view.h"

#include <gtest/gtest.h>

#include "node/feed/kept_attestations.h"
#include "node/feed/outbox.h"

namespace renkei::feed {
namespace {

TEST(ViewTest, FactsOfAPeerComeBackAsTheyWere) {
  PeerContext peer{.team = "beta", .team_key = *crypto::PublicKey::From(Bytes(32, 'k'))};
  peer.facts = {.team = "beta",
                .kind = policy::PeerKind::kMember,
                .circles = {{.circle = "energy", .rung = 8}, {.circle = "members", .rung = 4}},
                .sector = "energy",
                .sector_by = {.hub = false, .self = true, .sponsors = 2},
                .country = "jp",
                .country_by = {.hub = true}};
  const Bytes bytes = EncodeFacts(peer);
  EXPECT_EQ(*DecodeFacts(bytes), peer);
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(DecodeFacts(bytes.substr(0, n)).ok());
}

TEST(ViewTest, OutboxItemsAndAttestationsComeBackAsTheyWere) {
  const Receipt receipt{*record::RecordId::From(Bytes(16, 'r')),
                        *crypto::Digest::From(Bytes(32, 'l'))};
  EXPECT_EQ(DecodeOutbox(EncodeOutboxReceipt(receipt))->receipt->id, receipt.id);
  EXPECT_EQ(DecodeOutbox(EncodeOutboxRecord("wire"))->record, "wire");
  EXPECT_FALSE(DecodeOutbox("").ok());
  EXPECT_FALSE(DecodeOutbox("\x02short").ok());
  Attestations attestations(2);
  attestations[0].set_attestation("a");
  attestations[1].set_card("c");
  const auto back = DecodeAttestations(EncodeAttestations(attestations));
  ASSERT_EQ(back->size(), 2U);
  EXPECT_EQ((*back)[0].attestation(), "a");
  EXPECT_EQ((*back)[1].card(), "c");
  EXPECT_FALSE(DecodeAttestations("\x7f").ok());
}

}  // namespace
}  // namespace renkei::feed
