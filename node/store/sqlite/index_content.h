// What the index holds of one record: its marks, and what it says of which indicators.  Pure.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/record/indicator_key.h"
#include "node/store/indicators.h"

namespace renkei::store {

// Numbers of the column term.kind; they never change.
enum class TermKind : std::uint8_t {
  kAll = 0,  // every record
  kKind = 1,
  kTeam = 2,
  kTag = 3,
  kTechnique = 4,
  kCircle = 5,  // hex id
  kType = 6,    // of an indicator that it lists or judges
};

struct Term {
  TermKind kind = TermKind::kAll;
  std::string word{};

  auto operator<=>(const Term&) const = default;
};

// As it is indexed and asked for.
Term MakeTerm(TermKind kind, std::string_view word);
Term KindTerm(policy::Kind kind);
Term CircleTerm(const record::CircleId& circle);
Term TypeTerm(v1::IndicatorType type);

struct ToldIndicator {
  record::KeyedIndicator indicator{};
  std::uint8_t says = 0;  // bits of Says
  std::optional<std::int64_t> confidence{};
  std::int64_t first_seen = 0;  // seconds
  std::int64_t last_seen = 0;
};

struct IndexContent {
  std::int64_t issued = 0;
  std::vector<Term> terms{};             // sorted, each once
  std::vector<ToldIndicator> told{};     // in the order of the record, each indicator once
  std::optional<record::About> about{};  // of a verdict on a whole record
  std::uint8_t about_says = 0;
};

// Nothing if the record is not to be found: it is withdrawn, an exercise, or does not parse.
std::optional<IndexContent> ContentOf(BytesView stored, RecordState state, std::string_view author);

}  // namespace renkei::store
