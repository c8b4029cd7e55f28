// Mail is read by IMAP from servers that may say anything.

#include "node/net/imap.h"

#include <gtest/gtest.h>

#include "tests/support/imap_host.h"

namespace renkei::net {
namespace {

class ImapTest : public testing::Test {
 protected:
  std::unique_ptr<ImapClient> Open(const std::string& login = "reports:right") {
    ImapServer server{.login = Secret(login)};
    auto url = ParseUrl(host_.Url());
    EXPECT_TRUE(url.ok());
    server.url = *url;
    auto client = ImapClient::Open(server, cancel_);
    status_ = client.status();
    return client.ok() ? *std::move(client) : nullptr;
  }
  // Of a client that is lied to when it asks for message 5.
  absl::Status FetchWhen(const std::string& said) {
    host_.Put(5, "Subject: x\r\n\r\ny");
    host_.Answer([said](const std::string& command) -> std::optional<std::string> {
      if (command.find("BODY") == std::string::npos) return std::nullopt;
      return said;
    });
    const auto client = Open();
    if (client == nullptr) return status_;
    if (const auto opened = client->Examine("INBOX"); !opened.ok()) return opened.status();
    return client->Fetch(5, 100).status();
  }

  testing_support::ImapHost host_;
  Cancel cancel_;
  absl::Status status_ = absl::OkStatus();
};

TEST_F(ImapTest, MessagesAreListedSizedAndReadUnchanged) {
  const std::string message = "Subject: x\r\n\r\nrenkei4 OK done\r\n* 1 FETCH (UID 9)\r\n{5}\r\n";
  host_.Put(3, "Subject: old\r\n\r\n");
  host_.Put(5, message);
  const auto client = Open();
  ASSERT_NE(client, nullptr) << status_;
  const auto opened = client->Examine("INBOX");
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->uid_validity, 7U);
  EXPECT_EQ(opened->uid_next, 6U);
  const auto uids = client->UidsFrom(4);
  ASSERT_TRUE(uids.ok());
  EXPECT_EQ(*uids, (std::vector<std::uint32_t>{5}));  // the host names 3 too
  EXPECT_EQ(*client->SizeOf(5), message.size());
  // What looks like an answer inside a message is none.
  EXPECT_EQ(*client->Fetch(5, 1000), message);
  EXPECT_EQ(*client->SizeOf(6), std::nullopt);
  EXPECT_EQ(*client->Fetch(6, 1000), std::nullopt);
  for (const std::string& command : host_.commands()) {
    EXPECT_EQ(command.find("SELECT"), std::string::npos) << command;
    EXPECT_EQ(command.find("STORE"), std::string::npos) << command;
    EXPECT_EQ(command.find("BODY[]"), std::string::npos) << command;
  }
}

TEST_F(ImapTest, AWrongPasswordIsTheOperatorsAndIsNotRepeated) {
  EXPECT_EQ(Open("reports:wrong-one"), nullptr);
  EXPECT_EQ(status_.code(), absl::StatusCode::kFailedPrecondition) << status_;
  EXPECT_EQ(Message(status_).find("wrong-one"), std::string::npos) << status_;
  EXPECT_EQ(Open("no colon"), nullptr);
  EXPECT_EQ(status_.code(), absl::StatusCode::kFailedPrecondition) << status_;
}

TEST_F(ImapTest, WhatIsLongerThanAskedForIsNotTaken) {
  const absl::Status huge = FetchWhen("* 1 FETCH (UID 5 BODY[] {4000000000}\r\n");
  EXPECT_EQ(huge.code(), absl::StatusCode::kResourceExhausted) << huge;
}

TEST_F(ImapTest, ALineWithoutEndIsNotReadForEver) {
  const absl::Status line = FetchWhen(std::string(200'000, 'x'));
  EXPECT_EQ(line.code(), absl::StatusCode::kResourceExhausted) << line;
}

TEST_F(ImapTest, LinesWithoutEndAreNotReadForEver) {
  std::string lines;
  for (int i = 0; i < 30'000; ++i) lines += "* 1 X\r\n";
  const absl::Status many = FetchWhen(lines);
  EXPECT_EQ(many.code(), absl::StatusCode::kResourceExhausted) << many;
}

TEST_F(ImapTest, ARefusalIsSaid) {
  const absl::Status no = FetchWhen("{tag} NO [LIMIT] not \x1b[2J now\r\n");
  EXPECT_EQ(no.code(), absl::StatusCode::kFailedPrecondition) << no;
  EXPECT_NE(Message(no).find("not ?[2J now"), std::string::npos) << no;
}

TEST_F(ImapTest, AMailboxWithoutLastingNumbersIsRefused) {
  host_.Answer([](const std::string& command) -> std::optional<std::string> {
    if (!command.starts_with("EXAMINE")) return std::nullopt;
    return "* 0 EXISTS\r\n{tag} OK done\r\n";
  });
  const auto client = Open();
  ASSERT_NE(client, nullptr) << status_;
  EXPECT_EQ(client->Examine("INBOX").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ImapTest, ACancelledClientEnds) {
  host_.Answer([this](const std::string& command) -> std::optional<std::string> {
    if (!command.starts_with("EXAMINE")) return std::nullopt;
    cancel_.Ask();
    return "";  // and never answers
  });
  const auto client = Open();
  ASSERT_NE(client, nullptr) << status_;
  EXPECT_EQ(client->Examine("INBOX").status().code(), absl::StatusCode::kCancelled);
}

TEST(ImapNames, AreOneQuotedWordOfOneCommand) {
  EXPECT_EQ(ImapQuoted(R"(a" \b)"), R"("a\" \\b")");
  const auto name = [](const std::string& path) {
    const auto url = ParseUrl("imaps://mail.team.example" + path);
    if (!url.ok()) return std::string("bad URL");
    return ImapMailboxOf(*url).value_or("refused");
  };
  EXPECT_EQ(name("/INBOX"), "INBOX");
  EXPECT_EQ(name("/Team%20Reports/2026"), "Team Reports/2026");
  EXPECT_EQ(name("/a%0d%0aLOGOUT"), "refused");
  EXPECT_EQ(name("/a%00"), "refused");
  EXPECT_EQ(name("/"), "refused");
  EXPECT_EQ(name("/" + std::string(300, 'a')), "refused");
}

}  // namespace
}  // namespace renkei::net
