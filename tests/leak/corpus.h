// Records with one planted leak each, and records without, made from a seed.
//
// The judge compares bytes: it knows what was planted and every form of it, and nothing of the
// lint.
#pragma once

#include <string>
#include <vector>

#include "node/record/draft.h"
#include "tests/leak/random.h"
#include "tests/leak/team.h"

namespace renkei::leak {

// A value that identifies, and the parts of it that must not remain.
struct Value {
  std::string text{};
  std::vector<std::string> secrets{};
};

// A kind of value, and the forms in which it is planted.
struct ValueClass {
  std::string_view name;
  Value (*make)(const Team& team, Random& random);
  enum class Forms { kOwn, kShape, kGeneralised, kPlain } forms;
};
const std::vector<ValueClass>& ValueClasses();

struct Planted {
  record::Draft draft{};
  std::string form{};   // `own-address/base64`
  std::string piece{};  // as it stands in the draft
  std::vector<std::string> secrets{};
};

// Every class in every form that it can have, in turn.
class PlantedCorpus {
 public:
  explicit PlantedCorpus(const Team& team);
  std::size_t form_count() const { return pairs_.size(); }
  Planted Make(std::size_t index, Random& random) const;

 private:
  struct Pair {
    std::size_t value_class = 0;
    std::size_t form = 0;  // in TextForms, then AddressForms
  };
  const Team& team_;
  std::vector<Pair> pairs_{};
};

// True if `bytes` hold the planted piece, or a secret in any form.
bool StillHolds(const Planted& planted, const std::string& bytes);

// What adversaries leave behind and people write about them; nothing of the team.
record::Draft MakeClean(Random& random);

}  // namespace renkei::leak
