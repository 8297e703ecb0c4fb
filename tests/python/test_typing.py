import os
import pathlib
import subprocess
import sys

import pilling
from conftest import ROOT

PACKAGE = pathlib.Path(pilling.__file__).parent


def run(tmp_path: pathlib.Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(PACKAGE.parent), "MYPY_CACHE_DIR": str(tmp_path / "cache")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return "" if done.returncode == 0 else done.stdout


def test_the_package_is_strictly_typed(tmp_path):
    assert run(tmp_path, "mypy", "--strict", "-p", "pilling") == ""


def test_the_stub_says_what_the_module_does(tmp_path):
    # The metaclass of what pybind11 binds is its own, and so is the constructor of what cannot be made.
    bound = "|".join(name for name, value in vars(pilling._core).items() if isinstance(value, type))
    allowed = tmp_path / "allowed.txt"
    allowed.write_text(f"pilling\\._core\\.({bound})(\\.__init__)?\n")

    assert run(tmp_path, "mypy.stubtest", "pilling._core", "--allowlist", str(allowed), "--ignore-unused-allowlist") == ""


def test_users_see_the_types(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import pilling\n"
        "with pilling.Engine() as engine:\n"
        "    reveal_type(engine.search('a')[0].medicine.summary)\n"
        "    reveal_type(engine.pharmacies_near(37.5, 127.0)[0].pharmacy.hours.days)\n"
        "    engine.search('a', limit='b')\n"
    )

    output = run(tmp_path, "mypy", "--strict", str(program))

    assert "pilling._types.summaries.Summary" in output
    assert "pilling._types.pharmacies.OpenInterval" in output
    assert "expected \"int\"" in output
    assert "Found 1 error" in output


def test_a_source_of_ones_own_is_typed(tmp_path):
    assert run(tmp_path, "mypy", "--strict", str(ROOT / "examples" / "own_source.py")) == ""
