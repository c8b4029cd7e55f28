#include "node/record/header.h"

#include <algorithm>

#include "node/base/encoding.h"
#include "node/record/limits.h"

namespace renkei::record {
namespace {

using policy::Kind;
using policy::SourceMode;

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kLatestTime = 253'402'300'799;  // end of the year 9999

absl::Status Bad(std::string_view field, std::string_view rule) {
  return InvalidArgument(fmt::format("header: {}: {}", field, rule));
}

template <class Fixed>
bool ReadFixed(const std::string& bytes, Fixed& out) {
  const auto fixed = Fixed::From(bytes);
  if (fixed) out = *fixed;
  return fixed.has_value();
}

// Reads an optional fixed-size field: absent is fine, a wrong length is not.
template <class Fixed>
bool ReadOptionalFixed(const std::string& bytes, std::optional<Fixed>& out) {
  if (bytes.empty()) return true;
  out = Fixed::From(bytes);
  return out.has_value();
}

template <class E>
bool ReadEnum(std::uint32_t number, E last, E& out) {
  if (number > static_cast<std::uint32_t>(last)) return false;
  out = static_cast<E>(number);
  return true;
}

template <class List>
bool SortedUnique(const List& list) {
  return std::adjacent_find(list.begin(), list.end(),
                            [](const auto& a, const auto& b) { return !(a < b); }) == list.end();
}

absl::Status ReadLabels(const google::protobuf::RepeatedPtrField<std::string>& in,
                        std::string_view field, std::vector<std::string>& out) {
  out.assign(in.begin(), in.end());
  if (out.size() > kListMax) return Bad(field, fmt::format("more than {} entries", kListMax));
  if (!SortedUnique(out)) return Bad(field, "not sorted and unique");
  for (const std::string& label : out) {
    if (!IsLabel(label, kLabelBytesMax)) return Bad(field, "not of the form [a-z0-9-]{1,64}");
  }
  return absl::OkStatus();
}

absl::Status ReadIdentity(const v1::RecordHeader& in, Header& out) {
  if (in.version() != kRecordVersion) return Bad("version", "not 1");
  if (!ReadFixed(in.record_id(), out.record_id)) return Bad("record_id", "not 16 bytes");
  if (!ReadFixed(in.origin(), out.origin)) return Bad("origin", "not 32 bytes");
  if (!ReadFixed(in.id_nonce(), out.id_nonce)) return Bad("id_nonce", "not 16 bytes");
  if (!ReadOptionalFixed(in.signer(), out.signer)) return Bad("signer", "not 32 bytes");
  // Nothing here checks a successor's proofs (attestation mode 5) yet, so none may speak for an
  // origin.
  if (out.signer) return Bad("signer", "successor keys are not taken by this version");
  if (in.revision() == 0) return Bad("revision", "not set");
  out.revision = in.revision();
  if (!ReadOptionalFixed(in.previous(), out.previous)) return Bad("previous", "not 32 bytes");
  if (out.previous.has_value() != (out.revision > 1)) {
    return Bad("previous", "present exactly in revisions above 1");
  }
  if (in.circles().empty()) return Bad("circles", "none");
  if (static_cast<std::size_t>(in.circles_size()) > kListMax) return Bad("circles", "too many");
  for (const std::string& circle : in.circles()) {
    CircleId id;
    if (!ReadFixed(circle, id)) return Bad("circles", "not 16 bytes each");
    out.circles.push_back(id);
  }
  if (!SortedUnique(out.circles)) return Bad("circles", "not sorted and unique");
  return absl::OkStatus();
}

absl::Status ReadTimes(const v1::RecordHeader& in, Header& out) {
  for (const std::int64_t time : {in.issued(), in.expires(), in.embargo_until()}) {
    if (time < 0 || time > kLatestTime) return Bad("times", "out of range");
  }
  if (in.issued() == 0) return Bad("issued", "not set");
  out.issued = FromUnixSeconds(in.issued());
  out.expires = FromUnixSeconds(in.expires());
  if (out.expires <= out.issued) return Bad("expires", "not after issued");
  if (out.expires - out.issued > kLifetimeMax) return Bad("expires", "over 2 years after issued");
  if (in.embargo_until() != 0) out.embargo_until = FromUnixSeconds(in.embargo_until());
  return absl::OkStatus();
}

absl::Status ReadMarks(const v1::RecordHeader& in, Header& out) {
  if (!ReadEnum(in.kind(), Kind::kWithdrawal, out.kind)) return Bad("kind", "unknown");
  if (!ReadEnum(in.source(), SourceMode::kAnonymous, out.source)) return Bad("source", "unknown");
  if (!ReadEnum(in.tlp(), policy::Tlp::kRed, out.tlp)) return Bad("tlp", "unknown");
  if (!ReadEnum(in.pap(), policy::Pap::kRed, out.pap)) return Bad("pap", "unknown");
  if (!ReadEnum(in.relay(), policy::Relay::kFree, out.relay)) return Bad("relay", "unknown");
  if (in.kind() == 0) return Bad("kind", "not set");
  if (in.source() == 0) return Bad("source", "not set");
  if (in.tlp() == 0) return Bad("tlp", "not set");
  if (in.pap() == 0) return Bad("pap", "not set");
  if (in.relay() == 0) return Bad("relay", "not set");
  if (!ReadEnum(in.severity(), policy::Severity::kCritical, out.severity)) {
    return Bad("severity", "unknown");
  }
  if (!ReadEnum(in.reason(), WithdrawalReason::kAudienceNarrowed, out.reason)) {
    return Bad("reason", "unknown");
  }
  if (!ReadEnum(in.status(), AdvisoryStatus::kUpdated, out.status)) {
    return Bad("status", "unknown");
  }
  if (!ReadEnum(in.attribution(), Attribution::kMustNot, out.attribution)) {
    return Bad("attribution", "unknown");
  }
  if (in.min_level() > 15) return Bad("min_level", "over 15");
  out.min_level = static_cast<policy::Rung>(in.min_level());
  out.section_levels = in.section_levels();
  if (in.must_disclose() > policy::kAllSections) return Bad("must_disclose", "over 16 bits");
  out.must_disclose = static_cast<SectionMask>(in.must_disclose());
  const bool known_type = policy::RsitFromWord(policy::RsitWord(in.type())) == in.type();
  if (in.type() != 0 && !known_type) return Bad("type", "unknown");
  out.type = in.type();
  out.exercise = in.exercise();
  return absl::OkStatus();
}

absl::Status ReadRecipients(const v1::RecordHeader& in, Header& out) {
  const auto n = static_cast<std::size_t>(in.recipients_size());
  if (n > kRecipientsMax) return Bad("recipients", "more than 32");
  if (n > 0 && !std::has_single_bit(n)) return Bad("recipients", "not a power of two");
  for (const std::string& bytes : in.recipients()) {
    RecipientTag tag;
    if (!ReadFixed(bytes, tag)) return Bad("recipients", "not 32 bytes each");
    out.recipients.push_back(tag);
  }
  if (!SortedUnique(out.recipients)) return Bad("recipients", "not sorted and unique");
  return absl::OkStatus();
}

absl::Status ReadWords(const v1::RecordHeader& in, Header& out) {
  RETURN_IF_ERROR(ReadLabels(in.sectors(), "sectors", out.sectors));
  RETURN_IF_ERROR(ReadLabels(in.tags(), "tags", out.tags));
  RETURN_IF_ERROR(ReadLabels(in.countries(), "countries", out.countries));
  for (const std::string& country : out.countries) {
    const bool alpha2 = country.size() == 2 && country[0] >= 'a' && country[1] >= 'a';
    if (!alpha2) return Bad("countries", "not two lower-case letters");
  }
  out.serial = in.serial();
  const bool printable = std::all_of(out.serial.begin(), out.serial.end(),
                                     [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!printable || out.serial.size() > kSerialBytesMax) {
    return Bad("serial", "not printable ASCII of at most 64 characters");
  }
  if (!in.has_about()) return absl::OkStatus();
  About about;
  if (!ReadFixed(in.about().record_id(), about.record_id)) return Bad("about", "id not 16 bytes");
  about.leaf = in.about().leaf();
  if (!about.leaf.empty() && about.leaf.size() != 32) return Bad("about", "leaf not 32 bytes");
  out.about = about;
  return absl::OkStatus();
}

// Rules that join several fields.
absl::Status CheckTogether(const Header& h) {
  const bool withdrawal = h.kind == Kind::kWithdrawal;
  if (withdrawal != (h.reason != WithdrawalReason::kUnspecified)) {
    return Bad("reason", "set exactly in withdrawals");
  }
  if (withdrawal && h.must_disclose != 0) return Bad("must_disclose", "not 0 in a withdrawal");
  if (withdrawal && h.revision == 1) return Bad("revision", "a withdrawal follows a revision");
  const std::int64_t step = Rounding(h.source).count();
  for (const Timestamp time : {h.issued, h.expires, h.embargo_until.value_or(Timestamp{})}) {
    if (UnixSeconds(time) % step != 0) return Bad("times", "finer than the source mode allows");
  }
  if (h.source != SourceMode::kAttributed) {
    if (h.circles.size() != 1) return Bad("circles", "an unnamed record names exactly one");
    if (h.signer) return Bad("signer", "an unnamed record has none");
  }
  if (h.source == SourceMode::kAnonymous &&
      (!h.tags.empty() || !h.serial.empty() || h.attribution != Attribution::kUnspecified)) {
    return Bad("tags", "an anonymous record has no tags, serial, attribution");
  }
  // Revision 1 names the hour in which it was issued; later ones keep the id.
  const std::int64_t id_hours = ByteReader(h.record_id.view()).U32();
  if (h.revision == 1 && id_hours != UnixSeconds(h.issued) / kHour) {
    return Bad("record_id", "not of the hour of issue");
  }
  if (h.record_id != MakeRecordId(FromUnixSeconds(id_hours * kHour), h.origin, h.id_nonce)) {
    return Bad("record_id", "not made from origin and nonce");
  }
  return absl::OkStatus();
}

}  // namespace

std::chrono::seconds Rounding(SourceMode source) {
  switch (source) {
    case SourceMode::kPseudonymous:
      return std::chrono::seconds(kHour);
    case SourceMode::kAnonymous:
      return std::chrono::seconds(kDay);
    default:
      return std::chrono::seconds(1);
  }
}

Bytes EncodeHeader(const Header& h) {
  v1::RecordHeader out;
  out.set_version(kRecordVersion);
  out.set_record_id(h.record_id.str());
  out.set_origin(h.origin.str());
  out.set_id_nonce(h.id_nonce.str());
  if (h.signer) out.set_signer(h.signer->str());
  out.set_revision(h.revision);
  if (h.previous) out.set_previous(h.previous->str());
  out.set_kind(static_cast<std::uint32_t>(h.kind));
  out.set_issued(UnixSeconds(h.issued));
  out.set_expires(UnixSeconds(h.expires));
  if (h.embargo_until) out.set_embargo_until(UnixSeconds(*h.embargo_until));
  out.set_source(static_cast<std::uint32_t>(h.source));
  for (const CircleId& circle : h.circles) out.add_circles(circle.str());
  out.set_tlp(static_cast<std::uint32_t>(h.tlp));
  out.set_pap(static_cast<std::uint32_t>(h.pap));
  out.set_relay(static_cast<std::uint32_t>(h.relay));
  out.set_min_level(h.min_level);
  out.set_section_levels(h.section_levels);
  out.set_must_disclose(h.must_disclose);
  for (const RecipientTag& tag : h.recipients) out.add_recipients(tag.str());
  out.set_type(h.type);
  out.set_severity(static_cast<std::uint32_t>(h.severity));
  for (const std::string& s : h.sectors) out.add_sectors(s);
  for (const std::string& s : h.countries) out.add_countries(s);
  for (const std::string& s : h.tags) out.add_tags(s);
  if (h.about) {
    out.mutable_about()->set_record_id(h.about->record_id.str());
    out.mutable_about()->set_leaf(h.about->leaf);
  }
  out.set_reason(static_cast<std::uint32_t>(h.reason));
  out.set_exercise(h.exercise);
  out.set_serial(h.serial);
  out.set_status(static_cast<std::uint32_t>(h.status));
  out.set_attribution(static_cast<std::uint32_t>(h.attribution));
  return DeterministicBytes(out);
}

absl::StatusOr<Header> ParseHeader(BytesView bytes) {
  if (bytes.size() > kHeaderBytesMax) return Bad("size", "over 4 KiB");
  SilenceProtobuf();
  v1::RecordHeader in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Bad("bytes", "not a RecordHeader");
  }
  in.DiscardUnknownFields();
  if (DeterministicBytes(in) != bytes) return Bad("bytes", "not canonical");
  Header header;
  RETURN_IF_ERROR(ReadIdentity(in, header));
  RETURN_IF_ERROR(ReadTimes(in, header));
  RETURN_IF_ERROR(ReadMarks(in, header));
  RETURN_IF_ERROR(ReadRecipients(in, header));
  RETURN_IF_ERROR(ReadWords(in, header));
  RETURN_IF_ERROR(CheckTogether(header));
  return header;
}

absl::Status CheckTimes(const Header& header, Timestamp now) {
  if (header.issued > now + kIssuedAheadMax) {
    return InvalidArgument("header: issued: more than 10 minutes ahead of this node's clock");
  }
  if (header.expires <= now) return InvalidArgument("header: expires: in the past");
  return absl::OkStatus();
}

RecordId MakeRecordId(Timestamp issued, const crypto::PublicKey& origin, const IdNonce& nonce) {
  const Bytes hours =
      ByteWriter().U32(static_cast<std::uint32_t>(UnixSeconds(issued) / kHour)).Take();
  const crypto::Digest digest =
      crypto::Sha256({crypto::Tag16("RNK1.id"), hours, origin.view(), nonce.view()});
  return *RecordId::From(hours + Bytes(digest.view().substr(0, 12)));
}

RecipientTag MakeRecipientTag(const RecordId& id, const crypto::PublicKey& team_key) {
  return *RecipientTag::From(
      crypto::Sha256({crypto::Tag16("RNK1.rcpt"), id.view(), team_key.view()}).view());
}

CircleId MakeCircleId(std::string_view community, std::string_view circle) {
  const Bytes length = ByteWriter().U8(static_cast<std::uint8_t>(community.size())).Take();
  return *CircleId::From(crypto::Sha256({crypto::Tag16("RNK1.circle"), length, community, circle})
                             .view()
                             .substr(0, 16));
}

}  // namespace renkei::record
