// What is looked for: asked of the index and of single records it is the same; saved searches are
// lists and collections; false positives and scores reach the lists.
#include "node/gateway/search_terms.h"

#include <set>

#include <gtest/gtest.h>

#include "node/gateway/indicator_rules.h"
#include "node/gateway/saved_searches.h"
#include "tests/unit/gateway/gateway_fixture.h"

namespace renkei::gateway {
namespace {

std::string WrongIn(const SearchTerms& terms) {
  const auto query = QueryOf(terms, "community.example", testing_support::kNow);
  return query.ok() ? "" : Message(query.status());
}

TEST(SearchTermsTest, WhatIsWrongIsNamed) {
  EXPECT_EQ(WrongIn({.type = "ipv5"}),
            "type `ipv5`: no such type of indicator (did you mean `ipv4`?)");
  EXPECT_EQ(WrongIn({.kind = "rumour"}),
            "kind `rumour`: expected incident, indicators, sighting, advisory, vulnerability or "
            "request");
  EXPECT_EQ(WrongIn({.since = "yesterday"}),
            "since `yesterday`: expected a time as 2026-10-01, 36h or 30d");
  EXPECT_EQ(WrongIn({.until = "-3d"}), "until `-3d`: expected a time as 2026-10-01, 36h or 30d");
  EXPECT_EQ(WrongIn({.value = "run.exe /x", .under = true}),
            "value `run.exe /x`: expected a name, an address or a network that things lie under");
  EXPECT_EQ(WrongIn({.under = true}), "under: expected a value that things lie under");
  EXPECT_NE(WrongIn({.tag = std::string(5000, 'a')}), "");
}

TEST(SearchTermsTest, TimesAreDaysOrAgo) {
  const Timestamp now = testing_support::kNow;
  const auto query = QueryOf({.since = "2d", .until = "2026-10-01"}, "community.example", now);
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->since, now - std::chrono::hours(48));
  EXPECT_EQ(UnixSeconds(*query->until), 1'790'812'800);
}

TEST(SearchTermsTest, TermsComeBackFromJson) {
  const SearchTerms terms{.value = "evil.example",
                          .under = true,
                          .type = "url",
                          .kind = "incident",
                          .tag = "t",
                          .technique = "T1566",
                          .team = "alpha",
                          .circle = "members",
                          .since = "30d",
                          .until = "2026-10-01"};
  EXPECT_EQ(TermsFromJson(ToJson(terms)), terms);
  EXPECT_EQ(ToJson(SearchTerms{}), Json::object());
}

class SearchFixture : public GatewayFixture {
 protected:
  std::set<std::string> ByIndex(const SearchTerms& terms) {
    std::set<std::string> found;
    auto query = QueryOf(terms, "community.example", rig_.clock.Now());
    EXPECT_TRUE(query.ok()) << query.status();
    const absl::Status read =
        store::FindIndicatorStore(*rig_.hub.store)
            ->ReadIndicators(
                [&](const store::Reader&, const store::IndicatorReader& reader) -> absl::Status {
                  query->limit = 2;
                  for (bool more = true; more; more = !query->after.empty()) {
                    ASSIGN_OR_RETURN(const auto page, reader.Search(*query, rig_.clock.Now()));
                    for (const auto& hit : page.hits) found.insert(record::ToString(hit.record));
                    query->after = page.next;
                  }
                  return absl::OkStatus();
                });
    EXPECT_TRUE(read.ok()) << read;
    return found;
  }
  std::set<std::string> OneByOne(const SearchTerms& terms) {
    std::set<std::string> found;
    const SearchMatch match(terms, *QueryOf(terms, "community.example", rig_.clock.Now()));
    const Showing showing(*rig_.hub.policies, rig_.hub.community, "", rig_.clock.Now());
    const absl::Status read =
        rig_.hub.store->Read([&](const store::Reader& reader) -> absl::Status {
          return showing.ShowEach(reader, {}, [&](const formats::HeldRecord& one) {
            if (match.Finds(one)) found.insert(one.record_id_hex);
          });
        });
    EXPECT_TRUE(read.ok()) << read;
    return found;
  }
  void Save(const std::string& name, const SearchTerms& terms) {
    const absl::Status saved = rig_.hub.store->Commit(
        [&](store::Writer& writer) { return SaveSearch(writer, name, terms); });
    EXPECT_TRUE(saved.ok()) << saved;
  }
  // Our own team, the hub, calls it wrong.
  void SayFalse(feed::Publisher& publisher, const record::RecordId& id, const std::string& value) {
    const auto said = publisher.Sight(id, value, renkei::v1::VERDICT_FALSE_POSITIVE);
    EXPECT_TRUE(said.ok()) << said.status();
  }
  std::string List(const std::string& query) {
    const Response response = Get("/lists/plain" + query, token_);
    return response.status == 200 ? Body(response) : fmt::to_string(response.status);
  }

