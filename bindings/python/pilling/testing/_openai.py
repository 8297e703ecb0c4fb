"""A server that speaks like OpenAI's: chat completions, files and batches, limits, and every way to say no."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from pilling.testing._batches import BATCH_FAULTS, BatchDesk
from pilling.testing._chat import ANSWER_FAULTS, answer, error_reply, refuse
from pilling.testing._http import Reply, Request, json_reply
from pilling.testing._plan import Fault
from pilling.testing._service import TRANSPORT_FAULTS, FakeService, Settings, spoil
from pilling.testing._summaries import estimated_tokens, identity, message_text, subject_of


@dataclasses.dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    kind: str
    code: str | None
    message: str
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


_REFUSALS = {
    "rate_limit": _Refusal(429, "requests", "rate_limit_exceeded", "Rate limit reached. Please try again in 20ms.",
                           {"retry-after": "1", "retry-after-ms": "20"}),
    "rate_limit_without_advice": _Refusal(429, "tokens", "rate_limit_exceeded", "Rate limit reached."),
    "rate_limit_long": _Refusal(429, "requests", "rate_limit_exceeded", "Rate limit reached.", {"retry-after": "300"}),
    "slow_down": _Refusal(429, "rate_limit_error", "slow_down", "Slow down.", {"retry-after": "1"}),
    "insufficient_quota": _Refusal(429, "insufficient_quota", "insufficient_quota",
                                   "You exceeded your current quota, please check your plan and billing details."),
    "server_error": _Refusal(500, "server_error", None, "The server had an error while processing your request."),
    "final_server_error": _Refusal(500, "server_error", None, "The server had an error.", {"x-should-retry": "false"}),
    "conflict": _Refusal(409, "invalid_request_error", None, "Conflict.", {"x-should-retry": "true"}),
    "overloaded": _Refusal(503, "service_unavailable_error", "server_is_overloaded", "The server is overloaded."),
    "request_timeout": _Refusal(408, "server_error", None, "Timeout."),
    "forbidden": _Refusal(403, "invalid_request_error", "unsupported_country_region_territory", "Not supported."),
    "context_length": _Refusal(400, "invalid_request_error", "context_length_exceeded", "The context is too long."),
}  # fmt: skip

KNOWN_FAULTS = {
    **TRANSPORT_FAULTS,
    **{name: f"status {refusal.status}, {refusal.code or refusal.kind}" for name, refusal in _REFUSALS.items()},
    **ANSWER_FAULTS,
    **BATCH_FAULTS,
}


@dataclasses.dataclass(frozen=True)
class OpenAiSettings(Settings):
    """What the model server accepts, and how much of it. The limits are those of all callers together; none: no limit."""

    api_keys: tuple[str, ...] = ()
    """Empty: none is needed."""
    models: tuple[str, ...] = ()
    """Empty: any name will do."""
    formats: tuple[str, ...] = ()
    """Of answers: "json_schema", "json_object", "text"; empty: all."""
    profile: str = "openai"
    """"reasoning" refuses max_tokens, "legacy" max_completion_tokens; "lenient" takes all."""
    error_shape: str = "openai"
    """Or "integer_code", "string", "flat"."""
    requests_per_minute: int | None = None
    """Beyond it, status 429."""
    tokens_per_minute: int | None = None
    """Of questions and answers."""
    polls_per_state: int = 1
    """So many looks at a batch move it on."""


def go_duration(seconds: float) -> str:
    """As the headers have it: 6ms, 1.5s, 1m0.052s."""
    milliseconds = round(seconds * 1000)
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    text = f"{rest / 1000:.3f}".rstrip("0").rstrip(".")
    return f"{minutes}m{text}s" if minutes else f"{text}s"


class _Minute:
    """What is left of the limits of a minute."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._began = self._now()
            self._used = {"requests": 0, "tokens": 0}

    def take(self, limits: Mapping[str, int | None], tokens: int) -> tuple[str, dict[str, str], float]:
        """The limit that is reached, if any, the headers, and how long it takes until the next minute."""
        with self._lock:
            if self._now() - self._began >= 60:
                self._began, self._used = self._now(), {"requests": 0, "tokens": 0}
            wanted = {"requests": self._used["requests"] + 1, "tokens": self._used["tokens"] + tokens}
            limited = {kind: limit for kind, limit in limits.items() if limit is not None}
            reached = next((kind for kind, limit in limited.items() if wanted[kind] > limit), "")
            self._used = self._used if reached else wanted
            rest = max(0.0, 60 - (self._now() - self._began))
            headers = {}
            for kind, limit in limited.items():
                headers[f"x-ratelimit-limit-{kind}"] = str(limit)
                headers[f"x-ratelimit-remaining-{kind}"] = str(max(0, limit - self._used[kind]))
                headers[f"x-ratelimit-reset-{kind}"] = go_duration(rest)
            return reached, headers, rest


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


