// Sets of addresses for Linux packet filters: nftables and ipset.  Each file swaps the whole set in
// one step, so that no packet meets half a list.
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "node/formats/block_values.h"
#include "node/formats/export_parts.h"

namespace renkei::formats {
namespace {

struct Family {
  std::string_view set;
  std::string_view nft_type;
  std::string_view ipset_family;
  std::array<v1::IndicatorType, 2> types;
};
constexpr std::array<Family, 2> kFamilies = {
    {{"renkei4", "ipv4_addr", "inet", {v1::INDICATOR_TYPE_IPV4, v1::INDICATOR_TYPE_IPV4_NET}},
     {"renkei6", "ipv6_addr", "inet6", {v1::INDICATOR_TYPE_IPV6, v1::INDICATOR_TYPE_IPV6_NET}}}};
// The same whatever there is to hold: `create -exist` refuses a set that was made for another
// number, and then the old list stays.  Only what is in a set takes memory.
constexpr std::size_t kIpsetMax = 4'194'304;
constexpr std::array kAddressTypes = {v1::INDICATOR_TYPE_IPV4, v1::INDICATOR_TYPE_IPV4_NET,
                                      v1::INDICATOR_TYPE_IPV6, v1::INDICATOR_TYPE_IPV6_NET};

std::vector<std::string> OfFamily(const std::vector<BlockValue>& values, const Family& family) {
  std::vector<std::string> texts;
  for (const BlockValue& value : values) {
    if (value.type == family.types[0] || value.type == family.types[1]) {
      texts.push_back(value.value);
    }
  }
  return texts;
}

}  // namespace

Exported ExportNftables(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  const auto values = BlockValues(records, options, kAddressTypes, exported.left_out);
  exported.text = "add table inet renkei\n";
  for (const Family& family : kFamilies) {
    exported.text += fmt::format(
        "add set inet renkei {0} {{ type {1}; flags interval; auto-merge; }}\n"
        "flush set inet renkei {0}\n",
        family.set, family.nft_type);
    for (const std::string& value : OfFamily(values, family)) {
      exported.text += fmt::format("add element inet renkei {} {{ {} }}\n", family.set, value);
    }
  }
  exported.written = values.size();
  return exported;
}

Exported ExportIpset(const HeldRecords& records, const ExportOptions& options) {
  Exported exported;
  const auto values = BlockValues(records, options, kAddressTypes, exported.left_out);
  for (const Family& family : kFamilies) {
    auto texts = OfFamily(values, family);
    if (texts.size() > kIpsetMax) {
      LeaveOut(exported.left_out, "addresses beyond what a set holds", texts.size() - kIpsetMax);
      texts.resize(kIpsetMax);
    }
    exported.text += fmt::format(
        "create {0} hash:net family {1} maxelem {2} -exist\n"
        "create {0}-new hash:net family {1} maxelem {2} -exist\n"
        "flush {0}-new\n",
        family.set, family.ipset_family, kIpsetMax);
    for (const std::string& value : texts) {
      exported.text += fmt::format("add {}-new {} -exist\n", family.set, value);
    }
    exported.text += fmt::format("swap {0}-new {0}\ndestroy {0}-new\n", family.set);
    exported.written += texts.size();
  }
  return exported;
}

}  // namespace renkei::formats
