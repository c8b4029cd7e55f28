#include "node/formats/misp_tags.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "node/base/encoding.h"
#include "node/base/status.h"

namespace renkei::formats {
namespace {

using Is = TagMeaning::Is;

constexpr std::string_view kGalaxy = "misp-galaxy:";

// The first galaxy of a framework or kind is the one written.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTechniqueGalaxies = {{
    {"mitre-attack-pattern", "mitre-attack"},
    {"mitre-enterprise-attack-attack-pattern", "mitre-attack"},
    {"mitre-mobile-attack-attack-pattern", "mitre-mobile-attack"},
    {"mitre-pre-attack-attack-pattern", "mitre-pre-attack"},
    {"mitre-ics-techniques", "mitre-ics-attack"},
    {"attck4fraud", "attck4fraud"},
}};

constexpr std::array<std::pair<std::string_view, v1::ActorKind>, 24> kActorGalaxies = {{
    {"threat-actor", v1::ACTOR_KIND_THREAT_ACTOR},
    {"mitre-intrusion-set", v1::ACTOR_KIND_THREAT_ACTOR},
    {"mitre-enterprise-attack-intrusion-set", v1::ACTOR_KIND_THREAT_ACTOR},
    {"mitre-mobile-attack-intrusion-set", v1::ACTOR_KIND_THREAT_ACTOR},
    {"mitre-ics-groups", v1::ACTOR_KIND_THREAT_ACTOR},
    {"microsoft-activity-group", v1::ACTOR_KIND_THREAT_ACTOR},
    {"360net-threat-actor", v1::ACTOR_KIND_THREAT_ACTOR},
    {"malpedia", v1::ACTOR_KIND_MALWARE},
    {"mitre-malware", v1::ACTOR_KIND_MALWARE},
    {"mitre-enterprise-attack-malware", v1::ACTOR_KIND_MALWARE},
    {"mitre-mobile-attack-malware", v1::ACTOR_KIND_MALWARE},
    {"mitre-ics-software", v1::ACTOR_KIND_MALWARE},
    {"ransomware", v1::ACTOR_KIND_MALWARE},
    {"banker", v1::ACTOR_KIND_MALWARE},
    {"stealer", v1::ACTOR_KIND_MALWARE},
    {"backdoor", v1::ACTOR_KIND_MALWARE},
    {"botnet", v1::ACTOR_KIND_MALWARE},
    {"rat", v1::ACTOR_KIND_MALWARE},
    {"android", v1::ACTOR_KIND_MALWARE},
    {"tool", v1::ACTOR_KIND_TOOL},
    {"mitre-tool", v1::ACTOR_KIND_TOOL},
    {"mitre-enterprise-attack-tool", v1::ACTOR_KIND_TOOL},
    {"exploit-kit", v1::ACTOR_KIND_TOOL},
    {"mitre-campaign", v1::ACTOR_KIND_CAMPAIGN},
}};

// What follows `prefix`, whatever its case.
std::optional<std::string> After(std::string_view tag, std::string_view prefix) {
  const std::string lower = AsciiLower(tag);
  if (!lower.starts_with(prefix)) return std::nullopt;
  return lower.substr(prefix.size());
}

// `name="value"` or `name=value`.
std::pair<std::string_view, std::string_view> SplitValue(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {text, {}};
  std::string_view value = text.substr(equals + 1);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return {text.substr(0, equals), value};
}

bool IsTechniqueId(std::string_view text) {
  if (text.size() < 5 || text[0] != 'T') return false;
  return text.find_first_not_of("0123456789.", 1) == std::string_view::npos && text[1] != '.';
}

v1::Technique ReadTechnique(std::string_view framework, std::string_view value) {
  v1::Technique technique;
  technique.set_framework(std::string(framework));
  const std::size_t dash = value.rfind(" - ");
  const bool has_id = dash != std::string_view::npos && IsTechniqueId(value.substr(dash + 3));
  technique.set_name(std::string(has_id ? value.substr(0, dash) : value));
  if (has_id) technique.set_id(std::string(value.substr(dash + 3)));
  return technique;
}

