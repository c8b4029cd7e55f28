#include "node/anonymize/gate.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "node/anonymize/exact.h"
#include "node/anonymize/ranges.h"
#include "node/anonymize/rounding.h"
#include "node/anonymize/stand_ins.h"
#include "node/base/encoding.h"
#include "node/record/indicator_value.h"
#include "node/record/sections.h"

namespace renkei::anonymize {
namespace {

namespace v1 = record::v1;
using record::TextPlace;

// Replacing can bring a new match about (a name loses its neighbour); a few rounds end that, and
// what is still left the lint refuses.
constexpr int kRoundsMax = 4;

const v1::Indicator* IndicatorAt(const TextPlace& place) {
  const bool is_value =
      place.field != nullptr && place.field->full_name() == "renkei.v1.Indicator.value";
  return is_value ? static_cast<const v1::Indicator*>(place.parent) : nullptr;
}

// Values that stop being what their type says once a part is replaced.
bool HasStrictSyntax(v1::IndicatorType type) {
  switch (type) {
    case v1::INDICATOR_TYPE_EMAIL_SUBJECT:
    case v1::INDICATOR_TYPE_FILE_NAME:
    case v1::INDICATOR_TYPE_FILE_PATH:
    case v1::INDICATOR_TYPE_URI_PATH:
    case v1::INDICATOR_TYPE_REGISTRY_KEY:
    case v1::INDICATOR_TYPE_REGISTRY_VALUE:
    case v1::INDICATOR_TYPE_MUTEX:
    case v1::INDICATOR_TYPE_USER_AGENT:
    case v1::INDICATOR_TYPE_PROCESS:
    case v1::INDICATOR_TYPE_SERVICE:
    case v1::INDICATOR_TYPE_PDB_PATH:
    case v1::INDICATOR_TYPE_TEXT:
    case v1::INDICATOR_TYPE_OTHER:
      return false;
    default:
      return true;
  }
}

bool IsAddressType(v1::IndicatorType type) {
  return type == v1::INDICATOR_TYPE_IPV4 || type == v1::INDICATOR_TYPE_IPV6 ||
         type == v1::INDICATOR_TYPE_IPV4_NET || type == v1::INDICATOR_TYPE_IPV6_NET;
}

// `ipv4-net` for INDICATOR_TYPE_IPV4_NET.
std::string TypeWord(v1::IndicatorType type) {
  constexpr std::string_view kPrefix = "INDICATOR_TYPE_";
  std::string word = AsciiLower(v1::IndicatorType_Name(type)).substr(kPrefix.size());
  for (char& c : word) c = c == '_' ? '-' : c;
  return word;
}

// True if whoever reads the indicator would act against what it names.
bool IsAccused(const v1::Indicator& indicator) {
  switch (indicator.role()) {
    case v1::ROLE_TARGET:
    case v1::ROLE_VICTIM:
      return false;
    case v1::ROLE_C2:
    case v1::ROLE_DELIVERY:
    case v1::ROLE_PAYLOAD:
      return true;
    default:
      return indicator.actionable();
  }
}

// One draft on its way through the gate.
class Passage {
 public:
  // `names` may be nullptr: all are counted.
  Passage(const OwnAssets& own, policy::SourceMode source, const KeyedNames* names,
          GateResult& result)
      : own_(own), source_(source), names_(names), result_(result) {}

  void Run() {
    record::VisitTexts(result_.sections, [&](const TextPlace&, const std::string& text) {
      stand_ins_.Reserve(text);
    });
    for (int round = 0; round < kRoundsMax; ++round) {
      const std::size_t before = result_.replacements.size();
      record::RewriteTexts(result_.sections, [&](const TextPlace& place, const std::string& text) {
        return Rewrite(place, text);
      });
      if (result_.replacements.size() == before) break;
    }
    MarkReplaced();
    RoundTimes(source_, result_.sections);
  }

 private:
  std::optional<std::string> Rewrite(const TextPlace& place, const std::string& text) {
    const std::vector<OwnMatch> matches = own_.Find(text, ScopeOf(place));
    if (!matches.empty() && !MayReplace(place, matches)) return std::nullopt;
    std::string replaced = matches.empty() ? text : Replace(place, text, matches);
    if (place.field != nullptr && IsRangeField(place.field->full_name())) {
      replaced = Generalised(place, replaced);
    }
    const TextKind kind = KindOf(place);
    const bool named = source_ == policy::SourceMode::kAttributed;
    if (kind == TextKind::kFree || (kind == TextKind::kLog && !named)) {
      replaced = Rounded(place, std::move(replaced));
    }
    if (replaced == text) return std::nullopt;
    return replaced;
  }

