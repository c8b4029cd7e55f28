#include "node/cli/publishing.h"

#include <ostream>

#include "node/cli/output.h"
#include "node/cli/preview.h"
#include "node/cli/terminal.h"

namespace renkei::cli {
namespace {

// All narratives of an answer, of one draft or several, that keep it from leaving.
Json Unreviewed(const Json& answer) {
  Json all = Json::array();
  if (!answer.is_object()) return all;
  for (const Json& one : answer.value("narratives", Json::array())) all.push_back(one);
  for (const Json& draft : answer.value("drafts", Json::array())) {
    for (const Json& one : draft.value("narratives", Json::array())) all.push_back(one);
  }
  return all;
}

void PrintPending(Context& context, const std::string& name, const Json& draft) {
  const std::string number = Field(draft, "draft");
  context.out << (name.empty() ? "" : Safe(name) + ": ") << "draft " << number
              << " waits for another account: `renkei drafts show " << number << "`\n";
}

}  // namespace

void PrintFindings(Context& context, const Json& findings) {
  context.out.flush();
  for (const Json& finding : findings) {
    const bool warns = Field(finding, "severity") == "warn";
    context.err << (warns ? "  warning: " : "  ") << Field(finding, "place") << ": rule "
                << Field(finding, "rule") << ": " << Field(finding, "suggestion") << "\n";
  }
}

void PrintReplacements(Context& context, const Json& replacements) {
  Table table({"REPLACED", "BEFORE", "AFTER"});
  for (const Json& one : replacements) {
    table.Add({Field(one, "place"), Field(one, "before"), Field(one, "after")});
  }
  if (!table.empty()) context.out << table.ToText(2);
}

void PrintUnreviewed(Context& context, const Json& narratives) {
  context.out.flush();
  for (const Json& one : narratives) {
    context.err << "  " << Field(one, "place") << ": a person must read it\n";
  }
}

exchange::LocalReply CallReviewing(Context& context, const Target& target,
                                   const std::string& command, Json arguments,
                                   const std::string& payload) {
  exchange::LocalReply reply = CallNode(target, command, arguments, payload);
  const Json narratives = Unreviewed(reply.json);
  if (narratives.empty() || target.json || !HasTerminal(context)) return reply;
  context.out << "These texts would leave as they stand here; no lint can judge them:\n";
  for (const Json& one : narratives) {
    context.out << Painted(context, Style::kHeading, Field(one, "place")) << "\n";
    for (const std::string& line : ReadableLines({{"", one["text"]}}, 2)) {
      context.out << line << "\n";
    }
  }
  if (!Agrees(context, "Does none of them say who was hit, or who says so?")) return reply;
  arguments["reviewed"] = true;
  arguments["reviewed_how"] = "terminal";
  return CallNode(target, command, arguments, payload);
}

void PrintWhyCounted(Context& context, const Json& draft) {
  const std::string why = Field(draft, "why_not_correlated");
  if (why.empty()) return;
  const bool none = Field(draft, "correlation") == "none";
  const std::string what = none ? "own names are counted, not keyed: " : "";
  for (const std::string& line : Wrap(fmt::format("note: {}{}", what, why), kScreenWidth - 2)) {
    context.out << "  " << line << "\n";
  }
}

void PrintImport(Context& context, const Json& report) {
  if (const auto found = report.find("reporter"); found != report.end()) {
    const std::string by =
        fmt::format("a mail by {} <{}>, {}: its sender stays here", Field(*found, "name"),
                    Field(*found, "address"), Field(*found, "date"));
    for (const std::string& line : Wrap(by, kScreenWidth - 2)) context.out << "  " << line << "\n";
  }
  for (const Json& one : report["not_mapped"]) {
    if (one["by_design"].get<bool>()) continue;
    context.out << "  not taken along: " << Field(one, "what") << " (" << Field(one, "count")
                << ", first at " << Field(one, "place") << ")\n";
  }
  for (const Json& note : report["notes"]) {
    for (const std::string& line :
         Wrap("note: " + Safe(note.get<std::string>()), kScreenWidth - 2)) {
      context.out << "  " << line << "\n";
    }
  }
  if (report["attributes"].get<std::uint64_t>() == 0) return;
  context.out << "  " << Field(report, "attributes_mapped") << " of " << Field(report, "attributes")
              << " attributes taken along\n";
}

void PrintPublished(Context& context, const std::string& name, const Json& published) {
  const std::string result = Field(published, "result");
  if (result == "pending") {
    PrintPending(context, name, published);
    return;
  }
  const std::string of = name.empty() ? "" : Safe(name) + ": ";
  if (result == "refused" || result == "failed") {
    context.out.flush();
    const std::string why = Field(published, result == "failed" ? "error" : "refused_by");
    context.err << "renkei: " << of << result << (why.empty() ? "" : ": " + why) << "\n";
    PrintFindings(context, published.value("findings", Json::array()));
    PrintUnreviewed(context, published.value("narratives", Json::array()));
    return;
  }
  context.out << of << result << " " << Field(published, "id");
  if (published.contains("revision")) context.out << " revision " << Field(published, "revision");
  context.out << "\n";
  if (result == "unchanged") return;
  PrintWhyCounted(context, published);
  PrintFindings(context, published.value("findings", Json::array()));
  for (const Json& one : published.value("allowed", Json::array())) {
    context.out << "  allowed by hand: " << Field(one, "rule") << " at " << Field(one, "place")
                << "\n";
  }
  if (published.contains("import")) PrintImport(context, published["import"]);
  if (published.contains("replacements")) PrintReplacements(context, published["replacements"]);
}

}  // namespace renkei::cli
