"""The rows that the fake public services hold: from files, or few invented ones."""

from __future__ import annotations

import csv
import gzip
import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any

Row = dict[str, str | None]

# A checkout has a sample; a wheel has not.
_CHECKOUT = pathlib.Path(__file__).resolve().parents[4]
BUNDLED_MEDICINES = _CHECKOUT / "examples" / "data" / "medicines.jsonl"
BUNDLED_PHARMACIES = _CHECKOUT / "examples" / "data" / "pharmacies.csv"
BUNDLED_HOLIDAYS = _CHECKOUT / "data" / "holidays_kr.txt"

_INVENTED_MEDICINES: list[Row] = [
    {
        "itemSeq": f"20990000{number}",
        "itemName": name,
        "entpName": "가상제약(주)",
        "mainIngr": ingredient,
        "efcyQesitm": f"이 약은 {efficacy}에 사용합니다.\n",
        "useMethodQesitm": "제품 설명서를 따르십시오.\n",
        "openDe": "20240131",
        "updateDe": "2024-02-01",
    }
    for number, (name, ingredient, efficacy) in enumerate(
        [
            ("가상진통정160밀리그램(아세트아미노펜)", "아세트아미노펜", "두통, 발열"),
            ("가상소화정", "판크레아틴", "소화불량, 과식, 체함"),
            ("가상시럽", "구아이페네신", "기침, 가래"),
        ],
        start=1,
    )
]

# Prescription products, which e약은요 does not hold.
_INVENTED_PERMITS: list[Row] = [
    {
        "ITEM_SEQ": f"20989990{number}",
        "ITEM_NAME": name,
        "ITEM_ENG_NAME": english,
        "ENTP_NAME": "모형제약(주)",
        "ETC_OTC_CODE": "전문의약품",
        "CANCEL_NAME": state,
        "MAIN_ITEM_INGR": ingredient,
        "MAIN_INGR_ENG": english_ingredient,
        "EFFICACY": efficacy,
    }
    for number, (name, english, ingredient, english_ingredient, efficacy, state) in enumerate(
        [
            ("모형스타틴정10밀리그램", "Mohyeong Statin Tab. 10mg", "[M999102]모형스타틴", "Mohyeongstatin",
             "고콜레스테롤혈증", "정상"),
            ("모형아졸캡슐", "Mohyeong Azole Cap.", "[M999101]모형아졸|[M999103]모형산", "Mohyeongazole/Mohyeong Acid",
             "칸디다증&nbsp;및 무좀", "정상"),
            ("모형취하정", None, "[M999104]모형취하", "Mohyeongchwiha", "두통", "취하"),
        ],
        start=1,
    )
]  # fmt: skip


