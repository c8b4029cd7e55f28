#include "policy/table.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "node/base/mutex.h"
#include "node/base/status.h"
#include "policy/reduce.h"

namespace renkei::policy {
// Named, not hidden: a field of Table::State may not be of a type that only this file knows.
namespace table_parts {

// A cell that holds an answer; the answer's own bits stand below.
constexpr std::uint64_t kFilled = std::uint64_t{1} << 63;
static_assert((Mask::kAll & kFilled) == 0);

constexpr std::size_t kBlockCells = 64;

// Answers for neighbouring classes.
struct Block {
  std::array<std::atomic<std::uint64_t>, kBlockCells> cells{};
};

// Of one shape and relation, by class; null where nothing was asked yet.
struct Line {
  explicit Line(std::size_t count) : blocks(count) {}
  ~Line() {
    for (auto& block : blocks) delete block.load();
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  std::vector<std::atomic<Block*>> blocks;
};

// One bit of 64 for each name: two sets with no bit in common have no name in common.
std::uint64_t TraceOf(std::string_view name) {
  std::uint64_t mixed = name.size();
  for (const char c : name) {
    mixed = (mixed ^ static_cast<unsigned char>(c)) * 0x9e3779b97f4a7c15;
  }
  return std::uint64_t{1} << (mixed >> 58);
}

struct Class {
  std::array<Peer, kRelationCount> peers{};  // the same, in each relation
  std::array<Facts, kRelationCount> facts{};
  std::uint64_t circles = 0;  // traces
};

struct Shape {
  Shape() = default;
  ~Shape() {
    for (auto& line : lines) delete line.load();
  }
  Shape(const Shape&) = delete;
  Shape& operator=(const Shape&) = delete;

  Marking marking{};
  Facts facts{};
  std::uint64_t circles = 0;  // traces
  std::array<std::atomic<Line*>, kRelationCount> lines{};
};

// Things by number: they never move, so they are read without a lock.  Grows under its owner's
// lock.
template <class T>
class Shelf {
 public:
  explicit Shelf(std::size_t max) : max_(max), chunks_((max + kChunk - 1) / kChunk) {}
  ~Shelf() {
    for (auto& chunk : chunks_) delete chunk.load();
  }
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  bool full() const { return size() == max_; }
  std::size_t size() const { return size_.load(std::memory_order_acquire); }
  // The next one, still as made; it is there for others after Publish.  REQUIRES: not full.
  T& Next() {
    auto& chunk = chunks_[size() / kChunk];
    if (chunk.load(std::memory_order_relaxed) == nullptr) {
      chunk.store(new std::array<T, kChunk>(), std::memory_order_release);
    }
    return (*chunk.load(std::memory_order_relaxed))[size() % kChunk];
  }
  std::uint32_t Publish() {
    return static_cast<std::uint32_t>(size_.fetch_add(1, std::memory_order_release));
  }
  T& operator[](std::size_t number) const {
    RENKEI_CHECK(number < size());
    return (*chunks_[number / kChunk].load(std::memory_order_acquire))[number % kChunk];
  }

 private:
  static constexpr std::size_t kChunk = 64;
  const std::size_t max_;
  std::vector<std::atomic<std::array<T, kChunk>*>> chunks_;
  std::atomic<std::size_t> size_ = 0;
};

// `slot`'s object, made if there is none yet and `take` has room for it; null if not.
template <class T, class Take, class Make>
T* FindOrMake(std::atomic<T*>& slot, Take take, Make make) {
  T* found = slot.load(std::memory_order_acquire);
  if (found != nullptr || !take()) return found;
  std::unique_ptr<T> made = make();
  // Another thread may have been first: then its object stays.
  if (slot.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel)) {
    return made.release();
  }
  return found;
}

using Numbers = std::unordered_map<std::string, std::uint32_t>;

}  // namespace table_parts

struct Table::State {
  using Block = table_parts::Block;
  using Line = table_parts::Line;
  using Class = table_parts::Class;
  using Shape = table_parts::Shape;
  using Numbers = table_parts::Numbers;
  template <class T>
  using Shelf = table_parts::Shelf<T>;
  static constexpr std::size_t kBlockCells = table_parts::kBlockCells;

  State(const CompiledPolicy& compiled, const TableLimits& table_limits)
      : policy(compiled),
        reducer(compiled),
        limits(table_limits),
        classes(table_limits.classes_max),
        shapes(table_limits.shapes_max) {}

  // Takes `size` of the bytes that answers may need.
  bool Take(std::size_t size) {
    if (bytes.fetch_add(size, std::memory_order_relaxed) + size <= limits.cell_bytes_max) {
      return true;
    }
    bytes.fetch_sub(size, std::memory_order_relaxed);
    return false;
  }

  // Null: no room.
  std::atomic<std::uint64_t>* CellOf(Shape& shape, ClassNumber number, Relation relation) {
    const std::size_t blocks = (limits.classes_max + kBlockCells - 1) / kBlockCells;
    Line* line = table_parts::FindOrMake(
        shape.lines[static_cast<std::size_t>(relation)],
        [&] { return Take(blocks * sizeof(void*)); },
        [&] { return std::make_unique<Line>(blocks); });
    if (line == nullptr) return nullptr;
    Block* block = table_parts::FindOrMake(
        line->blocks[number / kBlockCells], [&] { return Take(sizeof(Block)); },
        [] { return std::make_unique<Block>(); });
    return block == nullptr ? nullptr : &block->cells[number % kBlockCells];
  }

