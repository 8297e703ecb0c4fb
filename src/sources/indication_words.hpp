#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

/// The Korean words by which a list of indications is taken apart. A word that is missing here keeps a list together,
/// which reads long but stays true.
namespace pilling::sources::words {

using Words = std::span<const std::string_view>;

inline bool any_in(std::string_view text, Words words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}
inline bool any_ends(std::string_view text, Words words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.ends_with(word); });
}
inline bool any_begins(std::string_view text, Words words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.starts_with(word); });
}
inline bool any_is(std::string_view text, Words words) { return std::ranges::find(words, text) != words.end(); }

// How a sentence begins and ends around its list.
inline constexpr auto subjects = std::to_array<std::string_view>(
    {"이 약은", "이약은", "이 약을", "이 제품은", "이 제제는", "본 제품은", "본 제는", "이 의약품은"});
inline constexpr auto verbs = std::to_array<std::string_view>(
    {"사용하며", "사용할 수 있습니다", "사용될 수 있습니다", "사용합니다", "사용됩니다", "사용하십시오", "사용한다",
     "사용된다", "투여합니다", "복용합니다", "쓰입니다", "씁니다", "사용함", "사용", "입니다"});
inline constexpr auto particles =
    std::to_array<std::string_view>({"를 위하여", "을 위하여", "를 위해서", "을 위해서", "를 위해", "을 위해", "에만",
                                     "에도", "으로서", "으로", "로서", "에", "로"});
inline constexpr auto denials = std::to_array<std::string_view>(
    {"마십시오", "않습니다", "아닙니다", "없습니다", "안됩니다", "안 됩니다", "금합니다",
     "금지",     "마세요",   "바랍니다", "않는다",   "아니한다", "말 것",     "말것",
     "금한다",   "마시오",   "안 된다",  "안된다",   "제외한다", "제외합니다"});

// Actions upon all of the list before them, in three sorts. Relief of a complaint is looked for under the name of the
// complaint; relief of the symptoms of a disease is not a medicine against the disease.
inline constexpr auto relief =
    std::to_array<std::string_view>({"완화", "경감", "개선", "진통", "소염", "항염", "진정", "호전"});
inline constexpr auto supply = std::to_array<std::string_view>({"보급", "보충", "공급"});
inline constexpr auto governing = std::to_array<std::string_view>(
    {"예방", "방지", "소독",   "살균",     "세척", "세정",     "제거", "억제", "촉진",    "조절", "유지",
     "강화", "증진", "보조",   "보호",     "회복", "배설",     "배출", "보습", "마취",    "지혈", "해독",
     "중화", "처치", "관리",   "교정",     "용해", "거담",     "진해", "해열", "진경",    "이뇨", "수렴",
     "차단", "청결", "청정",   "박리",     "항균", "감량",     "재생", "연화", "생성",    "작용", "용도",
     "멸균", "피복", "정상화", "재발방지", "방취", "보조요법", "헹굼", "담금", "국소세척"});
// … also when grown together with the word before, and then of the whole list, too.
inline constexpr auto governing_compounds =
    std::to_array<std::string_view>({"예방", "소독", "보조", "보조요법", "방지", "세척", "보조치료", "치료보조"});
// Words that may stand between the object and the action, or beside it.
inline constexpr auto beside_actions =
    std::to_array<std::string_view>({"증상", "증상의", "증상을", "일시적", "일시적인", "여러", "및", "또는", "보조적"});
inline constexpr auto whole_compounds = std::to_array<std::string_view>({"눈병예방", "눈병 예방"});

inline constexpr auto complaints = std::to_array<std::string_view>(
    {"통",     "통증",   "동통", "결림", "저림", "냉증",   "피로", "건조감",   "불쾌감", "재채기",
     "콧물",   "코막힘", "기침", "가래", "눈물", "충혈",   "부기", "무거움",   "가려움", "가려움증",
     "작열감", "이물감", "붓기", "구역", "구토", "현기증", "오심", "메스꺼움", "속쓰림", "어지러움"});

// What is supplied, and the circumstances of it.
inline constexpr auto nutrients =
    std::to_array<std::string_view>({"비타민", "아연", "칼슘", "마그네슘", "셀레늄", "셀렌", "엽산", "철분", "철의",
                                     "미네랄", "무기질", "단백", "아미노산", "칼륨", "요오드", "영양", "폴산", "누액"});
inline constexpr auto circumstances = std::to_array<std::string_view>(
    {"육체피로", "임신", "수유", "발육기", "노년기", "성장기", "병중", "병후", "체력", "갱년기", "회복기", "소모성",
     "임부", "산전", "산후", "임산부", "고령자", "청소년기", "유아기"});
inline constexpr auto circumstance_endings =
    std::to_array<std::string_view>({"임신", "수유", "수유기", "발육기", "노년기", "성장기", "갱년기", "회복기",
                                     "임신기", "병중", "병후", "산후", "청소년기", "유아기"});

// Parts of the body and people: by themselves they are no indication.
inline constexpr auto parts = std::to_array<std::string_view>(
    {"1도",    "2도",  "1차",    "2차",    "뼈",     "이",     "눈",     "코",       "목",       "귀",
     "입",     "손",   "발",     "팔",     "다리",   "허리",   "어깨",   "무릎",     "머리",     "두피",
     "얼굴",   "피부", "잇몸",   "치아",   "구강",   "위",     "장",     "간",       "손톱",     "발톱",
     "항문",   "복부", "점막",   "기관지", "상복부", "소아",   "성인",   "노인",     "임부",     "유아",
     "영아",   "여성", "남성",   "어린이", "인두",   "주사기", "카테터", "겨드랑이", "사타구니", "손가락",
     "발가락", "가슴", "엉덩이", "안면",   "인후",   "식도",   "직장",   "요도",     "방광",     "신장",
     "폐",     "심장", "뇌",     "혈관",   "척추",   "전신",   "입술",   "혀",       "비강",     "목구멍",
     "팔꿈치", "힘줄", "근육",   "관절",   "각막",   "결막",   "눈꺼풀", "손바닥",   "발바닥",   "창상면"});
