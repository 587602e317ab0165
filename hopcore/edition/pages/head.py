"""A Sphinx extension: what a page tells about itself, what it may load, and roles for screen readers."""

import html
from pathlib import Path
from textwrap import shorten
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from hopcore.edition.chapters import STAGE

PICTURE = "_static/social.png"

POLICY = (
    "default-src 'self' data: blob: 'unsafe-inline'; worker-src blob:; base-uri 'none'; form-action 'self'"
)
"""A page asks no other host, whatever is in it. Figures bring scripts, styles and pictures of their own."""


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx. Pages are built from what `hopcore book` has executed and laid out."""
    if Path(app.srcdir).name != STAGE:
        raise ExtensionError("this book is executed and built by the command: hopcore book")
    app.config.templates_path.append(str(Path(__file__).parent / "templates"))
    app.connect("html-page-context", _protect)
    app.connect("html-page-context", _scripts, priority=900)  # after MathJax's
    app.connect("html-page-context", _describe)
    app.connect("html-page-context", _mend_roles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _scripts(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the instruments' script where there is one, and MathJax where there is a formula.

    Sphinx takes the formulas of all chapters for those of the first page.
    """
    if 'class="hopcore-live"' in context.get("body", ""):
        app.add_js_file("live.js")
    if 'class="math ' not in context.get("body", ""):
        files = context["script_files"]
        files[:] = [each for each in files if "mathjax" not in f"{each.filename} {each.attributes}".lower()]


def _protect(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the policy into the head of every page, before all that is loaded."""
    tag = f'\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    context["metatags"] = tag + context.get("metatags", "")


def _describe(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Add tags to the page's head; the picture's address is whole where the book's own address is known."""
    if doctree is None:
        return
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
        "og:image:alt": "Memories of a network while it learns: one blur becomes ten digits.",
    }
    lines = [f'<meta name="description" content="{html.escape(description)}">']
    lines += [f'<meta property="{name}" content="{html.escape(text)}">' for name, text in tags.items()]
    context["metatags"] = context.get("metatags", "") + "\n".join(["", *lines, ""])


def _mend_roles(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Bibliographies are no lists to a screen reader: docutils gives the list a role, but not its entries."""
    if "body" in context:
        body = context["body"].replace('role="list" class="citation-list"', 'class="citation-list"')
        context["body"] = body.replace(' role="doc-biblioentry"', "")
