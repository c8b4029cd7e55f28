#include "node/anonymize/own_assets.h"

#include <algorithm>

#include <re2/re2.h>

#include "node/anonymize/punycode.h"
#include "node/anonymize/shapes.h"
#include "node/base/encoding.h"
#include "node/base/status.h"

namespace renkei::anonymize {
namespace {

constexpr std::size_t kShortName = 3;       // whole words only
constexpr std::size_t kMiddleName = 5;      // not inside words
constexpr std::size_t kSplitDomainMin = 8;  // bytes; shorter ones arise by chance
constexpr std::size_t kTokenBytesMax = 253;
constexpr int kNarrowNetwork = 96 + 16;  // an IPv4 /16, in 128 bits
constexpr int kWiderBits = 8;  // a network up to this much wider still points at an own one
constexpr std::int64_t kPatternMemory = 64LL << 20;

bool IsHostChar(char c) { return IsAsciiAlnum(c) || c == '-' || c == '_'; }

// A letter or digit that is not the end of `%2f`.
bool IsWordBefore(std::string_view text, std::size_t at) {
  if (at == 0 || !IsAsciiAlnum(text[at - 1])) return false;
  const bool escape =
      at >= 3 && text[at - 3] == '%' && HexValue(text[at - 2]) >= 0 && HexValue(text[at - 1]) >= 0;
  return !escape;
}

// True if a word of one alphabet goes on over `at`.
bool GoesOn(std::string_view text, std::size_t at, bool letters_only) {
  const Script before = ScriptBefore(text, at);
  const Script after = ScriptAt(text, at);
  if (before != after || before == Script::kNone) return false;
  if (before == Script::kLetter && IsAsciiAlnum(text[at - 1]) && !IsWordBefore(text, at)) {
    return false;
  }
  return !letters_only || before == Script::kLetter;
}

bool IsWhole(std::string_view text, const Span& span, std::size_t characters) {
  if (characters > kMiddleName) return true;
  const bool letters_only = characters > kShortName;
  return !GoesOn(text, span.begin, letters_only) && !GoesOn(text, span.end, letters_only);
}

std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

bool IsWild(std::string_view pattern) {
  return pattern.find_first_of("*?") != std::string_view::npos;
}

// A glob as an RE2 expression; wildcards do not pass a dot, unless the pattern names one.
std::string GlobExpression(std::string_view glob) {
  const bool dotted = glob.find('.') != std::string_view::npos;
  const std::string any = dotted ? "[a-z0-9_.$-]" : "[a-z0-9_$-]";
  std::string expression;
  for (const char c : glob) {
    if (c == '*') {
      expression += any + "*";
    } else if (c == '?') {
      expression += any;
    } else {
      expression += RE2::QuoteMeta(re2::StringPiece(&c, 1));
    }
  }
  return expression;
}

std::unique_ptr<RE2> CompileGlobs(const std::vector<std::string>& globs) {
  if (globs.empty()) return nullptr;
  std::string expression;
  for (const std::string& glob : globs) {
    expression += expression.empty() ? "(?:" : "|";
    expression += GlobExpression(AsciiLower(glob));
  }
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_max_mem(kPatternMemory);
  auto compiled = std::make_unique<RE2>(expression + ")", options);
  // LoadAssets bounds count and length of patterns far below what fits the memory above.
  RENKEI_CHECK(compiled->ok());
  return compiled;
}

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

bool Inside(const Span& span, const std::vector<Span>& outer) {
  return std::any_of(outer.begin(), outer.end(),
                     [&](const Span& o) { return o.begin <= span.begin && span.end <= o.end; });
}

}  // namespace

OwnAssets::OwnAssets(const config::Assets& assets) {
  for (const std::string& network : assets.networks) {
    if (const auto parsed = ParseNetwork(network)) networks_.Add(*parsed);
  }
  for (const char* network : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"}) {
    private_.Add(*ParseNetwork(network));
  }
  for (const std::string& domain : assets.domains) AddDomain(domain);
  for (const std::string& domain : assets.mail_domains) AddDomain(domain);
  AddNames(assets.organizations, EntityClass::kOrganization);
  AddNames(assets.products, EntityClass::kProduct);
  AddNames(assets.sites, EntityClass::kSite);
  for (const std::string& person : assets.people) AddPerson(person);
  AddPatterns(assets.hosts, Kind::kHost, wild_hosts_);
  AddPatterns(assets.users, Kind::kUser, wild_users_);

  std::sort(net_bios_.begin(), net_bios_.end());
  std::vector<std::string> texts;
  for (const Word& word : words_) texts.push_back(word.text);
  keywords_ = std::make_unique<Keywords>(texts);
  BuildSplitWords();
}

OwnAssets::~OwnAssets() = default;

void OwnAssets::AddWord(std::string_view text, Kind kind, EntityClass entity, std::string key) {
  Word word{.text = Fold(text).text, .kind = kind, .entity = entity, .key = std::move(key)};
  word.characters = CountCharacters(word.text);
  word.ascii = word.characters == word.text.size();
  if (!word.text.empty()) words_.push_back(std::move(word));
}

void OwnAssets::AddNames(const std::vector<std::string>& names, EntityClass entity) {
  for (const std::string& name : names) {
    const std::string folded = Fold(name).text;
    AddWord(name, Kind::kName, entity, "name:" + folded);
    if (entity == EntityClass::kOrganization) net_bios_.push_back(folded);
  }
}

// People are written in either order, and in Japanese with and without a blank.
void OwnAssets::AddPerson(const std::string& name) {
  const std::string folded = Fold(name).text;
  const std::string key = "person:" + folded;
  AddWord(name, Kind::kName, EntityClass::kPerson, key);
  const std::size_t blank = folded.find(' ');
  if (blank == std::string::npos || folded.find(' ', blank + 1) != std::string::npos) return;
  const std::string first = folded.substr(0, blank);
  const std::string second = folded.substr(blank + 1);
  AddWord(second + " " + first, Kind::kName, EntityClass::kPerson, key);
  const bool ascii = CountCharacters(folded) == folded.size();
  if (!ascii) AddWord(first + second, Kind::kName, EntityClass::kPerson, key);
}

void OwnAssets::AddDomain(const std::string& domain) {
  const std::string folded = Fold(domain).text;
  std::vector<std::string> forms = {folded};
  if (const auto ascii = DomainToAscii(folded)) forms.push_back(*ascii);
  if (const auto unicode = DomainToUnicode(folded)) forms.push_back(*unicode);
  std::sort(forms.begin(), forms.end());
  forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
  for (const std::string& form : forms) {
    AddWord(form, Kind::kDomain, EntityClass::kHost, "");
    net_bios_.push_back(form);
    net_bios_.push_back(form.substr(0, form.find('.')));
  }
}

void OwnAssets::AddPatterns(const std::vector<std::string>& patterns, Kind kind,
                            std::unique_ptr<re2::RE2>& wild) {
  std::vector<std::string> globs;
  const EntityClass entity = kind == Kind::kHost ? EntityClass::kHost : EntityClass::kUser;
  for (const std::string& pattern : patterns) {
    if (IsWild(pattern)) {
      globs.push_back(pattern);
    } else {
      AddWord(pattern, kind, entity,
              (kind == Kind::kHost ? "host:" : "user:") + Fold(pattern).text);
    }
  }
  wild = CompileGlobs(globs);
}

void OwnAssets::BuildSplitWords() {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    std::string text = words_[i].text;
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    const std::size_t characters = CountCharacters(text);
    const std::size_t name_min = words_[i].ascii ? kShortName + 1 : kShortName;
    const bool is_domain = words_[i].kind == Kind::kDomain;
    const bool long_enough = is_domain ? text.size() >= kSplitDomainMin : characters >= name_min;
    if (!long_enough) continue;
    split_words_.push_back(i);
    texts.push_back(std::move(text));
  }
  split_keywords_ = std::make_unique<Keywords>(texts);
}

