#include "node/formats/block_values.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "node/base/unseen.h"
#include "node/formats/export_parts.h"
#include "node/record/indicator_value.h"

namespace renkei::formats {
namespace {

bool IsOneOf(v1::IndicatorType type, std::span<const v1::IndicatorType> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool HasControl(std::string_view value) {
  while (!value.empty()) {
    const std::size_t length = Utf8Length(value);
    if (length == 0 || IsUnseen(value.substr(0, length))) return true;
    value.remove_prefix(length);
  }
  return false;
}

// Empty: it may stand in the list; `value` is its canonical form.
std::string_view WhyNot(const v1::Indicator& indicator, const ExportOptions& options,
                        std::span<const v1::IndicatorType> types, std::string& value) {
  const std::int64_t now_us = UnixSeconds(options.now) * 1'000'000;
  if (!IsOneOf(indicator.type(), types)) return "values of other types";
  if (!indicator.actionable()) return "values that are context only";
  if (indicator.role() == v1::ROLE_BENIGN) return "values known to be harmless";
  if (indicator.role() == v1::ROLE_VICTIM) return "values of a victim";
  if (indicator.valid_until_us() != 0 && indicator.valid_until_us() <= now_us) {
    return "values no longer valid";
  }
  auto canonical = record::CanonicalValue(indicator.type(), indicator.value());
  if (!canonical) return "values that are not of their type";
  if (HasControl(*canonical)) return "values with control characters";
  value = *std::move(canonical);
  if (options.is_ours && options.is_ours(value)) return "values that are ours";
  if (options.judged) {
    const std::string_view why_not = options.judged(indicator.type(), value);
    if (!why_not.empty()) return why_not;
  }
  return record::WhyNotBlock(indicator.type(), value);
}

}  // namespace

std::vector<BlockValue> BlockValues(const HeldRecords& records, const ExportOptions& options,
                                    std::span<const v1::IndicatorType> types,
                                    std::vector<LeftOut>& left_out) {
  struct Teller {
    std::string record_id_hex{};
    std::string author{};
  };
  std::map<std::pair<v1::IndicatorType, std::string>, Teller> chosen;
  records.ForEach([&](const HeldRecord& record) {
    if (!MayExport(record, options, left_out)) return;
    if (record.pap >= policy::Pap::kAmber) {
      LeaveOut(left_out, "records whose PAP forbids visible action");
      return;
    }
    for (const v1::Indicator& indicator : record.sections.indicators().indicators()) {
      std::string value;
      const std::string_view why_not = WhyNot(indicator, options, types, value);
      if (!why_not.empty()) {
        LeaveOut(left_out, why_not);
        continue;
      }
      const std::string list =
          options.known_good ? options.known_good(indicator.type(), value) : std::string();
      if (!list.empty()) {
        LeaveOut(left_out, fmt::format("values on the warning list `{}`", list));
        continue;
      }
      const auto [entry, is_new] = chosen.try_emplace({indicator.type(), std::move(value)});
      if (is_new) {
        entry->second = {record.record_id_hex, record.author};
      } else {
        LeaveOut(left_out, "values said more than once");
      }
    }
  });
  std::vector<BlockValue> values;
  values.reserve(chosen.size());
  while (!chosen.empty()) {
    auto node = chosen.extract(chosen.begin());
    values.push_back({node.key().first, std::move(node.key().second),
                      std::move(node.mapped().record_id_hex), std::move(node.mapped().author)});
  }
  return values;
}

std::string_view SourceOf(const BlockValue& value, const ExportOptions& options) {
  return value.author.empty() ? options.community : value.author;
}

}  // namespace renkei::formats
