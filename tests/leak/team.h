// An invented team and what is its own, made from a seed.
#pragma once

#include <string>
#include <vector>

#include "config/assets.h"
#include "tests/leak/random.h"

namespace renkei::leak {

struct Team {
  config::Assets assets{};
  std::string ipv4_prefix{};  // `203.0.113.`
  std::string inside_prefix{};
  std::string ipv6_prefix{};
  std::string domain{};
  std::string idn{};
  std::string mail_domain{};
  std::string short_name{};
  std::string product{};
  std::vector<std::string> latin_names{};  // of the organization
  std::vector<std::string> kanji_names{};
  std::vector<std::string> other_names{};  // in scripts other than these
  std::vector<std::string> latin_people{};
  std::vector<std::string> kanji_people{};  // with a blank between the names
  std::vector<std::string> other_people{};
  std::vector<std::string> sites{};
  std::string host_prefix{};  // pattern is this and `*`
  std::vector<std::string> users{};
  std::vector<std::string> documents{};  // sha256
};

// A name of two syllables or more that stands in no dictionary.
std::string Coined(Random& random, std::size_t syllables);

Team MakeTeam(Random& random);

}  // namespace renkei::leak
