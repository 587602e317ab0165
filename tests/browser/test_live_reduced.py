"""The instrument of two digits in a page opened from the disk: its numbers are those of `hopcore.reduced`."""

from collections.abc import Iterator

import numpy as np
import pytest
from instruments import NEAR, PIXEL, refusal, shown
from playwright.sync_api import Browser, Page

import hopcore
from hopcore import live

DATA = hopcore.training_set((1, 4, 7), per_digit=3, seed=0)
PAPER = {"aa": 753.0, "ab": 494.0, "bb": 719.0, "temperature": 700.0, "copies": 2}
SYSTEMS = 20


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with two of the instruments."""
    two = live.nullclines(DATA, still=PIXEL), live.nullclines(DATA, still=PIXEL, n=40)
    with shown(browser, tmp_path_factory.mktemp("reduced"), *two) as page:
        yield page


def random_systems(count: int) -> list[dict[str, float]]:
    draw = np.random.default_rng(20231203)
    systems = []
    for _ in range(count):
        aa, bb = draw.uniform(550, 784, 2)
        ab = draw.uniform(0.3, 0.9) * np.sqrt(aa * bb)
        n, temperature = draw.uniform(2, 60), 784 * draw.uniform(0.6, 1.1)
        copies = int(draw.integers(1, 3))
        systems.append({"aa": aa, "ab": ab, "bb": bb, "n": n, "temperature": temperature, "copies": copies})
    return systems


def assert_same_points(page: Page, system: dict[str, float]) -> int:
    found = page.evaluate("given => { ask.set(given); return ask.fixedPoints(); }", system)
    expected = hopcore.ReducedSystem(**system).fixed_points()
    assert len(found) == expected.sizes["point"], system
    for name, own in (("alpha", "alpha"), ("alpha_b", "alphaB"), ("ell", "ell")):
        values = [each[own] for each in found]
        np.testing.assert_allclose(values, expected[name], rtol=0, atol=NEAR, err_msg=str(system))
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
    assert sum(assert_same_folds(page, system, (2, 60)) for system in [PAPER, *systems]) >= 5


def test_the_pair_of_a_fold_is_found_on_its_side_and_not_on_the_other(page) -> None:
    """Nearer to a fold the two points are known less well: they differ by the square root of the distance."""
    for fold in hopcore.folds(**PAPER, n_range=(10, 60)).n.values:
        counts = {assert_same_points(page, {**PAPER, "n": fold + shift}) for shift in (-1e-4, 1e-4)}
        assert counts == {1, 3}


def test_low_temperature_and_nearly_equal_images(page) -> None:
    for system in (
        {**PAPER, "n": 30.0, "temperature": 200.0, "copies": 1},
        {"aa": 700.0, "ab": 699.0, "bb": 700.0, "n": 12.5, "temperature": 784.0, "copies": 1},
        {"aa": 700.0, "ab": -120.0, "bb": 500.0, "n": 4.0, "temperature": 300.0, "copies": 100},
        {**PAPER, "n": 300.0},
    ):
        assert_same_points(page, system)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("set({n: 1})", "n = 1: must be a number above 1"),
        ("set({n: 'many'})", "n = many"),
        ("set({temperature: 0})", "T = 0"),
        ("set({aa: -1})", "A·A = -1"),
        ("set({aa: 100, ab: 200, bb: 100})", "no two images overlap more"),
        ("set({copies: 0.5})", "copies = 0.5"),
        ("set({pair: [0, 0]})", "two images of different digits"),
        ("set({pair: [0, 900]})", "two images of different digits"),
        ("folds([5, 2])", "two increasing numbers above 1"),
    ],
)
def test_what_no_two_images_have_is_refused_and_changes_nothing(page, call, words) -> None:
    before = page.evaluate("() => ask.fixedPoints()")
    assert words in (refusal(page, call) or "")
    assert page.evaluate("() => ask.fixedPoints()") == before


def state(page: Page, which: int = 0) -> str:
    return page.locator("[data-instrument=nullclines] .state").nth(which).inner_text()


def colours(page: Page, canvas: int, colour: tuple[int, int, int]) -> int:
    """How many pixels of a canvas have a colour, to rounding."""
    return page.evaluate(
        """([at, rgb]) => {
            const canvas = document.querySelectorAll('canvas')[at];
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let p = 0; p < data.length; p += 4) {
                count += data[p + 3] > 200 && rgb.every((value, c) => Math.abs(data[p + c] - value) < 12);
            }
            return count;
        }""",
        [canvas, list(colour)],
    )


def test_n_is_chosen_in_the_diagram_by_mouse_and_by_keys_in_one_instrument_only(page) -> None:
    page.evaluate("given => ask.set(given)", {**PAPER, "n": 20})
    other = state(page, 1)
    diagram = page.locator("canvas").nth(1)
    box = diagram.bounding_box()
    assert box is not None
    diagram.click(position={"x": 24 + (box["width"] - 32) * (30 - 2) / 58, "y": box["height"] / 2})
    assert state(page).startswith(("n = 29.9", "n = 30", "n = 30.1")) and "1 fixed point" in state(page)
    before = float(state(page).split(",")[0].removeprefix("n = "))
    diagram.press("ArrowRight")
    assert state(page).startswith(f"n = {before + 0.5:g},")
    assert state(page, 1) == other


def test_a_pair_started_by_a_click_or_by_keys_parts(page) -> None:
    """Both memories of the pair learn: they go to the saddle together and end apart."""
    page.evaluate("given => ask.set(given)", {**PAPER, "n": 15})
    blue, green = (60, 120, 216), (45, 157, 110)
    assert colours(page, 0, green) == 0
    plane = page.locator("canvas").nth(0)
    plane.click(position={"x": 200, "y": 100})
    page.wait_for_function("() => ask.state().paths[0].every(path => path.length > 400)", timeout=60_000)
    first, second = page.evaluate("ask.state().paths[0].map(path => path.slice(-2))")
    assert abs(first[1] - second[1]) > 0.3
    assert colours(page, 0, green) > 0 and colours(page, 0, blue) > 0
    plane.press("ArrowUp")
    plane.press("Enter")
    assert page.evaluate("ask.state().paths.length") == 2
    page.get_by_role("button", name="Clear").first.click()
    assert page.evaluate("ask.state().paths.length") == 0


def test_a_memory_alone_ends_at_a_stable_fixed_point(page) -> None:
    page.evaluate("given => ask.set(given)", {**PAPER, "n": 20, "copies": 1})
    page.get_by_role("button", name="Start").first.click()
    page.wait_for_function(
        "() => { const { paths, moving } = ask.state(); return paths.length && !moving }", timeout=60_000
    )
    ell, position = page.evaluate("ask.state().paths[0][0].slice(-2)")
    rests = [each for each in page.evaluate("ask.fixedPoints()") if each["stable"]]
    assert min(abs(each["alpha"] - position) + abs(each["ell"] - ell) for each in rests) < 0.01


def test_two_digits_of_the_page_give_their_overlaps(page) -> None:
    page.evaluate("ask.set({copies: 1, n: 25, temperature: 650, pair: [0, 4]})")
    images = DATA.images[[0, 4]]
    (aa, ab), (_, bb) = images @ images.T
    expected = hopcore.ReducedSystem(aa, ab, bb, n=25, temperature=650).fixed_points()
    found = page.evaluate("ask.fixedPoints()")
    np.testing.assert_allclose([each["alpha"] for each in found], expected.alpha, atol=NEAR)
    seven = page.locator("fieldset").nth(1).get_by_role("radio", name="7")
    seven.click()
    assert seven.is_checked()


def test_ink_is_the_colour_of_the_page_in_the_dark_too(page) -> None:
    page.evaluate("document.body.style.color = '#dcdcdc'; document.documentElement.dataset.theme = 'dark'")
    page.wait_for_timeout(300)
    assert colours(page, 0, (220, 220, 220)) > 0 == colours(page, 0, (0, 0, 0))
