"""A content security policy in every page: which scripts may run, and that no other host is asked.

Inline scripts are allowed one by one, by their hashes: those that the theme puts around a page's content,
and in the content those of hopcore's own figures.  Any other script in the content is an error.
"""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from pathlib import Path

from hopcore.edition.errors import EditionError
from hopcore.edition.pages.sanitise import own_script

_CHARSET = '<meta charset="utf-8" />'
_SCRIPTS = (None, "", "module", "text/javascript", "application/javascript")
_ADDRESSES = ("href", "src", "action", "formaction")


def protect(folder: Path) -> None:
    """Write its policy into every page below a folder.

    Raises
    ------
    EditionError
        If the content of a page has a script that is none of hopcore's figures', or an event's handler.
    """
    # Parts of the theme, in `_static`, are no pages.
    paths = [
        path for path in sorted(folder.rglob("*.html")) if path.relative_to(folder).parts[0] != "_static"
    ]
    pages = {path: _Page.of(path.read_text(encoding="utf-8")) for path in paths}
    problems = [
        f"page {path.relative_to(folder)}: {each}" for path, page in pages.items() for each in page.problems
    ]
    if problems:
        raise EditionError("\n".join(problems))
    # The search takes the pages that it has found apart, and their handlers count as its own.
    handlers = [handler for page in pages.values() for handler in page.handlers]
    for path, page in pages.items():
        tag = f'<meta http-equiv="Content-Security-Policy" content="{policy(page.scripts, handlers)}">'
        before, charset, rest = page.html.partition(_CHARSET)
        whole = before + charset + tag + rest if charset else tag + page.html
        path.write_text(whole, encoding="utf-8", newline="\n")


def policy(scripts: list[str], handlers: list[str]) -> str:
    """The policy of a page with these inline scripts and handlers of events."""
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *_hashes(scripts)]),
        "script-src-attr": " ".join(["'unsafe-hashes'", *_hashes(handlers)]) if handlers else "'none'",
        # Figures, formulas and icons bring styles of their own, and styles load nothing from elsewhere.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "media-src": "'self' data:",
        "font-src": "'self'",
        # The search reads the pages that it has found, where they come from a server.
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hashes(texts: list[str]) -> list[str]:
    """The hashes of scripts as a policy names them, each once."""
    digests = (hashlib.sha256(text.encode()).digest() for text in dict.fromkeys(texts))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


class _Page(HTMLParser):
    """The scripts and handlers of a page, and what is wrong with those of its content."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.problems: list[str] = []
        self._content = False
        self._inline = False

    @classmethod
    def of(cls, html: str) -> _Page:
        page = cls(html)
        page.feed(html)
        page.close()
        return page

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "article":
            self._content = True
        if tag == "script":
            self._inline = "src" not in given and given.get("type") in _SCRIPTS
            if self._inline:
                self.scripts.append("")
            elif self._content and "src" in given:
                self.problems.append(f"its content loads a script, {given['src']}")
        for name, value in attributes:
            if name.startswith("on"):
                self.handlers.append(value or "")
                if self._content:
                    self.problems.append(f'its content has a handler, {name}="{value}"')
            if name in _ADDRESSES and "".join((value or "").split()).lower().startswith("javascript:"):
                self.problems.append(f"it has a script as an address, {value}")

    def handle_data(self, text: str) -> None:
        if self._inline:
            self.scripts[-1] += text

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._content = False
        if tag == "script" and self._inline:
            self._inline = False
            if self._content and not own_script(self.scripts[-1]):
                self.problems.append(f"its content has a script, {self.scripts[-1].strip()[:80]!r}")
