#include "policy/statements.h"

#include <charconv>

#include <fmt/format.h>

#include "node/base/encoding.h"
#include "policy/statement_reader.h"
#include "policy/words.h"

namespace renkei::policy {

bool StatementReader::ReadHeader() {
  Name name;
  if (!ReadString("the policy's name", name) || !ExpectWord("version")) return false;
  draft_.file.name = name.text;
  const Token token = Peek();
  const char* const end = token.text.data() + token.text.size();
  const auto [stop, error] = std::from_chars(token.text.data(), end, draft_.file.version);
  if (token.type != TokenType::kWord || token.text.empty() || stop != end || error != std::errc()) {
    return Unexpected("a whole number up to 2147483647 for `version`");
  }
  ++next_;
  return ExpectEnd();
}

bool StatementReader::ReadLevels() {
  std::vector<Name>& levels = draft_.file.levels;
  if (!levels.empty()) {
    Report(tokens_[0].place, "second `levels` statement",
           "one line holds all levels, lowest first");
    return true;
  }
  do {
    Name name;
    if (!ReadNewName("a level", kLevelNameBytesMax, name)) return false;
    const auto same = std::find(levels.begin(), levels.end(), name);
    if (same != levels.end()) {
      Report(name.place, fmt::format("level `{}` named twice", name.text));
      continue;
    }
    if (levels.size() == kLevelsMax) {
      Report(name.place, fmt::format("more than {} levels", kLevelsMax));
      return false;
    }
    levels.push_back(std::move(name));
  } while (TakeIfSign("<"));
  if (!AtEnd()) return Unexpected("`<` and the next higher level");
  return true;
}

bool StatementReader::ReadCircles() {
  std::vector<Name>& circles = draft_.file.circles;
  do {
    Name name;
    if (!ReadNewName("a circle", kCircleNameBytesMax, name)) return false;
    if (std::find(circles.begin(), circles.end(), name) != circles.end()) {
      Report(name.place, fmt::format("circle `{}` named twice", name.text));
      continue;
    }
    if (circles.size() == kNamesMax) {
      Report(name.place, fmt::format("more than {} circles", kNamesMax));
      return false;
    }
    circles.push_back(std::move(name));
  } while (TakeIfSign(","));
  if (!AtEnd()) return Unexpected("`,` and the next circle");
  return true;
}

bool StatementReader::ReadSet() {
  Set set;
  if (!ReadNewName("a set of sections", kLabelBytesMax, set.name) || !ExpectSign("=") ||
      !ReadSections(set.sections, {})) {
    return false;
  }
  std::vector<Set>& sets = draft_.file.sets;
  const auto same =
      std::find_if(sets.begin(), sets.end(), [&](const Set& s) { return s.name == set.name; });
  if (SectionFromWord(set.name.text)) {
    Report(set.name.place, fmt::format("set `{}` has the name of a section", set.name.text));
  } else if (same != sets.end()) {
    Report(set.name.place, fmt::format("second set `{}`; the first is on line {}", set.name.text,
                                       same->name.place.line));
  } else if (sets.size() == kSetsMax) {
    Report(set.name.place, fmt::format("more than {} sets", kSetsMax));
  } else {
    sets.push_back(std::move(set));
  }
  return ExpectEnd();
}

bool StatementReader::ReadClaim() {
  const Token token = Peek();
  if (token.type != TokenType::kWord) return Unexpected("an attribute");
  const auto attribute = AttributeFromWord(token.text);
  if (!attribute) {
    const bool certified = token.text == "team" || token.text == "kind" || token.text == "peer";
    static constexpr auto kWords = {"level", "sector", "country"};
    Report(token.place, fmt::format("unknown attribute `{}`", token.text),
           certified ? "it stands in the certificate; `trust` is for level, sector and country"
                     : DidYouMean(NearestWord(token.text, kWords)));
    return false;
  }
  ++next_;
  Trust trust{.attribute = *attribute, .place = token.place};
  if (!ExpectWord("by")) return false;
  do {
    if (TakeIfWord("hub")) {
      trust.hub = true;
    } else if (TakeIfWord("sponsors")) {
      trust.sponsors = true;
    } else if (TakeIfWord("self")) {
      trust.self = true;
    } else {
      return Unexpected("`hub`, `sponsors` or `self`", {"hub", "sponsors", "self"});
    }
  } while (TakeIfSign(","));
  std::vector<Trust>& all = draft_.file.trust;
  if (std::any_of(all.begin(), all.end(),
                  [&](const Trust& t) { return t.attribute == trust.attribute; })) {
    Report(trust.place, fmt::format("`{}` is trusted twice", token.text), "write one claim");
    return true;
  }
  all.push_back(trust);
  return true;
}

bool StatementReader::ReadTrust() {
  do {
    if (!ReadClaim()) return false;
  } while (TakeIfSign(";"));
  return ExpectEnd();
}

bool StatementReader::ReadRuleName(Rule& rule) {
  if (!ReadNewName("the rule", kRuleNameBytesMax, rule.name)) return false;
  const auto same = std::find(draft_.rule_names.begin(), draft_.rule_names.end(), rule.name);
  if (same != draft_.rule_names.end()) {
    Report(
        rule.name.place,
        fmt::format("second rule `{}`; the first is on line {}", rule.name.text, same->place.line),
        "every rule has a name of its own");
    return true;
  }
  draft_.rule_names.push_back(rule.name);
  return true;
}

bool StatementReader::ReadAccept() {
  Rule rule{.kind = RuleKind::kAccept};
  if (!ReadRuleName(rule) || !ExpectWord("from")) return false;
  if (!ReadAtoms(List::kGrantPeer, rule.name.text, {"on"}, rule.peer)) return false;
  if (TakeIfWord("on") && !ReadAtoms(List::kGrantMark, rule.name.text, {}, rule.mark)) return false;
  draft_.file.rules.push_back(std::move(rule));
  return ExpectEnd();
}

bool StatementReader::ReadGrant() {
  Rule rule{.kind = RuleKind::kGrant};
  if (!ReadRuleName(rule) || !ExpectWord("to")) return false;
  if (!ReadAtoms(List::kGrantPeer, rule.name.text, {"on", "allow"}, rule.peer)) return false;
  if (TakeIfWord("on") && !ReadAtoms(List::kGrantMark, rule.name.text, {"allow"}, rule.mark)) {
    return false;
  }
  if (!ExpectWord("allow") || !ReadActions(rule.actions, {})) return false;
  draft_.file.rules.push_back(std::move(rule));
  return ExpectEnd();
}

bool StatementReader::ReadDeny() {
  Rule rule{.kind = RuleKind::kDeny};
  if (!ReadRuleName(rule)) return false;
  rule.everywhere = TakeIfWord("everywhere");
  if (!TakeIfWord("to")) {
    if (rule.everywhere) return Unexpected("`to`", {"to"});
    return Unexpected("`to` or `everywhere`", {"to", "everywhere"});
  }
  if (!ReadAtoms(List::kDenyPeer, rule.name.text, {"on", "forbid"}, rule.peer)) return false;
  if (TakeIfWord("on") && !ReadAtoms(List::kDenyMark, rule.name.text, {"forbid"}, rule.mark)) {
    return false;
  }
  if (!ExpectWord("forbid") || !ReadActions(rule.actions, {})) return false;
  for (const Atom& atom : rule.peer) {
    if (!rule.everywhere || !FormOf(atom.kind).per_circle) continue;
    Report(atom.place,
           fmt::format("`{}` in a `deny everywhere`, which tests neither level nor circle",
                       HeadText(atom)),
           "leave out `everywhere`, or test the team, peer or country");
  }
  draft_.file.rules.push_back(std::move(rule));
  return ExpectEnd();
}

bool StatementReader::ReadFacts(std::string_view stop, std::vector<Fact>& out) {
  while (!AtWord(stop)) {
    if (stop.empty() && AtEnd()) return true;
    if (Peek().type != TokenType::kWord) {
      const std::string otherwise = stop.empty() ? "" : fmt::format(", or `{}`", stop);
      return Unexpected("a fact, as `tlp=green`" + otherwise, {stop});
    }
    const bool bare = PeekSecond().text != "=";
    if (bare && !NearestWord(Peek().text, std::initializer_list<std::string_view>{stop}).empty()) {
      return Unexpected(fmt::format("`{}`", stop), {stop});
    }
    Fact fact{.key = NameOf(Take())};
    if (TakeIfSign("=")) {
      fact.braces = AtSign("{");
      if (fact.braces) {
        if (!ReadBraces(fact.values)) return false;
      } else if (Peek().type == TokenType::kWord) {
        fact.values.push_back(NameOf(Take()));
      } else {
        return Unexpected(fmt::format("a value for `{}`", fact.key.text));
      }
    }
    out.push_back(std::move(fact));
  }
  return true;
}

bool StatementReader::ReadTest() {
  Test test;
  if (!ReadString("the test's title", test.title) || !ExpectWord("peer") ||
      !ReadFacts("record", test.peer_facts) || !ExpectWord("record") ||
      !ReadFacts("expect", test.record_facts) || !ExpectWord("expect")) {
    return false;
  }
  do {
    Expectation expectation;
    expectation.negated = TakeIfWord("not");
    if (!ReadActions(expectation.actions, {})) return false;
    test.expectations.push_back(std::move(expectation));
  } while (TakeIfSign(";"));
  draft_.file.tests.push_back(std::move(test));
  return ExpectEnd();
}

bool StatementReader::ReadAssertion(bool always) {
  Assertion assertion{.always = always};
  if (!ReadString("a title", assertion.title) || !ReadActions(assertion.actions, {"when"}) ||
      !ExpectWord("when")) {
    return false;
  }
  do {
    if (Peek().type == TokenType::kWord && VerbFromWord(Peek().text)) {
      Action action;
      if (!ReadAction(action, {"and"})) return false;
      assertion.conditions.emplace_back(std::move(action));
      continue;
    }
    Atom atom;
    if (!ReadAtom(List::kCondition, atom)) return false;
    assertion.conditions.emplace_back(std::move(atom));
  } while (TakeIfWord("and"));
  draft_.file.assertions.push_back(std::move(assertion));
  if (!AtEnd()) return Unexpected("`and` or the end of the statement", {"and"});
  return true;
}

bool StatementReader::ReadNarrower() {
  Name name;
  if (!ExpectWord("than") || !ReadString("a policy file", name)) return false;
  draft_.file.narrower.push_back(std::move(name));
  return ExpectEnd();
}

void StatementReader::MarkBroken(std::string_view keyword) {
  draft_.levels_broken |= keyword == "levels";
  draft_.circles_broken |= keyword == "circles";
  draft_.sets_broken |= keyword == "set";
}

void StatementReader::Read(bool first) {
  const Token head = Peek();
  if (head.type == TokenType::kBad) return;
  if (head.type != TokenType::kWord) {
    Unexpected("a statement");
    return;
  }
  if (head.place.column != 1) {
    Report(head.place, fmt::format("`{}` is indented", head.text),
           "a statement begins in the first column");
  }
  const auto keywords = StatementKeywords();
  if (std::find(keywords.begin(), keywords.end(), head.text) == keywords.end()) {
    const std::string nearest = NearestWord(head.text, keywords);
    Report(head.place, fmt::format("unknown statement `{}`", head.text), DidYouMean(nearest));
    MarkBroken(nearest);
    return;
  }
  if (head.text == "policy" && !first) {
    Report(head.place, "`policy` stands only once, at the top of the file");
    return;
  }
  ++next_;
  const std::string_view word = head.text;
  const bool read = word == "policy"    ? ReadHeader()
                    : word == "levels"  ? ReadLevels()
                    : word == "circles" ? ReadCircles()
                    : word == "set"     ? ReadSet()
                    : word == "trust"   ? ReadTrust()
                    : word == "accept"  ? ReadAccept()
                    : word == "grant"   ? ReadGrant()
                    : word == "deny"    ? ReadDeny()
                    : word == "test"    ? ReadTest()
                    : word == "never"   ? ReadAssertion(false)
                    : word == "always"  ? ReadAssertion(true)
                                        : ReadNarrower();
  if (!read) MarkBroken(word);
}

Draft ReadStatements(const std::vector<Statement>& statements, std::string_view file,
                     Problems& problems) {
  Draft draft;
  const auto is_header = [](const Statement& s) { return s.front().text == "policy"; };
  bool has_header = std::any_of(statements.begin(), statements.end(), is_header);
  if (!statements.empty()) {
    // A misspelt `policy` is reported as that.
    const Token& head = statements.front().front();
    has_header |=
        head.type == TokenType::kBad || NearestWord(head.text, StatementKeywords()) == "policy";
  }
  if (!has_header) {
    problems.push_back({.file = std::string(file),
                        .line = 1,
                        .column = 1,
                        .message = "the file does not begin with `policy \"name\" version N`",
                        .hint = {}});
  }
  std::size_t count = 0;
  for (const Statement& statement : statements) {
    if (++count > kStatementsMax) {
      problems.push_back({.file = std::string(file),
                          .line = statement.front().place.line,
                          .column = 1,
                          .message = fmt::format("more than {} statements", kStatementsMax),
                          .hint = "split the policy, or write names in one list"});
      break;
    }
    StatementReader(statement, file, draft, problems).Read(&statement == &statements.front());
  }
  return draft;
}

std::vector<Fact> ReadFactList(const Statement& tokens, std::string_view file, Problems& problems) {
  Draft draft;
  return StatementReader(tokens, file, draft, problems).ReadFactsOnly();
}

}  // namespace renkei::policy
