#include "search/name_parts.hpp"

#include <algorithm>
#include <array>

#include "search/query.hpp"

namespace pilling::search {
namespace {

// As normal forms spell them.
constexpr auto forms = std::to_array<std::string_view>({"프리필드시린지주",
                                                        "구강용해필름",
                                                        "프리필드시린지",
                                                        "구강붕해필름",
                                                        "카타플라스마",
                                                        "관류용멸균용액",
                                                        "나잘스프레이",
                                                        "건조시럽용",
                                                        "프리필드펜주",
                                                        "구강붕해정",
                                                        "구강용스프레이",
                                                        "필름코팅정",
                                                        "이알서방캡슐",
                                                        "이알서방정",
                                                        "현탁용분말",
                                                        "건조시럽",
                                                        "연질캡슐",
                                                        "경질캡슐",
                                                        "서방캡슐",
                                                        "장용캡슐",
                                                        "서방과립",
                                                        "장용과립",
                                                        "츄어블정",
                                                        "서방형정",
                                                        "프리필드펜",
                                                        "에어로솔",
                                                        "흡입용캡슐",
                                                        "흡입용액",
                                                        "트로키제",
                                                        "플라스타",
                                                        "에멀젼겔",
                                                        "반창고",
                                                        "엘릭서",
                                                        "드링크",
                                                        "드롭스",
                                                        "로젠지",
                                                        "스프레이",
                                                        "샴푸액",
                                                        "서방정",
                                                        "장용정",
                                                        "점안액",
                                                        "점안겔",
                                                        "주사액",
                                                        "주사제",
                                                        "현탁액",
                                                        "안연고",
                                                        "외용액",
                                                        "첩부제",
                                                        "점비액",
                                                        "점이액",
                                                        "현탁정",
                                                        "트로키",
                                                        "설하정",
                                                        "질연질캡슐",
                                                        "내복액",
                                                        "흡입액",
                                                        "흡입제",
                                                        "발포정",
                                                        "질좌제",
                                                        "관장액",
                                                        "붕해정",
                                                        "저작정",
                                                        "가글액",
                                                        "연고제",
                                                        "캡슐제",
                                                        "시럽제",
                                                        "건조엑스",
                                                        "연조엑스",
                                                        "과립",
                                                        "시럽",
                                                        "주사",
                                                        "크림",
                                                        "연고",
                                                        "로션",
                                                        "패취",
                                                        "패치",
                                                        "필름",
                                                        "좌제",
                                                        "세립",
                                                        "츄정",
                                                        "질정",
                                                        "정제",
                                                        "캡슐",
                                                        "용액",
                                                        "가글",
                                                        "치약",
                                                        "샴푸",
                                                        "파스",
                                                        "밴드",
                                                        "분말",
                                                        "산제",
                                                        "액제",
                                                        "엑스",
                                                        "겔",
                                                        "액",
                                                        "주",
                                                        "산",
                                                        "환",
                                                        "껌",
                                                        "정"});

bool is_bracket(char c) { return c == '(' || c == '[' || c == '{'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_latin(char c) { return c >= 'a' && c <= 'z'; }

std::size_t first_bracket(std::string_view name, const text::NormalForm& normal) {
  constexpr auto wide_brackets = std::to_array<std::string_view>({"（", "［", "〔", "【"});
  std::size_t bracket = 0;
  while (bracket < name.size() && !is_bracket(name[bracket])) {
    const bool may_be_wide =
        static_cast<unsigned char>(name[bracket]) == 0xEF || static_cast<unsigned char>(name[bracket]) == 0xE3;
    if (may_be_wide && std::ranges::find(wide_brackets, name.substr(bracket, 3)) != wide_brackets.end()) break;
    ++bracket;
  }
  return static_cast<std::size_t>(std::ranges::lower_bound(normal.begins, bracket) - normal.begins.begin());
}

// Takes "500mg", "10 20mgml", "5%" off the end.
std::string_view without_strength(std::string_view head) {
  std::string_view rest = head;
  while (true) {
    std::string_view shorter = rest;
    while (!shorter.empty() && (is_latin(shorter.back()) || shorter.back() == '%' || shorter.back() == '?')) {
      shorter.remove_suffix(1);
    }
    if (shorter.empty() || !is_digit(shorter.back())) return rest;
    while (!shorter.empty() && (is_digit(shorter.back()) || shorter.back() == '.')) shorter.remove_suffix(1);
    while (!shorter.empty() && shorter.back() == ' ') shorter.remove_suffix(1);
    rest = shorter;
  }
}

constexpr std::size_t syllable = 3;  // bytes of UTF-8

constexpr std::uint32_t last_syllable(std::string_view text) {
  std::uint32_t bytes = 0;
  for (const char byte : text.substr(text.size() - syllable)) bytes = bytes << 8 | static_cast<unsigned char>(byte);
  return bytes;
}

constexpr auto last_syllables = [] {
  std::array<std::uint32_t, forms.size()> last{};
  for (std::size_t i = 0; i < forms.size(); ++i) last[i] = last_syllable(forms[i]);
  return last;
}();

std::string_view form_at_end(std::string_view head) {
  std::string_view longest;
  if (head.size() < syllable) return longest;
  const std::uint32_t last = last_syllable(head);
  for (std::size_t i = 0; i < forms.size(); ++i) {
    if (last_syllables[i] != last || forms[i].size() <= longest.size()) continue;
    if (head.ends_with(forms[i])) longest = forms[i];
  }
  return longest;
}

}  // namespace

NameParts take_apart(std::string_view name, const text::NormalForm& normal) {
  NameParts parts;
  parts.head_end = first_bracket(name, normal);
  const std::string_view head = std::string_view(normal.text).substr(0, parts.head_end);
  std::string_view brand = without_strength(head);
  const std::string_view form = form_at_end(brand);
  constexpr std::size_t least = 2;  // "정" alone, or what "환" leaves of 청심환, is no brand
  if (!form.empty() && count_characters(brand.substr(0, brand.size() - form.size())) >= least) {
    parts.form = form;
    brand = without_strength(brand.substr(0, brand.size() - form.size()));
  }
  parts.brand_end = brand.empty() ? parts.head_end : brand.size();
  return parts;
}

bool begins_part(std::string_view name, const text::NormalForm& normal, std::size_t at) {
  if (at == 0) return true;
  const std::size_t from = normal.ends[at - 1];
  const std::size_t to = normal.begins[at];
  return from < to && to <= name.size();
}

}  // namespace pilling::search
