// A hub and its members as processes on loopback, in a folder that goes with them.
//
// Ports are the system's choice; heartbeats come each second, so that tests need not wait for them.
// Failures end the test (child_process.h).
#pragma once

#include <map>
#include <memory>
#include <string>

#include "tests/support/node_process.h"
#include "tests/support/temp_folder.h"

namespace renkei::testing_support {

inline constexpr std::string_view kCommunity = "demo.example";

class Community {
 public:
  struct MemberOptions {
    bool listen = false;  // takes direct links
    bool start = true;
  };

  // With a running hub, unless told otherwise.
  explicit Community(bool start_hub = true);

  NodeProcess& hub() { return *hub_; }
  NodeProcess& member(const std::string& slug) { return *members_.at(slug); }

  // Invites, makes, enrols and starts a team.
  NodeProcess& Add(const std::string& slug, const std::string& level, const MemberOptions& options);
  NodeProcess& Add(const std::string& slug, const std::string& level) {
    return Add(slug, level, MemberOptions{});
  }

  std::string Invite(const std::string& slug, const std::string& level) const;
  // A member's folder, made but not enrolled.
  std::string Init(const std::string& slug, bool listen = false) const;

  void SetLevel(const std::string& slug, const std::string& level) const;
  // Waits until each member has all that `author` has published so far and that it may know of: the
  // feed is in order, so all that came before a record that everyone sees has come with it.
  void WaitUntilCaughtUp(const NodeProcess& author);
  // Stops all that run, gracefully.
  void StopAll();

  const std::string& folder() const { return folder_.path(); }

 private:
  TempFolder folder_;
  std::unique_ptr<NodeProcess> hub_;
  std::map<std::string, std::unique_ptr<NodeProcess>> members_;
  int markers_ = 0;
};

}  // namespace renkei::testing_support
