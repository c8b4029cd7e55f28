#include "node/sources/reach.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "node/base/encoding.h"
#include "node/base/file.h"
#include "node/sources/limits.h"

namespace renkei::sources {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kManifestEnd = "/manifest.json";

net::AuthKind AuthKindOf(config::SourceAuth auth) {
  switch (auth) {
    case config::SourceAuth::kNone:
      return net::AuthKind::kNone;
    case config::SourceAuth::kBasic:
      return net::AuthKind::kBasic;
    case config::SourceAuth::kBearer:
      return net::AuthKind::kBearer;
    case config::SourceAuth::kKey:
      return net::AuthKind::kPlain;
  }
  return net::AuthKind::kNone;
}

// What can go back in a header; anything else is as if it were absent.
std::string UsableValidator(std::string text) {
  const bool clean = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7f;
  });
  return clean && text.size() <= kValidatorBytesMax ? std::move(text) : std::string();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Reach>> Reach::Open(const config::SourceConfig& source,
                                                   const std::string& folder,
                                                   const net::Cancel& cancel) {
  net::HttpPeer peer{.ca_file = PathIn(folder, source.ca),
                     .certificate_file = PathIn(folder, source.certificate),
                     .key_file = PathIn(folder, source.key),
                     .proxy = source.proxy,
                     .allow_http = source.allow_http,
                     .auth = AuthKindOf(source.auth)};
  if (!source.secret.empty()) {
    auto secret = net::ReadSecretFile(PathIn(folder, source.secret));
    if (!secret.ok()) return Annotate(FailedPrecondition(Message(secret.status())), "secret");
    peer.secret = *std::move(secret);
  }
  std::optional<net::Url> url;
  if (!source.url.empty()) {
    ASSIGN_OR_RETURN(url, net::ParseUrl(source.url));
    // People copy the address of the manifest.
    const bool feed = source.kind == config::SourceKind::kMispFeed;
    if (feed && url->path.ends_with(kManifestEnd))
      url->path.resize(url->path.size() - kManifestEnd.size() + 1);
  }
  return std::unique_ptr<Reach>(
      new Reach(std::move(url), PathIn(folder, source.path), std::move(peer), cancel));
}

absl::StatusOr<Bytes> Reach::ReadLocal(const std::string& name, std::size_t bytes_max) const {
  if (name.empty()) return ReadFile(path_, bytes_max);
  const std::string path = fmt::format("{}/{}", path_, name);
  // A folder that others fill may hold links out of it.
  std::error_code error;
  if (fs::is_symlink(path, error)) {
    return InvalidArgument(fmt::format("`{}` is a link: it may lead out of the folder", path));
  }
  return ReadFile(path, bytes_max);
}

absl::StatusOr<net::HttpResponse> Reach::Ask(net::HttpRequest request) {
  request.limits.within = kAnswerWithin;
  const std::string shown = request.url.Shown();
  ASSIGN_OR_RETURN(net::HttpResponse response, client_.Fetch(request));
  if (response.retry_after) retry_after_ = response.retry_after;
  if (response.status == 304) return response;
  if (response.status == 429) {
    return Unavailable(fmt::format("fetch `{}`: the server answered 429: too many requests",
                                   Printable(shown, kErrorTextBytesMax)));
  }
  RETURN_IF_ERROR(Annotate(net::StatusOf(response),
                           fmt::format("fetch `{}`", Printable(shown, kErrorTextBytesMax))));
  return response;
}

absl::StatusOr<Reach::Got> Reach::Get(const std::string& name, std::size_t bytes_max,
                                      const Validators& since) {
  RENKEI_CHECK(name.find('/') == std::string::npos && name != "..");
  if (is_local()) {
    ASSIGN_OR_RETURN(Bytes body, ReadLocal(name, bytes_max));
    return Got{.body = std::move(body)};
  }
  net::HttpRequest request{.url = *url_, .limits = {.bytes_max = bytes_max}};
  if (!name.empty()) {
    if (!request.url.path.ends_with('/')) request.url.path += '/';
    request.url.path += net::UrlEscape(name);
  }
  if (!since.etag.empty()) request.headers.emplace_back("If-None-Match", since.etag);
  if (!since.last_modified.empty()) {
    request.headers.emplace_back("If-Modified-Since", since.last_modified);
  }
  ASSIGN_OR_RETURN(net::HttpResponse response, Ask(std::move(request)));
  if (response.status == 304) {
    if (since == Validators{}) return FailedPrecondition("the server answered 304 unasked");
    return Got{.same = true, .validators = since};
  }
  return Got{.body = std::move(response.body),
             .validators = {.etag = UsableValidator(response.Header("etag")),
                            .last_modified = UsableValidator(response.Header("last-modified"))}};
}

}  // namespace renkei::sources
