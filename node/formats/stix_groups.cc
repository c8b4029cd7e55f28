// Which objects of a bundle make one draft.
#include <algorithm>
#include <iterator>
#include <set>

#include "node/formats/stix_file.h"

namespace renkei::formats {
namespace {

// Whether what `entry` points at belongs wherever `entry` is: an observation without its
// observables says nothing.
bool BringsAlong(const StixEntry& entry) {
  return entry.type == "observed-data" || entry.own_object || IsStixObservable(entry.type);
}

bool IsUsable(const StixEntry& entry) { return !entry.revoked && !entry.superseded; }

// Says something of other objects, and stands where they stand.
bool IsStixLink(const StixEntry& entry) {
  return entry.type == "relationship" || entry.type == "sighting" || entry.type == "note" ||
         entry.type == "opinion" || entry.type == "language-content";
}

class StixGrouper {
 public:
  explicit StixGrouper(const StixFile& file) : file_(file), groups_of_(file.entries().size()) {}

  absl::StatusOr<std::vector<StixGroup>> Group() {
    for (const StixEntry* container : Containers()) {
      if (groups_.size() >= kStixGroupsMax) {
        return ResourceExhausted(
            fmt::format("`objects`: more than {} reports and groupings", kStixGroupsMax));
      }
      groups_.push_back({.container = container});
      groups_of_[container->number].push_back(Last());
      TakeMembers(*container);
    }
    PlaceLinks();
    PlaceLoose();
    PlaceLinks();
    if (placements_ > kStixPlacementsMax) {
      return ResourceExhausted(
          fmt::format("`objects`: reports name objects more than {} times", kStixPlacementsMax));
    }
    for (const StixEntry& entry : file_.entries()) {
      if (IsUsable(entry) && IsStixLink(entry) && groups_of_[entry.number].empty()) Tear(entry);
    }
    for (StixGroup& group : groups_) Finish(group);
    return std::move(groups_);
  }

 private:
  std::uint32_t Last() const { return static_cast<std::uint32_t>(groups_.size() - 1); }

  // An incident that a report names is part of that.
  std::vector<const StixEntry*> Containers() const {
    std::set<std::uint32_t> named;
    for (const StixEntry& entry : file_.entries()) {
      if (!IsStixContainer(entry) || !IsUsable(entry)) continue;
      for (const std::string& id : entry.refs) {
        const StixEntry* to = file_.Find(id);
        if (to != nullptr && to->type == "incident") named.insert(to->number);
      }
    }
    std::vector<const StixEntry*> containers;
    for (const StixEntry& entry : file_.entries()) {
      const bool is_one = IsStixContainer(entry) && IsUsable(entry);
      if (is_one && named.count(entry.number) == 0) containers.push_back(&entry);
    }
    return containers;
  }

  // Lists of groups are sorted: a file could name one object in thousands of reports.
  bool IsIn(const StixEntry& entry, std::uint32_t number) const {
    const auto& of = groups_of_[entry.number];
    return std::binary_search(of.begin(), of.end(), number);
  }

  void Place(const StixEntry& entry, std::uint32_t number) {
    if (IsIn(entry, number) || placements_ > kStixPlacementsMax) return;
    ++placements_;
    auto& of = groups_of_[entry.number];
    of.insert(std::lower_bound(of.begin(), of.end(), number), number);
    groups_[number].members.push_back(&entry);
  }

  void TakeMembers(const StixEntry& container) {
    const std::uint32_t number = Last();
    std::vector<const StixEntry*> waiting{&container};
    while (!waiting.empty()) {
      const StixEntry& from = *waiting.back();
      waiting.pop_back();
      for (const std::string& id : from.refs) {
        const StixEntry* to = file_.Find(id);
        const bool is_member =
            to != nullptr && IsUsable(*to) && (!IsStixContainer(*to) || to->type == "incident");
        if (!is_member || IsIn(*to, number)) continue;
        Place(*to, number);
        if (BringsAlong(*to) && placements_ <= kStixPlacementsMax) waiting.push_back(to);
      }
    }
  }

