#include "node/gateway/connection_places.h"

#include <gtest/gtest.h>

#include "node/gateway/limits.h"

namespace renkei::gateway {
namespace {

std::string Place(const char* address) {
  return ConnectionPlaces::PlaceOf(boost::asio::ip::make_address(address));
}

TEST(ConnectionPlacesTest, OnePlaceHoldsAQuarterAndLeavesRoomToOthers) {
  ConnectionPlaces places(256);
  const std::string greedy = Place("192.0.2.1");
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(places.Enter(greedy)) << i;
  EXPECT_FALSE(places.Enter(greedy));
  EXPECT_TRUE(places.Enter(Place("192.0.2.2")));
  places.Leave(greedy);
  EXPECT_TRUE(places.Enter(greedy));
}

TEST(ConnectionPlacesTest, OfFewConnectionsAPlaceStillHoldsSome) {
  ConnectionPlaces places(16);
  for (int i = 0; i < kConnectionsPerPlaceMin; ++i) ASSERT_TRUE(places.Enter(Place("192.0.2.1")));
  EXPECT_FALSE(places.Enter(Place("192.0.2.1")));
}

TEST(ConnectionPlacesTest, AllTogetherAreBounded) {
  ConnectionPlaces places(2);
  EXPECT_TRUE(places.Enter(Place("192.0.2.1")));
  EXPECT_TRUE(places.Enter(Place("127.0.0.1")));
  EXPECT_FALSE(places.Enter(Place("192.0.2.2")));
  places.Leave(Place("127.0.0.1"));
  EXPECT_TRUE(places.Enter(Place("192.0.2.2")));
}

TEST(ConnectionPlacesTest, ThisMachineMayHoldAll) {
  EXPECT_EQ(Place("127.0.0.9"), "");
  EXPECT_EQ(Place("::1"), "");
  ConnectionPlaces places(40);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(places.Enter(""));
  EXPECT_FALSE(places.Enter(""));
}

TEST(ConnectionPlacesTest, ANetworkOfIpv6IsOnePlace) {
  EXPECT_EQ(Place("2001:db8:1:2::1"), Place("2001:db8:1:2:ffff::9"));
  EXPECT_NE(Place("2001:db8:1:2::1"), Place("2001:db8:1:3::1"));
  EXPECT_EQ(Place("::ffff:192.0.2.1"), Place("192.0.2.1"));
}

}  // namespace
}  // namespace renkei::gateway
