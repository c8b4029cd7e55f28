#include "node/membership/escrow.h"

#include <gtest/gtest.h>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "node/record/header.h"

namespace renkei::membership {
namespace {

class EscrowTest : public testing::Test {
 protected:
  EscrowTest() {
    std::vector<std::string> keys;
    for (int i = 0; i < 3; ++i) {
      officers_.push_back(crypto::BoxKey::Generate());
      keys.push_back(HexEncode(officers_.back().public_key().view()));
    }
    parties_ = *ParseOfficers(keys);
    sealed_ = SealMapping(parties_, mapping_, hub_);
  }

  const crypto::SigningKey hub_ = crypto::SigningKey::Generate();
  std::vector<crypto::BoxKey> officers_;
  EscrowOfficers parties_{};
  const PseudonymMapping mapping_{.pseudonym = crypto::SigningKey::Generate().public_key(),
                                  .circle = record::MakeCircleId("demo.example", "members"),
                                  .epoch = 690,
                                  .slug = "alpha"};
  Bytes sealed_;
};

TEST_F(EscrowTest, AnyTwoOfThreeOpenInEitherOrder) {
  for (std::size_t first = 0; first < 3; ++first) {
    for (std::size_t second = 0; second < 3; ++second) {
      const auto half = OpenFirstHalf(sealed_, officers_[first]);
      ASSERT_TRUE(half.ok()) << Message(half.status());
      const auto mapping = OpenSecondHalf(*half, officers_[second]);
      EXPECT_EQ(mapping.ok(), first != second) << first << second;
      if (mapping.ok()) {
        EXPECT_EQ(*mapping, (SaidMapping{.mapping = mapping_, .hub = hub_.public_key()}));
      }
    }
  }
  EXPECT_EQ(*PseudonymOf(sealed_), mapping_.pseudonym);
}

TEST_F(EscrowTest, AStrangerOpensNeitherHalf) {
  const crypto::BoxKey stranger = crypto::BoxKey::Generate();
  EXPECT_EQ(OpenFirstHalf(sealed_, stranger).status().code(), absl::StatusCode::kPermissionDenied);
  const auto half = OpenFirstHalf(sealed_, officers_[0]);
  EXPECT_EQ(OpenSecondHalf(*half, stranger).status().code(), absl::StatusCode::kPermissionDenied);
  // What is whole is no half, and the other way round.
  EXPECT_EQ(OpenSecondHalf(sealed_, officers_[1]).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(OpenFirstHalf(*half, officers_[1]).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(EscrowTest, NothingSealedShowsTheTeamOrHowLongItsNameIs) {
  EXPECT_EQ(sealed_.find("alpha"), Bytes::npos);
  PseudonymMapping longer = mapping_;
  longer.slug = std::string(32, 'z');
  EXPECT_EQ(SealMapping(parties_, longer, hub_).size(), sealed_.size());
  EXPECT_EQ(OpenSecondHalf(*OpenFirstHalf(SealMapping(parties_, longer, hub_), officers_[2]),
                           officers_[0])
                ->mapping.slug,
            longer.slug);
  // The hub knows all slugs: sealing again must not be a way to compare.
  const Bytes again = SealMapping(parties_, mapping_, hub_);
  for (std::size_t at = 40; at + 16 <= sealed_.size(); at += 16) {
    EXPECT_EQ(again.find(sealed_.substr(at, 16)), Bytes::npos) << at;
  }
}

TEST_F(EscrowTest, AMappingBesideAnotherPseudonymOpensForNobody) {
  Bytes moved = sealed_;
  moved[2] = static_cast<char>(moved[2] ^ 1);
  for (const crypto::BoxKey& officer : officers_) {
    EXPECT_EQ(OpenFirstHalf(moved, officer).status().code(), absl::StatusCode::kPermissionDenied);
  }
  Bytes half = *OpenFirstHalf(sealed_, officers_[0]);
  half[2] = static_cast<char>(half[2] ^ 1);
  EXPECT_FALSE(OpenSecondHalf(half, officers_[1]).ok());
}

// What one officer hands to another was its word: anyone can seal to the second's public key.
TEST_F(EscrowTest, AHalfThatAnOfficerMadeUpIsToldByItsKeyAndIsTheirsAlone) {
  PseudonymMapping other = mapping_;
  other.slug = "beta";
  const crypto::SigningKey mine = crypto::SigningKey::Generate();
  const Bytes made_up = *OpenFirstHalf(SealMapping(parties_, other, mine), officers_[0]);
  const auto opened = OpenSecondHalf(made_up, officers_[1]);
  ASSERT_TRUE(opened.ok()) << Message(opened.status());
  EXPECT_EQ(opened->hub, mine.public_key());
  EXPECT_NE(opened->hub, hub_.public_key());
  // With the hub's key beside it, and a signature that the hub gave for something else.
  const Bytes mapping = ByteWriter()
                            .Raw(mapping_.circle.view())
                            .U32(mapping_.epoch)
                            .U8(4)
                            .Raw("beta" + std::string(28, '\0'))
                            .Take();
  const Bytes said =
      ByteWriter().Raw(mapping).Raw(hub_.public_key().view()).Raw(hub_.Sign(mapping).view()).Take();
  for (std::uint8_t pair = 0; pair < 6; ++pair) {
    const Bytes head = ByteWriter()
                           .Raw(crypto::Tag16("RNK1.escrow"))
                           .U8(2)
                           .U8(pair)
                           .Raw(mapping_.pseudonym.view())
                           .Take();
    Bytes half = made_up;
    const std::size_t each = (half.size() - 34) / 2;
    half[34] = static_cast<char>(pair);
    half.replace(35, each - 1, crypto::SealTo(officers_[1].public_key(), head + said));
    EXPECT_EQ(Message(OpenSecondHalf(half, officers_[1]).status()),
              "escrow: no hub signed this mapping: do not act on it");
  }
}

TEST_F(EscrowTest, WhatAnEarlierVersionSealedIsNamed) {
  Bytes earlier = sealed_;
  earlier[0] = 1;
  EXPECT_NE(Message(OpenFirstHalf(earlier, officers_[0]).status()).find("earlier version"),
            std::string::npos);
}

TEST_F(EscrowTest, EveryCutAndEveryFlippedByteIsAnsweredWithoutHarm) {
  for (std::size_t length = 0; length < sealed_.size(); length += 7) {
    EXPECT_EQ(OpenFirstHalf(BytesView(sealed_).substr(0, length), officers_[0]).status().code(),
              absl::StatusCode::kInvalidArgument)
        << length;
  }
  const Bytes half = *OpenFirstHalf(sealed_, officers_[0]);
  for (std::size_t i = 0; i < half.size(); ++i) {
    Bytes changed = half;
    changed[i] = static_cast<char>(changed[i] ^ 0x80);
    const auto opened = OpenSecondHalf(changed, officers_[1]);
    // Whatever opens is the truth: a flip in the other officer's box hurts nobody.
    if (opened.ok()) {
      EXPECT_EQ(opened->mapping, mapping_) << i;
    }
  }
  EXPECT_FALSE(PseudonymOf("").ok());
  EXPECT_FALSE(OpenSecondHalf(Bytes(half.size(), '\xff'), officers_[1]).ok());
}

TEST(EscrowOfficersTest, AreThreeDifferentKeysThatCanBeSealedTo) {
  const auto key = [] { return HexEncode(crypto::BoxKey::Generate().public_key().view()); };
  const std::string same = key();
  EXPECT_TRUE(ParseOfficers({key(), key(), key()}).ok());
  EXPECT_FALSE(ParseOfficers({}).ok());
  EXPECT_FALSE(ParseOfficers({key(), key()}).ok());
  EXPECT_FALSE(ParseOfficers({same, key(), same}).ok());
  EXPECT_FALSE(ParseOfficers({key(), key(), key(), key()}).ok());
  EXPECT_FALSE(ParseOfficers({key(), key(), std::string(64, '0')}).ok());
  EXPECT_FALSE(ParseOfficers({key(), key(), "alpha"}).ok());
}

}  // namespace
}  // namespace renkei::membership
