// What each kind of source says, what is proposed of it, and how assets.toml takes it.
#include "config/learn.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace renkei::config {
namespace {

using Entries = std::vector<std::string>;

Entries Of(const Findings& found, AssetList list) {
  Entries entries;
  for (const Found& one : found) {
    if (one.list == list) entries.push_back(one.entry);
  }
  return entries;
}

Entries Of(const Proposal& proposal, AssetList list) {
  Entries entries;
  for (const Proposed& one : proposal.of(list)) entries.push_back(one.entry);
  return entries;
}

Findings Hosts(const Entries& names, AssetList list = AssetList::kHosts) {
  Findings found;
  for (const std::string& name : names) found.push_back({list, name, "test"});
  return found;
}

TEST(LearnResolverTest, TakesSearchDomainsAndNameServers) {
  const Findings found = LearnResolver(
      "# made by hand\nsearch Alpha.example. lab.alpha.example\nnameserver 192.0.2.53 # ours\n"
      "nameserver fe80::1%eth0\noptions ndots:2\ndomain\n",
      "resolv.conf");
  EXPECT_EQ(Of(found, AssetList::kDomains), (Entries{"alpha.example", "lab.alpha.example"}));
  EXPECT_EQ(Of(found, AssetList::kNetworks), (Entries{"192.0.2.53", "fe80::1"}));
  EXPECT_EQ(found.front().from, "resolv.conf:2");
}

constexpr char kZone[] = R"($TTL 1h
$ORIGIN Alpha.Example.
@   IN SOA ns1 hostmaster (
        2026010101 ; serial
        1h 15m 4w 1h )
    IN NS  ns1
ns1          A 192.0.2.53
web-07  300 IN A 192.0.2.80
        IN AAAA 2001:db8::80
ledger.lab   A 10.4.0.9 ; paren ( in a comment
shop         CNAME hosted.provider.example.net.
_dmarc       TXT "v=DMARC1; p=none ( not a paren"
$ORIGIN 2.0.192.in-addr.arpa.
81           PTR db-01.alpha.example.
)";

TEST(LearnZoneTest, TakesNamesAndAddressesOfTheZone) {
  const Findings found = LearnZone(kZone, "zone");
  EXPECT_EQ(Of(found, AssetList::kNetworks),
            (Entries{"192.0.2.53", "192.0.2.80", "2001:db8::80", "10.4.0.9", "192.0.2.81"}));
  EXPECT_EQ(Of(found, AssetList::kHosts),
            (Entries{"ns1", "web-07", "web-07", "ledger", "shop", "db-01"}));
  const Entries domains = Of(found, AssetList::kDomains);
  EXPECT_EQ(domains.front(), "alpha.example");
  EXPECT_EQ(std::count(domains.begin(), domains.end(), "provider.example.net"), 0)
      << "the target of an alias may be somebody else's";
}

TEST(LearnZoneTest, ProposesTheApexOnceAndNoCommonName) {
  const Proposal proposal = Propose(LearnZone(kZone, "zone"), {});
  EXPECT_EQ(Of(proposal, AssetList::kDomains), Entries{"alpha.example"});
  EXPECT_EQ(Of(proposal, AssetList::kHosts), (Entries{"ledger"}));
  EXPECT_EQ(proposal.of(AssetList::kHosts).front().from, Entries{"zone:10"});
}

TEST(LearnInventoryTest, GoesByTheHeader) {
  const Findings found = LearnInventory(
      "\xef\xbb\xbfHost Name;IP-Address;Last User;E-Mail;Owner;Location;Price\r\n"
      "KAI-PC-01.alpha.example;\"10.4.1.7, 10.4.1.8\";ALPHA\\mikas;mika@alpha.example;"
      "\"Mori; \"\"Mika\"\"\";Pier 9;100\r\n"
      "kai-pc-02;;;;ren@alpha.example;;\r\n",
      "inv.csv");
  EXPECT_EQ(Of(found, AssetList::kHosts), (Entries{"kai-pc-01", "kai-pc-02"}));
  EXPECT_EQ(Of(found, AssetList::kDomains), Entries{"alpha.example"});
  EXPECT_EQ(Of(found, AssetList::kNetworks), (Entries{"10.4.1.7", "10.4.1.8"}));
  EXPECT_EQ(Of(found, AssetList::kUsers), Entries{"mikas"});
  EXPECT_EQ(Of(found, AssetList::kMailDomains), (Entries{"alpha.example", "alpha.example"}));
  EXPECT_EQ(Of(found, AssetList::kPeople), Entries{"Mori; \"Mika\""});
  EXPECT_EQ(Of(found, AssetList::kSites), Entries{"Pier 9"});
}

TEST(LearnInventoryTest, ReadsHeadersInJapaneseAndLinesInQuotes) {
  const Findings found = LearnInventory(
      "ホスト名\tIPアドレス\t氏名\n\"kaimei\n-01\"\t192.0.2.7\t山田 太郎\nkaimei-02\t\t\n", "inv");
  EXPECT_EQ(Of(found, AssetList::kPeople), Entries{"山田 太郎"});
  EXPECT_EQ(Of(found, AssetList::kNetworks), Entries{"192.0.2.7"});
  EXPECT_EQ(found.back().from, "inv:4");
}

TEST(LearnInventoryTest, WithoutAKnownColumnNothingIsFound) {
  EXPECT_TRUE(LearnInventory("price,colour\n1,red\n", "inv").empty());
  EXPECT_TRUE(LearnInventory("", "inv").empty());
}

constexpr char kLdif[] = R"(version: 1
# an export
dn: CN=Mika Mori,OU=Pier Nine Works,DC=corp,DC=alpha,
 DC=example
objectClass: user
objectClass: person
cn: Mika Mori
displayName:: 5qOuIOe+juWYiQ==
sAMAccountName: mikam
mail: mika.mori@alpha-mail.example
proxyAddresses: SMTP:mm@alpha2.example
jpegPhoto:< file:///photo

dn: CN=KAI-PC-01,CN=Computers,DC=corp,DC=alpha,DC=example
objectClass: computer
cn: KAI-PC-01
sAMAccountName: KAI-PC-01$
dNSHostName: kai-pc-01.corp.alpha.example

dn: CN=Domain Admins,DC=corp,DC=alpha,DC=example
objectClass: group
cn: Domain Admins
sAMAccountName: Domain Admins
o: Alpha Works
)";

