// The author's commands: publish, update, sight, withdraw.

#include "node/app/commands_parts.h"
#include "node/app/own_files.h"
#include "node/app/previewing.h"
#include "node/base/encoding.h"
#include "node/formats/import_any.h"

namespace renkei::app {
namespace {

constexpr int kExitFailed = 1;
constexpr int kExitRefused = 3;
constexpr std::string_view kReviewHint =
    "read them as they would leave (`renkei publish --dry-run --full`), then give --reviewed";
constexpr std::string_view kRefusedHint =
    "nothing has left this node; `renkei publish --dry-run` shows what would";

std::string_view ResultWord(feed::PublishResult result) {
  switch (result) {
    case feed::PublishResult::kPublished:
      return "published";
    case feed::PublishResult::kUnchanged:
      return "unchanged";
    case feed::PublishResult::kRevised:
      return "revised";
    case feed::PublishResult::kRefused:
      return "refused";
  }
  return "refused";
}

std::string NotReviewed(std::size_t texts) {
  return fmt::format("nobody has said that {} text{} that no lint can judge {} read", texts,
                     texts == 1 ? "" : "s", texts == 1 ? "was" : "were");
}

Json PublishedJson(const feed::Published& published) {
  Json json = {{"result", ResultWord(published.result)}};
  if (!published.id.IsZero()) json["id"] = record::ToString(published.id);
  if (published.revision != 0) json["revision"] = published.revision;
  json["findings"] = FindingsJson(published.findings);
  if (!published.allowed.empty()) json["allowed"] = FindingsJson(published.allowed);
  json["replacements"] = ReplacementsJson(published.replacements);
  json.update(CorrelationJson(published.correlation, published.why_not_correlated));
  if (published.reviewed > 0) json["reviewed"] = published.reviewed;
  if (!published.unreviewed.empty()) {
    json["narratives"] = NarrativesJson(published.unreviewed);
    json["refused_by"] = NotReviewed(published.unreviewed.size());
  }
  if (!published.refused_by.empty()) json["refused_by"] = published.refused_by;
  return json;
}

// The answer to a command that publishes one record.
exchange::LocalReply OneAnswer(const feed::Published& published) {
  Json json = PublishedJson(published);
  if (published.result != feed::PublishResult::kRefused) return Done(std::move(json));
  json["error"] = json.contains("refused_by")
                      ? "refused: " + json["refused_by"].get<std::string>()
                      : fmt::format("refused: {} finding(s)", published.findings.size());
  json["hint"] = published.unreviewed.empty() ? kRefusedHint : kReviewHint;
  return {.exit_status = kExitRefused, .json = std::move(json)};
}

// An unchanged source answers without its revision.
absl::Status FillRevision(const CommandContext& context, feed::Published& published) {
  if (published.revision != 0 || published.id.IsZero()) return absl::OkStatus();
  return context.node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto row, reader.FindRecord(published.id));
    if (row) published.revision = row->revision;
    return absl::OkStatus();
  });
}

// What has become of the drafts of one file.
struct Outcome {
  Json drafts = Json::array();
  int exit_status = 0;
  std::string stopped{};                    // part 1 of the present source did not get out: why
  std::optional<record::RecordId> first{};  // ... or its id
  std::string error{};
  bool unreviewed = false;
};

void PublishOne(const CommandContext& context, const feed::PublishOptions& options,
                formats::Imported imported, Outcome& outcome) {
  Json json = {{"part", imported.part}, {"parts", imported.parts}};
  Json report = imported.part == 1 ? ReportJson(imported.report) : Json();
  if (imported.part == 1) {
    outcome.stopped.clear();
    outcome.first.reset();
  } else if (outcome.first && !imported.draft.header.about) {
    imported.draft.header.about = record::About{.record_id = *outcome.first};
  }
  if (!imported.draft.source_id.empty()) {
    json["source"] = {{"format", imported.draft.source_format}, {"id", imported.draft.source_id}};
  }
  auto published =
      outcome.stopped.empty()
          ? context.node.publisher().Publish(std::move(imported.draft), options, imported.part - 1)
          : feed::Published{.refused_by = outcome.stopped};
  if (published.ok()) {
    const absl::Status filled = FillRevision(context, *published);
    if (!filled.ok()) published = filled;
  }
  if (!published.ok()) {
    json["result"] = "failed";
    json["error"] = Message(published.status());
    outcome.error = Message(published.status());
    outcome.exit_status = kExitFailed;
  } else {
    json.update(PublishedJson(*published));
    outcome.unreviewed = outcome.unreviewed || !published->unreviewed.empty();
    if (published->result == feed::PublishResult::kRefused && outcome.exit_status == 0) {
      outcome.exit_status = kExitRefused;
    }
  }
  const bool out = published.ok() && published->result != feed::PublishResult::kRefused;
  if (imported.part == 1) {
    if (out) outcome.first = published->id;
    if (!out) outcome.stopped = "part 1 of the same source was not published";
    json["import"] = std::move(report);
  }
  outcome.drafts.push_back(std::move(json));
}

