#include "node/feed/link.h"

#include <algorithm>

#include <pthread.h>

#include "node/base/fault.h"
#include "node/base/log.h"
#include "node/crypto/digest.h"
#include "node/feed/intake_rules.h"
#include "node/feed/limits.h"
#include "node/feed/outbox.h"
#include "node/feed/view.h"

namespace renkei::feed {
namespace {

// Somewhere between half of `backoff` and the whole: a thousand members must not come back at once.
std::chrono::milliseconds Jittered(std::chrono::milliseconds backoff) {
  const std::uint16_t random = ByteReader(crypto::RandomBytes(2)).U16();
  return backoff / 2 + backoff * random / (2 * 65'536);
}

// Answers that stay the same however often we ask; the others are worth another try.
bool IsFinal(absl::StatusCode code) {
  return code == absl::StatusCode::kOk || code == absl::StatusCode::kInvalidArgument ||
         code == absl::StatusCode::kPermissionDenied || code == absl::StatusCode::kAlreadyExists ||
         code == absl::StatusCode::kFailedPrecondition;
}

}  // namespace

LinkLoop::~LinkLoop() { Stop(); }

void LinkLoop::Start() {
  thread_ = std::jthread([this] {
    pthread_setname_np(pthread_self(), thread_name_.substr(0, 15).c_str());
    Run();
  });
}

void LinkLoop::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  Interrupt();
  if (thread_.joinable()) thread_.join();
}

void LinkLoop::Interrupt() {
  std::function<void()> cancel;
  {
    MutexLock lock(mutex_);
    cancel = cancel_;  // shares the call, so that it can't end under our hands
  }
  if (cancel) cancel();
}

LinkStatus LinkLoop::status() const {
  MutexLock lock(mutex_);
  return status_;
}

void LinkLoop::Wake() {
  MutexLock lock(mutex_);
  woken_ = true;
  changed_.NotifyAll();
}

bool LinkLoop::SetCancel(std::function<void()> cancel) {
  MutexLock lock(mutex_);
  cancel_ = std::move(cancel);
  return !stopping_;
}

bool LinkLoop::stopping() const {
  MutexLock lock(mutex_);
  return stopping_;
}

void LinkLoop::WaitForWork(std::chrono::milliseconds timeout) {
  MutexLock lock(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!woken_ && !stopping_) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    changed_.WaitFor(mutex_, left);
  }
  woken_ = false;
}

void LinkLoop::RetryNow() {
  MutexLock lock(mutex_);
  retry_now_ = true;
  changed_.NotifyAll();
}

// As WaitForWork, but new work is no reason to hurry: the other side is not there.
void LinkLoop::WaitForRetry(std::chrono::milliseconds timeout) {
  MutexLock lock(mutex_);
  retry_now_ = false;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!stopping_ && !retry_now_) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    changed_.WaitFor(mutex_, left);
  }
}

void LinkLoop::NoteConnected() {
  MutexLock lock(mutex_);
  status_.connected = true;
  status_.last_error.clear();
  status_.last_event = clock_.Now();
}

void LinkLoop::NoteCaughtUp() {
  MutexLock lock(mutex_);
  status_.caught_up = true;
}

void LinkLoop::NoteRecords(std::int64_t done, std::int64_t refused) {
  MutexLock lock(mutex_);
  status_.records += done;
  status_.refused += refused;
  status_.last_event = clock_.Now();
}

void LinkLoop::Run() {
  std::chrono::milliseconds backoff = kRetryFirst;
  while (!stopping()) {
    const absl::Status ended = RunOnce();
    bool was_connected = false;
    {
      MutexLock lock(mutex_);
      cancel_ = nullptr;
      was_connected = status_.connected;
      status_.connected = false;
      status_.caught_up = false;
      if (!ended.ok()) status_.last_error = Message(ended);
    }
    if (stopping()) return;
    if (was_connected) backoff = kRetryFirst;
    LogEvent(LogLevel::kInfo, "link.ended",
             {{"link", LogSafe(thread_name_)}, {"code", static_cast<int>(ended.code())}});
    WaitForRetry(Jittered(backoff));
    backoff = std::min<std::chrono::milliseconds>(backoff * 2, kRetryMax);
  }
}

// ---- Uplink
// --------------------------------------------------------------------------------------

Uplink::Uplink(std::string link, Transport& transport, store::Store& store,
               const PolicyHolder& policies, const Community& community, const Clock& clock)
    : LinkLoop("up-" + link, clock),
      link_(std::move(link)),
      transport_(transport),
      store_(store),
      policies_(policies),
      community_(community) {}

