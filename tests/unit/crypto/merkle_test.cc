#include "node/crypto/merkle.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "node/base/encoding.h"
#include "tests/support/paths.h"

namespace renkei::crypto {
namespace {

// Inputs and roots of the RFC 6962 reference, n = 0..8.
const std::vector<std::string> kInputs = {"",
                                          "00",
                                          "10",
                                          "2021",
                                          "3031",
                                          "40414243",
                                          "5051525354555657",
                                          "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> kRoots = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Digest> Leaves(std::size_t n) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < n; ++i) leaves.push_back(LeafHash({*HexDecode(kInputs[i])}));
  return leaves;
}

TEST(MerkleTest, RootsAreThoseOfRfc6962) {
  for (std::size_t n = 0; n <= 8; ++n) {
    EXPECT_EQ(HexEncode(TreeRoot(Leaves(n)).view()), kRoots[n]) << n;
  }
}

TEST(MerkleTest, EveryInclusionProofLeadsToTheRootAndNoOtherDoes) {
  for (std::size_t n = 1; n <= 8; ++n) {
    const std::vector<Digest> leaves = Leaves(n);
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<Digest> proof = InclusionProof(leaves, i);
      EXPECT_EQ(RootFromInclusion(leaves[i], i, n, proof), TreeRoot(leaves));
      EXPECT_EQ(RootFromInclusion(leaves[i], n, n, proof), std::nullopt);
      proof.push_back(leaves[0]);
      EXPECT_EQ(RootFromInclusion(leaves[i], i, n, proof), std::nullopt);
      proof.pop_back();
      if (proof.empty()) continue;
      proof.pop_back();
      EXPECT_NE(RootFromInclusion(leaves[i], i, n, proof), TreeRoot(leaves));
    }
  }
}

// Of the RFC 6962 reference, leaves 0 and 5 of 8.
TEST(MerkleTest, InclusionProofsAreThoseOfRfc6962) {
  const std::vector<std::pair<std::size_t, std::vector<std::string>>> published = {
      {0,
       {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
      {5,
       {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}}};
  for (const auto& [leaf, hashes] : published) {
    std::vector<std::string> ours;
    for (const Digest& digest : InclusionProof(Leaves(8), leaf)) {
      ours.push_back(HexEncode(digest.view()));
    }
    EXPECT_EQ(ours, hashes) << leaf;
  }
}

TEST(MerkleTest, PublishedInclusionProofsAreJudgedAsTheyShould) {
  const auto folder = testing_support::SharedFolder("vectors/rfc6962/testdata/inclusion");
  if (!folder) GTEST_SKIP() << "the published proofs are not here (RENKEI_SHARED)";
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    const nlohmann::json v = nlohmann::json::parse(file);
    const auto bytes = [&](const nlohmann::json& text) {
      return *Base64Decode(text.is_string() ? text.get<std::string>() : "");
    };
    std::vector<Digest> proof;
    bool well_formed = true;
    for (const auto& hash : v["proof"].is_array() ? v["proof"] : nlohmann::json::array()) {
      const auto digest = Digest::From(bytes(hash));
      well_formed = well_formed && digest.has_value();
      proof.push_back(digest.value_or(Digest{}));
    }
    const auto leaf = Digest::From(bytes(v["leafHash"]));
    const auto root = Digest::From(bytes(v["root"]));
    const bool ok = well_formed && leaf && root &&
                    RootFromInclusion(*leaf, v["leafIdx"].get<std::uint64_t>(),
                                      v["treeSize"].get<std::uint64_t>(), proof) == *root;
    EXPECT_EQ(ok, !v["wantErr"].get<bool>()) << entry.path() << " " << v["desc"];
    ++files;
  }
  EXPECT_GE(files, 98);
}

TEST(MerkleTest, APrunedTreeProvesEverySubsetOfWhatItKnows) {
  std::vector<Digest> leaves = Leaves(8);
  const PrunedTree full = PrunedTree::FromLeaves(leaves);
  EXPECT_EQ(full.root(), TreeRoot(leaves));
  for (unsigned mask = 0; mask < 256; ++mask) {
    std::vector<bool> shown(8);
    std::vector<std::optional<Digest>> known(8);
    for (std::size_t i = 0; i < 8; ++i) {
      shown[i] = ((mask >> i) & 1) != 0;
      if (shown[i]) known[i] = leaves[i];
    }
    std::vector<Digest> proof = full.Proof(shown);
    const auto pruned = PrunedTree::FromProof(known, proof);
    ASSERT_TRUE(pruned);
    EXPECT_EQ(pruned->root(), full.root());
    EXPECT_EQ(pruned->Proof(shown), proof);
    proof.push_back(leaves[0]);
    EXPECT_FALSE(PrunedTree::FromProof(known, proof));
    proof.pop_back();
    if (proof.empty()) continue;
    proof.pop_back();
    EXPECT_FALSE(PrunedTree::FromProof(known, proof));
  }
}

}  // namespace
}  // namespace renkei::crypto
