"""The commands of the pages that the snippet tests do not run, each with the reason and with who runs it instead."""

from __future__ import annotations

import dataclasses
import re

from blocks import ROOT


@dataclasses.dataclass(frozen=True)
class NotRun:
    command: str  # a regular expression for a whole command
    reason: str
    run_by: str  # the file that runs it, or that holds what is run; may refer to groups
    text: str  # stands in that file; may refer to groups


NOT_RUN = (
    NotRun(r"\.ci/run|tests/run\.sh(| --fast| --filter \S+)", "would run this test", ".ci/run", "bash tests/run.sh"),
    NotRun(
        r"cmake (--workflow |--build |)--preset release( --target \w+| -DPython_EXECUTABLE=\S+)?|ctest --preset release -R example",
        "builds the tree that is being tested",
        "tests/run.sh",
        "cmake --build --preset",
    ),
    NotRun(
        r"build/release/tests/unit_search .*", "is a test", "tests/CMakeLists.txt", "pilling_test(search unit search)"
    ),
    NotRun(
        r"bash cmake/install-packages\.sh (build|test)",
        "changes the system",
        "tests/run.sh",
        "bash cmake/install-packages.sh test",
    ),
    NotRun(
        r"examples/quickstart\.sh( --data \S+)?", "builds for minutes", "tests/docs/test_quickstart.py", "quickstart.sh"
    ),
    NotRun(
        r"cmake -S \. -B build/(install|mine) .*|cmake --build build/mine",
        "builds for minutes; the wheel is built with the same options",
        ".ci/run",
        "pip install --quiet .",
    ),
    NotRun(
        r"cmake --build build/install && cmake --install build/install --prefix DIR",
        "builds for minutes",
        "tests/package/install.cmake",
        "--install ${BUILD} --prefix",
    ),
    NotRun(
        r"cmake -S \. -B build( -G Ninja)? -DCMAKE_PREFIX_PATH=DIR( && cmake --build build)?|g\+\+ .* app\.cpp .*",
        "needs a program and an installed Pilling",
        "tests/docs/test_install.py",
        "shell_commands",
    ),
    NotRun(
        r"/usr/bin/python3 -m venv venv && venv/bin/pip install \.", "needs PyPI", ".ci/run", "pip install --quiet ."
    ),
    NotRun(r"(PILLING_DATA_DIR=\S+ )?build/release/bench/(\w+)( .*)?", "takes minutes", r"bench/\2.cpp", ""),
    NotRun(
        r"export PILLING_DATA_DIR=\S+ PYTHONPATH=\S+|/usr/bin/python3 bench/original/compare\.py .*",
        "takes minutes",
        "tests/python/test_original.py",
        "compare",
    ),
    NotRun(r"xz -dk \.\./shared/data/traces/\*\.xz", "needs traces that are not in the repository",
               "bench/cache_hit_ratio.cpp", ".u32"),
)  # fmt: skip


def exception_for(command: str) -> NotRun | None:
    return next((one for one in NOT_RUN if re.fullmatch(one.command, command)), None)


def is_kept(one: NotRun, command: str) -> bool:
    """Whether the file that the exception points to is there, and does what it is said to do."""
    match = re.fullmatch(one.command, command)
    assert match
    file = ROOT / match.expand(one.run_by)
    return file.is_file() and match.expand(one.text.replace("\\", "\\\\")) in file.read_text(encoding="utf-8")
