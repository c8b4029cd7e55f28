// The adversary of adversary_test.cc where circle and author want keyed names (docs/anonymity.md).
//
// It compares the bytes of two records as they were delivered: what neither stands in a stranger's
// record nor was promised may not be in both.  The stranger writes the same words in the same
// circles and epochs, and owns nothing that the others own.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "node/feed/submissions.h"
#include "tests/support/feed_rig.h"

namespace renkei::feed {
namespace {

using policy::SourceMode;
using record::Correlation;
using std::chrono::hours;
using testing_support::FeedRig;
using testing_support::RigNode;
using testing_support::Table;
using testing_support::TableCommunity;

// Bytes of two records that no chance makes equal.  8 would be few: up to 3 bytes that frame a
// value may stay beside it, and two enciphered addresses begin with the same five characters one
// time in some hundreds.
constexpr std::size_t kShared = 12;
// What a stranger's record has too is cut out by fewer: else 7 bytes that all have, beside one that
// chance made equal, were a find.
constexpr std::size_t kCommon = 4;

// The community of the rig, with a second circle whose members are the same.
class TwoCircles : public TableCommunity {
 public:
  using TableCommunity::TableCommunity;
  static void AddEnergy(policy::Peer& facts) {
    if (facts.circles.empty()) return;
    facts.circles.insert(facts.circles.begin(),
                         {.circle = "energy", .rung = facts.circles.front().rung});
  }
  std::optional<std::string> CircleName(const record::CircleId& id) const override {
    if (id == record::MakeCircleId(name(), "energy")) return "energy";
    return TableCommunity::CircleName(id);
  }
  std::vector<policy::Membership> OwnCircles() const override {
    return {{.circle = "energy", .rung = policy::kRungMax},
            {.circle = "members", .rung = policy::kRungMax}};
  }
  absl::StatusOr<Author> CheckAuthor(const record::Header& header, const Attestations& attestations,
                                     Lapsed lapsed) const override {
    auto author = TableCommunity::CheckAuthor(header, attestations, lapsed);
    if (author.ok()) AddEnergy(author->facts);
    return author;
  }
  absl::StatusOr<Vouched> Vouch(const std::string& team, const record::Header& header,
                                std::optional<policy::Rung> first) const override {
    auto vouched = TableCommunity::Vouch(team, header, first);
    if (vouched.ok()) AddEnergy(vouched->author.facts);
    return vouched;
  }
  PeerContext Hub() const override {
    PeerContext hub = TableCommunity::Hub();
    AddEnergy(hub.facts);
    return hub;
  }
};

// What was hit.  All of a team's values are own assets of every node here; who writes them counts.
struct Owned {
  const char* address;
  const char* host;
  const char* user;
  const char* mail;
};
constexpr Owned kHinode = {"10.20.0.7", "srv-07.hinode-bank.example", "t.yamada",
                           "t.yamada@hinode-bank.example"};
constexpr Owned kMinato = {"172.20.4.9", "app.minato-rail.example", "k.mori",
                           "k.mori@minato-rail.example"};

config::Assets AssetsOfAll() {
  config::Assets assets;
  assets.domains = {"hinode-bank.example", "minato-rail.example"};
  assets.mail_domains = assets.domains;
  assets.users = {"t.yamada", "k.mori"};
  return assets;
}

// One record, as the hub delivered it.
struct Delivered {
  record::Header header{};
  Bytes bytes{};
  std::vector<Bytes> salts{};
  std::vector<std::string> names{};  // known to its author: what own entities became
};

Bytes AllBytes(const OfferedRecord& offered) {
  Bytes bytes = offered.record;
  for (const auto& one : offered.attestations) {
    bytes += one.attestation() + one.signature() + one.card();
  }
  return bytes + ByteWriter().U16(offered.relay).Take();
}

std::set<Bytes> WindowsIn(BytesView bytes, std::size_t length) {
  std::set<Bytes> windows;
  for (std::size_t at = 0; at + length <= bytes.size(); ++at) {
    windows.insert(Bytes(bytes.substr(at, length)));
  }
  return windows;
}

// `bytes` in pieces, without what stands in `common` or `promised`.
std::vector<Bytes> Remainders(const Bytes& bytes, const std::set<Bytes>& common,
                              const std::vector<Bytes>& promised) {
  std::vector<bool> out(bytes.size(), false);
  const auto cut = [&out](std::size_t at, std::size_t length) {
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(at), length, true);
  };
  for (std::size_t at = 0; at + kCommon <= bytes.size(); ++at) {
    if (common.contains(bytes.substr(at, kCommon))) cut(at, kCommon);
  }
  for (const Bytes& one : promised) {
    for (auto at = bytes.find(one); at != Bytes::npos; at = bytes.find(one, at + 1)) {
      cut(at, one.size());
    }
  }
  std::vector<Bytes> pieces(1);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (!out[at]) pieces.back() += bytes[at];
    if (out[at] && !pieces.back().empty()) pieces.emplace_back();
  }
  return pieces;
}

