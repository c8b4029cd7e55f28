#include "node/anonymize/leak_lint.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "node/anonymize/decode.h"
#include "node/anonymize/exact.h"
#include "node/anonymize/sensitive.h"
#include "node/record/sections.h"

namespace renkei::anonymize {
namespace {

namespace v1 = record::v1;
using policy::SourceMode;

std::string_view SuggestionOf(std::string_view rule) {
  if (rule.starts_with("exact-")) return "write a range, or the hour";
  if (rule == "unlisted-address" || rule == "mail-address") {
    return "if it is the adversary's, make it an indicator; else take it out";
  }
  if (rule == "private-key" || rule == "jwt" || rule == "api-key") {
    return "take it out and have it revoked: who reads it can use it";
  }
  if (rule == "own-document") return "take it out: only you have this document";
  return "take it out; if it is the adversary's, make it an indicator";
}

// Addresses that belong to nobody or to everybody: those of documentation stay in, for tests.
bool IsPublicService(const Address& address) {
  static const NetworkSet kKnown = [] {
    NetworkSet set;
    for (const char* text : {"0.0.0.0/8",
                             "10.0.0.0/8",
                             "127.0.0.0/8",
                             "169.254.0.0/16",
                             "172.16.0.0/12",
                             "192.168.0.0/16",
                             "224.0.0.0/3",
                             "8.8.8.8",
                             "8.8.4.4",
                             "1.1.1.1",
                             "1.0.0.1",
                             "9.9.9.9",
                             "149.112.112.112",
                             "208.67.222.222",
                             "208.67.220.220",
                             "::/127",
                             "fc00::/7",
                             "fe80::/10",
                             "ff00::/8",
                             "2001:4860:4860::8888",
                             "2001:4860:4860::8844",
                             "2606:4700:4700::1111"}) {
      set.Add(*ParseNetwork(text));
    }
    return set;
  }();
  return kKnown.Contains(address);
}

// What the adversary's indicators of this record are, as one folded text.
std::string KeptText(const v1::Sections& sections) {
  std::string kept;
  for (const v1::Indicator& indicator : sections.indicators().indicators()) {
    if (indicator.role() == v1::ROLE_VICTIM || indicator.role() == v1::ROLE_TARGET) continue;
    kept.append(FoldText(indicator.value()).text).push_back('\n');
  }
  for (const v1::Sighting& sighting : sections.indicators().sightings()) {
    kept.append(FoldText(sighting.value()).text).push_back('\n');
  }
  return kept;
}

class Run {
 public:
  Run(const OwnAssets& own, SourceMode source) : own_(own), source_(source) {}

  void SetKept(std::string kept) { kept_ = std::move(kept); }

  void CheckText(std::optional<policy::SectionId> section, const std::string& place,
                 std::string_view text, const Scope& scope, TextKind kind) {
    section_ = section;
    place_ = &place;
    kind_ = kind;
    seen_.clear();
    decoded_.clear();
    Search(text, scope, "", 0);
  }

  void AddUndecodable(policy::SectionId section, const absl::Status& status) {
    findings_.push_back({section, std::string(policy::ToWord(section)), "undecodable",
                         fmt::format("its bytes can't be searched: {}", Message(status)),
                         FindingSeverity::kRefuse});
  }

  std::vector<Finding> Take() { return std::move(findings_); }

