// A peer and a record in the form in which rules test them: one bit for the value of each
// attribute, and one bit for each list of the policy that holds a word of theirs.  Internal to
// policy/.
//
// A rule is then a handful of masks, and asking it costs a few instructions.  Values; thread-safe
// once made.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/ast.h"
#include "policy/marking.h"

namespace renkei::policy {

// A test in the file asks for the policy's own answer: no header, and what it does not say is
// false.  A supposed peer or record has the header's limits, and what is not said is false.
enum class Purpose : std::uint8_t { kAnswer, kTest, kSuppose };

enum class ReadAs : std::uint8_t { kGrant, kDeny };

enum class Truth : std::uint8_t { kUnknown, kFalse, kTrue };

// ---- Attributes with few values ----

// Where the values of one attribute stand in Facts::values.  Value 0 is "unknown"; after the last
// stands the bit of what a test does not say.
struct Field {
  int first = 0;
  int count = 0;

  // A number without a name is unknown as well.
  std::uint64_t Bit(int value, Purpose purpose) const {
    if (value > 0 && value < count) return std::uint64_t{1} << (first + value);
    return std::uint64_t{1} << (first + (purpose == Purpose::kTest ? count : 0));
  }
  std::uint64_t All() const { return ((std::uint64_t{1} << (count + 1)) - 1) << first; }
};

inline constexpr Field kTlpField{0, 6};
inline constexpr Field kPapField{7, 5};
inline constexpr Field kSeverityField{13, 5};
inline constexpr Field kKindField{19, 8};
inline constexpr Field kSourceField{28, 4};
inline constexpr Field kPeerKindField{33, 5};
// A Truth each; what nobody trusted asserts of the peer is unknown (docs/adr/0011).
inline constexpr Field kSameSectorField{39, 3};
inline constexpr Field kSameCountryField{43, 3};
// Never unknown: `count` is 1, and the two bits are false and true.
inline constexpr Field kEmbargoFlag{47, 1};
inline constexpr Field kExerciseFlag{49, 1};
inline constexpr Field kRecipientFlag{51, 1};
inline constexpr Field kOwnFlag{53, 1};
inline constexpr std::array<Field, 12> kFields = {
    kTlpField,    kPapField,      kSeverityField,   kKindField,
    kSourceField, kPeerKindField, kSameSectorField, kSameCountryField,
    kEmbargoFlag, kExerciseFlag,  kRecipientFlag,   kOwnFlag};

constexpr std::uint64_t FlagBit(Field flag, bool value) {
  return std::uint64_t{1} << (flag.first + (value ? 1 : 0));
}

// ---- Lists of words ----

// Words that rules mention, numbered from 0.
class Dictionary {
 public:
  static constexpr int kOther = -1;    // a word that no rule mentions
  static constexpr int kUnknown = -2;  // no word at all

  int Add(std::string_view word);
  int Find(std::string_view word) const {
    if (word.empty()) return kUnknown;
    if (words_.empty()) return kOther;
    return FindHashed(word);
  }
  const std::vector<std::string>& words() const { return words_; }

 private:
  int FindHashed(std::string_view word) const;
  void Place(std::size_t number);  // in a free slot

  std::vector<std::string> words_;
  std::vector<int> slots_;  // a power of two, at most half full; -1: free
};

// Bits of 64 each, by number: the lists that hold a word.
struct ListRow {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> words{};

  void Add(int list);
};

// The lists that something is in.  No allocation below 64 x kNear lists.
class ListBits {
 public:
  static constexpr std::size_t kNear = 4;

  void Add(const ListRow& row) {
    for (const auto& [word, bits] : row.words) At(word) |= bits;
  }
  void Add(const ListBits& other) {
    for (std::size_t i = 0; i < kNear; ++i) near_[i] |= other.near_[i];
    for (std::size_t i = 0; i < other.far_.size(); ++i) At(kNear + i) |= other.far_[i];
  }
  std::uint64_t operator[](std::size_t word) const {
    if (word < kNear) return near_[word];
    return word - kNear < far_.size() ? far_[word - kNear] : 0;
  }

 private:
  std::uint64_t& At(std::size_t word) {
    if (word < kNear) return near_[word];
    if (word - kNear >= far_.size()) far_.resize(word - kNear + 1);
    return far_[word - kNear];
  }

