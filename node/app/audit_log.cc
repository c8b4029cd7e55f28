#include "node/app/audit_log.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "node/app/file_lock.h"
#include "node/app/own_files.h"
#include "node/base/encoding.h"
#include "node/base/file.h"
#include "node/crypto/digest.h"
#include "node/formats/time_text.h"

namespace renkei::app {
namespace {

constexpr std::size_t kHeadBytesMax = 256;
constexpr std::uint64_t kFreeBytesMin = 1024 * 1024;  // several lines, a head, what the disk adds
constexpr off_t kTailBytes = 64 * 1024;               // more than a line has
constexpr std::size_t kHashDigits = 2 * crypto::Digest::kSize;
constexpr std::string_view kHashKey = ",\"hash\":\"";
constexpr std::string_view kNoHash =
    "0000000000000000000000000000000000000000000000000000000000000000";

// A file that closes itself.
class AuditFile {
 public:
  AuditFile(const std::string& path, int flags)
      : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~AuditFile() {
    if (fd_ >= 0) close(fd_);
  }
  AuditFile(const AuditFile&) = delete;
  AuditFile& operator=(const AuditFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

absl::Status CantOpen(const std::string& path) {
  return Unavailable(fmt::format("open `{}`: {}", path, std::generic_category().message(errno)));
}

std::string HashOf(std::string_view body) {
  const Bytes tag = crypto::Tag16("RNK1.audit");
  return HexEncode(crypto::Sha256({tag, body}).view());
}

// Where a chain stands.
struct AuditPoint {
  std::uint64_t number = 0;
  std::string hash{kNoHash};
};

// A line taken apart; nothing if it is none of ours.
struct AuditLine {
  Json json{};
  AuditPoint point{};
  std::string previous{};
};

std::optional<AuditLine> ParseLine(std::string_view line) {
  const std::size_t tail = kHashKey.size() + kHashDigits + 2;
  if (line.size() <= tail) return std::nullopt;
  const std::string_view end = line.substr(line.size() - tail);
  if (!end.starts_with(kHashKey) || !end.ends_with("\"}")) return std::nullopt;
  AuditLine parsed;
  parsed.json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!parsed.json.is_object()) return std::nullopt;
  const auto number = parsed.json.find("number");
  const auto previous = parsed.json.find("previous");
  if (number == parsed.json.end() || !number->is_number_unsigned() ||
      previous == parsed.json.end() || !previous->is_string()) {
    return std::nullopt;
  }
  parsed.point.number = number->get<std::uint64_t>();
  parsed.point.hash = std::string(end.substr(kHashKey.size(), kHashDigits));
  parsed.previous = previous->get<std::string>();
  if (HashOf(line.substr(0, line.size() - tail)) != parsed.point.hash) return std::nullopt;
  return parsed;
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

// Empty if there is no such file.
absl::StatusOr<Bytes> ReadIfThere(const std::string& path, std::size_t bytes_max) {
  auto text = ReadFile(path, bytes_max);
  if (text.status().code() == absl::StatusCode::kNotFound) return Bytes();
  return text;
}

absl::StatusOr<AuditPoint> ReadHead(const std::string& folder) {
  ASSIGN_OR_RETURN(const Bytes text, ReadIfThere(InFolder(folder, kAuditHeadFile), kHeadBytesMax));
  AuditPoint head;
  if (text.empty()) return head;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), head.number);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || text.size() < digits + 1 + kHashDigits) {
    return DataLoss(fmt::format("`{}` is damaged", InFolder(folder, kAuditHeadFile)));
  }
  head.hash = text.substr(digits + 1, kHashDigits);
  return head;
}

std::string LineOf(const Caller& who, const AuditEntry& entry, Timestamp now,
                   const AuditPoint& before) {
  const auto text = [](const std::string& field) { return Printable(field, kAuditTextBytesMax); };
  Json json = {{"number", before.number + 1},
               {"time", formats::SecondsToText(UnixSeconds(now)).value_or("")}};
  if (who.is_owner()) {
    json["user"] = LoginName();
  } else {
    json["account"] = who.account;
  }
  json["action"] = text(entry.action);
  if (!entry.object.empty()) json["object"] = text(entry.object);
  for (std::size_t i = 0; i < std::min(entry.digests.size(), kAuditDigestsMax); ++i) {
    json["digests"][text(entry.digests[i].first)] = text(entry.digests[i].second);
  }
  json["result"] = text(entry.result);
  if (!entry.note.empty()) json["note"] = text(entry.note);
  json["previous"] = before.hash;
  std::string body = ToText(json);
  body.pop_back();
  return body + std::string(kHashKey) + HashOf(body) + "\"}\n";
}

// The last whole line of the newest file; what a crash left behind it was never acknowledged and
// is dropped.
absl::StatusOr<std::string> LastLine(const std::string& path) {
  const AuditFile file(path, O_RDWR);
  if (file.fd() < 0) return errno == ENOENT ? absl::StatusOr<std::string>("") : CantOpen(path);
  const off_t size = lseek(file.fd(), 0, SEEK_END);
  const auto wanted = static_cast<std::size_t>(std::min<off_t>(size, kTailBytes));
  std::string tail(wanted, '\0');
  const off_t from = size - static_cast<off_t>(wanted);
  if (pread(file.fd(), tail.data(), wanted, from) != static_cast<ssize_t>(wanted)) {
    return CantOpen(path);
  }
  const std::size_t end = tail.rfind('\n');
  const std::size_t whole = end == std::string::npos ? 0 : end + 1;
  if (whole < tail.size() && ftruncate(file.fd(), from + static_cast<off_t>(whole)) != 0) {
    return CantOpen(path);
  }
  tail.resize(whole);
  const std::vector<std::string_view> lines = LinesOf(tail);
  return lines.empty() ? std::string() : std::string(lines.back());
}

absl::Status WriteLine(const std::string& path, std::string_view line) {
  const AuditFile file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (file.fd() < 0) return CantOpen(path);
  // A short write leaves a torn end, which the next Append drops.
  if (write(file.fd(), line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
      fsync(file.fd()) != 0) {
    return Unavailable(fmt::format("write `{}`: {}", path, std::generic_category().message(errno)));
  }
  return GiveToFolderOwner(path);
}

absl::Status CheckRoom(const std::string& folder) {
  if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) return CantOpen(folder);
  struct statvfs found {};
  if (statvfs(folder.c_str(), &found) != 0) return CantOpen(folder);
  // No blocks at all: a file system that doesn't count them.
  if (found.f_blocks == 0 || found.f_bavail * found.f_frsize >= kFreeBytesMin) {
    return absl::OkStatus();
  }
  return ResourceExhausted(
      fmt::format("`{}`: the disk is full, and this could not be recorded", folder));
}

}  // namespace