 private:
  // `form` says how the text was hidden; empty: as it stands.
  void Search(std::string_view text, const Scope& scope, std::string_view form, int depth) {
    if (text.size() > kLintBytesMax - searched_) {
      Add("too-much-encoded",
          "the record holds more encoded text than can be searched; leave it out or shorten it",
          FindingSeverity::kRefuse);
      return;
    }
    searched_ += text.size();
    const Folded folded = FoldText(text);
    const std::vector<DigitWord> words = FindDigitWords(folded.text);
    const std::vector<AddressHit> addresses = FindAddresses(folded.text, words);
    for (const OwnMatch& match : own_.Find(text, folded, addresses, scope)) {
      ReportOwn(match.entity, form);
    }
    if (own_.HoldsDocument(folded.text, words))
      Report("own-document", form, FindingSeverity::kRefuse);
    const bool noise = scope.characters_min > 0;
    if (!noise) {
      SearchDisguised(folded, words, addresses, form);
      SearchShapes(folded.text, words, addresses, form, depth);
    }
    if (depth == kDecodeDepthMax) return;
    for (const HiddenText& inner : DecodeHidden(text)) {
      if (inner.raw) {
        if (const auto name = own_.FindLegacy(inner.text)) ReportOwn(*name, inner.form);
      } else if (IsNew(inner, depth + 1)) {
        Search(inner.text, InnerScope(noise || inner.in_binary), inner.form, depth + 1);
      }
    }
  }

  // A home folder in what people write is of a machine that was hit, encoded or not; a private
  // address in decoded bytes is as likely the adversary's.  In decoded noise a short name stands
  // somewhere by chance.
  Scope InnerScope(bool noise) const {
    const bool written = kind_ == TextKind::kFree || kind_ == TextKind::kLog;
    return {.shapes = written && !noise,
            .private_addresses = false,
            .characters_min = noise ? std::size_t{6} : 0};
  }

  // The same text comes out of several decoders.
  bool IsNew(const HiddenText& inner, int depth) {
    const std::size_t hash = std::hash<std::string>()(inner.text) * 2 + (inner.in_binary ? 1 : 0);
    const auto [seen, is_new] = decoded_.try_emplace(hash, depth);
    if (!is_new && seen->second <= depth) return false;
    seen->second = depth;
    return true;
  }

  void SearchDisguised(const Folded& folded, const std::vector<DigitWord>& words,
                       const std::vector<AddressHit>& addresses, std::string_view form) {
    if (const auto word = own_.FindDisguised(folded)) {
      ReportOwn(word->entity, form.empty() ? word->form : form);
    }
    if (const auto hidden = own_.FindHidden(folded, words, addresses)) {
      ReportOwn(EntityClass::kAddress, *hidden);
    }
    if (const auto plain = WithoutLookAlikes(folded.text)) {
      for (const OwnMatch& match :
           own_.Find(*plain, {.shapes = false, .private_addresses = false})) {
        ReportOwn(match.entity, "look-alike");
      }
    }
  }

  void SearchShapes(std::string_view folded, const std::vector<DigitWord>& words,
                    const std::vector<AddressHit>& addresses, std::string_view form, int depth) {
    std::size_t covered = 0;  // by a URL or an id that holds an `@`
    for (const SensitiveHit& hit : FindSensitive(folded, words)) {
      const bool mail = hit.kind == Sensitive::kMail || hit.kind == Sensitive::kMailVictim;
      if (mail && hit.span.begin < covered) continue;
      const bool holds_mail = hit.kind == Sensitive::kUrlPassword ||
                              hit.kind == Sensitive::kMessageId ||
                              hit.kind == Sensitive::kMailHeader;
      if (holds_mail) covered = std::max(covered, hit.span.end);
      const auto severity = SeverityOf(hit.kind, depth);
      const std::string_view rule = RuleOf(hit.kind);
      if (!severity || IsSeen(rule)) continue;
      const std::string_view text = folded.substr(hit.span.begin, hit.span.end - hit.span.begin);
      if (MayBeListed(hit.kind) && IsListed(hit.kind, text)) continue;
      Report(rule, form, *severity);
    }
    if (depth > 0) return;
    SearchExact(folded);
    if (kind_ == TextKind::kFree) SearchAddresses(folded, addresses);
  }

