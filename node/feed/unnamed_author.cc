#include "node/feed/unnamed_author.h"

#include <algorithm>

namespace renkei::feed {
namespace {

using policy::SourceMode;

bool Names(const std::vector<anonymize::Finding>& findings, policy::SectionId section) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const anonymize::Finding& f) { return f.section == section; });
}

}  // namespace

UnnamedOrigin UnnamedAuthor::Begin(SourceMode source, const record::CircleId& circle,
                                   Timestamp now) const {
  if (source == SourceMode::kPseudonymous) {
    const std::uint32_t epoch = membership::EpochOf(now);
    return {.key = master_.PseudonymKey(circle, epoch), .epoch = epoch};
  }
  Bytes seed = crypto::RandomBytes(32);
  auto key = crypto::SigningKey::FromSeed(seed);
  RENKEI_CHECK(key.has_value());
  return {.key = *std::move(key), .seed = std::move(seed)};
}

store::UnnamedRow UnnamedAuthor::RowOf(const record::Record& record,
                                       const UnnamedOrigin& origin) const {
  const record::Header& header = record.header();
  store::UnnamedRow row{.id = header.record_id, .source = header.source, .epoch = origin.epoch};
  if (!origin.seed.empty()) row.seed = master_.SealSeed(row.id, origin.seed);
  return row;
}

absl::StatusOr<crypto::SigningKey> UnnamedAuthor::KeyOf(const store::UnnamedRow& row,
                                                        const record::Header& header) const {
  auto key = row.source == SourceMode::kPseudonymous
                 ? master_.PseudonymKey(header.circles.front(), row.epoch)
                 : master_.OpenSeed(row.id, row.seed);
  if (key.ok() && key->public_key() != header.origin) {
    return DataLoss(
        "the key of this record is another: `keys/anon.key` and the store do not belong together; "
        "restore both from one backup");
  }
  return key;
}

absl::Status CheckUnnamed(const record::DraftHeader& header, const Community& community) {
  if (header.source == SourceMode::kAttributed) return absl::OkStatus();
  const std::string_view mode = policy::ToWord(header.source);
  if (header.circles.size() != 1) {
    return InvalidArgument(
        fmt::format("a record that is {} goes to exactly one circle, this one to {}: say which "
                    "with --circle",
                    mode, header.circles.size()));
  }
  if (community.is_hub()) {
    return FailedPrecondition(
        "a hub publishes under its own name only: nobody vouches for it but itself");
  }
  if (community.AllowsSource(header.circles.front(), header.source)) return absl::OkStatus();
  return FailedPrecondition(
      fmt::format("the charter of circle `{}` allows no {} records: its hub's operator may "
                  "(`renkei circles set`)",
                  header.circles.front(), mode));
}

void DropSourceIds(record::Draft& draft) {
  if (draft.header.source == SourceMode::kAttributed) return;
  record::v1::Sections& sections = draft.sections;
  if (sections.has_indicators()) {
    for (auto& one : *sections.mutable_indicators()->mutable_indicators()) one.clear_uuid();
    for (auto& one : *sections.mutable_indicators()->mutable_objects()) one.clear_uuid();
  }
  if (sections.has_detection_rules()) {
    for (auto& one : *sections.mutable_detection_rules()->mutable_rules()) one.clear_uuid();
  }
}

bool AddUnnamedFindings(const record::Draft& draft, std::vector<anonymize::Finding>& findings) {
  if (draft.header.source != SourceMode::kAnonymous) return false;
  const std::size_t before = findings.size();
  const auto refuse = [&](policy::SectionId section, const std::string& rule) {
    if ((record::Present(draft.sections) & policy::Bit(section)) == 0) return;
    if (Names(findings, section)) return;
    findings.push_back({.section = section,
                        .place = std::string(policy::ToWord(section)),
                        .rule = rule,
                        .suggestion = "an anonymous record has no such section; leave it out"});
  };
  refuse(policy::SectionId::kContact, "anonymous-contact");
  refuse(policy::SectionId::kAttachments, "anonymous-attachments");
  if (!draft.header.tags.empty()) {
    findings.push_back({.place = "header.tags[0]",
                        .rule = "anonymous-tags",
                        .suggestion = "an anonymous record has no tags; leave them out"});
  }
  return findings.size() > before;
}

}  // namespace renkei::feed
