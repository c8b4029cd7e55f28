#include "node/base/file.h"
#include "tests/unit/sources/sources_rig.h"

namespace renkei::sources {
namespace {

using testing_support::HttpHost;

class FileSourceTest : public SourceTest {
 protected:
  void Put(const std::string& text) const {
    ASSERT_TRUE(WriteFile(folder_.path() + "/list.json", text, FileMode::kPublic).ok());
  }
};

TEST_F(FileSourceTest, AFileIsTakenWhenItChanges) {
  config_.path = "list.json";  // of the node's folder
  EXPECT_NE(Why().find("list.json"), std::string::npos);
  Put("one");
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1}));
  EXPECT_EQ(Fetch(), (Counts{.listed = 1}));
  Put("two");
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1}));
  ASSERT_EQ(sink_.items.size(), 2U);
  EXPECT_EQ(sink_.items[0].key, sink_.items[1].key);
  EXPECT_EQ(sink_.items[1].payload, "two");
  EXPECT_EQ(sink_.items[1].name, "list.json");
}

TEST_F(FileSourceTest, OverHttpItIsAskedForConditionally) {
  HttpHost host(testing_support::FilesOf({{"/a/list?format=x", "one"}}));
  config_.url = host.Url("/a/list?format=x");
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .published = 1}));
  EXPECT_EQ(Fetch(), (Counts{.listed = 1}));
  EXPECT_NE(host.requests().back().Header("if-none-match"), "");
  EXPECT_EQ(sink_.items[0].name, "list");
}

TEST_F(FileSourceTest, WhatIsUnreadableIsSaidAndNotReadAgain) {
  config_.path = "list.json";
  Put("one");
  sink_.answer = [](const Item&) { return Taken{Outcome::kUnreadable, "not JSON"}; };
  EXPECT_EQ(Fetch(), (Counts{.listed = 1, .unreadable = 1}));
  EXPECT_EQ(state_.last_error, "list.json: not JSON");
  EXPECT_EQ(Fetch(), (Counts{.listed = 1}));
}

}  // namespace
}  // namespace renkei::sources
