// A policy file as values: what the parser makes, the evaluator compiles and Print() writes.
//
// Names are kept as written; everything resolved (bits, numbers) stands beside them.  Grammar and
// meaning: docs/policy.md.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "policy/marking.h"

namespace renkei::policy {

// Where something stands in its file; both from 1, the column in bytes.  Takes no part in
// comparisons: two policies that say the same are equal wherever they say it.
struct Place {
  int line = 0;
  int column = 0;

  friend bool operator==(const Place&, const Place&) { return true; }
};

// A word and its place.
struct Name {
  std::string text{};
  Place place{};

  bool operator==(const Name&) const = default;
};

enum class AtomKind : std::uint8_t {
  // Of the peer, in the circle being evaluated.
  kLevelAtLeast,
  kLevelBelow,
  kInCircle,
  // Of the peer.
  kSameSector,
  kSameCountry,
  kSectorIn,
  kCountryIn,
  kPeerIn,
  kTeamIn,
  kRecipient,
  kOwn,
  kAnyone,
  // Of the record.
  kTlpAtMost,
  kTlpAtLeast,
  kPapAtMost,
  kPapAtLeast,
  kKindIn,
  kTypeIn,
  kTagIn,
  kSourceIn,
  kSeverityAtLeast,
  kEmbargo,
  kExercise,
};

// One thing that a rule tests: `level >= listed`, `tag in {law-enforcement}`, `not same-sector`.
struct Atom {
  AtomKind kind = AtomKind::kAnyone;
  bool negated = false;
  std::vector<Name> words{};  // the level, TLP, ...; or the names in braces
  // TLP, PAP or severity as a number; for a level its index in the file; else 0.
  int value = 0;
  Place place{};

  bool operator==(const Atom&) const = default;
};

enum class Verb : std::uint8_t { kExist, kSee, kRelay, kQuery, kSight, kComment, kAll };

struct Action {
  Verb verb = Verb::kExist;
  std::vector<Name> sections{};  // of see and relay: slots, sets, `all`
  std::uint64_t bits = 0;        // as in Mask
  Place place{};

  bool operator==(const Action&) const = default;
};

enum class RuleKind : std::uint8_t { kAccept, kGrant, kDeny };

struct Rule {
  RuleKind kind = RuleKind::kGrant;
  Name name{};
  bool everywhere = false;  // denies only
  std::vector<Atom> peer{};
  std::vector<Atom> mark{};
  std::vector<Action> actions{};  // none in an accept
  std::uint64_t bits = 0;         // of all actions

  bool operator==(const Rule&) const = default;
};

struct Set {
  Name name{};
  std::vector<Name> sections{};
  SectionMask mask = 0;

  bool operator==(const Set&) const = default;
};

enum class Attribute : std::uint8_t { kLevel, kSector, kCountry };

// Whose word on an attribute grants believe.
struct Trust {
  Attribute attribute = Attribute::kLevel;
  bool hub = false;
  bool sponsors = false;
  bool self = false;
  Place place{};

  bool Believes(const AssertedBy& by) const {
    return (hub && by.hub) || (sponsors && by.sponsors >= 2) || (self && by.self);
  }
  bool operator==(const Trust&) const = default;
};

struct Expectation {
  bool negated = false;  // then none of the bits may be there
  std::vector<Action> actions{};
  std::uint64_t bits = 0;

  bool operator==(const Expectation&) const = default;
};

// A fact as written: `tlp=green`, `circles={energy}`, `embargo`.
struct Fact {
  Name key{};
  std::vector<Name> values{};
  bool braces = false;

  bool operator==(const Fact&) const = default;
};

struct Test {
  Name title{};
  std::vector<Fact> peer_facts{};
  std::vector<Fact> record_facts{};
  std::vector<Expectation> expectations{};

  bool operator==(const Test&) const = default;
};

using Condition = std::variant<Atom, Action>;

// A `never` or `always` line.
struct Assertion {
  bool always = false;
  Name title{};
  std::vector<Action> actions{};
  std::uint64_t bits = 0;
  std::vector<Condition> conditions{};

  bool operator==(const Assertion&) const = default;
};

struct PolicyFile {
  std::string name{};
  int version = 0;
  std::vector<Name> levels{};  // lowest first
  std::vector<Name> circles{};
  std::vector<Set> sets{};
  std::vector<Trust> trust{};
  std::vector<Rule> rules{};  // accepts, grants and denies in file order; the order means nothing
  std::vector<Test> tests{};
  std::vector<Assertion> assertions{};
  std::vector<Name> narrower{};

  bool operator==(const PolicyFile&) const = default;
};

}  // namespace renkei::policy
