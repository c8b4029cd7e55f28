// Reads one TOML table against a schema: takes the keys it is asked for, notes every mistake with
// its place, and at the end refuses the keys nobody asked for.
//
// For the loaders of this folder only.  Confined to one call: borrows text, table and problems.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "node/base/problem.h"

namespace renkei::config {

// The file that is read and where its problems go.
class TomlSource {
 public:
  TomlSource(std::string_view text, std::string file, Problems& problems)
      : text_(text), file_(std::move(file)), problems_(problems) {}

  // The root table, or nothing and one problem if the text is no TOML or over `bytes_max`.
  std::optional<toml::table> Parse(std::size_t bytes_max);

  void Add(const toml::source_position& at, std::string message, std::string hint = "");

  // Sorts what was found by place.
  void Finish();

 private:
  std::string_view text_;
  std::string file_;
  Problems& problems_;
};

struct IntRange {
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::string_view unit{};  // as in the message: `bytes`, `days`
};

// A string of the file and where it stands.
struct TomlText {
  std::string value{};
  toml::source_position at{};
};

class TomlReader {
 public:
  // `name` as written in the file: `publish`, `publish.section_levels`; empty for the root.
  TomlReader(TomlSource& source, const toml::table& table, std::string name)
      : source_(source), table_(table), name_(std::move(name)) {}

  // Each answers nothing if the key is absent or wrong; wrong is a problem, absent is not.
  std::optional<TomlText> Text(std::string_view key);
  std::optional<std::int64_t> Integer(std::string_view key, const IntRange& range);
  std::optional<bool> Bool(std::string_view key);
  std::vector<TomlText> List(std::string_view key);
  const toml::table* Table(std::string_view key);
  std::vector<const toml::table*> Tables(std::string_view key);  // [[key]]

  bool Has(std::string_view key) const { return table_.contains(key); }

  // A problem for every key that was not asked for.
  void RefuseOthers();

  // `[publish] expiry_days`, for messages.
  std::string NameOf(std::string_view key) const;
  toml::source_position at() const { return table_.source().begin; }

 private:
  const toml::node* Find(std::string_view key);
  void WrongType(const toml::node& node, std::string_view key, std::string_view wanted);

  TomlSource& source_;
  const toml::table& table_;
  std::string name_;
  std::vector<std::string> asked_{};
};

}  // namespace renkei::config
