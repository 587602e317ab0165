"""What the pages' content security policy stops, and that the page's own scripts work under it."""

from collections.abc import Callable

import pytest
from visits import HTML, PAGES, Visit

from hopcore.edition.pages.extension import POLICY


def test_every_page_has_the_policy_before_all_that_it_loads() -> None:
    for page in PAGES:
        text = (HTML / page).read_text(encoding="utf-8")
        place = text.index(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">')
        assert place < min(text.index("<script"), text.index("<link")), page


@pytest.mark.parametrize("how", ["http", "file"])
def test_what_is_put_into_a_page_asks_no_other_host(how: str, visit: Callable[..., Visit]) -> None:
    visited = visit("book/intro.html", how)
    visited.page.evaluate(
        """() => { document.body.insertAdjacentHTML("beforeend", '<img src="https://example.org/a.png">');
                   return fetch("https://example.org/b").catch(() => null); }"""
    )
    assert not [problem for problem in visited.problems if problem.startswith("asked another host")]
    assert len([problem for problem in visited.problems if "Content Security Policy" in problem]) >= 2


@pytest.mark.parametrize("how", ["http", "file"])
def test_the_buttons_of_a_page_work(how: str, visit: Callable[..., Visit]) -> None:
    visited = visit("book/sweeps.html", how)
    page = visited.page
    before = page.get_attribute("html", "data-mode")
    page.locator("button.theme-switch-button:visible").first.click()
    assert page.get_attribute("html", "data-mode") != before
    block = page.locator("div.highlight:has(button.copybtn)").first
    block.hover()
    block.locator("button.copybtn").click()
    page.wait_for_function("document.querySelector('button.copybtn.success') !== null")
    page.evaluate(
        """() => { window.done = [];
                   window.toggleFullScreen = () => done.push("full screen");
                   window.print = () => done.push("print"); }"""
    )
    page.locator(".btn-fullscreen-button:visible").first.click()
    page.locator(".dropdown-download-buttons button").first.click()
    page.locator(".btn-download-pdf-button:visible").first.click()
    assert page.evaluate("window.done") == ["full screen", "print"]
    assert visited.problems == []
