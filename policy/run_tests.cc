#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policy/compiled.h"
#include "policy/policy.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

// Whoever says so: a test states what is known, not who said it.
constexpr AssertedBy kEverybody{.hub = true, .self = true, .sponsors = 2};

Rung RungOf(const std::vector<Level>& levels, const std::string& name) {
  for (const Level& level : levels) {
    if (level.name == name) return level.rung;
  }
  return 0;
}

std::vector<std::string> Sorted(const std::vector<Name>& names) {
  std::vector<std::string> words;
  for (const Name& name : names) words.push_back(name.text);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

const Fact* Find(const std::vector<Fact>& facts, std::string_view key) {
  const auto found = std::find_if(facts.begin(), facts.end(),
                                  [&](const Fact& fact) { return fact.key.text == key; });
  return found == facts.end() ? nullptr : &*found;
}

std::string Word(const std::vector<Fact>& facts, std::string_view key) {
  const Fact* fact = Find(facts, key);
  return fact == nullptr || fact->values.empty() ? "" : fact->values.front().text;
}

std::vector<std::string> Words(const std::vector<Fact>& facts, std::string_view key) {
  const Fact* fact = Find(facts, key);
  return fact == nullptr ? std::vector<std::string>() : Sorted(fact->values);
}

Peer PeerOf(const std::vector<Fact>& facts, const std::vector<Level>& levels) {
  Peer peer{.team = Word(facts, "team"),
            .kind = PeerKindFromWord(Word(facts, "kind")).value_or(PeerKind::kUnspecified),
            .sector = Word(facts, "sector"),
            .sector_by = kEverybody,
            .country = Word(facts, "country"),
            .country_by = kEverybody,
            .recipient = Find(facts, "recipient") != nullptr,
            .own = Find(facts, "own") != nullptr};
  const Rung everywhere = RungOf(levels, Word(facts, "level"));
  for (const std::string& circle : Words(facts, "circles")) {
    const std::string here = Word(facts, "level." + circle);
    peer.circles.push_back({.circle = circle,
                            .rung = here.empty() ? everywhere : RungOf(levels, here),
                            .by = kEverybody});
  }
  return peer;
}

Marking MarkingOf(const std::vector<Fact>& facts) {
  return {.kind = KindFromWord(Word(facts, "kind")).value_or(Kind::kIncident),
          .tlp = TlpFromWord(Word(facts, "tlp")).value_or(Tlp::kUnspecified),
          .pap = PapFromWord(Word(facts, "pap")).value_or(Pap::kUnspecified),
          .source = SourceModeFromWord(Word(facts, "source")).value_or(SourceMode::kUnspecified),
          .severity = SeverityFromWord(Word(facts, "severity")).value_or(Severity::kUnspecified),
          .type = RsitFromWord(Word(facts, "type")).value_or(0),
          .circles = Words(facts, "circles"),
          .tags = Words(facts, "tags"),
          .sectors = Words(facts, "sectors"),
          .countries = Words(facts, "countries"),
          .exercise = Find(facts, "exercise") != nullptr,
          .embargoed = Find(facts, "embargo") != nullptr};
}

// Who gave what was not to be there.
std::string GivenText(const Explanation& said, std::uint64_t bits) {
  std::string text = fmt::format("expected not {}, but it is allowed", ActionsText(bits));
  for (const CircleExplanation& circle : said.circles) {
    for (const RuleHit& hit : circle.grants) {
      if ((hit.bits & bits) == 0) continue;
      text += fmt::format("; in {} by grant {} (line {})", circle.circle, hit.rule, hit.line);
    }
  }
  return text + "\n";
}

std::string MissingText(const Explanation& said, std::uint64_t bits) {
  std::string text = fmt::format("expected {}, but it is withheld", ActionsText(bits));
  for (const std::string& note : said.notes) text += "; " + note;
  for (const CircleExplanation& circle : said.circles) {
    for (const RuleHit& hit : circle.denies) {
      if ((hit.bits & bits) == 0) continue;
      text += fmt::format("; in {} by deny {} (line {})", circle.circle, hit.rule, hit.line);
    }
  }
  for (const RuleHit& hit : said.everywhere) {
    if ((hit.bits & bits) == 0) continue;
    text += fmt::format("; everywhere by deny {} (line {})", hit.rule, hit.line);
  }
  for (const Withheld& withheld : said.withheld) {
    const bool meant =
        withheld.section ? (bits & Bit(*withheld.section)) != 0 : (bits & Mask::kExist) != 0;
    if (!meant || withheld.nearest.empty()) continue;
    const NearRule& near = withheld.nearest.front();
    text += fmt::format("; {} needs", near.rule);
    for (const UnmetAtom& unmet : near.unmet) text += fmt::format(" {}", unmet.needs);
    break;
  }
  return text + "\n";
}

}  // namespace

std::vector<TestResult> Evaluator::RunTests() const {
  std::vector<TestResult> results;
  for (const Test& test : compiled_->policy->file().tests) {
    const Peer peer = PeerOf(test.peer_facts, compiled_->levels);
    const Explanation said = ExplainForTest(peer, MarkingOf(test.record_facts));
    const std::uint64_t bits = said.mask.bits();
    TestResult result{.name = test.title.text, .line = test.title.place.line};
    for (const Expectation& expectation : test.expectations) {
      const std::uint64_t given = expectation.bits & bits;
      const std::uint64_t missing = expectation.bits & ~bits;
      if (expectation.negated && given != 0) result.text += GivenText(said, given);
      if (!expectation.negated && missing != 0) result.text += MissingText(said, missing);
    }
    result.passed = result.text.empty();
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace renkei::policy
