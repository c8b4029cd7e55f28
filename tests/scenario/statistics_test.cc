// The hub counts a month a week after its end, and whoever has its community state can read it; its
// crowd table comes the same way.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "node/base/clock.h"
#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

constexpr int kTeams = 5;

std::string WriteDraft(const std::string& folder, const std::string& name, const std::string& type,
                       const std::string& sector) {
  const std::string path = folder + "/" + name + ".json";
  WriteText(path, DraftText(name, fmt::format(R"("tlp": "green", "type": "{}", "sectors": ["{}"])",
                                              type, sector)));
  return path;
}

// From now to the eighth day of the next month, and an hour.
std::chrono::seconds UntilCounted() {
  const Timestamp now = SystemClock().Now();
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(now)};
  const std::chrono::sys_days first{(today.year() / today.month() + std::chrono::months(1)) / 1};
  return first + std::chrono::days(7) + std::chrono::hours(1) - now;
}

TEST(Statistics, AMonthIsCountedAfterItsEndAndReachesMembers) {
  Community community;
  for (int i = 0; i < kTeams; ++i) {
    const std::string slug = fmt::format("team-{}", i);
    NodeProcess& team = community.Add(slug, "accredited");
    std::vector<std::string> files;
    for (int n = 0; n < 3; ++n) {
      files.push_back(WriteDraft(team.folder(), fmt::format("p{}", n), "fraud/phishing", "energy"));
      files.push_back(
          WriteDraft(team.folder(), fmt::format("d{}", n), "availability/ddos", "rail"));
    }
    const std::string last = team.Publish(files).back();
    community.hub().WaitForRecord(last);
    const Json said = community.hub().Ask({"roster", "set", slug, "--sector", "energy", "--country",
                                           "jp", "--size", i < 4 ? "50-249" : "10-49"});
    EXPECT_EQ(said["sector"], "energy");
  }
  const Json none = Json::parse(R"({"months": []})");
  EXPECT_EQ(community.hub().Ask({"stats"}), none);
  const Json crowd = community.hub().Ask({"roster", "crowd", "--now"});
  EXPECT_EQ(crowd["circles"], Json::parse(R"({"members": [
      {"country": "030"}, {"country": "142"}, {"country": "jp"},
      {"sector": "energy"}, {"sector": "energy", "country": "030"},
      {"sector": "energy", "country": "142"}, {"sector": "energy", "country": "jp"},
      {"sector": "group-utilities"}, {"sector": "group-utilities", "country": "030"},
      {"sector": "group-utilities", "country": "142"},
      {"sector": "group-utilities", "country": "jp"}]})"));
  community.StopAll();

  const std::string later = std::to_string(UntilCounted().count());
  const NodeProcess::StartOptions moved = {.program = "renkei-testing",
                                           .environment = {{"RENKEI_TEST_CLOCK_OFFSET", later}}};
  community.hub().Start(moved);
  WaitUntil("the month is counted",
            [&] { return !community.hub().Ask({"stats"})["months"].empty(); });
  const Json months = community.hub().Ask({"stats"})["months"];
  EXPECT_EQ(months[0]["types"], Json::parse(R"([{"key": "availability/ddos", "records": 15},
                                                {"key": "fraud/phishing", "records": 15}])"));
  EXPECT_EQ(months[0]["sectors"], Json::parse(R"([{"key": "energy", "records": 15},
                                                  {"key": "rail", "records": 15}])"));

  const std::string newcomer = community.Init("newcomer");
  const std::string token = community.Invite("newcomer", "listed");
  const Ran joined = RunProgram({Program("renkei-testing"), "join", "-", "--dir", newcomer},
                                {.in = token, .environment = moved.environment});
  ASSERT_EQ(joined.exit_status, 0) << joined.err;
  NodeProcess member(newcomer);
  member.Start(moved);
  EXPECT_EQ(member.Ask({"stats"})["months"], months);
  const std::string month = months[0]["month"].get<std::string>();
  EXPECT_EQ(member.Cli({"stats", "--month", month}).out, "records shared in " + month +
                                                             "\n\n"
                                                             "TYPE               RECORDS (TO 5)\n"
                                                             "availability/ddos  15\n"
                                                             "fraud/phishing     15\n\n"
                                                             "SECTOR  RECORDS (TO 5)\n"
                                                             "energy  15\n"
                                                             "rail    15\n");
  const Ran unknown = member.Cli({"stats", "--month", "1999-01"});
  EXPECT_EQ(unknown.exit_status, 1);
  EXPECT_EQ(unknown.err.find("renkei: stats: no statistics of `1999-01` are here"), 0U)
      << unknown.err;
  for (const char* no_month : {"spring", "2031-13", "2031-00"}) {
    EXPECT_EQ(member.Cli({"stats", "--month", no_month}).exit_status, 2) << no_month;
  }
  EXPECT_EQ(member.Cli({"roster", "crowd"}).exit_status, 1) << "a hub's command";
  EXPECT_EQ(member.Stop(), 0);
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
