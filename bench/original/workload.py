"""What is searched for: names by Zipf's law with a tail of new ones, symptoms, places. The same for the same seed."""

from __future__ import annotations

import dataclasses
import gzip
import itertools
import json
import pathlib
import random
import re
from collections import Counter

MedicineRow = dict[str, str | None]

# Plain words that people type; those that no text of the data speaks of are left out.
SYMPTOMS = """두통 치통 생리통 발열 감기 기침 가래 콧물 코막힘 재채기 인후통 몸살 오한 근육통 관절통 신경통 요통 소화불량 체함
속쓰림 위통 구역 구토 설사 변비 복통 식욕부진 더부룩 피로 육체피로 불면 어지러움 멀미 가려움 두드러기 습진 무좀 여드름 화상 상처
눈의 구내염 잇몸 비염 탈모 치질 타박상 영양제 비타민 골다공증 빈혈 갱년기 알레르기 살균 소독 해열 진통""".split()

_STRENGTH = re.compile(r"[\d(\[{<,./%·-]|밀리그람|밀리그램|마이크로")
_FORM = re.compile(
    r"(연질캡슐|캡슐|캅셀|서방정|필름코팅정|츄어블정|정|시럽|현탁액|점안액|가글액|외용액|내복액|액|크림|연고|로션|겔|과립|산|환|껌|"
    r"플라스타|카타플라스마|첩부제|패취|패치|파스|좌약|스프레이)$"
)
_SYLLABLES = "괅굱귉긇냛넧놿뇱닯뎗돓뒗렋롋뢣륋먗몳뮻뱕볛뷟"


def read_medicines(path: pathlib.Path) -> list[MedicineRow]:
    """Rows of e약은요, JSON lines, plain or gzip; each product once, and only those with a name and a text."""
    raw = path.read_bytes()
    lines = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return list({row["itemSeq"]: row for row in rows if row.get("itemName") and row.get("efcyQesitm")}.values())


def write_medicines(path: pathlib.Path, rows: list[MedicineRow]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def brand_of(name: str) -> str:
    """What people type of a name: what stands before strength, form and brackets."""
    strength = _STRENGTH.search(name, 2)
    brand = name[: strength.start()] if strength else name
    form = _FORM.search(brand, 2)
    return (brand[: form.start()] if form else brand).strip()


@dataclasses.dataclass(frozen=True, slots=True)
class Workload:
    """``held_out`` rows are at the public service only, when the searches begin."""

    known: list[MedicineRow]
    held_out: list[MedicineRow]
    searches: list[str]
    new_names: list[str]
    """Of the searches; nobody has asked for them before. Every second one, as long as they last, is held out; the
    others nobody knows."""
    sample_names: list[str]
    """Held out, and not among the searches."""
    symptoms: list[str]


def _zipf(count: int, exponent: float) -> list[float]:
    return list(itertools.accumulate(1 / rank**exponent for rank in range(1, count + 1)))


def _unknown_names(chance: random.Random, count: int) -> list[str]:
    """Of syllables that no medicine has."""
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join(chance.choices(_SYLLABLES, k=5)) + "정"] = None
    return list(names)


def _ranked(brands: list[str], ranks: str) -> list[str]:
    """Most popular first. They are in an order of chance."""
    products = Counter(brands)
    different = list(products)
    return sorted(different, key=lambda brand: -products[brand]) if ranks == "products" else different


def draw(
    rows: list[MedicineRow],
    searches: int,
    seed: int,
    samples: int = 5,
    ranks: str = "products",
    exponent: float = 1.0,
    tail: float = 0.02,
) -> Workload:
    """``tail``: the share of searches for new names. ``samples``: how many names to hold out besides. ``ranks``: which
    brands are the popular ones: those with most "products", as nothing better is known, or any, by "chance"."""
    chance = random.Random(seed)
    shuffled = chance.sample(rows, len(rows))
    new = round(searches * tail)
    holding_out = min((new + 1) // 2 + samples, max(samples, len(rows) // 10))
    held_out, known = shuffled[:holding_out], shuffled[holding_out:]
    names = [str(row["itemName"]).strip() for row in held_out]
    sample_names, held_names = names[:samples], names[samples:]
    new_names = held_names + _unknown_names(chance, new - len(held_names))
    chance.shuffle(new_names)

    brands = _ranked([brand_of(str(row["itemName"])) for row in known], ranks)
    drawn = chance.choices(brands, cum_weights=_zipf(len(brands), exponent), k=searches - new)
    for place, name in zip(sorted(chance.sample(range(searches), new)), new_names):
        drawn.insert(place, name)
    texts = "\n".join(str(row["efcyQesitm"]) for row in known)
    symptoms = [symptom for symptom in SYMPTOMS if symptom in texts]
    return Workload(known, held_out, drawn, new_names, sample_names, symptoms)


def points_near(chance: random.Random, places: list[tuple[str, float, float]], count: int) -> list[tuple[float, float]]:
    """Within about a kilometer of pharmacies, where people are."""
    return [
        (latitude + chance.gauss(0, 0.01), longitude + chance.gauss(0, 0.01))
        for _, latitude, longitude in chance.choices(places, k=count)
    ]
