#include "policy/counterexample.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "node/base/encoding.h"
#include "policy/world_values.h"

namespace renkei::policy {
namespace {

using PolicyList = std::vector<const CompiledPolicy*>;

std::string BracesOf(const std::vector<std::string>& words) {
  return fmt::format("{{{}}}", fmt::join(words, ", "));
}

// Writes facts in the order of docs/policy.md.
class FactWriter {
 public:
  FactWriter(const World& world, const PolicyList& policies, const Assignment& assignment)
      : world_(world), policies_(policies) {
    for (std::size_t i = 0; i < world.variables().size(); ++i) {
      const Variable& variable = world.variables()[i];
      if (variable.values.empty()) continue;
      Take(variable, variable.values[static_cast<std::size_t>(assignment[i])]);
    }
    AddCircles();
  }

  Situation Take() {
    said_.peer_facts = PeerFacts();
    said_.record_facts = RecordFacts();
    return std::move(said_);
  }

 private:
  void Take(const Variable& variable, const Value& value);
  void TakeOfRecord(const Variable& variable, const Value& value);
  void AddCircles();
  void AddLevels(std::vector<std::string>& facts) const;
  std::string PeerFacts() const;
  std::string RecordFacts() const;
  bool Asked(VariableKind kind) const {
    return std::any_of(
        world_.variables().begin(), world_.variables().end(),
        [&](const Variable& variable) { return variable.kind == kind && variable.asked; });
  }
  std::string LevelFact(const Membership& membership, const std::string& suffix) const;

