// [indicators] and [decay] of node.toml: how sure this node is of what it was told, and for how
// long (docs/indicators.md).  Value types.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace renkei::config {

inline constexpr int kHalfLifeDaysMax = 3650;

// Types of indicators as [decay] has them: all but `hostname`, which is a domain.
std::span<const std::string_view> DecayTypes();

// Half-lives by type; what is not there has IndicatorsConfig::half_life_days.
std::map<std::string, int, std::less<>> DefaultHalfLives();

struct IndicatorsConfig {
  int confidence = 50;           // 0..100, of an indicator whose author says none
  int false_positive_teams = 2;  // 1..100; so many teams take an indicator out of lists
  int half_life_days = 90;       // 0..kHalfLifeDaysMax; 0: it stays as it is
  std::map<std::string, int, std::less<>> half_lives = DefaultHalfLives();

  // Of a type's word.
  int HalfLifeOf(std::string_view type) const;

  bool operator==(const IndicatorsConfig&) const = default;
};

}  // namespace renkei::config
