#include "tests/support/stopped_store.h"

#include "node/record/header.h"
#include "node/store/sqlite/open.h"
#include "tests/support/community.h"

namespace renkei::testing_support {

std::unique_ptr<store::Store> OpenStopped(const std::string& folder) {
  auto store =
      store::OpenSqlite({.path = folder + "/store.db", .community = std::string(kCommunity)});
  if (!store.ok()) Fail(folder + ": " + Message(store.status()));
  return *std::move(store);
}

std::map<std::string, HeldRecord> HeldBy(const std::string& folder) {
  std::map<std::string, HeldRecord> held;
  const auto store = OpenStopped(folder);
  const absl::Status read = store->Read([&](const store::Reader& reader) -> absl::Status {
    store::RecordQuery query;
    while (true) {
      ASSIGN_OR_RETURN(const auto rows, reader.ListRecords(query));
      for (const store::RecordRow& row : rows) {
        ASSIGN_OR_RETURN(record::Record record, record::Record::FromStored(row.stored));
        held.insert({record::ToString(row.id), HeldRecord{row, std::move(record)}});
      }
      if (rows.size() < static_cast<std::size_t>(query.limit)) return absl::OkStatus();
      query.after = rows.back().offset;
    }
  });
  if (!read.ok()) Fail(folder + ": " + Message(read));
  return held;
}

policy::Evaluator EvaluatorOf(const std::string& folder) {
  const policy::ParseResult parsed = policy::Parse(ReadText(folder + "/trust.policy"), folder);
  if (!parsed.policy) Fail("the policy in " + folder + " does not parse");
  auto evaluator = policy::Evaluator::Make(parsed.policy);
  if (!evaluator.ok()) Fail(Message(evaluator.status()));
  return *std::move(evaluator);
}

policy::Mask MaskFor(const policy::Evaluator& evaluator, const std::string& team, policy::Rung rung,
                     const record::Header& header) {
  const policy::Peer peer{.team = team,
                          .kind = policy::PeerKind::kMember,
                          .circles = {{.circle = "members", .rung = rung}}};
  return evaluator.Decide(peer, record::ToMarking(header, {"members"}, SystemClock().Now()));
}

}  // namespace renkei::testing_support