std::string AuditLog::PathOf(int age) const {
  const std::string path = InFolder(folder_, kAuditFile);
  return age == 0 ? path : fmt::format("{}.{}", path, age);
}

absl::Status AuditLog::RotateIfFull(std::size_t more) const {
  struct stat found {};
  if (stat(PathOf(0).c_str(), &found) != 0) return absl::OkStatus();
  if (static_cast<std::size_t>(found.st_size) + more <= file_bytes_max_) return absl::OkStatus();
  for (int age = kAuditFilesMax - 1; age > 0; --age) {
    if (rename(PathOf(age - 1).c_str(), PathOf(age).c_str()) != 0 && errno != ENOENT) {
      return CantOpen(PathOf(age));
    }
  }
  return absl::OkStatus();
}

absl::Status AuditLog::Append(const Caller& who, const AuditEntry& entry, Timestamp now) const {
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Take(InFolder(folder_, kAuditLockFile)));
  ASSIGN_OR_RETURN(AuditPoint before, ReadHead(folder_));
  ASSIGN_OR_RETURN(const std::string newest_line, LastLine(PathOf(0)));
  // The file may be one line ahead of the head, if a crash came between; never behind it, unless
  // it was cut: then going on from the head leaves a gap that Verify names.
  const auto newest = ParseLine(newest_line);
  if (newest && newest->point.number > before.number) before = newest->point;
  const std::string line = LineOf(who, entry, now, before);
  RETURN_IF_ERROR(RotateIfFull(line.size()));
  RETURN_IF_ERROR(WriteLine(PathOf(0), line));
  const auto written = ParseLine(std::string_view(line).substr(0, line.size() - 1));
  RENKEI_CHECK(written.has_value());
  const std::string head_path = InFolder(folder_, kAuditHeadFile);
  RETURN_IF_ERROR(WriteFile(head_path,
                            fmt::format("{} {}\n", written->point.number, written->point.hash),
                            FileMode::kSecret));
  return GiveToFolderOwner(head_path);
}

