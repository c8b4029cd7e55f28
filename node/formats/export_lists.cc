// CSV and plain lists.
#include <array>
#include <set>

#include "node/base/unseen.h"
#include "node/formats/block_values.h"
#include "node/formats/export_parts.h"
#include "node/formats/message_json.h"
#include "node/formats/time_text.h"

namespace renkei::formats {
namespace {

constexpr std::array<std::string_view, 20> kColumns = {
    "record_id",  "revision",  "kind",        "tlp",        "pap",    "author",     "issued",
    "expires",    "incident",  "title",       "type",       "value",  "actionable", "role",
    "first_seen", "last_seen", "valid_until", "confidence", "labels", "comment"};

// What a sensor or a block list can use as it stands.
constexpr std::array<v1::IndicatorType, 19> kPlainTypes = {v1::INDICATOR_TYPE_IPV4,
                                                           v1::INDICATOR_TYPE_IPV6,
                                                           v1::INDICATOR_TYPE_IPV4_NET,
                                                           v1::INDICATOR_TYPE_IPV6_NET,
                                                           v1::INDICATOR_TYPE_DOMAIN,
                                                           v1::INDICATOR_TYPE_HOSTNAME,
                                                           v1::INDICATOR_TYPE_URL,
                                                           v1::INDICATOR_TYPE_EMAIL,
                                                           v1::INDICATOR_TYPE_MD5,
                                                           v1::INDICATOR_TYPE_SHA1,
                                                           v1::INDICATOR_TYPE_SHA256,
                                                           v1::INDICATOR_TYPE_SHA512,
                                                           v1::INDICATOR_TYPE_SSDEEP,
                                                           v1::INDICATOR_TYPE_TLSH,
                                                           v1::INDICATOR_TYPE_IMPHASH,
                                                           v1::INDICATOR_TYPE_JA3,
                                                           v1::INDICATOR_TYPE_CERTIFICATE_HASH,
                                                           v1::INDICATOR_TYPE_ASN,
                                                           v1::INDICATOR_TYPE_BITCOIN_ADDRESS};

template <class Enum>
std::string Word(Enum value) {
  return value == Enum{} ? std::string() : std::string(policy::ToWord(value));
}

std::string TypeWord(v1::IndicatorType type) {
  const auto* value = v1::IndicatorType_descriptor()->FindValueByNumber(type);
  return value == nullptr ? "" : EnumWord(*value);
}

std::string RoleWord(v1::Role role) {
  const auto* value = v1::Role_descriptor()->FindValueByNumber(role);
  return value == nullptr ? "" : EnumWord(*value);
}

std::string TimeCell(std::int64_t micros) {
  return micros == 0 ? "" : MicrosToText(micros).value_or("");
}

// Spreadsheets run a cell that starts like this, quoted or not.
bool LooksLikeFormula(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@\t\r").find(cell[0]) != std::string_view::npos;
}

// A text keeps its lines and tabs, and nothing else that a terminal obeys: tables are also read
// with `less`.
std::string Shown(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(character.size());
    if (character == "\r" && text.starts_with('\n')) continue;
    const bool kept = character == "\n" || character == "\t";
    shown += length == 0 || (!kept && IsUnseen(character)) ? "?" : character;
  }
  return shown;
}

std::string Cell(std::string_view text) {
  std::string cell = Shown(text);
  if (LooksLikeFormula(cell)) cell.insert(cell.begin(), '\'');
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

template <class Cells>
void AddRow(std::string& text, const Cells& cells) {
  bool first = true;
  for (const auto& cell : cells) {
    if (!first) text.push_back(',');
    first = false;
    text += Cell(cell);
  }
  text += "\r\n";
}

std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& list) {
  std::string text;
  for (const std::string& entry : list) {
    if (!text.empty()) text += "; ";
    text += entry;
  }
  return text;
}

std::vector<std::string> RowOf(const HeldRecord& record, const v1::Indicator& indicator) {
  const v1::Summary& summary = record.sections.summary();
  return {record.record_id_hex,
          fmt::to_string(record.revision),
          Word(record.kind),
          Word(record.tlp),
          Word(record.pap),
          record.author,
          SecondsToText(UnixSeconds(record.issued)).value_or(""),
          SecondsToText(UnixSeconds(record.expires)).value_or(""),
          record.type == 0 ? "" : policy::RsitWord(record.type),
          summary.title_size() == 0 ? "" : summary.title(0).value(),
          TypeWord(indicator.type()),
          indicator.value(),
          indicator.actionable() ? "yes" : "no",
          RoleWord(indicator.role()),
          TimeCell(indicator.first_seen_us()),
          TimeCell(indicator.last_seen_us()),
          TimeCell(indicator.valid_until_us()),
          indicator.has_confidence() ? fmt::to_string(indicator.confidence()) : "",
          Joined(indicator.labels()),
          indicator.comment().value()};
}

// A stand-in for an address is no address, whoever asks.
std::vector<v1::IndicatorType> PlainTypes(const ExportOptions& options) {
  if (options.types.empty()) return {kPlainTypes.begin(), kPlainTypes.end()};
  std::vector<v1::IndicatorType> types = options.types;
  std::erase(types, v1::INDICATOR_TYPE_ANON_IP);
  return types;
}

}  // namespace

Exported ExportCsv(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  AddRow(exported.text, kColumns);
  records.ForEach([&](const HeldRecord& record) {
    if (!MayExport(record, options, exported.left_out)) return;
    const auto& indicators = record.sections.indicators().indicators();
    if (indicators.empty()) LeaveOut(exported.left_out, "records without indicators");
    for (const v1::Indicator& indicator : indicators) {
      AddRow(exported.text, RowOf(record, indicator));
      ++exported.written;
    }
  });
  return exported;
}

Exported ExportPlain(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  std::set<std::string> values;
  for (const BlockValue& value :
       BlockValues(records, options, PlainTypes(options), exported.left_out)) {
    values.insert(value.value);
  }
  for (const std::string& value : values) exported.text += value + "\n";
  exported.written = values.size();
  return exported;
}

}  // namespace renkei::formats
