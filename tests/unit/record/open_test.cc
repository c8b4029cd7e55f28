#include <gtest/gtest.h>

#include "node/record/limits.h"
#include "node/record/record.h"
#include "tests/support/record_for_tests.h"

namespace renkei::record {
namespace {

using testing_support::SampleDraft;
using testing_support::SamplePlan;
using testing_support::SampleRecord;
using testing_support::TakeApart;

class OpenTest : public testing::Test {
 protected:
  // A record with something in each of the 13 slots that have a message.
  Record FullRecord() {
    Draft draft = SampleDraft();
    v1::Sections& s = draft.sections;
    s.mutable_timeline()->add_events()->set_time(1);
    s.mutable_response()->add_actions()->set_type("block");
    s.mutable_detection_rules()->add_rules()->set_body("rule x {}");
    s.mutable_contact()->add_points()->set_email("irt@example.org");
    s.mutable_log_excerpts()->add_excerpts()->set_text("log");
    s.mutable_attachments()->add_attachments()->set_name("a.bin");
    s.mutable_references()->add_references()->set_url("https://example.com/a");
    return SampleRecord(key_, draft);
  }

  std::string Refusal(const v1::SignedRecord& parts) {
    const auto opened = Open(DeterministicBytes(parts));
    return opened.ok() ? "accepted" : Message(opened.status());
  }

