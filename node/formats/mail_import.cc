#include "node/formats/mail_import.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "node/formats/import_json.h"
#include "node/formats/iodef_import.h"
#include "node/formats/iodef_tree.h"
#include "node/formats/list_import.h"
#include "node/formats/mail_reader.h"
#include "node/formats/misp_state.h"
#include "node/formats/time_text.h"
#include "node/formats/value_type.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

constexpr std::string_view kUntitled = "Mail report";
constexpr std::size_t kMailTagBytesMax = 40;
constexpr std::size_t kMailWordOfTextMax = 2'048;  // longer ones are no value that somebody wrote
constexpr std::size_t kMailWhyBytesMax = 200;

// ---- the subject -------------------------------------------------------------------------------

// `Re:`, `Fwd:` and their like in a few languages; 0: none.
std::size_t ReplyWordAt(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kWords = {
      "re:", "fw:", "fwd:", "aw:", "wg:", "sv:", "vs:", "tr:", "rv:", "antw:", "doorst:", "ref:"};
  const std::string lower = AsciiLower(text.substr(0, 8));
  for (const std::string_view word : kWords) {
    if (lower.starts_with(word)) return word.size();
  }
  return 0;
}

std::size_t TagAt(std::string_view text) {
  if (!text.starts_with('[')) return 0;
  const std::size_t end = text.substr(0, kMailTagBytesMax + 2).find(']');
  return end == std::string_view::npos ? 0 : end + 1;
}

// ---- values in prose ---------------------------------------------------------------------------

bool IsDefanged(std::string_view word) {
  const std::string lower = AsciiLower(word);
  for (const std::string_view mark :
       {"[.]", "(.)", "[dot]", "(dot)", "{.}", "[:]", "[at]", "[@]"}) {
    if (lower.find(mark) != std::string::npos) return true;
  }
  return lower.starts_with("hxxp");
}

bool IsHash(v1::IndicatorType type) {
  return type == v1::INDICATOR_TYPE_MD5 || type == v1::INDICATOR_TYPE_SHA1 ||
         type == v1::INDICATOR_TYPE_SHA256 || type == v1::INDICATOR_TYPE_SHA512;
}

// A word less the marks of a sentence around it; brackets inside stay.
std::string_view BareWord(std::string_view word) {
  static constexpr std::string_view kBefore = "<(\"'`*>|";
  static constexpr std::string_view kBehind = ">\"'`*,;:!?.|";
  while (!word.empty() && kBefore.find(word.front()) != std::string_view::npos) {
    word.remove_prefix(1);
  }
  while (!word.empty()) {
    // `(.)` ends in a bracket that belongs to it.
    const bool open = word.back() == ')' && word.find('(') == std::string_view::npos;
    if (!open && kBehind.find(word.back()) == std::string_view::npos) break;
    word.remove_suffix(1);
  }
  return word;
}

constexpr std::ptrdiff_t kSignatureLinesMax = 8;

bool IsSignature(std::string_view text) {
  return std::count(text.begin(), text.end(), '\n') <= kSignatureLinesMax &&
         !text.starts_with('>') && text.find("\n>") == std::string_view::npos &&
         text.find("---") == std::string_view::npos;
}

class MailMaker {
 public:
  MailMaker(const MailMessage& mail, const ImportOptions& options)
      : mail_(mail), options_(options) {}

