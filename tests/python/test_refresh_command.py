import json
import os
import pathlib
import re
import signal
import subprocess
from collections.abc import Iterator

import pytest
from conftest import many_medicines, medicine_row, write_medicines
from pilling.testing.fake_services import FakeOpenAi, FakePublicData, PublicRows
from test_cli import command, run_in_terminal

KEYS = {"DATA_GO_KR_KEY": "fakekSECRET", "OPENAI_API_KEY": "sk-SECRET"}


class Services:
    """Both fakes, and the command that asks them."""

    def __init__(self, public_data: FakePublicData, model: FakeOpenAi, database: pathlib.Path) -> None:
        self.public_data = public_data
        self.model = model
        self.database = database

    def arguments(self, *more: object) -> tuple[object, ...]:
        addresses = ("--public-data", self.public_data.url, "--base-url", self.model.base_url)
        return ("--database", self.database, "refresh", *addresses, "--model", "gpt-5.6-luna", *more)

    def refresh(self, *more: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*self.arguments(*more)),
            env={**os.environ, **KEYS},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )

    def billed(self) -> dict[str, int]:
        return self.model.log.as_json()["billed"]["texts"]


@pytest.fixture
def services(tmp_path: pathlib.Path, database: pathlib.Path) -> Iterator[Services]:
    file = write_medicines(tmp_path / "rows.json", many_medicines(40))
    with FakePublicData(PublicRows(medicines=file)) as public_data, FakeOpenAi() as model:
        yield Services(public_data, model, database)


def test_a_refresh_does_what_its_dry_run_said(services):
    dry = services.refresh("--dry-run", "--json")
    assert dry.returncode == 0, dry.stderr
    said = json.loads(dry.stdout)
    assert services.billed() == {}

    done = json.loads(services.refresh("--json").stdout)

    assert (done["added"], done["made"], done["is_complete"]) == (40, 40, True)
    assert (said["added"], said["calls"]) == (40, done["calls"])
    assert 0 < done["dollars"] < 2 * said["dollars"]
    assert done["pages_taken_up"] == 1
    assert set(services.billed().values()) == {1}


def test_a_dry_run_that_could_not_fetch_does_not_count_as_done(services):
    services.public_data.fail("quota", operation="easy_drug", times=100)

    dry = services.refresh("--dry-run")

    assert dry.returncode == 3
    assert "not done: " in dry.stdout


def test_a_refresh_reports_in_a_few_lines(services):
    dry = services.refresh("--dry-run")
    done = services.refresh()
    again = services.refresh()

    assert "40 would be added" in dry.stdout and "40 to summarise: 40 calls, about $0.0" in dry.stdout
    assert done.returncode == 0, done.stderr
    assert "40 added" in done.stdout and "40 made now" in done.stdout and "40 calls, $0.0" in done.stdout
    assert "40 unchanged" in again.stdout and "0 calls, $0.0000" in again.stdout
    for shown in (dry, done, again):
        assert "SECRET" not in shown.stdout + shown.stderr


def test_a_refresh_pays_only_for_what_is_new(tmp_path, services):
    services.refresh()
    rows = [*many_medicines(38), medicine_row(910000038, "가가가다자정", "이 약은 새로운통에 사용합니다.")]
    with FakePublicData(PublicRows(medicines=write_medicines(tmp_path / "later.json", rows))) as later:
        services.public_data = later
        before = services.billed()

        done = json.loads(services.refresh("--json").stdout)

    assert (done["updated"], done["withdrawn"], done["calls"]) == (1, 1, 1)
    assert sum(services.billed().values()) == sum(before.values()) + 1


def test_a_refresh_that_was_killed_twice_pays_for_nothing_twice_but_what_was_under_way(services):
    services.model.latency_seconds = 0.02
    for paid in (8, 20):
        process = subprocess.Popen(
            command(*services.arguments("--workers", 4)), env={**os.environ, **KEYS}, stderr=subprocess.DEVNULL
        )
        while sum(services.billed().values()) < paid and process.poll() is None:
            pass
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)

    done = json.loads(services.refresh("--workers", 4, "--json").stdout)

    assert done["is_complete"] and done["added"] == 40
    assert done["kept"] + done["made"] == 40
    assert done["repeated_calls"] <= 8
    paid_twice = sum(count - 1 for count in services.billed().values())
    assert paid_twice <= 8
    assert len(services.billed()) == 40


