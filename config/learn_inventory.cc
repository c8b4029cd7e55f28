// An inventory as CSV (RFC 4180): the header says which column holds what.

#include <algorithm>

#include "config/learn_text.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

enum class Column { kNone, kHost, kAddress, kUser, kMail, kPerson, kDomain, kSite, kOrganization };

struct Head {
  std::string_view word{};
  Column column = Column::kNone;
};

// Lower case, without blanks, `-`, `_` and `.`.
constexpr auto kHeads = std::to_array<Head>({{"host", Column::kHost},
                                             {"hostname", Column::kHost},
                                             {"hostnames", Column::kHost},
                                             {"fqdn", Column::kHost},
                                             {"computer", Column::kHost},
                                             {"computername", Column::kHost},
                                             {"device", Column::kHost},
                                             {"devicename", Column::kHost},
                                             {"machine", Column::kHost},
                                             {"machinename", Column::kHost},
                                             {"server", Column::kHost},
                                             {"servername", Column::kHost},
                                             {"dnsname", Column::kHost},
                                             {"dnshostname", Column::kHost},
                                             {"asset", Column::kHost},
                                             {"assetname", Column::kHost},
                                             {"nodename", Column::kHost},
                                             {"name", Column::kHost},
                                             {"ホスト名", Column::kHost},
                                             {"ホスト", Column::kHost},
                                             {"端末名", Column::kHost},
                                             {"コンピューター名", Column::kHost},
                                             {"コンピュータ名", Column::kHost},
                                             {"ip", Column::kAddress},
                                             {"ips", Column::kAddress},
                                             {"ipaddress", Column::kAddress},
                                             {"ipaddresses", Column::kAddress},
                                             {"ipaddr", Column::kAddress},
                                             {"ipv4", Column::kAddress},
                                             {"ipv6", Column::kAddress},
                                             {"ipv4address", Column::kAddress},
                                             {"ipv6address", Column::kAddress},
                                             {"address", Column::kAddress},
                                             {"managementip", Column::kAddress},
                                             {"primaryip", Column::kAddress},
                                             {"network", Column::kAddress},
                                             {"subnet", Column::kAddress},
                                             {"cidr", Column::kAddress},
                                             {"prefix", Column::kAddress},
                                             {"ipアドレス", Column::kAddress},
                                             {"アドレス", Column::kAddress},
                                             {"ネットワーク", Column::kAddress},
                                             {"user", Column::kUser},
                                             {"username", Column::kUser},
                                             {"login", Column::kUser},
                                             {"loginname", Column::kUser},
                                             {"account", Column::kUser},
                                             {"accountname", Column::kUser},
                                             {"samaccountname", Column::kUser},
                                             {"uid", Column::kUser},
                                             {"userid", Column::kUser},
                                             {"lastuser", Column::kUser},
                                             {"primaryuser", Column::kUser},
                                             {"ユーザー", Column::kUser},
                                             {"ユーザー名", Column::kUser},
                                             {"ユーザ名", Column::kUser},
                                             {"アカウント", Column::kUser},
                                             {"利用者id", Column::kUser},
                                             {"mail", Column::kMail},
                                             {"email", Column::kMail},
                                             {"emailaddress", Column::kMail},
                                             {"mailaddress", Column::kMail},
                                             {"owneremail", Column::kMail},
                                             {"contact", Column::kMail},
                                             {"メール", Column::kMail},
                                             {"メールアドレス", Column::kMail},
                                             {"person", Column::kPerson},
                                             {"fullname", Column::kPerson},
                                             {"displayname", Column::kPerson},
                                             {"owner", Column::kPerson},
                                             {"ownername", Column::kPerson},
                                             {"employee", Column::kPerson},
                                             {"assignedto", Column::kPerson},
                                             {"氏名", Column::kPerson},
                                             {"名前", Column::kPerson},
                                             {"担当者", Column::kPerson},
                                             {"利用者", Column::kPerson},
                                             {"管理者", Column::kPerson},
                                             {"domain", Column::kDomain},
                                             {"domainname", Column::kDomain},
                                             {"dnsdomain", Column::kDomain},
                                             {"ドメイン", Column::kDomain},
                                             {"ドメイン名", Column::kDomain},
                                             {"site", Column::kSite},
                                             {"sitename", Column::kSite},
                                             {"location", Column::kSite},
                                             {"building", Column::kSite},
                                             {"拠点", Column::kSite},
                                             {"設置場所", Column::kSite},
                                             {"organization", Column::kOrganization},
                                             {"organisation", Column::kOrganization},
                                             {"company", Column::kOrganization},
                                             {"会社", Column::kOrganization},
                                             {"会社名", Column::kOrganization},
                                             {"組織", Column::kOrganization}});

