#include <algorithm>

#include "policy/resolver.h"

namespace renkei::policy {

// False if the fact has a value and should have none, the other way round, or several for one.
bool Resolver::CheckValues(const Fact& fact, bool flag, bool list) {
  if (flag && (fact.braces || !fact.values.empty())) {
    Report(fact.key.place, fmt::format("`{}` takes no value", fact.key.text));
    return false;
  }
  if (!flag && !fact.braces && fact.values.empty()) {
    Report(fact.key.place, fmt::format("`{}` needs a value", fact.key.text),
           fmt::format("write `{}=..`", fact.key.text));
    return false;
  }
  if (!flag && !list && fact.braces) {
    Report(fact.key.place, fmt::format("`{}` takes one value, without braces", fact.key.text));
    return false;
  }
  return true;
}

void Resolver::CheckPeerFact(const Fact& fact, const std::vector<Name>& circles) {
  const std::string& key = fact.key.text;
  const bool flag = key == "recipient" || key == "own";
  const bool level_in = key.starts_with("level.");
  static const std::vector<std::string> kKeys = {"level", "circles", "sector",    "country",
                                                 "team",  "kind",    "recipient", "own"};
  if (!level_in && std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
    const bool of_record = key == "embargo" || key == "exercise" || key == "tlp";
    ReportUnknown(fact.key, "fact of a peer", kKeys,
                  of_record ? "write it after `record`" : OneOf(kKeys));
    return;
  }
  if (!CheckValues(fact, flag, key == "circles") || flag) return;
  for (const Name& value : fact.values) {
    int ignored = 0;
    if (key == "level" || level_in) ResolveLevel(value, &ignored);
    if (key == "circles") ResolveCircle(value, false);
    if (key == "sector" || key == "team") CheckLabel(value, key);
    if (key == "country") CheckCountry(value);
    if (key == "kind") ResolveEnum<PeerKind>(value, "kind of peer", PeerKindFromWord);
  }
  const std::string circle = level_in ? key.substr(6) : "";
  if (level_in && std::find(circles.begin(), circles.end(), Name{circle, {}}) == circles.end()) {
    Report(fact.key.place, fmt::format("`{}`, but the peer is not in circle `{}`", key, circle),
           "name it in the peer's `circles=`");
  }
}

void Resolver::CheckRecordFact(const Fact& fact) {
  const std::string& key = fact.key.text;
  const bool flag = key == "embargo" || key == "exercise";
  const bool list = key == "circles" || key == "tags" || key == "sectors" || key == "countries";
  static const std::vector<std::string> kKeys = {"circles", "kind",      "tlp",     "pap",
                                                 "type",    "severity",  "source",  "tags",
                                                 "sectors", "countries", "embargo", "exercise"};
  if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
    const bool of_peer = key == "recipient" || key == "own";
    ReportUnknown(fact.key, "fact of a record", kKeys,
                  of_peer ? "write it before `record`: it is a fact of the peer" : OneOf(kKeys));
    return;
  }
  if (!CheckValues(fact, flag, list) || flag) return;
  for (const Name& value : fact.values) {
    if (key == "circles") ResolveCircle(value, false);
    if (key == "kind") ResolveEnum<Kind>(value, "kind", KindFromWord);
    if (key == "tlp") ResolveEnum<Tlp>(value, "tlp", TlpFromWord);
    if (key == "pap") ResolveEnum<Pap>(value, "pap", PapFromWord);
    if (key == "severity") ResolveEnum<Severity>(value, "severity", SeverityFromWord);
    if (key == "source") ResolveEnum<SourceMode>(value, "source", SourceModeFromWord);
    if (key == "type" && !RsitFromWord(value.text)) ReportUnknown(value, "type", RsitWords());
    if (key == "tags" || key == "sectors") CheckLabel(value, key == "tags" ? "tag" : "sector");
    if (key == "countries") CheckCountry(value);
  }
}

void Resolver::CheckFacts(Side side, const std::vector<Fact>& facts) {
  std::vector<Name> circles;
  for (const Fact& fact : facts) {
    if (fact.key.text == "circles") circles = fact.values;
  }
  for (auto fact = facts.begin(); fact != facts.end(); ++fact) {
    const bool twice =
        std::any_of(facts.begin(), fact, [&](const Fact& f) { return f.key == fact->key; });
    if (twice) {
      Report(fact->key.place, fmt::format("fact `{}` given twice", fact->key.text));
    } else if (side == Side::kPeer) {
      CheckPeerFact(*fact, circles);
    } else {
      CheckRecordFact(*fact);
    }
  }
}

void Resolver::CheckHasTlp(const std::vector<Fact>& facts, Place place, const std::string& whose,
                           std::string_view where) {
  const bool has = std::any_of(facts.begin(), facts.end(),
                               [](const Fact& fact) { return fact.key.text == "tlp"; });
  if (has) return;
  Report(place, fmt::format("{} no `tlp`", whose),
         fmt::format("write `tlp=amber` or another {}", where));
}

void Resolver::ResolveTest(Test& test) {
  CheckFacts(Side::kPeer, test.peer_facts);
  CheckFacts(Side::kRecord, test.record_facts);
  CheckHasTlp(test.record_facts, test.title.place,
              fmt::format("test \"{}\" gives the record", test.title.text), "after `record`");
  for (Expectation& expectation : test.expectations) {
    expectation.bits = BitsOf(expectation.actions);
  }
}

void Resolver::RunFacts(Side side, const std::vector<Fact>& facts) {
  CheckFacts(side, facts);
  if (side == Side::kPeer) return;
  const Place place = facts.empty() ? Place{} : facts.front().key.place;
  CheckHasTlp(facts, place, "the record has", "beside what is said of it");
}

void CheckFacts(PolicyFile policy, Side side, const std::vector<Fact>& facts, std::string_view file,
                Problems& problems) {
  Draft draft{.file = std::move(policy)};
  Problems warnings;
  Resolver(draft, file, problems, warnings).RunFacts(side, facts);
}

}  // namespace renkei::policy
