#include "node/membership/anon_master.h"

#include <set>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "node/base/file.h"
#include "node/crypto/digest.h"
#include "node/record/header.h"
#include "tests/support/temp_folder.h"

namespace renkei::membership {
namespace {

using std::chrono::hours;

const record::CircleId kCircle = record::MakeCircleId("demo.example", "members");

TEST(AnonMasterTest, APseudonymIsOfOneTeamOneCircleAndOneEpoch) {
  const AnonMaster alpha = AnonMaster::Generate();
  const AnonMaster beta = AnonMaster::Generate();
  const record::CircleId other = record::MakeCircleId("demo.example", "energy");
  EXPECT_EQ(alpha.PseudonymKey(kCircle, 7).public_key(),
            alpha.PseudonymKey(kCircle, 7).public_key());
  std::set<crypto::PublicKey> keys;
  for (const AnonMaster* master : {&alpha, &beta}) {
    for (const record::CircleId& circle : {kCircle, other}) {
      for (const std::uint32_t epoch : {7U, 8U}) {
        keys.insert(master->PseudonymKey(circle, epoch).public_key());
      }
    }
  }
  EXPECT_EQ(keys.size(), 8U);
}

TEST(AnonMasterTest, ThePseudonymsSeedIsAsDesigned) {
  testing_support::TempFolder folder;
  const std::string path = folder.path() + "/anon.key";
  ASSERT_TRUE(WriteFile(path, std::string(64, '4') + "\n", FileMode::kSecret).ok());
  const auto master = AnonMaster::Load(path);
  ASSERT_TRUE(master.ok());
  const Bytes seed = crypto::Blake2b(
      Bytes(32, 0x44),
      {Bytes("RNK1.psn") + Bytes(8, '\0'), kCircle.view(), Bytes("\x00\x00\x02\xb2", 4)}, 32);
  EXPECT_EQ(master->PseudonymKey(kCircle, 690).public_key(),
            crypto::SigningKey::FromSeed(seed)->public_key());
}

// Computed with Python's hashlib.blake2b.
TEST(AnonMasterTest, TheKeyOfNamesIsAsDesigned) {
  testing_support::TempFolder folder;
  const std::string path = folder.path() + "/anon.key";
  ASSERT_TRUE(WriteFile(path, std::string(64, '4') + "\n", FileMode::kSecret).ok());
  const auto master = AnonMaster::Load(path);
  ASSERT_TRUE(master.ok());
  const auto origin = crypto::PublicKey::From(Bytes(32, 0x11));
  EXPECT_EQ(HexEncode(master->NameKey(*origin, kCircle, 690, 3)),
            "f559cd3d1e2ed6eab4b9661d5e1bcfdd77fa0dac04cc5d098efd5b39a202c2e3");
  EXPECT_EQ(HexEncode(master->NameKey(*origin, kCircle, 690, 6)),
            "567a96ccaa8231948c601b994224e42c9c9148b4fd81c1d84f2741a4a25a06ad");
}

TEST(AnonMasterTest, EpochsLastThirtyDaysAndStartRecordsForSevenMore) {
  const Timestamp begins = FromUnixSeconds(690LL * 2'592'000);
  EXPECT_EQ(EpochOf(begins), 690U);
  EXPECT_EQ(EpochOf(begins - std::chrono::seconds(1)), 689U);
  EXPECT_TRUE(MayStart(690, begins));
  EXPECT_TRUE(MayStart(690, begins + hours(24 * 37) - std::chrono::seconds(1)));
  EXPECT_FALSE(MayStart(690, begins + hours(24 * 37)));
  EXPECT_FALSE(MayStart(690, begins - std::chrono::seconds(1)));
}

TEST(AnonMasterTest, ASeedIsOpenedByItsTeamForItsRecordAlone) {
  const AnonMaster master = AnonMaster::Generate();
  const record::RecordId id = crypto::Random<record::RecordId>();
  const Bytes seed = crypto::RandomBytes(32);
  const Bytes sealed = master.SealSeed(id, seed);
  EXPECT_EQ(sealed.find(seed.substr(0, 8)), Bytes::npos);
  const auto key = master.OpenSeed(id, sealed);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->public_key(), crypto::SigningKey::FromSeed(seed)->public_key());
  EXPECT_FALSE(master.OpenSeed(crypto::Random<record::RecordId>(), sealed).ok());
  EXPECT_FALSE(AnonMaster::Generate().OpenSeed(id, sealed).ok());
  EXPECT_FALSE(master.OpenSeed(id, "").ok());
}

TEST(AnonMasterTest, AKeyFileIsReadBackAndADamagedOneRefused) {
  testing_support::TempFolder folder;
  const std::string path = folder.path() + "/anon.key";
  const AnonMaster master = AnonMaster::Generate();
  ASSERT_TRUE(master.Save(path).ok());
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_EQ(AnonMaster::Load(path)->PseudonymKey(kCircle, 1).public_key(),
            master.PseudonymKey(kCircle, 1).public_key());
  ASSERT_TRUE(WriteFile(path, "beef\n", FileMode::kSecret).ok());
  EXPECT_EQ(AnonMaster::Load(path).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace renkei::membership
