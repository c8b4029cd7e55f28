// Every object of a collection comes once, wherever pages and runs end and whatever is too large.
#include <set>

#include "node/sources/limits.h"
#include "tests/unit/sources/taxii_mock.h"

namespace renkei::sources {
namespace {

// A server of which a page with one of the objects of `large`, or with more than one object where
// `only_one` says so, is too large.
class LargeTaxiiTest : public TaxiiSourceTest {
 protected:
  LargeTaxiiTest() { config_.url = large_host_.Url("/taxii2/"); }

  std::set<int> large_{};
  bool only_one_ = false;

 private:
  HostReply Answer(const HostRequest& request) {
    HostReply reply = taxii_.Answer(request);
    if (request.target.find("/objects/") == std::string::npos) return reply;
    bool too_large = only_one_ && Argument(request.target, "limit").size() > 1 &&
                     request.target.find("match") == std::string::npos;
    for (const int one : large_) {
      too_large = too_large || reply.body.find(Uuid(one)) != std::string::npos;
    }
    if (too_large) reply.body.append(kTaxiiPageBytesMax, ' ');
    return reply;
  }

  HttpHost large_host_{[this](const HostRequest& request) { return Answer(request); }};
};

// A collection with one object that is too large was stopped there for ever.
TEST_F(LargeTaxiiTest, AnObjectThatIsTooLargeIsCountedAndWhatComesBehindItIsRead) {
  large_ = {2};
  for (const bool gives_next : {true, false}) {
    for (const bool only_one : {true, false}) {
      taxii_.objects = {Indicator(1), Indicator(2), Indicator(3)};
      taxii_.gives_next = gives_next;
      only_one_ = only_one;
      Begin();
      EXPECT_EQ(Fetch(), (Counts{.listed = 3, .published = 1, .unreadable = 1}));
      EXPECT_EQ(Came(), (std::vector<int>{1, 3}));
      EXPECT_EQ(Whole(), Added(2));  // others may be added at the time of the third
      EXPECT_NE(state_.last_error.find("has more than 3145728 bytes"), std::string::npos)
          << state_.last_error;
    }
  }
  // Alone it is passed over once, and not with every run.
  taxii_.objects = {Indicator(2)};
  Begin();
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .unreadable = 1}));
  EXPECT_EQ(Fetch(), (Counts{}));
  // A server that knows no manifest is told of.
  taxii_.has_manifest = false;
  Begin();
  EXPECT_FALSE(Run().status.ok());
}

// What was added with it, and did not fit on its page, was lost.
TEST_F(LargeTaxiiTest, WhatWasAddedWithAnObjectThatIsTooLargeIsRead) {
  for (int i = 1; i <= 30; ++i) taxii_.objects.push_back(Indicator(i));
  large_ = {14, 15, 27};
  for (const std::size_t at_once : {1U, 3U, 7U, 30U}) {
    for (const std::size_t page : {1U, 2U, 4U, 50U}) {
      taxii_.at_once = at_once;
      taxii_.page = page;
      Begin();
      EXPECT_EQ(Fetch(), (Counts{.listed = 30, .published = 1, .unreadable = 3}))
          << at_once << ' ' << page;
      std::vector<int> rest = UpTo(30);
      std::erase_if(rest, [this](int one) { return large_.contains(one); });
      EXPECT_EQ(Came(), rest) << at_once << ' ' << page;
    }
  }
}

// A run that ended amid the manifest was refused for ever by a server that forgot its `next`.
TEST_F(LargeTaxiiTest, AServerThatForgetsTheNextOfItsManifestIsAskedAnew) {
  for (int i = 1; i <= 12; ++i) taxii_.objects.push_back(Indicator(i));
  taxii_.at_once = 12;
  taxii_.page = 3;
  large_ = {2};
  config_.events_max = 2;
  for (const char* nexts : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
    taxii_.nexts = nexts;
    config_.events_max += 2;
    Fetch();
  }
  std::vector<int> rest = UpTo(12);
  std::erase(rest, 2);
  EXPECT_EQ(Came(), rest);
}

