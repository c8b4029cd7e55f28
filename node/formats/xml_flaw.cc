#include "node/formats/xml_flaw.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "node/base/encoding.h"

namespace renkei::formats {
namespace {

constexpr std::size_t kReferenceBytesMax = 12;  // `&#x10FFFF;` and leading zeros
constexpr std::size_t kNameShown = 40;

bool IsXmlSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Bytes above 0x7F are let through: which letters are names' is no question of safety.
bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsNameByte(char c) { return IsNameStart(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

bool IsXmlCharacter(std::uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) ||
         (code >= 0x10000 && code <= 0x10ffff);
}

bool IsReference(std::string_view name) {
  for (const std::string_view known : {"amp", "lt", "gt", "quot", "apos"}) {
    if (name == known) return true;
  }
  if (name.size() < 2 || name.front() != '#') return false;
  const bool is_hex = name[1] == 'x';
  const std::string_view digits = name.substr(is_hex ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, is_hex ? 16 : 10);
  return error == std::errc() && end == digits.data() + digits.size() && !digits.empty() &&
         IsXmlCharacter(code);
}

class XmlScanner {
 public:
  XmlScanner(std::string_view text, const XmlLimits& limits) : text_(text), limits_(limits) {}

  std::optional<XmlFlaw> Scan() {
    if (Declaration()) {
      while (!flaw_ && at_ < text_.size() && Step()) {
      }
    }
    if (!flaw_ && !open_.empty()) {
      Fail(fmt::format("the file ends inside `{}`; it is cut short",
                       Printable(open_.back(), kNameShown)));
    }
    if (!flaw_ && !seen_root_) Fail("there is no element in the file");
    return flaw_;
  }

 private:
  bool Fail(std::string what) { return FailAt(at_, std::move(what)); }
  bool FailAt(std::size_t offset, std::string what, bool too_large = false) {
    flaw_ = XmlFlaw{offset, std::move(what), too_large};
    return false;
  }

  bool Starts(std::string_view word) const { return text_.substr(at_).starts_with(word); }

  bool SkipBeyond(std::string_view end, std::string_view what) {
    const std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) {
      return Fail(fmt::format("the file ends inside {}; it is cut short", what));
    }
    for (std::size_t i = at_; i < found; ++i) {
      if (!IsAllowed(i)) return false;
    }
    at_ = found + end.size();
    return true;
  }

  void SkipSpace() {
    while (at_ < text_.size() && IsXmlSpace(text_[at_])) ++at_;
  }

  // `<?xml version="1.0" encoding="UTF-8"?>`, if it is there.
  bool Declaration() {
    if (!Starts("<?xml") || at_ + 5 >= text_.size() || !IsXmlSpace(text_[at_ + 5])) return true;
    const std::size_t end = text_.find("?>", at_);
    if (end == std::string_view::npos) return Fail("the file ends inside its XML declaration");
    const std::string declaration = AsciiLower(text_.substr(at_, end - at_));
    at_ = end + 2;
    const std::size_t key = declaration.find("encoding");
    if (key == std::string::npos) return true;
    const std::size_t open = declaration.find_first_of("\"'", key);
    const std::size_t close =
        open == std::string::npos ? open : declaration.find(declaration[open], open + 1);
    if (close == std::string::npos) return FailAt(0, "the XML declaration is not closed");
    const std::string encoding = declaration.substr(open + 1, close - open - 1);
    if (encoding == "utf-8" || encoding == "utf8" || encoding == "us-ascii") return true;
    return FailAt(0, fmt::format("the encoding `{}` is not read, only UTF-8",
                                 Printable(encoding, kNameShown)));
  }

  bool Step() {
    if (text_[at_] == '<') return Markup();
    if (open_.empty() && !IsXmlSpace(text_[at_])) {
      return Fail(seen_root_ ? "there is more text after the end of the document"
                             : "there is text before the first element");
    }
    if (text_[at_] == '&') return Reference();
    if (!IsAllowed(at_)) return false;
    ++at_;
    return true;
  }

  bool IsAllowed(std::size_t offset) {
    const auto byte = static_cast<unsigned char>(text_[offset]);
    if (byte >= 0x20 || IsXmlSpace(text_[offset])) return true;
    return FailAt(offset, fmt::format("character U+{:04X} is not allowed in XML", byte));
  }

  bool Reference() {
    const std::string_view here = text_.substr(at_ + 1, kReferenceBytesMax + 1);
    const std::size_t end = here.find(';');
    if (end == std::string_view::npos) {
      return Fail("`&` that begins no reference: write `&amp;`");
    }
    if (!IsReference(here.substr(0, end))) {
      return Fail(fmt::format("the reference `&{};` is not read: no entities but those of XML",
                              Printable(here.substr(0, end), kNameShown)));
    }
    at_ += end + 2;
    return true;
  }

  bool Markup() {
    if (Starts("<!--")) {
      at_ += 4;
      return SkipBeyond("-->", "a comment");
    }
    if (Starts("<![CDATA[") && !open_.empty()) {
      at_ += 9;
      return SkipBeyond("]]>", "a CDATA section");
    }
    if (Starts("<!")) {
      return Fail(
          "a document type (`<!DOCTYPE`) is not read: it could define entities; leave it "
          "out");
    }
    if (Starts("<?xml") && at_ + 5 < text_.size() && IsXmlSpace(text_[at_ + 5])) {
      return Fail("the XML declaration is not at the start of the file");
    }
    if (Starts("<?")) {
      at_ += 2;
      return SkipBeyond("?>", "a processing instruction");
    }
    return Starts("</") ? EndTag() : StartTag();
  }

  std::string_view Name() {
    const std::size_t start = at_;
    if (at_ < text_.size() && IsNameStart(text_[at_])) {
      while (at_ < text_.size() && IsNameByte(text_[at_])) ++at_;
    }
    return text_.substr(start, at_ - start);
  }

  bool EndTag() {
    const std::size_t start = at_;
    at_ += 2;
    const std::string_view name = Name();
    SkipSpace();
    if (open_.empty() || open_.back() != name) {
      return FailAt(start,
                    open_.empty()
                        ? fmt::format("`</{}>` ends nothing", Printable(name, kNameShown))
                        : fmt::format("`</{}>` where `{}` should end", Printable(name, kNameShown),
                                      Printable(open_.back(), kNameShown)));
    }
    if (at_ >= text_.size() || text_[at_] != '>') return Fail("expected `>`");
    ++at_;
    open_.pop_back();
    return true;
  }

  bool CountNode() {
    if (++nodes_ <= limits_.nodes_max) return true;
    return FailAt(at_, fmt::format("more than {} elements and attributes", limits_.nodes_max),
                  /*too_large=*/true);
  }

  bool StartTag() {
    const std::size_t start = at_++;
    const std::string_view name = Name();
    if (name.empty()) return FailAt(start, "`<` that begins no element: write `&lt;`");
    if (open_.empty() && seen_root_) return FailAt(start, "a second element at the top");
    if (open_.size() >= static_cast<std::size_t>(limits_.depth_max)) {
      return FailAt(start, fmt::format("nested deeper than {} levels", limits_.depth_max));
    }
    if (!CountNode()) return false;
    seen_root_ = true;
    attributes_.clear();
    while (true) {
      const std::size_t before = at_;
      SkipSpace();
      if (at_ >= text_.size()) {
        return Fail(fmt::format("the file ends inside the tag `{}`; it is cut short",
                                Printable(name, kNameShown)));
      }
      if (Starts("/>")) {
        at_ += 2;
        return true;
      }
      if (text_[at_] == '>') {
        ++at_;
        open_.push_back(name);
        return true;
      }
      if (before == at_) return Fail("expected a space, `>` or `/>`");
      if (!Attribute()) return false;
    }
  }

  bool Attribute() {
    const std::size_t start = at_;
    const std::string_view name = Name();
    if (name.empty()) return Fail("expected an attribute, `>` or `/>`");
    if (std::find(attributes_.begin(), attributes_.end(), name) != attributes_.end()) {
      return FailAt(start,
                    fmt::format("the attribute `{}` stands twice", Printable(name, kNameShown)));
    }
    attributes_.push_back(name);
    if (attributes_.size() > kXmlAttributesMax) {
      return FailAt(start, fmt::format("more than {} attributes", kXmlAttributesMax));
    }
    if (!CountNode()) return false;
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != '=') return Fail("expected `=` and a value");
    ++at_;
    SkipSpace();
    if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) {
      return Fail("expected a value in quotes");
    }
    return AttributeValue(text_[at_]);
  }

  bool AttributeValue(char quote) {
    ++at_;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '<') return Fail("`<` inside a value: write `&lt;`");
      if (text_[at_] == '&') {
        if (!Reference()) return false;
        continue;
      }
      if (!IsAllowed(at_)) return false;
      ++at_;
    }
    if (at_ >= text_.size()) return Fail("the file ends inside a value; it is cut short");
    ++at_;
    return true;
  }

  std::string_view text_;
  const XmlLimits& limits_;
  std::size_t at_ = 0;
  std::size_t nodes_ = 0;
  bool seen_root_ = false;
  std::vector<std::string_view> open_{};
  std::vector<std::string_view> attributes_{};  // of the present tag
  std::optional<XmlFlaw> flaw_{};
};

}  // namespace

std::optional<XmlFlaw> FindXmlFlaw(std::string_view text, const XmlLimits& limits) {
  return XmlScanner(text, limits).Scan();
}

}  // namespace renkei::formats
