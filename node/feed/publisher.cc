#include "node/feed/publisher.h"

#include <algorithm>

#include "node/base/encoding.h"
#include "node/base/log.h"
#include "node/feed/intake_rules.h"
#include "node/feed/outbox.h"
#include "node/feed/publish_once.h"

namespace renkei::feed {
namespace {

constexpr std::string_view kMembersCircle = "members";

absl::StatusOr<policy::Rung> LevelNibble(const std::string& word, std::string_view circle,
                                         const Community& community) {
  if (word == config::kAnyone) return policy::Rung{0};
  if (word == config::kRecipients) return policy::kRecipientsOnly;
  const std::optional<policy::Rung> rung = community.RungOf(circle, word);
  if (!rung) {
    return InvalidArgument(
        fmt::format("publish.section_levels: circle `{}` has no level `{}`", circle, word));
  }
  return *rung;
}

// A draft's content without what publishing adds, to tell whether a source has changed.
crypto::Digest ContentDigest(const record::Draft& draft) {
  const record::DraftHeader& h = draft.header;
  ByteWriter marks;
  marks.U8(static_cast<std::uint8_t>(h.kind)).U8(static_cast<std::uint8_t>(h.tlp));
  marks.U8(static_cast<std::uint8_t>(h.pap)).U8(static_cast<std::uint8_t>(h.severity)).U32(h.type);
  for (const auto* list : {&h.circles, &h.sectors, &h.countries, &h.tags, &h.recipients}) {
    marks.U32(static_cast<std::uint32_t>(list->size()));
    for (const std::string& word : *list) {
      marks.U32(static_cast<std::uint32_t>(word.size())).Raw(word);
    }
  }
  return crypto::Sha256({marks.bytes(), record::DeterministicBytes(draft.sections)});
}

void FillFromConfig(const PublishOptions& options, const config::NodeConfig& config,
                    record::DraftHeader& header) {
  if (!options.circles.empty()) header.circles = options.circles;
  if (header.circles.empty()) header.circles = config.publish.default_circles;
  if (header.circles.empty()) header.circles = {std::string(kMembersCircle)};
  std::sort(header.circles.begin(), header.circles.end());
  header.circles.erase(std::unique(header.circles.begin(), header.circles.end()),
                       header.circles.end());
  if (options.tlp) header.tlp = *options.tlp;
  if (header.tlp == policy::Tlp::kUnspecified) {
    header.tlp = policy::TlpFromWord(config.publish.default_tlp).value_or(policy::Tlp::kAmber);
  }
  if (header.pap == policy::Pap::kUnspecified) header.pap = policy::Pap::kGreen;
  if (header.relay == policy::Relay::kUnspecified) header.relay = policy::Relay::kCircle;
  if (options.source) header.source = *options.source;
  if (header.source == policy::SourceMode::kUnspecified) {
    header.source = policy::SourceModeFromWord(config.publish.default_source)
                        .value_or(policy::SourceMode::kAttributed);
  }
}

}  // namespace

record::Correlation WantedCorrelation(const PublishOptions& options,
                                      const config::NodeConfig& config) {
  return options.correlate.value_or(
      record::CorrelationFromWord(config.publish.correlate).value_or(record::Correlation::kNone));
}

NameSource Publisher::Names() const {
  return {.anon = &anon_,
          .record_key = record_key_.public_key(),
          .community = community_.name(),
          .asked = [this](std::string_view circle) { return community_.AskedCorrelation(circle); }};
}

void Publisher::SetConfig(const config::NodeConfig& config) {
  auto next = std::make_shared<const config::NodeConfig>(config);
  MutexLock lock(mutex_);
  config_ = std::move(next);
}

std::shared_ptr<const config::NodeConfig> Publisher::config() const {
  MutexLock lock(mutex_);
  return config_;
}

absl::Status Publisher::FillDefaults(const PublishOptions& options,
                                     record::DraftHeader& header) const {
  FillFromConfig(options, *config(), header);
  const std::vector<policy::Membership> own = community_.OwnCircles();
  std::vector<std::string> names;
  for (const policy::Membership& membership : own) names.push_back(membership.circle);
  for (const std::string& circle : header.circles) {
    if (std::find(names.begin(), names.end(), circle) != names.end()) continue;
    const std::string nearest = NearestWord(circle, names);
    return InvalidArgument(
        fmt::format("circle `{}`: this team has no level in it{}", circle,
                    nearest.empty() ? "" : fmt::format(" (did you mean `{}`?)", nearest)));
  }
  return CheckUnnamed(header, community_);
}

absl::StatusOr<record::SealPlan> Publisher::Plan(const record::DraftHeader& header) const {
  const std::shared_ptr<const config::NodeConfig> config = this->config();
  record::SealPlan plan;
  for (const std::string& circle : header.circles) {
    plan.circles.push_back(record::MakeCircleId(community_.name(), circle));
  }
  plan.issued = clock_.Now();
  plan.expires =
      header.expires.value_or(plan.issued + std::chrono::hours(24 * config->publish.expiry_days));
  for (const auto& [section, level] : config->publish.section_levels) {
    const auto id = policy::SectionFromWord(section);
    if (!id) continue;
    ASSIGN_OR_RETURN(const policy::Rung rung,
                     LevelNibble(level, header.circles.front(), community_));
    plan.section_levels |= static_cast<std::uint64_t>(rung) << (4 * static_cast<int>(*id));
  }
  for (const std::string& slug : header.recipients) {
    const auto key = community_.TeamKey(slug);
    if (!key) return InvalidArgument(fmt::format("recipient `{}`: no such team known here", slug));
    plan.recipients.push_back(*key);
  }
  return plan;
}

absl::StatusOr<Published> Publisher::Publish(record::Draft draft, const PublishOptions& options,
                                             int part) {
  const std::string once = options.once.empty() ? "" : fmt::format("{}/{}", options.once, part);
  ASSIGN_OR_RETURN(auto done, FindOnce(once));
  if (done) return *std::move(done);
  std::optional<store::SourceRow> source;
  std::optional<store::SourceRow> before;
  if (!draft.source_id.empty()) {
    source =
        store::SourceRow{.format = draft.source_format, .source_id = draft.source_id, .part = part};
    const absl::Status read = store_.Read([&](const store::Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(before, reader.FindSource(source->format, source->source_id, part));
      return absl::OkStatus();
    });
    RETURN_IF_ERROR(read);
  }
  std::optional<Own> own;
  if (before) {
    // Withdrawn or expired: what is published now is a new record.
    auto found = FindOwn(before->id);
    if (found.ok()) own = *std::move(found);
    if (own) RETURN_IF_ERROR(KeepSource(options, *own, draft.header));
  }
  RETURN_IF_ERROR(FillDefaults(options, draft.header));
  const crypto::Digest content = ContentDigest(draft);
  if (source) source->content = content;
  if (before && before->content == content) {
    RETURN_IF_ERROR(NoteUnchanged(store_, once, before->id));
    return Published{.result = PublishResult::kUnchanged, .id = before->id};
  }
  ASSIGN_OR_RETURN(record::SealPlan plan, Plan(draft.header));
  PublishOptions with = options;
  with.once = once;
  return SealAndCommit(draft, std::move(plan), std::move(source), own, with);
}

absl::StatusOr<bool> Publisher::SaysTheSame(record::Draft draft, const PublishOptions& options,
                                            int part) const {
  std::optional<store::SourceRow> before;
  if (draft.source_id.empty()) return false;
  RETURN_IF_ERROR(store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(before, reader.FindSource(draft.source_format, draft.source_id, part));
    return absl::OkStatus();
  }));
  if (!before) return false;
  const auto own = FindOwn(before->id);
  if (own.ok()) RETURN_IF_ERROR(KeepSource(options, *own, draft.header));
  RETURN_IF_ERROR(FillDefaults(options, draft.header));
  return before->content == ContentDigest(draft);
}

