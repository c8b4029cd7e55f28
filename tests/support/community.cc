#include "tests/support/community.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace renkei::testing_support {
namespace {

constexpr std::string_view kAnyPort = "127.0.0.1:0";

void BeatEverySecond(const std::string& folder) {
  EditText(folder + "/node.toml", "seconds = 30", "seconds = 1");
}

}  // namespace

Community::Community(bool start_hub) {
  const std::string folder = folder_.path() + "/hub";
  MustRenkei({"init", folder, "--org", "Hub", "--hub-of", std::string(kCommunity), "--listen",
              std::string(kAnyPort)});
  BeatEverySecond(folder);
  hub_ = std::make_unique<NodeProcess>(folder);
  if (!start_hub) return;
  hub_->Start();
  // Members remember where the hub listens, so a restarted one must be found in the same place.
  EditText(folder + "/node.toml", fmt::format("\nlisten = \"{}\"", kAnyPort),
           fmt::format("\nlisten = \"{}\"", hub_->Address()));
  EditText(folder + "/node.toml", fmt::format("enrol_listen = \"{}\"", kAnyPort),
           fmt::format("enrol_listen = \"{}\"", hub_->Address("enrolment")));
}

std::string Community::Invite(const std::string& slug, const std::string& level) const {
  const Ran ran = hub_->Cli({"invite", slug, "--circle", "members=" + level});
  if (ran.exit_status != 0) Fail("invite: " + ran.err);
  return ran.out;
}

std::string Community::Init(const std::string& slug, bool listen) const {
  const std::string folder = folder_.path() + "/" + slug;
  std::vector<std::string> arguments = {"init", folder, "--org", "Team " + slug};
  if (listen) arguments.insert(arguments.end(), {"--listen", std::string(kAnyPort)});
  MustRenkei(arguments);
  BeatEverySecond(folder);
  return folder;
}

NodeProcess& Community::Add(const std::string& slug, const std::string& level,
                            const MemberOptions& options) {
  const std::string token = Invite(slug, level);
  const std::string folder = Init(slug, options.listen);
  MustRenkei({"join", "-", "--dir", folder}, {.in = token});
  NodeProcess& node = *(members_[slug] = std::make_unique<NodeProcess>(folder));
  if (!options.start) return node;
  node.Start();
  return node;
}

void Community::SetLevel(const std::string& slug, const std::string& level) const {
  hub_->Ask({"roster", "set", slug, "--circle", "members=" + level});
}

void Community::WaitUntilCaughtUp(const NodeProcess& author) {
  const std::string marker = author.PublishText(DraftText(fmt::format("marker {}", ++markers_)));
  for (const auto& [slug, node] : members_) {
    if (node->running()) node->WaitForRecord(marker);
  }
}

void Community::StopAll() {
  for (const auto& [slug, node] : members_) {
    if (!node->running()) continue;
    EXPECT_EQ(node->Stop(), 0) << slug << ":\n" << node->log();
  }
  if (!hub_->running()) return;
  EXPECT_EQ(hub_->Stop(), 0) << hub_->log();
}

}  // namespace renkei::testing_support
