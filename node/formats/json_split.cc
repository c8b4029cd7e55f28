#include "node/formats/json_split.h"

namespace renkei::formats {
namespace {

// Walks JSON text value by value without looking inside.
class JsonCutter {
 public:
  explicit JsonCutter(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }

  bool Take(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool NextIs(char c) {
    SkipSpace();
    return at_ < text_.size() && text_[at_] == c;
  }

  bool AtEnd() {
    SkipSpace();
    return at_ == text_.size();
  }

  // The raw characters of a text between its quotes.
  std::optional<std::string_view> TakeText() {
    if (!NextIs('"')) return std::nullopt;
    const std::size_t start = at_ + 1;
    if (!SkipText()) return std::nullopt;
    return text_.substr(start, at_ - start - 1);
  }

  std::optional<JsonSlice> TakeValue() {
    SkipSpace();
    const std::size_t start = at_;
    if (at_ >= text_.size()) return std::nullopt;
    const char c = text_[at_];
    const bool ok = c == '"' ? SkipText() : c == '{' || c == '[' ? SkipNested() : SkipWord();
    if (!ok) return std::nullopt;
    return JsonSlice{start, at_ - start};
  }

 private:
  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  bool SkipText() {
    ++at_;
    while (true) {
      at_ = text_.find_first_of("\"\\", at_);
      if (at_ == std::string_view::npos) {
        at_ = text_.size();
        return false;
      }
      if (text_[at_] == '"') {
        ++at_;
        return true;
      }
      at_ += 2;  // past the end is found by the next search
      if (at_ > text_.size()) at_ = text_.size();
    }
  }

  bool SkipNested() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!SkipText()) return false;
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

  bool SkipWord() {
    const std::size_t start = at_;
    while (at_ < text_.size() &&
           std::string_view(",]} \n\r\t").find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    return at_ > start;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool CutItems(JsonCutter& cutter, std::vector<JsonSlice>& items) {
  if (!cutter.Take('[')) return false;
  if (cutter.Take(']')) return true;
  do {
    const std::optional<JsonSlice> item = cutter.TakeValue();
    if (!item) return false;
    items.push_back(*item);
  } while (cutter.Take(','));
  return cutter.Take(']');
}

}  // namespace

std::optional<JsonSplit> SplitJsonList(std::string_view text, std::string_view key) {
  JsonCutter cutter(text);
  JsonSplit split;
  bool found = false;
  std::size_t copied = 0;
  if (!cutter.Take('{')) return std::nullopt;
  if (cutter.Take('}')) return std::nullopt;
  do {
    const std::optional<std::string_view> name = cutter.TakeText();
    if (!name || !cutter.Take(':')) return std::nullopt;
    if (!found && *name == key && cutter.NextIs('[')) {
      split.head = text.substr(0, cutter.at());
      split.head += "[]";
      if (!CutItems(cutter, split.items)) return std::nullopt;
      copied = cutter.at();
      found = true;
    } else if (!cutter.TakeValue()) {
      return std::nullopt;
    }
  } while (cutter.Take(','));
  if (!cutter.Take('}') || !cutter.AtEnd() || !found) return std::nullopt;
  split.head += text.substr(copied);
  return split;
}

}  // namespace renkei::formats
