"""Reads the code of Markdown pages. A fence names its language, and the language says what the tests do with the block:

    sh        commands: run, one after the other
    console   commands behind "$ ", each with what it prints: run and compared
    python    run; all blocks of a page share their names, and a block of ">>> " lines is a doctest
    cpp       compiled; a program (with main) is run, too
    cmake, concepts, crontab, sql   see test_snippets.py and test_install.py
    text      a picture or a form: only shown
    (none)    what the block right above it prints: compared
"""

from __future__ import annotations

import dataclasses
import difflib
import pathlib
import re
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parents[2]

LANGUAGES = ("cmake", "concepts", "console", "cpp", "crontab", "python", "sh", "sql", "text")
WITH_OUTPUT = ("cpp", "python", "sh")

FENCE = re.compile(r"```(\w*)$")


class WrongPage(Exception):
    """A page that cannot be tested as it stands. The message begins with FILE:LINE."""


@dataclasses.dataclass(frozen=True)
class Block:
    file: str
    line: int  # of its first line of text
    language: str
    text: str
    output: str | None = None

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


@dataclasses.dataclass(frozen=True)
class Command:
    line: int  # in the page
    text: str  # on one line, without its comment
    output: str = ""  # of a console


def pages() -> list[str]:
    """Every page that shows how to use or build Pilling, from the root of the project. The README comes first."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/guide/*.md"), *ROOT.glob("examples/**/*.md")]
    names = (str(path.relative_to(ROOT)) for path in found)
    return sorted(names, key=lambda name: (name != "README.md", name))


def read_page(file: str) -> list[Block]:
    return read_blocks(file, (ROOT / file).read_text(encoding="utf-8"))


def read_blocks(file: str, text: str) -> list[Block]:
    """The blocks in their order, each with its output. Raises WrongPage for code that no class covers."""
    blocks: list[Block] = []
    last_end = 0
    for begin, end, language, lines in _fenced(file, text.splitlines()):
        block = Block(file, begin + 1, language, "\n".join(lines) + "\n")
        if language:
            if language not in LANGUAGES:
                raise WrongPage(f"{block.place}: nobody tests {language!r}; known are: {', '.join(LANGUAGES)}")
            blocks.append(block)
        else:
            between = text.splitlines()[last_end : begin - 1]
            if not blocks or any(between) or blocks[-1].output is not None or blocks[-1].language not in WITH_OUTPUT:
                raise WrongPage(f"{block.place}: an output without a block that prints it; ```text is only shown")
            blocks[-1] = dataclasses.replace(blocks[-1], output=block.text)
        last_end = end
    return blocks


def _fenced(file: str, lines: list[str]) -> Iterator[tuple[int, int, str, list[str]]]:
    """Of each fence: the numbers of its first and last line, counted from 1, its language, and what is in between."""
    begin, language = 0, ""
    for number, line in enumerate(lines, start=1):
        fence = FENCE.match(line)
        if begin and line == "```":
            yield begin, number, language, lines[begin : number - 1]
            begin = 0
        elif not begin and fence:
            begin, language = number, fence[1]
        elif not begin and _hides_code(lines, number - 1):
            raise WrongPage(f"{file}:{number}: code must stand between ```LANGUAGE and ```, at the beginning of lines")
    if begin:
        raise WrongPage(f"{file}:{begin}: this fence is not closed")


def _hides_code(lines: list[str], index: int) -> bool:
    line = lines[index]
    if re.match(r"\s*(```|~~~)", line):
        return True
    is_indented = line.startswith("    ") and (index == 0 or not lines[index - 1].strip())
    before = [line for line in lines[:index] if line.strip()]
    return is_indented and not (before and re.match(r"\s|[*-] |\d+\. ", before[-1]))


def shell_commands(block: Block) -> list[Command]:
    """The commands of a block of ``sh``, those over several lines joined."""
    commands = []
    begin, text = 0, ""
    for number, line in enumerate(block.text.splitlines(), start=block.line):
        begin = begin or number
        text += re.sub(r"(^|\s+)#\s.*$", "", line)
        if text.endswith("\\"):
            text = text[:-1]
            continue
        if text.strip():
            commands.append(Command(begin, " ".join(text.split())))
        begin, text = 0, ""
    return commands


def console_commands(block: Block) -> list[Command]:
    """The commands of a ``console``, each with what is shown below it."""
    commands: list[Command] = []
    for number, line in enumerate(block.text.splitlines(), start=block.line):
        if line.startswith("$ "):
            commands.append(Command(number, line[2:]))
        elif commands:
            commands[-1] = dataclasses.replace(commands[-1], output=commands[-1].output + line + "\n")
        else:
            raise WrongPage(f"{block.place}: a console begins with a command: $ ...")
    return commands


def difference(expected: str, actual: str) -> str | None:
    """How an output differs from the page, or None. Times that something took may differ; "…" is any lines."""
    wanted, given = _normalized(expected), _normalized(actual)
    pattern = "".join(r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line) + "\n" for line in wanted)
    if re.fullmatch(pattern, "".join(line + "\n" for line in given)):
        return None
    return "\n".join(difflib.unified_diff(wanted, given, "the page", "what it prints", lineterm=""))


def _normalized(text: str) -> list[str]:
    timeless = re.sub(r"\bin \d[\d.,]* ?(ns|µs|ms|s)\b", "in SOME TIME", text)
    return [line.rstrip() for line in timeless.strip("\n").splitlines()]
