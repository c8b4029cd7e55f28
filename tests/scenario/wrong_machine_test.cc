// Wrong certificates, and a machine that is not as it should be: its clock, disk, ports and files.

#include <filesystem>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <re2/re2.h>
#include <unistd.h>

#include "tests/support/community.h"
#include "tests/support/raw_subscriber.h"

namespace renkei::testing_support {
namespace {

// The whole text; `.` matches no end of line.
bool Matches(const std::string& text, const std::string& pattern) {
  return RE2::FullMatch(text, RE2(pattern));
}

// Standard error without the log's lines.
std::string WithoutLog(const std::string& err) {
  std::string rest;
  std::istringstream lines(err);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" level=") == std::string::npos) rest += line + "\n";
  }
  return rest;
}

// ---- certificates, shown to the hub by a raw client ----

// A certificate that the community's own authority signed, with these names and days.
PeerKeys Forge(const std::string& hub_folder, const std::string& names, int days) {
  const TempFolder folder;
  const std::string key = folder.path() + "/key";
  const std::string extensions = folder.path() + "/ext";
  WriteText(extensions,
            "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
            "extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=critical," +
                names + "\n");
  const auto must = [](const std::vector<std::string>& command) {
    const Ran ran = RunProgram(command);
    if (ran.exit_status != 0) Fail(fmt::format("{}: {}", fmt::join(command, " "), ran.err));
    return ran.out;
  };
  must({"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
        key});
  must({"openssl", "req", "-new", "-key", key, "-subj", "/", "-out", folder.path() + "/csr"});
  must({"openssl", "x509", "-req", "-in", folder.path() + "/csr", "-CA",
        hub_folder + "/keys/ca.crt", "-CAkey", hub_folder + "/keys/ca.key", "-set_serial", "4711",
        "-days", std::to_string(days), "-extfile", extensions, "-out", folder.path() + "/crt"});
  return {.key = ReadText(key),
          .certificate = ReadText(folder.path() + "/crt"),
          .ca = ReadText(hub_folder + "/keys/ca.crt")};
}

struct WrongCertificate {
  std::string name;
  std::string names;
  int days = 1;
};

TEST(WrongCertificate, IsRefusedByTheHub) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  const std::string id = author.PublishText(DraftText("not for strangers"));
  community.hub().WaitForRecord(id);
  const std::string good = "URI:spiffe://demo.example/org/author/node/1";
  const std::vector<WrongCertificate> cases = {
      {"two URIs", good + ",URI:spiffe://demo.example/org/other/node/1"},
      {"the same URI and a name", good + ",DNS:author.example.net"},
      {"of another community", "URI:spiffe://other.example/org/author/node/1"},
      {"of the hub itself", "URI:spiffe://demo.example/hub"},
      {"expired", good, -1},
      {"a key that the hub did not issue", good},
      {"a team that it does not know", "URI:spiffe://demo.example/org/stranger/node/1"},
      {"no URI", "DNS:author.example.net"}};
  for (const WrongCertificate& wrong : cases) {
    SCOPED_TRACE(wrong.name);
    const auto line = DialRaw(community.hub().Address(),
                              Forge(community.hub().folder(), wrong.names, wrong.days));
    RawSubscriber subscriber(*line);
    EXPECT_FALSE(subscriber.WaitForEnd().why.ok());
    EXPECT_TRUE(subscriber.events().empty());
    EXPECT_FALSE(line->Refresh("").ok());
    EXPECT_NE(PublishRaw(*line, feed::OfferedRecord{}), absl::StatusCode::kOk);
  }
  EXPECT_EQ(community.hub().Status()["store"]["records"], 1);
  community.StopAll();
}

// ---- the machine ----

TEST(WrongClock, TwentyMinutesBehindCanNotJoin) {
  Community community;
  const std::string token = community.Invite("newcomer", "listed");
  const std::string folder = community.Init("newcomer");
  const Ran ran = RunProgram({Program("renkei-testing"), "join", "-", "--dir", folder},
                             {.in = token, .environment = {{"RENKEI_TEST_CLOCK_OFFSET", "-1200"}}});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_TRUE(Matches(ran.err,
                      "renkei: join: .*not valid yet: it begins 1[45] min after this "
                      "node's time; the clock here, or the hub's, is wrong\n"))
      << ran.err;
  // Nothing was kept: with the clock put right the same token works.
  EXPECT_EQ(Renkei({"join", "-", "--dir", folder}, {.in = token}).exit_status, 0);
}

// One of the two clocks is wrong and may be mended: the record waits, it is not lost.
TEST(WrongClock, WhatIsPublishedTwentyMinutesAheadWaitsInTheOutbox) {
  Community community;
  NodeProcess& author = community.Add("author", "accredited", {.start = false});
  author.Start(
      {.program = "renkei-testing", .environment = {{"RENKEI_TEST_CLOCK_OFFSET", "1200"}}});
  const std::string id = author.PublishText(DraftText("from the future"));
  WaitUntil("the hub refuses it", [&] {
    return community.hub().log().find("event=record.refused") != std::string::npos;
  });
  EXPECT_EQ(author.Status()["store"]["outbox"], 1);
  EXPECT_EQ(community.hub().Status()["store"]["records"], 0);
  EXPECT_FALSE(community.hub().Show(id));
  community.StopAll();
}

