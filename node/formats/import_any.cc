#include "node/formats/import_any.h"

#include "node/formats/import_json.h"
#include "node/formats/iodef_import.h"
#include "node/formats/list_import.h"
#include "node/formats/mail_import.h"
#include "node/formats/mail_reader.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

// UTF-16, with or without its mark: every second byte of what begins a file is zero.
bool IsUtf16(BytesView file) {
  if (file.starts_with("\xff\xfe") || file.starts_with("\xfe\xff")) return true;
  return file.size() >= 2 && (file[0] == '\0') != (file[1] == '\0');
}

char FirstCharacter(BytesView file) {
  if (file.starts_with(kUtf8Mark)) file.remove_prefix(kUtf8Mark.size());
  const std::size_t first = file.find_first_not_of(" \t\r\n");
  return first == BytesView::npos ? '\0' : file[first];
}

}  // namespace

absl::StatusOr<std::vector<Imported>> ImportAny(BytesView file, const ImportOptions& options) {
  if (IsUtf16(file)) return InvalidArgument("the file is in UTF-16; save it as UTF-8");
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
