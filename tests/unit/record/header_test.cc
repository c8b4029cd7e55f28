#include "node/record/header.h"

#include <functional>

#include <gtest/gtest.h>

#include "node/record/limits.h"
#include "tests/support/record_for_tests.h"

namespace renkei::record {
namespace {

v1::RecordHeader GoodHeader() {
  const auto key = crypto::SigningKey::FromSeed(Bytes(32, 0x42));
  const Record record = testing_support::SampleRecord(*key);
  v1::RecordHeader header;
  RENKEI_CHECK(header.ParseFromString(record.header_bytes()));
  return header;
}

struct Case {
  std::string name;
  std::function<void(v1::RecordHeader&)> change;
  std::string want;
};
void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

class HeaderTest : public testing::TestWithParam<Case> {};

TEST_P(HeaderTest, RefusesAsTheTableSays) {
  v1::RecordHeader header = GoodHeader();
  GetParam().change(header);
  const auto parsed = ParseHeader(DeterministicBytes(header));
  EXPECT_EQ(parsed.ok() ? "accepted" : Message(parsed.status()), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, HeaderTest,
    testing::ValuesIn(std::vector<Case>{
        {"Unchanged", [](auto&) {}, "accepted"},
        {"Version2", [](auto& h) { h.set_version(2); }, "header: version: not 1"},
        {"ShortId", [](auto& h) { h.set_record_id("x"); }, "header: record_id: not 16 bytes"},
        {"OtherId", [](auto& h) { h.mutable_record_id()->back() ^= 1; },
         "header: record_id: not made from origin and nonce"},
        {"LongOrigin", [](auto& h) { h.mutable_origin()->push_back('x'); },
         "header: origin: not 32 bytes"},
        {"SuccessorKey", [](auto& h) { h.set_signer(Bytes(32, 's')); },
         "header: signer: successor keys are not taken by this version"},
        {"NoRevision", [](auto& h) { h.set_revision(0); }, "header: revision: not set"},
        {"PreviousInFirst", [](auto& h) { h.set_previous(Bytes(32, 'p')); },
         "header: previous: present exactly in revisions above 1"},
        {"NoKind", [](auto& h) { h.set_kind(0); }, "header: kind: not set"},
        {"UnknownKind", [](auto& h) { h.set_kind(8); }, "header: kind: unknown"},
        {"NoTlp", [](auto& h) { h.set_tlp(0); }, "header: tlp: not set"},
        {"UnknownTlp", [](auto& h) { h.set_tlp(6); }, "header: tlp: unknown"},
        {"NoPap", [](auto& h) { h.set_pap(0); }, "header: pap: not set"},
        {"NoSource", [](auto& h) { h.set_source(0); }, "header: source: not set"},
        {"NoRelay", [](auto& h) { h.set_relay(0); }, "header: relay: not set"},
        {"UnknownSeverity", [](auto& h) { h.set_severity(9); }, "header: severity: unknown"},
        {"UnknownType", [](auto& h) { h.set_type(0xffff); }, "header: type: unknown"},
        {"NoCircle", [](auto& h) { h.clear_circles(); }, "header: circles: none"},
        {"CircleTwice", [](auto& h) { h.add_circles(h.circles(0)); },
         "header: circles: not sorted and unique"},
        {"ExpiresFirst", [](auto& h) { h.set_expires(h.issued()); },
         "header: expires: not after issued"},
        {"ExpiresLate", [](auto& h) { h.set_expires(h.issued() + 3LL * 366 * 86400); },
         "header: expires: over 2 years after issued"},
        {"NegativeTime", [](auto& h) { h.set_embargo_until(-1); }, "header: times: out of range"},
        {"UpperCaseTag", [](auto& h) { h.add_tags("Tag"); },
         "header: tags: not of the form [a-z0-9-]{1,64}"},
        {"TagsUnsorted",
         [](auto& h) {
           h.add_tags("b");
           h.add_tags("a");
         },
         "header: tags: not sorted and unique"},
        {"Country", [](auto& h) { h.add_countries("jpn"); },
         "header: countries: not two lower-case letters"},
        {"Serial", [](auto& h) { h.set_serial("a\nb"); },
         "header: serial: not printable ASCII of at most 64 characters"},
        {"EmptyAbout", [](auto& h) { h.mutable_about(); }, "header: about: id not 16 bytes"},
        {"ReasonWithoutWithdrawal", [](auto& h) { h.set_reason(1); },
         "header: reason: set exactly in withdrawals"},
        {"WithdrawalFirst",
         [](auto& h) {
           h.set_kind(7);
           h.set_reason(1);
         },
         "header: revision: a withdrawal follows a revision"},
        {"ThreeRecipients",
         [](auto& h) {
           for (const char c : {'a', 'b', 'c'}) h.add_recipients(Bytes(32, c));
         },
         "header: recipients: not a power of two"},
        {"PseudonymousFineTime", [](auto& h) { h.set_source(2); },
         "header: times: finer than the source mode allows"},
        {"UnknownField",
         [](auto& h) { h.GetReflection()->MutableUnknownFields(&h)->AddVarint(99, 1); },
         "header: bytes: not canonical"},
        {"UnknownNestedField",
         [](auto& h) {
           auto& about = *h.mutable_about();
           about.set_record_id(Bytes(16, 'r'));
           about.GetReflection()->MutableUnknownFields(&about)->AddVarint(99, 1);
         },
         "header: bytes: not canonical"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(HeaderBytesTest, OnlyTheCanonicalEncodingIsAccepted) {
  const Bytes good = DeterministicBytes(GoodHeader());
  EXPECT_TRUE(ParseHeader(good).ok());
  EXPECT_EQ(EncodeHeader(*ParseHeader(good)), good);
  // A field given twice, a default written out: the same message, other bytes.
  EXPECT_FALSE(ParseHeader(good + good.substr(0, 2)).ok());
  EXPECT_FALSE(ParseHeader(good + Bytes("\x90\x01\x00", 3)).ok());
  EXPECT_FALSE(ParseHeader(good + Bytes(kHeaderBytesMax, 'x')).ok());
}

TEST(HeaderTimesTest, FutureAndExpiredRecordsAreRefused) {
  Header header = *ParseHeader(DeterministicBytes(GoodHeader()));
  EXPECT_TRUE(CheckTimes(header, header.issued - std::chrono::minutes(10)).ok());
  EXPECT_FALSE(CheckTimes(header, header.issued - std::chrono::minutes(11)).ok());
  EXPECT_FALSE(CheckTimes(header, header.expires).ok());
}

TEST(HeaderMarkingTest, NibblesAndEmbargoReachThePolicy) {
  Header header = *ParseHeader(DeterministicBytes(GoodHeader()));
  header.section_levels = 0xc000'0000'0000'00f4ULL;
  header.embargo_until = testing_support::kNow;
  const policy::Marking m =
      ToMarking(header, {"members"}, testing_support::kNow - std::chrono::seconds(1));
  EXPECT_EQ(m.section_levels[0], 4);
  EXPECT_EQ(m.section_levels[1], policy::kRecipientsOnly);
  EXPECT_EQ(m.section_levels[15], 12);
  EXPECT_TRUE(m.embargoed);
  EXPECT_FALSE(ToMarking(header, {}, testing_support::kNow).embargoed);
}

}  // namespace
}  // namespace renkei::record