absl::StatusOr<Published> Publisher::Update(const record::RecordId& id, record::Draft draft,
                                            const PublishOptions& options) {
  PublishOptions with = options;
  if (!with.once.empty()) with.once += "/0";
  ASSIGN_OR_RETURN(auto done, FindOnce(with.once));
  if (done) return *std::move(done);
  ASSIGN_OR_RETURN(const Own own, InheritFrom(id, options, draft.header));
  RETURN_IF_ERROR(FillDefaults(options, draft.header));
  ASSIGN_OR_RETURN(record::SealPlan plan, Plan(draft.header));
  return SealAndCommit(draft, std::move(plan), std::nullopt, own, with);
}

absl::StatusOr<Published> Publisher::SealAndCommit(record::Draft draft, record::SealPlan plan,
                                                   std::optional<store::SourceRow> source,
                                                   const std::optional<Own>& before,
                                                   const PublishOptions& options) {
  if (before) {
    const record::Header& h = before->header;
    plan.previous =
        record::PreviousRevision{h.record_id, h.id_nonce, h.revision, before->leaf, h.expires};
  }
  std::vector<Said> said = WhatItSays(draft);
  DropSourceIds(draft);
  const anonymize::CrowdRules crowd =
      CrowdOf(community_, options.generalise || config()->publish.generalise);
  std::optional<record::RecordId> revises;
  if (before) revises = before->header.record_id;
  Naming naming =
      NameDraft(Names(), draft.header, WantedCorrelation(options, *config()), plan.issued, revises);
  ASSIGN_OR_RETURN(anonymize::GateResult gated,
                   gate_()->Anonymize(draft, &crowd, options.overrides, naming.names.get()));
  Published result{.findings = std::move(gated.findings),
                   .allowed = std::move(gated.allowed),
                   .replacements = std::move(gated.replacements),
                   .correlation = naming.correlation,
                   .why_not_correlated = std::move(naming.why_not)};
  bool unfit = AddUnnamedFindings(draft, result.findings);
  if (draft.header.source != policy::SourceMode::kAttributed) {
    ASSIGN_OR_RETURN(const bool known, AddSaid(SaidBefore(), said, options.overrides,
                                               result.findings, result.allowed));
    unfit = unfit || known;
  }
  if (!gated.draft || unfit) return result;
  std::vector<anonymize::Narrative> narratives = anonymize::FindNarratives(gated.sections);
  if (options.reviewed) result.reviewed = narratives.size();
  if (!options.reviewed) result.unreviewed = std::move(narratives);
  if (!result.unreviewed.empty()) return result;
  for (const anonymize::Finding& finding : result.allowed) {
    LogEvent(LogLevel::kWarn, "publish.allowed",
             {{"rule", LogSafe(finding.rule)}, {"place", LogSafe(finding.place)}});
  }
  const PublishResult done = before ? PublishResult::kRevised : PublishResult::kPublished;
  if (draft.header.source != policy::SourceMode::kAttributed) {
    result.result = done;
    return SealUnnamed(*gated.draft, plan, std::move(result), std::move(source), before,
                       {.once = options.once});
  }
  ASSIGN_OR_RETURN(const record::Record record, record::Seal(*gated.draft, record_key_, plan));
  result.result = done;
  return Commit(record, std::move(result), std::move(source),
                {.once = options.once, .said = std::move(said)});
}

