#include "policy/lint.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "policy/compiled.h"
#include "policy/question.h"
#include "policy/resolve.h"
#include "policy/test_facts.h"
#include "policy/world.h"

namespace renkei::policy {
namespace {

// Whether closed circles have members, tests agree, rules match: each looks for one sort of
// finding.
class Linter {
 public:
  Linter(std::shared_ptr<const CompiledPolicy> compiled, std::string_view file,
         const LintOptions& options)
      : compiled_(std::move(compiled)),
        file_(compiled_->policy->file()),
        file_name_(file),
        options_(options),
        world_({compiled_.get()}, {}, 1, /*with_accepts=*/true),
        solvers_(MakeEnumerators(kLintWorkMax)),
        solver_(solvers_->For(world_)) {}

  Problems Run() {
    const WorldPolicy& rules = world_.policies().front();
    for (const auto* list : {&rules.accepts, &rules.grants, &rules.denies, &rules.everywhere}) {
      for (const WorldRule& rule : *list) CheckMatches(rule);
    }
    CheckCovered(rules.accepts, {&rules.accepts});
    CheckCovered(rules.grants, {&rules.grants});
    CheckCovered(rules.denies, {&rules.denies, &rules.everywhere});
    CheckCovered(rules.everywhere, {&rules.everywhere});
    CheckLines();
    CheckCircles();
    CheckTests();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Problem& a, const Problem& b) { return a.line < b.line; });
    return std::move(found_);
  }

 private:
  void Report(Place place, std::string message, std::string hint) {
    if (found_.size() >= kProblemsMax) return;
    found_.push_back({.file = std::string(file_name_),
                      .line = place.line,
                      .column = place.column,
                      .message = std::move(message),
                      .hint = std::move(hint)});
  }
  bool Nobody(const Question& question) {
    return solver_->Solve(question).outcome == Found::Outcome::kNobody;
  }

  void CheckMatches(const WorldRule& rule);
  bool AlwaysDenied(const WorldRule& grant);
  void CheckCovered(const std::vector<WorldRule>& rules,
                    const std::vector<const std::vector<WorldRule>*>& by);
  void CheckLines();
  void CheckCircles();
  std::set<std::string> UsedCircles() const;
  void CheckTests();

  const std::shared_ptr<const CompiledPolicy> compiled_;
  const PolicyFile& file_;
  const std::string_view file_name_;
  const LintOptions& options_;
  const World world_;
  const std::unique_ptr<Solvers> solvers_;
  const std::unique_ptr<Solver> solver_;
  std::set<const WorldRule*> reported_{};
  Problems found_{};
};

std::string_view KindOf(const WorldRule& rule) {
  switch (rule.source->kind) {
    case RuleKind::kAccept:
      return "accept";
    case RuleKind::kGrant:
      return "grant";
    case RuleKind::kDeny:
      break;
  }
  return "deny";
}

// Every deny that could take what the grant gives matches whenever the grant does.
bool Linter::AlwaysDenied(const WorldRule& grant) {
  for (std::uint64_t rest = grant.bits; rest != 0; rest &= rest - 1) {
    const int bit = std::countr_zero(rest);
    const Question question{.literals = grant.literals.front(),
                            .given = {{.policy = 0, .bit = bit, .slots = {0}}}};
    if (!Nobody(question)) return false;
  }
  return true;
}

void Linter::CheckMatches(const WorldRule& rule) {
  const Name& name = rule.source->name;
  if (Nobody({.literals = rule.literals.front()})) {
    reported_.insert(&rule);
    Report(name.place, fmt::format("{} `{}` can never match", KindOf(rule), name.text),
           "no peer and no record satisfies all that it tests");
  } else if (rule.source->kind == RuleKind::kGrant && AlwaysDenied(rule)) {
    reported_.insert(&rule);
    Report(name.place, fmt::format("grant `{}` gives nothing", name.text),
           "denies always take all that it allows");
  }
}

