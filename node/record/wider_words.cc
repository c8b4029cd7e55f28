#include "node/record/wider_words.h"

#include <algorithm>
#include <array>

namespace renkei::record {
namespace {

struct Part {
  std::string_view code;
  std::string_view name;
  std::string_view whole;      // the part of the world that it is in; empty: none
  std::string_view countries;  // with a blank behind each
};
constexpr auto kParts = std::to_array<Part>({
    {"002", "Africa", "", ""},
    {"009", "Oceania", "", ""},
    {"019", "Americas", "", ""},
    {"142", "Asia", "", ""},
    {"150", "Europe", "", ""},
    {"015", "Northern Africa", "002", "dz eg eh ly ma sd tn "},
    {"014", "Eastern Africa", "002",
     "bi dj er et io ke km mg mu mw mz re rw sc so ss tf tz ug yt zm zw "},
    {"017", "Middle Africa", "002", "ao cd cf cg cm ga gq st td "},
    {"018", "Southern Africa", "002", "bw ls na sz za "},
    {"011", "Western Africa", "002", "bf bj ci cv gh gm gn gw lr ml mr ne ng sh sl sn tg "},
    {"029", "Caribbean", "019",
     "ag ai aw bb bl bq bs cu cw dm do gd gp ht jm kn ky lc mf mq ms pr sx tc tt vc vg vi "},
    {"013", "Central America", "019", "bz cr gt hn mx ni pa sv "},
    {"005", "South America", "019", "ar bo br bv cl co ec fk gf gs gy pe py sr uy ve "},
    {"021", "Northern America", "019", "bm ca gl pm us "},
    {"143", "Central Asia", "142", "kg kz tj tm uz "},
    // M49 has no line of its own for Taiwan.
    {"030", "Eastern Asia", "142", "cn hk jp kp kr mn mo tw "},
    {"035", "South-eastern Asia", "142", "bn id kh la mm my ph sg th tl vn "},
    {"034", "Southern Asia", "142", "af bd bt in ir lk mv np pk "},
    {"145", "Western Asia", "142", "ae am az bh cy ge il iq jo kw lb om ps qa sa sy tr ye "},
    {"151", "Eastern Europe", "150", "bg by cz hu md pl ro ru sk ua "},
    {"154", "Northern Europe", "150", "ax dk ee fi fo gb gg ie im is je lt lv no se sj "},
    {"039", "Southern Europe", "150", "ad al ba es gi gr hr it me mk mt pt rs si sm va "},
    {"155", "Western Europe", "150", "at be ch de fr li lu mc nl "},
    {"053", "Australia and New Zealand", "009", "au cc cx hm nf nz "},
    {"054", "Melanesia", "009", "fj nc pg sb vu "},
    {"057", "Micronesia", "009", "fm gu ki mh mp nr pw um "},
    {"061", "Polynesia", "009", "as ck nu pf pn tk to tv wf ws "},
});

struct Group {
  std::string_view name;
  std::string_view sectors;  // with a blank behind each
};
constexpr auto kGroups = std::to_array<Group>({
    {"group-finance",
     "bank banking banks credit credit-card finance financial financial-services fintech insurance "
     "payment payments securities "},
    {"group-utilities",
     "electricity energy gas nuclear oil oil-and-gas petroleum power utilities waste wastewater "
     "water drinking-water "},
    {"group-transport",
     "airport airports aviation logistics maritime port ports rail railway railways road shipping "
     "transport transportation "},
    {"group-health",
     "biotech health healthcare hospital hospitals medical pharma pharmaceutical pharmaceuticals "},
    {"group-public",
     "defence defense emergency-services government justice local-government military "
     "municipalities municipality police public-administration public-sector "},
    {"group-digital",
     "broadcasting cloud hosting ict internet isp it media software technology telecom "
     "telecommunications telecoms "},
    {"group-industry",
     "aerospace agriculture automotive chemical chemicals construction electronics food "
     "manufacturing mining semiconductor semiconductors steel "},
    {"group-education", "academia education research school schools universities university "},
    {"group-commerce",
     "e-commerce ecommerce entertainment gambling hospitality hotels real-estate retail tourism "
     "wholesale "},
    {"group-society", "civil-society charity church diplomacy ngo non-profit politics think-tank "},
});

// Whether `word` stands in a list with a blank behind each word.
bool Lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t end = list.find(' ');
    if (list.substr(0, end) == word) return true;
    list.remove_prefix(end + 1);
  }
  return false;
}

const Part* FindPart(std::string_view code) {
  const auto it = std::find_if(kParts.begin(), kParts.end(),
                               [code](const Part& part) { return part.code == code; });
  return it == kParts.end() ? nullptr : &*it;
}

}  // namespace

std::string_view WiderPlace(std::string_view place) {
  if (const Part* part = FindPart(place)) return part->whole;
  const auto it = std::find_if(kParts.begin(), kParts.end(),
                               [place](const Part& part) { return Lists(part.countries, place); });
  return it == kParts.end() ? std::string_view() : it->code;
}

std::string_view WiderSector(std::string_view sector) {
  const auto it = std::find_if(kGroups.begin(), kGroups.end(), [sector](const Group& group) {
    return Lists(group.sectors, sector);
  });
  return it == kGroups.end() ? std::string_view() : it->name;
}

std::string_view PlaceName(std::string_view place) {
  const Part* part = FindPart(place);
  return part == nullptr ? std::string_view() : part->name;
}

}  // namespace renkei::record