absl::StatusOr<Published> Publisher::Commit(const record::Record& record, Published result,
                                            std::optional<store::SourceRow> source,
                                            const Beside& beside) {
  store::RecordRow row = MakeRow(record);
  row.own = true;
  row.author = community_.own_team();
  row.circles = JoinCircles(record.header().circles);
  row.received = clock_.Now();
  policy::SectionMask to_hub = 0;
  if (!community_.is_hub() && !IsWithdrawal(record)) {
    ASSIGN_OR_RETURN(const policy::Mask mask, MaskToHub(row));
    if (!mask.exist()) return RefusedByOwnPolicy(std::move(result));
    to_hub = mask.see();
  }
  absl::Status committed = store_.Commit([&](store::Writer& writer) -> absl::Status {
    if (!community_.is_hub()) RETURN_IF_ERROR(PutToHub(writer, record, to_hub));
    RETURN_IF_ERROR(writer.PutRecord(row).status());
    RETURN_IF_ERROR(writer.PutHeld({.id = row.id,
                                    .link = "own",
                                    .leaf = row.leaf,
                                    .sections = record.held(),
                                    .relay = policy::kAllSections}));
    RETURN_IF_ERROR(KeepOnce(writer, beside.once, row.id, row.revision));
    RETURN_IF_ERROR(KeepSaid(writer, beside.said, row.expires));
    if (!source) return absl::OkStatus();
    source->id = row.id;
    return writer.PutSource(*source);
  });
  RETURN_IF_ERROR(Annotate(committed, "publish"));
  result.id = row.id;
  result.revision = row.revision;
  return result;
}

