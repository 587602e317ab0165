"""Instruments in pages of their own, opened from the disk: they compute as the library does."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

import hopcore
from hopcore import live
from hopcore.edition.pages.head import POLICY

PAGE = """<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8">
<title>Instruments</title>
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<script defer src="live.js"></script></head>
<body style="margin: 0 auto; max-width: 46rem; font: 16px system-ui">{body}</body></html>"""
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
NEAR = 1e-9
EPOCHS = 300
RATE = 0.005
FIRST = "document.querySelector('[data-instrument]').instrument"
WATCH = """window.tasks = [];
new PerformanceObserver((list) => list.getEntries().forEach((each) => tasks.push(each.duration)))
  .observe({ type: "longtask", buffered: true });"""


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """A function that writes a page with instruments and opens it; what goes wrong there fails the test."""
    problems: list[str] = []
    contexts = []

    def open_page(*instruments: live.Page, workers: bool = True, **options: Any) -> Page:
        rules = POLICY if workers else POLICY.replace("worker-src blob:", "worker-src 'none'")
        body = "\n".join(each.html(images=at == 0) for at, each in enumerate(instruments))
        (tmp_path / "live.js").write_text(live.script(), encoding="utf-8")
        (tmp_path / "page.html").write_text(PAGE.format(policy=rules, body=body), encoding="utf-8")
        context = browser.new_context(viewport={"width": 1000, "height": 1200}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.add_init_script(WATCH)
        page.on("pageerror", lambda error: problems.append(str(error)))
        if workers:
            page.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
        page.on("request", lambda asked: problems.append(asked.url) if not local(asked.url) else None)
        page.goto((tmp_path / "page.html").as_uri())
        page.wait_for_function(
            "n => document.querySelectorAll('.hopcore-live.ready').length === n", arg=len(instruments)
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def local(address: str) -> bool:
    return address.startswith(("file:", "blob:", "data:"))


@pytest.fixture(scope="module")
def data() -> hopcore.TrainingSet:
    return hopcore.training_set(seed=0)


@pytest.fixture(scope="module")
def few() -> hopcore.TrainingSet:
    return hopcore.training_set((1, 4, 7), per_digit=4, seed=0)


def start(std: float = 1e-5, memories: int = 100) -> tuple[np.ndarray, np.ndarray]:
    drawn = np.random.default_rng(7)
    return drawn.normal(-0.003, std, (memories, 784)), drawn.normal(-0.003, std, (memories, 10))


def state(page: Page) -> tuple[np.ndarray, np.ndarray, int]:
    memories, labels, epoch = page.evaluate(
        f"(() => {{ const s = {FIRST}.state(); return [[...s.memories], [...s.labels], s.epoch]; }})()"
    )
    return np.reshape(memories, (-1, 784)), np.reshape(labels, (-1, 10)), epoch


def learn(page: Page, memories: np.ndarray, labels: np.ndarray, *parts: dict[str, float]) -> None:
    """Learn from a start, in parts that each first set something and then take steps."""
    page.evaluate(f"start => {FIRST}.load(start)", {"memories": memories.tolist(), "labels": labels.tolist()})
    for part in parts:
        page.evaluate(
            f"async ({{ steps, ...given }}) => {{ {FIRST}.set(given); await {FIRST}.step(steps); }}", part
        )


CASES = {
    "n = 3": [{"n": 3, "rescaledTemperature": 0.85, "momentum": 0, "steps": EPOCHS}],
    "n = 30": [{"n": 30, "rescaledTemperature": 0.85, "momentum": 0, "steps": EPOCHS}],
    "momentum": [{"n": 30, "rescaledTemperature": 0.85, "momentum": 0.6, "steps": EPOCHS}],
    "a change of n and T_r": [
        {"n": 30, "rescaledTemperature": 0.85, "momentum": 0, "steps": 150},
        {"n": 12, "rescaledTemperature": 0.95, "steps": 150},
    ],
}


def trained(data, memories, labels, parts) -> Any:
    lengths = [part["steps"] for part in parts]
    return hopcore.train(
        data,
        n=np.repeat([float(part["n"]) for part in parts], lengths),
        rescaled_temperature=np.repeat([part["rescaledTemperature"] for part in parts], lengths),
        momentum=parts[0]["momentum"],
        epochs=sum(lengths),
        rate=RATE,
        start=(memories, labels),
    )


def apart(page: Page, run: Any) -> float:
    memories, labels, epoch = state(page)
    assert epoch == int(run.epoch[-1])
    return max(np.abs(memories - run.memories.values[-1]).max(), np.abs(labels - run.labels.values[-1]).max())


@pytest.mark.parametrize("case", CASES)
def test_the_network_learns_as_the_library_does(case: str, data, show) -> None:
    page = show(live.network(data, rate=RATE, still=PIXEL))
    memories, labels = start()
    learn(page, memories, labels, *CASES[case])
    assert apart(page, trained(data, memories, labels, CASES[case])) < NEAR


@pytest.mark.parametrize(("std", "steps"), [(1e-3, EPOCHS), (1e-5, 200)])
def test_so_it_does_at_an_intermediate_n(std: float, steps: int, data, show) -> None:
    """From the standard start the split at n = 12.5 is under way at 300, and multiplies rounding 1e7-fold:
    there the library itself moves by 3e-9 when the start changes by its last digit."""
    page = show(live.network(data, rate=RATE, still=PIXEL))
    parts = [{"n": 12.5, "rescaledTemperature": 0.85, "momentum": 0, "steps": steps}]
    memories, labels = start(std)
    learn(page, memories, labels, *parts)
    assert apart(page, trained(data, memories, labels, parts)) < NEAR


def test_without_a_worker_the_same_is_learnt_in_slices(few, show) -> None:
    page = show(live.network(few, rate=RATE, memories=7, still=PIXEL), workers=False)
    memories, labels = start(memories=7)
    learn(page, memories, labels, *CASES["a change of n and T_r"])
    assert apart(page, trained(few, memories, labels, CASES["a change of n and T_r"])) < NEAR
    page.evaluate("tasks.length = 0")
    page.evaluate(f"{FIRST}.play()")
    page.wait_for_timeout(1500)
    assert page.evaluate(f"{FIRST}.epoch") > EPOCHS


def test_play_shows_learning_and_then_all_ten_digits(data, show) -> None:
    page = show(live.network(data, still=PIXEL))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => {FIRST}.epoch > 0", polling=20)
    told = "document.querySelector('.state').textContent"
    page.wait_for_function(f"() => {told}.includes('10 of 10')", polling=100, timeout=120_000)
    assert page.evaluate(f"{FIRST}.epoch") > 100


# What a reader does

SMALL = {"memories": 9, "still": PIXEL}


@pytest.mark.parametrize("name", ["network", "three", "heat"])
@pytest.mark.parametrize("how", ["mouse", "touch", "keyboard"])
def test_the_controls_work(name: str, how: str, few, show) -> None:
    page = show(getattr(live, name)(few, **SMALL), has_touch=how == "touch")
    assert page.evaluate(f"[{FIRST}.images.length, {FIRST}.digits.length, {FIRST}.epoch]") == [
        12 * 784,
        12,
        0,
    ]

    def press(button: str) -> None:
        found = page.get_by_role("button", name=button, exact=True)
        if how == "keyboard":
            found.press("Enter")
        else:
            found.tap() if how == "touch" else found.click()

    press("Step")
    page.wait_for_function(f"() => {FIRST}.epoch === 1")
    press("▶ Play")
    page.wait_for_function(f"() => {FIRST}.epoch > 60")
    press("❚❚ Pause")
    expect(page.get_by_role("button", name="▶ Play", exact=True)).to_be_visible()
    page.wait_for_timeout(300)
    held = page.evaluate(f"{FIRST}.epoch")
    page.wait_for_timeout(200)
    assert page.evaluate(f"{FIRST}.epoch") == held
    past = page.get_by_role("slider", name="epoch")
    past.focus()
    page.keyboard.press("Home")
    page.wait_for_function(f"() => {FIRST}.epoch === 0")
    page.keyboard.press("End")
    page.wait_for_function(f"() => {FIRST}.epoch > 50")
    page.get_by_role("slider", name="n", exact=True).fill("12")
    assert page.locator("input[name='n-field']").input_value() == "12"
    press("Anew")
    page.wait_for_function(f"() => {FIRST}.epoch === 0")


def test_it_is_the_same_network_after_a_look_back(few, show) -> None:
    page = show(live.network(few, **SMALL))
    page.evaluate(f"{FIRST}.step(200)")
    memories, labels, _ = state(page)
    page.evaluate(
        f"() => {{ const {{ memories, labels }} = {FIRST}.state(); "
        f"{FIRST}.load({{ memories: Array.from(memories), labels: Array.from(labels) }}); }}"
    )
    assert page.evaluate(f"{FIRST}.epoch") == 0
    assert np.array_equal(state(page)[0], memories) and np.array_equal(state(page)[1], labels)


def test_a_pushed_network_has_other_memories_and_goes_on(few, show) -> None:
    page = show(live.network(few, **SMALL))
    page.evaluate(f"{FIRST}.step(100)")
    before, _, _ = state(page)
    page.get_by_role("button", name="Push").click()
    page.wait_for_function(f"m => {FIRST}.state().memories[400] !== m", arg=before[0, 400])
    pushed, labels, epoch = state(page)
    assert epoch == 100 and 0.01 < np.abs(pushed - before).mean() < 0.5
    assert np.abs(pushed).max() <= 1 and np.abs(labels).max() <= 1
    assert page.evaluate(f"{FIRST}.step(3)") == 103


def test_digits_are_chosen(data, show) -> None:
    page = show(live.network(data, **SMALL))
    page.get_by_text("more", exact=True).click()
    for digit in (0, 2, 3, 5, 6, 8, 9):
        page.locator(f".chips input[value='{digit}']").uncheck()
    assert page.evaluate(f"[...new Set({FIRST}.digits)]") == [1, 4, 7]
    assert page.evaluate(f"{FIRST}.images.length") == 60 * 784


BAD = {
    "set({ n: 1 })": "n = 1: must be a number above 1.",
    "set({ n: NaN })": "n = NaN: must be a number above 1.",
    "set({ rescaledTemperature: 0 })": "T_r = 0: must be a number above 0.",
    "set({ rate: -1 })": "rate = -1",
    "set({ seed: 0.5 })": "seed = 0.5",
    "set({ digits: [] })": "digits = []: must be at least one digit",
    "set({ digits: [1, 1] })": "none twice",
    "set({ digits: [0] })": "digits of which the page has images",
    "set({ speed: 3 })": "speed: no such setting.",
    "step(-1)": "step = -1",
    "load({ memories: [[1, 2]], labels: [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]] })": "must be finite numbers, 784",
    "load({ memories: [new Array(784).fill(0)], labels: [[1]] })": "labels: must be finite numbers, 10",
    "load({ memories: [], labels: [] })": "at least one memory",
    "load({ memories: [new Array(784).fill(NaN)], labels: [new Array(10).fill(0)] })": "must be finite",
}


def test_what_is_wrong_is_refused(few, show) -> None:
    page = show(live.network(few, **SMALL))
    for call, message in BAD.items():
        told = page.evaluate(
            f"async () => {{ try {{ await {FIRST}.{call}; }} "
            "catch (error) { return [error instanceof Error, error.message]; } }"
        )
        assert told is not None and told[0] and message in told[1], call
    assert page.evaluate(f"{FIRST}.step(5)") == 5  # and nothing has changed


def test_what_is_wrong_is_said_in_the_instrument(few, show) -> None:
    page = show(live.network(few, **SMALL))
    field = page.locator("input[name='n-field']")
    for wrong in ("1", "-3", ""):
        field.fill(wrong)
        field.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("must be a number above 1")
    field.fill("12.5")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("")
    page.get_by_text("more", exact=True).click()
    for digit in (1, 4, 7):
        page.locator(f".chips input[value='{digit}']").uncheck()
    expect(page.get_by_role("alert")).to_contain_text("at least one digit")


def test_two_instruments_share_a_page(few, show) -> None:
    page = show(live.network(few, **SMALL), live.heat(few, **SMALL))
    both = "[...document.querySelectorAll('[data-instrument]')].map((each) => each.instrument)"
    page.evaluate(
        f"(async () => {{ const [one, two] = {both}; await Promise.all([one.step(7), two.step(3)]); }})()"
    )
    assert page.evaluate(f"{both}.map((each) => each.epoch)") == [7, 3]


def test_it_pauses_out_of_sight(few, show) -> None:
    page = show(live.network(few, **SMALL))
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<div style=\"height: 5000px\"></div>')")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => {FIRST}.epoch > 20")
    page.evaluate("scrollTo(0, 5000)")
    page.wait_for_timeout(500)
    held = page.evaluate(f"{FIRST}.epoch")
    page.wait_for_timeout(400)
    assert page.evaluate(f"{FIRST}.epoch") == held
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function(f"() => {FIRST}.epoch > {held}")


def test_it_pauses_in_a_hidden_tab_and_goes_on_from_there(few, show) -> None:
    page = show(live.network(few, **SMALL))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => {FIRST}.epoch > 20")
    hide = """hidden => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(hide, True)
    page.wait_for_timeout(500)
    held = page.evaluate(f"{FIRST}.epoch")
    page.wait_for_timeout(400)
    assert page.evaluate(f"{FIRST}.epoch") == held
    page.evaluate(hide, False)
    page.wait_for_function(f"() => {FIRST}.epoch > {held}")


@pytest.mark.parametrize("reduced", [False, True])
def test_it_starts_by_itself_only_if_motion_is_welcome(reduced: bool, few, show) -> None:
    motion = "reduce" if reduced else "no-preference"
    page = show(live.network(few, autoplay=True, **SMALL), reduced_motion=motion)
    page.wait_for_timeout(1000)
    assert (page.evaluate(f"{FIRST}.epoch") == 0) == reduced


@pytest.mark.parametrize("width", [320, 390, 1000])
def test_it_fits_its_page(width: int, few, show) -> None:
    page = show(
        live.network(few, **SMALL),
        live.three(few, **SMALL),
        live.heat(few, **SMALL),
        live.nullclines(few, still=PIXEL),
    )
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(f"{FIRST}.step(30)")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


def test_without_scripts_and_in_print_there_is_a_picture(few, show, browser: Browser) -> None:
    page = show(live.network(few, **SMALL))
    assert not page.locator(".still").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".still img").is_visible() and not page.locator(".live").is_visible()
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(page.url)
    assert plain.locator(".still img").is_visible() and plain.locator(".still img").get_attribute("alt")
    context.close()
