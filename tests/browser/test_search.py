"""The search field, on a server and from the disk."""

from collections.abc import Callable

import pytest
from visits import Visit


@pytest.mark.parametrize("how", ["http", "file"])
def test_searching_from_a_page_finds_the_chapters(how: str, visit: Callable[..., Visit]) -> None:
    visited = visit("book/intro.html", how)
    visited.page.keyboard.press("Control+k")
    visited.page.keyboard.type("saddle")
    visited.page.keyboard.press("Enter")
    visited.page.wait_for_selector("#search-results .search li a")
    visited.page.locator("#search-results .search-summary", has_text="finished").wait_for()
    found = visited.page.locator("#search-results .search li > a").all_inner_texts()
    of_library = [place for place, name in enumerate(found) if name.startswith("hopcore.")]
    assert found.index("Waddington splits") < min(of_library)
    assert visited.problems == []


def test_a_word_that_is_nowhere_is_not_found(visit: Callable[..., Visit]) -> None:
    results = visit("search.html?q=xylophone").page.locator("#search-results")
    results.filter(has_text="did not match").wait_for()
    assert results.locator("li").count() == 0
