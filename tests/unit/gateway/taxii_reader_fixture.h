// A reader of TAXII who reads on page by page, over the store of a hub in this process, and what
// may change for it without a new entry of the feed.
#pragma once

#include <set>
#include <string>

#include "node/gateway/taxii_objects.h"
#include "tests/unit/gateway/gateway_fixture.h"

namespace renkei::gateway {

inline constexpr char kObjects[] = "/taxii2/renkei/collections/all/objects/";

class TaxiiReaderFixture : public GatewayFixture {
 protected:
  // One page; what it brings goes to `had_`, and the next one begins behind it.
  bool ReadPage(int limit) {
    std::string target = kObjects + fmt::format("?limit={}", limit);
    if (!reached_.empty()) target += "&added_after=" + reached_;
    const Response response = Get(target, token_, {{"accept", std::string(kTaxiiType)}});
    EXPECT_EQ(response.status, 200) << Body(response);
    const Json page = Json::parse(Body(response));
    for (const Json& one : page.value("objects", Json::array())) had_.insert(one["id"]);
    const std::string last = HeaderOf(response, "X-TAXII-Date-Added-Last");
    if (!last.empty()) reached_ = last;
    return page.value("more", false);
  }
  void ReadOn(int limit = 1000) {
    int pages = 0;
    while (ReadPage(limit)) ASSERT_LT(++pages, 1000);
  }
  // What a reader who begins now is told.
  std::set<std::string> Now() {
    const std::set<std::string> had = std::exchange(had_, {});
    const std::string reached = std::exchange(reached_, "");
    ReadOn();
    reached_ = reached;
    return std::exchange(had_, had);
  }
  // What a view shows that is made anew.
  std::set<std::string> Truth() {
    const auto drop = [&](store::Writer&, store::ShownWriter& shown) {
      return shown.DropView(TaxiiObjects::ViewKey("all", see_), 1'000'000).status();
    };
    EXPECT_TRUE(store::FindShownStore(*rig_.hub.store)->CommitShown(drop).ok());
    return Now();
  }
  // The reader has been told all that there is.
  void ExpectNothingMissed(const std::string& what) {
    ReadOn();
    for (const std::string& id : Truth()) EXPECT_EQ(had_.count(id), 1U) << what << " " << id;
  }
  // As DraftOf, with the address as context: it is told as an object that other records tell, too.
  static record::Draft ContextOf(const std::string& ip) {
    record::Draft draft = DraftOf(ip);
    draft.sections.mutable_indicators()->mutable_indicators(0)->set_actionable(false);
    return draft;
  }
  // From now on, the reader is another one.
  void Become(const std::string& name, const std::string& see) {
    token_ = Token(name, see, {Scope::kTaxii});
    see_ = see;
    had_.clear();
    reached_ = "";
  }
  store::ShownView View() {
    store::ShownView view;
    const auto read = [&](const store::Reader&, const store::ShownReader& shown) -> absl::Status {
      ASSIGN_OR_RETURN(const auto found, shown.FindView(TaxiiObjects::ViewKey("all", see_)));
      if (found) view = *found;
      return absl::OkStatus();
    };
    EXPECT_TRUE(store::FindShownStore(*rig_.hub.store)->ReadShown(read).ok());
    return view;
  }
  // Our own team calls the address of a record wrong; answers the verdict.
  record::RecordId SayFalse(const record::RecordId& id, const std::string& address) {
    const auto said = rig_.hub.publisher->Sight(id, address, renkei::v1::VERDICT_FALSE_POSITIVE);
    EXPECT_TRUE(said.ok()) << said.status();
    return said.ok() ? said->id : record::RecordId{};
  }
  void TakeBack(const record::RecordId& verdict) {
    EXPECT_TRUE(rig_.hub.publisher->Withdraw(verdict, record::WithdrawalReason::kMistake).ok());
  }
  // From now on this is all that the hub holds of a record.
  void Hold(const record::RecordId& id, const Bytes& stored) {
    const absl::Status held = rig_.hub.store->Commit([&](store::Writer& writer) {
      return writer.UpdateStored(id, stored, /*attestations=*/"");
    });
    EXPECT_TRUE(held.ok()) << held;
  }
  Bytes StoredOf(const record::RecordId& id) { return rig_.hub.Find(id)->stored; }
  // ... only what its author discloses to all who may know of it.
  void HoldLess(const record::RecordId& id) {
    auto less = record::Record::FromStored(StoredOf(id));
    ASSERT_TRUE(less.ok()) << less.status();
    less->Keep(less->header().must_disclose);
    Hold(id, less->ToStored());
  }
  // As a revision does that says so.
  void SetExpiry(const record::RecordId& id, Timestamp when) {
    store::RecordRow row = *rig_.hub.Find(id);
    row.expires = when;
    const absl::Status put = rig_.hub.store->Commit(
        [&](store::Writer& writer) { return writer.PutRecord(row).status(); });
    EXPECT_TRUE(put.ok()) << put;
  }
  void SetPolicy(int version, std::string_view sections) {
    static constexpr char kPolicy[] =
        "policy \"other\" version {}\nlevels listed < accredited < certified\ncircles members\n"
        "accept a from level >= listed in circle on kind in {{incident}}\n"
        "grant g to level >= listed in circle on tlp <= green allow exist, see {}\n";
    rig_.hub.SetPolicy(fmt::format(kPolicy, version, sections));
  }

  // The policy of a rig has no embargo; here it hides all but the title.
  void SetEmbargoPolicy() {
    rig_.hub.SetPolicy(
        "policy \"embargo\" version 9\nlevels listed < accredited < certified\ncircles members\n"
        "accept a from level >= listed in circle on kind in {incident}\n"
        "grant g to level >= listed in circle on tlp <= green allow exist, see all\n"
        "deny e to anyone on embargo forbid see indicators\n");
  }

  std::string token_ = Token("client", "", {Scope::kTaxii});
  std::string see_;
  std::string reached_;
  std::set<std::string> had_;
};

}  // namespace renkei::gateway