// What is left of each variable when the literals hold; empty if they can't.
std::vector<ValueSet> Narrowed(const World& world, const std::vector<int>& literals) {
  std::vector<ValueSet> domains;
  for (const Variable& variable : world.variables()) {
    domains.emplace_back(variable.size, /*full=*/true);
  }
  std::vector<int> holding = literals;
  while (!holding.empty()) {
    for (const int literal : holding) {
      const Literal& l = world.literals()[static_cast<std::size_t>(literal)];
      domains[static_cast<std::size_t>(l.variable)].KeepOnly(l.allowed);
    }
    holding.clear();
    for (const Clause& clause : world.clauses()) {
      std::vector<int> open;
      for (const int literal : clause) {
        const Literal& l = world.literals()[static_cast<std::size_t>(literal)];
        const ValueSet& domain = domains[static_cast<std::size_t>(l.variable)];
        if (domain.Meets(l.allowed)) open.push_back(literal);
      }
      if (open.size() != 1) continue;
      const Literal& l = world.literals()[static_cast<std::size_t>(open.front())];
      if (!domains[static_cast<std::size_t>(l.variable)].Within(l.allowed)) {
        holding.push_back(open.front());
      }
    }
  }
  return domains;
}

void Linter::CheckCovered(const std::vector<WorldRule>& rules,
                          const std::vector<const std::vector<WorldRule>*>& by) {
  std::set<const WorldRule*> covered;
  // Of two rules that say the same, the later one is reported.
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    if (reported_.count(&*rule) != 0) continue;
    const std::vector<ValueSet> domains = Narrowed(world_, rule->literals.front());
    const auto covers = [&](const WorldRule& other) {
      if (&other == &*rule || covered.count(&other) != 0 || reported_.count(&other) != 0) {
        return false;
      }
      return (rule->bits & ~other.bits) == 0 &&
             std::all_of(other.literals.front().begin(), other.literals.front().end(),
                         [&](int literal) {
                           const Literal& l = world_.literals()[static_cast<std::size_t>(literal)];
                           return domains[static_cast<std::size_t>(l.variable)].Within(l.allowed);
                         });
    };
    for (const auto* list : by) {
      const auto other = std::find_if(list->begin(), list->end(), covers);
      if (other == list->end()) continue;
      covered.insert(&*rule);
      const Name& name = rule->source->name;
      Report(name.place,
             fmt::format("{} `{}` adds nothing: {} `{}` (line {}) says all of it", KindOf(*rule),
                         name.text, KindOf(*other), other->source->name.text,
                         other->source->name.place.line),
             "delete one of them");
      break;
    }
  }
}

void Linter::CheckLines() {
  for (const CompiledAssertion& assertion : compiled_->assertions) {
    const World world({compiled_.get()}, assertion.conditions, 1);
    const auto solver = solvers_->For(world);
    std::vector<int> literals = world.conditions();
    std::erase(literals, -1);
    if (solver->Solve({.literals = std::move(literals)}).outcome != Found::Outcome::kNobody) {
      continue;
    }
    Report(assertion.source->title.place,
           fmt::format("`{} \"{}\"` says nothing", assertion.source->always ? "always" : "never",
                       assertion.source->title.text),
           "no peer and no record satisfies its conditions");
  }
}

std::set<std::string> Linter::UsedCircles() const {
  std::set<std::string> used;
  const auto atoms = [&](const std::vector<Atom>& list) {
    for (const Atom& atom : list) {
      if (atom.kind != AtomKind::kInCircle) continue;
      for (const Name& name : atom.words) used.insert(name.text);
    }
  };
  for (const Rule& rule : file_.rules) atoms(rule.peer);
  for (const Assertion& assertion : file_.assertions) {
    for (const Condition& condition : assertion.conditions) {
      if (const Atom* atom = std::get_if<Atom>(&condition)) atoms({*atom});
    }
  }
  for (const Test& test : file_.tests) {
    for (const auto* facts : {&test.peer_facts, &test.record_facts}) {
      for (const Fact& fact : *facts) {
        if (fact.key.text != "circles") continue;
        for (const Name& name : fact.values) used.insert(name.text);
      }
    }
  }
  return used;
}