TEST(LearnLdifTest, TellsPeopleMachinesAndGroupsApart) {
  const Findings found = LearnLdif(kLdif, "ldif");
  EXPECT_EQ(Of(found, AssetList::kPeople), (Entries{"Mika Mori", "森 美嘉"}));
  EXPECT_EQ(Of(found, AssetList::kUsers), Entries{"mikam"});
  EXPECT_EQ(Of(found, AssetList::kHosts), (Entries{"kai-pc-01", "kai-pc-01", "kai-pc-01"}));
  EXPECT_EQ(Of(found, AssetList::kMailDomains), (Entries{"alpha-mail.example", "alpha2.example"}));
  EXPECT_EQ(Of(found, AssetList::kOrganizations), (Entries{"Pier Nine Works", "Alpha Works"}));
  const Proposal proposal = Propose(found, {});
  EXPECT_EQ(Of(proposal, AssetList::kDomains), Entries{"corp.alpha.example"});
}

TEST(ProposeTest, NamesThatDifferByTheirNumberBecomeAPattern) {
  Entries names;
  for (int i = 1; i <= 240; ++i) names.push_back(fmt::format("srv-{:03}", i));
  for (int i = 1; i <= 9; ++i) names.push_back(fmt::format("kaiweb{}", i));
  names.push_back("ledger");
  const Proposal proposal = Propose(Hosts(names), {});
  EXPECT_EQ(Of(proposal, AssetList::kHosts), (Entries{"srv-*", "kaiweb?", "ledger"}));
  EXPECT_EQ(proposal.of(AssetList::kHosts)[0].count, 240U);
}

TEST(ProposeTest, AFewNamesOrABareLetterMakeNoPattern) {
  EXPECT_EQ(Of(Propose(Hosts({"kai-1", "kai-2", "kai-3"}), {}), AssetList::kHosts).size(), 3U);
  // `u` alone says nothing; with the digits that all share it does.
  const Proposal users =
      Propose(Hosts({"u00411", "u00412", "u00423", "u00434", "u00499"}, AssetList::kUsers), {});
  EXPECT_EQ(Of(users, AssetList::kUsers), Entries{"u004??"});
  const Proposal mixed =
      Propose(Hosts({"u10411", "u20412", "u30423", "u40434", "u50499"}, AssetList::kUsers), {});
  EXPECT_EQ(Of(mixed, AssetList::kUsers).size(), 5U);
}

