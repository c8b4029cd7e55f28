// ipcrypt-pfx: addresses encrypted so that two which share their first n bits still share n bits,
// and no more than they did (draft-denis-ipcrypt, section "Prefix-preserving encryption").
//
// What comes out is an address of somebody else: whoever shows it must give it a type of its own.
// Who knows one address of a network knows the beginning of all others in it.
//
// Movable, not copyable; the key schedule is wiped when it goes.  Not thread-safe (one context per
// key).  Takes the same time and reads the same memory whatever the address, as far as OpenSSL's
// AES does; 32 or 128 double blocks, about 3 or 12 us.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "node/base/bytes.h"

namespace renkei::crypto {

// In network order; IPv4 stands in ::ffff:0:0/96.
using AddressBytes = std::array<std::uint8_t, 16>;

inline constexpr std::size_t kIpPrefixKeyBytes = 32;  // two AES-128 keys

class IpPrefixCipher {
 public:
  // Nothing unless `key` is 32 bytes whose halves differ: equal ones would cancel each other out.
  static std::optional<IpPrefixCipher> From(BytesView key);

  IpPrefixCipher(const IpPrefixCipher&) = delete;
  IpPrefixCipher& operator=(const IpPrefixCipher&) = delete;
  IpPrefixCipher(IpPrefixCipher&&) noexcept;
  IpPrefixCipher& operator=(IpPrefixCipher&&) noexcept;
  ~IpPrefixCipher();

  // IPv4 stays IPv4.
  AddressBytes Encrypt(const AddressBytes& address);

 private:
  struct Blocks;
  explicit IpPrefixCipher(std::unique_ptr<Blocks> blocks);

  std::unique_ptr<Blocks> blocks_;
};

}  // namespace renkei::crypto
