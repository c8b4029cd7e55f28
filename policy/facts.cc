#include "policy/facts.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "policy/resolve.h"

namespace renkei::policy {
namespace {

constexpr int kFree = -1;

std::vector<std::string> SortedWords(const std::vector<Name>& names) {
  std::vector<std::string> words;
  for (const Name& name : names) words.push_back(name.text);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

// Quick, for short words: both ends of a word and its length.  A policy's words are its operator's,
// and a word that is only looked up can't make others collide.
std::size_t HashOf(std::string_view word) {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (word.size() >= sizeof head) {
    std::memcpy(&head, word.data(), sizeof head);
    std::memcpy(&tail, word.data() + word.size() - sizeof tail, sizeof tail);
  } else {
    for (const char c : word) head = head << 8 | static_cast<unsigned char>(c);
  }
  const std::uint64_t mixed = (head ^ std::rotl(tail, 29) ^ word.size()) * 0x9e3779b97f4a7c15;
  return static_cast<std::size_t>(mixed >> 32);
}

Truth TruthOf(bool value) { return value ? Truth::kTrue : Truth::kFalse; }

// Eight nibbles, a byte each: bit i is set if byte i is at most `rung`.
std::uint64_t ReachedByRung(std::uint64_t levels, Rung rung) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x8080808080808080;
  // The top bit of each byte keeps its difference from borrowing of the next; a level above 127,
  // which no header can hold, is reached by nobody.
  const std::uint64_t differences = ((kOnes * rung) | kTops) - (levels & ~kTops);
  const std::uint64_t reached = (differences & ~levels & kTops) >> 7;
  return (reached * 0x0102040810204080) >> 56;
}

// Likewise: bit i is set if byte i is `recipients only`.
std::uint64_t ForRecipients(std::uint64_t levels) {
  constexpr std::uint64_t kTops = 0x8080808080808080;
  const std::uint64_t others = levels ^ (0x0101010101010101 * kRecipientsOnly);
  const std::uint64_t zero = ~(((others & ~kTops) + ~kTops) | others) & kTops;
  return ((zero >> 7) * 0x0102040810204080) >> 56;
}

static_assert(std::endian::native == std::endian::little, "levels are read as little endian words");

}  // namespace

Truth SameAs(const std::string& mine, const std::vector<std::string>& of_record) {
  if (mine.empty() || of_record.empty()) return Truth::kUnknown;
  return TruthOf(std::any_of(of_record.begin(), of_record.end(),
                             [&](const std::string& its) { return SameWord(its, mine); }));
}

int Dictionary::Add(std::string_view word) {
  const int known = words_.empty() ? kOther : FindHashed(word);
  if (known >= 0) return known;
  words_.emplace_back(word);
  if (slots_.size() >= 2 * words_.size()) {
    Place(words_.size() - 1);
  } else {
    slots_.assign(std::bit_ceil(4 * words_.size()), kFree);
    for (std::size_t i = 0; i < words_.size(); ++i) Place(i);
  }
  return static_cast<int>(words_.size()) - 1;
}

void Dictionary::Place(std::size_t number) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = HashOf(words_[number]) & mask;
  while (slots_[at] != kFree) at = (at + 1) & mask;
  slots_[at] = static_cast<int>(number);
}

int Dictionary::FindHashed(std::string_view word) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = HashOf(word) & mask;
  for (; slots_[at] != kFree; at = (at + 1) & mask) {
    if (words_[static_cast<std::size_t>(slots_[at])] == word) return slots_[at];
  }
  return kOther;
}

void ListRow::Add(int list) {
  const auto word = static_cast<std::uint32_t>(list / 64);
  const std::uint64_t bit = std::uint64_t{1} << (list % 64);
  for (auto& [at, bits] : words) {
    if (at == word) {
      bits |= bit;
      return;
    }
  }
  words.emplace_back(word, bit);
}

