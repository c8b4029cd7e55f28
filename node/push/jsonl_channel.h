// A file of JSON lines, for a SIEM's agent to follow.
//
// Each event is one whole line; lines are only added, and are on disk before the place moves.  A
// half line that a crash left at the end is taken away when the file is opened (its event comes
// again).  A file that somebody renamed (logrotate) or removed is made anew; with `rotate_bytes` it
// is renamed here: FILE.1 is the newest of `keep`.  A new file may be read by its owner and group.
#pragma once

#include <string>

#include "config/push_config.h"
#include "node/push/channel.h"

namespace renkei::push {

class JsonlChannel : public Channel {
 public:
  // `path`: absolute, or relative to the working folder.
  JsonlChannel(std::string path, std::int64_t rotate_bytes, int keep)
      : path_(std::move(path)), rotate_bytes_(rotate_bytes), keep_(keep) {}
  ~JsonlChannel() override;
  JsonlChannel(const JsonlChannel&) = delete;
  JsonlChannel& operator=(const JsonlChannel&) = delete;

  Delivered Deliver(std::span<const Event> events) override;

 private:
  absl::Status Open();
  void Close();
  bool IsStillOurs() const;  // the open file is what its name stands for
  absl::Status TakeAwayHalfLine();
  absl::Status RotateFor(std::size_t bytes);
  absl::Status Append(const std::string& text);
  absl::Status Error(std::string_view doing) const;  // by errno

  const std::string path_;
  const std::int64_t rotate_bytes_;
  const int keep_;
  int fd_ = -1;
};

}  // namespace renkei::push
