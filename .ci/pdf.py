"""The built book as one PDF, printed by Chromium: ``.ci/pdf.py [PDF]``, by default ``_build/book.pdf``.

The pages' articles follow each other in one page, ``_build/html/book/print.html``, in the order of the table
of contents; links between pages become links within it. What is folded is open, folded code is left out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from playwright.sync_api import sync_playwright

from hopcore.edition.chapters import Book

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))
import chromium  # noqa: E402

DROPPED = (
    "script, noscript, details.above-input, .headerlink, button, .sd-summary-state-marker, .prev-next-area, "
    ".hopcore-live :not(img, figure, p):not(:has(img)), .controls"
)
STYLE = """
@page { margin: 18mm 16mm; size: A4; }
html { font-size: 11pt; }
body { background: white; color: black; display: block; }
main.bd-article { padding: 0; }
.page + .page { break-before: page; }
pre, pre * { overflow-wrap: anywhere; white-space: pre-wrap !important; }
figure, table tr, .hopcore-claim, .admonition { break-inside: avoid; }
summary { display: none; }
details { border: 0 !important; box-shadow: none !important; padding: 0 !important; }
img, svg { max-height: 220mm; max-width: 100%; }
"""


def main(pdf: Path) -> int:
    """Write the PDF; the status of the command."""
    html = ROOT / "_build" / "html"
    if not (html / "index.html").is_file():
        print("run `make book` first")
        return 1
    page = html / "book" / "print.html"
    documents = [chapter.document for chapter in Book.open(ROOT).chapters]
    page.write_text(combined(html, documents), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--disable-gpu"])
        shown = browser.new_page()
        shown.goto(page.as_uri())
        shown.evaluate("window.MathJax ? MathJax.startup.promise.then(() => true) : true")
        shown.pdf(path=pdf, prefer_css_page_size=True, outline=True, tagged=True, print_background=True)
        browser.close()
    page.unlink()
    print(f"The book is at {pdf}")
    return 0


def combined(html: Path, documents: list[str]) -> str:
    """The articles of these pages as one page."""
    texts = {Path(name).name: (html / f"{name}.html").read_text(encoding="utf-8") for name in documents}
    pages = {name: BeautifulSoup(text, "html.parser") for name, text in texts.items()}
    articles = [_article(soup, name, pages) for name, soup in pages.items()]
    # the head of a page with formulas, if there is one; of its scripts what sets them
    head = max((soup.head for soup in pages.values()), key=lambda head: "mathjax" in str(head).lower())
    for script in head.select("script"):
        if "mathjax" not in str(script).lower():
            script.decompose()
    return (
        f'<!doctype html><html lang="en" data-theme="light" data-mode="light">{head}<style>{STYLE}</style>'
        f'<body><main class="bd-content bd-article">{"".join(map(str, articles))}</main></body></html>'
    )


def _article(soup: BeautifulSoup, name: str, names: Collection[str]) -> Tag:
    """The article of a page, with names of its own and without what is of no use on paper."""
    article = soup.select("article")[0]
    for each in article.select(DROPPED):
        each.decompose()
    for fold in article.select("details"):
        fold["open"] = ""
    for link in article.select("a:has(> img)"):  # to the picture itself
        link.unwrap()
    for video in article.select("video"):
        video.replace_with(soup.new_tag("img", src=video["poster"], alt=video.get("aria-label", "")))
    for each in article.select("[id]"):
        each["id"] = f"{name}--{each['id']}"
    for link in article.select("a[href]"):
        link["href"] = _within(str(link["href"]), name, names)
    article.attrs = {"id": f"{name}--", "class": "page"}
    return article


def _within(address: str, name: str, names: Collection[str]) -> str:
    """Where a link of a page leads in the one page; others stay as they are."""
    found = re.fullmatch(r"(?:(?:\.\./)?(?:book/)?(\w+)\.html)?(?:#(.*))?", address)
    if not found or (found[1] or name) not in names:
        return address
    return f"#{found[1] or name}--{found[2] or ''}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "_build" / "book.pdf"))
