"""What all fake services share: a server, a plan of faults, a log, and the endpoints under /control."""

from __future__ import annotations

import abc
import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Self, TypeVar

from pilling.testing._http import Delivery, HttpServer, Reply, Request, json_reply
from pilling.testing._plan import Fault, FaultPlan, RequestLog, WrongControl

# Faults of the way rather than of the service.
TRANSPORT_FAULTS = {
    "slow": "the first byte comes after `seconds` (1)",
    "reset": "the connection is reset without a byte",
    "truncated": "the connection ends in the middle of the body",
    "empty": "status 200 and an empty body",
    "html": "an HTML page of a proxy, with `status` (502)",
}

HTML_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>{status}</title></head>"
    "<body><h1>Sorry for the inconvenience</h1><hr>nginx</body></html>\n"
)


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a service behaves as long as nobody changes it; a JSON object at /control."""


SettingsType = TypeVar("SettingsType", bound=Settings)


def spoil(reply: Reply, fault: Fault | None) -> Reply:
    """The reply after what happened to it on its way."""
    match fault.name if fault else "":
        case "slow":
            assert fault
            return dataclasses.replace(reply, delay_seconds=float(fault.options.get("seconds", 1)))
        case "reset":
            return dataclasses.replace(reply, delivery=Delivery.RESET)
        case "truncated":
            return dataclasses.replace(reply, delivery=Delivery.TRUNCATED)
        case "empty":
            return dataclasses.replace(reply, status=200, body=b"")
        case "html":
            assert fault
            status = int(fault.options.get("status", 502))
            body = HTML_PAGE.format(status=status).encode()
            return dataclasses.replace(reply, status=status, body=body, content_type="text/html")
    return reply


class FakeService(abc.ABC, Generic[SettingsType]):
    """A server that runs from its making until ``stop``, or to the end of a ``with`` block. Any thread may change it.

    ``port`` 0 takes a free one. ``settings`` say how it behaves, ``seed`` draws which requests a fault with a rate strikes,
    and each reply comes after ``latency_seconds``. ``log`` counts what it was asked, and what would have been paid for.
    """

    name: ClassVar[str]
    """What the control and the shell call it."""
    known_faults: ClassVar[Mapping[str, str]]
    """What can go wrong, by name, and in words."""

    def __init__(self, settings: SettingsType, port: int = 0, seed: int = 0, latency_seconds: float = 0.0) -> None:
        self._first_settings = settings
        self.settings = settings
        self.plan = FaultPlan(seed)
        self.log = RequestLog()
        self.latency_seconds = latency_seconds
        self._first_latency = latency_seconds
        self._server = HttpServer(self._answer, port)

    @abc.abstractmethod
    def respond(self, request: Request) -> Reply:
        """Answers a request to the service itself."""

    def forget(self) -> None:
        """Drops what the service itself has kept, such as files and counters."""

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"http://127.0.0.1:{self._server.port}"

    def stop(self) -> None:
        """Takes no more requests, and lets those in flight be answered for some seconds."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        self.stop()

    def fail(self, fault: str, **how: Any) -> None:
        """Plans a fault, as a POST to /control does: ``fail("quota", operation="easy_drug", times=3)``."""
        self.plan.add(Fault.read({"fault": fault, **how}, self.known_faults))

    def set(self, **settings: Any) -> None:
        """Changes settings by their names. Raises WrongControl for one that it does not know, as ``fail`` does."""
        known = {field.name for field in dataclasses.fields(self.settings)}
        for unknown in settings.keys() - known:
            raise WrongControl(f"there is no setting {unknown!r}; known are: {', '.join(sorted(known))}")
        self.settings = dataclasses.replace(self.settings, **settings)

    def reset(self) -> None:
        """As if it were new: no faults, first settings, empty log."""
        self.plan.clear()
        self.log.clear()
        self.settings = self._first_settings
        self.latency_seconds = self._first_latency
        self.forget()

    def _answer(self, request: Request) -> Reply:
        if request.path == "/control" or request.path.startswith("/control/"):
            return self._control(request)
        reply = self.respond(request)
        return dataclasses.replace(reply, delay_seconds=reply.delay_seconds + self.latency_seconds)

    def _control(self, request: Request) -> Reply:
        actions: dict[tuple[str, str], Callable[[], object]] = {
            ("GET", "/control"): self._state,
            ("POST", "/control"): lambda: self._change(request.body),
            ("DELETE", "/control"): self.reset,
            ("GET", "/control/log"): self.log.as_json,
            ("DELETE", "/control/log"): self.log.clear,
        }
        action = actions.get((request.method, request.path))
        if action is None:
            known = [f"{method} {path}" for method, path in actions]
            return json_reply({"error": "no such control", "known": known}, 404)
        try:
            return json_reply(action() or {"done": True})
        except (WrongControl, ValueError, TypeError) as error:
            return json_reply({"error": str(error)}, 400)

    def _state(self) -> dict[str, Any]:
        return {
            "service": self.name,
            "seed": self.plan.seed,
            "latency_seconds": self.latency_seconds,
            "settings": dataclasses.asdict(self.settings),
            "faults": self.plan.as_json(),
            "known_faults": dict(self.known_faults),
        }

    def _change(self, body: bytes) -> dict[str, Any]:
        changes = json.loads(body)
        if not isinstance(changes, dict):
            raise WrongControl("send an object")
        for unknown in changes.keys() - {"faults", "settings", "seed", "latency_seconds"}:
            raise WrongControl(f"there is no {unknown!r}; known are: faults, settings, seed, latency_seconds")
        faults = [Fault.read(fault, self.known_faults) for fault in changes.get("faults", [])]
        self.set(**changes.get("settings", {}))
        self.plan.seed = changes.get("seed", self.plan.seed)
        self.latency_seconds = float(changes.get("latency_seconds", self.latency_seconds))
        for fault in faults:
            self.plan.add(fault)
        return self._state()
