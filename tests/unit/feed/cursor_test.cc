#include "node/feed/cursor.h"

#include <gtest/gtest.h>

namespace renkei::feed {
namespace {

const PeerContext kPeer{.team = "beta"};

CursorCodec Codec(char epoch) {
  return CursorCodec(*crypto::AeadKey::From(Bytes(32, 'k')), Bytes(16, epoch));
}

TEST(CursorTest, OpensForTheSamePeerRequestAndStoreAlone) {
  const Cursor cursor{.segments = {{10, 1}, {20, 2}}};
  const Bytes sealed = Codec('e').Seal(cursor, kPeer, {});
  EXPECT_EQ(*Codec('e').Open(sealed, kPeer, {}), cursor);
  EXPECT_EQ(Codec('e').Open(sealed, {.team = "gamma"}, {}).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_FALSE(Codec('e').Open(sealed, kPeer, {.kinds = {policy::Kind::kIncident}}).ok());
  EXPECT_FALSE(Codec('f').Open(sealed, kPeer, {}).ok());
  EXPECT_FALSE(Codec('e').Open(sealed + "x", kPeer, {}).ok());
  EXPECT_FALSE(Codec('e').Open(Bytes(600, 'x'), kPeer, {}).ok());
}

TEST(CursorTest, SaysNothingAndIsFreshEachTime) {
  const Cursor cursor{.segments = {{10, 1}}};
  EXPECT_NE(Codec('e').Seal(cursor, kPeer, {}), Codec('e').Seal(cursor, kPeer, {}));
  EXPECT_TRUE(Codec('e').Open("", kPeer, {})->segments.empty());
}

TEST(CursorTest, NeighboursOfOneGenerationJoin) {
  Cursor cursor{.segments = {{5, 2}, {5, 1}, {9, 2}, {9, 3}, {12, 3}}};
  cursor.Normalize();
  EXPECT_EQ(cursor.segments, (std::vector<Segment>{{9, 2}, {12, 3}}));
  EXPECT_EQ(cursor.position(), 12);
}

}  // namespace
}  // namespace renkei::feed
