// A hub or member in one process, without TLS or gRPC: real store, policy, gate, publisher, intake
// and egress; membership answered by a table.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "config/assets.h"
#include "node/feed/egress.h"
#include "node/feed/intake.h"
#include "node/feed/publisher.h"
#include "node/store/sqlite/open.h"
#include "tests/support/fake_clock.h"
#include "tests/support/record_for_tests.h"
#include "tests/support/temp_folder.h"

namespace renkei::testing_support {

// Who is who, shared by all nodes of a test.
struct Table {
  struct Team {
    crypto::PublicKey record_key{};
    policy::Rung rung = 0;
    bool denied = false;
  };
  std::string community = "community.example";
  bool crowded = true;  // at least five teams are like any victim
  crypto::SigningKey attest = crypto::SigningKey::Generate();
  // What the charter of `members` allows, beside attributed records.
  std::atomic<bool> pseudonymous = true;
  std::atomic<bool> anonymous = true;
  std::atomic<record::Correlation> correlation = record::Correlation::kNone;
  mutable Mutex mutex;
  std::map<std::string, Team> teams RENKEI_GUARDED_BY(mutex);

  void Set(const std::string& slug, const crypto::PublicKey& key, policy::Rung rung) {
    MutexLock lock(mutex);
    teams[slug].record_key = key;
    teams[slug].rung = rung;
  }
  void SetRung(const std::string& slug, policy::Rung rung) {
    MutexLock lock(mutex);
    teams[slug].rung = rung;
  }
  policy::Peer Facts(const std::string& slug) const {
    MutexLock lock(mutex);
    policy::Peer facts{.team = slug, .kind = policy::PeerKind::kMember};
    const auto it = teams.find(slug);
    if (it != teams.end() && it->second.rung > 0) {
      facts.circles = {{.circle = "members", .rung = it->second.rung}};
    }
    return facts;
  }
};

class TableCommunity : public feed::Community {
 public:
  TableCommunity(const Table& table, std::string own) : table_(table), own_(std::move(own)) {}
  std::string name() const override { return table_.community; }
  bool is_hub() const override { return own_ == "hub"; }
  std::string own_team() const override { return own_; }
  std::optional<std::string> CircleName(const record::CircleId& id) const override {
    if (id == record::MakeCircleId(name(), "members")) return "members";
    return std::nullopt;
  }
  std::vector<policy::Membership> OwnCircles() const override {
    return {{.circle = "members", .rung = policy::kRungMax}};
  }
  std::optional<policy::Rung> RungOf(std::string_view, std::string_view level) const override {
    if (level == "listed") return policy::Rung{4};
    if (level == "accredited") return policy::Rung{8};
    if (level == "certified") return policy::Rung{12};
    return std::nullopt;
  }
  std::optional<crypto::PublicKey> TeamKey(std::string_view) const override { return std::nullopt; }
  std::vector<std::string> Teams() const override {
    MutexLock lock(table_.mutex);
    std::vector<std::string> slugs;
    for (const auto& [slug, team] : table_.teams) slugs.push_back(slug);
    return slugs;
  }
  bool AllowsSource(std::string_view, policy::SourceMode source) const override {
    if (source == policy::SourceMode::kPseudonymous) return table_.pseudonymous;
    return source == policy::SourceMode::kAttributed || table_.anonymous;
  }
  record::Correlation AskedCorrelation(std::string_view) const override {
    return table_.correlation;
  }
  // As HubRoster does, with one rung for all.
  absl::StatusOr<feed::Vouched> Vouch(const std::string& team, const record::Header& header,
                                      std::optional<policy::Rung> first) const override {
    MutexLock lock(table_.mutex);
    const auto it = table_.teams.find(team);
    if (it == table_.teams.end() || it->second.rung == 0) return PermissionDenied("not of it");
    if (!first && !AllowsSource("members", header.source)) return PermissionDenied("charter");
    membership::Attestation form;
    form.mode = *membership::ModeFor(header.source);
    form.subject = membership::SubjectOf(header.origin);
    form.circle = header.circles.front();
    form.rung = first.value_or(it->second.rung >= 8 ? policy::Rung{8} : policy::Rung{4});
    form.not_before = header.issued;
    form.not_after = header.expires + std::chrono::hours(24 * 30);
    feed::Vouched vouched;
    vouched.attestation = membership::SignAttestation(table_.attest, form, {});
    vouched.author = UnnamedMember(form.rung);
    return vouched;
  }
  absl::StatusOr<Bytes> SealPseudonym(const std::string& team,
                                      const record::Header&) const override {
    return "sealed:" + crypto::Sha256(team).str();
  }
  absl::StatusOr<feed::Author> CheckAuthor(const record::Header& header,
                                           const feed::Attestations& attestations,
                                           feed::Lapsed) const override {
    if (header.source != policy::SourceMode::kAttributed) {
      for (const auto& one : attestations) {
        const auto verified = membership::VerifyAttestation(table_.attest.public_key(), one);
        if (!verified.ok()) continue;
        const membership::Attestation& a = verified->attestation;
        const bool fits = a.subject == membership::SubjectOf(header.origin) &&
                          a.mode == membership::ModeFor(header.source);
        if (fits) return UnnamedMember(a.rung);
      }
      return PermissionDenied("nobody vouches for it");
    }
    MutexLock lock(table_.mutex);
    for (const auto& [slug, team] : table_.teams) {
      if (team.record_key != header.origin || team.denied) continue;
      feed::Author author{.team = slug};
      author.facts.team = slug;
      author.facts.kind = policy::PeerKind::kMember;
      author.facts.circles = {{.circle = "members", .rung = team.rung}};
      return author;
    }
    return PermissionDenied("unknown author");
  }
  feed::Attestations AttestationsFor(const crypto::PublicKey&, std::span<const record::CircleId>,
                                     const feed::Attestations& kept) const override {
    return kept;
  }
  bool FitsCrowd(std::string_view, const anonymize::VictimProfile&) const override {
    return table_.crowded;
  }
  feed::PeerContext Hub() const override {
    feed::PeerContext hub{.team = "hub"};
    hub.facts = {.team = "hub",
                 .kind = policy::PeerKind::kHub,
                 .circles = {{.circle = "members", .rung = policy::kRungMax}}};
    return hub;
  }

