#include "policy/marking.h"

#include <algorithm>
#include <cstddef>

#include "policy/facts.h"

namespace renkei::policy {
namespace {

constexpr std::array<std::string_view, kSectionCount> kSectionWords = {
    "spare-0",  "summary",  "techniques",      "indicators", "victim",       "impact",
    "timeline", "response", "detection-rules", "contact",    "log-excerpts", "attachments",
    "sealed",   "caveats",  "spare-14",        "references"};

// Word 0 of each is what an unspecified value is called in output; no From* reads it.
constexpr std::array<std::string_view, 8> kKindWords = {"unspecified", "incident",  "indicators",
                                                        "sighting",    "advisory",  "vulnerability",
                                                        "request",     "withdrawal"};
constexpr std::array<std::string_view, 6> kTlpWords = {"unspecified", "clear",        "green",
                                                       "amber",       "amber+strict", "red"};
constexpr std::array<std::string_view, 5> kPapWords = {"unspecified", "clear", "green", "amber",
                                                       "red"};
constexpr std::array<std::string_view, 4> kSourceWords = {"unspecified", "attributed",
                                                          "pseudonymous", "anonymous"};
constexpr std::array<std::string_view, 4> kRelayWords = {"unspecified", "none", "circle", "free"};
constexpr std::array<std::string_view, 5> kSeverityWords = {"unspecified", "low", "medium", "high",
                                                            "critical"};
constexpr std::array<std::string_view, 5> kPeerKindWords = {"unspecified", "member", "hub", "guest",
                                                            "observer"};

template <class Enum, std::size_t N>
std::string_view WordOf(const std::array<std::string_view, N>& words, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? words[index] : "unspecified";
}

// Searches from `first`: 1 leaves out "unspecified".
template <class Enum, std::size_t N>
std::optional<Enum> ValueOf(const std::array<std::string_view, N>& words, std::string_view word,
                            std::size_t first = 1) {
  for (std::size_t i = first; i < N; ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view ToWord(SectionId section) { return WordOf(kSectionWords, section); }
std::string_view ToWord(Kind kind) { return WordOf(kKindWords, kind); }
std::string_view ToWord(Tlp tlp) { return WordOf(kTlpWords, tlp); }
std::string_view ToWord(Pap pap) { return WordOf(kPapWords, pap); }
std::string_view ToWord(SourceMode mode) { return WordOf(kSourceWords, mode); }
std::string_view ToWord(Relay relay) { return WordOf(kRelayWords, relay); }
std::string_view ToWord(Severity severity) { return WordOf(kSeverityWords, severity); }
std::string_view ToWord(PeerKind kind) { return WordOf(kPeerKindWords, kind); }

std::optional<SectionId> SectionFromWord(std::string_view word) {
  return ValueOf<SectionId>(kSectionWords, word, 0);
}
std::optional<Kind> KindFromWord(std::string_view word) { return ValueOf<Kind>(kKindWords, word); }
std::optional<Tlp> TlpFromWord(std::string_view word) { return ValueOf<Tlp>(kTlpWords, word); }
std::optional<Pap> PapFromWord(std::string_view word) { return ValueOf<Pap>(kPapWords, word); }
std::optional<SourceMode> SourceModeFromWord(std::string_view word) {
  return ValueOf<SourceMode>(kSourceWords, word);
}
std::optional<Relay> RelayFromWord(std::string_view word) {
  return ValueOf<Relay>(kRelayWords, word);
}
std::optional<Severity> SeverityFromWord(std::string_view word) {
  return ValueOf<Severity>(kSeverityWords, word);
}
std::optional<PeerKind> PeerKindFromWord(std::string_view word) {
  return ValueOf<PeerKind>(kPeerKindWords, word);
}

Mask Close(Mask mask, const Marking& marking) { return Mask(ClosedBits(mask.bits_, marking)); }

}  // namespace renkei::policy
