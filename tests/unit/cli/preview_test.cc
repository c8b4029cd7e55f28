#include "node/cli/preview.h"

#include <sstream>

#include <gtest/gtest.h>

#include "node/app/previewing.h"
#include "node/cli/output.h"
#include "tests/support/fake_clock.h"
#include "tests/support/mask_for_tests.h"

namespace renkei::cli {
namespace {

feed::Preview PreviewForRecipients() {
  feed::Preview preview;
  preview.header.kind = policy::Kind::kIncident;
  preview.header.tlp = policy::Tlp::kAmber;
  preview.header.pap = policy::Pap::kGreen;
  preview.header.relay = policy::Relay::kCircle;
  preview.header.circles = {"members"};
  preview.header.recipients = {"team-a", "team-b"};
  preview.header.sectors = {"water"};
  preview.header.countries = {"jp"};
  preview.header.tags = {"campaign-7"};
  preview.header.expires = FromUnixSeconds(1'900'000'000);
  preview.header.embargo_until = FromUnixSeconds(1'895'000'000);
  preview.after.mutable_summary()->add_title()->set_value("Scans");
  preview.after.mutable_victim()->add_description()->set_value("A plant at the river");
  preview.after.mutable_log_excerpts()->add_excerpts()->set_text("user entered from outside");
  preview.allowed.push_back(
      {.place = "summary.title[0].value", .rule = "phone-number", .suggestion = "leave it out"});
  preview.audience.push_back({.circle = "members",
                              .level = "listed",
                              .rung = 4,
                              .mask = policy::MaskForTests::FromBits(
                                  policy::Mask::kExist | Bit(policy::SectionId::kSummary))});
  return preview;
}

std::string Printed(const feed::Preview& preview, bool full) {
  const testing_support::FakeClock clock(FromUnixSeconds(1'893'456'000));
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  Context context{.clock = clock, .in = in, .out = out, .err = err};
  PrintPreview(context, "publish", app::PreviewJson(preview), full);
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(DisplayWidth(line), kScreenWidth) << line;
  }
  return out.str();
}

TEST(PreviewTest, WhatOnlyRecipientsAndTheHubGetIsShownToWhoApprovesIt) {
  const std::string full = Printed(PreviewForRecipients(), /*full=*/true);
  const std::size_t rest = full.find("== Read by no level before the embargo ends, only by ");
  ASSERT_NE(rest, std::string::npos) << full;
  EXPECT_NE(full.find("A plant at the river", rest), std::string::npos) << full;
  EXPECT_NE(full.find("user entered from outside", rest), std::string::npos) << full;
  EXPECT_EQ(full.find("Scans", rest), std::string::npos) << "that level reads it";
}

TEST(PreviewTest, ARecordThatNoLevelMayKnowOfIsShownWhole) {
  feed::Preview preview = PreviewForRecipients();
  preview.audience[0].mask = policy::Mask();
  preview.header.embargo_until.reset();
  preview.header.recipients.clear();
  const std::string full = Printed(preview, /*full=*/true);
  EXPECT_NE(full.find("== Read by no level, only by the hub\n"), std::string::npos) << full;
  for (const char* text : {"Scans", "A plant at the river", "user entered from outside"}) {
    EXPECT_NE(full.find(text), std::string::npos) << text << full;
  }
  const std::string brief = Printed(preview, /*full=*/false);
  EXPECT_NE(brief.find("Read by no level, only by the hub: summary, victim, log-excerpts"),
            std::string::npos)
      << brief;
}

TEST(PreviewTest, TheHeaderAndWhatWasAllowedByHandAreShown) {
  for (const bool full : {false, true}) {
    const std::string shown = Printed(PreviewForRecipients(), full);
    for (const char* text :
         {"team-a, team-b", "water", "jp", "campaign-7", "green", "2030-03-17T17:46:40Z",
          "2030-01-18T20:53:20Z", "Allowed by hand", "phone-number  summary.title[0]"}) {
      EXPECT_NE(shown.find(text), std::string::npos) << text << "\n" << shown;
    }
  }
}

}  // namespace
}  // namespace renkei::cli
