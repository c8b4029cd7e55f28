#include "node/gateway/lists.h"

#include <algorithm>

#include "node/base/encoding.h"
#include "node/base/fault.h"
#include "node/formats/uuid.h"
#include "node/gateway/indicator_rules.h"
#include "node/gateway/limits.h"
#include "node/gateway/saved_searches.h"

namespace renkei::gateway {
namespace {

constexpr std::string_view kEventSuffix = ".json";
constexpr std::string_view kJson = "application/json";

formats::ExportOptions OptionsFor(const ListFilter& filter, const Showing& showing,
                                  const feed::Community& community, const OwnAssets& assets) {
  return {.now = showing.now(),
          .community = community.name(),
          .types = filter.types,
          .is_ours = [gate = assets.gate](std::string_view value) { return gate->IsOurs(value); },
          .known_good = [gate = assets.gate](
                            formats::v1::IndicatorType type,
                            std::string_view value) { return gate->KnownGoodBy(type, value); },
          .zone = filter.zone};
}

}  // namespace

// One file, before it is made.
struct Lists::Wanted {
  enum class What { kList, kZone, kBundle, kManifest, kHashes };
  What what = What::kList;
  const formats::ExportFormat* format = nullptr;  // of lists
  ListFilter filter{};
  std::optional<SearchTerms> search{};

  std::string Name(const std::string& see) const {
    return fmt::format("{}|{}|{}|{}|{}", static_cast<int>(what),
                       format == nullptr ? std::string_view() : format->name, ToText(filter),
                       search ? renkei::ToText(ToJson(*search)) : "", see);
  }
  bool acts() const { return format != nullptr && format->acts; }
};

absl::Status Lists::FindSearch(Wanted& wanted) const {
  if (wanted.filter.search.empty()) return absl::OkStatus();
  return parts_.store.Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(wanted.search, FindSavedSearch(reader, wanted.filter.search));
    return absl::OkStatus();
  });
}

absl::Status Lists::ForEachRecord(const Wanted& wanted, const Showing& showing,
                                  const store::Reader& reader,
                                  const std::function<void(formats::HeldRecord&)>& each) const {
  if (!wanted.search) return showing.ShowEach(reader, wanted.filter, each);
  ASSIGN_OR_RETURN(auto query, QueryOf(*wanted.search, parts_.community.name(), showing.now()));
  const SearchMatch match(*wanted.search, std::move(query));
  // A table or list is of indicators; a feed is of records, which stay as they are.
  const bool narrow = wanted.format != nullptr && wanted.what != Wanted::What::kBundle;
  return showing.ShowEach(reader, wanted.filter, [&](formats::HeldRecord& record) {
    if (!match.Finds(record)) return;
    if (narrow) match.Narrow(record);
    each(record);
  });
}

absl::StatusOr<Files::Made> Lists::Make(const Wanted& wanted, const Showing& showing,
                                        const OwnAssets& assets, const MadeFile* before) const {
  RETURN_IF_ERROR(FaultPoint("gateway.list"));
  store::IndicatorStore* index = store::FindIndicatorStore(parts_.store);
  if (index == nullptr) return FailedPrecondition("this store keeps no index");
  const auto config = parts_.indicators ? parts_.indicators() : config::IndicatorsConfig{};
  Files::Made made;
  const absl::Status read = index->ReadIndicators(
      [&](const store::Reader& reader, const store::IndicatorReader& indicators) -> absl::Status {
        ASSIGN_OR_RETURN(
            const auto rules,
            IndicatorRules::Read(indicators, config, wanted.filter.score, showing.now()));
        formats::ExportOptions options =
            OptionsFor(wanted.filter, showing, parts_.community, assets);
        options.judged = [&](formats::v1::IndicatorType type, std::string_view value) {
          return rules.WhyNot(type, value);
        };
        // STIX leaves such an indicator out: the same object may not say something else.
        const bool calm = !wanted.acts() && wanted.what != Wanted::What::kBundle;
        absl::Status walked = absl::OkStatus();
        const formats::HeldRecords records([&](formats::HeldRecords::Each each) {
          walked = ForEachRecord(wanted, showing, reader, [&](formats::HeldRecord& record) {
            if (calm) rules.Calm(record);
            each(record);
          });
        });
        made = Write(wanted, records, std::move(options), before);
        return walked;
      });
  RETURN_IF_ERROR(read);
  return made;
}

Files::Made Lists::Write(const Wanted& wanted, const formats::HeldRecords& records,
                         formats::ExportOptions options, const MadeFile* before) {
  Files::Made made;
  if (wanted.what == Wanted::What::kZone) {
    // A serial that stands for these bytes and no others: it rises when they change.
    const auto now = static_cast<std::uint32_t>(UnixSeconds(options.now));
    options.serial = before == nullptr ? now : before->serial;
    made.bytes = wanted.format->exporter(records, options).text;
    if (before != nullptr && *before->bytes != made.bytes) {
      options.serial = std::max(now, before->serial + 1);
      formats::SetZoneSerial(made.bytes, options.serial);
    }
    made.serial = options.serial;
    return made;
  }
  if (wanted.what == Wanted::What::kList || wanted.what == Wanted::What::kBundle) {
    made.bytes = wanted.format->exporter(records, options).text;
    return made;
  }
  formats::MispFeed feed = formats::ExportMispFeed(records, options);
  made.bytes =
      wanted.what == Wanted::What::kHashes ? std::move(feed.hashes) : std::move(feed.manifest.text);
  for (const auto& [uuid, record_id_hex] : feed.events) {
    const auto id = HexDecode(record_id_hex);
    if (const auto record = id ? record::RecordId::From(*id) : std::nullopt) {
      made.parts.emplace(uuid, *record);
    }
  }
  return made;
}

