#include "node/feed/said_before.h"

#include <algorithm>
#include <set>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "node/feed/unnamed_author.h"
#include "node/membership/anon_master.h"
#include "node/record/limits.h"

namespace renkei::feed {
namespace {

// A record lives two years at most, and its tombstone a month.
constexpr std::uint32_t kEpochsMax = 27;

// By the epoch in which it is forgotten, so that it is found again without a list of all.
std::string KindOf(std::uint32_t epoch) { return fmt::format("said/{}", epoch); }

std::uint32_t LastEpoch(Timestamp expires) {
  return membership::EpochOf(expires + record::kTombstoneAfterExpiry);
}

Bytes SaidDigest(std::string_view place, BytesView content) {
  return crypto::Sha256({crypto::Tag16("RNK1.said"), place, Bytes(1, '\0'), content}).str();
}

Bytes IndicatorSet(const record::v1::Indicators& indicators) {
  std::set<std::string> values;
  for (const record::v1::Indicator& one : indicators.indicators()) {
    values.insert(fmt::format("{}:{}", static_cast<int>(one.type()), one.value()));
  }
  ByteWriter bytes;
  for (const std::string& value : values) {
    bytes.U32(static_cast<std::uint32_t>(value.size())).Raw(value);
  }
  return bytes.Take();
}

}  // namespace

std::vector<Said> WhatItSays(const record::Draft& draft) {
  std::vector<Said> said;
  if (draft.header.kind == policy::Kind::kSighting) return said;
  // As an unnamed record would say it.
  record::Draft plain = draft;
  plain.header.source = policy::SourceMode::kPseudonymous;
  DropSourceIds(plain);
  for (int i = 0; i < policy::kSectionCount; ++i) {
    const auto section = static_cast<policy::SectionId>(i);
    // Many records have the same caveats on purpose.
    if (section == policy::SectionId::kCaveats) continue;
    const auto bytes = record::EncodeSection(plain.sections, section);
    if (!bytes || bytes->size() < kSaidBytesMin) continue;
    const std::string word(policy::ToWord(section));
    said.push_back({.section = section, .place = word, .digest = SaidDigest(word, *bytes)});
  }
  if (plain.sections.indicators().indicators().empty()) return said;
  const std::string place = "indicators.indicators";
  said.push_back({.section = policy::SectionId::kIndicators,
                  .place = place,
                  .digest = SaidDigest(place, IndicatorSet(plain.sections.indicators()))});
  return said;
}

absl::Status KeepSaid(store::Writer& writer, const std::vector<Said>& said, Timestamp expires) {
  const std::string kind = KindOf(LastEpoch(expires));
  for (const Said& one : said) RETURN_IF_ERROR(writer.PutObject(kind, one.digest, "1"));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<anonymize::Finding>> FindSaid(const store::Reader& reader,
                                                         const std::vector<Said>& said,
                                                         Timestamp now) {
  std::vector<anonymize::Finding> findings;
  const std::uint32_t first = membership::EpochOf(now);
  std::set<std::string> found;
  for (std::uint32_t epoch = first; epoch <= first + kEpochsMax; ++epoch) {
    for (const Said& one : said) {
      if (found.contains(one.place)) continue;
      ASSIGN_OR_RETURN(const auto kept, reader.FindObject(KindOf(epoch), one.digest));
      if (!kept) continue;
      found.insert(one.place);
      findings.push_back({.section = one.section,
                          .place = one.place,
                          .rule = std::string(kSaidRule),
                          .suggestion = "a record of yours says the same under your name, and who "
                                        "reads both knows the author; say it there, or allow it"});
    }
  }
  return findings;
}

absl::StatusOr<bool> AddSaid(const SaidQuestion& question, const std::vector<Said>& said,
                             const std::vector<anonymize::Override>& overrides,
                             std::vector<anonymize::Finding>& findings,
                             std::vector<anonymize::Finding>& allowed) {
  ASSIGN_OR_RETURN(std::vector<anonymize::Finding> found, question(said));
  bool refuses = false;
  for (anonymize::Finding& finding : found) {
    const anonymize::Override named{finding.rule, finding.place};
    const bool passes = std::find(overrides.begin(), overrides.end(), named) != overrides.end();
    refuses = refuses || !passes;
    (passes ? allowed : findings).push_back(std::move(finding));
  }
  return refuses;
}

absl::Status ForgetSaid(store::Writer& writer, Timestamp now, int at_once) {
  const std::uint32_t present = membership::EpochOf(now);
  for (std::uint32_t back = 1; back <= kEpochsMax && back <= present; ++back) {
    const std::string kind = KindOf(present - back);
    ASSIGN_OR_RETURN(const auto past, writer.ListObjects(kind));
    for (const auto& [digest, row] : past) {
      if (--at_once < 0) return absl::OkStatus();
      RETURN_IF_ERROR(writer.DropObject(kind, digest));
    }
  }
  return absl::OkStatus();
}

}  // namespace renkei::feed
