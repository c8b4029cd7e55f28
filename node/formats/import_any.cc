#include "node/formats/import_any.h"

#include <algorithm>

#include "node/base/encoding.h"
#include "node/formats/import_json.h"
#include "node/formats/iodef_import.h"
#include "node/formats/list_import.h"
#include "node/formats/mail_decode.h"
#include "node/formats/mail_import.h"
#include "node/formats/mail_reader.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
constexpr std::size_t kUtf16MarkBytes = 2;

bool HasUtf16Mark(BytesView file) {
  return file.starts_with("\xff\xfe") || file.starts_with("\xfe\xff");
}

// UTF-16 without a mark: every second byte of what begins a file is zero.
bool LooksLikeUtf16(BytesView file) {
  return file.size() >= 2 && (file[0] == '\0') != (file[1] == '\0');
}

// A declaration of XML that still says what the bytes were says nothing any more.
void BlankEncoding(Bytes& text) {
  if (!text.starts_with("<?xml")) return;
  const std::size_t end = text.find("?>");
  const std::size_t key = text.find("encoding");
  if (end == Bytes::npos || key == Bytes::npos || key > end) return;
  const std::size_t open = text.find_first_of("\"'", key);
  if (open == Bytes::npos || open > end) return;
  const std::size_t close = text.find(text[open], open + 1);
  if (close == Bytes::npos || close > end) return;
  if (!AsciiLower(text.substr(open + 1, close - open - 1)).starts_with("utf-16")) return;
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(key),
            text.begin() + static_cast<std::ptrdiff_t>(close) + 1, ' ');
}

// As spreadsheets of Windows save it, in UTF-8 and without the mark.
absl::StatusOr<Bytes> FromUtf16(BytesView file, const ImportOptions& options) {
  if (file.size() > options.limits.bytes_max) {
    return ResourceExhausted(fmt::format("the file has {} bytes, more than the {} allowed",
                                         file.size(), options.limits.bytes_max));
  }
  bool flawed = false;
  Bytes text = MailToUtf8(file.substr(kUtf16MarkBytes),
                          file.front() == '\xff' ? "utf-16le" : "utf-16be", flawed);
  if (flawed) return InvalidArgument("the file is in UTF-16 and broken; save it as UTF-8");
  BlankEncoding(text);
  return text;
}

char FirstCharacter(BytesView file) {
  if (file.starts_with(kUtf8Mark)) file.remove_prefix(kUtf8Mark.size());
  const std::size_t first = file.find_first_not_of(" \t\r\n");
  return first == BytesView::npos ? '\0' : file[first];
}

}  // namespace

absl::StatusOr<std::vector<Imported>> ImportAny(BytesView file, const ImportOptions& options) {
  if (HasUtf16Mark(file)) {
    ASSIGN_OR_RETURN(const Bytes text, FromUtf16(file, options));
    // What still has a mark is none of UTF-16: no second turn.
    return HasUtf16Mark(text) ? InvalidArgument("the file is not UTF-8; save it as UTF-8")
                              : ImportAny(text, options);
  }
  if (LooksLikeUtf16(file)) {
    return InvalidArgument("the file is in UTF-16 without its mark; save it as UTF-8");
  }
  if (LooksLikeMail(file)) return ImportMail(file, options);
  if (!options.mapping.empty()) return ImportList(file, options);
  switch (FirstCharacter(file)) {
    case '<':
      return ImportIodefXml(file, options);
    case '{':
    case '[':
      return ImportJsonAuto(file, options);
    default:
      return ImportList(file, options);
  }
}

}  // namespace renkei::formats