TagMeaning ReadGalaxy(std::string_view rest) {
  const auto [galaxy, value] = SplitValue(rest);
  TagMeaning meaning;
  if (value.empty()) return meaning;
  for (const auto& [name, framework] : kTechniqueGalaxies) {
    if (name != galaxy) continue;
    meaning.is = Is::kTechnique;
    meaning.technique = ReadTechnique(framework, value);
  }
  for (const auto& [name, kind] : kActorGalaxies) {
    if (name != galaxy) continue;
    meaning.is = Is::kActor;
    meaning.actor.set_kind(kind);
    meaning.actor.set_name(std::string(value));
    meaning.actor.set_namespace_(fmt::format("{}{}", kGalaxy, galaxy));
  }
  if (galaxy == "sector") {
    meaning.is = Is::kSector;
    meaning.sector = value;
  }
  return meaning;
}

}  // namespace

TagMeaning ReadTag(std::string_view tag) {
  TagMeaning meaning;
  if (const auto word = After(tag, "tlp:")) {
    const auto tlp = policy::TlpFromWord(*word == "white" ? "clear" : *word);
    meaning.is = tlp ? Is::kTlp : Is::kOddTlp;
    meaning.tlp = tlp.value_or(policy::Tlp::kUnspecified);
  } else if (const auto permitted = After(tag, "pap:")) {
    const auto pap = policy::PapFromWord(*permitted == "white" ? "clear" : *permitted);
    if (pap) meaning.is = Is::kPap;
    meaning.pap = pap.value_or(policy::Pap::kUnspecified);
  } else if (const auto rsit = After(tag, "rsit:")) {
    const auto [name, value] = SplitValue(*rsit);
    const auto type =
        policy::RsitFromWord(value.empty() ? std::string(name) : fmt::format("{}/{}", name, value));
    if (type) meaning.is = Is::kRsit;
    meaning.type = type.value_or(0);
  } else if (tag.starts_with(kGalaxy)) {
    return ReadGalaxy(tag.substr(kGalaxy.size()));
  }
  return meaning;
}

std::string TlpTag(policy::Tlp tlp) {
  return tlp == policy::Tlp::kUnspecified ? "" : fmt::format("tlp:{}", policy::ToWord(tlp));
}

std::string PapTag(policy::Pap pap) {
  if (pap == policy::Pap::kUnspecified) return "";
  std::string word(policy::ToWord(pap));
  std::transform(word.begin(), word.end(), word.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return "PAP:" + word;
}

std::string RsitTag(std::uint32_t type) {
  const std::string word = policy::RsitWord(type);
  if (!policy::RsitFromWord(word)) return "";
  const std::size_t slash = word.find('/');
  if (slash == std::string::npos) return "rsit:" + word;
  return fmt::format("rsit:{}=\"{}\"", word.substr(0, slash), word.substr(slash + 1));
}

std::string TechniqueTag(const v1::Technique& technique) {
  const std::string& name = technique.name();
  const std::string& id = technique.id();
  const std::string value = id.empty() ? name : name.empty() ? id : name + " - " + id;
  for (const auto& [galaxy, framework] : kTechniqueGalaxies) {
    if (framework == technique.framework()) {
      return fmt::format("{}{}=\"{}\"", kGalaxy, galaxy, value);
    }
  }
  return fmt::format("renkei:technique=\"{} {}\"", technique.framework(), value);
}

std::string ActorTag(const v1::Actor& actor) {
  const std::string& space = actor.namespace_();
  if (space.starts_with(kGalaxy)) return fmt::format("{}=\"{}\"", space, actor.name());
  for (const auto& [galaxy, kind] : kActorGalaxies) {
    if (kind == actor.kind()) return fmt::format("{}{}=\"{}\"", kGalaxy, galaxy, actor.name());
  }
  return actor.name();
}

std::string SectorTag(std::string_view sector) {
  return fmt::format("{}sector=\"{}\"", kGalaxy, sector);
}

}  // namespace renkei::formats
