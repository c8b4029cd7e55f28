// The known answers of docs/record-format.md: another implementation must get the same bytes.
#include <gtest/gtest.h>

#include "node/base/encoding.h"
#include "node/record/record.h"

namespace renkei::record {
namespace {

constexpr std::string_view kHeader = "HDR-bytes-as-sent";

Bytes Secret(int first) {
  Bytes secret;
  for (int i = 0; i < 32; ++i) secret.push_back(static_cast<char>(first + i));
  return secret;
}

std::string Hex(const crypto::Digest& digest) { return HexEncode(digest.view()); }

std::vector<crypto::Digest> Leaves(const Bytes& secret) {
  const std::map<int, std::string> values = {{1, "summary protobuf bytes"},
                                             {3, "indicators protobuf bytes"},
                                             {5, "victim protobuf bytes"}};
  std::vector<crypto::Digest> leaves;
  for (int i = 0; i < 16; ++i) {
    const auto id = static_cast<SectionId>(i);
    const auto it = values.find(i);
    leaves.push_back(it == values.end()
                         ? DecoyLeaf(secret, id)
                         : SectionLeaf(*Salt::From(SectionSalt(secret, id)), id, it->second));
  }
  return leaves;
}

TEST(KnownAnswersTest, SaltsLeavesAndRoot) {
  const Bytes secret = Secret(0);
  const std::vector<crypto::Digest> leaves = Leaves(secret);
  EXPECT_EQ(HexEncode(SectionSalt(secret, SectionId::kSummary)),
            "6673c77a6a5ec147d83324344a2aad08");
  EXPECT_EQ(HexEncode(SectionSalt(secret, SectionId::kImpact)), "498f9ff7d148cbd9447194b6f511fd8f");
  EXPECT_EQ(Hex(leaves[1]), "1bfff1cdc7d57ea33d939b810e904d2873bfc5163e3f434d52780827e715e49b");
  EXPECT_EQ(Hex(leaves[3]), "69e5d10c7517916df4ca732f04a943f5bc55dca57956a810acae0dc88274a241");
  EXPECT_EQ(Hex(leaves[5]), "d30f65ce8284a59cc7fa674c4c70bbd45caeb2fe32d06e946298f04484dacc31");
  EXPECT_EQ(Hex(leaves[2]), "9d2cb23149c35d3894631c6adbb181770ed27b3233313403ca45244b08d5319f");
  EXPECT_EQ(Hex(crypto::TreeRoot(leaves)),
            "421f4a1bc865ca572ab49cb649296e3692730ba8335c9b00cdef3a5a9c26fc3e");
  EXPECT_EQ(Hex(RecordLeaf(kHeader, crypto::TreeRoot(leaves))),
            "44ab406dda7f7af8cbef2f73df2aeb6b1b79b5c66d0b9aa1189cf040e413c7b9");
}

TEST(KnownAnswersTest, PrunedProofs) {
  const crypto::PrunedTree tree = crypto::PrunedTree::FromLeaves(Leaves(Secret(0)));
  const auto proof = [&](std::initializer_list<std::size_t> shown_slots) {
    std::vector<bool> shown(16);
    for (const std::size_t slot : shown_slots) shown[slot] = true;
    std::vector<std::string> hex;
    for (const crypto::Digest& hash : tree.Proof(shown)) hex.push_back(Hex(hash));
    return hex;
  };
  const std::string slot0 = "12774852a17fb7c10fe561fee9eede0e8581f654d3c9e62d0ad33c9f8b217b62";
  const std::string slot2 = "9d2cb23149c35d3894631c6adbb181770ed27b3233313403ca45244b08d5319f";
  const std::string slot4 = "0813a24de1f14053f2f5c812d789466beb1afbd675d9fb473ac67481be0f3bda";
  const std::string slots67 = "8213351c1f08411d46d818e69442a0ceb8a7d47c87b840ac7a0facb27dc58976";
  const std::string upper = "1adbafed38faa8d087828a7a55437fddec74bc3fa2094002b341dd2fb80c433e";
  const std::string slots47 = "bc3d2837fe930a744ba55708628b521312bf1f108a1c53d91f2cadab0bc6d26c";
  const std::string slots23 = "a6571849cc1d3b4c6e4a4ab5e2dffab7ea99f25c2368140918c487bceb57892f";
  EXPECT_EQ(proof({1, 3, 5}), (std::vector<std::string>{slot0, slot2, slot4, slots67, upper}));
  EXPECT_EQ(proof({1, 3}), (std::vector<std::string>{slot0, slot2, slots47, upper}));
  EXPECT_EQ(proof({1}), (std::vector<std::string>{slot0, slots23, slots47, upper}));
  EXPECT_EQ(proof({}), (std::vector<std::string>{Hex(tree.root())}));
}

TEST(KnownAnswersTest, SignaturesOfOneAndOfABatchOfFour) {
  const auto key = crypto::SigningKey::FromSeed(Bytes(32, 0x42));
  std::vector<crypto::Digest> leaves;
  for (int i = 0; i < 4; ++i) {
    leaves.push_back(RecordLeaf(kHeader, crypto::TreeRoot(Leaves(Secret(i)))));
  }
  const Bytes single = SignedBytes(1, leaves[0]);
  EXPECT_EQ(
      HexEncode(single),
      "524e4b312e7369676e61747572650000000000000000000144ab406dda7f7af8cbef2f73df2aeb6b1b79b5c6"
      "6d0b9aa1189cf040e413c7b9");
  EXPECT_EQ(
      HexEncode(key->Sign(single).view()),
      "ad1d7b5b4d157b364390d0f7ea63b628e63bef01506e79d492180577a58307c63ba9ed23c353876d4f3ff650"
      "9a84ba81923b7d580d70c1917417690e6730d001");
  EXPECT_EQ(Hex(leaves[1]), "29ac24c4d6f627699c4b1c19430c2ef4493c4e33b1633317d834fcf932bf308d");
  EXPECT_EQ(Hex(leaves[3]), "dd4526b979959b539306fc115078750c7419887f89a93a85d099fd88559683b2");
  const Bytes batch = SignedBytes(4, crypto::TreeRoot(leaves));
  EXPECT_EQ(HexEncode(batch).substr(48),
            "6380dd52b85ecb414eccc17a4364ba88ae5c3cd3011ba5fe095c2d6ae2467a65");
  EXPECT_EQ(
      HexEncode(key->Sign(batch).view()),
      "087ff76caffe166f71c6dcda0b269719c79c742f947d385580d64ee5e9603b8f04718272650bae4580435582"
      "e6dacaaa58e03eaa8c1a2f9c47500d3d09870003");
  const std::vector<crypto::Digest> proof = crypto::InclusionProof(leaves, 2);
  ASSERT_EQ(proof.size(), 2U);
  EXPECT_EQ(Hex(proof[0]), Hex(leaves[3]));
  EXPECT_EQ(Hex(proof[1]), "0a2cc1ae8d087397a53921e828aa2cce726e9968c2bccdaf2d8d6ec7720dbbcb");
}

TEST(KnownAnswersTest, RecordIdAndRecipientTag) {
  const auto origin = crypto::SigningKey::FromSeed(Bytes(32, 0x42))->public_key();
  const auto nonce = IdNonce::From(*HexDecode("000102030405060708090a0b0c0d0e0f"));
  const RecordId id = MakeRecordId(FromUnixSeconds(491568LL * 3600), origin, *nonce);
  EXPECT_EQ(ToString(id), "0007803031e5b7f936bc8082f42921cb");
  const auto team_key = crypto::PublicKey::From(Bytes(32, 0x11));
  EXPECT_EQ(HexEncode(MakeRecipientTag(id, *team_key).view()),
            "758962b72684c5780c600318704e88082a87f439469eb0d8a64ef4d5222d08e0");
}

}  // namespace
}  // namespace renkei::record
