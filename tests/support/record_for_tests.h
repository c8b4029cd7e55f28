// Sealed records and taken-apart wire bytes for tests.
#pragma once

#include "node/record/record.h"
#include "tests/support/anonymized_draft_for_tests.h"
#include "tests/support/sample_draft.h"

namespace renkei::testing_support {

inline const Timestamp kNow = FromUnixSeconds(1'790'000'000);

inline record::SealPlan SamplePlan() {
  return {.circles = {record::MakeCircleId("community.example", "members")},
          .issued = kNow,
          .expires = kNow + std::chrono::hours(24)};
}

inline record::Record SampleRecord(const crypto::SigningKey& key,
                                   const record::Draft& draft = SampleDraft(),
                                   const record::SealPlan& plan = SamplePlan()) {
  auto sealed = record::Seal(record::AnonymizedDraftForTests::Of(draft), key, plan);
  RENKEI_CHECK(sealed.ok());
  return *std::move(sealed);
}

inline renkei::v1::SignedRecord TakeApart(BytesView wire) {
  renkei::v1::SignedRecord parts;
  RENKEI_CHECK(parts.ParseFromArray(wire.data(), static_cast<int>(wire.size())));
  return parts;
}

}  // namespace renkei::testing_support
