// The Reference Security Incident Taxonomy (RSIT), numbered by us: class from 1 and type from 1, in
// the taxonomy's order.  Numbers are in signed headers: append, never renumber.

#include <array>
#include <cstddef>
#include <string>

#include "policy/marking.h"

namespace renkei::policy {
namespace {

constexpr std::size_t kTypesMax = 6;

struct RsitClass {
  std::string_view word;
  std::array<std::string_view, kTypesMax> types;  // unused ones are empty
};

constexpr std::array<RsitClass, 11> kClasses = {{
    {"abusive-content", {"spam", "harmful-speech", "violence"}},
    {"malicious-code",
     {"infected-system", "c2-server", "malware-distribution", "malware-configuration"}},
    {"information-gathering", {"scanner", "sniffing", "social-engineering"}},
    {"intrusion-attempts", {"ids-alert", "brute-force", "exploit"}},
    {"intrusions",
     {"privileged-account-compromise", "unprivileged-account-compromise", "application-compromise",
      "system-compromise", "burglary"}},
    {"availability", {"dos", "ddos", "misconfiguration", "sabotage", "outage"}},
    {"information-content-security",
     {"unauthorised-information-access", "unauthorised-information-modification", "data-loss",
      "data-leak"}},
    {"fraud", {"unauthorised-use-of-resources", "copyright", "masquerade", "phishing"}},
    {"vulnerable",
     {"weak-crypto", "ddos-amplifier", "potentially-unwanted-accessible", "information-disclosure",
      "vulnerable-system"}},
    {"other", {"other", "undetermined"}},
    {"test", {"test"}},
}};

}  // namespace

std::string RsitWord(std::uint32_t type) {
  const std::size_t c = type >> 8;
  const std::size_t t = type & 0xff;
  if (c == 0 || c > kClasses.size()) return "unspecified";
  const RsitClass& rsit = kClasses[c - 1];
  std::string word(rsit.word);
  if (t == 0) return word;
  if (t > kTypesMax || rsit.types[t - 1].empty()) return "unspecified";
  return word.append("/").append(rsit.types[t - 1]);
}

std::optional<std::uint32_t> RsitFromWord(std::string_view word) {
  const std::size_t slash = word.find('/');
  const std::string_view name = word.substr(0, slash);
  for (std::uint32_t c = 0; c < kClasses.size(); ++c) {
    if (kClasses[c].word != name) continue;
    const std::uint32_t number = (c + 1) << 8;
    if (slash == std::string_view::npos) return number;
    const std::string_view type = word.substr(slash + 1);
    if (type.empty()) return std::nullopt;
    for (std::uint32_t t = 0; t < kTypesMax; ++t) {
      if (kClasses[c].types[t] == type) return number + t + 1;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::vector<std::string> RsitWords() {
  std::vector<std::string> words;
  for (const RsitClass& rsit : kClasses) words.emplace_back(rsit.word);
  for (const RsitClass& rsit : kClasses) {
    for (const std::string_view type : rsit.types) {
      if (!type.empty()) words.push_back(std::string(rsit.word).append("/").append(type));
    }
  }
  return words;
}

}  // namespace renkei::policy