  const crypto::SigningKey key_ = crypto::SigningKey::Generate();
};

TEST_F(OpenTest, EverySubsetOfAllSixteenSlotsVerifies) {
  const Record record = FullRecord();
  for (unsigned mask = 0; mask <= 0xffff; ++mask) {
    const auto opened = Open(record.Disclose(static_cast<SectionMask>(mask)));
    ASSERT_TRUE(opened.ok()) << mask << " " << Message(opened.status());
    ASSERT_EQ(opened->leaf(), record.leaf());
    ASSERT_EQ(opened->held(), mask & record.held());
  }
}

TEST_F(OpenTest, ARedactedRecordIsRedactedFurtherWithoutTheRest) {
  const Record record = FullRecord();
  const auto first =
      Open(record.Disclose(policy::Bit(SectionId::kSummary) | policy::Bit(SectionId::kIndicators)));
  ASSERT_TRUE(first.ok());
  const auto second = Open(first->Disclose(policy::Bit(SectionId::kSummary)));
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->leaf(), record.leaf());
  EXPECT_EQ(second->held(), policy::Bit(SectionId::kSummary));
}

TEST_F(OpenTest, NoByteOfAWithheldSectionIsSent) {
  const Record record = FullRecord();
  const Bytes wire = record.Disclose(policy::Bit(SectionId::kSummary));
  EXPECT_EQ(wire.find("198.51.100.7"), Bytes::npos);
  EXPECT_EQ(wire.find(record.section(SectionId::kIndicators).salt.str()), Bytes::npos);
}

TEST_F(OpenTest, EverySingleBitFlipFails) {
  const Record record = FullRecord();
  const Bytes wire =
      record.Disclose(policy::Bit(SectionId::kSummary) | policy::Bit(SectionId::kVictim));
  for (std::size_t bit = 0; bit < wire.size() * 8; ++bit) {
    Bytes changed = wire;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const auto opened = Open(changed);
    EXPECT_FALSE(opened.ok()) << "bit " << bit;
  }
}

TEST_F(OpenTest, TheMovedBoundaryFails) {
  // A value holds the slot's own number; a relay cuts the front off by moving it into the salt.
  Draft draft = SampleDraft();
  draft.sections.mutable_summary()->mutable_title(0)->set_value("front\x01 back");
  const Record record = SampleRecord(key_, draft);
  v1::SignedRecord parts = TakeApart(record.Disclose(policy::Bit(SectionId::kSummary)));
  v1::ShownSection& shown = *parts.mutable_shown(0);
  const Bytes all = shown.salt() + "\x01" + shown.value();
  const std::size_t boundary = all.find('\x01', 17);
  ASSERT_NE(boundary, Bytes::npos);
  shown.set_salt(all.substr(0, boundary));
  shown.set_value(all.substr(boundary + 1));
  EXPECT_EQ(Refusal(parts), "record: a salt that is not 16 bytes");
}

TEST_F(OpenTest, OneHashTooManyOrTooFewFails) {
  const v1::SignedRecord parts = TakeApart(FullRecord().Disclose(0x000a));
  v1::SignedRecord more = parts;
  more.add_proof(Bytes(32, 'x'));
  EXPECT_EQ(Refusal(more), "record: proof not consumed exactly");
  v1::SignedRecord fewer = parts;
  fewer.mutable_proof()->RemoveLast();
  EXPECT_EQ(Refusal(fewer), "record: proof not consumed exactly");
  v1::SignedRecord odd = parts;
  odd.set_proof(0, "short");
  EXPECT_EQ(Refusal(odd), "record: a proof element that is not 32 bytes");
}

TEST_F(OpenTest, SlotsMustRise) {
  v1::SignedRecord parts = TakeApart(FullRecord().Disclose(0x000a));
  parts.mutable_shown()->SwapElements(0, 1);
  EXPECT_EQ(Refusal(parts), "record: slots not strictly increasing in 0..15");
  parts = TakeApart(FullRecord().Disclose(0x000a));
  parts.mutable_shown(1)->set_slot(16);
  EXPECT_EQ(Refusal(parts), "record: slots not strictly increasing in 0..15");
}

TEST_F(OpenTest, AnotherKeysSignatureFails) {
  v1::SignedRecord parts = TakeApart(FullRecord().Disclose(0));
  const auto other = crypto::SigningKey::Generate();
  parts.set_signature(other.Sign("anything").str());
  EXPECT_EQ(Refusal(parts), "record: signature does not verify");
}

TEST_F(OpenTest, BatchesVerifyAndTheirLimitsHold) {
  // Sealing batches comes later, so this one is put together by hand.
  std::vector<Record> records;
  std::vector<crypto::Digest> leaves;
  for (int i = 0; i < 4; ++i) {
    records.push_back(FullRecord());
    leaves.push_back(records.back().leaf());
  }
  const crypto::Signature signature = key_.Sign(SignedBytes(4, crypto::TreeRoot(leaves)));
  VerifiedBatches batches;
  for (std::size_t i = 0; i < 4; ++i) {
    v1::SignedRecord parts = TakeApart(records[i].Disclose(0x0002));
    parts.set_batch_size(4);
    parts.set_batch_index(i);
    for (const auto& hash : crypto::InclusionProof(leaves, i)) parts.add_batch_proof(hash.str());
    parts.set_signature(signature.str());
    ASSERT_TRUE(Open(DeterministicBytes(parts), &batches).ok()) << i;
    ASSERT_TRUE(Open(DeterministicBytes(parts), &batches).ok()) << i;
    // A redaction keeps the batch proof.
    const auto opened = Open(DeterministicBytes(parts));
    ASSERT_TRUE(Open(opened->Disclose(0)).ok());
    v1::SignedRecord wrong = parts;
    wrong.set_batch_index((i + 1) % 4);
    EXPECT_EQ(Refusal(wrong), "record: signature does not verify");
    wrong.set_batch_index(4);
    EXPECT_EQ(Refusal(wrong), "record: batch proof not consumed exactly");
    wrong = parts;
    wrong.set_batch_size(3);
    EXPECT_EQ(Refusal(wrong), "record: batch size is not a power of two up to 65,536");
    wrong.set_batch_size(kBatchSizeMax * 2);
    EXPECT_EQ(Refusal(wrong), "record: batch size is not a power of two up to 65,536");
    wrong = parts;
    wrong.add_batch_proof(Bytes(32, 'x'));
    EXPECT_EQ(Refusal(wrong), "record: batch proof not consumed exactly");
  }
}

TEST_F(OpenTest, AMustDiscloseSectionCannotBeLeftOut) {
  Draft draft = SampleDraft();
  draft.sections.mutable_caveats()->add_texts()->set_value("these are false positives");
  const Record record = SampleRecord(key_, draft);
  EXPECT_EQ(record.header().must_disclose, policy::Bit(SectionId::kCaveats));
  EXPECT_TRUE(Open(record.Disclose(policy::Bit(SectionId::kCaveats))).ok());
  EXPECT_EQ(Message(Open(record.Disclose(policy::Bit(SectionId::kIndicators))).status()),
            "record: a section that must be disclosed is missing");
}

TEST_F(OpenTest, CaveatsAreNeverMarkedStricterThanTheRecord) {
  Draft draft = SampleDraft();
  draft.sections.mutable_caveats()->add_texts()->set_value("careful");
  draft.header.section_levels = ~0ULL;
  draft.header.min_level = 4;
  const Record record = SampleRecord(key_, draft);
  EXPECT_EQ((record.header().section_levels >> (4 * 13)) & 15, 4U);
}

TEST_F(OpenTest, UnknownFieldsAtAnyDepthFail) {
  Draft draft = SampleDraft();
  AnonymizedDraft::EncodedSections sections;
  v1::Summary summary = draft.sections.summary();
  summary.GetReflection()->MutableUnknownFields(&summary)->AddVarint(99, 1);
  sections[1] = DeterministicBytes(summary);
  auto sealed = Seal(AnonymizedDraftForTests::OfBytes(draft.header, sections), key_, SamplePlan());
  EXPECT_EQ(Message(sealed.status()), "seal: summary: unknown field");

  summary = draft.sections.summary();
  v1::Text& title = *summary.mutable_title(0);
  title.GetReflection()->MutableUnknownFields(&title)->AddVarint(99, 1);
  sections[1] = DeterministicBytes(summary);
  sealed = Seal(AnonymizedDraftForTests::OfBytes(draft.header, sections), key_, SamplePlan());
  EXPECT_EQ(Message(sealed.status()), "seal: summary.title[0]: unknown field");
}

TEST_F(OpenTest, UnknownEnumsInSectionsFail) {
  Draft draft = SampleDraft();
  draft.sections.mutable_indicators()->mutable_indicators(0)->set_type(
      static_cast<v1::IndicatorType>(4711));
  auto sealed = Seal(AnonymizedDraftForTests::Of(draft), key_, SamplePlan());
  EXPECT_EQ(Message(sealed.status()), "seal: indicators.indicators[0].type: unknown value");
}

TEST_F(OpenTest, ASectionOverItsLimitFails) {
  Draft draft = SampleDraft();
  AnonymizedDraft::EncodedSections sections;
  sections[10] = Bytes(kSectionBytesMax + 1, '\0');
  auto sealed = Seal(AnonymizedDraftForTests::OfBytes(draft.header, sections), key_, SamplePlan());
  EXPECT_EQ(Message(sealed.status()), "seal: record: section over 1 MiB");
  EXPECT_EQ(Message(Open(Bytes(kRecordBytesMax + 1, 'x')).status()), "record: over 3 MiB");
}

TEST_F(OpenTest, AStoredRecordComesBackWhole) {
  const Record record = FullRecord();
  const auto stored = Record::FromStored(record.ToStored());
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->Disclose(0xffff), record.Disclose(0xffff));
  EXPECT_EQ(stored->leaf(), record.leaf());
  Bytes damaged = record.ToStored();
  damaged[damaged.size() - 1] = static_cast<char>(damaged.back() ^ 1);
  EXPECT_FALSE(Record::FromStored(damaged).ok());
}

TEST_F(OpenTest, AFreshSecretPerRevisionHidesWhichHiddenSectionChanged) {
  const Record a = SampleRecord(key_);
  const Record b = SampleRecord(key_);
  const auto hashes_a = TakeApart(a.Disclose(0)).proof();
  const auto hashes_b = TakeApart(b.Disclose(0)).proof();
  EXPECT_NE(hashes_a.Get(0), hashes_b.Get(0));
}

}  // namespace
}  // namespace renkei::record
