// The specification's words as code, for tests: shares nothing with the evaluator but the numbers
// of words.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/policy.h"

namespace renkei::policy {

// Each bit by the words of the specification: one circle, one bit, one rule at a time, from the
// statements as written.  Slow, and shares no code with the evaluator but the words' numbers.
class Oracle {
 public:
  Oracle(const PolicyFile& file, const Peer& peer, const Marking& record)
      : file_(file), peer_(peer), record_(record) {}

  // The policy's own answer, before the author's header.
  std::uint64_t OwnBits() const {
    std::uint64_t bits = 0;
    for (const Membership& in : peer_.circles) bits |= OwnBitsIn(in);
    const std::uint64_t see = bits & 0xffff;
    if ((bits >> 32 & 1) == 0) return 0;
    return bits & ~((~see & 0xffff) << 16);
  }

  // What one circle contributes to it, before closure.
  std::uint64_t OwnBitsIn(const Membership& in) const {
    if (!Shared(in)) return 0;
    return Matching(RuleKind::kGrant, false, &in) & ~Matching(RuleKind::kDeny, false, &in) &
           ~Matching(RuleKind::kDeny, true, nullptr);
  }

  // Whether peer and record break the line, in any circle that they share.
  bool Breaks(const Assertion& line) const {
    return std::any_of(peer_.circles.begin(), peer_.circles.end(), [&](const Membership& in) {
      if (!Shared(in)) return false;
      const std::uint64_t here = OwnBitsIn(in) & OwnBits();
      for (const Condition& condition : line.conditions) {
        if (const Atom* atom = std::get_if<Atom>(&condition)) {
          // Unknown is false, and `not` negates it.
          const bool holds = AskPlain(*atom, &in) == 1;
          if (holds == atom->negated) return false;
        } else if ((std::get<Action>(condition).bits & ~here) != 0) {
          return false;
        }
      }
      return line.always ? (line.bits & ~OwnBits()) != 0 : (line.bits & here) != 0;
    });
  }

  std::uint64_t Bits() const {
    std::uint64_t bits = 0;
    for (const Membership& in : peer_.circles) {
      const bool shared = std::count(record_.circles.begin(), record_.circles.end(), in.circle) > 0;
      if (!shared || in.rung < 1 || in.rung > 14 || !Believed(Attribute::kLevel, in.by)) continue;
      bits |= Matching(RuleKind::kGrant, false, &in) & ~Matching(RuleKind::kDeny, false, &in) &
              HeaderOf(in.rung);
    }
    bits &= ~Matching(RuleKind::kDeny, true, nullptr);
    const std::uint64_t see = bits & 0xffff;
    if ((bits >> 32 & 1) == 0 || (record_.must_disclose & ~see) != 0) return 0;
    return bits & ~((~see & 0xffff) << 16);
  }

 private:
  bool Shared(const Membership& in) const {
    const bool shared = std::count(record_.circles.begin(), record_.circles.end(), in.circle) > 0;
    return shared && in.rung >= 1 && in.rung <= 14 && Believed(Attribute::kLevel, in.by);
  }

  bool Believed(Attribute attribute, const AssertedBy& by) const {
    for (const Trust& trust : file_.trust) {
      if (trust.attribute != attribute) continue;
      return (trust.hub && by.hub) || (trust.self && by.self) ||
             (trust.sponsors && by.sponsors >= 2);
    }
    return by.hub;
  }

  std::uint64_t HeaderOf(Rung rung) const {
    const auto passes = [&](Rung nibble) {
      if (peer_.author_hub || peer_.own) return true;
      return nibble == 15 ? peer_.recipient : rung >= nibble;
    };
    std::uint64_t bits = 7ULL << 33;
    for (std::size_t i = 0; i < 16; ++i) {
      if (passes(record_.section_levels[i])) bits |= 1ULL << i;
    }
    if (passes(record_.min_level)) bits |= 1ULL << 32;
    if (record_.relay >= Relay::kCircle) bits |= 0xffffULL << 16;
    return bits;
  }

