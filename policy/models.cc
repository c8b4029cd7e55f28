#include "policy/models.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "policy/format.h"
#include "policy/policy.h"

namespace renkei::policy {
namespace {

constexpr auto kModels = std::to_array<Model>({
    {"flat", "all members are equal: up to amber+strict everyone sees everything"},
    {"ladder", "three levels of trust, each sees more (what `renkei init` writes)"},
    {"council", "a national council: sector circles, and vendors as guests"},
    {"group", "a corporate group: its own CSIRT, and subsidiaries in several countries"},
    {"forum", "everyone sees that something happened; the rest is for named recipients"},
});

// What every model says first, last in it the policy's name.
constexpr std::string_view kFirst = R"(#
# Nothing is allowed unless a `grant` allows it; a `deny` beats every grant; what the author signed
# into the record beats both.  `renkei policy test FILE` runs the tests, `renkei policy apply FILE`
# puts it in force.

policy ")";

// Rules that every community needs.
constexpr std::string_view kBasics = R"(
# Authors keep sight of what they published; recipients named by the author see all of it; the hub
# carries records between members.
grant g-own to own allow exist, see all, query, sight, comment
grant g-named to recipient allow exist, see all, sight, comment
grant g-hub to peer in {hub} in circle allow exist, see all, query, sight, comment
)";

constexpr std::string_view kFlat = R"(" version 1

# One level is enough where all are equal: the hub gives it to every member.
levels listed
circles members
trust level by hub

set technical = summary techniques indicators detection-rules caveats references

# ---- Who may publish ----

accept a-all from level >= listed in circle

# ---- Who sees what ----
{basics}
# Everyone works with everything, unless the author says that it is red: then it is for those whom
# it names.
grant g-all to level >= listed in circle on tlp <= amber+strict
      allow exist, see all, query, sight, comment
# What is green may be passed on within the circle.
grant g-pass-on to level >= listed in circle on tlp <= green allow relay technical

# ---- Tests ----

test "a member sees all of an amber record, and does not pass it on"
     peer level=listed circles={members}
     record circles={members} tlp=amber
     expect exist, see all, query, sight, comment; not relay all
test "a member passes the technical part of a green record on"
     peer level=listed circles={members}
     record circles={members} tlp=green
     expect relay technical; not relay victim contact
test "a red record is for its recipients"
     peer level=listed circles={members}
     record circles={members} tlp=red
     expect not all
test "a recipient sees a red record"
     peer level=listed circles={members} recipient
     record circles={members} tlp=red
     expect exist, see all; not relay all
test "a team without a level sees nothing"
     peer circles={members}
     record circles={members} tlp=clear
     expect not all

# ---- What must hold whatever else is written here ----

never "red beyond its recipients" exist, see all
      when tlp >= red and not recipient and not own and not peer in {hub}
never "amber is relayed" relay all when tlp >= amber
never "whom it struck is relayed" relay victim contact impact when tlp >= clear
)";

constexpr std::string_view kCouncil = R"(" version 1

# A team is in the circle of its sector, and in `council` if it sits there.  Vendors are guests in
# the circles of their customers.
levels listed < accredited < certified
circles council, energy, finance, health

# Sectors are vouched for: by the hub, or by two other teams.
trust level by hub; sector by hub, sponsors; country by hub

set technical = summary techniques indicators detection-rules caveats references
set analysis = technical impact timeline response

# ---- Who may publish ----

accept a-members from level >= listed in circle
      on kind in {incident, indicators, sighting, request}
# Advisories to the nation come from the council.
accept a-advisories from level >= certified in circle {council} on kind in {advisory, vulnerability}

# ---- Who sees what ----
{basics}
grant g-listed to peer in {member} level >= listed in circle on tlp <= green
      allow exist, see technical, query, sight
grant g-accredited to peer in {member} level >= accredited in circle on tlp <= amber
      allow exist, see analysis, query, sight, comment, relay technical
# Whom it struck is for certified teams of the same sector.
grant g-victim to peer in {member} level >= certified in circle same-sector on tlp <= amber+strict
      allow exist, see analysis victim contact, query, sight, comment