  const World& world_;
  const PolicyList& policies_;
  Situation said_{};
  std::map<std::size_t, Membership> slots_{};
  std::vector<std::string> unknown_of_peer_{};
  std::vector<std::string> unknown_of_record_{};
};

void FactWriter::Take(const Variable& variable, const Value& value) {
  Peer& peer = said_.peer;
  const auto unknown = [&](std::string_view word) {
    if (!value.testable) unknown_of_peer_.emplace_back(word);
  };
  switch (variable.kind) {
    case VariableKind::kRung:
      slots_[variable.slot].rung = value.membership.rung;
      break;
    case VariableKind::kCircle:
      slots_[variable.slot].circle = value.membership.circle;
      break;
    case VariableKind::kSector:
      peer.sector = value.peer.sector;
      peer.sector_by = value.peer.sector_by;
      said_.marking.sectors = value.marking.sectors;
      break;
    case VariableKind::kCountry:
      peer.country = value.peer.country;
      peer.country_by = value.peer.country_by;
      said_.marking.countries = value.marking.countries;
      unknown("country");
      break;
    case VariableKind::kTeam:
      peer.team = value.peer.team;
      unknown("team");
      break;
    case VariableKind::kPeerKind:
      peer.kind = value.peer.kind;
      unknown("kind");
      break;
    case VariableKind::kRecipient:
      peer.recipient = value.peer.recipient;
      break;
    case VariableKind::kOwn:
      peer.own = value.peer.own;
      break;
    default:
      TakeOfRecord(variable, value);
  }
}

void FactWriter::TakeOfRecord(const Variable& variable, const Value& value) {
  Marking& marking = said_.marking;
  switch (variable.kind) {
    case VariableKind::kTlp:
      marking.tlp = value.marking.tlp;
      break;
    case VariableKind::kPap:
      marking.pap = value.marking.pap;
      break;
    case VariableKind::kKind:
      marking.kind = value.marking.kind;
      break;
    case VariableKind::kType:
      marking.type = value.marking.type;
      if (!value.testable) unknown_of_record_.emplace_back("type");
      break;
    case VariableKind::kSource:
      marking.source = value.marking.source;
      break;
    case VariableKind::kSeverity:
      marking.severity = value.marking.severity;
      break;
    case VariableKind::kEmbargo:
      marking.embargoed = value.marking.embargoed;
      break;
    case VariableKind::kExercise:
      marking.exercise = value.marking.exercise;
      break;
    case VariableKind::kTag:
      for (const std::string& tag : value.marking.tags) marking.tags.push_back(tag);
      break;
    default:
      break;
  }
}

// Two circles that no rule tells apart still have two names.
void FactWriter::AddCircles() {
  const std::vector<std::string> known = policies_.front()->policy->circles();
  for (auto& [slot, membership] : slots_) {
    if (membership.rung == 0) continue;
    const std::string name = membership.circle;
    const auto taken = [&](const std::string& circle) {
      return std::any_of(said_.peer.circles.begin(), said_.peer.circles.end(),
                         [&](const Membership& other) { return other.circle == circle; });
    };
    for (int i = 2; taken(membership.circle) || !SameToRules(policies_, name, membership.circle);
         ++i) {
      membership.circle = fmt::format("{}{}", name.substr(0, kCircleNameBytesMax - 3), i);
    }
    membership.by = {.hub = true, .self = true, .sponsors = 2};
    if (slot == 0) said_.circle = membership.circle;
    if (std::find(known.begin(), known.end(), membership.circle) == known.end()) {
      said_.circles.push_back(membership.circle);
    }
    said_.peer.circles.push_back(membership);
    said_.marking.circles.push_back(membership.circle);
  }
  std::sort(said_.peer.circles.begin(), said_.peer.circles.end(),
            [](const Membership& a, const Membership& b) { return a.circle < b.circle; });
  std::sort(said_.marking.circles.begin(), said_.marking.circles.end());
  std::sort(said_.marking.tags.begin(), said_.marking.tags.end());
  said_.marking.relay = Relay::kFree;
}

std::string FactWriter::LevelFact(const Membership& membership, const std::string& suffix) const {
  for (const Level& level : policies_.front()->levels) {
    if (level.rung == membership.rung) return fmt::format("level{}={}", suffix, level.name);
  }
  return fmt::format("rung{}={}", suffix, membership.rung);
}

void FactWriter::AddLevels(std::vector<std::string>& facts) const {
  const std::vector<Membership>& circles = said_.peer.circles;
  const bool same = std::all_of(circles.begin(), circles.end(), [&](const Membership& in) {
    return in.rung == circles.front().rung;
  });
  for (const Membership& membership : circles) {
    facts.push_back(LevelFact(membership, same ? "" : "." + membership.circle));
    if (same) break;
  }
  facts.push_back("circles=" + BracesOf(said_.marking.circles));
}

// Nothing where everybody says so: a test means that.
std::string ByFact(std::string_view key, const AssertedBy& by) {
  if (by.hub && by.self && by.sponsors >= 2) return "";
  std::vector<std::string> words;
  if (by.hub) words.emplace_back("hub");
  if (by.self) words.emplace_back("self");
  if (by.sponsors > 0) words.emplace_back(by.sponsors >= 2 ? "sponsors" : "sponsor");
  return fmt::format("{}={}", key, BracesOf(words));
}

std::string FactWriter::PeerFacts() const {
  const Peer& peer = said_.peer;
  std::vector<std::string> facts;
  const auto add = [&](bool there, std::string fact) {
    if (there && !fact.empty()) facts.push_back(std::move(fact));
  };
  AddLevels(facts);
  add(!peer.sector.empty(), "sector=" + peer.sector);
  add(!peer.sector.empty(), ByFact("sector.by", peer.sector_by));
  add(!peer.country.empty(), "country=" + peer.country);
  add(!peer.country.empty(), ByFact("country.by", peer.country_by));
  add(!peer.team.empty(), "team=" + peer.team);
  add(peer.kind != PeerKind::kUnspecified, fmt::format("kind={}", ToWord(peer.kind)));
  add(!unknown_of_peer_.empty(), "unknown=" + BracesOf(unknown_of_peer_));
  add(peer.recipient, "recipient");
  add(peer.own, "own");
  return fmt::format("{}", fmt::join(facts, " "));
}

std::string FactWriter::RecordFacts() const {
  const Marking& marking = said_.marking;
  std::vector<std::string> facts = {"circles=" + BracesOf(marking.circles)};
  const auto add = [&](bool there, std::string fact) {
    if (there) facts.push_back(std::move(fact));
  };
  add(marking.kind != Kind::kIncident, fmt::format("kind={}", ToWord(marking.kind)));
  add(true, fmt::format("tlp={}", ToWord(marking.tlp)));
  add(Asked(VariableKind::kPap), fmt::format("pap={}", ToWord(marking.pap)));
  add(marking.type != 0, "type=" + RsitWord(marking.type));
  add(marking.severity != Severity::kUnspecified,
      fmt::format("severity={}", ToWord(marking.severity)));
  add(Asked(VariableKind::kSource) || marking.source != SourceMode::kAttributed,
      fmt::format("source={}", ToWord(marking.source)));
  add(!marking.tags.empty(), "tags=" + BracesOf(marking.tags));
  add(!marking.sectors.empty(), "sectors=" + BracesOf(marking.sectors));
  add(!marking.countries.empty(), "countries=" + BracesOf(marking.countries));
  add(!unknown_of_record_.empty(), "unknown=" + BracesOf(unknown_of_record_));
  add(marking.embargoed, "embargo");
  add(marking.exercise, "exercise");
  return fmt::format("{}", fmt::join(facts, " "));
}

}  // namespace

Assignment Simplified(const World& world, const Question& question, Assignment assignment) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (std::size_t i = 0; i < assignment.size(); ++i) {
      if (world.variables()[i].values.empty()) continue;
      for (int value = 0; value < assignment[i]; ++value) {
        Assignment plainer = assignment;
        plainer[i] = value;
        world.Complete(plainer);
        if (!Holds(world, question, plainer)) continue;
        assignment = std::move(plainer);
        changed = true;
        break;
      }
    }
  }
  return assignment;
}

Situation SituationOf(const World& world, const PolicyList& policies,
                      const Assignment& assignment) {
  return FactWriter(world, policies, assignment).Take();
}

std::string PasteText(const Situation& situation, std::string_view title, bool withheld,
                      std::uint64_t bits) {
  std::string text;
  if (!situation.circles.empty()) {
    text = fmt::format("circles {}\n", fmt::join(situation.circles, ", "));
  }
  return text + fmt::format(
                    "test \"counterexample: {}\"\n     peer {}\n     record {}\n     expect {}{}\n",
                    Printable(title, kStringBytesMax - 20), situation.peer_facts,
                    situation.record_facts, withheld ? "" : "not ", ActionsText(bits));
}

}  // namespace renkei::policy
