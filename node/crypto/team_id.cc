#include "node/crypto/team_id.h"

#include "node/base/encoding.h"

namespace renkei::crypto {
namespace {

constexpr std::string_view kDigits = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t kCharacters = 20;

// Luhn mod 32: catches any one wrong character and nearly every swap of neighbours.
char CheckCharacter(std::string_view text) {
  unsigned sum = 0;
  unsigned factor = 2;
  for (auto it = text.rbegin(); it != text.rend(); ++it) {
    const unsigned addend = factor * static_cast<unsigned>(kDigits.find(*it));
    factor = 3 - factor;
    sum += addend / 32 + addend % 32;
  }
  return kDigits[(32 - sum % 32) % 32];
}

}  // namespace

std::string TeamId(const PublicKey& team_key) {
  const std::string body = Base32Encode(Sha256(team_key.view()).view()).substr(0, kCharacters);
  std::string id;
  for (std::size_t i = 0; i < kCharacters; i += 5) id += body.substr(i, 5) + "-";
  return id + CheckCharacter(body);
}

bool IsTeamId(std::string_view text) {
  std::string body;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash_place = i % 6 == 5;
    if (dash_place != (text[i] == '-')) return false;
    if (dash_place) continue;
    if (kDigits.find(text[i]) == std::string_view::npos) return false;
    body.push_back(text[i]);
  }
  if (body.size() != kCharacters + 1) return false;
  const char check = body.back();
  body.pop_back();
  return CheckCharacter(body) == check;
}

}  // namespace renkei::crypto
