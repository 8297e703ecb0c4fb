#include <array>
#include <cmath>
#include <cstddef>

#include "pilling/error.hpp"
#include "pilling/pharmacy.hpp"

namespace pilling {
namespace {

struct Word {
  std::string_view english;
  std::string_view korean;
};

constexpr std::array<Word, 8> words = {{{"north", "북"},
                                        {"north-east", "북동"},
                                        {"east", "동"},
                                        {"south-east", "남동"},
                                        {"south", "남"},
                                        {"south-west", "남서"},
                                        {"west", "서"},
                                        {"north-west", "북서"}}};

}  // namespace

std::string_view compass_word(double bearing_degrees, Language language) {
  if (!std::isfinite(bearing_degrees)) throw InvalidArgument("a bearing must be finite, in degrees from north");
  constexpr double full_turn = 360;
  constexpr double sector = full_turn / words.size();
  const double turned = std::fmod(bearing_degrees, full_turn) + full_turn;
  const Word& word = words[static_cast<std::size_t>(std::floor(turned / sector + 0.5)) % words.size()];
  return language == Language::korean ? word.korean : word.english;
}

}  // namespace pilling
