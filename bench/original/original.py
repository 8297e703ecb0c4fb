"""The way of the Django service that Pilling grew out of, without Django, on Python's standard library.

Two of its stages are here. "First": a language model is asked about every row of every search. "Cached": summaries
are made beforehand, finished answers stay in a dictionary for a time, and the model is asked only about rows that have
no summary yet. Both find names and symptoms by SQL ``LIKE`` over SQLite, ask the public service for names that the
database does not hold, and measure the distance to every pharmacy.

What is left out, all of it in the service's favour: routing, middleware, the object-relational mapper, serialising the
answer to JSON, and HTTP, which together take a Django request some milliseconds; pickling, by which Django's memory
cache copies an answer in and out; a lock around the dictionary; loading the pharmacies from the database for each
request; and the columns that a search does not show, which SQLite would have to step over.
"""

from __future__ import annotations

import http.client
import json
import math
import pathlib
import sqlite3
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

RADIUS_METERS = 6_371_000.0

Row = dict[str, str]
Pharmacy = tuple[str, float, float]

_COLUMNS = "id, name, company, efficacy, summary"


def _escaped(text: str) -> str:
    """As Django's ``icontains`` escapes what is typed."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


class MedicineTable:
    """The medicines in SQLite. Thread-safe: each thread has a connection, as each thread of a Django server has."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._own = threading.local()
        with self._connection() as connection:
            connection.execute("pragma journal_mode = wal")
            connection.execute(
                "CREATE TABLE medicines (id TEXT PRIMARY KEY, name TEXT, company TEXT, efficacy TEXT, summary TEXT)"
            )
            # What `db_index=True` makes. No LIKE that begins with % can use it, nor can any other index of SQLite's.
            connection.execute("CREATE INDEX medicines_by_name ON medicines (name)")

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = sqlite3.connect(self._path)
            connection.row_factory = sqlite3.Row
        return connection

    def add(self, rows: Iterable[Mapping[str, str | None]]) -> None:
        """Rows with the field names of e약은요."""
        fields = ("itemSeq", "itemName", "entpName", "efcyQesitm")
        values = [tuple(row.get(field) or "" for field in fields) for row in rows]
        with self._connection() as connection:
            connection.executemany("INSERT OR REPLACE INTO medicines VALUES (?, ?, ?, ?, NULL)", values)

    def keep_summaries(self, summaries: Iterable[tuple[str, str]]) -> None:
        """Pairs of an id and its summary."""
        with self._connection() as connection:
            connection.executemany("UPDATE medicines SET summary = ?2 WHERE id = ?1", summaries)

    def _rows(self, query: str, values: tuple[str | int, ...] = ()) -> list[Row]:
        return [dict(row) for row in self._connection().execute(query, values)]

    def without_summary(self) -> list[Row]:
        return self._rows(f"SELECT {_COLUMNS} FROM medicines WHERE summary IS NULL")

    def by_name(self, text: str, limit: int) -> list[Row]:
        return self._holding("name", text, limit)

    def by_symptom(self, text: str, limit: int) -> list[Row]:
        return self._holding("efficacy", text, limit)

    def _holding(self, column: str, text: str, limit: int) -> list[Row]:
        """The exact text first, then texts that begin so, then others; shorter ones before longer."""
        part = _escaped(text)
        query = f"""SELECT {_COLUMNS} FROM medicines WHERE {column} LIKE ? ESCAPE '\\'
                    ORDER BY CASE WHEN {column} = ? THEN 0 WHEN {column} LIKE ? ESCAPE '\\' THEN 1 ELSE 2 END,
                             length({column}), name LIMIT ?"""
        return self._rows(query, (f"%{part}%", text, f"{part}%", limit))


