// A federation made from a seed: 10 sector and 8 national circles, 4 levels, teams, policies of any
// size and records by the million.  Nothing in it is taken from a real one.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policy/diff.h"
#include "policy/policy.h"

namespace renkei::bench {

class Federation {
 public:
  static constexpr int kSectors = 10;
  static constexpr int kNations = 8;
  static constexpr int kTags = 12;
  static constexpr int kTypes = 40;  // RSIT types in use, some far more often than others

  explicit Federation(unsigned seed) : random_(seed), types_(policy::RsitWords()) {}

  // A policy with `rules` rules.  `variant` 1 differs from 0 in a few of them.
  std::string PolicyText(int rules, int variant = 0);
  std::vector<policy::DiffPeer> Peers(int count);
  // Markings with how many of `count` records have each.
  std::vector<policy::DiffRecords> Tuples(int count);

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  bool Chance(int percent) { return Below(100) < percent; }
  // Small numbers far more often than large ones, as kinds and types of incidents are.
  int Skewed(int n) { return Below(Below(Below(n) + 1) + 1); }
  static std::string Sector(int i) { return fmt::format("sector-{}", i); }
  static std::string Nation(int i) { return fmt::format("nation-{}", i); }
  policy::Marking RandomMarking();

  std::mt19937 random_;
  std::vector<std::string> types_;
};

inline std::string Federation::PolicyText(int rules, int variant) {
  static constexpr std::string_view kLevels[] = {"guest", "listed", "accredited", "certified"};
  static constexpr std::string_view kTlps[] = {"green", "amber", "amber+strict"};
  static constexpr std::string_view kSections[] = {"summary techniques", "indicators caveats",
                                                   "impact timeline", "victim contact",
                                                   "response detection-rules"};
  std::string text =
      "policy \"federation\" version 1\nlevels guest < listed < accredited < certified\n"
      "circles sector-0, nation-0\ntrust level by hub; sector by hub; country by hub\n"
      "grant g-own to own allow exist, see all, query, sight, comment\n"
      "grant g-named to recipient allow exist, see all, sight, comment\n";
  std::mt19937 random(42);  // the rules are the same for every federation
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int i = 2; i < rules; ++i) {
    const auto level = kLevels[below(4)];
    if (i % 5 == 4) {
      text +=
          fmt::format("deny d-{} to level < {} on tag in {{tag-{}}} tlp >= amber forbid see {}\n",
                      i, level, below(kTags / 2), kSections[below(5)]);
      continue;
    }
    std::string peer = fmt::format("level >= {} in circle", level);
    if (i % 7 == 3) peer += " same-sector";
    if (i % 11 == 6) peer += fmt::format(" team in {{team-{}, team-{}}}", below(200), below(200));
    if (i % 13 == 5) peer += " peer in {member}";
    std::string mark = fmt::format("tlp <= {}", kTlps[below(3)]);
    if (i % 3 == 1)
      mark += fmt::format(" kind in {{incident, {}}}", i % 2 ? "indicators" : "sighting");
    if (i % 4 == 2)
      mark += fmt::format(" type in {{{}}}", types_[static_cast<std::size_t>(below(20))]);
    if (i % 6 == 5) mark += " severity >= medium";
    std::string sections(kSections[below(5)]);
    if (variant == 1 && i % 10 == 3) sections += " log-excerpts";
    text += fmt::format("grant g-{} to {} on {} allow exist, see {}{}\n", i, peer, mark, sections,
                        i % 3 == 0 ? ", query, sight" : ", relay summary");
  }
  if (variant == 1) text += "deny d-new to level < certified on tag in {tag-1} forbid all\n";
  return text;
}

inline std::vector<policy::DiffPeer> Federation::Peers(int count) {
  static constexpr policy::Rung kRungs[] = {3, 6, 9, 12};
  std::vector<policy::DiffPeer> peers;
  for (int i = 0; i < count; ++i) {
    const int sector = Below(kSectors);
    const int nation = Below(kNations);
    policy::Peer peer{.team = fmt::format("team-{}", i),
                      .kind = policy::PeerKind::kMember,
                      .circles = {{.circle = Nation(nation), .rung = kRungs[Below(4)]},
                                  {.circle = Sector(sector), .rung = kRungs[Below(4)]}},
                      .sector = Sector(sector),
                      .sector_by = {.hub = true},
                      .country = fmt::format("n{}", nation),
                      .country_by = {.hub = true}};
    if (Chance(15)) {
      const int second = (sector + 1 + Below(kSectors - 1)) % kSectors;
      peer.circles.push_back({.circle = Sector(second), .rung = kRungs[Below(4)]});
    }
    peers.push_back({.name = peer.team, .peer = std::move(peer)});
  }
  return peers;
}

inline policy::Marking Federation::RandomMarking() {
  // What a team publishes follows from how strict it means to be: PAP, relay and levels go with it.
  const int sector = Below(kSectors);
  const int strict = Skewed(5);
  policy::Marking marking{.kind = static_cast<policy::Kind>(1 + Skewed(6)),
                          .tlp = static_cast<policy::Tlp>(1 + strict),
                          .pap = static_cast<policy::Pap>(1 + strict / 2),
                          .source = static_cast<policy::SourceMode>(Chance(90) ? 1 : 2 + Below(2)),
                          .relay = static_cast<policy::Relay>(strict > 2 ? 1 : 2),
                          .severity = static_cast<policy::Severity>(1 + Skewed(4)),
                          .circles = {Sector(sector)},
                          .sectors = {Sector(sector)}};
  marking.type = *policy::RsitFromWord(types_[static_cast<std::size_t>(Skewed(kTypes))]);
  if (Chance(20)) marking.circles.insert(marking.circles.begin(), Nation(Below(kNations)));
  if (Chance(15)) marking.tags = {fmt::format("tag-{}", Skewed(kTags))};
  if (Chance(8)) marking.section_levels[static_cast<std::size_t>(policy::SectionId::kVictim)] = 9;
  if (Chance(2)) marking.section_levels[4] = policy::kRecipientsOnly;
  return marking;
}

inline std::vector<policy::DiffRecords> Federation::Tuples(int count) {
  std::vector<policy::DiffRecords> tuples;
  std::unordered_map<std::string, std::size_t> known;
  for (int i = 0; i < count; ++i) {
    policy::Marking m = RandomMarking();
    const bool recipients = Chance(2);
    std::string key = fmt::format("{} {} {} {} {} {} {} {}", int(m.kind), int(m.tlp), int(m.pap),
                                  int(m.source), int(m.relay), int(m.severity), m.type, recipients);
    for (const auto* words : {&m.circles, &m.tags}) {
      for (const std::string& word : *words) key += " " + word;
      key += "|";
    }
    key.append(reinterpret_cast<const char*>(m.section_levels.data()), m.section_levels.size());
    const auto [at, is_new] = known.try_emplace(std::move(key), tuples.size());
    if (is_new) {
      tuples.push_back({.marking = std::move(m), .records = 0, .recipients = recipients});
    }
    ++tuples[at->second].records;
  }
  return tuples;
}

}  // namespace renkei::bench
