#include "node/crypto/hmac.h"

#include <gtest/gtest.h>

#include "node/base/encoding.h"

namespace renkei::crypto {
namespace {

// RFC 4231, sections 4.3 and 4.7.
TEST(HmacTest, GivesWhatTheStandardGives) {
  EXPECT_EQ(HexEncode(HmacSha256("Jefe", {"what do ya want for nothing?"}).view()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(HexEncode(HmacSha256(Bytes(131, '\xaa'),
                                 {"Test Using Larger Than Block-Size Key - Hash Key First"})
                          .view()),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacTest, PartsCountAsOneText) {
  EXPECT_EQ(HmacSha256("k", {"a", "", "bc"}), HmacSha256("k", {"abc"}));
}

}  // namespace
}  // namespace renkei::crypto
