// Mail that people without a node write: each message of a mailbox becomes a draft.
//
// Where it goes on is told by the mailbox's number (UIDVALIDITY) and the last message's (UID).
// Nothing is changed there.  A mail that comes twice is known by its Message-ID and sender; the
// first counts.

#include <algorithm>
#include <charconv>
#include <utility>

#include "node/base/encoding.h"
#include "node/base/file.h"
#include "node/base/log.h"
#include "node/crypto/digest.h"
#include "node/net/imap.h"
#include "node/sources/limits.h"
#include "node/sources/receipts.h"
#include "node/sources/run.h"

namespace renkei::sources {
namespace {

constexpr std::size_t kMailKeyDigits = 32;

// `UIDVALIDITY:UID` of a cursor; zeros for any other text.
struct MailPlace {
  std::uint32_t validity = 0;
  std::uint32_t uid = 0;
};

MailPlace PlaceOfCursor(const std::string& cursor) {
  MailPlace place;
  const char* end = cursor.data() + cursor.size();
  const auto first = std::from_chars(cursor.data(), end, place.validity);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ':') return {};
  const auto second = std::from_chars(first.ptr + 1, end, place.uid);
  return second.ec == std::errc() && second.ptr == end ? place : MailPlace();
}

std::string KeyOfMail(const formats::MailEnvelope& envelope, BytesView payload) {
  const crypto::Digest digest = envelope.message_id.empty()
                                    ? crypto::Sha256({"mail", payload})
                                    : crypto::Sha256({"mail-id", envelope.message_id, "\n",
                                                      AsciiLower(envelope.from_address)});
  return HexEncode(digest.view()).substr(0, kMailKeyDigits);
}

// The oldest go.
template <class Map, class TimeOf>
void KeepNewest(Map& known, TimeOf time_of) {
  while (known.size() > kMailsKnownMax) {
    known.erase(std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
      return time_of(a.second) < time_of(b.second);
    }));
  }
}

class MailTaker {
 public:
  MailTaker(MailRun& run, Receipts& receipts) : run_(run), receipts_(receipts) {}

  absl::Status TakeNew() {
    ASSIGN_OR_RETURN(const auto client, Connect());
    ASSIGN_OR_RETURN(const std::string mailbox, net::ImapMailboxOf(url_));
    ASSIGN_OR_RETURN(const net::ImapMailbox opened, client->Examine(mailbox));
    MailPlace place = PlaceOfCursor(run_.state.cursor);
    if (place.validity != opened.uid_validity) place = {.validity = opened.uid_validity};
    if (place.uid == UINT32_MAX || (opened.uid_next != 0 && opened.uid_next <= place.uid + 1)) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const auto uids, client->UidsFrom(place.uid + 1));
    Counts& counts = run_.taking.counts();
    counts.listed = uids.size();
    for (std::size_t i = 0; i < uids.size(); ++i) {
      if (run_.taking.full()) {
        counts.left = uids.size() - i;
        break;
      }
      RETURN_IF_ERROR(TakeOne(*client, {.validity = place.validity, .uid = uids[i]}));
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::unique_ptr<net::ImapClient>> Connect() {
    net::ImapServer server{.ca_file = PathIn(run_.folder, run_.source.ca),
                           .certificate_file = PathIn(run_.folder, run_.source.certificate),
                           .key_file = PathIn(run_.folder, run_.source.key)};
    ASSIGN_OR_RETURN(server.url, net::ParseUrl(run_.source.url));
    url_ = server.url;
    auto login = net::ReadSecretFile(PathIn(run_.folder, run_.source.secret));
    if (!login.ok()) return Annotate(FailedPrecondition(Message(login.status())), "secret");
    server.login = *std::move(login);
    return net::ImapClient::Open(server, run_.cancel);
  }

  // Nothing: it is not to be had, and counted.
  absl::StatusOr<std::optional<Bytes>> Load(net::ImapClient& client, std::uint32_t uid,
                                            const std::string& name) {
    ASSIGN_OR_RETURN(const auto size, client.SizeOf(uid));
    if (size && *size > kMailBytesMax) {
      run_.taking.CountUnreadable(
          fmt::format("{}: {} bytes, and a draft may have {}", name, *size, kMailBytesMax));
      return std::optional<Bytes>();
    }
    std::optional<Bytes> payload;
    if (size) {
      ASSIGN_OR_RETURN(payload, client.Fetch(uid, kMailBytesMax));
    }
    if (!payload) ++run_.taking.counts().gone;
    return payload;
  }

  // Whether it was tried so often that the rest shall not wait for it.
  bool GivenUp(MailPlace place, const std::string& name, const absl::Status& why) {
    const std::string key = fmt::format("{}:{}", place.validity, place.uid);
    Known& known = run_.state.known[key];
    known = {.version = UnixSeconds(run_.clock.Now()), .tries = known.tries + 1};
    if (known.tries < kTriesMax) return false;
    run_.state.known.erase(key);
    run_.taking.CountUnreadable(fmt::format("{}: {}", name, Message(why)));
    return true;
  }

  // An error ends the run; whatever is wrong with the message is counted.
  absl::Status TakeOne(net::ImapClient& client, MailPlace place) {
    const std::string name = fmt::format("message {}", place.uid);
    const auto payload = Load(client, place.uid, name);
    if (!payload.ok()) {
      // The connection is of no use any more, whoever is at fault: the next run goes on.
      if (!run_.cancel.asked() && GivenUp(place, name, payload.status())) Pass(place);
      return payload.status();
    }
    if (*payload) RETURN_IF_ERROR(TakeMail(name, **payload));
    Pass(place);
    return absl::OkStatus();
  }

  void Pass(MailPlace place) {
    run_.state.cursor = fmt::format("{}:{}", place.validity, place.uid);
  }

  absl::Status TakeMail(const std::string& name, const Bytes& payload) {
    const auto envelope = formats::ReadMailEnvelope(payload);
    if (!envelope.ok()) {
      run_.taking.CountUnreadable(fmt::format("{}: {}", name, Message(envelope.status())));
      return absl::OkStatus();
    }
    const std::string key = KeyOfMail(*envelope, payload);
    if (run_.state.known.contains(key)) {
      ++run_.taking.counts().unchanged;
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const Taken taken,
                     run_.taking.Hand({.key = key, .name = name, .payload = payload}));
    const std::int64_t now = UnixSeconds(run_.clock.Now());
    run_.state.known[key] = {.version = now};
    KeepNewest(run_.state.known, [](const Known& known) { return known.version; });
    if (taken.draft != 0) receipts_.Owe(*envelope, key, taken.draft);
    KeepNewest(run_.state.receipts.answered, [](std::int64_t time) { return time; });
    return absl::OkStatus();
  }

  MailRun& run_;
  Receipts& receipts_;
  net::Url url_{};
};

}  // namespace

absl::Status RunMail(MailRun& run) {
  ReceiptSender send;
  if (!run.source.receipt.empty()) {
    ASSIGN_OR_RETURN(send, MakeReceiptSender(run.source, run.folder, run.cancel));
  }
  Receipts receipts(run.source, run.state.receipts, run.clock, run.save, std::move(send));
  absl::Status taken = MailTaker(run, receipts).TakeNew();
  // Who wrote what has come is told, also where the rest could not be had.
  if (run.source.receipt.empty()) run.state.receipts.waiting.clear();
  if (!run.cancel.asked()) {
    RETURN_IF_ERROR(receipts.SendAll());
  }
  return taken;
}

}  // namespace renkei::sources
