// What a mail becomes: an incident of its text, and what is attached.

#include "node/formats/mail_import.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "node/base/encoding.h"
#include "node/formats/import_any.h"
#include "node/formats/mail_reader.h"

namespace renkei::formats {
namespace {

const std::string kFrom =
    "From: Mika Example <mika@reporter.example>\r\nTo: reports@team.example\r\n"
    "Date: Sun, 22 Nov 2026 10:30:00 +0000\r\nMessage-ID: <1@reporter.example>\r\n";

std::vector<Imported> MustImport(const std::string& text, const ImportOptions& options = {}) {
  auto imported = ImportAny(text, options);
  EXPECT_TRUE(imported.ok()) << Message(imported.status());
  return imported.ok() ? *std::move(imported) : std::vector<Imported>(1);
}

std::string AttachedPart(const std::string& type, const std::string& name,
                         const std::string& content) {
  return "--b0\r\nContent-Type: " + type + "\r\nContent-Disposition: attachment; filename=\"" +
         name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Base64Encode(content) + "\r\n";
}

std::string WithAttached(const std::string& text, const std::string& attachments) {
  return kFrom +
         "Subject: Two files\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n--b0\r\n\r\n" +
         text + "\r\n" + attachments + "--b0--\r\n";
}

bool HasNote(const ImportReport& report, const std::string& part) {
  return std::any_of(report.notes.begin(), report.notes.end(),
                     [&](const std::string& note) { return note.find(part) != std::string::npos; });
}

constexpr char kStix[] = R"({"type": "bundle", "id": "bundle--10000000-0000-4000-8000-000000000001",
  "objects": [{"type": "indicator", "spec_version": "2.1",
  "id": "indicator--10000000-0000-4000-8000-000000000002", "created": "2026-11-20T00:00:00Z",
  "modified": "2026-11-20T00:00:00Z", "pattern": "[ipv4-addr:value = '198.51.100.9']",
  "pattern_type": "stix", "valid_from": "2026-11-20T00:00:00Z"}]})";

TEST(MailImport, ATextIsAnIncidentAndItsSenderIsInNoRecord) {
  const auto imported =
      MustImport(kFrom +
                 "Subject: Re: [abuse] [TLP:GREEN] Scans of ports\r\nContent-Language: en\r\n\r\n"
                 "Many tries, seen since Monday.\r\n-- \r\nMika Example, Reporter Ltd\r\n");
  ASSERT_EQ(imported.size(), 1U);
  const record::Draft& draft = imported[0].draft;
  EXPECT_EQ(draft.header.kind, policy::Kind::kIncident);
  EXPECT_EQ(draft.header.tlp, policy::Tlp::kGreen);
  EXPECT_EQ(draft.source_format, "mail");
  EXPECT_EQ(draft.sections.summary().title(0).value(), "Scans of ports");
  EXPECT_EQ(draft.sections.summary().description(0).value(), "Many tries, seen since Monday.");
  EXPECT_EQ(draft.sections.summary().description(0).lang(), "en");
  const std::string all = draft.sections.SerializeAsString() + draft.source_id;
  for (const char* word : {"Mika", "reporter.example", "Reporter Ltd", "team.example"}) {
    EXPECT_EQ(all.find(word), std::string::npos) << word;
  }
  const ImportReport& report = imported[0].report;
  ASSERT_TRUE(report.reporter);
  EXPECT_EQ(*report.reporter,
            (Reporter{"Mika Example", "mika@reporter.example", "2026-11-22T10:30:00Z"}));
}