int ListField::AddList(const std::vector<Name>& names, ReadAs as, int& next) {
  std::vector<std::string> words = SortedWords(names);
  const auto [at, is_new] = known_.try_emplace({as, words}, next);
  if (!is_new) return at->second;
  const int list = next++;
  for (const std::string& word : words) {
    const auto number = static_cast<std::size_t>(words_.Add(word));
    if (number >= rows_.size()) rows_.resize(number + 1);
    rows_[number].Add(list);
  }
  if (as == ReadAs::kDeny) unknown_.Add(list);
  return list;
}

int TypeField::AddList(const std::vector<Name>& names, ReadAs as, int& next) {
  std::vector<std::string> words = SortedWords(names);
  const auto [at, is_new] = known_.try_emplace({as, words}, next);
  if (!is_new) return at->second;
  const int list = next++;
  for (const std::string& word : words) {
    const std::uint32_t type = RsitFromWord(word).value_or(0);
    const auto row = std::lower_bound(
        rows_.begin(), rows_.end(), type,
        [](const auto& known, std::uint32_t wanted) { return known.first < wanted; });
    const bool had = row != rows_.end() && row->first == type;
    (had ? row : rows_.insert(row, {type, ListRow{}}))->second.Add(list);
  }
  if (as == ReadAs::kDeny) unknown_.Add(list);
  return list;
}

void TypeField::AddTo(ListBits& lists, std::uint32_t type, Purpose purpose) const {
  if (rows_.empty()) return;
  if (type == 0) {
    if (purpose == Purpose::kAnswer) lists.Add(unknown_);
    return;
  }
  const std::uint32_t type_class = type & ~std::uint32_t{0xff};
  auto row = std::lower_bound(
      rows_.begin(), rows_.end(), type_class,
      [](const auto& known, std::uint32_t wanted) { return known.first < wanted; });
  // The class, then its types up to this one.
  for (; row != rows_.end() && row->first <= type; ++row) {
    if (row->first == type_class || row->first == type) lists.Add(row->second);
  }
}

int CircleField::AddList(const std::vector<Name>& names, bool negated) {
  List list{.patterns = SortedWords(names), .negated = negated};
  const auto known = std::find(lists_.begin(), lists_.end(), list);
  if (known != lists_.end()) return static_cast<int>(known - lists_.begin());
  lists_.push_back(std::move(list));
  return static_cast<int>(lists_.size()) - 1;
}

void CircleField::Learn(const std::vector<Name>& circles) {
  if (lists_.empty()) return;
  for (const Name& circle : circles) {
    const auto number = static_cast<std::size_t>(names_.Add(circle.text));
    if (number >= learnt_.size()) learnt_.push_back(Match(circle.text));
  }
}

const ListBits* CircleField::Find(std::string_view circle) const {
  const int number = names_.Find(circle);
  return number < 0 ? nullptr : &learnt_[static_cast<std::size_t>(number)];
}

ListBits CircleField::Match(std::string_view circle) const {
  ListRow row;
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    const bool named =
        std::any_of(lists_[i].patterns.begin(), lists_[i].patterns.end(),
                    [&](const std::string& pattern) { return MatchesCircle(pattern, circle); });
    if (named != lists_[i].negated) row.Add(static_cast<int>(i));
  }
  ListBits bits;
  bits.Add(row);
  return bits;
}

void AddPeer(Facts& facts, const Vocabulary& words, const Peer& peer, Purpose purpose) {
  facts.values |= kPeerKindField.Bit(static_cast<int>(peer.kind), purpose) |
                  FlagBit(kRecipientFlag, peer.recipient) | FlagBit(kOwnFlag, peer.own);
  words.teams.AddTo(facts.lists, peer.team, purpose);
  const auto add = [&](const ListField& field, Attribute attribute, const AssertedBy& by,
                       const std::string& value) {
    if (value.empty() || words.Believes(attribute, by)) {
      field.AddTo(facts.lists, value, purpose);
    } else {
      // Unknown, in a test too: the test says who claims it.
      field.AddTo(facts.lists, "", Purpose::kAnswer);
    }
  };
  add(words.sectors, Attribute::kSector, peer.sector_by, peer.sector);
  add(words.countries, Attribute::kCountry, peer.country_by, peer.country);
}

