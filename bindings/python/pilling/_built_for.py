"""Why the compiled part of the package cannot be imported, in words."""

from __future__ import annotations

import pathlib
import re
import sys


def why_not_importable() -> str:
    """When the package's folder holds no ``_core`` for this Python."""
    package = pathlib.Path(__file__).parent
    this = f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor} ({sys.executable})"
    python = sys.executable
    build = f"build it for this one: `{python} -m pip install .`, or CMake with -DPython_EXECUTABLE={python}"
    others = sorted(package.glob("_core.*.so"))
    if not others:
        return f"the compiled part of Pilling, _core, is not in {package}; {build}"
    names = ", ".join(_python_of(other.name) for other in others)
    return f"Pilling in {package} was built for {names}, and this is {this}; run that Python, or {build}"


def _python_of(file: str) -> str:
    """By the tag in a name such as ``_core.cpython-311-x86_64-linux-gnu.so``."""
    tag = re.match(r"_core\.cpython-(\d)(\d+)", file)
    return f"cpython {tag[1]}.{tag[2]}" if tag else file
