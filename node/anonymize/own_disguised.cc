// OwnAssets: what is ours though it is not written as it is.

#include <algorithm>

#include <unicode/unistr.h>

#include "node/anonymize/own_assets.h"
#include "node/anonymize/words.h"

namespace renkei::anonymize {
namespace {

constexpr std::size_t kSplitDomainMin = 8;  // bytes; shorter ones arise by chance
constexpr std::size_t kDisguisedMin = 7;    // characters
constexpr std::size_t kLegacyBytesMin = 6;
constexpr std::size_t kHashChars = 64;
constexpr int kNarrowNetwork = 96 + 16;  // an IPv4 /16, in 128 bits
// In which names were written before Unicode, and in old systems still are.
constexpr std::array kLegacy = {"Shift_JIS", "EUC-JP", "ISO-2022-JP",  "GB18030",
                                "Big5",      "EUC-KR", "windows-1251", "windows-1252"};

std::string WithoutBlanks(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

std::string Backwards(std::string_view text) {
  std::string out;
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t at = end - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) --at;
    out.append(text.substr(at, end - at));
    end = at;
  }
  return out;
}

std::string TurnedBy13(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>('a' + (c - 'a' + 13) % 26);
  }
  return text;
}

}  // namespace

void OwnAssets::BuildDisguisedWords() {
  const auto add = [&](std::size_t word, std::string_view form, std::string text) {
    disguised_words_.push_back({word, form, text.size()});
    disguised_texts_.push_back(std::move(text));
  };
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const Word& word = words_[i];
    if (word.kind == Kind::kWild) continue;
    const std::string text = WithoutBlanks(word.text);
    const std::size_t characters = CountCharacters(text);
    const std::size_t name_min = word.ascii ? kShortName + 1 : kShortName;
    const bool is_domain = word.kind == Kind::kDomain;
    const bool splits = is_domain ? text.size() >= kSplitDomainMin : characters >= name_min;
    if (splits) add(i, "split", text);
    if (characters >= (word.ascii ? kDisguisedMin : kShortName + 1)) {
      add(i, "backwards", Backwards(text));
    }
    if (word.ascii && characters >= kDisguisedMin) add(i, "rot13", TurnedBy13(text));
  }
  disguised_keywords_ = std::make_unique<Keywords>(disguised_texts_);
}

void OwnAssets::AddLegacy(const std::string& name, EntityClass entity) {
  if (CountCharacters(name) == name.size()) return;
  const icu::UnicodeString unicode = icu::UnicodeString::fromUTF8(name);
  for (const char* encoding : kLegacy) {
    std::string bytes(name.size() * 4 + 16, '\0');
    const int32_t size = unicode.extract(0, unicode.length(), bytes.data(),
                                         static_cast<std::uint32_t>(bytes.size()), encoding);
    if (size <= 0 || static_cast<std::size_t>(size) > bytes.size()) continue;
    bytes.resize(static_cast<std::size_t>(size));
    // A name that the encoding can't hold comes back changed.
    if (icu::UnicodeString(bytes.data(), size, encoding) != unicode) continue;
    if (bytes.front() == '\x1b' && bytes.size() > 6) bytes = bytes.substr(3, bytes.size() - 6);
    if (bytes.size() < kLegacyBytesMin) continue;
    legacy_texts_.push_back(std::move(bytes));
    legacy_entities_.push_back(entity);
  }
}

std::optional<EntityClass> OwnAssets::FindLegacy(std::string_view bytes) const {
  std::optional<EntityClass> found;
  if (legacy_texts_.empty()) return found;
  legacy_keywords_->Search(
      bytes, [&](std::uint32_t index, std::size_t) { found = legacy_entities_[index]; });
  return found;
}

std::optional<OwnAssets::Disguised> OwnAssets::FindDisguised(const Folded& folded) const {
  const std::string_view text = folded.text;
  std::optional<Disguised> found;
  disguised_keywords_->SearchWithoutBlanks(text, [&](std::uint32_t index, std::size_t end) {
    const DisguisedWord& disguised = disguised_words_[index];
    const Word& word = words_[disguised.word];
    std::size_t begin = end;
    std::size_t gaps = 0;
    for (std::size_t left = disguised.size; left > 0;) {
      --begin;
      if (text[begin] == ' ') {
        ++gaps;
      } else {
        --left;
      }
    }
    const bool whole = !word.ascii || (!GoesOn(text, begin, false) && !GoesOn(text, end, false));
    if (!whole) return;
    if (disguised.form != "split") {
      const auto blanks =
          static_cast<std::size_t>(std::count(word.text.begin(), word.text.end(), ' '));
      const bool mirror_image = text.substr(begin, end - begin) == word.text;
      if (gaps <= blanks && !mirror_image) found = Disguised{word.entity, disguised.form};
      return;
    }
    // Short words arise from neighbours (`at to`), so each letter must stand alone.
    const bool enough =
        word.ascii && word.characters <= kMiddleName ? gaps + 1 == disguised.size : gaps > 0;
    if (enough && text.substr(begin, end - begin) != word.text) {
      found = Disguised{word.entity, disguised.form};
    }
  });
  return found;
}

std::optional<std::string_view> OwnAssets::FindHidden(
    const Folded& folded, const std::vector<DigitWord>& words,
    const std::vector<AddressHit>& addresses) const {
  if (networks_.empty()) return std::nullopt;
  for (const HiddenAddress& hidden : FindHiddenAddresses(folded.text, words, addresses)) {
    if (networks_.Contains(hidden.address, hidden.certain ? 0 : kNarrowNetwork)) return hidden.form;
  }
  return std::nullopt;
}

bool OwnAssets::HoldsDocument(std::string_view folded, const std::vector<DigitWord>& words) const {
  if (documents_.empty()) return false;
  for (const DigitWord& word : words) {
    std::size_t digits = 0;  // hex digits in a row that end here
    for (std::size_t at = word.begin; word.end - word.begin >= kHashChars && at < word.end; ++at) {
      digits = HexValue(folded[at]) >= 0 ? digits + 1 : 0;
      if (digits < kHashChars) continue;
      const std::string_view hash = folded.substr(at + 1 - kHashChars, kHashChars);
      if (document_starts_[StartOf(hash)] && documents_.find(hash) != documents_.end()) return true;
    }
  }
  return false;
}

std::size_t OwnAssets::StartOf(std::string_view hash) {
  const int start = HexValue(hash[0]) * 256 + HexValue(hash[1]) * 16 + HexValue(hash[2]);
  return static_cast<std::size_t>(start);
}

}  // namespace renkei::anonymize