Column ColumnOf(std::string_view head) {
  std::string word;
  for (const char c : AsciiLower(Trimmed(head))) {
    if (c != ' ' && c != '-' && c != '_' && c != '.' && c != '\t') word += c;
  }
  const auto* it =
      std::find_if(kHeads.begin(), kHeads.end(), [&](const Head& h) { return h.word == word; });
  return it == kHeads.end() ? Column::kNone : it->column;
}

// Reads rows; quoted cells may hold separators, line ends and doubled quotes.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
    const std::string_view head = rest_.substr(0, rest_.find('\n'));
    std::size_t most = 0;
    for (const char candidate : {',', ';', '\t'}) {
      const auto count = static_cast<std::size_t>(std::count(head.begin(), head.end(), candidate));
      if (count > most) separator_ = candidate;
      most = std::max(most, count);
    }
  }

  // False at the end.  `line` is where the row begins.
  bool Next(std::vector<std::string>& cells, std::size_t& line) {
    cells.clear();
    if (rest_.empty()) return false;
    line = line_;
    bool more = true;
    while (more) more = Cell(cells);
    return true;
  }

 private:
  // One cell; whether another follows in the row.
  bool Cell(std::vector<std::string>& cells) {
    std::string cell;
    bool quoted = false;
    std::size_t i = 0;
    for (; i < rest_.size(); ++i) {
      const char c = rest_[i];
      if (c == '\n') ++line_;
      if (quoted && c == '"' && i + 1 < rest_.size() && rest_[i + 1] == '"') {
        cell += c;
        ++i;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == separator_ || c == '\n')) {
        break;
      } else if (cell.size() < kLearnLineBytesMax) {
        cell += c;
      }
    }
    const bool more = i < rest_.size() && rest_[i] == separator_;
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    if (cells.size() < kLearnColumnsMax) cells.push_back(std::string(Trimmed(cell)));
    return more;
  }

  std::string_view rest_;
  char separator_ = ',';
  std::size_t line_ = 1;
};

void AddPerson(Collector& collector, const std::string& cell, std::size_t line) {
  if (cell.find('@') != std::string::npos) return collector.AddMail(cell, line);
  collector.Add(AssetList::kPeople, cell, line);
}

void AddCell(Collector& collector, Column column, const std::string& cell, std::size_t line) {
  switch (column) {
    case Column::kHost:
      return collector.AddHost(cell, line);
    case Column::kAddress:
      return collector.Add(AssetList::kNetworks, cell, line);
    case Column::kUser: {
      if (cell.find('@') != std::string::npos) return collector.AddMail(cell, line);
      const std::size_t slash = cell.rfind('\\');
      return collector.Add(AssetList::kUsers,
                           slash == std::string::npos ? cell : cell.substr(slash + 1), line);
    }
    case Column::kMail:
      return collector.AddMail(cell, line);
    case Column::kPerson:
      return AddPerson(collector, cell, line);
    case Column::kDomain:
      return collector.Add(AssetList::kDomains, AsciiLower(cell), line);
    case Column::kSite:
      return collector.Add(AssetList::kSites, cell, line);
    case Column::kOrganization:
      return collector.Add(AssetList::kOrganizations, cell, line);
    case Column::kNone:
      return;
  }
}

// A cell with several values: `10.0.0.1, 10.0.0.2`.  Names of people and sites hold such signs.
bool MayHoldSeveral(Column column) {
  return column == Column::kHost || column == Column::kAddress || column == Column::kMail;
}

}  // namespace

Findings LearnInventory(std::string_view text, std::string_view source) {
  Collector collector(source);
  CsvReader reader(text);
  std::vector<std::string> cells;
  std::size_t line = 0;
  std::vector<Column> columns;
  if (!reader.Next(cells, line)) return {};
  for (const std::string& head : cells) columns.push_back(ColumnOf(head));
  while (!collector.full() && reader.Next(cells, line)) {
    for (std::size_t i = 0; i < std::min(cells.size(), columns.size()); ++i) {
      if (!MayHoldSeveral(columns[i])) {
        AddCell(collector, columns[i], cells[i], line);
        continue;
      }
      std::string_view rest = cells[i];
      while (!rest.empty()) {
        const std::size_t end = rest.find_first_of(",; |\n");
        const std::string one(Trimmed(rest.substr(0, end)));
        if (!one.empty()) AddCell(collector, columns[i], one, line);
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
      }
    }
  }
  return collector.Take();
}

}  // namespace renkei::config
