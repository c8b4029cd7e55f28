#include "node/push/syslog_channel.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/push/tls_server.h"

namespace renkei::push {
namespace {

const Timestamp kThen = FromUnixSeconds(1'790'000'000);

Event IncidentEvent(const std::string& title = "Phishing") {
  Event event{.type = EventType::kRecord,
              .delivery = std::string(32, 'd'),
              .kind = policy::Kind::kIncident,
              .tlp = policy::Tlp::kAmber,
              .severity = policy::Severity::kHigh,
              .author = "alpha"};
  event.line = {{"event", "record"}, {"sections", {{"summary", {{"title", title}}}}}};
  return event;
}

// Takes messages apart as RFC 5425 counts them; empty if they are not so framed.
std::vector<std::string> Unframed(std::string_view bytes) {
  std::vector<std::string> messages;
  while (!bytes.empty()) {
    std::size_t length = 0;
    std::size_t at = 0;
    while (at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9') {
      length = length * 10 + static_cast<std::size_t>(bytes[at++] - '0');
    }
    if (at == 0 || at >= bytes.size() || bytes[at] != ' ' || bytes.size() - at - 1 < length) {
      return {};
    }
    messages.emplace_back(bytes.substr(at + 1, length));
    bytes.remove_prefix(at + 1 + length);
  }
  return messages;
}

TEST(SyslogMessageTest, IsWrittenAsTheStandardSays) {
  const std::string message = SyslogMessage(IncidentEvent(), "node.alpha.example", kThen, 8192);
  const std::string head = "<107>1 2026-09-21T14:13:20Z node.alpha.example renkei " +
                           std::to_string(getpid()) +
                           " record [renkei@32473 event=\"record\" delivery=\"" +
                           std::string(32, 'd') + "\" id=\"" + std::string(32, '0') +
                           "\" kind=\"incident\" tlp=\"amber\" severity=\"high\" "
                           "author=\"alpha\"] \xEF\xBB\xBF{";
  EXPECT_EQ(message.substr(0, head.size()), head);
  EXPECT_TRUE(message.ends_with("{\"title\":\"Phishing\"}}}"));
}

TEST(SyslogMessageTest, WhatWouldEndAValueIsEscaped) {
  Event event = IncidentEvent();
  event.author = "a\"b\\c]d\ne";
  const std::string message = SyslogMessage(event, "a host\n", kThen, 8192);
  EXPECT_NE(message.find("author=\"a\\\"b\\\\c\\]d?e\"]"), std::string::npos) << message;
  EXPECT_NE(message.find(" ahost renkei "), std::string::npos) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(SyslogMessageTest, WhatIsTooLongGoesWithoutItsSections) {
  const std::string message =
      SyslogMessage(IncidentEvent(std::string(9000, 'x')), "node", kThen, 2048);
  EXPECT_LE(message.size(), 2048u);
  EXPECT_NE(message.find(" cut=\"true\"]"), std::string::npos);
  EXPECT_NE(message.find("\"cut\":true"), std::string::npos);
  EXPECT_EQ(message.find("sections"), std::string::npos);
  Event many = IncidentEvent();
  for (int i = 0; i < 500; ++i) many.line["circles"].push_back("circle-" + std::to_string(i));
  EXPECT_LE(SyslogMessage(many, "node", kThen, 2048).size(), 2048u);
}

class SyslogChannelTest : public testing::Test {
 protected:
  SyslogChannelTest() {
    MakeCertificate(Path("siem"), "DNS:localhost,IP:127.0.0.1");
    MakeCertificate(Path("node"), "DNS:node.alpha.example");
  }
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  TlsPeer Peer(const TlsServer& server) const {
    return {.host = "127.0.0.1", .port = server.port(), .files = {.ca = Path("siem.crt")}};
  }
  Delivered Send(SyslogChannel& channel, int count) {
    std::vector<Event> events;
    for (int i = 0; i < count; ++i) events.push_back(IncidentEvent("number " + std::to_string(i)));
    return channel.Deliver(events);
  }

  testing_support::TempFolder folder_;
  testing_support::FakeClock clock_{kThen};
  StopSignal stop_;
};

TEST_F(SyslogChannelTest, SendsMessagesWithTheirLengthOverOneConnection) {
  TlsServer server({.certificate = Path("siem")});
  SyslogChannel channel(Peer(server), 8192, clock_, stop_);
  EXPECT_EQ(Send(channel, 2).done, 2u);
  EXPECT_EQ(Send(channel, 1).done, 1u);
  const std::string one = SyslogMessage(IncidentEvent("number 0"), "-", kThen, 8192);
  const auto messages = Unframed(server.Wait(3 * one.size()));
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_NE(messages[1].find("number 1"), std::string::npos);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(SyslogChannelTest, AServerThatIsSomebodyElseGetsNothing) {
  TlsServer impostor({.certificate = Path("node")});
  TlsPeer peer = Peer(impostor);
  SyslogChannel unknown(peer, 8192, clock_, stop_);
  const Delivered first = Send(unknown, 1);
  EXPECT_EQ(first.done, 0u);
  EXPECT_NE(Message(first.status).find("certificate is not trusted"), std::string::npos)
      << first.status;
  // Of an authority that is trusted, but for another name.
  peer.files.ca = Path("node.crt");
  SyslogChannel misnamed(peer, 8192, clock_, stop_);
  const Delivered second = Send(misnamed, 1);
  EXPECT_EQ(second.done, 0u);
  EXPECT_NE(Message(second.status).find("mismatch"), std::string::npos) << second.status;
  EXPECT_EQ(impostor.Wait(0), "");
}

TEST_F(SyslogChannelTest, ShowsItsOwnCertificateWhereOneIsAsked) {
  TlsServer server({.certificate = Path("siem"), .clients = Path("node")});
  TlsPeer peer = Peer(server);
  SyslogChannel nobody(peer, 8192, clock_, stop_);
  EXPECT_EQ(Send(nobody, 1).done, 0u);
  peer.files.certificate = Path("node.crt");
  peer.files.key = Path("node.key");
  SyslogChannel known(peer, 8192, clock_, stop_);
  EXPECT_EQ(Send(known, 1).done, 1u);
}

TEST_F(SyslogChannelTest, AfterACutItConnectsAgain) {
  TlsServer server({.certificate = Path("siem"), .close_after = 100});
  SyslogChannel channel(Peer(server), 8192, clock_, stop_);
  // The cut comes while it is sent or just after: its system has taken all of it, or not.
  Send(channel, 1);
  const std::size_t first = server.Wait(100).size();
  server.WaitForEnd();
  EXPECT_EQ(Send(channel, 1).done, 1u);
  EXPECT_EQ(server.connections(), 2);
  EXPECT_GT(server.Wait(first + 100).size(), first + 100);
}

TEST_F(SyslogChannelTest, StopsWaitingWhenTheNodeStops) {
  // Nobody accepts here: the handshake is never answered.
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&at), size), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size);
  SyslogChannel channel({.host = "127.0.0.1", .port = ntohs(at.sin_port)}, 8192, clock_, stop_);
  stop_.Set();
  EXPECT_NE(Message(Send(channel, 1).status).find("the node stops"), std::string::npos);
  close(listener);
}

}  // namespace
}  // namespace renkei::push
