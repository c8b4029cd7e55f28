// Changes of the policy: what is recorded, in which order, and what a crash between the steps
// leaves.

#include <gtest/gtest.h>

#include "node/feed/policy_holder.h"
#include "node/store/sqlite/open.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_folder.h"

namespace renkei::feed {
namespace {

constexpr std::string_view kBase = R"(policy "pier" version 1
levels listed < accredited < certified
circles members
grant g-base to level >= listed in circle on tlp <= green
      allow exist, see all
)";

std::string WithVersion(int version) {
  std::string text(kBase);
  return text.replace(text.find("version 1"), 9, fmt::format("version {}", version));
}

class PolicyHistoryTest : public testing::Test {
 protected:
  PolicyHistoryTest() { Open(); }

  void Open() {
    holder_.reset();
    store_.reset();
    auto opened = store::OpenSqlite({.path = folder_.path() + "/store.db", .clock = &clock_});
    RENKEI_CHECK(opened.ok());
    store_ = *std::move(opened);
    holder_ = std::make_unique<PolicyHolder>(*store_);
  }
  PolicyChange Change(const CheckedPolicy& checked, PolicyHow how,
                      const std::string& author) const {
    PolicyChange change = MakeChange(checked, holder_->CurrentIfAny().get(), how, clock_.Now());
    change.author = author;
    return change;
  }
  void Install(int version, PolicyHow how, const std::string& author) {
    const CheckedPolicy checked = CheckPolicy(WithVersion(version), "p");
    ASSERT_NE(checked.policy, nullptr);
    ASSERT_TRUE(holder_->Install(checked, Change(checked, how, author)).ok());
  }
  std::vector<PolicyChange> History() const {
    std::vector<PolicyChange> history;
    const absl::Status read = store_->Read([&](const store::Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(history, ReadPolicyHistory(reader));
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << Message(read);
    return history;
  }

  testing_support::TempFolder folder_;
  testing_support::FakeClock clock_{FromUnixSeconds(1'893'456'000)};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<PolicyHolder> holder_;
};

TEST_F(PolicyHistoryTest, SaysWhoDidWhatNewestFirst) {
  Install(1, PolicyHow::kStart, "");
  Install(2, PolicyHow::kApply, "anna");
  Install(1, PolicyHow::kRevert, "bela");
  const auto history = History();
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0].number, 3);
  EXPECT_EQ(history[0].how, PolicyHow::kRevert);
  EXPECT_EQ(history[0].author, "bela");
  EXPECT_EQ(history[0].digest, history[2].digest);
  EXPECT_EQ(history[1].version, 2);
  EXPECT_EQ(history[2].how, PolicyHow::kInit) << "the first is what the node was made with";
}

TEST_F(PolicyHistoryTest, ARestartWithTheSamePolicyIsNoChange) {
  Install(1, PolicyHow::kStart, "");
  Open();
  Install(1, PolicyHow::kStart, "");
  EXPECT_EQ(History().size(), 1u);
  Open();
  Install(2, PolicyHow::kStart, "");
  ASSERT_EQ(History().size(), 2u);
  EXPECT_EQ(History()[0].how, PolicyHow::kStart) << "the file was edited while it was stopped";
}

TEST_F(PolicyHistoryTest, KilledAfterTheFileWasReplacedTheNextStartRecordsWhoDidIt) {
  Install(1, PolicyHow::kStart, "");
  const CheckedPolicy next = CheckPolicy(WithVersion(2), "p");
  PolicyChange change = Change(next, PolicyHow::kApply, "anna");
  change.note = "ports join";
  ASSERT_TRUE(holder_->Announce(change).ok());
  EXPECT_EQ(History().size(), 1u) << "announced only";
  Open();
  Install(2, PolicyHow::kStart, "");  // what the file says now
  ASSERT_EQ(History().size(), 2u);
  EXPECT_EQ(History()[0].author, "anna");
  EXPECT_EQ(History()[0].note, "ports join");
  EXPECT_EQ(History()[0].how, PolicyHow::kApply);
}

TEST_F(PolicyHistoryTest, KilledBeforeTheFileWasReplacedTheNextStartForgetsIt) {
  Install(1, PolicyHow::kStart, "");
  const CheckedPolicy next = CheckPolicy(WithVersion(2), "p");
  ASSERT_TRUE(holder_->Announce(Change(next, PolicyHow::kApply, "anna")).ok());
  Open();
  Install(1, PolicyHow::kStart, "");
  EXPECT_EQ(History().size(), 1u);
  Install(2, PolicyHow::kReload, "bela");
  ASSERT_EQ(History().size(), 2u);
  EXPECT_EQ(History()[0].author, "bela") << "the old announcement says nothing of this one";
}

TEST_F(PolicyHistoryTest, KeepsWhatChangedStatementByStatement) {
  Install(1, PolicyHow::kStart, "");
  const CheckedPolicy next =
      CheckPolicy(std::string(kBase) + "deny d-red to anyone on tlp >= red forbid all\n", "p");
  ASSERT_NE(next.policy, nullptr);
  ASSERT_TRUE(holder_->Install(next, Change(next, PolicyHow::kApply, "anna")).ok());
  EXPECT_EQ(History()[0].changes, std::vector<std::string>{"adds deny d-red"});
}

TEST_F(PolicyHistoryTest, KeepsTheNewestOnly) {
  const absl::Status put = store_->Commit([&](store::Writer& writer) -> absl::Status {
    for (std::size_t i = 0; i < kPolicyChangesMax + 2; ++i) {
      RETURN_IF_ERROR(RecordChange(writer, {.digest = crypto::Sha256(fmt::format("{}", i)),
                                            .applied = clock_.Now(),
                                            .how = PolicyHow::kApply}));
    }
    return absl::OkStatus();
  });
  ASSERT_TRUE(put.ok()) << Message(put);
  EXPECT_EQ(History().size(), kPolicyChangesMax);
  EXPECT_EQ(History().back().number, 3);
}

TEST(PolicyAuthorTest, IsOneShortLine) {
  EXPECT_TRUE(CheckPolicyAuthor("anna").ok());
  EXPECT_TRUE(CheckPolicyAuthor("").ok());
  EXPECT_TRUE(CheckPolicyAuthor("Bel\xc3\xa1").ok());
  EXPECT_FALSE(CheckPolicyAuthor(std::string(kPolicyAuthorBytesMax + 1, 'a')).ok());
  EXPECT_FALSE(CheckPolicyAuthor("an\nna").ok());
  EXPECT_FALSE(CheckPolicyAuthor("an\x1b[1mna").ok());
  EXPECT_FALSE(CheckPolicyNote("\xff").ok());
}

TEST(PolicyGateTest, SaysEveryFailedTestAndPassesNothing) {
  const CheckedPolicy checked =
      CheckPolicy(std::string(kBase) +
                      "test \"red is seen\" peer level=listed circles={members}\n"
                      "     record circles={members} tlp=red expect exist\n"
                      "test \"amber is seen\" peer level=listed circles={members}\n"
                      "     record circles={members} tlp=amber expect exist\n",
                  "p");
  EXPECT_EQ(checked.policy, nullptr);
  ASSERT_EQ(checked.problems.size(), 2u);
  EXPECT_EQ(checked.problems[0].line, 6);
  EXPECT_EQ(checked.tests, 2);
}

TEST(PolicyGateTest, ALineThatDoesNotHoldPassesNothing) {
  const CheckedPolicy checked =
      CheckPolicy(std::string(kBase) + "never \"green is seen\" see all when tlp <= green\n", "p");
  EXPECT_EQ(checked.policy, nullptr);
  ASSERT_EQ(checked.problems.size(), 1u);
  EXPECT_EQ(checked.problems[0].line, 6);
  EXPECT_NE(checked.problems[0].message.find("does not hold"), std::string::npos)
      << checked.problems[0].message;
  const CheckedPolicy holds =
      CheckPolicy(std::string(kBase) + "never \"red is seen\" see all when tlp >= red\n", "p");
  EXPECT_NE(holds.policy, nullptr);
  EXPECT_EQ(holds.proved, 1);
}

TEST(PolicyGateTest, ReadsWhatNarrowerThanNames) {
  const std::string text = std::string(kBase) + "narrower than \"community.policy\"\n";
  const CheckedPolicy missing = CheckPolicy(
      text, "p", [](std::string_view) -> absl::StatusOr<std::string> { return NotFound("none"); });
  EXPECT_EQ(missing.policy, nullptr);
  ASSERT_EQ(missing.problems.size(), 1u);
  EXPECT_EQ(missing.problems[0].line, 6);
  const CheckedPolicy found = CheckPolicy(
      text, "p",
      [](std::string_view) -> absl::StatusOr<std::string> { return std::string(kBase); });
  EXPECT_NE(found.policy, nullptr);
}

// Nothing was found against it, but nothing is known either.
TEST(PolicyGateTest, WhatCanNotBeProvedPassesNothing) {
  const CheckedPolicy checked =
      CheckPolicy(std::string(kBase) + "narrower than \"community.policy\"\n", "p");
  EXPECT_EQ(checked.policy, nullptr);
  ASSERT_EQ(checked.problems.size(), 1u);
  EXPECT_NE(checked.problems[0].message.find("is not proved"), std::string::npos)
      << checked.problems[0].message;
}

}  // namespace
}  // namespace renkei::feed