  absl::StatusOr<std::vector<Imported>> Make(BytesView file) {
    for (std::size_t i = 0; i < mail_.attachments.size(); ++i) TakeAttachment(i);
    // A mail that only carries something is none itself.
    const bool own = !mail_.texts.empty() || attached_.empty() || draft_.sections.has_attachments();
    // By all that came: nobody can write a mail that revises what another mail became.
    const std::string id = "sha256:" + HexEncode(crypto::Sha256(file).view());
    if (own) {
      RETURN_IF_ERROR(MakeOwn(id));
    }
    NameAttached(id);
    std::vector<Imported> all;
    if (own) all.push_back({std::move(draft_), {}, 1, 1});
    std::move(attached_.begin(), attached_.end(), std::back_inserter(all));
    Notes();
    // What is said of the mail stands where it is seen first, beside what that importer says.
    ImportReport& first = all.front().report;
    ImportReport ours = report_.Take();
    ours.mapped.merge(first.mapped);
    std::move(first.not_mapped.begin(), first.not_mapped.end(),
              std::back_inserter(ours.not_mapped));
    std::move(first.notes.begin(), first.notes.end(), std::back_inserter(ours.notes));
    ours.attributes += first.attributes;
    ours.attributes_skipped += first.attributes_skipped;
    ours.reporter = ReporterOf();
    first = std::move(ours);
    return all;
  }

 private:
  // By the mail that brought them, whatever they call themselves: else whoever writes a mail could
  // revise what another source became.  Where they go is ours to say, too.
  void NameAttached(const std::string& mail) {
    std::size_t number = 0;
    for (Imported& one : attached_) {
      if (one.part == 1) ++number;
      if (one.draft.source_format.empty()) one.draft.source_format = "mail";
      one.draft.source_id = fmt::format("{}:{}", mail, number);
      one.draft.header.circles.clear();
      one.draft.header.recipients.clear();
    }
  }

  Reporter ReporterOf() const {
    const MailEnvelope& envelope = mail_.envelope;
    Reporter reporter{.name = Printable(envelope.from_name, kMailNameBytesMax),
                      .address = envelope.from_address};
    if (envelope.date) reporter.date = SecondsToText(UnixSeconds(*envelope.date)).value_or("");
    return reporter;
  }

  std::string NameOf(std::size_t i) const {
    const std::string& name = mail_.attachments[i].name;
    return name.empty() ? fmt::format("attachment-{}", i + 1) : name;
  }

  // Nothing if it is of no kind that is read; its name counts as much as its type, as in mail both
  // are often wrong.
  std::optional<absl::StatusOr<std::vector<Imported>>> ImportAttached(
      const MailAttachment& attachment) const {
    const std::string name = AsciiLower(attachment.name);
    const std::string& type = attachment.type;
    const std::size_t first = attachment.content.find_first_not_of("\xef\xbb\xbf \t\r\n");
    if (first == Bytes::npos) return std::nullopt;
    const char c = attachment.content[first];
    const bool json = type.ends_with("json") || type.find("+json") != std::string::npos ||
                      type.find("stix") != std::string::npos || name.ends_with(".json") ||
                      name.ends_with(".stix");
    if (json && (c == '{' || c == '[')) return ImportJsonAuto(attachment.content, options_);
    const bool xml = type.ends_with("xml") || name.ends_with(".xml") || name.ends_with(".iodef");
    if (xml && c == '<') return ImportIodefXml(attachment.content, options_);
    const bool csv = type == "text/csv" || name.ends_with(".csv");
    if (csv) return ImportList(attachment.content, options_);
    return std::nullopt;
  }

  void TakeAttachment(std::size_t i) {
    const MailAttachment& attachment = mail_.attachments[i];
    auto imported = ImportAttached(attachment);
    if (imported && imported->ok()) {
      report_.Mapped("attachment, imported");
      std::move((*imported)->begin(), (*imported)->end(), std::back_inserter(attached_));
      return;
    }
    if (imported) {
      report_.Note(fmt::format("attachment `{}` is not taken along: {}", NameOf(i),
                               Printable(Message(imported->status()), kMailWhyBytesMax)));
    }
    report_.Mapped("attachment, named");
    NoteSender(attachment.name, fmt::format("the name `{}`", NameOf(i)));
    report_.NotKeptByDesign(fmt::format("attachment[{}]", i), "what stands in an attachment");
    v1::Attachment& named = *draft_.sections.mutable_attachments()->add_attachments();
    named.set_name(NameOf(i));
    named.set_size(attachment.content.size());
    named.set_sha256(HexEncode(crypto::Sha256(attachment.content).view()));
    named.set_type(attachment.type);
  }