  // The adversary's indicators stay publishable; credentials are nobody's to publish.
  std::optional<FindingSeverity> SeverityOf(Sensitive kind, int depth) const {
    const bool credential = kind == Sensitive::kPrivateKey || kind == Sensitive::kJwt;
    if (credential) return FindingSeverity::kRefuse;
    switch (kind_) {
      case TextKind::kRule:
        return std::nullopt;
      case TextKind::kIndicator: {
        const bool opens = kind == Sensitive::kApiKey || kind == Sensitive::kUrlPassword ||
                           kind == Sensitive::kUrlToken;
        return opens ? std::optional(FindingSeverity::kWarn) : std::nullopt;
      }
      case TextKind::kContact: {
        const bool meant =
            kind == Sensitive::kPhone || kind == Sensitive::kMail || kind == Sensitive::kMailVictim;
        if (meant && source_ == SourceMode::kAttributed) return FindingSeverity::kWarn;
        return FindingSeverity::kRefuse;
      }
      default:
        break;
    }
    if (kind == Sensitive::kMail) {
      return depth == 0 ? std::optional(FindingSeverity::kWarn) : std::nullopt;
    }
    if (kind == Sensitive::kUrlSession && depth > 0) return std::nullopt;
    return FindingSeverity::kRefuse;
  }

  static bool MayBeListed(Sensitive kind) {
    return kind != Sensitive::kPrivateKey && kind != Sensitive::kJwt && kind != Sensitive::kApiKey;
  }

  // True if what the shape points at is one of the record's own indicators.
  bool IsListed(Sensitive kind, std::string_view text) {
    if (kept_.empty() || ++lookups_ > kListedLookupsMax) return false;
    std::string_view core = text;
    switch (kind) {
      case Sensitive::kUrlPassword:
      case Sensitive::kUrlToken:
      case Sensitive::kUrlSession: {
        core.remove_prefix(std::min(core.find("://") + 3, core.size()));
        core = core.substr(0, core.find_first_of("/?#"));
        if (const std::size_t sign = core.rfind('@'); sign != std::string_view::npos) {
          core.remove_prefix(sign + 1);
        }
        break;
      }
      case Sensitive::kMail:
      case Sensitive::kMailVictim:
        // Who writes from an adversary's domain is the adversary.
        core.remove_prefix(core.find('@') + 1);
        break;
      case Sensitive::kMessageId:
        core.remove_prefix(std::min(core.find_first_of(":<") + 1, core.size()));
        while (!core.empty() && (core.front() == ' ' || core.front() == '<')) core.remove_prefix(1);
        break;
      default:
        break;
    }
    return core.size() >= 4 && kept_.find(core) != std::string::npos;
  }

  void SearchExact(std::string_view folded) {
    const bool named = source_ == SourceMode::kAttributed;
    const bool looked_at = kind_ == TextKind::kFree || (kind_ == TextKind::kLog && !named);
    if (!looked_at) return;
    for (const ExactHit& hit : FindExact(folded, source_)) {
      Report(RuleOf(hit.kind), "", named ? FindingSeverity::kWarn : FindingSeverity::kRefuse);
    }
  }

  void SearchAddresses(std::string_view folded, const std::vector<AddressHit>& addresses) {
    for (const AddressHit& hit : addresses) {
      if (hit.length >= 0 || IsPublicService(hit.address)) continue;
      const std::string_view text = folded.substr(hit.begin, hit.end - hit.begin);
      const bool listed = ++lookups_ <= kListedLookupsMax && kept_.find(text) != std::string::npos;
      if (listed) continue;
      Report("unlisted-address", "", FindingSeverity::kWarn);
      return;
    }
  }

  // One line for each place and rule is enough.
  bool IsSeen(std::string_view rule) const {
    return std::find(seen_.begin(), seen_.end(), rule) != seen_.end();
  }

  void Add(std::string_view rule, std::string suggestion, FindingSeverity severity) {
    if (findings_.size() >= kFindingsMax || IsSeen(rule)) return;
    seen_.push_back(rule);
    findings_.push_back({section_, *place_, std::string(rule), std::move(suggestion), severity});
  }

  void ReportOwn(EntityClass entity, std::string_view form) {
    if (IsSeen(RuleOf(entity))) return;
    const std::string suggestion =
        form.empty() ? "take it out, or write a stand-in such as HOST-1, USER-1 or ORG"
                     : fmt::format(
                           "it stands there in {} form; take the whole text out, or write "
                           "a stand-in",
                           form);
    Add(RuleOf(entity), suggestion, FindingSeverity::kRefuse);
  }