// A suspicious mail is passed on as a file, so that nothing of it is lost.
TEST(MailImport, AnAttachedMailIsAReportAndWhatItCarriesIsAttached) {
  const std::string passed_on =
      "From: Billing <billing@portal.example>\r\nTo: Alex Sample <alex@victim.example>\r\n"
      "Subject: [TLP:AMBER] Your invoice\r\nContent-Type: multipart/mixed; boundary=b9\r\n\r\n"
      "--b9\r\n\r\nDear Alex Sample, pay at hxxps://login[.]portal[.]example/a\r\n--b9\r\n"
      "Content-Type: application/pdf; name=invoice.pdf\r\n\r\nfile\r\n--b9--\r\n";
  for (const std::string& part :
       {"--b0\r\nContent-Type: message/rfc822\r\n\r\n" + passed_on + "\r\n",
        AttachedPart("application/octet-stream", "Your invoice.eml", passed_on)}) {
    const auto imported = MustImport(WithAttached("Is this one of yours?", part));
    ASSERT_EQ(imported.size(), 1U);
    const record::Draft& draft = imported[0].draft;
    const v1::Summary& summary = draft.sections.summary();
    EXPECT_EQ(summary.title(0).value(), "Two files");
    EXPECT_EQ(summary.description(0).value(), "Is this one of yours?");
    ASSERT_EQ(summary.reports_size(), 1);
    EXPECT_EQ(summary.reports(0).name().value(), "Your invoice");
    EXPECT_EQ(summary.reports(0).content().value(),
              "Dear Alex Sample, pay at hxxps://login[.]portal[.]example/a");
    EXPECT_EQ(draft.header.tlp, policy::Tlp::kAmber);
    ASSERT_EQ(draft.sections.indicators().indicators_size(), 1);
    EXPECT_EQ(draft.sections.indicators().indicators(0).value(), "https://login.portal.example/a");
    const v1::Attachments& files = draft.sections.attachments();
    ASSERT_EQ(files.attachments_size(), 2);
    EXPECT_EQ(files.attachments(0).type(), "message/rfc822");
    EXPECT_GE(files.attachments(0).size(), passed_on.size());
    EXPECT_EQ(files.attachments(1).name(), "invoice.pdf");
    // Whom it went to stands in its text only, and is told of.
    EXPECT_EQ(draft.sections.SerializeAsString().find("victim.example"), std::string::npos);
    EXPECT_TRUE(HasNote(imported[0].report, "names who wrote or got it"));
  }
}

TEST(MailImport, FilesOfAnAttachedMailAreImported) {
  const auto imported = MustImport(WithAttached(
      "As I got it.",
      AttachedPart("message/rfc822", "fwd.eml",
                   WithAttached("A bundle.", AttachedPart("application/json", "b.json", kStix)))));
  ASSERT_EQ(imported.size(), 2U);
  EXPECT_EQ(imported[0].draft.sections.summary().reports(0).content().value(), "A bundle.");
  EXPECT_EQ(imported[1].draft.sections.indicators().indicators(0).value(), "198.51.100.9");
}

TEST(MailImport, MailsInMailsAreReadThreeDeepAndNamedBehind) {
  std::string mail = kFrom + "Subject: 9\r\n\r\ntext 9\r\n";
  for (int i = 8; i >= 0; --i) {
    mail = WithAttached(fmt::format("text {}", i), AttachedPart("message/rfc822", "a.eml", mail));
  }
  const auto imported = MustImport(mail);
  ASSERT_EQ(imported.size(), 1U);
  const v1::Summary& summary = imported[0].draft.sections.summary();
  EXPECT_EQ(summary.description(0).value(), "text 0");
  ASSERT_EQ(summary.reports_size(), kMailInMailMax);
  EXPECT_EQ(imported[0].draft.sections.attachments().attachments_size(), kMailInMailMax + 1);
  std::set<std::string> texts;
  for (const v1::Report& one : summary.reports()) texts.insert(one.content().value());
  EXPECT_EQ(texts, (std::set<std::string>{"text 1", "text 2", "text 3"}));
}

// No mail at all, whatever it is called.
TEST(MailImport, WhatIsCalledAMailAndIsNoneIsAnAttachment) {
  const auto imported = MustImport(
      WithAttached("Look.", AttachedPart("message/rfc822", "x.eml", std::string("\0\1\2", 3))));
  ASSERT_EQ(imported.size(), 1U);
  EXPECT_EQ(imported[0].draft.sections.summary().reports_size(), 0);
  EXPECT_EQ(imported[0].draft.sections.attachments().attachments_size(), 1);
}

