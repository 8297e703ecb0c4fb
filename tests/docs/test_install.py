"""What the README tells somebody to do who has installed Pilling, done with what the tests of the package installed."""

import os
import pathlib
import subprocess

import pytest
from blocks import Block, difference, read_page, shell_commands

STAGE = pathlib.Path(os.environ.get("PILLING_STAGE") or "/nowhere")
COMPILER = os.environ.get("PILLING_COMPILER") or "g++"

PAGE = "README.md"


def one_block(language: str, text: str) -> Block:
    (found,) = [block for block in read_page(PAGE) if block.language == language and text in block.text]
    return found


@pytest.fixture
def project(tmp_path: pathlib.Path) -> pathlib.Path:
    """A stranger's project, as the README shows it."""
    (tmp_path / "app.cpp").write_text(one_block("cpp", "int main").text, encoding="utf-8")
    (tmp_path / "CMakeLists.txt").write_text(one_block("cmake", "find_package").text, encoding="utf-8")
    (tmp_path / "examples").symlink_to(pathlib.Path(__file__).parents[2] / "examples")
    return tmp_path


def run(project: pathlib.Path, words: str) -> None:
    """The one command of the page that holds these words."""
    shell = [block for block in read_page(PAGE) if block.language == "sh"]
    (found,) = [one.text for block in shell for one in shell_commands(block) if words in one.text]
    libraries = next(STAGE.glob("lib*/**/pkgconfig")).parent
    located = found.replace("DIR/lib/pkgconfig", f"{libraries}/pkgconfig").replace("DIR", str(STAGE))
    done = subprocess.run(
        ["bash", "-euc", located.replace("g++", COMPILER, 1)],
        cwd=project,
        env={**os.environ, "CXX": COMPILER},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, f"{located}\n{done.stdout}"


def expect_the_output_of_the_page(project: pathlib.Path, program: str) -> None:
    output = subprocess.run([program], cwd=project, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert difference(one_block("cpp", "int main").output or "", output) is None


def test_a_project_finds_pilling_by_cmake(project):
    run(project, "-DCMAKE_PREFIX_PATH=DIR")

    expect_the_output_of_the_page(project, "build/app")


def test_a_program_is_compiled_by_pkg_config(project):
    run(project, "g++ ")

    expect_the_output_of_the_page(project, "./app")