// Withdrawals and receipts first, and never all of them: neither sort is stuck behind what the peer
// does not take of the other.
absl::StatusOr<std::vector<store::OutboxRow>> Uplink::NextRows() const {
  std::vector<store::OutboxRow> rows;
  std::vector<store::OutboxRow> others;
  const absl::Status read = store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(rows, reader.UrgentOutbox(link_, static_cast<int>(kInFlightMax / 2)));
    // Past as many urgent ones as there are.
    for (std::int64_t after = 0; others.empty();) {
      ASSIGN_OR_RETURN(others, reader.Outbox(link_, after, static_cast<int>(kInFlightMax)));
      if (others.empty()) break;
      after = others.back().sequence;
      std::erase_if(others, [](const store::OutboxRow& row) { return row.urgent; });
    }
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(read);
  // Bounded in bytes too; one of the others always goes.
  std::size_t bytes = 0;
  for (store::OutboxRow& row : others) {
    const bool fits = bytes == 0 || bytes + row.payload.size() <= kBatchBytesTarget;
    if (rows.size() >= kInFlightMax || !fits) break;
    bytes += row.payload.size();
    rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<std::optional<PublishItem>> Uplink::MakeItem(const store::OutboxRow& row) const {
  ASSIGN_OR_RETURN(OutboxItem item, DecodeOutbox(row.payload));
  if (item.receipt) return PublishItem(*item.receipt);
  ASSIGN_OR_RETURN(const record::Record record, record::Open(item.record));
  const record::Header& header = record.header();
  OfferedRecord offered{.record = std::move(item.record)};
  if (!IsWithdrawal(record)) {
    // It may have waited for long: the policy of now decides, not that of when it was sealed.
    store::RecordRow as_row = MakeRow(record);
    as_row.circles = JoinCircles(header.circles);
    if (header.source == policy::SourceMode::kAttributed) as_row.author = community_.own_team();
    ASSIGN_OR_RETURN(const policy::Mask mask,
                     MaskToHub(policies_.Current()->evaluator, community_, as_row, clock().Now()));
    if (!mask.exist()) return std::optional<PublishItem>();
    if ((record.held() & ~mask.see()) != 0) offered.record = record.Disclose(mask.see());
  }
  offered.attestations = community_.AttestationsFor(header.origin, header.circles, Attestations{});
  return PublishItem(std::move(offered));
}

absl::Status Uplink::RunOnce() {
  // Nothing to deliver is no reason to hold a call open.
  while (true) {
    if (stopping()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto rows, NextRows());
    if (!rows.empty()) break;
    WaitForWork(std::chrono::seconds(60));
  }
  // Shared with whoever stops the loop: it may still be cancelling when we are done.
  const std::shared_ptr<PublishCall> call = transport_.OpenPublish();
  if (!SetCancel([call] { call->Cancel(); })) call->Cancel();
  absl::Status delivered = absl::OkStatus();
  while (delivered.ok() && !stopping()) {
    auto rows = NextRows();
    if (!rows.ok()) {
      delivered = rows.status();
    } else if (rows->empty()) {
      WaitForWork(std::chrono::seconds(60));
    } else {
      delivered = Deliver(*call, *rows);
    }
  }
  SetCancel(nullptr);
  call->Cancel();
  absl::Status finished = call->Finish();
  // The call's own reason says more than "it ended"; our cancelling says nothing.
  if (finished.code() != absl::StatusCode::kCancelled && !finished.ok()) return finished;
  return delivered;
}

absl::Status Uplink::Deliver(PublishCall& call, const std::vector<store::OutboxRow>& rows) {
  std::vector<std::pair<store::OutboxRow, absl::StatusCode>> settled;
  std::vector<const store::OutboxRow*> written;
  absl::Status ended = absl::OkStatus();
  for (const store::OutboxRow& row : rows) {
    ASSIGN_OR_RETURN(const std::optional<PublishItem> item, MakeItem(row));
    if (!item) {
      LogEvent(LogLevel::kWarn, "publication.held_back", {{"record", row.id}});
      settled.emplace_back(row, kHeldBack);
      continue;
    }
    if (!call.Write(static_cast<std::uint64_t>(row.sequence), *item)) {
      ended = Unavailable("the call ended");
      break;
    }
    written.push_back(&row);
  }
  for (const store::OutboxRow* row : written) {
    const std::optional<AckEvent> ack = call.ReadAck();
    if (!ack || ack->sequence != static_cast<std::uint64_t>(row->sequence)) {
      ended = Unavailable("the call ended before all was acknowledged");
      break;
    }
    if (!IsFinal(ack->code)) {
      // It stays in the outbox; what follows (a withdrawal, say) may be welcome.
      ended = MakeStatus(ack->code, "the peer can't take more now");
      continue;
    }
    settled.emplace_back(*row, ack->code);
    NoteConnected();  // not by a refusal that may pass: the back-off goes on then
  }
  if (!settled.empty()) RETURN_IF_ERROR(Settle(settled));
  return ended;
}

absl::Status Uplink::Settle(
    const std::vector<std::pair<store::OutboxRow, absl::StatusCode>>& settled) {
  RETURN_IF_ERROR(FaultPoint("uplink.before_settle"));
  std::int64_t refused = 0;
  const absl::Status done2 = store_.Commit([&](store::Writer& writer) -> absl::Status {
    refused = 0;
    for (const auto& [row, code] : settled) {
      RETURN_IF_ERROR(writer.DropOutbox(link_, row.sequence));
      const Bytes answer =
          ByteWriter().U32(static_cast<std::uint32_t>(code)).I64(UnixSeconds(clock().Now())).Take();
      RETURN_IF_ERROR(writer.PutObject("delivered", row.id.view(), answer));
      if (code == absl::StatusCode::kOk || code == absl::StatusCode::kAlreadyExists) continue;
      ++refused;
      LogEvent(LogLevel::kWarn, "publication.refused",
               {{"record", row.id}, {"link", LogSafe(link_)}, {"code", static_cast<int>(code)}});
    }
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(done2);
  NoteRecords(static_cast<std::int64_t>(settled.size()) - refused, refused);
  return absl::OkStatus();
}

// ---- Downlink
// ------------------------------------------------------------------------------------

Downlink::Downlink(Sender sender, Transport& transport, store::Store& store, Intake& intake,
                   const Clock& clock, FeedRequest request, Listener listener)
    : LinkLoop("down-" + sender.link, clock),
      sender_(std::move(sender)),
      transport_(transport),
      store_(store),
      intake_(intake),
      request_(std::move(request)),
      listener_(std::move(listener)) {}

absl::Status Downlink::RunOnce() {
  Bytes cursor;
  const absl::Status read3 = store_.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto row, reader.FindCursor(sender_.link));
    if (row) cursor = row->cursor;
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(read3);
  const std::shared_ptr<SubscribeCall> call = transport_.OpenSubscribe(request_, cursor);
  if (!SetCancel([call] { call->Cancel(); })) call->Cancel();
  absl::Status taken = absl::OkStatus();
  while (taken.ok()) {
    std::optional<FeedEvent> event = call->Read();
    if (!event) break;
    NoteConnected();
    taken = Take(*std::move(event));
  }
  SetCancel(nullptr);
  if (!taken.ok()) call->Cancel();
  absl::Status finished = call->Finish();
  if (!taken.ok()) return taken;
  if (finished.code() != absl::StatusCode::kOutOfRange || cursor.empty()) return finished;
  // The other side has a new store: start again; what we hold is recognised.
  LogEvent(LogLevel::kWarn, "cursor.refused", {{"link", LogSafe(sender_.link)}});
  const absl::Status done4 = store_.Commit([&](store::Writer& writer) {
    return writer.PutCursor({.link = sender_.link, .cursor = "", .stored = clock().Now()});
  });
  RETURN_IF_ERROR(done4);
  return finished;
}

absl::Status Downlink::Take(FeedEvent event) {
  if (event.state && listener_.on_state) listener_.on_state(*event.state);
  if (event.refresh && listener_.on_refresh && sender_.link == kHubLink) listener_.on_refresh();
  if (event.batch.cursor.empty()) return absl::OkStatus();
  const std::size_t items = event.batch.items.size();
  ASSIGN_OR_RETURN(const IntakeReport report, intake_.TakeBatch(sender_, std::move(event.batch)));
  NoteRecords(report.stored + report.upgraded, report.refused);
  // Without entries it says that no more waited (exchange.proto).
  if (items == 0) NoteCaughtUp();
  if (items > 0 && listener_.on_batch) listener_.on_batch(report);
  return absl::OkStatus();
}

}  // namespace renkei::feed
