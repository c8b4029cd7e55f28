#include "node/gateway/target.h"

#include <algorithm>

#include "node/base/encoding.h"
#include "node/gateway/limits.h"

namespace renkei::gateway {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

absl::StatusOr<std::string> Decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return InvalidArgument("a broken percent escape");
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  const bool control = std::any_of(out.begin(), out.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (control || !IsUtf8(out)) return InvalidArgument("bytes that no text has");
  return out;
}

std::string Encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

absl::Status ReadPath(std::string_view path, Target& target) {
  if (!path.starts_with('/')) return InvalidArgument("a path that does not begin with `/`");
  path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    ASSIGN_OR_RETURN(std::string segment, Decoded(path.substr(0, end)));
    if (segment.empty() || segment == "." || segment == ".." ||
        segment.find('/') != std::string::npos) {
      return InvalidArgument("an empty or dotted segment in the path");
    }
    target.segments.push_back(std::move(segment));
    target.slash = end < path.size();
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  if (target.segments.empty()) target.slash = true;
  return absl::OkStatus();
}

absl::Status ReadQuery(std::string_view query, Target& target) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    ASSIGN_OR_RETURN(std::string key, Decoded(pair.substr(0, equals)));
    ASSIGN_OR_RETURN(std::string value, Decoded(pair.substr(std::min(equals + 1, pair.size()))));
    if (key.empty()) return InvalidArgument("a value without a key in the query");
    if (target.query.size() >= kQueryPairsMax) return InvalidArgument("too many query parameters");
    if (!target.query.emplace(std::move(key), std::move(value)).second) {
      return InvalidArgument("a query parameter given twice");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Target> ParseTarget(std::string_view text) {
  if (text.size() > kTargetBytesMax) return InvalidArgument("a target that is too long");
  const std::size_t mark = std::min(text.find('?'), text.size());
  Target target;
  RETURN_IF_ERROR(ReadPath(text.substr(0, mark), target));
  RETURN_IF_ERROR(ReadQuery(text.substr(std::min(mark + 1, text.size())), target));
  return target;
}

std::string ToText(const Target& target) {
  std::string text;
  for (const std::string& segment : target.segments) text += "/" + Encoded(segment);
  if (target.slash) text += "/";
  char separator = '?';
  for (const auto& [key, value] : target.query) {
    text += separator + Encoded(key) + "=" + Encoded(value);
    separator = '&';
  }
  return text;
}

}  // namespace renkei::gateway
