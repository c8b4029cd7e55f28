#include "tests/leak/team.h"

#include <array>

#include <fmt/format.h>

namespace renkei::leak {
namespace {

constexpr std::array<const char*, 24> kSyllables = {
    "ka", "sumi", "to", "rei", "hi", "no",  "va", "lor", "qu", "mo",  "zen", "tsu",
    "ri", "ba",   "ke", "yu",  "do", "wen", "pa", "xi",  "go", "shi", "lu",  "fe"};
constexpr std::array<const char*, 12> kKanji = {"霞", "桐", "凪", "碧", "楓", "暁",
                                                "槙", "蓮", "葵", "汐", "梓", "椿"};
constexpr std::array<const char*, 8> kTrades = {"銀行", "電機", "物流",         "製薬",
                                                "商事", "化学", "ガス株式会社", "信用金庫"};
constexpr std::array<const char*, 6> kLatinTrades = {"Bank",   "Denki", "Logistics",
                                                     "Pharma", "Power", "Shipping"};
constexpr std::array<const char*, 10> kSurnames = {"久我", "早乙女", "東雲", "鷹司", "一ノ瀬",
                                                   "榊原", "水無月", "橘",   "朽木", "綾小路"};
constexpr std::array<const char*, 8> kGiven = {"陽斗", "咲良", "健一郎", "美月",
                                               "蒼",   "千尋", "隆之介", "ゆかり"};
constexpr std::array<const char*, 6> kCyrillic = {"Заря", "Волна", "Рассвет",
                                                  "Ёлка", "Щит",   "Северин"};
constexpr std::array<const char*, 5> kGreek = {"Ηλίανθος", "Αστραπή", "Θάλασσα", "Φάρος", "Όμηρος"};
constexpr std::array<const char*, 5> kKorean = {"한빛전자", "가온은행", "미르물류", "누리에너지",
                                                "다솜제약"};
constexpr std::array<const char*, 4> kChinese = {"晨曦能源集团", "瀚海银行", "龍騰物流",
                                                 "青岚制药"};
constexpr std::array<const char*, 4> kAccented = {"Société Élan", "Grüneßen Werke",
                                                  "Compañía Ñandú", "Žďár Łódź"};
constexpr std::array<const char*, 4> kOtherPeople = {"Алексей Воронцов", "Ελένη Μαυρομάτη",
                                                     "José Ibáñez Núñez", "김하늘"};
constexpr std::array<const char*, 4> kArabic = {"مصرف الواحة", "شركة النخيل", "בנק הגליל",
                                                "ธนาคารตะวัน"};

std::string Capital(std::string word) {
  word[0] = static_cast<char>(word[0] - 0x20);
  return word;
}

void MakeNames(Random& random, Team& team) {
  const std::string stem = Capital(Coined(random, 3));
  team.latin_names = {fmt::format("{} {}", stem, random.Pick(kLatinTrades)),
                      fmt::format("{} Holdings", Capital(Coined(random, 4)))};
  team.short_name = random.Chars("BCDFGHJKLMNPQRSTVWXZ", 4);
  const std::string kanji = fmt::format("{}{}", random.Pick(kKanji), random.Pick(kKanji));
  team.kanji_names = {kanji + random.Pick(kTrades), "カスミデンキ" + kanji + "パワー",
                      "ヴェルデ・" + kanji + "グループ"};
  team.other_names = {fmt::format("{} {}", random.Pick(kCyrillic), random.Pick(kCyrillic)),
                      random.Pick(kGreek),
                      random.Pick(kKorean),
                      random.Pick(kChinese),
                      random.Pick(kAccented),
                      random.Pick(kArabic)};
  team.product = Capital(Coined(random, 2)) + "Pay";
  team.sites = {kanji + "データセンター", Capital(Coined(random, 3)) + " Tower"};
}

}  // namespace

std::string Coined(Random& random, std::size_t syllables) {
  std::string word;
  while (syllables-- > 0) word += random.Pick(kSyllables);
  return word + random.Pick(std::array<const char*, 4>{"x", "ld", "mi", "rk"});
}

Team MakeTeam(Random& random) {
  Team team;
  MakeNames(random, team);
  team.ipv4_prefix = "203.0.113.";
  team.inside_prefix = fmt::format("10.{}.", random.Between(20, 220));
  team.ipv6_prefix = fmt::format("2001:db8:{:x}:", random.Between(0x1000, 0xfffe));
  team.domain = Coined(random, 3) + ".example";
  team.idn = fmt::format("{}{}{}.example", random.Pick(kKanji), random.Pick(kKanji), "便り");
  team.mail_domain = "mail-" + Coined(random, 2) + ".example";
  team.host_prefix = random.Lower(3) + "srv-";
  for (int i = 0; i < 4; ++i) {
    team.latin_people.push_back(
        fmt::format("{} {}", Capital(Coined(random, 2)), Capital(Coined(random, 3))));
    team.kanji_people.push_back(fmt::format("{} {}", random.Pick(kSurnames), random.Pick(kGiven)));
    team.users.push_back(fmt::format("{}.{}", random.Lower(1), Coined(random, 2)));
    team.documents.push_back(random.Hex(64));
  }
  team.other_people.assign(kOtherPeople.begin(), kOtherPeople.end());

  config::Assets& assets = team.assets;
  assets.networks = {team.ipv4_prefix + "0/24", team.inside_prefix + "0.0/16",
                     team.ipv6_prefix + ":/48"};
  assets.domains = {team.domain, team.idn};
  assets.mail_domains = {team.mail_domain};
  for (const auto* list : {&team.latin_names, &team.kanji_names, &team.other_names}) {
    assets.organizations.insert(assets.organizations.end(), list->begin(), list->end());
  }
  assets.organizations.push_back(team.short_name);
  assets.products = {team.product};
  assets.sites = team.sites;
  for (const auto* list : {&team.latin_people, &team.kanji_people, &team.other_people}) {
    assets.people.insert(assets.people.end(), list->begin(), list->end());
  }
  assets.hosts = {team.host_prefix + "*"};
  assets.users = team.users;
  assets.documents = team.documents;
  return team;
}

}  // namespace renkei::leak
