#include "node/base/bytes.h"

#include <gtest/gtest.h>

namespace renkei {
namespace {

using Id = FixedBytes<4, struct IdTag>;

TEST(BytesTest, FixedBytesTakesExactlyItsLength) {
  EXPECT_TRUE(Id::From("abcd"));
  EXPECT_FALSE(Id::From("abc"));
  EXPECT_FALSE(Id::From("abcde"));
}

TEST(BytesTest, FixedBytesOrderAsBytesDo) {
  EXPECT_LT(*Id::From("\x01zzz"), *Id::From(std::string("\xff\0\0\0", 4)));
}

TEST(BytesTest, ReaderReadsWhatWriterWrote) {
  const Bytes bytes = ByteWriter()
                          .U8(1)
                          .U16(0x0203)
                          .U32(0x04050607)
                          .U64(0x08090a0b0c0d0e0f)
                          .I64(-2)
                          .Raw("x")
                          .Take();
  EXPECT_EQ(bytes.substr(0, 7), std::string("\x01\x02\x03\x04\x05\x06\x07"));
  ByteReader reader(bytes);
  EXPECT_EQ(reader.U8(), 1);
  EXPECT_EQ(reader.U16(), 0x0203);
  EXPECT_EQ(reader.U32(), 0x04050607U);
  EXPECT_EQ(reader.U64(), 0x08090a0b0c0d0e0fULL);
  EXPECT_EQ(reader.I64(), -2);
  EXPECT_EQ(reader.Raw(1), "x");
  EXPECT_TRUE(reader.ok() && reader.AtEnd());
}

TEST(BytesTest, ReadingPastTheEndIsRemembered) {
  ByteReader reader("ab");
  EXPECT_EQ(reader.U32(), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.U8(), 0);
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace renkei
