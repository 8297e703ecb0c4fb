"""Runs the snippets of one page. A snippet that does not do what the page says raises WrongSnippet with its place."""

from __future__ import annotations

import contextlib
import doctest
import io
import pathlib
import re
import signal
import sqlite3
import subprocess
import traceback
from typing import Any

import cpp_sources
import given
import pilling
from blocks import ROOT, Block, console_commands, difference, read_page, shell_commands
from not_run import exception_for, is_kept
from workspace import BUILD, Workspace

SNIPPETS = BUILD / "tests" / "docs" / "snippets"
PROGRAMS = BUILD / "tests" / "docs"

SERVER = "python3 -m pilling.testing.fake_services"

# The minute, the hour and so on, then the command.
CRONTAB = re.compile(r"(?:[\d*]+ +){5}(.*)")


class WrongSnippet(AssertionError):
    """The message begins with FILE:LINE."""


class PageRun:
    """The blocks of a page, one after the other, in one folder and with one set of Python names."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._names: dict[str, Any] = {"__name__": "__main__", **given.names(workspace)}
        self._addresses: dict[str, str] = {}  # what a page shows, and where it is

    def run_page(self, page: str) -> None:
        self.run(read_page(page))

    def run(self, blocks: list[Block]) -> None:
        with contextlib.ExitStack() as stack:
            self._stack = stack
            stack.callback(self._close_engines)
            stack.enter_context(contextlib.chdir(self._workspace.folder))
            stack.enter_context(given.packages(self._workspace))
            for block in blocks:
                getattr(self, f"_run_{block.language}")(block)

    def _close_engines(self) -> None:
        for value in self._names.values():
            if isinstance(value, pilling.Engine):
                value.close()

    def _run_text(self, block: Block) -> None:
        """It is only shown."""

    def _run_cmake(self, block: Block) -> None:
        """test_install.py does."""

    def _run_sh(self, block: Block) -> None:
        lines = [""] * (block.line - 1) + block.text.splitlines()
        for command in shell_commands(block):
            if one := exception_for(command.text):
                _expect(is_kept(one, command.text), block.file, command.line, f"{one.run_by} does not run this")
                _blank(lines, command.line)
        script = self._workspace.folder / "snippet.sh"
        # The numbers of the script's lines are those of the page.
        script.write_text("trap 'echo line $LINENO fails' ERR;" + self._located("\n".join(lines)) + "\n")
        done = self._workspace.run("bash", "-eu", str(script))
        failed = re.search(r"line (\d+) fails", done.stdout)
        _expect(done.returncode == 0, block.file, int(failed[1]) if failed else block.line, done.stdout)
        _compare(block, done.stdout)

    def _run_console(self, block: Block) -> None:
        for command in console_commands(block):
            if command.text == SERVER:
                self._serve(block, command.output)
                continue
            done = self._workspace.run("bash", "-c", self._located(command.text))
            _expect(done.returncode in (0, 1), block.file, command.line, done.stdout)
            differs = difference(command.output, done.stdout)
            _expect(differs is None, block.file, command.line, differs)

    def _serve(self, block: Block, output: str) -> None:
        """Runs the fake services till the end of the page; the addresses that it shows stand for the real ones."""
        process = subprocess.Popen(
            ["bash", "-c", f"exec {SERVER}"],
            cwd=self._workspace.folder,
            env=self._workspace.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        self._stack.callback(process.wait, 60)
        self._stack.callback(process.send_signal, signal.SIGINT)
        assert process.stdout
        self._stack.enter_context(process.stdout)
        port = re.compile(r"(?<=127\.0\.0\.1:)\d+")
        for line in output.splitlines():
            real = process.stdout.readline().rstrip("\n")
            _expect(port.sub("", line) == port.sub("", real), block.file, block.line, f"it prints {real!r}")
            self._addresses |= zip(port.findall(line), port.findall(real))

    def _located(self, text: str) -> str:
        """With the fake services, and with the stand-in of the workspace, in the place of the real ones."""
        text = text.replace("/usr/bin/python3 -m pilling", "python3 -m pilling")
        for shown, real in self._addresses.items():
            text = text.replace(f"127.0.0.1:{shown}", f"127.0.0.1:{real}")
        return text

    def _run_python(self, block: Block) -> None:
        if block.text.startswith(">>> "):
            self._run_doctest(block)
            return
        source = str(ROOT / block.file)
        output = io.StringIO()
        try:
            # Blank lines in front, for tracebacks to name the lines of the page.
            code = compile("\n" * (block.line - 1) + block.text, source, "exec")
            with contextlib.redirect_stdout(output):
                exec(code, self._names)
        except Exception as error:
            lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == source]
            line = getattr(error, "lineno", None) or (lines[-1] if lines else block.line)
            raise WrongSnippet(f"{block.file}:{line}: {type(error).__name__}: {error}") from error
        _compare(block, output.getvalue())

    def _run_doctest(self, block: Block) -> None:
        parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
        test = parser.get_doctest(block.text, {}, block.file, block.file, block.line - 1)
        test.globs = self._names
        report = io.StringIO()
        runner.run(test, out=report.write, clear_globs=False)
        _expect(not runner.failures, block.file, block.line, report.getvalue())

    def _run_cpp(self, block: Block) -> None:
        is_built = cpp_sources.is_as_built(SNIPPETS)
        _expect(is_built, block.file, block.line, f"what is built in {SNIPPETS} is older than the pages; build first")
        if cpp_sources.is_program(block) and not cpp_sources.is_passage_of_an_example(block):
            done = self._workspace.run(str(PROGRAMS / f"documented_{cpp_sources.program_of(block)}"))
            _expect(done.returncode == 0, block.file, block.line, done.stdout)
            _compare(block, done.stdout)
        else:
            _expect(block.output is None, block.file, block.line, "it is compiled only, and prints nothing")

    def _run_concepts(self, block: Block) -> None:
        """A table of symptom concepts: it can be read."""
        file = pathlib.Path("table.txt")
        file.write_text(block.text, encoding="utf-8")
        try:
            pilling.Engine("concepts.db", concepts=file).close()
        except pilling.Error as error:
            raise WrongSnippet(f"{block.place}: {error}") from error

    def _run_crontab(self, block: Block) -> None:
        """Its commands, with the folder /srv in the workspace."""
        commands = CRONTAB.findall(block.text)
        _expect(commands, block.file, block.line, "no line of it is a job")
        folder = self._workspace.folder / "srv"
        folder.mkdir()
        (folder / "venv" / "bin").mkdir(parents=True)
        (folder / "venv" / "bin" / "python").symlink_to(self._workspace.folder / "bin" / "python3")
        (folder / "pilling.keys").write_text("export DATA_GO_KR_KEY=any OPENAI_API_KEY=any\n")
        for command in commands:
            done = self._workspace.run("sh", "-c", command.replace("/srv", str(folder)))
            _expect(done.returncode == 0, block.file, block.line, done.stdout)

    def _run_sql(self, block: Block) -> None:
        """Statements that bring their tables. ?1 and so on are a name, a day and a number."""
        with contextlib.closing(sqlite3.connect(":memory:")) as connection:
            for statement in block.text.split(";\n"):
                try:
                    connection.execute(statement, ["a name", "2026-11-28", 3][: statement.count("?")]).fetchall()
                except sqlite3.Error as error:
                    raise WrongSnippet(f"{block.place}: {error}") from error


def _expect(holds: object, file: str, line: int, why: str | None) -> None:
    if not holds:
        raise WrongSnippet(f"{file}:{line}: {why}")


def _compare(block: Block, output: str) -> None:
    if block.output is not None:
        differs = difference(block.output, output)
        _expect(differs is None, block.file, block.line, differs)


def _blank(lines: list[str], number: int) -> None:
    """Takes out the command that begins on that line."""
    index = number - 1
    while lines[index].endswith("\\"):
        lines[index] = ""
        index += 1
    lines[index] = ""
