#include "config/import_config.h"

#include <algorithm>
#include <set>

#include "config/node_config.h"
#include "config/toml_reader.h"
#include "node/base/encoding.h"

namespace renkei::config {
namespace {

constexpr std::string_view kImportTlpWords[] = {"clear", "green", "amber", "amber+strict", "red"};

bool IsRole(std::string_view word) {
  return std::find(std::begin(kCsvColumnRoles), std::end(kCsvColumnRoles), word) !=
         std::end(kCsvColumnRoles);
}

std::string NearestRole(std::string_view word) {
  const std::string nearest = NearestWord(word, kCsvColumnRoles);
  return nearest.empty() ? "docs/formats.md lists what a column may be"
                         : fmt::format("did you mean `{}`?", nearest);
}

class CsvImportReader {
 public:
  CsvImportReader(TomlSource& source, const toml::table& table, std::string name)
      : source_(source), name_("import.csv." + name), reader_(source, table, name_) {
    csv_.name = std::move(name);
  }

  CsvImportConfig Read() {
    if (!IsLabel(csv_.name, 32)) {
      source_.Add(reader_.at(),
                  fmt::format("`{}` is no name of a mapping", Printable(csv_.name, 64)),
                  "a-z, 0-9 and `-`, at most 32 bytes");
    }
    ReadDelimiter();
    ReadColumns();
    if (const toml::table* header = reader_.Table("header")) ReadHeader(*header);
    if (csv_.columns.empty() == csv_.header.empty()) {
      source_.Add(reader_.at(),
                  fmt::format("[{}] needs `columns` or `header`, and not both", name_),
                  "`columns` by place, or [..header] by the names in the first line");
    } else if (!HasValue()) {
      source_.Add(reader_.at(), fmt::format("[{}] has no column with the `value`", name_));
    }
    if (const toml::table* types = reader_.Table("types")) {
      csv_.types = Words(*types, name_ + ".types");
    }
    ReadDefaults();
    reader_.RefuseOthers();
    return std::move(csv_);
  }

 private:
  bool HasValue() const {
    return csv_.header.count("value") > 0 ||
           std::find(csv_.columns.begin(), csv_.columns.end(), "value") != csv_.columns.end();
  }

  void ReadDelimiter() {
    const auto text = reader_.Text("delimiter");
    if (!text) return;
    const bool known = text->value.size() == 1 &&
                       std::string_view(",;|\t").find(text->value[0]) != std::string_view::npos;
    if (!known) {
      source_.Add(text->at, fmt::format("`delimiter` is `{}`", Printable(text->value, 20)),
                  "one of `,` `;` `|` and `\\t`");
      return;
    }
    csv_.delimiter = text->value;
  }

  void ReadColumns() {
    std::set<std::string> seen;
    for (const TomlText& column : reader_.List("columns")) {
      const bool read = !column.value.empty();
      if (read && !IsRole(column.value)) {
        source_.Add(
            column.at,
            fmt::format("`columns` holds an unknown word: `{}`", Printable(column.value, 64)),
            NearestRole(column.value));
      } else if (read && !seen.insert(column.value).second) {
        source_.Add(column.at, fmt::format("`columns` has `{}` twice", column.value));
      }
      csv_.columns.push_back(column.value);
    }
    if (csv_.columns.size() > kCsvColumnsMax) {
      source_.Add(reader_.at(), fmt::format("more than {} `columns`", kCsvColumnsMax));
    }
  }

  // A table of texts, whatever its keys.
  std::map<std::string, std::string> Words(const toml::table& table, const std::string& name) {
    TomlReader reader(source_, table, name);
    std::map<std::string, std::string> words;
    for (const auto& [key, node] : table) {
      const std::string word(key.str());
      const auto text = reader.Text(word);
      if (!text) continue;
      if (word.size() > kCsvWordBytesMax || text->value.size() > kCsvWordBytesMax ||
          text->value.empty() || words.size() >= kCsvColumnsMax) {
        source_.Add(text->at,
                    fmt::format("[{}] has an empty word, one of more than {} bytes, or more than "
                                "{} of them",
                                name, kCsvWordBytesMax, kCsvColumnsMax));
        continue;
      }
      words.emplace(word, text->value);
    }
    return words;
  }

  void ReadHeader(const toml::table& table) {
    csv_.header = Words(table, name_ + ".header");
    for (const auto& [role, column] : csv_.header) {
      if (IsRole(role)) continue;
      source_.Add(table.source().begin,
                  fmt::format("[{}.header] has an unknown word: `{}`", name_, Printable(role, 64)),
                  NearestRole(role));
    }
  }

  void ReadDefaults() {
    if (const auto tlp = reader_.Text("tlp")) {
      if (std::find(std::begin(kImportTlpWords), std::end(kImportTlpWords), tlp->value) ==
          std::end(kImportTlpWords)) {
        source_.Add(tlp->at, fmt::format("`tlp` is no TLP word: `{}`", Printable(tlp->value, 64)));
      }
      csv_.tlp = tlp->value;
    }
    if (const auto confidence = reader_.Integer("confidence", {0, 100, "percent"})) {
      csv_.confidence = static_cast<int>(*confidence);
    }
    for (const TomlText& tag : reader_.List("tags")) {
      if (tag.value.empty() || tag.value.size() > kCsvWordBytesMax || csv_.tags.size() >= 20) {
        source_.Add(tag.at, fmt::format("`tags` holds an empty one, one of more than {} bytes, or "
                                        "more than 20",
                                        kCsvWordBytesMax));
      }
      csv_.tags.push_back(tag.value);
    }
    if (const auto title = reader_.Text("title")) {
      if (title->value.size() > kCsvWordBytesMax) {
        source_.Add(title->at, fmt::format("`title` has more than {} bytes", kCsvWordBytesMax));
      }
      csv_.title = title->value;
    }
  }

  TomlSource& source_;
  std::string name_;
  TomlReader reader_;
  CsvImportConfig csv_{};
};

void ReadImport(TomlSource& source, const toml::table& table, ImportConfig& config) {
  TomlReader reader(source, table, "import");
  if (const toml::table* csv = reader.Table("csv")) {
    TomlReader mappings(source, *csv, "import.csv");
    for (const auto& [key, node] : *csv) {
      const std::string name(key.str());
      const toml::table* mapping = mappings.Table(name);
      if (mapping == nullptr) continue;
      config.csv.push_back(CsvImportReader(source, *mapping, name).Read());
    }
    if (config.csv.size() > kCsvMappingsMax) {
      source.Add(mappings.at(), fmt::format("more than {} mappings", kCsvMappingsMax));
    }
  }
  reader.RefuseOthers();
}

}  // namespace

LoadResult<ImportConfig> LoadImportConfig(std::string_view text, const std::string& file) {
  LoadResult<ImportConfig> result;
  TomlSource source(text, file, result.problems);
  ImportConfig config;
  if (const auto root = source.Parse(kNodeConfigBytesMax)) {
    TomlReader reader(source, *root, "");
    if (const toml::table* table = reader.Table("import")) ReadImport(source, *table, config);
  }
  source.Finish();
  if (result.problems.empty()) result.value = std::move(config);
  return result;
}

}  // namespace renkei::config
