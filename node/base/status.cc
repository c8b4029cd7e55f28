#include "node/base/status.h"

namespace renkei {

std::string Message(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

absl::Status MakeStatus(absl::StatusCode code, std::string_view message) {
  return absl::Status(code, absl::string_view(message.data(), message.size()));
}

absl::Status Annotate(const absl::Status& status, std::string_view doing) {
  if (status.ok()) return status;
  return MakeStatus(status.code(), fmt::format("{}: {}", doing, Message(status)));
}

}  // namespace renkei