TEST(ProposeTest, AddressesGoIntoTheNetworkThatHoldsThem) {
  Findings found = Hosts({"192.0.2.7", "192.0.2.0/24", "198.51.100.1", "198.51.100.2",
                          "198.51.100.3", "198.51.100.4", "203.0.113.9", "2001:db8::1"},
                         AssetList::kNetworks);
  EXPECT_EQ(Of(Propose(found, {}), AssetList::kNetworks),
            (Entries{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.9", "2001:db8::1"}));
}

TEST(ProposeTest, WhatIsNobodysIsNeverProposed) {
  Findings found = Hosts(
      {"127.0.0.1", "169.254.1.1", "fe80::1", "::1", "8.8.8.8", "1.1.1.1", "2001:4860:4860::8888",
       "224.0.0.1", "0.0.0.0", "255.255.255.255", "16.0.0.0/4", "no address"},
      AssetList::kNetworks);
  for (const char* domain : {"gmail.com", "Yahoo.co.jp", "co.jp", "localhost", "com",
                             "2.0.192.in-addr.arpa", "a b.example", "host.localdomain"}) {
    found.push_back({AssetList::kDomains, domain, "test"});
    found.push_back({AssetList::kMailDomains, domain, "test"});
  }
  for (const char* host : {"www", "mail", "ns1", "vpn-2", "localhost", "db", "*", "a/b"}) {
    found.push_back({AssetList::kHosts, host, "test"});
  }
  for (const char* user : {"root", "Administrator", "info", "krbtgt"}) {
    found.push_back({AssetList::kUsers, user, "test"});
  }
  for (const char* name : {"Mika", "M M\n", "Users", "Cloud", "IT"}) {
    found.push_back({AssetList::kPeople, name, "test"});
    found.push_back({AssetList::kOrganizations, name, "test"});
  }
  const Proposal proposal = Propose(found, {});
  for (std::size_t i = 0; i < kAssetListCount; ++i) {
    const auto list = static_cast<AssetList>(i);
    EXPECT_EQ(Of(proposal, list), list == AssetList::kOrganizations ? Entries{"Mika"} : Entries{})
        << ToWord(list);
  }
}

TEST(ProposeTest, WhatIsListedOrCoveredIsKnown) {
  const Assets present{.networks = {"192.0.2.0/24"},
                       .domains = {"alpha.example"},
                       .people = {"Mika Mori"},
                       .hosts = {"kai-*"}};
  Findings found = Hosts({"kai-07"});
  found.push_back({AssetList::kNetworks, "192.0.2.9", "t"});
  found.push_back({AssetList::kDomains, "lab.alpha.example", "t"});
  found.push_back({AssetList::kMailDomains, "alpha.example", "t"});
  found.push_back({AssetList::kPeople, "mika mori", "t"});
  const Proposal proposal = Propose(found, present);
  EXPECT_EQ(proposal.known, 5U);
  for (std::size_t i = 0; i < kAssetListCount; ++i) EXPECT_TRUE(proposal.lists[i].empty()) << i;
}

TEST(ProposeTest, TheFirstThatCoversTakesWhatItCovers) {
  Findings found;
  const auto say = [&](AssetList list, const std::string& entry) {
    found.push_back({list, entry, "t"});
  };
  for (const char* network : {"198.51.100.0/25", "198.51.100.7", "2001:db8:1::/48", "2001:db8:1::9",
                              "198.51.100.200", "198.51.100.0/26"}) {
    say(AssetList::kNetworks, network);
  }
  for (const char* domain :
       {"lab.alpha.example", "alpha.example", "a.lab.alpha.example", "notalpha.example"}) {
    say(AssetList::kDomains, domain);
  }
  const Proposal proposal = Propose(found, {});
  EXPECT_EQ(Of(proposal, AssetList::kNetworks),
            (Entries{"198.51.100.0/25", "2001:db8:1::/48", "198.51.100.200"}));
  EXPECT_EQ(proposal.of(AssetList::kNetworks)[0].count, 3U);
  EXPECT_EQ(Of(proposal, AssetList::kDomains), (Entries{"alpha.example", "notalpha.example"}));
}

// All pairs of these were compared; of the 200,000 that a source may hold it took hours.
TEST(ProposeTest, ManyNetworksAreLookedUpAndNotCompared) {
  constexpr std::size_t kNetworks = 20'000;
  Findings found;
  for (std::size_t i = 0; i < kNetworks; ++i) {
    found.push_back(
        {AssetList::kNetworks, fmt::format("2001:db8:{:x}:{:x}::1", i / 0x8000, i % 0x8000), "t"});
  }
  const Proposal proposal = Propose(found, {});
  EXPECT_EQ(proposal.of(AssetList::kNetworks).size() + proposal.too_many, kNetworks);
}

TEST(ProposeTest, StaysWithinWhatAssetsTomlCanHold) {
  Entries names;
  for (std::size_t i = 0; i < kAssetEntriesMax + 50; ++i) {
    std::string word;
    for (std::size_t n = i + 1000; n > 0; n /= 20) word += static_cast<char>('a' + n % 20);
    names.push_back("kai" + word);
  }
  const Proposal proposal = Propose(Hosts(names), {.domains = {"alpha.example"}});
  EXPECT_EQ(proposal.of(AssetList::kHosts).size(), kAssetEntriesMax - 1);
  EXPECT_EQ(proposal.too_many, 51U);
}

// ---- assets.toml -----------------------------------------------------------------------------

TEST(AddToAssetsTest, KeepsCommentsAndOrder) {
  const std::string text = AssetsText("Alpha Works");
  const auto made = AddToAssets(text, {{AssetList::kNetworks, {"192.0.2.0/24"}},
                                       {AssetList::kOrganizations, {"Alpha \"Z\" \\ Works"}},
                                       {AssetList::kPeople, {"山田 太郎"}}});
  ASSERT_TRUE(made.ok()) << Message(made.status());
  EXPECT_NE(made->find("  # \"2001:db8::/32\",\n  \"192.0.2.0/24\",\n]"), std::string::npos)
      << *made;
  const auto loaded = LoadAssets(*made, "f");
  ASSERT_TRUE(loaded.value);
  EXPECT_EQ(loaded.value->organizations, (Entries{"Alpha Works", "Alpha \"Z\" \\ Works"}));
  // Every line that was there is there, in order.
  std::size_t at = 0;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    const std::string line = text.substr(from, end - from);
    from = end + 1;
    if (line.find("\"Alpha Works\"") != std::string::npos) continue;  // gets its comma
    at = made->find(line, at);
    ASSERT_NE(at, std::string::npos) << line;
  }
}

TEST(AddToAssetsTest, TakesWhateverFormAListHas) {
  const std::map<AssetList, Entries> added = {{AssetList::kHosts, {"kai-*", "ledger"}},
                                              {AssetList::kSites, {"Pier 9"}}};
  for (const char* text :
       {"", "hosts = []", "hosts = [\"a1\"]", "hosts=[ \"a1\", \"b2\" , ]\n", "hosts = [\n]\n",
        "hosts = [\n  \"a1\" # one, and no more\n]\n",
        "hosts = [\n  \"a1\",\n  ] # end\npeople = []\n",
        "people = [\"山田 太郎\"] # あ\nhosts = [\"a1\"]\n[names]\nsites = [\"x, ]\", 'y#']\n",
        "[names]\nproducts = []\n", "[names] # all\n", "# only a comment"}) {
    const auto before = LoadAssets(text, "f");
    ASSERT_TRUE(before.value) << text;
    const auto made = AddToAssets(text, added);
    ASSERT_TRUE(made.ok()) << text << "\n" << Message(made.status());
    const auto after = LoadAssets(*made, "f");
    ASSERT_TRUE(after.value) << *made;
    Assets wanted = *before.value;
    wanted.hosts.insert(wanted.hosts.end(), {"kai-*", "ledger"});
    wanted.sites.push_back("Pier 9");
    EXPECT_EQ(*after.value, wanted) << *made;
  }
}

TEST(AddToAssetsTest, AFileWithMistakesStaysAsItIs) {
  EXPECT_EQ(AddToAssets("hosts = 1", {{AssetList::kHosts, {"kai-1"}}}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(AddToAssets("", {{AssetList::kHosts, {"a b"}}}).ok());
}

TEST(AssetDangersTest, NamesWhatWouldReplaceTooMuch) {
  const Assets assets{.networks = {"10.0.0.0/8", "192.0.2.0/24", "8.8.8.8"},
                      .domains = {"alpha.example", "gmail.com"},
                      .organizations = {"Alpha Works", "AW"},
                      .products = {"Cloud"},
                      .hosts = {"ka*", "www"},
                      .users = {"admin", "mikam"}};
  std::string all;
  for (const std::string& danger : AssetDangers(assets)) all += danger + "\n";
  for (const char* said :
       {"networks: `10.0.0.0/8`: so wide", "networks: `8.8.8.8`: a public resolver",
        "domains: `gmail.com`", "names.organization: `AW`: so short",
        "names.products: `Cloud`: a common word", "hosts: `ka*`: a pattern of few letters",
        "hosts: `www`", "users: `admin`"}) {
    EXPECT_NE(all.find(said), std::string::npos) << said << "\n" << all;
  }
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 8);
}

}  // namespace
}  // namespace renkei::config