// Of a file of several records all or none leave: else a yes at the terminal, which publishes the
// file again, would publish some of it twice.
absl::StatusOr<std::optional<exchange::LocalReply>> RefuseUnreviewed(
    const CommandContext& context, const std::string& name, const feed::PublishOptions& options,
    const std::vector<formats::Imported>& imported) {
  Node& node = context.node;
  const auto gate = node.gate().gate;
  const auto policy = node.policies().Current();
  Json drafts = Json::array();
  for (const formats::Imported& one : imported) {
    // With all that was said of publishing: findings that were allowed are none.
    ASSIGN_OR_RETURN(const feed::Preview preview,
                     feed::MakePreview(one.draft, options, *gate, policy->evaluator, *node.config(),
                                       node.clock().Now(),
                                       {.crowd = feed::CrowdOf(node.community(), false).fits,
                                        .names = node.publisher().Names(),
                                        .said = node.publisher().SaidBefore()}));
    if (preview.narratives.empty()) continue;
    Json draft = {{"part", one.part},
                  {"parts", one.parts},
                  {"result", "refused"},
                  {"findings", FindingsJson(preview.findings)},
                  {"narratives", NarrativesJson(preview.narratives)},
                  {"refused_by", NotReviewed(preview.narratives.size())}};
    if (!preview.allowed.empty()) draft["allowed"] = FindingsJson(preview.allowed);
    drafts.push_back(std::move(draft));
  }
  if (drafts.empty()) return std::optional<exchange::LocalReply>();
  Json json = {{"name", name}, {"drafts", std::move(drafts)}};
  json["error"] = "refused";
  json["hint"] = kReviewHint;
  return std::optional(exchange::LocalReply{.exit_status = kExitRefused, .json = std::move(json)});
}

}  // namespace

feed::PublishOptions PublishOptionsOf(Arguments& arguments) {
  feed::PublishOptions options;
  options.circles = arguments.List("circles");
  options.tlp = arguments.Tlp("tlp");
  options.reviewed = arguments.Flag("reviewed");
  options.source = arguments.Source("source");
  options.generalise = arguments.Flag("generalise");
  if (const std::string word = arguments.Text("correlate"); !word.empty()) {
    options.correlate = record::CorrelationFromWord(word);
    if (!options.correlate) {
      arguments.Refuse(
          fmt::format("correlate `{}`: expected none, names or subnets", Printable(word, 40)));
    }
  }
  for (const std::string& text : arguments.List("allow")) {
    auto one = anonymize::ParseOverride(text);
    if (!one.ok()) {
      arguments.Refuse(Message(one.status()));
    } else {
      options.overrides.push_back(*std::move(one));
    }
  }
  return options;
}

absl::StatusOr<formats::ImportOptions> ImportOptionsOf(const Node& node, Arguments& arguments) {
  formats::ImportOptions import{.kind = arguments.Kind("kind"),
                                .allow_org_only = arguments.Flag("allow_org_only")};
  import.mapping = arguments.Text("mapping");
  ASSIGN_OR_RETURN(import.csv_mappings, CsvMappingsIn(node.folder()));
  return import;
}

Json ReportJson(const formats::ImportReport& report) {
  Json not_mapped = Json::array();
  for (const formats::NotMapped& one : report.not_mapped) {
    not_mapped.push_back({{"place", one.place},
                          {"what", one.what},
                          {"count", one.count},
                          {"by_design", one.by_design}});
  }
  Json json = {{"attributes", report.attributes},
               {"attributes_mapped", report.attributes_mapped()},
               {"attributes_skipped", report.attributes_skipped},
               {"mapped", report.mapped},
               {"not_mapped", std::move(not_mapped)},
               {"notes", report.notes}};
  if (report.reporter) {
    json["reporter"] = {{"name", report.reporter->name},
                        {"address", report.reporter->address},
                        {"date", report.reporter->date}};
  }
  return json;
}

absl::StatusOr<record::RecordId> FullId(Node& node, const std::string& named) {
  record::RecordId id{};
  RETURN_IF_ERROR(node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const store::RecordRow row, FindRecord(reader, named));
    id = row.id;
    return absl::OkStatus();
  }));
  return id;
}

Json FindingsJson(const std::vector<anonymize::Finding>& findings) {
  Json list = Json::array();
  for (const anonymize::Finding& finding : findings) {
    Json one = {{"place", finding.place},
                {"rule", finding.rule},
                {"severity", anonymize::ToWord(finding.severity)}};
    if (finding.section) one["section"] = policy::ToWord(*finding.section);
    one["suggestion"] = finding.suggestion;
    list.push_back(std::move(one));
  }
  return list;
}