absl::Status AuditLog::CheckWritable() const {
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Take(InFolder(folder_, kAuditLockFile)));
  RETURN_IF_ERROR(ReadHead(folder_).status());
  RETURN_IF_ERROR(LastLine(PathOf(0)).status());
  const std::string path = PathOf(0);
  const AuditFile file(path, O_WRONLY | O_CREAT | O_APPEND);
  if (file.fd() < 0) return CantOpen(path);
  RETURN_IF_ERROR(GiveToFolderOwner(path));
  return CheckRoom(folder_);
}

absl::StatusOr<std::vector<Json>> AuditLog::Read(std::size_t last) const {
  std::vector<Json> newest;
  for (int age = 0; age < kAuditFilesMax && newest.size() < last; ++age) {
    ASSIGN_OR_RETURN(const Bytes text, ReadIfThere(PathOf(age), 2 * kAuditFileBytesMax));
    const std::vector<std::string_view> lines = LinesOf(text);
    for (auto it = lines.rbegin(); it != lines.rend() && newest.size() < last; ++it) {
      Json json = Json::parse(*it, nullptr, /*allow_exceptions=*/false);
      if (json.is_object()) newest.push_back(std::move(json));
    }
  }
  std::reverse(newest.begin(), newest.end());
  return newest;
}

absl::StatusOr<AuditLog::Verified> AuditLog::Verify(const std::string& known_head) const {
  // A line that is being written is no line yet.
  const auto lock = FileLock::TakeShared(InFolder(folder_, kAuditLockFile));
  if (!lock.ok() && lock.status().code() != absl::StatusCode::kNotFound) return lock.status();
  ASSIGN_OR_RETURN(const AuditPoint head, ReadHead(folder_));
  Verified verified;
  AuditPoint at;
  bool known = known_head.empty();
  bool head_seen = head.number == 0;
  for (int age = kAuditFilesMax - 1; age >= 0; --age) {
    ASSIGN_OR_RETURN(const Bytes text, ReadIfThere(PathOf(age), 2 * kAuditFileBytesMax));
    const bool torn_end = age == 0 && !text.ends_with('\n');
    int number = 0;
    const std::vector<std::string_view> lines = LinesOf(text);
    for (const std::string_view line : lines) {
      // What a crash cut off behind the last line that was acknowledged: the next one drops it.
      if (torn_end && head_seen && line.data() == lines.back().data()) break;
      ++number;
      const auto parsed = ParseLine(line);
      const bool oldest = verified.first == 0;
      // Only where files have gone by age may the log begin later than with its first line.
      const bool may_begin = oldest && age == kAuditFilesMax - 1;
      if (!parsed ||
          (!may_begin && (parsed->point.number != at.number + 1 || parsed->previous != at.hash))) {
        return DataLoss(fmt::format("{}:{}: {}", PathOf(age), number,
                                    !parsed ? "the line was changed"
                                            : fmt::format("line {} does not follow line {}",
                                                          parsed->point.number, at.number)));
      }
      at = parsed->point;
      if (oldest) verified.first = at.number;
      known = known || at.hash == known_head;
      head_seen = head_seen || (at.number == head.number && at.hash == head.hash);
    }
  }
  if (!head_seen || (head.number == 0 && at.number > 1)) {
    return DataLoss(fmt::format("{}: the end is missing: line {} was the last one known, {} is",
                                PathOf(0), head.number, at.number));
  }
  if (!known) return DataLoss("no line has the hash that was given: lines were replaced");
  verified.last = at.number;
  verified.head = at.hash;
  return verified;
}

}  // namespace renkei::app
