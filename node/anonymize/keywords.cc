#include "node/anonymize/keywords.h"

#include <algorithm>
#include <deque>
#include <map>

namespace renkei::anonymize {

Keywords::Keywords(const std::vector<std::string>& words) {
  std::vector<std::map<unsigned char, std::uint32_t>> trie(1);
  std::map<std::uint32_t, std::vector<std::uint32_t>> ends;
  for (std::uint32_t word = 0; word < words.size(); ++word) {
    if (words[word].empty()) continue;
    std::uint32_t state = 0;
    for (const char c : words[word]) {
      auto [edge, is_new] = trie[state].try_emplace(static_cast<unsigned char>(c),
                                                    static_cast<std::uint32_t>(trie.size()));
      state = edge->second;
      if (is_new) trie.emplace_back();
    }
    ends[state].push_back(word);
  }

  states_.resize(trie.size());
  words_at_.emplace_back();
  for (std::uint32_t s = 0; s < trie.size(); ++s) {
    states_[s].edges = static_cast<std::uint32_t>(edges_.size());
    states_[s].edge_count = static_cast<std::uint32_t>(trie[s].size());
    for (const auto& [byte, to] : trie[s]) edges_.push_back({byte, to});
  }
  for (auto& [state, list] : ends) {
    states_[state].words = static_cast<std::uint32_t>(words_at_.size());
    words_at_.push_back(std::move(list));
  }

  // Breadth first: a state's failure link is always done before its children's.
  std::deque<std::uint32_t> queue{0};
  while (!queue.empty()) {
    const std::uint32_t state = queue.front();
    queue.pop_front();
    State& s = states_[state];
    s.next_output = state == 0 ? 0 : states_[s.fail].output;
    s.output = s.words != 0 ? state : s.next_output;
    if (rows_.size() < kRowsMax) {
      // Breadth first, so the state of the failure link has its row.
      auto row = state == 0 ? std::array<std::uint32_t, 256>{} : rows_[states_[s.fail].row];
      for (const auto& [byte, to] : trie[state]) row[byte] = to;
      s.row = static_cast<std::uint32_t>(rows_.size());
      rows_.push_back(row);
    }
    for (const auto& [byte, to] : trie[state]) {
      states_[to].fail = state == 0 ? 0 : Next(s.fail, byte);
      queue.push_back(to);
    }
  }
}

std::uint32_t Keywords::Child(std::uint32_t state, unsigned char byte) const {
  const State& s = states_[state];
  const auto first = edges_.begin() + s.edges;
  const auto last = first + s.edge_count;
  const auto edge = std::lower_bound(first, last, byte,
                                     [](const Edge& e, unsigned char b) { return e.byte < b; });
  return edge != last && edge->byte == byte ? edge->to : 0;
}

}  // namespace renkei::anonymize
