#include "node/crypto/merkle.h"

#include <algorithm>
#include <bit>

#include "node/base/status.h"

namespace renkei::crypto {
namespace {

constexpr BytesView kLeafPrefix("\x00", 1);
constexpr BytesView kNodePrefix("\x01", 1);

}  // namespace

Digest LeafHash(std::initializer_list<BytesView> parts) {
  Bytes data(kLeafPrefix);
  for (const BytesView part : parts) data.append(part);
  return Sha256(data);
}

Digest LeafHash(std::string_view label, std::initializer_list<BytesView> parts) {
  Bytes data(kLeafPrefix);
  data += Tag16(label);
  for (const BytesView part : parts) data.append(part);
  return Sha256(data);
}

Digest NodeHash(const Digest& left, const Digest& right) {
  return Sha256({kNodePrefix, left.view(), right.view()});
}

std::size_t SplitPoint(std::size_t n) {
  RENKEI_CHECK(n >= 2);
  return std::bit_floor(n - 1);
}

Digest TreeRoot(std::span<const Digest> leaves) {
  if (leaves.empty()) return Sha256("");
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = SplitPoint(leaves.size());
  return NodeHash(TreeRoot(leaves.first(k)), TreeRoot(leaves.subspan(k)));
}

std::vector<Digest> InclusionProof(std::span<const Digest> leaves, std::size_t index) {
  RENKEI_CHECK(index < leaves.size());
  if (leaves.size() == 1) return {};
  const std::size_t k = SplitPoint(leaves.size());
  const bool left = index < k;
  std::vector<Digest> proof =
      left ? InclusionProof(leaves.first(k), index) : InclusionProof(leaves.subspan(k), index - k);
  proof.push_back(left ? TreeRoot(leaves.subspan(k)) : TreeRoot(leaves.first(k)));
  return proof;
}

std::optional<Digest> RootFromInclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                        std::span<const Digest> proof) {
  if (index >= size) return std::nullopt;
  // RFC 9162, 2.1.3.2, which gives the same paths as RFC 6962.
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Digest root = leaf;
  for (const Digest& sibling : proof) {
    if (last == 0) return std::nullopt;
    if ((node & 1) == 1 || node == last) {
      root = NodeHash(sibling, root);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      root = NodeHash(root, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return std::nullopt;
  return root;
}

std::optional<PrunedTree> PrunedTree::FromProof(std::span<const std::optional<Digest>> leaves,
                                                std::span<const Digest> proof) {
  RENKEI_CHECK(std::has_single_bit(leaves.size()));
  PrunedTree tree(leaves.size());
  if (!tree.Fill(1, leaves, proof) || !proof.empty()) return std::nullopt;
  return tree;
}

PrunedTree PrunedTree::FromLeaves(std::span<const Digest> leaves) {
  const std::vector<std::optional<Digest>> shown(leaves.begin(), leaves.end());
  return *FromProof(shown, {});
}

// Fills `node`, the root of the subtree over `leaves`; false if the proof is too short.
bool PrunedTree::Fill(std::size_t node, std::span<const std::optional<Digest>> leaves,
                      std::span<const Digest>& proof) {
  const bool shown =
      std::any_of(leaves.begin(), leaves.end(), [](const auto& leaf) { return leaf.has_value(); });
  if (!shown) {
    if (proof.empty()) return false;
    nodes_[node] = proof.front();
    proof = proof.subspan(1);
    return true;
  }
  if (leaves.size() == 1) {
    nodes_[node] = leaves[0];
    return true;
  }
  const std::size_t half = leaves.size() / 2;
  if (!Fill(2 * node, leaves.first(half), proof)) return false;
  if (!Fill(2 * node + 1, leaves.subspan(half), proof)) return false;
  nodes_[node] = NodeHash(*nodes_[2 * node], *nodes_[2 * node + 1]);
  return true;
}

std::vector<Digest> PrunedTree::Proof(const std::vector<bool>& shown) const {
  RENKEI_CHECK(shown.size() == size());
  std::vector<Digest> proof;
  Prove(1, 0, size(), shown, proof);
  return proof;
}

void PrunedTree::Prove(std::size_t node, std::size_t lo, std::size_t n,
                       const std::vector<bool>& shown, std::vector<Digest>& proof) const {
  bool any = false;
  for (std::size_t i = lo; i < lo + n; ++i) any = any || shown[i];
  if (!any) {
    RENKEI_CHECK(nodes_[node].has_value());
    proof.push_back(*nodes_[node]);
    return;
  }
  if (n == 1) return;
  Prove(2 * node, lo, n / 2, shown, proof);
  Prove(2 * node + 1, lo + n / 2, n / 2, shown, proof);
}

void PrunedTree::Add(const PrunedTree& other) {
  RENKEI_CHECK(other.nodes_.size() == nodes_.size() && other.root() == root());
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    if (!nodes_[i]) nodes_[i] = other.nodes_[i];
  }
}

}  // namespace renkei::crypto