  std::uint64_t Matching(RuleKind kind, bool everywhere, const Membership* in) const {
    std::uint64_t bits = 0;
    for (const Rule& rule : file_.rules) {
      if (rule.kind != kind || rule.everywhere != everywhere) continue;
      const bool deny = kind == RuleKind::kDeny;
      const auto holds = [&](const Atom& atom) {
        const int truth = Ask(atom, in);
        return deny ? truth != 0 : truth == 1;
      };
      if (std::all_of(rule.peer.begin(), rule.peer.end(), holds) &&
          std::all_of(rule.mark.begin(), rule.mark.end(), holds)) {
        bits |= rule.bits;
      }
    }
    return bits;
  }

  static bool Lists(const Atom& atom, std::string_view word) {
    return std::any_of(atom.words.begin(), atom.words.end(),
                       [&](const Name& name) { return name.text == word; });
  }
  // -1: unknown.
  static int Listed(const Atom& atom, std::string_view word) {
    return word.empty() || word == "unspecified" ? -1 : int{Lists(atom, word)};
  }
  static int Same(const std::string& mine, const std::vector<std::string>& its) {
    if (mine.empty() || its.empty()) return -1;
    return int{std::count(its.begin(), its.end(), mine) > 0};
  }

  int Ask(const Atom& atom, const Membership* in) const {
    const int truth = AskPlain(atom, in);
    return atom.negated && truth >= 0 ? 1 - truth : truth;
  }

  int AskPlain(const Atom& atom, const Membership* in) const {
    const std::string sector = Believed(Attribute::kSector, peer_.sector_by) ? peer_.sector : "";
    const std::string country =
        Believed(Attribute::kCountry, peer_.country_by) ? peer_.country : "";
    const auto tlp = static_cast<int>(record_.tlp);
    const auto pap = static_cast<int>(record_.pap);
    const auto severity = static_cast<int>(record_.severity);
    const std::string type = RsitWord(record_.type);
    const int rung_needed = 4 * (atom.value + 1);  // three levels: 4, 8, 12
    switch (atom.kind) {
      case AtomKind::kLevelAtLeast:
        return int{in->rung >= rung_needed};
      case AtomKind::kLevelBelow:
        return int{in->rung < rung_needed};
      case AtomKind::kInCircle:
        return int{atom.words.empty() || Lists(atom, in->circle) ||
                   (Lists(atom, "t*") && in->circle[0] == 't')};
      case AtomKind::kSameSector:
        return Same(sector, record_.sectors);
      case AtomKind::kSameCountry:
        return Same(country, record_.countries);
      case AtomKind::kSectorIn:
        return Listed(atom, sector);
      case AtomKind::kCountryIn:
        return Listed(atom, country);
      case AtomKind::kPeerIn:
        return Listed(atom, ToWord(peer_.kind));
      case AtomKind::kTeamIn:
        return Listed(atom, peer_.team);
      case AtomKind::kRecipient:
        return int{peer_.recipient};
      case AtomKind::kOwn:
        return int{peer_.own};
      case AtomKind::kAnyone:
        return 1;
      case AtomKind::kTlpAtMost:
        return tlp == 0 ? -1 : int{tlp <= atom.value};
      case AtomKind::kTlpAtLeast:
        return tlp == 0 ? -1 : int{tlp >= atom.value};
      case AtomKind::kPapAtMost:
        return pap == 0 ? -1 : int{pap <= atom.value};
      case AtomKind::kPapAtLeast:
        return pap == 0 ? -1 : int{pap >= atom.value};
      case AtomKind::kKindIn:
        return Listed(atom, ToWord(record_.kind));
      case AtomKind::kTypeIn:
        if (record_.type == 0) return -1;
        return int{Lists(atom, type) || Lists(atom, type.substr(0, type.find('/')))};
      case AtomKind::kTagIn:
        return int{std::any_of(record_.tags.begin(), record_.tags.end(),
                               [&](const std::string& tag) { return Lists(atom, tag); })};
      case AtomKind::kSourceIn:
        return Listed(atom, ToWord(record_.source));
      case AtomKind::kSeverityAtLeast:
        return severity == 0 ? -1 : int{severity >= atom.value};
      case AtomKind::kEmbargo:
        return int{record_.embargoed};
      case AtomKind::kExercise:
        return int{record_.exercise};
    }
    return -1;
  }

  const PolicyFile& file_;
  const Peer& peer_;
  const Marking& record_;
};

}  // namespace renkei::policy
