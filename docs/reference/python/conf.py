"""The reference of the Python package; the target ``reference`` makes it from the docstrings.

The pages of this folder say which class stands where. A public name that stands on none of them is an error.
"""

import enum
import importlib
import sys
from pathlib import Path

import pilling
from docutils import nodes
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

sys.path.insert(0, str(Path(__file__).parent))
from native_signatures import native_signature

project = "Pilling"
version = release = pilling.__version__
copyright = "the authors of Pilling; Apache-2.0"
extensions = ["sphinx.ext.autodoc"]
autodoc_default_options = {"members": True, "undoc-members": True, "member-order": "bysource"}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
html_theme = "alabaster"
html_show_sourcelink = False
html_theme_options = {"page_width": "72rem", "description": "Medicine information in Korea, in process"}

PUBLIC_MODULES = ("pilling", "pilling.limits", "pilling.sources", "pilling.summaries", "pilling.testing.fake_services")

log = logging.getLogger(__name__)


def targets(env):
    """What the pages describe, by every end of its name: "pilling.Engine.search", "Engine.search" and "search"."""
    found = {}
    for name, entry in env.get_domain("py").objects.items():
        if entry.objtype == "module":
            continue
        words = name.split(".")
        for first in range(len(words)):
            found.setdefault(".".join(words[first:]), (name, entry))
    return found


def resolve_type(app, env, node, content):
    """A type by the page that describes it, in whichever private module it was written."""
    target = node.get("reftarget", "")
    name, entry = targets(env).get(target.rpartition(".")[2], ("", None))
    if entry is not None and target.startswith("pilling."):
        return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, content, name)
    return content


def link_names(app, doctree, docname):
    """Makes links of names that a docstring mentions: ``Engine.search``, ``NearbyResult``."""
    known = targets(app.env)
    for literal in list(doctree.findall(nodes.literal)):
        text = literal.astext().removeprefix("pilling.")
        name, entry = known.get(text, ("", None))
        if entry is not None and ("." in text or text[0].isupper()):
            link = make_refnode(app.builder, docname, entry.docname, entry.node_id, literal.deepcopy(), name)
            literal.replace_self(link)


def public_objects():
    """Where each public class and function is found first."""
    found = {}
    for module_name in PUBLIC_MODULES:
        module = importlib.import_module(module_name)
        for name in module.__all__:
            value = getattr(module, name)
            if callable(value):
                found.setdefault(id(value), f"{module_name}.{name}")
    return found


def require_all(app, env):
    """Each public name stands on some page."""
    described = env.get_domain("py").objects
    for name in public_objects().values():
        if name not in described:
            log.warning("%s is public and stands on no page of docs/reference/python", name)


def shorten_signature(app, what, name, value, options, signature, result):
    """Native ones as the stub has them, with the defaults of the module; none of an enumeration or a protocol."""
    if what == "class" and (issubclass(value, enum.Enum) or getattr(value, "_is_protocol", False)):
        return "", None
    return native_signature(what, name) or (signature, result)


def setup(app):
    app.connect("autodoc-process-signature", shorten_signature)
    app.connect("missing-reference", resolve_type)
    app.connect("doctree-resolved", link_names)
    app.connect("env-check-consistency", require_all)