TEST(MailImport, OnlyValuesThatCanBeNothingElseAreTaken) {
  const auto imported = MustImport(
      kFrom +
      "Subject: x\r\n\r\nSee hxxps://login[.]portal[.]example/a, and (198[.]51[.]100[.]7).\r\n"
      "Hash D41D8CD98F00B204E9800998ECF8427E; not www.reporter.example, 192.0.2.1, report.doc,\r\n"
      "mika@reporter.example, twice: 198[.]51[.]100[.]7\r\n");
  const auto& indicators = imported[0].draft.sections.indicators();
  std::vector<std::string> values;
  for (const auto& one : indicators.indicators()) {
    values.push_back(one.value());
    EXPECT_FALSE(one.actionable()) << one.value();
    EXPECT_EQ(one.role(), v1::ROLE_UNSPECIFIED) << one.value();
  }
  EXPECT_EQ(values, (std::vector<std::string>{"https://login.portal.example/a", "198.51.100.7",
                                              "d41d8cd98f00b204e9800998ecf8427e"}));
  EXPECT_TRUE(HasNote(imported[0].report, "as context"));
  EXPECT_TRUE(HasNote(imported[0].report, "the text names the sender"));
}

TEST(MailImport, KnownAttachmentsComeInByTheirOwnImporter) {
  const auto imported = MustImport(WithAttached(
      "See the files.",
      AttachedPart("application/octet-stream", "bundle.json", kStix) +
          AttachedPart("text/csv", "list.csv", "type,value\r\ndomain,portal.example\r\n") +
          AttachedPart("application/pdf", "report.pdf", "no real one")));
  ASSERT_EQ(imported.size(), 3U);
  EXPECT_EQ(imported[0].draft.source_format, "mail");
  EXPECT_EQ(imported[1].draft.source_format, "stix");
  EXPECT_EQ(imported[1].draft.sections.indicators().indicators(0).value(), "198.51.100.9");
  EXPECT_EQ(imported[2].draft.source_format, "csv");
  const auto& attachments = imported[0].draft.sections.attachments();
  ASSERT_EQ(attachments.attachments_size(), 1);
  EXPECT_EQ(attachments.attachments(0).name(), "report.pdf");
  EXPECT_EQ(attachments.attachments(0).size(), 11U);
  EXPECT_EQ(attachments.attachments(0).sha256().size(), 64U);
  EXPECT_EQ(imported[0].report.mapped.at("attachment, imported"), 2U);
}

TEST(MailImport, AMailThatOnlyCarriesIsNoRecordItself) {
  const auto imported =
      MustImport(WithAttached("", AttachedPart("application/json", "bundle.json", kStix)));
  ASSERT_EQ(imported.size(), 1U);
  EXPECT_EQ(imported[0].draft.source_format, "stix");
  EXPECT_TRUE(imported[0].report.reporter);
}

TEST(MailImport, AnAttachmentThatIsBrokenIsNamedAndKeepsNothingElseOut) {
  const auto imported = MustImport(WithAttached(
      "See it.", AttachedPart("application/json", "cut.json", R"({"type": "bundle", )")));
  ASSERT_EQ(imported.size(), 1U);
  EXPECT_EQ(imported[0].draft.sections.attachments().attachments(0).name(), "cut.json");
  EXPECT_TRUE(HasNote(imported[0].report, "attachment `cut.json` is not taken along"));
}

TEST(MailImport, WhatIsEncryptedIsNamedAndSaid) {
  const auto imported = MustImport(
      kFrom + "Subject: secret\r\nContent-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nx");
  EXPECT_EQ(imported[0].draft.sections.attachments().attachments(0).name(), "smime.p7m");
  EXPECT_EQ(imported[0].draft.sections.summary().description_size(), 0);
  EXPECT_TRUE(HasNote(imported[0].report, "encrypted (S/MIME)"));
}

TEST(MailImport, NothingAtAllIsRefused) {
  const auto imported = ImportAny(kFrom + "\r\n  \r\n");
  ASSERT_FALSE(imported.ok());
  EXPECT_EQ(Message(imported.status()), "a mail without a subject, a text or an attachment");
}

