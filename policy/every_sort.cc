// Every sort of peer and record that two policies tell apart: for a comparison without a store.
#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "policy/diff.h"
#include "policy/reduce.h"
#include "policy/resolve.h"

namespace renkei::policy {
namespace {

// Of one attribute: more than this many values that rules tell apart are not all tried.
constexpr std::size_t kOptionsMax = 32;

constexpr AssertedBy kByAll{.hub = true, .self = true, .sponsors = 2};

// Words of both policies in atoms of one kind, and one that neither mentions.
std::vector<std::string> WordsOf(const std::vector<const PolicyFile*>& files, AtomKind kind,
                                 std::string_view other) {
  std::set<std::string> words;
  const auto take = [&](const std::vector<Atom>& atoms) {
    for (const Atom& atom : atoms) {
      if (atom.kind != kind) continue;
      for (const Name& name : atom.words) words.insert(name.text);
    }
  };
  for (const PolicyFile* file : files) {
    for (const Rule& rule : file->rules) {
      take(rule.peer);
      take(rule.mark);
    }
  }
  std::vector<std::string> list(words.begin(), words.end());
  if (!other.empty()) list.emplace_back(other);
  return list;
}

// Circles that the patterns of both policies tell apart, those with a name first.
std::vector<std::string> CirclesOf(const std::vector<const PolicyFile*>& files) {
  const std::vector<std::string> patterns = WordsOf(files, AtomKind::kInCircle, "");
  std::vector<std::string> candidates;
  for (const PolicyFile* file : files) {
    for (const Name& circle : file->circles) candidates.push_back(circle.text);
  }
  for (const std::string& pattern : patterns) {
    const bool open = pattern.ends_with('*');
    candidates.push_back(open ? pattern.substr(0, pattern.size() - 1) + "another" : pattern);
  }
  candidates.emplace_back("another-circle");
  std::vector<std::string> circles;
  std::set<std::vector<bool>> known;
  for (const std::string& circle : candidates) {
    std::vector<bool> matching;
    for (const std::string& pattern : patterns) matching.push_back(MatchesCircle(pattern, circle));
    if (known.insert(matching).second) circles.push_back(circle);
  }
  return circles;
}

// One value of one attribute.
template <class T>
struct Option {
  std::string label{};
  std::function<void(T&)> apply{};
};
template <class T>
using Options = std::vector<Option<T>>;

// Both policies' view of all attributes together.
class SortMaker {
 public:
  SortMaker(const Evaluator& before, const Evaluator& after)
      : files_{&before.policy().file(), &after.policy().file()},
        before_(CompiledOf(before)),
        after_(CompiledOf(after)),
        levels_{&CompiledOf(before).levels, &CompiledOf(after).levels},
        circles_(CirclesOf(files_)) {}

  DiffScope Make() {
    DiffScope scope{.stored = false};
    for (auto& [label, marking] :
         Combine(Marking{.relay = Relay::kFree}, MarkingOptions(), kEveryMarkingsMax)) {
      scope.records.push_back(
          {.marking = std::move(marking), .recipients = true, .examples = {std::move(label)}});
    }
    for (auto& [label, peer] : Combine(Peer{}, PeerOptions(), kEveryPeersMax)) {
      scope.peers.push_back({std::move(label), std::move(peer)});
    }
    scope.cut = cut_;
    return scope;
  }

 private:
  template <class T>
  std::string KeyOf(const T& value) const {
    return before_.KeyOf(value) + "|" + after_.KeyOf(value);
  }

  // Those of `options` that make a difference to either policy.
  template <class T>
  void Keep(std::vector<Options<T>>& all, const T& base, Options<T> options) {
    Options<T> kept;
    std::set<std::string> known;
    for (Option<T>& option : options) {
      T changed = base;
      option.apply(changed);
      if (known.insert(KeyOf(changed)).second) kept.push_back(std::move(option));
    }
    if (kept.size() > kOptionsMax) {
      kept.resize(kOptionsMax);
      cut_ = true;
    }
    // What makes no difference at all need not be told.
    if (kept.size() == 1) kept.front().label.clear();
    all.push_back(std::move(kept));
  }

