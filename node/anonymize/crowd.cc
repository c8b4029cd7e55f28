#include "node/anonymize/crowd.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "node/base/encoding.h"

namespace renkei::anonymize {
namespace {

constexpr unsigned kNoSize = 1;
constexpr unsigned kNoCountry = 2;
constexpr unsigned kNoSector = 4;
// In the order in which they are tried: what says least about an incident goes first.
constexpr std::array<unsigned, 8> kGeneralisations = {0,
                                                      kNoSize,
                                                      kNoCountry,
                                                      kNoSector,
                                                      kNoSize | kNoCountry,
                                                      kNoSize | kNoSector,
                                                      kNoCountry | kNoSector,
                                                      kNoSize | kNoCountry | kNoSector};

// All that a record says, each word once.
struct Said {
  std::set<std::string> sectors{};
  std::set<std::string> countries{};
  std::string size{};
};

Said ReadSaid(const record::DraftHeader& header, const record::v1::Victim& victim) {
  Said said{.size = victim.size()};
  for (const std::string& word : header.sectors) said.sectors.insert(AsciiLower(word));
  for (const std::string& word : victim.sectors()) said.sectors.insert(AsciiLower(word));
  for (const std::string& word : header.countries) said.countries.insert(AsciiLower(word));
  for (const std::string& word : victim.countries()) said.countries.insert(AsciiLower(word));
  return said;
}

// Every combination, because a reader may take the record to speak of any of them.
bool Fits(const CrowdRules& rules, const std::vector<std::string>& circles, const Said& said,
          unsigned without) {
  std::set<std::string> sectors = said.sectors;
  std::set<std::string> countries = said.countries;
  if ((without & kNoSector) != 0 || sectors.empty()) sectors = {""};
  if ((without & kNoCountry) != 0 || countries.empty()) countries = {""};
  if (sectors.size() * countries.size() > kCrowdCombinationsMax) return false;
  for (const std::string& sector : sectors) {
    for (const std::string& country : countries) {
      const VictimProfile profile{sector, country, (without & kNoSize) != 0 ? "" : said.size};
      if (profile.empty()) continue;
      const bool fits = std::all_of(circles.begin(), circles.end(), [&](const std::string& circle) {
        return rules.fits && rules.fits(circle, profile);
      });
      if (!fits) return false;
    }
  }
  return true;
}

// `size and country`.
std::string WordsOf(unsigned without) {
  std::string words;
  for (const auto& [bit, word] : {std::pair{kNoSize, "size"}, std::pair{kNoCountry, "country"},
                                  std::pair{kNoSector, "sector"}}) {
    if ((without & bit) == 0) continue;
    words += words.empty() ? "" : " and ";
    words += word;
  }
  return words;
}

template <class List>
void LeaveOut(const char* place, List& words, std::vector<LeftOut>& left_out) {
  int at = 0;
  for (const std::string& word : words) {
    left_out.push_back({fmt::format("{}[{}]", place, at++), word});
  }
  words.Clear();
}

void LeaveOut(const char* place, std::vector<std::string>& words, std::vector<LeftOut>& left_out) {
  for (std::size_t at = 0; at < words.size(); ++at) {
    left_out.push_back({fmt::format("{}[{}]", place, at), words[at]});
  }
  words.clear();
}

std::vector<LeftOut> WithoutSome(unsigned without, record::DraftHeader& header,
                                 record::v1::Sections& sections) {
  std::vector<LeftOut> left_out;
  record::v1::Victim& victim = *sections.mutable_victim();
  if ((without & kNoSize) != 0 && !victim.size().empty()) {
    left_out.push_back({"victim.size", victim.size()});
    victim.clear_size();
  }
  if ((without & kNoCountry) != 0) {
    LeaveOut("victim.countries", *victim.mutable_countries(), left_out);
    LeaveOut("header.countries", header.countries, left_out);
  }
  if ((without & kNoSector) != 0) {
    LeaveOut("victim.sectors", *victim.mutable_sectors(), left_out);
    LeaveOut("header.sectors", header.sectors, left_out);
  }
  if (victim.ByteSizeLong() == 0) sections.clear_victim();
  return left_out;
}

}  // namespace

CrowdAnswer CheckCrowd(const CrowdRules& rules, record::DraftHeader& header,
                       record::v1::Sections& sections) {
  const Said said = ReadSaid(header, sections.victim());
  const auto fitting =
      std::find_if(kGeneralisations.begin(), kGeneralisations.end(),
                   [&](unsigned without) { return Fits(rules, header.circles, said, without); });
  CrowdAnswer answer;
  if (*fitting == 0) return answer;  // the last one always fits: it asks nothing
  if (rules.generalise) {
    answer.left_out = WithoutSome(*fitting, header, sections);
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
      "in a circle that it goes to, fewer than five teams are known to be like this; leave out {} "
      "here and in the header (--generalise does it)",
      WordsOf(*fitting));
  answer.finding = std::move(finding);
  return answer;
}

bool RefusesSmallCrowd(policy::SourceMode source) {
  return source == policy::SourceMode::kPseudonymous || source == policy::SourceMode::kAnonymous;
}

}  // namespace renkei::anonymize
