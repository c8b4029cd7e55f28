// A list on its way to drafts: what its two readers share.  Private to node/formats.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/formats/import_report.h"
#include "node/formats/list_columns.h"
#include "node/formats/misp_state.h"
#include "node/formats/value_type.h"

namespace renkei::formats {

// What a row says of its values, and where it stands.
struct ListRow {
  v1::Indicator base{};
  std::string type_word{};
  std::string place{};
};

class ListMaker {
 public:
  explicit ListMaker(const ImportOptions& options) : options_(options) {
    made_.draft.header.kind = options.kind.value_or(policy::Kind::kIndicators);
    made_.object_place = made_.relationship_place = "list";
    made_.source_word = "list";
  }

  MispState& made() { return made_; }

  // Nothing but a count if it is a value that nobody knows.
  void Add(const ListRow& row, RecognisedValue found);
  void Unknown(const std::string& place, std::string_view value);
  const absl::Status& status() const { return status_; }

  absl::StatusOr<std::vector<Imported>> Finish(BytesView file, std::string_view format);

 private:
  const ImportOptions& options_;
  MispState made_{.options = options_};
  std::set<std::pair<int, std::string>> seen_{};
  std::uint64_t known_ = 0;
  std::uint64_t unknown_ = 0;
  std::string first_unknown_{};
  absl::Status status_{};
};

// The rows of a table, whose first line is `first_line` of the file.
absl::Status ReadTable(ListMaker& maker, const ListColumns& columns, BytesView table,
                       std::size_t first_line);

}  // namespace renkei::formats
