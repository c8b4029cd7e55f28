// The own dictionary: finds what belongs to the own team in a text.
//
// One matcher serves the replacement (gate.h) and the lint (leak_lint.h), so that they agree on
// what is ours.  Immutable, thread-safe.  Linear in the text.
//
// Names of up to 3 characters are found only as whole words, of 4 and 5 characters not inside
// words of an alphabet, longer ones anywhere.
#pragma once

#include <bitset>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/assets.h"
#include "node/anonymize/addresses.h"
#include "node/anonymize/fold.h"
#include "node/anonymize/keywords.h"
#include "node/anonymize/stand_ins.h"

namespace re2 {
class RE2;
}

namespace renkei::anonymize {

struct OwnMatch {
  Span span{};  // in the text that was searched
  EntityClass entity = EntityClass::kHost;
  std::string key{};    // equal for the same entity
  bool listed = false;  // by assets.toml; else by its shape, or a private address
  bool by_pattern = false;
};

// What to look for besides the dictionary.
struct Scope {
  bool shapes = true;              // home folders, SIDs, UNC hosts
  bool private_addresses = true;   // RFC 1918 and fc00::/7, listed or not
  std::size_t characters_min = 0;  // shorter names arise by chance in what is searched
};

class OwnAssets {
 public:
  // `assets` as LoadAssets gives them.
  explicit OwnAssets(const config::Assets& assets);
  ~OwnAssets();
  OwnAssets(const OwnAssets&) = delete;
  OwnAssets& operator=(const OwnAssets&) = delete;

  // In order, not overlapping.  A stand-in is never a match.
  std::vector<OwnMatch> Find(std::string_view text, const Scope& scope) const;
  // The same for whoever wants no spans (they are not those of `text`) and has folded the text;
  // `addresses` are those of FindAddresses in it.
  std::vector<OwnMatch> Find(std::string_view text, const Folded& folded,
                             const std::vector<AddressHit>& addresses, const Scope& scope) const;

  // Own words that are split by white space (`al pha.example`, `a l p h a`), written backwards, or
  // with their letters turned by 13, and in which way.
  struct Disguised {
    EntityClass entity = EntityClass::kHost;
    std::string_view form{};  // `split`, `backwards`, `rot13`
  };
  std::optional<Disguised> FindDisguised(const Folded& folded) const;

  // Own words in bytes of Shift_JIS, EUC and other encodings that are not UTF-8.
  std::optional<EntityClass> FindLegacy(std::string_view bytes) const;

  // A SHA-256 of an own document.
  bool HoldsDocument(std::string_view folded, const std::vector<DigitWord>& words) const;

  // The form of an own address that only a decoder reads, or nothing.  Wide networks (over 65,536
  // addresses) are found only where the form can be nothing else.
  std::optional<std::string_view> FindHidden(const Folded& folded,
                                             const std::vector<DigitWord>& words,
                                             const std::vector<AddressHit>& addresses) const;

 private:
  enum class Kind { kName, kDomain, kHost, kUser, kWild };  // kWild: a piece of a pattern
  struct Word {
    std::string text{};  // folded
    Kind kind = Kind::kName;
    EntityClass entity = EntityClass::kOrganization;
    std::string key{};
    std::size_t characters = 0;
    bool ascii = false;
  };
  using Candidates = std::vector<OwnMatch>;  // spans in the folded text

  void AddNames(const std::vector<std::string>& names, EntityClass entity);
  void AddPerson(const std::string& name);
  void AddDomain(const std::string& domain);
  void AddPatterns(const std::vector<std::string>& patterns, Kind kind,
                   std::unique_ptr<re2::RE2>& wild);
  void AddWord(std::string_view text, Kind kind, EntityClass entity, std::string key);
  void BuildDisguisedWords();

  void AddBackwards(std::size_t word, const std::string& text);
  void AddLegacy(const std::string& name, EntityClass entity);
  static std::size_t StartOf(std::string_view hash);

  Candidates FindAll(const Folded& folded, const std::vector<AddressHit>& addresses,
                     const Scope& scope) const;
  static void MoveToText(std::string_view text, Candidates& found);
  void FindWords(const Folded& folded, const Scope& scope, Candidates& found) const;
  void AddWordMatch(const Word& word, const Span& span, std::string_view text,
                    Candidates& found) const;
  void AddDomainMatch(const Span& span, std::string_view text, Candidates& found) const;
  std::size_t FindWildToken(const Span& piece, std::string_view text, Candidates& found) const;
  void AddWildToken(const Span& token, std::string_view text, Candidates& found) const;
  void FindNetworks(const std::vector<AddressHit>& addresses, const Scope& scope,
                    Candidates& found) const;
  void FindAccounts(const Folded& folded, Candidates& found) const;

  std::vector<Word> words_{};
  std::vector<std::string> net_bios_{};  // sorted: what stands before `\user` and is ours
  std::unique_ptr<Keywords> keywords_;
  struct DisguisedWord {
    std::size_t word = 0;  // in words_
    std::string_view form{};
    std::size_t size = 0;
  };
  std::vector<DisguisedWord> disguised_words_{};
  std::vector<std::string> disguised_texts_{};
  std::unique_ptr<Keywords> disguised_keywords_;
  std::vector<std::string> legacy_texts_{};
  std::vector<EntityClass> legacy_entities_{};
  std::unique_ptr<Keywords> legacy_keywords_;
  std::set<std::string, std::less<>> documents_{};
  std::bitset<4096> document_starts_{};  // which first three digits they have
  std::unique_ptr<re2::RE2> wild_hosts_;
  std::unique_ptr<re2::RE2> wild_users_;
  NetworkSet networks_{};
  NetworkSet private_{};
};

}  // namespace renkei::anonymize
