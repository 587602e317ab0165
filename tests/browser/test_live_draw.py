"""The instrument to draw in, in a page opened from the disk: its scores are those of `hopcore.scores`."""

from collections.abc import Iterator

import numpy as np
import pytest
from instruments import NEAR, PIXEL, refusal, shown
from playwright.sync_api import Browser, Page

import hopcore
from hopcore import live

DATA = hopcore.training_set((1, 4, 7), per_digit=3, seed=0)
TEMPERATURE, LOW, HIGH = 0.85, 3.0, 30.0
STATE = """() => {
    const { image, memories, labels, other, answers } = ask.state(), plain = numbers => Array.from(numbers);
    const of = (frame, { scores, shares }) => ({
        memories: plain(frame.memories), labels: plain(frame.labels),
        scores: plain(scores), shares: plain(shares),
    });
    const high = of({ memories, labels }, answers[0]), low = of(other, answers[1]);
    return { image: image && plain(image), high, low };
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with shown(browser, tmp_path_factory.mktemp("draw"), live.draw(DATA, still=PIXEL, memories=12)) as page:
        yield page


def test_scores_and_shares_are_those_of_the_network(page) -> None:
    page.evaluate("ask.step(40)")
    page.evaluate("image => ask.set({image})", DATA.images[4].tolist())
    state = page.evaluate(STATE)
    np.testing.assert_array_equal(state["image"], DATA.images[4])
    for name, n in (("low", LOW), ("high", HIGH)):
        memories, labels = (np.array(state[name][each]).reshape(12, -1) for each in ("memories", "labels"))
        conditions = {"n": n, "rescaled_temperature": TEMPERATURE}
        (expected,) = hopcore.scores(DATA.images[[4]], memories, labels, **conditions)
        np.testing.assert_allclose(state[name]["scores"], expected, rtol=0, atol=NEAR)
        powers = np.maximum(memories @ DATA.images[4], 0) ** n
        np.testing.assert_allclose(state[name]["shares"], powers / powers.sum(), rtol=0, atol=NEAR)


def test_a_drawing_becomes_an_image_with_its_ink_in_the_middle(page) -> None:
    page.get_by_role("button", name="Clear").click()
    assert page.evaluate(STATE)["image"] is None
    pad = page.locator("canvas").first.bounding_box()
    assert pad is not None
    page.mouse.move(pad["x"] + 40, pad["y"] + 50)
    page.mouse.down()
    page.mouse.move(pad["x"] + 40, pad["y"] + 150, steps=8)
    page.mouse.up()
    image = np.array(page.evaluate(STATE)["image"]).reshape(28, 28)
    ink = image + 1
    centre = [(ink.sum(axis=1 - axis) * (np.arange(28) + 0.5)).sum() / ink.sum() for axis in (0, 1)]
    np.testing.assert_allclose(centre, 14, atol=0.3)
    rows, columns = np.nonzero(ink > 1)
    assert 18 <= np.ptp(rows) + 1 <= 21 and np.ptp(columns) + 1 <= 4
    assert "memories answer, it says" in page.locator(".state").inner_text()


def test_drawing_lets_networks_learn_that_know_nothing(page) -> None:
    page.get_by_role("button", name="Anew").click()
    page.get_by_role("radio", name="7").click()
    page.wait_for_function("() => ask.epoch > 0", timeout=30_000)
    page.evaluate("ask.pause()")
    assert any(np.array_equal(page.evaluate(STATE)["image"], image) for image in DATA.images[6:])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("set({image: [0, 1]})", "image: must be"),
        ("set({image: new Array(784).fill(2)})", "image: must be 784 numbers in [−1, 1]"),
        ("set({low: 1})", "n = 1: must be a number above 1"),
        ("set({n: 0.5})", "n = 0.5"),
        ("set({rescaledTemperature: 0})", "T_r = 0"),
    ],
)
def test_what_cannot_be_is_refused(page, call, words) -> None:
    assert words in (refusal(page, call) or "")


def test_a_digit_that_the_page_lacks_is_told(page) -> None:
    page.get_by_role("radio", name="8").click()
    assert page.locator(".told").inner_text() == "The page has no 8."