absl::StatusOr<ServedFile> Lists::Serve(const Wanted& wanted, const std::string& see) {
  const Showing showing(parts_.policies, parts_.community, see, parts_.clock.Now());
  const OwnAssets assets = parts_.assets();
  // Asked before the records are read: what comes in between is made again, never missed.
  const FileBasis basis{
      .changes = parts_.shown.changes(), .reader = showing.basis(), .rules = assets.digest};
  return files_.Get(wanted.Name(see), basis,
                    [&](const MadeFile* before) { return Make(wanted, showing, assets, before); });
}

absl::StatusOr<ServedFile> Lists::ServeEvent(const Wanted& wanted, const std::string& see,
                                             const std::string& uuid) {
  ASSIGN_OR_RETURN(const ServedFile manifest, Serve(wanted, see));
  const auto found = manifest.file->parts.find(uuid);
  if (found == manifest.file->parts.end()) return NotFound("no such event");
  const Showing showing(parts_.policies, parts_.community, see, parts_.clock.Now());
  const OwnAssets assets = parts_.assets();
  const FileBasis basis{
      .changes = parts_.shown.changes(), .reader = showing.basis(), .rules = assets.digest};
  const std::string name = fmt::format("event|{}|{}", uuid, see);
  return files_.Get(name, basis, [&](const MadeFile*) -> absl::StatusOr<Files::Made> {
    Files::Made made;
    store::IndicatorStore* index = store::FindIndicatorStore(parts_.store);
    if (index == nullptr) return FailedPrecondition("this store keeps no index");
    const auto config = parts_.indicators ? parts_.indicators() : config::IndicatorsConfig{};
    const absl::Status read = index->ReadIndicators(
        [&](const store::Reader& reader, const store::IndicatorReader& indicators) -> absl::Status {
          ASSIGN_OR_RETURN(const auto row, reader.FindRecord(found->second));
          if (!row) return NotFound("no such event");
          ASSIGN_OR_RETURN(auto shown, showing.Show(reader, *row));
          if (!shown) return NotFound("no such event");
          ASSIGN_OR_RETURN(const auto rules, IndicatorRules::Read(indicators, config,
                                                                  /*score_min=*/0, showing.now()));
          rules.Calm(*shown);
          made.bytes = formats::ExportMispEvent(
              *shown, OptionsFor(wanted.filter, showing, parts_.community, assets));
          return made.bytes.empty() ? NotFound("no such event") : absl::OkStatus();
        });
    RETURN_IF_ERROR(read);
    return made;
  });
}

Lists::Answer Lists::Get(const Target& target, const std::string& see) {
  Answer answer;
  const auto& path = target.segments;
  const auto serve = [&](Wanted wanted, FilterFor use, std::string_view media_type,
                         const std::string& event = "") {
    wanted.filter = ReadListFilter(target.query, use, answer.wrong);
    // A score is of all that this node holds: it would tell others of records they do not see.
    if (!answer.wrong && wanted.filter.score > 0 && !see.empty()) {
      answer.wrong = WrongFilter{.parameter = "score", .expected = "a token of our own team"};
    }
    if (answer.wrong) return;
    answer.status = FindSearch(wanted);
    if (!answer.status.ok()) return;
    auto served = event.empty() ? Serve(wanted, see) : ServeEvent(wanted, see, event);
    answer.status = served.status();
    answer.media_type = media_type;
    if (served.ok()) answer.served = *std::move(served);
  };
  const formats::ExportFormat* format =
      path.size() == 2 && path[0] == "lists" ? formats::FindExportFormat(path[1]) : nullptr;
  if (format != nullptr && (format->acts || format->name == "csv")) {
    const bool zone = format->name == "rpz";
    serve({.what = zone ? Wanted::What::kZone : Wanted::What::kList, .format = format},
          zone           ? FilterFor::kZone
          : format->acts ? FilterFor::kList
                         : FilterFor::kTable,
          format->media_type);
  } else if (path.size() == 3 && path[0] == "feeds" && path[1] == "stix" &&
             path[2] == "bundle.json") {
    const auto* stix = formats::FindExportFormat("stix");
    serve({.what = Wanted::What::kBundle, .format = stix}, FilterFor::kWhole, stix->media_type);
  } else if (path.size() == 3 && path[0] == "feeds" && path[1] == "misp") {
    const std::string& file = path[2];
    if (file == "manifest.json") {
      serve({.what = Wanted::What::kManifest}, FilterFor::kWhole, kJson);
    } else if (file == "hashes.csv") {
      serve({.what = Wanted::What::kHashes}, FilterFor::kWhole, "text/csv; charset=utf-8");
    } else if (file.ends_with(kEventSuffix)) {
      const std::string uuid = file.substr(0, file.size() - kEventSuffix.size());
      const bool is_uuid = formats::UuidFromText(uuid).has_value();
      if (!is_uuid) answer.status = NotFound("no such file");
      if (is_uuid) serve({.what = Wanted::What::kManifest}, FilterFor::kWhole, kJson, uuid);
    } else {
      answer.status = NotFound("no such file");
    }
  } else {
    answer.status = NotFound("no such list");
  }
  return answer;
}

}  // namespace renkei::gateway