  const std::string token_ = Token("client");
};

TEST_F(SearchFixture, TheIndexFindsTheRecordsThatTheTermsFindOneByOne) {
  for (int i = 0; i < 12; ++i) {
    record::Draft draft = DraftOf(fmt::format("198.51.100.{}", i % 4));
    if (i % 2 == 0) draft.header.tags = {"phishing"};
    if (i % 3 == 0) draft.header.kind = policy::Kind::kIndicators;
    if (i % 3 == 1) draft.sections.mutable_techniques()->mutable_techniques(0)->set_id("T1059");
    if (i % 4 == 1) draft.sections.mutable_summary()->add_labels("Case:7");
    rig_.clock.Advance(std::chrono::hours(1));
    Publish(draft);
  }
  int found = 0;
  const std::vector<SearchTerms> all = {{},
                                        {.value = "198[.]51.100.1"},
                                        {.value = "198.51.100.2/31", .under = true},
                                        {.value = "example.net", .under = true},
                                        {.value = "198.51.100.1", .type = "domain"},
                                        {.type = "hostname"},
                                        {.type = "sha256"},
                                        {.tag = "PHISHING"},
                                        {.tag = "case:7"},
                                        {.technique = "t1566"},
                                        {.technique = "T1566.002"},
                                        {.tag = "phishing", .technique = "T1059"},
                                        {.kind = "incident", .since = "6h"},
                                        {.until = "6h"},
                                        {.team = "alpha"},
                                        {.team = "beta"},
                                        {.tag = "phishing", .circle = "members"},
                                        {.circle = "other"}};
  for (const SearchTerms& terms : all) {
    const auto by_index = ByIndex(terms);
    EXPECT_EQ(by_index, OneByOne(terms)) << renkei::ToText(ToJson(terms));
    found += static_cast<int>(by_index.size());
  }
  EXPECT_GT(found, 60);
}

TEST_F(SearchFixture, ASavedSearchIsAListAndACollection) {
  record::Draft tagged = DraftOf("198.51.100.1");
  tagged.header.tags = {"phishing"};
  Publish(tagged);
  Publish(DraftOf("198.51.100.2"));
  Save("phish", {.type = "ipv4", .tag = "phishing"});
  EXPECT_EQ(List("?search=phish"), "198.51.100.1\n");
  EXPECT_EQ(List("?search=none"), "404");
  EXPECT_EQ(List("?search=No%20name"), "400");
  const auto get = [&](const std::string& target) {
    return Json::parse(Body(Get("/taxii2/renkei/collections/" + target, token_,
                                {{"accept", "application/taxii+json;version=2.1"}})));
  };
  EXPECT_EQ(get("search-phish/")["title"], "Saved search phish");
  const Json objects = get("search-phish/objects/?match[type]=report");
  EXPECT_EQ(objects["objects"].size(), 1U) << objects;
  const std::string all = renkei::ToText(get("search-phish/objects/"));
  EXPECT_NE(all.find("198.51.100.1"), std::string::npos);
  EXPECT_EQ(all.find("198.51.100.2"), std::string::npos);
  // Another search by that name is another collection to its readers.
  Save("phish", {.tag = "none-such"});
  EXPECT_FALSE(get("search-phish/objects/").contains("objects"));
  EXPECT_EQ(List("?search=phish"), "");
}

TEST_F(SearchFixture, ASavedSearchShowsAReaderWhatThePolicyShowsIt) {
  record::Draft red = DraftOf("198.51.100.1");
  red.header.tlp = policy::Tlp::kRed;
  Publish(red);
  Publish(DraftOf("198.51.100.2"));
  Save("all", {.type = "ipv4"});
  const std::string other = Token("listed", kListedFacts);
  EXPECT_EQ(Body(Get("/lists/plain?search=all", other)), "198.51.100.2\n");
}

TEST_F(SearchFixture, WhatCanNotBeSavedIsSaid) {
  const auto save = [&](const std::string& name, const SearchTerms& terms) {
    return Message(rig_.hub.store->Commit(
        [&](store::Writer& writer) { return SaveSearch(writer, name, terms); }));
  };
  EXPECT_EQ(save("A b", {.tag = "x"}), "name `A b`: expected a-z, 0-9 and `-`, at most 32 bytes");
  EXPECT_EQ(save("empty", {}), "there is nothing that the search looks for");
  EXPECT_EQ(save("late", {.until = "3d"}), "until `3d`: expected a time that stays, as 2026-10-01");
  for (std::size_t i = 0; i < kSavedSearchesMax; ++i) Save(fmt::format("s{}", i), {.tag = "x"});
  EXPECT_NE(save("one-more", {.tag = "x"}), "");
  EXPECT_EQ(save("s1", {.tag = "y"}), "");
  const auto drop = [](store::Writer& writer) { return RemoveSavedSearch(writer, "s1"); };
  EXPECT_TRUE(rig_.hub.store->Commit(drop).ok());
  EXPECT_EQ(rig_.hub.store->Commit(drop).code(), absl::StatusCode::kNotFound);
}

TEST_F(SearchFixture, OneTeamTakesNothingOutOfListsAndOurOwnDoes) {
  const record::RecordId id = Publish();
  std::string cursor;
  rig_.Pull(rig_.reader, "beta", cursor);
  SayFalse(*rig_.reader.publisher, id, "198.51.100.7");
  EXPECT_EQ(rig_.Push(rig_.reader, "beta").back(), absl::StatusCode::kOk);
  EXPECT_EQ(List("?type=ipv4"), "198.51.100.7\n");
  SayFalse(*rig_.hub.publisher, id, "198.51.100[.]7");
  EXPECT_EQ(List("?type=ipv4"), "");
  EXPECT_EQ(List("?type=domain"), "login.example.net\n");
  // Feeds say it, and no longer as something to act on.
  const std::string bundle = Body(Get("/feeds/stix/bundle.json", token_));
  EXPECT_EQ(bundle.find("[ipv4-addr:value = '198.51.100.7']"), std::string::npos);
  EXPECT_NE(bundle.find("strongly-disagree"), std::string::npos);
}

// Two teams that made up a value a minute had every reader's view walked again.
TEST_F(SearchFixture, AVerdictOnWhatNobodyListsTakesNothingOut) {
  std::size_t disputed = 0;
  std::size_t taken_out = 0;
  const auto look = [&] {
    const auto read = [&](const store::Reader&,
                          const store::IndicatorReader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(const auto keys, reader.Disputed(rig_.clock.Now(), 1, 10));
      ASSIGN_OR_RETURN(const auto out, FindTakenOut(reader, {}, rig_.clock.Now()));
      disputed = keys.size();
      taken_out = out.size();
      return absl::OkStatus();
    };
    EXPECT_TRUE(store::FindIndicatorStore(*rig_.hub.store)->ReadIndicators(read).ok());
  };
  record::Draft made_up = DraftOf("203.0.113.1");
  made_up.sections.mutable_indicators()->clear_indicators();
  renkei::v1::Sighting& sighting = *made_up.sections.mutable_indicators()->add_sightings();
  sighting.set_verdict(renkei::v1::VERDICT_FALSE_POSITIVE);
  sighting.set_type(renkei::v1::INDICATOR_TYPE_IPV4);
  sighting.set_value("203.0.113.99");
  ASSERT_TRUE(rig_.hub.publisher->Publish(std::move(made_up), {}).ok());
  look();
  EXPECT_EQ(disputed, 1U);
  EXPECT_EQ(taken_out, 0U);
  SayFalse(*rig_.hub.publisher, Publish(), "198.51.100.7");
  look();
  EXPECT_EQ(disputed, 2U);
  EXPECT_EQ(taken_out, 1U);
}

TEST_F(SearchFixture, AnIndicatorThatVerdictsTookOutIsInNoTaxiiCollectionUntilTheyAreTakenBack) {
  const auto get = [&](const std::string& target) {
    return Get("/taxii2/renkei/collections/all/" + target, token_,
               {{"accept", "application/taxii+json;version=2.1"}});
  };
  const auto objects = [&](const std::string& target) {
    return Json::parse(Body(get(target))).value("objects", Json::array());
  };
  const auto with_pattern = [](const Json& list) {
    Json found = Json::array();
    for (const Json& one : list) {
      if (one.value("pattern", "") == "[ipv4-addr:value = '198.51.100.7']") found.push_back(one);
    }
    return found;
  };
  const record::RecordId id = Publish();
  const Json before = objects("objects/");
  const Json indicator = with_pattern(before);
  ASSERT_EQ(indicator.size(), 1U);
  const std::string name = indicator[0]["id"];

  const auto said =
      rig_.hub.publisher->Sight(id, "198.51.100.7", renkei::v1::VERDICT_FALSE_POSITIVE);
  ASSERT_TRUE(said.ok()) << said.status();
  const Response answer = get("objects/");
  const Json without = Json::parse(Body(answer))["objects"];
  EXPECT_EQ(with_pattern(without), Json::array());
  EXPECT_EQ(get("objects/" + name + "/").status, 404);
  EXPECT_EQ(objects("manifest/?match[id]=" + name), Json::array());
  // All else is as its author wrote it, and the verdict is told.
  for (const Json& one : before) {
    if (one["id"] != name) {
      EXPECT_NE(std::find(without.begin(), without.end(), one), without.end()) << one;
    }
  }
  EXPECT_NE(Body(answer).find("strongly-disagree"), std::string::npos);
  const std::string reached = [&] {
    for (const auto& [key, value] : answer.headers) {
      if (key == "X-TAXII-Date-Added-Last") return value;
    }
    return std::string();
  }();

  // Who went on from there is told that it is back, and of nothing else.
  ASSERT_TRUE(rig_.hub.publisher->Withdraw(said->id, record::WithdrawalReason::kMistake).ok());
  EXPECT_EQ(objects("objects/?added_after=" + reached), indicator);
}

TEST_F(SearchFixture, WhatNoTokenCanAskForAnyMoreIsForgotten) {
  Publish();
  Save("all", {.type = "ipv4"});
  const auto ask = [&](const std::string& collection, const std::string& token) {
    return Get("/taxii2/renkei/collections/" + collection + "/objects/", token,
               {{"accept", "application/taxii+json;version=2.1"}})
        .status;
  };
  const auto views = [&] {
    EXPECT_TRUE(gateway_.Tidy().ok());
    std::size_t count = 0;
    EXPECT_TRUE(
        store::FindShownStore(*rig_.hub.store)
            ->ReadShown([&](const store::Reader&, const store::ShownReader& shown) -> absl::Status {
              ASSIGN_OR_RETURN(const auto keys, shown.Views());
              count = keys.size();
              return absl::OkStatus();
            })
            .ok());
    return count;
  };
  const std::string listed = Token("listed", kListedFacts);
  EXPECT_EQ(ask("all", listed), 200);
  EXPECT_EQ(ask("all", token_), 200);
  EXPECT_EQ(ask("search-all", token_), 200);
  EXPECT_EQ(views(), 3U);
  ASSERT_TRUE(gateway_.tokens().Revoke("listed").ok());
  EXPECT_EQ(views(), 2U);
  const auto drop = [](store::Writer& writer) { return RemoveSavedSearch(writer, "all"); };
  ASSERT_TRUE(rig_.hub.store->Commit(drop).ok());
  EXPECT_EQ(views(), 1U);
  EXPECT_EQ(ask("all", token_), 200);
}

TEST_F(SearchFixture, AScoreIsAskedForByOurOwnTeam) {
  Publish();
  EXPECT_EQ(List("?score=50"), "198.51.100.7\nlogin.example.net\n");
  EXPECT_EQ(List("?score=51"), "");
  rig_.clock.Advance(std::chrono::hours(24 * 14));
  EXPECT_EQ(List("?score=40"), "login.example.net\n");
  EXPECT_EQ(List(""), "198.51.100.7\nlogin.example.net\n");
  EXPECT_EQ(Get("/lists/plain?score=1", Token("listed", kListedFacts)).status, 400);
  EXPECT_EQ(Get("/lists/csv?score=1", token_).status, 400);
}

}  // namespace
}  // namespace renkei::gateway
