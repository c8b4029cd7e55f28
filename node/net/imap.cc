#include "node/net/imap.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "node/base/encoding.h"
#include "node/net/curl_easy.h"

namespace renkei::net {
namespace {

constexpr std::chrono::seconds kImapLoginWithin{30};
constexpr std::size_t kImapChunkBytes = 16 * 1024;
constexpr std::size_t kImapSaidBytesMax = 120;

std::optional<std::uint64_t> ImapNumber(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The number after `word` in a line: `[UIDVALIDITY 5]`, `RFC822.SIZE 120)`.
std::optional<std::uint64_t> ImapNumberAfter(const std::string& line, std::string_view word) {
  const std::string upper = [&] {
    std::string copy = line;
    std::transform(copy.begin(), copy.end(), copy.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return copy;
  }();
  const std::size_t at = upper.find(word);
  if (at == std::string::npos) return std::nullopt;
  std::size_t begin = at + word.size();
  while (begin < upper.size() && upper[begin] == ' ') ++begin;
  std::size_t end = begin;
  while (end < upper.size() && upper[end] >= '0' && upper[end] <= '9') ++end;
  return ImapNumber(std::string_view(upper).substr(begin, end - begin));
}

// `{120}` or `{120+}` at the end of a line: so many bytes follow.
std::optional<std::uint64_t> LiteralBytes(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  const std::size_t open = line.rfind('{');
  if (open == std::string_view::npos) return std::nullopt;
  std::string_view digits = line.substr(open + 1, line.size() - open - 2);
  if (digits.ends_with('+')) digits.remove_suffix(1);
  return ImapNumber(digits);
}

bool IsFetchOf(const ImapLine& line, std::uint32_t uid) {
  return line.text.find(" FETCH (") != std::string::npos &&
         ImapNumberAfter(line.text, "UID ").value_or(0) == uid;
}

}  // namespace

struct ImapClient::Wire {
  Wire(const std::string& url, const Cancel& stop)
      : easy(url, "imap,imaps", kImapLoginWithin), cancel(stop) {}

  CurlPool pool{};  // outlives the transfer
  CurlEasy easy;
  const Cancel& cancel;
  std::string shown{};
  CurlEasy::Steady::time_point until{};
  std::string held{};  // came, and was not read yet
  std::size_t read = 0;
  int commands = 0;

  absl::Status More() {
    if (read > 0) held.erase(0, std::exchange(read, 0));
    std::array<char, kImapChunkBytes> chunk{};
    ASSIGN_OR_RETURN(const std::size_t got,
                     easy.Receive(chunk.data(), chunk.size(), until, cancel));
    if (got == 0) return Unavailable("the server has closed the connection");
    held.append(chunk.data(), got);
    return absl::OkStatus();
  }
};

ImapClient::ImapClient(std::unique_ptr<Wire> wire) : wire_(std::move(wire)) {}
ImapClient::~ImapClient() = default;

absl::StatusOr<std::unique_ptr<ImapClient>> ImapClient::Open(const ImapServer& server,
                                                             const Cancel& cancel) {
  Url url = server.url;
  url.path = "/";  // the mailbox is ours to open
  url.query.clear();
  auto wire = std::make_unique<Wire>(url.ToText(), cancel);
  wire->shown = url.Shown();
  CurlEasy& easy = wire->easy;
  const bool plain = url.scheme == "imap" && IsLoopbackHost(url.host) && server.ca_file.empty();
  easy.Set(CURLOPT_USE_SSL, static_cast<long>(plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  easy.SetTls({server.ca_file, server.certificate_file, server.key_file});
  const std::string& login = server.login.Reveal();
  const std::size_t colon = login.find(':');
  if (colon == std::string::npos || colon == 0) {
    return FailedPrecondition("the secret is not `user:password`");
  }
  easy.Set(CURLOPT_USERNAME, login.substr(0, colon).c_str());
  easy.Set(CURLOPT_PASSWORD, login.substr(colon + 1).c_str());
  RETURN_IF_ERROR(Annotate(easy.Connect(wire->pool, cancel), "read mail from " + wire->shown));
  return std::unique_ptr<ImapClient>(new ImapClient(std::move(wire)));
}

absl::StatusOr<ImapLine> ImapClient::ReadLine(std::size_t& room, std::size_t line_bytes_max) {
  ImapLine line;
  while (true) {
    std::string& held = wire_->held;
    std::size_t end = held.find('\n', wire_->read);
    while (end == std::string::npos) {
      if (held.size() - wire_->read > line_bytes_max) {
        return ResourceExhausted(fmt::format("a line of more than {} bytes", line_bytes_max));
      }
      RETURN_IF_ERROR(wire_->More());
      end = held.find('\n', wire_->read);
    }
    std::string_view piece = std::string_view(held).substr(wire_->read, end - wire_->read);
    if (piece.ends_with('\r')) piece.remove_suffix(1);
    if (line.text.size() + piece.size() > line_bytes_max || piece.size() > room) {
      return ResourceExhausted("an answer longer than what was asked for");
    }
    room -= piece.size();
    const auto literal = LiteralBytes(piece);
    line.text += literal ? piece.substr(0, piece.rfind('{')) : piece;
    wire_->read = end + 1;
    if (!literal) return line;
    if (*literal > room) return ResourceExhausted("a message longer than its size");
    room -= *literal;
    while (held.size() - wire_->read < *literal) RETURN_IF_ERROR(wire_->More());
    line.literals.push_back(held.substr(wire_->read, *literal));
    wire_->read += *literal;
    line.text += "{}";
  }
}

absl::StatusOr<std::vector<ImapLine>> ImapClient::Say(const std::string& command,
                                                      std::size_t bytes_max) {
  const std::string tag = fmt::format("renkei{}", ++wire_->commands);
  const std::string doing = "read mail from " + wire_->shown;
  wire_->until = CurlEasy::Steady::now() + kImapAnswerWithin;
  RETURN_IF_ERROR(Annotate(
      wire_->easy.Send(fmt::format("{} {}\r\n", tag, command), wire_->until, wire_->cancel),
      doing));
  std::vector<ImapLine> lines;
  const bool search = command.starts_with("UID SEARCH");
  while (true) {
    ASSIGN_OR_RETURN(
        ImapLine line,
        Annotate(ReadLine(bytes_max, search ? kImapSearchBytesMax : kImapLineBytesMax), doing));
    if (!line.text.starts_with(tag + " ")) {
      if (lines.size() >= kImapLinesMax) return ResourceExhausted(doing + ": too many lines");
      lines.push_back(std::move(line));
      continue;
    }
    std::string_view said = std::string_view(line.text).substr(tag.size() + 1);
    if (AsciiLower(said.substr(0, 3)) == "ok " || AsciiLower(said) == "ok") return lines;
    return FailedPrecondition(
        fmt::format("{}: the server answers `{}`", doing, Printable(said, kImapSaidBytesMax)));
  }
}

absl::StatusOr<ImapMailbox> ImapClient::Examine(const std::string& mailbox) {
  ASSIGN_OR_RETURN(const std::vector<ImapLine> lines,
                   Say("EXAMINE " + ImapQuoted(mailbox), kImapSearchBytesMax));
  ImapMailbox opened;
  for (const ImapLine& line : lines) {
    const auto validity = ImapNumberAfter(line.text, "[UIDVALIDITY ");
    const auto next = ImapNumberAfter(line.text, "[UIDNEXT ");
    if (validity) opened.uid_validity = static_cast<std::uint32_t>(*validity);
    if (next) opened.uid_next = static_cast<std::uint32_t>(*next);
  }
  if (opened.uid_validity == 0) {
    return FailedPrecondition(
        fmt::format("read mail from {}: the mailbox keeps no lasting numbers", wire_->shown));
  }
  return opened;
}

absl::StatusOr<std::vector<std::uint32_t>> ImapClient::UidsFrom(std::uint32_t first) {
  ASSIGN_OR_RETURN(const std::vector<ImapLine> lines,
                   Say(fmt::format("UID SEARCH UID {}:*", first), kImapSearchBytesMax));
  std::vector<std::uint32_t> uids;
  for (const ImapLine& line : lines) {
    if (!line.text.starts_with("* SEARCH")) continue;
    std::string_view rest = std::string_view(line.text).substr(8);
    while (!rest.empty()) {
      const std::size_t begin = rest.find_first_not_of(' ');
      if (begin == std::string_view::npos) break;
      const std::size_t end = std::min(rest.find(' ', begin), rest.size());
      const auto uid = ImapNumber(rest.substr(begin, end - begin));
      rest.remove_prefix(end);
      // `N:*` names the last message also where that is before N.
      if (!uid || *uid < first || *uid > 0xffffffffU) continue;
      if (uids.size() >= kImapUidsMax) return ResourceExhausted("too many messages");
      uids.push_back(static_cast<std::uint32_t>(*uid));
    }
  }
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  return uids;
}

absl::StatusOr<std::optional<std::uint64_t>> ImapClient::SizeOf(std::uint32_t uid) {
  ASSIGN_OR_RETURN(const std::vector<ImapLine> lines,
                   Say(fmt::format("UID FETCH {} (UID RFC822.SIZE)", uid), kImapSearchBytesMax));
  for (const ImapLine& line : lines) {
    if (!IsFetchOf(line, uid)) continue;
    // A server may say unasked that its flags changed, in a line of the same form.
    const auto size = ImapNumberAfter(line.text, "RFC822.SIZE ");
    if (size) return size;
  }
  return std::optional<std::uint64_t>();
}

absl::StatusOr<std::optional<Bytes>> ImapClient::Fetch(std::uint32_t uid, std::size_t bytes_max) {
  ASSIGN_OR_RETURN(
      std::vector<ImapLine> lines,
      Say(fmt::format("UID FETCH {} (UID BODY.PEEK[])", uid), bytes_max + kImapLineBytesMax));
  for (ImapLine& line : lines) {
    if (!IsFetchOf(line, uid) || line.literals.size() != 1) continue;
    if (line.literals.front().size() > bytes_max) {
      return ResourceExhausted("a message longer than its size");
    }
    return std::optional<Bytes>(std::move(line.literals.front()));
  }
  return std::optional<Bytes>();
}

absl::StatusOr<std::string> ImapMailboxOf(const Url& url) {
  std::string name;
  const std::string_view path = std::string_view(url.path).substr(url.path.empty() ? 0 : 1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto hex = path[i] == '%' ? HexDecode(path.substr(i + 1, 2)) : std::nullopt;
    if (hex && hex->size() == 1) i += 2;
    name.push_back(hex && hex->size() == 1 ? hex->front() : path[i]);
  }
  const bool well =
      !name.empty() && name.size() <= kImapMailboxBytesMax &&
      std::all_of(name.begin(), name.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!well) {
    return InvalidArgument(fmt::format(
        "`{}` names no mailbox: such as `imaps://mail.team.example/INBOX`", url.Shown()));
  }
  return name;
}

std::string ImapQuoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

}  // namespace renkei::net