TEST(MailImport, TheSameMailIsTheSameSourceAndAnotherIsNot) {
  const std::string mail = kFrom + "Subject: x\r\n\r\ny";
  EXPECT_EQ(MustImport(mail)[0].draft.source_id, MustImport(mail)[0].draft.source_id);
  // Of the same id: what one person wrote, another can't revise.
  EXPECT_NE(MustImport(mail)[0].draft.source_id, MustImport(mail + "z")[0].draft.source_id);
}

TEST(MailImport, ATitleAndANameThatTellTheSenderAreNoted) {
  const auto title = MustImport(kFrom + "Subject: Report by mika example\r\n\r\nseen");
  EXPECT_TRUE(HasNote(title[0].report, "the title names the sender"));
  const auto name =
      MustImport(WithAttached("seen", AttachedPart("application/pdf", "Mika Example.pdf", "x")));
  EXPECT_TRUE(HasNote(name[0].report, "`Mika Example.pdf` names the sender"));
}

// All below a signature was cut, also the mail that was passed on there.
TEST(MailImport, OnlyAShortSignatureIsCut) {
  const auto text = [](const std::string& below) {
    return MustImport(kFrom + "Subject: x\r\n\r\nSee below.\r\n-- \r\n" + below)[0]
        .draft.sections.summary()
        .description(0)
        .value();
  };
  EXPECT_EQ(text("Mika\r\nReporter Ltd\r\n"), "See below.");
  EXPECT_NE(text("Mika\r\n\r\n> From: evil@portal.example\r\n").find("evil"), std::string::npos);
  std::string passed_on = "Mika\r\n";
  for (int i = 0; i < 20; ++i) passed_on += "a line\r\n";
  EXPECT_NE(text(passed_on + "hxxp://portal[.]example").find("portal"), std::string::npos);
}

// An attachment that named a source which had been published revised what that one became.
TEST(MailImport, WhatIsAttachedCannotNameTheSourceOfAnother) {
  const std::string own =
      R"({"renkei": 1, "kind": "incident", "circles": ["energy"],)"
      R"( "from": {"format": "misp", "id": "a"}, "sections": {"summary": {"title": [{"value": "x"}]}}})";
  const std::string mail = WithAttached("see", AttachedPart("application/json", "x.json", own));
  const auto imported = MustImport(mail);
  ASSERT_EQ(imported.size(), 2U) << imported[0].report.notes.size();
  EXPECT_EQ(imported[1].draft.source_id, imported[0].draft.source_id + ":1");
  EXPECT_TRUE(imported[1].draft.header.circles.empty());
}

TEST(MailImport, TextsOverTheLimitAreCutAndCounted) {
  const auto imported =
      MustImport(kFrom + "Subject: x\r\n\r\n" + std::string(300'000, 'a') + "\r\n");
  EXPECT_EQ(imported[0].draft.sections.summary().description(0).value().size(), 262'144U);
  const auto& lost = imported[0].report.not_mapped;
  EXPECT_TRUE(
      std::any_of(lost.begin(), lost.end(), [](const NotMapped& one) { return !one.by_design; }));
}

TEST(MailImport, SubjectsLoseWhatIsNoTitle) {
  for (const auto& [subject, title] :
       std::vector<std::pair<std::string, std::string>>{{"Re: Fwd: AW: Scans", "Scans"},
                                                        {"[list] Re: [TLP:RED] Scans", "Scans"},
                                                        {"[TLP:RED]", "[TLP:RED]"},
                                                        {"Re:", "Re:"},
                                                        {"Result: [a] b", "Result: [a] b"},
                                                        {"", ""}}) {
    EXPECT_EQ(TitleOfSubject(subject).text, title) << subject;
  }
  EXPECT_EQ(TitleOfSubject("[TLP:GREEN] [TLP:AMBER+STRICT] x").tlp, policy::Tlp::kAmberStrict);
  EXPECT_EQ(TitleOfSubject("x [TLP:RED]").tlp, policy::Tlp::kUnspecified);
}

}  // namespace
}  // namespace renkei::formats
