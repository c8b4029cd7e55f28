// A mail from anywhere must never crash us; what is made of it obeys the limits, and its sender is
// one plain mailbox or none.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/base/encoding.h"
#include "node/formats/mail_import.h"
#include "node/formats/mail_reader.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace renkei;
  const std::string_view input = FuzzText(data, size);
  const auto mail = formats::ReadMail(input);
  if (!mail.ok()) {
    REQUIRE(!Message(mail.status()).empty());
    return 0;
  }
  const auto plain = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  };
  REQUIRE(plain(mail->envelope.from_address) && plain(mail->envelope.message_id));
  REQUIRE(mail->envelope.subject.find('\n') == std::string::npos);
  REQUIRE(mail->attachments.size() <= formats::kMailPartsMax);
  for (const formats::MailText& text : mail->texts) REQUIRE(IsUtf8(text.value));
  for (const formats::MailAttachment& one : mail->attachments) {
    REQUIRE(one.name.find_first_of(std::string_view("/\\\n\0", 4)) == std::string::npos);
    REQUIRE(one.content.size() <= size);
  }
  const auto imported = formats::ImportMail(input, {});
  if (!imported.ok()) return 0;
  REQUIRE(!imported->empty() && imported->front().report.reporter);
  for (const formats::Imported& one : *imported) {
    REQUIRE(record::CheckSections(one.draft.sections).ok());
  }
  return 0;
}
