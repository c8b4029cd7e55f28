// Mail to people: who is told of what says each rule; what is told is the record's marking, its id
// and a link, and no word of the record unless `full` is set and its TLP allows it.
//
// One mail to each mailbox, so nobody learns who else is told.  Over `per_hour` to one mailbox the
// rest comes together in one mail; rules with `digest` are told once a day.  Withdrawals are told
// to those who were told of the record, and to nobody else; retractions end what still waits, and
// are no mail.  A mailbox gets a mail twice only after a crash, with the same Message-ID.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "node/base/clock.h"
#include "node/push/channel.h"
#include "node/push/filter.h"
#include "node/push/mail_message.h"
#include "node/push/mail_rows.h"

namespace renkei::push {

// Sends one mail.  INVALID_ARGUMENT: it will never be taken (this mailbox, this text).
using MailSender = std::function<absl::Status(const std::string& from, const std::string& to,
                                              const std::string& text)>;

class MailChannel : public Channel {
 public:
  // `store` and `clock` outlive this.
  MailChannel(const config::PushTarget& target, store::Store& store, const Clock& clock,
              MailSender send);

  Delivered Deliver(std::span<const Event> events) override;
  // Sends the digests that are due.
  absl::Status Tend() override;

 private:
  struct Rule {
    std::set<std::string> to{};
    Filter filter;
    bool digest = false;
  };

  Delivered One(const Event& event);
  absl::Status Record(const Event& event);
  absl::Status Withdrawn(const Event& event);
  // To all of them who have not had this event yet; those over their limit are answered.
  absl::StatusOr<std::set<std::string>> Tell(const Event& event, const std::set<std::string>& to,
                                             bool limited);
  absl::Status Send(const std::string& to, const std::string& subject, const std::string& body,
                    const std::string& delivery);
  bool MayTell(const std::string& to);
  absl::Status SendDigests(bool daily);
  absl::Status SendDigest(const std::string& to, const std::vector<record::RecordId>& ids,
                          std::map<record::RecordId, MailRow>& rows, bool daily);
  std::set<std::string> Everybody() const;

  const std::string from_;
  const MailStyle style_;
  const int digest_hour_;
  const std::size_t per_hour_;
  const MailRows rows_;
  const Clock& clock_;
  const MailSender send_;
  std::vector<Rule> rules_{};
  // Who has had the event that was tried last.
  std::string tried_{};
  std::set<std::string> had_{};
  std::map<std::string, std::deque<Timestamp>> sent_{};  // within the last hour
  bool soon_ = true;  // some row may wait for its limit to be past
  std::optional<Timestamp> looked_{};
};

}  // namespace renkei::push
