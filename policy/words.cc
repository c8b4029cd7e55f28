#include "policy/words.h"

#include <algorithm>
#include <array>

#include "node/base/status.h"

namespace renkei::policy {
namespace {

constexpr std::array<std::string_view, 12> kStatements = {
    "policy", "levels", "circles", "set",   "trust",  "accept",
    "grant",  "deny",   "test",    "never", "always", "narrower"};

constexpr std::array<std::string_view, 42> kOtherKeywords = {
    "version",  "by",      "hub",         "sponsors",     "self", "from",      "to",
    "on",       "allow",   "forbid",      "everywhere",   "peer", "record",    "expect",
    "when",     "and",     "than",        "not",          "in",   "level",     "circle",
    "sector",   "country", "same-sector", "same-country", "team", "recipient", "own",
    "anyone",   "tlp",     "pap",         "kind",         "type", "tag",       "source",
    "severity", "embargo", "exercise",    "exist",        "see",  "relay",     "all"};
constexpr std::array<std::string_view, 3> kActionKeywords = {"query", "sight", "comment"};

constexpr Side kPeer = Side::kPeer;
constexpr Side kRecord = Side::kRecord;

// kind, head, side, operand, in grants, in denies, in denies behind `not`, of the circle
constexpr std::array<AtomForm, 23> kForms = {{
    {AtomKind::kLevelAtLeast, "level >=", kPeer, Operand::kWord, true, false, false, true},
    {AtomKind::kLevelBelow, "level <", kPeer, Operand::kWord, false, true, false, true},
    {AtomKind::kInCircle, "in circle", kPeer, Operand::kOptionalNames, true, false, true, true},
    {AtomKind::kSameSector, "same-sector", kPeer, Operand::kNone, true, false, true, false},
    {AtomKind::kSameCountry, "same-country", kPeer, Operand::kNone, true, false, true, false},
    {AtomKind::kSectorIn, "sector in", kPeer, Operand::kNames, true, false, false, false},
    {AtomKind::kCountryIn, "country in", kPeer, Operand::kNames, true, true, false, false},
    {AtomKind::kPeerIn, "peer in", kPeer, Operand::kNames, true, true, false, false},
    {AtomKind::kTeamIn, "team in", kPeer, Operand::kNames, true, true, false, false},
    {AtomKind::kRecipient, "recipient", kPeer, Operand::kNone, true, false, false, false},
    {AtomKind::kOwn, "own", kPeer, Operand::kNone, true, false, false, false},
    {AtomKind::kAnyone, "anyone", kPeer, Operand::kNone, false, true, false, false},
    {AtomKind::kTlpAtMost, "tlp <=", kRecord, Operand::kWord, true, false, false, false},
    {AtomKind::kTlpAtLeast, "tlp >=", kRecord, Operand::kWord, false, true, false, false},
    {AtomKind::kPapAtMost, "pap <=", kRecord, Operand::kWord, true, false, false, false},
    {AtomKind::kPapAtLeast, "pap >=", kRecord, Operand::kWord, false, true, false, false},
    {AtomKind::kKindIn, "kind in", kRecord, Operand::kNames, true, true, false, false},
    {AtomKind::kTypeIn, "type in", kRecord, Operand::kNames, true, true, false, false},
    {AtomKind::kTagIn, "tag in", kRecord, Operand::kNames, true, true, false, false},
    {AtomKind::kSourceIn, "source in", kRecord, Operand::kNames, true, true, false, false},
    {AtomKind::kSeverityAtLeast, "severity >=", kRecord, Operand::kWord, true, false, false, false},
    {AtomKind::kEmbargo, "embargo", kRecord, Operand::kNone, false, true, false, false},
    {AtomKind::kExercise, "exercise", kRecord, Operand::kNone, false, true, false, false},
}};

constexpr std::array<std::string_view, 7> kVerbs = {"exist", "see",     "relay", "query",
                                                    "sight", "comment", "all"};
constexpr std::array<std::string_view, 3> kAttributes = {"level", "sector", "country"};

template <class Words>
bool Holds(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

template <class Enum, class Words>
std::optional<Enum> ValueOf(const Words& words, std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

std::string BracesText(const std::vector<Name>& names) {
  std::string text = "{";
  for (const Name& name : names) {
    if (text.size() > 1) text += ", ";
    text += name.text;
  }
  return text + "}";
}

}  // namespace

bool IsKeyword(std::string_view word) {
  return Holds(kStatements, word) || Holds(kOtherKeywords, word) || Holds(kActionKeywords, word);
}

std::vector<std::string_view> Keywords() {
  std::vector<std::string_view> words(kStatements.begin(), kStatements.end());
  words.insert(words.end(), kOtherKeywords.begin(), kOtherKeywords.end());
  words.insert(words.end(), kActionKeywords.begin(), kActionKeywords.end());
  return words;
}

std::span<const std::string_view> StatementKeywords() { return kStatements; }

std::span<const AtomForm> AtomForms() { return kForms; }

const AtomForm& FormOf(AtomKind kind) {
  const auto found = std::find_if(kForms.begin(), kForms.end(),
                                  [&](const AtomForm& form) { return form.kind == kind; });
  RENKEI_CHECK(found != kForms.end());
  return *found;
}

std::string HeadText(const Atom& atom) {
  const std::string head(FormOf(atom.kind).head);
  return atom.negated ? "not " + head : head;
}

std::string AtomText(const Atom& atom) {
  std::string head = HeadText(atom);
  switch (FormOf(atom.kind).operand) {
    case Operand::kNone:
      return head;
    case Operand::kWord:
      return head + " " + (atom.words.empty() ? "?" : atom.words.front().text);
    case Operand::kNames:
      return head + " " + BracesText(atom.words);
    case Operand::kOptionalNames:
      return atom.words.empty() ? head : head + " " + BracesText(atom.words);
  }
  return head;
}

std::string ActionText(const Action& action) {
  std::string text(ToWord(action.verb));
  for (const Name& section : action.sections) text.append(" ").append(section.text);
  return text;
}

std::string ActionListText(const std::vector<Action>& actions) {
  std::string text;
  for (const Action& action : actions) {
    if (!text.empty()) text += ", ";
    text += ActionText(action);
  }
  return text;
}

std::optional<Rung> RungFromWord(std::string_view word) {
  for (Rung rung = 1; rung <= kRungMax; ++rung) {
    if (word == std::to_string(rung)) return rung;
  }
  return std::nullopt;
}

std::string_view ToWord(Verb verb) { return kVerbs[static_cast<std::size_t>(verb)]; }
std::optional<Verb> VerbFromWord(std::string_view word) { return ValueOf<Verb>(kVerbs, word); }
std::string_view ToWord(Attribute attribute) {
  return kAttributes[static_cast<std::size_t>(attribute)];
}
std::optional<Attribute> AttributeFromWord(std::string_view word) {
  return ValueOf<Attribute>(kAttributes, word);
}

void AddWrapped(std::string& out, std::string_view text, std::size_t indent, std::size_t width) {
  std::string line(indent, ' ');
  bool empty = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!empty && line.size() + 1 + word.size() > width) {
      out.append(line).append("\n");
      line.assign(indent + 2, ' ');
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
  }
  out.append(line).append("\n");
}

}  // namespace renkei::policy
