"""Stop-watches, and how times are written."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


def each_timed(
    ask: Callable[[Asked], Answered], questions: Iterable[Asked]
) -> tuple[list[float], list[Answered]]:
    """Seconds of each question, and the answers."""
    seconds, answers = [], []
    for question in questions:
        begin = time.perf_counter()
        answer = ask(question)
        seconds.append(time.perf_counter() - begin)
        answers.append(answer)
    return seconds, answers


def each_timed_and_read(
    ask: Callable[[Asked], Answered], read: Callable[[Answered], object], questions: Iterable[Asked]
) -> tuple[list[float], list[float], list[Answered]]:
    """Seconds until each answer is there, seconds until it has been read, too, and the answers."""
    until_there, until_read, answers = [], [], []
    for question in questions:
        begin = time.perf_counter()
        answer = ask(question)
        there = time.perf_counter()
        read(answer)
        until_read.append(time.perf_counter() - begin)
        until_there.append(there - begin)
        answers.append(answer)
    return until_there, until_read, answers


def median_of_repeated(ask: Callable[[str], object], questions: Sequence[str], repetitions: int = 200) -> float:
    """The median over the questions of a call's mean: for calls that take no longer than looking at a watch."""
    means = []
    for question in questions:
        ask(question)
        begin = time.perf_counter()
        for _ in range(repetitions):
            ask(question)
        means.append((time.perf_counter() - begin) / repetitions)
    return statistics.median(means)


def requests_per_minute(
    ask: Callable[[str], object], questions: Sequence[str], clients: int, seconds: float
) -> float:
    """By so many threads of this process, each of which begins elsewhere in the questions."""
    start = threading.Barrier(clients + 1)
    asked = [0] * clients
    deadline = 0.0

    def run(client: int) -> None:
        at = client * len(questions) // clients
        start.wait()
        while time.perf_counter() < deadline:
            for _ in range(64):
                ask(questions[at])
                at = (at + 1) % len(questions)
            asked[client] += 64

    threads = [threading.Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    begin = time.perf_counter()
    deadline = begin + seconds
    start.wait()
    for thread in threads:
        thread.join()
    return sum(asked) / (time.perf_counter() - begin) * 60


def time_text(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= factor or unit == "µs":
            return f"{seconds / factor:.3g} {unit}"
    raise AssertionError


def ratio_text(slow: float | None, fast: float | None) -> str:
    if slow is None or fast is None:
        return "–"
    ratio = slow / fast
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