# A vendor learns what its product has to detect, not who was hit by what.
grant g-vendor to peer in {guest} level >= listed in circle {energy, finance, health} on tlp <= green
      allow exist, see indicators techniques detection-rules caveats, sight

# ---- What stays back even so ----

deny d-embargo to level < certified on embargo forbid see impact victim contact, relay all
deny d-police to level < certified on tag in {law-enforcement} forbid all
deny d-vendor-drills to peer in {guest} on exercise forbid all

# ---- Tests ----

test "a listed bank sees the technical part of a green record"
     peer kind=member level=listed circles={finance} sector=finance
     record circles={finance} tlp=green
     expect exist, see technical, query, sight; not see victim impact; not relay all
test "an accredited member works with an amber record"
     peer kind=member level=accredited circles={energy} sector=energy
     record circles={energy} tlp=amber
     expect see analysis, comment, relay indicators; not see victim contact
test "a certified utility knows which utility was hit"
     peer kind=member level=certified circles={energy} sector=energy
     record circles={energy} tlp=amber sectors={energy}
     expect see victim contact; not relay victim
test "a certified bank does not, though it sits in the council"
     peer kind=member level=certified circles={council, finance} sector=finance
     record circles={council, energy} tlp=amber sectors={energy}
     expect see impact; not see victim contact
test "a vendor sees indicators of a green record and no more"
     peer kind=guest level=listed circles={energy}
     record circles={energy} tlp=green
     expect exist, see indicators, sight; not see summary victim impact, query, relay all
test "a vendor does not know that an amber record exists"
     peer kind=guest level=listed circles={energy}
     record circles={energy} tlp=amber
     expect not all
test "an embargo hides the impact from accredited members"
     peer kind=member level=accredited circles={energy}
     record circles={energy} tlp=amber embargo
     expect see technical; not see impact; not relay all

# ---- What must hold whatever else is written here ----

never "victims beyond their sector" see victim contact
      when not same-sector and not recipient and not own and not peer in {hub}
never "vendors learn what happened" see victim contact impact timeline
      when peer in {guest} and not recipient and not own
never "red is relayed" relay all when tlp >= red
always "caveats with indicators" see caveats when see indicators
)";

constexpr std::string_view kGroup = R"(" version 1

# The group's CSIRT is certified; each subsidiary's team is listed, accredited once it has its own
# people on call.
levels listed < accredited < certified
circles group
trust level by hub; sector by hub; country by hub

set technical = summary techniques indicators detection-rules caveats references
set course = impact timeline response

# ---- Who may publish ----

accept a-all from level >= listed in circle
      on kind in {incident, indicators, sighting, request}
accept a-group from level >= certified in circle on kind in {advisory, vulnerability}

# ---- Who sees what ----
{basics}
# Within one group amber is an everyday word: what to look for goes to all.
grant g-subsidiary to level >= listed in circle on tlp <= amber
      allow exist, see technical, query, sight, comment
grant g-on-call to level >= accredited in circle on tlp <= amber+strict
      allow exist, see technical course, query, sight, comment
# Who was hit, and its logs with personal data in them, stay in their country, ...
grant g-country to level >= listed in circle same-country on tlp <= amber+strict
      allow exist, see technical course victim contact log-excerpts, query, sight, comment
# ... but for the group's CSIRT, which helps everywhere; the logs don't cross a border even so.
grant g-csirt to level >= certified in circle on tlp <= amber+strict
      allow exist, see technical course victim contact, query, sight, comment
grant g-csirt-here to level >= certified in circle same-country on tlp <= amber+strict
      allow see log-excerpts attachments
# Only the group's CSIRT speaks to the outside.
grant g-outside to level >= certified in circle on tlp <= green allow relay technical

# ---- What stays back even so ----

# A subsidiary that is being sold: write its team here on the day.
# deny d-sold everywhere to team in {sold-subsidiary} forbid all

# ---- Tests ----

