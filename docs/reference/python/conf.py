"""The reference of the Python package; the target ``reference`` makes it from the docstrings."""

import pilling

project = "Pilling"
version = release = pilling.__version__
copyright = "the authors of Pilling; Apache-2.0"
extensions = ["sphinx.ext.autodoc"]
autodoc_default_options = {"members": True, "undoc-members": True, "member-order": "bysource"}
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
html_theme = "alabaster"
html_show_sourcelink = False
html_theme_options = {"page_width": "72rem", "description": "Medicine information in Korea, in process"}
