// Random policies, peers and records over few words, so that rules and facts often meet.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policy/policy.h"

namespace renkei::policy {

class RandomWorld {
 public:
  explicit RandomWorld(unsigned seed) : random_(seed) {}
  // Chosen by these bytes, two a choice, for a fuzzer to learn what they do; then as by a seed.
  explicit RandomWorld(std::string bytes) : random_(0), bytes_(std::move(bytes)) {}

  bool Chance(int percent) { return Below(100) < percent; }
  int Below(int n) { return static_cast<int>(Draw() % static_cast<unsigned>(n)); }

  // Statements, each a string; the first three are the header.
  std::vector<std::string> Statements(int rules);
  Peer RandomPeer();
  Marking RandomMarking();
  // A `never` or `always` line.
  std::string Line(int number);
  // As RandomPeer() and RandomMarking(), but a record that a header allows, and that limits
  // nothing.
  std::pair<Peer, Marking> PossiblePair();

 private:
  unsigned Draw() {
    if (at_ + 2 > bytes_.size()) return static_cast<unsigned>(random_());
    const auto high = static_cast<unsigned char>(bytes_[at_++]);
    const auto low = static_cast<unsigned char>(bytes_[at_++]);
    return high * 256U + low;
  }
  const std::string& Pick(const std::vector<std::string>& words) {
    return words[static_cast<std::size_t>(Below(static_cast<int>(words.size())))];
  }
  std::string Braces(const std::vector<std::string>& words) {
    return fmt::format("{{{}, {}}}", Pick(words), Pick(words));
  }
  std::string Sections() { return Pick(kSections) + " " + Pick(kSections); }
  std::string Actions();
  std::string Some(const std::vector<std::string>& atoms, int percent);
  std::string Rule(int number);
  std::string ConditionAtom();

  inline static const std::vector<std::string> kLevels = {"low", "mid", "high"};
  inline static const std::vector<std::string> kCircles = {"one", "two", "three"};
  inline static const std::vector<std::string> kPatterns = {"one", "two", "t*"};
  inline static const std::vector<std::string> kSectors = {"water", "rail"};
  inline static const std::vector<std::string> kCountries = {"jp", "at"};
  inline static const std::vector<std::string> kTeams = {"alpha", "beta"};
  inline static const std::vector<std::string> kTags = {"ot", "police", "vip"};
  inline static const std::vector<std::string> kTlps = {"clear", "green", "amber", "amber+strict",
                                                        "red"};
  inline static const std::vector<std::string> kPaps = {"clear", "green", "amber", "red"};
  inline static const std::vector<std::string> kKinds = {"incident", "sighting"};
  inline static const std::vector<std::string> kTypes = {"fraud", "fraud/phishing", "intrusions",
                                                         "availability/ddos"};
  inline static const std::vector<std::string> kSources = {"attributed", "anonymous"};
  inline static const std::vector<std::string> kSeverities = {"low", "high"};
  inline static const std::vector<std::string> kPeerKinds = {"member", "guest"};
  inline static const std::vector<std::string> kSections = {"summary", "indicators", "victim",
                                                            "caveats", "pack",       "all"};

