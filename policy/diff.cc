#include "policy/diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "policy/diff_rules.h"
#include "policy/reduce.h"

namespace renkei::policy {
namespace {

// A set of small numbers, all of them known to be below a bound.
class Bitmap {
 public:
  explicit Bitmap(std::size_t count) : words_((count + 63) / 64) {}
  void Add(std::size_t number) { words_[number / 64] |= std::uint64_t{1} << (number % 64); }
  bool Has(std::size_t number) const { return (words_[number / 64] >> (number % 64) & 1) != 0; }
  bool Meets(const Bitmap& other) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if ((words_[i] & other.words_[i]) != 0) return true;
    }
    return false;
  }

 private:
  std::vector<std::uint64_t> words_;
};

// Peers, or records, that neither policy tells apart.
struct Alike {
  std::vector<std::size_t> members{};  // places in the scope
  std::int64_t records = 0;
  bool recipients = false;
  Bitmap circles{0};
  std::vector<Peer> in_relation{};  // of peers: the same, as other, recipient and author
  std::vector<BothFacts> sides{};   // what each of these, or the record, brings to a decision
};

// The rules for authors.  While they are the same, an author's own view is not compared.
std::vector<Rule> OwnRules(const Policy& policy) {
  std::vector<Rule> rules;
  for (const Rule& rule : policy.file().rules) {
    const bool own = std::any_of(rule.peer.begin(), rule.peer.end(),
                                 [](const Atom& atom) { return atom.kind == AtomKind::kOwn; });
    if (own) rules.push_back(rule);
  }
  return rules;
}

using ChangeKey = std::tuple<bool, Relation, std::vector<std::string>, std::uint64_t>;

// What one change befalls, while it is being gathered.
struct Gathered {
  Change change{};
  Bitmap peers;    // groups of peers
  Bitmap records;  // groups of records
};

class Gatherer {
 public:
  Gatherer(const Evaluator& before, const Evaluator& after, const DiffScope& scope)
      : before_(before), after_(after), scope_(scope) {}

  PolicyDiff Run() {
    authors_ = OwnRules(before_.policy()) != OwnRules(after_.policy());
    GroupPeers();
    GroupRecords();
    FindCircles();
    for (std::size_t record = 0; record < records_.size(); ++record) {
      for (std::size_t peer = 0; peer < peers_.size(); ++peer) {
        if (peers_[peer].circles.Meets(records_[record].circles)) Compare(peer, record);
      }
    }
    return Finish();
  }

