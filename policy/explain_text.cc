#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policy/policy.h"
#include "policy/words.h"

namespace renkei::policy {
namespace {

std::string SectionsText(SectionMask sections) {
  if (sections == kAllSections) return "all";
  std::string text;
  for (int i = 0; i < kSectionCount; ++i) {
    const auto section = static_cast<SectionId>(i);
    if ((sections & Bit(section)) == 0) continue;
    if (!text.empty()) text += " ";
    text += ToWord(section);
  }
  return text;
}

std::string HitText(std::string_view sort, const RuleHit& hit, std::string_view does) {
  return fmt::format("{} {} (line {}) {} {}", sort, hit.rule, hit.line, does,
                     ActionsText(hit.bits));
}

std::string NearText(const NearRule& near) {
  std::string text = fmt::format("{} needs ", near.rule);
  for (std::size_t i = 0; i < near.unmet.size(); ++i) {
    const UnmetAtom& unmet = near.unmet[i];
    if (i > 0) text += ", and ";
    text += unmet.needs;
    if (!unmet.have.empty()) text += "; " + unmet.have;
  }
  return fmt::format("{} (line {}, in {})", text, near.line, near.circle);
}

class Writer {
 public:
  explicit Writer(std::size_t width) : width_(width) {}

  void Line(std::size_t indent, std::string_view text) { AddWrapped(out_, text, indent, width_); }

  void Circle(const CircleExplanation& circle) {
    const std::string level = circle.level.empty() ? "below all levels" : circle.level;
    Line(0, fmt::format("circle {}: {} (rung {})", circle.circle, level, circle.rung));
    for (const RuleHit& hit : circle.grants) Line(2, HitText("grant", hit, "allows"));
    if (circle.grants.empty()) Line(2, "no grant matches");
    for (const RuleHit& hit : circle.denies) Line(2, HitText("deny", hit, "forbids"));
    for (const HeaderLimit& limit : circle.limits) {
      Line(2, fmt::format("the author's header withholds {}: needs {}", limit.action, limit.needs));
    }
  }

  void Why(const Withheld& withheld) {
    Line(0, withheld.action + " is withheld");
    for (const RuleHit& hit : withheld.denied_by) Line(2, HitText("deny", hit, "forbids"));
    for (const std::string& limit : withheld.limits) Line(2, limit);
    for (const NearRule& near : withheld.nearest) Line(2, NearText(near));
    const bool said =
        !withheld.denied_by.empty() || !withheld.limits.empty() || !withheld.nearest.empty();
    if (!said) Line(2, "no grant gives it");
  }

  std::string Take() { return std::move(out_); }

 private:
  std::size_t width_;
  std::string out_;
};

bool SameReasons(const Withheld& a, const Withheld& b) {
  return a.section && b.section && a.denied_by == b.denied_by && a.limits == b.limits &&
         a.nearest == b.nearest;
}

// Sections that are withheld for the same reasons are told together.
std::vector<Withheld> Grouped(const std::vector<Withheld>& all) {
  std::vector<Withheld> groups;
  for (const Withheld& withheld : all) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Withheld& group) {
      return SameReasons(group, withheld);
    });
    if (same == groups.end()) {
      groups.push_back(withheld);
    } else {
      same->action.append(" ").append(ToWord(*withheld.section));
    }
  }
  return groups;
}

std::string SectionText(const Explanation& explanation, std::size_t width, SectionId section) {
  Writer writer(width);
  const std::uint64_t bit = Bit(section);
  if (explanation.mask.Sees(section)) {
    writer.Line(0, ActionsText(bit) + " is allowed");
    for (const CircleExplanation& circle : explanation.circles) {
      if ((circle.bits & bit) == 0) continue;
      for (const RuleHit& hit : circle.grants) {
        if ((hit.bits & bit) == 0) continue;
        writer.Line(2,
                    fmt::format("in {} by grant {} (line {})", circle.circle, hit.rule, hit.line));
      }
    }
    return writer.Take();
  }
  for (const Withheld& withheld : explanation.withheld) {
    if (withheld.section == section) writer.Why(withheld);
  }
  for (const std::string& note : explanation.notes) writer.Line(0, note);
  return writer.Take();
}