  void PlaceLinks() {
    for (const StixEntry& entry : file_.entries()) {
      if (placements_ > kStixPlacementsMax) return;
      if (!IsUsable(entry) || !IsStixLink(entry) || entry.refs.empty()) continue;
      const StixEntry* from = file_.Find(entry.refs.front());
      const StixEntry* to = entry.type == "relationship" ? file_.Find(entry.refs.back()) : from;
      if (from == nullptr || to == nullptr) {
        PlaceOutward(entry, from);
        continue;
      }
      if (entry.type == "relationship") BringEnds(*from, *to);
      std::vector<std::uint32_t> both;
      std::set_intersection(groups_of_[from->number].begin(), groups_of_[from->number].end(),
                            groups_of_[to->number].begin(), groups_of_[to->number].end(),
                            std::back_inserter(both));
      for (const std::uint32_t number : both) Place(entry, number);
    }
  }

  // What a report itself is derived from need not be in the file.
  void PlaceOutward(const StixEntry& entry, const StixEntry* from) {
    if (from == nullptr || !IsStixContainer(*from)) return;
    for (const std::uint32_t number : groups_of_[from->number]) Place(entry, number);
  }

  // An incident takes what is linked to it, and an identity stands with what it is linked to.
  void BringEnds(const StixEntry& from, const StixEntry& to) {
    for (const auto& [at, other] : {std::pair(&from, &to), std::pair(&to, &from)}) {
      const bool is_identity = other->type == "identity" && groups_of_[other->number].empty();
      for (const std::uint32_t number : groups_of_[at->number]) {
        const bool by_incident = groups_[number].container == at && at->type == "incident";
        if ((is_identity || by_incident) && !IsStixContainer(*other)) Place(*other, number);
      }
    }
  }

  // What no report names: one draft for each marking.
  void PlaceLoose() {
    std::map<std::pair<policy::Tlp, policy::Pap>, std::uint32_t> by_marking;
    for (const StixEntry& entry : file_.entries()) {
      const bool is_loose = IsUsable(entry) && groups_of_[entry.number].empty() &&
                            !IsStixAside(entry) && !IsStixContainer(entry) && !IsStixLink(entry);
      if (!is_loose) continue;
      const StixMarking marking = file_.MarkingOf(entry);
      const auto [found, is_new] =
          by_marking.emplace(std::pair(marking.tlp, marking.pap), groups_.size());
      if (is_new) groups_.emplace_back();
      Place(entry, found->second);
    }
  }

  void Tear(const StixEntry& entry) {
    if (groups_.empty()) return;
    std::uint32_t number = 0;
    for (const std::string& id : entry.refs) {
      const StixEntry* end = file_.Find(id);
      if (end != nullptr && !groups_of_[end->number].empty()) {
        number = groups_of_[end->number].front();
      }
    }
    groups_[number].torn.push_back(&entry);
  }

  void Finish(StixGroup& group) const {
    std::sort(group.members.begin(), group.members.end(),
              [](const StixEntry* a, const StixEntry* b) { return a->number < b->number; });
    if (group.container != nullptr) group.marking = file_.MarkingOf(*group.container);
    for (const StixEntry* member : group.members) {
      const StixMarking marking = file_.MarkingOf(*member);
      group.marking.tlp = std::max(group.marking.tlp, marking.tlp);
      group.marking.pap = std::max(group.marking.pap, marking.pap);
    }
  }

  const StixFile& file_;
  std::vector<std::vector<std::uint32_t>> groups_of_;
  std::vector<StixGroup> groups_{};
  std::size_t placements_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<StixGroup>> GroupStixObjects(const StixFile& file) {
  return StixGrouper(file).Group();
}

std::string StixSourceId(const StixFile& file, const StixGroup& group) {
  if (group.container != nullptr) return group.container->id;
  if (file.bundle_id().empty()) return "";
  const std::string_view tlp =
      group.marking.tlp == policy::Tlp::kUnspecified ? "" : policy::ToWord(group.marking.tlp);
  const std::string_view pap =
      group.marking.pap == policy::Pap::kUnspecified ? "" : policy::ToWord(group.marking.pap);
  std::string id = file.bundle_id();
  if (!tlp.empty()) id += fmt::format("/{}", tlp);
  if (!pap.empty()) id += fmt::format("/pap-{}", pap);
  return id;
}

}  // namespace renkei::formats