class FakeOpenAi(FakeService[OpenAiSettings]):
    """An OpenAI-compatible server on 127.0.0.1. ``now`` gives seconds, for the limits of a minute."""

    name: ClassVar[str] = "openai"
    known_faults: ClassVar[Mapping[str, str]] = KNOWN_FAULTS

    def __init__(
        self,
        settings: OpenAiSettings = OpenAiSettings(),
        port: int = 0,
        seed: int = 0,
        latency_seconds: float = 0.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._minute = _Minute(now)
        self._lock = threading.Lock()
        self._answers = 0
        self._desk = BatchDesk(self._run_batch_line, lambda: self.plan.seed)
        super().__init__(settings, port, seed, latency_seconds)

    @property
    def base_url(self) -> str:
        """What clients of OpenAI take: ends in ``/v1``."""
        return f"{self.url}/v1"

    def forget(self) -> None:
        self._minute.clear()
        self._desk.clear()

    def respond(self, request: Request) -> Reply:
        operation, act = self._route(request)
        refusal = self._authorise(request)
        if refusal or act is None:
            reply = refusal or self._error(404, "Invalid URL.", "invalid_request_error")
            self.log.note(operation, reply.status)
            return self._with_id(reply)
        question = subject_of(self._messages(request)) if operation == "chat" else None
        fault = self.plan.draw(operation, question or "")
        reply = spoil(self._refused(fault) or act(fault), fault)
        self.log.note(operation, reply.status, fault.name if fault else "", question)
        return self._with_id(reply)

    def _route(self, request: Request) -> tuple[str, Callable[[Fault | None], Reply] | None]:
        """The name of the operation, and what does it."""
        desk, parameters = self._desk, request.parameters()
        parts = request.path.removeprefix("/v1/").strip("/").split("/") if request.path.startswith("/v1/") else []
        match (request.method, *parts):
            case ("POST", "chat", "completions"):
                return "chat", lambda fault: self._chat(_parsed(request.body), fault)
            case ("GET", "models"):
                return "models", lambda fault: self._list_models()
            case ("POST", "files"):
                return "files.create", lambda fault: desk.upload(request)
            case ("GET", "files", key):
                return "files.get", lambda fault: desk.file(key)
            case ("DELETE", "files", key):
                return "files.delete", lambda fault: desk.delete_file(key)
            case ("GET", "files", key, "content"):
                return "files.content", lambda fault: desk.content(key)
            case ("POST", "batches"):
                return "batches.create", lambda fault: desk.create(_parsed(request.body), fault)
            case ("GET", "batches"):
                limit = parameters.get("limit", "20")
                size = min(100, int(limit)) if limit.isdigit() and limit != "0" else 20
                return "batches.list", lambda fault: desk.page(parameters.get("after", ""), size)
            case ("GET", "batches", key):
                return "batches.get", lambda fault: desk.look_at(key, self.settings.polls_per_state)
            case ("POST", "batches", key, "cancel"):
                return "batches.cancel", lambda fault: desk.cancel(key)
        return request.path, None

    def _authorise(self, request: Request) -> Reply | None:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        given = bearer or request.headers.get("api-key", "")  # as Azure has it
        if not self.settings.api_keys or given in self.settings.api_keys:
            return None
        message = "Incorrect API key provided." if given else "You didn't provide an API key."
        return self._error(401, message, "invalid_request_error", "invalid_api_key")

    def _error(
        self, status: int, message: str, kind: str, code: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        return error_reply(status, message, kind, code, headers=headers, shape=self.settings.error_shape)

    def _refused(self, fault: Fault | None) -> Reply | None:
        refusal = _REFUSALS.get(fault.name) if fault else None
        if refusal is None or fault is None:
            return None
        own = {name: str(value) for name, value in fault.options.items()}
        headers = {**refusal.headers, **{name.replace("_", "-"): value for name, value in own.items()}}
        return self._error(refusal.status, refusal.message, refusal.kind, refusal.code, headers)

    def _with_id(self, reply: Reply) -> Reply:
        with self._lock:
            self._answers += 1
            own = {"x-request-id": identity("req_", self._answers), "openai-processing-ms": "1"}
        return dataclasses.replace(reply, headers={**own, **reply.headers})

    @staticmethod
    def _messages(request: Request) -> list[Mapping[str, Any]]:
        body = _parsed(request.body)
        messages = body.get("messages") if isinstance(body, dict) else None
        return [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []

    def _chat(self, body: Any, fault: Fault | None) -> Reply:
        settings = self.settings
        refusal = refuse(body, settings.profile, settings.models, settings.error_shape, settings.formats)
        if refusal:
            return refusal
        tokens = sum(estimated_tokens(message_text(message)) for message in body["messages"])
        limits = {"requests": settings.requests_per_minute, "tokens": settings.tokens_per_minute}
        reached, headers, rest = self._minute.take(limits, tokens)
        if reached:
            advice = {"retry-after": str(max(1, round(rest))), "retry-after-ms": str(round(rest * 1000))}
            message = f"Rate limit reached for {reached} per min. Please try again in {go_duration(rest)}."
            return self._error(429, message, reached, "rate_limit_exceeded", {**headers, **advice})
        return json_reply(self._answer_and_bill(body, fault), headers=headers)

    def _answer_and_bill(self, body: Mapping[str, Any], fault: Fault | None) -> dict[str, Any]:
        number = self.log.billed_for(subject_of(body["messages"]))
        made = answer(body, fault if fault and fault.name in ANSWER_FAULTS else None, number)
        self.log.bill(made.text, made.usage)
        return made.body

    def _run_batch_line(self, body: Mapping[str, Any]) -> tuple[int, dict[str, Any], Mapping[str, int]]:
        refusal = refuse(body, self.settings.profile, self.settings.models, "openai", self.settings.formats)
        if refusal:
            return refusal.status, json.loads(refusal.body), {}
        fault = self.plan.draw("batch_line", subject_of(body["messages"]))
        document = self._answer_and_bill(body, fault)
        usage = {name: count for name, count in document.get("usage", {}).items() if isinstance(count, int)}
        return 200, document, usage

    def _list_models(self) -> Reply:
        names = self.settings.models or ("fake-model",)
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "fake"} for name in names]
        return json_reply({"object": "list", "data": data})
