#include "node/app/commands_cursor.h"

#include <limits>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"

namespace renkei::app {
namespace {

constexpr std::size_t kEpochBytes = 4;
constexpr std::size_t kCheckBytes = 2;

Bytes Check(BytesView body) { return crypto::Sha256(body).str().substr(0, kCheckBytes); }

}  // namespace

std::string EncodeLocalCursor(BytesView epoch, store::Offset offset) {
  ByteWriter body;
  body.Raw(epoch.substr(0, kEpochBytes)).U64(static_cast<std::uint64_t>(offset));
  return Base32Encode(body.bytes() + Check(body.bytes()));
}

absl::StatusOr<store::Offset> DecodeLocalCursor(std::string_view text, BytesView epoch) {
  const auto bytes = Base32Decode(text);
  const absl::Status wrong =
      InvalidArgument(fmt::format("`{}` is no cursor of `renkei subscribe`", Printable(text, 64)));
  if (!bytes || bytes->size() != kEpochBytes + 8 + kCheckBytes) return wrong;
  const BytesView body = BytesView(*bytes).substr(0, kEpochBytes + 8);
  if (BytesView(*bytes).substr(body.size()) != Check(body)) return wrong;
  if (body.substr(0, kEpochBytes) != epoch.substr(0, kEpochBytes)) {
    return FailedPrecondition("the cursor is of another store");
  }
  const std::uint64_t offset = ByteReader(body.substr(kEpochBytes)).U64();
  if (offset > static_cast<std::uint64_t>(std::numeric_limits<store::Offset>::max())) return wrong;
  return static_cast<store::Offset>(offset);
}

}  // namespace renkei::app
