// The signed header of a record: all that relay and receiver decide on (RECORD section 3).
//
// ParseHeader accepts canonical bytes only: parsed, stripped of unknown fields and encoded again
// they must be equal; then every field obeys its rule.  Error: INVALID_ARGUMENT naming the field.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "node/crypto/keys.h"
#include "node/record/draft.h"
#include "node/record/ids.h"
#include "policy/marking.h"

namespace renkei::record {

using IdNonce = FixedBytes<16, struct IdNonceTag>;

enum class AdvisoryStatus : std::uint8_t {
  kUnspecified = 0,
  kDraft = 1,
  kProvisional = 2,
  kFinal = 3,
  kUpdated = 4,
};

// FIRST IEP 2.0: may the provider be named.
enum class Attribution : std::uint8_t { kUnspecified = 0, kMay = 1, kMust = 2, kMustNot = 3 };

struct Header {
  RecordId record_id{};
  crypto::PublicKey origin{};
  IdNonce id_nonce{};
  std::optional<crypto::PublicKey> signer{};  // absent: origin signs
  std::uint32_t revision = 1;
  std::optional<crypto::Digest> previous{};  // leaf of the revision before
  policy::Kind kind = policy::Kind::kUnspecified;
  Timestamp issued{};
  Timestamp expires{};
  std::optional<Timestamp> embargo_until{};
  policy::SourceMode source = policy::SourceMode::kUnspecified;
  std::vector<CircleId> circles{};  // sorted
  policy::Tlp tlp = policy::Tlp::kUnspecified;
  policy::Pap pap = policy::Pap::kUnspecified;
  policy::Relay relay = policy::Relay::kUnspecified;
  policy::Rung min_level = 0;
  std::uint64_t section_levels = 0;  // 16 nibbles, slot 0 lowest
  SectionMask must_disclose = 0;
  std::vector<RecipientTag> recipients{};
  std::uint32_t type = 0;
  policy::Severity severity = policy::Severity::kUnspecified;
  std::vector<std::string> sectors{};
  std::vector<std::string> countries{};
  std::vector<std::string> tags{};
  std::optional<About> about{};
  WithdrawalReason reason = WithdrawalReason::kUnspecified;
  bool exercise = false;
  std::string serial{};
  AdvisoryStatus status = AdvisoryStatus::kUnspecified;
  Attribution attribution = Attribution::kUnspecified;

  bool operator==(const Header&) const = default;

  // The key that signs this revision.
  const crypto::PublicKey& signing_key() const { return signer ? *signer : origin; }
};

inline constexpr std::uint32_t kRecordVersion = 1;

Bytes EncodeHeader(const Header& header);
absl::StatusOr<Header> ParseHeader(BytesView bytes);

// Rules that depend on the time of reading: `issued` at most 10 minutes ahead, not expired.
absl::Status CheckTimes(const Header& header, Timestamp now);

// record_id = u32 hours || SHA-256(tag || u32 hours || origin || id_nonce)[0..12).
RecordId MakeRecordId(Timestamp issued, const crypto::PublicKey& origin, const IdNonce& nonce);
// The tag by which a team finds itself among a record's recipients.
RecipientTag MakeRecipientTag(const RecordId& id, const crypto::PublicKey& team_key);
// circle_id of a circle's name in a community.
CircleId MakeCircleId(std::string_view community, std::string_view circle);

// The policy's view of a header.  `circle_names` are the names of header.circles known here; `now`
// decides the embargo.
policy::Marking ToMarking(const Header& header, std::vector<std::string> circle_names,
                          Timestamp now);

// How far times are rounded down in a source mode.
std::chrono::seconds Rounding(policy::SourceMode source);

}  // namespace renkei::record
