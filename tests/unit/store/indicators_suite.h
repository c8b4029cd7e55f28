// Records that tell indicators, put into a store, and questions to its index.
#pragma once

#include <string>
#include <vector>

#include "node/store/indicators.h"
#include "tests/support/record_for_tests.h"
#include "tests/unit/store/store_suite.h"

namespace renkei::store {

using record::KeyOf;

struct Said {
  v1::IndicatorType type = v1::INDICATOR_TYPE_DOMAIN;
  std::string value{};
};

class IndicatorsSuite : public StoreSuite {
 protected:
  record::Draft DraftOf(const std::vector<Said>& said) {
    record::Draft draft;
    draft.header.kind = policy::Kind::kIndicators;
    draft.header.tlp = policy::Tlp::kGreen;
    for (const Said& one : said) {
      v1::Indicator& indicator = *draft.sections.mutable_indicators()->add_indicators();
      indicator.set_ref(fmt::format("{}", draft.sections.indicators().indicators_size()));
      indicator.set_type(one.type);
      indicator.set_value(one.value);
    }
    return draft;
  }
  record::Draft VerdictOn(const Said& said, v1::Verdict verdict, const RecordId* about = nullptr) {
    record::Draft draft;
    draft.header.kind = policy::Kind::kSighting;
    draft.header.tlp = policy::Tlp::kGreen;
    if (about != nullptr) draft.header.about = record::About{.record_id = *about};
    v1::Sighting& sighting = *draft.sections.mutable_indicators()->add_sightings();
    sighting.set_type(said.type);
    sighting.set_value(said.value);
    sighting.set_verdict(verdict);
    return draft;
  }
  RecordRow RowFor(std::uint32_t n, const record::Draft& draft, const std::string& author = "alpha",
                   std::chrono::seconds later = {}) {
    record::SealPlan plan = testing_support::SamplePlan();
    plan.issued += later;
    plan.expires += later;
    const record::Record record = testing_support::SampleRecord(key_, draft, plan);
    RecordRow row = RowOf(n);
    row.kind = draft.header.kind;
    row.author = author;
    row.issued = plan.issued;
    row.expires = plan.expires;
    row.header = record.header_bytes();
    row.stored = record.ToStored();
    return row;
  }
  void PutSaid(std::uint32_t n, const std::vector<Said>& said, const std::string& author = "alpha",
               std::chrono::seconds later = {}) {
    Put(RowFor(n, DraftOf(said), author, later));
  }
  // So many records of one team that list it, and as many that dispute it.
  void Flood(const Said& said, const std::string& team, std::uint32_t records) {
    const RecordRow listing = RowFor(0, DraftOf({said}), team);
    const RecordRow verdict = RowFor(0, VerdictOn(said, v1::VERDICT_FALSE_POSITIVE), team);
    Write([&](Writer& writer) {
      for (std::uint32_t n = 0; n < 2 * records; ++n) {
        RecordRow row = n % 2 == 0 ? listing : verdict;
        row.id = IdOf(next_flood_++);
        EXPECT_OK(writer.PutRecord(row).status());
      }
    });
  }
  template <class Query>
  auto AskIndex(Query query) {
    using Answer = typename decltype(query(std::declval<const IndicatorReader&>()))::value_type;
    Answer answer{};
    EXPECT_OK(FindIndicatorStore(*store_)->ReadIndicators(
        [&](const Reader&, const IndicatorReader& reader) -> absl::Status {
          ASSIGN_OR_RETURN(answer, query(reader));
          return absl::OkStatus();
        }));
    return answer;
  }
  IndicatorPage Page(const IndicatorQuery& query) {
    return AskIndex(
        [&](const IndicatorReader& reader) { return reader.Search(query, clock_.Now()); });
  }
  // `record.value` of all pages, in order.
  std::vector<std::string> Found(IndicatorQuery query) {
    std::vector<std::string> found;
    for (int pages = 0; pages < 100; ++pages) {
      const IndicatorPage page = Page(query);
      for (const IndicatorHit& hit : page.hits) {
        found.push_back(fmt::format("{}.{}", Number(hit.record), hit.value));
      }
      if (page.next.empty()) return found;
      query.after = page.next;
    }
    ADD_FAILURE() << "the pages do not end";
    return found;
  }
  std::vector<std::string> FoundByValue(std::string_view value) {
    IndicatorQuery query;
    for (const auto& one : record::KeysOfAnyType(value)) query.keys.push_back(one.key);
    return Found(query);
  }
  IndicatorTally TallyOf(const Said& said) {
    return AskIndex([&](const IndicatorReader& reader) {
      return reader.Tally(KeyOf(said.type, said.value).key, clock_.Now());
    });
  }
  static std::uint32_t Number(const RecordId& id) { return ByteReader(id.view()).U32(); }

  const crypto::SigningKey key_ = crypto::SigningKey::Generate();
  const Said evil_{.value = "evil.example"};
  const Said other_{.value = "other.example"};
  std::uint32_t next_flood_ = 100'000;
};

using Strings = std::vector<std::string>;

}  // namespace renkei::store