// What had come was dropped when the way broke off, because what it names could not be had either.
TEST_F(TaxiiSourceTest, WhatCameBeforeTheWayBrokeOffIsKeptWithoutWhatItNames) {
  taxii_.objects = {Indicator(1), Report(9, {1, 7}), Indicator(3)};
  int asked = 0;
  HttpHost host([&](const HostRequest& request) {
    const bool page = request.target.find("/objects/") != std::string::npos;
    if (page && ++asked > 1) return HostReply{.status = 503};
    return taxii_.Answer(request);
  });
  config_.url = host.Url("/taxii2/");
  EXPECT_EQ(Run().status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(state_.last.published, 1U);
}

TEST_F(LargeTaxiiTest, WhatTheManifestNamesAndTheServerDoesNotGiveIsCounted) {
  taxii_.objects = {Indicator(1), Indicator(2)};
  large_ = {1};
  HttpHost host([this](const HostRequest& request) {
    if (request.target.find("/objects/indicator") != std::string::npos) {
      return HostReply{.status = 404};
    }
    HostReply reply = taxii_.Answer(request);
    if (request.target.find("/objects/") != std::string::npos) {
      reply.body.append(kTaxiiPageBytesMax, ' ');
    }
    return reply;
  });
  config_.url = host.Url("/taxii2/");
  EXPECT_EQ(Fetch(), (Counts{.listed = 2, .unreadable = 2}));
  EXPECT_NE(state_.last_error.find("is not given"), std::string::npos) << state_.last_error;
}

// A run that ended among objects of one time, or asked anew there, lost the others of that time.
TEST_F(TaxiiSourceTest, ObjectsThatWereAddedAtOneTimeComeOnceHoweverPagesAndRunsFall) {
  for (int i = 1; i <= 30; ++i) taxii_.objects.push_back(Indicator(i));
  for (const std::size_t at_once : {1U, 4U, 7U, 30U}) {
    for (const std::size_t page : {1U, 2U, 5U}) {
      for (const int run : {1, 2, 3}) {
        taxii_.at_once = at_once;
        taxii_.page = page;
        config_.events_max = run;
        Begin();
        for (int runs = 0; runs < 31; ++runs) Fetch();
        EXPECT_EQ(Came(), UpTo(30)) << at_once << ' ' << page << ' ' << run;
        const std::vector<std::string> keys = sink_.Keys();
        EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
        EXPECT_EQ(state_.last.listed, 0U);
      }
    }
  }
}

// The page that was too large came amid them.
TEST_F(TaxiiSourceTest, ObjectsThatWereAddedAtOneTimeComeOnceWhenFewerAreAskedFor) {
  for (int i = 1; i <= 30; ++i) taxii_.objects.push_back(Indicator(i));
  taxii_.page = 8;
  HttpHost host([this](const HostRequest& request) {
    HostReply reply = taxii_.Answer(request);
    const bool page = request.target.find("/objects/?") != std::string::npos;
    if (page && std::stoi(Argument(request.target, "limit")) > 5 &&
        reply.body.find(Uuid(20)) != std::string::npos) {
      reply.body.append(kTaxiiPageBytesMax, ' ');
    }
    return reply;
  });
  config_.url = host.Url("/taxii2/");
  for (const std::size_t at_once : {1U, 3U, 7U, 30U}) {
    taxii_.at_once = at_once;
    Begin();
    EXPECT_EQ(Fetch(), (Counts{.listed = 30, .published = 1})) << at_once;
    EXPECT_EQ(Came(), UpTo(30)) << at_once;
    // What is asked again is no page that came: a run of one page gets on.
    Begin();
    config_.events_max = 1;
    for (int runs = 0; runs < 10; ++runs) Fetch();
    EXPECT_EQ(Came(), UpTo(30)) << at_once;
    config_.events_max = 100;
  }
}

TEST_F(TaxiiSourceTest, AServerThatForgetsItsNextIsAskedAnewAndNothingComesTwice) {
  for (int i = 1; i <= 12; ++i) taxii_.objects.push_back(Indicator(i));
  taxii_.at_once = 6;
  config_.events_max = 4;
  Fetch();
  ASSERT_EQ(Came(), UpTo(8));
  taxii_.nexts = "b";
  for (int runs = 0; runs < 4; ++runs) Fetch();
  EXPECT_EQ(Came(), UpTo(12));
  EXPECT_EQ(Whole(), Added(11));
}

// Where times are coarse, more may be added at the last one when it has been read.
TEST_F(TaxiiSourceTest, WhatIsAddedLaterAtTheLastTimeComes) {
  for (const bool gives_next : {true, false}) {
    for (const std::size_t page : {2U, 3U, 100U}) {
      taxii_.objects.clear();
      taxii_.gives_next = gives_next;
      taxii_.page = page;
      Begin();
      for (int i = 1; i <= 9; ++i) {
        taxii_.at_once = 100;
        taxii_.objects.push_back(Indicator(i));
        // Without `next` nobody comes behind a page of one time.
        if (!gives_next && page < 100) taxii_.at_once = page - 1;
        EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1})) << page << ' ' << i;
        // The same, written in another way, is nothing new.
        taxii_.spaced = !taxii_.spaced;
        EXPECT_EQ(Fetch(), Counts{}) << page << ' ' << i;
      }
      EXPECT_EQ(Came(), UpTo(9)) << gives_next << ' ' << page;
    }
  }
}

TEST_F(TaxiiSourceTest, WithoutNextAPageMayEndAmidATime) {
  taxii_.gives_next = false;
  for (int i = 1; i <= 20; ++i) taxii_.objects.push_back(Indicator(i));
  for (const auto& [page, at_once] : {std::pair{2U, 1U}, {3U, 2U}, {5U, 3U}, {7U, 6U}}) {
    taxii_.page = page;
    taxii_.at_once = at_once;
    for (const int run : {1, 2, 100}) {
      config_.events_max = run;
      Begin();
      for (int runs = 0; runs < 40; ++runs) Fetch();
      EXPECT_EQ(Came(), UpTo(20)) << page << ' ' << at_once << ' ' << run;
    }
  }
}

// Who adds very many at once has no more to add at that time.
TEST_F(TaxiiSourceTest, ManyObjectsOfTheLastTimeAreNotReadWithEachRun) {
  for (std::size_t i = 0; i <= kTaxiiEndMax; ++i) {
    Json object = Json::parse(Indicator(1));
    object["id"] = "indicator--" + Uuid(static_cast<int>(i));
    taxii_.objects.push_back(object.dump());
  }
  taxii_.at_once = taxii_.objects.size();
  taxii_.page = 1000;
  EXPECT_EQ(Fetch().listed, taxii_.objects.size());
  EXPECT_EQ(Whole(), taxii_.AddedOf(0));
  taxii_.objects.pop_back();
  taxii_.at_once = taxii_.objects.size();
  Begin();
  EXPECT_EQ(Fetch().listed, taxii_.objects.size());
  EXPECT_LT(Whole(), taxii_.AddedOf(0));
  EXPECT_EQ(Fetch(), Counts{});
}

}  // namespace
}  // namespace renkei::sources
