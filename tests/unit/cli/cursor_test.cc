#include <limits>

#include <gtest/gtest.h>

#include "node/app/commands_cursor.h"

namespace renkei::app {
namespace {

const Bytes kEpoch(16, 'e');

TEST(LocalCursorTest, ComesBackAsItWent) {
  for (const store::Offset offset : {store::Offset{0}, store::Offset{1}, store::Offset{77'000},
                                     std::numeric_limits<store::Offset>::max()}) {
    const auto back = DecodeLocalCursor(EncodeLocalCursor(kEpoch, offset), kEpoch);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, offset);
  }
}

TEST(LocalCursorTest, OfAnotherStoreIsRefusedAsThat) {
  const auto back = DecodeLocalCursor(EncodeLocalCursor(Bytes(16, 'f'), 5), kEpoch);
  EXPECT_EQ(back.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(LocalCursorTest, AnyChangedCharacterIsRefused) {
  const std::string cursor = EncodeLocalCursor(kEpoch, 5);
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    const auto back = DecodeLocalCursor(changed, kEpoch);
    EXPECT_EQ(back.status().code(), absl::StatusCode::kInvalidArgument) << i;
  }
}

TEST(LocalCursorTest, OtherTextIsRefused) {
  for (const char* text : {"", "5", "not a cursor", "aaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_EQ(DecodeLocalCursor(text, kEpoch).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

}  // namespace
}  // namespace renkei::app
