#include "node/formats/mail_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "node/base/encoding.h"
#include "node/formats/iodef_tree.h"
#include "node/formats/mail_decode.h"
#include "node/formats/mail_header.h"
#include "node/formats/misp_state.h"

namespace renkei::formats {
namespace {

constexpr std::size_t kMailLooksBytes = 16 * 1024;  // of a file, to see whether it is one
constexpr std::size_t kMailLangBytesMax = 35;
constexpr std::string_view kPgpMessage = "-----BEGIN PGP MESSAGE-----";

// Some programs save a mail with a line of mbox in front.
BytesView WithoutMboxLine(BytesView file) {
  if (!file.starts_with("From ")) return file;
  const std::size_t end = file.find('\n');
  return end == BytesView::npos ? BytesView() : file.substr(end + 1);
}

// As it may stand in a header of ours again, or nothing.
std::string MessageIdOf(std::string_view value) {
  value = TrimmedText(value);
  const bool well = value.size() >= 3 && value.size() <= kMailNameBytesMax &&
                    value.starts_with('<') && value.ends_with('>') &&
                    std::all_of(value.begin() + 1, value.end() - 1, [](char c) {
                      return c > 0x20 && c < 0x7f && c != '<' && c != '>';
                    });
  return well ? std::string(value) : std::string();
}

bool IsAutomatic(const MailHeader& header) {
  bool ignored = false;
  const std::string submitted = ReadMailValue(header.Find("auto-submitted"), ignored).word;
  if (!submitted.empty() && submitted != "no") return true;
  const std::string precedence = ReadMailValue(header.Find("precedence"), ignored).word;
  if (precedence == "bulk" || precedence == "list" || precedence == "junk") return true;
  for (const MailField& field : header.fields) {
    if (field.name.starts_with("list-") || field.name == "x-auto-response-suppress" ||
        field.name == "x-loop" || field.name == "feedback-id") {
      return true;
    }
  }
  const std::string type = ReadMailValue(header.Find("content-type"), ignored).word;
  const std::string_view path = TrimmedText(header.Find("return-path"));
  return type == "multipart/report" || path == "<>";
}

MailEnvelope EnvelopeOf(const MailHeader& header, bool& flawed) {
  MailEnvelope envelope;
  const MailBox from = FirstMailBox(header.Find("from"), flawed);
  envelope.from_name = std::string(CutUtf8(from.name, kMailNameBytesMax));
  envelope.from_address = from.address;
  envelope.subject =
      std::string(CutUtf8(DecodeMailWords(header.Find("subject"), flawed), kMailSubjectBytesMax));
  envelope.message_id = MessageIdOf(header.Find("message-id"));
  envelope.date = ReadMailDate(header.Find("date"));
  envelope.automatic = IsAutomatic(header);
  return envelope;
}

// Without folders, on any system; nothing of it moves a terminal.
std::string SafeFileName(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string safe = Printable(TrimmedText(name), kMailNameBytesMax);
  return safe == "." || safe == ".." ? std::string() : safe;
}

std::string LangOf(std::string_view value) {
  value = TrimmedText(value.substr(0, value.find(',')));
  const bool well = value.size() >= 2 && value.size() <= kMailLangBytesMax &&
                    IsLabel(AsciiLower(value), kMailLangBytesMax);
  return well ? std::string(value) : std::string();
}

// What one part brought, before it is known whether another is preferred.
struct MailTexts {
  std::vector<MailText> texts{};
  bool plain = false;  // some of it is no HTML
  bool html = false;
};

struct PartHead {
  MailValue type{};
  MailValue disposition{};
  std::string encoding{};
  std::string name{};
  bool has_id = false;
};

class MailReader {
 public:
  explicit MailReader(MailMessage& message) : message_(message) {}

  absl::Status ReadTop(const MailHeader& header) {
    ASSIGN_OR_RETURN(MailTexts texts, ReadPart(header, 0, "text/plain"));
    message_.texts = std::move(texts.texts);
    message_.from_html = message_.from_html || texts.html;
    if (flawed_) Flaw("not written as the standards of mail say: read as well as it can be");
    return absl::OkStatus();
  }
  bool& flawed() { return flawed_; }

 private:
  using Read = absl::StatusOr<MailTexts>;

  void Flaw(std::string_view what) {
    auto& flaws = message_.flaws;
    if (std::find(flaws.begin(), flaws.end(), what) == flaws.end()) flaws.emplace_back(what);
  }

