// The header of a mail, or of one of its parts: fields, encoded words, mailboxes, parameters.
//
// Sources: RFC 5322 (fields, mailboxes, dates), 2047 (encoded words), 2045 and 2231 (parameters).
// What comes out is UTF-8 on one line, without control characters, whatever went in.  Linear;
// thread-safe.  Private to node/formats.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/clock.h"
#include "node/base/status.h"

namespace renkei::formats {

inline constexpr std::size_t kMailHeaderBytesMax = 256 * 1024;  // of one header, all its fields
inline constexpr std::size_t kMailFieldsMax = 1'000;
inline constexpr std::size_t kMailFieldBytesMax = 64 * 1024;
inline constexpr std::size_t kMailParamsMax = 64;    // of one field; the rest is not read
inline constexpr std::size_t kMailWordsMax = 1'000;  // encoded ones; the rest stays as it is
inline constexpr std::size_t kMailAddressBytesMax = 254;

struct MailField {
  std::string name{};   // lower case
  std::string value{};  // unfolded, still encoded
};

struct MailHeader {
  std::vector<MailField> fields{};
  std::string_view body{};  // what stands behind the empty line

  // The first of this name, as it came; empty if there is none.
  std::string_view Find(std::string_view lower_name) const;
};

// RESOURCE_EXHAUSTED above a limit.  A line that is no field is left out.  `text` outlives it.
absl::StatusOr<MailHeader> ReadMailHeader(std::string_view text);

// Encoded words decoded; `flawed` as in mail_decode.h.
std::string DecodeMailWords(std::string_view value, bool& flawed);

struct MailBox {
  std::string name{};     // may be empty
  std::string address{};  // local@domain in plain ASCII, without quoting; else empty
};
// The first mailbox of From and its like.
MailBox FirstMailBox(std::string_view value, bool& flawed);

struct MailValue {
  std::string word{};  // lower case: `text/plain`, `attachment`
  std::map<std::string, std::string> params{};

  std::string Param(const std::string& name) const;
};
MailValue ReadMailValue(std::string_view value, bool& flawed);

std::optional<Timestamp> ReadMailDate(std::string_view value);

}  // namespace renkei::formats
