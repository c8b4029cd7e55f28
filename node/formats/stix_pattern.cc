#include "node/formats/stix_pattern.h"

#include <array>
#include <optional>

namespace renkei::formats {
namespace {

bool IsPatternDigit(char c) { return c >= '0' && c <= '9'; }

bool IsPatternName(char c) {
  return IsPatternDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

// How what was read so far may be said in one word.
struct JoinedTerms {
  StixPattern::Shape shape = StixPattern::Shape::kComplex;
  std::size_t count = 0;
};

// Two sides of an OR are any-of if each is; the sides of an AND are all-of if each is one thing.
JoinedTerms JoinTerms(const JoinedTerms& a, const JoinedTerms& b, bool is_or) {
  const std::size_t count = a.count + b.count;
  const bool any = a.shape == StixPattern::Shape::kAnyOf && b.shape == StixPattern::Shape::kAnyOf;
  if (is_or) return {any ? StixPattern::Shape::kAnyOf : StixPattern::Shape::kComplex, count};
  const auto fits = [](const JoinedTerms& side) {
    return side.shape == StixPattern::Shape::kAllOf ||
           (side.shape == StixPattern::Shape::kAnyOf && side.count == 1);
  };
  return {fits(a) && fits(b) ? StixPattern::Shape::kAllOf : StixPattern::Shape::kComplex, count};
}

class PatternParser {
 public:
  explicit PatternParser(std::string_view text) : text_(text) {}

  absl::StatusOr<StixPattern> Parse() {
    const std::optional<JoinedTerms> whole = Observations(0);
    SkipSpace();
    if (whole && at_ < text_.size()) Fail("expected the end of the pattern");
    if (!error_.empty()) return InvalidArgument(error_);
    pattern_.shape = whole->shape;
    return std::move(pattern_);
  }

 private:
  // FOLLOWEDBY binds loosest, then OR, then AND.
  std::optional<JoinedTerms> Observations(int depth) { return Observed(depth, 0); }

  std::optional<JoinedTerms> Observed(int depth, std::size_t level) {
    static constexpr std::array<std::string_view, 3> kWords = {"FOLLOWEDBY", "OR", "AND"};
    if (level == kWords.size()) return Observation(depth);
    std::optional<JoinedTerms> joined = Observed(depth, level + 1);
    while (joined && TakeWord(kWords[level])) {
      const std::optional<JoinedTerms> next = Observed(depth, level + 1);
      if (!next) return std::nullopt;
      // Observations joined by AND are two sightings, not one thing with two properties.
      joined = kWords[level] == "OR"
                   ? JoinTerms(*joined, *next, true)
                   : JoinedTerms{StixPattern::Shape::kComplex, joined->count + next->count};
    }
    return joined;
  }

  std::optional<JoinedTerms> Observation(int depth) {
    if (depth >= kPatternDepthMax) return Fail("nested too deep");
    std::optional<JoinedTerms> joined;
    if (Take('(')) {
      joined = Observations(depth + 1);
      if (joined && !Take(')')) return Fail("expected `)`");
    } else if (Take('[')) {
      joined = Comparisons(depth + 1);
      if (joined && !Take(']')) return Fail("expected `]`");
    } else {
      return Fail("expected `[` or `(`");
    }
    while (joined) {
      const std::optional<bool> more = Qualifier();
      if (!more) return std::nullopt;
      if (!*more) break;
      joined->shape = StixPattern::Shape::kComplex;
    }
    return joined;
  }

  // True: there was one; false: none; nothing: a bad one.
  std::optional<bool> Qualifier() {
    if (TakeWord("REPEATS")) {
      if (!Number() || !TakeWord("TIMES")) return FailBool("expected a number and `TIMES`");
      return true;
    }
    if (TakeWord("WITHIN")) {
      if (!Number() || !TakeWord("SECONDS")) return FailBool("expected a number and `SECONDS`");
      return true;
    }
    if (TakeWord("START")) {
      const auto start = Constant();
      if (!start || start->is != PatternConstant::Is::kTime || !TakeWord("STOP")) {
        return FailBool("expected a time and `STOP`");
      }
      const auto stop = Constant();
      if (!stop || stop->is != PatternConstant::Is::kTime) return FailBool("expected a time");
      return true;
    }
    return false;
  }

  std::optional<JoinedTerms> Comparisons(int depth) { return Compared(depth, true); }

  std::optional<JoinedTerms> Compared(int depth, bool is_or) {
    const auto inner = [&] { return is_or ? Compared(depth, false) : Comparison(depth); };
    std::optional<JoinedTerms> joined = inner();
    while (joined && TakeWord(is_or ? "OR" : "AND")) {
      const std::optional<JoinedTerms> next = inner();
      if (!next) return std::nullopt;
      joined = JoinTerms(*joined, *next, is_or);
    }
    return joined;
  }

  std::optional<JoinedTerms> Comparison(int depth) {
    if (depth >= kPatternDepthMax) return Fail("nested too deep");
    if (Take('(')) {
      const std::optional<JoinedTerms> joined = Comparisons(depth + 1);
      if (joined && !Take(')')) return Fail("expected `)`");
      return joined;
    }
    if (pattern_.comparisons.size() >= kPatternComparisonsMax) return Fail("too many comparisons");
    PatternComparison comparison;
    comparison.negated = TakeWord("NOT");
    const bool exists = TakeWord("EXISTS");
    if (comparison.negated && !exists) return Fail("expected `EXISTS` after `NOT`");
    if (!Path(comparison)) return std::nullopt;
    if (exists) {
      comparison.operation = "EXISTS";
    } else if (!Operation(comparison) || !Values(comparison)) {
      return std::nullopt;
    }
    pattern_.comparisons.push_back(std::move(comparison));
    return JoinedTerms{StixPattern::Shape::kAnyOf, 1};
  }

  bool Path(PatternComparison& comparison) {
    SkipSpace();
    comparison.object = Name();
    if (comparison.object.empty() || !TakeHere(':')) return FailHere("expected an object path");
    if (!Step(comparison.path)) return false;
    while (at_ < text_.size()) {
      if (TakeHere('.')) {
        comparison.path += '.';
        if (!Step(comparison.path)) return false;
      } else if (TakeHere('[')) {
        const std::size_t start = at_;
        while (at_ < text_.size() && (IsPatternDigit(text_[at_]) || text_[at_] == '*')) ++at_;
        const std::string_view index = text_.substr(start, at_ - start);
        const bool ok = index == "*" || (!index.empty() && index.find('*') == index.npos);
        if (!ok || !TakeHere(']')) return FailHere("expected `[*]` or `[0]`");
        comparison.path += fmt::format("[{}]", index);
      } else {
        break;
      }
    }
    return true;
  }

  bool Step(std::string& path) {
    if (at_ < text_.size() && text_[at_] == '\'') {
      const std::optional<std::string> quoted = Quoted();
      if (!quoted) return false;
      path += *quoted;
      return true;
    }
    const std::string name = Name();
    if (name.empty()) return FailHere("expected a property name");
    path += name;
    return true;
  }

  bool Operation(PatternComparison& comparison) {
    comparison.negated = TakeWord("NOT");
    SkipSpace();
    for (const std::string_view sign : {"!=", "<>", "<=", ">=", "=", "<", ">"}) {
      if (text_.substr(at_, sign.size()) != sign) continue;
      at_ += sign.size();
      comparison.operation = sign == "<>" ? "!=" : sign;
      return true;
    }
    for (const std::string_view word : {"IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"}) {
      if (!TakeWord(word)) continue;
      comparison.operation = word;
      return true;
    }
    return FailHere("expected a comparison operator");
  }

  bool Values(PatternComparison& comparison) {
    if (comparison.operation != "IN") return AddValue(comparison);
    if (!Take('(')) return FailHere("expected `(`");
    do {
      if (comparison.values.size() >= kPatternComparisonsMax) return FailHere("too many values");
      if (!AddValue(comparison)) return false;
    } while (Take(','));
    return Take(')') || FailHere("expected `)`");
  }

  bool AddValue(PatternComparison& comparison) {
    std::optional<PatternConstant> value = Constant();
    if (!value) return FailHere("expected a constant");
    comparison.values.push_back(*std::move(value));
    return true;
  }

  std::optional<PatternConstant> Constant() {
    SkipSpace();
    if (at_ >= text_.size()) return std::nullopt;
    const char c = text_[at_];
    if (c == '\'') return QuotedAs(PatternConstant::Is::kText);
    const bool prefixed = at_ + 1 < text_.size() && text_[at_ + 1] == '\'';
    if (prefixed && (c == 't' || c == 'h' || c == 'b')) {
      ++at_;
      return QuotedAs(c == 't' ? PatternConstant::Is::kTime : PatternConstant::Is::kBinary);
    }
    if (TakeWord("true")) return PatternConstant{PatternConstant::Is::kBool, "true"};
    if (TakeWord("false")) return PatternConstant{PatternConstant::Is::kBool, "false"};
    const std::optional<std::string> number = Number();
    if (!number) return std::nullopt;
    return PatternConstant{PatternConstant::Is::kNumber, *number};
  }

  std::optional<PatternConstant> QuotedAs(PatternConstant::Is is) {
    std::optional<std::string> text = Quoted();
    if (!text) return std::nullopt;
    return PatternConstant{is, *std::move(text)};
  }

  // From `'` to `'`; only the two characters that need one may be escaped.
  std::optional<std::string> Quoted() {
    std::string text;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\'') {
        ++at_;
        return text;
      }
      if (text_[at_] == '\\') {
        ++at_;
        if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '\\')) {
          FailHere("only `\\'` and `\\\\` are escapes");
          return std::nullopt;
        }
      }
      text.push_back(text_[at_]);
    }
    FailHere("a text without its closing quote");
    return std::nullopt;
  }

  std::optional<std::string> Number() {
    SkipSpace();
    const std::size_t start = at_;
    if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) ++at_;
    const std::size_t digits = at_;
    while (at_ < text_.size() && (IsPatternDigit(text_[at_]) || text_[at_] == '.')) ++at_;
    if (at_ == digits || !IsPatternDigit(text_[at_ - 1])) {
      at_ = start;
      return std::nullopt;
    }
    return std::string(text_.substr(start, at_ - start));
  }

  std::string Name() {
    const std::size_t start = at_;
    while (at_ < text_.size() && IsPatternName(text_[at_])) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  void SkipSpace() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    }
  }

  bool TakeHere(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool Take(char c) {
    SkipSpace();
    return TakeHere(c);
  }

  bool TakeWord(std::string_view word) {
    SkipSpace();
    if (text_.substr(at_, word.size()) != word) return false;
    const std::size_t end = at_ + word.size();
    if (end < text_.size() && (IsPatternName(text_[end]) || text_[end] == ':')) return false;
    at_ = end;
    return true;
  }

  std::nullopt_t Fail(std::string_view what) {
    if (error_.empty()) error_ = fmt::format("column {}: {}", at_ + 1, what);
    return std::nullopt;
  }
  std::optional<bool> FailBool(std::string_view what) { return Fail(what); }
  bool FailHere(std::string_view what) {
    Fail(what);
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_{};
  StixPattern pattern_{};
};

bool IsPlainStep(std::string_view step) {
  if (step.empty() || IsPatternDigit(step[0])) return false;
  for (const char c : step) {
    if (!IsPatternName(c) || c == '-') return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<StixPattern> ParseStixPattern(std::string_view text) {
  if (text.size() > kPatternBytesMax) {
    return InvalidArgument(fmt::format("longer than {} bytes", kPatternBytesMax));
  }
  return PatternParser(text).Parse();
}

std::string PatternTerm(std::string_view object, std::string_view path, std::string_view value,
                        bool is_number) {
  std::string term = fmt::format("{}:", object);
  while (true) {
    const std::size_t end = path.find_first_of(".[");
    const std::string_view step = path.substr(0, end);
    term += IsPlainStep(step) ? std::string(step) : fmt::format("'{}'", step);
    if (end == std::string_view::npos) break;
    path.remove_prefix(end);
    if (path[0] == '[') {
      const std::size_t close = path.find(']');
      term += path.substr(0, close + 1);
      path.remove_prefix(close == std::string_view::npos ? path.size() : close + 1);
    }
    if (path.empty()) break;
    term += '.';
    path.remove_prefix(1);
  }
  if (is_number) return term + fmt::format(" = {}", value);
  term += " = '";
  for (const char c : value) {
    if (c == '\'' || c == '\\') term.push_back('\\');
    term.push_back(c);
  }
  return term + "'";
}

}  // namespace renkei::formats
