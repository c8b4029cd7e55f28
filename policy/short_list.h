// A list that needs no allocation while it is short: N items stand inside it.  Value; internal to
// policy/.
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace renkei::policy {

template <class T, std::size_t N>
class ShortList {
 public:
  T& Add(T item) {
    if (size_ == N) {
      for (T& moved : near_) far_.push_back(std::move(moved));
    }
    ++size_;
    if (size_ > N) return far_.emplace_back(std::move(item));
    return near_[size_ - 1] = std::move(item);
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() { return size_ <= N ? near_.data() : far_.data(); }
  T* end() { return begin() + size_; }
  const T* begin() const { return size_ <= N ? near_.data() : far_.data(); }
  const T* end() const { return begin() + size_; }

 private:
  std::size_t size_ = 0;
  std::array<T, N> near_{};
  std::vector<T> far_{};  // all of them, once there are more than N
};

}  // namespace renkei::policy
