// Tools read from a real node over real TLS, by the clients that they use.

#include <csignal>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/community.h"

namespace renkei::testing_support {
namespace {

struct Answer {
  int exit_status = 0;  // of curl
  int status = 0;       // of HTTP
  std::string headers{};
  std::string body{};

  std::string Header(const std::string& name) const {
    const std::size_t at = headers.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const std::size_t from = at + name.size() + 4;
    return headers.substr(from, headers.find("\r\n", from) - from);
  }
};

class GatewayScenario : public testing::Test {
 protected:
  GatewayScenario() {
    MakeCertificate("gateway");
    WriteText(config_, ReadText(config_) +
                           "\n[gateway]\nlisten = \"127.0.0.1:0\"\ncertificate = \"gateway.crt\"\n"
                           "key = \"gateway.key\"\n");
  }
  void MakeCertificate(const std::string& name) const {
    const Ran made = RunProgram(
        {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "30", "-subj", "/CN=gateway", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
         alpha_.folder() + "/" + name + ".key", "-out", alpha_.folder() + "/" + name + ".crt"});
    ASSERT_EQ(made.exit_status, 0) << made.err;
    ASSERT_EQ(RunProgram({"chmod", "600", alpha_.folder() + "/" + name + ".key"}).exit_status, 0);
  }
  std::string NewToken(const std::string& name, std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"token", "new", name};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return alpha_.Ask(std::move(arguments))["token"];
  }
  // As `user` with `token`, which stands in no list of processes.
  Answer Curl(const std::string& path, const std::string& user, const std::string& token,
              std::vector<std::string> options = {}) const {
    const std::string head = community_.folder() + "/head";
    const std::string body = community_.folder() + "/body";
    WriteText(body, "");
    WriteText(head, "");
    std::vector<std::string> command = {
        "curl", "-sS", "-K", "-",  "--cacert", alpha_.folder() + "/gateway.crt",
        "-D",   head,  "-o", body, "-w",       "%{http_code}"};
    command.insert(command.end(), options.begin(), options.end());
    command.push_back("https://" + address_ + path);
    const Ran ran = RunProgram(command, {.in = fmt::format("user = \"{}:{}\"\n", user, token)});
    return {.exit_status = ran.exit_status,
            .status = ran.out.empty() ? 0 : std::stoi(ran.out),
            .headers = ReadText(head),
            .body = ReadText(body)};
  }
  void Start(const NodeProcess::StartOptions& options = {}) {
    alpha_.Start(options);
    address_ = alpha_.Address("gateway");
  }

  Community community_;
  NodeProcess& alpha_ = community_.Add("alpha", "accredited", {.start = false});
  const std::string config_ = alpha_.folder() + "/node.toml";
  std::string address_;
};

TEST_F(GatewayScenario, WhatIsWrongInFactsIsSaid) {
  Start();
  const Ran ran = alpha_.Cli(
      {"token", "new", "siem", "--scope", "lists", "--see", "level=accredted circles={members}"});
  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_NE(ran.err.find("`accredted`"), std::string::npos) << ran.err;
  EXPECT_TRUE(alpha_.Ask({"token", "list"})["tokens"].empty());
}

TEST_F(GatewayScenario, ASiemReadsAListAndOnlyWhatHasChanged) {
  Start();
  const std::string id = alpha_.PublishText(DraftText("phishing"));
  const std::string token = NewToken("siem", {"--scope", "lists"});
  const Answer list = Curl("/lists/csv", "siem", token);
  ASSERT_EQ(list.status, 200) << list.headers << list.body;
  EXPECT_NE(list.body.find(id), std::string::npos);
  const std::string etag = list.Header("ETag");
  ASSERT_FALSE(etag.empty()) << list.headers;
  const Answer same = Curl("/lists/csv", "siem", token, {"-H", "If-None-Match: " + etag});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  const Answer head = Curl("/lists/csv", "siem", token, {"--head"});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("Content-Length"), std::to_string(list.body.size()));

  alpha_.Ask({"withdraw", id, "--reason", "mistake"});
  const Answer after = Curl("/lists/csv", "siem", token, {"-H", "If-None-Match: " + etag});
  EXPECT_EQ(after.status, 200);
  EXPECT_EQ(after.body.find(id), std::string::npos);

  const Json status = alpha_.Status();
  EXPECT_EQ(status["gateway"]["requests"], 4);
  EXPECT_EQ(status["gateway"]["tls"], true);
  const Json tokens = alpha_.Ask({"token", "list"})["tokens"];
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_TRUE(tokens[0].contains("used"));
  alpha_.Ask({"token", "revoke", "siem"});
  EXPECT_EQ(Curl("/lists/csv", "siem", token).status, 401);
  community_.StopAll();
}

TEST_F(GatewayScenario, NothingBelowTls12IsSpoken) {
  Start();
  const std::string token = NewToken("siem", {"--scope", "lists"});
  EXPECT_EQ(Curl("/lists/plain", "siem", token, {"--tls-max", "1.2"}).status, 200);
  EXPECT_EQ(Curl("/lists/plain", "siem", token, {"--tlsv1.3"}).status, 200);
  const Answer old =
      Curl("/lists/plain", "siem", token, {"--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"});
  EXPECT_NE(old.exit_status, 0);
  EXPECT_EQ(old.status, 0);
  community_.StopAll();
}

