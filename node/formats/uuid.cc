#include "node/formats/uuid.h"

#include "node/base/encoding.h"
#include "node/base/status.h"
#include "node/crypto/digest.h"

namespace renkei::formats {

std::optional<Bytes> UuidFromText(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string hex;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash_here = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash_here != (text[i] == '-')) return std::nullopt;
    if (!dash_here) hex.push_back(text[i]);
  }
  return HexDecode(hex);
}

std::string UuidToText(BytesView uuid) {
  RENKEI_CHECK(uuid.size() == 16);
  const std::string hex = HexEncode(uuid);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

std::string UuidFromName(std::string_view name) {
  Bytes bytes = crypto::Sha256({"renkei:export:uuid\n", name}).str().substr(0, 16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x50);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  return UuidToText(bytes);
}

}  // namespace renkei::formats
