#include "node/formats/misp_types.h"

#include <array>

namespace renkei::formats {
namespace {

using T = MispTarget;

// clang-format off
constexpr std::array<MispType, 194> kTypes = {{
    {"md5", T::kIndicator, v1::INDICATOR_TYPE_MD5, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"sha1", T::kIndicator, v1::INDICATOR_TYPE_SHA1, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"sha256", T::kIndicator, v1::INDICATOR_TYPE_SHA256, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename", T::kIndicator, v1::INDICATOR_TYPE_FILE_NAME, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"pdb", T::kIndicator, v1::INDICATOR_TYPE_PDB_PATH, v1::ROLE_UNSPECIFIED, "Artifacts dropped"},
    {"filename|md5", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|sha1", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|sha256", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"ip-src", T::kIndicator, v1::INDICATOR_TYPE_IPV4, v1::ROLE_SOURCE, "Network activity"},
    {"ip-dst", T::kIndicator, v1::INDICATOR_TYPE_IPV4, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"hostname", T::kIndicator, v1::INDICATOR_TYPE_HOSTNAME, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"domain", T::kIndicator, v1::INDICATOR_TYPE_DOMAIN, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"domain|ip", T::kBoth, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"email", T::kIndicator, v1::INDICATOR_TYPE_EMAIL, v1::ROLE_UNSPECIFIED, "Social network"},
    {"email-src", T::kIndicator, v1::INDICATOR_TYPE_EMAIL, v1::ROLE_SOURCE, "Payload delivery"},
    {"eppn", T::kIndicator, v1::INDICATOR_TYPE_USER_NAME, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"email-dst", T::kIndicator, v1::INDICATOR_TYPE_EMAIL, v1::ROLE_TARGET, "Network activity"},
    {"email-subject", T::kIndicator, v1::INDICATOR_TYPE_EMAIL_SUBJECT, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"email-attachment", T::kIndicator, v1::INDICATOR_TYPE_FILE_NAME, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"email-body", T::kIndicator, v1::INDICATOR_TYPE_TEXT, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"float", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Other"},
    {"git-commit-id", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Internal reference"},
    {"url", T::kIndicator, v1::INDICATOR_TYPE_URL, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"http-method", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"user-agent", T::kIndicator, v1::INDICATOR_TYPE_USER_AGENT, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"ja3-fingerprint-md5", T::kIndicator, v1::INDICATOR_TYPE_JA3, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"jarm-fingerprint", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"favicon-mmh3", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"hassh-md5", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"hasshserver-md5", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"regkey", T::kIndicator, v1::INDICATOR_TYPE_REGISTRY_KEY, v1::ROLE_UNSPECIFIED, "Persistence mechanism"},
    {"regkey|value", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Persistence mechanism"},
    {"AS", T::kIndicator, v1::INDICATOR_TYPE_ASN, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"snort", T::kRule, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"suricata", T::kRule, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"bro", T::kRule, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"zeek", T::kRule, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"community-id", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"dom-hash", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"pattern-in-file", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload installation"},
    {"pattern-in-traffic", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"pattern-in-memory", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload installation"},
    {"filename-pattern", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload installation"},
    {"pgp-public-key", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"pgp-private-key", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"ssh-fingerprint", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"yara", T::kRule, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload installation"},
    {"stix2-pattern", T::kIndicator, v1::INDICATOR_TYPE_STIX_PATTERN, v1::ROLE_UNSPECIFIED, "Payload installation"},
    {"sigma", T::kRule, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload installation"},
    {"gene", T::kRule, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Artifacts dropped"},
    {"kusto-query", T::kRule, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Artifacts dropped"},
    {"mime-type", T::kIndicator, v1::INDICATOR_TYPE_MIME_TYPE, v1::ROLE_UNSPECIFIED, "Artifacts dropped"},
    {"identity-card-number", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"cookie", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"vulnerability", T::kWeakness, v1::INDICATOR_TYPE_VULNERABILITY, v1::ROLE_UNSPECIFIED, "External analysis"},
    {"cpe", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "External analysis"},
    {"weakness", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "External analysis"},
    {"attachment", T::kAttachment, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "External analysis"},
    {"malware-sample", T::kAttachment, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"link", T::kReference, v1::INDICATOR_TYPE_URL, v1::ROLE_UNSPECIFIED, "External analysis"},
    {"comment", T::kIndicator, v1::INDICATOR_TYPE_TEXT, v1::ROLE_UNSPECIFIED, "Other"},
    {"text", T::kIndicator, v1::INDICATOR_TYPE_TEXT, v1::ROLE_UNSPECIFIED, "Other"},
    {"hex", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Other"},
    {"other", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Other"},
    {"named pipe", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Artifacts dropped"},
    {"mutex", T::kIndicator, v1::INDICATOR_TYPE_MUTEX, v1::ROLE_UNSPECIFIED, "Artifacts dropped"},
    {"process-state", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Artifacts dropped"},
    {"target-user", T::kVictim, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Targeting data"},
    {"target-email", T::kVictim, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Targeting data"},
    {"target-machine", T::kVictim, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Targeting data"},
    {"target-org", T::kVictim, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Targeting data"},
    {"target-location", T::kVictim, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Targeting data"},
    {"target-external", T::kVictim, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Targeting data"},
    {"btc", T::kIndicator, v1::INDICATOR_TYPE_BITCOIN_ADDRESS, v1::ROLE_UNSPECIFIED, "Financial fraud"},
    {"dash", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Financial fraud"},
    {"xmr", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Financial fraud"},
    {"iban", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Financial fraud"},
    {"bic", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Financial fraud"},
    {"bank-account-nr", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Financial fraud"},
    {"aba-rtn", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Financial fraud"},
    {"bin", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Financial fraud"},
    {"cc-number", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Financial fraud"},
    {"prtn", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Financial fraud"},
    {"phone-number", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"threat-actor", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Attribution"},
    {"campaign-name", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Attribution"},
    {"campaign-id", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Attribution"},
    {"malware-type", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"uri", T::kIndicator, v1::INDICATOR_TYPE_URI_PATH, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"authentihash", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"vhash", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"ssdeep", T::kIndicator, v1::INDICATOR_TYPE_SSDEEP, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"imphash", T::kIndicator, v1::INDICATOR_TYPE_IMPHASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"telfhash", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"pehash", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"impfuzzy", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"sha224", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"sha384", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"sha512", T::kIndicator, v1::INDICATOR_TYPE_SHA512, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"sha512/224", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"sha512/256", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"sha3-224", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"sha3-256", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"sha3-384", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"sha3-512", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"tlsh", T::kIndicator, v1::INDICATOR_TYPE_TLSH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"cdhash", T::kIndicator, v1::INDICATOR_TYPE_OTHER_HASH, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|authentihash", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|vhash", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|ssdeep", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|imphash", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|impfuzzy", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|pehash", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|sha224", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|sha384", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|sha512", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|sha512/224", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|sha512/256", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|sha3-224", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|sha3-256", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|sha3-384", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|sha3-512", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"filename|tlsh", T::kSecond, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"windows-scheduled-task", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Artifacts dropped"},
    {"windows-service-name", T::kIndicator, v1::INDICATOR_TYPE_SERVICE, v1::ROLE_UNSPECIFIED, "Artifacts dropped"},
    {"windows-service-displayname", T::kIndicator, v1::INDICATOR_TYPE_SERVICE, v1::ROLE_UNSPECIFIED, "Artifacts dropped"},
    {"whois-registrant-email", T::kIndicator, v1::INDICATOR_TYPE_EMAIL, v1::ROLE_UNSPECIFIED, "Attribution"},
    {"whois-registrant-phone", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Attribution"},
    {"whois-registrant-name", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Attribution"},
    {"whois-registrant-org", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Attribution"},
    {"whois-registrar", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Attribution"},
    {"whois-creation-date", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Attribution"},
    {"x509-fingerprint-sha1", T::kIndicator, v1::INDICATOR_TYPE_CERTIFICATE_HASH, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"x509-fingerprint-md5", T::kIndicator, v1::INDICATOR_TYPE_CERTIFICATE_HASH, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"x509-fingerprint-sha256", T::kIndicator, v1::INDICATOR_TYPE_CERTIFICATE_HASH, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"dns-soa-email", T::kIndicator, v1::INDICATOR_TYPE_EMAIL, v1::ROLE_UNSPECIFIED, "Attribution"},
    {"size-in-bytes", T::kIndicator, v1::INDICATOR_TYPE_FILE_SIZE, v1::ROLE_UNSPECIFIED, "Other"},
    {"counter", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Other"},
    {"integer", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Other"},
    {"datetime", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Other"},
    {"port", T::kIndicator, v1::INDICATOR_TYPE_PORT, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"ip-dst|port", T::kFirst, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"ip-src|port", T::kFirst, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_SOURCE, "Network activity"},
    {"hostname|port", T::kFirst, v1::INDICATOR_TYPE_UNSPECIFIED, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"mac-address", T::kIndicator, v1::INDICATOR_TYPE_MAC, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"mac-eui-64", T::kIndicator, v1::INDICATOR_TYPE_MAC, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"email-dst-display-name", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"email-src-display-name", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"email-header", T::kIndicator, v1::INDICATOR_TYPE_TEXT, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"email-reply-to", T::kIndicator, v1::INDICATOR_TYPE_EMAIL, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"email-x-mailer", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"email-mime-boundary", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"email-thread-index", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"email-message-id", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"github-username", T::kIndicator, v1::INDICATOR_TYPE_USER_NAME, v1::ROLE_UNSPECIFIED, "Social network"},
    {"github-repository", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Social network"},
    {"github-organisation", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Social network"},
    {"jabber-id", T::kIndicator, v1::INDICATOR_TYPE_USER_NAME, v1::ROLE_UNSPECIFIED, "Social network"},
    {"twitter-id", T::kIndicator, v1::INDICATOR_TYPE_USER_NAME, v1::ROLE_UNSPECIFIED, "Social network"},
    {"dkim", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"dkim-signature", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Network activity"},
    {"first-name", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"middle-name", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"last-name", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"full-name", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"date-of-birth", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"place-of-birth", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"gender", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"passport-number", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"passport-country", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"passport-expiration", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"redress-number", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"nationality", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"visa-number", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"issue-date-of-the-visa", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"primary-residence", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"country-of-residence", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"special-service-request", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"frequent-flyer-number", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"travel-details", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"payment-details", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"place-port-of-original-embarkation", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"place-port-of-clearance", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"place-port-of-onward-foreign-destination", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"passenger-name-record-locator-number", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Person"},
    {"mobile-application-id", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"azure-application-id", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"chrome-extension-id", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"edge-extension-id", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Payload delivery"},
    {"cortex", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "External analysis"},
    {"boolean", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Other"},
    {"uuid", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Other"},
    {"anonymised", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Other"},
    {"onion-address", T::kIndicator, v1::INDICATOR_TYPE_OTHER, v1::ROLE_UNSPECIFIED, "Network activity"},
}};
// clang-format on

constexpr std::array<MispRow, 41> kRows = {{
    {"Event.info", "summary.title"},
    {"Event.date", "summary.date"},
    {"Event.analysis", "summary.analysis"},
    {"Event.threat_level_id", "header severity"},
    {"Event.uuid", "source id (kept by the node, never sent)"},
    {"Event.EventReport", "summary.reports"},
    {"Tag tlp:*", "header tlp (the strictest of all in the file)"},
    {"Tag PAP:*", "header pap (the strictest of all in the file)"},
    {"Tag rsit:*", "header type (the first; the others stay labels)"},
    {"Tag misp-galaxy: technique", "techniques.techniques"},
    {"Tag misp-galaxy: actor", "techniques.actors (namespace keeps the galaxy)"},
    {"Tag misp-galaxy:sector", "victim.sectors"},
    {"Tag, any other", "summary.labels, as it came"},
    {"Galaxy.GalaxyCluster", "as the tag of the same name"},
    {"Attribute, one value", "indicators.indicators"},
    {"Attribute, composite", "indicators.objects with two indicators; source_type"},
    {"Attribute, unknown type", "indicators.indicators, type other; source_type"},
    {"Attribute, value not of its type", "indicators.indicators, type other; source_type"},
    {"Attribute, link of External analysis", "references"},
    {"Attribute, vulnerability", "indicators.indicators and references"},
    {"Attribute, rule", "detection_rules"},
    {"Attribute, attachment", "attachments: name and hash"},
    {"Attribute, target-*", "victim.assets"},
    {"Attribute.uuid", "uuid"},
    {"Attribute.category", "source_category"},
    {"Attribute.to_ids", "actionable"},
    {"Attribute.comment", "comment"},
    {"Attribute.first_seen", "first_seen_us"},
    {"Attribute.last_seen", "last_seen_us"},
    {"Attribute.Tag", "labels"},
    {"Attribute.Galaxy", "labels, as the tag of the same name"},
    {"Sighting type 0", "indicators.sightings, seen"},
    {"Sighting type 1", "indicators.sightings, false-positive"},
    {"Sighting type 2", "valid_until_us of the indicator"},
    {"Sighting type 3", "indicators.sightings, seen"},
    {"Object", "indicators.objects (name, comment, template, uuid, times)"},
    {"Object.Attribute.object_relation", "indicators.objects.members.relation"},
    {"Object.Attribute, composite",
     "an object of its own, and a relationship named by the relation"},
    {"ObjectReference to an object", "indicators.relationships"},
    {"ObjectReference to an attribute", "indicators.relationships"},
    {"Object.meta-category", "indicators.objects.source_category"},
}};

bool IsDecimal(std::string_view text, int max) {
  if (text.empty() || text.size() > 3) return false;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  return value <= max;
}

bool IsIpv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = part < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos || !IsDecimal(text.substr(0, dot), 255)) return false;
    text.remove_prefix(part < 3 ? dot + 1 : dot);
  }
  return true;
}

// Form only: the store's keys are made by a real parser.
bool LooksLikeIpv6(std::string_view text) {
  return text.find(':') != std::string_view::npos && text.find(':') != text.rfind(':') &&
         text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

v1::IndicatorType AddressType(std::string_view value) {
  const std::size_t slash = value.find('/');
  const std::string_view address = value.substr(0, slash);
  const bool net = slash != std::string_view::npos;
  if (IsIpv4(address)) {
    if (!net) return v1::INDICATOR_TYPE_IPV4;
    if (IsDecimal(value.substr(slash + 1), 32)) return v1::INDICATOR_TYPE_IPV4_NET;
  }
  if (LooksLikeIpv6(address)) {
    if (!net) return v1::INDICATOR_TYPE_IPV6;
    if (IsDecimal(value.substr(slash + 1), 128)) return v1::INDICATOR_TYPE_IPV6_NET;
  }
  return v1::INDICATOR_TYPE_OTHER;
}

}  // namespace

std::span<const MispType> MispTypes() { return kTypes; }

std::span<const MispRow> MispRows() { return kRows; }

const MispType* FindMispType(std::string_view name) {
  for (const MispType& type : kTypes) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

MispHalves HalvesOf(const MispType& composite) {
  const std::size_t bar = composite.name.find('|');
  MispHalves halves{composite.name.substr(0, bar), composite.name.substr(bar + 1)};
  if (halves.second == "ip") halves.second = "ip-dst";
  if (halves.second == "value") halves.second = "text";
  return halves;
}

v1::IndicatorType RefineType(const MispType& type, std::string_view value) {
  if (type.type == v1::INDICATOR_TYPE_IPV4) return AddressType(value);
  if (type.name == "filename" && value.find_first_of("/\\") != std::string_view::npos) {
    return v1::INDICATOR_TYPE_FILE_PATH;
  }
  return type.type;
}

std::string DefaultMispType(v1::IndicatorType type, v1::Role role, std::string_view value) {
  switch (type) {
    case v1::INDICATOR_TYPE_IPV4:
    case v1::INDICATOR_TYPE_IPV6:
    case v1::INDICATOR_TYPE_IPV4_NET:
    case v1::INDICATOR_TYPE_IPV6_NET:
      return role == v1::ROLE_SOURCE ? "ip-src" : "ip-dst";
    case v1::INDICATOR_TYPE_EMAIL:
      if (role == v1::ROLE_SOURCE) return "email-src";
      return role == v1::ROLE_TARGET ? "email-dst" : "email";
    case v1::INDICATOR_TYPE_CERTIFICATE_HASH:
      if (value.size() == 32) return "x509-fingerprint-md5";
      return value.size() == 40 ? "x509-fingerprint-sha1" : "x509-fingerprint-sha256";
    case v1::INDICATOR_TYPE_FILE_PATH:
      return "filename";
    case v1::INDICATOR_TYPE_REGISTRY_VALUE:
    case v1::INDICATOR_TYPE_TEXT:
      return "text";
    case v1::INDICATOR_TYPE_ANON_IP:
      return "anonymised";
    case v1::INDICATOR_TYPE_OTHER:
    case v1::INDICATOR_TYPE_OTHER_HASH:
    case v1::INDICATOR_TYPE_USER_NAME:
    case v1::INDICATOR_TYPE_PROCESS:
      return "other";
    default:
      break;
  }
  // For all others the first row of the table with that type is the plain one.
  for (const MispType& row : kTypes) {
    if (row.type == type && row.name != "link") return std::string(row.name);
  }
  return "other";
}

std::string MispTypeOf(const v1::Indicator& indicator) {
  const MispType* source = FindMispType(indicator.source_type());
  // A type that says what the value is not must not bring an anonymized address back.
  // A composite is written from its object, unless the value never had two halves.
  const bool usable = source != nullptr && indicator.type() != v1::INDICATOR_TYPE_ANON_IP &&
                      (!IsComposite(*source) || indicator.type() == v1::INDICATOR_TYPE_OTHER);
  if (usable) return indicator.source_type();
  return DefaultMispType(indicator.type(), indicator.role(), indicator.value());
}

}  // namespace renkei::formats
