"""data.go.kr and an OpenAI-compatible server on 127.0.0.1, to develop and test without keys.

In the shell, ``python3 -m pilling.testing.fake_services``, until Ctrl-C or for as long as a command runs; in a test::

    with FakePublicData() as service, FakeOpenAi() as model:
        service.fail("quota", operation="easy_drug", times=2)
        ...  # ask service.url and model.base_url
        assert model.log.as_json()["billed"]["answers"] == 3
"""

from __future__ import annotations

import argparse
import os
import pathlib
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from pilling.testing._openai import FakeOpenAi, OpenAiSettings
from pilling.testing._plan import WrongControl
from pilling.testing._public_data import FakePublicData, PublicDataSettings, PublicRows
from pilling.testing._service import FakeService

__all__ = [
    "FakeOpenAi",
    "FakePublicData",
    "FakeService",
    "OpenAiSettings",
    "PublicDataSettings",
    "PublicRows",
    "WrongControl",
    "main",
]

_EPILOG = """\
control, at either address:
  GET    /control       settings, planned faults, and all faults that there are
  POST   /control       {"faults": [{"fault": "quota", "operation": "easy_drug", "times": 2}],
                         "settings": {"generation": 2}, "latency_seconds": 0.1, "seed": 7}
  DELETE /control       as new: no faults, first settings, empty log
  GET    /control/log   how often each operation was asked, each question of it, and what would have been paid for
  DELETE /control/log   only the log

A fault strikes `times` (1) matching requests, after `after` (0) that go well; with a `rate`, that share of them, drawn
by the seed. Operations of data.go.kr: easy_drug, permits, permit_details, pharmacies, pharmacies_listed,
pharmacies_near, pharmacy, holidays; of the model server: chat, batch_line, files.create, files.content,
batches.create, batches.get, …
"""


def _parser() -> argparse.ArgumentParser:
    program = f"{os.path.basename(sys.executable) or 'python3'} -m pilling.testing.fake_services"
    parser = argparse.ArgumentParser(
        prog=program,
        description="Runs data.go.kr and an OpenAI-compatible server on 127.0.0.1 until Ctrl-C. Any key will do.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option("--public-data-port", type=int, default=0, metavar="PORT", help="of data.go.kr (default: a free one)")
    option("--openai-port", type=int, default=0, metavar="PORT", help="of the model server (default: a free one)")
    option("--medicines", type=pathlib.Path, metavar="FILE",
           help="rows of e약은요: JSON lines, a list, or a saved reply, plain or gzip (default: the bundled sample)")
    option("--pharmacies", type=pathlib.Path, metavar="FILE",
           help="pharmacies with the field names of 국립중앙의료원, as a table or JSON (default: the bundled sample)")
    option("--holidays", type=pathlib.Path, metavar="FILE", help="a file like data/holidays_kr.txt (default: that)")
    option("--key", action="append", default=[], metavar="KEY",
           help="a service key or API key that is accepted; others are then refused (default: any)")
    option("--quota", type=int, metavar="N", help="requests a day and operation of data.go.kr (default: no limit)")
    option("--requests-per-minute", type=int, metavar="N", help="of the model server (default: no limit)")
    option("--generation", type=int, choices=(1, 2, 3), default=3,
           help="of gateway errors: 1 XML with status 200, 2 plain text, 3 envelopes with a status (default: 3)")
    option("--latency", type=float, default=0.0, metavar="SECONDS", help="before each reply (default: 0)")
    option("--fault", action="append", default=[], metavar="[SERVICE:]NAME[=RATE]",
           help="a fault, for all requests or a share of them; SERVICE is data.go.kr or openai (default: both that "
           "know it)")
    option("--seed", type=int, default=0, help="of rates (default: 0)")
    option("command", nargs=argparse.REMAINDER, metavar="-- COMMAND",
           help="runs it and ends with it; {public_data} and {openai} in it stand for the addresses")
    return parser  # fmt: skip


def _plan_faults(services: Sequence[FakeService[Any]], wanted: Sequence[str]) -> None:
    for text in wanted:
        named, _, rate = text.partition("=")
        service_name, _, name = named.rpartition(":")
        chosen = [service for service in services if service_name in ("", service.name)]
        knowing = [service for service in chosen if name in service.known_faults]
        if not knowing:
            known = sorted({fault for service in chosen or services for fault in service.known_faults})
            raise WrongControl(f"there is no fault {named!r}; known are: {', '.join(known)}")
        for service in knowing:
            service.fail(name, rate=float(rate or 1), times=None)


def _run(arguments: argparse.Namespace) -> int:
    rows = PublicRows(arguments.medicines, arguments.pharmacies, arguments.holidays)
    keys = tuple(arguments.key)
    public = PublicDataSettings(generation=arguments.generation, keys=keys, quota=arguments.quota)
    model = OpenAiSettings(api_keys=keys, requests_per_minute=arguments.requests_per_minute)
    common = {"seed": arguments.seed, "latency_seconds": arguments.latency}
    with (
        FakePublicData(rows, public, arguments.public_data_port, **common) as data_service,
        FakeOpenAi(model, arguments.openai_port, **common) as model_service,
    ):
        _plan_faults((data_service, model_service), arguments.fault)
        if arguments.command:
            return _run_command(arguments.command, data_service.url, model_service.base_url)
        _wait(data_service, model_service)
    asked = data_service.log.as_json()["requests"]
    written = model_service.log.as_json()["requests"]
    print(f"ended after {asked} requests to data.go.kr and {written} to the model server")
    return 0


def _run_command(command: Sequence[str], public_data: str, openai: str) -> int:
    words = command[1:] if command[0] == "--" else command
    if not words:
        raise ValueError("name a command behind --")
    filled = [word.replace("{public_data}", public_data).replace("{openai}", openai) for word in words]
    return subprocess.run(filled).returncode


def _wait(data_service: FakePublicData, model_service: FakeOpenAi) -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    print(f"data.go.kr  {data_service.url}")
    print(f"openai      {model_service.base_url}")
    print("Ctrl-C ends both.", flush=True)
    ended.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command of the shell: runs both services, and returns its exit status."""
    parsed = _parser().parse_args(arguments)
    try:
        return _run(parsed)
    except (OSError, ValueError) as error:
        print(f"fake_services: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