 private:
  // Groups what has one key under both policies, in the order of first appearance.
  template <class Items, class KeyOf>
  static std::vector<Alike> Group(const Items& items, KeyOf key_of) {
    std::vector<Alike> groups;
    std::unordered_map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto [at, is_new] = known.try_emplace(key_of(items[i]), groups.size());
      if (is_new) groups.emplace_back();
      groups[at->second].members.push_back(i);
    }
    return groups;
  }

  void GroupPeers() {
    const Reducer before(CompiledOf(before_));
    const Reducer after(CompiledOf(after_));
    peers_ = Group(scope_.peers, [&](const DiffPeer& peer) {
      return before.KeyOf(peer.peer) + "|" + after.KeyOf(peer.peer);
    });
    for (Alike& group : peers_) {
      group.in_relation.assign(3, PeerOf(group));
      for (std::size_t i = 0; i < group.in_relation.size(); ++i) {
        Peer& peer = group.in_relation[i];
        peer.recipient = i == static_cast<std::size_t>(Relation::kRecipient);
        peer.own = i == static_cast<std::size_t>(Relation::kAuthor);
        BothFacts& side = group.sides.emplace_back();
        AddPeer(side.before, CompiledOf(before_).words, peer, Purpose::kAnswer);
        AddPeer(side.after, CompiledOf(after_).words, peer, Purpose::kAnswer);
      }
    }
  }

  void GroupRecords() {
    const Reducer before(CompiledOf(before_));
    const Reducer after(CompiledOf(after_));
    records_ = Group(scope_.records, [&](const DiffRecords& records) {
      // Whose they can be is asked of each group once.
      const bool attributed = records.marking.source == SourceMode::kAttributed;
      return std::string(records.recipients ? "r" : "-") + (attributed ? "a" : "-") +
             before.KeyOf(records.marking) + "|" + after.KeyOf(records.marking);
    });
    for (Alike& group : records_) {
      group.recipients = scope_.records[group.members.front()].recipients;
      for (const std::size_t i : group.members) group.records += scope_.records[i].records;
      BothFacts& side = group.sides.emplace_back();
      AddRecord(side.before, CompiledOf(before_).words, MarkingOf(group), Purpose::kAnswer);
      AddRecord(side.after, CompiledOf(after_).words, MarkingOf(group), Purpose::kAnswer);
    }
  }

  // Most peers and records share no circle: two words decide that.
  void FindCircles() {
    std::map<std::string, std::size_t> numbers;
    for (const DiffRecords& records : scope_.records) {
      for (const std::string& circle : records.marking.circles) {
        numbers.try_emplace(circle, numbers.size());
      }
    }
    for (Alike& group : records_) {
      group.circles = Bitmap(numbers.size());
      for (const std::string& circle : MarkingOf(group).circles) {
        group.circles.Add(numbers.at(circle));
      }
    }
    for (Alike& group : peers_) {
      group.circles = Bitmap(numbers.size());
      for (const Membership& membership : PeerOf(group).circles) {
        const auto at = numbers.find(membership.circle);
        if (at != numbers.end()) group.circles.Add(at->second);
      }
    }
  }

  const Peer& PeerOf(const Alike& group) const { return scope_.peers[group.members.front()].peer; }
  const Marking& MarkingOf(const Alike& group) const {
    return scope_.records[group.members.front()].marking;
  }

  void Compare(std::size_t peer_group, std::size_t record_group) {
    const Alike& peers = peers_[peer_group];
    const Alike& records = records_[record_group];
    const Marking& marking = MarkingOf(records);
    std::uint64_t changed = 0;  // for whoever is neither author nor recipient
    for (const Relation relation : {Relation::kOther, Relation::kRecipient, Relation::kAuthor}) {
      if (relation == Relation::kRecipient && !records.recipients) continue;
      const bool authors = authors_ && marking.source == SourceMode::kAttributed;
      if (relation == Relation::kAuthor && !authors) continue;
      const auto at = static_cast<std::size_t>(relation);
      const Peer& peer = peers.in_relation[at];
      const Answered then = Ask(CompiledOf(before_), peer, peers.sides[at].before, marking,
                                records.sides[0].before, hits_before_);
      const Answered now = Ask(CompiledOf(after_), peer, peers.sides[at].after, marking,
                               records.sides[0].after, hits_after_);
      // Authors and recipients share what befalls everybody; only the rest is theirs.
      const std::uint64_t own = (then.bits ^ now.bits) & ~changed;
      if (relation == Relation::kOther) changed = own;
      if (own == 0) continue;
      for (Gathered* gathered : Tell(peer, relation, own, then, now)) {
        gathered->peers.Add(peer_group);
        gathered->records.Add(record_group);
      }
    }
  }

  // The changes that a pair of peer and record is part of: `bits` differ.
  const std::vector<Gathered*>& Tell(const Peer& peer, Relation relation, std::uint64_t bits,
                                     const Answered& then, const Answered& now) {
    std::string story;
    PutBytes(story, static_cast<std::uint64_t>(relation));
    PutBytes(story, then.bits & bits);
    PutBytes(story, now.bits & bits);
    for (const Answered* answer : {&then, &now}) PutStory(story, *answer, peer);
    const auto [known, is_new] = told_.try_emplace(std::move(story));
    if (is_new) {
      Note(now, then, now.bits & bits, relation, /*gain=*/true, known->second);
      Note(then, now, then.bits & bits, relation, /*gain=*/false, known->second);
    }
    return known->second;
  }

  // Splits `bits` by the rules behind them.
  void Note(const Answered& with, const Answered& without, std::uint64_t bits, Relation relation,
            bool gain, std::vector<Gathered*>& changes) {
    std::vector<std::pair<std::vector<DiffRule>, std::uint64_t>> split;
    for (std::uint64_t rest = bits; rest != 0; rest &= rest - 1) {
      const std::uint64_t bit = rest & ~(rest - 1);
      std::vector<DiffRule> rules = RulesFor(with, without, bit, gain);
      const auto known = std::find_if(split.begin(), split.end(),
                                      [&](const auto& part) { return part.first == rules; });
      if (known != split.end()) {
        known->second |= bit;
      } else {
        split.emplace_back(std::move(rules), bit);
      }
    }
    for (auto& [rules, part] : split) {
      Gathered* gathered = Find(std::move(rules), part, relation, gain);
      if (gathered != nullptr) changes.push_back(gathered);
    }
  }

  // Null: there are too many changes.
  Gathered* Find(std::vector<DiffRule> rules, std::uint64_t bits, Relation relation, bool gain) {
    std::vector<std::string> names;
    for (const DiffRule& rule : rules) names.push_back((rule.gone ? "-" : "+") + rule.rule);
    const ChangeKey key{!gain, relation, std::move(names), bits};
    const auto known = changes_.find(key);
    if (known != changes_.end()) return &known->second;
    if (changes_.size() == kDiffChangesMax) {
      cut_ = true;
      return nullptr;
    }
    Gathered made{.peers = Bitmap(peers_.size()), .records = Bitmap(records_.size())};
    made.change = {.gain = gain, .bits = bits, .relation = relation, .rules = std::move(rules)};
    return &changes_.emplace(key, std::move(made)).first->second;
  }

  void Complete(Gathered& gathered) const {
    Change& change = gathered.change;
    std::set<PeerKind> kinds;
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      if (!gathered.peers.Has(i)) continue;
      for (const std::size_t member : peers_[i].members) {
        change.peers.push_back(scope_.peers[member].name);
        kinds.insert(scope_.peers[member].peer.kind);
      }
    }
    std::sort(change.peers.begin(), change.peers.end());
    const bool one_kind = kinds.size() == 1 && *kinds.begin() != PeerKind::kUnspecified;
    change.noun = one_kind ? std::string(ToWord(*kinds.begin())) : "peer";
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (!gathered.records.Has(i)) continue;
      if (change.relation == Relation::kOther) change.records += records_[i].records;
      for (const std::size_t at : records_[i].members) {
        if (change.at.size() < kDiffExamplesMax) change.at.push_back(at);
      }
    }
    for (const std::size_t at : change.at) {
      for (const std::string& example : scope_.records[at].examples) {
        if (change.examples.size() < kDiffExamplesMax) change.examples.push_back(example);
      }
    }
  }

  PolicyDiff Finish() {
    PolicyDiff diff{
        .stored = scope_.stored, .cut = cut_ || scope_.cut, .peers = scope_.peers.size()};
    for (const DiffRecords& records : scope_.records) diff.records += records.records;
    for (auto& [key, gathered] : changes_) {
      Complete(gathered);
      diff.changes.push_back(std::move(gathered.change));
    }
    std::stable_sort(diff.changes.begin(), diff.changes.end(),
                     [](const Change& a, const Change& b) {
                       return std::make_tuple(!a.gain, a.relation, -a.records) <
                              std::make_tuple(!b.gain, b.relation, -b.records);
                     });
    return diff;
  }

  const Evaluator& before_;
  const Evaluator& after_;
  const DiffScope& scope_;
  std::vector<Alike> peers_{};
  std::vector<Alike> records_{};
  std::map<ChangeKey, Gathered> changes_{};
  std::unordered_map<std::string, std::vector<Gathered*>> told_{};  // by what came about how
  std::vector<Hit> hits_before_{};
  std::vector<Hit> hits_after_{};
  bool authors_ = false;  // they are asked about
  bool cut_ = false;
};

}  // namespace

PolicyDiff Diff(const Evaluator& before, const Evaluator& after, const DiffScope& scope) {
  return Gatherer(before, after, scope).Run();
}

}  // namespace renkei::policy
