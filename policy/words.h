// The language's own words: keywords, and the forms of atoms with where each may stand.  Internal
// to policy/.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/ast.h"

namespace renkei::policy {

bool IsKeyword(std::string_view word);
std::vector<std::string_view> Keywords();  // all, those of statements included
std::span<const std::string_view> StatementKeywords();

enum class Side : std::uint8_t { kPeer, kRecord };

// What stands after an atom's head.
enum class Operand : std::uint8_t { kNone, kWord, kNames, kOptionalNames };

struct AtomForm {
  AtomKind kind = AtomKind::kAnyone;
  std::string_view head{};  // without `not`
  Side side = Side::kPeer;
  Operand operand = Operand::kNone;
  bool in_grants = false;
  bool in_denies = false;
  bool in_denies_negated = false;
  bool per_circle = false;  // tests the level or the circle
};

std::span<const AtomForm> AtomForms();
const AtomForm& FormOf(AtomKind kind);

// `level >=`, `not in circle`.
std::string HeadText(const Atom& atom);
// `level >= listed`, `not in circle {energy, finance}`.
std::string AtomText(const Atom& atom);
// `see summary victim`.
std::string ActionText(const Action& action);
std::string ActionListText(const std::vector<Action>& actions);

// `1` to `14`, as in the facts of tests.
std::optional<Rung> RungFromWord(std::string_view word);

std::string_view ToWord(Verb verb);
std::optional<Verb> VerbFromWord(std::string_view word);
std::string_view ToWord(Attribute attribute);
std::optional<Attribute> AttributeFromWord(std::string_view word);

// Adds `text` in lines of at most `width` bytes, the first indented by `indent`, further ones by
// two more.  A word longer than a line stands alone.
void AddWrapped(std::string& out, std::string_view text, std::size_t indent, std::size_t width);

}  // namespace renkei::policy