  absl::Status MakeOwn(const std::string& id) {
    const MailTitle title = TitleOfSubject(mail_.envelope.subject);
    if (mail_.texts.empty() && title.text.empty() && mail_.attachments.empty()) {
      return InvalidArgument("a mail without a subject, a text or an attachment");
    }
    draft_.header.kind = options_.kind.value_or(policy::Kind::kIncident);
    draft_.header.tlp = title.tlp;
    draft_.source_format = "mail";
    draft_.source_id = id;
    v1::Summary& summary = *draft_.sections.mutable_summary();
    summary.add_title()->set_value(title.text.empty() ? std::string(kUntitled) : title.text);
    report_.Mapped("subject");
    NoteSender(title.text, "the title");
    for (std::size_t i = 0; i < mail_.texts.size(); ++i) TakeText(mail_.texts[i], i);
    for (std::size_t i = 0; i < mail_.mails.size(); ++i) TakeMail(mail_.mails[i], i);
    return Annotate(record::CheckSections(draft_.sections), "imported mail");
  }

  void TakeText(const MailText& text, std::size_t i) {
    const std::string place = fmt::format("text[{}]", i);
    std::string_view value = text.value;
    // What stands below `-- ` is who wrote it, not what (RFC 3676, 4.3); what is long, or quotes,
    // is no signature: a mail that is passed on stands below its own.
    const std::size_t end = value.rfind("\n-- \n");
    if (end != std::string_view::npos && IsSignature(value.substr(end + 5))) {
      value = value.substr(0, end);
      report_.NotKeptByDesign(place, "a signature");
    }
    const std::string_view kept = Kept(value, place);
    if (kept.empty()) return;
    report_.Mapped("text");
    v1::Summary& summary = *draft_.sections.mutable_summary();
    v1::Text& to = summary.description_size() == 0 ? *summary.add_description()
                                                   : *summary.add_reports()->mutable_content();
    to.set_value(std::string(kept));
    to.set_lang(text.lang);
    NoteSender(kept, "the text");
    TakeValues(kept, place);
  }

  // What somebody passed on, as a report under its subject.
  void TakeMail(const AttachedMail& mail, std::size_t i) {
    const MailTitle title = TitleOfSubject(mail.subject);
    draft_.header.tlp = std::max(draft_.header.tlp, title.tlp);
    for (const MailText& text : mail.texts) {
      const std::string place = fmt::format("mail[{}]", i);
      const std::string_view kept = Kept(text.value, place);
      if (kept.empty()) return;
      report_.Mapped("attached mail");
      v1::Report& report = *draft_.sections.mutable_summary()->add_reports();
      report.mutable_name()->set_value(title.text.empty() ? std::string(kUntitled) : title.text);
      report.mutable_content()->set_value(std::string(kept));
      report.mutable_content()->set_lang(text.lang);
      NoteSender(kept, "an attached mail");
      if (std::any_of(mail.people.begin(), mail.people.end(), [&](const std::string& one) {
            return Names(AsciiLower(kept), one) || Names(AsciiLower(title.text), one);
          })) {
        report_.Note("an attached mail names who wrote or got it: it would be published with it");
      }
      TakeValues(kept, place);
    }
  }

  // As much of a text as there is room for.
  std::string_view Kept(std::string_view value, const std::string& place) {
    const std::string_view kept = CutUtf8(value, record::kLongTextBytesMax - text_bytes_);
    if (kept.size() < value.size()) {
      report_.NotKept(place, fmt::format("text over {} bytes in all", record::kLongTextBytesMax));
    }
    text_bytes_ += kept.size();
    return kept;
  }

  static bool Names(const std::string& lower, const std::string& what) {
    return !what.empty() && lower.find(AsciiLower(what)) != std::string::npos;
  }

