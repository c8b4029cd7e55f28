#include "node/crypto/ip_prefix.h"

#include <algorithm>

#include <openssl/evp.h>

#include "node/base/status.h"
#include "node/crypto/digest.h"
#include "node/crypto/sodium_bytes.h"

namespace renkei::crypto {
namespace {

constexpr std::size_t kAesKeyBytes = 16;
constexpr int kAddressBits = 128;
constexpr int kV4Begins = 96;  // bits of ::ffff:0:0/96

// The library's own function frees it: no type of this file stands in the class.
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

CipherContext AesContext(BytesView key) {
  CipherContext context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  RENKEI_CHECK(context != nullptr);
  const bool ok = EVP_EncryptInit_ex2(context.get(), EVP_aes_128_ecb(), SodiumBytes(key), nullptr,
                                      nullptr) == 1 &&
                  EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1;
  RENKEI_CHECK(ok);
  return context;
}

AddressBytes Aes(EVP_CIPHER_CTX* context, const AddressBytes& block) {
  AddressBytes out{};
  int length = 0;
  const bool ok = EVP_EncryptUpdate(context, out.data(), &length, block.data(),
                                    static_cast<int>(block.size())) == 1;
  RENKEI_CHECK(ok && length == static_cast<int>(out.size()));
  return out;
}

bool IsMappedV4(const AddressBytes& address) {
  return std::all_of(address.begin(), address.begin() + 10, [](auto b) { return b == 0; }) &&
         address[10] == 0xFF && address[11] == 0xFF;
}

// Bit `at` from the left.
unsigned BitAt(const AddressBytes& address, int at) {
  return static_cast<unsigned>(address[static_cast<std::size_t>(at / 8)]) >> (7 - at % 8) & 1U;
}

void OrBit(AddressBytes& address, int at, unsigned bit) {
  auto& byte = address[static_cast<std::size_t>(at / 8)];
  byte = static_cast<std::uint8_t>(byte | bit << (7 - at % 8));
}

// One to the left, `bit` behind the last.
void ShiftIn(AddressBytes& block, unsigned bit) {
  unsigned carry = bit;
  for (std::size_t i = block.size(); i-- > 0;) {
    const unsigned shifted = static_cast<unsigned>(block[i]) << 1 | carry;
    block[i] = static_cast<std::uint8_t>(shifted);
    carry = shifted >> 8;
  }
}

}  // namespace

struct IpPrefixCipher::Blocks {
  CipherContext first;
  CipherContext second;
};

std::optional<IpPrefixCipher> IpPrefixCipher::From(BytesView key) {
  if (key.size() != kIpPrefixKeyBytes) return std::nullopt;
  const BytesView first = key.substr(0, kAesKeyBytes);
  const BytesView second = key.substr(kAesKeyBytes);
  if (EqualInConstantTime(first, second)) return std::nullopt;
  return IpPrefixCipher(std::unique_ptr<Blocks>(new Blocks{AesContext(first), AesContext(second)}));
}

IpPrefixCipher::IpPrefixCipher(std::unique_ptr<Blocks> blocks) : blocks_(std::move(blocks)) {}
IpPrefixCipher::IpPrefixCipher(IpPrefixCipher&&) noexcept = default;
IpPrefixCipher& IpPrefixCipher::operator=(IpPrefixCipher&&) noexcept = default;
IpPrefixCipher::~IpPrefixCipher() = default;

AddressBytes IpPrefixCipher::Encrypt(const AddressBytes& address) {
  const bool v4 = IsMappedV4(address);
  const int begin = v4 ? kV4Begins : 0;
  AddressBytes encrypted{};
  // The bits before the present one, behind a one that says how many they are.
  AddressBytes prefix{};
  if (v4) {
    std::copy_n(address.begin(), kV4Begins / 8, encrypted.begin());
    prefix[3] = 1;
    prefix[14] = 0xFF;
    prefix[15] = 0xFF;
  } else {
    prefix[15] = 1;
  }
  for (int at = begin; at < kAddressBits; ++at) {
    const AddressBytes one = Aes(blocks_->first.get(), prefix);
    const AddressBytes two = Aes(blocks_->second.get(), prefix);
    const unsigned mask = static_cast<unsigned>(one[15] ^ two[15]) & 1U;
    const unsigned bit = BitAt(address, at);
    OrBit(encrypted, at, bit ^ mask);
    ShiftIn(prefix, bit);
  }
  return encrypted;
}

}  // namespace renkei::crypto
