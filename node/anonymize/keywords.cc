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
