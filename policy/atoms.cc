#include <fmt/format.h>

#include "node/base/encoding.h"
#include "policy/statement_reader.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

bool InGrant(List list) { return list == List::kGrantPeer || list == List::kGrantMark; }
Side SideOf(List list) {
  return list == List::kGrantPeer || list == List::kDenyPeer ? Side::kPeer : Side::kRecord;
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

}  // namespace

std::string DidYouMean(const std::string& nearest) {
  return nearest.empty() ? "" : fmt::format("did you mean `{}`?", nearest);
}

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

}  // namespace renkei::policy