 private:
  static feed::Author UnnamedMember(policy::Rung rung) {
    feed::Author author;
    author.facts.kind = policy::PeerKind::kMember;
    author.facts.circles = {{.circle = "members", .rung = rung}};
    return author;
  }

  const Table& table_;
  const std::string own_;
};

class RigNode {
 public:
  RigNode(Table& table, const std::string& slug, Clock& clock)
      : community(table, slug), key(crypto::SigningKey::Generate()), clock_(clock) {
    table.Set(slug, key.public_key(), slug == "hub" ? policy::kRungMax : policy::Rung{12});
    Open();
  }
  ~RigNode() {
    store->OnNewEntries({});
    // Work that comes later is done after what a listener before it was told.
    static_cast<void>(store->Commit([](store::Writer&) { return absl::OkStatus(); }));
  }

  // Closes the store and opens it again, as a restart would.
  void Reopen() {
    egress.reset();
    intake.reset();
    publisher.reset();
    policies.reset();
    store.reset();
    Open();
  }
  void SetPolicy(const std::string& text) {
    const Problems problems = policies->Apply(text, "test.policy", clock_.Now());
    if (!problems.empty()) std::fprintf(stderr, "%s\n", ToString(problems.front()).c_str());
    RENKEI_CHECK(problems.empty());
  }
  std::optional<store::RecordRow> Find(const record::RecordId& id) const {
    std::optional<store::RecordRow> row;
    const absl::Status read = store->Read([&](const store::Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(row, reader.FindRecord(id));
      return absl::OkStatus();
    });
    RENKEI_CHECK(read.ok());
    return row;
  }
  policy::SectionMask HeldSections(const record::RecordId& id) const {
    const auto row = Find(id);
    if (!row) return 0;
    return record::Record::FromStored(row->stored)->held();
  }
  std::int64_t Waiting() const {
    std::int64_t waiting = 0;
    const absl::Status read = store->Read([&](const store::Reader& reader) -> absl::Status {
      ASSIGN_OR_RETURN(waiting, reader.OutboxCount("hub"));
      return absl::OkStatus();
    });
    RENKEI_CHECK(read.ok());
    return waiting;
  }
  // The wire form of a record held here, whole.
  feed::OfferedRecord Offer(const record::RecordId& id) const {
    const auto record = record::Record::FromStored(Find(id)->stored);
    return {.record = record->Disclose(policy::kAllSections)};
  }

