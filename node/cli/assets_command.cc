// `assets`: proposes entries for assets.toml from files that a team has anyway, and says what is
// dangerous in it.  Works on the folder, whether the node runs or not.

#include <algorithm>
#include <charconv>
#include <ostream>
#include <set>

#include <unistd.h>

#include "config/learn.h"
#include "node/app/audit_log.h"
#include "node/app/node.h"
#include "node/app/own_files.h"
#include "node/base/encoding.h"
#include "node/base/file.h"
#include "node/base/json.h"
#include "node/cli/arguments.h"
#include "node/cli/node_call.h"
#include "node/cli/offline.h"
#include "node/cli/output.h"
#include "node/cli/preview.h"
#include "node/cli/terminal.h"

namespace renkei::cli {
namespace {

constexpr std::size_t kShownByDefault = 40;  // entries of a list on the screen
constexpr std::string_view kResolverFile = "/etc/resolv.conf";

constexpr std::string_view kAssetsUsage =
    R"(Usage: renkei assets learn [--from SOURCE]... [--yes] [--dir DIR] [--json]
       renkei assets check [--strict] [--dir DIR] [--json]

`learn` proposes entries for assets.toml: what is yours and must not leave.  It
asks for each list (y: all, n: none, e: all but some); without a terminal and
without --yes it only prints.  Comments and order of the file stay.

  --from SOURCE   interfaces, resolv.conf (these two if none is given),
                  zone:FILE        a zone file (RFC 1035)
                  inventory:FILE   CSV whose header names host, ip, user, mail
                  ldif:FILE        an export of a directory (RFC 2849)
  --yes           add all of it

`check` counts what is listed and names what is dangerous: common words, very
wide networks, providers' domains.  --strict: exit status 1 if there is any.

Exit status: 0, 1 failed, 2 wrong usage.

Example:
  $ renkei assets learn --from zone:alpha.zone --from ldif:people.ldif
)";

struct Learning {
  std::string path{};  // of assets.toml
  std::string text{};
  config::Assets present{};
};

std::optional<Learning> ReadPresent(Context& context, const Target& target) {
  const auto assets = ReadAssets(context, target.Folder());
  if (!assets) return std::nullopt;
  Learning learning{.path = app::InFolder(target.Folder(), app::kAssetsFile), .present = *assets};
  auto text = ReadFile(learning.path, config::kAssetsBytesMax);
  if (!text.ok()) {
    Fail(context, "assets", text.status());
    return std::nullopt;
  }
  learning.text = *std::move(text);
  return learning;
}

// False: all is said.
bool ReadSource(Context& context, const std::string& source, config::Findings& found) {
  const std::size_t colon = source.find(':');
  const std::string kind = source.substr(0, colon);
  const std::string file = colon == std::string::npos ? "" : source.substr(colon + 1);
  config::Findings more;
  if (source == "interfaces") {
    more = config::LearnInterfaces();
  } else {
    const bool resolver = kind == "resolv.conf";
    const auto read = kind == "zone"        ? &config::LearnZone
                      : kind == "inventory" ? &config::LearnInventory
                      : kind == "ldif"      ? &config::LearnLdif
                      : resolver            ? &config::LearnResolver
                                            : nullptr;
    const std::string path = resolver && file.empty() ? std::string(kResolverFile) : file;
    if (read == nullptr || path.empty()) {
      PrintError(context, fmt::format("assets learn: --from `{}`: no such source", source),
                 "interfaces, resolv.conf, zone:FILE, inventory:FILE or ldif:FILE");
      return false;
    }
    const auto text = ReadFile(path, config::kLearnBytesMax);
    if (!text.ok()) {
      Fail(context, "assets learn: " + source, text.status());
      return false;
    }
    more = read(*text, path);
  }
  found.insert(found.end(), more.begin(), more.end());
  return true;
}

void PrintList(Context& context, config::AssetList list,
               const std::vector<config::Proposed>& proposed, bool all) {
  context.out << "\n"
              << Painted(context, Style::kHeading,
                         fmt::format("{} ({})", ToWord(list), proposed.size()))
              << "\n";
  const std::size_t shown = all ? proposed.size() : std::min(proposed.size(), kShownByDefault);
  Table table({"", "", ""});
  for (std::size_t i = 0; i < shown; ++i) {
    const config::Proposed& one = proposed[i];
    std::string from;
    for (const std::string& source : one.from) from += (from.empty() ? "" : ", ") + source;
    if (one.count > 1) from = fmt::format("{} of them, {}", one.count, from);
    table.Add({std::to_string(i + 1), Safe(one.entry), Safe(from)});
  }
  context.out << table.ToText(2);
  if (shown < proposed.size()) {
    context.out << fmt::format("  and {} more (--json shows all)\n", proposed.size() - shown);
  }
}

// `2 5-7`: the numbers of entries; nothing if it is something else.
std::optional<std::set<std::size_t>> Numbers(std::string_view text, std::size_t most) {
  std::set<std::size_t> numbers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" ,"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    std::size_t from = 0;
    std::size_t to = 0;
    const char* last = word.data() + word.size();
    std::from_chars_result read = std::from_chars(word.data(), last, from);
    to = from;
    if (read.ec == std::errc() && read.ptr != last && *read.ptr == '-') {
      read = std::from_chars(read.ptr + 1, last, to);
    }
    if (read.ec != std::errc() || read.ptr != last || from < 1 || to < from || to > most) {
      return std::nullopt;
    }
    for (std::size_t i = from; i <= to; ++i) numbers.insert(i);
  }
  return numbers;
}

