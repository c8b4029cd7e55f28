#include "node/formats/list_import.h"

#include <algorithm>
#include <utility>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "node/formats/iodef_tree.h"
#include "node/formats/json_place.h"
#include "node/formats/list_columns.h"
#include "node/formats/list_maker.h"
#include "node/formats/misp_split.h"
#include "node/formats/misp_state.h"
#include "node/formats/value_type.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

// ---- plain lists -----------------------------------------------------------------------------

// `0.0.0.0 NAME` of hosts files: the address stands for nothing.
std::string_view WithoutNullAddress(std::string_view line) {
  for (const std::string_view address : {"0.0.0.0", "127.0.0.1", "::1", "::"}) {
    if (!line.starts_with(address) || line.size() == address.size()) continue;
    const char next = line[address.size()];
    if (next == ' ' || next == '\t') return TrimmedText(line.substr(address.size()));
  }
  return line;
}

void ReadPlainLine(ListMaker& maker, std::string_view line, const std::string& place) {
  line = TrimmedText(line);
  if (line.empty()) return;
  if (line.front() == '#' || line.front() == ';' || line.starts_with("//")) {
    maker.made().report.NotKeptByDesign(place, "a line of comment");
    return;
  }
  ListRow row{.place = place};
  row.base.set_actionable(true);
  std::size_t hash = line.find(" #");
  if (hash == std::string_view::npos) hash = line.find("\t#");
  if (hash != std::string_view::npos) {
    const std::string_view comment = TrimmedText(line.substr(hash + 2));
    if (!comment.empty()) {
      row.base.mutable_comment()->set_value(std::string(CutUtf8(comment, record::kTextBytesMax)));
    }
    line = TrimmedText(line.substr(0, hash));
  }
  line = WithoutNullAddress(line);
  auto found = RecogniseValue(line);
  if (!found) return maker.Unknown(place, line);
  maker.Add(row, *std::move(found));
}

absl::StatusOr<std::vector<Imported>> ReadPlain(BytesView text, const ImportOptions& options) {
  ListMaker maker(options);
  std::size_t number = 0;
  std::size_t start = 0;
  while (start < text.size() && maker.status().ok()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    ++number;
    ReadPlainLine(maker, text.substr(start, end - start), fmt::format("line[{}]", number));
    start = end + 1;
  }
  return maker.Finish(text, "plain");
}

// The first line that is neither empty nor a comment.
std::string_view FirstLine(BytesView text) {
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = TrimmedText(text.substr(start, end - start));
    if (!line.empty() && line.front() != '#') return line;
    start = end + 1;
  }
  return {};
}

absl::Status CheckListBytes(BytesView text, const ImportOptions& options) {
  if (text.size() > options.limits.bytes_max) {
    return ResourceExhausted(fmt::format("the file has {} bytes, more than the {} allowed",
                                         text.size(), options.limits.bytes_max));
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 || text[i] == '\n' || text[i] == '\r' || text[i] == '\t') continue;
    return InvalidArgument(fmt::format("{}: character U+{:04X} in a list; is it a text file?",
                                       PlaceInText(text, i), byte));
  }
  if (!IsUtf8(text)) return InvalidArgument("the file is not UTF-8; save it as UTF-8");
  return absl::OkStatus();
}

}  // namespace

void ListMaker::Unknown(const std::string& place, std::string_view value) {
  ++unknown_;
  made_.report.CountAttributes(1);
  made_.report.SkipAttributes(1);
  if (first_unknown_.empty()) {
    first_unknown_ = fmt::format("{}: `{}`", place, Printable(value, 60));
  }
  // Lines are told apart by number alone: they count as one kind.
  made_.report.NotKept(place,
                       "no address, name, URL, hash or other value that is known by its form");
}

