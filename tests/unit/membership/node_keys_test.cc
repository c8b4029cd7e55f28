#include "node/membership/node_keys.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "node/base/file.h"
#include "node/membership/certificate_authority.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/membership/community_for_tests.h"

namespace renkei::membership {
namespace {

class NodeKeysTest : public testing::Test {
 protected:
  mode_t ModeOf(const std::string& path) const {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
  }

  testing_support::TempFolder temp_;
  std::string folder_ = temp_.path() + "/keys";
  FakeClock clock_;
};

TEST_F(NodeKeysTest, AreReadBackAndPrivate) {
  const auto made = CreateNodeKeys(folder_);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto hub = CreateHubKeys(folder_, kTestCommunity, clock_.Now());
  ASSERT_TRUE(hub.ok()) << hub.status();
  EXPECT_EQ(ModeOf(folder_), 0700U);
  for (const char* name :
       {"team.key", "record.key", "tls.key", "ca.key", "attest.key", "enrol.key"}) {
    EXPECT_EQ(ModeOf(folder_ + "/" + name), 0600U) << name;
  }
  const auto read = LoadNodeKeys(folder_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->team.public_key(), made->team.public_key());
  EXPECT_EQ(read->record.public_key(), made->record.public_key());
  EXPECT_EQ(read->tls.spki_sha256(), made->tls.spki_sha256());
  EXPECT_FALSE(read->certificate.has_value());
  const auto hub_read = LoadHubKeys(folder_);
  ASSERT_TRUE(hub_read.ok()) << hub_read.status();
  EXPECT_EQ(hub_read->attest.public_key(), hub->attest.public_key());
  EXPECT_EQ(hub_read->ca_certificate.der(), hub->ca_certificate.der());
  EXPECT_EQ(hub_read->enrol_certificate.der(), hub->enrol_certificate.der());
}

TEST_F(NodeKeysTest, AreNeverOverwritten) {
  ASSERT_TRUE(CreateNodeKeys(folder_).ok());
  ASSERT_TRUE(CreateHubKeys(folder_, kTestCommunity, clock_.Now()).ok());
  EXPECT_EQ(CreateNodeKeys(folder_).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(CreateHubKeys(folder_, kTestCommunity, clock_.Now()).status().code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(NodeKeysTest, ReadableByOthersIsRefusedWithTheRemedy) {
  ASSERT_TRUE(CreateNodeKeys(folder_).ok());
  for (const std::string& path :
       {folder_ + "/tls.key", folder_ + "/record.key", folder_ + "/team.key", folder_}) {
    const mode_t before = ModeOf(path);
    ASSERT_EQ(chmod(path.c_str(), before | 040), 0);
    const auto read = LoadNodeKeys(folder_);
    EXPECT_EQ(read.status().code(), absl::StatusCode::kFailedPrecondition) << path;
    EXPECT_NE(Message(read.status()).find("chmod "), std::string::npos);
    ASSERT_EQ(chmod(path.c_str(), before), 0);
  }
  EXPECT_TRUE(LoadNodeKeys(folder_).ok());
}

TEST_F(NodeKeysTest, MissingOrDamagedFilesAreNamed) {
  ASSERT_TRUE(CreateNodeKeys(folder_).ok());
  ASSERT_TRUE(WriteFile(folder_ + "/tls.key", "junk", FileMode::kSecret).ok());
  const auto damaged = LoadNodeKeys(folder_);
  EXPECT_EQ(damaged.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(Message(damaged.status()).find("tls.key"), std::string::npos);
  std::filesystem::remove(folder_ + "/record.key");
  EXPECT_EQ(LoadNodeKeys(folder_).status().code(), absl::StatusCode::kNotFound);
}

// SaveCertificate replaces two files; stopped between any two of its writes, a pair must be left.
TEST_F(NodeKeysTest, AKillWhileACertificateIsReplacedLeavesAPair) {
  const auto keys = CreateNodeKeys(folder_);
  const HubKeys hub = NewHubKeys(clock_.Now());
  const auto ca =
      CertificateAuthority::Open(hub.ca, hub.ca_certificate, std::string(kTestCommunity));
  const auto first = ca->IssueMember(keys->tls.MakeCsr(), "alpha", clock_.Now());
  ASSERT_TRUE(SaveCertificate(folder_, keys->tls, *first, hub.ca_certificate).ok());
  const TlsKey fresh = TlsKey::Generate();
  const auto second = ca->IssueMember(fresh.MakeCsr(), "alpha", clock_.Now());
  // After its first write: both keys, the old certificate.
  ASSERT_TRUE(
      WriteFile(folder_ + "/tls.key", fresh.ToPem() + keys->tls.ToPem(), FileMode::kSecret).ok());
  EXPECT_EQ(LoadNodeKeys(folder_)->tls.spki_sha256(), keys->tls.spki_sha256());
  // After its second: both keys, the new certificate.
  ASSERT_TRUE(WriteFile(folder_ + "/tls.crt", second->ToPem(), FileMode::kSecret).ok());
  EXPECT_EQ(LoadNodeKeys(folder_)->tls.spki_sha256(), fresh.spki_sha256());
  ASSERT_TRUE(SaveCertificate(folder_, fresh, *second, std::nullopt).ok());
  const auto read = LoadNodeKeys(folder_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->certificate->der(), second->der());
  EXPECT_EQ(read->ca_certificate->der(), hub.ca_certificate.der());
  EXPECT_EQ(*ReadFile(folder_ + "/tls.key", 4096), fresh.ToPem());
  // A pair that does not belong together is said to be so.
  ASSERT_TRUE(WriteFile(folder_ + "/tls.crt", first->ToPem(), FileMode::kSecret).ok());
  EXPECT_EQ(LoadNodeKeys(folder_).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(SaveCertificate(folder_, fresh, *first, std::nullopt).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(MembershipRowTest, IsKeptAndChecked) {
  testing_support::MemoryStore store;
  ASSERT_TRUE(LoadMembership(store).ok());
  EXPECT_FALSE(LoadMembership(store)->has_value());
  v1::StoredMembership membership;
  membership.set_community("forest.example");
  membership.set_attest_key(Bytes(32, 'a'));
  membership.set_hub_team_key(Bytes(32, 'b'));
  ASSERT_TRUE(StoreMembership(store, membership).ok());
  EXPECT_EQ((*LoadMembership(store))->SerializeAsString(), membership.SerializeAsString());
  membership.set_attest_key("short");
  ASSERT_TRUE(StoreMembership(store, membership).ok());
  EXPECT_EQ(LoadMembership(store).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace renkei::membership
