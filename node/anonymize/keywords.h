// Finds many words in a text in one pass (Aho-Corasick).
//
// Immutable after construction, thread-safe.  Search is linear in the text and the matches; memory
// is about 16 bytes for each byte of the words, and up to 2 MiB for the states most often visited.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace renkei::anonymize {

class Keywords {
 public:
  // Empty words are never found.
  explicit Keywords(const std::vector<std::string>& words);

  // Calls `found(word, end)` for every occurrence of every word; `end` is where it ends.
  template <class Found>
  void Search(std::string_view text, Found found) const {
    std::uint32_t state = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      state = Next(state, static_cast<unsigned char>(text[i]));
      if (states_[state].output != 0) Report(state, i + 1, found);
    }
  }

  // The same over `text` without its blanks; `end` still counts them.
  template <class Found>
  void SearchWithoutBlanks(std::string_view text, Found found) const {
    std::uint32_t state = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == ' ') continue;
      state = Next(state, static_cast<unsigned char>(text[i]));
      if (states_[state].output != 0) Report(state, i + 1, found);
    }
  }

 private:
  static constexpr std::uint32_t kNoRow = UINT32_MAX;
  static constexpr std::size_t kRowsMax = 2048;

  struct State {
    std::uint32_t edges = 0;  // first of its edges
    std::uint32_t edge_count = 0;
    std::uint32_t fail = 0;
    std::uint32_t output = 0;       // nearest state, itself included, where words end; 0: none
    std::uint32_t next_output = 0;  // the next one after this state by failure links
    std::uint32_t words = 0;        // index in words_at_
    std::uint32_t row = kNoRow;     // in rows_
  };
  struct Edge {
    unsigned char byte = 0;
    std::uint32_t to = 0;
  };

  template <class Found>
  void Report(std::uint32_t state, std::size_t end, Found& found) const {
    for (std::uint32_t s = states_[state].output; s != 0; s = states_[s].next_output) {
      for (const std::uint32_t word : words_at_[states_[s].words]) found(word, end);
    }
  }

  std::uint32_t Child(std::uint32_t state, unsigned char byte) const;
  std::uint32_t Next(std::uint32_t state, unsigned char byte) const {
    while (true) {
      if (states_[state].row != kNoRow) return rows_[states_[state].row][byte];
      const std::uint32_t to = Child(state, byte);
      if (to != 0) return to;
      state = states_[state].fail;
    }
  }

  std::vector<State> states_{};
  std::vector<Edge> edges_{};  // of each state, sorted by byte
  std::vector<std::vector<std::uint32_t>> words_at_{};
  // Where each byte leads, for the states nearest to the first, which always has one.
  std::vector<std::array<std::uint32_t, 256>> rows_{};
};

}  // namespace renkei::anonymize
