#include <algorithm>

#include "node/base/file.h"
#include "node/sources/limits.h"
#include "node/sources/taxii_bundle.h"
#include "tests/unit/sources/taxii_mock.h"

namespace renkei::sources {
namespace {

TEST_F(TaxiiSourceTest, ACollectionIsReadPageByPageAndThenOnlyWhatIsNew) {
  for (const bool gives_next : {true, false}) {
    taxii_.gives_next = gives_next;
    sink_.items.clear();
    for (int i = 1; i <= 5; ++i) taxii_.objects.push_back(Indicator(i));
    EXPECT_EQ(Fetch(), (Counts{.listed = 5, .published = 1}));
    ASSERT_EQ(sink_.items.size(), 1U);
    EXPECT_EQ(ObjectsIn(0), 5U);
    EXPECT_EQ(Fetch(), Counts{});
    taxii_.objects.push_back(Indicator(6));
    EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1}));
    EXPECT_EQ(ObjectsIn(1), 1U);
    EXPECT_NE(sink_.items[0].key, sink_.items[1].key);
    // Two bundles, two sources: the second takes the place of nothing.
    EXPECT_NE(Json::parse(sink_.items[0].payload)["id"], Json::parse(sink_.items[1].payload)["id"]);
    taxii_.objects.clear();
    ASSERT_TRUE(StateFile(folder_.path(), config_).Forget().ok());
  }
}

TEST_F(TaxiiSourceTest, TheSameStretchIsTheSameSourceAgain) {
  taxii_.objects = {Indicator(1)};
  Fetch();
  ASSERT_TRUE(StateFile(folder_.path(), config_).Forget().ok());
  taxii_.objects.push_back(Indicator(2));
  Fetch();
  EXPECT_EQ(Json::parse(sink_.items[0].payload)["id"], Json::parse(sink_.items[1].payload)["id"]);
}

TEST_F(TaxiiSourceTest, WhatAReportNamesIsLookedUp) {
  taxii_.objects = {Indicator(1), Indicator(2)};
  Fetch();
  taxii_.objects.push_back(Report(9, {1, 2, 7}));
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1}));
  EXPECT_EQ(ObjectsIn(1), 3U);  // 7 is nowhere
}

TEST_F(TaxiiSourceTest, ARunReadsSoManyPagesAndTheNextGoesOn) {
  config_.events_max = 1;
  for (int i = 1; i <= 5; ++i) taxii_.objects.push_back(Indicator(i));
  EXPECT_EQ(Fetch(), (Counts{.listed = 2, .published = 1, .left = 1}));
  EXPECT_EQ(Fetch(), (Counts{.listed = 2, .published = 1, .left = 1}));
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1}));
  EXPECT_EQ(Whole(), Added(4));
}

TEST_F(TaxiiSourceTest, APageThatIsTooLargeIsAskedForWithFewerObjects) {
  HttpHost host([this](const HostRequest& request) {
    const std::string limit = Argument(request.target, "limit");
    if (limit != "500" && limit != "50") return taxii_.Answer(request);
    return HostReply{.headers = {{"Content-Type", kMedia}},
                     .body = std::string(kTaxiiPageBytesMax + 1, ' ')};
  });
  config_.url = host.Url("/taxii2/");
  taxii_.objects = {Indicator(1), Indicator(2), Indicator(3)};
  EXPECT_EQ(Fetch(), (Counts{.listed = 3, .published = 1}));
}

// It was left out as too large, because a page of it was wrong in another way.
TEST_F(TaxiiSourceTest, AnObjectOnAPageThatIsWrongInAnotherWayIsNotPassedOver) {
  HttpHost host([&](const HostRequest& request) {
    HostReply reply = taxii_.Answer(request);
    if (request.target.find("/objects/") != std::string::npos) {
      Json page = Json::parse(reply.body);
      page["next"] = std::string(kTaxiiNextBytesMax + 1, 'x');
      reply.body = page.dump();
    }
    return reply;
  });
  config_.url = host.Url("/taxii2/");
  taxii_.objects = {Indicator(1)};
  const auto ran = Run();
  EXPECT_EQ(Message(ran.status), "objects: `next` has more than 2048 bytes");
  EXPECT_EQ(state_.last.unreadable, 0U);
}

