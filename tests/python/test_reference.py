"""What is public is documented: the reference is made of docstrings."""

import ast
import dataclasses
import enum
import importlib
import inspect
import pkgutil
import re
import sys

import pilling
import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "docs" / "reference" / "python"))


def public_modules():
    names = [module.name for module in pkgutil.walk_packages(pilling.__path__, "pilling.")]
    return ["pilling", *(name for name in names if not any(word.startswith("_") for word in name.split(".")))]


def public_objects(module_name):
    module = importlib.import_module(module_name)
    own = [name for name, value in vars(module).items() if getattr(value, "__module__", "") == module_name]
    for name in getattr(module, "__all__", own):
        value = getattr(module, name)
        if not name.startswith("_") and callable(value):
            yield f"{module_name}.{name}", value


def text_of(value):
    """The docstring, without the signature that pybind11 puts before it."""
    return re.sub(r"^\w+\(.*\) -> .*\n?", "", inspect.getdoc(value) or "").strip()


def own_classes(kind):
    return [base for base in kind.__mro__ if base.__module__.startswith("pilling")]


def described_fields(kind):
    """Those that have a text below them, or stand in the text of a class."""
    described = set()
    for base in own_classes(kind):
        described |= set(re.findall(r"``(\w+)[^`]*``", base.__doc__ or ""))
        if base.__module__ == "pilling._core":
            continue
        body = ast.parse(inspect.cleandoc("\n" + inspect.getsource(base))).body[0].body
        for field, text in zip(body, body[1:]):
            is_text = isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
            if is_text and isinstance(field, (ast.Assign, ast.AnnAssign)):
                target = field.target if isinstance(field, ast.AnnAssign) else field.targets[0]
                described.add(target.id)
    return described


def fields(kind):
    if issubclass(kind, enum.Enum):
        return list(kind.__members__)
    own = [field.name for field in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else []
    return own or constructor_arguments(kind)


def constructor_arguments(kind):
    made = kind.__init__
    if made.__doc__ and made.__doc__.startswith("__init__(self: "):
        return re.findall(r"(\w+): ", made.__doc__.partition("\n")[0].partition(" -> ")[0])[1:]
    if not inspect.isfunction(made) or getattr(kind, "_is_protocol", False):
        return []
    is_shown = kind is pilling.AsyncEngine
    known = inspect.signature(pilling.Engine).parameters if is_shown else ("message",)
    return [name for name in inspect.signature(kind).parameters if name not in known]


def methods(kind):
    for base in own_classes(kind):
        for name, value in vars(base).items():
            is_method = callable(value) or isinstance(value, (property, classmethod, staticmethod))
            if is_method and not name.startswith("_") and not isinstance(value, (enum.Enum, type)):
                yield name, value


def undocumented(where, value):
    missing = [] if text_of(value) else [where]
    if not isinstance(value, type):
        return missing
    described = described_fields(value)
    missing += [f"{where}.{name}" for name in fields(value) if name not in described]
    return missing + [f"{where}.{name}" for name, method in methods(value) if not text_of(method)]


@pytest.mark.parametrize("module_name", public_modules())
def test_everything_public_is_documented(module_name):
    assert text_of(importlib.import_module(module_name))

    assert [name for where, value in public_objects(module_name) for name in undocumented(where, value)] == []


HALF = '''
import dataclasses

class Half:
    """``told`` is here."""

    def __init__(self, told, untold): ...

    def done(self):
        """Done."""

    def left(self): ...

    @property
    def size(self): ...

@dataclasses.dataclass
class Bare:
    """``third`` and more."""

    first: int
    """The first."""
    second: int
    third: int
'''


def test_what_is_not_documented_is_found(tmp_path, monkeypatch):
    (tmp_path / "pilling_half.py").write_text(HALF)
    monkeypatch.syspath_prepend(tmp_path)

    missing = [name for where, value in public_objects("pilling_half") for name in undocumented(where, value)]

    assert missing == [f"pilling_half.{name}" for name in ("Half.untold", "Half.left", "Half.size", "Bare.second")]


def test_native_signatures_have_the_types_of_the_stub_and_the_defaults_of_the_module():
    from native_signatures import native_signature

    assert native_signature("method", "pilling.limits.DailyQuota.take") == ("(operation: str)", "date")
    assert native_signature("class", "pilling.limits.RetryBudgetOptions") == (
        "(*, per_success: float=0.1, per_second: float=0.1, capacity: float=10.0)",
        None,
    )
    assert native_signature("function", "pilling.sources.easy_drug_source") == (
        "(http: HttpTransport, options: PublicDataOptions)",
        "MedicineSource",
    )
    assert native_signature("method", "pilling.Engine.search") is None
