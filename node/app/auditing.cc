#include "node/app/auditing.h"

#include <algorithm>
#include <array>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"

namespace renkei::app {
namespace {

constexpr auto kAudited = std::to_array<std::string_view>(
    {"publish",       "import",       "update",      "withdraw",    "sight",       "approve",
     "reject",        "policy-apply", "reload",      "circles-add", "circles-set", "escrow-open",
     "roster-set",    "roster-crowd", "invite",      "revoke",      "suspend",     "search-save",
     "search-remove", "token-new",    "token-revoke"});

std::string TextOf(const Json& json, const char* key) {
  if (!json.is_object()) return "";
  const auto it = json.find(key);
  if (it == json.end()) return "";
  if (it->is_string()) return it->get<std::string>();
  return it->is_number_unsigned() ? std::to_string(it->get<std::uint64_t>()) : std::string();
}

// The texts of a list, by commas.
std::string ListOf(const Json& json, const char* key) {
  std::string words;
  const auto it = json.is_object() ? json.find(key) : json.end();
  if (it == json.end() || !it->is_array()) return words;
  for (const Json& item : *it) {
    if (item.is_string()) words += (words.empty() ? "" : ",") + item.get<std::string>();
  }
  return words;
}

// What was asked of the roster, where slug or name alone don't say it.
std::string RosterNote(const std::string& command, const Json& arguments) {
  if (command == "invite") return ListOf(arguments, "levels");
  if (command == "circles-set") {
    const std::string sources = ListOf(arguments, "sources");
    const std::string correlation = TextOf(arguments, "correlation");
    return (sources.empty() ? "" : "sources=" + sources) +
           (sources.empty() || correlation.empty() ? "" : " ") +
           (correlation.empty() ? "" : "correlation=" + correlation);
  }
  const auto end = arguments.find("end");
  if (end != arguments.end() && *end == true) return "end";
  const std::string until = TextOf(arguments, "until");
  return until.empty() ? "until it is ended" : "until " + until;
}

std::string ResultOf(const exchange::LocalReply& reply) {
  std::string result = TextOf(reply.json, "result");
  if (!result.empty()) return result;
  return reply.exit_status == 0 ? "done" : reply.exit_status == 3 ? "refused" : "failed";
}

// Which rules refused, never where or what.
std::string RulesOf(const Json& draft) {
  std::vector<std::string> rules;
  for (const Json& finding : draft.value("findings", Json::array())) {
    std::string rule = TextOf(finding, "rule");
    if (std::find(rules.begin(), rules.end(), rule) == rules.end()) {
      rules.push_back(std::move(rule));
    }
  }
  return fmt::format("{}", fmt::join(rules, " "));
}

std::string LeafOf(Node& node, const std::string& id) {
  const auto bytes = HexDecode(id);
  const auto record = bytes ? record::RecordId::From(*bytes) : std::nullopt;
  std::string leaf;
  if (!record) return leaf;
  const absl::Status read = node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto row, reader.FindRecord(*record));
    if (row) leaf = HexEncode(row->leaf.view());
    return absl::OkStatus();
  });
  return read.ok() ? leaf : "";
}

// One record that was handed in, and what became of it.
void AddOutcome(Node& node, const std::string& command, const Json& arguments,
                const std::string& payload, const Json& draft, std::vector<AuditEntry>& entries) {
  AuditEntry entry{.action = command,
                   .object = TextOf(draft, "id"),
                   .result = TextOf(draft, "result"),
                   .note = RulesOf(draft)};
  if (entry.object.empty()) entry.object = TextOf(arguments, "id");
  if (!payload.empty()) {
    entry.digests.emplace_back("file", HexEncode(crypto::Sha256(payload).view()));
  }
  const std::string leaf = LeafOf(node, entry.object);
  if (!leaf.empty() && entry.result != "refused") entry.digests.emplace_back("record", leaf);
  if (command == "withdraw") entry.note = TextOf(arguments, "reason");
  if (draft.contains("narratives") && entry.result == "refused") entry.note += " not-reviewed";
  const std::string reviewed = TextOf(draft, "reviewed");
  if (!reviewed.empty()) {
    const std::string how = TextOf(arguments, "reviewed_how");
    entries.push_back({.action = "review",
                       .object = entry.object,
                       .digests = entry.digests,
                       .result = "reviewed",
                       .note = fmt::format("{} texts, {}", reviewed, how)});
  }
  for (const Json& one : draft.value("allowed", Json::array())) {
    entries.push_back({.action = "override",
                       .object = entry.object,
                       .digests = entry.digests,
                       .result = "allowed",
                       .note = fmt::format("{}@{}", TextOf(one, "rule"), TextOf(one, "place"))});
  }
  entries.push_back(std::move(entry));
}

void AddPublishing(Node& node, const std::string& command, const Json& arguments,
                   const std::string& payload, const exchange::LocalReply& reply,
                   std::vector<AuditEntry>& entries) {
  if (TextOf(reply.json, "result") == "pending") {
    entries.push_back({.action = command,
                       .object = "draft " + TextOf(reply.json, "draft"),
                       .digests = {{"draft", TextOf(reply.json, "digest")}},
                       .result = "pending"});
    return;
  }
  if (reply.json.contains("drafts") && reply.json["drafts"].is_array()) {
    for (const Json& draft : reply.json["drafts"]) {
      AddOutcome(node, command, arguments, payload, draft, entries);
    }
    return;
  }
  Json one = reply.json;
  one["result"] = ResultOf(reply);
  AddOutcome(node, command, arguments, payload, one, entries);
}

