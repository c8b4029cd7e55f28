// The invented team whose assets these tests protect, and short ways to make drafts.
#pragma once

#include <string>

#include "config/assets.h"
#include "node/record/draft.h"

namespace renkei::anonymize {

inline config::Assets TestAssets() {
  config::Assets assets;
  assets.networks = {"203.0.113.0/24", "10.20.0.0/16", "2001:db8:77::/48"};
  assets.domains = {"hinode-bank.example", "ひので.example"};
  assets.mail_domains = {"hinode-mail.example"};
  assets.organizations = {"Hinode Bank", "ひので銀行", "HNB"};
  assets.products = {"HinodePay"};
  assets.sites = {"汐見データセンター", "汐見"};
  assets.people = {"Taro Yamada", "山田 太郎"};
  assets.hosts = {"srv-*", "fileserv1"};
  assets.users = {"hnb?????", "t.yamada"};
  return assets;
}

inline record::Draft DraftOfText(const std::string& text) {
  record::Draft draft;
  draft.sections.mutable_summary()->add_description()->set_value(text);
  return draft;
}

}  // namespace renkei::anonymize
