// The words of trust: what the policy may know of a record (Marking) and of a peer (Peer), and its
// answer (Mask).  Plain values; everything above speaks in these types.
//
// Numbers are those of the signed header (docs/record-format.md) and never change.  0 always means
// "unspecified", never "most permissive".
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace renkei::policy {

// The 16 fixed slots of a record; the unit of disclosure.
enum class SectionId : std::uint8_t {
  kSpare0 = 0,
  kSummary = 1,
  kTechniques = 2,
  kIndicators = 3,
  kVictim = 4,
  kImpact = 5,
  kTimeline = 6,
  kResponse = 7,
  kDetectionRules = 8,
  kContact = 9,
  kLogExcerpts = 10,
  kAttachments = 11,
  kSealed = 12,
  kCaveats = 13,
  kSpare14 = 14,
  kReferences = 15,
};
inline constexpr int kSectionCount = 16;

// A set of sections: bit i is section i.
using SectionMask = std::uint16_t;
inline constexpr SectionMask kAllSections = 0xffff;
constexpr SectionMask Bit(SectionId section) {
  return static_cast<SectionMask>(1U << static_cast<int>(section));
}

enum class Kind : std::uint8_t {
  kUnspecified = 0,
  kIncident = 1,
  kIndicators = 2,
  kSighting = 3,
  kAdvisory = 4,
  kVulnerability = 5,
  kRequest = 6,
  kWithdrawal = 7,
};

// FIRST TLP 2.0; a larger number is stricter.
enum class Tlp : std::uint8_t {
  kUnspecified = 0,
  kClear = 1,
  kGreen = 2,
  kAmber = 3,
  kAmberStrict = 4,
  kRed = 5,
};

// Permissible Actions Protocol; a larger number is stricter.
enum class Pap : std::uint8_t { kUnspecified = 0, kClear = 1, kGreen = 2, kAmber = 3, kRed = 4 };

enum class SourceMode : std::uint8_t {
  kUnspecified = 0,
  kAttributed = 1,
  kPseudonymous = 2,
  kAnonymous = 3,
};

enum class Relay : std::uint8_t { kUnspecified = 0, kNone = 1, kCircle = 2, kFree = 3 };

enum class Severity : std::uint8_t {
  kUnspecified = 0,
  kLow = 1,
  kMedium = 2,
  kHigh = 3,
  kCritical = 4,
};

enum class PeerKind : std::uint8_t {
  kUnspecified = 0,
  kMember = 1,
  kHub = 2,
  kGuest = 3,
  kObserver = 4,
};

// A team's rung in a circle: 1..14, in steps a charter names (defaults: listed 4, accredited 8,
// certified 12); 0 is no level.  15 never is a rung: as a header nibble it means recipients only.
using Rung = std::uint8_t;
inline constexpr Rung kRungMax = 14;
inline constexpr Rung kRecipientsOnly = 15;

// Words as written in policy, JSON, CLI; lower case (`amber+strict`).  From* accept exactly these
// words and answer nothing for any other, "unspecified" included.
std::string_view ToWord(SectionId section);
std::string_view ToWord(Kind kind);
std::string_view ToWord(Tlp tlp);
std::string_view ToWord(Pap pap);
std::string_view ToWord(SourceMode mode);
std::string_view ToWord(Relay relay);
std::string_view ToWord(Severity severity);
std::string_view ToWord(PeerKind kind);
std::optional<SectionId> SectionFromWord(std::string_view word);
std::optional<Kind> KindFromWord(std::string_view word);
std::optional<Tlp> TlpFromWord(std::string_view word);
std::optional<Pap> PapFromWord(std::string_view word);
std::optional<SourceMode> SourceModeFromWord(std::string_view word);
std::optional<Relay> RelayFromWord(std::string_view word);
std::optional<Severity> SeverityFromWord(std::string_view word);
std::optional<PeerKind> PeerKindFromWord(std::string_view word);

// RSIT class and type: class x 256 + type, type 0 is the class alone, 0 is unspecified.  The table
// stands in docs/record-format.md.  Words: `fraud` or `fraud/phishing`.
std::string RsitWord(std::uint32_t type);
std::optional<std::uint32_t> RsitFromWord(std::string_view word);
std::vector<std::string> RsitWords();  // every class, then every class/type

// All that the policy may know of a record: its signed header, and two facts of the moment.
struct Marking {
  Kind kind = Kind::kUnspecified;
  Tlp tlp = Tlp::kUnspecified;
  Pap pap = Pap::kUnspecified;
  SourceMode source = SourceMode::kUnspecified;
  Relay relay = Relay::kUnspecified;
  Severity severity = Severity::kUnspecified;  // unspecified: unknown to the policy
  std::uint32_t type = 0;                      // RSIT; 0: unknown to the policy
  std::vector<std::string> circles{};    // names, sorted; a circle nobody here knows is absent
  std::vector<std::string> tags{};       // sorted; empty is known and empty
  std::vector<std::string> sectors{};    // of the victim, generalised; empty: unknown
  std::vector<std::string> countries{};  // alpha-2 lower case; empty: unknown
  Rung min_level = 0;                    // rung needed to know that the record exists
  std::array<Rung, kSectionCount> section_levels{};  // rung needed per section; 15: recipients only
  SectionMask must_disclose = 0;
  bool exercise = false;
  bool embargoed = false;  // now, by embargo_until

  bool operator==(const Marking&) const = default;
};

// Who asserts an attribute of a peer.
struct AssertedBy {
  bool hub = false;
  bool self = false;
  int sponsors = 0;  // teams that vouch; "sponsors" in a policy means at least 2

  bool operator==(const AssertedBy&) const = default;
};

struct Membership {
  std::string circle{};
  Rung rung = 0;
  AssertedBy by{.hub = true, .self = false, .sponsors = 0};

  bool operator==(const Membership&) const = default;
};

// All that the policy may know of a peer, towards one record.
struct Peer {
  std::string team{};  // slug; empty: unknown
  PeerKind kind = PeerKind::kUnspecified;
  std::vector<Membership> circles{};  // sorted by circle, one each
  std::string sector{};               // empty: unknown
  AssertedBy sector_by{};
  std::string country{};  // empty: unknown
  AssertedBy country_by{};
  bool recipient = false;   // named in the record's recipients
  bool own = false;         // the author of an attributed record
  bool author_hub = false;  // the hub that attested the author: carrying is not seeing

  bool operator==(const Peer&) const = default;
};

// The policy's answer for one peer and one record.  Only this library makes one with a bit set.
// Bits 0-15 see section i; 16-31 relay section i; 32 exist; 33 query; 34 sight; 35 comment.
class Mask {
 public:
  Mask() = default;

  bool exist() const { return (bits_ & kExist) != 0; }
  bool query() const { return (bits_ & kQuery) != 0; }
  bool sight() const { return (bits_ & kSight) != 0; }
  bool comment() const { return (bits_ & kComment) != 0; }
  SectionMask see() const { return static_cast<SectionMask>(bits_ & 0xffff); }
  SectionMask relay() const { return static_cast<SectionMask>((bits_ >> 16) & 0xffff); }
  bool Sees(SectionId section) const { return (see() & Bit(section)) != 0; }
  std::uint64_t bits() const { return bits_; }

  // A layer only removes.
  friend Mask operator&(Mask a, Mask b) { return Mask(a.bits_ & b.bits_); }
  bool operator==(const Mask&) const = default;

  static constexpr std::uint64_t kSee = 0xffffULL;
  static constexpr std::uint64_t kRelay = 0xffffULL << 16;
  static constexpr std::uint64_t kExist = 1ULL << 32;
  static constexpr std::uint64_t kQuery = 1ULL << 33;
  static constexpr std::uint64_t kSight = 1ULL << 34;
  static constexpr std::uint64_t kComment = 1ULL << 35;
  static constexpr std::uint64_t kAll = (1ULL << 36) - 1;

 private:
  friend class Evaluator;
  friend class Table;
  friend class MaskForTests;  // tests/support/mask_for_tests.h
  friend Mask Close(Mask mask, const Marking& marking);
  explicit Mask(std::uint64_t bits) : bits_(bits) {}

  std::uint64_t bits_ = 0;
};

// Closure: relay needs see, see needs exist; a must-disclose section that is not visible, or no
// exist, makes all 0.
Mask Close(Mask mask, const Marking& marking);

}  // namespace renkei::policy
