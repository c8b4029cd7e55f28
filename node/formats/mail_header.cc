#include "node/formats/mail_header.h"

#include <algorithm>
#include <utility>

#include "node/base/encoding.h"
#include "node/formats/iodef_tree.h"
#include "node/formats/mail_decode.h"

namespace renkei::formats {
namespace {

constexpr std::size_t kMailWordBytesMax = 1'000;  // RFC 2047 says 75; some writers know no end

bool IsFieldName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return c > 0x20 && c < 0x7f && c != ':'; });
}

// `=?charset*lang?B?...?=` at the begin of a text.
struct EncodedWord {
  std::string_view charset{};
  char encoding = 'q';
  std::string_view text{};
  std::size_t size = 0;  // of all of it; 0: there is none
};

EncodedWord EncodedWordAt(std::string_view text) {
  if (!text.starts_with("=?")) return {};
  text = text.substr(0, kMailWordBytesMax);
  const std::size_t charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size()) return {};
  if (text[charset_end + 2] != '?') return {};
  const char encoding = static_cast<char>(text[charset_end + 1] | 0x20);
  const std::size_t begin = charset_end + 3;
  const std::size_t end = text.find("?=", begin);
  if ((encoding != 'q' && encoding != 'b') || end == std::string_view::npos) return {};
  std::string_view charset = text.substr(2, charset_end - 2);
  charset = charset.substr(0, charset.find('*'));
  return {.charset = charset,
          .encoding = encoding,
          .text = text.substr(begin, end - begin),
          .size = end + 2};
}

class WordsDecoder {
 public:
  WordsDecoder(std::string_view value, bool& flawed) : value_(value), flawed_(flawed) {}

  std::string Take() {
    std::size_t plain = 0;  // where what is not encoded began
    std::size_t at = 0;
    std::size_t words = 0;
    while (at < value_.size()) {
      const EncodedWord word =
          words < kMailWordsMax ? EncodedWordAt(value_.substr(at)) : EncodedWord();
      if (word.size == 0) {
        ++at;
        continue;
      }
      ++words;
      Plain(value_.substr(plain, at - plain));
      Word(word);
      at += word.size;
      plain = at;
    }
    Plain(value_.substr(plain));
    Flush();
    return MailOnOneLine(std::move(text_));
  }

 private:
  void Plain(std::string_view text) {
    // White space between two encoded words is none of the text (RFC 2047, 6.2).
    if (open_ && TrimmedText(text).empty()) {
      pending_ = text;
      return;
    }
    Flush();
    text_ += MailToUtf8(text, "", flawed_);
  }
  void Word(const EncodedWord& word) {
    pending_ = {};
    // Writers cut characters in two at the end of a word: the bytes are put together first.
    if (word.charset != charset_) Flush();
    charset_ = word.charset;
    open_ = true;
    bytes_ += word.encoding == 'b' ? DecodeMailBase64(word.text, flawed_)
                                   : DecodeQuotedPrintable(word.text, true, flawed_);
  }
  void Flush() {
    if (open_) text_ += MailToUtf8(bytes_, charset_, flawed_);
    text_ += pending_;
    pending_ = {};
    bytes_.clear();
    charset_ = {};
    open_ = false;
  }

  const std::string_view value_;
  bool& flawed_;
  std::string text_{};
  std::string bytes_{};
  std::string_view charset_{};  // of the words that are put together; may be empty
  bool open_ = false;           // there are some
  std::string_view pending_{};
};

// ---- mailboxes ---------------------------------------------------------------------------------

bool IsMailLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsPlainAddress(std::string_view address) {
  const std::size_t at = address.find('@');
  if (at == std::string_view::npos || address.size() > kMailAddressBytesMax) return false;
  const std::string_view local = address.substr(0, at);
  const std::string_view domain = address.substr(at + 1);
  static constexpr std::string_view kMore = "!#$%&'*+/=?^_`{|}~.-";
  const bool local_ok = std::all_of(local.begin(), local.end(), [](char c) {
    return IsMailLetter(c) || kMore.find(c) != std::string_view::npos;
  });
  const bool domain_ok = std::all_of(
      domain.begin(), domain.end(), [](char c) { return IsMailLetter(c) || c == '.' || c == '-'; });
  // Servers answer to such as to a fault of theirs, and it would be tried again and again.
  if (address.find("..") != std::string_view::npos || local.ends_with('.')) return false;
  return local_ok && domain_ok && !local.empty() && !domain.empty() && local.front() != '-' &&
         local.front() != '.' && IsMailLetter(domain.front()) && IsMailLetter(domain.back());
}

// The words of a mailbox up to the next comma: comments go, quoted text is opened, `<...>` is
// apart.
struct MailBoxWords {
  std::string outside{};
  std::string inside{};
  bool has_angle = false;
};

MailBoxWords WordsOfMailBox(std::string_view value) {
  MailBoxWords words;
  int comment = 0;
  bool quoted = false;
  bool angle = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    std::string& to = angle ? words.inside : words.outside;
    if (c == '\\' && (quoted || comment > 0) && i + 1 < value.size()) {
      ++i;
      if (comment == 0) to.push_back(value[i]);
    } else if (quoted || (c == '"' && comment == 0)) {
      if (c == '"') quoted = !quoted;
      if (c != '"') to.push_back(c);
    } else if (c == '(') {
      ++comment;
    } else if (comment > 0) {
      if (c == ')') --comment;
    } else if (c == '<' && !angle) {
      angle = words.has_angle = true;
    } else if ((c == '>' && angle) || c == ',' || c == ';') {
      break;  // whatever stands behind it is no name
    } else {
      to.push_back(c);
    }
  }
  return words;
}

}  // namespace

std::string_view MailHeader::Find(std::string_view lower_name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const MailField& field) { return field.name == lower_name; });
  return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

absl::StatusOr<MailHeader> ReadMailHeader(std::string_view text) {
  MailHeader header;
  std::size_t at = 0;
  bool continues = false;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = std::min(end + 1, text.size());
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    if (at > kMailHeaderBytesMax) {
      return ResourceExhausted(
          fmt::format("a header of a mail with more than {} bytes", kMailHeaderBytesMax));
    }
    if (line.front() == ' ' || line.front() == '\t') {
      if (continues) header.fields.back().value += line;
    } else {
      const std::size_t colon = line.find(':');
      const std::string_view name = TrimmedText(line.substr(0, std::min(colon, line.size())));
      continues = colon != std::string_view::npos && IsFieldName(name);
      if (continues && header.fields.size() >= kMailFieldsMax) {
        return ResourceExhausted(
            fmt::format("a header of a mail with more than {} fields", kMailFieldsMax));
      }
      if (continues) {
        header.fields.push_back(
            {AsciiLower(name), std::string(TrimmedText(line.substr(colon + 1)))});
      }
    }
    if (continues && header.fields.back().value.size() > kMailFieldBytesMax) {
      return ResourceExhausted(
          fmt::format("a field of a mail's header with more than {} bytes", kMailFieldBytesMax));
    }
  }
  header.body = text.substr(at);
  return header;
}

std::string DecodeMailWords(std::string_view value, bool& flawed) {
  return WordsDecoder(value, flawed).Take();
}

MailBox FirstMailBox(std::string_view value, bool& flawed) {
  const MailBoxWords words = WordsOfMailBox(value);
  const std::string address(TrimmedText(words.has_angle ? words.inside : words.outside));
  MailBox box;
  if (words.has_angle) box.name = DecodeMailWords(words.outside, flawed);
  if (IsPlainAddress(address)) box.address = address;
  return box;
}

}  // namespace renkei::formats
