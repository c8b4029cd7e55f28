// Any text through gate and lint: matches lie inside the text, and what the gate accepts the gate
// accepts again unchanged.
#include <cstdint>
#include <string>

#include "node/anonymize/gate.h"
#include "node/base/encoding.h"
#include "node/base/status.h"
#include "node/record/limits.h"

namespace {

renkei::config::Assets Assets() {
  renkei::config::Assets assets;
  assets.networks = {"203.0.113.0/24", "2001:db8:77::/48"};
  assets.domains = {"hinode-bank.example", "ひので.example"};
  assets.organizations = {"Hinode Bank", "HNB", "ひので"};
  assets.people = {"山田 太郎"};
  assets.hosts = {"srv-*"};
  assets.users = {"hnb?????"};
  return assets;
}

renkei::record::Draft DraftOf(const std::string& text) {
  renkei::record::Draft draft;
  draft.sections.mutable_summary()->add_description()->set_value(text);
  return draft;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using renkei::anonymize::Gate;
  using renkei::anonymize::OwnAssets;
  static const OwnAssets own(Assets());
  static const Gate gate(Assets());

  const std::string text(reinterpret_cast<const char*>(data), size);
  std::size_t end = 0;
  for (const auto& match : own.Find(text, {})) {
    RENKEI_CHECK(match.span.begin >= end && match.span.begin < match.span.end);
    end = match.span.end;
  }
  RENKEI_CHECK(end <= text.size());

  if (size > renkei::record::kLongTextBytesMax || !renkei::IsUtf8(text)) return 0;
  const auto first = gate.Anonymize(DraftOf(text));
  if (!first.ok() || !first->draft) return 0;
  renkei::record::Draft again;
  again.sections = first->sections;
  const auto second = gate.Anonymize(again);
  RENKEI_CHECK(second.ok() && second->draft && second->replacements.empty());
  RENKEI_CHECK(second->draft->sections() == first->draft->sections());
  return 0;
}
