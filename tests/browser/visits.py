"""One opened page: what it loaded, what went wrong, and what is asked of it."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import axe_playwright_python
from playwright.sync_api import ConsoleMessage, Page, Request, Response

HTML = Path(os.environ.get("HOPCORE_HTML", Path(__file__).parents[2] / "_build" / "html")).absolute()
PAGES = sorted(
    path.relative_to(HTML).as_posix()
    for path in HTML.rglob("*.html")
    # index.html only leads to the first page.
    if "_static" not in path.parts and path != HTML / "index.html"
)
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"

KNOWN: tuple[str, ...] = ()
"""Parts of messages of the theme, on the console, that do no harm."""


class Visit:
    """A page with a record of its requests and messages."""

    def __init__(self, page: Page, address: str):
        self.page = page
        self.address = address
        self.problems: list[str] = []
        self.sizes: dict[str, int] = {}
        page.on("console", self._message)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def open(self, name: str) -> None:
        """Open the page and wait until its mathematics is set."""
        self.page.goto(self.address + name, wait_until="load")
        self.page.evaluate("window.MathJax ? MathJax.startup.promise.then(() => true) : true")

    def _message(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in KNOWN):
            self.problems.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # A slider that moves on gives up the picture of the step before.
        if (request.resource_type, request.failure) != ("image", "net::ERR_ABORTED"):
            self.problems.append(f"failed: {request.url[:200]} ({request.failure})")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"status {response.status}: {response.url}")
        name = unquote(response.url.removeprefix(self.address).split("?")[0])
        if (HTML / name).is_file():
            self.sizes[name] = (HTML / name).stat().st_size

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return self.page.evaluate("(e => e.scrollWidth - e.clientWidth)(document.documentElement)")

    def violations(self, *rules: str) -> list[str]:
        """Serious and critical violations that axe-core finds, of all rules or of those named.

        Of what is alike in its hundreds, entries of the reference and words of code, it looks at a part.
        """
        if not self.page.evaluate("'axe' in window"):
            # Not as a script of the page, which the page's own policy would not let run.
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
        if rules:
            options["runOnly"] = list(rules)
        context = {"exclude": ["dl.py:nth-of-type(n+6)", ".cell:nth-of-type(n+4) .cell_input pre"]}
        result = self.page.evaluate("([context, options]) => axe.run(context, options)", [context, options])
        return [
            f"{each['impact']}: {each['help']}: {node['html'][:200]}"
            for each in result["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]
