#include "policy/statements.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "node/base/encoding.h"
#include "policy/policy.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

// The lists in which atoms stand.
enum class List { kGrantPeer, kGrantMark, kDenyPeer, kDenyMark, kCondition };

bool InGrant(List list) { return list == List::kGrantPeer || list == List::kGrantMark; }
Side SideOf(List list) {
  return list == List::kGrantPeer || list == List::kDenyPeer ? Side::kPeer : Side::kRecord;
}

std::string DidYouMean(const std::string& nearest) {
  return nearest.empty() ? "" : fmt::format("did you mean `{}`?", nearest);
}

// What to write instead of an atom that a grant or a deny must not hold.
std::string_view Instead(const Atom& atom, List list) {
  const bool grant = InGrant(list);
  if (atom.negated && grant) return "grants may only test upwards: a `not` belongs in a deny";
  switch (atom.kind) {
    case AtomKind::kLevelBelow:
      return "grants may only test upwards: use `level >=`";
    case AtomKind::kTlpAtLeast:
      return "grants may only test TLP downwards: use `tlp <=`";
    case AtomKind::kPapAtLeast:
      return "grants may only test PAP downwards: use `pap <=`";
    case AtomKind::kAnyone:
      return "only a deny may test it; in a grant `in circle` means every member";
    case AtomKind::kEmbargo:
    case AtomKind::kExercise:
      return "only a deny may test it";
    case AtomKind::kLevelAtLeast:
      return "denies may only test downwards: use `level <`";
    case AtomKind::kTlpAtMost:
      return "denies may only test TLP upwards: use `tlp >=`";
    case AtomKind::kPapAtMost:
      return "denies may only test PAP upwards: use `pap >=`";
    case AtomKind::kInCircle:
      return "denies may only test downwards: use `not in circle {..}`";
    case AtomKind::kSameSector:
      return "denies may only test downwards: use `not same-sector`";
    case AtomKind::kSameCountry:
      return "denies may only test downwards: use `not same-country`";
    default:
      return grant ? "only a deny may test it" : "only a grant may test it";
  }
}

bool StartsAtom(const Token& token) {
  if (token.type != TokenType::kWord) return false;
  if (token.text == "not" || token.text == "in") return true;
  const auto forms = AtomForms();
  return std::any_of(forms.begin(), forms.end(), [&](const AtomForm& form) {
    return form.head.substr(0, form.head.find(' ')) == token.text;
  });
}

class StatementReader {
 public:
  StatementReader(const Statement& tokens, std::string_view file, Draft& draft, Problems& problems)
      : tokens_(tokens), file_name_(file), draft_(draft), problems_(problems) {}

  void Read(bool first);

 private:
  // -- tokens --
  const Token& Peek() const { return tokens_[next_]; }
  const Token& PeekSecond() const { return tokens_[std::min(next_ + 1, tokens_.size() - 1)]; }
  Token Take() {
    const Token token = Peek();
    if (token.type != TokenType::kEnd) ++next_;
    return token;
  }
  bool AtWord(std::string_view word) const {
    return Peek().type == TokenType::kWord && Peek().text == word;
  }
  bool AtSign(std::string_view sign) const {
    return Peek().type == TokenType::kSign && Peek().text == sign;
  }
  bool AtEnd() const { return Peek().type == TokenType::kEnd; }
  bool TakeIfWord(std::string_view word) {
    if (!AtWord(word)) return false;
    ++next_;
    return true;
  }
  bool TakeIfSign(std::string_view sign) {
    if (!AtSign(sign)) return false;
    ++next_;
    return true;
  }
  static Name NameOf(const Token& token) { return {std::string(token.text), token.place}; }

  // -- problems --
  void Report(Place place, std::string message, std::string hint = {}) {
    if (problems_.size() >= kProblemsMax) return;
    problems_.push_back({.file = std::string(file_name_),
                         .line = place.line,
                         .column = place.column,
                         .message = std::move(message),
                         .hint = std::move(hint)});
  }
  // Reports that the next token is not what the grammar wants.  Always false: the caller gives the
  // statement up.
  bool Unexpected(std::string_view wanted, std::initializer_list<std::string_view> words = {});

