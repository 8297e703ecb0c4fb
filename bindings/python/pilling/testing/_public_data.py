"""data.go.kr as its users know it: four agencies' habits behind one moody gateway."""

from __future__ import annotations

import collections
import dataclasses
import math
import pathlib
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import ClassVar

from pilling.testing._envelopes import (
    AGENCY_CODES,
    GATEWAY_PROBLEMS,
    Page,
    agency_problem,
    gateway_problem,
    page_in_agency_json,
    page_in_ministry_json,
    page_in_xml,
)
from pilling.testing._http import Reply, Request
from pilling.testing._plan import Fault
from pilling.testing._rows import (
    Row,
    permit_details,
    permit_list_row,
    read_holidays,
    read_medicines,
    read_pharmacies,
)
from pilling.testing._service import TRANSPORT_FAULTS, FakeService, Settings, spoil

_PAGE_FAULTS = {
    "xml": "rows in XML although JSON was asked for",
    "short_page": "the second half of the page is missing",
    "repeated_rows": "the page begins with the last row of the one before",
    "moved_rows": "a row was added in front meanwhile: all others moved by one",
    "lost_rows": "a row in front went away meanwhile: the next page begins one row late",
    "changed_rows": "the first row has a new text, and comes twice",
}

KNOWN_FAULTS = {
    **TRANSPORT_FAULTS,
    **_PAGE_FAULTS,
    **{
        name: f"error of the gateway, code {problem.code} {problem.name}; `generation` 1 to 3"
        for name, problem in GATEWAY_PROBLEMS.items()
    },
    "agency": "error of the agency with HTTP status 200; `code` (01)",
}


@dataclasses.dataclass(frozen=True)
class PublicDataSettings(Settings):
    """How data.go.kr behaves: the habits of its gateway and agencies, and what a key may do."""

    generation: int = 3
    """Of gateway errors: 1 XML with status 200; 2 plain text; 3 envelopes with a status."""
    keys: tuple[str, ...] = ()
    """Decoded; empty: any key will do."""
    denied: tuple[str, ...] = ()
    """Operations that the key is not approved for."""
    quota: int | None = None
    """Requests a day and operation."""
    per_second: int | None = None
    """Requests of all operations."""
    over_cap: str = "empty"
    """What numOfRows beyond 500 gives at 식품의약품안전처: "empty" or "error"."""
    row_cap: int | None = None
    """No page has more rows than this, whatever was asked for."""
    wrapped: tuple[str, ...] = ()
    """Operations of 식품의약품안전처 whose rows are {"item": …}."""


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    name: str
    rows: Callable[[Mapping[str, str]], list[Row] | str]  # or the code of an error
    is_ministry: bool = False

    @property
    def format_parameter(self) -> str:
        return "type" if self.is_ministry else "_type"


def _holding(rows: list[Row], asked: Mapping[str, str], fields: Mapping[str, str]) -> list[Row]:
    """Rows whose field holds what the parameter says. Parameters that are not named here are ignored."""
    for parameter, field in fields.items():
        if part := asked.get(parameter):
            rows = [row for row in rows if part in (row.get(field) or "")]
    return rows


def _equal(rows: list[Row], asked: Mapping[str, str], fields: Mapping[str, str]) -> list[Row]:
    for parameter, field in fields.items():
        if value := asked.get(parameter):
            rows = [row for row in rows if row.get(field) == value]
    return rows


