// Over TLS, against the server of OpenSSL's own tool.

#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "node/net/http.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_folder.h"

namespace renkei::net {
namespace {

using testing_support::ChildProcess;
using testing_support::kPatience;

class TlsTest : public testing::Test {
 protected:
  void MakeCertificate(const std::string& names) {
    const auto made = testing_support::RunProgram(
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=" + names,
         "-keyout", Path("server.key"), "-out", Path("server.crt")});
    ASSERT_EQ(made.exit_status, 0) << made.err;
  }
  // Waits until it listens.
  void Serve(const std::vector<std::string>& options = {}) {
    std::vector<std::string> command = {"openssl",          "s_server", "-accept",
                                        "127.0.0.1:0",      "-www",     "-cert",
                                        Path("server.crt"), "-key",     Path("server.key")};
    command.insert(command.end(), options.begin(), options.end());
    server_ =
        std::make_unique<ChildProcess>(ChildProcess::Options{.command = command, .pipe_out = true});
    while (const auto line = server_->ReadLine(kPatience)) {
      if (!line->starts_with("ACCEPT ")) continue;
      port_ = line->substr(line->rfind(':') + 1);
      return;
    }
    FAIL() << "openssl s_server said no address";
  }
  absl::StatusOr<HttpResponse> Fetch(const HttpPeer& peer) {
    HttpClient client(peer, cancel_);
    return client.Fetch({.url = *ParseUrl(fmt::format("https://127.0.0.1:{}/", port_))});
  }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }

  testing_support::TempFolder folder_;
  Cancel cancel_;
  std::unique_ptr<ChildProcess> server_;
  std::string port_;
};

TEST_F(TlsTest, OnlyAnAuthorityThatIsNamedIsTrusted) {
  MakeCertificate("IP:127.0.0.1");
  Serve();
  EXPECT_EQ(Fetch({}).status().code(), absl::StatusCode::kFailedPrecondition);
  const auto response = Fetch({.ca_file = Path("server.crt")});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(Fetch({.ca_file = Path("none.crt")}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(TlsTest, TheNameIsChecked) {
  MakeCertificate("DNS:other.example");
  Serve();
  EXPECT_EQ(Fetch({.ca_file = Path("server.crt")}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(TlsTest, NothingBelowTls12IsSpoken) {
  MakeCertificate("IP:127.0.0.1");
  Serve({"-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"});
  EXPECT_FALSE(Fetch({.ca_file = Path("server.crt")}).ok());
}

TEST_F(TlsTest, OurCertificateIsShownWhereItIsAskedFor) {
  MakeCertificate("IP:127.0.0.1");
  Serve({"-Verify", "1", "-verify_return_error", "-CAfile", Path("server.crt")});
  EXPECT_FALSE(Fetch({.ca_file = Path("server.crt")}).ok());
  const auto response = Fetch({.ca_file = Path("server.crt"),
                               .certificate_file = Path("server.crt"),
                               .key_file = Path("server.key")});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->status, 200);
}

}  // namespace
}  // namespace renkei::net
