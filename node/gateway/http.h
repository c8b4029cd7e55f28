// One request and its answer, free of any HTTP library.  Values.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace renkei::gateway {

struct Request {
  std::string method{};                          // as sent
  std::string target{};                          // path and query, as sent
  std::map<std::string, std::string> headers{};  // names in lower case; repeated ones are joined

  // Empty if absent.
  std::string_view Header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
  }
};

struct Response {
  int status = 200;
  std::string type{};  // of the body; empty: no body
  std::vector<std::pair<std::string, std::string>> headers{};
  std::shared_ptr<const std::string> body{};  // null: none
};

}  // namespace renkei::gateway
