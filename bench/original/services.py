"""The fake services in a process of their own, and a model that is counted without being asked."""

from __future__ import annotations

import dataclasses
import datetime
import json
import pathlib
import subprocess
import sys
import types
import urllib.request
from typing import Any, Self

from pilling.limits import ModelPrices
from pilling.testing._chat import answer

from original import question_about


@dataclasses.dataclass(slots=True)
class Usage:
    """Calls of a model, and their tokens."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )

    def times(self, factor: int) -> Usage:
        return Usage(self.calls * factor, self.prompt_tokens * factor, self.completion_tokens * factor)

    def dollars(self, model: str) -> float:
        """At the list prices that come with Pilling, without batches or cached input, whoever asks."""
        price = ModelPrices.bundled().find(model, datetime.date.today())
        if price is None:
            raise ValueError(f"there is no price of {model!r}; data/model_prices.txt names the models that have one")
        # Not ModelPrices.dollars, which would take all prompts together for one very long one.
        return (self.prompt_tokens * price.input + self.completion_tokens * price.output) / 1e6


class FakeServices:
    """data.go.kr and the model server, until the end of the ``with`` block. They share no GIL with what is measured."""

    def __init__(self, medicines: pathlib.Path) -> None:
        command = [sys.executable, "-u", "-m", "pilling.testing.fake_services", "--medicines", str(medicines)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.public_data = self._address(self._process.stdout.readline())
        self.openai = self._address(self._process.stdout.readline())

    @staticmethod
    def _address(line: str) -> str:
        if not line:
            raise RuntimeError("the fake services did not start; what they said stands above")
        return line.split()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def _control(self, address: str, method: str, path: str = "", document: object = None) -> dict[str, Any]:
        body = json.dumps(document).encode() if document is not None else None
        request = urllib.request.Request(f"{address.removesuffix('/v1')}/control{path}", body, method=method)
        with urllib.request.urlopen(request, timeout=60) as reply:
            result: dict[str, Any] = json.load(reply)
            return result

    def set_latency(self, public_data: float, openai: float) -> None:
        """Seconds before each reply."""
        self._control(self.public_data, "POST", document={"latency_seconds": public_data})
        self._control(self.openai, "POST", document={"latency_seconds": openai})

    def forget(self) -> None:
        """Begins to count anew."""
        for address in (self.public_data, self.openai):
            self._control(address, "DELETE", "/log")

    def counts(self) -> tuple[int, Usage]:
        """Requests to the public service, and what the model would have been paid for, since ``forget``."""
        billed = self._control(self.openai, "GET", "/log")["billed"]
        tokens = billed["tokens"]
        usage = Usage(billed["answers"], tokens.get("prompt_tokens", 0), tokens.get("completion_tokens", 0))
        return self._control(self.public_data, "GET", "/log")["requests"], usage


class CountedModel:
    """Answers and counts as the fake server does, without a request: ten thousands of calls in a second."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._answers: dict[str, tuple[str, Usage]] = {}
        self.usage = Usage()

    def summarize(self, efficacy: str) -> str:
        known = self._answers.get(efficacy)
        if known is None:
            made = answer(question_about(efficacy, self._model), None, 0)
            content = made.body["choices"][0]["message"]["content"]
            known = content, Usage(1, made.usage["prompt_tokens"], made.usage["completion_tokens"])
            self._answers[efficacy] = known
        self.usage += known[1]
        return known[0]

    def take(self) -> Usage:
        """What was counted so far; counts anew from here."""
        taken, self.usage = self.usage, Usage()
        return taken
