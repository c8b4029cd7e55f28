#include "node/record/uri.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "node/base/encoding.h"
#include "node/record/host_name.h"
#include "node/record/ip_address.h"

namespace renkei::record {
namespace {

struct DefaultPort {
  std::string_view scheme;
  std::string_view port;
};
// Schemes whose empty path is `/`, and the port that goes without saying.
constexpr std::array<DefaultPort, 5> kWebSchemes = {
    {{"http", "80"}, {"https", "443"}, {"ftp", "21"}, {"ws", "80"}, {"wss", "443"}}};

const DefaultPort* FindWebScheme(std::string_view scheme) {
  const auto found = std::find_if(kWebSchemes.begin(), kWebSchemes.end(),
                                  [&](const DefaultPort& entry) { return entry.scheme == scheme; });
  return found == kWebSchemes.end() ? nullptr : &*found;
}

bool IsAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUnreserved(char c) {
  return IsAlpha(c) || IsDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}
// May stand in path, query and fragment as it is.
bool IsPlain(char c) {
  return IsUnreserved(c) || std::string_view("!$&'()*+,;=:@/?").find(c) != std::string_view::npos;
}

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void PutPercent(std::string& out, unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  out.push_back('%');
  out.push_back(kDigits[byte >> 4]);
  out.push_back(kDigits[byte & 15]);
}

std::string NormalizedEscapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
        HexValue(text[i + 2]) >= 0) {
      const auto byte =
          static_cast<unsigned char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
      if (IsUnreserved(static_cast<char>(byte))) {
        out.push_back(static_cast<char>(byte));
      } else {
        PutPercent(out, byte);
      }
    } else if (IsPlain(c)) {
      out.push_back(c);
    } else {
      PutPercent(out, static_cast<unsigned char>(c));
    }
  }
  return out;
}

// RFC 3986 section 5.2.4, for a path that begins with `/`.
std::string WithoutDotSegments(std::string_view path) {
  std::vector<std::string_view> kept;
  std::string_view rest = path.substr(1);
  bool folder = false;
  for (bool more = true; more;) {
    const std::size_t slash = rest.find('/');
    more = slash != std::string_view::npos;
    const std::string_view segment = rest.substr(0, slash);
    if (more) rest.remove_prefix(slash + 1);
    folder = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!folder) kept.push_back(segment);
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out.push_back('/');
    out += segment;
  }
  // A path that ends in a dot segment names the folder.
  if (folder) out.push_back('/');
  return out.empty() ? "/" : out;
}

// A registered name may be percent-encoded (RFC 3986 section 3.2.2); what is no escape stays, and
// is no name then.
std::string DecodedHost(std::string_view host) {
  std::string out;
  out.reserve(host.size());
  for (std::size_t i = 0; i < host.size(); ++i) {
    const bool escape = host[i] == '%' && i + 2 < host.size() && HexValue(host[i + 1]) >= 0 &&
                        HexValue(host[i + 2]) >= 0;
    out.push_back(escape ? static_cast<char>(HexValue(host[i + 1]) * 16 + HexValue(host[i + 2]))
                         : host[i]);
    if (escape) i += 2;
  }
  return out;
}

std::optional<std::string> CanonicalHost(std::string_view host) {
  if (host.empty()) return std::string();
  if (host.front() == '[') {
    if (host.size() < 3 || host.back() != ']') return std::nullopt;
    return CanonicalIpv6(host.substr(1, host.size() - 2));
  }
  const std::string plain = DecodedHost(host);
  if (auto address = CanonicalIpv4(plain)) return address;
  return CanonicalHostName(plain);
}

bool ReadAuthority(std::string_view authority, Uri& uri) {
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    uri.user_info = NormalizedEscapes(authority.substr(0, at));
    authority.remove_prefix(at + 1);
  }
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view port = authority.substr(colon + 1);
    int number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (!port.empty() && (error != std::errc() || end != port.data() + port.size() || number < 0 ||
                          number > 65'535)) {
      return false;
    }
    if (!port.empty()) uri.port = std::to_string(number);
    authority = authority.substr(0, colon);
  }
  auto host = CanonicalHost(authority);
  if (!host) return false;
  uri.host = *std::move(host);
  return true;
}

std::size_t SchemeLength(std::string_view text) {
  if (text.empty() || !IsAlpha(text[0])) return 0;
  const auto end = std::find_if_not(text.begin(), text.end(), [](char c) {
    return IsAlpha(c) || IsDigit(c) || c == '+' || c == '-' || c == '.';
  });
  return end != text.end() && *end == ':' ? static_cast<std::size_t>(end - text.begin()) : 0;
}

void ReadPath(std::string_view rest, Uri& uri) {
  const std::size_t hash = rest.find('#');
  if (hash != std::string_view::npos) {
    uri.fragment = "#" + NormalizedEscapes(rest.substr(hash + 1));
    rest = rest.substr(0, hash);
  }
  const std::size_t mark = rest.find('?');
  if (mark != std::string_view::npos) {
    uri.query = "?" + NormalizedEscapes(rest.substr(mark + 1));
    rest = rest.substr(0, mark);
  }
  uri.path = NormalizedEscapes(rest);
  if (!uri.path.empty() && uri.path.front() == '/') uri.path = WithoutDotSegments(uri.path);
}

}  // namespace

std::string Uri::Text() const {
  std::string text = scheme + ":";
  if (has_authority) {
    text += "//";
    if (!user_info.empty()) text += user_info + "@";
    text += host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (!port.empty()) text += ":" + port;
  }
  return text + path + query + fragment;
}

std::optional<Uri> ParseUri(std::string_view text) {
  const std::size_t length = SchemeLength(text);
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (length == 0 || control) return std::nullopt;
  Uri uri;
  uri.scheme = AsciiLower(text.substr(0, length));
  std::string_view rest = text.substr(length + 1);
  const DefaultPort* web = FindWebScheme(uri.scheme);
  if (rest.substr(0, 2) == "//") {
    rest.remove_prefix(2);
    const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    uri.has_authority = true;
    if (!ReadAuthority(rest.substr(0, end), uri)) return std::nullopt;
    rest.remove_prefix(end);
  }
  if (web != nullptr && uri.host.empty()) return std::nullopt;
  ReadPath(rest, uri);
  if (web != nullptr) {
    if (uri.path.empty()) uri.path = "/";
    if (uri.port == web->port) uri.port.clear();
  }
  return uri;
}

}  // namespace renkei::record
