#include <gtest/gtest.h>

#include "node/record/record.h"
#include "tests/support/record_for_tests.h"

namespace renkei::record {
namespace {

using testing_support::kNow;
using testing_support::SamplePlan;
using testing_support::SampleRecord;

class RevisionTest : public testing::Test {
 protected:
  SealPlan After(const Record& record) {
    SealPlan plan = SamplePlan();
    plan.issued = kNow + std::chrono::hours(5);
    const Header& h = record.header();
    plan.previous = PreviousRevision{h.record_id, h.id_nonce, h.revision, record.leaf(), h.expires};
    return plan;
  }
  const crypto::SigningKey key_ = crypto::SigningKey::Generate();
};

TEST_F(RevisionTest, ARevisionKeepsIdAndOriginAndNamesTheOneBefore) {
  const Record first = SampleRecord(key_);
  SealPlan plan = After(first);
  plan.expires = kNow + std::chrono::hours(6);  // earlier than before
  const Record second = SampleRecord(key_, testing_support::SampleDraft(), plan);
  EXPECT_EQ(second.header().record_id, first.header().record_id);
  EXPECT_EQ(second.header().revision, 2U);
  EXPECT_EQ(second.header().previous, first.leaf());
  EXPECT_EQ(second.header().expires, first.header().expires);  // never decreases
}

TEST_F(RevisionTest, NobodyElseCanWriteALaterRevision) {
  const Record first = SampleRecord(key_);
  const auto thief = crypto::SigningKey::Generate();
  const auto forged =
      Seal(AnonymizedDraftForTests::Of(testing_support::SampleDraft()), thief, After(first));
  EXPECT_EQ(Message(forged.status()), "header: record_id: not made from origin and nonce");
}

TEST_F(RevisionTest, AWithdrawalIsAFinalRevisionWithoutSections) {
  const Record first = SampleRecord(key_);
  const auto withdrawal = SealWithdrawal(first.header(), first.leaf(), WithdrawalReason::kMistake,
                                         kNow + std::chrono::hours(1), key_);
  ASSERT_TRUE(withdrawal.ok()) << Message(withdrawal.status());
  EXPECT_EQ(withdrawal->held(), 0);
  EXPECT_EQ(withdrawal->header().revision, 2U);
  EXPECT_EQ(withdrawal->header().reason, WithdrawalReason::kMistake);
  EXPECT_EQ(withdrawal->header().circles, first.header().circles);
  EXPECT_TRUE(Open(withdrawal->Disclose(0)).ok());
}

TEST_F(RevisionTest, CopiesWithDifferentSectionsUniteToAnUpgrade) {
  const Record whole = SampleRecord(key_);
  auto low = Open(whole.Disclose(policy::Bit(SectionId::kSummary)));
  const auto high = Open(whole.Disclose(policy::Bit(SectionId::kVictim)));
  ASSERT_TRUE(low.ok() && high.ok());
  EXPECT_TRUE(low->Add(*high));
  EXPECT_FALSE(low->Add(*high));
  const SectionMask both = policy::Bit(SectionId::kSummary) | policy::Bit(SectionId::kVictim);
  EXPECT_EQ(low->held(), both);
  for (unsigned mask = 0; mask < 64; ++mask) {
    EXPECT_TRUE(Open(low->Disclose(static_cast<SectionMask>(mask))).ok()) << mask;
  }
}

TEST_F(RevisionTest, ARetractionForgetsSectionsAndKeepsTheRestProvable) {
  Record record = SampleRecord(key_);
  record.Keep(policy::Bit(SectionId::kSummary));
  EXPECT_EQ(record.held(), policy::Bit(SectionId::kSummary));
  const Bytes wire = record.Disclose(0xffff);
  EXPECT_EQ(wire.find("198.51.100.7"), Bytes::npos);
  EXPECT_TRUE(Open(wire).ok());
}

}  // namespace
}  // namespace renkei::record
