"""The instrument of two digits in a page opened from the disk: its numbers are those of `hopcore.reduced`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import hopcore
from hopcore import live

PAGE = """<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8">
<title>Instruments</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' blob:;
 worker-src blob:; style-src 'unsafe-inline'; img-src data:"></head>
<body style="max-width: 46rem; margin: auto">%s
<script src="live.js"></script></body></html>"""
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SYSTEMS = 20
NEAR = 1e-9


def folder_with(folder: Path, *instruments: live.Page) -> Path:
    body = "\n".join(each.html(images=at == 0) for at, each in enumerate(instruments))
    (folder / "live.js").write_text(live.script(), encoding="utf-8")
    (folder / "page.html").write_text(PAGE % body, encoding="utf-8")
    return folder / "page.html"


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with two of the instruments, opened from the disk; what goes wrong in it fails the test."""
    data = hopcore.training_set((1, 4, 7), per_digit=3, seed=0)
    files = folder_with(
        tmp_path_factory.mktemp("live"),
        live.nullclines(data, still=PIXEL),
        live.nullclines(data, still=PIXEL, n=40),
    )
    page = browser.new_page(viewport={"width": 1000, "height": 1400})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "blob:", "data:")) else problems.append(request.url)
        ),
    )
    page.goto(files.as_uri())
    page.wait_for_selector(".hopcore-live.ready")
    page.evaluate(
        "window.first = document.querySelectorAll('[data-instrument=nullclines]')[0]; "
        "window.ask = first.instrument"
    )
    yield page
    page.close()
    assert problems == []


def random_systems(count: int) -> list[dict[str, float]]:
    draw = np.random.default_rng(20231203)
    systems = []
    for _ in range(count):
        aa, bb = draw.uniform(550, 784, 2)
        systems.append(
            {
                "aa": aa,
                "ab": draw.uniform(0.3, 0.9) * np.sqrt(aa * bb),
                "bb": bb,
                "n": draw.uniform(2, 60),
                "temperature": 784 * draw.uniform(0.6, 1.1),
                "copies": int(draw.integers(1, 3)),
            }
        )
    return systems


def assert_same_points(page: Page, system: dict[str, float]) -> int:
    found = page.evaluate("given => { ask.set(given); return ask.fixedPoints(); }", system)
    expected = hopcore.ReducedSystem(**system).fixed_points()
    assert len(found) == expected.sizes["point"], system
    for name, own in (("alpha", "alpha"), ("alpha_b", "alphaB"), ("ell", "ell")):
        np.testing.assert_allclose(
            [each[own] for each in found], expected[name], rtol=0, atol=NEAR, err_msg=str(system)
        )
    assert [each["stable"] for each in found] == expected.stable.values.tolist(), system
    return len(found)


def assert_same_folds(page: Page, system: dict[str, float], n_range: tuple[float, float]) -> int:
    page.evaluate("given => ask.set(given)", {**system, "n": 20})
    found = page.evaluate("range => ask.folds(range)", list(n_range))
    expected = hopcore.folds(**system, n_range=n_range)
    assert len(found) == expected.sizes["fold"], system
    for name in ("n", "alpha", "ell"):
        values = [each[name] for each in found]
        np.testing.assert_allclose(values, expected[name], rtol=0, atol=NEAR, err_msg=str(system))
    assert [each["opens"] for each in found] == expected.opens.values.tolist()
    return len(found)


def test_fixed_points_are_those_of_the_reduced_system(page) -> None:
    counts = [assert_same_points(page, system) for system in random_systems(SYSTEMS)]
    assert {1, 3} <= set(counts)


def test_folds_are_those_of_the_reduced_system(page) -> None:
    systems = [{name: value for name, value in each.items() if name != "n"} for each in random_systems(4)]
    paper = {"aa": 753.0, "ab": 494.0, "bb": 719.0, "temperature": 700.0, "copies": 2}
    assert sum(assert_same_folds(page, system, (2, 60)) for system in [paper, *systems]) >= 5


def test_the_pair_of_a_fold_is_found_on_its_side_and_not_on_the_other(page) -> None:
    """Close to a fold two points differ by the square root of the distance: to 1e-9 only some way off."""
    paper = {"aa": 753.0, "ab": 494.0, "bb": 719.0, "temperature": 700.0, "copies": 2}
    for fold in hopcore.folds(**paper, n_range=(10, 60)).n.values:
        counts = {assert_same_points(page, {**paper, "n": fold + shift}) for shift in (-1e-4, 1e-4)}
        assert counts == {1, 3}


def test_low_temperature_and_nearly_equal_images(page) -> None:
    for system in (
        {"aa": 753.0, "ab": 494.0, "bb": 719.0, "n": 30.0, "temperature": 200.0, "copies": 1},
        {"aa": 700.0, "ab": 699.0, "bb": 700.0, "n": 12.5, "temperature": 784.0, "copies": 1},
        {"aa": 700.0, "ab": -120.0, "bb": 500.0, "n": 4.0, "temperature": 300.0, "copies": 100},
        {"aa": 753.0, "ab": 494.0, "bb": 719.0, "n": 300.0, "temperature": 700.0, "copies": 2},
    ):
        assert_same_points(page, system)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"n": 1}, "n = 1: must be a number above 1"),
        ({"n": "many"}, "n = many"),
        ({"temperature": 0}, "T = 0"),
        ({"aa": -1}, "A·A = -1"),
        ({"aa": 100, "ab": 200, "bb": 100}, "no two images overlap more"),
        ({"copies": 0.5}, "copies = 0.5"),
        ({"pair": [0, 0]}, "two images of different digits"),
        ({"pair": [0, 900]}, "two images of different digits"),
    ],
)
def test_what_no_two_images_have_is_refused_and_changes_nothing(page, given, words) -> None:
    before = page.evaluate("() => ask.fixedPoints()")
    told = page.evaluate(
        "given => { try { ask.set(given); } "
        "catch (error) { return [error instanceof Error, error.message]; } }",
        given,
    )
    assert told is not None and told[0] and words in told[1]
    assert page.evaluate("() => ask.fixedPoints()") == before


def test_a_range_of_folds_is_refused(page) -> None:
    told = page.evaluate("ask.folds([5, 2]).then(() => 'done', error => error.message)")
    assert "two increasing numbers above 1" in told
