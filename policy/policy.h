// The trust policy: one text file, parsed into a Policy, asked through an Evaluator.
//
// Its answer for a peer and a record is a Mask: what the peer may see, relay and do.  Default deny,
// free of order; a peer with more trust never gets less, and a stricter TLP never gives more, in
// every policy that parses.  Language and meaning: docs/policy.md.
//
// Pure: no I/O, no clock, no log line.  Mistakes in a file come back as Problems, all of them at
// once; an answer ("withheld", "refused") is a value, never a Status.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/json.h"
#include "node/base/problem.h"
#include "node/base/status.h"
#include "policy/ast.h"
#include "policy/marking.h"

namespace renkei::policy {

// Limits of a policy file.
inline constexpr std::size_t kFileBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kStatementsMax = 10'000;
inline constexpr std::size_t kProblemsMax = 1'000;  // the rest is not shown
inline constexpr std::size_t kLevelsMax = kRungMax;
inline constexpr std::size_t kSetsMax = 1'000;
inline constexpr std::size_t kRuleNameBytesMax = 64;
inline constexpr std::size_t kLevelNameBytesMax = 32;
inline constexpr std::size_t kCircleNameBytesMax = 32;
inline constexpr std::size_t kLabelBytesMax = 64;  // tags, sectors, teams
inline constexpr std::size_t kStringBytesMax = 200;
inline constexpr std::size_t kNamesMax = 1'000;                      // in one pair of braces
inline constexpr std::size_t kFactsBytesMax = std::size_t{1} << 16;  // given outside a file

// Gives the text of the policy that a `narrower than` line names.
using Loader = std::function<absl::StatusOr<std::string>(std::string_view name)>;

struct Level {
  std::string name{};
  Rung rung = 0;  // unless a charter says otherwise

  bool operator==(const Level&) const = default;
};

// A line that says what must hold for every peer and record; see policy/prove.h.
struct LineToProve {
  int line = 0;
  std::string text{};  // canonical, without its line break

  bool operator==(const LineToProve&) const = default;
};

// A policy without mistakes, names resolved.  Immutable; thread-safe.
class Policy {
 public:
  const std::string& name() const { return file_.name; }
  int version() const { return file_.version; }
  const PolicyFile& file() const { return file_; }
  // Lowest first.  Default rungs: 4, 8, 12 for three levels, else spread evenly within 1..14.
  std::vector<Level> levels() const;
  std::vector<std::string> circles() const;
  std::vector<LineToProve> lines_to_prove() const;  // never, always, narrower than; in file order

  // Says the same, wherever and in whatever layout.
  friend bool operator==(const Policy& a, const Policy& b) { return a.file_ == b.file_; }

 private:
  friend class PolicyMaker;  // policy/parse.cc: only a file without mistakes becomes a Policy
  explicit Policy(PolicyFile file) : file_(std::move(file)) {}

  PolicyFile file_;
};

struct ParseResult {
  // Empty if there is any problem.  Shared: evaluators, and whoever prints it, outlive a swap.
  std::shared_ptr<const Policy> policy{};
  Problems problems{};
  Problems warnings{};  // names declared and never used, and the like
};

// Reads a policy.  `file` names it in problems.  Without a loader, `narrower than` is kept unread.
ParseResult Parse(std::string_view text, std::string_view file, const Loader& loader = {});

// Canonical text: parsing it gives an equal policy.  Comments are not kept.
std::string Print(const Policy& policy);

// The commented policy that a new community starts with; it parses and its tests pass.
// REQUIRES: `community` matches [a-z0-9.-]{1,64}.
std::string DefaultPolicyText(std::string_view community);

// ---- Explanations ----

// A rule that matched.
struct RuleHit {
  std::string rule{};
  int line = 0;
  std::uint64_t bits = 0;  // as in Mask

  bool operator==(const RuleHit&) const = default;
};

// An atom that a rule asks for and this peer and record do not satisfy.
struct UnmetAtom {
  std::string needs{};  // `level >= accredited`
  std::string have{};   // `listed`

  bool operator==(const UnmetAtom&) const = default;
};

// A grant (or accept) that did not match, and all that it lacks.
struct NearRule {
  std::string rule{};
  int line = 0;
  std::string circle{};
  std::vector<UnmetAtom> unmet{};

  bool operator==(const NearRule&) const = default;
};

// Something that the author's header withholds in a circle.
struct HeaderLimit {
  std::string action{};  // `exist`, `see victim`, `relay`
  std::string needs{};   // `level >= certified`, `rung >= 9`, `recipient`
  std::uint64_t bits = 0;

  bool operator==(const HeaderLimit&) const = default;
};

struct CircleExplanation {
  std::string circle{};
  Rung rung = 0;
  std::string level{};  // the highest level that the rung reaches; empty if below all
  std::vector<RuleHit> grants{};
  std::vector<RuleHit> denies{};
  std::vector<HeaderLimit> limits{};  // only those that took something away
  std::uint64_t bits = 0;             // mask_c

