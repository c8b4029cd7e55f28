// Finds many words in a text in one pass (Aho-Corasick).
//
// Immutable after construction, thread-safe.  Search is linear in the text and the matches; memory
// is about 32 bytes for each byte of the words, and up to 2 MiB for the states most often visited.
#pragma once

#include <array>
#include <cstdint>
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
    Walk<false>(text, found);
  }

  // The same over `text` without its blanks; `end` still counts them.
  template <class Found>
  void SearchWithoutBlanks(std::string_view text, Found found) const {
    Walk<true>(text, found);
  }

 private:
  static constexpr std::size_t kRowEntriesMax = 512 * 1024;
  // A place is where a state's row begins in rows_; states without a row follow one by one.  With
  // this bit: words end there.
  static constexpr std::uint32_t kEnds = 1U << 31;
  static constexpr std::uint32_t kNowhere = ~std::uint32_t{0};

  struct State {
    std::uint32_t edges = 0;  // first of its edges
    std::uint32_t edge_count = 0;
    std::uint32_t fail = 0;
    std::uint32_t output = 0;       // nearest state, itself included, where words end; 0: none
    std::uint32_t next_output = 0;  // the next one after this state by failure links
    std::uint32_t words = 0;        // index in words_at_
  };
  struct Edge {
    std::uint16_t sign = 0;
    std::uint32_t to = 0;
  };
  struct Node;  // of the tree of all words

  // Long texts are walked in lanes side by side: each step of one waits for what it reads, and
  // meanwhile the others go on.
  static constexpr std::size_t kLanes = 4;
  static constexpr std::size_t kLaneBytesMin = 128;
  static constexpr std::size_t kLaneBytesMax = 4096;
  struct Hit {
    std::uint32_t place = 0;
    std::size_t end = 0;
  };
  using Hits = std::array<std::vector<Hit>, kLanes>;

  template <bool kSkipBlanks, class Found>
  void Walk(std::string_view text, Found& found) const {
    std::uint32_t place = 0;
    std::size_t at = 0;
    Hits hits;
    while (true) {
      const std::size_t lane_bytes = std::min((text.size() - at) / kLanes, kLaneBytesMax);
      if (lane_bytes < kLaneBytesMin || lane_bytes < 4 * word_bytes_max_ ||
          !ScanLanes<kSkipBlanks>(text, at, lane_bytes, place, hits)) {
        break;
      }
      at += kLanes * lane_bytes;
      for (std::vector<Hit>& lane : hits) {
        for (const Hit& hit : lane) Report(StateAt(hit.place), hit.end, found);
        lane.clear();
      }
    }
    for (at = Scan<kSkipBlanks>(text, at, place); place != kNowhere;
         at = Scan<kSkipBlanks>(text, at, place)) {
      place &= ~kEnds;
      Report(StateAt(place), at, found);
    }
  }

  // From `begin`, where the walk stands at `place`, through all lanes of `lane_bytes` each: where
  // words end.  False, and
  // nothing is done, if where a lane begins can't be told from the bytes before it.
  template <bool kSkipBlanks>
  bool ScanLanes(std::string_view text, std::size_t begin, std::size_t lane_bytes,
                 std::uint32_t& place, Hits& hits) const;

  // Walks from `at` up to behind the next byte at which words end, and answers where that is;
  // `place` is kNowhere if there is none.  Apart from what is done there, which would take its
  // registers.
  template <bool kSkipBlanks>
  std::size_t Scan(std::string_view text, std::size_t at, std::uint32_t& place) const;

  template <class Found>
  void Report(std::uint32_t state, std::size_t end, Found& found) const {
    for (std::uint32_t s = states_[state].output; s != 0; s = states_[s].next_output) {
      for (const std::uint32_t word : words_at_[states_[s].words]) found(word, end);
    }
  }

  std::uint32_t StateAt(std::uint32_t place) const {
    return place < rows_end_ ? place / sign_count_ : row_count_ + (place - rows_end_);
  }
  std::uint32_t PlaceOf(std::uint32_t state) const;
  std::uint32_t Child(std::uint32_t state, std::uint32_t sign) const;
  std::uint32_t Next(std::uint32_t state, std::uint32_t sign) const;

  void NumberSigns(const std::vector<std::string>& words);
  void AddState(std::uint32_t state, const std::vector<Node>& tree);

  // Bytes that stand in no word are one sign, 0, so that rows are short.
  std::array<std::uint16_t, 256> sign_of_{};
  std::uint32_t sign_count_ = 1;
  std::size_t word_bytes_max_ = 0;
  std::vector<State> states_{};  // nearest to the first before others
  std::vector<Edge> edges_{};    // of each state, sorted by sign
  std::vector<std::vector<std::uint32_t>> words_at_{};
  // Where each sign leads, for the first `row_count_` states.
  std::vector<std::uint32_t> rows_{};
  std::uint32_t row_count_ = 0;
  std::uint32_t rows_end_ = 0;
};

}  // namespace renkei::anonymize
