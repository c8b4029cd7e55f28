#include "node/crypto/ip_prefix.h"

#include <algorithm>
#include <bit>
#include <fstream>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "node/base/encoding.h"
#include "node/crypto/digest.h"
#include "tests/support/paths.h"

namespace renkei::crypto {
namespace {

AddressBytes AddressFrom(const std::string& text) {
  AddressBytes bytes{};
  if (text.find(':') != std::string::npos) {
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), bytes.data()), 1) << text;
    return bytes;
  }
  bytes[10] = 0xFF;
  bytes[11] = 0xFF;
  EXPECT_EQ(inet_pton(AF_INET, text.c_str(), bytes.data() + 12), 1) << text;
  return bytes;
}

IpPrefixCipher CipherOf(const std::string& hex_key) {
  auto cipher = IpPrefixCipher::From(*HexDecode(hex_key));
  EXPECT_TRUE(cipher);
  return *std::move(cipher);
}

int SharedBits(const AddressBytes& a, const AddressBytes& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    return static_cast<int>(8 * i) + std::countl_zero(static_cast<std::uint8_t>(a[i] ^ b[i]));
  }
  return 128;
}

// 00 01 .. 1f, computed with another program (Python, cryptography) from the draft's text.
constexpr const char* kRisingKey =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

TEST(IpPrefixCipherTest, KnownAnswers) {
  IpPrefixCipher cipher = CipherOf(kRisingKey);
  for (const auto& [plain, encrypted] : std::vector<std::pair<std::string, std::string>>{
           {"192.0.2.7", "63.33.160.163"},
           {"192.0.2.200", "63.33.160.12"},
           {"203.0.113.9", "48.204.6.225"},
           {"2001:db8:77::1", "c9bf:8eba:49b1:ee3e:8722:6eef:3d7f:631f"},
           {"2001:db8:77::2", "c9bf:8eba:49b1:ee3e:8722:6eef:3d7f:631c"}}) {
    EXPECT_EQ(cipher.Encrypt(AddressFrom(plain)), AddressFrom(encrypted)) << plain;
  }
}

TEST(IpPrefixCipherTest, AgreesWithTheDraftsVectors) {
  const auto folder = testing_support::SharedFolder("vectors");
  if (!folder) return;
  std::ifstream file(*folder + "/ipcrypt_vectors.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  int seen = 0;
  for (const auto& vector : vectors) {
    if (vector["variant"] != "ipcrypt-pfx") continue;
    ++seen;
    const std::string plain = vector["ip"].get<std::string>();
    EXPECT_EQ(CipherOf(vector["key"].get<std::string>()).Encrypt(AddressFrom(plain)),
              AddressFrom(vector["encrypted_ip"].get<std::string>()))
        << plain;
  }
  EXPECT_GE(seen, 16);
}

TEST(IpPrefixCipherTest, TwoAddressesShareAsManyBitsAsBefore) {
  IpPrefixCipher cipher = CipherOf(kRisingKey);
  const std::vector<std::string> texts = {
      "192.0.2.0",   "192.0.2.1",    "192.0.2.129",   "192.0.3.1",   "198.51.100.1", "10.0.0.1",
      "2001:db8::1", "2001:db8::ff", "2001:db8:1::1", "2001:db9::1", "fd00::1",      "::1"};
  for (const std::string& one : texts) {
    for (const std::string& two : texts) {
      const AddressBytes a = AddressFrom(one);
      const AddressBytes b = AddressFrom(two);
      const bool same_family =
          (one.find(':') == std::string::npos) == (two.find(':') == std::string::npos);
      if (!same_family) continue;
      EXPECT_EQ(SharedBits(cipher.Encrypt(a), cipher.Encrypt(b)), SharedBits(a, b))
          << one << " " << two;
    }
  }
}

TEST(IpPrefixCipherTest, AnotherKeyIsAnotherAddress) {
  const AddressBytes plain = AddressFrom("192.0.2.7");
  Bytes key = *HexDecode(kRisingKey);
  const AddressBytes one = IpPrefixCipher::From(key)->Encrypt(plain);
  key[31] = static_cast<char>(key[31] ^ 1);
  EXPECT_NE(IpPrefixCipher::From(key)->Encrypt(plain), one);
}

TEST(IpPrefixCipherTest, RefusesKeysOfAnotherLengthAndEqualHalves) {
  EXPECT_FALSE(IpPrefixCipher::From(Bytes(32, 'k')));
  EXPECT_FALSE(IpPrefixCipher::From(Bytes(16, 'k') + Bytes(15, 'l')));
  EXPECT_FALSE(IpPrefixCipher::From(Bytes(16, 'k') + Bytes(17, 'l')));
  EXPECT_TRUE(IpPrefixCipher::From(Bytes(16, 'k') + Bytes(16, 'l')));
}

}  // namespace
}  // namespace renkei::crypto
