"""A Sphinx extension: how docstrings are read, and what a page tells of itself, may load and has as roles.

Sphinx and napoleon read the library's docstrings. These are written to be read in an editor as well, with |α|
for an absolute value and `name : description` on one line, which they would take for something else.
"""

import html
import re
from pathlib import Path
from textwrap import shorten
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

import hopcore
from hopcore.edition.chapters import STAGE

PICTURE = "_static/social.png"

POLICY = (
    "default-src 'self' data: blob: 'unsafe-inline'; worker-src 'none'; base-uri 'none'; form-action 'self'"
)
"""A page asks no other host, whatever is in it. Figures bring scripts, styles and pictures of their own."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx. Pages are built from what `hopcore book` has executed and laid out."""
    if Path(app.srcdir).name != STAGE:
        raise ExtensionError("this book is executed and built by the command: hopcore book")
    app.config.templates_path.append(str(Path(__file__).parent / "templates"))
    app.connect("autodoc-process-docstring", _process, priority=400)  # before napoleon
    app.connect("autodoc-skip-member", _skip)
    app.connect("doctree-resolved", _fold)
    app.connect("html-page-context", _complete, priority=900)  # after MathJax's
    return {"parallel_read_safe": True, "parallel_write_safe": True}


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
    """Leave out of a module's section what stands on the first page, as one of the library's main names.

    Also methods that scikit-learn gives to every estimator: their texts are for its own pages.
    """
    if (getattr(value, "__module__", None) or "").startswith("sklearn"):
        return True
    own = app.env.temp_data.get("autodoc:module") == "hopcore"
    return True if not own and name in hopcore.__all__ and getattr(hopcore, name) is value else None


def _fold(app: Sphinx, doctree: nodes.document, name: str) -> None:
    """Fold what a page has for a second reading; a link to something in there opens it."""
    words = {
        "Change it": "Try it yourself",
        "How sure is this?": "Controls, choices and limits",
        "Verdicts under other circumstances": "Other seeds, precision, threads, images and grids",
        "The paper’s figures, panel by panel": "Where each panel is",
    }
    for section in doctree.findall(nodes.section):
        if told := words.get(section[0].astext()):
            opens = f'<details class="hopcore-fold"><summary>{told}</summary>'
            section.insert(1, nodes.raw("", opens, format="html"))
            section.append(nodes.raw("", "</details>", format="html"))


def _complete(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Add to a page's head, load what it needs, and mend its roles.

    The policy stands before all that is loaded. The instruments' script is loaded where there is one, and
    MathJax where there is a formula: Sphinx takes the formulas of all chapters for those of the first page.
    """
    policy = f'\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    described = "" if doctree is None else _description(app, context, doctree)
    context["metatags"] = policy + context.get("metatags", "") + described
    body = context.get("body", "")
    if 'class="hopcore-live"' in body:
        app.add_js_file("live.js")
    if 'class="math ' not in body:
        files = context["script_files"]
        files[:] = [each for each in files if "mathjax" not in f"{each.filename} {each.attributes}".lower()]
    if body:
        # Bibliographies are no lists to a screen reader: docutils gives the list a role, but not its entries.
        body = body.replace('role="list" class="citation-list"', 'class="citation-list"')
        context["body"] = body.replace(' role="doc-biblioentry"', "")


def _description(app: Sphinx, context: dict[str, Any], doctree: Any) -> str:
    """Tags for the page's head; the picture's address is whole where the book's own address is known."""
    base = app.config.html_baseurl
    picture = f"{base.rstrip('/')}/{PICTURE}" if base else context["pathto"](PICTURE, resource=True)
    paragraphs = (each for each in doctree.findall(nodes.paragraph) if isinstance(each.parent, nodes.section))
    description = shorten(next((each.astext() for each in paragraphs), ""), 200, placeholder=" …")
    tags = {
        "og:type": "article",
        "og:site_name": app.config.html_title or app.config.project,
        "og:title": context["title"],
        "og:description": description,
        "og:image": picture,
        "og:image:alt": "A valley that forks again and again; memories run down in it to ten digits.",
    }
    lines = [f'<meta name="description" content="{html.escape(description)}">']
    lines += [f'<meta property="{name}" content="{html.escape(text)}">' for name, text in tags.items()]
    return "\n".join(["", *lines, ""])
