#include "node/anonymize/digit_words.h"

#include <bit>

#include "node/anonymize/byte_masks.h"
#include "node/anonymize/fold.h"

namespace renkei::anonymize {
namespace {

// What the words of a block are made of, bit by bit.
struct WordMasks {
  std::uint64_t alnum = 0;
  std::uint64_t digit = 0;
  std::uint64_t no_hex = 0;  // letters behind `f`
  std::uint64_t colons = 0;  // where `::` may begin an address

  WordMasks(std::string_view text, std::size_t at) {
    const ByteBlock block(text, at);
    digit = block.Between('0', '9');
    no_hex = block.Letters('g', 'z');
    alnum = digit | no_hex | block.Letters('a', 'f');
    const std::uint64_t colon = block.Between(':', ':');
    if (colon == 0) return;
    const std::size_t next = at + kBlockBytes;
    const bool goes_on = next < text.size() && text[next] == ':';
    const bool in_word = at > 0 && (text[at - 1] == ':' || IsAsciiAlnum(text[at - 1]));
    const std::uint64_t before = ((colon | alnum) << 1) | (in_word ? 1U : 0U);
    const std::uint64_t after = (colon >> 1) | (std::uint64_t{goes_on ? 1U : 0U} << 63);
    colons = colon & after & ~before;
  }
};

class DigitWordFinder {
 public:
  explicit DigitWordFinder(std::string_view text) : text_(text) {}

  std::vector<DigitWord> Run() {
    for (base_ = 0; base_ < text_.size(); base_ += kBlockBytes) ReadBlock();
    if (open_) Close(text_.size());
    return std::move(words_);
  }

 private:
  void ReadBlock() {
    const WordMasks masks(text_, base_);
    std::uint64_t colons = masks.colons;
    std::uint64_t left = masks.alnum;
    if (open_ && (left & 1U) == 0) Close(base_);
    while (left != 0) {
      const auto begin = static_cast<unsigned>(std::countr_zero(left));
      const auto end = begin + static_cast<unsigned>(std::countr_one(left >> begin));
      const std::uint64_t bits = BitsBetween(begin, end);
      if (!open_) {
        AddColons(colons, begin);
        begin_ = base_ + begin;
        digit_ = no_hex_ = false;
      }
      digit_ = digit_ || (masks.digit & bits) != 0;
      no_hex_ = no_hex_ || (masks.no_hex & bits) != 0;
      open_ = end == kBlockBytes;
      if (open_) return;
      Close(base_ + end);
      left &= ~bits;
    }
    AddColons(colons, kBlockBytes);
  }

  void Close(std::size_t end) {
    open_ = false;
    // `xab`, as programs write a byte.
    const bool is_byte = end - begin_ >= 3 && text_[end - 3] == 'x';
    if (digit_ || !no_hex_ || is_byte) Add(begin_, end);
  }

  // Those before `end`, which are taken out.
  void AddColons(std::uint64_t& colons, unsigned end) {
    while (colons != 0 && static_cast<unsigned>(std::countr_zero(colons)) < end) {
      const std::size_t at = base_ + static_cast<std::size_t>(std::countr_zero(colons));
      Add(at, at);
      colons &= colons - 1;
    }
  }

  void Add(std::size_t begin, std::size_t end) {
    words_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  }

  std::string_view text_;
  std::size_t base_ = 0;   // of the block
  std::size_t begin_ = 0;  // of the word that is read
  bool open_ = false;      // it goes on in the next block
  bool digit_ = false;
  bool no_hex_ = false;
  std::vector<DigitWord> words_{};
};

}  // namespace

std::vector<DigitWord> FindDigitWords(std::string_view text) { return DigitWordFinder(text).Run(); }

}  // namespace renkei::anonymize
