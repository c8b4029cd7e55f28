// From what sources say to what a person is asked: generalised, and without what must not be
// listed.

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>

#include "config/learn_cover.h"
#include "config/learn_text.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

constexpr std::size_t kRunMin = 5;         // names that differ by their number make a pattern
constexpr std::size_t kNeighboursMin = 4;  // addresses of one /24 (/64) make a network
constexpr std::size_t kLiteralMin = 2;     // characters of a pattern that say something
constexpr std::size_t kHostBytesMin = 3;

bool IsWildcard(char c) { return c == '*' || c == '?'; }

bool HasWildcard(const std::string& entry) {
  return std::any_of(entry.begin(), entry.end(), IsWildcard);
}

// `*` any run, `?` one character, of ASCII without case.
bool MatchesGlob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// A value with all that said it, in order of first appearance.
using Values = std::vector<Proposed>;

void Merge(Proposed& into, const Proposed& one) {
  for (const std::string& from : one.from) {
    if (into.from.size() >= kFromMax) break;
    if (std::find(into.from.begin(), into.from.end(), from) == into.from.end()) {
      into.from.push_back(from);
    }
  }
  into.count += one.count;
}

Values Distinct(const Findings& found, AssetList list) {
  Values values;
  std::unordered_map<std::string, std::size_t> known;
  for (const Found& one : found) {
    if (one.list != list) continue;
    const auto [it, added] = known.emplace(AsciiLower(one.entry), values.size());
    if (added) {
      values.push_back({.entry = one.entry, .from = {one.from}, .count = 1});
    } else if (Proposed& value = values[it->second]; value.from.size() < kFromMax) {
      value.from.push_back(one.from);
    }
  }
  return values;
}

// ---- names with numbers --------------------------------------------------------------------

// `srv-001` is `srv-`, three digits, and nothing behind them.
struct Numbered {
  std::string before{};
  std::size_t digits = 0;
  std::string after{};

  auto operator<=>(const Numbered&) const = default;
};

std::optional<Numbered> LastNumber(const std::string& name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t end = name.size();
  while (end > 0 && !is_digit(name[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_digit(name[begin - 1])) --begin;
  if (begin == end) return std::nullopt;
  return Numbered{name.substr(0, begin), end - begin, name.substr(end)};
}

std::size_t Literals(std::string_view pattern) {
  return static_cast<std::size_t>(std::count_if(pattern.begin(), pattern.end(), [](char c) {
    return !IsWildcard(c) && c != '.' && c != '-' && c != '_';
  }));
}

// The pattern for a run: behind a separator anything may come; else exactly as many characters,
// because `web*` would be `website` too.
std::string PatternOf(const Numbered& run, const std::vector<std::string>& names) {
  const bool separated =
      !run.before.empty() && (run.before.back() == '-' || run.before.back() == '_');
  if (separated && Literals(run.before) >= kLiteralMin) return run.before + "*" + run.after;
  // Digits that all have in common are a part of the name.
  std::size_t common = run.before.size();
  const std::size_t end = run.before.size() + run.digits;
  while (common < end && std::all_of(names.begin(), names.end(), [&](const std::string& name) {
           return name[common] == names.front()[common];
         })) {
    ++common;
  }
  const std::string head = names.front().substr(0, common);
  if (Literals(head) < kLiteralMin) return "";
  return head + std::string(end - common, '?') + run.after;
}

Values Generalised(Values values) {
  std::map<Numbered, std::vector<std::size_t>> runs;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool ascii = std::all_of(values[i].entry.begin(), values[i].entry.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x80 && !IsWildcard(c);
    });
    if (const auto number = LastNumber(values[i].entry); ascii && number) {
      runs[*number].push_back(i);
    }
  }
  std::vector<bool> gone(values.size(), false);
  for (const auto& [run, members] : runs) {
    if (members.size() < kRunMin) continue;
    std::vector<std::string> names;
    for (const std::size_t i : members) names.push_back(values[i].entry);
    const std::string pattern = PatternOf(run, names);
    if (pattern.empty()) continue;
    // It takes the place of the first; another run may have led to the same one (01, 001).
    Proposed& first = values[members.front()];
    first.entry = pattern;
    for (std::size_t i = 1; i < members.size(); ++i) {
      Merge(first, values[members[i]]);
      gone[members[i]] = true;
    }
  }
  Values kept;
  std::unordered_map<std::string, std::size_t> at;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (gone[i]) continue;
    const auto [it, added] = at.emplace(values[i].entry, kept.size());
    if (added) {
      kept.push_back(std::move(values[i]));
    } else {
      Merge(kept[it->second], values[i]);
    }
  }
  return kept;
}

