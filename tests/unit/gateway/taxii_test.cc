// What TAXII 2.1 says a server MUST do, a case each, and what a reader relies on beyond it.

#include "node/gateway/taxii.h"

#include <set>

#include <gtest/gtest.h>

#include "node/formats/time_text.h"
#include "node/gateway/limits.h"
#include "tests/unit/gateway/gateway_fixture.h"

namespace renkei::gateway {
namespace {

constexpr char kRoot[] = "/taxii2/renkei/";
constexpr char kAll[] = "/taxii2/renkei/collections/all/";

class TaxiiTest : public GatewayFixture {
 protected:
  Response Read(const std::string& target, std::map<std::string, std::string> headers = {}) {
    headers.emplace("accept", std::string(kTaxiiType));
    return Get(target, token_, std::move(headers));
  }
  Json Object(const std::string& target) {
    const Response response = Read(target);
    EXPECT_EQ(response.status, 200) << target << "\n" << Body(response);
    return Json::parse(Body(response));
  }
  int Status(const std::string& target) { return Read(target).status; }
  static std::vector<std::string> Ids(const Json& envelope) {
    std::vector<std::string> ids;
    for (const Json& one : envelope.value("objects", Json::array())) ids.push_back(one["id"]);
    return ids;
  }
  // All pages by `next`, in order; `between` runs after each.
  std::vector<std::string> ReadAll(
      const std::string& query, const std::function<void()>& between = [] {}) {
    std::vector<std::string> ids;
    std::string next;
    for (int pages = 0; pages < 500; ++pages) {
      const Json page =
          Object(kAll + ("objects/?" + query) + (next.empty() ? "" : "&next=" + next));
      for (const std::string& id : Ids(page)) ids.push_back(id);
      if (!page.value("more", false)) return ids;
      next = page["next"];
      between();
    }
    ADD_FAILURE() << "it never ends";
    return ids;
  }
  std::string FirstOfType(const std::string& type) {
    const auto ids = Ids(Object(std::string(kAll) + "objects/?match[type]=" + type));
    EXPECT_FALSE(ids.empty()) << type;
    return ids.empty() ? "" : ids.front();
  }