std::vector<OwnMatch> OwnAssets::Find(std::string_view text, const Scope& scope) const {
  return Find(text, Fold(text), scope);
}

std::vector<OwnMatch> OwnAssets::Find(std::string_view text, const Folded& folded,
                                      const Scope& scope) const {
  const std::vector<Span> stand_ins = FindStandIns(text);
  Candidates found;
  FindWords(folded, scope, found);
  if (scope.characters_min == 0) FindWildTokens(folded, stand_ins, found);
  FindNetworks(folded, scope, found);
  FindAccounts(folded, found);
  if (scope.shapes) {
    for (ShapeHit& hit : FindShapes(folded.text)) {
      found.push_back({hit.span, hit.entity, std::move(hit.key), false});
    }
  }
  for (OwnMatch& match : found) {
    match.span = {folded.offset[match.span.begin], folded.offset[match.span.end]};
  }
  if (!stand_ins.empty()) {
    std::erase_if(found, [&](const OwnMatch& match) { return Inside(match.span, stand_ins); });
  }
  return Merge(std::move(found));
}

void OwnAssets::FindWords(const Folded& folded, const Scope& scope, Candidates& found) const {
  keywords_->Search(folded.text, [&](std::uint32_t index, std::size_t end) {
    const Word& word = words_[index];
    if (word.characters < scope.characters_min) return;
    AddWordMatch(word, {end - word.text.size(), end}, folded.text, found);
  });
}