// ---- one list after the other --------------------------------------------------------------

class Proposing {
 public:
  Proposing(const Findings& found, const Assets& present) : found_(found), present_(present) {}

  Proposal Make() {
    Networks();
    Domains();
    Names(AssetList::kPeople);
    Patterns(AssetList::kHosts);
    Patterns(AssetList::kUsers);
    Names(AssetList::kOrganizations);
    Names(AssetList::kSites);
    Bound();
    return std::move(proposal_);
  }

 private:
  void Networks() {
    CoveringNetworks present;
    for (const std::string& entry : present_.networks) {
      if (const auto network = ParseNetwork(entry)) present.Add(*network);
    }
    std::vector<std::pair<Network, Proposed>> wide;
    std::vector<std::pair<Network, Proposed>> single;
    for (const Proposed& value : Distinct(found_, AssetList::kNetworks)) {
      const auto network = ParseNetwork(value.entry);
      if (!network || IsForeignNetwork(*network) || IsTooWide(*network)) {
        ++proposal_.left_out;
      } else if (present.Find(*network)) {
        ++proposal_.known;
      } else {
        const bool one = network->length == (network->v6 ? 128 : 32);
        (one ? single : wide).emplace_back(*network, value);
      }
    }
    std::stable_sort(wide.begin(), wide.end(),
                     [](const auto& a, const auto& b) { return a.first.length < b.first.length; });
    AddNeighbours(single, wide);
    Values& kept = proposal_.of(AssetList::kNetworks);
    CoveringNetworks covering;
    for (auto* from : {&wide, &single}) {
      for (auto& [network, value] : *from) {
        if (const auto place = covering.Find(network)) {
          Merge(kept[*place], value);
          continue;
        }
        value.entry = ToText(network);
        covering.Add(network);
        kept.push_back(std::move(value));
      }
    }
  }

  static bool IsTooWide(const Network& network) { return network.length < (network.v6 ? 20 : 8); }

  // Several single addresses of one /24 (/64) that no network covers: the network.
  static void AddNeighbours(const std::vector<std::pair<Network, Proposed>>& single,
                            std::vector<std::pair<Network, Proposed>>& wide) {
    CoveringNetworks covering;
    for (const auto& [network, value] : wide) covering.Add(network);
    std::map<std::string, std::vector<std::size_t>> around;
    for (std::size_t i = 0; i < single.size(); ++i) {
      const Network& address = single[i].first;
      if (covering.Find(address)) continue;
      Network network = address;
      network.length = network.v6 ? 64 : 24;
      around[ToText(network)].push_back(i);
    }
    for (const auto& [text, members] : around) {
      if (members.size() < kNeighboursMin) continue;
      wide.emplace_back(*ParseNetwork(text), Proposed{.entry = text});
    }
  }

  void Domains() {
    CoveringDomains covered;
    for (const std::string& domain : present_.domains) covered.Add(AsciiLower(domain));
    TakeDomains(AssetList::kDomains, covered);
    for (const std::string& domain : present_.mail_domains) covered.Add(AsciiLower(domain));
    TakeDomains(AssetList::kMailDomains, covered);
  }

