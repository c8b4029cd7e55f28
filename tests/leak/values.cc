#include <array>

#include <fmt/format.h>

#include "tests/leak/corpus.h"
#include "tests/leak/forms.h"

namespace renkei::leak {
namespace {

using Forms = ValueClass::Forms;

Value Whole(std::string text) { return {text, {text}}; }

Value OwnAddress(const Team& team, Random& random) {
  return Whole(fmt::format("{}{}", team.ipv4_prefix, random.Between(16, 250)));
}
Value InsideAddress(const Team& team, Random& random) {
  return Whole(
      fmt::format("{}{}.{}", team.inside_prefix, random.Between(1, 254), random.Between(1, 254)));
}
Value OwnAddress6(const Team& team, Random& random) {
  return Whole(fmt::format("{}{:x}::{:x}", team.ipv6_prefix, random.Between(1, 0xffff),
                           random.Between(1, 0xffff)));
}
Value OwnNetwork(const Team& team, Random& random) {
  return Whole(fmt::format("{}{}.0/24", team.inside_prefix, random.Between(1, 254)));
}
Value OwnHost(const Team& team, Random& random) {
  return {fmt::format("{}{}.{}", random.Lower(4), random.Below(90), team.domain), {team.domain}};
}
Value OwnIdn(const Team& team, Random& random) {
  return {fmt::format("{}.{}", random.Lower(3), team.idn), {team.idn}};
}
Value OwnMail(const Team& team, Random& random) {
  const std::string& domain = random.OneIn(2) ? team.domain : team.mail_domain;
  return {fmt::format("{}.{}@{}", random.Lower(1), Coined(random, 2), domain), {domain}};
}
Value OwnMachine(const Team& team, Random& random) {
  return Whole(fmt::format("{}{}{}", team.host_prefix, random.Lower(2), random.Digits(2)));
}
Value OwnUser(const Team& team, Random& random) { return Whole(random.Pick(team.users)); }
Value OwnAccount(const Team& team, Random& random) {
  const std::string user = random.Lower(1) + Coined(random, 2);
  return {fmt::format("{}\\{}", team.domain.substr(0, team.domain.find('.')), user), {user}};
}
Value LatinName(const Team& team, Random& random) { return Whole(random.Pick(team.latin_names)); }
Value KanjiName(const Team& team, Random& random) { return Whole(random.Pick(team.kanji_names)); }
Value OtherName(const Team& team, Random& random) { return Whole(random.Pick(team.other_names)); }
Value ShortName(const Team& team, Random&) { return Whole(team.short_name); }
Value LatinPerson(const Team& team, Random& random) {
  const std::string& name = random.Pick(team.latin_people);
  const std::size_t blank = name.find(' ');
  return Whole(random.OneIn(2) ? name : name.substr(blank + 1) + " " + name.substr(0, blank));
}
Value KanjiPerson(const Team& team, Random& random) {
  std::string name = random.Pick(team.kanji_people);
  if (random.OneIn(2)) name.erase(name.find(' '), 1);
  return Whole(name);
}
Value OtherPerson(const Team& team, Random& random) {
  return Whole(random.Pick(team.other_people));
}
Value Product(const Team& team, Random&) { return Whole(team.product); }
Value Site(const Team& team, Random& random) { return Whole(random.Pick(team.sites)); }

Value Sid(const Team&, Random& random) {
  return Whole(fmt::format("S-1-5-21-{}-{}-{}-{}", random.Between(100000000, 4000000000),
                           random.Between(100000000, 4000000000),
                           random.Between(100000000, 4000000000), random.Between(1000, 90000)));
}
Value WindowsHome(const Team&, Random& random) {
  const std::string user = Coined(random, 3);
  return {fmt::format("C:\\Users\\{}\\Downloads\\invoice.js", user), {user}};
}
Value UnixHome(const Team&, Random& random) {
  const std::string user = Coined(random, 3);
  return {fmt::format("{}/{}/.ssh/id_ed25519", random.OneIn(2) ? "/home" : "/Users", user), {user}};
}
Value Unc(const Team&, Random& random) {
  const std::string host = "PC" + random.Digits(5);
  return {fmt::format("\\\\{}\\C$\\temp", host), {host}};
}

Value Mac(const Team&, Random& random) {
  const std::string h = "02" + random.Hex(10);
  if (random.OneIn(3)) {
    return Whole(fmt::format("{}.{}.{}", h.substr(0, 4), h.substr(4, 4), h.substr(8)));
  }
  const char sign = random.OneIn(2) ? ':' : '-';
  std::string text;
  for (std::size_t i = 0; i < 12; i += 2) {
    if (i > 0) text += sign;
    text += h.substr(i, 2);
  }
  return Whole(text);
}
Value PhoneJapan(const Team&, Random& random) {
  switch (random.Below(4)) {
    case 0:
      return Whole(fmt::format("03-{}-{}", random.Between(3000, 6999), random.Digits(4)));
    case 1:
      return Whole(fmt::format("090-{}-{}", random.Between(1000, 9999), random.Digits(4)));
    case 2:
      return Whole(fmt::format("(0{}) {}-{}", random.Between(22, 98), random.Between(200, 999),
                               random.Digits(4)));
    default:
      return Whole(fmt::format("電話：0{}{}", random.Between(3, 9), random.Digits(8)));
  }
}
Value PhoneWorld(const Team&, Random& random) {
  switch (random.Below(3)) {
    case 0:
      return Whole(fmt::format("+81-{}-{}-{}", random.Between(3, 98), random.Between(1000, 9999),
                               random.Digits(4)));
    case 1:
      return Whole(
          fmt::format("+49 {} {}", random.Between(30, 999), random.Between(1000000, 9999999)));
    default:
      return Whole(fmt::format("+44 (0){} {} {}", random.Between(20, 99),
                               random.Between(1000, 9999), random.Digits(4)));
  }
}
Value PhoneAmerica(const Team&, Random& random) {
  const auto area = random.Between(201, 989);
  return Whole(
      random.OneIn(2)
          ? fmt::format("({}) {}-{}", area, random.Between(200, 999), random.Digits(4))
          : fmt::format("tel: {}-{}-{}", area, random.Between(200, 999), random.Digits(4)));
}

// Appends the two check digits of ISO 13616.
std::string MakeIban(std::string_view country, const std::string& account) {
  std::string digits;
  for (const char c : account + std::string(country) + "00") {
    digits += c >= 'A' && c <= 'Z' ? fmt::format("{}", c - 'A' + 10) : std::string(1, c);
  }
  unsigned rest = 0;
  for (const char c : digits) rest = (rest * 10 + static_cast<unsigned>(c - '0')) % 97;
  return fmt::format("{}{:02}{}", country, 98 - rest, account);
}
Value Iban(const Team&, Random& random) {
  std::string iban;
  switch (random.Below(4)) {
    case 0:
      iban = MakeIban("DE", random.Digits(18));
      break;
    case 1:
      iban = MakeIban("GB", random.Chars("ABCDEFGHIJKLMNOP", 4) + random.Digits(14));
      break;
    case 2:
      iban = MakeIban("FR", random.Digits(23));
      break;
    default:
      iban = MakeIban("NO", random.Digits(11));
  }
  if (random.OneIn(2)) {
    for (std::size_t at = 4; at < iban.size(); at += 5) iban.insert(at, " ");
  }
  return Whole(iban);
}
Value Card(const Team&, Random& random) {
  std::string digits = "4" + random.Digits(14);
  unsigned sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    unsigned d = static_cast<unsigned>(digits[i] - '0');
    if (i % 2 == 0) d = d * 2 > 9 ? d * 2 - 9 : d * 2;
    sum += d;
  }
  digits += static_cast<char>('0' + (10 - sum % 10) % 10);
  const char sign = random.OneIn(2) ? ' ' : '-';
  for (std::size_t at = 4; at < digits.size(); at += 5) digits.insert(at, 1, sign);
  return Whole(digits);
}

std::string UrlBase64(const std::string& bytes) {
  std::string text = Base64(bytes);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (text.ends_with('=')) text.pop_back();
  return text;
}
Value Jwt(const Team&, Random& random) {
  return Whole(fmt::format(
      "{}.{}.{}", UrlBase64(R"({"alg":"HS256","typ":"JWT"})"),
      UrlBase64(fmt::format(R"({{"sub":"{}","iat":17{}}})", random.Digits(8), random.Digits(8))),
      UrlBase64(random.Bytes(32))));
}
Value ApiKey(const Team&, Random& random) {
  constexpr std::string_view kCapitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  switch (random.Below(8)) {
    case 0:
      return Whole("AKIA" + random.Chars(kCapitals, 16));
    case 1:
      return Whole("ghp_" + random.Token(36));
    case 2:
      return Whole(
          fmt::format("xoxb-{}-{}-{}", random.Digits(12), random.Digits(12), random.Token(24)));
    case 3:
      return Whole("AIza" + random.Token(35));
    case 4:
      return Whole("sk_live_" + random.Token(24));
    case 5:
      return Whole("glpat-" + random.Token(20));
    case 6:
      return Whole("api_key = \"" + random.Token(40) + "\"");
    default:
      return Whole("Authorization: Bearer " + random.Token(43));
  }
}
Value PrivateKey(const Team&, Random& random) {
  std::string body = Base64(random.Bytes(random.Between(90, 400)));
  for (std::size_t at = 64; at < body.size(); at += 65) body.insert(at, "\n");
  const std::string_view kind =
      random.Pick(std::array<std::string_view, 4>{"", "RSA ", "EC ", "OPENSSH "});
  return Whole(
      fmt::format("-----BEGIN {0}PRIVATE KEY-----\n{1}\n-----END {0}PRIVATE KEY-----", kind, body));
}
Value UrlPassword(const Team&, Random& random) {
  const std::string password = random.Token(12);
  return {fmt::format("{}://{}:{}@files.other.example/up", random.OneIn(2) ? "https" : "ftp",
                      Coined(random, 1), password),
          {password}};
}
Value UrlToken(const Team&, Random& random) {
  const std::string token = random.Token(random.Between(20, 48));
  const std::string_view key = random.Pick(std::array<std::string_view, 6>{
      "token", "access_token", "sig", "api_key", "secret", "X-Amz-Signature"});
  return {fmt::format("https://portal.other.example/view?id=7&{}={}", key, token), {token}};
}
Value UrlSession(const Team&, Random& random) {
  const std::string token = random.Hex(32);
  return {fmt::format("https://portal.other.example/view?{}={}",
                      random.OneIn(2) ? "sessionid" : "auth", token),
          {token}};
}
Value MessageId(const Team&, Random& random) {
  const std::string id =
      fmt::format("{}.{}@mx{}.other.example", random.Hex(8), random.Digits(10), random.Below(9));
  return {fmt::format("Message-ID: <{}>", id), {id}};
}
Value Received(const Team&, Random& random) {
  const std::string host = fmt::format("relay{}.{}.example", random.Below(99), Coined(random, 2));
  return {fmt::format("Received: from {} ([192.0.2.{}])\n\tby mx.other.example with ESMTPS id {}; "
                      "Tue, 03 Mar 2026 08:14:22 +0900",
                      host, random.Between(1, 254), random.Token(14)),
          {host}};
}
Value Ticket(const Team&, Random& random) {
  const std::string digits = random.Chars("123456789", 6);
  switch (random.Below(6)) {
    case 0:
      return {"INC00" + digits, {digits}};
    case 1:
      return {"ticket #" + digits, {digits}};
    case 2:
      return {"Case No. 2026-" + digits, {digits}};
    case 3:
      return {"チケット番号：" + digits, {digits}};
    case 4:
      return {"CHG0" + digits, {digits}};
    default:
      return {"HELPDESK-" + digits, {digits}};
  }
}
Value Amount(const Team&, Random& random) {
  const std::string head = random.Chars("123456789", 1) + random.Chars("123456789", 2);
  const std::string rest = random.Chars("123456789", 3);
  const std::string number = head + "," + rest + "," + random.Chars("123456789", 3);
  switch (random.Below(5)) {
    case 0:
      return {"JPY " + number, {number}};
    case 1:
      return {"¥" + number, {number}};
    case 2:
      return {number + "円", {number}};
    case 3:
      return {fmt::format("${},{}.{}", head, rest, random.Chars("123456789", 2)),
              {head + "," + rest}};
    default:
      return {number + " euros", {number}};
  }
}
Value Count(const Team&, Random& random) {
  const std::string number =
      random.OneIn(2) ? random.Chars("123456789", 3)
                      : random.Chars("123456789", 1) + "," + random.Chars("123456789", 3);
  return {number + random.Pick(std::array<const char*, 7>{" customers", " workstations",
                                                          " user accounts", " employees",
                                                          "台の端末", "件の顧客情報", "名の職員"}),
          {number}};
}
Value Time(const Team&, Random& random) {
  const auto month = random.Between(1, 12);
  const auto day = random.Between(1, 28);
  const auto hour = random.Below(24);
  const auto minute = random.Below(60);
  const auto second = random.Between(1, 59);
  const std::string clock = fmt::format("{:02}:{:02}:{:02}", hour, minute, second);
  switch (random.Below(5)) {
    case 0:
      return {fmt::format("2026-{:02}-{:02}T{}Z", month, day, clock), {clock}};
    case 1:
      return {fmt::format("2026-{:02}-{:02} {}.{}+09:00", month, day, clock, random.Digits(3)),
              {clock}};
    case 2:
      return {fmt::format("2026/{:02}/{:02} {}", month, day, clock), {clock}};
    case 3: {
      const std::string ja = fmt::format("{}時{}分{}秒", hour, minute, second);
      return {fmt::format("2026年{}月{}日 {}", month, day, ja), {ja}};
    }
    default:
      return {fmt::format("{:02}/Mar/2026:{} +0900", day, clock), {clock}};
  }
}
Value Document(const Team& team, Random& random) { return Whole(random.Pick(team.documents)); }
Value VictimMail(const Team&, Random& random) {
  const std::string mail =
      fmt::format("{}.{}@customer.example", Coined(random, 1), Coined(random, 2));
  switch (random.Below(4)) {
    case 0:
      return {"To: <" + mail + ">", {mail}};
    case 1:
      return {"reported by " + mail, {mail}};
    case 2:
      return {"宛先：" + mail, {mail}};
    default:
      return {"please contact " + mail, {mail}};
  }
}

}  // namespace

