#include "node/gateway/target.h"

#include <gtest/gtest.h>

#include "node/gateway/limits.h"

namespace renkei::gateway {
namespace {

TEST(TargetTest, PathAndQueryAreTakenApartAndDecodedOnce) {
  const auto target = ParseTarget("/lists/rpz?tlp=amber+strict&circle=a%2Db&zone=%2541");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->segments, (std::vector<std::string>{"lists", "rpz"}));
  EXPECT_FALSE(target->slash);
  EXPECT_EQ(target->query, (std::map<std::string, std::string>{
                               {"circle", "a-b"}, {"tlp", "amber+strict"}, {"zone", "%41"}}));
}

TEST(TargetTest, ALastSlashIsKept) {
  EXPECT_TRUE(ParseTarget("/taxii2/")->slash);
  EXPECT_EQ(ParseTarget("/taxii2/")->segments, std::vector<std::string>{"taxii2"});
  EXPECT_TRUE(ParseTarget("/")->segments.empty());
}

TEST(TargetTest, WhatNoHonestClientSendsIsRefused) {
  const std::string many = [] {
    std::string text = "/?";
    for (std::size_t i = 0; i <= kQueryPairsMax; ++i) text += "k" + std::to_string(i) + "=1&";
    return text;
  }();
  for (const std::string& text :
       {std::string(""), std::string("lists"), std::string("/a/../b"), std::string("/a//b"),
        std::string("/%2e%2e/"), std::string("/a%2fb"), std::string("/a%"), std::string("/a%zz"),
        std::string("/a%00b"), std::string("/a?k=%0a"), std::string("/a?k=%ff"),
        std::string("/a?k=1&k=2"), std::string("/a?=1"), many,
        "/" + std::string(kTargetBytesMax, 'a')}) {
    EXPECT_EQ(ParseTarget(text).status().code(), absl::StatusCode::kInvalidArgument)
        << text.substr(0, 60);
  }
}

TEST(TargetTest, WhatIsWrittenReadsBack) {
  const Target target{.segments = {"feeds", "a b", "\xe9\x80\xa3"},
                      .slash = true,
                      .query = {{"match[id]", "x--1,y--2"}, {"tlp", "amber+strict"}}};
  const auto again = ParseTarget(ToText(target));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, target);
}

}  // namespace
}  // namespace renkei::gateway