def test_a_bar_shows_the_stage_the_rate_and_the_cost(services):
    services.model.latency_seconds = 0.02
    seen = run_in_terminal(*services.arguments("--workers", 2), **KEYS)

    assert re.search(r"fetching \[#+\] 40/40", seen)
    assert re.search(r"summarizing \[#*\.*\] \d+/40  [\d.]+/s  \d:\d\d left  \$0\.0", seen)
    assert "40 made now" in seen


def test_what_cannot_be_done_now_is_told_and_left_to_the_next_refresh(services):
    services.model.fail("insufficient_quota", operation="chat", times=100)
    failed = services.refresh()
    services.model.reset()
    done = services.refresh()

    assert failed.returncode == 3
    assert "not done: " in failed.stdout and "quota" in failed.stdout
    assert "it goes on from here" in failed.stderr
    assert "40 added" in failed.stdout
    assert done.returncode == 0 and "40 made now" in done.stdout


def test_a_budget_is_not_passed(services):
    refused = services.refresh("--dollars-per-day", "0.00001")

    assert refused.returncode == 3
    assert "ceiling" in refused.stdout
    assert services.billed() == {}


def test_a_model_without_a_price_gets_one_from_a_file(tmp_path, services):
    prices = tmp_path / "prices.txt"
    prices.write_text("batch 0.5\nnew-model 1.00 - - 2.00 2026-01-01 ours\n", encoding="utf-8")
    new_model = ("--model", "new-model", "--dry-run")

    unknown = services.refresh(*new_model)
    refused = services.refresh(*new_model, "--dollars-per-day", 2)
    known = services.refresh(*new_model, "--dollars-per-day", 2, "--prices", prices)

    assert "40 to summarise: 40 calls, at a price that is not known (--prices FILE)" in unknown.stdout
    assert refused.returncode == 2 and "no price of new-model is known" in refused.stderr
    assert "name that with --prices FILE" in refused.stderr
    assert known.returncode == 0 and "40 to summarise: 40 calls, about $0.0" in known.stdout
    assert services.refresh(*new_model, "--prices", tmp_path / "none.txt").returncode == 3


def test_a_dry_run_without_a_model_speaks_of_no_calls(services):
    done = subprocess.run(
        command("--database", services.database, "refresh", "--public-data", services.public_data.url, "--dry-run"),
        env={**os.environ, **KEYS},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )

    assert "40 to summarise by the text's own words, at no cost" in done.stdout
    assert "calls" not in done.stdout


def test_batches_are_handed_over_and_collected_by_the_next_refresh(services):
    handed_over = services.refresh("--batch", "--no-wait")
    while True:
        done = json.loads(services.refresh("--batch", "--no-wait", "--json").stdout)
        if done["made"]:
            break

    assert handed_over.returncode == 3 and "40 texts wait for a batch" in handed_over.stdout
    assert (done["made"], done["is_complete"]) == (40, True)
    assert set(services.billed().values()) == {1}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "no key for data.go.kr; put it into $DATA_GO_KR_KEY"),
        (["--summaries-only", "--batch"], "name the model with --model"),
        (["--summaries-only", "--model", "m", "--no-wait"], "--no-wait goes with --batch"),
        (["--summaries-only", "--model", "m"], "no key for the model's server; put it into $OPENAI_API_KEY"),
        (["--summaries-only", "--dollars-per-day", "1"], "limits are for a model"),
        (["--summaries-only", "--model", "m", "--server", "azure"], "an Azure server needs its --base-url"),
    ],
)
def test_what_is_missing_is_told_before_anything_is_made(database, arguments, complaint):
    environment = {name: value for name, value in os.environ.items() if name not in KEYS}
    done = subprocess.run(
        command("--database", database, "refresh", *arguments),
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )

    assert done.returncode == 2
    assert complaint in done.stderr
    assert not database.exists()
