// Every policy that the documents show whole parses without a warning but those it speaks of, and
// its tests pass.

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "policy/policy.h"

namespace renkei::policy {
namespace {

struct Shown {
  std::string place{};  // document and line
  std::string text{};
};

// The blocks of a document that begin with "```policy".
std::vector<Shown> PoliciesIn(const std::filesystem::path& document) {
  std::ifstream in(document);
  std::vector<Shown> shown;
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (!inside && line.starts_with("```policy")) {
      inside = true;
      shown.push_back({document.filename().string() + ":" + std::to_string(number), ""});
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      shown.back().text += line + "\n";
    }
  }
  return shown;
}

TEST(GuideTest, EveryPolicyShownParsesAndPassesItsTests) {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(RENKEI_SOURCES) + "/docs")) {
    if (entry.path().extension() != ".md") continue;
    for (const Shown& shown : PoliciesIn(entry.path())) {
      ++count;
      const ParseResult parsed = Parse(shown.text, shown.place);
      ASSERT_NE(parsed.policy, nullptr) << ToString(parsed.problems.front());
      const auto evaluator = Evaluator::Make(parsed.policy);
      ASSERT_TRUE(evaluator.ok()) << shown.place;
      for (const TestResult& test : evaluator->RunTests()) {
        EXPECT_TRUE(test.passed) << shown.place << ": " << test.name << ": " << test.text;
      }
    }
  }
  EXPECT_GE(count, 2) << "has the way in which documents show policies changed?";
}

}  // namespace
}  // namespace renkei::policy