Json ReplacementsJson(const std::vector<anonymize::Replacement>& replacements) {
  Json list = Json::array();
  for (const anonymize::Replacement& one : replacements) {
    list.push_back({{"place", one.place}, {"before", one.before}, {"after", one.after}});
  }
  return list;
}

CommandResult PublishCommand(const CommandContext& context, Arguments& arguments,
                             const std::string& payload) {
  const std::string name = arguments.Text("name");
  feed::PublishOptions options = PublishOptionsOf(arguments);
  options.once = context.once;
  ASSIGN_OR_RETURN(const formats::ImportOptions import, ImportOptionsOf(context.node, arguments));
  RETURN_IF_ERROR(arguments.status());
  auto imported = formats::ImportAny(payload, import);
  if (!imported.ok()) {
    return WithHint(imported.status(),
                    "a file of MISP, STIX, IODEF, our own JSON, or a list (docs/formats.md)");
  }
  MarkImported(context.node, arguments, *imported);
  if (imported->size() > 1 && !options.reviewed) {
    ASSIGN_OR_RETURN(auto refused, RefuseUnreviewed(context, name, options, *imported));
    if (refused) return *std::move(refused);
  }
  Outcome outcome;
  for (std::size_t i = 0; i < imported->size(); ++i) {
    // Each source of the file counts its parts from 1, so the part alone names none of them.
    if (!context.once.empty()) options.once = fmt::format("{}/{}", context.once, i);
    PublishOne(context, options, std::move((*imported)[i]), outcome);
  }
  Json json = {{"name", name}, {"drafts", std::move(outcome.drafts)}};
  if (outcome.exit_status == kExitFailed) {
    json["error"] = outcome.error;
  } else if (outcome.exit_status == kExitRefused) {
    json["error"] = "refused";
    json["hint"] = outcome.unreviewed ? kReviewHint : kRefusedHint;
  }
  return exchange::LocalReply{.exit_status = outcome.exit_status, .json = std::move(json)};
}

CommandResult UpdateCommand(const CommandContext& context, Arguments& arguments,
                            const std::string& payload) {
  const std::string id = arguments.Required("id");
  feed::PublishOptions options = PublishOptionsOf(arguments);
  options.once = context.once;
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(const record::RecordId record, FullId(context.node, id));
  ASSIGN_OR_RETURN(const formats::ImportOptions import, ImportOptionsOf(context.node, arguments));
  ASSIGN_OR_RETURN(auto imported, formats::ImportAny(payload, import));
  if (imported.size() != 1) {
    return WithHint(
        InvalidArgument(
            fmt::format("the file makes {} records; an update is one", imported.size())),
        "`renkei publish` it: a source that was published before becomes a new revision");
  }
  formats::Imported& one = imported.front();
  ASSIGN_OR_RETURN(const feed::Published published,
                   context.node.publisher().Update(record, std::move(one.draft), options));
  exchange::LocalReply reply = OneAnswer(published);
  reply.json["import"] = ReportJson(one.report);
  return reply;
}

CommandResult SightCommand(const CommandContext& context, Arguments& arguments,
                           const std::string&) {
  const std::string id = arguments.Required("id");
  const std::string value = arguments.Text("value");
  const bool false_positive = arguments.Flag("false_positive");
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(const record::RecordId record, FullId(context.node, id));
  ASSIGN_OR_RETURN(
      const feed::Published published,
      context.node.publisher().Sight(
          record, value,
          false_positive ? renkei::v1::VERDICT_FALSE_POSITIVE : renkei::v1::VERDICT_SEEN));
  exchange::LocalReply reply = OneAnswer(published);
  reply.json["about"] = record::ToString(record);
  return reply;
}

CommandResult WithdrawCommand(const CommandContext& context, Arguments& arguments,
                              const std::string&) {
  const std::string id = arguments.Required("id");
  const std::string word = arguments.Required("reason");
  const auto reason = record::WithdrawalReasonFromWord(word);
  if (!word.empty() && !reason) {
    arguments.Refuse(fmt::format(
        "reason `{}`: expected mistake, false-positive, superseded, legal or audience-narrowed",
        Printable(word, 40)));
  }
  RETURN_IF_ERROR(arguments.status());
  ASSIGN_OR_RETURN(const record::RecordId record, FullId(context.node, id));
  ASSIGN_OR_RETURN(const feed::Published published,
                   context.node.publisher().Withdraw(record, *reason, context.once));
  exchange::LocalReply reply = OneAnswer(published);
  if (reply.exit_status == 0) reply.json["result"] = "withdrawn";
  reply.json["reason"] = word;
  return reply;
}

}  // namespace renkei::app
