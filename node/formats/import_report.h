// What an import made, and what it could not take along: counted and named, never silent.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/formats/csv_mapping.h"
#include "node/formats/json_reader.h"
#include "node/record/draft.h"
#include "policy/marking.h"

namespace renkei::formats {

struct ImportOptions {
  std::optional<policy::Kind> kind{};  // unsaid: by content (docs/formats.md)
  // Take events that their author marked for one organisation or sharing group only.
  bool allow_org_only = false;
  JsonLimits limits{};
  // Tables: what their columns mean, and which of these is meant; empty: by the header line.
  std::vector<CsvMapping> csv_mappings{};
  std::string mapping{};
};

struct NotMapped {
  std::string place{};  // the first of them: `Event.Attribute[3].data`
  std::string what{};
  std::uint64_t count = 0;
  bool by_design = false;  // no record ever holds it; false: this file says more than a record can

  bool operator==(const NotMapped&) const = default;
};

// Who handed in a mail: for the person who decides, and in no record.
struct Reporter {
  std::string name{};     // may be empty
  std::string address{};  // may be empty
  std::string date{};     // RFC 3339; may be empty

  bool operator==(const Reporter&) const = default;
};

struct ImportReport {
  std::map<std::string, std::uint64_t> mapped{};  // by row of MispRows(); empty for our own JSON
  std::vector<NotMapped> not_mapped{};
  std::vector<std::string> notes{};
  std::optional<Reporter> reporter{};    // of a mail
  std::uint64_t attributes = 0;          // in the file
  std::uint64_t attributes_skipped = 0;  // each with its reason in not_mapped

  std::uint64_t attributes_mapped() const { return attributes - attributes_skipped; }
};

struct Imported {
  record::Draft draft{};
  ImportReport report{};  // of the whole source; stands in part 1
  int part = 1;
  int parts = 1;
};

// Collects a report.  Entries with the same words and the same place but for list numbers are
// counted together; past kNotMappedMax kinds the rest is counted in one entry, past kNotesMax notes
// one says so.
class ReportBuilder {
 public:
  static constexpr std::size_t kNotMappedMax = 1'000;
  static constexpr std::size_t kNotesMax = 100;

  void Mapped(std::string_view row, std::uint64_t count = 1);
  void NotKept(std::string_view place, std::string_view what, std::uint64_t count = 1);
  void NotKeptByDesign(std::string_view place, std::string_view what, std::uint64_t count = 1);
  void Note(std::string_view note);  // once, however often it is said
  void CountAttributes(std::uint64_t count) { report_.attributes += count; }
  void SkipAttributes(std::uint64_t count) { report_.attributes_skipped += count; }

  ImportReport Take() { return std::move(report_); }

 private:
  void Add(std::string_view place, std::string_view what, std::uint64_t count, bool by_design);

  ImportReport report_{};
  std::map<std::string, std::size_t> index_{};
};

}  // namespace renkei::formats
