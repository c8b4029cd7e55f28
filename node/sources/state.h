// What a node remembers of one source between runs: a small file in its folder.
//
// Losing it costs a full fetch and nothing more: what was published is recognised by its id, what
// waits as a draft by its key.  So a file that is damaged, or of a source that now stands
// elsewhere, counts as none.  Confined to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/source_config.h"
#include "node/base/clock.h"
#include "node/base/status.h"
#include "node/sources/item.h"

namespace renkei::sources {

inline constexpr std::string_view kSourcesFolder = "sources";

// A version of an event that was looked at.
struct Known {
  std::int64_t version = 0;  // its timestamp
  int tries = 0;             // 0: decided; else how often it could not be had

  bool operator==(const Known&) const = default;
};

// What tells whether something has changed since; empty: nothing is known.
struct Validators {
  std::string etag{};
  std::string last_modified{};

  bool operator==(const Validators&) const = default;
};

// To be told that their mail has come.
struct Receipt {
  std::string key{};  // of the mail
  std::string to{};
  std::string in_reply_to{};  // the mail's Message-ID; may be empty
  std::uint64_t draft = 0;
  int tries = 0;
  bool begun = false;  // it was being sent when this was kept

  bool operator==(const Receipt&) const = default;
};

struct ReceiptBook {
  std::vector<Receipt> waiting{};
  std::map<std::string, std::int64_t> answered{};  // keys of mails -> when
  std::map<std::string, std::int64_t> told{};      // digests of addresses -> when
  std::vector<std::int64_t> owed{};                // when, of the last day

  bool operator==(const ReceiptBook&) const = default;
};

struct SourceState {
  std::map<std::string, Known> known{};  // by uuid: events; by key: mails
  std::string cursor{};                  // where to go on: TAXII, MISP instances, mail
  Validators validators{};               // of the manifest or file
  std::string digest{};                  // of the file, hex
  ReceiptBook receipts{};                // of mail
  // For people.
  std::uint64_t runs = 0;
  std::uint64_t taken = 0;  // published, revised or made a draft, ever
  int failures = 0;         // runs in a row
  std::optional<Timestamp> last_run{};
  std::optional<Timestamp> last_success{};
  std::string last_error{};  // of the last run; one line
  Counts last{};

  bool operator==(const SourceState&) const = default;
};

class StateFile {
 public:
  // `folder`: the node's.
  StateFile(std::string folder, const config::SourceConfig& source);

  // Empty if there is none that counts.
  SourceState Load() const;
  // Durable once it answers.
  absl::Status Save(const SourceState& state) const;
  // The next Load is empty.
  absl::Status Forget() const;

 private:
  const std::string folder_;
  const std::string path_;
  const std::string place_;  // digest of where the source stands
};

}  // namespace renkei::sources