  // -- pieces; false: reported, give up --
  bool ExpectWord(std::string_view word);
  bool ExpectSign(std::string_view sign);
  bool ExpectEnd();
  bool ReadString(std::string_view what, Name& out);
  bool ReadNewName(std::string_view what, std::size_t bytes_max, Name& out);
  bool ReadBraces(std::vector<Name>& out);
  bool ReadSections(std::vector<Name>& out, std::initializer_list<std::string_view> stops);
  bool ReadAction(Action& out, std::initializer_list<std::string_view> stops);
  bool ReadActions(std::vector<Action>& out, std::initializer_list<std::string_view> stops);
  bool ReadAtom(List list, Atom& out);
  bool ReadAtomHead(List list, Atom& out);
  bool ReadAtoms(List list, std::string_view rule, std::initializer_list<std::string_view> stops,
                 std::vector<Atom>& out);
  bool ReadComparison(std::string_view subject, AtomKind at_least, std::optional<AtomKind> other,
                      std::string_view other_sign, Atom& out);
  void CheckAtom(const Atom& atom, List list);
  bool UnknownAtom(List list, std::initializer_list<std::string_view> stops);
  bool ReadFacts(std::string_view stop, std::vector<Fact>& out);

  // -- statements --
  bool ReadHeader();
  bool ReadLevels();
  bool ReadCircles();
  bool ReadSet();
  bool ReadTrust();
  bool ReadClaim();
  bool ReadAccept();
  bool ReadGrant();
  bool ReadDeny();
  bool ReadRuleName(Rule& rule);
  bool ReadTest();
  bool ReadAssertion(bool always);
  bool ReadNarrower();
  void MarkBroken(std::string_view keyword);

  const Statement& tokens_;
  std::string_view file_name_;
  Draft& draft_;
  Problems& problems_;
  std::size_t next_ = 0;
};

bool StatementReader::Unexpected(std::string_view wanted,
                                 std::initializer_list<std::string_view> words) {
  const Token& token = Peek();
  if (token.type == TokenType::kBad) return false;  // reported by the lexer
  if (token.type == TokenType::kEnd) {
    Report(token.place, fmt::format("expected {}, but the statement ends here", wanted),
           "a statement goes on over indented lines only");
    return false;
  }
  std::string hint;
  if (token.type == TokenType::kWord) {
    const auto statements = StatementKeywords();
    const bool statement =
        std::find(statements.begin(), statements.end(), token.text) != statements.end();
    hint = DidYouMean(NearestWord(token.text, words));
    if (hint.empty() && statement) hint = "a new statement begins in the first column";
  }
  const char quote = token.type == TokenType::kString ? '"' : '\0';
  const std::string text =
      quote == '\0' ? std::string(token.text) : fmt::format("\"{}\"", token.text);
  Report(token.place, fmt::format("expected {}, found `{}`", wanted, text), std::move(hint));
  return false;
}

bool StatementReader::ExpectWord(std::string_view word) {
  if (TakeIfWord(word)) return true;
  return Unexpected(fmt::format("`{}`", word), {word});
}

bool StatementReader::ExpectSign(std::string_view sign) {
  if (TakeIfSign(sign)) return true;
  return Unexpected(fmt::format("`{}`", sign));
}

bool StatementReader::ExpectEnd() {
  if (AtEnd()) return true;
  return Unexpected("the end of the statement");
}

bool StatementReader::ReadString(std::string_view what, Name& out) {
  if (Peek().type != TokenType::kString) return Unexpected(fmt::format("{} in quotes", what));
  out = NameOf(Take());
  return true;
}

// A name that this statement declares: no keyword, not too long.  Letters are checked by resolve.
bool StatementReader::ReadNewName(std::string_view what, std::size_t bytes_max, Name& out) {
  if (Peek().type != TokenType::kWord) return Unexpected(fmt::format("a name for {}", what));
  if (IsKeyword(Peek().text)) {
    Report(Peek().place,
           fmt::format("expected a name for {}, found the keyword `{}`", what, Peek().text),
           "keywords are reserved");
    return false;
  }
  out = NameOf(Take());
  if (out.text.size() > bytes_max) {
    Report(out.place, fmt::format("name `{}` has {} bytes; at most {}", Printable(out.text, 32),
                                  out.text.size(), bytes_max));
  }
  return true;
}

