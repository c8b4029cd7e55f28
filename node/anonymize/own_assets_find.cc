// OwnAssets: what is ours in a text.

#include <algorithm>

#include <re2/re2.h>

#include "node/anonymize/own_assets.h"
#include "node/anonymize/shapes.h"
#include "node/anonymize/words.h"
#include "node/base/encoding.h"
#include "node/base/status.h"

namespace renkei::anonymize {
namespace {

constexpr std::size_t kTokenBytesMax = 253;
constexpr int kWiderBits = 8;  // a network up to this much wider still points at an own one

bool IsHostChar(char c) { return IsAsciiAlnum(c) || c == '-' || c == '_'; }

// Greedy from the left, longest first; overlaps become one match, so that no rest stays behind.
std::vector<OwnMatch> Merge(std::vector<OwnMatch> found) {
  const auto size = [](const OwnMatch& match) { return match.span.end - match.span.begin; };
  std::stable_sort(found.begin(), found.end(), [&](const OwnMatch& a, const OwnMatch& b) {
    if (a.span.begin != b.span.begin) return a.span.begin < b.span.begin;
    if (size(a) != size(b)) return size(a) > size(b);
    return a.listed && !b.listed;
  });
  std::vector<OwnMatch> merged;
  for (OwnMatch& match : found) {
    if (merged.empty() || match.span.begin >= merged.back().span.end) {
      merged.push_back(std::move(match));
      continue;
    }
    OwnMatch& last = merged.back();
    last.listed = last.listed || match.listed;
    if (match.span.end <= last.span.end) continue;
    const std::size_t begin = last.span.begin;
    const bool listed = last.listed;
    if (size(match) > size(last)) last = match;
    last.span = {begin, match.span.end};
    last.listed = listed;
  }
  return merged;
}

// Whether no two overlap; puts them in order.
bool AreApart(std::vector<OwnMatch>& found) {
  std::stable_sort(found.begin(), found.end(), [](const OwnMatch& a, const OwnMatch& b) {
    return a.span.begin < b.span.begin;
  });
  return std::adjacent_find(found.begin(), found.end(), [](const OwnMatch& a, const OwnMatch& b) {
           return b.span.begin < a.span.end;
         }) == found.end();
}

// Spans of `found` are those of the text.
void EraseStandIns(std::string_view text, std::vector<OwnMatch>& found) {
  if (found.empty()) return;
  const std::vector<Span> stand_ins = FindStandIns(text);
  std::erase_if(found, [&](const OwnMatch& match) {
    return std::any_of(stand_ins.begin(), stand_ins.end(), [&](const Span& s) {
      const bool inside = s.begin <= match.span.begin && match.span.end <= s.end;
      return inside || (match.by_pattern && s.begin == match.span.begin);
    });
  });
}

}  // namespace

std::vector<OwnMatch> OwnAssets::Find(std::string_view text, const Scope& scope) const {
  const Folded folded = FoldText(text);
  Candidates found =
      FindAll(folded, FindAddresses(folded.text, FindDigitWords(folded.text)), scope);
  if (!found.empty()) MoveToText(text, found);
  EraseStandIns(text, found);
  return Merge(std::move(found));
}

std::vector<OwnMatch> OwnAssets::Find(std::string_view text, const Folded& folded,
                                      const std::vector<AddressHit>& addresses,
                                      const Scope& scope) const {
  Candidates found = FindAll(folded, addresses, scope);
  // Only beside each other, or in a stand-in, does it matter where in the text they are.
  if (!AreApart(found) || (!found.empty() && !FindStandIns(text).empty())) {
    MoveToText(text, found);
    EraseStandIns(text, found);
  }
  return Merge(std::move(found));
}

OwnAssets::Candidates OwnAssets::FindAll(const Folded& folded,
                                         const std::vector<AddressHit>& addresses,
                                         const Scope& scope) const {
  Candidates found;
  FindWords(folded, scope, found);
  FindNetworks(addresses, scope, found);
  FindAccounts(folded, found);
  if (!scope.shapes) return found;
  for (ShapeHit& hit : FindShapes(folded.text)) {
    found.push_back({hit.span, hit.entity, std::move(hit.key), false});
  }
  return found;
}

// Most texts hold nothing, so where each byte came from is found out only now.
void OwnAssets::MoveToText(std::string_view text, Candidates& found) {
  const std::vector<std::uint32_t> offset = Fold(text).offset;
  for (OwnMatch& match : found) match.span = {offset[match.span.begin], offset[match.span.end]};
}

void OwnAssets::FindWords(const Folded& folded, const Scope& scope, Candidates& found) const {
  const std::string_view text = folded.text;
  std::size_t token_end = 0;  // of the last word that was compared with the patterns
  keywords_->Search(text, [&](std::uint32_t index, std::size_t end) {
    const Word& word = words_[index];
    const Span span{end - word.text.size(), end};
    if (word.kind != Kind::kWild) {
      if (word.characters >= scope.characters_min) AddWordMatch(word, span, text, found);
      return;
    }
    if (scope.characters_min > 0 || end <= token_end) return;
    token_end = FindWildToken(span, text, found);
  });
}

void OwnAssets::AddWordMatch(const Word& word, const Span& span, std::string_view text,
                             Candidates& found) const {
  const char before = span.begin > 0 ? text[span.begin - 1] : ' ';
  const char after = span.end < text.size() ? text[span.end] : ' ';
  bool whole = true;
  switch (word.kind) {
    case Kind::kWild:
      return;
    case Kind::kDomain:
      AddDomainMatch(span, text, found);
      return;
    case Kind::kName:
      whole = IsWhole(text, span, word.characters);
      break;
    case Kind::kHost:
      whole = word.ascii ? !(IsHostChar(before) &&
                             (IsWordBefore(text, span.begin) || !IsAsciiAlnum(before))) &&
                               !IsHostChar(after)
                         : IsWhole(text, span, word.characters);
      break;
    case Kind::kUser:
      whole = word.ascii ? !IsWordBefore(text, span.begin) && !IsAsciiAlnum(after)
                         : IsWhole(text, span, word.characters);
      break;
  }
  if (whole) found.push_back({span, word.entity, word.key, true});
}

// Takes in what stands before an own domain: `www.`, and the user of a mail address.
void OwnAssets::AddDomainMatch(const Span& span, std::string_view text, Candidates& found) const {
  if (span.end < text.size() && IsAsciiAlnum(text[span.end])) return;
  std::size_t begin = span.begin;
  if (begin > 0 && (text[begin - 1] == '-' || IsWordBefore(text, begin))) return;
  const auto is_host = [](char c) { return IsHostChar(c) || c == '.'; };
  if (begin > 0 && text[begin - 1] == '.') {
    while (begin > 0 && is_host(text[begin - 1]) && span.end - begin < kTokenBytesMax) {
      if (IsAsciiAlnum(text[begin - 1]) && !IsWordBefore(text, begin)) break;
      --begin;
    }
    while (text[begin] == '.' || text[begin] == '-') ++begin;
  }
  const std::string host(text.substr(begin, span.end - begin));
  std::size_t local = begin;
  if (begin > 0 && text[begin - 1] == '@') {
    const auto is_local = [](char c) {
      return IsHostChar(c) || c == '.' || c == '+' || c == '=' || c == '\'' || c == '%';
    };
    local = begin - 1;
    while (local > 0 && is_local(text[local - 1]) && begin - local < kTokenBytesMax) {
      if (IsAsciiAlnum(text[local - 1]) && !IsWordBefore(text, local)) break;
      --local;
    }
    while (local < begin - 1 && (text[local] == '\'' || text[local] == '.')) ++local;
  }
  if (local + 1 < begin) {
    const std::string user(text.substr(local, begin - 1 - local));
    found.push_back({{local, span.end}, EntityClass::kMail, "user:" + user, true});
  } else {
    found.push_back({{begin, span.end}, EntityClass::kHost, "host:" + host, true});
  }
}

// Compares the word around a piece of a pattern with all patterns; answers where the word ends.
std::size_t OwnAssets::FindWildToken(const Span& piece, std::string_view text,
                                     Candidates& found) const {
  const auto is_token = [](char c) { return IsHostChar(c) || c == '.' || c == '$'; };
  Span token = piece;
  while (token.begin > 0 && piece.end - token.begin <= kTokenBytesMax &&
         is_token(text[token.begin - 1])) {
    --token.begin;
  }
  while (token.end < text.size() && is_token(text[token.end])) ++token.end;
  const std::size_t end = token.end;
  while (token.end > token.begin && (text[token.end - 1] == '.' || text[token.end - 1] == '-')) {
    --token.end;
  }
  // The end of `%2f` is no part of the name.
  for (std::size_t at = piece.begin; at > token.begin; --at) {
    if (IsAsciiAlnum(text[at - 1]) && !IsWordBefore(text, at)) {
      token.begin = at;
      break;
    }
  }
  while (token.begin < token.end && text[token.begin] == '.') ++token.begin;
  if (token.end > token.begin && token.end - token.begin <= kTokenBytesMax) {
    AddWildToken(token, text, found);
  }
  return end;
}

void OwnAssets::AddWildToken(const Span& token, std::string_view text, Candidates& found) const {
  const auto matches = [&](const std::unique_ptr<re2::RE2>& wild, const Span& span) {
    return wild != nullptr && span.end > span.begin &&
           RE2::FullMatch(re2::StringPiece(text.data() + span.begin, span.end - span.begin), *wild);
  };
  const std::size_t dot = text.substr(token.begin, token.end - token.begin).find('.');
  const Span label{token.begin, dot == std::string_view::npos ? token.end : token.begin + dot};
  for (const Span& span : {token, label}) {
    const std::string name(text.substr(span.begin, span.end - span.begin));
    if (matches(wild_hosts_, span)) {
      found.push_back({span, EntityClass::kHost, "host:" + name, true, true});
      return;
    }
    if (matches(wild_users_, span)) {
      found.push_back({span, EntityClass::kUser, "user:" + name, true, true});
      return;
    }
  }
}

void OwnAssets::FindNetworks(const std::vector<AddressHit>& addresses, const Scope& scope,
                             Candidates& found) const {
  for (const AddressHit& hit : addresses) {
    const Span span{hit.begin, hit.end};
    const std::string key = HexEncode(
        {reinterpret_cast<const char*>(hit.address.bytes.data()), hit.address.bytes.size()});
    if (hit.length < 0) {
      const bool listed = networks_.Contains(hit.address);
      if (listed || (scope.private_addresses && private_.Contains(hit.address))) {
        found.push_back({span, EntityClass::kAddress, "ip:" + key, listed});
      }
      continue;
    }
    const Network network = NetworkOf(hit.address, hit.length);
    // `10.0.0.0/8` as a whole says nothing of anyone.
    const bool whole_block = private_.Contains(network.address, hit.length);
    const bool listed = networks_.Touches(network, whole_block ? 0 : kWiderBits);
    const bool inside =
        scope.private_addresses && private_.Contains(network.address) && !whole_block;
    if (listed || inside) {
      found.push_back(
          {span, EntityClass::kNetwork, fmt::format("net:{}/{}", key, hit.length), listed});
    }
  }
}

void OwnAssets::FindAccounts(const Folded& folded, Candidates& found) const {
  const std::string_view text = folded.text;
  if (net_bios_.empty()) return;
  for (const DomainUser& account : FindDomainUsers(text)) {
    const std::string domain(
        text.substr(account.domain.begin, account.domain.end - account.domain.begin));
    if (!std::binary_search(net_bios_.begin(), net_bios_.end(), domain)) continue;
    const std::string user(text.substr(account.user.begin, account.user.end - account.user.begin));
    found.push_back(
        {{account.domain.begin, account.user.end}, EntityClass::kUser, "user:" + user, true});
  }
}

}  // namespace renkei::anonymize