TEST_F(GatewayScenario, TheLastGoodListIsServedWhileNoneCanBeMade) {
  Start({.program = "renkei-testing",
         .environment = {{"RENKEI_TEST_FAULT", "gateway.list:error:2"}}});
  alpha_.PublishText(DraftText("phishing"));
  const std::string token = NewToken("siem", {"--scope", "lists"});
  const Answer list = Curl("/lists/csv", "siem", token);
  ASSERT_EQ(list.status, 200);
  alpha_.PublishText(DraftText("another"));
  const Answer stale = Curl("/lists/csv", "siem", token);
  EXPECT_EQ(stale.status, 200);
  EXPECT_EQ(stale.body, list.body);
  EXPECT_FALSE(stale.Header("Age").empty()) << stale.headers;
  // One that never was made can't be served, and says no more than that.
  const Answer none = Curl("/lists/plain", "siem", token);
  EXPECT_EQ(none.status, 503);
  EXPECT_EQ(Json::parse(none.body), (Json{{"code", "unavailable"}}));
  EXPECT_NE(alpha_.log().find("list.delayed"), std::string::npos);
  community_.StopAll();
}

TEST_F(GatewayScenario, TheDoctorAndAReloadKnowTheCertificate) {
  Start();
  EXPECT_EQ(alpha_.Ask({"doctor", "gateway"}, 1)["ok"], false);  // nobody may read yet
  NewToken("siem", {"--scope", "taxii"});
  const Json well = alpha_.Ask({"doctor", "gateway"});
  EXPECT_NE(well["steps"].dump().find("localhost"), std::string::npos) << well;
  // Another certificate in its place: what comes from now on gets that.
  const std::string token = NewToken("lists", {"--scope", "lists"});
  MakeCertificate("gateway");
  EXPECT_NE(Curl("/lists/plain", "lists", token).exit_status, 0);
  alpha_.Ask({"reload"});
  EXPECT_EQ(Curl("/lists/plain", "lists", token).status, 200);
  // One that does not fit its key leaves what was in use, and is named.
  const std::string certificate = ReadText(alpha_.folder() + "/gateway.crt");
  MakeCertificate("other");
  WriteText(alpha_.folder() + "/gateway.crt", ReadText(alpha_.folder() + "/other.crt"));
  alpha_.Ask({"reload"});
  EXPECT_EQ(alpha_.Ask({"doctor", "gateway"}, 1)["ok"], false);
  WriteText(alpha_.folder() + "/gateway.crt", certificate);
  EXPECT_EQ(Curl("/lists/plain", "lists", token).status, 200);
  community_.StopAll();
}

TEST_F(GatewayScenario, PlainHttpBeyondThisMachineDoesNotStart) {
  EditText(config_,
           "listen = \"127.0.0.1:0\"\ncertificate = \"gateway.crt\"\nkey = \"gateway.key\"",
           "listen = \"0.0.0.0:0\"");
  alpha_.Launch({});
  EXPECT_EQ(alpha_.WaitForExit(), 1);
  EXPECT_NE(alpha_.log().find("plain HTTP is for loopback"), std::string::npos) << alpha_.log();
}

// What a client of the standard library sees of TAXII: discovery to objects, page by page.
constexpr std::string_view kTaxiiClient = R"(
import base64, json, ssl, sys, urllib.request
address, certificate = sys.argv[1:3]
token = sys.stdin.read().strip()
tls = ssl.create_default_context(cafile=certificate)
def get(path):
    request = urllib.request.Request('https://' + address + path)
    request.add_header('Accept', 'application/taxii+json;version=2.1')
    basic = base64.b64encode(('client:' + token).encode()).decode()
    request.add_header('Authorization', 'Basic ' + basic)
    with urllib.request.urlopen(request, context=tls) as answer:
        assert answer.headers['Content-Type'] == 'application/taxii+json;version=2.1'
        return json.load(answer), answer.headers
root = get('/taxii2/')[0]['default']
assert get(root)[0]['versions'] == ['application/taxii+json;version=2.1']
collection = get(root + 'collections/')[0]['collections'][0]['id']
ids, next = [], ''
while True:
    page, headers = get(root + 'collections/' + collection + '/objects/?limit=3' + next)
    assert headers['X-TAXII-Date-Added-Last']
    ids += [one['id'] for one in page['objects']]
    if not page.get('more'):
        break
    next = '&next=' + page['next']
for one in ids:
    get(root + 'collections/' + collection + '/objects/' + one + '/')
print(json.dumps(ids))
)";

TEST_F(GatewayScenario, ATaxiiClientReadsACollectionPageByPage) {
  Start();
  for (int i = 0; i < 3; ++i) alpha_.PublishText(DraftText(fmt::format("phishing {}", i)));
  const std::string token = NewToken("client", {"--scope", "taxii"});
  const std::string script = community_.folder() + "/client.py";
  WriteText(script, std::string(kTaxiiClient));
  const Ran ran =
      RunProgram({"python3", script, address_, alpha_.folder() + "/gateway.crt"}, {.in = token});
  ASSERT_EQ(ran.exit_status, 0) << ran.err;
  const Json ids = Json::parse(ran.out);
  int reports = 0;
  std::map<std::string, int> seen;
  for (const Json& id : ids) {
    reports += id.get<std::string>().starts_with("report--") ? 1 : 0;
    EXPECT_EQ(++seen[id], 1) << id;
  }
  EXPECT_EQ(reports, 3);
  // A restart changes nothing of it.
  alpha_.Stop();
  Start();
  const Ran again =
      RunProgram({"python3", script, address_, alpha_.folder() + "/gateway.crt"}, {.in = token});
  EXPECT_EQ(again.out, ran.out) << again.err;
  community_.StopAll();
}

}  // namespace
}  // namespace renkei::testing_support