// Each test writes without the name first: the node refuses to say so what it said by name.
class KeyedAdversaryTest : public testing::Test {
 protected:
  using Promised = std::vector<Bytes>;

  KeyedAdversaryTest() {
    rig_.table.correlation = Correlation::kSubnets;
    for (RigNode* node : {&rig_.author, &other_, &stranger_}) {
      node->publisher = std::make_unique<Publisher>(
          *node->store, *node->policies, CommunityOf(*node), rig_.clock, [this] { return gate_; },
          node->key, node->anon, node->config);
    }
    RigNode& hub = rig_.hub;
    hub.intake = std::make_unique<Intake>(*hub.store, *hub.policies, CommunityOf(hub), rig_.clock,
                                          hub.config.limits);
    hub.egress = std::make_unique<Egress>(
        *hub.store, *hub.policies, CommunityOf(hub), rig_.clock,
        CursorCodec(*crypto::AeadKey::From(Bytes(32, 'k')), hub.store->epoch()));
  }
  // What refers to the communities goes before them.
  void TearDown() override {
    for (RigNode* node : {&rig_.author, &other_, &stranger_, &rig_.hub}) {
      node->egress.reset();
      node->intake.reset();
      node->publisher.reset();
    }
  }

  Community& CommunityOf(const RigNode& node) {
    const std::string slug = node.community.own_team();
    return communities_.try_emplace(slug, rig_.table, slug).first->second;
  }

  record::Draft DraftOf(const Owned& own, const std::string& circle, const std::string& more) {
    record::Draft draft;
    draft.header.kind = policy::Kind::kIncident;
    draft.header.tlp = policy::Tlp::kGreen;
    draft.header.circles = {circle};
    draft.sections.mutable_summary()->add_title()->set_value(
        fmt::format("Beacons from {}", own.address));
    draft.sections.mutable_summary()->add_description()->set_value(
        fmt::format("The host {} ({}) was entered by way of account {}, after a letter to {} with "
                    "a link.{}",
                    own.host, own.address, own.user, own.mail, more));
    auto& indicators = *draft.sections.mutable_indicators();
    auto& ours = *indicators.add_indicators();
    ours.set_ref("1");
    ours.set_type(v1::INDICATOR_TYPE_IPV4);
    ours.set_value(own.address);
    ours.set_role(v1::ROLE_VICTIM);
    auto& theirs = *indicators.add_indicators();
    theirs.set_ref("2");
    theirs.set_type(v1::INDICATOR_TYPE_IPV4);
    theirs.set_value(fmt::format("198.51.100.{}", ++hits_));
    return draft;
  }

  Delivered Publish(RigNode& by, const Owned& own, SourceMode source,
                    const std::string& circle = "members", const std::string& more = "") {
    const PublishOptions options{
        .reviewed = true, .source = source, .correlate = Correlation::kSubnets};
    const auto published = by.publisher->Publish(DraftOf(own, circle, more), options);
    EXPECT_TRUE(published.ok()) << Message(published.status());
    if (!published.ok()) return {};
    EXPECT_EQ(published->result, PublishResult::kPublished)
        << (published->findings.empty() ? published->refused_by : ToString(published->findings[0]));
    for (const auto code : rig_.Push(by, by.community.own_team())) {
      EXPECT_EQ(code, absl::StatusCode::kOk);
    }
    if (source == SourceMode::kAnonymous) {
      rig_.clock.Advance(hours(1));
      EXPECT_TRUE(ReleaseUnnamed(*rig_.hub.store, rig_.clock.Now(), hours(1)).ok());
    }
    Delivered delivered = Receive();
    EXPECT_EQ(delivered.header.record_id, published->id);
    for (const auto& one : published->replacements) delivered.names.push_back(one.after);
    EXPECT_EQ(delivered.names.size(), 6U);
    return delivered;
  }
  // The stranger says the same things beside it.
  Delivered Beside(SourceMode source, const std::string& circle = "members") {
    strangers_.merge(WindowsIn(Publish(stranger_, kMinato, source, circle).bytes, kCommon));
    return Publish(rig_.author, kHinode, source, circle);
  }

