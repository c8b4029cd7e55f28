// `publish --dry-run`: what would leave, and who would see it.

#include <algorithm>
#include <ostream>

#include "node/app/commands_parts.h"
#include "node/base/encoding.h"
#include "node/cli/offline.h"
#include "node/cli/output.h"
#include "node/cli/publishing.h"
#include "node/feed/publisher.h"
#include "node/formats/import_json.h"
#include "node/formats/record_json.h"

namespace renkei::cli {
namespace {

// What a dry run needs of the node's folder.
struct Rules {
  config::NodeConfig config{};
  anonymize::Gate gate;
  policy::Evaluator evaluator;
  feed::PublishOptions publish{};
  formats::ImportOptions import{};
};

Json PreviewJson(const feed::Preview& preview) {
  Json audience = Json::array();
  for (const feed::AudienceRow& row : preview.audience) {
    audience.push_back({{"circle", row.circle},
                        {"level", row.level},
                        {"exists", row.mask.exist()},
                        {"sees", app::SectionWords(row.mask.see())},
                        {"may_pass_on", app::SectionWords(row.mask.relay())}});
  }
  return {{"result", preview.refused ? "refused" : "would be published"},
          {"kind", policy::ToWord(preview.header.kind)},
          {"tlp", policy::ToWord(preview.header.tlp)},
          {"circles", preview.header.circles},
          {"findings", app::FindingsJson(preview.findings)},
          {"replacements", app::ReplacementsJson(preview.replacements)},
          {"sections", formats::SectionsToJson(preview.after)},
          {"present", app::SectionWords(record::Present(preview.after))},
          {"audience", std::move(audience)}};
}

// Only what the record has: a level's right to see a section that is not there says nothing.
std::string Seen(const Json& sees, const Json& present) {
  Json both = Json::array();
  for (const Json& section : sees) {
    if (std::find(present.begin(), present.end(), section) != present.end()) {
      both.push_back(section);
    }
  }
  return Words(both);
}

void PrintPreview(Context& context, const std::string& name, const Json& draft) {
  context.out << Safe(name) << ": " << Field(draft, "result") << " as " << Field(draft, "kind")
              << ", TLP " << Field(draft, "tlp") << ", to " << Words(draft["circles"], ", ")
              << "\n";
  for (const std::string& line : Wrap("sections: " + Words(draft["present"]), kScreenWidth - 2)) {
    context.out << "  " << line << "\n";
  }
  if (draft.contains("import")) PrintImport(context, draft["import"]);
  PrintReplacements(context, draft["replacements"]);
  PrintFindings(context, draft["findings"]);
  Table table({"CIRCLE", "LEVEL", "WOULD SEE"});
  for (const Json& row : draft["audience"]) {
    table.Add({Field(row, "circle"), Field(row, "level"),
               row["exists"].get<bool>() ? Seen(row["sees"], draft["present"])
                                         : "nothing: not even that it exists"});
  }
  context.out << table.ToText(2);
}

int RunFile(Context& context, const Rules& rules, const std::string& path, Json& answer) {
  const auto text = ReadInput(context, "publish", path);
  if (!text) return kFailed;
  auto imported = formats::ImportJsonAuto(*text, rules.import);
  if (!imported.ok()) return Fail(context, "publish: " + path, imported.status());
  Json drafts = Json::array();
  int status = kDone;
  for (const formats::Imported& one : *imported) {
    const auto preview = feed::MakePreview(one.draft, rules.publish, rules.gate, rules.evaluator,
                                           rules.config, context.clock.Now());
    if (!preview.ok()) return Fail(context, "publish: " + path, preview.status());
    if (preview->refused) status = kRefused;
    Json draft = {{"part", one.part}, {"parts", one.parts}};
    draft.update(PreviewJson(*preview));
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

}  // namespace

int RunDry(Context& context, const DryRun& options) {
  feed::PublishOptions publish{.circles = options.circles};
  if (!options.tlp.empty()) {
    publish.tlp = policy::TlpFromWord(options.tlp);
    if (!publish.tlp) {
      PrintError(context, fmt::format("publish: tlp `{}`: expected clear, green, amber, "
                                      "amber+strict or red",
                                      options.tlp));
      return kWrongUsage;
    }
  }
  const auto config = ReadConfig(context, options.folder);
  const auto assets = ReadAssets(context, options.folder);
  const auto evaluator = ReadEvaluator(context, options.folder);
  if (!config || !assets || !evaluator) return kFailed;
  const Rules rules{.config = *config,
                    .gate = anonymize::Gate(*assets),
                    .evaluator = *evaluator,
                    .publish = publish,
                    .import = {.allow_org_only = options.allow_org_only}};
  Json files = Json::array();
  int worst = kDone;
  for (const std::string& path : options.files) {
    Json answer;
    const int status = RunFile(context, rules, path, answer);
    if (status == kFailed || worst == kDone) worst = status;
    if (answer.is_null()) continue;
    if (!options.json) {
      for (const Json& draft : answer["drafts"]) PrintPreview(context, path, draft);
    }
    files.push_back(std::move(answer));
  }
  if (options.json) context.out << ToPrettyText({{"files", std::move(files)}});
  if (!options.json) context.out << "nothing was published\n";
  return worst;
}

}  // namespace renkei::cli