def _text(path: pathlib.Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")


def _scalar(value: Any) -> str | None:
    return None if value is None else str(value)


def _unwrapped(document: Any) -> Iterator[Any]:
    """The rows of a reply in any of the agencies' shapes."""
    if isinstance(document, list):
        for element in document:
            yield from _unwrapped(element)
    elif isinstance(document, dict):
        inner = next((document[key] for key in ("response", "body", "items", "item") if key in document), None)
        if inner is None:
            yield document
        else:
            yield from _unwrapped(inner)


def read_json_rows(path: pathlib.Path) -> list[Row]:
    """JSON lines, or one JSON document: a list or a reply."""
    text = _text(path)
    try:
        documents = [json.loads(text)]
    except json.JSONDecodeError:
        documents = [json.loads(line) for line in text.splitlines() if line.strip()]
    return [{key: _scalar(value) for key, value in row.items()} for row in _unwrapped(documents)]


def read_medicines(path: pathlib.Path | None) -> list[Row]:
    if path is None and not BUNDLED_MEDICINES.exists():
        return _INVENTED_MEDICINES
    return read_json_rows(path or BUNDLED_MEDICINES)


def _doc(title: str, kind: str, text: str | None) -> str | None:
    """A document as the permit service puts it into a field: XML inside of JSON."""
    if not text:
        return f'<DOC title="{title}" type="{kind}"/>'
    paragraphs = "".join(
        f'      <PARAGRAPH tagName="p" textIndent="" marginLeft=""><![CDATA[{line}]]></PARAGRAPH>\r\n'
        for line in text.strip().split("\n")
        if line
    )
    return (
        f'<DOC title="{title}" type="{kind}">\r\n  <SECTION title="">\r\n    <ARTICLE title="">\r\n'
        f"{paragraphs}    </ARTICLE>\r\n  </SECTION>\r\n</DOC>"
    )


def _permit_of(medicine: Row) -> Row:
    names = [name.strip() for name in (medicine.get("mainIngr") or "").split(",") if name.strip()]
    precautions = [medicine.get(f"{section}Qesitm") for section in ("atpnWarn", "atpn", "intrc", "se")]
    return {
        "ITEM_SEQ": medicine.get("itemSeq"),
        "ITEM_NAME": medicine.get("itemName"),
        "ITEM_ENG_NAME": medicine.get("ITEM_ENG_NAME"),
        "ENTP_NAME": medicine.get("entpName"),
        "ETC_OTC_CODE": "일반의약품",
        "CANCEL_NAME": "정상",
        "MAIN_ITEM_INGR": "|".join(f"[M{900000 + at}]{name}" for at, name in enumerate(names)) or None,
        "MAIN_INGR_ENG": None,
        "STORAGE_METHOD": medicine.get("depositMethodQesitm"),
        "EFFICACY": medicine.get("efcyQesitm"),
        "USAGE": medicine.get("useMethodQesitm"),
        "PRECAUTIONS": "\n".join(text.strip() for text in precautions if text),
        "CHANGE_DATE": (medicine.get("updateDe") or "").replace("-", "")[:8] or None,
    }


def permit_details(medicines: list[Row]) -> list[Row]:
    """A permit for each medicine, and some for products that e약은요 does not hold."""
    details: list[Row] = []
    for permit in [_permit_of(medicine) for medicine in medicines] + _INVENTED_PERMITS:
        row = {key: value for key, value in permit.items() if key not in ("EFFICACY", "USAGE", "PRECAUTIONS")}
        row["ITEM_PERMIT_DATE"] = "20200102"
        row["EE_DOC_DATA"] = _doc("효능효과", "EE", permit["EFFICACY"])
        row["UD_DOC_DATA"] = _doc("용법용량", "UD", permit.get("USAGE"))
        row["NB_DOC_DATA"] = _doc("사용상의주의사항", "NB", permit.get("PRECAUTIONS"))
        row["PN_DOC_DATA"] = None
        details.append(row)
    return details


def permit_list_row(detail: Row) -> Row:
    """The same permit as the list shows it."""
    ingredients = detail.get("MAIN_ITEM_INGR")
    return {
        "ITEM_SEQ": detail["ITEM_SEQ"],
        "ITEM_NAME": detail["ITEM_NAME"],
        "ITEM_ENG_NAME": detail["ITEM_ENG_NAME"],
        "ENTP_NAME": detail["ENTP_NAME"],
        "ITEM_PERMIT_DATE": detail["ITEM_PERMIT_DATE"],
        "PRDLST_STDR_CODE": detail["ITEM_SEQ"],
        "SPCLTY_PBLC": detail["ETC_OTC_CODE"],
        "ITEM_INGR_NAME": detail.get("MAIN_INGR_ENG"),
        "ITEM_INGR_CNT": str(ingredients.count("|") + 1) if ingredients else "0",
        "BIG_PRDT_IMG_URL": "",
        "CANCEL_DATE": None,
        "CANCEL_NAME": detail["CANCEL_NAME"],
        "EDI_CODE": None,
    }


def read_pharmacies(path: pathlib.Path | None) -> list[Row]:
    """A table or JSON with the field names of the 국립중앙의료원 service."""
    if path is None and not BUNDLED_PHARMACIES.exists():
        return [
            {"hpid": "C9990001", "dutyName": "가상약국", "dutyAddr": "서울특별시 가상구 모형로 1",
             "dutyTel1": "02-000-0000", "dutyTime1s": "0900", "dutyTime1c": "1900", "dutyTime5s": "0900",
             "dutyTime5c": "2500", "wgs84Lat": "37.5001234567", "wgs84Lon": "127.0001234567"},
            {"hpid": "C9990002", "dutyName": "심야가상약국", "dutyAddr": "서울특별시 가상구 모형로 2",
             "dutyTel1": "02-000-0001", "dutyTime1s": "0000", "dutyTime1c": "2400", "wgs84Lat": "37.5",
             "wgs84Lon": "127"},
        ]  # fmt: skip
    path = path or BUNDLED_PHARMACIES
    text = _text(path)
    if text.lstrip()[:1] in ("{", "["):
        return read_json_rows(path)
    table = csv.DictReader(text.splitlines())
    return [{key: value for key, value in row.items() if value and "suspect" not in key} for row in table]


def read_holidays(path: pathlib.Path | None) -> list[Row]:
    """A file like ``data/holidays_kr.txt``."""
    if path is None and not BUNDLED_HOLIDAYS.exists():
        text = "2026-01-01 1월1일\n2026-06-06 현충일\n2026-12-25 기독탄신일\n"
    else:
        text = _text(path or BUNDLED_HOLIDAYS)
    days = re.findall(r"^(\d{4})-(\d\d)-(\d\d) +(.+?)\s*$", text, re.MULTILINE)
    return [
        {"dateKind": "01", "dateName": name, "isHoliday": "Y", "locdate": year + month + day, "seq": "1"}
        for year, month, day, name in days
    ]
