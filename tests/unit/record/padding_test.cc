// Sizes of anonymous records say nothing finer than 256 bytes.
#include <gtest/gtest.h>

#include "node/record/limits.h"
#include "tests/support/record_for_tests.h"

namespace renkei::record {
namespace {

using testing_support::SampleDraft;
using testing_support::SamplePlan;
using testing_support::TakeApart;

Draft Anonymous(std::size_t title_bytes = 20) {
  Draft draft = SampleDraft();
  draft.header.source = policy::SourceMode::kAnonymous;
  draft.sections.mutable_summary()->mutable_title(0)->set_value(std::string(title_bytes, 'x'));
  return draft;
}

SealPlan DaysPlan() {
  SealPlan plan = SamplePlan();
  plan.expires = plan.issued + std::chrono::hours(24 * 30);
  return plan;
}

absl::StatusOr<Record> SealAnonymous(const Draft& draft) {
  return Seal(AnonymizedDraftForTests::Of(draft), crypto::SigningKey::Generate(), DaysPlan());
}

TEST(PaddingTest, EveryLengthIsFilledToTheNextMultipleAndReadsTheSame) {
  for (std::size_t length = 0; length <= 3 * kPaddedTo; ++length) {
    v1::Summary summary;
    summary.add_labels(std::string(length, 'x'));
    const Bytes bare = DeterministicBytes(summary);
    const Bytes padded = PadSection(bare);
    EXPECT_EQ(padded.size() % kPaddedTo, 0U) << length;
    EXPECT_LT(padded.size(), bare.size() + 2 * kPaddedTo) << length;
    v1::Sections sections;
    ASSERT_TRUE(DecodeSection(SectionId::kSummary, padded, sections).ok()) << length;
    EXPECT_EQ(HasPadding(sections, SectionId::kSummary), bare.size() != padded.size());
    // What is decoded encodes to the same bytes: the padding is canonical.
    EXPECT_EQ(DeterministicBytes(sections.summary()), padded) << length;
    ClearPadding(sections);
    EXPECT_EQ(DeterministicBytes(sections.summary()), bare) << length;
  }
}

TEST(PaddingTest, SizesWithinOneStepCannotBeToldApart) {
  const auto size = [](std::size_t title) {
    const auto record = SealAnonymous(Anonymous(title));
    EXPECT_TRUE(record.ok());
    return record->Disclose(policy::kAllSections).size();
  };
  const std::size_t shortest = size(1);
  for (const std::size_t title : {2U, 40U, 99U, 200U}) EXPECT_EQ(size(title), shortest) << title;
  EXPECT_EQ(size(300), shortest + kPaddedTo);
}

TEST(PaddingTest, ReadersNeverSeeThePadding) {
  const auto record = SealAnonymous(Anonymous());
  ASSERT_TRUE(record.ok());
  const v1::Sections sections = record->DecodeSections();
  for (int i = 0; i < policy::kSectionCount; ++i) {
    EXPECT_FALSE(HasPadding(sections, static_cast<SectionId>(i))) << i;
  }
  EXPECT_EQ(DeterministicBytes(sections), DeterministicBytes(Anonymous().sections));
}

TEST(PaddingTest, OnlyZerosInAnonymousRecordsAreTaken) {
  v1::Sections sections;
  v1::Summary summary;
  summary.set_padding("hidden");
  EXPECT_FALSE(DecodeSection(SectionId::kSummary, DeterministicBytes(summary), sections).ok());
  summary.set_padding(std::string(kPaddingBytesMax + 1, '\0'));
  EXPECT_FALSE(DecodeSection(SectionId::kSummary, DeterministicBytes(summary), sections).ok());

  // A draft brings none along.
  Draft draft = SampleDraft();
  draft.sections.mutable_summary()->set_padding(std::string(4, '\0'));
  EXPECT_EQ(Message(CheckSections(draft.sections)), "summary: padding is added when it is sealed");
  const auto attributed =
      Seal(AnonymizedDraftForTests::Of(draft), crypto::SigningKey::Generate(), SamplePlan());
  EXPECT_EQ(Message(attributed.status()),
            "seal: record: padding in a record that is not anonymous");
}

TEST(PaddingTest, OpenRefusesAnAnonymousRecordThatCouldBeToldApart) {
  Draft draft = Anonymous();
  draft.sections.mutable_contact()->add_points()->set_email("csirt@alpha.example");
  EXPECT_EQ(Message(SealAnonymous(draft).status()),
            "seal: record: an anonymous record with a contact or attachments");
  draft = Anonymous();
  draft.sections.mutable_attachments()->add_attachments()->set_name("report.docx");
  EXPECT_EQ(Message(SealAnonymous(draft).status()),
            "seal: record: an anonymous record with a contact or attachments");
}

}  // namespace
}  // namespace renkei::record