// A file that takes up space without being written.
class Ballast {
 public:
  Ballast(std::string path, std::int64_t bytes) : path_(std::move(path)) {
    const int fd = open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 || posix_fallocate(fd, 0, bytes) != 0) Fail("fill " + path_);
    close(fd);
  }
  ~Ballast() { Drop(); }
  Ballast(const Ballast&) = delete;
  Ballast& operator=(const Ballast&) = delete;
  void Drop() { unlink(path_.c_str()); }

 private:
  const std::string path_;
};

TEST(FullDisk, StopsAcceptingAndGoesOnServing) {
  constexpr std::int64_t kMargin = 512LL << 20;
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  NodeProcess& reader = community.Add("lina", "listed");
  community.WaitUntilCaughtUp(author);
  ASSERT_EQ(reader.Stop(), 0);
  const std::string id = author.PublishText(DraftText("before"));
  community.hub().WaitForRecord(id);
  ASSERT_EQ(community.hub().Stop(), 0);
  const auto space = std::filesystem::space(community.folder());
  const auto reserve = static_cast<std::int64_t>(space.available) - kMargin;
  ASSERT_GT(reserve, 2 * kMargin) << "this test needs some disk";
  EditText(community.hub().folder() + "/node.toml", "store_free_bytes_min = 67108864",
           fmt::format("store_free_bytes_min = {}", reserve));
  community.hub().Start();
  author.Ask({"status", "--wait-linked", std::to_string(kPatience.count())});
  Ballast ballast(community.folder() + "/ballast", 2 * kMargin);

  // What it holds goes on to those who may have it; what is new stays where it was written.
  reader.Start();
  reader.WaitForRecord(id);
  const std::string later = author.PublishText(DraftText("while the hub's disk is full"));
  EXPECT_FALSE(community.hub().Show(later));
  EXPECT_EQ(author.Ask({"why", later, "--peer", "hub"})["state"], "waiting");
  const Ran refused = community.hub().Cli({"circles", "add", "energy"});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_EQ(refused.err,
            fmt::format("renkei: circles add: disk is below its reserve of {} bytes\n", reserve));
  ballast.Drop();
  reader.WaitForRecord(later);
  community.StopAll();
}

TEST(FullDisk, RefusesToPublishAndChangesNothing) {
  constexpr std::int64_t kMargin = 512LL << 20;
  Community community;
  NodeProcess& author = community.Add("author", "accredited");
  const std::string id = author.PublishText(DraftText("before"));
  WaitUntil("the outbox is empty", [&] { return author.Status()["store"]["outbox"] == 0; });
  ASSERT_EQ(author.Stop(), 0);
  const auto space = std::filesystem::space(community.folder());
  const auto reserve = static_cast<std::int64_t>(space.available) - kMargin;
  EditText(author.folder() + "/node.toml", "store_free_bytes_min = 67108864",
           fmt::format("store_free_bytes_min = {}", reserve));
  author.Start();
  const Ballast ballast(community.folder() + "/ballast", 2 * kMargin);
  const std::string file = community.folder() + "/record.json";
  WriteText(file, DraftText("after"));
  const Ran ran = author.Cli({"publish", file});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_EQ(ran.err,
            fmt::format("renkei: {}: failed: publish: disk is below its reserve of {} bytes\n",
                        file, reserve));
  EXPECT_EQ(author.Status()["store"]["own"], 1);
  EXPECT_EQ(author.Status()["store"]["outbox"], 0);
  EXPECT_TRUE(author.Show(id));
  // A restart on a full disk still serves its own people.
  ASSERT_EQ(author.Stop(), 0);
  author.Start();
  EXPECT_TRUE(author.Show(id));
  community.StopAll();
}

TEST(PortInUse, IsSaid) {
  Community community;
  const std::string folder = community.folder() + "/second";
  MustRenkei({"init", folder, "--org", "Second", "--hub-of", "second.example", "--listen",
              community.hub().Address()});
  const Ran ran = Renkei({"run", "--dir", folder});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_EQ(WithoutLog(ran.err),
            fmt::format("renkei: run: listen on `{}`: the address is in use, or not one "
                        "of this machine's\n",
                        community.hub().Address()));
  community.StopAll();
}

TEST(SecondProcess, InTheSameFolderIsRefused) {
  Community community;
  const Ran ran = Renkei({"run", "--dir", community.hub().folder()});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_NE(ran.err.find("in use by another process"), std::string::npos) << ran.err;
  EXPECT_EQ(community.hub().Status()["role"], "hub");
  community.StopAll();
}

TEST(StoreFromANewerVersion, IsNotTouched) {
  Community community;
  ASSERT_EQ(community.hub().Stop(), 0);
  const std::string file = community.hub().folder() + "/store.db";
  std::string bytes = ReadText(file);
  constexpr std::size_t kUserVersionAt = 60;  // of SQLite's header, big-endian
  bytes[kUserVersionAt + 3] = 99;
  WriteText(file, bytes);
  const Ran ran = Renkei({"run", "--dir", community.hub().folder()});
  EXPECT_EQ(ran.exit_status, 1);
  EXPECT_TRUE(Matches(ran.err, fmt::format("renkei: run: store `{}` was made by a newer version "
                                           ".schema 99, this one knows [0-9]+.\n",
                                           file)))
      << ran.err;
  EXPECT_EQ(ReadText(file), bytes);
}

}  // namespace
}  // namespace renkei::testing_support