bool StatementReader::ReadBraces(std::vector<Name>& out) {
  const Place open = Peek().place;
  if (!TakeIfSign("{")) return Unexpected("names in braces, as `{a, b}`");
  if (TakeIfSign("}")) {
    Report(open, "empty list `{}`", "name at least one, or delete the rule");
    return true;
  }
  while (true) {
    if (Peek().type != TokenType::kWord) return Unexpected("a name");
    out.push_back(NameOf(Take()));
    if (TakeIfSign("}")) break;
    if (!TakeIfSign(",")) return Unexpected("`,` or `}`");
  }
  if (out.size() > kNamesMax) {
    Report(open, fmt::format("list of {} names; at most {}", out.size(), kNamesMax));
  }
  return true;
}

bool StatementReader::ReadSections(std::vector<Name>& out,
                                   std::initializer_list<std::string_view> stops) {
  while (Peek().type == TokenType::kWord) {
    const std::string_view word = Peek().text;
    if (word != "all" && IsKeyword(word)) break;
    // A misspelt keyword would be read as a section, and what follows it make no sense.
    const Token& after = PeekSecond();
    const bool goes_on = after.type == TokenType::kEnd || after.text == "," || after.text == ";" ||
                         (after.type == TokenType::kWord && !IsKeyword(after.text));
    if (!goes_on && !SectionFromWord(word) && !NearestWord(word, stops).empty() &&
        std::find(stops.begin(), stops.end(), after.text) == stops.end()) {
      return Unexpected("a section", stops);
    }
    out.push_back(NameOf(Take()));
  }
  if (out.empty()) return Unexpected("a section, a set or `all`");
  return true;
}

bool StatementReader::ReadAction(Action& out, std::initializer_list<std::string_view> stops) {
  static constexpr auto kVerbs = {"exist", "see", "relay", "query", "sight", "comment", "all"};
  const Token token = Peek();
  const auto verb =
      token.type == TokenType::kWord ? VerbFromWord(token.text) : std::optional<Verb>();
  if (!verb) {
    if (token.type == TokenType::kWord && SectionFromWord(token.text)) {
      Report(token.place, fmt::format("`{}` is a section, no action", token.text),
             "sections follow `see` or `relay` without commas");
      return false;
    }
    if (token.type != TokenType::kWord) return Unexpected("an action");
    Report(token.place, fmt::format("unknown action `{}`", token.text),
           DidYouMean(NearestWord(token.text, kVerbs)));
    return false;
  }
  ++next_;
  out.verb = *verb;
  out.place = token.place;
  if (*verb != Verb::kSee && *verb != Verb::kRelay) return true;
  return ReadSections(out.sections, stops);
}

bool StatementReader::ReadActions(std::vector<Action>& out,
                                  std::initializer_list<std::string_view> stops) {
  do {
    Action action;
    if (!ReadAction(action, stops)) return false;
    out.push_back(std::move(action));
  } while (TakeIfSign(","));
  return true;
}

// ---- atoms ----

bool StatementReader::ReadComparison(std::string_view subject, AtomKind at_least,
                                     std::optional<AtomKind> other, std::string_view other_sign,
                                     Atom& out) {
  ++next_;
  if (TakeIfSign(">=")) {
    out.kind = at_least;
  } else if (other && TakeIfSign(other_sign)) {
    out.kind = *other;
  } else {
    const std::string also = other ? fmt::format(" or `{}`", other_sign) : "";
    return Unexpected(fmt::format("`>=`{} after `{}`", also, subject));
  }
  if (Peek().type != TokenType::kWord) return Unexpected("a word to compare with");
  out.words.push_back(NameOf(Take()));
  return true;
}

