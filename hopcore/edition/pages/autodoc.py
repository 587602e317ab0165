"""A Sphinx extension: how the library's docstrings are read for the pages of its reference.

Sphinx and napoleon do the work. Docstrings here are written to be read in an editor as well, with |α| for an
absolute value and `name : description` on one line, which they would take for something else.
"""

import re
from typing import Any

from sphinx.application import Sphinx

import hopcore


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", _process, priority=400)  # before napoleon
    app.connect("autodoc-skip-member", _skip)
    return {"parallel_read_safe": True}


def _process(app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    lines[:] = readable("\n".join(lines)).split("\n")


def readable(text: str) -> str:
    """A docstring as napoleon understands it."""
    text = re.sub(r"(?<!\\)\|", r"\\|", text)
    # A description behind the colon, where napoleon expects a type, goes to the next line.
    text = re.sub(r"^([*\w][\w, *]*) : (?!.*\n +[A-Z`*])", r"\1\n    ", text, flags=re.MULTILINE)
    # What is returned may be a sentence over several lines, of which each would be taken for a type.
    returns = re.compile(r"^Returns\n-+\n((?:\S.*\n)+)(?=\n|\Z)", re.MULTILINE)
    return returns.sub(lambda section: f":Returns: {' '.join(section[1].split())}\n", text + "\n")


def _skip(app: Sphinx, what: str, name: str, value: Any, skip: bool, options: Any) -> bool | None:
    """Leave out of a module's section what stands on the first page, as one of the library's main names."""
    own = app.env.temp_data.get("autodoc:module") == "hopcore"
    return True if not own and name in hopcore.__all__ and getattr(hopcore, name) is value else None
