// What the local commands share: arguments, answers, records as JSON.  For node/app, and for what
// the command line says without a node.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/app/accounts.h"
#include "node/app/drafts.h"
#include "node/app/node.h"
#include "node/exchange/local_client.h"
#include "node/feed/given.h"
#include "node/feed/view.h"
#include "node/formats/import_report.h"

namespace renkei::app {

// Arguments of one call.  A reader that finds something wrong notes it; the call then ends as wrong
// usage, whatever else happens.
class Arguments {
 public:
  explicit Arguments(const Json& json) : json_(json) {}

  std::string Text(std::string_view key);      // empty if absent
  std::string Required(std::string_view key);  // wrong if absent or empty
  bool Flag(std::string_view key);             // false if absent
  // `absent` if absent.
  int Number(std::string_view key, int absent, int from, int to);
  std::vector<std::string> List(std::string_view key);
  std::optional<policy::Tlp> Tlp(std::string_view key);
  std::optional<policy::Kind> Kind(std::string_view key);
  std::optional<policy::SourceMode> Source(std::string_view key);

  void Refuse(std::string_view what);
  const absl::Status& status() const { return status_; }

 private:
  const Json* Find(std::string_view key) const;

  const Json& json_;
  absl::Status status_ = absl::OkStatus();
};

struct CommandContext {
  Node& node;
  Timestamp started{};
  const Caller& caller;
  Drafts& drafts;
  std::string once{};  // see feed::PublishOptions
  // Writes the audit log's lines of this answer now, instead of when it is given.
  std::function<void(const exchange::LocalReply&)> record{};
};

using CommandResult = absl::StatusOr<exchange::LocalReply>;

// `status` with what to do about it; Failed() takes the two apart.
absl::Status WithHint(const absl::Status& status, std::string_view hint);
exchange::LocalReply Done(Json json);
exchange::LocalReply Failed(const absl::Status& status, int exit_status = 1);

// Who changes the policy: the account, whatever the caller says.  Without accounts the caller is
// the owner, and says who they are (`--author`).
std::string AuthorOf(const CommandContext& context, Arguments& arguments);

// Reads a record by the beginning of its id: as the feed brought it, else as we published it
// without our name.  NOT_FOUND; INVALID_ARGUMENT: no id, or several match.
absl::StatusOr<store::RecordRow> FindRecord(const store::Reader& reader, const std::string& id);

// The id of a record that a person named, in full or by its first digits.
absl::StatusOr<record::RecordId> FullId(Node& node, const std::string& named);

// A record that we published without our name, as a record of ours that no feed holds.
absl::StatusOr<store::RecordRow> AsRecordRow(const store::UnnamedRow& unnamed);

// What a person said of publishing; read by publish, by update, and by the draft of either.
feed::PublishOptions PublishOptionsOf(Arguments& arguments);

// What stands in node.toml of a source, laid over all that its file made: marks only grow stricter.
// Does nothing to what a person hands in.
void MarkImported(const Node& node, Arguments& arguments, std::vector<formats::Imported>& imported);

// How the file of a call is read: its arguments, and the mappings of node.toml.
absl::StatusOr<formats::ImportOptions> ImportOptionsOf(const Node& node, Arguments& arguments);

// What the hub said when it refused a record of ours; empty: it did not.
absl::StatusOr<std::string> HubRefusal(const store::Reader& reader, const record::RecordId& id);

// Who has taken notice of a record: `[{"by": "mika", "at": "..."}]`.
absl::StatusOr<Json> Acknowledged(const store::Reader& reader, const record::RecordId& id);

// The push targets of a node, and how far each has come.
Json PushJson(Node& node, store::Offset newest);

// RFC 3339, UTC.
std::string TimeText(Timestamp time);
// Without the two spare slots, which nothing fills yet.
Json SectionWords(policy::SectionMask sections);
using feed::CircleNames;

// One line of `subscribe`, without its cursor.
absl::StatusOr<Json> RecordLine(const Node& node, const store::RecordRow& row);
// All that `show` says.
absl::StatusOr<Json> RecordInFull(Node& node, const store::Reader& reader,
                                  const store::RecordRow& row);

// As `publish` answers them; the command line's --dry-run says it in the same words.
Json ReportJson(const formats::ImportReport& report);
Json FindingsJson(const std::vector<anonymize::Finding>& findings);
Json ReplacementsJson(const std::vector<anonymize::Replacement>& replacements);

// As `status` and `source list` answer them.
Json SourcesJson(Node& node);

// ---- the commands ----

using Command = CommandResult (*)(const CommandContext& context, Arguments& arguments,
                                  const std::string& payload);

CommandResult StatusCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult CirclesCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult PeersCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult ReloadCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult DoctorCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult CirclesSetCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult EscrowOpenCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult EscrowLogCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult CirclesAddCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult RosterCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult RosterSetCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult RosterCrowdCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult CrowdCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult StatsCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult InviteCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult RevokeCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult SuspendCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult PublishCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult UpdateCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult SightCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult WithdrawCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult ShowCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult SearchCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult SearchSaveCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult SearchListCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult SearchRemoveCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult ExportCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult ExplainCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult PolicyApplyCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult DraftsCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult DraftsShowCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult ApproveCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult RejectCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult ImportCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult TokenNewCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult TokenListCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult TokenRevokeCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult SourceListCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult SourceRunCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult AckCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult PushListCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult PushTestCommand(const CommandContext&, Arguments&, const std::string&);
CommandResult WhyCommand(const CommandContext&, Arguments&, const std::string&);

}  // namespace renkei::app
