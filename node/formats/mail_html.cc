// The words of an HTML text, for mails that have no other.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "node/base/encoding.h"
#include "node/formats/mail_decode.h"

namespace renkei::formats {
namespace {

constexpr std::size_t kEntityBytesMax = 12;
constexpr std::size_t kTagNameBytesMax = 16;

constexpr std::string_view kLineTags[] = {"br", "p",  "div", "tr",         "li", "table",
                                          "ul", "ol", "h1",  "h2",         "h3", "h4",
                                          "h5", "h6", "hr",  "blockquote", "pre"};
constexpr std::string_view kSilentTags[] = {"script", "style", "head", "title", "template"};

void AppendCodePoint(std::string& text, std::uint32_t code) {
  if (code < 0x20 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return;
  if (code < 0x80) {
    text.push_back(static_cast<char>(code));
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr std::uint32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  text.push_back(static_cast<char>(kLead[more] | (code >> (6 * more))));
  for (int i = more - 1; i >= 0; --i) {
    text.push_back(static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3f)));
  }
}

class HtmlWords {
 public:
  explicit HtmlWords(std::string_view html) : html_(html) {}

  std::string Take() {
    while (at_ < html_.size()) {
      if (html_[at_] == '<') {
        Tag();
      } else if (html_[at_] == '&') {
        Entity();
      } else {
        Character(html_[at_++]);
      }
    }
    return std::move(text_);
  }

 private:
  void Character(char c) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      space_ = true;
      return;
    }
    Space();
    text_.push_back(c);
  }
  void Space() {
    if (space_ && !text_.empty() && text_.back() != '\n') text_.push_back(' ');
    space_ = false;
  }
  void Line() {
    space_ = false;
    // Two line ends are the most: one empty line between paragraphs.
    if (text_.empty() || text_.ends_with("\n\n")) return;
    text_.push_back('\n');
  }

  void Tag() {
    if (html_.substr(at_).starts_with("<!--")) {
      const std::size_t end = html_.find("-->", at_ + 4);
      at_ = end == std::string_view::npos ? html_.size() : end + 3;
      return;
    }
    const std::size_t end = html_.find('>', at_);
    if (end == std::string_view::npos) {
      at_ = html_.size();
      return;
    }
    std::string_view name = html_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    const bool closing = name.starts_with('/');
    if (closing) name.remove_prefix(1);
    const std::size_t stop =
        std::min(name.find_first_of(" \t\r\n/>"), std::min(name.size(), kTagNameBytesMax));
    const std::string tag = AsciiLower(name.substr(0, stop));
    if (std::find(std::begin(kLineTags), std::end(kLineTags), tag) != std::end(kLineTags)) Line();
    const bool silent =
        std::find(std::begin(kSilentTags), std::end(kSilentTags), tag) != std::end(kSilentTags);
    if (silent && !closing) SkipTo("</" + tag);
  }

  // Without regard to case; each byte is looked at once for each of few tags.
  void SkipTo(const std::string& closing) {
    while (at_ < html_.size()) {
      const std::size_t next = html_.find('<', at_);
      if (next == std::string_view::npos) break;
      at_ = next;
      if (AsciiLower(html_.substr(at_, closing.size())) == closing) return;
      ++at_;
    }
    at_ = html_.size();
  }

  void Entity() {
    const std::size_t end = html_.substr(at_, kEntityBytesMax).find(';');
    if (end == std::string_view::npos) return Character(html_[at_++]);
    const std::string_view name = html_.substr(at_ + 1, end - 1);
    if (!Known(name)) return Character(html_[at_++]);
    at_ += end + 1;
  }
  bool Known(std::string_view name) {
    static constexpr std::pair<std::string_view, char> kNames[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}};
    for (const auto& [word, c] : kNames) {
      if (name != word) continue;
      Character(c);
      return true;
    }
    if (name.size() < 2 || name.front() != '#') return false;
    const bool hex = name[1] == 'x' || name[1] == 'X';
    const std::string_view digits = name.substr(hex ? 2 : 1);
    std::uint32_t code = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
    if (digits.empty() || error != std::errc() || stop != digits.data() + digits.size()) {
      return false;
    }
    std::string character;
    AppendCodePoint(character, code);
    if (!character.empty()) Space();
    text_ += character;
    return true;
  }

  const std::string_view html_;
  std::size_t at_ = 0;
  std::string text_{};
  bool space_ = false;
};

}  // namespace

std::string TextOfHtml(std::string_view html) { return HtmlWords(html).Take(); }

}  // namespace renkei::formats