  template <class Enum>
  void KeepEnum(std::vector<Options<Marking>>& all, std::string_view word, Enum Marking::*field,
                int first, int last) {
    Options<Marking> options;
    for (int i = first; i <= last; ++i) {
      const auto value = static_cast<Enum>(i);
      options.push_back({fmt::format("{}={}", word, ToWord(value)),
                         [=](Marking& marking) { marking.*field = value; }});
    }
    Keep(all, Marking{}, std::move(options));
  }

  void KeepWords(std::vector<Options<Marking>>& all, std::string_view fact,
                 std::vector<std::string> Marking::*field, const std::vector<std::string>& words,
                 bool with_none) {
    Options<Marking> options;
    if (with_none) options.push_back({"", [](Marking&) {}});
    for (const std::string& word : words) {
      options.push_back({fmt::format("{}={{{}}}", fact, word),
                         [=](Marking& marking) { marking.*field = {word}; }});
    }
    Keep(all, Marking{}, std::move(options));
  }

  std::vector<Options<Marking>> MarkingOptions() {
    std::vector<Options<Marking>> all;
    Options<Marking> circles;
    for (const std::string& circle : circles_) {
      circles.push_back({fmt::format("circles={{{}}}", circle),
                         [=](Marking& marking) { marking.circles = {circle}; }});
    }
    Keep(all, Marking{}, std::move(circles));
    KeepEnum(all, "tlp", &Marking::tlp, 1, 5);
    KeepEnum(all, "kind", &Marking::kind, 1, 7);
    KeepEnum(all, "pap", &Marking::pap, 0, 4);
    KeepEnum(all, "severity", &Marking::severity, 0, 4);
    KeepEnum(all, "source", &Marking::source, 1, 3);
    Options<Marking> types = {{"", [](Marking&) {}}};
    for (const std::string& word : WordsOf(files_, AtomKind::kTypeIn, "other")) {
      types.push_back({"type=" + word,
                       [=](Marking& marking) { marking.type = RsitFromWord(word).value_or(0); }});
    }
    Keep(all, Marking{}, std::move(types));
    KeepWords(all, "tags", &Marking::tags, WordsOf(files_, AtomKind::kTagIn, ""), true);
    KeepWords(all, "sectors", &Marking::sectors, {"some-sector"}, true);
    KeepWords(all, "countries", &Marking::countries, {"xx"}, true);
    Keep<Marking>(
        all, Marking{},
        {{"", [](Marking&) {}}, {"embargo", [](Marking& marking) { marking.embargoed = true; }}});
    Keep<Marking>(
        all, Marking{},
        {{"", [](Marking&) {}}, {"exercise", [](Marking& marking) { marking.exercise = true; }}});
    return all;
  }

  // Rungs between which some level of either policy begins, with what they are called.
  std::vector<std::pair<std::string, Rung>> Rungs() const {
    std::vector<std::pair<std::string, Rung>> rungs;
    for (const auto* levels : levels_) {
      for (const Level& level : *levels) {
        const auto same = [&](const auto& known) { return known.second == level.rung; };
        if (std::none_of(rungs.begin(), rungs.end(), same)) {
          rungs.emplace_back("at " + level.name, level.rung);
        }
      }
    }
    std::sort(rungs.begin(), rungs.end(),
              [](const auto& a, const auto& b) { return a.second < b.second; });
    if (rungs.empty() || rungs.front().second > 1) {
      rungs.insert(rungs.begin(), {"below all levels", Rung{1}});
    }
    return rungs;
  }