  // The one record that came since.
  Delivered Receive() {
    PeerContext beta = rig_.Peer("beta");
    TwoCircles::AddEnergy(beta.facts);
    const auto batch = rig_.hub.egress->Read(beta, {}, cursor_);
    EXPECT_TRUE(batch.ok() && batch->items.size() == 1);
    if (!batch.ok() || batch->items.size() != 1) return {};
    cursor_ = batch->cursor;
    const auto& offered = std::get<OfferedRecord>(batch->items.front());
    Delivered delivered{.bytes = AllBytes(offered)};
    v1::SignedRecord parts;
    EXPECT_TRUE(parts.ParseFromString(offered.record));
    delivered.header = *record::ParseHeader(parts.header());
    for (const auto& shown : parts.shown()) {
      delivered.salts.push_back(shown.salt());
      EXPECT_TRUE(salts_.insert(shown.salt()).second) << "a salt that was seen before";
    }
    return delivered;
  }

  // What of kShared bytes or more both hold, and neither a stranger's record nor a promise accounts
  // for.
  std::vector<std::string> Links(const Delivered& a, const Delivered& b,
                                 const Promised& promised) const {
    std::set<Bytes> seen;
    for (const Bytes& piece : Remainders(a.bytes, strangers_, promised)) {
      seen.merge(WindowsIn(piece, kShared));
    }
    std::vector<std::string> links;
    for (const Bytes& piece : Remainders(b.bytes, strangers_, promised)) {
      for (const Bytes& window : WindowsIn(piece, kShared)) {
        if (seen.contains(window)) links.push_back(fmt::format("{} {}", HexEncode(window), window));
      }
    }
    return links;
  }
  static Promised OriginOf(const Delivered& delivered) { return {delivered.header.origin.str()}; }
  static Promised With(Promised promised, const std::vector<std::string>& names) {
    promised.insert(promised.end(), names.begin(), names.end());
    return promised;
  }
  static void ExpectNoNameIn(const Delivered& a, const Delivered& b) {
    for (const std::string& name : a.names) EXPECT_EQ(b.bytes.find(name), Bytes::npos) << name;
  }

  FeedRig rig_;
  RigNode other_{rig_.table, "gamma", rig_.clock};
  RigNode stranger_{rig_.table, "delta", rig_.clock};
  std::map<std::string, TwoCircles> communities_;
  std::shared_ptr<const anonymize::Gate> gate_ =
      std::make_shared<const anonymize::Gate>(AssetsOfAll());
  int hits_ = 0;
  std::string cursor_;
  std::set<Bytes> salts_;
  std::set<Bytes> strangers_;
};

const std::vector<std::string> kNothing;

TEST_F(KeyedAdversaryTest, InOneCircleAndEpochNamesAndOriginAreTheLinkAndNothingElse) {
  for (const SourceMode source : {SourceMode::kPseudonymous, SourceMode::kAttributed}) {
    const Delivered one = Beside(source);
    rig_.clock.Advance(hours(5));
    const Delivered two = Beside(source);
    EXPECT_EQ(one.names, two.names);
    EXPECT_EQ(one.header.origin, two.header.origin);
    EXPECT_NE(Links(one, two, OriginOf(one)), kNothing) << "the names";
    EXPECT_NE(Links(one, two, With({}, one.names)), kNothing) << "the origin";
    EXPECT_EQ(Links(one, two, With(OriginOf(one), one.names)), kNothing);
  }
}

TEST_F(KeyedAdversaryTest, TwoCirclesShareNoName) {
  const Delivered one = Beside(SourceMode::kPseudonymous, "members");
  const Delivered two = Beside(SourceMode::kPseudonymous, "energy");
  ExpectNoNameIn(one, two);
  EXPECT_EQ(Links(one, two, {}), kNothing) << "not the key either";
  const Delivered three = Beside(SourceMode::kAttributed, "members");
  const Delivered four = Beside(SourceMode::kAttributed, "energy");
  ExpectNoNameIn(three, four);
  EXPECT_EQ(Links(three, four, OriginOf(three)), kNothing);
}

