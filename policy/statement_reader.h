// Reads one statement's tokens.  Internal to policy/: the pieces and atoms that statements are made
// of are read in atoms.cc, the statements in statements.cc.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/lexer.h"
#include "policy/policy.h"
#include "policy/statements.h"

namespace renkei::policy {

// The lists in which atoms stand.
enum class List : std::uint8_t { kGrantPeer, kGrantMark, kDenyPeer, kDenyMark, kCondition };

// A hint that names the nearest word; empty if there is none.
std::string DidYouMean(const std::string& nearest);

class StatementReader {
 public:
  StatementReader(const Statement& tokens, std::string_view file, Draft& draft, Problems& problems)
      : tokens_(tokens), file_name_(file), draft_(draft), problems_(problems) {}

  void Read(bool first);
  // Facts up to the end.
  std::vector<Fact> ReadFactsOnly() {
    std::vector<Fact> facts;
    ReadFacts("", facts);
    return facts;
  }

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

}  // namespace renkei::policy
