#include "node/anonymize/keywords.h"

#include <algorithm>
#include <map>

namespace renkei::anonymize {

struct Keywords::Node {
  std::map<std::uint32_t, std::uint32_t> children{};  // by sign
  std::vector<std::uint32_t> words{};                 // that end here
};

Keywords::Keywords(const std::vector<std::string>& words) {
  NumberSigns(words);
  std::vector<Node> tree(1);
  for (std::uint32_t word = 0; word < words.size(); ++word) {
    if (words[word].empty()) continue;
    std::uint32_t at = 0;
    for (const char c : words[word]) {
      const auto [child, is_new] = tree[at].children.try_emplace(
          sign_of_[static_cast<unsigned char>(c)], static_cast<std::uint32_t>(tree.size()));
      at = child->second;
      if (is_new) tree.emplace_back();
    }
    tree[at].words.push_back(word);
  }

  // Breadth first: the states nearest to the first get the lowest numbers, and a state's failure
  // link is done before its children's.
  std::vector<Node> sorted;
  sorted.reserve(tree.size());
  sorted.push_back(std::move(tree[0]));
  for (std::size_t state = 0; state < sorted.size(); ++state) {
    for (auto& [sign, child] : sorted[state].children) {
      const std::uint32_t old = child;
      child = static_cast<std::uint32_t>(sorted.size());
      sorted.push_back(std::move(tree[old]));
    }
  }
  states_.resize(sorted.size());
  words_at_.emplace_back();
  row_count_ = static_cast<std::uint32_t>(
      std::min<std::size_t>(states_.size(), kRowEntriesMax / sign_count_));
  rows_end_ = row_count_ * sign_count_;
  rows_.resize(rows_end_);
  for (std::uint32_t state = 0; state < states_.size(); ++state) AddState(state, sorted);
  for (std::uint32_t& entry : rows_) entry = PlaceOf(entry);
}

void Keywords::NumberSigns(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    word_bytes_max_ = std::max(word_bytes_max_, word.size());
    for (const char c : word) {
      std::uint16_t& sign = sign_of_[static_cast<unsigned char>(c)];
      if (sign == 0) sign = static_cast<std::uint16_t>(sign_count_++);
    }
  }
}

// Until all are there, a row holds states and not places.
void Keywords::AddState(std::uint32_t state, const std::vector<Node>& tree) {
  const Node& node = tree[state];
  State& s = states_[state];
  s.edges = static_cast<std::uint32_t>(edges_.size());
  s.edge_count = static_cast<std::uint32_t>(node.children.size());
  for (const auto& [sign, to] : node.children) {
    edges_.push_back({static_cast<std::uint16_t>(sign), to});
  }
  if (!node.words.empty()) {
    s.words = static_cast<std::uint32_t>(words_at_.size());
    words_at_.push_back(node.words);
  }
  s.next_output = state == 0 ? 0 : states_[s.fail].output;
  s.output = s.words != 0 ? state : s.next_output;
  if (state < row_count_) {
    const auto row = rows_.begin() + state * sign_count_;
    if (state != 0) std::copy_n(rows_.begin() + s.fail * sign_count_, sign_count_, row);
    for (const auto& [sign, to] : node.children) row[sign] = to;
  }
  for (const auto& [sign, to] : node.children) {
    if (state == 0) continue;
    states_[to].fail =
        s.fail < row_count_ ? rows_[s.fail * sign_count_ + sign] : Next(s.fail, sign);
  }
}

template <bool kSkipBlanks>
std::size_t Keywords::Scan(std::string_view text, std::size_t at, std::uint32_t& place) const {
  const std::uint32_t* const rows = rows_.data();
  const std::uint16_t* const sign_of = sign_of_.data();
  const std::uint32_t rows_end = rows_end_;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  std::uint32_t here = place;
  for (const char* byte = begin + at; byte != end; ++byte) {
    if (kSkipBlanks && *byte == ' ') continue;
    const std::uint32_t sign = sign_of[static_cast<unsigned char>(*byte)];
    here = here < rows_end ? rows[here + sign] : PlaceOf(Next(StateAt(here), sign));
    if ((here & kEnds) == 0) continue;
    place = here;
    return static_cast<std::size_t>(byte + 1 - begin);
  }
  place = kNowhere;
  return text.size();
}

