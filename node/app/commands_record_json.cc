// Records as JSON: the line of `subscribe`, the whole of `show`, and the two commands that only
// read.

#include <algorithm>
#include <memory>

#include "node/app/commands_indicators.h"
#include "node/app/commands_parts.h"
#include "node/base/encoding.h"
#include "node/formats/export.h"
#include "node/formats/message_json.h"
#include "node/gateway/indicator_rules.h"
#include "node/gateway/record_line.h"
#include "node/gateway/showing.h"
#include "node/record/host_name.h"

namespace renkei::app {
namespace {

// Sections that may exist but are not here.  A slot that is not shown looks the same whether it was
// withheld or never written.
Json NotHeld(policy::SectionMask held) {
  return SectionWords(static_cast<policy::SectionMask>(~held & policy::kAllSections));
}

void AddMarks(const record::Header& header, Json& json) {
  json["pap"] = policy::ToWord(header.pap);
  json["relay"] = policy::ToWord(header.relay);
  json["source"] = policy::ToWord(header.source);
  if (header.severity != policy::Severity::kUnspecified) {
    json["severity"] = policy::ToWord(header.severity);
  }
  if (header.type != 0) json["type"] = policy::RsitWord(header.type);
  if (!header.tags.empty()) json["tags"] = header.tags;
  if (!header.sectors.empty()) json["sectors"] = header.sectors;
  if (!header.countries.empty()) json["countries"] = header.countries;
  if (header.embargo_until) json["embargo_until"] = TimeText(*header.embargo_until);
  if (header.min_level != 0) json["min_level"] = header.min_level;
  Json levels = Json::object();
  for (int i = 0; i < policy::kSectionCount; ++i) {
    const auto nibble = header.section_levels >> (4 * i) & 0xf;
    if (nibble == 0) continue;
    levels[std::string(policy::ToWord(static_cast<policy::SectionId>(i)))] = nibble;
  }
  json["section_levels"] = std::move(levels);
  json["must_disclose"] = SectionWords(header.must_disclose);
  json["recipients"] = header.recipients.size();
}

absl::Status AddHistory(Node& node, const store::Reader& reader, const store::RecordRow& row,
                        Json& json) {
  ASSIGN_OR_RETURN(const auto held, reader.Held(row.id));
  json["links"] = Json::array();
  for (const store::HeldRow& one : held) {
    json["links"].push_back({{"link", one.link},
                             {"sections", SectionWords(one.sections)},
                             {"may_pass_on", SectionWords(one.relay)}});
  }
  ASSIGN_OR_RETURN(const auto revisions, reader.Revisions(row.id));
  json["revisions"] = Json::array();
  for (const store::RevisionRow& one : revisions) {
    json["revisions"].push_back({{"revision", one.revision}, {"leaf", HexEncode(one.leaf.view())}});
  }
  if (row.state != store::RecordState::kWithdrawn) return absl::OkStatus();
  Json receipts = Json::object();
  ASSIGN_OR_RETURN(const auto rows, reader.Receipts(row.id));
  Json peers = Json::array();
  for (const store::ReceiptRow& one : rows) {
    if (one.leaf == row.leaf) peers.push_back(one.peer);
  }
  if (node.community().is_hub()) {
    ASSIGN_OR_RETURN(const auto sent, node.egress().SentTo(reader, row, node.community().Teams()));
    receipts["said"] = peers.size();
    receipts["sent_to"] = sent.size();
    receipts["peers"] = std::move(peers);
  } else {
    ASSIGN_OR_RETURN(const auto counts, reader.FindObject("confirmed", row.id.view()));
    ByteReader in(counts ? BytesView(*counts) : BytesView());
    receipts["said"] = in.U32();
    receipts["sent_to"] = in.U32();
  }
  json["receipts"] = std::move(receipts);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Json> RecordLine(const Node& node, const store::RecordRow& row) {
  ASSIGN_OR_RETURN(const record::Record record, record::Record::FromStored(row.stored));
  return gateway::RecordLine(row, record, CircleNames(record.header().circles, node.community()),
                             node.clock().Now());
}

absl::StatusOr<Json> RecordInFull(Node& node, const store::Reader& reader,
                                  const store::RecordRow& row) {
  ASSIGN_OR_RETURN(Json json, RecordLine(node, row));
  ASSIGN_OR_RETURN(const record::Record record, record::Record::FromStored(row.stored));
  AddMarks(record.header(), json);
  json["not_held"] = NotHeld(record.held());
  json["received"] = TimeText(row.received);
  json["origin"] = HexEncode(record.header().origin.view());
  json["leaf"] = HexEncode(record.leaf().view());
  if (!row.accepted_by.empty()) json["accepted_by"] = HexEncode(row.accepted_by);
  json["accepted_circles"] = CircleNames(feed::SplitCircles(row.circles), node.community());
  ASSIGN_OR_RETURN(Json acks, Acknowledged(reader, row.id));
  if (!acks.empty()) json["acknowledged"] = std::move(acks);
  RETURN_IF_ERROR(AddHistory(node, reader, row, json));
  // Asked for in full, it is checked again: the disk is no authority.
  const absl::Status again = record::Open(record.Disclose(record.held())).status();
  json["verified"] = again.ok();
  json["verification"] = again.ok() ? "signature verified when it came in, and again now"
                                    : "signature does not verify: " + Message(again);
  return json;
}

namespace {

// Those that it lists or judges, each once, as many as are shown.
absl::StatusOr<std::vector<record::KeyedIndicator>> KeyedIn(const store::RecordRow& row) {
  ASSIGN_OR_RETURN(const record::Record record, record::Record::FromStored(row.stored));
  const record::v1::Sections sections = record.DecodeSections();
  std::vector<record::KeyedIndicator> keyed;
  const auto add = [&](renkei::v1::IndicatorType type, const std::string& value) {
    if (value.empty() || keyed.size() >= kTalliesShown) return;
    record::KeyedIndicator one = record::KeyOf(type, value);
    const bool known = std::any_of(keyed.begin(), keyed.end(),
                                   [&](const auto& other) { return other.key == one.key; });
    if (!known) keyed.push_back(std::move(one));
  };
  for (const auto& one : sections.indicators().indicators()) add(one.type(), one.value());
  for (const auto& one : sections.indicators().sightings()) add(one.type(), one.value());
  return keyed;
}

}  // namespace

CommandResult ShowCommand(const CommandContext& context, Arguments& arguments, const std::string&) {
  const std::string id = arguments.Required("id");
  RETURN_IF_ERROR(arguments.status());
  Json json;
  record::RecordId found{};
  std::vector<record::KeyedIndicator> indicators;
  RETURN_IF_ERROR(context.node.store().Read([&](const store::Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(store::RecordRow row, FindRecord(reader, id));
    found = row.id;
    ASSIGN_OR_RETURN(const auto unnamed, reader.FindUnnamed(row.id));
    const crypto::Digest in_feed = row.leaf;
    const bool came_back = !row.own;
    // Ours is the whole and the newest, whatever has come back of it.
    if (unnamed) {
      ASSIGN_OR_RETURN(row, AsRecordRow(*unnamed));
    }
    ASSIGN_OR_RETURN(json, RecordInFull(context.node, reader, row));
    ASSIGN_OR_RETURN(indicators, KeyedIn(row));
    if (!unnamed) return absl::OkStatus();
    // Nobody tells its author how far a withdrawal went: nobody knows its author.
    json.erase("receipts");
    json["came_back"] = came_back && in_feed == row.leaf;
    ASSIGN_OR_RETURN(json["refused"], HubRefusal(reader, row.id));
    return absl::OkStatus();
  }));
  if (json["state"] == "live") {
    ASSIGN_OR_RETURN(Json told, IndicatorsOfRecord(context.node, found, indicators));
    json.update(told);
  }
  return Done(std::move(json));
}

namespace {

const formats::ExportFormat* FindFormat(const std::string& format, Arguments& arguments) {
  std::vector<std::string_view> names;
  for (const formats::ExportFormat& entry : formats::ExportFormats()) {
    if (entry.name == format) return &entry;
    names.push_back(entry.name);
  }
  arguments.Refuse(
      fmt::format("format `{}`: expected {}", Printable(format, 40), fmt::join(names, ", ")));
  return nullptr;
}

void AddType(const std::string& type, const std::string& format, Arguments& arguments,
             formats::ExportOptions& options) {
  const auto& words = *renkei::v1::IndicatorType_descriptor();
  const auto* value = formats::EnumFromWord(words, type);
  if (value == nullptr) {
    const std::string nearest = NearestWord(type, formats::EnumWords(words));
    arguments.Refuse(fmt::format("type `{}`: no such type of indicator{}", Printable(type, 40),
                                 nearest.empty() ? "" : " (did you mean `" + nearest + "`?)"));
  } else if (format != "plain") {
    arguments.Refuse("a type can be given for the plain format only");
  } else {
    options.types.push_back(static_cast<renkei::v1::IndicatorType>(value->number()));
  }
}

struct Export {
  formats::Exported exported{};
  std::size_t records = 0;
};

absl::StatusOr<Export> MakeExport(Node& node, const formats::ExportFormat& format,
                                  const gateway::ListFilter& filter, int score_min,
                                  formats::ExportOptions options) {
  // Whoever runs this command reads as the team itself.
  const gateway::Showing showing(node.policies(), node.community(), "", options.now);
  store::IndicatorStore* index = store::FindIndicatorStore(node.store());
  if (index == nullptr) return FailedPrecondition("this node's store keeps no index");
  const auto config = node.config();
  Export made;
  const absl::Status read = index->ReadIndicators(
      [&](const store::Reader& reader, const store::IndicatorReader& indicators) -> absl::Status {
        ASSIGN_OR_RETURN(
            const auto rules,
            gateway::IndicatorRules::Read(indicators, config->indicators, score_min, options.now));
        options.judged = [&](formats::v1::IndicatorType of, std::string_view value) {
          return rules.WhyNot(of, value);
        };
        // STIX leaves such an indicator out: the same object may not say something else.
        const bool calm = !format.acts && format.name != "stix";
        absl::Status walked = absl::OkStatus();
        const formats::HeldRecords records([&](formats::HeldRecords::Each each) {
          walked = showing.ShowEach(reader, filter, [&](formats::HeldRecord& record) {
            if (calm) rules.Calm(record);
            ++made.records;
            each(record);
          });
        });
        made.exported = format.exporter(records, options);
        return walked;
      });
  RETURN_IF_ERROR(read);
  return made;
}

}  // namespace

CommandResult ExportCommand(const CommandContext& context, Arguments& arguments,
                            const std::string&) {
  const std::string format = arguments.Required("format");
  const std::string type = arguments.Text("type");
  const auto kind = arguments.Kind("kind");
  const std::string circle = arguments.Text("circle");
  const int score_min = arguments.Number("min_score", 0, 0, 100);
  const std::shared_ptr<const anonymize::Gate> gate = context.node.gate().gate;
  formats::ExportOptions options{
      .now = context.node.clock().Now(),
      .community = context.node.community().name(),
      .is_ours = [&gate](std::string_view value) { return gate->IsOurs(value); },
      .known_good = [&gate](formats::v1::IndicatorType of,
                            std::string_view value) { return gate->KnownGoodBy(of, value); },
      .zone = arguments.Text("zone")};
  const formats::ExportFormat* entry = FindFormat(format, arguments);
  if (!options.zone.empty() && format != "rpz") {
    arguments.Refuse("a zone can be given for the rpz format only");
  } else if (!options.zone.empty() && !record::CanonicalHostName(options.zone)) {
    arguments.Refuse(fmt::format("zone `{}`: not a DNS name", Printable(options.zone, 80)));
  }
  if (!type.empty()) AddType(type, format, arguments, options);
  if (score_min > 0 && entry != nullptr && !entry->acts) {
    arguments.Refuse("a score can be asked for in lists that block or alert only");
  }
  RETURN_IF_ERROR(arguments.status());
  const gateway::ListFilter filter{.kind = kind, .circle = circle};
  ASSIGN_OR_RETURN(const Export made, MakeExport(context.node, *entry, filter, score_min, options));
  Json left_out = Json::array();
  for (const formats::LeftOut& one : made.exported.left_out) {
    left_out.push_back({{"what", one.what}, {"count", one.count}});
  }
  return Done({{"text", made.exported.text},
               {"written", made.exported.written},
               {"records", made.records},
               {"left_out", std::move(left_out)}});
}

}  // namespace renkei::app
