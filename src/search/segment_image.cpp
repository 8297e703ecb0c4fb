#include "search/segment_image.hpp"

#include <array>
#include <cstring>

#include "pilling/error.hpp"
#include "text/fingerprint.hpp"
#include "text/normalize.hpp"

namespace pilling::search {
namespace {

// Raise it when a section, a tier or the order of items changes.
constexpr std::uint32_t format_version = 1;
constexpr std::array<char, 8> magic = {'P', 'I', 'L', 'L', 'N', 'A', 'M', 'E'};
constexpr std::size_t alignment = 64;

struct SectionPlace {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t checksum = 0;
};

struct Header {
  std::array<char, 8> magic{};
  std::uint32_t format = 0;
  std::uint32_t normal_forms = 0;
  std::uint64_t size = 0;
  std::uint64_t checksum = 0;  // of what follows in the header
  std::array<SectionPlace, static_cast<std::size_t>(Section::count)> sections;
};

std::uint64_t checksum_of_places(const Header& header) {
  return text::checksum({reinterpret_cast<const std::uint8_t*>(header.sections.data()), sizeof header.sections});
}

std::size_t aligned(std::size_t size) { return (size + alignment - 1) / alignment * alignment; }

Header read_header(std::span<const std::uint8_t> image) {
  Header header;
  std::memcpy(&header, image.data(), sizeof header);
  return header;
}

}  // namespace

std::vector<std::uint8_t> ImageWriter::image() const {
  Header header{.magic = magic, .format = format_version, .normal_forms = text::normal_form_version, .sections = {}};
  std::size_t end = aligned(sizeof header);
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    header.sections[i] = {.offset = end, .size = sections_[i].size(), .checksum = text::checksum(sections_[i])};
    end = aligned(end + sections_[i].size());
  }
  header.size = end;
  header.checksum = checksum_of_places(header);
  std::vector<std::uint8_t> image(end);
  std::memcpy(image.data(), &header, sizeof header);
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    if (!sections_[i].empty()) {
      std::memcpy(image.data() + header.sections[i].offset, sections_[i].data(), sections_[i].size());
    }
  }
  return image;
}

ImageReader::ImageReader(std::span<const std::uint8_t> image, const std::string& source)
    : image_(image), source_(source) {
  if (image.size() < sizeof(Header) || std::memcmp(image.data(), magic.data(), magic.size()) != 0) {
    throw BadData(source + " is no snapshot of a name index", source, 0);
  }
  const Header header = read_header(image);
  if (header.format != format_version || header.normal_forms != text::normal_form_version) {
    throw BadData(source + " was written by another version of Pilling (format " + std::to_string(header.format) +
                      ", normal forms " + std::to_string(header.normal_forms) + "; this one reads " +
                      std::to_string(format_version) + " and " + std::to_string(text::normal_form_version) +
                      "); build the index again and save it",
                  source, magic.size());
  }
  if (header.size != image.size() || header.checksum != checksum_of_places(header)) {
    throw BadData(source + " is damaged: its header does not fit its size; build the index again and save it", source,
                  0);
  }
  for (const SectionPlace& place : header.sections) {
    if (place.offset % alignment != 0 || place.offset > image.size() || place.size > image.size() - place.offset) {
      throw BadData(source + " is damaged: a section lies outside of it", source, 0);
    }
  }
}

void ImageReader::verify() const {
  const Header header = read_header(image_);
  for (const SectionPlace& place : header.sections) {
    if (text::checksum(image_.subspan(place.offset, place.size)) == place.checksum) continue;
    throw BadData(source_ + " is damaged: a checksum differs at byte " + std::to_string(place.offset) +
                      "; build the index again and save it",
                  source_, place.offset);
  }
}

std::span<const std::uint8_t> ImageReader::bytes(Section section) const {
  SectionPlace place;
  std::memcpy(&place,
              image_.data() + offsetof(Header, sections) + static_cast<std::size_t>(section) * sizeof(SectionPlace),
              sizeof place);
  return image_.subspan(place.offset, place.size);
}

void ImageReader::refuse(Section section) const {
  throw BadData(source_ + " is damaged: section " + std::to_string(static_cast<std::uint32_t>(section)) +
                    " has a size that it cannot have",
                source_, 0);
}

}  // namespace pilling::search