TEST_F(TaxiiSourceTest, WhatCameBeforeTheWayBrokeOffIsKept) {
  for (int i = 1; i <= 5; ++i) taxii_.objects.push_back(Indicator(i));
  int pages = 0;
  HttpHost host([&](const HostRequest& request) {
    const bool page = request.target.find("/objects/") != std::string::npos;
    if (page && ++pages == 3) return HostReply{.status = 503};
    return taxii_.Answer(request);
  });
  config_.url = host.Url("/taxii2/");
  EXPECT_EQ(Run().status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(state_.last.published, 1U);
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1}));
}

TEST_F(TaxiiSourceTest, TheCollectionIsFoundByIdAliasOrTitle) {
  taxii_.objects = {Indicator(1)};
  for (const char* name : {"c-1", "all", "All"}) {
    config_.collection = name;
    EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1})) << name;
  }
  config_.collection = "other";
  EXPECT_NE(Why().find("it has `all`"), std::string::npos) << Why();
  config_.collection = "Closed";
  EXPECT_NE(Why().find("may not be read"), std::string::npos) << Why();
}

TEST_F(TaxiiSourceTest, TheRootMayBeConfiguredAndStaysAtItsHost) {
  taxii_.objects = {Indicator(1)};
  taxii_.roots = "https://other.example/api1/";
  EXPECT_NE(Why().find("another host"), std::string::npos) << Why();
  config_.api_root = "/api1";
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1}));
}

TEST_F(TaxiiSourceTest, OneBadObjectCostsNoOther) {
  taxii_.objects = {Indicator(1), R"({"type":"indicator","id":"indicator--1"})", Indicator(3)};
  EXPECT_EQ(Fetch(), (Counts{.listed = 3, .published = 1, .unreadable = 1}));
  EXPECT_EQ(ObjectsIn(0), 2U);
  EXPECT_NE(state_.last_error.find("objects[1]"), std::string::npos) << state_.last_error;
}

// More than were left out one by one spoiled the others, and were passed.
TEST_F(TaxiiSourceTest, ManyBadObjectsCostNoOther) {
  for (int i = 1; i <= 90; ++i) {
    taxii_.objects.push_back(i % 2 == 0
                                 ? fmt::format(R"({{"type":"indicator","id":"indicator--{}"}})", i)
                                 : Indicator(i));
  }
  taxii_.page = 100;
  EXPECT_EQ(Fetch(), (Counts{.listed = 90, .published = 1, .unreadable = 45}));
  EXPECT_EQ(ObjectsIn(0), 45U);
  EXPECT_NE(state_.last_error.find("objects[89]"), std::string::npos) << state_.last_error;
}

TEST_F(TaxiiSourceTest, WhatTheNodeCannotTakeNowIsTakenLater) {
  taxii_.objects = {Indicator(1)};
  sink_.answer = [](const Item&) { return ResourceExhausted("disk"); };
  EXPECT_FALSE(Run().status.ok());
  EXPECT_EQ(state_.cursor, "");
  sink_.answer = nullptr;
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1}));
}

// A server that answers each request for objects as the test says.
class HostileTaxiiTest : public TaxiiSourceTest {
 protected:
  std::string WhyOf(const std::function<HostReply(const HostRequest&)>& objects) {
    HttpHost host([&](const HostRequest& request) {
      const bool asks = request.target.find("/objects/") != std::string::npos;
      return asks ? objects(request) : taxii_.Answer(request);
    });
    config_.url = host.Url("/taxii2/");
    return Why();
  }
  static HostReply Page(const std::string& more, const std::string& added = Added(1)) {
    HostReply reply{.headers = {{"Content-Type", kMedia}},
                    .body = fmt::format(R"({{{},"objects":[{}]}})", more, Indicator(1))};
    if (!added.empty()) reply.headers.emplace_back("X-TAXII-Date-Added-Last", added);
    return reply;
  }
};