bool StatementReader::ReadAtomHead(List list, Atom& out) {
  const std::string_view word = Peek().text;
  if (word == "level") {
    return ReadComparison(word, AtomKind::kLevelAtLeast, AtomKind::kLevelBelow, "<", out);
  }
  if (word == "tlp") {
    return ReadComparison(word, AtomKind::kTlpAtLeast, AtomKind::kTlpAtMost, "<=", out);
  }
  if (word == "pap") {
    return ReadComparison(word, AtomKind::kPapAtLeast, AtomKind::kPapAtMost, "<=", out);
  }
  if (word == "severity") {
    return ReadComparison(word, AtomKind::kSeverityAtLeast, std::nullopt, "", out);
  }
  if (word == "in") {
    ++next_;
    out.kind = AtomKind::kInCircle;
    if (!ExpectWord("circle")) return false;
    // A deny's `not in circle` needs names: every circle evaluated is a circle in common.
    const bool deny = list == List::kDenyPeer || list == List::kDenyMark;
    if (AtSign("{") || (deny && out.negated)) return ReadBraces(out.words);
    return true;
  }
  for (const AtomForm& form : AtomForms()) {
    if (form.operand == Operand::kNone && form.head == word) {
      ++next_;
      out.kind = form.kind;
      return true;
    }
    if (form.operand == Operand::kNames && form.head == fmt::format("{} in", word)) {
      ++next_;
      out.kind = form.kind;
      return ExpectWord("in") && ReadBraces(out.words);
    }
  }
  return UnknownAtom(list, {});
}

bool StatementReader::UnknownAtom(List list, std::initializer_list<std::string_view> stops) {
  const Token& token = Peek();
  if (token.type != TokenType::kWord) return Unexpected("something to test");
  std::vector<std::string> words(stops.begin(), stops.end());
  for (const AtomForm& form : AtomForms()) {
    const bool side = list == List::kCondition || form.side == SideOf(list);
    if (side) words.emplace_back(form.head.substr(0, form.head.find(' ')));
  }
  if (IsKeyword(token.text)) {
    std::string wanted = "something to test";
    for (const std::string_view stop : stops) wanted += fmt::format(" or `{}`", stop);
    return Unexpected(wanted);
  }
  Report(token.place, fmt::format("unknown word `{}`", token.text),
         DidYouMean(NearestWord(token.text, words)));
  return false;
}

bool StatementReader::ReadAtom(List list, Atom& out) {
  if (Peek().type != TokenType::kWord) return UnknownAtom(list, {});
  out.place = Peek().place;
  out.negated = TakeIfWord("not");
  if (Peek().type != TokenType::kWord) return UnknownAtom(list, {});
  return ReadAtomHead(list, out);
}

void StatementReader::CheckAtom(const Atom& atom, List list) {
  if (list == List::kCondition) return;
  const AtomForm& form = FormOf(atom.kind);
  const bool in_denies = atom.negated ? form.in_denies_negated : form.in_denies;
  const bool fits = InGrant(list) ? form.in_grants && !atom.negated : in_denies;
  if (!fits) {
    Report(atom.place, fmt::format("`{}` in a {}: {}", HeadText(atom),
                                   InGrant(list) ? "grant" : "deny", Instead(atom, list)));
  } else if (form.side != SideOf(list)) {
    const bool record = form.side == Side::kRecord;
    Report(atom.place, fmt::format("`{}` tests the {}", HeadText(atom), record ? "record" : "peer"),
           record ? "write it after `on`" : "write it before `on`");
  }
}

bool StatementReader::ReadAtoms(List list, std::string_view rule,
                                std::initializer_list<std::string_view> stops,
                                std::vector<Atom>& out) {
  const auto at_stop = [&] {
    return Peek().type == TokenType::kWord &&
           std::find(stops.begin(), stops.end(), Peek().text) != stops.end();
  };
  const Place start = Peek().place;
  while (!at_stop() && !AtEnd()) {
    if (!StartsAtom(Peek())) return UnknownAtom(list, stops);
    Atom atom;
    if (!ReadAtom(list, atom)) return false;
    CheckAtom(atom, list);
    out.push_back(std::move(atom));
  }
  if (!out.empty()) return true;
  Report(start, fmt::format("`{}` tests nothing here", rule),
         list == List::kDenyPeer ? "write `anyone` where all are meant"
                                 : "name at least one thing to test");
  // A list that was forgotten at the end is one mistake, not two.
  return !AtEnd();
}

// ---- statements ----

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
    if (Peek().type != TokenType::kWord) {
      return Unexpected(fmt::format("a fact, as `tlp=green`, or `{}`", stop), {stop});
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

}  // namespace

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

}  // namespace renkei::policy
