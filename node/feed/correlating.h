// Whether the own entities of a draft get keyed names, and the names then (docs/anonymity.md).
//
// They do if the author wants it and the circle's charter asks for it, in a record to that one
// circle, and never in an anonymous one.  Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "node/anonymize/keyed_names.h"
#include "node/base/clock.h"
#include "node/membership/anon_master.h"
#include "node/record/correlation.h"
#include "node/record/draft.h"

namespace renkei::feed {

// What a node makes keyed names with.
struct NameSource {
  const membership::AnonMaster* anon = nullptr;  // outlives this; nullptr: not at hand
  crypto::PublicKey record_key{};
  std::string community{};
  // What a circle's charter asks for.
  std::function<record::Correlation(std::string_view circle)> asked{};
};

struct Naming {
  record::Correlation correlation = record::Correlation::kNone;
  std::string why_not{};  // why it is less than the author wanted; else empty
  std::unique_ptr<const anonymize::KeyedNames> names{};  // none: counted
};

// `header` with its defaults filled in.  `revises`: a record keeps the epoch in which it began, so
// that its revisions do not join the names of two.
Naming NameDraft(const NameSource& source, const record::DraftHeader& header,
                 record::Correlation wanted, Timestamp now,
                 const std::optional<record::RecordId>& revises);

}  // namespace renkei::feed
