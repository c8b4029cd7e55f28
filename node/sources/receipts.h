// Receipts: who wrote a report is told its number, once, by mail.
//
// Anybody can write to us in anybody's name, so a receipt holds nothing of what came, goes to the
// plain address in From alone, never answers what a machine or a list wrote, has the null sender,
// and is bounded by address and by day (limits.h).  What is owed is kept with the state of the
// source: kept first, then sent.  A node that is killed while one is being sent does not send it
// again.  Confined to one thread.  Source: RFC 3834.
#pragma once

#include <functional>
#include <string>

#include "config/source_config.h"
#include "node/base/clock.h"
#include "node/formats/mail_reader.h"
#include "node/net/cancel.h"
#include "node/sources/state.h"

namespace renkei::sources {

// Sends one mail.  INVALID_ARGUMENT: it will never be taken.
using ReceiptSender = std::function<absl::Status(const std::string& to, const std::string& text)>;

class Receipts {
 public:
  // All outlive this.  `save` keeps the book on disk.
  Receipts(const config::SourceConfig& source, ReceiptBook& book, const Clock& clock,
           std::function<absl::Status()> save, ReceiptSender send);

  // A mail has become a draft.  Does nothing if it was answered, or must not be.
  void Owe(const formats::MailEnvelope& envelope, const std::string& key, std::uint64_t draft);
  // Sends what waits; what can't be sent now waits on, a few times.  An error is this node's disk.
  absl::Status SendAll();

 private:
  bool MayAnswer(const formats::MailEnvelope& envelope, const std::string& key);
  std::string TextOf(const Receipt& receipt) const;

  const config::SourceConfig& source_;
  ReceiptBook& book_;
  const Clock& clock_;
  const std::function<absl::Status()> save_;
  const ReceiptSender send_;
};

// By the server of the source's push target.  FAILED_PRECONDITION: its password.
absl::StatusOr<ReceiptSender> MakeReceiptSender(const config::SourceConfig& source,
                                                const std::string& folder,
                                                const net::Cancel& cancel);

}  // namespace renkei::sources