  bool operator==(const CircleExplanation&) const = default;
};

// Why `exist` or one section is not in the mask.
struct Withheld {
  std::string action{};                // `exist`, `see victim`
  std::optional<SectionId> section{};  // none for exist
  std::vector<RuleHit> denied_by{};    // denies that took what a grant gave
  std::vector<std::string> limits{};   // header and closure, in words
  std::vector<NearRule> nearest{};     // grants that would give it, nearest first

  bool operator==(const Withheld&) const = default;
};

struct Explanation {
  Mask mask{};  // what Decide answers
  std::vector<CircleExplanation> circles{};
  std::vector<RuleHit> everywhere{};  // `deny everywhere` rules that matched
  std::vector<Withheld> withheld{};
  std::vector<std::string> notes{};  // `no circle in common`, ...
};

// For people.  With `section`, only why that one is shown or withheld.
std::string ToText(const Explanation& explanation, std::size_t width = 80,
                   std::optional<SectionId> section = std::nullopt);
Json ToJson(const Explanation& explanation);

// The actions that `bits` stands for: `exist, see summary indicators, relay all`; `nothing` for 0.
std::string ActionsText(std::uint64_t bits);

// ---- Evaluation ----

// Whether an author may publish: in each of the header's circles in which it is attested.
struct AcceptAnswer {
  struct Circle {
    std::string circle{};
    std::string rule{};  // the first accept rule that matched
    int line = 0;

    bool operator==(const Circle&) const = default;
  };

  bool accepted() const { return !circles.empty(); }
  std::vector<std::string> circle_names() const;

  std::vector<Circle> circles{};    // sorted; the others don't count in evaluation
  std::vector<NearRule> nearest{};  // if refused: what the nearest rules ask for

  bool operator==(const AcceptAnswer&) const = default;
};

struct TestResult {
  std::string name{};
  int line = 0;
  bool passed = false;
  std::string text{};  // what failed, a line each; empty if passed

  bool operator==(const TestResult&) const = default;
};

// Whether what the author's header withholds is taken away.
enum class HeaderLimits : std::uint8_t { kApplied, kIgnored };

struct CompiledPolicy;  // policy/compiled.h

// Answers for one policy and one charter's rungs.  Immutable, thread-safe; copies share.
// Cost: O(rules x circles in common), a few nanoseconds a rule; no allocation in the usual case.
class Evaluator {
 public:
  // `rungs`: level name to its permanent number, from the charter; empty: the defaults.
  // FAILED_PRECONDITION if a level of the policy is missing there, not in 1..14, or out of order.
  static absl::StatusOr<Evaluator> Make(std::shared_ptr<const Policy> policy,
                                        const std::map<std::string, Rung>& rungs = {});

  // For each circle in common: (grants - denies) AND the author's header; OR over circles; minus
  // `deny everywhere`; then closure.
  // Many answers for the same peers and records: policy/table.h.
  Mask Decide(const Peer& peer, const Marking& marking) const;

  // As Decide, by the same code, and why.
  Explanation Explain(const Peer& peer, const Marking& marking) const;

  // As Explain, for a peer or a record that is only supposed: what is not given is false, as in a
  // test, where in Explain it is unknown and satisfies every deny.
  Explanation ExplainSupposed(const Peer& peer, const Marking& marking, HeaderLimits limits) const;

  // The peer or record of which these facts are given, in the words of a `test` statement; nothing
  // if any problem was added, with `peer` or `record` for a file.  `circles`: names that are known
  // beside the policy's own.  A record must have a `tlp`.
  std::optional<Peer> PeerFrom(std::string_view facts, const std::vector<std::string>& circles,
                               Problems& problems) const;
  std::optional<Marking> RecordFrom(std::string_view facts, const std::vector<std::string>& circles,
                                    Problems& problems) const;

  // Judges `author`; for an unnamed one, a Peer with nothing but its attested rungs.  Withdrawals
  // are not judged: don't ask.
  AcceptAnswer Accept(const Peer& author, const Marking& marking) const;

  // The tests in the file, in its order.  They speak of the policy's own answer: no header.
  std::vector<TestResult> RunTests() const;

  // `mask` with see and relay limited to `sections`, closed: what a relay that holds only these,
  // or may only pass on these, can give.
  static Mask LimitTo(Mask mask, SectionMask sections, const Marking& marking);

  const Policy& policy() const;

 private:
  friend const CompiledPolicy& CompiledOf(const Evaluator& evaluator);  // policy/compiled.h
  explicit Evaluator(std::shared_ptr<const CompiledPolicy> compiled);

  // Shared: built once, held by every copy of this value.
  std::shared_ptr<const CompiledPolicy> compiled_;
};

}  // namespace renkei::policy
