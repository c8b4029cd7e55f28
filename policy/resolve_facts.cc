#include <algorithm>

#include "policy/resolver.h"
#include "policy/words.h"

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
  const bool in_circle = key.starts_with("level.") || key.starts_with("rung.");
  static const std::vector<std::string> kKeys = {"level",     "rung",      "circles",    "sector",
                                                 "sector.by", "country",   "country.by", "team",
                                                 "kind",      "recipient", "own",        "unknown"};
  if (!in_circle && std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
    const bool of_record = key == "embargo" || key == "exercise" || key == "tlp";
    ReportUnknown(fact.key, "fact of a peer", kKeys,
                  of_record ? "write it after `record`" : OneOf(kKeys));
    return;
  }
  const bool list = key == "circles" || key == "unknown" || key.ends_with(".by");
  if (!CheckValues(fact, flag, list && !in_circle) || flag) return;
  for (const Name& value : fact.values) CheckPeerValue(key, value);
  const std::string circle = in_circle ? key.substr(key.find('.') + 1) : "";
  if (in_circle && std::find(circles.begin(), circles.end(), Name{circle, {}}) == circles.end()) {
    Report(fact.key.place, fmt::format("`{}`, but the peer is not in circle `{}`", key, circle),
           "name it in the peer's `circles=`");
  }
}

void Resolver::CheckPeerValue(const std::string& key, const Name& value) {
  static const std::vector<std::string> kBy = {"hub", "self", "sponsors", "sponsor"};
  static const std::vector<std::string> kMayBeUnknown = {"team", "kind", "country"};
  int ignored = 0;
  if (key == "level" || key.starts_with("level.")) {
    ResolveLevel(value, &ignored);
  } else if (key == "rung" || key.starts_with("rung.")) {
    if (RungFromWord(value.text)) return;
    Report(value.place, fmt::format("`{}` is no rung", value.text),
           fmt::format("a number from 1 to {}; a level has a name", kRungMax));
  } else if (key == "circles") {
    ResolveCircle(value, false);
  } else if (key == "sector" || key == "team") {
    CheckLabel(value, key);
  } else if (key == "country") {
    CheckCountry(value);
  } else if (key == "kind") {
    ResolveEnum<PeerKind>(value, "kind of peer", PeerKindFromWord);
  } else {
    CheckOneOf(value, key == "unknown" ? kMayBeUnknown : kBy, key);
  }
}

void Resolver::CheckOneOf(const Name& value, const std::vector<std::string>& words,
                          const std::string& key) {
  if (std::find(words.begin(), words.end(), value.text) != words.end()) return;
  ReportUnknown(value, fmt::format("word for `{}`", key), words, OneOf(words));
}

// A fact that is given and said to be unknown, a rung said twice.
void Resolver::CheckFactsTogether(const std::vector<Fact>& facts) {
  const auto find = [&](std::string_view key) {
    return std::find_if(facts.begin(), facts.end(),
                        [&](const Fact& fact) { return fact.key.text == key; });
  };
  for (const Fact& fact : facts) {
    const std::string& key = fact.key.text;
    const bool level = key == "level" || key.starts_with("level.");
    if (level && find("rung" + key.substr(5)) != facts.end()) {
      Report(fact.key.place, fmt::format("`{}` and `rung{}`", key, key.substr(5)),
             "a level is a rung: give one of them");
    }
    if (key != "unknown") continue;
    for (const Name& value : fact.values) {
      if (find(value.text) == facts.end()) continue;
      Report(value.place, fmt::format("`{}` is given, and said to be unknown", value.text));
    }
  }
}

void Resolver::CheckRecordFact(const Fact& fact) {
  const std::string& key = fact.key.text;
  const bool flag = key == "embargo" || key == "exercise";
  const bool list = key == "circles" || key == "tags" || key == "sectors" || key == "countries" ||
                    key == "unknown";
  static const std::vector<std::string> kKeys = {
      "circles", "kind",    "tlp",       "pap",     "type",     "severity", "source",
      "tags",    "sectors", "countries", "embargo", "exercise", "unknown"};
  static const std::vector<std::string> kMayBeUnknown = {"type", "pap", "source"};
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
    if (key == "unknown") CheckOneOf(value, kMayBeUnknown, key);
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
  CheckFactsTogether(facts);
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
  for (const Fact& fact : facts) {
    if (fact.key.text == "unknown") Report(fact.key.place, "`unknown` is for tests in a file");
  }
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
