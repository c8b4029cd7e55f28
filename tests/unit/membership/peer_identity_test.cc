#include "node/membership/peer_identity.h"

#include <gtest/gtest.h>

#include "node/membership/certificate_authority.h"
#include "node/membership/openssl.h"
#include "tests/unit/membership/community_for_tests.h"

namespace renkei::membership {
namespace {

constexpr std::int64_t kNow = 1'767'225'600;

// A certificate as it should not be: any name, any constraint, any key.
struct Wanted {
  std::string names = "URI:spiffe://forest.example/org/alpha/node/1";
  std::string constraints = "critical,CA:FALSE";
  std::string curve = "P-256";
  std::int64_t not_before = kNow - 3600;
  std::int64_t not_after = kNow + 3600;
};

void Add(X509* certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  RENKEI_CHECK(extension != nullptr);
  X509_add_ext(certificate, extension.get(), -1);
}

Bytes MakeDer(const Wanted& wanted) {
  const PkeyPtr key(EVP_EC_gen(wanted.curve.c_str()));
  const X509Ptr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  X509_set_pubkey(certificate.get(), key.get());
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 7);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), wanted.not_before);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), wanted.not_after);
  Add(certificate.get(), NID_subject_alt_name, wanted.names);
  Add(certificate.get(), NID_basic_constraints, wanted.constraints);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  return ToDer<X509>(&i2d_X509, certificate.get());
}

struct Case {
  std::string name;
  Wanted wanted;
  std::string says;
};
void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }
class BadCertificateTest : public testing::TestWithParam<Case> {};

TEST_P(BadCertificateTest, IsRefusedByName) {
  const auto identity =
      ParsePeerIdentity(MakeDer(GetParam().wanted), kTestCommunity, FromUnixSeconds(kNow));
  ASSERT_FALSE(identity.ok());
  EXPECT_EQ(identity.status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_NE(Message(identity.status()).find(GetParam().says), std::string::npos)
      << Message(identity.status());
}

Wanted Named(const std::string& names) {
  Wanted wanted;
  wanted.names = names;
  return wanted;
}
Wanted Valid(std::int64_t from, std::int64_t until) {
  Wanted wanted;
  wanted.not_before = from;
  wanted.not_after = until;
  return wanted;
}
Wanted Constrained(const std::string& constraints) {
  Wanted wanted;
  wanted.constraints = constraints;
  return wanted;
}
Wanted OnCurve(const std::string& curve) {
  Wanted wanted;
  wanted.curve = curve;
  return wanted;
}

const std::string kGood = "URI:spiffe://forest.example/org/alpha/node/1";

INSTANTIATE_TEST_SUITE_P(
    Certificates, BadCertificateTest,
    testing::ValuesIn(std::vector<Case>{
        {"NoName", Named(""), "no spiffe:// URI"},
        {"OnlyDns", Named("DNS:alpha.example"), "no spiffe:// URI"},
        {"TwoUris", Named(kGood + ",URI:spiffe://forest.example/hub"), "more names"},
        {"SameUriTwice", Named(kGood + "," + kGood), "more names"},
        {"DnsBeside", Named(kGood + ",DNS:alpha.example"), "more names"},
        {"OtherScheme", Named("URI:https://forest.example/org/alpha/node/1"), "not a spiffe://"},
        {"OtherCommunity", Named("URI:spiffe://river.example/org/alpha/node/1"), "of community"},
        {"NoCommunity", Named("URI:spiffe:///org/alpha/node/1"), "names no community"},
        {"UpperCase", Named("URI:spiffe://Forest.example/org/alpha/node/1"), "no community"},
        {"NoPath", Named("URI:spiffe://forest.example"), "names no community"},
        {"NoNode", Named("URI:spiffe://forest.example/org/alpha"), "the path"},
        {"NodeTwo", Named("URI:spiffe://forest.example/org/alpha/node/2"), "node number"},
        {"NodeEleven", Named("URI:spiffe://forest.example/org/alpha/node/11"), "node number"},
        {"MorePath", Named("URI:spiffe://forest.example/org/alpha/node/1/x"), "node number"},
        {"SlugUpperCase", Named("URI:spiffe://forest.example/org/Alpha/node/1"), "the path"},
        {"SlugEmpty", Named("URI:spiffe://forest.example/org//node/1"), "the path"},
        {"MemberNamedHub", Named("URI:spiffe://forest.example/org/hub/node/1"), "a member `hub`"},
        {"HubWithSlash", Named("URI:spiffe://forest.example/hub/"), "the path"},
        {"EnrolmentServer", Named("URI:spiffe://forest.example/enrolment"), "the path"},
        {"Authority", Constrained("critical,CA:TRUE"), "authority"},
        {"OtherCurve", OnCurve("P-384"), "P-256"},
        {"NotYet", Valid(kNow + 180, kNow + 3600), "begins 3 min after"},
        {"Expired", Valid(kNow - 7200, kNow - 3660), "expired 1 h 1 min before"},
        {"ExpiresNow", Valid(kNow - 7200, kNow), "expired 0 s before"},
        {"LongExpired", Valid(kNow - 900'000, kNow - 183'600), "expired 2 d 3 h before"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(PeerIdentityTest, NamesAMemberInPemAndDer) {
  const Bytes der = MakeDer({});
  const auto certificate = Certificate::Parse(der);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  for (const Bytes& form : {der, Bytes(certificate->ToPem())}) {
    const auto identity = ParsePeerIdentity(form, kTestCommunity, FromUnixSeconds(kNow));
    ASSERT_TRUE(identity.ok()) << identity.status();
    EXPECT_EQ(*identity, (PeerIdentity{"forest.example", "alpha", false, certificate->spki_sha256(),
                                       FromUnixSeconds(kNow + 3600)}));
    EXPECT_EQ(identity->name(), "alpha");
  }
}

TEST(PeerIdentityTest, NamesTheHub) {
  const auto identity = ParsePeerIdentity(MakeDer(Named("URI:spiffe://forest.example/hub")),
                                          kTestCommunity, FromUnixSeconds(kNow));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_TRUE(identity->hub);
  EXPECT_EQ(identity->slug, "");
  EXPECT_EQ(identity->name(), "hub");
}

TEST(PeerIdentityTest, RefusesWhatIsNoCertificate) {
  const Bytes der = MakeDer({});
  for (const Bytes& bytes : {Bytes(), Bytes("-----BEGIN CERTIFICATE-----\nAAAA\n"), der + "x",
                             der.substr(0, der.size() - 1), Bytes(9000, '\x30')}) {
    EXPECT_EQ(ParsePeerIdentity(bytes, kTestCommunity, FromUnixSeconds(kNow)).status().code(),
              absl::StatusCode::kUnauthenticated);
  }
}

}  // namespace
}  // namespace renkei::membership
