#include "policy/reduce.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace renkei::policy {
namespace {

constexpr std::size_t kKeyBytes = 160;  // most keys have less

// The lowest `bytes` bytes.
void PutNumber(std::string& key, std::uint64_t number, int bytes) {
  char text[sizeof number];
  std::memcpy(text, &number, sizeof number);
  key.append(text, static_cast<std::size_t>(bytes));
}

// With its length before it, so that two texts are not taken for another two.
void PutWord(std::string& key, std::string_view word) {
  PutNumber(key, word.size(), 4);
  key += word;
}

// As a set.  Most lists are one already.
void PutWords(std::string& key, const std::vector<std::string>& words) {
  const auto not_rising = [](const std::string& a, const std::string& b) { return a >= b; };
  if (std::adjacent_find(words.begin(), words.end(), not_rising) == words.end()) {
    PutNumber(key, words.size(), 4);
    for (const std::string& word : words) PutWord(key, word);
    return;
  }
  const std::set<std::string_view> sorted(words.begin(), words.end());
  PutNumber(key, sorted.size(), 4);
  for (const std::string_view word : sorted) PutWord(key, word);
}

bool TreatedAlike(const CompiledPolicy& policy, int a, int b) {
  const auto alike = [&](const Need& need) {
    return (need.values >> a & 1) == (need.values >> b & 1);
  };
  return std::all_of(policy.rules.needs.begin(), policy.rules.needs.end(), alike) &&
         std::all_of(policy.everywhere.needs.begin(), policy.everywhere.needs.end(), alike);
}

}  // namespace

Reducer::Reducer(const CompiledPolicy& policy) : policy_(policy) {
  for (const Field& field : kFields) {
    for (int bit = field.first; bit <= field.first + field.count; ++bit) {
      int first = field.first;
      while (first < bit && !TreatedAlike(policy, first, bit)) ++first;
      alike_[static_cast<std::size_t>(bit)] = static_cast<std::uint8_t>(first);
    }
  }
  for (const Need& need : policy.rules.needs) {
    if (need.denies) continue;
    granted_ = static_cast<SectionMask>(granted_ | need.bits | need.bits >> 16);
  }
}

std::uint64_t Reducer::Reduce(std::uint64_t values) const {
  std::uint64_t reduced = 0;
  for (; values != 0; values &= values - 1) {
    reduced |= std::uint64_t{1} << alike_[static_cast<std::size_t>(std::countr_zero(values))];
  }
  return reduced;
}

void Reducer::PutFacts(std::string& key, const Facts& facts) const {
  PutNumber(key, Reduce(facts.values), 8);
  for (std::size_t i = 0; i < policy_.words.list_words(); ++i) PutNumber(key, facts.lists[i], 8);
}

std::string Reducer::KeyOf(const Peer& peer) const {
  std::string key;
  key.reserve(kKeyBytes);
  AddKey(key, peer);
  return key;
}

std::string Reducer::KeyOf(const Marking& marking) const {
  std::string key;
  key.reserve(kKeyBytes);
  AddKey(key, marking);
  return key;
}

void Reducer::AddKey(std::string& key, const Peer& peer, const Marking* towards) const {
  Facts facts;
  AddPeer(facts, policy_.words, peer, Purpose::kAnswer);
  // What the peer is to one record is no part of its class.
  facts.values &= ~(kRecipientFlag.All() | kOwnFlag.All());
  PutFacts(key, facts);
  PutNumber(key, peer.author_hub ? 1 : 0, 1);
  std::vector<std::pair<std::string_view, Rung>> circles;
  for (const Membership& membership : peer.circles) {
    if (Counts(policy_, membership)) circles.emplace_back(membership.circle, membership.rung);
  }
  std::sort(circles.begin(), circles.end());
  PutNumber(key, circles.size(), 4);
  for (const auto& [circle, rung] : circles) {
    PutWord(key, circle);
    PutNumber(key, rung, 1);
  }
  const auto put = [&](Attribute attribute, const std::string& value, const AssertedBy& by,
                       const std::vector<std::string>* of_record) {
    static const std::string kUnknown;
    const std::string& known = policy_.words.Believes(attribute, by) ? value : kUnknown;
    if (of_record == nullptr) {
      PutWord(key, known);
    } else {
      PutNumber(key, static_cast<std::uint64_t>(SameAs(known, *of_record)), 1);
    }
  };
  if (policy_.words.same_sector) {
    put(Attribute::kSector, peer.sector, peer.sector_by, towards ? &towards->sectors : nullptr);
  }
  if (policy_.words.same_country) {
    put(Attribute::kCountry, peer.country, peer.country_by,
        towards ? &towards->countries : nullptr);
  }
}

void Reducer::AddKey(std::string& key, const Marking& marking) const {
  Facts facts;
  AddRecord(facts, policy_.words, marking, Purpose::kAnswer);
  PutFacts(key, facts);
  PutNumber(key, marking.min_level, 1);
  for (std::size_t i = 0; i < marking.section_levels.size(); ++i) {
    const bool matters = (granted_ >> i & 1) != 0;
    key.push_back(static_cast<char>(matters ? marking.section_levels[i] : 0));
  }
  PutNumber(key, marking.must_disclose, 2);
  PutNumber(key, marking.relay == Relay::kCircle || marking.relay == Relay::kFree ? 1 : 0, 1);
  PutWords(key, marking.circles);
  if (policy_.words.same_sector) PutWords(key, marking.sectors);
  if (policy_.words.same_country) PutWords(key, marking.countries);
}

}  // namespace renkei::policy
