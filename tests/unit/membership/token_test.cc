#include "node/membership/token.h"

#include <gtest/gtest.h>

#include "node/base/encoding.h"

namespace renkei::membership {
namespace {

// The expected bytes of this file were made with Python's hashlib, base64 and struct.
constexpr std::string_view kText =
    "rnk1-"
    "aerceirceirceirceirceirceirceirceirceirceirceirceirceibbeirsijjge4aacaqdaqcqmbyibefawdanbyhq"
    "@hub.example.org:7441";

Token SampleToken() {
  Token token;
  token.enrol_key_hash = *crypto::Digest::From(Bytes(32, '\x22'));
  token.invite_id = *InviteId::From(*HexDecode("2021222324252627"));
  token.secret = *InviteSecret::From(*HexDecode("000102030405060708090a0b0c0d0e0f"));
  token.address = "hub.example.org:7441";
  return token;
}

EnrolTranscript SampleTranscript() {
  EnrolTranscript t;
  t.invite_id = SampleToken().invite_id;
  t.nonce = *EnrolNonce::From(Bytes(32, '\x11'));
  t.enrol_key_hash = SampleToken().enrol_key_hash;
  t.team_key = *crypto::PublicKey::From(Bytes(32, '\x33'));
  t.csr_hash = crypto::Sha256("csr");
  return t;
}

TEST(TokenTest, HasExactlyTheDocumentedForm) { EXPECT_EQ(ToString(SampleToken()), kText); }

TEST(TokenTest, IsReadBackWhateverSurroundsItAndInEitherCase) {
  const std::string upper = "RNK1-AERC" + std::string(kText.substr(9));
  for (const std::string& text :
       {std::string(kText), " " + std::string(kText) + "\r\n", "\t" + upper}) {
    const absl::StatusOr<Token> token = ParseToken(text);
    ASSERT_TRUE(token.ok()) << token.status();
    EXPECT_EQ(*token, SampleToken());
  }
}

struct BadToken {
  std::string name;
  std::string text;
  std::string says;
};
void PrintTo(const BadToken& test, std::ostream* out) { *out << test.name; }
class BadTokenTest : public testing::TestWithParam<BadToken> {};

TEST_P(BadTokenTest, IsRefusedByName) {
  const absl::StatusOr<Token> token = ParseToken(GetParam().text);
  ASSERT_FALSE(token.ok());
  EXPECT_EQ(token.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(Message(token.status()).find(GetParam().says), std::string::npos)
      << Message(token.status());
  // The secret must not come back in an error that is shown or logged.
  EXPECT_EQ(Message(token.status()).find("ceirceirceirceir"), std::string::npos);
}

std::string With(std::size_t at, char c) {
  std::string text(kText);
  text[at] = c;
  return text;
}
std::string Body(const std::string& address) {
  return std::string(kText.substr(0, kText.find('@'))) + address;
}

INSTANTIATE_TEST_SUITE_P(
    Damage, BadTokenTest,
    testing::ValuesIn(std::vector<BadToken>{
        {"Empty", "  \n", "no token"},
        {"OtherText", "hello", "not an invitation token"},
        {"OtherPrefix", With(3, '2'), "not an invitation token"},
        {"TooLong", "rnk1-" + std::string(600, 'a'), "longer than"},
        {"OtherVersion", With(6, 'i'), "version 2"},
        {"LetterMissing", "rnk1-" + std::string(kText.substr(6)), "91 letters and digits"},
        {"LetterTooMany", "rnk1-a" + std::string(kText.substr(5)), "93 letters and digits"},
        {"NotBase32", With(20, '1'), "damaged"},
        {"BitsLeftOver", With(kText.find('@') - 1, 'r'), "damaged"},
        {"NoAddress", Body(""), "no address"},
        {"EmptyAddress", Body("@"), "no address"},
        {"NoPort", Body("@hub.example.org"), "not host:port"},
        {"PortZero", Body("@hub.example.org:0"), "not host:port"},
        {"TwoAts", Body("@a@hub.example.org:7441"), "not host:port"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(EnrolBytesTest, VerifierTranscriptAndProofAreTheDocumentedOnes) {
  const InviteVerifier v = MakeInviteVerifier(SampleToken().secret, SampleToken().invite_id);
  EXPECT_EQ(HexEncode(v.view()),
            "cc2bdb3a79ccbe8d94070308be04e1deabaf600053414f5b81191dd717d58094");
  EXPECT_EQ(HexEncode(EncodeTranscript(SampleTranscript())),
            "2021222324252627"
            "1111111111111111111111111111111111111111111111111111111111111111"
            "2222222222222222222222222222222222222222222222222222222222222222"
            "3333333333333333333333333333333333333333333333333333333333333333"
            "c27338c453067b437471afbce792704d816112c6031bb996b62c698ea599ef80");
  EXPECT_EQ(HexEncode(EnrolProof(v, SampleTranscript()).view()),
            "b4d1f3c07227f4971260b085cf2cd9af253331d56169250306d7cbad26cc39f8");
}

TEST(EnrolBytesTest, SignedBytesAreTheDocumentedOnes) {
  EXPECT_EQ(HexEncode(crypto::Sha256(EnrolSignedBytes(SampleTranscript())).view()),
            "7e345d5062547c3628592c80732520f7a87c0925368cffe7d0dc329a8fbfc9f9");
  EXPECT_EQ(HexEncode(RenewSignedBytes(Bytes(32, '\x11'), "old", "csr")),
            "524e4b312e72656e6577000000000000"
            "1111111111111111111111111111111111111111111111111111111111111111"
            "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4"
            "c27338c453067b437471afbce792704d816112c6031bb996b62c698ea599ef80");
  EXPECT_EQ(HexEncode(RecordKeySignedBytes(SampleTranscript().team_key)),
            "524e4b312e7265636f72646b65790000"
            "3333333333333333333333333333333333333333333333333333333333333333");
}

}  // namespace
}  // namespace renkei::membership
