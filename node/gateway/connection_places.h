// Who holds how many of a server's connections, so that nobody holds them all.
//
// A place is an IPv4 address, or an IPv6 network of 64 bits, which is what one customer gets.  One
// place may hold a quarter, but always kConnectionsPerPlaceMin; this machine may hold all, for a
// proxy may stand on it.  Thread-safe.
#pragma once

#include <map>
#include <string>

#include <boost/asio/ip/address.hpp>

#include "node/base/mutex.h"

namespace renkei::gateway {

class ConnectionPlaces {
 public:
  // `max`: of all together.
  explicit ConnectionPlaces(int max);

  // The place of an address; empty: this machine.
  static std::string PlaceOf(const boost::asio::ip::address& address);

  // False: there is no room.  Else Leave it once.
  bool Enter(const std::string& place);
  void Leave(const std::string& place);

 private:
  const int max_;
  const int of_one_;
  Mutex mutex_;
  int all_ RENKEI_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int> held_ RENKEI_GUARDED_BY(mutex_);
};

}  // namespace renkei::gateway