  // False, with a finding, where replacing would hide what a person must decide.
  bool MayReplace(const TextPlace& place, const std::vector<OwnMatch>& matches) {
    bool listed = false;
    bool address = false;
    for (const OwnMatch& match : matches) {
      listed = listed || match.listed;
      address =
          address || match.entity == EntityClass::kAddress || match.entity == EntityClass::kNetwork;
    }
    const v1::Indicator* indicator = IndicatorAt(place);
    const std::string name = place.field == nullptr ? "" : place.field->full_name();
    const bool accused =
        (indicator != nullptr && IsAccused(*indicator)) || name == "renkei.v1.Sighting.value";
    if (accused && listed) {
      Refuse(place, "own-asset-as-indicator",
             "an own asset is named as the adversary's; leave it out, or say that it is not (not "
             "actionable, role victim or target)");
      return false;
    }
    if (accused && address) {
      Refuse(place, "private-address-as-indicator",
             "an address of an inside network means nothing to others; leave it out, or make it "
             "not actionable");
      return false;
    }
    if (name == "renkei.v1.Rule.body" && listed) {
      Refuse(place, "own-asset-in-rule",
             "a detection rule names an own asset; write the rule without it");
      return false;
    }
    return true;
  }

  std::string Replace(const TextPlace& place, const std::string& text,
                      const std::vector<OwnMatch>& matches) {
    std::string replaced;
    std::size_t copied = 0;
    for (const OwnMatch& match : matches) {
      const std::string name = NameOf(place, text, match);
      result_.replacements.push_back(
          {place.path, text.substr(match.span.begin, match.span.end - match.span.begin), name});
      replaced.append(text, copied, match.span.begin - copied).append(name);
      copied = match.span.end;
    }
    replaced.append(text, copied);
    if (const v1::Indicator* indicator = IndicatorAt(place)) {
      const bool whole = matches.size() == 1 && matches[0].span.begin == 0 && copied == text.size();
      if (whole || HasStrictSyntax(indicator->type())) replaced_.insert(indicator);
    }
    return replaced;
  }

  std::string NameOf(const TextPlace& place, const std::string& text, const OwnMatch& match) {
    if (names_ == nullptr) return stand_ins_.NameOf(match.entity, match.key);
    const v1::Indicator* indicator = IndicatorAt(place);
    const bool whole = match.span.begin == 0 && match.span.end == text.size();
    if (indicator != nullptr && whole && IsAddressType(indicator->type())) {
      const std::optional<std::string> anon_ip = names_->AnonIpOf(match.entity, match.key);
      // What looks like one of ours again would mislead us, and be refused by the lint.
      if (anon_ip && own_.Find(*anon_ip, {}).empty()) {
        anon_ips_.insert(indicator);
        return *anon_ip;
      }
    }
    const std::string_view found =
        std::string_view(text).substr(match.span.begin, match.span.end - match.span.begin);
    const std::optional<std::string> keyed = names_->NameOf(match.entity, match.key, found);
    return keyed ? *keyed : stand_ins_.NameOf(match.entity, match.key);
  }

  std::string Generalised(const TextPlace& place, const std::string& text) {
    const std::optional<std::string> range = Generalise(text);
    if (!range) {
      Refuse(place, "exact-amount",
             "write a range: 1-9, 10-49, 50-249, 250-999 or 1000+, with a currency where it is "
             "money");
      return text;
    }
    if (*range != text) result_.replacements.push_back({place.path, text, *range});
    return *range;
  }

  // Exact times, amounts and counts that people wrote.
  std::string Rounded(const TextPlace& place, std::string text) {
    const std::string plain = FoldText(text).text;
    const std::vector<ExactHit> hits = FindExact(plain, source_);
    if (hits.empty()) return text;
    const Folded folded = Fold(text);
    std::string rounded;
    std::size_t copied = 0;
    for (const ExactHit& hit : hits) {
      const std::size_t begin = folded.offset[hit.span.begin];
      const std::size_t end = folded.offset[hit.span.end];
      result_.replacements.push_back({place.path, text.substr(begin, end - begin), hit.general});
      rounded.append(text, copied, begin - copied).append(hit.general);
      copied = end;
    }
    return rounded.append(text, copied);
  }

  void Refuse(const TextPlace& place, const std::string& rule, const std::string& suggestion) {
    if (!refused_.insert(place.path).second) return;
    result_.findings.push_back({place.section, place.path, rule, suggestion});
  }

  // A stand-in is no address and no name of anyone: nothing may resolve, block or search for it.
  void MarkReplaced() {
    if (replaced_.empty()) return;
    for (v1::Indicator& indicator : *result_.sections.mutable_indicators()->mutable_indicators()) {
      if (replaced_.count(&indicator) == 0) continue;
      if (indicator.type() != v1::INDICATOR_TYPE_OTHER) {
        indicator.set_source_type("anonymized:" + TypeWord(indicator.type()));
        indicator.set_type(v1::INDICATOR_TYPE_OTHER);
      }
      if (anon_ips_.count(&indicator) > 0) indicator.set_type(v1::INDICATOR_TYPE_ANON_IP);
      indicator.set_actionable(false);
    }
  }