void AddDecision(Node& node, const std::string& command, const Json& arguments,
                 const exchange::LocalReply& reply, std::vector<AuditEntry>& entries) {
  std::string note = TextOf(reply.json, "note");
  const std::string author = TextOf(reply.json, "author");
  if (!author.empty()) note = fmt::format("by {}{}{}", author, note.empty() ? "" : ": ", note);
  AuditEntry entry{.action = command,
                   .object = "draft " + TextOf(arguments, "draft"),
                   .result = ResultOf(reply),
                   .note = std::move(note)};
  const std::string digest = TextOf(reply.json, "digest");
  if (!digest.empty()) entry.digests.emplace_back("draft", digest);
  entries.push_back(std::move(entry));
  // Out already when the node was killed amid an approval, though the draft is rejected now.
  for (const Json& id : reply.json.value("published", Json::array())) {
    entries.push_back({.action = "publish",
                       .object = id.get<std::string>(),
                       .result = "published",
                       .note = "by an approval that was interrupted"});
  }
  if (!reply.json.contains("answer")) return;
  const Json how = {{"reviewed_how", "approved"}};
  AddPublishing(node, TextOf(reply.json, "command"), how, "",
                {.exit_status = reply.exit_status, .json = reply.json["answer"]}, entries);
}

}  // namespace

bool IsAudited(std::string_view command) {
  return std::find(kAudited.begin(), kAudited.end(), command) != kAudited.end();
}

std::vector<AuditEntry> AuditEntries(Node& node, const std::string& command, const Json& arguments,
                                     const std::string& payload,
                                     const exchange::LocalReply& reply) {
  std::vector<AuditEntry> entries;
  const auto dry = arguments.find("dry_run");
  if (command == "policy-apply" && dry != arguments.end() && *dry == true) return entries;
  const auto now = arguments.find("now");
  if (command == "roster-crowd" && (now == arguments.end() || *now != true)) return entries;
  if (command == "publish" || command == "import" || command == "update" || command == "withdraw" ||
      command == "sight") {
    // A caller may say that it asked at a terminal, and no more: `approved` is what we know.
    Json given = arguments;
    if (TextOf(given, "reviewed_how") != "terminal") given["reviewed_how"] = "--reviewed";
    AddPublishing(node, command, given, payload, reply, entries);
  } else if (command == "approve" || command == "reject") {
    AddDecision(node, command, arguments, reply, entries);
  } else {
    AuditEntry entry{.action = command,
                     .object = TextOf(arguments, "slug"),
                     .result = ResultOf(reply),
                     .note = TextOf(arguments, "note")};
    if (entry.object.empty()) entry.object = TextOf(arguments, "name");
    if (entry.object.empty()) entry.object = TextOf(arguments, "id");
    if (command == "escrow-open") entry.note = TextOf(arguments, "reason");
    if (command == "roster-crowd") entry.object = "crowd table";
    if (command == "invite" || command == "circles-set" || command == "suspend") {
      entry.note = RosterNote(command, arguments);
    }
    if (command == "token-new") {
      const std::string see = TextOf(arguments, "see");
      const std::string expires = TextOf(arguments, "expires");
      entry.note =
          fmt::format("{} scopes={}{}", see.empty() ? "reads as this team" : "reads as " + see,
                      ListOf(arguments, "scopes"), expires.empty() ? "" : " expires=" + expires);
    }
    if (command == "roster-set") {
      const std::string circle = TextOf(arguments, "circle");
      if (!circle.empty()) entry.note = fmt::format("{}={}", circle, TextOf(arguments, "level"));
      for (const char* key : {"sector", "country", "size"}) {
        const std::string said = TextOf(arguments, key);
        if (said.empty()) continue;
        entry.note += fmt::format("{}{}={}", entry.note.empty() ? "" : " ", key, said);
      }
    }
    const auto policy = reply.json.find("policy");
    const bool nested = policy != reply.json.end() && policy->is_object();
    const std::string digest = TextOf(nested ? *policy : reply.json, "digest");
    if (!digest.empty()) entry.digests.emplace_back("policy", digest);
    if (command == "reload") {
      entry.digests.emplace_back("assets", HexEncode(node.gate().assets.view()));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

void SayUnrecorded(const absl::Status& why, exchange::LocalReply& reply) {
  if (!reply.json.is_object()) reply.json = Json::object();
  reply.json["unrecorded"] =
      fmt::format("{}, and the audit log could not be written: {}",
                  reply.exit_status == 0 ? "this was carried out" : "this was tried", Message(why));
  if (reply.exit_status == 0) reply.exit_status = 1;
}

AuditEntry InForceEntry(Node& node, const std::string& action, const std::string& result) {
  return {.action = action,
          .object = node.policies().Current()->evaluator.policy().name(),
          .digests = {{"policy", HexEncode(node.policies().Current()->digest.view())},
                      {"assets", HexEncode(node.gate().assets.view())}},
          .result = result};
}

}  // namespace renkei::app
