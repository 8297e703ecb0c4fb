"""The signatures of what is written in C++: names and types from the stub, defaults from the module itself."""

import ast
import operator
import re
import types
from pathlib import Path

import pilling
from pilling import _core

# An argument up to its default: its name, and its type, which holds no other argument.
ARGUMENT = r"(\w+)(: (?:(?!\w+: ).)*?)"


def _stubs() -> dict[str, ast.FunctionDef]:
    tree = ast.parse(Path(pilling.__file__).with_name("_core.pyi").read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for owner in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        functions |= {f"{owner.name}.{node.name}": node for node in owner.body if isinstance(node, ast.FunctionDef)}
    return functions


STUBS = _stubs()


def _native_path(name: str) -> str | None:
    """The rest of "pilling.limits.DailyQuota.take" behind the module, if _core holds that, too."""
    module, words = pilling, name.split(".")[1:]
    while len(words) > 1 and isinstance(vars(module).get(words[0]), types.ModuleType):
        module = getattr(module, words.pop(0))
    public, native = getattr(module, words[0]), getattr(_core, words[0], None)
    is_heir = isinstance(public, type) and isinstance(native, type) and issubclass(public, native)
    return ".".join(words) if public is native or is_heir else None


def _defaults(docstring: str) -> dict[str, str]:
    """By argument, as pybind11 writes them in the first line; without objects, which have no literal."""
    found = re.findall(ARGUMENT + r" = (b?'[^']*'|[\w.\[\]-]+)", docstring.partition("\n")[0])
    return {name: value for name, _, value in found}


def native_signature(what: str, name: str) -> tuple[str, str | None] | None:
    """Arguments and result of a class, method or function; nothing for what is written in Python."""
    path = _native_path(name) if what in ("class", "method", "function") else None
    if path is None:
        return None
    is_class = what == "class"
    path += ".__init__" if is_class else ""
    stub = STUBS.get(path)
    if stub is None:
        return "", None
    defaults = _defaults(operator.attrgetter(path)(_core).__doc__)
    arguments = re.sub(
        ARGUMENT + r"=\.\.\.",
        lambda found: f"{found[1]}{found[2]}={defaults.get(found[1], '...')}",
        ast.unparse(stub.args).removeprefix("self").removeprefix(", "),
    )
    return f"({arguments})", None if is_class or stub.returns is None else ast.unparse(stub.returns)
