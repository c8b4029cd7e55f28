// Answers that several parts of the gateway give.  Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "node/base/json.h"
#include "node/gateway/files.h"
#include "node/gateway/http.h"
#include "node/gateway/list_filter.h"

namespace renkei::gateway {

// `{"code": "..."}`.
Response Refusal(int status, std::string_view code);
Response WrongParameter(const WrongFilter& wrong);
// A kept file: whole, or 304 if the client has it already.
Response FileAnswer(const Request& request, const ServedFile& served, std::string_view media_type);

}  // namespace renkei::gateway