  void TakeDomains(AssetList list, CoveringDomains& covered) {
    Values values = Distinct(found_, list);
    // Short ones first: they cover the others.
    std::stable_sort(values.begin(), values.end(), [](const Proposed& a, const Proposed& b) {
      return std::count(a.entry.begin(), a.entry.end(), '.') <
             std::count(b.entry.begin(), b.entry.end(), '.');
    });
    const std::size_t before = covered.size();
    for (Proposed& value : values) {
      const std::string domain = AsciiLower(value.entry);
      if (IsForeignDomain(domain) || !Takes(list, domain)) {
        ++proposal_.left_out;
        continue;
      }
      const auto place = covered.Find(domain);
      if (!place) {
        value.entry = domain;
        covered.Add(domain);
        proposal_.of(list).push_back(std::move(value));
      } else if (*place < before) {
        ++proposal_.known;
      }
    }
  }

  void Names(AssetList list) {
    const std::set<std::string> present = LowerOf(ListOf(present_, list));
    for (Proposed& value : Distinct(found_, list)) {
      if (IsCommonWord(value.entry) || !SaysEnough(list, value.entry) ||
          !Takes(list, value.entry)) {
        ++proposal_.left_out;
      } else if (present.count(AsciiLower(value.entry)) > 0) {
        ++proposal_.known;
      } else {
        proposal_.of(list).push_back(std::move(value));
      }
    }
  }

  // A given name alone, or initials, would be found in half of all reports.
  static bool SaysEnough(AssetList list, std::string_view name) {
    const bool ascii = std::all_of(name.begin(), name.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (!ascii) return name.size() >= 6;
    if (list == AssetList::kPeople) return name.find(' ') != std::string_view::npos;
    return name.size() >= 4;
  }

  void Patterns(AssetList list) {
    const std::set<std::string> present = LowerOf(ListOf(present_, list));
    std::vector<std::string> patterns;
    std::copy_if(present.begin(), present.end(), std::back_inserter(patterns), HasWildcard);
    Values values;
    for (Proposed& value : Distinct(found_, list)) {
      value.entry = AsciiLower(value.entry);
      const bool common =
          list == AssetList::kHosts ? IsCommonHost(value.entry) : IsCommonUser(value.entry);
      if (common || value.entry.size() < kHostBytesMin || !Takes(list, value.entry)) {
        ++proposal_.left_out;
      } else if (present.count(value.entry) > 0 ||
                 std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
                   return MatchesGlob(pattern, value.entry);
                 })) {
        ++proposal_.known;
      } else {
        values.push_back(std::move(value));
      }
    }
    for (Proposed& value : Generalised(std::move(values))) {
      proposal_.of(list).push_back(std::move(value));
    }
  }

  static std::set<std::string> LowerOf(const std::vector<std::string>& entries) {
    std::set<std::string> lower;
    for (const std::string& entry : entries) lower.insert(AsciiLower(entry));
    return lower;
  }

  // Whether LoadAssets would: its rules stay in one place.
  static bool Takes(AssetList list, const std::string& entry) {
    if (entry.find_first_of("\"\\") != std::string::npos) return false;
    return LoadAssets(fmt::format("{} = [\"{}\"]", ToWord(list), entry), "learned")
        .value.has_value();
  }

  // What is listed already and what is proposed must fit together.
  void Bound() {
    std::size_t entries = 0;
    std::size_t patterns = 0;
    for (std::size_t i = 0; i < kAssetListCount; ++i) {
      entries += ListOf(present_, static_cast<AssetList>(i)).size();
    }
    entries += present_.products.size();
    for (const auto* list : {&present_.hosts, &present_.users}) {
      patterns += static_cast<std::size_t>(std::count_if(list->begin(), list->end(), HasWildcard));
    }
    for (Values& values : proposal_.lists) {
      Values kept;
      for (Proposed& value : values) {
        const bool pattern = HasWildcard(value.entry);
        if (entries >= kAssetEntriesMax || (pattern && patterns >= kAssetPatternsMax)) {
          ++proposal_.too_many;
          continue;
        }
        ++entries;
        patterns += pattern ? 1 : 0;
        kept.push_back(std::move(value));
      }
      values = std::move(kept);
    }
  }

  const Findings& found_;
  const Assets& present_;
  Proposal proposal_;
};

}  // namespace

Proposal Propose(const Findings& found, const Assets& present) {
  return Proposing(found, present).Make();
}

}  // namespace renkei::config