test "a subsidiary sees what to look for in an amber record"
     peer level=listed circles={group} country=at
     record circles={group} tlp=amber countries={jp}
     expect exist, see technical, query; not see impact victim; not relay all
test "a subsidiary on call also sees how it went on"
     peer level=accredited circles={group} country=at
     record circles={group} tlp=amber countries={jp}
     expect see course; not see victim contact log-excerpts
test "a neighbour in the same country knows who was hit"
     peer level=listed circles={group} country=jp
     record circles={group} tlp=amber countries={jp}
     expect see victim contact log-excerpts
test "the group's CSIRT knows who was hit anywhere"
     peer level=certified circles={group} country=at
     record circles={group} tlp=amber countries={jp}
     expect see victim contact; not see log-excerpts attachments
test "at home it reads the logs"
     peer level=certified circles={group} country=jp
     record circles={group} tlp=amber countries={jp}
     expect see log-excerpts attachments
test "only the CSIRT passes on"
     peer level=accredited circles={group} country=jp
     record circles={group} tlp=clear countries={jp}
     expect exist; not relay all

# ---- What must hold whatever else is written here ----

never "victims beyond their country" see victim contact
      when level < certified and not same-country and not recipient and not own
      and not peer in {hub}
never "logs abroad" see log-excerpts attachments
      when not same-country and not recipient and not own and not peer in {hub}
never "amber leaves the group" relay all when tlp >= amber
)";

constexpr std::string_view kForum = R"(" version 1

levels listed < certified
circles forum
trust level by hub

# ---- Who may publish ----

accept a-all from level >= listed in circle

# ---- Who sees what ----
{basics}
# Everyone learns that something happened and may ask about it: a green record shows its summary.
grant g-notice to level >= listed in circle on tlp <= green
      allow exist, see summary caveats, sight, comment
# The forum's stewards see enough to say whom the author should name.
grant g-steward to level >= certified in circle on tlp <= amber
      allow exist, see summary techniques caveats, query, sight, comment

# ---- Tests ----

test "a member sees the summary of a green record"
     peer level=listed circles={forum}
     record circles={forum} tlp=green
     expect exist, see summary, comment; not see indicators victim, relay all
test "a member does not know that an amber record exists"
     peer level=listed circles={forum}
     record circles={forum} tlp=amber
     expect not all
test "a named recipient sees all of it"
     peer level=listed circles={forum} recipient
     record circles={forum} tlp=red
     expect exist, see all, comment; not relay all
test "a steward sees techniques, not indicators"
     peer level=certified circles={forum}
     record circles={forum} tlp=amber
     expect see techniques; not see indicators victim
test "the author keeps sight of it"
     peer level=listed circles={forum} own
     record circles={forum} tlp=red
     expect exist, see all

# ---- What must hold whatever else is written here ----

never "indicators to who is not named"
      see indicators detection-rules victim impact timeline response contact log-excerpts attachments
      when not recipient and not own and not peer in {hub}
never "anything is relayed" relay all when tlp >= clear
always "caveats with techniques" see caveats when see techniques
)";

std::string Filled(std::string_view about, std::string_view community, std::string_view body) {
  constexpr std::string_view kPlace = "{basics}";
  std::string text = fmt::format("# {}\n{}{}{}", about, kFirst, community, body);
  const std::size_t at = text.find(kPlace);
  text.replace(at, kPlace.size(), kBasics);
  return Format(text);
}

}  // namespace

std::span<const Model> Models() { return kModels; }

std::string ModelText(std::string_view model, std::string_view community) {
  if (model == "flat") {
    return Filled("Trust policy of a community in which all members are equal.", community, kFlat);
  }
  if (model == "ladder") return DefaultPolicyText(community);
  if (model == "council") {
    return Filled("Trust policy of a national council with sector circles and vendor guests.",
                  community, kCouncil);
  }
  if (model == "group") {
    return Filled("Trust policy of a corporate group with subsidiaries.", community, kGroup);
  }
  if (model == "forum") {
    return Filled("Trust policy of a forum whose authors name who sees their records.", community,
                  kForum);
  }
  return "";
}

}  // namespace renkei::policy