// What a person takes of one list.
std::vector<std::string> AskFor(Context& context, config::AssetList list,
                                const std::vector<config::Proposed>& proposed) {
  std::vector<std::string> taken;
  std::set<std::size_t> without;
  const std::string answer = AskLine(
      context, fmt::format("Add these {} to `{}`? [y/N/e] ", proposed.size(), ToWord(list)));
  if (answer == "e") {
    PrintList(context, list, proposed, /*all=*/true);
    const auto numbers =
        Numbers(AskLine(context, "Without which? (numbers, such as 2 5-7) "), proposed.size());
    if (!numbers) {
      context.out << "These are no numbers of the list: nothing of it is added.\n";
      return taken;
    }
    without = *numbers;
  } else if (answer != "y" && answer != "Y" && answer != "yes") {
    return taken;
  }
  for (std::size_t i = 0; i < proposed.size(); ++i) {
    if (without.count(i + 1) == 0) taken.push_back(proposed[i].entry);
  }
  return taken;
}

Json ProposalJson(const config::Proposal& proposal) {
  Json lists = Json::object();
  for (std::size_t i = 0; i < config::kAssetListCount; ++i) {
    const auto list = static_cast<config::AssetList>(i);
    Json entries = Json::array();
    for (const config::Proposed& one : proposal.of(list)) {
      entries.push_back({{"entry", one.entry}, {"from", one.from}, {"count", one.count}});
    }
    lists[std::string(ToWord(list))] = std::move(entries);
  }
  return {{"proposed", std::move(lists)},
          {"known", proposal.known},
          {"left_out", proposal.left_out},
          {"too_many", proposal.too_many}};
}

void PrintCounts(Context& context, const config::Proposal& proposal) {
  context.out << fmt::format(
      "\n{} listed already, {} left out (not yours, or words that everybody uses)\n",
      proposal.known, proposal.left_out);
  if (proposal.too_many > 0) {
    context.out << fmt::format(
        "{} more than assets.toml can hold: list networks and patterns "
        "that cover them\n",
        proposal.too_many);
  }
}

using Chosen = std::map<config::AssetList, std::vector<std::string>>;

int Write(Context& context, const Target& target, const Learning& learning, const Chosen& chosen,
          Json answer) {
  std::size_t added = 0;
  for (const auto& [list, entries] : chosen) added += entries.size();
  answer["added"] = added;
  if (added > 0) {
    const auto text = config::AddToAssets(learning.text, chosen);
    if (!text.ok()) return Fail(context, "assets learn", text.status());
    const app::AuditLog audit(target.Folder());
    const absl::Status ready = audit.CheckWritable();
    if (!ready.ok())
      return Fail(context, "assets learn: nothing was changed: the audit log", ready);
    const absl::Status written = WriteFile(learning.path, *text, FileMode::kSecret);
    if (!written.ok()) return Fail(context, "assets learn", written);
    const auto now = config::LoadAssets(*text, learning.path);
    const absl::Status recorded =
        audit.Append({},
                     {.action = "assets",
                      .digests = {{"assets", HexEncode(app::DigestOf(*now.value).view())}},
                      .result = "written",
                      .note = fmt::format("{} entries learned", added)},
                     context.clock.Now());
    if (!recorded.ok()) return Fail(context, "assets learn: write the audit log", recorded);
  }
  if (target.json) {
    context.out << ToPrettyText(answer);
  } else if (added > 0) {
    context.out << fmt::format(
        "{} entries were added to {}; `renkei reload` brings them into force\n", added,
        learning.path);
  } else {
    context.out << "Nothing was changed.\n";
  }
  return kDone;
}