  TempFolder folder;
  TableCommunity community;
  crypto::SigningKey key;
  membership::AnonMaster anon = membership::AnonMaster::Generate();
  std::unique_ptr<store::Store> store;
  std::unique_ptr<feed::PolicyHolder> policies;
  std::unique_ptr<feed::Egress> egress;
  std::unique_ptr<feed::Intake> intake;
  std::unique_ptr<feed::Publisher> publisher;
  config::NodeConfig config;

 private:
  void Open() {
    auto opened = store::OpenSqlite(
        {.path = folder.path() + "/store.db", .community = "community.example", .clock = &clock_});
    RENKEI_CHECK(opened.ok());
    store = *std::move(opened);
    policies = std::make_unique<feed::PolicyHolder>(*store);
    // Without its tests and what must hold, which would be proved for each node of each test.
    const std::string whole = policy::DefaultPolicyText("community.example");
    const std::size_t rules = whole.find("# ---- Tests");
    RENKEI_CHECK(rules != std::string::npos);
    SetPolicy(whole.substr(0, rules));
    egress = std::make_unique<feed::Egress>(
        *store, *policies, community, clock_,
        feed::CursorCodec(*crypto::AeadKey::From(Bytes(32, 'k')), store->epoch()));
    intake = std::make_unique<feed::Intake>(*store, *policies, community, clock_, config.limits);
    gate_ = std::make_shared<const anonymize::Gate>(config::Assets{});
    publisher = std::make_unique<feed::Publisher>(
        *store, *policies, community, clock_, [this] { return gate_; }, key, anon, config);
  }

  Clock& clock_;
  std::shared_ptr<const anonymize::Gate> gate_;
};

// A hub, an author and a reader, connected by plain calls.
class FeedRig {
 public:
  FeedRig()
      : clock(kNow),
        hub(table, "hub", clock),
        author(table, "alpha", clock),
        reader(table, "beta", clock) {}

  feed::PeerContext Peer(const std::string& slug) const {
    return {.team = slug, .facts = table.Facts(slug)};
  }
  // Hands over all that waits in the author's outbox; answers each code.
  std::vector<absl::StatusCode> Push(RigNode& from, const std::string& slug) {
    std::vector<store::OutboxRow> rows;
    RENKEI_CHECK(from.store
                     ->Read([&](const store::Reader& r) -> absl::Status {
                       ASSIGN_OR_RETURN(rows, r.Outbox("hub", 0, 1000));
                       return absl::OkStatus();
                     })
                     .ok());
    std::vector<absl::StatusCode> codes;
    for (const store::OutboxRow& row : rows) {
      codes.push_back(Hand(slug, row.payload));
      RENKEI_CHECK(
          from.store->Commit([&](store::Writer& w) { return w.DropOutbox("hub", row.sequence); })
              .ok());
    }
    return codes;
  }
  absl::StatusCode Hand(const std::string& slug, const Bytes& payload);
  // Reads all that comes for `slug` into `to`; answers the batches as they crossed.
  std::vector<feed::FeedBatch> Pull(RigNode& to, const std::string& slug, std::string& cursor);

  FakeClock clock;
  Table table;
  RigNode hub;
  RigNode author;
  RigNode reader;
};

}  // namespace renkei::testing_support
