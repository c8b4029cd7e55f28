#include "node/gateway/connection_places.h"

#include <algorithm>

#include "node/gateway/limits.h"

namespace renkei::gateway {

ConnectionPlaces::ConnectionPlaces(int max)
    : max_(max), of_one_(std::max(kConnectionsPerPlaceMin, max / kConnectionShare)) {}

std::string ConnectionPlaces::PlaceOf(const boost::asio::ip::address& address) {
  if (address.is_v4()) return address.is_loopback() ? "" : address.to_string();
  boost::asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_loopback()) return "";
  if (v6.is_v4_mapped()) {
    return PlaceOf(boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6));
  }
  boost::asio::ip::address_v6::bytes_type bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return boost::asio::ip::address_v6(bytes).to_string();
}

bool ConnectionPlaces::Enter(const std::string& place) {
  MutexLock lock(mutex_);
  if (all_ >= max_) return false;
  if (!place.empty()) {
    int& held = held_[place];  // exists only while somebody is in it, or is about to be
    if (held >= of_one_) return false;
    ++held;
  }
  ++all_;
  return true;
}

void ConnectionPlaces::Leave(const std::string& place) {
  MutexLock lock(mutex_);
  --all_;
  if (place.empty()) return;
  const auto held = held_.find(place);
  if (--held->second == 0) held_.erase(held);
}

}  // namespace renkei::gateway
