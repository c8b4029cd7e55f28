// What this node holds of indicators: search.

#include <algorithm>
#include <map>

#include "node/app/commands_indicators.h"
#include "node/base/encoding.h"
#include "node/feed/indicator_score.h"
#include "node/gateway/saved_searches.h"

namespace renkei::app {
namespace {

// Pages of the index that one call goes through before it answers with what it has.
constexpr int kSearchPagesMax = 100;
constexpr int kSearchLimitDefault = 50;

Json SaysWords(std::uint8_t says) {
  Json words = Json::array();
  if ((says & store::kSaysListed) != 0) words.push_back("listed");
  if ((says & store::kSaysSeen) != 0) words.push_back("seen");
  if ((says & store::kSaysFalsePositive) != 0) words.push_back("false-positive");
  if ((says & store::kSaysNotSeen) != 0) words.push_back("not-seen");
  return words;
}

Json HitJson(const store::IndicatorHit& hit) {
  Json json = {{"record", record::ToString(hit.record)},
               {"kind", policy::ToWord(hit.kind)},
               {"tlp", policy::ToWord(hit.tlp)},
               {"author", hit.author},
               {"own", hit.own},
               {"issued", TimeText(hit.issued)}};
  if (hit.type == store::v1::INDICATOR_TYPE_UNSPECIFIED) return json;
  json["type"] = feed::IndicatorTypeWord(hit.type);
  json["value"] = hit.value;
  json["says"] = SaysWords(hit.says);
  return json;
}

struct Answer {
  Json hits = Json::array();
  std::string next{};
  std::int64_t left = 0;
};

// Goes on until there are as many hits as asked for.
absl::StatusOr<Answer> Ask(const store::IndicatorReader& reader, store::IndicatorQuery query,
                           const config::IndicatorsConfig& config, Timestamp now) {
  Answer answer;
  ASSIGN_OR_RETURN(answer.left, reader.Left());
  const int limit = query.limit;
  std::map<record::IndicatorKey, Json> tallies;
  for (int page_number = 0; page_number < kSearchPagesMax; ++page_number) {
    query.limit = limit - static_cast<int>(answer.hits.size());
    ASSIGN_OR_RETURN(const store::IndicatorPage page, reader.Search(query, now));
    for (const store::IndicatorHit& hit : page.hits) {
      Json json = HitJson(hit);
      if (hit.type != store::v1::INDICATOR_TYPE_UNSPECIFIED) {
        const auto [known, is_new] = tallies.try_emplace(hit.key);
        if (is_new) {
          ASSIGN_OR_RETURN(const store::IndicatorTally tally, reader.Tally(hit.key, now));
          known->second = TallyJson(tally, hit.type, config, now);
        }
        json.update(known->second);
      }
      answer.hits.push_back(std::move(json));
    }
    query.after = page.next;
    if (page.next.empty() || static_cast<int>(answer.hits.size()) >= limit) break;
  }
  answer.next = query.after.empty() ? "" : Base32Encode(query.after);
  return answer;
}

gateway::SearchTerms TermsOf(Arguments& arguments) {
  return {.value = arguments.Text("value"),
          .under = arguments.Flag("under"),
          .type = arguments.Text("type"),
          .kind = arguments.Text("kind"),
          .tag = arguments.Text("tag"),
          .technique = arguments.Text("technique"),
          .team = arguments.Text("team"),
          .circle = arguments.Text("circle"),
          .since = arguments.Text("since"),
          .until = arguments.Text("until")};
}

absl::StatusOr<gateway::SearchTerms> SavedTerms(Node& node, const std::string& name) {
  gateway::SearchTerms terms;
  const absl::Status read = node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(terms, gateway::FindSavedSearch(reader, name));
    return absl::OkStatus();
  });
  RETURN_IF_ERROR(WithHint(read, "`renkei search --list` names those that there are"));
  return terms;
}

}  // namespace

CommandResult SearchCommand(const CommandContext& context, Arguments& arguments,
                            const std::string&) {
  Node& node = context.node;
  gateway::SearchTerms terms = TermsOf(arguments);
  const std::string saved = arguments.Text("saved");
  const int limit = arguments.Number("limit", kSearchLimitDefault, 1, store::kSearchHitsMax);
  const auto place = Base32Decode(arguments.Text("after"));
  if (!place) arguments.Refuse("after: expected what `next` said");
  if (!saved.empty() && terms != gateway::SearchTerms{}) {
    arguments.Refuse("a saved search takes no further options than --limit and --after");
  }
  RETURN_IF_ERROR(arguments.status());
  if (!saved.empty()) {
    ASSIGN_OR_RETURN(terms, SavedTerms(node, saved));
  }
  const Timestamp now = node.clock().Now();
  auto query = gateway::QueryOf(terms, node.community().name(), now);
  if (!query.ok()) arguments.Refuse(Message(query.status()));
  RETURN_IF_ERROR(arguments.status());
  query->limit = limit;
  query->after = *place;
  store::IndicatorStore* index = store::FindIndicatorStore(node.store());
  if (index == nullptr) return FailedPrecondition("this node's store keeps no index");
  Answer answer;
  const auto config = node.config();
  RETURN_IF_ERROR(index->ReadIndicators(
      [&](const store::Reader&, const store::IndicatorReader& reader) -> absl::Status {
        ASSIGN_OR_RETURN(answer, Ask(reader, *query, config->indicators, now));
        return absl::OkStatus();
      }));
  Json json = {{"hits", std::move(answer.hits)}};
  if (!answer.next.empty()) json["next"] = answer.next;
  if (answer.left > 0) json["index_left"] = answer.left;
  return Done(std::move(json));
}

CommandResult SearchSaveCommand(const CommandContext& context, Arguments& arguments,
                                const std::string&) {
  const std::string name = arguments.Required("name");
  const gateway::SearchTerms terms = TermsOf(arguments);
  const auto query =
      gateway::QueryOf(terms, context.node.community().name(), context.node.clock().Now());
  if (!query.ok()) arguments.Refuse(Message(query.status()));
  RETURN_IF_ERROR(arguments.status());
  const absl::Status saved = context.node.store().Commit(
      [&](store::Writer& writer) { return gateway::SaveSearch(writer, name, terms); });
  if (saved.code() == absl::StatusCode::kInvalidArgument) return Failed(saved, 2);
  RETURN_IF_ERROR(saved);
  return Done({{"name", name},
               {"search", ToJson(terms)},
               {"collection", "search-" + name},
               {"list", "/lists/plain?search=" + name}});
}

CommandResult SearchListCommand(const CommandContext& context, Arguments&, const std::string&) {
  Json list = Json::array();
  RETURN_IF_ERROR(context.node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const auto searches, gateway::SavedSearches(reader));
    for (const auto& [name, terms] : searches) {
      list.push_back({{"name", name}, {"search", ToJson(terms)}});
    }
    return absl::OkStatus();
  }));
  return Done({{"searches", std::move(list)}});
}

CommandResult SearchRemoveCommand(const CommandContext& context, Arguments& arguments,
                                  const std::string&) {
  const std::string name = arguments.Required("name");
  RETURN_IF_ERROR(arguments.status());
  const absl::Status removed = context.node.store().Commit(
      [&](store::Writer& writer) { return gateway::RemoveSavedSearch(writer, name); });
  RETURN_IF_ERROR(WithHint(removed, "`renkei search --list` names those that there are"));
  return Done({{"name", name}});
}

}  // namespace renkei::app