policy::Marking DraftMarking(const record::DraftHeader& draft, const PublishOptions& options,
                             const std::vector<policy::Level>& levels,
                             const config::NodeConfig& config, Timestamp now) {
  record::DraftHeader header = draft;
  FillFromConfig(options, config, header);
  policy::Marking marking;
  marking.kind = header.kind;
  marking.tlp = header.tlp;
  marking.pap = header.pap;
  marking.source = header.source;
  marking.relay = header.relay;
  marking.severity = header.severity;
  marking.type = header.type;
  marking.circles = header.circles;
  marking.tags = header.tags;
  marking.sectors = header.sectors;
  marking.countries = header.countries;
  marking.exercise = header.exercise;
  marking.embargoed = header.embargo_until && *header.embargo_until > now;
  marking.min_level = header.min_level.value_or(0);
  for (int i = 0; header.section_levels && i < policy::kSectionCount; ++i) {
    marking.section_levels[static_cast<std::size_t>(i)] =
        static_cast<policy::Rung>((*header.section_levels >> (4 * i)) & 15);
  }
  if (header.section_levels) return marking;
  for (const auto& [section, level] : config.publish.section_levels) {
    const auto id = policy::SectionFromWord(section);
    if (!id) continue;
    policy::Rung rung = level == config::kRecipients ? policy::kRecipientsOnly : policy::Rung{0};
    for (const policy::Level& l : levels) {
      if (l.name == level) rung = l.rung;
    }
    marking.section_levels[static_cast<std::size_t>(*id)] = rung;
  }
  return marking;
}

absl::StatusOr<Preview> MakePreview(const record::Draft& draft, const PublishOptions& options,
                                    const anonymize::Gate& gate, const policy::Evaluator& evaluator,
                                    const config::NodeConfig& config, Timestamp now,
                                    const PreviewAsks& asks) {
  record::Draft filled = draft;
  FillFromConfig(options, config, filled.header);
  const std::vector<Said> said = WhatItSays(filled);
  DropSourceIds(filled);
  const anonymize::CrowdRules rules = {
      .fits = asks.crowd, .generalise = options.generalise || config.publish.generalise};
  Naming naming =
      NameDraft(asks.names, filled.header, WantedCorrelation(options, config), now, asks.revises);
  ASSIGN_OR_RETURN(anonymize::GateResult gated,
                   gate.Anonymize(filled, &rules, options.overrides, naming.names.get()));
  if (gated.draft) filled.header = gated.draft->header();
  const bool unfit = AddUnnamedFindings(filled, gated.findings);
  Preview preview{.refused = !gated.draft.has_value() || unfit,
                  .findings = std::move(gated.findings),
                  .allowed = std::move(gated.allowed),
                  .replacements = std::move(gated.replacements),
                  .narratives = anonymize::FindNarratives(gated.sections),
                  .after = std::move(gated.sections),
                  .header = filled.header,
                  .correlation = naming.correlation,
                  .why_not_correlated = std::move(naming.why_not)};
  if (asks.said && filled.header.source != policy::SourceMode::kAttributed) {
    ASSIGN_OR_RETURN(const bool known, AddSaid(asks.said, said, options.overrides, preview.findings,
                                               preview.allowed));
    preview.refused = preview.refused || known;
  }
  const std::vector<policy::Level> levels = evaluator.policy().levels();
  const policy::Marking marking = DraftMarking(filled.header, options, levels, config, now);
  for (const std::string& circle : filled.header.circles) {
    for (const policy::Level& level : levels) {
      const policy::Peer peer{.team = "someone",
                              .kind = policy::PeerKind::kMember,
                              .circles = {{.circle = circle, .rung = level.rung}}};
      preview.audience.push_back({.circle = circle,
                                  .level = level.name,
                                  .rung = level.rung,
                                  .mask = evaluator.Decide(peer, marking)});
    }
  }
  return preview;
}

}  // namespace renkei::feed
