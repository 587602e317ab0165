"""What a page weighs: the bytes of all files that it loads, with its formulas, icons and fonts."""

from collections.abc import Callable

import pytest
from visits import PAGES, Visit

MEGABYTE = 10**6
FIRST_PAGE = "book/intro.html"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_light_and_asks_no_other_host(page: str, visit: Callable[..., Visit]) -> None:
    visited = visit(page)
    visited.page.wait_for_load_state("networkidle")
    limit = 1.5 * MEGABYTE if page == FIRST_PAGE else 3 * MEGABYTE
    assert page in visited.sizes and sum(visited.sizes.values()) < limit, visited.sizes
    assert visited.problems == []


def test_only_pages_with_formulas_load_mathjax(visit: Callable[..., Visit]) -> None:
    for page in ("book/model.html", FIRST_PAGE, "search.html"):
        visited = visit(page)
        formulas = visited.page.locator(".math").count()
        assert (
            any("mathjax" in name for name in visited.sizes) == (formulas > 0) == (page == "book/model.html")
        )