TEST_F(KeyedAdversaryTest, TwoEpochsShareNoName) {
  for (const SourceMode source : {SourceMode::kPseudonymous, SourceMode::kAttributed}) {
    const Delivered one = Beside(source);
    rig_.clock.Advance(hours(24 * 30));
    const Delivered two = Beside(source);
    ExpectNoNameIn(one, two);
    const bool named = source == SourceMode::kAttributed;
    EXPECT_EQ(Links(one, two, named ? OriginOf(one) : Promised{}), kNothing);
  }
}

TEST_F(KeyedAdversaryTest, TwoTeamsThatOwnTheSameShareNothing) {
  for (const SourceMode source :
       {SourceMode::kAnonymous, SourceMode::kPseudonymous, SourceMode::kAttributed}) {
    const Delivered one = Beside(source);
    const Delivered two = Publish(other_, kHinode, source);
    if (source != SourceMode::kAnonymous) ExpectNoNameIn(one, two);
    EXPECT_EQ(Links(one, two, {}), kNothing);
  }
}

TEST_F(KeyedAdversaryTest, AnAnonymousRecordSharesNothingWithAnyOther) {
  const Delivered one = Beside(SourceMode::kAnonymous);
  const Delivered two = Beside(SourceMode::kAnonymous);
  const Delivered pseudonym = Beside(SourceMode::kPseudonymous);
  const Delivered named = Beside(SourceMode::kAttributed);
  EXPECT_EQ(Links(one, two, {}), kNothing);
  for (const Delivered* other : {&named, &pseudonym}) {
    ExpectNoNameIn(*other, one);
    EXPECT_EQ(Links(*other, one, {}), kNothing);
  }
  EXPECT_EQ(one.bytes.find(".invalid"), Bytes::npos);
  EXPECT_EQ(one.bytes.size(), two.bytes.size());
  EXPECT_EQ(one.header.issued, two.header.issued);
  EXPECT_EQ(UnixSeconds(one.header.issued) % 86'400, 0);
}

TEST_F(KeyedAdversaryTest, NoNameJoinsAPseudonymToItsTeam) {
  const Delivered pseudonym = Beside(SourceMode::kPseudonymous);
  const Delivered named = Beside(SourceMode::kAttributed);
  ExpectNoNameIn(named, pseudonym);
  EXPECT_EQ(Links(named, pseudonym, {}), kNothing);
  EXPECT_EQ(UnixSeconds(pseudonym.header.issued) % 3600, 0);
}

// That the comparison can find something: what a worse program would have done.
TEST_F(KeyedAdversaryTest, ASaltUsedTwiceIsFound) {
  const Delivered one = Beside(SourceMode::kAnonymous);
  Delivered two = Beside(SourceMode::kAnonymous);
  ASSERT_EQ(Links(one, two, {}), kNothing);
  const std::size_t at = two.bytes.find(two.salts.front());
  ASSERT_NE(at, Bytes::npos);
  two.bytes.replace(at, two.salts.front().size(), one.salts.front());
  EXPECT_NE(Links(one, two, {}), kNothing);
}

TEST_F(KeyedAdversaryTest, ANameWithoutAKeyIsFound) {
  const std::string digits = Base32Encode(crypto::Blake2b({}, {kHinode.host}, 10));
  const std::string unkeyed = fmt::format(" It is h-{}.invalid.", digits);
  const Delivered control = Beside(SourceMode::kPseudonymous, "members");
  const Delivered one =
      Publish(rig_.author, kHinode, SourceMode::kPseudonymous, "members", unkeyed);
  Beside(SourceMode::kPseudonymous, "energy");
  const Delivered two = Publish(rig_.author, kHinode, SourceMode::kPseudonymous, "energy", unkeyed);
  const Delivered three = Publish(other_, kHinode, SourceMode::kPseudonymous, "energy", unkeyed);
  EXPECT_NE(Links(one, two, {}), kNothing) << "two circles";
  EXPECT_NE(Links(one, three, {}), kNothing) << "two teams";
  EXPECT_EQ(Links(control, two, {}), kNothing);
}

}  // namespace
}  // namespace renkei::feed
