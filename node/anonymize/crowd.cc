#include "node/anonymize/crowd.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <google/protobuf/repeated_ptr_field.h>

#include "node/base/encoding.h"
#include "node/record/wider_words.h"

namespace renkei::anonymize {
namespace {

// How far a record is generalised: steps for each of its words, the last one leaving it out.
struct Steps {
  int size = 0;
  int country = 0;
  int sector = 0;
};
constexpr int kNoSize = 1;
constexpr int kNoCountry = record::kPlaceSteps + 1;
constexpr int kNoSector = record::kSectorSteps + 1;

int CountLeftOut(const Steps& steps) {
  return (steps.size == kNoSize ? 1 : 0) + (steps.country == kNoCountry ? 1 : 0) +
         (steps.sector == kNoSector ? 1 : 0);
}
int CountWider(const Steps& steps) {
  return (steps.country == kNoCountry ? 0 : steps.country) +
         (steps.sector == kNoSector ? 0 : steps.sector);
}

// In the order in which they are tried.  Whatever says less than another stands behind it, so that
// the first that fits is one that says no less than needed.
std::vector<Steps> MakeGeneralisations() {
  std::vector<Steps> all;
  // Among equals, what says least about an incident goes first.
  for (int sector = 0; sector <= kNoSector; ++sector) {
    for (int country = 0; country <= kNoCountry; ++country) {
      for (int size = 0; size <= kNoSize; ++size) all.push_back({size, country, sector});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Steps& a, const Steps& b) {
    return std::pair(CountLeftOut(a), CountWider(a)) < std::pair(CountLeftOut(b), CountWider(b));
  });
  return all;
}
const std::vector<Steps>& Generalisations() {
  static const std::vector<Steps> kAll = MakeGeneralisations();
  return kAll;
}

using Wider = std::string_view (*)(std::string_view);

// `word`, so many steps wider; nothing if it has no such word.
std::optional<std::string> WiderBy(std::string_view word, int steps, Wider wider) {
  for (; steps > 0; --steps) {
    word = wider(word);
    if (word.empty()) return std::nullopt;
  }
  return std::string(word);
}

// One kind of words that a record says, each once, in lower case.
struct Words {
  std::set<std::string> section{};
  std::set<std::string> header{};
};

// What is said after so many steps, or nothing if a word has no wider one, as none of the header
// has.
std::optional<std::set<std::string>> SaidAfter(const Words& words, int steps, int none,
                                               Wider wider) {
  std::set<std::string> said;
  if (steps == none) return said;
  if (steps > 0 && words.section.empty()) return std::nullopt;
  for (const std::string& word : words.section) {
    const auto after = WiderBy(word, steps, wider);
    if (!after) return std::nullopt;
    said.insert(*after);
  }
  if (steps == 0) said.insert(words.header.begin(), words.header.end());
  return said;
}

// All that a record says.
struct Said {
  Words sectors{};
  Words countries{};
  std::string size{};
};

Said ReadSaid(const record::DraftHeader& header, const record::v1::Victim& victim) {
  Said said{.size = victim.size()};
  for (const std::string& word : header.sectors) said.sectors.header.insert(AsciiLower(word));
  for (const std::string& word : victim.sectors()) said.sectors.section.insert(AsciiLower(word));
  for (const std::string& word : header.countries) said.countries.header.insert(AsciiLower(word));
  for (const std::string& word : victim.countries()) {
    said.countries.section.insert(AsciiLower(word));
  }
  return said;
}

// Every combination, because a reader may take the record to speak of any of them.
bool Fits(const CrowdRules& rules, const std::vector<std::string>& circles, const Said& said,
          const Steps& steps) {
  auto sectors = SaidAfter(said.sectors, steps.sector, kNoSector, record::WiderSector);
  auto countries = SaidAfter(said.countries, steps.country, kNoCountry, record::WiderPlace);
  if (!sectors || !countries) return false;
  if (sectors->empty()) sectors->insert("");
  if (countries->empty()) countries->insert("");
  if (sectors->size() * countries->size() > kCrowdCombinationsMax) return false;
  for (const std::string& sector : *sectors) {
    for (const std::string& country : *countries) {
      const VictimProfile profile{sector, country, steps.size == kNoSize ? "" : said.size};
      if (profile.empty()) continue;
      const bool fits = std::all_of(circles.begin(), circles.end(), [&](const std::string& circle) {
        return rules.fits && rules.fits(circle, profile);
      });
      if (!fits) return false;
    }
  }
  return true;
}

// `widen sector to its group here, without it in the header`, `leave out size here and in ...`.
std::string AdviceOf(const Steps& steps) {
  std::vector<std::string_view> wider;
  std::vector<std::string_view> without;
  if (steps.size == kNoSize) without.emplace_back("size");
  if (steps.country == kNoCountry) without.emplace_back("country");
  if (steps.country == 1) wider.emplace_back("country to its sub-region");
  if (steps.country == 2) wider.emplace_back("country to its region");
  if (steps.sector == kNoSector) without.emplace_back("sector");
  if (steps.sector == 1) wider.emplace_back("sector to its group");
  std::vector<std::string> advice;
  if (!wider.empty()) {
    advice.push_back(
        fmt::format("widen {} here, without it in the header", fmt::join(wider, " and ")));
  }
  if (!without.empty()) {
    advice.push_back(
        fmt::format("leave out {} here and in the header", fmt::join(without, " and ")));
  }
  return fmt::format("{}", fmt::join(advice, "; "));
}

// Writes the wider words in the place of those of the section, each once; leaves out the header's.
void Widen(std::string_view name, int steps, int none, Wider wider,
           google::protobuf::RepeatedPtrField<std::string>& section,
           std::vector<std::string>& header, std::vector<Widened>& widened) {
  if (steps == 0) return;
  std::set<std::string> after;
  int at = 0;
  for (const std::string& word : section) {
    const auto one = steps == none ? std::nullopt : WiderBy(AsciiLower(word), steps, wider);
    widened.push_back({fmt::format("victim.{}[{}]", name, at++), word, one.value_or("")});
    if (one) after.insert(*one);
  }
  section.Clear();
  for (const std::string& word : after) *section.Add() = word;
  for (std::size_t i = 0; i < header.size(); ++i) {
    widened.push_back({fmt::format("header.{}[{}]", name, i), header[i], ""});
  }
  header.clear();
}

std::vector<Widened> Generalised(const Steps& steps, record::DraftHeader& header,
                                 record::v1::Sections& sections) {
  std::vector<Widened> widened;
  record::v1::Victim& victim = *sections.mutable_victim();
  if (steps.size == kNoSize && !victim.size().empty()) {
    widened.push_back({"victim.size", victim.size(), ""});
    victim.clear_size();
  }
  Widen("countries", steps.country, kNoCountry, record::WiderPlace, *victim.mutable_countries(),
        header.countries, widened);
  Widen("sectors", steps.sector, kNoSector, record::WiderSector, *victim.mutable_sectors(),
        header.sectors, widened);
  if (victim.ByteSizeLong() == 0) sections.clear_victim();
  return widened;
}

}  // namespace

CrowdAnswer CheckCrowd(const CrowdRules& rules, record::DraftHeader& header,
                       record::v1::Sections& sections) {
  const Said said = ReadSaid(header, sections.victim());
  const std::vector<Steps>& all = Generalisations();
  const auto fitting = std::find_if(all.begin(), all.end(), [&](const Steps& steps) {
    return Fits(rules, header.circles, said, steps);
  });
  CrowdAnswer answer;
  if (fitting == all.begin()) return answer;  // the last one always fits: it asks nothing
  if (rules.generalise) {
    answer.widened = Generalised(*fitting, header, sections);
    return answer;
  }
  const record::v1::Victim& victim = sections.victim();
  const bool in_section =
      victim.sectors_size() > 0 || victim.countries_size() > 0 || !victim.size().empty();
  Finding finding;
  if (in_section) finding.section = policy::SectionId::kVictim;
  finding.place = in_section ? "victim" : "header";
  finding.rule = kCrowdRule;
  finding.suggestion = fmt::format(
      "in a circle that it goes to, fewer than five teams are known to be like this; {} "
      "(--generalise does it)",
      AdviceOf(*fitting));
  answer.finding = std::move(finding);
  return answer;
}

bool RefusesSmallCrowd(policy::SourceMode source) {
  return source == policy::SourceMode::kPseudonymous || source == policy::SourceMode::kAnonymous;
}

}  // namespace renkei::anonymize