def _distance_km(row: Row, longitude: float, latitude: float) -> float:
    there = math.radians(float(row["wgs84Lat"] or 0))
    here = math.radians(latitude)
    turn = math.radians(float(row["wgs84Lon"] or 0) - longitude)
    half = math.sin((there - here) / 2) ** 2 + math.cos(here) * math.cos(there) * math.sin(turn / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


class PublicRows:
    """What the services answer from: rows of e약은요 (``medicines``), pharmacies with the fields of 국립중앙의료원
    (``pharmacies``) and a list of holidays like data/holidays_kr.txt (``holidays``); without a file, the bundled sample.

    Each function gives the rows of one operation that match the parameters, or the code of an error.
    """

    def __init__(
        self,
        medicines: pathlib.Path | None = None,
        pharmacies: pathlib.Path | None = None,
        holidays: pathlib.Path | None = None,
    ) -> None:
        self.medicines = read_medicines(medicines)
        self.permits = permit_details(self.medicines)
        self.permit_list = [permit_list_row(detail) for detail in self.permits]
        numbered = enumerate(read_pharmacies(pharmacies), start=1)
        self.pharmacies: list[Row] = [{**row, "rnum": str(at)} for at, row in numbered]
        self.holidays = read_holidays(holidays)

    def easy_drugs(self, asked: Mapping[str, str]) -> list[Row]:
        """Of e약은요."""
        sections = ("efcyQesitm", "useMethodQesitm", "atpnWarnQesitm", "atpnQesitm", "intrcQesitm", "seQesitm")
        fields = {name: name for name in ("itemName", "entpName", *sections)}
        return _equal(_holding(self.medicines, asked, fields), asked, {"itemSeq": "itemSeq"})

    def permits_listed(self, asked: Mapping[str, str]) -> list[Row]:
        """Of 의약품 제품 허가정보, without the texts."""
        fields = {"item_name": "ITEM_NAME", "entp_name": "ENTP_NAME", "item_ingr_name": "ITEM_INGR_NAME"}
        return _equal(_holding(self.permit_list, asked, fields), asked, {"prdlst_Stdr_code": "ITEM_SEQ"})

    def permits_detailed(self, asked: Mapping[str, str]) -> list[Row]:
        """Of 의약품 제품 허가정보, with the texts."""
        fields = {"item_name": "ITEM_NAME", "entp_name": "ENTP_NAME"}
        return _equal(_holding(self.permits, asked, fields), asked, {"item_seq": "ITEM_SEQ"})

    def pharmacies_listed(self, asked: Mapping[str, str]) -> list[Row]:
        """All of 국립중앙의료원, with their week."""
        rows = _holding(self.pharmacies, asked, {"Q0": "dutyAddr", "Q1": "dutyAddr", "QN": "dutyName"})
        day = asked.get("QT", "")
        return [row for row in rows if row.get(f"dutyTime{day}s")] if day in tuple("12345678") else rows

    def pharmacies_near(self, asked: Mapping[str, str]) -> list[Row] | str:
        """Of 국립중앙의료원, nearest first."""
        try:
            here = float(asked["WGS84_LON"]), float(asked["WGS84_LAT"])
        except KeyError:
            return "11"
        except ValueError:
            return "10"
        found = sorted((_distance_km(row, *here), row["hpid"] or "", row) for row in self.pharmacies)
        return [self._near_row(row, distance) for distance, _, row in found]

    def _near_row(self, row: Row, distance_km: float) -> Row:
        today = f"dutyTime{time.localtime().tm_wday + 1}"
        near: Row = {
            "cnt": str(len(self.pharmacies)),
            "distance": f"{distance_km:.2f}".rstrip("0").rstrip("."),
            "dutyAddr": row.get("dutyAddr"),
            "dutyDiv": "H",
            "dutyDivName": "약국",
            "dutyName": row["dutyName"],
            "dutyTel1": row.get("dutyTel1"),
            "endTime": row.get(f"{today}c"),
            "hpid": row["hpid"],
            "latitude": row["wgs84Lat"],
            "longitude": row["wgs84Lon"],
            "rnum": row["rnum"],
            "startTime": row.get(f"{today}s"),
        }
        return {key: value for key, value in near.items() if value}

    def pharmacy_by_id(self, asked: Mapping[str, str]) -> list[Row] | str:
        """One of 국립중앙의료원."""
        if not asked.get("HPID"):
            return "11"
        rows = _equal(self.pharmacies, asked, {"HPID": "hpid"})
        return [{key: value for key, value in row.items() if key != "rnum"} for row in rows]

    def rest_days(self, asked: Mapping[str, str]) -> list[Row] | str:
        """Of 특일정보."""
        year = asked.get("solYear", "")
        if not re.fullmatch(r"\d{4}", year):
            return "11"
        month = asked.get("solMonth", "")
        return [row for row in self.holidays if (row["locdate"] or "").startswith(year + month)]


def _operations(rows: PublicRows) -> dict[str, Operation]:
    centre = "/B552657/ErmctInsttInfoInqireService/"
    permit = "/1471000/DrugPrdtPrmsnInfoService"
    listed = Operation("permits", rows.permits_listed, is_ministry=True)
    detailed = Operation("permit_details", rows.permits_detailed, is_ministry=True)
    return {
        "/1471000/DrbEasyDrugInfoService/getDrbEasyDrugList": Operation("easy_drug", rows.easy_drugs, True),
        f"{permit}08/getDrugPrdtPrmsnInq08": listed,
        f"{permit}08/getDrugPrdtPrmsnDtlInq08": detailed,
        f"{permit}07/getDrugPrdtPrmsnInq07": listed,
        f"{permit}07/getDrugPrdtPrmsnDtlInq06": detailed,
        f"{centre}getParmacyFullDown": Operation("pharmacies", lambda asked: rows.pharmacies),
        f"{centre}getParmacyListInfoInqire": Operation("pharmacies_listed", rows.pharmacies_listed),
        f"{centre}getParmacyLcinfoInqire": Operation("pharmacies_near", rows.pharmacies_near),
        f"{centre}getParmacyBassInfoInqire": Operation("pharmacy", rows.pharmacy_by_id),
        "/B090041/openapi/service/SpcdeInfoService/getRestDeInfo": Operation("holidays", rows.rest_days),
    }


def _whole_number(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"[1-9]\d{0,8}", text) else otherwise


def _disordered(rows: list[Row], begin: int, size: int, fault: Fault | None) -> tuple[list[Row], int]:
    """The rows of a page, and how many there are in all, when the data moves under the reader."""
    name = fault.name if fault else ""
    total = len(rows)
    if name == "repeated_rows" and begin > 0:
        return rows[begin - 1 : begin + size - 1], total
    if name == "moved_rows":
        return rows[max(begin - 1, 0) : max(begin - 1, 0) + size], total + 1
    if name == "lost_rows":
        return rows[begin + 1 : begin + 1 + size], total - 1
    page = rows[begin : begin + size]
    if name == "short_page":
        return page[: len(page) // 2], total
    if name == "changed_rows" and page:
        text = next((key for key in ("efcyQesitm", "EE_DOC_DATA", "dutyAddr", "dateName") if key in page[0]), None)
        first = dict(page[0])
        if text:
            first[text] = f"{first[text]} (새로)"
        return [first, *page], total
    return page, total


class FakePublicData(FakeService[PublicDataSettings]):
    """data.go.kr on 127.0.0.1, at ``url``. It answers from ``rows``; ``now`` gives seconds since 1970, for its quotas."""

    name: ClassVar[str] = "data.go.kr"
    known_faults: ClassVar[Mapping[str, str]] = KNOWN_FAULTS
    _ministry_cap: ClassVar[int] = 500

    def __init__(
        self,
        rows: PublicRows | None = None,
        settings: PublicDataSettings = PublicDataSettings(),
        port: int = 0,
        seed: int = 0,
        latency_seconds: float = 0.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._operations = _operations(rows or PublicRows())
        self._services = {path.rsplit("/", 1)[0] for path in self._operations}
        self._now = now
        self._lock = threading.Lock()
        self._today: collections.Counter[tuple[int, str]] = collections.Counter()
        self._this_second: collections.Counter[int] = collections.Counter()
        super().__init__(settings, port, seed, latency_seconds)

    def forget(self) -> None:
        with self._lock:
            self._today.clear()
            self._this_second.clear()

    def respond(self, request: Request) -> Reply:
        operation = self._operations.get(request.path)
        asked = request.parameters()
        wants_json = "json" in (asked.get("type", ""), asked.get("_type", ""))
        if operation is None:
            is_service = request.path.rsplit("/", 1)[0] in self._services
            kind = "no_operation" if is_service else "no_service"
            self.log.note(request.path, 404, kind)
            return gateway_problem(GATEWAY_PROBLEMS[kind], self.settings.generation, wants_json)
        wants_json = asked.get(operation.format_parameter) == "json"
        key_names = ("serviceKey", "ServiceKey")
        question = "&".join(f"{name}={value}" for name, value in sorted(asked.items()) if name not in key_names)
        fault = self.plan.draw(operation.name)
        kind, reply = self._judge(request, operation, asked, wants_json, fault)
        reply = spoil(reply, fault)
        self.log.note(operation.name, reply.status, kind, question)
        return reply

    def _judge(
        self, request: Request, operation: Operation, asked: Mapping[str, str], wants_json: bool, fault: Fault | None
    ) -> tuple[str, Reply]:
        """The kind of the fault, or nothing, and the reply."""
        generation = self.settings.generation
        kind = self._gateway_fault(request, operation, asked)
        if not kind and fault:
            kind = fault.name
            generation = int(fault.options.get("generation", generation))
        if kind == "no_user_agent":
            return kind, gateway_problem(GATEWAY_PROBLEMS["not_approved"], 2, wants_json)
        if kind in GATEWAY_PROBLEMS:
            return kind, gateway_problem(GATEWAY_PROBLEMS[kind], generation, wants_json)
        if fault and kind == "agency":
            code = str(fault.options.get("code", "01"))
            message = AGENCY_CODES.get(code, "ERROR")
            return kind, agency_problem(code, message, wants_json, operation.is_ministry)
        return kind, self._page(operation, asked, wants_json, fault)

    def _gateway_fault(self, request: Request, operation: Operation, asked: Mapping[str, str]) -> str:
        if not request.headers.get("user-agent"):
            return "no_user_agent"
        key = asked.get("serviceKey") or asked.get("ServiceKey") or ""
        if not key:
            return "key_missing"
        is_known = not self.settings.keys or key in self.settings.keys
        if not is_known or re.search(r"%[0-9A-Fa-f]{2}", key):
            return "key_unknown"
        if operation.name in self.settings.denied:
            return "not_approved"
        return self._count(operation.name)

    def _count(self, operation: str) -> str:
        korean_day = int((self._now() + 9 * 3600) // 86400)
        second = int(self._now())
        with self._lock:
            self._this_second[second] += 1
            if self.settings.per_second is not None and self._this_second[second] > self.settings.per_second:
                return "rate"
            self._today[korean_day, operation] += 1
            is_over = self.settings.quota is not None and self._today[korean_day, operation] > self.settings.quota
            return "quota" if is_over else ""

    def _page(
        self, operation: Operation, asked: Mapping[str, str], wants_json: bool, fault: Fault | None
    ) -> Reply:
        wanted = _whole_number(asked.get("numOfRows", ""), 10)
        if operation.is_ministry and wanted > self._ministry_cap:
            if self.settings.over_cap == "empty":
                return Reply(200, b"", "application/json;charset=UTF-8")
            message = "NO MANDATORY REQUEST PARAMETERS ERROR! \n numOfRows maximum is =[500]"
            return agency_problem("11", message, wants_json, is_ministry=True)
        rows = operation.rows(asked)
        if isinstance(rows, str):
            return agency_problem(rows, AGENCY_CODES[rows], wants_json, operation.is_ministry)
        size = min(wanted, self.settings.row_cap or wanted)
        number = _whole_number(asked.get("pageNo", ""), 1)
        found, total = _disordered(rows, (number - 1) * size, size, fault)
        page = Page(found, number, size, max(total, 0))
        if not wants_json or (fault and fault.name == "xml"):
            return page_in_xml(page)
        if operation.is_ministry:
            return page_in_ministry_json(page, operation.name in self.settings.wrapped)
        return page_in_agency_json(page)
