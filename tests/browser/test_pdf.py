"""The one page that is printed as a PDF: all that its links name is in it, and nothing folded or empty."""

import importlib.util
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser
from visits import HTML

from hopcore.edition.chapters import Book

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def text() -> str:
    spec = importlib.util.spec_from_file_location("pdf", ROOT / ".ci" / "pdf.py")
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    return program.combined(HTML, [chapter.document for chapter in Book.open(ROOT).chapters])


def test_links_between_pages_lead_to_places_of_the_one_page(text: str) -> None:
    page = BeautifulSoup(text, "html.parser")
    names = [each["id"] for each in page.select("[id]")]
    assert len(set(names)) == len(names)
    links = [each["href"] for each in page.select("a[href]")]
    within = {link[1:] for link in links if link.startswith("#")}
    assert len(within) > 100 and within <= set(names)
    assert [link for link in links if ".html" in link and "://" not in link and "genindex" not in link] == []


def test_what_is_printed_is_open_and_whole(text: str, browser: Browser, tmp_path: Path) -> None:
    page = BeautifulSoup(text, "html.parser")
    assert page.select("details:not([open]), details.above-input, button, input, video") == []
    printed = HTML / "book" / "print.html"
    printed.write_text(text, encoding="utf-8")
    try:
        shown = browser.new_page()
        shown.goto(printed.as_uri())
        shown.evaluate("MathJax.startup.promise.then(() => true)")
        missing = "[...document.images].filter(each => !each.naturalWidth).map(each => each.alt)"
        assert shown.evaluate(missing) == []
        shown.emulate_media(media="print")
        cut = "[...document.querySelectorAll('pre')].filter(each => each.scrollWidth > each.clientWidth + 1)"
        assert shown.evaluate(f"{cut}.length") == 0
        pdf = shown.pdf(prefer_css_page_size=True)
        shown.close()
    finally:
        printed.unlink()
    assert pdf.startswith(b"%PDF") and len(pdf) > 10**6
