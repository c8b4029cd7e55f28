#include "config/node_config.h"

namespace renkei::config {
namespace {

// A TOML basic string.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// `key = "value"`, or the same in a comment with an example if there is no value.
std::string Line(std::string_view key, std::string_view value, std::string_view example) {
  return value.empty() ? fmt::format("# {} = {}\n", key, Quoted(example))
                       : fmt::format("{} = {}\n", key, Quoted(value));
}

constexpr std::string_view kRest = R"(
# What a record gets when its author says nothing else.
[publish]
default_tlp = "amber"        # clear, green, amber, amber+strict, red
source = "attributed"        # attributed, pseudonymous, anonymous: docs/threat-model.md
default_circles = []         # circle names; empty: the community's own circle
expiry_days = 180            # 1 to 730
approval = "none"            # "two-person": what one account hands in, another must approve
generalise = false           # true: widen what makes a victim one of fewer than 5 teams
correlate = "none"           # "names", "subnets": keyed names where a circle asks for them

# The level a reader's team needs to see each section: a level of the circle's charter (listed,
# accredited and certified by default), "anyone" in the circle, or only "recipients".
[publish.section_levels]
summary = "anyone"
techniques = "anyone"
indicators = "anyone"
victim = "accredited"        # says most about who was hit
impact = "anyone"
timeline = "anyone"
response = "anyone"
detection-rules = "anyone"
contact = "accredited"
log-excerpts = "accredited"
attachments = "accredited"
sealed = "recipients"
caveats = "anyone"           # keep: a reader without it misreads the rest
references = "anyone"

# What one peer may use.  Over a limit the peer is told to come back later.
[limits]
streams_per_peer = 4
bytes_in_flight_per_stream = 1048576
records_per_peer_per_day = 20000
tombstones_per_peer = 10000
store_free_bytes_min = 67108864   # restart; with less free disk nothing is accepted, all is read
outbox_records_max = 1000000

[heartbeat]
seconds = 30

# By a community state (revocations) older than this, or than a charter says, no other member is
# served.
[state]
max_age_hours = 24

# A hub that takes pseudonymous records: the public keys of three escrow officers (`renkei escrow
# key`), any two of whom can find out which team a pseudonym is.
# [escrow]
# officers = ["", "", ""]

# How sure this node is of an indicator, for `search`, `export --min-score` and lists:
# docs/indicators.md.
[indicators]
confidence = 50              # 0 to 100, of one whose author says none
false_positive_teams = 2     # so many teams that call it a false positive take it out of lists

# Days in which the score of an indicator halves after it was last seen, by type; 0: never.
# Types not named here have those that docs/indicators.md lists.
[decay]
default = 90
ipv4 = 14
domain = 60
url = 30
sha256 = 365

# HTTPS for SIEMs, DNS servers, firewalls and TAXII clients: docs/gateway.md.  A change of these
# keys waits for a restart; the two files are read again at each reload.  Without them it is plain
# HTTP, which is for loopback addresses only.  Limits: docs/gateway.md.
# [gateway]
# listen = "0.0.0.0:7443"
# certificate = "gateway.crt"  # PEM, the whole chain
# key = "gateway.key"          # PEM, mode 0600

# What the columns of a table mean that others send (`renkei publish`, `import`): docs/formats.md.
# [import.csv.vendor]
# tlp = "green"
# [import.csv.vendor.header]
# value = "IOC"              # what it is to us = the name of its column
# type = "IOC Type"

# What comes is sent on to the tools of the team, in order: docs/push.md.  At most 16 targets.
# [[push]]
# name = "siem"
# kind = "jsonl"             # jsonl, syslog, webhook, misp, mail
# file = "siem.jsonl"

# Direct links to other members, besides the hub: at most 32.
# [[link]]
# address = "node.beta.example:7440"
# team = "beta"              # the slug that must answer there

# Where this node fetches what others publish: MISP feeds and instances, TAXII collections, files.
# At most 32; all keys: docs/sources.md.
# [[source]]
# name = "partner-feed"
# kind = "misp-feed"         # misp-feed, misp, taxii, file
# url = "https://feed.example/misp/"   # or path = "...", of this machine
# secret = "partner.secret"  # a file, mode 0600: `user:password`, or the API key of a MISP
# every = "15m"
# publish = "draft"          # what comes waits for `renkei approve`; "auto": what the lint passes
# tlp_least = "green"
)";

}  // namespace

std::string NodeConfigText(const NodeConfigSeed& seed) {
  const std::string listen(seed.listen.empty() && seed.hub ? kDefaultHubListen : seed.listen);
  const std::string enrol(seed.enrol_listen.empty() ? kDefaultHubEnrolListen : seed.enrol_listen);

  std::string text =
      "# This node.  `renkei reload` or SIGHUP takes over what changed in this file, except what "
      "is\n"
      "# marked `restart`: that waits for one.  A mistake anywhere leaves all of it as it was.\n"
      "[node]                       # restart: all of it but `log`\n";
  text += fmt::format("org = {}\n", Quoted(seed.org));
  if (seed.hub) {
    text += "hub = true                   # keeps the community's roster and relays\n";
  }
  text += Line("community", seed.community, "isac.example");
  text +=
      "# Where peers reach this node; a node without it only dials out.  Port 0: any free one.\n";
  text += Line("listen", listen, "0.0.0.0:7440");
  if (seed.hub) {
    text += "# Where invited teams enrol; without it nobody can join.\n";
    text += Line("enrol_listen", enrol, kDefaultHubEnrolListen);
  }
  text += "# The name others use for it, where that is not the address it listens on.\n";
  text += Line("address", seed.address, "node.alpha.example:7440");
  text += "log = \"info\"                 # debug, info, warn, error\n";
  return text + std::string(kRest);
}

}  // namespace renkei::config
