#include "node/push/mail_channel.h"

#include <algorithm>

#include "node/base/encoding.h"
#include "node/base/log.h"
#include "node/crypto/digest.h"

namespace renkei::push {
namespace {

constexpr std::chrono::hours kLimitTime{1};
constexpr std::chrono::seconds kLookEvery{60};
constexpr std::size_t kDigestLinesMax = 500;
constexpr std::size_t kMessageIdBytes = 16;

std::int64_t DayOf(Timestamp time) {
  return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}

std::int64_t HourOf(Timestamp time) {
  return std::chrono::duration_cast<std::chrono::hours>(time -
                                                        std::chrono::floor<std::chrono::days>(time))
      .count();
}

std::string DigestLine(const Event& event) {
  return fmt::format("{}  {}", MailSubject(event), record::ToString(event.id));
}

}  // namespace

MailChannel::MailChannel(const config::PushTarget& target, store::Store& store, const Clock& clock,
                         MailSender send)
    : from_(target.from),
      style_{.link = target.link, .full = target.full},
      digest_hour_(target.digest_hour),
      per_hour_(static_cast<std::size_t>(target.per_hour)),
      rows_(store, target.name),
      clock_(clock),
      send_(std::move(send)) {
  for (const config::PushRule& rule : target.rules) {
    rules_.push_back({.to = {rule.to.begin(), rule.to.end()},
                      .filter = Filter(rule.filter),
                      .digest = rule.digest});
  }
}

std::set<std::string> MailChannel::Everybody() const {
  std::set<std::string> all;
  for (const Rule& rule : rules_) all.insert(rule.to.begin(), rule.to.end());
  return all;
}

absl::Status MailChannel::Send(const std::string& to, const std::string& subject,
                               const std::string& body, const std::string& delivery) {
  const crypto::Digest name = crypto::Sha256({delivery, to});
  RETURN_IF_ERROR(send_(from_, to,
                        MailText({.from = from_,
                                  .to = to,
                                  .subject = subject,
                                  .body = body,
                                  .message_id = HexEncode(name.view().substr(0, kMessageIdBytes)),
                                  .date = clock_.Now()})));
  sent_[to].push_back(clock_.Now());
  return absl::OkStatus();
}

bool MailChannel::MayTell(const std::string& to) {
  std::deque<Timestamp>& times = sent_[to];
  while (!times.empty() && times.front() + kLimitTime <= clock_.Now()) times.pop_front();
  return times.size() < per_hour_;
}

absl::StatusOr<std::set<std::string>> MailChannel::Tell(const Event& event,
                                                        const std::set<std::string>& to,
                                                        bool limited) {
  if (tried_ != event.delivery) had_.clear();
  tried_ = event.delivery;
  std::set<std::string> over;
  absl::Status wrong = absl::OkStatus();
  for (const std::string& mailbox : to) {
    if (had_.contains(mailbox)) continue;
    if (limited && !MayTell(mailbox)) {
      over.insert(mailbox);
      continue;
    }
    const absl::Status sent =
        Send(mailbox, MailSubject(event), MailBody(event, style_), event.delivery);
    // One mailbox that is wrong does not keep the others from being told.
    if (sent.ok()) had_.insert(mailbox);
    if (!sent.ok() && sent.code() != absl::StatusCode::kInvalidArgument) return sent;
    wrong.Update(sent);
  }
  RETURN_IF_ERROR(wrong);
  return over;
}

absl::Status MailChannel::Record(const Event& event) {
  ASSIGN_OR_RETURN(const auto known, rows_.Find(event.id));
  MailRow row = known.value_or(MailRow{});
  std::set<std::string> now = row.told;  // of a revision
  std::set<std::string> daily = row.daily;
  for (const Rule& rule : rules_) {
    if (rule.filter.Wants(event))
      (rule.digest ? daily : now).insert(rule.to.begin(), rule.to.end());
  }
  for (const std::string& mailbox : now) daily.erase(mailbox);
  if (now.empty() && daily.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(row.soon, Tell(event, now, /*limited=*/true));
  soon_ = soon_ || !row.soon.empty();
  row.told.insert(now.begin(), now.end());
  row.daily = std::move(daily);
  row.expires = event.expires;
  row.line = DigestLine(event);
  return rows_.Put(event.id, row);
}

absl::Status MailChannel::Withdrawn(const Event& event) {
  ASSIGN_OR_RETURN(const auto row, rows_.Find(event.id));
  if (!row) return absl::OkStatus();
  std::set<std::string> to = row->told;
  for (const std::string& mailbox : row->soon) to.erase(mailbox);  // never heard of it
  RETURN_IF_ERROR(Tell(event, to, /*limited=*/false).status());
  return rows_.Drop(event.id);
}

Delivered MailChannel::One(const Event& event) {
  absl::Status status = absl::OkStatus();
  switch (event.type) {
    case EventType::kRecord:
      status = Record(event);
      break;
    case EventType::kWithdrawn:
      status = Withdrawn(event);
      break;
    case EventType::kRetracted:
      status = rows_.Drop(event.id);
      break;
    case EventType::kTest:
      status = Tell(event, Everybody(), /*limited=*/false).status();
      break;
  }
  if (status.ok()) return {.done = 1};
  const bool refused = status.code() == absl::StatusCode::kInvalidArgument;
  return {.status = std::move(status), .refused = refused};
}

Delivered MailChannel::Deliver(std::span<const Event> events) {
  return DeliverEach(events, [this](const Event& event) { return One(event); });
}

absl::Status MailChannel::Tend() {
  const Timestamp now = clock_.Now();
  if (looked_ && now < *looked_ + kLookEvery) return absl::OkStatus();
  looked_ = now;
  ASSIGN_OR_RETURN(auto last, rows_.LastDay());
  const std::int64_t due = HourOf(now) >= digest_hour_ ? DayOf(now) : DayOf(now) - 1;
  if (!last) {
    last = due;
    RETURN_IF_ERROR(rows_.SetLastDay(due));
  }
  const bool daily = due > *last;
  if (!daily && !soon_) return absl::OkStatus();
  const absl::Status sent = SendDigests(daily);
  if (!sent.ok()) looked_.reset();
  RETURN_IF_ERROR(Annotate(sent, "send a digest"));
  return daily ? rows_.SetLastDay(due) : absl::OkStatus();
}

absl::Status MailChannel::SendDigests(bool daily) {
  ASSIGN_OR_RETURN(auto rows, rows_.All());
  std::map<std::string, std::vector<record::RecordId>> by_mailbox;
  soon_ = false;
  for (const auto& [id, row] : rows) {
    if (row.expires <= clock_.Now()) {
      if (daily) RETURN_IF_ERROR(rows_.Drop(id));
      continue;
    }
    soon_ = soon_ || !row.soon.empty();
    for (const std::string& to : row.soon) {
      if (daily || MayTell(to)) by_mailbox[to].push_back(id);
    }
    if (!daily) continue;
    for (const std::string& to : row.daily) by_mailbox[to].push_back(id);
  }
  for (const auto& [to, ids] : by_mailbox) {
    const absl::Status sent = SendDigest(to, ids, rows, daily);
    if (sent.code() != absl::StatusCode::kInvalidArgument) RETURN_IF_ERROR(sent);
    if (sent.ok()) continue;
    LogEvent(LogLevel::kError, "push.refused", {{"why", LogSafe(Message(sent))}});
  }
  return absl::OkStatus();
}

absl::Status MailChannel::SendDigest(const std::string& to,
                                     const std::vector<record::RecordId>& ids,
                                     std::map<record::RecordId, MailRow>& rows, bool daily) {
  std::string body;
  std::string delivery = daily ? "daily" : "soon";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i < kDigestLinesMax) body += rows[ids[i]].line + "\n";
    delivery += record::ToString(ids[i]);
  }
  if (ids.size() > kDigestLinesMax) {
    body += fmt::format("and {} more\n", ids.size() - kDigestLinesMax);
  }
  body += "\nrenkei show ID\nrenkei ack ID\n";
  const std::string subject =
      fmt::format("{} record{} from renkei", ids.size(), ids.size() == 1 ? "" : "s");
  absl::Status sent = Send(to, subject, body, delivery);
  if (!sent.ok() && sent.code() != absl::StatusCode::kInvalidArgument) return sent;
  for (const record::RecordId& id : ids) {
    MailRow& row = rows[id];
    row.soon.erase(to);
    if (daily) row.daily.erase(to);
    row.told.insert(to);
    RETURN_IF_ERROR(rows_.Put(id, row));
  }
  return sent;
}

}  // namespace renkei::push
