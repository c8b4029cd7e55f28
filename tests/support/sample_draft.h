// A small draft with text in several sections, in documentation addresses.
#pragma once

#include "node/record/draft.h"

namespace renkei::testing_support {

inline record::Draft SampleDraft() {
  namespace v1 = renkei::v1;
  record::Draft draft;
  draft.header.kind = policy::Kind::kIncident;
  draft.header.tlp = policy::Tlp::kGreen;
  v1::Sections& s = draft.sections;
  v1::Text& title = *s.mutable_summary()->add_title();
  title.set_value("Phishing against an energy supplier");
  title.set_lang("en");
  v1::Indicator& ip = *s.mutable_indicators()->add_indicators();
  ip.set_ref("1");
  ip.set_type(v1::INDICATOR_TYPE_IPV4);
  ip.set_value("198.51.100.7");
  ip.set_actionable(true);
  v1::Indicator& domain = *s.mutable_indicators()->add_indicators();
  domain.set_ref("2");
  domain.set_type(v1::INDICATOR_TYPE_DOMAIN);
  domain.set_value("login.example.net");
  domain.set_actionable(true);
  v1::Technique& technique = *s.mutable_techniques()->add_techniques();
  technique.set_framework("mitre-attack");
  technique.set_id("T1566.002");
  s.mutable_victim()->add_sectors("energy");
  s.mutable_impact()->add_effects("data-loss");
  return draft;
}

}  // namespace renkei::testing_support
