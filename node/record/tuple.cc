#include "node/record/tuple.h"

#include <algorithm>

namespace renkei::record {
namespace {

constexpr std::uint8_t kTupleVersion = 1;

void PutWords(ByteWriter& out, const std::vector<std::string>& words) {
  out.U16(static_cast<std::uint16_t>(words.size()));
  for (const std::string& word : words) {
    out.U16(static_cast<std::uint16_t>(word.size())).Raw(word);
  }
}

std::vector<std::string> TakeWords(ByteReader& in) {
  std::vector<std::string> words;
  const int count = in.U16();
  for (int i = 0; i < count && in.ok(); ++i) words.emplace_back(in.Raw(in.U16()));
  return words;
}

// An enum of a header that was parsed once, so within its range then.
template <class Enum>
Enum TakeEnum(ByteReader& in) {
  return static_cast<Enum>(in.U8());
}

template <class Enum>
std::uint8_t ByteOf(Enum value) {
  return static_cast<std::uint8_t>(value);
}

}  // namespace

MarkingTuple TupleOf(const Header& header, std::vector<CircleId> accepted) {
  MarkingTuple tuple{.marking = ToMarking(header, {}, header.issued),
                     .circles = std::move(accepted),
                     .embargo = header.embargo_until.has_value(),
                     .recipients = !header.recipients.empty()};
  tuple.marking.embargoed = false;
  std::sort(tuple.circles.begin(), tuple.circles.end());
  return tuple;
}

Bytes EncodeTuple(const MarkingTuple& tuple) {
  const policy::Marking& m = tuple.marking;
  ByteWriter out;
  out.U8(kTupleVersion);
  out.U8(ByteOf(m.kind)).U8(ByteOf(m.tlp)).U8(ByteOf(m.pap)).U8(ByteOf(m.source));
  out.U8(ByteOf(m.relay)).U8(ByteOf(m.severity)).U32(m.type).U8(m.min_level);
  for (const policy::Rung level : m.section_levels) out.U8(level);
  out.U16(m.must_disclose).U8(m.exercise ? 1 : 0);
  out.U8(tuple.embargo ? 1 : 0).U8(tuple.recipients ? 1 : 0);
  PutWords(out, m.tags);
  PutWords(out, m.sectors);
  PutWords(out, m.countries);
  for (const CircleId& circle : tuple.circles) out.Raw(circle.view());
  return out.Take();
}

absl::StatusOr<MarkingTuple> ParseTuple(BytesView bytes) {
  ByteReader in(bytes);
  if (in.U8() != kTupleVersion) return DataLoss("a stored marking tuple: unknown version");
  MarkingTuple tuple;
  policy::Marking& m = tuple.marking;
  m.kind = TakeEnum<policy::Kind>(in);
  m.tlp = TakeEnum<policy::Tlp>(in);
  m.pap = TakeEnum<policy::Pap>(in);
  m.source = TakeEnum<policy::SourceMode>(in);
  m.relay = TakeEnum<policy::Relay>(in);
  m.severity = TakeEnum<policy::Severity>(in);
  m.type = in.U32();
  m.min_level = in.U8();
  for (policy::Rung& level : m.section_levels) level = in.U8();
  m.must_disclose = in.U16();
  m.exercise = in.U8() != 0;
  tuple.embargo = in.U8() != 0;
  tuple.recipients = in.U8() != 0;
  m.tags = TakeWords(in);
  m.sectors = TakeWords(in);
  m.countries = TakeWords(in);
  while (in.ok() && !in.AtEnd()) tuple.circles.push_back(in.Read<CircleId>());
  if (!in.ok()) return DataLoss("a stored marking tuple: wrong length");
  return tuple;
}

}  // namespace renkei::record
