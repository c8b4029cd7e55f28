// How much memory an import of a large STIX bundle takes: `formats_memory make FILE MB` writes one
// of documentation values, `formats_memory read FILE` imports it and prints the peak as JSON.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/resource.h>

#include "node/base/file.h"
#include "node/formats/import_any.h"

namespace {

using renkei::Message;

std::string Bundle(std::size_t bytes) {
  std::string text = R"({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", )"
                     R"("objects": [)";
  for (std::size_t i = 0; text.size() < bytes; ++i) {
    text += fmt::format(
        R"({}{{"type": "indicator", "spec_version": "2.1", "id": "indicator--{:08x}-0000-4000-8000-000000000000", )"
        R"("created": "2026-09-14T08:00:00.000Z", "modified": "2026-09-14T08:00:00.000Z", )"
        R"("name": "host {} of a feed", "pattern": "[domain-name:value = 'h{}.attacker.example']", )"
        R"("pattern_type": "stix", "valid_from": "2026-09-14T08:00:00Z", "labels": ["malicious-activity"]}})",
        i == 0 ? "" : ", ", i, i, i);
  }
  return text + "]}";
}

int Read(const char* path) {
  const auto text = renkei::ReadFile(path, std::size_t{64} << 20);
  if (!text.ok()) return std::fprintf(stderr, "%s\n", Message(text.status()).c_str()), 1;
  struct rusage before {};
  getrusage(RUSAGE_SELF, &before);
  const auto imported = renkei::formats::ImportAny(*text);
  if (!imported.ok()) return std::fprintf(stderr, "%s\n", Message(imported.status()).c_str()), 1;
  struct rusage after {};
  getrusage(RUSAGE_SELF, &after);
  std::uint64_t values = 0;
  for (const auto& one : *imported) {
    values += static_cast<std::uint64_t>(one.draft.sections.indicators().indicators_size());
  }
  std::printf(
      "{\"bytes\": %zu, \"drafts\": %zu, \"values\": %llu, \"peak_rss_bytes\": %lld, "
      "\"before_bytes\": %lld}\n",
      text->size(), imported->size(), static_cast<unsigned long long>(values),
      static_cast<long long>(after.ru_maxrss) * 1024,
      static_cast<long long>(before.ru_maxrss) * 1024);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string action = argc > 2 ? argv[1] : "";
  if (action == "read") return Read(argv[2]);
  if (action != "make" || argc < 4) return std::fprintf(stderr, "make FILE MB | read FILE\n"), 2;
  const std::string text = Bundle(std::strtoul(argv[3], nullptr, 10) * 1'000'000);
  const auto written = renkei::WriteFile(argv[2], text, renkei::FileMode::kPublic);
  return written.ok() ? 0 : 1;
}
