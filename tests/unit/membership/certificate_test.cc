#include "node/membership/certificate.h"

#include <gtest/gtest.h>

#include "node/membership/certificate_authority.h"
#include "node/membership/openssl.h"
#include "node/membership/peer_identity.h"
#include "tests/unit/membership/community_for_tests.h"

namespace renkei::membership {
namespace {

class CertificateAuthorityTest : public testing::Test {
 protected:
  FakeClock clock_;
  HubKeys hub_ = NewHubKeys(clock_.Now());
  CertificateAuthority authority_ =
      *CertificateAuthority::Open(hub_.ca, hub_.ca_certificate, std::string(kTestCommunity));
};

// Checks as TLS does: chain, purposes and dates.
bool VerifiesAs(const Certificate& leaf, const Certificate& ca, int purpose, Timestamp now) {
  const BioPtr leaf_pem = ReadBio(leaf.der());
  const BioPtr ca_pem = ReadBio(ca.der());
  const X509Ptr leaf_x509(d2i_X509_bio(leaf_pem.get(), nullptr));
  const X509Ptr ca_x509(d2i_X509_bio(ca_pem.get(), nullptr));
  const std::unique_ptr<X509_STORE, FreeBy<X509_STORE_free>> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), ca_x509.get());
  const std::unique_ptr<X509_STORE_CTX, FreeBy<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf_x509.get(), nullptr);
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
  X509_VERIFY_PARAM_set_time(param, static_cast<time_t>(UnixSeconds(now)));
  X509_VERIFY_PARAM_set_purpose(param, purpose);
  return X509_verify_cert(context.get()) == 1;
}

TEST_F(CertificateAuthorityTest, MembersCertificatesHoldWhatTheyMust) {
  const TlsKey key = TlsKey::Generate();
  const auto issued = authority_.IssueMember(key.MakeCsr(), "alpha", clock_.Now());
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(issued->spki_sha256(), key.spki_sha256());
  EXPECT_EQ(issued->uris(), std::vector<std::string>{"spiffe://forest.example/org/alpha/node/1"});
  EXPECT_EQ(issued->other_names(), 0);
  EXPECT_FALSE(issued->is_authority());
  EXPECT_EQ(issued->not_before(), clock_.Now() - 5min);
  EXPECT_EQ(issued->not_after(), clock_.Now() + 24h * 7);
  EXPECT_TRUE(issued->SignedBy(hub_.ca_certificate));
}

TEST_F(CertificateAuthorityTest, CertificatesVerifyStrictlyForBothSidesOfTls) {
  const auto member = authority_.IssueMember(TlsKey::Generate().MakeCsr(), "alpha", clock_.Now());
  const Certificate hub = authority_.IssueHub(TlsKey::Generate(), clock_.Now());
  for (const Certificate& one : {*member, hub}) {
    for (const int purpose : {X509_PURPOSE_SSL_CLIENT, X509_PURPOSE_SSL_SERVER}) {
      EXPECT_TRUE(VerifiesAs(one, hub_.ca_certificate, purpose, clock_.Now()));
    }
  }
  EXPECT_FALSE(VerifiesAs(hub, hub_.enrol_certificate, X509_PURPOSE_SSL_SERVER, clock_.Now()));
}

TEST_F(CertificateAuthorityTest, TheHubsCertificateNamesTheHub) {
  const auto identity = IdentityOf(authority_.IssueHub(TlsKey::Generate(), clock_.Now()),
                                   kTestCommunity, clock_.Now());
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_TRUE(identity->hub);
}

TEST_F(CertificateAuthorityTest, SerialsDiffer) {
  const Bytes csr = TlsKey::Generate().MakeCsr();
  EXPECT_NE(authority_.IssueMember(csr, "alpha", clock_.Now())->der(),
            authority_.IssueMember(csr, "alpha", clock_.Now())->der());
}

// Only the key of a request counts, whatever else it asks for.
TEST_F(CertificateAuthorityTest, ARequestsOwnWishesAreIgnored) {
  const TlsKey key = TlsKey::Generate();
  const RequestPtr request(X509_REQ_new());
  X509_REQ_set_pubkey(request.get(), key.native());
  X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>("hub"), -1, -1, 0);
  STACK_OF(X509_EXTENSION)* extensions = sk_X509_EXTENSION_new_null();
  sk_X509_EXTENSION_push(extensions, X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                                                         "URI:spiffe://forest.example/hub"));
  sk_X509_EXTENSION_push(
      extensions, X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE"));
  X509_REQ_add_extensions(request.get(), extensions);
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  X509_REQ_sign(request.get(), key.native(), EVP_sha256());
  const auto issued =
      authority_.IssueMember(ToDer<X509_REQ>(&i2d_X509_REQ, request.get()), "alpha", clock_.Now());
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_EQ(issued->uris(), std::vector<std::string>{"spiffe://forest.example/org/alpha/node/1"});
  EXPECT_FALSE(issued->is_authority());
}

TEST_F(CertificateAuthorityTest, BadRequestsAreRefused) {
  const Bytes good = TlsKey::Generate().MakeCsr();
  Bytes bad_signature = good;
  bad_signature.back() = static_cast<char>(bad_signature.back() ^ 1);
  const PkeyPtr p384(EVP_EC_gen("P-384"));
  const RequestPtr other_curve(X509_REQ_new());
  X509_REQ_set_pubkey(other_curve.get(), p384.get());
  X509_REQ_sign(other_curve.get(), p384.get(), EVP_sha384());
  for (const Bytes& csr :
       {Bytes(), Bytes("x"), good + "x", good.substr(0, 50), bad_signature, Bytes(5000, '\x30'),
        ToDer<X509_REQ>(&i2d_X509_REQ, other_curve.get())}) {
    EXPECT_EQ(authority_.IssueMember(csr, "alpha", clock_.Now()).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(authority_.IssueMember(good, "hub", clock_.Now()).ok());
  EXPECT_FALSE(authority_.IssueMember(good, "a,URI:spiffe://x/hub", clock_.Now()).ok());
}

TEST_F(CertificateAuthorityTest, AnotherAuthoritysKeyIsRefused) {
  EXPECT_EQ(CertificateAuthority::Open(TlsKey::Generate(), hub_.ca_certificate,
                                       std::string(kTestCommunity))
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(TlsKeyTest, IsReadBackFromPemAndNothingElseIs) {
  const TlsKey key = TlsKey::Generate();
  const auto read = TlsKey::FromPem(key.ToPem());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->spki_sha256(), key.spki_sha256());
  EXPECT_FALSE(TlsKey::FromPem("").ok());
  EXPECT_FALSE(TlsKey::FromPem("-----BEGIN PRIVATE KEY-----\nAAAA\n").ok());
  const PkeyPtr ed25519(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const BioPtr pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(pem.get(), ed25519.get(), nullptr, nullptr, 0, nullptr, nullptr);
  EXPECT_FALSE(TlsKey::FromPem(BioBytes(pem.get())).ok());
}

}  // namespace
}  // namespace renkei::membership