TEST_F(HostileTaxiiTest, PagesThatNeverEndAreNoticed) {
  EXPECT_NE(WhyOf([](const HostRequest&) {
              return Page(R"("more":true,"next":"x")");
            }).find("same `next`"),
            std::string::npos);
  EXPECT_NE(WhyOf([](const HostRequest&) { return Page(R"("more":true)"); }).find("never end"),
            std::string::npos);
  EXPECT_NE(WhyOf([](const HostRequest&) {
              return HostReply{.headers = {{"Content-Type", kMedia}}, .body = R"({"more":true})"};
            }).find("never end"),
            std::string::npos);
  EXPECT_TRUE(sink_.items.empty());
}

// Our own gateway answers so while a view is brought up to date; the run failed, and lost its
// bundle.
TEST_F(HostileTaxiiTest, AServerThatIsNotYetUpToDateIsAskedInTheNextRun) {
  int asked = 0;
  EXPECT_EQ(WhyOf([&](const HostRequest&) {
              if (++asked == 1) return Page(R"("more":true,"next":"x")");
              return HostReply{.headers = {{"Content-Type", kMedia}},
                               .body = R"({"more":true,"next":"x"})"};
            }),
            "");
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(state_.last.published, 1U);
  EXPECT_EQ(state_.last.left, 1U);
}

TEST_F(HostileTaxiiTest, WhatIsNoTaxiiIsSaid) {
  EXPECT_NE(WhyOf([](const HostRequest&) { return HostReply{.body = "{}"}; }).find("TAXII 2.1?"),
            std::string::npos);
  EXPECT_NE(WhyOf([](const HostRequest&) { return Page(R"("more":false)", ""); }).find("X-TAXII"),
            std::string::npos);
  EXPECT_NE(
      WhyOf([](const HostRequest&) { return Page(R"("more":false)", "soon"); }).find("X-TAXII"),
      std::string::npos);
  EXPECT_NE(WhyOf([](const HostRequest&) { return Page(R"("more":"no")"); }).find("more"),
            std::string::npos);
  EXPECT_NE(WhyOf([](const HostRequest&) {
              return Page(fmt::format(R"("more":true,"next":"{}")",
                                      std::string(kTaxiiNextBytesMax + 1, 'x')));
            }).find("next"),
            std::string::npos);
  EXPECT_NE(WhyOf([](const HostRequest&) {
              return HostReply{.headers = {{"Content-Type", kMedia}}, .body = "[]"};
            }).find("envelope"),
            std::string::npos);
  EXPECT_TRUE(sink_.items.empty());
}

TEST_F(HostileTaxiiTest, APageOfTooManyObjectsIsRefused) {
  EXPECT_NE(WhyOf([](const HostRequest&) {
              std::string body = R"({"objects":[0)";
              for (std::size_t i = 0; i < kTaxiiPageObjectsMax; ++i) body += ",0";
              return HostReply{
                  .headers = {{"Content-Type", kMedia}, {"X-TAXII-Date-Added-Last", Added(1)}},
                  .body = body + "]}"};
            }).find("one page"),
            std::string::npos);
}

TEST_F(HostileTaxiiTest, GarbageInPlaceOfObjectsIsLeftOut) {
  EXPECT_EQ(WhyOf([](const HostRequest& request) {
              if (request.target.find("match") != std::string::npos)
                return HostReply{.status = 404};
              return HostReply{
                  .headers = {{"Content-Type", kMedia}, {"X-TAXII-Date-Added-Last", Added(1)}},
                  .body = fmt::format(R"({{"objects":[{},7,"x",[[]],{{"id":7}}]}})", Indicator(1))};
            }),
            "");
  EXPECT_EQ(state_.last.unreadable, 4U);
  ASSERT_EQ(sink_.items.size(), 1U);
  EXPECT_EQ(ObjectsIn(0), 1U);
}

TEST(TaxiiBundleTest, OnlyWhatIsNotThereIsMissing) {
  TaxiiBundle bundle;
  bundle.Add(
      {Indicator(1), Report(9, {1, 2}),
       R"({"id":"x","object_refs":"no list","created_by_ref":7,)"
       R"("object_marking_refs":["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",)"
       R"("no id",5]})"});
  EXPECT_EQ(bundle.MissingIds(), std::vector<std::string>{"indicator--" + Uuid(2)});
}

}  // namespace
}  // namespace renkei::sources