int Learn(Context& context, const Target& target, std::vector<std::string> sources, bool yes) {
  const auto learning = ReadPresent(context, target);
  if (!learning) return kFailed;
  if (sources.empty()) {
    sources.emplace_back("interfaces");
    if (access(std::string(kResolverFile).c_str(), R_OK) == 0) sources.emplace_back("resolv.conf");
  }
  config::Findings found;
  for (const std::string& source : sources) {
    if (!ReadSource(context, source, found)) return kFailed;
  }
  const config::Proposal proposal = config::Propose(found, learning->present);
  const bool ask = !yes && !target.json && HasTerminal(context);
  Chosen chosen;
  bool any = false;
  for (std::size_t i = 0; i < config::kAssetListCount; ++i) {
    const auto list = static_cast<config::AssetList>(i);
    const std::vector<config::Proposed>& proposed = proposal.of(list);
    if (proposed.empty()) continue;
    any = true;
    if (!target.json) PrintList(context, list, proposed, /*all=*/false);
    if (ask) chosen[list] = AskFor(context, list, proposed);
    if (!yes) continue;
    for (const config::Proposed& one : proposed) chosen[list].push_back(one.entry);
  }
  if (!target.json) PrintCounts(context, proposal);
  if (!target.json && any && !yes && !ask) {
    context.out << "Nothing was changed: nobody could be asked; --yes adds all of it.\n";
    return kDone;
  }
  return Write(context, target, *learning, chosen, ProposalJson(proposal));
}

int Check(Context& context, const Target& target, bool strict) {
  const auto learning = ReadPresent(context, target);
  if (!learning) return kFailed;
  const config::Assets& assets = learning->present;
  Json counts = Json::object();
  Table table({"LIST", "ENTRIES"});
  const auto count = [&](std::string_view list, std::size_t entries) {
    counts[std::string(list)] = entries;
    table.Add({std::string(list), std::to_string(entries)});
  };
  for (std::size_t i = 0; i < config::kAssetListCount; ++i) {
    const auto list = static_cast<config::AssetList>(i);
    count(ToWord(list), ListOf(assets, list).size());
  }
  count("names.products", assets.products.size());
  const std::vector<std::string> dangers = config::AssetDangers(assets);
  const int status = strict && !dangers.empty() ? kFailed : kDone;
  if (target.json) {
    context.out << ToPrettyText({{"lists", std::move(counts)}, {"dangers", dangers}});
    return status;
  }
  context.out << table.ToText();
  for (const std::string& danger : dangers) {
    bool first = true;
    for (const std::string& line : Wrap(Safe(danger), kScreenWidth - 2)) {
      context.out << (first ? "! " : "  ") << line << "\n";
      first = false;
    }
  }
  if (dangers.empty()) context.out << "Nothing in it looks dangerous.\n";
  return status;
}

int RunAssets(Context& context) {
  Target target;
  std::string action;
  std::vector<std::string> sources;
  bool yes = false;
  bool strict = false;
  ArgumentParser parser(context, kAssetsCommand);
  parser.Positional("ACTION", action);
  parser.List("--from", sources);
  parser.Flag("--yes", yes);
  parser.Flag("--strict", strict);
  target.AddTo(parser);
  if (const auto status = parser.Parse()) return *status;
  if (action == "learn" && !strict) return Learn(context, target, sources, yes);
  if (action == "check" && sources.empty() && !yes) return Check(context, target, strict);
  PrintError(context, fmt::format("assets: `{}` with these arguments is no action", action),
             "`renkei help assets` shows its usage");
  return kWrongUsage;
}

}  // namespace

const Command kAssetsCommand = {
    .name = "assets",
    .summary = "learn what is yours and must not leave, and check the list",
    .usage = kAssetsUsage,
    .run = &RunAssets,
};

}  // namespace renkei::cli