// "눈의 가려움" is a thing of its own at the end of a list; "낭성섬유증의 객담배출곤란" may be said of the whole list.
inline constexpr auto own_possessors = std::to_array<std::string_view>(
    {"눈",     "귀",      "코",       "목",      "입",     "손",      "발",      "피부",   "항문",
     "다리",   "팔",      "잇몸",     "치아",    "머리",   "두피",    "근육",    "관절",   "인대",
     "눈꺼풀", "손바닥",  "발바닥",   "점막",    "뼈",     "허리",    "어깨",    "시",     "얼굴",
     "손발",   "각막",    "결막",     "턱",      "무릎",   "발치후",  "발치 후", "외상후", "외상 후",
     "수영후", "수영 후", "분만후",   "분만 후", "수술후", "수술 후", "기타",    "절제후", "절제술 후",
     "병후",   "병중",    "병중병후", "인후",    "구강",   "비강",    "목구멍",  "외음부", "소아",
     "유아",   "성인",    "노인",     "임부",    "여성",   "남성",    "어린이"});
// A phrase with such an end has not said yet what it is about.
inline constexpr auto unfinished = std::to_array<std::string_view>(
    {" 시",    " 중",    " 후",    " 전",    "키고",   "되고", "저하시", "발열시", "착용시",     "투여시", "수술시",
     "검사시", "촬영시", "조사시", "수술전", "수술후", "의",   "한",     "인",     "된",         "는",     "을",
     "를",     "에",     "으로",   "에서",   "거나",   "하고", "며",     "또는",   "육체피로시", "성"});
// … or has said it, but perhaps not alone.
inline constexpr auto clause_endings = std::to_array<std::string_view>({" 때", " 경우", "을때"});
// Some nouns look the same.
inline constexpr auto finished = std::to_array<std::string_view>(
    {"저하증", "비만인", "고열의", "주의", "탈의", "흔한", "부인", "노인", "데에", "여성", "남성", "인사불성"});

// … but not this.
inline constexpr auto not_openings = std::to_array<std::string_view>({"잇몸출혈과 같은", "햇빛에 탄"});
// A phrase that begins like this opens a list of its own, whatever stands before it.
inline constexpr auto openings = std::to_array<std::string_view>(
    {"말초혈행장애", "뼈, 이",        "뼈,이",       "뼈 및 이",     "뼈와 이",       "뼈·이",        "잇몸출혈",
     "잇몸 출혈",    "햇빛",          "자외선",      "마그네슘결핍", "마그네슘 결핍", "마그네슘으로", "아연의 보급",
     "아연 보급",    "셀레늄의 보급", "셀렌의 보급", "감기로 인한",  "유행성 감기로", "소화불량으로", "자반"});
// Causes that are known to stand alone, so that the list around them is a matter of its own.
inline constexpr auto lone_causes =
    std::to_array<std::string_view>({"눈에 들어갔을",     "눈에 들어간",         "렌즈를 착용 시",
                                     "렌즈를 착용시",     "젊은나이에 나타나는", "젊은 나이에 나타나는",
                                     "렌즈를 착용",       "피부사상균에 의한",   "감기로 인한",
                                     "소화불량으로 인한", "소화촉진으로 인한",   "마그네슘결핍으로",
                                     "마그네슘 결핍으로", "마그네슘으로 인한",   "변비에 따른",
                                     "변비에 의한",       "광선에 의한",         "착용시",
                                     "착용 시",           "벌레에 물린",         "햇볕에 탄",
                                     "햇빛에 탄",         "보철에 의한",         "의치에 의한",
                                     "철결핍으로",        "코리네박테륨에 의한", "2차 감염된 알레르기성"});

// A word that ends like this is the object or place of a verb after it, and what that verb says may hold for more of
// the list than its own phrase.
inline constexpr auto verbal_particles = std::to_array<std::string_view>({"에", "을", "를", "로"});
inline constexpr auto not_particles = std::to_array<std::string_view>({"피로", "경로", "미로", "진로", "도로"});
// So may what such a word says.
inline constexpr auto binding = std::to_array<std::string_view>(
    {"갱년기 시", "갱년기시", "갱년기의", "로인한",  "수반하",  "수반되",     "동반",    "관련된",
     "관련한",    "관련하여", "와 같은",  "과 같은", "이 있는", "가 있는",    "이 없는", "가 없는",
     "이 많은",   "필요로",   "환자의",   "환자에",  "에서의",  "에서 비롯",  "로부터",  "이들",
     "이로 인한", "이를 ",    "감염된 ",  " 시 ",    "사고 후", "후의 비대성"});
// A condition upon everything that is said before it.
inline constexpr auto binding_all = std::to_array<std::string_view>({"추정되", "관여"});
// What is listed before such a word are examples of what comes after it.
inline constexpr auto after_examples = std::to_array<std::string_view>({"등 ", "등의 ", "등에 ", "등으로 ", "등에서 "});

inline constexpr auto pointing_back = std::to_array<std::string_view>(
    {"이들", "이로 ", "이를 ", "이러한", "이와 ", "그 ", "그로 ", "등 ", "등의 ", "상기"});

}  // namespace pilling::sources::words
