"""Instruments in a page of their own, opened from the disk under the policy of the book's pages."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from hopcore import live
from hopcore.edition.pages.extension import POLICY

PAGE = """<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8">
<title>Instruments</title>
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<script defer src="live.js"></script></head>
<body style="margin: 0 auto; max-width: 46rem; font: 16px system-ui">{body}</body></html>"""
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
LOCAL = ("blob:", "data:")
NEAR = 1e-9
"""How far numbers of a page may be from the library's."""


@contextmanager
def shown(
    browser: Browser, folder: Path, *instruments: live.Page, address: str = "", **options: Any
) -> Iterator[Page]:
    """A page with these instruments, the first of them as `ask`; what goes wrong there fails the test.

    It is opened from the disk, or from the address of a server of the folder.
    """
    body = "\n".join(each.html(images=at == 0) for at, each in enumerate(instruments))
    (folder / "live.js").write_text(live.script(), encoding="utf-8")
    (folder / "page.html").write_text(PAGE.format(policy=POLICY, body=body), encoding="utf-8")
    problems: list[str] = []
    with browser.new_context(viewport={"width": 1000, "height": 1400}, **options) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
        own = (*LOCAL, address or "file:")
        page.on("request", lambda asked: None if asked.url.startswith(own) else problems.append(asked.url))
        page.goto((address or f"{folder.as_uri()}/") + "page.html")
        page.wait_for_function(
            "n => document.querySelectorAll('.hopcore-live.ready').length === n", arg=len(instruments)
        )
        page.evaluate("window.ask = document.querySelector('[data-instrument]').instrument")
        yield page
    assert not problems, problems


def refusal(page: Page, call: str) -> str | None:
    """What is told by the error of this call of the instrument."""
    return page.evaluate(
        f"async () => {{ try {{ await ask.{call}; }}"
        " catch (error) { return error instanceof Error ? error.message : null; } }"
    )
