// Reading and writing each format, and what a bare parser takes for as many bytes.

#include <functional>
#include <string>

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include "node/formats/export.h"
#include "node/formats/import_any.h"

namespace renkei::formats {
namespace {

constexpr int kValues = 10'000;  // of the one record

// Names, addresses and files as a feed has them.
const HeldRecord& Record() {
  static const HeldRecord record = [] {
    HeldRecord held;
    held.record_id_hex = "000102030405060708090a0b0c0d0e0f";
    held.kind = policy::Kind::kIndicators;
    held.tlp = policy::Tlp::kGreen;
    held.author = "team-a";
    held.issued = FromUnixSeconds(1'790'000'000);
    held.expires = FromUnixSeconds(1'800'000'000);
    held.sections.mutable_summary()->add_title()->set_value("a feed");
    for (int i = 0; i < kValues; ++i) {
      v1::Indicator& one = *held.sections.mutable_indicators()->add_indicators();
      one.set_ref(fmt::format("i{}", i));
      one.set_actionable(true);
      one.set_confidence(80);
      one.set_first_seen_us(1'780'000'000'000'000 + i * 1'000'000LL);
      if (i % 3 == 0) {
        one.set_type(v1::INDICATOR_TYPE_HOSTNAME);
        one.set_value(fmt::format("h{}.attacker.example", i));
      } else if (i % 3 == 1) {
        one.set_type(v1::INDICATOR_TYPE_IPV4);
        one.set_value(fmt::format("11.{}.{}.7", i / 250, i % 250));
      } else {
        one.set_type(v1::INDICATOR_TYPE_SHA256);
        one.set_value(fmt::format("{:064x}", i));
      }
    }
    return held;
  }();
  return record;
}

ExportOptions Options() {
  return {.now = FromUnixSeconds(1'790'000'001), .community = "c.example"};
}

std::string Written(const std::string& format) {
  return FindExportFormat(format)->exporter({&Record(), 1}, Options()).text;
}

void Count(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * kValues);
}

void BM_In(benchmark::State& state, const std::string& format) {
  const std::string text = Written(format);
  for (auto _ : state) {
    const auto imported = ImportAny(text, {.allow_org_only = true});
    if (!imported.ok()) state.SkipWithError(Message(imported.status()).c_str());
    benchmark::DoNotOptimize(imported);
  }
  Count(state, text.size());
}

void BM_Out(benchmark::State& state, const std::string& format) {
  const std::size_t bytes = Written(format).size();
  for (auto _ : state) {
    const std::string text = Written(format);
    benchmark::DoNotOptimize(text.data());
  }
  Count(state, bytes);
}

// The bare reference: simdjson over the bytes of the STIX bundle.
void BM_BareJson(benchmark::State& state) {
  const simdjson::padded_string text(Written("stix"));
  simdjson::dom::parser parser;
  for (auto _ : state) {
    simdjson::dom::element top;
    if (parser.parse(text).get(top) != simdjson::SUCCESS) state.SkipWithError("no JSON");
    benchmark::DoNotOptimize(top);
  }
  Count(state, text.size());
}

BENCHMARK(BM_BareJson)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_In, misp, "misp")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_In, stix, "stix")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_In, iodef, "iodef")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_In, iodef_json, "iodef-json")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_In, csv, "csv")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_In, plain, "plain")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Out, misp, "misp")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Out, stix, "stix")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Out, iodef, "iodef")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Out, iodef_json, "iodef-json")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Out, csv, "csv")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Out, plain, "plain")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Out, rpz, "rpz")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Out, suricata, "suricata")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace renkei::formats
