#include "policy/diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "policy/changed_rules.h"
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
  void Add(const Bitmap& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }

 private:
  std::vector<std::uint64_t> words_;
};

// Records that neither policy tells apart.
struct RecordsAlike {
  std::vector<std::size_t> members{};  // places in the scope
  std::int64_t records = 0;
  bool recipients = false;
  BothFacts facts{};
};

// Peers that neither policy tells apart towards records of certain circles.
struct PeersAlike {
  Bitmap members;                   // places in the scope
  std::vector<Peer> in_relation{};  // as other, recipient and author
  std::vector<BothFacts> facts{};   // of each of these
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
  Bitmap peers;    // places in the scope
  Bitmap records;  // groups of records
};

class Gatherer {
 public:
  Gatherer(const Evaluator& before, const Evaluator& after, const DiffScope& scope)
      : before_(CompiledOf(before)),
        after_(CompiledOf(after)),
        key_before_(before_),
        key_after_(after_),
        changed_(before_, after_),
        scope_(scope),
        authors_(OwnRules(before.policy()) != OwnRules(after.policy())) {}

  PolicyDiff Run() {
    GroupRecords();
    std::unordered_map<std::string, std::vector<PeersAlike>> peers_towards;
    for (std::size_t record = 0; record < records_.size(); ++record) {
      const Marking& marking = MarkingOf(records_[record]);
      const auto [at, is_new] = peers_towards.try_emplace(CompanyOf(marking));
      if (is_new) at->second = PeersTowards(marking);
      for (const PeersAlike& peers : at->second) Compare(peers, record);
    }
    return Finish();
  }

 private:
  // All of a marking that tells what a peer's circles, sector and country count for.
  std::string CompanyOf(const Marking& marking) const {
    std::string company;
    const auto put = [&](const std::vector<std::string>& words) {
      PutBytes(company, words.size());
      for (const std::string& word : words) {
        PutBytes(company, word.size());
        company += word;
      }
    };
    put(marking.circles);
    if (before_.words.same_sector || after_.words.same_sector) put(marking.sectors);
    if (before_.words.same_country || after_.words.same_country) put(marking.countries);
    return company;
  }

  void GroupRecords() {
    std::unordered_map<std::string, std::size_t> known;
    known.reserve(scope_.records.size());
    std::string key;
    for (std::size_t i = 0; i < scope_.records.size(); ++i) {
      const DiffRecords& records = scope_.records[i];
      BothFacts facts;
      AddRecord(facts.before, before_.words, records.marking, Purpose::kAnswer);
      AddRecord(facts.after, after_.words, records.marking, Purpose::kAnswer);
      if (!changed_.MayMatch(facts)) continue;
      // Whose they can be is asked of each group once.
      const bool attributed = records.marking.source == SourceMode::kAttributed;
      key = records.recipients ? "r" : "-";
      key += attributed ? "a" : "-";
      key_before_.AddKey(key, records.marking);
      key_after_.AddKey(key, records.marking);
      const auto [at, is_new] = known.try_emplace(key, records_.size());
      if (is_new) {
        RecordsAlike& group = records_.emplace_back();
        group.recipients = records.recipients;
        group.facts = std::move(facts);
      }
      RecordsAlike& group = records_[at->second];
      group.members.push_back(i);
      group.records += records.records;
    }
  }

