"""Every page of the built book: complete without a network, readable on a phone and by everybody."""

from collections.abc import Callable
from inspect import ismodule
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from visits import HTML, PAGES, Visit

import hopcore

CHAPTERS = [page for page in PAGES if 'class="cell ' in (HTML / page).read_text(encoding="utf-8")]
CODE = ".bd-article .highlight pre"
FORMULAS_AND_TABLES = ".bd-article :is(div.math, .pst-scrollable-table-container, table)"
PARTS = yaml.safe_load((Path(__file__).parents[2] / "_toc.yml").read_text(encoding="utf-8"))["parts"]
OF_THE_PAPER = [
    f"{each['file']}.html"
    for part in PARTS
    if part["caption"].startswith("The paper")
    for each in part["chapters"]
]


def test_the_chapters_are_among_the_pages() -> None:
    assert {"search.html", "book/intro.html", "book/waddington.html"} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opened_from_the_disk_is_whole(page: str, visit: Callable[..., Visit]) -> None:
    visited = visit(page, "file")
    assert visited.problems == []
    _mathematics_is_set(visited)


@pytest.mark.parametrize("page", PAGES)
def test_a_served_page(page: str, visit: Callable[..., Visit]) -> None:
    visited = visit(page)
    assert visited.problems == []
    _mathematics_is_set(visited)
    _pictures_are_described(visited)
    assert visited.violations() == []
    assert _cut(visited, CODE) == []
    height = visited.page.evaluate("document.documentElement.scrollHeight")
    assert height < 12_000 or page.startswith(("book/api", "genindex"))  # to look up, not to read

    # The same page in the dark. Figures bring no ground of their own, so that the page shows through.
    visited.page.add_style_tag(content="* { transition: none !important; }")
    visited.page.emulate_media(color_scheme="dark")
    visited.page.wait_for_selector('html[data-theme="dark"]', state="attached")
    assert visited.violations("color-contrast") == []
    grounds = visited.page.eval_on_selector_all(
        ".cell_output img, .cell_output svg", "all => all.map(each => getComputedStyle(each).backgroundColor)"
    )
    assert set(grounds) <= {"rgba(0, 0, 0, 0)"}
    assert visited.overflow() <= 0

    for width in (768, 390):
        visited.page.set_viewport_size({"width": width, "height": 844})
        assert visited.overflow() <= 0, width
    visited.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert _cut(visited, FORMULAS_AND_TABLES) == []
    assert visited.problems == []


def _cut(visited: Visit, which: str) -> list[str]:
    """What is wider than its place, so that a reader has to push it aside; its first words."""
    return visited.page.eval_on_selector_all(
        which,
        """all => all.filter(each => each.offsetParent && each.scrollWidth > each.clientWidth + 1)
                    .map(each => each.textContent.trim().slice(0, 80))""",
    )


def _mathematics_is_set(visited: Visit) -> None:
    """Every formula of the source is one of MathJax's, and none is an error."""
    page = visited.page
    assert page.locator(".math:has(mjx-container > mjx-math)").count() == page.locator(".math").count()
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0


def _pictures_are_described(visited: Visit) -> None:
    """Images and videos say what they show; a drawing of a figure does so too."""
    silent = visited.page.evaluate(
        """() => [
            ...[...document.images].filter(each => !each.alt.trim()).map(each => each.src),
            ...[...document.querySelectorAll("video, .cell_output svg[role=img]:not([aria-hidden=true])")]
                .filter(each => !(each.getAttribute("aria-label") || "").trim()).map(each => each.outerHTML),
        ].map(text => text.slice(0, 200))"""
    )
    assert silent == []


def test_every_main_name_of_the_library_is_in_its_reference() -> None:
    text = (HTML / "book" / "api.html").read_text(encoding="utf-8")
    names = [name for name in hopcore.__all__ if not ismodule(getattr(hopcore, name))]
    assert [name for name in names if f'id="hopcore.{name}"' not in text] == []


def test_links_lead_to_places_that_there_are() -> None:
    """To pages, places in them and files; those out of the book are safe, but for MNIST's own page."""
    pages = {page: BeautifulSoup((HTML / page).read_text(encoding="utf-8"), "html.parser") for page in PAGES}
    names = {page: {each["id"] for each in soup.select("[id]")} | {""} for page, soup in pages.items()}
    lost = []
    for page, soup in pages.items():
        for link in {each["href"] for each in soup.select("a[href]")}:
            address = urlsplit(link)
            if address.scheme or address.netloc:
                lost += [] if address.scheme in ("https", "mailto") or "lecun.com" in link else [(page, link)]
                continue
            there = normpath(Path(page).parent / unquote(address.path)) if address.path else page
            if there in pages:
                lost += [] if unquote(address.fragment) in names[there] else [(page, link)]
            elif not (HTML / there).is_file():
                lost.append((page, link))
    assert lost == []


@pytest.mark.parametrize("how", ["http", "file"])
def test_the_address_of_the_book_leads_to_its_first_page(how: str, visit: Callable[..., Visit]) -> None:
    visited = visit("search.html", how)
    visited.page.goto(visited.address + "index.html", wait_until="commit")
    visited.page.wait_for_url("**/book/intro.html")


def test_pages_say_what_a_link_to_them_shows(visit: Callable[..., Visit]) -> None:
    visited = visit("book/waddington.html")
    tags = visited.page.eval_on_selector_all(
        "meta[property^='og:']",
        "all => all.map(each => [each.getAttribute('property'), each.content])",
    )
    tags = dict(tags)
    assert tags["og:title"] == "Waddington splits" and len(tags["og:description"]) > 50
    assert (HTML / "book" / tags["og:image"]).stat().st_size < 300_000
    icon = visited.page.locator("link[rel=icon]").get_attribute("href")
    assert (HTML / "book" / icon).stat().st_size < 20_000
    links = visited.page.eval_on_selector_all("a[href]", "all => all.map(each => each.href)")
    assert not [link for link in links if "mybinder" in link or "colab" in link]


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_shows_first_and_folds_what_is_for_later(page: str, visit: Callable[..., Visit]) -> None:
    visited = visit(page).page
    shown = visited.locator(".bd-article :is(figure, .hopcore-live):visible").first
    assert shown.bounding_box()["y"] < 900
    predict = ".admonition:has(> .admonition-title:text-is('Predict'))"
    assert visited.locator(f"{predict}:not(:has(details))").count() == 0
    assert visited.locator(predict).count() > 0 or page not in OF_THE_PAPER
    visited.click("text=Show all code")
    assert visited.locator("details.above-input:not([open]), .hopcore-fold[open]").count() == 0


def test_the_chapters_are_short(visit: Callable[..., Visit]) -> None:
    """All words that a reader may open: captions and verdicts too, but neither code nor formulas."""
    no_prose = "details.above-input, .highlight, mjx-container, script, style, svg, .hopcore-live"
    count = """drop => {
        document.querySelectorAll(drop).forEach(each => each.remove());
        return document.querySelector(".bd-article").textContent.split(/\\s+/).length;
    }"""
    words = {page: visit(page).page.evaluate(count, no_prose) for page in OF_THE_PAPER}
    assert len(words) == 8 and sum(words.values()) <= 16_000, words


def test_a_link_into_a_folded_section_opens_it(visit: Callable[..., Visit]) -> None:
    assert visit("book/waddington.html#fig-stacks").page.locator("#fig-stacks img").is_visible()