  // As Evaluator::Decide, from the facts that class and shape keep.
  Mask Decide(const Class& of, const Shape& shape, Relation relation) const {
    const auto at = static_cast<std::size_t>(relation);
    const Peer& peer = of.peers[at];
    NoTrace trace;
    const Evaluation evaluation =
        EvaluateWith(policy, peer, shape.marking, Purpose::kAnswer, trace, [&] {
          Facts facts = shape.facts;
          facts.values |= of.facts[at].values;
          facts.lists.Add(of.facts[at].lists);
          AddBoth(facts, policy.words, peer, shape.marking, Purpose::kAnswer);
          return facts;
        });
    return Mask(ClosedBits(evaluation.bits, shape.marking));
  }

  const CompiledPolicy& policy;  // of the table's evaluator
  const Reducer reducer;
  const TableLimits limits;
  Shelf<Class> classes;
  Shelf<Shape> shapes;
  std::atomic<std::size_t> bytes = 0;
  Mutex mutex;
  Numbers class_numbers RENKEI_GUARDED_BY(mutex);
  Numbers shape_numbers RENKEI_GUARDED_BY(mutex);
};

Table::Table(Evaluator evaluator, const TableLimits& limits)
    : evaluator_(std::move(evaluator)),
      state_(std::make_unique<State>(CompiledOf(evaluator_), limits)) {}

Table::~Table() = default;

std::optional<ClassNumber> Table::ClassOf(const Peer& peer) {
  std::string key = state_->reducer.KeyOf(peer);
  MutexLock lock(state_->mutex);
  const auto known = state_->class_numbers.find(key);
  if (known != state_->class_numbers.end()) return known->second;
  if (state_->classes.full()) return std::nullopt;
  State::Class& made = state_->classes.Next();
  for (std::size_t i = 0; i < made.peers.size(); ++i) {
    made.peers[i] = peer;
    made.peers[i].recipient = (i & 1) != 0;
    made.peers[i].own = (i & 2) != 0;
    AddPeer(made.facts[i], state_->policy.words, made.peers[i], Purpose::kAnswer);
  }
  for (const Membership& in : peer.circles) made.circles |= table_parts::TraceOf(in.circle);
  const ClassNumber number = state_->classes.Publish();
  state_->class_numbers.emplace(std::move(key), number);
  return number;
}

std::optional<ShapeNumber> Table::ShapeOf(const Marking& marking) {
  std::string key = state_->reducer.KeyOf(marking);
  MutexLock lock(state_->mutex);
  const auto known = state_->shape_numbers.find(key);
  if (known != state_->shape_numbers.end()) return known->second;
  if (state_->shapes.full()) return std::nullopt;
  State::Shape& made = state_->shapes.Next();
  made.marking = marking;
  AddRecord(made.facts, state_->policy.words, marking, Purpose::kAnswer);
  for (const std::string& circle : marking.circles) made.circles |= table_parts::TraceOf(circle);
  const ShapeNumber number = state_->shapes.Publish();
  state_->shape_numbers.emplace(std::move(key), number);
  return number;
}

Mask Table::MaskOf(ShapeNumber shape_number, ClassNumber class_number, Relation relation) {
  State::Shape& shape = state_->shapes[shape_number];
  const State::Class& of = state_->classes[class_number];
  // Without a common circle there is nothing, and no cell for it.
  if ((of.circles & shape.circles) == 0) return Mask{};
  std::atomic<std::uint64_t>* cell = state_->CellOf(shape, class_number, relation);
  if (cell != nullptr) {
    const std::uint64_t held = cell->load(std::memory_order_relaxed);
    if ((held & table_parts::kFilled) != 0) return Mask(held & ~table_parts::kFilled);
  }
  const Mask mask = state_->Decide(of, shape, relation);
  if (cell != nullptr) cell->store(mask.bits() | table_parts::kFilled, std::memory_order_relaxed);
  return mask;
}

Mask Table::Decide(const Peer& peer, const Marking& marking) {
  const std::optional<ClassNumber> class_number = ClassOf(peer);
  const std::optional<ShapeNumber> shape = class_number ? ShapeOf(marking) : std::nullopt;
  if (!shape) return evaluator_.Decide(peer, marking);
  return MaskOf(*shape, *class_number, RelationOf(peer.recipient, peer.own));
}

std::vector<ClassGroup> Table::GroupByMask(ShapeNumber shape, std::span<const ClassNumber> classes,
                                           Relation relation) {
  // Few: looked through faster than a hash table.
  std::vector<ClassGroup> groups;
  for (const ClassNumber number : classes) {
    const Mask mask = MaskOf(shape, number, relation);
    const auto same = [&](const ClassGroup& group) { return group.mask == mask; };
    auto at = std::find_if(groups.begin(), groups.end(), same);
    if (at == groups.end()) at = groups.insert(at, {.mask = mask});
    at->classes.push_back(number);
  }
  return groups;
}

const Peer& Table::PeerOf(ClassNumber class_number) const {
  return state_->classes[class_number].peers.front();
}

const Marking& Table::MarkingOf(ShapeNumber shape) const { return state_->shapes[shape].marking; }

std::size_t Table::class_count() const { return state_->classes.size(); }

std::size_t Table::shape_count() const { return state_->shapes.size(); }

}  // namespace renkei::policy