class ExpiringDictionary:
    """Answers that are kept for so many seconds, and who asked for them."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._entries: dict[str, tuple[float, list[Row]]] = {}
        self.hits = 0
        self.misses = 0

    def get(self, key: str) -> list[Row] | None:
        entry = self._entries.get(key)
        if entry is None or entry[0] < time.monotonic():
            self.misses += 1
            return None
        self.hits += 1
        return entry[1]

    def put(self, key: str, answer: list[Row]) -> None:
        self._entries[key] = (time.monotonic() + self._seconds, answer)


class KeptConnection:
    """One connection a thread, kept alive between requests. Thread-safe."""

    def __init__(self, url: str) -> None:
        split = urllib.parse.urlsplit(url)
        self._host = split.netloc
        self._path = split.path
        self._own = threading.local()
        self._all: list[http.client.HTTPConnection] = []

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Any:
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(self._host, timeout=60)
            self._all.append(connection)
        connection.request(method, self._path + path, body, {"User-Agent": "original", **headers})
        reply = connection.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise RuntimeError(f"{self._host} answered {reply.status}")
        return json.loads(text)

    def close(self) -> None:
        for connection in self._all:
            connection.close()


def question_about(efficacy: str, model: str) -> dict[str, Any]:
    """A short prompt, as short ones cost less."""
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": "의약품의 효능을 두세 낱말로, 한국어 한 줄로 요약하세요."},
            {"role": "user", "content": efficacy},
        ],
        "max_completion_tokens": 100,
    }


class Model(Protocol):
    def summarize(self, efficacy: str) -> str: ...


class ChatModel:
    """A language model behind an OpenAI-compatible server."""

    def __init__(self, server: KeptConnection, model: str) -> None:
        self._server = server
        self._model = model

    def summarize(self, efficacy: str) -> str:
        body = json.dumps(question_about(efficacy, self._model)).encode()
        headers = {"Content-Type": "application/json", "Authorization": "Bearer key"}
        reply = self._server.ask("POST", "/chat/completions", body, headers)
        return str(reply["choices"][0]["message"]["content"])


class PublicService:
    """e약은요 at data.go.kr."""

    def __init__(self, server: KeptConnection) -> None:
        self._server = server

    def rows_named(self, name: str) -> list[dict[str, str | None]]:
        asked = urllib.parse.urlencode({"serviceKey": "key", "itemName": name, "type": "json", "numOfRows": 10})
        reply = self._server.ask("GET", f"/1471000/DrbEasyDrugInfoService/getDrbEasyDrugList?{asked}")
        rows: list[dict[str, str | None]] = reply["body"].get("items", [])
        return rows


def haversine_meters(latitude: float, longitude: float, pharmacy: Pharmacy) -> float:
    one, other = math.radians(latitude), math.radians(pharmacy[1])
    a = (
        math.sin((other - one) / 2) ** 2
        + math.cos(one) * math.cos(other) * math.sin(math.radians(pharmacy[2] - longitude) / 2) ** 2
    )
    return RADIUS_METERS * 2 * math.atan2(math.sqrt(a), math.sqrt(1 - a))


class Original:
    """The service. Thread-safe. Without ``time_to_live``, the first stage: no caches, the model on each search."""

    def __init__(
        self,
        medicines: MedicineTable,
        pharmacies: list[Pharmacy],
        model: Model,
        service: PublicService,
        time_to_live: float | None = None,
    ) -> None:
        self._medicines = medicines
        self._pharmacies = pharmacies
        self._model = model
        self._service = service
        self.answers = ExpiringDictionary(time_to_live) if time_to_live is not None else None

    def search(self, text: str, limit: int = 10) -> list[Row]:
        def find() -> list[Row]:
            if rows := self._medicines.by_name(text, limit):
                return rows
            self._medicines.add(self._service.rows_named(text))
            return self._medicines.by_name(text, limit)

        return self._answer(f"name:{text}:{limit}", find)

    def search_symptom(self, text: str, limit: int = 10) -> list[Row]:
        return self._answer(f"symptom:{text}:{limit}", lambda: self._medicines.by_symptom(text, limit))

    def pharmacies_near(self, latitude: float, longitude: float, radius_meters: float, limit: int) -> list[str]:
        found = []
        for pharmacy in self._pharmacies:
            meters = haversine_meters(latitude, longitude, pharmacy)
            if meters <= radius_meters:
                found.append((meters, pharmacy[0]))
        found.sort()
        return [id for _, id in found[:limit]]

    def precompute(self) -> None:
        """A summary for each product: the service knew nothing of texts that products share."""
        rows = self._medicines.without_summary()
        self._medicines.keep_summaries([(row["id"], self._model.summarize(row["efficacy"])) for row in rows])

    def _answer(self, key: str, find: Callable[[], list[Row]]) -> list[Row]:
        if self.answers is None:
            return [{**row, "summary": self._model.summarize(row["efficacy"])} for row in find()]
        answer = self.answers.get(key)
        if answer is None:
            answer = [self._with_summary(row) for row in find()]
            self.answers.put(key, answer)
        return answer

    def _with_summary(self, row: Row) -> Row:
        if row["summary"] is not None:
            return row
        summary = self._model.summarize(row["efficacy"])
        self._medicines.keep_summaries([(row["id"], summary)])
        return {**row, "summary": summary}
