// What is made with a secret, as the file of that secret has it now: a key that was changed is used
// from the next delivery on, without a reload.
//
// Confined to one thread, as what it makes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "node/net/secret.h"
#include "node/push/channel.h"

namespace renkei::push {

template <class Made>
class FreshSecret {
 public:
  using Make = std::function<absl::StatusOr<std::unique_ptr<Made>>(net::Secret)>;

  FreshSecret(std::string file, Make make) : file_(std::move(file)), make_(std::move(make)) {}

  // Errors of net::ReadSecretFile and of `make`: what was made before is not used any more.
  absl::StatusOr<Made*> Get() {
    ASSIGN_OR_RETURN(net::Secret secret, net::ReadSecretFile(file_));
    if (made_ != nullptr && secret.Reveal() == used_.Reveal()) return made_.get();
    made_.reset();
    used_ = secret;
    ASSIGN_OR_RETURN(made_, make_(std::move(secret)));
    return made_.get();
  }

 private:
  const std::string file_;
  const Make make_;
  net::Secret used_{};
  std::unique_ptr<Made> made_{};
};

// A channel that is made anew when its secret changes; for kinds that keep nothing between events.
class FreshChannel : public Channel {
 public:
  explicit FreshChannel(FreshSecret<Channel> inner) : inner_(std::move(inner)) {}

  Delivered Deliver(std::span<const Event> events) override {
    const auto channel = inner_.Get();
    if (!channel.ok()) return {.status = channel.status()};
    return (*channel)->Deliver(events);
  }

 private:
  FreshSecret<Channel> inner_;
};

}  // namespace renkei::push
