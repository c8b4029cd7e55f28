#include "node/gateway/answers.h"

#include "node/gateway/http_date.h"

namespace renkei::gateway {
namespace {

// Whether If-None-Match names `etag`: weak comparison, as RFC 9110 (13.1.2) has it.
bool NamesEtag(std::string_view header, std::string_view etag) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    std::string_view one = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
    while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
    if (one == "*") return true;
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag) return true;
  }
  return false;
}

bool HasIt(const Request& request, const MadeFile& file) {
  const std::string_view etags = request.Header("if-none-match");
  if (!etags.empty()) return NamesEtag(etags, file.etag);
  const auto since = FromHttpDate(request.Header("if-modified-since"));
  return since && file.changed <= *since;
}

}  // namespace

Response Refusal(int status, std::string_view code) {
  return {.status = status,
          .type = "application/json",
          .body = std::make_shared<const std::string>(ToPrettyText({{"code", code}}))};
}

Response WrongParameter(const WrongFilter& wrong) {
  Response response = Refusal(400, "");
  response.body = std::make_shared<const std::string>(ToPrettyText(
      {{"code", "wrong-parameter"}, {"parameter", wrong.parameter}, {"expected", wrong.expected}}));
  return response;
}

Response FileAnswer(const Request& request, const ServedFile& served, std::string_view media_type) {
  const MadeFile& file = *served.file;
  Response response;
  response.headers = {{"ETag", file.etag},
                      {"Last-Modified", ToHttpDate(file.changed)},
                      {"Cache-Control", "private, no-cache"},
                      {"Vary", "Authorization"}};
  if (served.stale.count() > 0) {
    response.headers.emplace_back("Age", fmt::to_string(served.stale.count()));
    response.headers.emplace_back("Warning", "110 - \"Response is Stale\"");
  }
  if (HasIt(request, file)) {
    response.status = 304;
    return response;
  }
  response.type = media_type;
  response.body = file.bytes;
  return response;
}

}  // namespace renkei::gateway