  void KeepClaims(std::vector<Options<Peer>>& all, std::string_view what, std::string Peer::*field,
                  AssertedBy Peer::*by, const std::vector<std::string>& words) {
    static const std::vector<std::pair<std::string, AssertedBy>> kSays = {
        {"", kByAll},
        {" by its hub", {.hub = true}},
        {" by sponsors", {.sponsors = 2}},
        {" by itself", {.self = true}}};
    Options<Peer> options = {{"", [](Peer&) {}}};
    for (const std::string& word : words) {
      for (const auto& [says, asserted] : kSays) {
        options.push_back(
            {fmt::format("{} {}{}", what, word, says), [=, asserted = asserted](Peer& peer) {
               peer.*field = word;
               peer.*by = asserted;
             }});
      }
    }
    Keep(all, Peer{}, std::move(options));
  }

  std::vector<Options<Peer>> PeerOptions() {
    std::vector<Options<Peer>> all;
    Options<Peer> kinds;
    for (const PeerKind kind :
         {PeerKind::kMember, PeerKind::kHub, PeerKind::kGuest, PeerKind::kObserver}) {
      kinds.push_back({std::string(ToWord(kind)), [=](Peer& peer) { peer.kind = kind; }});
    }
    Keep(all, Peer{}, std::move(kinds));
    Options<Peer> levels;
    for (const auto& [name, rung] : Rungs()) {
      levels.push_back({name, [this, rung = rung](Peer& peer) {
                          for (const std::string& circle : circles_) {
                            peer.circles.push_back({.circle = circle, .rung = rung, .by = kByAll});
                          }
                        }});
    }
    Keep(all, Peer{}, std::move(levels));
    Options<Peer> teams;
    for (const std::string& team : WordsOf(files_, AtomKind::kTeamIn, "another-team")) {
      teams.push_back({"team " + team, [=](Peer& peer) { peer.team = team; }});
    }
    Keep(all, Peer{}, std::move(teams));
    std::vector<std::string> sectors = WordsOf(files_, AtomKind::kSectorIn, "some-sector");
    sectors.emplace_back("another-sector");
    KeepClaims(all, "sector", &Peer::sector, &Peer::sector_by, sectors);
    std::vector<std::string> countries = WordsOf(files_, AtomKind::kCountryIn, "xx");
    countries.emplace_back("yy");
    KeepClaims(all, "country", &Peer::country, &Peer::country_by, countries);
    return all;
  }

  // All combinations, or `max` of them from end to end.
  template <class T>
  std::vector<std::pair<std::string, T>> Combine(const T& base, const std::vector<Options<T>>& all,
                                                 std::size_t max) {
    std::uint64_t total = 1;
    for (const Options<T>& options : all) {
      // Beyond any use; kept from overflowing.
      if (total < (std::uint64_t{1} << 50)) total *= options.size();
    }
    const bool too_many = total > max;
    cut_ = cut_ || too_many;
    // A stride without a common factor visits every value of every attribute alike.
    std::uint64_t stride = 1;
    if (too_many) {
      stride = static_cast<std::uint64_t>(static_cast<double>(total) * 0.618) | 1;
      while (std::gcd(stride, total) != 1) ++stride;
    }
    std::vector<std::pair<std::string, T>> made;
    std::uint64_t at = 0;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(total, max); ++i) {
      T value = base;
      std::string label;
      std::uint64_t rest = at;
      for (const Options<T>& options : all) {
        const Option<T>& option = options[rest % options.size()];
        rest /= options.size();
        option.apply(value);
        if (!option.label.empty()) label += (label.empty() ? "" : " ") + option.label;
      }
      made.emplace_back(std::move(label), std::move(value));
      at = (at + stride) % total;
    }
    return made;
  }

  const std::vector<const PolicyFile*> files_;
  const Reducer before_;
  const Reducer after_;
  const std::vector<const std::vector<Level>*> levels_;
  const std::vector<std::string> circles_;
  bool cut_ = false;
};

}  // namespace

DiffScope EveryPeerAndMarking(const Evaluator& before, const Evaluator& after) {
  return SortMaker(before, after).Make();
}

}  // namespace renkei::policy