const std::vector<ValueClass>& ValueClasses() {
  static const std::vector<ValueClass> kClasses = {
      {"own-address", OwnAddress, Forms::kOwn},
      {"own-inside-address", InsideAddress, Forms::kOwn},
      {"own-address6", OwnAddress6, Forms::kOwn},
      {"own-network", OwnNetwork, Forms::kOwn},
      {"own-host", OwnHost, Forms::kOwn},
      {"own-idn", OwnIdn, Forms::kOwn},
      {"own-mail", OwnMail, Forms::kOwn},
      {"own-machine", OwnMachine, Forms::kOwn},
      {"own-user", OwnUser, Forms::kOwn},
      {"own-account", OwnAccount, Forms::kOwn},
      {"name-latin", LatinName, Forms::kOwn},
      {"name-kanji", KanjiName, Forms::kOwn},
      {"name-other", OtherName, Forms::kOwn},
      {"name-short", ShortName, Forms::kPlain},
      {"person-latin", LatinPerson, Forms::kOwn},
      {"person-kanji", KanjiPerson, Forms::kOwn},
      {"person-other", OtherPerson, Forms::kOwn},
      {"product", Product, Forms::kOwn},
      {"site", Site, Forms::kOwn},
      {"sid", Sid, Forms::kShape},
      {"home-windows", WindowsHome, Forms::kShape},
      {"home-unix", UnixHome, Forms::kShape},
      {"unc", Unc, Forms::kShape},
      {"mac", Mac, Forms::kShape},
      {"phone-japan", PhoneJapan, Forms::kShape},
      {"phone-world", PhoneWorld, Forms::kShape},
      {"phone-america", PhoneAmerica, Forms::kShape},
      {"iban", Iban, Forms::kShape},
      {"card", Card, Forms::kShape},
      {"jwt", Jwt, Forms::kShape},
      {"api-key", ApiKey, Forms::kShape},
      {"private-key", PrivateKey, Forms::kShape},
      {"url-password", UrlPassword, Forms::kShape},
      {"url-token", UrlToken, Forms::kShape},
      {"url-session", UrlSession, Forms::kGeneralised},
      {"message-id", MessageId, Forms::kShape},
      {"received", Received, Forms::kShape},
      {"ticket", Ticket, Forms::kShape},
      {"amount", Amount, Forms::kGeneralised},
      {"count", Count, Forms::kGeneralised},
      {"time", Time, Forms::kGeneralised},
      {"document", Document, Forms::kPlain},
      {"victim-mail", VictimMail, Forms::kShape},
  };
  return kClasses;
}

}  // namespace renkei::leak
