#include "policy/format.h"

#include <algorithm>
#include <vector>

#include "policy/lexer.h"

namespace renkei::policy {
namespace {

constexpr std::size_t kPartIndent = 6;  // of a part of a rule: `on`, `allow`, `when`
constexpr std::size_t kTestIndent = 5;  // of a part of a test, under its title's quote
constexpr std::size_t kWrapIndent = 8;  // of what does not fit into its line
constexpr std::string_view kBeforeComment = "  ";

// A token as it is written, and what follows it in its file.
struct Piece {
  std::string text{};
  bool spaced = false;                  // a space stands before it, unless it begins a line
  bool part = false;                    // begins a part of the statement
  std::string comment{};                // at the end of its line
  std::vector<std::string> comments{};  // on lines of their own after it, within the statement
};

// A statement, or comments between statements.
struct Block {
  bool space_before = false;            // an empty line stands before it
  std::vector<std::string> comments{};  // before the statement
  std::vector<Piece> pieces{};
};

std::size_t Columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string TextOf(const Token& token) {
  if (token.type == TokenType::kString) return "\"" + std::string(token.text) + "\"";
  return std::string(token.text);
}

bool IsSign(const Token& token, std::string_view sign) {
  return token.type == TokenType::kSign && token.text == sign;
}

// `tlp=green` and `{a, b}` hold together; `set x = ..` does not.
bool SpaceBetween(const Token& before, const Token& after, bool facts) {
  if (IsSign(after, ",") || IsSign(after, ";") || IsSign(after, "}")) return false;
  if (IsSign(before, "{")) return false;
  return !facts || !(IsSign(before, "=") || IsSign(after, "="));
}

// Whether the word at `i` begins a part of its statement: not a name in braces, not a value.
bool BeginsPart(const Statement& tokens, std::size_t i, int depth) {
  const Token& token = tokens[i];
  if (depth > 0 || i < 2 || token.type != TokenType::kWord || IsSign(tokens[i - 1], "=")) {
    return false;
  }
  const std::string_view head = tokens.front().text;
  if (head == "test")
    return token.text == "peer" || token.text == "record" || token.text == "expect";
  if (head == "grant") return token.text == "on" || token.text == "allow";
  if (head == "deny") return token.text == "on" || token.text == "forbid";
  if (head == "accept") return token.text == "on";
  if (head == "never" || head == "always") return i == 2 || token.text == "when";
  return false;
}

std::vector<Piece> PiecesOf(const Statement& tokens) {
  const bool facts = tokens.front().text == "test";
  std::vector<Piece> pieces;
  int depth = 0;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {  // the last is kEnd
    pieces.push_back({.text = TextOf(tokens[i]),
                      .spaced = i > 0 && SpaceBetween(tokens[i - 1], tokens[i], facts),
                      .part = BeginsPart(tokens, i, depth)});
    if (IsSign(tokens[i], "{")) ++depth;
    if (IsSign(tokens[i], "}")) --depth;
  }
  return pieces;
}

std::string_view WithoutEnd(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// Puts each line's comment beside what it stands by.
class FormatReader {
 public:
  explicit FormatReader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
    Problems ignored;  // there are none
    statements_ = Lex(text_, "", ignored);
  }

  std::vector<Block> Read() {
    std::string_view rest = text_;
    for (int line = 1; !rest.empty(); ++line) {
      const std::size_t end = rest.find('\n');
      ReadLine(WithoutEnd(rest.substr(0, end)), line);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    if (!open_.comments.empty()) blocks_.push_back(std::move(open_));
    return std::move(blocks_);
  }

 private:
  void ReadLine(std::string_view line, int number) {
    std::size_t end = 0;  // of the last token of the line
    while (statement_ < statements_.size() && TokenOfLine(number)) {
      const Token& token = statements_[statement_][token_];
      if (token_ == 0) BeginStatement();
      blank_ = false;  // empty lines within a statement go
      end = static_cast<std::size_t>(token.place.column - 1) + TextOf(token).size();
      ++token_;
      // The next statement's first token never stands on the same line.
      if (token_ + 1 == statements_[statement_].size()) {
        ++statement_;
        token_ = 0;
      }
    }
    const std::size_t hash = line.find('#', end);
    if (hash == std::string_view::npos) {
      if (line.empty()) blank_ = true;
      return;
    }
    AddComment(std::string(line.substr(hash)), end > 0);
  }

  bool TokenOfLine(int number) const {
    return statements_[statement_][token_].place.line == number;
  }

  void BeginStatement() {
    open_.space_before |= blank_ && open_.comments.empty();
    // An empty line between a comment and the statement keeps the two apart.
    if (blank_ && !open_.comments.empty()) {
      blocks_.push_back(std::move(open_));
      open_ = {.space_before = true};
    }
    open_.pieces = PiecesOf(statements_[statement_]);
    blocks_.push_back(std::move(open_));
    open_ = {};
    blank_ = false;
  }

  void AddComment(std::string comment, bool beside) {
    const bool within = token_ > 0;
    if (beside || within) {
      Block& block = blocks_.back();
      Piece& piece = within ? block.pieces[token_ - 1] : block.pieces.back();
      if (beside) {
        piece.comment = std::move(comment);
      } else {
        piece.comments.push_back(std::move(comment));
      }
      return;
    }
    if (blank_ && !open_.comments.empty()) {
      blocks_.push_back(std::move(open_));
      open_ = {};
    }
    if (open_.comments.empty()) open_.space_before = blank_;
    open_.comments.push_back(std::move(comment));
    blank_ = false;
  }

  std::string_view text_;
  std::vector<Statement> statements_{};
  std::size_t statement_ = 0;
  std::size_t token_ = 0;  // the next one to come, in that statement
  bool blank_ = false;     // an empty line was read since the last thing kept
  Block open_{};           // comments that wait for their statement
  std::vector<Block> blocks_{};
};

// Writes one statement.
class FormatLayout {
 public:
  explicit FormatLayout(const std::vector<Piece>& pieces) : pieces_(pieces) {}

  std::string Write() {
    const bool test = pieces_.front().text == "test";
    const bool whole = !test && LengthTo(0, pieces_.size()) <= kFormatOneLine;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const Piece& piece = pieces_[i];
      if (piece.part && !whole && BreaksAt(i, test)) EndLine(test ? kTestIndent : kPartIndent);
      if (!begun_ && columns_ + WidthAt(i) > kFormatWidth) EndLine(kWrapIndent);
      Add(piece);
      if (!piece.comment.empty()) text_.append(kBeforeComment).append(piece.comment);
      for (const std::string& comment : piece.comments) {
        EndLine(kPartIndent);
        text_ += comment;
      }
      const bool broken = !piece.comment.empty() || !piece.comments.empty();
      if (broken && i + 1 < pieces_.size()) EndLine(test ? kTestIndent : kPartIndent);
    }
    return text_ + "\n";
  }

 private:
  // What stands together from `i` on: nothing breaks where no space is.
  std::size_t WidthAt(std::size_t i) const {
    if (!pieces_[i].spaced) return 0;
    std::size_t width = 1 + Columns(pieces_[i].text);
    for (++i; i < pieces_.size() && !pieces_[i].spaced; ++i) width += Columns(pieces_[i].text);
    return width;
  }
  std::size_t LengthTo(std::size_t from, std::size_t to) const {
    std::size_t length = 0;
    for (std::size_t i = from; i < to; ++i) {
      length += Columns(pieces_[i].text) + (pieces_[i].spaced && i > from ? 1 : 0);
    }
    return length;
  }
  // A part of a test always begins a line, the last part of a rule as well; an earlier one only
  // where it does not fit behind what stands there.
  bool BreaksAt(std::size_t i, bool test) const {
    if (begun_) return false;
    const auto later = [&](std::size_t from) {
      return std::find_if(pieces_.begin() + static_cast<std::ptrdiff_t>(from), pieces_.end(),
                          [](const Piece& piece) { return piece.part; });
    };
    const auto next = later(i + 1);
    if (test || next == pieces_.end()) return true;
    const auto end = static_cast<std::size_t>(next - pieces_.begin());
    return columns_ + 1 + LengthTo(i, end) > kFormatWidth;
  }

  void Add(const Piece& piece) {
    if (piece.spaced && !begun_) {
      text_ += ' ';
      ++columns_;
    }
    text_ += piece.text;
    columns_ += Columns(piece.text);
    begun_ = false;
  }
  void EndLine(std::size_t indent) {
    text_.append("\n").append(indent, ' ');
    columns_ = indent;
    begun_ = true;
  }

  const std::vector<Piece>& pieces_;
  std::string text_{};
  std::size_t columns_ = 0;
  bool begun_ = true;  // nothing but the indent stands on the line
};

}  // namespace

std::string Format(std::string_view text) {
  std::string formatted;
  for (const Block& block : FormatReader(text).Read()) {
    if (block.space_before && !formatted.empty()) formatted += '\n';
    for (const std::string& comment : block.comments) formatted.append(comment).append("\n");
    if (!block.pieces.empty()) formatted += FormatLayout(block.pieces).Write();
  }
  return formatted;
}

}  // namespace renkei::policy