void Linter::CheckCircles() {
  const std::set<std::string> used = UsedCircles();
  for (const Name& circle : file_.circles) {
    if (options_.circles_with_members) {
      if (options_.circles_with_members->count(circle.text) != 0) continue;
      Report(circle.place, fmt::format("nobody is in circle `{}`", circle.text),
             "is it spelt as in its charter?");
      continue;
    }
    const bool named = std::any_of(used.begin(), used.end(), [&](const std::string& pattern) {
      return MatchesCircle(pattern, circle.text);
    });
    if (named) continue;
    Report(circle.place, fmt::format("no rule, test or line speaks of circle `{}`", circle.text),
           "rules that test only the level hold in it without its being named");
  }
}

// By monotony (docs/policy.md section 3), whoever `more` speaks of gets all that `less` does.
bool GetsAllThat(const TestFacts& more, const TestFacts& less) {
  if (more.unknowns != less.unknowns) return false;
  if (more.peer.circles.size() != less.peer.circles.size()) return false;
  TestFacts same = more;
  for (std::size_t i = 0; i < same.peer.circles.size(); ++i) {
    const Rung rung = less.peer.circles[i].rung;
    if (same.peer.circles[i].rung < rung) return false;
    same.peer.circles[i].rung = rung;
  }
  const auto at_most = [](auto a, auto b) { return a == b || (a != decltype(a)() && a < b); };
  if (!at_most(more.marking.tlp, less.marking.tlp)) return false;
  if (!at_most(more.marking.pap, less.marking.pap)) return false;
  same.marking.tlp = less.marking.tlp;
  same.marking.pap = less.marking.pap;
  return same.peer == less.peer && same.marking == less.marking;
}

std::uint64_t Expected(const Test& test, bool negated) {
  std::uint64_t bits = 0;
  for (const Expectation& expectation : test.expectations) {
    if (expectation.negated == negated) bits |= expectation.bits;
  }
  return bits;
}

void Linter::CheckTests() {
  std::vector<TestFacts> facts;
  for (const Test& test : file_.tests) facts.push_back(FactsOfTest(test, compiled_->levels));
  for (std::size_t a = 0; a < facts.size(); ++a) {
    for (std::size_t b = 0; b < facts.size(); ++b) {
      const Test& given = file_.tests[a];
      const Test& refused = file_.tests[b];
      const std::uint64_t bits = Expected(given, false) & Expected(refused, true);
      if (bits == 0 || !GetsAllThat(facts[b], facts[a])) continue;
      const Test& later = a > b ? given : refused;
      const Test& earlier = a > b ? refused : given;
      const std::string text =
          a == b ? fmt::format("test \"{}\" contradicts itself", later.title.text)
                 : fmt::format("test \"{}\" contradicts test \"{}\" (line {})", later.title.text,
                               earlier.title.text, earlier.title.place.line);
      Report(later.title.place, text,
             fmt::format("no policy gives {} to the one and withholds it from the other",
                         ActionsText(bits)));
    }
  }
}

}  // namespace

Problems Lint(const Policy& policy, std::string_view file, const LintOptions& options) {
  const auto shared = std::make_shared<const Policy>(policy);
  absl::StatusOr<std::vector<Level>> levels = LevelsWithRungs(*shared, options.rungs);
  if (!levels.ok()) {
    return {{.file = std::string(file), .message = Message(levels.status()), .hint = {}}};
  }
  return Linter(Compile(shared, *std::move(levels), Lines::kCompile), file, options).Run();
}

}  // namespace renkei::policy