void AddRecord(Facts& facts, const Vocabulary& words, const Marking& marking, Purpose purpose) {
  facts.values |= kTlpField.Bit(static_cast<int>(marking.tlp), purpose) |
                  kPapField.Bit(static_cast<int>(marking.pap), purpose) |
                  kSeverityField.Bit(static_cast<int>(marking.severity), purpose) |
                  kKindField.Bit(static_cast<int>(marking.kind), purpose) |
                  kSourceField.Bit(static_cast<int>(marking.source), purpose) |
                  FlagBit(kEmbargoFlag, marking.embargoed) |
                  FlagBit(kExerciseFlag, marking.exercise);
  words.types.AddTo(facts.lists, marking.type, purpose);
  if (words.tags.empty()) return;
  // No tag is known, and in no list; an empty word would be an unknown one.
  for (const std::string& tag : marking.tags) {
    if (!tag.empty()) words.tags.AddTo(facts.lists, tag, purpose);
  }
}

void AddBoth(Facts& facts, const Vocabulary& words, const Peer& peer, const Marking& marking,
             Purpose purpose) {
  const bool sector = words.same_sector && words.Believes(Attribute::kSector, peer.sector_by);
  const bool country = words.same_country && words.Believes(Attribute::kCountry, peer.country_by);
  const Truth same_sector = sector ? SameAs(peer.sector, marking.sectors) : Truth::kUnknown;
  const Truth same_country = country ? SameAs(peer.country, marking.countries) : Truth::kUnknown;
  facts.values |= kSameSectorField.Bit(static_cast<int>(same_sector), purpose) |
                  kSameCountryField.Bit(static_cast<int>(same_country), purpose);
}

Facts FactsOf(const Vocabulary& words, const Peer& peer, const Marking& marking, Purpose purpose) {
  Facts facts;
  AddPeer(facts, words, peer, purpose);
  AddRecord(facts, words, marking, purpose);
  AddBoth(facts, words, peer, marking, purpose);
  return facts;
}

void KeepUnknown(Facts& facts, const Vocabulary& words, const Unknowns& unknowns) {
  const auto keep = [&](bool wanted, Field field) {
    if (wanted) facts.values = (facts.values & ~field.All()) | field.Bit(0, Purpose::kAnswer);
  };
  keep(unknowns.peer_kind, kPeerKindField);
  keep(unknowns.pap, kPapField);
  keep(unknowns.source, kSourceField);
  if (unknowns.team) words.teams.AddTo(facts.lists, "", Purpose::kAnswer);
  if (unknowns.country) words.countries.AddTo(facts.lists, "", Purpose::kAnswer);
  if (unknowns.type) words.types.AddTo(facts.lists, 0, Purpose::kAnswer);
}

std::uint64_t ClosedBits(std::uint64_t bits, const Marking& marking) {
  if ((bits & Mask::kExist) == 0) return 0;
  if ((marking.must_disclose & ~bits & Mask::kSee) != 0) return 0;
  const std::uint64_t relay = (bits & Mask::kSee) << 16;
  return bits & (relay | ~Mask::kRelay);
}

std::uint64_t HeaderBits(const Peer& peer, const Marking& marking, Rung rung) {
  std::uint64_t bits = Mask::kQuery | Mask::kSight | Mask::kComment;
  // An unspecified relay is none.
  if (marking.relay == Relay::kCircle || marking.relay == Relay::kFree) bits |= Mask::kRelay;
  // Carrying is not seeing: the hub that attested the author must be able to pass it on.
  if (peer.own || peer.author_hub) return bits | Mask::kExist | Mask::kSee;
  const bool exist =
      marking.min_level == kRecipientsOnly ? peer.recipient : rung >= marking.min_level;
  if (exist) bits |= Mask::kExist;
  for (int half = 0; half < 2; ++half) {
    std::uint64_t levels = 0;
    std::memcpy(&levels, marking.section_levels.data() + 8 * half, sizeof levels);
    std::uint64_t see = ReachedByRung(levels, rung);
    if (peer.recipient) see |= ForRecipients(levels);
    bits |= see << (8 * half);
  }
  return bits;
}

}  // namespace renkei::policy
