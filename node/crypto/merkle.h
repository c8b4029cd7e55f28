// Merkle trees with RFC 6962 hashing (SHA-256): one routine for sections, signed batches and logs.
//
// Pure; thread-safe.  Trees here hold at most 65,536 leaves (record/limits.h).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "node/crypto/digest.h"

namespace renkei::crypto {

// SHA256(0x00 || data): a leaf as RFC 6962 has it.
Digest LeafHash(std::initializer_list<BytesView> parts);
// LeafHash(tag16(label) || parts).
Digest LeafHash(std::string_view label, std::initializer_list<BytesView> parts);
// SHA256(0x01 || left || right).
Digest NodeHash(const Digest& left, const Digest& right);

// Root over leaf hashes; of none, SHA-256 of nothing.
Digest TreeRoot(std::span<const Digest> leaves);

// The largest power of two below n.  REQUIRES: n >= 2.
std::size_t SplitPoint(std::size_t n);

// Audit path of leaf `index`, deepest first (RFC 6962, 2.1.1).  REQUIRES: index < leaves.size().
std::vector<Digest> InclusionProof(std::span<const Digest> leaves, std::size_t index);

// The root that `leaf` at `index` of `size` and `proof` lead to; nothing if the proof has a hash
// too many or too few, or index >= size.
std::optional<Digest> RootFromInclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                        std::span<const Digest> proof);

// What is known of a tree over a power of two of leaves, some of which stay hidden.
//
// A pruned proof lists, in order, the root of every maximal subtree in which nothing is shown. From
// a tree that knows a set of leaves, the proof for any subset of that set can be made.
class PrunedTree {
 public:
  // Of shown leaves (nothing: hidden) and the proof for the rest.  Nothing unless the proof is
  // consumed exactly.  REQUIRES: leaves.size() is a power of two.
  static std::optional<PrunedTree> FromProof(std::span<const std::optional<Digest>> leaves,
                                             std::span<const Digest> proof);
  // Of all leaves.
  static PrunedTree FromLeaves(std::span<const Digest> leaves);

  const Digest& root() const { return *nodes_[1]; }
  std::size_t size() const { return nodes_.size() / 2; }
  const std::optional<Digest>& leaf(std::size_t index) const { return nodes_[size() + index]; }

  // The proof with exactly the leaves for which `shown` is true.  REQUIRES: those leaves are known.
  std::vector<Digest> Proof(const std::vector<bool>& shown) const;

  // Adds what `other` knows.  REQUIRES: same size and root.
  void Add(const PrunedTree& other);

 private:
  explicit PrunedTree(std::size_t leaves) : nodes_(2 * leaves) {}
  bool Fill(std::size_t node, std::span<const std::optional<Digest>> leaves,
            std::span<const Digest>& proof);
  void Prove(std::size_t node, std::size_t lo, std::size_t n, const std::vector<bool>& shown,
             std::vector<Digest>& proof) const;

  // Heap order: the root is 1, the children of i are 2i and 2i + 1, leaf j is size + j.
  std::vector<std::optional<Digest>> nodes_;
};

}  // namespace renkei::crypto