  void NoteSender(std::string_view text, std::string_view what_of) {
    const std::string lower = AsciiLower(text);
    if (Names(lower, mail_.envelope.from_name) || Names(lower, mail_.envelope.from_address)) {
      report_.Note(fmt::format("{} names the sender: it would be published with it", what_of));
    }
  }

  void TakeValues(std::string_view text, const std::string& place) {
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t end = std::min(text.find_first_of(" \t\n", at), text.size());
      const std::string_view word = BareWord(text.substr(at, end - at));
      at = end + 1;
      if (word.empty() || word.size() > kMailWordOfTextMax) continue;
      const bool hash_like =
          word.size() >= 32 &&
          word.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
      if (!hash_like && !IsDefanged(word)) continue;
      const auto found = RecogniseValue(word);
      if (!found || (hash_like && !IsHash(found->type))) continue;
      if (!seen_.emplace(static_cast<int>(found->type), found->value).second) continue;
      report_.CountAttributes(1);
      if (seen_.size() > kMailValuesMax) {
        report_.SkipAttributes(1);
        report_.NotKept(place, fmt::format("values of a text beyond {}", kMailValuesMax));
        continue;
      }
      v1::Indicator& indicator = *draft_.sections.mutable_indicators()->add_indicators();
      indicator.set_ref(fmt::format("i{}", seen_.size()));
      indicator.set_type(found->type);
      indicator.set_value(found->value);
      report_.Mapped("value in the text");
    }
  }

  void Notes() {
    for (const std::string& flaw : mail_.flaws) report_.Note("mail: " + flaw);
    if (!mail_.encrypted.empty()) {
      report_.Note(
          fmt::format("mail: encrypted ({}): what is encrypted was not read; decrypt it "
                      "and hand in the text",
                      mail_.encrypted));
    }
    if (mail_.from_html) {
      report_.NotKeptByDesign("html", "layout, pictures and links behind words");
    }
    if (mail_.pictures > 0) {
      report_.NotKeptByDesign("html", "a picture inside the text", mail_.pictures);
    }
    if (mail_.signatures > 0) {
      report_.NotKeptByDesign("mail", "a cryptographic signature, unchecked", mail_.signatures);
    }
    report_.NotKeptByDesign("header", "who wrote it, to whom, and by which way it came");
    if (!seen_.empty()) {
      report_.Note(
          "values in the text that are defanged, and hashes, are taken as context: no "
          "list blocks them");
    }
  }

  const MailMessage& mail_;
  const ImportOptions& options_;
  record::Draft draft_{};
  ReportBuilder report_{};
  std::vector<Imported> attached_{};
  std::set<std::pair<int, std::string>> seen_{};
  std::size_t text_bytes_ = 0;
};

}  // namespace

MailTitle TitleOfSubject(std::string_view subject) {
  MailTitle title;
  std::string_view rest = TrimmedText(subject);
  while (true) {
    std::size_t skip = ReplyWordAt(rest);
    if (skip == 0) {
      skip = TagAt(rest);
      const std::string tag = AsciiLower(rest.substr(0, skip));
      if (tag.starts_with("[tlp:")) {
        const auto tlp =
            policy::TlpFromWord(TrimmedText(std::string_view(tag).substr(5, tag.size() - 6)));
        if (tlp) title.tlp = std::max(title.tlp, *tlp);
      }
    }
    if (skip == 0) break;
    rest = TrimmedText(rest.substr(skip));
  }
  // Nothing but tags: they are the title.
  if (rest.empty()) rest = TrimmedText(subject);
  title.text = std::string(CutUtf8(rest, kMailTitleBytesMax));
  return title;
}

absl::StatusOr<std::vector<Imported>> ImportMail(BytesView file, const ImportOptions& options) {
  ASSIGN_OR_RETURN(const MailMessage mail, ReadMail(file));
  return MailMaker(mail, options).Make(file);
}

}  // namespace renkei::formats
