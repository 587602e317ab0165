"""What the pages' content security policy lets through, and what it stops."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from visits import HTML, PAGES, Visit

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')

ATTEMPTS = {
    "an inline script": "at.append(Object.assign(document.createElement('script'), {text: 'harm = 1'}))",
    "a handler": "at.innerHTML = '<img src=x onerror=\"window.harm = 1\">'",
    "a link": "at.innerHTML = '<a href=\"javascript:window.harm = 1\">'; at.firstElementChild.click()",
    "text as code": "setTimeout('window.harm = 1', 0)",
}


@pytest.mark.parametrize("page", [*PAGES, "index.html"])
def test_every_page_has_a_strict_policy(page: str) -> None:
    text = (HTML / page).read_text(encoding="utf-8")
    (policy,) = POLICY.findall(text)
    assert text.index("Content-Security-Policy") < (text.find("<script") % len(text))
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["object-src"] == rules["base-uri"] == "'none'"
    for name, rule in rules.items():
        assert re.fullmatch(
            r"('none'|'self'|'unsafe-hashes'|'unsafe-inline'|data:|'sha256-[\w+/=]+'| )+", rule
        )
        assert ("'unsafe-inline'" in rule) == (name == "style-src")
        assert name != "script-src" or "data:" not in rule


@pytest.mark.parametrize("how", ["http", "file"])
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_is_put_into_a_page_does_not_run(attempt: str, how: str, visit: Callable[..., Visit]) -> None:
    visited = visit("book/waddington.html", how)
    assert visited.problems == []
    visited.page.evaluate(f"at => {{ {ATTEMPTS[attempt]} }}", visited.page.query_selector("article"))
    visited.page.wait_for_timeout(200)
    assert visited.page.evaluate("'harm' in window") is False
    assert any("Content Security Policy" in problem for problem in visited.problems)


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
    visited = visit("book/waddington.html", how)
    page = visited.page
    before = page.get_attribute("html", "data-mode")
    page.locator("button.theme-switch-button:visible").first.click()
    assert page.get_attribute("html", "data-mode") != before
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


@pytest.mark.parametrize("how", ["http", "file"])
def test_code_is_copied(how: str, visit: Callable[..., Visit]) -> None:
    visited = visit("book/sweeps.html", how)
    page = visited.page
    block = page.locator("div.highlight:has(button.copybtn)").first
    block.hover()
    block.locator("button.copybtn").click()
    page.wait_for_function("document.querySelector('button.copybtn.success') !== null")
    assert visited.problems == []