void OwnAssets::AddWordMatch(const Word& word, const Span& span, std::string_view text,
                             Candidates& found) const {
  const char before = span.begin > 0 ? text[span.begin - 1] : ' ';
  const char after = span.end < text.size() ? text[span.end] : ' ';
  bool whole = true;
  switch (word.kind) {
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

void OwnAssets::FindWildTokens(const Folded& folded, const std::vector<Span>& stand_ins,
                               Candidates& found) const {
  if (wild_hosts_ == nullptr && wild_users_ == nullptr) return;
  const std::string_view text = folded.text;
  const auto is_token = [](char c) { return IsHostChar(c) || c == '.' || c == '$'; };
  for (std::size_t at = 0; at < text.size();) {
    if (!is_token(text[at])) {
      ++at;
      continue;
    }
    Span token{at, at};
    while (token.end < text.size() && is_token(text[token.end])) ++token.end;
    at = token.end;
    while (token.end > token.begin && (text[token.end - 1] == '.' || text[token.end - 1] == '-')) {
      --token.end;
    }
    while (token.begin < token.end && text[token.begin] == '.') ++token.begin;
    const std::size_t begin = folded.offset[token.begin];
    const bool stand_in = std::any_of(stand_ins.begin(), stand_ins.end(),
                                      [&](const Span& s) { return s.begin == begin; });
    if (!stand_in && token.end - token.begin <= kTokenBytesMax) AddWildToken(token, text, found);
  }
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
      found.push_back({span, EntityClass::kHost, "host:" + name, true});
      return;
    }
    if (matches(wild_users_, span)) {
      found.push_back({span, EntityClass::kUser, "user:" + name, true});
      return;
    }
  }
}

void OwnAssets::FindNetworks(const Folded& folded, const Scope& scope, Candidates& found) const {
  for (const AddressHit& hit : FindAddresses(folded.text)) {
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

std::optional<EntityClass> OwnAssets::FindSplit(const Folded& folded) const {
  const std::string_view text = folded.text;
  if (split_words_.empty() || text.find(' ') == std::string_view::npos) return std::nullopt;
  std::string joined;
  std::vector<bool> gap;  // before each byte of `joined`
  bool after_blank = true;
  for (const char c : text) {
    if (c != ' ') {
      joined.push_back(c);
      gap.push_back(after_blank);
    }
    after_blank = c == ' ';
  }
  gap.push_back(true);

  std::optional<EntityClass> found;
  split_keywords_->Search(joined, [&](std::uint32_t index, std::size_t end) {
    const Word& word = words_[split_words_[index]];
    std::size_t size = word.text.size();
    size -= static_cast<std::size_t>(std::count(word.text.begin(), word.text.end(), ' '));
    const std::size_t begin = end - size;
    const auto gaps =
        static_cast<std::size_t>(std::count(gap.begin() + static_cast<std::ptrdiff_t>(begin) + 1,
                                            gap.begin() + static_cast<std::ptrdiff_t>(end), true));
    const bool starts = gap[begin] || !GoesOn(joined, begin, false);
    const bool ends = gap[end] || !GoesOn(joined, end, false);
    const bool whole = word.ascii ? starts && ends : true;
    // Short words arise from neighbours (`at to`), so each letter must stand alone.
    const bool enough = word.ascii && word.characters <= kMiddleName ? gaps + 1 == size : gaps > 0;
    if (!whole || !enough) return;
    std::string spaced;
    for (std::size_t i = begin; i < end; ++i) {
      if (i > begin && gap[i]) spaced.push_back(' ');
      spaced.push_back(joined[i]);
    }
    if (spaced != word.text) found = word.entity;
  });
  return found;
}

std::optional<std::string_view> OwnAssets::FindHidden(const Folded& folded) const {
  if (networks_.empty()) return std::nullopt;
  for (const HiddenAddress& hidden : FindHiddenAddresses(folded.text)) {
    if (networks_.Contains(hidden.address, hidden.certain ? 0 : kNarrowNetwork)) return hidden.form;
  }
  return std::nullopt;
}

}  // namespace renkei::anonymize
