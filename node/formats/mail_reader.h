// One mail, read: who wrote it, its texts, what is attached.
//
// A mail comes from anybody and may say anything, so every size is bounded here and in
// mail_header.h.  What is only written badly (a wrong charset, a cut base64, a boundary that never
// ends) is read as far as it goes and noted in `flaws`.  An attached mail is an attachment, and
// read, too: people pass on what they got that way.  Nothing encrypted is read.
//
// Errors: RESOURCE_EXHAUSTED above a limit; INVALID_ARGUMENT without a header.  Pure; thread-safe.
// Sources: RFC 5322, 2045, 2046, 2047, 2183, 2231, 3834.  Private to node/formats but for
// LooksLikeMail and ReadMailEnvelope.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/clock.h"
#include "node/base/status.h"

namespace renkei::formats {

inline constexpr std::size_t kMailBytesMax = 64 * 1024 * 1024;
inline constexpr int kMailDepthMax = 16;               // multiparts in multiparts
inline constexpr std::size_t kMailPartsMax = 200;      // of all levels
inline constexpr int kMailInMailMax = 3;               // mails in mails; what is deeper is named
inline constexpr std::size_t kMailNameBytesMax = 255;  // of an attachment, a person, an id
inline constexpr std::size_t kMailSubjectBytesMax = 1'000;
inline constexpr std::size_t kMailBoundaryBytesMax = 200;

// What the header says of the mail as a whole.
struct MailEnvelope {
  std::string from_name{};
  std::string from_address{};  // plain local@domain; empty: none that can be answered
  std::string subject{};
  std::string message_id{};  // printable ASCII without spaces, `<...>`; empty: none
  std::optional<Timestamp> date{};
  // A machine wrote it, or it went to many, or its sender wants no answer (RFC 3834, 2).
  bool automatic = false;
};

struct MailText {
  std::string value{};  // UTF-8, lines end with \n
  std::string lang{};   // as Content-Language says; may be empty
};

struct MailAttachment {
  std::string name{};  // without folders and control characters; may be empty
  std::string type{};  // lower case
  Bytes content{};
};

// A mail that was attached; what it carries is among the attachments of the mail as a whole.
struct AttachedMail {
  std::string subject{};
  std::vector<std::string> people{};  // names and addresses that From and To name first
  std::vector<MailText> texts{};
};

struct MailMessage {
  MailEnvelope envelope{};
  std::vector<MailText> texts{};
  std::vector<MailAttachment> attachments{};
  std::vector<AttachedMail> mails{};
  std::string encrypted{};     // `PGP`, `S/MIME`; empty: nothing is
  std::size_t pictures = 0;    // inside an HTML text; left out
  std::size_t signatures = 0;  // PGP, S/MIME; left out, unchecked
  bool from_html = false;      // some text had no other form
  std::vector<std::string> flaws{};
};

// Whether a file begins as mails do: with fields, two of which every mail has.
bool LooksLikeMail(BytesView file);

absl::StatusOr<MailMessage> ReadMail(BytesView file);
// The header alone.
absl::StatusOr<MailEnvelope> ReadMailEnvelope(BytesView file);

}  // namespace renkei::formats
