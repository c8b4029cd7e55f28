#include "node/cli/publishing.h"

#include <ostream>

#include "node/cli/output.h"

namespace renkei::cli {

void PrintFindings(Context& context, const Json& findings) {
  context.out.flush();
  for (const Json& finding : findings) {
    context.err << "  " << Field(finding, "place") << ": rule " << Field(finding, "rule") << ": "
                << Field(finding, "suggestion") << "\n";
  }
}

void PrintReplacements(Context& context, const Json& replacements) {
  Table table({"REPLACED", "BEFORE", "AFTER"});
  for (const Json& one : replacements) {
    table.Add({Field(one, "place"), Field(one, "before"), Field(one, "after")});
  }
  if (!table.empty()) context.out << table.ToText(2);
}

void PrintImport(Context& context, const Json& report) {
  for (const Json& one : report["not_mapped"]) {
    if (one["by_design"].get<bool>()) continue;
    context.out << "  not taken along: " << Field(one, "what") << " (" << Field(one, "count")
                << ", first at " << Field(one, "place") << ")\n";
  }
  for (const Json& note : report["notes"]) {
    context.out << "  note: " << Safe(note.get<std::string>()) << "\n";
  }
  if (report["attributes"].get<std::uint64_t>() == 0) return;
  context.out << "  " << Field(report, "attributes_mapped") << " of " << Field(report, "attributes")
              << " attributes taken along\n";
}

void PrintPublished(Context& context, const std::string& name, const Json& published) {
  const std::string result = Field(published, "result");
  const std::string of = name.empty() ? "" : Safe(name) + ": ";
  if (result == "refused" || result == "failed") {
    context.out.flush();
    const std::string why = Field(published, result == "failed" ? "error" : "refused_by");
    context.err << "renkei: " << of << result << (why.empty() ? "" : ": " + why) << "\n";
    PrintFindings(context, published.value("findings", Json::array()));
    return;
  }
  context.out << of << result << " " << Field(published, "id");
  if (published.contains("revision")) context.out << " revision " << Field(published, "revision");
  context.out << "\n";
  if (result == "unchanged") return;
  if (published.contains("import")) PrintImport(context, published["import"]);
  if (published.contains("replacements")) PrintReplacements(context, published["replacements"]);
}

}  // namespace renkei::cli