  void Report(std::string_view rule, std::string_view form, FindingSeverity severity) {
    if (IsSeen(rule)) return;
    std::string suggestion(SuggestionOf(rule));
    if (!form.empty()) suggestion = fmt::format("it stands there in {} form; {}", form, suggestion);
    Add(rule, std::move(suggestion), severity);
  }

  const OwnAssets& own_;
  const SourceMode source_;
  std::string kept_{};
  int lookups_ = 0;
  std::size_t searched_ = 0;
  std::optional<policy::SectionId> section_{};
  const std::string* place_ = nullptr;
  TextKind kind_ = TextKind::kWord;
  std::vector<std::string_view> seen_{};            // rules, of this text
  std::unordered_map<std::size_t, int> decoded_{};  // of this text: hash -> least depth
  std::vector<Finding> findings_{};
};

void CheckLabels(Run& run, std::string_view name, const std::vector<std::string>& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    run.CheckText(std::nullopt, fmt::format("header.{}[{}]", name, i), labels[i], Scope{},
                  TextKind::kWord);
  }
}

}  // namespace

TextKind KindOf(const record::TextPlace& place) {
  static const auto* const kText = v1::Text::descriptor()->FindFieldByName("value");
  static const auto* const kExcerpt = v1::Excerpt::descriptor()->FindFieldByName("text");
  static const auto* const kBody = v1::Rule::descriptor()->FindFieldByName("body");
  static const auto* const kValue = v1::Indicator::descriptor()->FindFieldByName("value");
  static const auto* const kSighted = v1::Sighting::descriptor()->FindFieldByName("value");
  static const auto* const kReference = v1::Reference::descriptor();
  static const auto* const kContact = v1::ContactPoint::descriptor();
  const auto* field = place.field;
  if (field == nullptr) return TextKind::kWord;
  if (field == kText) return TextKind::kFree;
  if (field == kExcerpt) return TextKind::kLog;
  if (field == kBody) return TextKind::kRule;
  const auto* message = field->containing_type();
  if (field == kValue || field == kSighted || message == kReference) {
    return TextKind::kIndicator;
  }
  return message == kContact ? TextKind::kContact : TextKind::kWord;
}

Scope ScopeOf(const record::TextPlace& place) {
  const TextKind kind = KindOf(place);
  if (kind == TextKind::kRule) return {.shapes = false, .private_addresses = false};
  static const auto* const kIndicator = v1::Indicator::descriptor();
  const bool indicator = kind == TextKind::kIndicator && place.parent != nullptr &&
                         place.field->containing_type() == kIndicator;
  if (!indicator) return {};
  const auto type = static_cast<const v1::Indicator&>(*place.parent).type();
  const bool of_adversary =
      type == v1::INDICATOR_TYPE_PDB_PATH || type == v1::INDICATOR_TYPE_URI_PATH;
  return {.shapes = !of_adversary, .private_addresses = true};
}

std::vector<Finding> LeakLint::Check(
    const record::DraftHeader& header,
    const record::AnonymizedDraft::EncodedSections& sections) const {
  const SourceMode source =
      header.source == SourceMode::kUnspecified ? SourceMode::kAttributed : header.source;
  Run run(own_, source);
  CheckLabels(run, "tags", header.tags);
  CheckLabels(run, "sectors", header.sectors);
  CheckLabels(run, "countries", header.countries);
  v1::Sections decoded;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (!sections[i]) continue;
    const auto id = static_cast<policy::SectionId>(i);
    const absl::Status status = record::DecodeSection(id, *sections[i], decoded);
    if (status.ok()) continue;
    run.AddUndecodable(id, status);
  }
  run.SetKept(KeptText(decoded));
  record::VisitTexts(decoded, [&](const record::TextPlace& place, const std::string& text) {
    run.CheckText(place.section, place.path, text, ScopeOf(place), KindOf(place));
  });
  return run.Take();
}

}  // namespace renkei::anonymize