  PartHead HeadOf(const MailHeader& header, std::string_view usual) {
    PartHead head{.type = ReadMailValue(header.Find("content-type"), flawed_),
                  .disposition = ReadMailValue(header.Find("content-disposition"), flawed_),
                  .has_id = !header.Find("content-id").empty()};
    if (head.type.word.find('/') == std::string::npos) head.type.word = usual;
    head.encoding = ReadMailValue(header.Find("content-transfer-encoding"), flawed_).word;
    head.name = SafeFileName(head.disposition.Param("filename"));
    if (head.name.empty()) head.name = SafeFileName(head.type.Param("name"));
    return head;
  }

  Read ReadPart(const MailHeader& header, int depth, std::string_view usual) {
    if (++parts_ > kMailPartsMax) {
      return ResourceExhausted(fmt::format("a mail with more than {} parts", kMailPartsMax));
    }
    const PartHead head = HeadOf(header, usual);
    const std::string& type = head.type.word;
    if (type == "multipart/encrypted") message_.encrypted = "PGP";
    if (type.starts_with("multipart/")) return ReadMultipart(head, header.body, depth);
    Bytes content = Decoded(head, header.body);
    if (type == "message/rfc822" || AsciiLower(head.name).ends_with(".eml")) {
      return ReadAttachedMail(head, std::move(content), depth);
    }
    const bool text = (type == "text/plain" || type == "text/html") && head.name.empty() &&
                      head.disposition.word != "attachment";
    if (!text) {
      Attach(head, std::move(content));
      return MailTexts{};
    }
    return ReadText(head, content, LangOf(header.Find("content-language")));
  }

  Read ReadAttachedMail(const PartHead& head, Bytes content, int depth) {
    const std::size_t place = message_.attachments.size();
    message_.attachments.push_back({head.name, "message/rfc822", Bytes()});
    const auto header = ReadMailHeader(WithoutMboxLine(content));
    if (header.ok() && !header->fields.empty() && mail_depth_ < kMailInMailMax) {
      ++mail_depth_;
      ASSIGN_OR_RETURN(MailTexts texts, ReadPart(*header, depth + 1, "text/plain"));
      --mail_depth_;
      message_.from_html = message_.from_html || texts.html;
      const MailEnvelope envelope = EnvelopeOf(*header, flawed_);
      AttachedMail mail{.subject = envelope.subject, .texts = std::move(texts.texts)};
      const MailBox to = FirstMailBox(header->Find("to"), flawed_);
      for (const std::string& one :
           {envelope.from_name, envelope.from_address, to.name, to.address}) {
        if (!one.empty()) mail.people.push_back(one);
      }
      message_.mails.push_back(std::move(mail));
    }
    // Only now: what was read are views of it.
    message_.attachments[place].content = std::move(content);
    return MailTexts{};
  }

  Bytes Decoded(const PartHead& head, BytesView body) {
    if (head.encoding == "base64") return DecodeMailBase64(body, flawed_);
    if (head.encoding == "quoted-printable") return DecodeQuotedPrintable(body, false, flawed_);
    return Bytes(body);
  }

  MailTexts ReadText(const PartHead& head, BytesView content, std::string lang) {
    const bool html = head.type.word == "text/html";
    std::string text =
        CleanMailText(MailToUtf8(content, head.type.Param("charset"), flawed_), flawed_);
    if (html) {
      bool ignored = false;
      text = CleanMailText(TextOfHtml(text), ignored);
    }
    if (text.find(kPgpMessage) != std::string::npos) {
      message_.encrypted = "PGP";
      return {};
    }
    text = std::string(TrimmedText(text));
    if (text.empty()) return {};
    MailTexts texts{.plain = !html, .html = html};
    texts.texts.push_back({std::move(text), std::move(lang)});
    return texts;
  }

  void Attach(const PartHead& head, Bytes content) {
    const std::string& type = head.type.word;
    if (type == "application/pgp-signature" || type.ends_with("pkcs7-signature")) {
      ++message_.signatures;
      return;
    }
    if (type.ends_with("pkcs7-mime") && head.type.Param("smime-type") != "signed-data") {
      message_.encrypted = "S/MIME";
    }
    if (type.starts_with("image/") && head.has_id && head.disposition.word != "attachment") {
      ++message_.pictures;
      return;
    }
    message_.attachments.push_back(
        {head.name, Printable(type, kMailNameBytesMax), std::move(content)});
  }

