// Records of IODEF: mails, certificates, log lines and what was found beside them.
#include <algorithm>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "node/formats/iodef_state.h"
#include "node/record/limits.h"

namespace renkei::formats {
namespace {

// `Name <a@b.example>` is written where only the address should be.
std::string_view MailAddressIn(std::string_view text) {
  const std::size_t open = text.rfind('<');
  if (open == std::string_view::npos || !text.ends_with(">")) return text;
  return text.substr(open + 1, text.size() - open - 2);
}

void AddExcerpt(IodefState& state, std::string_view source, const IodefNode& node,
                const v1::Text& comment) {
  if (node.text.empty()) return;
  node.taken = true;
  v1::LogExcerpts& section = *state.made.draft.sections.mutable_log_excerpts();
  if (section.excerpts_size() >= static_cast<int>(record::kItemsMax) ||
      node.text.size() > record::kLongTextBytesMax) {
    state.made.report.NotKept(node.path(), "more text than a record can hold");
    return;
  }
  v1::Excerpt& excerpt = *section.add_excerpts();
  excerpt.set_source(std::string(CutUtf8(source, kMispNameBytesMax)));
  excerpt.set_text(node.text);
  if (!comment.value().empty()) *excerpt.mutable_comment() = comment;
}

}  // namespace

void ReadIodefEmail(IodefState& state, const IodefNode& node, const IodefContext& context) {
  IodefThing thing{.name = "email"};
  for (const IodefNode& child : node.children) {
    const auto add = [&](const IodefContext& with, std::string_view relation,
                         v1::IndicatorType type, std::string_view value) {
      child.taken = true;
      AddIodefValue(state, thing, with, relation, type, value, child.path());
    };
    if (child.name == "EmailTo") {
      state.made.speaks_of_a_victim = true;
      add(PassiveIodef(context, v1::ROLE_TARGET), "to", v1::INDICATOR_TYPE_EMAIL,
          MailAddressIn(child.text));
    } else if (child.name == "EmailFrom") {
      IodefContext from = context;
      if (from.base.role() == v1::ROLE_UNSPECIFIED) from.base.set_role(v1::ROLE_SOURCE);
      add(from, "from", v1::INDICATOR_TYPE_EMAIL, MailAddressIn(child.text));
    } else if (child.name == "EmailSubject") {
      add(context, "subject", v1::INDICATOR_TYPE_EMAIL_SUBJECT, child.text);
    } else if (child.name == "EmailX-Mailer") {
      IodefContext mailer = context;
      mailer.base.set_source_type("x-mailer");
      add(mailer, "x-mailer", v1::INDICATOR_TYPE_OTHER, child.text);
    } else if (child.name == "EmailHeaders" || child.name == "EmailBody" ||
               child.name == "EmailMessage") {
      AddExcerpt(state, child.name, child, {});
    } else if (child.name == "HashData") {
      AddIodefHashes(state, thing, context, child);
    }
  }
  FinishIodefThing(state, std::move(thing), context);
}

void ReadIodefCertificates(IodefState& state, const IodefNode& node, const IodefContext& context) {
  for (const IodefNode* certificate : IodefAll(node, "Certificate")) {
    const IodefNode* data = certificate->Find("X509Data");
    if (data == nullptr) continue;
    const IodefNode* inner = data->Find("X509Certificate");
    const IodefNode& holder = inner == nullptr ? *data : *inner;
    std::string base64 = holder.text;
    base64.erase(std::remove_if(base64.begin(), base64.end(),
                                [](char c) {
                                  return TrimmedText({&c, 1}).empty();
                                }),
                 base64.end());
    const auto der = Base64Decode(base64);
    if (!der || !der->starts_with("\x30")) continue;  // named by what is left over
    holder.taken = true;
    IodefContext with = context;
    if (v1::Text text = IodefDescription(state, *certificate); !text.value().empty()) {
      *with.base.mutable_comment() = std::move(text);
    }
    IodefThing thing{.name = "certificate"};
    AddIodefValue(state, thing, with, "x509-fingerprint-sha256",
                  v1::INDICATOR_TYPE_CERTIFICATE_HASH, HexEncode(crypto::Sha256(*der).view()),
                  holder.path());
    FinishIodefThing(state, std::move(thing), with);
  }
}

void ReadIodefRecordData(IodefState& state, const IodefNode& node, const IodefContext& context) {
  const v1::Text comment = IodefDescription(state, node);
  std::string source = "record";
  if (const IodefNode* application = node.Find("Application")) {
    const v1::Text said = IodefDescription(state, *application);
    if (!said.value().empty()) source = said.value();
  }
  IodefContext with = context;
  if (!comment.value().empty()) *with.base.mutable_comment() = comment;
  for (const IodefNode& child : node.children) {
    if (child.name == "RecordItem") AddExcerpt(state, source, child, comment);
    if (child.name == "FileData") ReadIodefFiles(state, child, with);
    if (child.name == "WindowsRegistryKeysModified") ReadIodefRegistry(state, child, with);
    if (child.name == "CertificateData") ReadIodefCertificates(state, child, with);
    if (child.name != "URL") continue;
    child.taken = true;
    IodefThing thing{.name = "url"};
    AddIodefValue(state, thing, with, "url", v1::INDICATOR_TYPE_URL, child.text, child.path());
    FinishIodefThing(state, std::move(thing), with);
  }
}

}  // namespace renkei::formats
