// The names that replace own entities: HOST-1, NET-1, USER-1, PRODUCT-1, SITE-1, ORG.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace renkei::anonymize {

// What an own entity is.
enum class EntityClass : std::uint8_t {
  kAddress,
  kNetwork,
  kHost,  // host names and domains
  kMail,  // address of an own mail domain
  kUser,  // user names, SIDs, the user in a path
  kPerson,
  kOrganization,
  kProduct,
  kSite,
};

// `own-address`, `own-network`, ...: the rule a finding names.
std::string_view RuleOf(EntityClass entity);

// A piece of text, both ends in bytes.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Stand-ins in `text`, exactly as StandIns and KeyedNames write them, standing alone.  In no order.
std::vector<Span> FindStandIns(std::string_view text);

// Gives out names for one record.  Numbers go by first appearance and begin behind those that the
// draft already uses, so a draft that was anonymized by hand stays readable.
class StandIns {
 public:
  // To be called with every text of the draft before the first name is given out.
  void Reserve(std::string_view text);

  // The same key always gets the same name.
  std::string NameOf(EntityClass entity, const std::string& key);

 private:
  enum Counter { kHost, kNet, kUser, kProduct, kSite, kCounters };

  std::array<int, kCounters> last_{};
  std::map<std::string, std::string> names_{};  // by counter and key
};

}  // namespace renkei::anonymize
