// Mails as people, programs and attackers write them.

#include "node/formats/mail_reader.h"

#include <gtest/gtest.h>

#include "node/base/encoding.h"
#include "node/formats/mail_decode.h"
#include "node/formats/mail_header.h"

namespace renkei::formats {
namespace {

const std::string kHead =
    "From: Mika Example <mika@reporter.example>\r\nSubject: Scans\r\n"
    "Date: Sun, 22 Nov 2026 10:30:00 +0900\r\nMessage-ID: <1@reporter.example>\r\n";

MailMessage MustRead(const std::string& text) {
  auto read = ReadMail(text);
  EXPECT_TRUE(read.ok()) << Message(read.status());
  return read.ok() ? *std::move(read) : MailMessage();
}

std::string TextsOf(const MailMessage& mail) {
  std::string all;
  for (const MailText& text : mail.texts) all += "{" + text.value + "}";
  return all;
}

std::string PartsOf(const std::string& type, const std::vector<std::string>& parts,
                    bool ended = true) {
  std::string text = kHead + "Content-Type: " + type + "; boundary=\"b0\"\r\n\r\npreamble\r\n";
  for (const std::string& part : parts) text += "--b0\r\n" + part + "\r\n";
  return ended ? text + "--b0--\r\nepilogue\r\n" : text;
}

TEST(MailReader, AMailSaysWhoWroteWhatAndWhen) {
  const MailMessage mail = MustRead(kHead + "\r\nOne line\r\nand another\r\n");
  EXPECT_EQ(mail.envelope.from_name, "Mika Example");
  EXPECT_EQ(mail.envelope.from_address, "mika@reporter.example");
  EXPECT_EQ(mail.envelope.subject, "Scans");
  EXPECT_EQ(mail.envelope.message_id, "<1@reporter.example>");
  ASSERT_TRUE(mail.envelope.date);
  EXPECT_EQ(UnixSeconds(*mail.envelope.date), 1795311000);
  EXPECT_FALSE(mail.envelope.automatic);
  EXPECT_EQ(TextsOf(mail), "{One line\nand another}");
  EXPECT_TRUE(mail.flaws.empty());
}

struct WordsCase {
  const char* name;
  std::string value;
  std::string text;
  bool flawed = false;
};

class MailWords : public testing::TestWithParam<WordsCase> {};

TEST_P(MailWords, AreDecodedToOneLineOfUtf8) {
  bool flawed = false;
  EXPECT_EQ(DecodeMailWords(GetParam().value, flawed), GetParam().text);
  EXPECT_EQ(flawed, GetParam().flawed);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MailWords,
    testing::Values(
        WordsCase{"Plain", "Scans of ports", "Scans of ports"},
        WordsCase{"Quoted", "=?iso-8859-1?Q?Gr=FC=DFe?= an alle", "Grüße an alle"},
        WordsCase{"Latin9", "=?ISO-8859-15?Q?10_=A4?=", "10 €"},
        WordsCase{"Base64", "=?UTF-8?B?44OV44Kj44OD44K344Oz44Kw?=", "フィッシング"},
        WordsCase{"Language", "=?utf-8*ja?B?44OV?=", "フ"},
        WordsCase{"Joined", "=?utf-8?B?44OV44Kj?=\t =?utf-8?B?44OD?=", "フィッ"},
        WordsCase{"CharacterCutInTwo", "=?utf-8?B?44M=?= =?utf-8?B?lQ==?=", "フ"},
        WordsCase{"Iso2022", "=?ISO-2022-JP?B?GyRCJVUlIyVDJTclcyUwGyhC?=", "フィッシング"},
        WordsCase{"ShiftJis", "=?Shift_JIS?B?g3SDQg==?=", "フィ"},
        WordsCase{"EucJp", "=?EUC-JP?B?pdWloQ==?=", "ファ"},
        WordsCase{"Cyrillic", "=?windows-1251?Q?=D1=EA=E0=ED?=", "Скан"},
        WordsCase{"LineEndInside", "=?utf-8?Q?a=0D=0ABcc:_x=40y.example?=", "a  Bcc: x@y.example"},
        WordsCase{"NulInside", "=?utf-8?Q?a=00b?=", "a b"},
        WordsCase{"UnknownCharset", "=?x-none?Q?a=E4?=", "aä", true},
        WordsCase{"WrongUtf8", "=?utf-8?Q?a=FFb?=", "aÿb", true},
        WordsCase{"NoCharset", "a =??Q?b?= =?*en?Q?c?=", "a bc"},
        WordsCase{"NeverEnds", "=?utf-8?Q?abc", "=?utf-8?Q?abc"},
        WordsCase{"NoEncoding", "=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
        WordsCase{"WordInAWord", "=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=", "=?utf-8?Q?a?="},
        WordsCase{"BareBytes", "caf\xe9", "café", true}),
    [](const auto& one) { return std::string(one.param.name); });

struct BoxCase {
  const char* name;
  std::string value;
  std::string person;
  std::string address;
};

class MailBoxes : public testing::TestWithParam<BoxCase> {};

TEST_P(MailBoxes, GiveTheFirstNameAndAPlainAddress) {
  bool flawed = false;
  const MailBox box = FirstMailBox(GetParam().value, flawed);
  EXPECT_EQ(box.name, GetParam().person);
  EXPECT_EQ(box.address, GetParam().address);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MailBoxes,
    testing::Values(BoxCase{"Bare", "a@b.example", "", "a@b.example"},
                    BoxCase{"Named", "\"Ex, Ample\" <a@b.example>", "Ex, Ample", "a@b.example"},
                    BoxCase{"Comment", "a@b.example (A <c@d.example>)", "", "a@b.example"},
                    BoxCase{"Two", "A <a@b.example>, B <c@d.example>", "A", "a@b.example"},
                    BoxCase{"Encoded", "=?utf-8?Q?M=C3=BCller?= <m@b.example>", "Müller",
                            "m@b.example"},
                    BoxCase{"AddressAsName", "\"a@b.example\" <evil@d.example>", "a@b.example",
                            "evil@d.example"},
                    BoxCase{"TwoAngles", "A <a@b.example> <c@d.example>", "A", "a@b.example"},
                    BoxCase{"Space", "<a b@c.example>", "", ""},
                    BoxCase{"LineEnd", "<a@b.example\r\nRCPT TO:<c@d.example>>", "", ""},
                    BoxCase{"TwoDots", "<a@b..example>", "", ""},
                    BoxCase{"TwoDotsBefore", "<a..b@c.example>", "", ""},
                    BoxCase{"NoDomain", "<a@>", "", ""},
                    BoxCase{"TwoAts", "<a@b@c.example>", "", ""}, BoxCase{"Null", "<>", "", ""},
                    BoxCase{"Long", "<" + std::string(300, 'a') + "@b.example>", "", ""}),
    [](const auto& one) { return std::string(one.param.name); });

struct NameCase {
  const char* name;
  std::string disposition;
  std::string file;
};

class MailFileNames : public testing::TestWithParam<NameCase> {};

TEST_P(MailFileNames, LeadOutOfNoFolderAndMoveNoTerminal) {
  const MailMessage mail = MustRead(
      PartsOf("multipart/mixed", {"Content-Type: application/x-thing\r\nContent-Disposition: " +
                                  GetParam().disposition + "\r\n\r\nbytes"}));
  ASSERT_EQ(mail.attachments.size(), 1U);
  EXPECT_EQ(mail.attachments[0].name, GetParam().file);
  EXPECT_EQ(mail.attachments[0].content, "bytes");
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MailFileNames,
    testing::Values(
        NameCase{"Plain", "attachment; filename=a.json", "a.json"},
        NameCase{"Quoted", "attachment; filename=\"a; b.json\"", "a; b.json"},
        NameCase{"Unix", "attachment; filename=\"../../etc/passwd\"", "passwd"},
        NameCase{"Windows", R"(attachment; filename="C:\\x\\y.exe")", "y.exe"},
        NameCase{"Dots", "attachment; filename=..", ""},
        NameCase{"Control", "attachment; filename*=utf-8''a%1b%5b2Jb%0d%0a.txt", "a [2Jb  .txt"},
        NameCase{"Escaped", "attachment; filename*=UTF-8'de'gr%C3%BCn.csv", "grün.csv"},
        NameCase{"Continued", "attachment; filename*0=\"long\"; filename*1=\"er.csv\"",
                 "longer.csv"},
        NameCase{"ContinuedEscaped",
                 "attachment; filename*0*=utf-8''a%20; filename*1=b; filename*2*=%2Ex", "a b.x"},
        NameCase{"OutOfOrder", "attachment; filename*1=b; filename*0=a", "ab"},
        NameCase{"EncodedWord", "attachment; filename=\"=?utf-8?Q?=C3=A4.csv?=\"", "ä.csv"},
        NameCase{"WrongNumber", "attachment; filename*-1=x", ""}),
    [](const auto& one) { return std::string(one.param.name); });

struct BodyCase {
  const char* name;
  std::string text;
  std::string texts;
  std::size_t attachments = 0;
  bool flawed = false;
};

class MailBodies : public testing::TestWithParam<BodyCase> {};

TEST_P(MailBodies, AreReadAsFarAsTheyGo) {
  const MailMessage mail = MustRead(GetParam().text);
  EXPECT_EQ(TextsOf(mail), GetParam().texts);
  EXPECT_EQ(mail.attachments.size(), GetParam().attachments);
  EXPECT_EQ(!mail.flaws.empty(), GetParam().flawed);
}

const std::string kHtml = "Content-Type: text/html\r\n\r\n<p>rich</p>";
const std::string kPlain = "Content-Type: text/plain\r\n\r\nplain";

INSTANTIATE_TEST_SUITE_P(
    Cases, MailBodies,
    testing::Values(
        BodyCase{"PlainIsPreferred", PartsOf("multipart/alternative", {kHtml, kPlain}), "{plain}"},
        BodyCase{"PlainFirst", PartsOf("multipart/alternative", {kPlain, kHtml}), "{plain}"},
        BodyCase{"HtmlAlone", PartsOf("multipart/alternative", {kHtml}), "{rich}"},
        BodyCase{"TwoTexts", PartsOf("multipart/mixed", {kPlain, kHtml}), "{plain}{rich}"},
        BodyCase{"TextAsAttachment",
                 PartsOf("multipart/mixed",
                         {kPlain, "Content-Disposition: attachment; filename=a.txt\r\n\r\nfile"}),
                 "{plain}", 1},
        BodyCase{"AttachedMail",
                 PartsOf("multipart/mixed",
                         {kPlain, "Content-Type: message/rfc822\r\n\r\n" + kHead + "\r\ninner"}),
                 "{plain}", 1},
        BodyCase{"NeverEnds", PartsOf("multipart/mixed", {kPlain}, false), "{plain}", 0, true},
        BodyCase{"NoBoundary", kHead + "Content-Type: multipart/mixed\r\n\r\n--b0\r\n\r\nx", "", 0,
                 true},
        BodyCase{"NoPart", PartsOf("multipart/mixed", {}), ""},
        BodyCase{"LongerBoundaryIsNone",
                 PartsOf("multipart/mixed", {"Content-Type: text/plain\r\n\r\na\r\n--b00\r\nb"}),
                 "{a\n--b00\nb}"},
        BodyCase{"Base64",
                 kHead + "Content-Transfer-Encoding: base64\r\n\r\n44OV44Kj44OD\r\n44K344Oz\r\n",
                 "{フィッシン}"},
        BodyCase{"WrongBase64", kHead + "Content-Transfer-Encoding: base64\r\n\r\nYW!Jj*\r\n",
                 "{abc}", 0, true},
        BodyCase{"CutBase64", kHead + "Content-Transfer-Encoding: base64\r\n\r\nYWJjZ", "{abc}"},
        BodyCase{"Quoted",
                 kHead + "Content-Transfer-Encoding: quoted-printable\r\n\r\na=20b=\r\nc=C3=A4",
                 "{a bcä}"},
        BodyCase{"WrongQuoted", kHead + "Content-Transfer-Encoding: quoted-printable\r\n\r\na=zzb=",
                 "{a=zzb}", 0, true},
        BodyCase{"Iso2022",
                 kHead + "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B%U%#\x1b(B",
                 "{フィ}"},
        BodyCase{"WrongCharset", kHead + "Content-Type: text/plain; charset=utf-8\r\n\r\na\xff",
                 "{aÿ}", 0, true},
        BodyCase{"CharsetThatIsACommand",
                 kHead + "Content-Type: text/plain; charset=\"../../x//TRANSLIT\"\r\n\r\na", "{a}",
                 0, true},
        BodyCase{"NulBytes", kHead + "\r\na" + std::string(3, '\0') + "b", "{ab}", 0, true},
        BodyCase{"OnlyLineFeeds", "From: a@b.example\nSubject: x\n\nbody\n", "{body}"},
        BodyCase{"Mbox", "From a@b.example Sun Nov 22 10:30:00 2026\n" + kHead + "\r\nbody",
                 "{body}"},
        BodyCase{"NoBody", kHead, ""}),
    [](const auto& one) { return std::string(one.param.name); });

struct RefusedCase {
  const char* name;
  std::string text;
  std::string why;
};

std::string NestedMail(int levels) {
  std::string text = kHead;
  for (int i = 0; i < levels; ++i) {
    text += fmt::format("Content-Type: multipart/mixed; boundary=n{}\r\n\r\n--n{}\r\n", i, i);
  }
  return text + "\r\nin the middle\r\n";
}

class MailRefused : public testing::TestWithParam<RefusedCase> {};

TEST_P(MailRefused, WithOneClearLine) {
  const auto read = ReadMail(GetParam().text);
  ASSERT_FALSE(read.ok());
  EXPECT_NE(Message(read.status()).find(GetParam().why), std::string::npos)
      << Message(read.status());
}

std::string ManyFields(std::size_t count) {
  std::string text = kHead;
  for (std::size_t i = 0; i < count; ++i) text += "X: y\r\n";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MailRefused,
    testing::Values(
        RefusedCase{"TenThousandParts",
                    PartsOf("multipart/mixed", std::vector<std::string>(10'000, kPlain)),
                    "more than 200 parts"},
        RefusedCase{"NestedAThousandDeep", NestedMail(1'000), "nested deeper than 16 levels"},
        RefusedCase{"ManyFields", ManyFields(2'000) + "\r\nbody", "more than 1000 fields"},
        RefusedCase{"LongField", kHead + "X: " + std::string(70'000, 'y') + "\r\n\r\nbody",
                    "field of a mail's header with more than"},
        RefusedCase{"LongHeader", kHead + "X: y\r\n" + std::string(300'000, 'z') + "\r\n\r\n",
                    "header of a mail with more than"},
        RefusedCase{"FoldedWithoutEnd",
                    kHead + "X: y\r\n" +
                        [] {
                          std::string folds;
                          for (int i = 0; i < 9'000; ++i) folds += " 12345678\r\n";
                          return folds;
                        }(),
                    "field of a mail's header with more than"},
        RefusedCase{"NoHeader", "\r\nonly a body", "no header"},
        RefusedCase{"Empty", "", "no header"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(MailReader, NestingUpToTheLimitIsRead) {
  EXPECT_EQ(TextsOf(MustRead(NestedMail(kMailDepthMax))), "{in the middle}");
}

TEST(MailReader, WhatIsEncryptedIsNotRead) {
  const MailMessage pgp = MustRead(
      PartsOf("multipart/encrypted", {"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
                                      "Content-Type: application/octet-stream\r\n\r\nx"}));
  EXPECT_EQ(pgp.encrypted, "PGP");
  EXPECT_TRUE(pgp.texts.empty());
  const MailMessage within =
      MustRead(kHead + "\r\n-----BEGIN PGP MESSAGE-----\r\nabc\r\n-----END PGP MESSAGE-----\r\n");
  EXPECT_EQ(within.encrypted, "PGP");
  EXPECT_TRUE(within.texts.empty());
  const MailMessage smime =
      MustRead(kHead + "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nx");
  EXPECT_EQ(smime.encrypted, "S/MIME");
  EXPECT_EQ(smime.attachments.size(), 1U);
}

struct AutomaticCase {
  const char* name;
  std::string field;
  bool automatic = true;
};

class MailAutomatic : public testing::TestWithParam<AutomaticCase> {};

TEST_P(MailAutomatic, IsSeenByItsHeader) {
  EXPECT_EQ(MustRead(GetParam().field + kHead + "\r\nx").envelope.automatic, GetParam().automatic);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MailAutomatic,
    testing::Values(AutomaticCase{"Replied", "Auto-Submitted: auto-replied (vacation)\r\n"},
                    AutomaticCase{"Generated", "AUTO-SUBMITTED: Auto-Generated; x=y\r\n"},
                    AutomaticCase{"Person", "Auto-Submitted: no\r\n", false},
                    AutomaticCase{"Bulk", "Precedence: bulk\r\n"},
                    AutomaticCase{"List", "List-Id: <a.example>\r\n"},
                    AutomaticCase{"NullSender", "Return-Path: <>\r\n"},
                    AutomaticCase{"Sender", "Return-Path: <a@b.example>\r\n", false},
                    AutomaticCase{"Bounce", "Content-Type: multipart/report; boundary=b\r\n"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(MailReader, HtmlBecomesItsWords) {
  EXPECT_EQ(TextOfHtml("<style>p{}</style><p>One &amp; <b>two</b><br>three&#x2026;</p>"
                       "<script>x<y</script><!-- no > --><a href=\"https://x.example\">link</a>"),
            "One & two\nthree…\nlink");
  EXPECT_EQ(TextOfHtml("<script>never ends"), "");
  EXPECT_EQ(TextOfHtml("a <b"), "a");
  EXPECT_EQ(TextOfHtml("&lt;b&gt; &unknown; &#0;&#xd800; &"), "<b> &unknown; &");
}

TEST(MailReader, OtherFilesAreNoMails) {
  EXPECT_TRUE(LooksLikeMail(kHead + "\r\nx"));
  EXPECT_TRUE(LooksLikeMail("From: Ana <ana@team.example>\r\n\r\n198.51.100.7 scans us"));
  EXPECT_FALSE(LooksLikeMail("From: nobody\r\n\r\n198.51.100.7"));
  EXPECT_TRUE(LooksLikeMail(ManyFields(5'000)));
  for (const char* text : {"192.0.2.1\n198.51.100.7\n", "date,value\n2026-11-22,192.0.2.1\n",
                           "# from: here\n192.0.2.1\n", "", ":", "portal.example: yes\n",
                           "{\"From\": 1}", "url: https://a.example\n"}) {
    EXPECT_FALSE(LooksLikeMail(text)) << text;
  }
}

}  // namespace
}  // namespace renkei::formats