  // Towards such a record no other circle of a peer counts, so far fewer peers differ.
  std::vector<PeersAlike> PeersTowards(const Marking& marking) const {
    const std::vector<std::string>& circles = marking.circles;
    std::vector<PeersAlike> groups;
    std::unordered_map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < scope_.peers.size(); ++i) {
      Peer peer = scope_.peers[i].peer;
      std::erase_if(peer.circles, [&](const Membership& membership) {
        return std::find(circles.begin(), circles.end(), membership.circle) == circles.end();
      });
      if (peer.circles.empty()) continue;
      std::string key;
      key_before_.AddKey(key, peer, &marking);
      key_after_.AddKey(key, peer, &marking);
      const auto [at, is_new] = known.try_emplace(std::move(key), groups.size());
      if (is_new) groups.push_back(MakePeers(peer));
      groups[at->second].members.Add(i);
    }
    return groups;
  }

  PeersAlike MakePeers(const Peer& peer) const {
    PeersAlike group{.members = Bitmap(scope_.peers.size())};
    group.in_relation.assign(3, peer);
    for (std::size_t i = 0; i < group.in_relation.size(); ++i) {
      Peer& as = group.in_relation[i];
      as.recipient = i == static_cast<std::size_t>(Relation::kRecipient);
      as.own = i == static_cast<std::size_t>(Relation::kAuthor);
      BothFacts& facts = group.facts.emplace_back();
      AddPeer(facts.before, before_.words, as, Purpose::kAnswer);
      AddPeer(facts.after, after_.words, as, Purpose::kAnswer);
    }
    return group;
  }

  const Marking& MarkingOf(const RecordsAlike& group) const {
    return scope_.records[group.members.front()].marking;
  }

  void Compare(const PeersAlike& peers, std::size_t record_group) {
    const RecordsAlike& records = records_[record_group];
    const Marking& marking = MarkingOf(records);
    std::uint64_t changed = 0;  // for whoever is neither author nor recipient
    for (const Relation relation : {Relation::kOther, Relation::kRecipient, Relation::kAuthor}) {
      if (relation == Relation::kRecipient && !records.recipients) continue;
      const bool authors = authors_ && marking.source == SourceMode::kAttributed;
      if (relation == Relation::kAuthor && !authors) continue;
      const auto at = static_cast<std::size_t>(relation);
      const Peer& peer = peers.in_relation[at];
      const BothFacts& of_peer = peers.facts[at];
      if (!changed_.MayMatch(records.facts, of_peer)) continue;
      const Answered then =
          Ask(before_, peer, of_peer.before, marking, records.facts.before, hits_before_);
      const Answered now =
          Ask(after_, peer, of_peer.after, marking, records.facts.after, hits_after_);
      // Authors and recipients share what befalls everybody; only the rest is theirs.
      const std::uint64_t own = (then.bits ^ now.bits) & ~changed;
      if (relation == Relation::kOther) changed = own;
      if (own == 0) continue;
      for (Gathered* gathered : Tell(peer, relation, own, then, now)) {
        gathered->peers.Add(peers.members);
        gathered->records.Add(record_group);
      }
    }
  }

  // The changes that a pair of peer and record is part of: `bits` differ.
  const std::vector<Gathered*>& Tell(const Peer& peer, Relation relation, std::uint64_t bits,
                                     const Answered& then, const Answered& now) {
    story_.clear();
    PutBytes(story_, static_cast<std::uint64_t>(relation));
    PutBytes(story_, then.bits & bits);
    PutBytes(story_, now.bits & bits);
    for (const Answered* answer : {&then, &now}) PutStory(story_, *answer, peer);
    const auto [known, is_new] = told_.try_emplace(story_);
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
    Gathered made{.peers = Bitmap(scope_.peers.size()), .records = Bitmap(records_.size())};
    made.change = {.gain = gain, .bits = bits, .relation = relation, .rules = std::move(rules)};
    return &changes_.emplace(key, std::move(made)).first->second;
  }

  // Those with the most records: they are found soonest by who looks for examples.
  void AddExampleOf(std::vector<std::size_t>& places, std::size_t at) const {
    const auto records_at = [&](std::size_t place) { return scope_.records[place].records; };
    if (places.size() == kDiffExamplesMax) {
      if (records_at(at) <= records_at(places.back())) return;
      places.pop_back();
    }
    const auto behind = std::find_if(places.begin(), places.end(), [&](std::size_t place) {
      return records_at(place) < records_at(at);
    });
    places.insert(behind, at);
  }

  void Complete(Gathered& gathered) const {
    Change& change = gathered.change;
    std::set<PeerKind> kinds;
    for (std::size_t i = 0; i < scope_.peers.size(); ++i) {
      if (!gathered.peers.Has(i)) continue;
      change.peers.push_back(scope_.peers[i].name);
      kinds.insert(scope_.peers[i].peer.kind);
    }
    std::sort(change.peers.begin(), change.peers.end());
    const bool one_kind = kinds.size() == 1 && *kinds.begin() != PeerKind::kUnspecified;
    change.noun = one_kind ? std::string(ToWord(*kinds.begin())) : "peer";
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (!gathered.records.Has(i)) continue;
      if (change.relation == Relation::kOther) change.records += records_[i].records;
      for (const std::size_t at : records_[i].members) AddExampleOf(change.at, at);
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

  const CompiledPolicy& before_;
  const CompiledPolicy& after_;
  const Reducer key_before_;
  const Reducer key_after_;
  const ChangedRules changed_;
  const DiffScope& scope_;
  const bool authors_;  // they are asked about
  std::vector<RecordsAlike> records_{};
  std::map<ChangeKey, Gathered> changes_{};
  std::unordered_map<std::string, std::vector<Gathered*>> told_{};  // by what came about how
  // Kept between pairs, so that asking allocates nothing.
  std::string story_{};
  std::vector<Hit> hits_before_{};
  std::vector<Hit> hits_after_{};
  bool cut_ = false;
};

}  // namespace

PolicyDiff Diff(const Evaluator& before, const Evaluator& after, const DiffScope& scope) {
  return Gatherer(before, after, scope).Run();
}

}  // namespace renkei::policy