void ListMaker::Add(const ListRow& row, RecognisedValue found) {
  if (!status_.ok()) return;
  made_.report.CountAttributes(1);
  if (++known_ > kListValuesMax) {
    status_ = ResourceExhausted(fmt::format("more than {} values", kListValuesMax));
    return;
  }
  if (found.value.size() > record::kTextBytesMax) {
    made_.report.SkipAttributes(1);
    made_.report.NotKept(row.place,
                         fmt::format("a value of more than {} bytes", record::kTextBytesMax));
    return;
  }
  if (!seen_.emplace(static_cast<int>(found.type), found.value + ":" + found.port).second) {
    made_.report.NotKeptByDesign(row.place, "a value that the list has already");
    return;
  }
  if (found.guessed_scheme) made_.report.Note("URLs without a scheme are taken as `http://`");
  MispUnit unit;
  v1::Indicator indicator = row.base;
  indicator.set_ref(made_.NextRef('i'));
  indicator.set_type(found.type);
  indicator.set_value(std::move(found.value));
  if (!found.port.empty()) {
    v1::Indicator port;
    port.set_ref(made_.NextRef('i'));
    port.set_type(v1::INDICATOR_TYPE_PORT);
    port.set_value(std::move(found.port));
    v1::Object& object = unit.object.emplace();
    object.set_ref(made_.NextRef('o'));
    object.set_name("ip-port");
    for (const auto& [relation, ref] : {std::pair(std::string("ip"), indicator.ref()),
                                        std::pair(std::string("dst-port"), port.ref())}) {
      v1::Member& member = *object.add_members();
      member.set_relation(relation);
      member.set_indicator(ref);
    }
    unit.indicators.push_back(std::move(port));
  }
  unit.indicators.insert(unit.indicators.begin(), std::move(indicator));
  made_.units.push_back(std::move(unit));
}

absl::StatusOr<std::vector<Imported>> ListMaker::Finish(BytesView file, std::string_view format) {
  RETURN_IF_ERROR(status_);
  if (known_ == 0 && unknown_ == 0) return InvalidArgument("there is no value in the file");
  if (known_ < unknown_ || known_ == 0) {
    return InvalidArgument(
        fmt::format("{} is no address, name, URL or hash ({} of {} values are): no list, and "
                    "neither JSON, XML, a mail nor a table with a header line that is known",
                    first_unknown_, known_, known_ + unknown_));
  }
  made_.draft.source_format = std::string(format);
  made_.draft.source_id = "sha256:" + HexEncode(crypto::Sha256(file).view());
  std::vector<record::Draft> drafts = SplitIntoDrafts(made_);
  const int parts = static_cast<int>(drafts.size());
  std::vector<Imported> imported;
  for (int part = 1; part <= parts; ++part) {
    record::Draft& draft = drafts[static_cast<std::size_t>(part - 1)];
    if (part > 1) draft.source_id = fmt::format("{}/{}", made_.draft.source_id, part);
    RETURN_IF_ERROR(Annotate(record::CheckSections(draft.sections), "imported list"));
    imported.push_back({std::move(draft), {}, part, parts});
  }
  imported.front().report = made_.report.Take();
  return imported;
}

absl::StatusOr<std::vector<Imported>> ImportList(BytesView file, const ImportOptions& options) {
  if (file.starts_with("\xef\xbb\xbf")) file.remove_prefix(3);
  RETURN_IF_ERROR(CheckListBytes(file, options));
  ASSIGN_OR_RETURN(const std::optional<ListColumns> columns,
                   ColumnsOf(FirstLine(file), options.csv_mappings, options.mapping));
  if (!columns) return ReadPlain(file, options);
  ListMaker maker(options);
  // What stands above the header line is comment.
  const std::string_view first = FirstLine(file);
  const std::size_t above =
      first.empty() ? 0 : static_cast<std::size_t>(first.data() - file.data());
  const auto lines =
      std::count(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(above), '\n');
  RETURN_IF_ERROR(
      ReadTable(maker, *columns, file.substr(above), static_cast<std::size_t>(lines) + 1));
  return maker.Finish(file, "csv");
}

}  // namespace renkei::formats
