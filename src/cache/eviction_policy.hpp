#pragma once

#include <cstddef>

#include "pilling/detail/cache_table.hpp"

namespace pilling::cache {

class EvictionPolicy {
 public:
  explicit EvictionPolicy(std::size_t) {}
  void insert(detail::CacheNode& e) {
    link(e);
    weight_ += e.weight;
    ++entries_;
  }
  detail::CacheNode* evict() {
    while (head_) {
      auto* e = head_;
      if (e->uses.load(std::memory_order_relaxed) == 0) {
        remove(*e);
        return e;
      }
      e->uses.store(e->uses.load() - 1);
      unlink(*e);
      link(*e);
    }
    return nullptr;
  }
  void remove(detail::CacheNode& e) {
    unlink(e);
    weight_ -= e.weight;
    --entries_;
  }
  void replace(detail::CacheNode& o, detail::CacheNode& e) {
    remove(o);
    e.uses.store(o.uses.load());
    insert(e);
  }
  std::size_t weight() const { return weight_; }
  std::size_t entries() const { return entries_; }

 private:
  void link(detail::CacheNode& e) {
    e.previous = tail_;
    e.next = nullptr;
    (tail_ ? tail_->next : head_) = &e;
    tail_ = &e;
  }
  void unlink(detail::CacheNode& e) {
    (e.previous ? e.previous->next : head_) = e.next;
    (e.next ? e.next->previous : tail_) = e.previous;
  }
  detail::CacheNode* head_ = nullptr;
  detail::CacheNode* tail_ = nullptr;
  std::size_t weight_ = 0, entries_ = 0;
};

}  // namespace pilling::cache
