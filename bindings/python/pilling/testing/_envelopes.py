"""How data.go.kr wraps what it says: rows in JSON and XML, and three generations of errors."""

from __future__ import annotations

import dataclasses
import json
import re
import xml.sax.saxutils
from collections.abc import Mapping, Sequence
from typing import Any

from pilling.testing._http import Reply
from pilling.testing._rows import Row

# A value becomes a JSON number only if its text is what the number would be written as.
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,15})(\.\d{0,15}[1-9])?")

JSON_TYPE = "application/json;charset=UTF-8"
XML_TYPE = "application/xml;charset=UTF-8"


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    rows: Sequence[Row]
    number: int
    size: int
    total: int


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """An error of the gateway: what each generation makes of it."""

    code: str
    name: str
    korean: str
    text_status: int
    text: str
    envelope_status: int


GATEWAY_PROBLEMS = {
    "key_missing": Problem("20", "SERVICE_KEY_IS_NULL", "서비스키가 없음", 401, "Unauthorized", 401),
    "key_unknown": Problem(
        "30", "SERVICE_KEY_IS_NOT_REGISTERED_ERROR", "등록되지 않은 서비스키", 401, "Unauthorized", 401
    ),
    "not_approved": Problem("20", "SERVICE_ACCESS_DENIED_ERROR", "서비스 접근거부", 403, "Forbidden", 403),
    "key_suspended": Problem(
        "21", "TEMPORARILY_DISABLE_THE_SERVICEKEY_ERROR", "일시적으로 사용할 수 없는 서비스 키", 403, "Forbidden", 403
    ),
    "quota": Problem(
        "22", "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR", "서비스 요청제한횟수 초과에러", 429,
        "API token quota exceeded", 429,
    ),
    "rate": Problem(
        "23", "LIMITED_NUMBER_OF_SERVICE_REQUESTS_PER_SECOND_EXCEEDS_ERROR", "초당 요청제한횟수 초과에러", 429,
        "API rate limit exceeded", 429,
    ),
    "timeout": Problem(
        "05", "SERVICETIMEOUT_ERROR", "서비스 연결실패 에러", 504, "Error receiving response from backend server", 503
    ),
    "backend": Problem("04", "HTTP_ERROR", "HTTP 에러", 502, "Error forwarding request to backend server", 503),
    "application": Problem("01", "APPLICATION_ERROR", "어플리케이션 에러", 500, "Unexpected errors", 500),
    "no_operation": Problem(
        "12", "NO_OPENAPI_SERVICE_ERROR", "해당 오픈API 서비스가 없거나 폐기됨", 404, "API not found", 404
    ),
    "no_service": Problem(
        "12", "NO_OPENAPI_SERVICE_ERROR", "해당 오픈API 서비스가 없거나 폐기됨", 500, "Unexpected errors", 404
    ),
    "blocked": Problem("29", "BLACKLIST_IP_ACCESS_ERROR", "차단된 IP", 403, "Forbidden", 403),
    "key_expired": Problem("31", "DEADLINE_HAS_EXPIRED_ERROR", "기한만료된 서비스키", 403, "Forbidden", 403),
    "wrong_address": Problem("32", "UNREGISTERED_IP_ERROR", "등록되지 않은 IP", 403, "Forbidden", 403),
}  # fmt: skip

AGENCY_CODES = {
    "01": "APPLICATION_ERROR",
    "02": "DB_ERROR",
    "03": "NODATA_ERROR",
    "05": "SERVICETIMEOUT_ERROR",
    "10": "INVALID_REQUEST_PARAMETER_ERROR",
    "11": "NO_MANDATORY_REQUEST_PARAMETERS_ERROR",
    "22": "LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR",
    "99": "UNKNOWN_ERROR",
}


def _json(document: object, status: int = 200, escape_slashes: bool = False) -> Reply:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Reply(status, (text.replace("/", "\\/") if escape_slashes else text).encode(), JSON_TYPE)


def _xml(inner: str, status: int = 200, has_declaration: bool = True) -> Reply:
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' if has_declaration else ""
    return Reply(status, (declaration + inner).encode(), XML_TYPE)


def _element(name: str, value: str | None) -> str:
    return f"<{name}>{xml.sax.saxutils.escape(value)}</{name}>" if value else f"<{name}/>"


def _header(code: str, message: str) -> str:
    return f"<header><resultCode>{code}</resultCode><resultMsg>{message}</resultMsg></header>"


def page_in_xml(page: Page) -> Reply:
    items = "".join(
        "<item>" + "".join(_element(key, value) for key, value in row.items()) + "</item>" for row in page.rows
    )
    counters = (
        f"<numOfRows>{page.size}</numOfRows><pageNo>{page.number}</pageNo><totalCount>{page.total}</totalCount>"
    )
    body = f"<body><items>{items}</items>{counters}</body>"
    return _xml(f"<response>{_header('00', 'NORMAL SERVICE.')}{body}</response>")


def _number_or_text(value: str | None) -> Any:
    if value is None or not _NUMBER.fullmatch(value):
        return value
    number = float(value) if "." in value else int(value)
    return number if str(number) == value else value


def page_in_agency_json(page: Page) -> Reply:
    """국립중앙의료원 and 한국천문연구원: made from XML, so an object stands for one row and a text for none."""
    rows = [{key: _number_or_text(value) for key, value in row.items() if value is not None} for row in page.rows]
    items: object = {"item": rows[0] if len(rows) == 1 else rows} if rows else ""
    body = {"items": items, "numOfRows": page.size, "pageNo": page.number, "totalCount": page.total}
    return _json({"response": {"header": {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}, "body": body}})


def page_in_ministry_json(page: Page, is_wrapped: bool) -> Reply:
    """식품의약품안전처: flat, all values texts, and without rows no ``items``."""
    body: dict[str, Any] = {"pageNo": page.number, "totalCount": page.total, "numOfRows": page.size}
    if page.rows:
        body["items"] = [{"item": row} for row in page.rows] if is_wrapped else list(page.rows)
    header = {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}
    return _json({"header": header, "body": body}, escape_slashes=True)


def gateway_problem(problem: Problem, generation: int, wants_json: bool) -> Reply:
    if generation == 2:
        return Reply(problem.text_status, problem.text.encode(), "text/plain")
    error, said = ("SERVICE ERROR", problem.name) if generation == 1 else (problem.name, problem.korean)
    fields = {"errMsg": error, "returnAuthMsg": said, "returnReasonCode": problem.code}
    status = 200 if generation == 1 else problem.envelope_status
    if generation == 3 and wants_json:
        return _json({"OpenAPI_ServiceResponse": {"cmmMsgHeader": fields}}, status)
    inner = "\n".join(f"    <{key}>{value}</{key}>" for key, value in fields.items())
    header = f"  <cmmMsgHeader>\n{inner}\n  </cmmMsgHeader>"
    return _xml(f"<OpenAPI_ServiceResponse>\n{header}\n</OpenAPI_ServiceResponse>\n", status, generation == 3)


def agency_problem(code: str, message: str, wants_json: bool, is_ministry: bool) -> Reply:
    if not wants_json:
        return _xml(f"<response>{_header(code, message)}</response>")
    header: Mapping[str, Any] = {"header": {"resultCode": code, "resultMsg": message}, "body": {}}
    return _json(header if is_ministry else {"response": header})
