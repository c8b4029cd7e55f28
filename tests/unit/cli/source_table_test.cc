#include "node/cli/source_table.h"

#include <sstream>

#include <gtest/gtest.h>

#include "node/cli/output.h"

namespace renkei::cli {
namespace {

Json SourceAsAnswered() {
  return {{"name", "partner-feed"},
          {"running", false},
          {"runs", 3},
          {"failures", 0},
          {"last_success", "2026-11-22T13:05:09Z"},
          {"next_run", "2026-11-22T14:07:01Z"},
          {"last", {{"listed", 18}, {"published", 2}, {"refused", 1}, {"left", 3}}}};
}

TEST(SourceTableTest, OneLineSaysHowASourceDoes) {
  EXPECT_EQ(SourceTable(Json::array({SourceAsAnswered()})),
            "SOURCE        STATE  LAST SUCCESS  NEXT         LAST RUN\n"
            "partner-feed  ok     11-22 13:05   11-22 14:07  18 listed: 2 published, 1\n"
            "                                                refused; more with the next run\n");
}

TEST(SourceTableTest, WhatASourceHasNotDoneYetIsSaid) {
  Json source = {{"name", "new"}, {"runs", 0}, {"last", Json::object()}};
  EXPECT_NE(SourceTable(Json::array({source})).find("new     new    never"), std::string::npos);
  source["running"] = true;
  EXPECT_NE(SourceTable(Json::array({source})).find("running"), std::string::npos);
}

TEST(SourceTableTest, LongNamesAndErrorsStayOnTheScreen) {
  Json source = SourceAsAnswered();
  source["name"] = std::string(32, 'n');
  source["failures"] = 12;
  source["last_error"] = std::string(200, 'e') + "\x1b[31m";
  std::istringstream lines(SourceTable(Json::array({source})));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(DisplayWidth(line), kScreenWidth) << line;
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace renkei::cli
