#include "config/toml_reader.h"

#include <algorithm>
#include <sstream>

#include "node/base/encoding.h"

namespace renkei::config {
namespace {

// toml++ counts columns in characters; a Problem counts them in bytes.
int ByteColumn(std::string_view text, const toml::source_position& at) {
  std::size_t line_start = 0;
  for (std::uint32_t line = 1; line < at.line; ++line) {
    const std::size_t end = text.find('\n', line_start);
    if (end == std::string_view::npos) return static_cast<int>(at.column);
    line_start = end + 1;
  }
  std::size_t offset = line_start;
  for (std::uint32_t column = 1; column < at.column && offset < text.size(); ++column) {
    ++offset;
    while (offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xc0U) == 0x80U) {
      ++offset;
    }
  }
  return static_cast<int>(offset - line_start) + 1;
}

std::string TypeName(const toml::node& node) {
  std::ostringstream name;
  name << node.type();
  return name.str();
}

}  // namespace

std::optional<toml::table> TomlSource::Parse(std::size_t bytes_max) {
  if (text_.size() > bytes_max) {
    problems_.push_back(
        {.file = file_,
         .message = fmt::format("{} bytes, over the limit of {}", text_.size(), bytes_max)});
    return std::nullopt;
  }
  if (!IsUtf8(text_)) {
    problems_.push_back({.file = file_, .message = "not UTF-8", .hint = "save the file as UTF-8"});
    return std::nullopt;
  }
  // Debian builds toml++ with exceptions, so its one failure arrives as one; it ends here.
  try {
    return toml::parse(text_, file_);
  } catch (const toml::parse_error& error) {
    Add(error.source().begin, fmt::format("not TOML: {}", Printable(error.description(), 300)));
    return std::nullopt;
  }
}

void TomlSource::Add(const toml::source_position& at, std::string message, std::string hint) {
  problems_.push_back({.file = file_,
                       .line = static_cast<int>(at.line),
                       .column = at.line == 0 ? 0 : ByteColumn(text_, at),
                       .message = std::move(message),
                       .hint = std::move(hint)});
}

void TomlSource::Finish() {
  std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
}

std::string TomlReader::NameOf(std::string_view key) const {
  return name_.empty() ? fmt::format("`{}`", key) : fmt::format("`{}` in [{}]", key, name_);
}

const toml::node* TomlReader::Find(std::string_view key) {
  asked_.emplace_back(key);
  return table_.get(key);
}

void TomlReader::WrongType(const toml::node& node, std::string_view key, std::string_view wanted) {
  source_.Add(node.source().begin,
              fmt::format("{} must be {}, not {}", NameOf(key), wanted, TypeName(node)));
}

std::optional<TomlText> TomlReader::Text(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_string()) {
    WrongType(*node, key, "a string");
    return std::nullopt;
  }
  return TomlText{node->as_string()->get(), node->source().begin};
}

std::optional<std::int64_t> TomlReader::Integer(std::string_view key, const IntRange& range) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_integer()) {
    WrongType(*node, key, "a whole number");
    return std::nullopt;
  }
  const std::int64_t value = node->as_integer()->get();
  if (value < range.from || value > range.to) {
    source_.Add(node->source().begin, fmt::format("{} is {}, must be {} to {} {}", NameOf(key),
                                                  value, range.from, range.to, range.unit));
    return std::nullopt;
  }
  return value;
}

std::optional<bool> TomlReader::Bool(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_boolean()) {
    WrongType(*node, key, "true or false");
    return std::nullopt;
  }
  return node->as_boolean()->get();
}

std::vector<TomlText> TomlReader::List(std::string_view key) {
  std::vector<TomlText> list;
  const toml::node* node = Find(key);
  if (node == nullptr) return list;
  if (!node->is_array()) {
    WrongType(*node, key, "a list of strings");
    return list;
  }
  for (const toml::node& entry : *node->as_array()) {
    if (entry.is_string()) {
      list.push_back({entry.as_string()->get(), entry.source().begin});
    } else {
      WrongType(entry, key, "a list of strings");
    }
  }
  return list;
}

const toml::table* TomlReader::Table(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) WrongType(*node, key, "a table");
  return node->as_table();
}

std::vector<const toml::table*> TomlReader::Tables(std::string_view key) {
  std::vector<const toml::table*> tables;
  const toml::node* node = Find(key);
  if (node == nullptr) return tables;
  const toml::array* array = node->as_array();
  if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
    WrongType(*node, key, fmt::format("a list of tables ([[{}]])", key));
    return tables;
  }
  for (const toml::node& entry : *array) tables.push_back(entry.as_table());
  return tables;
}

void TomlReader::RefuseOthers() {
  for (const auto& [key, node] : table_) {
    if (std::find(asked_.begin(), asked_.end(), key.str()) != asked_.end()) continue;
    const std::string nearest = NearestWord(key.str(), asked_);
    const std::string name = Printable(key.str(), 64);
    source_.Add(key.source().begin,
                name_.empty() ? fmt::format("unknown key `{}`", name)
                              : fmt::format("unknown key `{}` in [{}]", name, name_),
                nearest.empty() ? "" : fmt::format("did you mean `{}`?", nearest));
  }
}

}  // namespace renkei::config
