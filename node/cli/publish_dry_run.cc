// `publish --dry-run`: what would leave, and who would see it.

#include <ostream>

#include "node/anonymize/sarif.h"
#include "node/app/commands_parts.h"
#include "node/app/local_commands.h"
#include "node/app/own_files.h"
#include "node/app/previewing.h"
#include "node/cli/offline.h"
#include "node/cli/output.h"
#include "node/cli/preview.h"
#include "node/cli/publishing.h"
#include "node/feed/publisher.h"
#include "node/formats/import_any.h"
#include "node/formats/warning_lists.h"

namespace renkei::cli {
namespace {

// What a dry run needs of the node's folder.
struct Rules {
  config::NodeConfig config{};
  anonymize::Gate gate;
  policy::Evaluator evaluator;
  feed::PublishOptions publish{};
  feed::CrowdQuestion crowd{};
  feed::SaidQuestion said{};
  OwnNames names{};
  formats::ImportOptions import{};
};

int RunFile(Context& context, const Rules& rules, const std::string& path, Json& answer,
            std::vector<anonymize::SarifInput>& sarif) {
  const auto text = ReadInput(context, "publish", path);
  if (!text) return kFailed;
  auto imported = formats::ImportAny(*text, rules.import);
  if (!imported.ok()) return Fail(context, "publish: " + path, imported.status());
  Json drafts = Json::array();
  int status = kDone;
  for (const formats::Imported& one : *imported) {
    const auto preview = feed::MakePreview(
        one.draft, rules.publish, rules.gate, rules.evaluator, rules.config, context.clock.Now(),
        {.crowd = rules.crowd, .names = rules.names.source(), .said = rules.said});
    if (!preview.ok()) return Fail(context, "publish: " + path, preview.status());
    if (preview->refused) status = kRefused;
    sarif.push_back({path, preview->findings});
    Json draft = {{"part", one.part}, {"parts", one.parts}};
    draft.update(app::PreviewJson(*preview));
    if (one.part == 1) draft["import"] = app::ReportJson(one.report);
    drafts.push_back(std::move(draft));
  }
  answer = {{"name", path}, {"drafts", std::move(drafts)}};
  return status;
}

// Levels mean a charter's rungs; without a node, those that the policy gives by default.
std::optional<policy::Evaluator> ReadEvaluator(Context& context, const std::string& folder) {
  const auto file = ReadPolicy(context, fmt::format("{}/{}", folder, app::kPolicyFile));
  if (!file) return std::nullopt;
  PrintProblems(context, file->parsed.problems);
  if (!file->parsed.policy) return std::nullopt;
  auto evaluator = policy::Evaluator::Make(file->parsed.policy);
  if (evaluator.ok()) return *std::move(evaluator);
  Fail(context, "publish: policy", evaluator.status());
  return std::nullopt;
}

// Nothing, and it has been said why, if an option holds no word that is known.
std::optional<feed::PublishOptions> ReadOptions(Context& context, const DryRun& options) {
  feed::PublishOptions publish{.circles = options.circles, .generalise = options.generalise};
  if (!options.source.empty()) publish.source = policy::SourceModeFromWord(options.source);
  if (!options.tlp.empty()) {
    publish.tlp = policy::TlpFromWord(options.tlp);
    if (!publish.tlp) {
      PrintError(context, fmt::format("publish: tlp `{}`: expected clear, green, amber, "
                                      "amber+strict or red",
                                      options.tlp));
      return std::nullopt;
    }
  }
  if (!options.correlate.empty()) {
    publish.correlate = record::CorrelationFromWord(options.correlate);
    if (!publish.correlate) {
      PrintError(context, fmt::format("publish: correlate `{}`: expected none, names or subnets",
                                      options.correlate));
      return std::nullopt;
    }
  }
  for (const std::string& text : options.allow) {
    auto one = anonymize::ParseOverride(text);
    if (!one.ok()) {
      PrintError(context, "publish: --allow: " + Message(one.status()));
      return std::nullopt;
    }
    publish.overrides.push_back(*std::move(one));
  }
  return publish;
}

}  // namespace

int RunDry(Context& context, const DryRun& options) {
  const auto publish = ReadOptions(context, options);
  if (!publish) return kWrongUsage;
  const auto config = ReadConfig(context, options.folder);
  const auto assets = ReadAssets(context, options.folder);
  const auto evaluator = ReadEvaluator(context, options.folder);
  auto lists =
      formats::WarningLists::Load(fmt::format("{}/{}", options.folder, app::kWarningListsFolder));
  if (!lists.ok()) return Fail(context, "publish", lists.status());
  const auto mappings = app::CsvMappingsIn(options.folder);
  if (!mappings.ok()) return Fail(context, "publish", mappings.status());
  if (!config || !assets || !evaluator) return kFailed;
  const record::Correlation wanted = feed::WantedCorrelation(*publish, *config);
  const Rules rules{
      .config = *config,
      .gate = anonymize::Gate(
          *assets,
          app::KnownGoodOf(std::make_shared<const formats::WarningLists>(*std::move(lists)))),
      .evaluator = *evaluator,
      .publish = *publish,
      .crowd = ReadCrowd(options.folder),
      .said = ReadSaid(options.folder, context.clock.Now()),
      .names = wanted == record::Correlation::kNone ? OwnNames() : ReadNames(options.folder),
      .import = {.allow_org_only = options.allow_org_only,
                 .csv_mappings = *mappings,
                 .mapping = options.mapping}};
  Json files = Json::array();
  std::vector<anonymize::SarifInput> sarif;
  int worst = kDone;
  for (const std::string& path : options.files) {
    Json answer;
    const int status = RunFile(context, rules, path, answer, sarif);
    if (status == kFailed || worst == kDone) worst = status;
    if (answer.is_null()) continue;
    if (!options.json && !options.sarif) {
      for (const Json& draft : answer["drafts"]) PrintPreview(context, path, draft, options.full);
    }
    files.push_back(std::move(answer));
  }
  if (options.sarif) {
    context.out << ToPrettyText(anonymize::ToSarif(sarif, std::string(app::kVersion)));
    return worst;
  }
  if (options.json) {
    context.out << ToPrettyText({{"files", std::move(files)}});
    return worst;
  }
  if (!options.full && !files.empty()) {
    context.out << "\n`--full` shows the texts as each level would read them\n";
  }
  context.out << "nothing was published\n";
  return worst;
}

}  // namespace renkei::cli
