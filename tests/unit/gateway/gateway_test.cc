#include "node/gateway/gateway.h"

#include <gtest/gtest.h>

#include "node/base/json.h"
#include "node/gateway/http_date.h"
#include "tests/unit/gateway/gateway_fixture.h"

namespace renkei::gateway {
namespace {

constexpr auto kBlockLists =
    std::to_array<const char*>({"hosts", "rpz", "suricata", "zeek", "nftables", "ipset", "plain"});

class GatewayTest : public GatewayFixture {};

TEST_F(GatewayTest, WithoutATokenThatCountsNothingIsLearned) {
  const std::string token = Token("siem");
  for (const char* path : {"/lists/plain", "/nowhere", "/taxii2/", "/a/../b"}) {
    for (const std::string& wrong : {std::string(), std::string("renkei-abc"), token + "a"}) {
      const Response response = Get(path, wrong);
      EXPECT_EQ(response.status, 401) << path;
      EXPECT_TRUE(HeaderOf(response, "WWW-Authenticate").starts_with("Basic ")) << path;
      const bool taxii = std::string(path) == "/taxii2/";
      EXPECT_EQ(Body(response), Body(Get(taxii ? "/taxii2/x/" : "/lists/x", ""))) << path;
    }
  }
  EXPECT_EQ(gateway_.counts().refused, gateway_.counts().requests);
}

TEST_F(GatewayTest, BasicAndBearerBothWork) {
  const std::string token = Token("siem");
  const auto basic = [&](const std::string& name) {
    return Get("/lists/plain", "", {{"authorization", "Basic " + Base64Encode(name + ":" + token)}})
        .status;
  };
  EXPECT_EQ(basic("siem"), 200);
  EXPECT_EQ(basic("other"), 401);
  EXPECT_EQ(Get("/lists/plain", token).status, 200);
}

TEST_F(GatewayTest, AScopeOpensItsPartOfTheTreeOnly) {
  const std::string taxii = Token("taxii", "", {Scope::kTaxii});
  EXPECT_EQ(Get("/lists/plain", taxii).status, 403);
  EXPECT_EQ(Get("/feeds/misp/manifest.json", taxii).status, 403);
}

TEST_F(GatewayTest, AListHoldsWhatTheNodeHoldsAndIsRevalidated) {
  Publish();
  const std::string token = Token("siem");
  const Response list = Get("/lists/plain", token);
  ASSERT_EQ(list.status, 200);
  EXPECT_EQ(Body(list), "198.51.100.7\nlogin.example.net\n");
  const std::string etag = HeaderOf(list, "ETag");
  EXPECT_TRUE(etag.starts_with('"') && etag.ends_with('"')) << etag;
  EXPECT_EQ(Get("/lists/plain", token, {{"if-none-match", etag}}).status, 304);
  EXPECT_EQ(Get("/lists/plain", token, {{"if-none-match", "\"a\", " + etag}}).status, 304);
  EXPECT_EQ(Get("/lists/plain", token, {{"if-none-match", "\"a\""}}).status, 200);
  const std::string date = HeaderOf(list, "Last-Modified");
  EXPECT_EQ(Get("/lists/plain", token, {{"if-modified-since", date}}).status, 304);
  EXPECT_EQ(Body(Get("/lists/plain", token, {{"if-none-match", etag}})), "");
  // The ETag decides, whatever the date says.
  EXPECT_EQ(
      Get("/lists/plain", token, {{"if-none-match", "\"a\""}, {"if-modified-since", date}}).status,
      200);
  rig_.clock.Advance(std::chrono::seconds(10));
  Publish(DraftOf("198.51.100.8"));
  const Response changed = Get("/lists/plain", token, {{"if-none-match", etag}});
  EXPECT_EQ(changed.status, 200);
  EXPECT_NE(Body(changed).find("198.51.100.8"), std::string::npos);
  EXPECT_EQ(Get("/lists/plain", token, {{"if-modified-since", date}}).status, 200);
}

TEST_F(GatewayTest, FiltersNarrowAListAndAWrongOneIsNamed) {
  Publish();
  const std::string token = Token("siem");
  EXPECT_EQ(Body(Get("/lists/plain?type=ipv4", token)), "198.51.100.7\n");
  EXPECT_EQ(Body(Get("/lists/plain?kind=advisory", token)), "");
  EXPECT_EQ(Body(Get("/lists/plain?tlp=clear", token)), "");
  EXPECT_EQ(Body(Get("/lists/plain?circle=members&type=domain", token)), "login.example.net\n");
  EXPECT_EQ(Body(Get("/lists/plain?confidence=1", token)), "");
  const Response wrong = Get("/lists/plain?colour=red", token);
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(Json::parse(Body(wrong))["parameter"], "colour");
  EXPECT_EQ(Get("/lists/plain?tlp=green&tlp=red", token).status, 400);
}

TEST_F(GatewayTest, EveryListAndFeedIsThere) {
  Publish();
  const std::string token = Token("siem");
  for (const char* list : kBlockLists) {
    const Response response = Get(std::string("/lists/") + list, token);
    EXPECT_EQ(response.status, 200) << list;
    EXPECT_FALSE(Body(response).empty()) << list;
  }
  for (const char* path : {"/lists/csv", "/feeds/misp/manifest.json", "/feeds/misp/hashes.csv",
                           "/feeds/stix/bundle.json"}) {
    EXPECT_EQ(Get(path, token).status, 200) << path;
    EXPECT_FALSE(Body(Get(path, token)).empty()) << path;
  }
  for (const char* path : {"/lists/", "/lists/misp", "/lists/stix", "/feeds/misp/", "/feeds/misp/x",
                           "/feeds/misp/0.json", "/nowhere", "/"}) {
    EXPECT_EQ(Get(path, token).status, 404) << path;
  }
}

TEST_F(GatewayTest, ReadingIsAllThatCanBeDone) {
  const std::string token = Token("siem");
  EXPECT_EQ(Ask("HEAD", "/lists/plain", token).status, 200);
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    const Response response = Ask(method, "/lists/plain", token);
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(HeaderOf(response, "Allow"), "GET, HEAD");
  }
}

TEST_F(GatewayTest, AReaderSeesThroughTheMaskOnly) {
  Publish();
  const std::string team = Token("team");
  const std::string listed = Token("listed", kListedFacts);
  const std::string stranger = Token("stranger", "level=certified circles={elsewhere}");
  EXPECT_NE(Body(Get("/feeds/stix/bundle.json", team)).find("data-loss"), std::string::npos);
  const std::string seen = Body(Get("/feeds/stix/bundle.json", listed));
  EXPECT_NE(seen.find("198.51.100.7"), std::string::npos);
  EXPECT_EQ(seen.find("data-loss"), std::string::npos);
  EXPECT_EQ(Body(Get("/lists/plain", listed)), Body(Get("/lists/plain", team)));
  for (const char* path :
       {"/lists/plain", "/lists/suricata", "/feeds/misp/hashes.csv", "/lists/csv"}) {
    EXPECT_EQ(Body(Get(path, stranger)).find("198.51.100.7"), std::string::npos) << path;
  }
  EXPECT_EQ(Json::parse(Body(Get("/feeds/misp/manifest.json", stranger))), Json::object());
}

TEST_F(GatewayTest, AnotherPolicyIsInForceForTheNextRequest) {
  Publish();
  const std::string listed = Token("listed", kListedFacts);
  ASSERT_NE(Body(Get("/lists/plain", listed)), "");
  rig_.hub.SetPolicy(
      "policy \"strict\" version 2\nlevels listed < accredited < certified\ncircles members\n"
      "accept a from level >= listed in circle on kind in {incident}\n"
      "grant g to level >= listed in circle on tlp <= green allow exist, see summary\n");
  EXPECT_EQ(Body(Get("/lists/plain", listed)), "");
  // A policy without the level: nobody knows what such a reader may see.
  rig_.hub.SetPolicy(
      "policy \"fewer\" version 3\nlevels accredited < certified\ncircles members\n"
      "accept a from level >= accredited in circle on kind in {incident}\n"
      "grant g to level >= accredited in circle on tlp <= green allow exist, see summary "
      "indicators\n");
  EXPECT_EQ(Body(Get("/lists/plain", listed)), "");
}

TEST_F(GatewayTest, PapAmberAndRedReachNoBlockList) {
  record::Draft amber = DraftOf("198.51.100.66");
  amber.header.pap = policy::Pap::kAmber;
  Publish(amber);
  record::Draft red = DraftOf("198.51.100.99");
  red.header.pap = policy::Pap::kRed;
  red.sections.mutable_indicators()->mutable_indicators(1)->set_value("red.example.net");
  Publish(red);
  const std::string token = Token("firewall");
  for (const char* list : kBlockLists) {
    const std::string text = Body(Get(std::string("/lists/") + list, token));
    for (const char* value :
         {"198.51.100.66", "198.51.100.99", "red.example.net", "login.example.net"}) {
      EXPECT_EQ(text.find(value), std::string::npos) << list << " " << value;
    }
  }
  // An export of records carries its marking with it.
  EXPECT_NE(Body(Get("/feeds/stix/bundle.json", token)).find("198.51.100.99"), std::string::npos);
}

TEST_F(GatewayTest, WhatIsWithdrawnExpiredOrAnExerciseAppearsNowhere) {
  const record::RecordId gone = Publish(DraftOf("198.51.100.1"));
  record::Draft drill = DraftOf("198.51.100.2");
  drill.header.exercise = true;
  Publish(drill);
  record::Draft brief = DraftOf("198.51.100.3");
  brief.header.expires = rig_.clock.Now() + std::chrono::hours(2);
  Publish(brief);
  const std::string token = Token("siem");
  EXPECT_NE(Body(Get("/lists/csv", token)).find("198.51.100.3"), std::string::npos);
  const Json manifest = Json::parse(Body(Get("/feeds/misp/manifest.json", token)));
  ASSERT_EQ(manifest.size(), 2U);
  Withdraw(gone);
  rig_.clock.Advance(std::chrono::hours(3));
  for (const char* path :
       {"/lists/plain", "/lists/csv", "/feeds/misp/manifest.json", "/feeds/stix/bundle.json"}) {
    EXPECT_EQ(Body(Get(path, token)).find("198.51.100."), std::string::npos) << path;
  }
  for (const auto& [uuid, entry] : manifest.items()) {
    EXPECT_EQ(Get("/feeds/misp/" + uuid + ".json", token).status, 404);
  }
}

TEST_F(GatewayTest, TheSerialOfTheZoneRisesWithItsContentAndOnlyThen) {
  const auto serial = [](const std::string& zone) {
    const std::size_t at = zone.find("hostmaster.localhost. ");
    return std::stoul(zone.substr(at + 22));
  };
  Publish();
  const std::string token = Token("dns");
  const std::string first = Body(Get("/lists/rpz", token));
  rig_.clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(Body(Get("/lists/rpz", token)), first);
  Publish(DraftOf("198.51.100.8"));
  const std::string second = Body(Get("/lists/rpz", token));
  EXPECT_GT(serial(second), serial(first));
  // Twice within a second, too.
  Publish(DraftOf("198.51.100.9"));
  EXPECT_GT(serial(Body(Get("/lists/rpz", token))), serial(second));
  EXPECT_NE(Body(Get("/lists/rpz?zone=block.example", token)).find("$ORIGIN block.example."),
            std::string::npos);
}

TEST_F(GatewayTest, TheMispFeedHangsTogether) {
  const record::RecordId id = Publish();
  const std::string token = Token("misp");
  const Json manifest = Json::parse(Body(Get("/feeds/misp/manifest.json", token)));
  ASSERT_EQ(manifest.size(), 1U);
  const std::string uuid = manifest.begin().key();
  const Response event = Get("/feeds/misp/" + uuid + ".json", token);
  ASSERT_EQ(event.status, 200);
  EXPECT_EQ(Json::parse(Body(event))["Event"]["uuid"], uuid);
  EXPECT_EQ(manifest[uuid]["integrity:sha256"], HexEncode(crypto::Sha256(Body(event)).view()));
  EXPECT_EQ(manifest[uuid]["info"], "Phishing against an energy supplier");
  const std::string hashes = Body(Get("/feeds/misp/hashes.csv", token));
  // MD5 of 198.51.100.7, by another program.
  EXPECT_NE(hashes.find("526291673f8700ef4e4902e29550a03b," + uuid + "\n"), std::string::npos)
      << hashes;
  EXPECT_EQ(Get("/feeds/misp/00000000-0000-4000-8000-000000000000.json", token).status, 404);
  Withdraw(id);
  EXPECT_EQ(Get("/feeds/misp/" + uuid + ".json", token).status, 404);
}

TEST_F(GatewayTest, OwnValuesStandInNoBlockList) {
  Publish();
  const std::string token = Token("firewall");
  ASSERT_NE(Body(Get("/lists/nftables", token)).find("198.51.100.7"), std::string::npos);
  config::Assets assets;
  assets.networks = {"198.51.100.0/24"};
  gate_ = std::make_shared<const anonymize::Gate>(assets);
  rig_.clock.Advance(std::chrono::minutes(1));
  EXPECT_EQ(Body(Get("/lists/nftables", token)).find("198.51.100.7"), std::string::npos);
}

TEST_F(GatewayTest, RequestsOfTheLastHourAreCounted) {
  const std::string token = Token("siem");
  for (int i = 0; i < 3; ++i) Get("/lists/plain", token);
  EXPECT_EQ(gateway_.counts().last_hour, 3U);
  rig_.clock.Advance(std::chrono::minutes(59));
  Get("/lists/plain", token);
  EXPECT_EQ(gateway_.counts().last_hour, 4U);
  rig_.clock.Advance(std::chrono::minutes(2));
  EXPECT_EQ(gateway_.counts().last_hour, 1U);
  EXPECT_EQ(gateway_.counts().requests, 4U);
}

}  // namespace
}  // namespace renkei::gateway
