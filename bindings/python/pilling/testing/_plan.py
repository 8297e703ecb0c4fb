"""What a fake service remembers: which faults are to come, and what it was asked."""

from __future__ import annotations

import collections
import dataclasses
import random
import threading
from collections.abc import Mapping
from typing import Any


class WrongControl(ValueError):
    """A change that the service does not know. The message says what it knows."""


@dataclasses.dataclass(slots=True)
class Fault:
    """Something that goes wrong with requests to come.

    ``times``: how often; ``None`` until it is cleared. ``after``: so many matching requests go well before.
    ``rate``: of the matching requests, this share, drawn by the seed. ``options``: what the kind of fault takes.
    """

    name: str
    operation: str = "*"
    times: int | None = 1
    after: int = 0
    rate: float = 1.0
    options: dict[str, Any] = dataclasses.field(default_factory=dict)

    @classmethod
    def read(cls, document: Mapping[str, Any], known: Mapping[str, str]) -> Fault:
        name = document.get("fault")
        if name not in known:
            raise WrongControl(f"there is no fault {name!r}; known are: {', '.join(sorted(known))}")
        own = {field: document[field] for field in ("operation", "after", "rate") if field in document}
        times = document.get("times", 1 if "rate" not in document else None)
        options = {key: value for key, value in document.items() if key not in (*own, "fault", "times")}
        return cls(name=str(name), times=times, options=options, **own)

    def as_json(self) -> dict[str, Any]:
        document = dataclasses.asdict(self)
        return {"fault": document.pop("name"), **document.pop("options"), **document}


class FaultPlan:
    """Thread-safe. The n-th request of an operation always draws the same, in whatever order threads come."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._asked: collections.Counter[tuple[str, str]] = collections.Counter()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
            self._asked.clear()

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_json() for fault in self._faults]

    def draw(self, operation: str, subject: str = "") -> Fault | None:
        """The fault of one more request. Requests of one subject, such as a text, are counted on their own."""
        with self._lock:
            self._asked[operation, subject] += 1
            number = self._asked[operation, subject]
            for fault in self._faults:
                if fault.operation in ("*", operation) and self._strikes(fault, f"{operation}:{subject}:{number}"):
                    return dataclasses.replace(fault)
        return None

    def _strikes(self, fault: Fault, ticket: str) -> bool:
        if fault.times is not None and fault.times <= 0:
            return False
        if fault.after > 0:
            fault.after -= 1
            return False
        if fault.rate < 1 and random.Random(f"{self.seed}:{fault.name}:{ticket}").random() >= fault.rate:
            return False
        if fault.times is not None:
            fault.times -= 1
        return True


class RequestLog:
    """Counts, for tests: per operation, per distinct question, and of what would have cost money. Holds no key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self._statuses: dict[str, collections.Counter[str]] = {}
        self._faults: dict[str, collections.Counter[str]] = {}
        self._questions: dict[str, collections.Counter[str]] = {}
        self._billed: collections.Counter[str] = collections.Counter()
        self._tokens: collections.Counter[str] = collections.Counter()

    def clear(self) -> None:
        with self._lock:
            self._clear()

    def note(self, operation: str, status: int, fault: str = "", question: str | None = None) -> None:
        with self._lock:
            self._statuses.setdefault(operation, collections.Counter())[str(status)] += 1
            if fault:
                self._faults.setdefault(operation, collections.Counter())[fault] += 1
            if question is not None:
                self._questions.setdefault(operation, collections.Counter())[question] += 1

    def billed_for(self, text: str) -> int:
        with self._lock:
            return self._billed[text]

    def bill(self, text: str, usage: Mapping[str, int]) -> None:
        """An answer was made, whether or not it arrived."""
        with self._lock:
            self._billed[text] += 1
            self._tokens.update(usage)

    def as_json(self) -> dict[str, Any]:
        with self._lock:
            operations = {
                operation: {
                    "requests": statuses.total(),
                    "statuses": dict(statuses),
                    "faults": dict(self._faults.get(operation, {})),
                    "questions": dict(self._questions.get(operation, {})),
                }
                for operation, statuses in self._statuses.items()
            }
            total = sum(statuses.total() for statuses in self._statuses.values())
            billed = {"texts": dict(self._billed), "answers": self._billed.total(), "tokens": dict(self._tokens)}
            return {"requests": total, "operations": operations, "billed": billed}