  const std::string token_ = Token("client", "", {Scope::kTaxii});
};

// ---- media types (1.6.8), errors (3.6.1), authentication (1.6.9) ----

TEST_F(TaxiiTest, EveryAnswerIsOfTheTaxiiMediaType) {
  Publish();
  for (const std::string& target :
       {std::string("/taxii2/"), std::string(kRoot), kRoot + std::string("collections/"),
        std::string(kAll), kAll + std::string("objects/"), kAll + std::string("manifest/"),
        kRoot + std::string("nowhere/"), kAll + std::string("objects/?limit=0")}) {
    EXPECT_EQ(Read(target).type, "application/taxii+json;version=2.1") << target;
  }
  EXPECT_EQ(Get("/taxii2/", "").type, "application/taxii+json;version=2.1");
}

TEST_F(TaxiiTest, AnAcceptThatTheEndpointDefinesIsNever406) {
  for (const char* accept :
       {"application/taxii+json;version=2.1", "application/taxii+json; version=2.1",
        "application/taxii+json", "application/taxii+json;version=\"2.1\"", "*/*", "application/*",
        "text/html, application/taxii+json;version=2.1;q=0.5"}) {
    EXPECT_EQ(Read("/taxii2/", {{"accept", accept}}).status, 200) << accept;
  }
  EXPECT_EQ(Get("/taxii2/", token_).status, 200);
  EXPECT_EQ(Read(kAll + std::string("manifest/"), {{"accept", "application/stix+json;version=2.1"}})
                .status,
            200);
}

TEST_F(TaxiiTest, AnAcceptThatWeCantServeIs406) {
  for (const char* accept :
       {"application/taxii+json;version=2.0", "text/html", "application/taxii+json;version=2.1;q=0",
        "application/stix+json;version=2.1", "application/json"}) {
    EXPECT_EQ(Read("/taxii2/", {{"accept", accept}}).status, 406) << accept;
  }
}

TEST_F(TaxiiTest, AnErrorHasATitleAndItsStatusAsText) {
  const Response response = Read(kRoot + std::string("nowhere/"));
  const Json error = Json::parse(Body(response));
  EXPECT_FALSE(error["title"].get<std::string>().empty());
  EXPECT_EQ(error["http_status"], "404");
  EXPECT_EQ(response.status, 404);
}

TEST_F(TaxiiTest, WithoutAuthenticationItIs401AndSaysHow) {
  const Response response = Get(kAll + std::string("objects/"), "");
  EXPECT_EQ(response.status, 401);
  EXPECT_TRUE(HeaderOf(response, "WWW-Authenticate").starts_with("Basic "));
  EXPECT_EQ(Json::parse(Body(response))["http_status"], "401");
}

TEST_F(TaxiiTest, ATokenOfAnotherScopeIs403) {
  EXPECT_EQ(Get("/taxii2/", Token("lists", "", {Scope::kLists})).status, 403);
}

// ---- discovery, API root, status (4) ----

TEST_F(TaxiiTest, DiscoveryIsAtTheRootAndHasATitle) {
  const Json json = Object("/taxii2/");
  EXPECT_FALSE(json["title"].get<std::string>().empty());
  ASSERT_EQ(json["api_roots"].size(), 1U);
  EXPECT_EQ(json["default"], json["api_roots"][0]);
  // Relative: begins with one slash.
  EXPECT_EQ(json["default"], kRoot);
  EXPECT_EQ(Status(json["default"]), 200);
}

TEST_F(TaxiiTest, TheApiRootNamesItsVersionAndItsLimit) {
  const Json json = Object(kRoot);
  EXPECT_FALSE(json["title"].get<std::string>().empty());
  EXPECT_EQ(json["versions"], Json::array({"application/taxii+json;version=2.1"}));
  EXPECT_EQ(json["max_content_length"], kBodyBytesMax);
}

TEST_F(TaxiiTest, AStatusThatIsNotThereIs404) {
  EXPECT_EQ(Status(kRoot + std::string("status/2d086da7-4bdc-4f91-900e-d77486753710/")), 404);
  EXPECT_EQ(Status("/taxii2/other/"), 404);
  EXPECT_EQ(Status("/taxii2/other/collections/"), 404);
}

// ---- collections (5.1, 5.2) ----

TEST_F(TaxiiTest, CollectionsHaveTheirFieldsAndAFixedOrder) {
  const Json json = Object(kRoot + std::string("collections/"));
  std::vector<std::string> aliases;
  for (const Json& one : json["collections"]) {
    aliases.push_back(one["alias"]);
    EXPECT_FALSE(one["title"].get<std::string>().empty());
    EXPECT_EQ(one["can_read"], true);
    EXPECT_EQ(one["can_write"], false);
    EXPECT_EQ(one["media_types"], Json::array({"application/stix+json;version=2.1"}));
    // UUID, version 4.
    const std::string id = one["id"];
    ASSERT_EQ(id.size(), 36U);
    EXPECT_EQ(id[14], '4');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
  }
  EXPECT_EQ(aliases, (std::vector<std::string>{"all", "circle-members", "kind-incident",
                                               "kind-indicators", "kind-sighting", "kind-advisory",
                                               "kind-vulnerability", "kind-request"}));
  EXPECT_EQ(Object(kRoot + std::string("collections/")), json);
}

TEST_F(TaxiiTest, ACollectionIsFoundByIdAndByAlias) {
  Publish();
  const Json list = Object(kRoot + std::string("collections/"));
  const std::string id = list["collections"][0]["id"];
  EXPECT_EQ(Object(kRoot + ("collections/" + id + "/")), list["collections"][0]);
  EXPECT_EQ(Object(kAll), list["collections"][0]);
  EXPECT_EQ(Object(kRoot + ("collections/" + id + "/objects/")),
            Object(kAll + std::string("objects/")));
  EXPECT_EQ(Status(kRoot + std::string("collections/nowhere/")), 404);
  EXPECT_EQ(Status(kRoot + std::string("collections/nowhere/objects/")), 404);
}

TEST_F(TaxiiTest, CollectionsByCircleAndKindHoldTheirRecordsOnly) {
  Publish();
  const std::string base = kRoot + std::string("collections/");
  EXPECT_FALSE(Ids(Object(base + "circle-members/objects/")).empty());
  EXPECT_FALSE(Ids(Object(base + "kind-incident/objects/")).empty());
  EXPECT_EQ(Object(base + "kind-advisory/objects/"), Json::object());
}

// ---- objects (5.4), filters (3.5), paging (3.4) ----

TEST_F(TaxiiTest, NoMatchingObjectIsAnEmptyEnvelopeWithoutDates) {
  const Response response = Read(kAll + std::string("objects/"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Json::parse(Body(response)), Json::object());
  EXPECT_EQ(HeaderOf(response, "X-TAXII-Date-Added-First"), "");
}

TEST_F(TaxiiTest, EveryAnswerWithObjectsSaysWhenTheyWereAdded) {
  Publish();
  const std::string id = FirstOfType("report");
  for (const std::string& target :
       {kAll + std::string("objects/"), kAll + std::string("manifest/"),
        kAll + ("objects/" + id + "/"), kAll + ("objects/" + id + "/versions/")}) {
    const Response response = Read(target);
    const std::string first = HeaderOf(response, "X-TAXII-Date-Added-First");
    const std::string last = HeaderOf(response, "X-TAXII-Date-Added-Last");
    // Six digits of a second, and UTC.
    EXPECT_EQ(first.size(), std::string("2026-09-21T14:13:20.000000Z").size()) << target;
    EXPECT_TRUE(first.ends_with('Z')) << target;
    EXPECT_LE(first, last) << target;
  }
}

TEST_F(TaxiiTest, ObjectsComeInTheOrderInWhichTheyWereAdded) {
  Publish();
  Publish(DraftOf("198.51.100.8"));
  const Json manifest = Object(kAll + std::string("manifest/"));
  std::vector<std::string> dates;
  for (const Json& one : manifest["objects"]) dates.push_back(one["date_added"]);
  EXPECT_TRUE(std::is_sorted(dates.begin(), dates.end()));
  // None the same: whoever goes on by date loses nothing.
  EXPECT_EQ(std::set<std::string>(dates.begin(), dates.end()).size(), dates.size());
}

TEST_F(TaxiiTest, AddedAfterIsLaterThan) {
  Publish();
  const Response all = Read(kAll + std::string("objects/"));
  const std::string last = HeaderOf(all, "X-TAXII-Date-Added-Last");
  EXPECT_EQ(Object(kAll + ("objects/?added_after=" + last)), Json::object());
  const std::string first = HeaderOf(all, "X-TAXII-Date-Added-First");
  EXPECT_EQ(Ids(Object(kAll + ("objects/?added_after=" + first))).size(),
            Ids(Json::parse(Body(all))).size() - 1);
  Publish(DraftOf("198.51.100.8"));
  EXPECT_FALSE(Ids(Object(kAll + ("objects/?added_after=" + last))).empty());
}

TEST_F(TaxiiTest, LimitIsNeverExceededAndMoreSaysThatThereIsMore) {
  Publish();
  const auto all = Ids(Object(kAll + std::string("objects/")));
  ASSERT_GT(all.size(), 3U);
  const Json page = Object(kAll + std::string("objects/?limit=2"));
  EXPECT_EQ(Ids(page).size(), 2U);
  EXPECT_EQ(page["more"], true);
  const Json exact = Object(kAll + fmt::format("objects/?limit={}", all.size()));
  EXPECT_FALSE(exact.value("more", false));
  EXPECT_EQ(Ids(Object(kAll + std::string("manifest/?limit=2"))).size(), 2U);
}

TEST_F(TaxiiTest, PagesByNextHoldEveryObjectOnce) {
  for (int i = 1; i <= 7; ++i) Publish(DraftOf(fmt::format("198.51.100.{}", i)));
  const auto whole = Ids(Object(kAll + std::string("objects/?limit=1000")));
  EXPECT_EQ(std::set<std::string>(whole.begin(), whole.end()).size(), whole.size());
  for (const int limit : {1, 2, 5, 13}) {
    EXPECT_EQ(ReadAll(fmt::format("limit={}", limit)), whole) << limit;
  }
}

TEST_F(TaxiiTest, PagesByDateHoldEveryObjectOnce) {
  for (int i = 1; i <= 5; ++i) Publish(DraftOf(fmt::format("198.51.100.{}", i)));
  const auto whole = Ids(Object(kAll + std::string("objects/?limit=1000")));
  std::vector<std::string> ids;
  std::string after;
  while (true) {
    const Response page = Read(kAll + ("objects/?limit=3" + after));
    const Json json = Json::parse(Body(page));
    for (const std::string& id : Ids(json)) ids.push_back(id);
    if (!json.value("more", false)) break;
    after = "&added_after=" + HeaderOf(page, "X-TAXII-Date-Added-Last");
  }
  EXPECT_EQ(ids, whole);
}

TEST_F(TaxiiTest, NextIsOfItsQueryOnly) {
  Publish();
  const std::string next = Object(kAll + std::string("objects/?limit=1"))["next"];
  EXPECT_EQ(Status(kAll + ("objects/?limit=2&next=" + next)), 200);
  EXPECT_EQ(Status(kAll + ("objects/?match[type]=report&next=" + next)), 400);
  EXPECT_EQ(Status(kRoot + ("collections/kind-incident/objects/?next=" + next)), 400);
  EXPECT_EQ(Status(kAll + ("objects/?next=" + next + "a")), 400);
  // Without a limit, too.
  EXPECT_EQ(Status(kAll + ("objects/?next=" + next)), 200);
}

TEST_F(TaxiiTest, MalformedParametersAre400) {
  for (const char* query :
       {"limit=0", "limit=-1", "limit=x", "limit=1.5", "limit=", "added_after=yesterday",
        "added_after=2026-09-21", "added_after=2026-09-21T14:13:20%2B02:00", "next=x",
        "match[version]=sometimes", "match[version]=all,last", "match[id]=", "match[type]=a,,b",
        "match[type]=a,a", "limit=1&limit=2", "match[id]=%zz"}) {
    EXPECT_EQ(Status(kAll + ("objects/?" + std::string(query))), 400) << query;
    EXPECT_EQ(Status(kAll + ("manifest/?" + std::string(query))), 400) << query;
  }
}

TEST_F(TaxiiTest, AHugeLimitIsServedAsFarAsWeGo) {
  Publish();
  EXPECT_EQ(Status(kAll + std::string("objects/?limit=99999999999999999999")), 200);
}

TEST_F(TaxiiTest, UnknownParametersAreIgnored) {
  EXPECT_EQ(Status(kAll + std::string("objects/?colour=red&match[colour]=red")), 200);
}

TEST_F(TaxiiTest, MatchesByIdAndTypeAreAnded) {
  Publish();
  const std::string report = FirstOfType("report");
  const std::string identity = FirstOfType("identity");
  EXPECT_EQ(Ids(Object(kAll + ("objects/?match[id]=" + report))), std::vector{report});
  EXPECT_EQ(Ids(Object(kAll + ("objects/?match[id]=" + report + "," + identity))).size(), 2U);
  EXPECT_EQ(
      Ids(Object(kAll + ("objects/?match[type]=report&match[id]=" + report + "," + identity))),
      std::vector{report});
  EXPECT_EQ(Object(kAll + ("objects/?match[type]=identity&match[id]=" + report)), Json::object());
}

TEST_F(TaxiiTest, AnyTypeOfStixMayBeAskedFor) {
  for (const char* type : {"indicator", "malware", "sighting", "x-unheard-of"}) {
    EXPECT_EQ(Status(kAll + ("objects/?match[type]=" + std::string(type))), 200) << type;
  }
}

TEST_F(TaxiiTest, MatchesByVersionAndSpecVersion) {
  Publish();
  const std::string id = FirstOfType("report");
  const std::string version = Object(kAll + ("objects/" + id + "/versions/"))["versions"][0];
  const auto count = [&](const std::string& query) {
    return Ids(Object(kAll + ("objects/?match[id]=" + id + "&" + query))).size();
  };
  for (const char* word : {"last", "first", "all", "first,last"}) {
    EXPECT_EQ(count("match[version]=" + std::string(word)), 1U) << word;
  }
  EXPECT_EQ(count("match[version]=" + version), 1U);
  EXPECT_EQ(count("match[version]=2001-01-01T00:00:00.000Z"), 0U);
  EXPECT_EQ(count("match[version]=2001-01-01T00:00:00.000Z,last"), 1U);
  EXPECT_EQ(count("match[spec_version]=2.1"), 1U);
  EXPECT_EQ(count("match[spec_version]=2.0"), 0U);
  EXPECT_EQ(count("match[spec_version]=2.0,2.1"), 1U);
}

// ---- manifest (5.3), object (5.6), delete (5.7), versions (5.8), writing (5.5) ----

TEST_F(TaxiiTest, TheManifestTellsOfTheSameObjects) {
  Publish();
  const Json manifest = Object(kAll + std::string("manifest/"));
  const Json objects = Object(kAll + std::string("objects/"));
  EXPECT_EQ(Ids(manifest), Ids(objects));
  for (std::size_t i = 0; i < manifest["objects"].size(); ++i) {
    const Json& entry = manifest["objects"][i];
    EXPECT_EQ(entry["media_type"], "application/stix+json;version=2.1");
    EXPECT_FALSE(entry["date_added"].get<std::string>().empty());
    const Json& object = objects["objects"][i];
    if (!object.contains("modified")) continue;
    EXPECT_EQ(formats::MicrosFromText(entry["version"].get<std::string>()),
              formats::MicrosFromText(object["modified"].get<std::string>()));
  }
}

TEST_F(TaxiiTest, AnObjectIsFoundByItsIdOrIs404) {
  Publish();
  const std::string id = FirstOfType("report");
  const Json envelope = Object(kAll + ("objects/" + id + "/"));
  EXPECT_EQ(Ids(envelope), std::vector{id});
  const std::string unknown = "report--00000000-0000-4000-8000-000000000000";
  EXPECT_EQ(Status(kAll + ("objects/" + unknown + "/")), 404);
  EXPECT_EQ(Status(kAll + ("objects/" + unknown + "/versions/")), 404);
  EXPECT_EQ(Status(kRoot + ("collections/kind-advisory/objects/" + id + "/")), 404);
}

TEST_F(TaxiiTest, VersionsListWhatIsKept) {
  Publish();
  const Json json = Object(kAll + ("objects/" + FirstOfType("report") + "/versions/"));
  ASSERT_EQ(json["versions"].size(), 1U);
  EXPECT_TRUE(formats::MicrosFromText(json["versions"][0].get<std::string>()));
}

TEST_F(TaxiiTest, WhatIsReadOnlyIsNotWrittenOrDeleted) {
  Publish();
  const std::string id = FirstOfType("report");
  const auto ask = [&](const char* method, const std::string& target) {
    return Ask(method, target, token_, {{"accept", std::string(kTaxiiType)}}).status;
  };
  EXPECT_EQ(ask("POST", kAll + std::string("objects/")), 403);
  EXPECT_EQ(ask("DELETE", kAll + ("objects/" + id + "/")), 403);
  EXPECT_EQ(ask("POST", kRoot + std::string("collections/nowhere/objects/")), 404);
  EXPECT_EQ(ask("DELETE", kRoot + ("collections/nowhere/objects/" + id + "/")), 404);
  EXPECT_EQ(ask("PUT", std::string(kAll)), 405);
  EXPECT_EQ(ask("HEAD", kAll + std::string("objects/")), 200);
  EXPECT_EQ(Status(kAll + ("objects/" + id + "/")), 200);
}

// ---- what a reader relies on ----

TEST_F(TaxiiTest, WithdrawnObjectsDoNotAppearAgain) {
  const record::RecordId id = Publish();
  const std::string report = FirstOfType("report");
  Withdraw(id);
  EXPECT_EQ(Status(kAll + ("objects/" + report + "/")), 404);
  EXPECT_EQ(Object(kAll + std::string("objects/")), Json::object());
}

TEST_F(TaxiiTest, WhatSeveralRecordsTellIsThereUntilTheLastOfThemIsGone) {
  const record::RecordId first = Publish();
  const record::RecordId second = Publish(DraftOf("198.51.100.8"));
  const auto identities = Ids(Object(kAll + std::string("objects/?match[type]=identity")));
  EXPECT_EQ(std::set<std::string>(identities.begin(), identities.end()).size(), identities.size());
  Withdraw(first);
  EXPECT_EQ(Ids(Object(kAll + std::string("objects/?match[type]=identity"))).size(),
            identities.size());
  Withdraw(second);
  EXPECT_EQ(Object(kAll + std::string("objects/?match[type]=identity")), Json::object());
}

TEST_F(TaxiiTest, ReadersSeeThroughTheMaskOnly) {
  Publish();
  const std::string listed = Token("listed", kListedFacts);
  const std::string stranger = Token("stranger", "level=certified circles={elsewhere}");
  const std::string mine = Body(Read(kAll + std::string("objects/")));
  EXPECT_NE(mine.find("data-loss"), std::string::npos);
  const std::string seen = Body(Get(kAll + std::string("objects/"), listed));
  EXPECT_NE(seen.find("198.51.100.7"), std::string::npos);
  EXPECT_EQ(seen.find("data-loss"), std::string::npos);
  EXPECT_EQ(Json::parse(Body(Get(kAll + std::string("objects/"), stranger))), Json::object());
  // A whole record's report is another object, and not theirs.
  EXPECT_EQ(Get(kAll + ("objects/" + FirstOfType("report") + "/"), listed).status, 404);
  // Nor do they learn of circles that they are not in.
  EXPECT_EQ(Get(kRoot + std::string("collections/circle-members/"), stranger).status, 404);
}

TEST_F(TaxiiTest, WhatAPolicyGivesLaterIsAddedThenAndWhatItTakesIsGoneAtOnce) {
  Publish();
  const std::string listed = Token("listed", kListedFacts);
  const auto page = [&](const std::string& query) {
    return Get(kAll + ("objects/?" + query), listed);
  };
  const Response before = page("");
  const std::string last = HeaderOf(before, "X-TAXII-Date-Added-Last");
  static constexpr char kPolicy[] =
      "policy \"other\" version {}\nlevels listed < accredited < certified\ncircles members\n"
      "accept a from level >= listed in circle on kind in {{incident}}\n"
      "grant g to level >= listed in circle on tlp <= green allow exist, see {}\n";
  rig_.hub.SetPolicy(fmt::format(kPolicy, 2, "summary"));
  EXPECT_EQ(Body(page("")).find("198.51.100.7"), std::string::npos);
  rig_.hub.SetPolicy(fmt::format(kPolicy, 3, "summary indicators impact"));
  EXPECT_NE(Body(page("")).find("198.51.100.7"), std::string::npos);
  // A client that goes on from where it was gets what it has not had.
  EXPECT_NE(Body(page("added_after=" + last)).find("data-loss"), std::string::npos);
}

TEST_F(TaxiiTest, AnUpdateIsAddedAtTheEndInANewVersion) {
  const record::RecordId id = Publish();
  const std::string report = FirstOfType("report");
  const std::string last =
      HeaderOf(Read(kAll + std::string("objects/")), "X-TAXII-Date-Added-Last");
  const std::string version = Object(kAll + ("objects/" + report + "/versions/"))["versions"][0];
  rig_.clock.Advance(std::chrono::hours(1));
  record::Draft changed = SampleDraft();
  changed.sections.mutable_summary()->mutable_title(0)->set_value("Phishing, again");
  ASSERT_TRUE(rig_.author.publisher->Update(id, changed, {}).ok());
  rig_.Push(rig_.author, "alpha");
  const auto added = Ids(Object(kAll + ("objects/?added_after=" + last)));
  EXPECT_EQ(std::count(added.begin(), added.end(), report), 1);
  EXPECT_NE(Object(kAll + ("objects/" + report + "/versions/"))["versions"][0], version);
  const auto all = Ids(Object(kAll + std::string("objects/")));
  EXPECT_EQ(std::count(all.begin(), all.end(), report), 1);
}

// Property: while records come, change and go, a reader's pages hold each object once, and all that
// was there before it began and stays.
TEST_F(TaxiiTest, WritersAmidPagingNeitherLoseNorDoubleAnObject) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::uint32_t state = seed;
    const auto random = [&](std::uint32_t below) {
      state = state * 1'664'525U + 1'013'904'223U;
      return (state >> 16) % below;
    };
    std::vector<record::RecordId> gone;
    for (unsigned i = 0; i < 4; ++i) Publish(DraftOf(fmt::format("203.0.113.{}", 10 * seed + i)));
    for (unsigned i = 0; i < 3; ++i) {
      gone.push_back(Publish(DraftOf(fmt::format("192.0.2.{}", 10 * seed + i))));
    }
    const auto before = Ids(Object(kAll + std::string("objects/?limit=1000")));
    unsigned published = 0;
    const auto ids = ReadAll(fmt::format("limit={}", 1 + random(7)), [&] {
      const std::uint32_t what = random(4);
      if (what == 0 && !gone.empty()) {
        Withdraw(gone.back());
        gone.pop_back();
      } else if (what == 1 && published < 10) {
        Publish(DraftOf(fmt::format("198.51.100.{}", 20 * seed + ++published)));
      }
    });
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size()) << seed;
    const auto after = Ids(Object(kAll + std::string("objects/?limit=1000")));
    const std::set<std::string> read(ids.begin(), ids.end());
    for (const std::string& id : after) EXPECT_EQ(read.count(id), 1U) << seed << " " << id;
    for (const std::string& id : before) {
      const bool stays = std::find(after.begin(), after.end(), id) != after.end();
      EXPECT_TRUE(!stays || read.count(id) == 1) << seed << " " << id;
    }
  }
}

}  // namespace
}  // namespace renkei::gateway