  Read ReadMultipart(const PartHead& head, BytesView body, int depth) {
    if (depth >= kMailDepthMax) {
      return ResourceExhausted(fmt::format("a mail nested deeper than {} levels", kMailDepthMax));
    }
    const std::string boundary = head.type.Param("boundary");
    if (boundary.empty() || boundary.size() > kMailBoundaryBytesMax) {
      Flaw("several parts without a boundary between them: left out");
      return MailTexts{};
    }
    const bool choice = head.type.word == "multipart/alternative";
    const bool digest = head.type.word == "multipart/digest";
    MailTexts all;
    std::size_t at = 0;
    bool ended = false;
    NextBoundary(body, at, boundary, ended);  // what stands before the first is no part
    while (!ended && at < body.size()) {
      const BytesView part = NextBoundary(body, at, boundary, ended);
      ASSIGN_OR_RETURN(const MailHeader header, ReadMailHeader(part));
      ASSIGN_OR_RETURN(MailTexts texts,
                       ReadPart(header, depth + 1, digest ? "message/rfc822" : "text/plain"));
      Merge(choice, std::move(texts), all);
    }
    if (!ended) Flaw("the last boundary is missing: the mail may be cut short");
    return all;
  }

  static void Merge(bool choice, MailTexts texts, MailTexts& all) {
    if (choice && !all.texts.empty()) {
      // The last is the richest; the first plain one is what we read.
      if (all.plain || texts.texts.empty()) return;
      all = std::move(texts);
      return;
    }
    all.plain = all.plain || texts.plain;
    all.html = all.html || texts.html;
    std::move(texts.texts.begin(), texts.texts.end(), std::back_inserter(all.texts));
  }

  // What stands before the next boundary, which `at` is then behind.
  static BytesView NextBoundary(BytesView body, std::size_t& at, const std::string& boundary,
                                bool& ended) {
    const std::size_t begin = at;
    while (at < body.size()) {
      const std::size_t line = at;
      const std::size_t end = std::min(body.find('\n', at), body.size());
      at = std::min(end + 1, body.size());
      BytesView text = body.substr(line, end - line);
      if (!text.starts_with("--") || !text.substr(2).starts_with(boundary)) continue;
      text = TrimmedText(text.substr(2 + boundary.size()));
      if (!text.empty() && text != "--") continue;
      ended = text == "--";
      // The line end before a boundary is the boundary's.
      std::size_t stop = line;
      if (stop > begin && body[stop - 1] == '\n') --stop;
      if (stop > begin && body[stop - 1] == '\r') --stop;
      return body.substr(begin, stop - begin);
    }
    return body.substr(begin);
  }

  MailMessage& message_;
  std::size_t parts_ = 0;
  int mail_depth_ = 0;
  bool flawed_ = false;
};

absl::StatusOr<MailHeader> TopHeader(BytesView file) {
  if (file.size() > kMailBytesMax) {
    return ResourceExhausted(
        fmt::format("a mail of {} bytes, more than the {} allowed", file.size(), kMailBytesMax));
  }
  ASSIGN_OR_RETURN(MailHeader header, ReadMailHeader(WithoutMboxLine(file)));
  if (header.fields.empty()) return InvalidArgument("no mail: it has no header");
  return header;
}

}  // namespace

bool LooksLikeMail(BytesView file) {
  static constexpr std::array<std::string_view, 10> kOfMails = {
      "from",     "to",          "subject",      "date",         "message-id",
      "received", "return-path", "delivered-to", "mime-version", "content-type"};
  file = WithoutMboxLine(file).substr(0, kMailLooksBytes);
  // The first line must be a field: a list with a line `date: ...` somewhere is none.
  const std::size_t colon = file.find_first_of(": \t\r\n,;");
  if (colon == BytesView::npos || colon == 0 || file[colon] != ':') return false;
  const auto header = ReadMailHeader(file);
  if (!header.ok()) {  // a bomb of fields is a mail that is refused
    const std::string first = AsciiLower(file.substr(0, colon));
    return std::find(kOfMails.begin(), kOfMails.end(), first) != kOfMails.end();
  }
  // A sender alone is one, too: no list has such a line above an empty one.
  const bool has_sender =
      std::any_of(header->fields.begin(), header->fields.end(), [](const MailField& field) {
        return field.name == "from" && field.value.find('@') != std::string::npos;
      });
  if (has_sender) return true;
  return std::count_if(kOfMails.begin(), kOfMails.end(), [&](std::string_view name) {
           return std::any_of(header->fields.begin(), header->fields.end(),
                              [&](const MailField& field) { return field.name == name; });
         }) >= 2;
}

absl::StatusOr<MailMessage> ReadMail(BytesView file) {
  ASSIGN_OR_RETURN(const MailHeader header, TopHeader(file));
  MailMessage message;
  MailReader reader(message);
  message.envelope = EnvelopeOf(header, reader.flawed());
  RETURN_IF_ERROR(reader.ReadTop(header));
  return message;
}

absl::StatusOr<MailEnvelope> ReadMailEnvelope(BytesView file) {
  ASSIGN_OR_RETURN(const MailHeader header, TopHeader(file));
  bool ignored = false;
  return EnvelopeOf(header, ignored);
}

}  // namespace renkei::formats
