#include "node/app/tls_holder.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "node/membership/certificate_authority.h"

namespace renkei::app {
namespace {

membership::Certificate SelfSigned(const membership::TlsKey& key) {
  return membership::CertificateAuthority::MakeAuthorityCertificate(key, "community.example",
                                                                    SystemClock().Now());
}

TEST(TlsHolder, KeyAndCertificateBelongTogetherWhileTheyAreRenewed) {
  const auto first = membership::TlsKey::Generate();
  TlsHolder holder({crypto::SigningKey::Generate(), crypto::SigningKey::Generate(), first,
                    membership::AnonMaster::Generate(), SelfSigned(first), std::nullopt});
  const auto old = holder.Get();
  std::atomic<bool> done = false;
  std::jthread reading([&] {
    while (!done) {
      const auto shown = holder.Get();
      ASSERT_EQ(shown->certificate->spki_sha256(), shown->key.spki_sha256());
    }
  });
  for (int i = 0; i < 50; ++i) {
    const auto key = membership::TlsKey::Generate();
    holder.Set({key, SelfSigned(key), std::nullopt});
  }
  done = true;
  // Who began with the one before still has it.
  EXPECT_EQ(old->key.spki_sha256(), first.spki_sha256());
}

}  // namespace
}  // namespace renkei::app
