// TLP and PAP as STIX marking definitions: both families of TLP are read, TLP 2.0 is written.
//
// Pure; thread-safe.  Source: STIX 2.1 section 7.2, FIRST TLP 2.0, the OASIS common objects.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/base/json.h"
#include "policy/marking.h"

namespace renkei::formats {

inline constexpr std::string_view kTlp2Extension =
    "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
inline constexpr std::string_view kPapExtension =
    "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b";

struct StixMarking {
  policy::Tlp tlp = policy::Tlp::kUnspecified;
  policy::Pap pap = policy::Pap::kUnspecified;
};

// By the id alone: the fixed objects need not be in the file.
std::optional<StixMarking> KnownMarking(std::string_view id);

// `amber`, `AMBER+STRICT`, `TLP:WHITE`; nothing for any other word.
std::optional<policy::Tlp> TlpFromStix(std::string_view word);
std::optional<policy::Pap> PapFromStix(std::string_view word);

// The marking definition of a level; null if there is none (unspecified).
Json MarkingDefinition(policy::Tlp tlp);
Json MarkingDefinition(policy::Pap pap);

}  // namespace renkei::formats
