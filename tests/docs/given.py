"""What the Python snippets of the pages take for granted: names that are the reader's own, and packages that Pilling does
not need."""

from __future__ import annotations

import contextlib
import functools
import sys
import types
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pilling
from pilling.limits import curl_transport
from pilling.sources import PublicDataOptions, easy_drug_source
from pilling.summaries import OpenAiOptions, openai_summarizer
from workspace import Workspace


def names(workspace: Workspace) -> dict[str, Any]:
    """By name, for all pages. Services are the fake ones."""
    http = curl_transport()
    return {
        "key": "any",
        "api_key": "any",
        "drugs": easy_drug_source(http, PublicDataOptions("any", base_url=workspace.public_data)),
        "model": openai_summarizer(http, OpenAiOptions("gpt-5.6-luna", "any", base_url=workspace.openai)),
        "routes": types.SimpleNamespace(meters_to=lambda position: 1000 * position.latitude),
        "TABLE": [pilling.Medicine(id="H0000001", name="솔숲병원가글액")],
    }


def _module(name: str, **members: object) -> types.ModuleType:
    module = types.ModuleType(name)
    vars(module).update(members)
    return module


@contextlib.contextmanager
def packages(workspace: Workspace) -> Iterator[None]:
    """Stand-ins for Django and OpenTelemetry; and data.go.kr and OpenAI are at the addresses of the fake ones."""
    http = _module("django.http", HttpResponse=lambda content, content_type: content)
    trace = _module(
        "opentelemetry.trace",
        get_tracer=lambda name: types.SimpleNamespace(start_span=lambda name: mock.Mock(spec=["set_status", "end"])),
        StatusCode=types.SimpleNamespace(ERROR="error"),
    )
    modules = {
        "django": _module("django", http=http),
        "django.http": http,
        "opentelemetry": _module("opentelemetry", trace=trace),
        "opentelemetry.trace": trace,
    }

    def openai(model: str, key: str) -> OpenAiOptions:
        options = real_openai(model, key)
        options.base_url = workspace.openai
        return options

    real_openai = OpenAiOptions.openai
    public_data = functools.partial(PublicDataOptions, base_url=workspace.public_data)
    with (
        mock.patch.dict(sys.modules, modules),
        mock.patch.object(pilling.sources, "PublicDataOptions", public_data),
        mock.patch.object(OpenAiOptions, "openai", staticmethod(openai)),
    ):
        yield
