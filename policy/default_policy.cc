#include <fmt/format.h>

#include "policy/policy.h"

namespace renkei::policy {
namespace {

// The community's name goes between the two.
constexpr std::string_view kHead =
    R"(# The trust policy of this node: who sees, relays and does what with a record.
#
# Default deny: what no `grant` allows is withheld.  A `deny` beats every grant, and the author's
# own limits, signed in each record, beat both.  The order of the lines means nothing.
# `level` is always the peer's level in the circle that both share, so these rules hold in every
# circle, also in those you add later.  Change something, then run `renkei policy check` and
# `renkei policy test`; `renkei policy explain ID --peer P` says why a peer sees what it sees.

policy ")";

constexpr std::string_view kBody = R"(" version 1

# Lowest first.  `members` is the circle that every team of the community is in; name a further
# circle here only where a rule or a test speaks of it.
levels listed < accredited < certified
circles members

# Sections that go together, so that each level below can be read in one line.
set technical = summary techniques indicators detection-rules caveats references
set analysis = technical impact timeline response

# Whose word on a peer counts.  What others claim is unknown: it meets no grant and every deny.
trust level by hub; sector by hub, sponsors; country by hub

# ---- Who may publish ----

accept a-members from level >= listed in circle
      on kind in {incident, indicators, sighting, request}
accept a-advisories from level >= accredited in circle
      on kind in {advisory, vulnerability}

# ---- Who sees what ----

# Authors keep sight of what they published, and recipients named by the author see all of it.
grant g-own to own allow exist, see all, query, sight, comment
grant g-named to recipient allow exist, see all, sight, comment

# The hub carries records between members.  Only what is sealed stays closed to it.
grant g-hub to peer in {hub} in circle
      allow exist, see all, query, sight, comment

# Listed: what one needs to look for the same attack.
grant g-listed to level >= listed in circle on tlp <= green
      allow exist, see technical, query, sight

# Accredited: how it went on, and the technical part may be passed on within the circle.
grant g-accredited to level >= accredited in circle on tlp <= amber
      allow exist, see analysis, query, sight, comment, relay technical

# Certified: also whom it struck, and whom to call.
grant g-certified to level >= certified in circle on tlp <= amber+strict
      allow exist, see analysis victim contact log-excerpts attachments, query, sight, comment
grant g-pass-on to level >= certified in circle on tlp <= amber
      allow relay analysis

# ---- What stays back even so ----

# Until its embargo ends, a record is for certified teams (and the hub that carries it).
deny d-embargo to level < certified on embargo
      forbid see impact victim contact log-excerpts attachments, relay all
# Case material of law enforcement.
deny d-police to level < certified on tag in {law-enforcement} forbid all

# ---- Tests: `renkei policy test`; a policy whose tests fail is not loaded ----

test "a listed member sees indicators of a green record, but not the victim"
     peer level=listed circles={members}
     record circles={members} tlp=green
     expect exist, see technical, query, sight; not see victim impact; not relay all
test "a listed member does not know that an amber record exists"
     peer level=listed circles={members}
     record circles={members} tlp=amber
     expect not all
test "an accredited member works with an amber record"
     peer level=accredited circles={members}
     record circles={members} tlp=amber
     expect see analysis, comment, relay indicators; not see victim contact
test "a certified member knows the victim and whom to call"
     peer level=certified circles={members}
     record circles={members} tlp=amber+strict
     expect see victim contact; not relay all
test "a red record is for its recipients only"
     peer level=certified circles={members}
     record circles={members} tlp=red
     expect not all
test "a recipient sees all of a red record and relays nothing"
     peer level=listed circles={members} recipient
     record circles={members} tlp=red
     expect exist, see all; not relay all
test "the hub carries a red record"
     peer kind=hub level=certified circles={members}
     record circles={members} tlp=red
     expect exist, see all; not relay all
test "a team without a level sees nothing"
     peer circles={members}
     record circles={members} tlp=clear
     expect not all
test "an embargo hides the impact from accredited members"
     peer level=accredited circles={members}
     record circles={members} tlp=amber embargo
     expect see technical; not see impact; not relay all

# ---- What must hold whatever else is written here ----

never "victim below certified" see victim contact
      when level < certified and not recipient and not own and not peer in {hub}
never "red is relayed" relay all when tlp >= red
always "caveats with techniques" see caveats when see techniques
)";

}  // namespace

std::string DefaultPolicyText(std::string_view community) {
  return fmt::format("{}{}{}", kHead, community, kBody);
}

}  // namespace renkei::policy
