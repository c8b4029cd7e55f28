// A mail that reports something, into drafts: its text is an incident, and what is attached and
// known (STIX, MISP, IODEF, our own form, tables) comes in by its own importer.
//
// Who wrote it is in the report and in no draft.  Values are taken from the text only where they
// can be nothing else: written defanged (`hxxp`, `[.]`), or hashes; as context, without a role.
//
// Errors: those of mail_reader.h; INVALID_ARGUMENT if there is nothing in it.  An attachment that
// can't be read is named and keeps nothing else out.  Pure; thread-safe.  Reference:
// docs/formats.md.
#pragma once

#include <vector>

#include "node/base/bytes.h"
#include "node/formats/import_report.h"

namespace renkei::formats {

inline constexpr std::size_t kMailValuesMax = 1'000;  // taken from the texts of one mail
inline constexpr std::size_t kMailTitleBytesMax = 200;

absl::StatusOr<std::vector<Imported>> ImportMail(BytesView file, const ImportOptions& options);

// `Re: [abuse] Scans` -> `Scans`, and the strictest TLP that a tag names; empty if nothing is left.
struct MailTitle {
  std::string text{};
  policy::Tlp tlp = policy::Tlp::kUnspecified;
};
MailTitle TitleOfSubject(std::string_view subject);

}  // namespace renkei::formats