  std::mt19937 random_;
  std::string bytes_{};
  std::size_t at_ = 0;
};

inline std::string RandomWorld::Actions() {
  static const std::vector<std::string> kSimple = {"exist", "query", "sight", "comment", "all"};
  std::string text = Chance(80) ? "exist, see " + Sections() : "see " + Sections();
  if (Chance(40)) text += ", relay " + Sections();
  if (Chance(40)) text += ", " + Pick(kSimple);
  return text;
}

// Each atom with `percent`, but at least one.
inline std::string RandomWorld::Some(const std::vector<std::string>& atoms, int percent) {
  std::string text;
  for (const std::string& atom : atoms) {
    if (Chance(percent)) text += " " + atom;
  }
  return text.empty() ? " " + Pick(atoms) : text;
}

inline std::string RandomWorld::Rule(int number) {
  const std::vector<std::string> both = {"kind in " + Braces(kKinds), "type in " + Braces(kTypes),
                                         "tag in " + Braces(kTags),
                                         "source in " + Braces(kSources)};
  const std::vector<std::string> fixed = {"country in " + Braces(kCountries),
                                          "peer in " + Braces(kPeerKinds),
                                          "team in " + Braces(kTeams)};
  const bool grant = Chance(65);
  std::vector<std::string> peer = fixed;
  std::vector<std::string> mark = both;
  const auto add = [](std::vector<std::string>& to, std::vector<std::string> more) {
    to.insert(to.end(), more.begin(), more.end());
  };
  bool everywhere = false;
  if (grant) {
    add(peer, {"level >= " + Pick(kLevels), "in circle", "in circle " + Braces(kPatterns),
               "same-sector", "same-country", "sector in " + Braces(kSectors), "recipient", "own"});
    add(mark,
        {"tlp <= " + Pick(kTlps), "pap <= " + Pick(kPaps), "severity >= " + Pick(kSeverities)});
  } else {
    everywhere = Chance(25);
    add(peer, {"not same-sector", "not same-country", "anyone"});
    if (!everywhere) add(peer, {"level < " + Pick(kLevels), "not in circle " + Braces(kPatterns)});
    add(mark, {"tlp >= " + Pick(kTlps), "pap >= " + Pick(kPaps), "embargo", "exercise"});
  }
  std::string text = fmt::format("{} r{}{} to{}", grant ? "grant" : "deny", number,
                                 everywhere ? " everywhere" : "", Some(peer, 12));
  if (Chance(60)) text += " on" + Some(mark, 12);
  return fmt::format("{} {} {}\n", text, grant ? "allow" : "forbid", Actions());
}

inline std::vector<std::string> RandomWorld::Statements(int rules) {
  std::vector<std::string> statements = {"policy \"random\" version 1\n",
                                         "levels low < mid < high\n", "circles one, two, three\n",
                                         "set pack = summary techniques\n"};
  if (Chance(70)) statements.push_back("trust sector by hub, sponsors; country by self, hub\n");
  for (int i = 0; i < rules; ++i) statements.push_back(Rule(i));
  if (Chance(50)) {
    statements.push_back(fmt::format("accept a from level >= {} in circle\n", Pick(kLevels)));
    statements.push_back(
        fmt::format("test \"t\" peer level={} circles={{one}} team={} record circles={{one}} "
                    "tlp={} expect {}\n",
                    Pick(kLevels), Pick(kTeams), Pick(kTlps), Actions()));
    statements.push_back(
        fmt::format("never \"n\" {} when not same-sector and see {} and tlp >= {}\n", Actions(),
                    Pick(kSections), Pick(kTlps)));
  }
  return statements;
}

inline std::string RandomWorld::ConditionAtom() {
  const std::vector<std::string> atoms = {"level >= " + Pick(kLevels),
                                          "level < " + Pick(kLevels),
                                          "in circle " + Braces(kPatterns),
                                          "in circle",
                                          "same-sector",
                                          "same-country",
                                          "sector in " + Braces(kSectors),
                                          "country in " + Braces(kCountries),
                                          "peer in " + Braces(kPeerKinds),
                                          "team in " + Braces(kTeams),
                                          "recipient",
                                          "own",
                                          "anyone",
                                          "tlp <= " + Pick(kTlps),
                                          "tlp >= " + Pick(kTlps),
                                          "pap <= " + Pick(kPaps),
                                          "pap >= " + Pick(kPaps),
                                          "kind in " + Braces(kKinds),
                                          "type in " + Braces(kTypes),
                                          "tag in " + Braces(kTags),
                                          "source in " + Braces(kSources),
                                          "severity >= " + Pick(kSeverities),
                                          "embargo",
                                          "exercise"};
  return (Chance(35) ? "not " : "") + Pick(atoms);
}

inline std::string RandomWorld::Line(int number) {
  static const std::vector<std::string> kBits = {"exist", "query", "sight", "comment"};
  const auto action = [&]() -> std::string {
    if (Chance(25)) return Pick(kBits);
    return (Chance(70) ? "see " : "relay ") + Pick(kSections);
  };
  std::string text = fmt::format("{} \"line {}\" {} when {}", Chance(50) ? "never" : "always",
                                 number, action(), ConditionAtom());
  for (int i = Below(3); i > 0; --i) {
    text += " and " + (Chance(35) ? action() : ConditionAtom());
  }
  return text + "\n";
}

inline std::pair<Peer, Marking> RandomWorld::PossiblePair() {
  Peer peer = RandomPeer();
  Marking marking = RandomMarking();
  marking.kind = static_cast<Kind>(1 + Below(7));
  marking.pap = static_cast<Pap>(1 + Below(4));
  marking.source = static_cast<SourceMode>(1 + Below(3));
  marking.relay = Relay::kFree;
  marking.min_level = 0;
  marking.section_levels = {};
  marking.must_disclose = 0;
  if (marking.source != SourceMode::kAttributed) {
    peer.own = false;
    if (marking.circles.size() > 1) marking.circles.resize(1);
  }
  if (marking.source == SourceMode::kAnonymous) marking.tags.clear();
  return {std::move(peer), std::move(marking)};
}

inline Peer RandomWorld::RandomPeer() {
  const auto by = [&] {
    return AssertedBy{.hub = Chance(60), .self = Chance(50), .sponsors = Below(4)};
  };
  Peer peer{.team = Chance(80) ? Pick(kTeams) : "",
            .kind = static_cast<PeerKind>(Below(5)),
            .sector = Chance(70) ? Pick(kSectors) : "",
            .sector_by = by(),
            .country = Chance(70) ? Pick(kCountries) : "",
            .country_by = by(),
            .recipient = Chance(20),
            .own = Chance(10),
            .author_hub = Chance(10)};
  for (const std::string& circle : kCircles) {
    if (Chance(70))
      peer.circles.push_back({.circle = circle, .rung = static_cast<Rung>(Below(15))});
  }
  return peer;
}

inline Marking RandomWorld::RandomMarking() {
  Marking marking{.kind = static_cast<Kind>(Below(4)),
                  .tlp = static_cast<Tlp>(1 + Below(5)),
                  .pap = static_cast<Pap>(Below(5)),
                  .source = static_cast<SourceMode>(Below(4)),
                  .relay = static_cast<Relay>(Below(4)),
                  .severity = static_cast<Severity>(Below(5)),
                  .type = Chance(80) ? *RsitFromWord(Pick(kTypes)) : 0,
                  .min_level = static_cast<Rung>(Chance(60) ? 0 : Below(16)),
                  .exercise = Chance(20),
                  .embargoed = Chance(20)};
  for (const std::string& circle : kCircles) {
    if (Chance(70)) marking.circles.push_back(circle);
  }
  if (Chance(40)) marking.tags = {Pick(kTags)};
  if (Chance(60)) marking.sectors = {Pick(kSectors)};
  if (Chance(60)) marking.countries = {Pick(kCountries)};
  if (Chance(40)) {
    for (Rung& level : marking.section_levels) level = static_cast<Rung>(Below(16));
  }
  if (Chance(20)) marking.must_disclose = Bit(SectionId::kCaveats);
  return marking;
}

}  // namespace renkei::policy
