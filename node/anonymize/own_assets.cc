#include "node/anonymize/own_assets.h"

#include <algorithm>

#include <re2/re2.h>

#include "node/anonymize/punycode.h"
#include "node/anonymize/words.h"
#include "node/base/encoding.h"
#include "node/base/status.h"

namespace renkei::anonymize {
namespace {

constexpr std::int64_t kPatternMemory = 64LL << 20;

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

// The longest run without wildcards: what a text that matches the pattern must hold.
std::string LongestPiece(std::string_view glob) {
  std::string_view longest;
  while (!glob.empty()) {
    const std::size_t end = std::min(glob.find_first_of("*?"), glob.size());
    if (end > longest.size()) longest = glob.substr(0, end);
    glob.remove_prefix(std::min(end + 1, glob.size()));
  }
  return std::string(longest);
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
  BuildDisguisedWords();
  for (const auto* list : {&assets.organizations, &assets.products, &assets.sites}) {
    for (const std::string& name : *list) AddLegacy(name, EntityClass::kOrganization);
  }
  for (const std::string& person : assets.people) AddLegacy(person, EntityClass::kPerson);
  legacy_keywords_ = std::make_unique<Keywords>(legacy_texts_);
  documents_.insert(assets.documents.begin(), assets.documents.end());
  for (const std::string& document : documents_) document_starts_.set(StartOf(document));
}

OwnAssets::~OwnAssets() = default;

void OwnAssets::AddWord(std::string_view text, Kind kind, EntityClass entity, std::string key) {
  Word word{.text = Fold(text).text, .kind = kind, .entity = entity, .key = std::move(key)};
  word.characters = CountCharacters(word.text);
  word.ascii = word.characters == word.text.size();
  if (word.text.empty()) return;
  // `Société` is also written `Societe`.
  Word plain = word;
  plain.text = WithoutAccents(word.text);
  if (plain.text != word.text) {
    plain.ascii = CountCharacters(plain.text) == plain.text.size();
    words_.push_back(std::move(plain));
  }
  words_.push_back(std::move(word));
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
      words_.push_back({.text = LongestPiece(AsciiLower(pattern)), .kind = Kind::kWild});
    } else {
      AddWord(pattern, kind, entity,
              (kind == Kind::kHost ? "host:" : "user:") + Fold(pattern).text);
    }
  }
  wild = CompileGlobs(globs);
}

}  // namespace renkei::anonymize
