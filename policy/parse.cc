#include <algorithm>
#include <tuple>
#include <utility>

#include "policy/lexer.h"
#include "policy/policy.h"
#include "policy/resolve.h"
#include "policy/statements.h"
#include "policy/words.h"

namespace renkei::policy {

class PolicyMaker {
 public:
  static std::shared_ptr<const Policy> Make(PolicyFile file) {
    return std::shared_ptr<const Policy>(new Policy(std::move(file)));
  }
};

namespace {

void SortByPlace(Problems& problems) {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
}

// Reads the policies that this one must be narrower than: a name that leads nowhere is a mistake
// here and now, even where nothing is proved yet.
void CheckNarrower(const PolicyFile& policy, std::string_view file, const Loader& loader,
                   Problems& problems) {
  if (!loader) return;
  for (const Name& name : policy.narrower) {
    const auto report = [&](std::string message, std::string hint) {
      problems.push_back({.file = std::string(file),
                          .line = name.place.line,
                          .column = name.place.column,
                          .message = std::move(message),
                          .hint = std::move(hint)});
    };
    const absl::StatusOr<std::string> text = loader(name.text);
    if (!text.ok()) {
      report(fmt::format("read policy `{}`: {}", name.text, Message(text.status())), "");
      continue;
    }
    const ParseResult other = Parse(*text, name.text);
    if (other.policy != nullptr) continue;
    report(fmt::format("policy `{}` has {} problem{}", name.text, other.problems.size(),
                       other.problems.size() == 1 ? "" : "s"),
           ToString(other.problems.front()));
  }
}

// Default rungs: what the charters of new communities use for three levels.
Rung DefaultRung(std::size_t index, std::size_t count) {
  return static_cast<Rung>((index + 1) * 16 / (count + 1));
}

}  // namespace

ParseResult Parse(std::string_view text, std::string_view file, const Loader& loader) {
  ParseResult result;
  if (text.size() > kFileBytesMax) {
    result.problems.push_back(
        {.file = std::string(file),
         .message = fmt::format("file of {} bytes; at most {}", text.size(), kFileBytesMax),
         .hint = "split the policy"});
    return result;
  }
  const std::vector<Statement> statements = Lex(text, file, result.problems);
  Draft draft = ReadStatements(statements, file, result.problems);
  Resolve(draft, file, result.problems, result.warnings);
  CheckNarrower(draft.file, file, loader, result.problems);
  SortByPlace(result.problems);
  SortByPlace(result.warnings);
  if (result.problems.empty()) result.policy = PolicyMaker::Make(std::move(draft.file));
  return result;
}

std::vector<Level> Policy::levels() const {
  std::vector<Level> levels;
  for (const Name& level : file_.levels) {
    levels.push_back({level.text, DefaultRung(levels.size(), file_.levels.size())});
  }
  return levels;
}

std::vector<std::string> Policy::circles() const {
  std::vector<std::string> circles;
  for (const Name& circle : file_.circles) circles.push_back(circle.text);
  return circles;
}

}  // namespace renkei::policy
