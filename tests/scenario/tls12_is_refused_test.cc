#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

// What openssl's own client meets; it waits for the other side to hang up.
Ran Handshake(const std::string& address, const std::vector<std::string>& options) {
  std::vector<std::string> command = {"openssl", "s_client", "-connect", address, "-alpn", "h2"};
  command.insert(command.end(), options.begin(), options.end());
  return RunProgram(command, {.in = "Q\n"});
}

class Tls : public testing::TestWithParam<std::string> {};

TEST_P(Tls, TwelveIsRefusedAndThirteenIsNot) {
  Community community;
  const std::string address = community.hub().Address(GetParam());
  const Ran old = Handshake(address, {"-tls1_2"});
  EXPECT_NE(old.exit_status, 0) << old.out;
  EXPECT_NE(old.out.find("Cipher is (NONE)"), std::string::npos) << old.out;
  EXPECT_EQ(old.out.find("BEGIN CERTIFICATE"), std::string::npos) << old.out;
  const Ran now = Handshake(address, {"-tls1_3"});
  EXPECT_NE(now.out.find("New, TLSv1.3, Cipher is TLS_"), std::string::npos) << now.out;
  EXPECT_NE(now.out.find("BEGIN CERTIFICATE"), std::string::npos) << now.out;
  community.StopAll();
}

INSTANTIATE_TEST_SUITE_P(Planes, Tls, testing::Values("exchange", "enrolment"),
                         [](const auto& test) { return test.param; });

TEST(PeerPlane, HangsUpOnAClientWithoutACertificate) {
  Community community;
  const Ran ran = RunProgram({"openssl", "s_client", "-connect", community.hub().Address(), "-alpn",
                              "h2", "-tls1_3", "-quiet"},
                             {.in = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"});
  // In TLS 1.3 the server's no comes after the client's last message: the line is cut, and not a
  // byte of HTTP has come.
  EXPECT_NE(ran.exit_status, 0);
  const bool cut = ran.err.find("unexpected eof") != std::string::npos ||
                   ran.err.find("certificate required") != std::string::npos;
  EXPECT_TRUE(cut) << ran.err;
  EXPECT_EQ(ran.out, "");
  community.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