  std::array<std::uint64_t, kNear> near_{};
  std::vector<std::uint64_t> far_{};
};

// Lists of one kind of word: teams, sectors, ...
class ListField {
 public:
  // The number of this list of words, from `next`, which then is one more; or that of an equal one.
  int AddList(const std::vector<Name>& names, ReadAs as, int& next);
  void AddTo(ListBits& lists, std::string_view word, Purpose purpose) const {
    if (rows_.empty()) return;
    const int number = words_.Find(word);
    if (number >= 0) {
      lists.Add(rows_[static_cast<std::size_t>(number)]);
    } else if (number == Dictionary::kUnknown && purpose == Purpose::kAnswer) {
      lists.Add(unknown_);
    }
  }
  bool empty() const { return rows_.empty(); }

 private:
  Dictionary words_;
  std::vector<ListRow> rows_;  // by word
  ListRow unknown_;            // an unknown satisfies each list of a deny
  std::map<std::pair<ReadAs, std::vector<std::string>>, int> known_;
};

// RSIT types: a class holds all its types.
class TypeField {
 public:
  int AddList(const std::vector<Name>& names, ReadAs as, int& next);
  void AddTo(ListBits& lists, std::uint32_t type, Purpose purpose) const;

 private:
  // By type, sorted; a class is its type 0.  Few: a binary search is quicker than a hash table.
  std::vector<std::pair<std::uint32_t, ListRow>> rows_;
  ListRow unknown_;
  std::map<std::pair<ReadAs, std::vector<std::string>>, int> known_;
};

// Lists of circle names and patterns, asked of the circle being evaluated.
class CircleField {
 public:
  int AddList(const std::vector<Name>& names, bool negated);
  // Those of `circles` are answered once and for all; call after the last AddList.
  void Learn(const std::vector<Name>& circles);
  // Null: not learnt, or there is no list.
  const ListBits* Find(std::string_view circle) const;
  ListBits Match(std::string_view circle) const;
  bool empty() const { return lists_.empty(); }

 private:
  struct List {
    std::vector<std::string> patterns{};
    bool negated = false;
    bool operator==(const List&) const = default;
  };
  std::vector<List> lists_;
  Dictionary names_;
  std::vector<ListBits> learnt_;  // by name
};

// All words of a policy, and whose claims it believes.
struct Vocabulary {
  std::array<Trust, 3> trust{};  // by Attribute; hub only where the file says nothing
  ListField teams{};
  ListField sectors{};
  ListField countries{};
  ListField tags{};
  TypeField types{};
  CircleField circles{};
  int list_count = 0;        // all but those of circles
  bool same_sector = false;  // some rule asks for it
  bool same_country = false;

  const Trust& TrustOf(Attribute attribute) const {
    return trust[static_cast<std::size_t>(attribute)];
  }
  bool Believes(Attribute attribute, const AssertedBy& by) const {
    return TrustOf(attribute).Believes(by);
  }
  std::size_t list_words() const { return (static_cast<std::size_t>(list_count) + 63) / 64; }
};

// ---- Facts ----

// Equal words.  Names of one kind are often alike but for their ends.
inline bool SameWord(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || (a.back() == b.back() && a == b));
}

// Whether the record has what the peer has; unknown if either has none.
Truth SameAs(const std::string& mine, const std::vector<std::string>& of_record);

struct Facts {
  std::uint64_t values = 0;  // one bit of each field
  ListBits lists{};
};

// What the peer alone decides, and what the record alone does; added to `facts`.
void AddPeer(Facts& facts, const Vocabulary& words, const Peer& peer, Purpose purpose);
void AddRecord(Facts& facts, const Vocabulary& words, const Marking& marking, Purpose purpose);
// Same sector, same country: of both together.
void AddBoth(Facts& facts, const Vocabulary& words, const Peer& peer, const Marking& marking,
             Purpose purpose);

Facts FactsOf(const Vocabulary& words, const Peer& peer, const Marking& marking, Purpose purpose);

// What a test says to be unknown as when deciding, where it would else be false.
struct Unknowns {
  bool team = false;
  bool peer_kind = false;
  bool country = false;
  bool type = false;
  bool pap = false;
  bool source = false;

  bool operator==(const Unknowns&) const = default;
};

// REQUIRES: `facts` are for a test that does not say these.
void KeepUnknown(Facts& facts, const Vocabulary& words, const Unknowns& unknowns);

// Closure, as Close does it.
std::uint64_t ClosedBits(std::uint64_t bits, const Marking& marking);

// What the author's header leaves to a peer at `rung`.
std::uint64_t HeaderBits(const Peer& peer, const Marking& marking, Rung rung);

}  // namespace renkei::policy
