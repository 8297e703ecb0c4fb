#include <utility>

#include "geo/nearby_index.hpp"
#include "pilling/pharmacy.hpp"

namespace pilling {

class PharmacyIndex::Impl : public geo::NearbyIndex {
 public:
  using NearbyIndex::NearbyIndex;
};

PharmacyIndex::PharmacyIndex(std::vector<std::shared_ptr<const Pharmacy>> pharmacies, HolidayCalendar holidays,
                             std::uint64_t version)
    : impl_(std::make_unique<const Impl>(std::move(pharmacies), std::move(holidays), version)) {}

PharmacyIndex::~PharmacyIndex() = default;
PharmacyIndex::PharmacyIndex(PharmacyIndex&&) noexcept = default;
PharmacyIndex& PharmacyIndex::operator=(PharmacyIndex&&) noexcept = default;

std::vector<NearbyPharmacy> PharmacyIndex::near(Coordinate center, const NearbyOptions& options,
                                                std::chrono::sys_seconds now) const {
  return impl_->near(center, options, now);
}

std::size_t PharmacyIndex::count(Coordinate center, const NearbyOptions& options, std::chrono::sys_seconds now) const {
  return impl_->count(center, options, now);
}

NearbyTable PharmacyIndex::near_many(std::span<const Coordinate> centers, const NearbyOptions& options,
                                     std::chrono::sys_seconds now) const {
  return impl_->near_many(centers, options, now);
}

std::size_t PharmacyIndex::size() const noexcept { return impl_->size(); }

std::uint64_t PharmacyIndex::version() const noexcept { return impl_->version(); }

const HolidayCalendar& PharmacyIndex::holidays() const noexcept { return impl_->holidays(); }

}  // namespace pilling
