#include "node/anonymize/leak_lint.h"

#include <set>

#include <fmt/format.h>

#include "node/anonymize/decode.h"
#include "node/record/sections.h"

namespace renkei::anonymize {
namespace {

// What is inside an encoded text is matched by the dictionary alone: a path or a private address in
// decoded bytes is as likely the adversary's.
constexpr Scope kDictionaryOnly{.shapes = false, .private_addresses = false};

// In decoded noise a short name stands somewhere by chance.
constexpr Scope kInBinary{.shapes = false, .private_addresses = false, .characters_min = 6};

class Run {
 public:
  explicit Run(const OwnAssets& own) : own_(own) {}

  void CheckText(std::optional<policy::SectionId> section, const std::string& place,
                 std::string_view text, const Scope& scope) {
    section_ = section;
    place_ = place;
    Search(text, scope, "", 0);
  }

  void Add(std::optional<policy::SectionId> section, const std::string& place,
           const std::string& rule, const std::string& suggestion) {
    if (findings_.size() >= kFindingsMax || !seen_.insert(place + '\n' + rule).second) return;
    findings_.push_back({section, place, rule, suggestion});
  }

  std::vector<Finding> Take() { return std::move(findings_); }

 private:
  // `form` says how the text was hidden; empty: as it stands.
  void Search(std::string_view text, const Scope& scope, std::string_view form, int depth) {
    if (text.size() > kLintBytesMax - searched_) {
      Add(section_, place_, "too-much-encoded",
          "the record holds more encoded text than can be searched; leave it out or shorten it");
      return;
    }
    searched_ += text.size();
    const Folded folded = Fold(text);
    for (const OwnMatch& match : own_.Find(text, folded, scope)) Report(match.entity, form);
    if (scope.characters_min == 0) SearchBroken(folded, form);
    if (depth == kDecodeDepthMax) return;
    for (const HiddenText& inner : DecodeHidden(text)) {
      const bool noise = inner.in_binary || scope.characters_min > 0;
      Search(inner.text, noise ? kInBinary : kDictionaryOnly, inner.form, depth + 1);
    }
  }

  void SearchBroken(const Folded& folded, std::string_view form) {
    if (const auto split = own_.FindSplit(folded)) Report(*split, form.empty() ? "split" : form);
    if (const auto hidden = own_.FindHidden(folded)) Report(EntityClass::kAddress, *hidden);
  }

  void Report(EntityClass entity, std::string_view form) {
    const std::string suggestion =
        form.empty() ? "take it out, or write a stand-in such as HOST-1, USER-1 or ORG"
                     : fmt::format(
                           "it stands there in {} form; take the whole text out, or write "
                           "a stand-in",
                           form);
    Add(section_, place_, std::string(RuleOf(entity)), suggestion);
  }

  const OwnAssets& own_;
  std::size_t searched_ = 0;
  std::optional<policy::SectionId> section_{};
  std::string place_{};
  std::set<std::string> seen_{};  // place and rule
  std::vector<Finding> findings_{};
};

void CheckLabels(Run& run, std::string_view name, const std::vector<std::string>& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    run.CheckText(std::nullopt, fmt::format("header.{}[{}]", name, i), labels[i], Scope{});
  }
}

}  // namespace

Scope ScopeOf(const record::TextPlace& place) {
  if (place.field == nullptr) return {};
  const std::string& name = place.field->full_name();
  if (name == "renkei.v1.Rule.body") return {.shapes = false, .private_addresses = false};
  if (name != "renkei.v1.Indicator.value" || place.parent == nullptr) return {};
  const auto& indicator = static_cast<const record::v1::Indicator&>(*place.parent);
  const bool of_adversary = indicator.type() == record::v1::INDICATOR_TYPE_PDB_PATH ||
                            indicator.type() == record::v1::INDICATOR_TYPE_URI_PATH;
  return {.shapes = !of_adversary, .private_addresses = true};
}

std::vector<Finding> LeakLint::Check(
    const record::DraftHeader& header,
    const record::AnonymizedDraft::EncodedSections& sections) const {
  Run run(own_);
  CheckLabels(run, "tags", header.tags);
  CheckLabels(run, "sectors", header.sectors);
  CheckLabels(run, "countries", header.countries);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (!sections[i]) continue;
    const auto id = static_cast<policy::SectionId>(i);
    record::v1::Sections decoded;
    const absl::Status status = record::DecodeSection(id, *sections[i], decoded);
    if (!status.ok()) {
      run.Add(id, std::string(policy::ToWord(id)), "undecodable",
              fmt::format("its bytes can't be searched: {}", Message(status)));
      continue;
    }
    record::VisitTexts(decoded, [&](const record::TextPlace& place, const std::string& text) {
      run.CheckText(place.section, place.path, text, ScopeOf(place));
    });
  }
  return run.Take();
}

}  // namespace renkei::anonymize