template <bool kSkipBlanks>
bool Keywords::ScanLanes(std::string_view text, std::size_t begin, std::size_t lane_bytes,
                         std::uint32_t& place, Hits& hits) const {
  const std::uint32_t* const rows = rows_.data();
  const std::uint16_t* const sign_of = sign_of_.data();
  const std::uint32_t rows_end = rows_end_;
  const auto step = [&](std::uint32_t& here, const char* byte) {
    if (kSkipBlanks && *byte == ' ') return false;
    const std::uint32_t sign = sign_of[static_cast<unsigned char>(*byte)];
    here = here < rows_end ? rows[here + sign] : PlaceOf(Next(StateAt(here), sign));
    return (here & kEnds) != 0;
  };
  std::array<std::uint32_t, kLanes> places{place};
  for (std::size_t lane = 1; lane < kLanes; ++lane) {
    // After as many bytes as a word may have, a walk from anywhere stands where all others do.
    const std::size_t end = begin + lane * lane_bytes;
    std::size_t left = word_bytes_max_;
    for (std::size_t i = end - std::min(2 * word_bytes_max_, lane_bytes); i < end; ++i) {
      if (step(places[lane], text.data() + i)) places[lane] &= ~kEnds;
      left -= left > 0 && !(kSkipBlanks && text[i] == ' ') ? 1 : 0;
    }
    if (left > 0) return false;
  }
  static_assert(kLanes == 4);
  std::uint32_t first = places[0];
  std::uint32_t second = places[1];
  std::uint32_t third = places[2];
  std::uint32_t fourth = places[3];
  const auto hit = [&](std::size_t lane, std::uint32_t& here, const char* byte) {
    here &= ~kEnds;
    hits[lane].push_back({here, static_cast<std::size_t>(byte + 1 - text.data())});
  };
  const char* const last = text.data() + begin + lane_bytes;
  for (const char* byte = text.data() + begin; byte != last; ++byte) {
    if (step(first, byte)) hit(0, first, byte);
    if (step(second, byte + lane_bytes)) hit(1, second, byte + lane_bytes);
    if (step(third, byte + 2 * lane_bytes)) hit(2, third, byte + 2 * lane_bytes);
    if (step(fourth, byte + 3 * lane_bytes)) hit(3, fourth, byte + 3 * lane_bytes);
  }
  place = fourth;
  return true;
}
template bool Keywords::ScanLanes<false>(std::string_view, std::size_t, std::size_t, std::uint32_t&,
                                         Hits&) const;
template bool Keywords::ScanLanes<true>(std::string_view, std::size_t, std::size_t, std::uint32_t&,
                                        Hits&) const;
template std::size_t Keywords::Scan<false>(std::string_view, std::size_t, std::uint32_t&) const;
template std::size_t Keywords::Scan<true>(std::string_view, std::size_t, std::uint32_t&) const;

std::uint32_t Keywords::PlaceOf(std::uint32_t state) const {
  const std::uint32_t place =
      state < row_count_ ? state * sign_count_ : rows_end_ + (state - row_count_);
  return states_[state].output != 0 ? place | kEnds : place;
}

std::uint32_t Keywords::Child(std::uint32_t state, std::uint32_t sign) const {
  const State& s = states_[state];
  const auto first = edges_.begin() + s.edges;
  const auto last = first + s.edge_count;
  const auto edge = std::lower_bound(first, last, sign,
                                     [](const Edge& e, std::uint32_t b) { return e.sign < b; });
  return edge != last && edge->sign == sign ? edge->to : 0;
}

std::uint32_t Keywords::Next(std::uint32_t state, std::uint32_t sign) const {
  while (true) {
    const std::uint32_t to = Child(state, sign);
    if (to != 0 || state == 0) return to;
    state = states_[state].fail;
  }
}

}  // namespace renkei::anonymize
