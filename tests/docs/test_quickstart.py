"""examples/quickstart.sh as it stands, but for what installs packages and what builds for minutes."""

import json
import os
import pathlib
import stat
import subprocess

import pytest
from blocks import ROOT
from workspace import BUILD, Workspace

# Writes its arguments down and does nothing.
STAND_IN = '#!/bin/sh\necho "${0##*/} $*" >> calls\n'


@pytest.fixture
def clone(workspace: Workspace) -> Workspace:
    """A clone in which nothing but build/quickstart/python is built."""
    (workspace.folder / "cmake").mkdir()
    for name in ("bin/cmake", "cmake/install-packages.sh"):
        path = workspace.folder / name
        path.write_text(STAND_IN, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return workspace


def run(clone: Workspace, *arguments: str) -> subprocess.CompletedProcess[str]:
    return clone.run("bash", "examples/quickstart.sh", *arguments)


def asked(output: str) -> dict[str, str]:
    """What each question printed, by its command."""
    parts = output.split("\n== ")
    return {
        title.partition(": python3 -m pilling ")[2]: answer
        for title, _, answer in (part.partition("\n") for part in parts)
    }


def write_own_files(folder: pathlib.Path) -> None:
    folder.mkdir()
    medicine = {
        "itemSeq": "900000001",
        "itemName": "들녘새봄정",
        "entpName": "들꽃제약(주)",
        "efcyQesitm": "이 약은 두통에 사용합니다.",
    }
    pharmacy = {"hpid": "C9000001", "dutyName": "한길약국", "wgs84Lat": 35.1, "wgs84Lon": 129.0}
    (folder / "e약은요.json").write_text(json.dumps([medicine]), encoding="utf-8")
    (folder / "약국.json").write_text(json.dumps([pharmacy]), encoding="utf-8")


def test_it_installs_builds_and_answers_from_the_sample(clone):
    done = run(clone)

    assert done.returncode == 0, done.stdout
    answers = asked(done.stdout)
    assert "exact   195700020  활명수" in answers["search 활명수 --limit 5"]
    assert "5 results" in answers["near 37.5665 126.9780 --radius 500 --limit 5"]
    calls = (clone.folder / "calls").read_text().splitlines()
    assert calls[0] == "install-packages.sh build"
    assert calls[1].startswith("cmake -S . -B build/quickstart -G Ninja")
    assert calls[2].startswith("cmake --build build/quickstart --target quickstart _core")


def test_the_line_that_it_prints_last_makes_the_commands_of_the_readme_work(clone):
    export = run(clone).stdout.splitlines()[-1]

    assert export.startswith("export PYTHONPATH=")
    without_path = f"unset PYTHONPATH; cd /; {export}; python3 -m pilling search 활명수"
    assert "exact   195700020  활명수" in clone.run("bash", "-c", without_path).stdout


def test_it_answers_from_files_of_ones_own(clone):
    write_own_files(clone.folder / "mine")

    done = run(clone, "--data", "mine")

    assert done.returncode == 0, done.stdout
    answers = asked(done.stdout)
    assert "exact  900000001  들녘새봄정" in answers["search 들녘새봄정 --limit 5"]
    assert "한길약국" in answers["near 35.1 129.0 --radius 500 --limit 5"]
    assert (clone.folder / "build" / "quickstart" / "data-mine.db").exists()


@pytest.mark.parametrize(("missing", "left_out"), [("약국.json", "near"), ("e약은요.json", "search 들녘새봄정")])
def test_nothing_is_asked_about_what_the_files_do_not_hold(clone, missing, left_out):
    write_own_files(clone.folder / "mine")
    (clone.folder / "mine" / missing).unlink()

    done = run(clone, "--data", "mine")

    assert done.returncode == 0, done.stdout
    questions = asked(done.stdout)
    assert [question for question in questions if question.startswith(left_out)] == []
    assert len([question for question in questions if question]) == 3


def test_a_folder_without_files_is_an_error(clone):
    (clone.folder / "empty").mkdir()

    done = run(clone, "--data", "empty")

    assert done.returncode == 1
    assert "nothing to import in" in done.stdout


@pytest.mark.parametrize("arguments", [["--data"], ["--data", "no_such_folder"], ["--no-such-option"]])
def test_a_wrong_call_is_refused_before_anything_is_installed(clone, arguments):
    assert run(clone, *arguments).returncode == 2
    assert not (clone.folder / "calls").exists()


def test_the_programs_that_it_builds_are_targets():
    assert (BUILD / "examples" / "quickstart").exists()
    assert os.access(ROOT / "examples" / "quickstart.sh", os.X_OK)
