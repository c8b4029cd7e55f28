#include "node/net/url.h"

#include <algorithm>
#include <array>
#include <memory>

#include <curl/curl.h>

#include "node/base/encoding.h"

namespace renkei::net {
namespace {

constexpr std::array<std::string_view, 6> kUrlSchemes = {"https", "http",  "smtps",
                                                         "smtp",  "imaps", "imap"};

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, FreeUrl>;

std::string UrlPart(const CurlUrl& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK || text == nullptr) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

absl::Status BadUrl(std::string_view text, std::string_view why) {
  return InvalidArgument(
      fmt::format("`{}` is no URL that can be used: {}", Printable(text, 200), why));
}

absl::Status CheckUrlText(std::string_view text) {
  if (text.size() > kUrlBytesMax) {
    return BadUrl(text, fmt::format("longer than {} bytes", kUrlBytesMax));
  }
  const bool clean = std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f;
  });
  if (!clean) return BadUrl(text, "it holds a space, a control character or a letter beyond ASCII");
  return absl::OkStatus();
}

// Of what libcurl parsed, exactly what it will connect to.
absl::StatusOr<Url> TakeUrlParts(const CurlUrl& parsed, std::string_view text) {
  Url url{.scheme = AsciiLower(UrlPart(parsed, CURLUPART_SCHEME)),
          .host = AsciiLower(UrlPart(parsed, CURLUPART_HOST)),
          .port = UrlPart(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT),
          .path = UrlPart(parsed, CURLUPART_PATH),
          .query = UrlPart(parsed, CURLUPART_QUERY)};
  if (std::find(kUrlSchemes.begin(), kUrlSchemes.end(), url.scheme) == kUrlSchemes.end()) {
    return BadUrl(text, fmt::format("the scheme must be one of {}", fmt::join(kUrlSchemes, ", ")));
  }
  if (!UrlPart(parsed, CURLUPART_USER).empty() || !UrlPart(parsed, CURLUPART_PASSWORD).empty()) {
    // Without the text: it holds a password.
    return InvalidArgument("a URL must not hold a name or password: put them into a file");
  }
  if (url.host.empty() || url.port.empty() || url.port == "0") return BadUrl(text, "no host");
  if (!UrlPart(parsed, CURLUPART_FRAGMENT).empty()) return BadUrl(text, "it has a fragment (`#`)");
  if (url.path.empty()) url.path = "/";
  return url;
}

}  // namespace

std::string Url::ToText() const {
  return fmt::format("{}{}{}", Shown(), query.empty() ? "" : "?", query);
}

std::string Url::Shown() const { return fmt::format("{}://{}:{}{}", scheme, host, port, path); }

absl::StatusOr<Url> ParseUrl(std::string_view text) {
  RETURN_IF_ERROR(CheckUrlText(text));
  const CurlUrl parsed(curl_url());
  if (parsed == nullptr) return ResourceExhausted("no memory for a URL");
  const CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL, std::string(text).c_str(), 0);
  if (code != CURLUE_OK) return BadUrl(text, curl_url_strerror(code));
  return TakeUrlParts(parsed, text);
}

absl::StatusOr<Url> ResolveUrl(const Url& base, std::string_view reference) {
  RETURN_IF_ERROR(CheckUrlText(reference));
  const CurlUrl parsed(curl_url());
  if (parsed == nullptr) return ResourceExhausted("no memory for a URL");
  CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL, base.ToText().c_str(), 0);
  if (code == CURLUE_OK) {
    code = curl_url_set(parsed.get(), CURLUPART_URL, std::string(reference).c_str(), 0);
  }
  if (code != CURLUE_OK) return BadUrl(reference, curl_url_strerror(code));
  return TakeUrlParts(parsed, reference);
}

bool SameOrigin(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

bool IsLoopbackHost(std::string_view host) {
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  return host.starts_with("127.") && std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= '0' && c <= '9') || c == '.';
         });
}

std::string UrlEscape(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      escaped += c;
    } else {
      escaped += '%';
      escaped += kDigits[byte >> 4U];
      escaped += kDigits[byte & 15U];
    }
  }
  return escaped;
}

}  // namespace renkei::net
