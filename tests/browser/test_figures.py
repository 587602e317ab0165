"""Figures that move: sliders, figures that turn, and videos."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator
from visits import HTML, PAGES, Visit

FIGURES = (".hopcore-slider", ".hopcore-turning")
TEXTS = {page: (HTML / page).read_text(encoding="utf-8") for page in PAGES}
WITH_SLIDERS = [page for page in PAGES if any(f'class="{kind[1:]}"' in TEXTS[page] for kind in FIGURES)]
WITH_TURNING = [page for page in PAGES if 'class="hopcore-turning"' in TEXTS[page]]
WITH_VIDEO = [page for page in PAGES if "<video" in TEXTS[page]]


def test_the_book_has_figures_of_every_kind() -> None:
    assert WITH_TURNING and WITH_VIDEO
    assert [page for page in PAGES if 'class="hopcore-slider"' in TEXTS[page]]


@pytest.mark.parametrize("page", WITH_SLIDERS)
@pytest.mark.parametrize("how", ["http", "file"])
def test_each_slider_changes_its_picture(page: str, how: str, visit: Callable[..., Visit]) -> None:
    visited = _opened(visit(page, how))
    sliders = visited.page.locator(":is(.hopcore-slider, .hopcore-turning) input[type=range]")
    assert sliders.count() > 0
    for slider in sliders.all():
        figure = slider.locator("xpath=ancestor::div[starts-with(@class, 'hopcore-')]")
        slider.scroll_into_view_if_needed()
        before, place = _picture(figure), _place(slider)
        box = slider.bounding_box()
        far = 0.2 if place > 0.5 else 0.8
        visited.page.mouse.click(box["x"] + far * box["width"], box["y"] + box["height"] / 2)
        assert abs(_place(slider) - far) < 0.3
        after_mouse = _settled(visited, figure, before)
        place = _place(slider)
        visited.page.keyboard.press("ArrowLeft" if place > 0.5 else "ArrowRight")
        assert _place(slider) != place
        visited.page.keyboard.press("Home" if place > 0.5 else "End")
        after_keys = _settled(visited, figure, after_mouse)
        assert before != after_mouse != after_keys
    assert visited.problems == []


@pytest.mark.parametrize("page", WITH_TURNING)
def test_figures_turn_by_mouse_and_arrow_keys(page: str, visit: Callable[..., Visit]) -> None:
    visited = _opened(visit(page, "file"))
    for figure in visited.page.locator(".hopcore-turning").all():
        drawing = figure.locator("svg")
        drawing.scroll_into_view_if_needed()
        last = _picture(figure)
        box = drawing.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        visited.page.mouse.move(x, y)
        visited.page.mouse.down()
        visited.page.mouse.move(x + 60, y + 30, steps=4)
        visited.page.mouse.up()
        seen = [last, _settled(visited, figure, last)]
        drawing.focus()
        for key in ("ArrowRight", "ArrowDown"):
            visited.page.keyboard.press(key)
            seen.append(_settled(visited, figure, seen[-1]))
        assert len(set(seen)) == 4


@pytest.mark.parametrize("page", WITH_VIDEO)
@pytest.mark.parametrize("how", ["http", "file"])
def test_videos_play(page: str, how: str, visit: Callable[..., Visit]) -> None:
    visited = _opened(visit(page, how))
    for video in visited.page.locator("video").all():
        video.scroll_into_view_if_needed()
        video.evaluate("each => each.play()")
        visited.page.wait_for_function("each => each.currentTime > 0.3", arg=video.element_handle())
        assert video.evaluate("each => each.videoWidth > 0 && !each.error && each.controls")


@pytest.mark.parametrize("page", sorted({*WITH_SLIDERS, *WITH_TURNING}))
def test_without_a_script_the_first_picture_is_there(page: str, visit: Callable[..., Visit]) -> None:
    visited = _opened(visit(page, "file", java_script_enabled=False))
    for figure in visited.page.locator(", ".join(FIGURES)).all():
        picture = figure.locator("img, svg").first
        assert picture.is_visible() and picture.bounding_box()["height"] > 50
        assert not figure.locator("input").first.is_visible()
        assert "JavaScript" in figure.locator("noscript").inner_text()


def _opened(visited: Visit) -> Visit:
    """The page with all that is folded in sight."""
    visited.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    return visited


def _picture(figure: Locator) -> str:
    """What a figure shows: the address of its image, or its drawing."""
    return figure.evaluate("each => each.querySelector('img')?.src ?? each.querySelector('svg').outerHTML")


def _place(slider: Locator) -> float:
    """Where a slider stands, from 0 to 1."""
    return slider.evaluate("each => (each.value - each.min) / (each.max - each.min)")


def _settled(visited: Visit, figure: Locator, before: str) -> str:
    """The picture after an action: as soon as it differs, or as it is half a second later."""
    for _ in range(10):
        now = _picture(figure)
        if now != before:
            # A drawing follows the pointer from frame to frame: take the one that it ends with.
            visited.page.wait_for_timeout(50)
            return _picture(figure)
        visited.page.wait_for_timeout(50)
    return before
