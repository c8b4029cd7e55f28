// The answers of one evaluator, kept by what its policy can tell apart.
//
// CLASS: a peer, reduced to what some rule distinguishes.  SHAPE: a record's marking, likewise.
// Both are interned to small numbers, and table[shape][class][relation] holds the mask, filled when
// first asked for.  The table never answers otherwise than Evaluator::Decide: a class or shape
// stands for peers or markings that every rule, and the author's header, treat alike.
//
// A new policy or charter is a new evaluator and so a new table, made beside the old one.
// Thread-safe; a kept answer is read without a lock.  Bounded: what finds no room is answered by
// Decide and not kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "policy/policy.h"

namespace renkei::policy {

// What a peer is to one record.
enum class Relation : std::uint8_t {
  kOther = 0,
  kRecipient = 1,
  kAuthor = 2,
  kAuthorAndRecipient = 3,
};
inline constexpr int kRelationCount = 4;
constexpr Relation RelationOf(bool recipient, bool own) {
  return static_cast<Relation>((recipient ? 1 : 0) + (own ? 2 : 0));
}

// Limits of one table.
struct TableLimits {
  std::size_t shapes_max = std::size_t{1} << 16;
  std::size_t classes_max = std::size_t{1} << 12;
  std::size_t cell_bytes_max = std::size_t{64} << 20;  // of masks
};

// Numbers of one table; another table has its own.
using ClassNumber = std::uint32_t;
using ShapeNumber = std::uint32_t;

// Classes for which a record has the same mask.
struct ClassGroup {
  Mask mask{};
  std::vector<ClassNumber> classes{};

  bool operator==(const ClassGroup&) const = default;
};

class Table {
 public:
  explicit Table(Evaluator evaluator, const TableLimits& limits = {});
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  const Evaluator& evaluator() const { return evaluator_; }

  // The class of `peer`, whatever it is to a record (`recipient` and `own` take no part).  Nothing
  // if the table is full.  Costs about as much as a decision: keep the number.
  std::optional<ClassNumber> ClassOf(const Peer& peer);
  // The shape of `marking`, embargo included.  Nothing if the table is full.
  std::optional<ShapeNumber> ShapeOf(const Marking& marking);

  // What Decide answers for any peer of that class, any marking of that shape.
  // REQUIRES: both are of this table.
  Mask MaskOf(ShapeNumber shape, ClassNumber class_number, Relation relation = Relation::kOther);
  // By class and shape where there is room, else directly.
  Mask Decide(const Peer& peer, const Marking& marking);

  // Distinct masks of a shape, in the order of the first class that has each.
  std::vector<ClassGroup> GroupByMask(ShapeNumber shape, std::span<const ClassNumber> classes,
                                      Relation relation = Relation::kOther);

  // A peer of that class (relation aside), a marking of that shape.
  const Peer& PeerOf(ClassNumber class_number) const;
  const Marking& MarkingOf(ShapeNumber shape) const;

  std::size_t class_count() const;
  std::size_t shape_count() const;

 private:
  struct State;

  const Evaluator evaluator_;
  std::unique_ptr<State> state_;
};

}  // namespace renkei::policy
