#include "policy/test_facts.h"

#include <algorithm>
#include <string>

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

// `sector.by={self}`; all of them where the test does not say.
AssertedBy ByOf(const std::vector<Fact>& facts, std::string_view key) {
  if (Find(facts, key) == nullptr) return kEverybody;
  AssertedBy by;
  for (const std::string& word : Words(facts, key)) {
    by.hub |= word == "hub";
    by.self |= word == "self";
    if (word == "sponsor") by.sponsors = std::max(by.sponsors, 1);
    if (word == "sponsors") by.sponsors = 2;
  }
  return by;
}

// By `level` or `rung`, or by `level.CIRCLE` or `rung.CIRCLE`; 0 if none says.
Rung RungIn(const std::vector<Fact>& facts, const std::vector<Level>& levels,
            const std::string& suffix) {
  const std::string level = Word(facts, "level" + suffix);
  if (!level.empty()) return RungOf(levels, level);
  return RungFromWord(Word(facts, "rung" + suffix)).value_or(0);
}

Unknowns UnknownsOf(const Test& test) {
  Unknowns unknowns;
  for (const std::string& word : Words(test.peer_facts, "unknown")) {
    unknowns.team |= word == "team";
    unknowns.peer_kind |= word == "kind";
    unknowns.country |= word == "country";
  }
  for (const std::string& word : Words(test.record_facts, "unknown")) {
    unknowns.type |= word == "type";
    unknowns.pap |= word == "pap";
    unknowns.source |= word == "source";
  }
  return unknowns;
}

}  // namespace

Peer PeerOf(const std::vector<Fact>& facts, const std::vector<Level>& levels) {
  Peer peer{.team = Word(facts, "team"),
            .kind = PeerKindFromWord(Word(facts, "kind")).value_or(PeerKind::kUnspecified),
            .sector = Word(facts, "sector"),
            .sector_by = ByOf(facts, "sector.by"),
            .country = Word(facts, "country"),
            .country_by = ByOf(facts, "country.by"),
            .recipient = Find(facts, "recipient") != nullptr,
            .own = Find(facts, "own") != nullptr};
  const Rung everywhere = RungIn(facts, levels, "");
  for (const std::string& circle : Words(facts, "circles")) {
    const Rung here = RungIn(facts, levels, "." + circle);
    peer.circles.push_back(
        {.circle = circle, .rung = here == 0 ? everywhere : here, .by = kEverybody});
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

TestFacts FactsOfTest(const Test& test, const std::vector<Level>& levels) {
  return {.peer = PeerOf(test.peer_facts, levels),
          .marking = MarkingOf(test.record_facts),
          .unknowns = UnknownsOf(test)};
}

}  // namespace renkei::policy