  const OwnAssets& own_;
  const policy::SourceMode source_;
  const KeyedNames* const names_;
  GateResult& result_;
  StandIns stand_ins_{};
  std::set<const v1::Indicator*> replaced_{};
  std::set<const v1::Indicator*> anon_ips_{};  // ... by the value of an anon-ip
  std::set<std::string> refused_{};            // places
};

// What is published to be blocked, and that a list calls harmless: a person decides.
void TestKnownGood(const Gate& gate, GateResult& result) {
  const auto& indicators = result.sections.indicators().indicators();
  for (int i = 0; i < indicators.size(); ++i) {
    const v1::Indicator& indicator = indicators[i];
    if (!indicator.actionable() || indicator.role() == v1::ROLE_BENIGN) continue;
    const auto canonical = record::CanonicalValue(indicator.type(), indicator.value());
    const std::string list = canonical ? gate.KnownGoodBy(indicator.type(), *canonical) : "";
    if (list.empty()) continue;
    result.findings.push_back(
        {policy::SectionId::kIndicators, fmt::format("indicators.indicators[{}].value", i),
         "known-good",
         fmt::format("it is on the warning list `{}`: take it out, or make it not actionable",
                     list)});
  }
}

bool Refuses(const Finding& finding) { return finding.severity == FindingSeverity::kRefuse; }

void TestCrowd(const CrowdRules& rules, record::DraftHeader& header, GateResult& result) {
  CrowdAnswer answer = CheckCrowd(rules, header, result.sections);
  for (Widened& one : answer.widened) {
    if (one.after.empty()) one.after = "(left out)";
    result.replacements.push_back(
        {std::move(one.place), std::move(one.before), std::move(one.after)});
  }
  if (!answer.finding) return;
  if (!RefusesSmallCrowd(header.source)) answer.finding->severity = FindingSeverity::kWarn;
  result.findings.push_back(*std::move(answer.finding));
}

}  // namespace

absl::StatusOr<GateResult> Gate::Anonymize(const record::Draft& draft, const CrowdRules* crowd,
                                           const std::vector<Override>& overrides,
                                           const KeyedNames* names) const {
  RETURN_IF_ERROR(Annotate(record::CheckSections(draft.sections), "anonymize"));
  GateResult result;
  result.sections = draft.sections;
  record::DraftHeader header = draft.header;
  const policy::SourceMode source = header.source == policy::SourceMode::kUnspecified
                                        ? policy::SourceMode::kAttributed
                                        : header.source;
  // Names that link records have no place in one that nothing may link.
  const KeyedNames* keyed = source == policy::SourceMode::kAnonymous ? nullptr : names;
  Passage(own_, source, keyed, result).Run();
  if (crowd != nullptr) TestCrowd(*crowd, header, result);
  if (known_good_) TestKnownGood(*this, result);
  RETURN_IF_ERROR(Annotate(record::CheckSections(result.sections), "anonymize: after replacement"));

  record::AnonymizedDraft::EncodedSections encoded;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    encoded[i] = record::EncodeSection(result.sections, static_cast<policy::SectionId>(i));
  }
  std::vector<Finding> findings = std::move(result.findings);
  result.findings.clear();
  // An asset that was refused above is found again where it stands; one line for each is enough.
  std::set<std::string> places;
  for (const Finding& finding : findings) places.insert(finding.place);
  for (Finding& finding : lint_.Check(header, encoded)) {
    const bool again = finding.rule.starts_with("own-") && places.count(finding.place) > 0;
    if (!again) findings.push_back(std::move(finding));
  }
  for (Finding& finding : findings) {
    const bool named = std::find(overrides.begin(), overrides.end(),
                                 Override{finding.rule, finding.place}) != overrides.end();
    const bool passes = named && MayOverride(finding.rule);
    (passes ? result.allowed : result.findings).push_back(std::move(finding));
  }
  if (std::none_of(result.findings.begin(), result.findings.end(), Refuses)) {
    result.draft = record::AnonymizedDraft(std::move(header), std::move(encoded));
  }
  return result;
}

std::string Gate::KnownGoodBy(v1::IndicatorType type, std::string_view canonical) const {
  return known_good_ ? known_good_(type, canonical) : std::string();
}

bool Gate::IsOurs(std::string_view value) const {
  return !own_.Find(value, {.shapes = false, .private_addresses = false}).empty();
}

}  // namespace renkei::anonymize
