// Threads of gRPC end after main did.
#include "node/membership/openssl_setup.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/rand.h>

namespace renkei::membership {
namespace {

std::atomic<bool> main_is_over = false;
std::thread* late = nullptr;

void EndLate() {
  main_is_over = true;
  late->join();
}

constexpr char kAsked[] = "RENKEI_TEST_END";

// Of all that runs at the end of main, EndLate runs last: it is the first to be asked for, before
// other tests have made anything.
__attribute__((constructor(101))) void AskForTheEnd() {
  if (std::getenv(kAsked) == nullptr) return;
  std::atexit(&EndLate);
  KeepOpenSslToTheEnd();
}

[[noreturn]] void EndWithAThread() {
  std::atomic<bool> ready = false;
  late = new std::thread([&ready] {
    unsigned char bytes[16];
    RAND_bytes(bytes, sizeof bytes);
    RAND_priv_bytes(bytes, sizeof bytes);
    ready = true;
    while (!main_is_over) std::this_thread::yield();
  });
  while (!ready) std::this_thread::yield();
  std::exit(0);
}

// Nodes that stopped were said to leak now and then, by sanitizers: what OpenSSL held for threads.
// They look at the end of a process, so this test is the process, too.
TEST(OpenSslSetupTest, WhatIsHeldForAThreadIsFreedWhenItEndsAfterMain) {
  if (std::getenv(kAsked) != nullptr) EndWithAThread();
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command =
      fmt::format("{}=1 '{}' --gtest_filter='OpenSslSetupTest.*' >/dev/null", kAsked, self);
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace renkei::membership