Json HitsJson(const std::vector<RuleHit>& hits) {
  Json json = Json::array();
  for (const RuleHit& hit : hits) {
    json.push_back({{"rule", hit.rule}, {"line", hit.line}, {"actions", ActionsText(hit.bits)}});
  }
  return json;
}

Json NearJson(const std::vector<NearRule>& rules) {
  Json json = Json::array();
  for (const NearRule& near : rules) {
    Json unmet = Json::array();
    for (const UnmetAtom& atom : near.unmet) {
      unmet.push_back({{"needs", atom.needs}, {"have", atom.have}});
    }
    json.push_back({{"rule", near.rule},
                    {"line", near.line},
                    {"circle", near.circle},
                    {"unmet", std::move(unmet)}});
  }
  return json;
}

Json CircleJson(const CircleExplanation& circle) {
  Json limits = Json::array();
  for (const HeaderLimit& limit : circle.limits) {
    limits.push_back({{"action", limit.action}, {"needs", limit.needs}});
  }
  return {{"circle", circle.circle},
          {"rung", circle.rung},
          {"level", circle.level},
          {"grants", HitsJson(circle.grants)},
          {"denies", HitsJson(circle.denies)},
          {"header", std::move(limits)},
          {"actions", ActionsText(circle.bits)}};
}

}  // namespace

std::string ActionsText(std::uint64_t bits) {
  if ((bits & Mask::kAll) == 0) return "nothing";
  if ((bits & Mask::kAll) == Mask::kAll) return "all";
  std::vector<std::string> actions;
  const auto see = static_cast<SectionMask>(bits & Mask::kSee);
  const auto relay = static_cast<SectionMask>((bits & Mask::kRelay) >> 16);
  if ((bits & Mask::kExist) != 0) actions.emplace_back("exist");
  if (see != 0) actions.push_back("see " + SectionsText(see));
  if ((bits & Mask::kQuery) != 0) actions.emplace_back("query");
  if ((bits & Mask::kSight) != 0) actions.emplace_back("sight");
  if ((bits & Mask::kComment) != 0) actions.emplace_back("comment");
  if (relay != 0) actions.push_back("relay " + SectionsText(relay));
  return fmt::format("{}", fmt::join(actions, ", "));
}

std::string ToText(const Explanation& explanation, std::size_t width,
                   std::optional<SectionId> section) {
  if (section) return SectionText(explanation, width, *section);
  Writer writer(width);
  writer.Line(0, "allowed: " + ActionsText(explanation.mask.bits()));
  for (const std::string& note : explanation.notes) writer.Line(0, note);
  for (const CircleExplanation& circle : explanation.circles) writer.Circle(circle);
  for (const RuleHit& hit : explanation.everywhere) {
    writer.Line(0, HitText("deny", hit, "forbids everywhere"));
  }
  // Where no circle is in common the note has said it all.
  if (!explanation.circles.empty()) {
    for (const Withheld& withheld : Grouped(explanation.withheld)) writer.Why(withheld);
  }
  return writer.Take();
}

Json ToJson(const Explanation& explanation) {
  Json circles = Json::array();
  for (const CircleExplanation& circle : explanation.circles) circles.push_back(CircleJson(circle));
  Json withheld = Json::array();
  for (const Withheld& one : explanation.withheld) {
    withheld.push_back({{"action", one.action},
                        {"denied_by", HitsJson(one.denied_by)},
                        {"limits", one.limits},
                        {"nearest", NearJson(one.nearest)}});
  }
  return {{"allowed", ActionsText(explanation.mask.bits())},
          {"circles", std::move(circles)},
          {"everywhere", HitsJson(explanation.everywhere)},
          {"withheld", std::move(withheld)},
          {"notes", explanation.notes}};
}

}  // namespace renkei::policy
