#include "node/base/status.h"

#include <gtest/gtest.h>

namespace renkei {
namespace {

absl::StatusOr<int> Half(int n) {
  if (n % 2 != 0) return InvalidArgument("odd");
  return n / 2;
}

absl::StatusOr<int> Quarter(int n) {
  ASSIGN_OR_RETURN(const int half, Half(n));
  ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

TEST(StatusTest, MessagesReadOutsideIn) {
  const absl::Status status = Annotate(DataLoss("bad page"), "open store");
  EXPECT_EQ(Message(status), "open store: bad page");
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(Annotate(absl::OkStatus(), "open store").ok());
}

TEST(StatusTest, AssignOrReturnPassesTheErrorOn) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Message(Quarter(6).status()), "odd");
}

}  // namespace
}  // namespace renkei
