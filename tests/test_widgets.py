"""The live widgets as plain objects: set a control, look at what the reader would see."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import time
import weakref
from itertools import pairwise

import ipywidgets
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

import hopcore
from hopcore import widgets
from hopcore.reduced import ReducedSystem, folds
from hopcore.widgets.background import Home, Latest
from hopcore.widgets.canvas import png
from hopcore.widgets.choice import STATIC, live_or_static
from hopcore.widgets.frames import SavedRun
from hopcore.widgets.messages import Messages, guarded
from hopcore.widgets.session import Session

ALIVE = ipywidgets.widgets.widget._instances  # every widget that has not been closed


def decoded(picture: bytes) -> np.ndarray:
    """The pixels (height, width, 4) of a PNG."""
    import io

    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(picture)))


def shown(explorer) -> bytes:
    return explorer.view.canvas.picture


@pytest.fixture(scope="module")
def pair():
    return hopcore.paper_pair()


@pytest.fixture
def nullclines():
    made = widgets.nullcline_explorer()
    yield made
    made.close()


@pytest.fixture
def training():
    made = widgets.training_explorer((1, 4, 7), 5, memories=6, epochs=60, rate=0.05)
    yield made
    made.close()


@pytest.fixture(scope="module")
def learnt():
    data = hopcore.training_set((1, 4), 6)
    return hopcore.train(data, memories=5, rate=0.02, epochs=200).memories[-1], data


# What all share


def test_one_call_each_after_importing_the_library() -> None:
    code = (
        "import sys, hopcore; hopcore.widgets.live_or_static; assert 'ipywidgets' not in sys.modules; "
        "print([callable(getattr(hopcore.widgets, name)) for name in hopcore.widgets.__all__])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == str([True] * 5)


def test_a_png_holds_the_pixels_it_was_made_of() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (7, 5, 4)).astype(np.uint8)
    assert (decoded(png(pixels)) == pixels).all()


def test_static_without_a_kernel_and_in_a_build(monkeypatch) -> None:
    assert live_or_static(lambda: "live", lambda: "static") == "static"
    monkeypatch.setattr("hopcore.widgets.choice._in_kernel", lambda: True)
    monkeypatch.delenv(STATIC, raising=False)
    assert live_or_static(lambda: "live", lambda: "static") == "live"
    monkeypatch.setenv(STATIC, "1")
    assert live_or_static(lambda: "live", lambda: "static") == "static"


def test_kernels_of_a_build_are_told_to_be_static(tmp_path) -> None:
    from hopcore.edition.run.execute import _environment

    assert _environment(tmp_path, 1)[STATIC] == "1"


class Handler:
    def __init__(self) -> None:
        self.messages = Messages()

    @guarded
    def fail(self) -> None:
        raise ValueError("n = <1>: must be above 1")

    @guarded
    def crash(self) -> None:
        raise KeyError("lost")

    @guarded
    def warn(self) -> None:
        import warnings

        warnings.warn("not unique", UserWarning, stacklevel=1)

    @guarded
    def work(self) -> None:
        pass


def test_errors_and_warnings_are_shown_and_taken_away() -> None:
    handler = Handler()
    handler.fail("details", "of an event")
    assert 'role="alert"' in handler.messages.value
    assert (
        "n = &lt;1&gt;: must be above 1" in handler.messages.value
        and "ValueError" not in handler.messages.value
    )
    handler.crash()
    assert "KeyError" in handler.messages.value
    handler.warn()
    assert 'role="status"' in handler.messages.value and "not unique" in handler.messages.value
    handler.work()
    assert handler.messages.value == ""


def test_other_threads_hand_over_to_the_event_loop() -> None:
    async def scene() -> list[str]:
        home, seen = Home(), []
        news = home.repeated(lambda: seen.append(threading.current_thread().name))
        thread = threading.Thread(target=lambda: [news() for _ in range(5)])
        thread.start()
        thread.join()
        await asyncio.sleep(0.01)
        return seen

    assert asyncio.run(scene()) == [threading.current_thread().name]


def test_only_what_was_asked_for_last_is_delivered() -> None:
    home, seen = Home(), []
    latest = Latest(home, seen.append, rest=0)
    started, go_on = threading.Event(), threading.Event()

    def first() -> str:
        started.set()
        go_on.wait()
        return "first"

    latest.ask(first)
    started.wait()
    latest.ask(lambda: "overtaken")
    latest.ask(lambda: "last")
    go_on.set()
    latest.wait()
    assert seen == ["last"]


def test_matplotlib_stays_as_it_was(nullclines) -> None:
    before = dict(mpl.rcParams)
    nullclines.n.value = 41
    assert dict(mpl.rcParams) == before
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


@pytest.mark.parametrize("name", sorted(set(widgets.__all__) - {"live_or_static"}))
def test_every_control_has_a_name_and_is_not_kept_from_the_keyboard(name, learnt) -> None:
    made = getattr(widgets, name)(*(learnt if name == "decomposition_explorer" else ()))
    pending, controls = [made], []
    while pending:
        widget = pending.pop()
        pending += getattr(widget, "children", ())
        if isinstance(widget, (ipywidgets.ValueWidget, ipywidgets.Button)) and widget.has_trait("disabled"):
            controls.append(widget)
    assert len(controls) > 1
    assert [each for each in controls if not each.description or each.tabbable is False] == []
    assert made.view.canvas.widget.value == "" or 'alt="' in made.view.canvas.widget.value
    made.close()


# Nullclines


def test_the_words_are_those_of_the_reduced_system(nullclines, pair) -> None:
    a, b = pair.images
    for n, temperature in ((12.0, 0.9), (30.0, 0.89), (42.0, 0.89), (5.0, 0.4)):
        nullclines.n.value, nullclines.temperature.value = n, temperature
        system = ReducedSystem(a @ a, a @ b, b @ b, n=n, temperature=temperature * 784, copies=2)
        points = system.fixed_points()
        assert f": {points.sizes['point']} fixed point" in nullclines.words.value
        for alpha in points.alpha.values:
            assert f"α_A = {alpha:.2f}".replace("-", "−") in nullclines.words.value
        assert f'alt="{nullclines.words.value}"' in nullclines.view.canvas.widget.value
        drawn = np.hstack([nullclines.view._stable.get_data(), nullclines.view._unstable.get_data()])
        assert sorted(drawn[0]) == pytest.approx(sorted(points.ell.values), abs=1e-6)
    assert nullclines.messages.value == ""


def test_nullclines_pass_through_the_fixed_points(nullclines) -> None:
    nullclines.n.value, nullclines.temperature.value = 42, 0.89
    view = nullclines.view
    for line in (view._memory, view._label):
        points = np.hstack([view._stable.get_data(), view._unstable.get_data()]).T
        path = np.array(line.get_data()).T
        for point in points:
            assert np.nanmin(np.hypot(*(path - point).T)) < 0.03


def test_every_move_draws_another_picture(nullclines) -> None:
    pictures = {shown(nullclines)}
    for n in (20, 21, 40):
        nullclines.n.value = n
        pictures.add(shown(nullclines))
    nullclines.temperature.value = 0.7
    pictures.add(shown(nullclines))
    assert len(pictures) == 5


def test_what_stands_still_is_drawn_as_in_a_new_picture(nullclines) -> None:
    nullclines.n.value = 40
    nullclines.n.value = 25
    quick = decoded(shown(nullclines))
    nullclines.view.canvas.renew()
    nullclines.view.canvas.show("")
    assert (decoded(shown(nullclines)) == quick).all()


def test_folds_stand_under_the_slider(nullclines, pair) -> None:
    a, b = pair.images
    nullclines.temperature.value = 0.85
    nullclines.wait()
    found = folds(a @ a, a @ b, b @ b, temperature=0.85 * 784, copies=2, n_range=(2, 60))
    assert found.sizes["fold"] > 0
    for n, opens in zip(found.n.values, found.opens.values, strict=True):
        assert f"{n:.2f} ({'appear' if opens else 'vanish'})" in nullclines.folds.value
        assert f"left: {100 * (n - 2) / 58:.3f}%" in nullclines.folds.value


def test_overlaps_instead_of_digits(nullclines) -> None:
    nullclines.source.value = "three overlaps"
    before = shown(nullclines)
    nullclines.overlaps[1].value = 300
    assert shown(nullclines) != before and nullclines.messages.value == ""
    nullclines.overlaps[1].value = 900
    assert "Cauchy" in nullclines.messages.value
    nullclines.overlaps[1].value = 300
    assert nullclines.messages.value == ""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda e: setattr(e.images[0], "value", 501), "image A = 501: must be an integer from 1 to 500"),
        (lambda e: setattr(e.digits[1], "value", 1), "another digit"),
        (lambda e: setattr(e.copies, "value", 0), "copies = 0: must be an integer from 1 to"),
    ],
)
def test_bad_input_is_told_and_mended(nullclines, change, told) -> None:
    change(nullclines)
    assert told in nullclines.messages.value
    nullclines.images[0].value, nullclines.digits[1].value, nullclines.copies.value = 1, 7, 1
    assert nullclines.messages.value == ""


# Training


def test_a_session_gives_what_training_gives() -> None:
    data = hopcore.training_set((1, 4, 7), 6)
    options = {"n": 20.0, "rescaled_temperature": 0.85, "memories": 5, "rate": 0.02, "epochs": 90, "seed": 3}
    session = Session(data, record_every=20, **options)
    session.start()
    session.wait()
    alone = hopcore.train(data, record_every=20, **options)
    assert session.dataset().identical(alone)
    assert session.epochs == [0, 20, 40, 60, 80, 90]
    for index, memories in enumerate(alone.memories.values):
        frame = session.frame(index)
        assert (frame.memories == memories).all() and (frame.labels == alone.labels.values[index]).all()
        assert SavedRun(alone, data).frame(index).recognised(data) == frame.recognised(data)


def test_a_stopped_session_goes_on_as_if_nothing_had_happened() -> None:
    data = hopcore.training_set((1, 4), 6)
    options = {"n": 20.0, "rescaled_temperature": 0.85, "memories": 4, "rate": 0.02, "seed": 0}
    heard = threading.Event()
    session = Session(data, epochs=5000, record_every=10, changed=heard.set, pace=400, **options)
    session.start()
    heard.wait()
    session.stop()
    stopped = session.done
    assert 0 < stopped < 5000 and not session.running and session.epochs[-1] == stopped
    assert session.dataset().memories[-1].equals(hopcore.train(data, epochs=stopped, **options).memories[-1])
    session.pace = None
    session.set_temperature(0.95)
    session.start()
    session.wait()
    run = session.dataset()
    assert [run.epoch.values[-1], run.sizes["step"]] == [5000, 5000]
    changed = hopcore.train(
        data,
        epochs=5000,
        **{**options, "rescaled_temperature": lambda epoch: 0.85 if epoch <= stopped else 0.95},
    )
    assert run.memories[-1].equals(changed.memories[-1])


def test_the_last_news_tell_that_it_has_ended() -> None:
    told = []
    data = hopcore.training_set((1, 4), 2)
    options = {"n": 5.0, "rescaled_temperature": 0.85, "memories": 2, "seed": 0, "record_every": 10}
    held: list[Session] = []
    held.append(Session(data, epochs=20, changed=lambda: told.append(held[0].running), **options))
    held[0].start()
    held[0].wait()
    assert told[-1] is False and told[0] is True
    freed = weakref.ref(held.pop())
    gc.collect()
    assert freed() is None


def test_an_error_while_training_is_shown(training, monkeypatch) -> None:
    def fail(*_) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr("hopcore.training.step.Learner.epochs", fail)
    training.train_button.click()
    training.wait()
    assert "RuntimeError: out of memory" in training.messages.value


def test_train_scrub_and_trails(training) -> None:
    assert training.save_button.disabled and training.stop_button.disabled
    training.train_button.click()
    training.wait()
    assert training.told.value == "done: epoch 60 of 60" and training.bar.value == training.bar.max == 60
    assert training.player.slider.value == training.player.slider.max == 60
    assert training.messages.value == ""
    recognised = training.frames.frame(6).recognised(training.frames.data)
    assert f"Epoch 60 of 60: {recognised} of 15 images recognised" in training.words.value
    pictures = [shown(training)]
    for epoch in (0, 30, 35):
        training.player.slider.value = epoch
        pictures.append(shown(training))
        assert training.words.value.startswith(f"Epoch {min(epoch, 30)} of 60")
    assert all(one != other for one, other in pairwise(pictures[:3])) and pictures[2] == pictures[3]
    training.up.value = 7
    assert shown(training) != pictures[3]
    assert training.player.slider.step == 10


def test_play_and_pause(training) -> None:
    training.train_button.click()
    training.wait()
    training.player.button.click()
    assert training.player.playing and training.player.slider.value == 0
    seen = []
    while training.player.playing:
        time.sleep(0.05)
        training.home.catch_up()
        if training.player.slider.value not in seen:
            seen.append(training.player.slider.value)
    assert seen == [0, 10, 20, 30, 40, 50, 60] and training.player.button.description == "Play"
    training.player.button.click()
    training.player.button.click()
    assert not training.player.playing and training.player.slider.value == 0


def test_stop_and_continue(training) -> None:
    training.epochs.value = 100_000
    training.train_button.click()
    assert not training.stop_button.disabled and training.continue_button.disabled
    training.stop_button.click()
    stopped = training.session.done
    assert training.told.value == f"stopped: epoch {stopped} of 100000"
    assert training.stop_button.disabled and not training.continue_button.disabled
    training.continue_button.click()
    while training.session.done < stopped + 25:
        time.sleep(0.01)
    training.stop_button.click()
    assert training.session.done > stopped


def test_the_reader_who_looks_back_is_left_there(training) -> None:
    training.train_button.click()
    training.wait()
    player = training.player
    player.slider.value = 20
    player.show([*range(0, 81, 10)], end=200, to_end=False)
    assert (player.slider.value, player.slider.max) == (20, 200)
    player.slider.value = 80
    player.show([*range(0, 101, 10)], end=200, to_end=False)
    assert player.slider.value == 100


def test_the_slider_goes_to_the_last_recorded_epoch_and_no_further(training) -> None:
    training.train_button.click()
    training.wait()
    player = training.player
    player.show([*range(0, 61, 10)], end=200, to_end=False)
    player.slider.value = 30
    player.slider.value = 200
    assert player.slider.value == 60 and training.words.value.startswith("Epoch 60 of 60")


def test_another_range_is_another_slider_in_the_same_place(training) -> None:
    training.train_button.click()
    training.wait()
    player = training.player
    player.slider.value = 20
    former, words = player.slider, training.words.value
    player.show([*range(0, 61, 10)], end=200, to_end=False)
    assert player.slider is not former and former.comm is None
    assert player.children == (player.button, player.slider)
    assert (player.slider.value, player.slider.max, player.slider.step) == (20, 200, 10)
    assert training.words.value == words
    player.slider.value = 40
    assert training.words.value.startswith("Epoch 40 of 60")
    assert player.slider is training.player.children[1]


def test_a_run_that_is_stopped_is_scrubbed_over_what_it_recorded(training) -> None:
    training.epochs.value = 100_000
    training.train_button.click()
    assert training.player.slider.max == 100_000
    while training.session.done < 50:
        time.sleep(0.01)
    training.stop_button.click()
    stopped = training.session.done
    assert training.player.slider.max == training.player.slider.value == stopped
    training.continue_button.click()
    assert training.player.slider.max == 100_000 and training.player.slider.value >= stopped
    training.stop_button.click()


def test_save_and_open(training, tmp_path) -> None:
    training.train_button.click()
    training.wait()
    before = shown(training), training.words.value
    training.path.value = str(tmp_path / "run.nc")
    training.save_button.click()
    assert training.messages.value == "" and "saved 7 epochs" in training.told.value
    other = widgets.training_explorer((1, 4, 7), 5)
    other.path.value = training.path.value
    other.open_button.click()
    assert other.messages.value == "" and (shown(other), other.words.value) == before
    other.player.slider.value = 30
    assert other.words.value.startswith("Epoch 30 of 60")
    other.close()


def test_what_cannot_be_opened_is_told(training, tmp_path) -> None:
    training.path.value = str(tmp_path / "none.nc")
    training.open_button.click()
    assert "no such file" in training.messages.value
    (tmp_path / "none.nc").write_text("text")
    training.open_button.click()
    assert "not a readable NetCDF file" in training.messages.value
    data = hopcore.training_set((2, 3), 2)
    hopcore.save_run(hopcore.train(data, memories=2, epochs=2), tmp_path / "none.nc")
    training.open_button.click()
    assert "the training set of the run" in training.messages.value
    assert training.frames is None


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("n", 1.0, "n = 1.0: must be a finite real number above 1"),
        ("temperature", 0.0, "rescaled_temperature = 0.0: must be a finite real number above 0"),
        ("memories", 0, "memories = 0: must be an integer of at least 1"),
        ("rate", -1.0, "rate = -1.0: must be a finite real number above 0"),
        ("record_every", 0, "record_every = 0: must be an integer of at least 1"),
        ("per_digit", 501, "per_digit = 501"),
        ("seed", -1, "seed = -1"),
    ],
)
def test_training_refuses_as_the_library_does(training, name, value, told) -> None:
    getattr(training, name).value = value
    training.train_button.click()
    assert told in training.messages.value and training.session is None
    for box in training.digits.boxes:
        box.value = False
    training.train_button.click()
    assert "at least one digit" in training.messages.value or name in ("seed", "per_digit")


# Temperature


def test_heat_arrests_and_cooling_releases() -> None:
    knob = widgets.temperature_knob(epochs=3000, pace=1000)
    knob.session.pace = None
    knob.run_button.click()
    while knob.session.done < 1500:
        time.sleep(0.01)
    knob.pause_button.click()
    assert "the memories are together" in knob.words.value and knob.told.value.startswith("paused")
    hot = knob.session.done
    knob.temperature.value = 0.8
    knob.run_button.click()
    knob.wait()
    assert "the memories have parted" in knob.words.value and knob.messages.value == ""
    held = knob.session.temperatures
    assert held == [1.1] * hot + [0.8] * (3000 - hot)
    knob.close()


def test_the_knob_starts_anew_and_refuses() -> None:
    knob = widgets.temperature_knob((1, 4), 3, memories=3, epochs=50, pace=1000)
    first = knob.session
    knob.n.value = 0.5
    knob.anew_button.click()
    assert "n = 0.5" in knob.messages.value and knob.session is first
    knob.n.value = 20
    knob.anew_button.click()
    assert knob.messages.value == "" and knob.session is not first and knob.session.n == 20
    before = shown(knob)
    knob.digit.value = 4
    assert shown(knob) != before
    knob.close()


# Decomposition


def test_the_parts_are_those_of_the_library(learnt) -> None:
    memories, data = learnt
    explorer = widgets.decomposition_explorer(memories, data)
    needed = hopcore.images_needed(memories, data).values
    alpha = hopcore.coefficients(memories, data).values
    for chosen, count in ((0, 1), (3, 5), (4, len(data))):
        explorer.memory.value, explorer.images.value = chosen, count
        rebuilt = hopcore.reconstruct(memories[chosen].values, data, count)
        assert explorer._parts.rebuilt(count) == pytest.approx(rebuilt, abs=1e-12)
        assert f"{needed[chosen]} are needed" in explorer.words.value
        top = np.abs(alpha[chosen]).argmax()
        assert (
            f"a {data.digits[top]} with α = {alpha[chosen, top]:.2f}".replace("-", "−")
            in explorer.words.value
        )
        missing = explorer._parts.missing
        assert (missing[needed[chosen]] < 0.05) and (missing[: needed[chosen]] >= 0.05).all()
    assert explorer.messages.value == ""
    explorer.close()


def test_decomposition_refuses_what_is_not_memories(learnt) -> None:
    memories, data = learnt
    with pytest.raises(TypeError, match="data = None"):
        widgets.decomposition_explorer(memories)
    with pytest.raises(ValueError, match="memories"):
        widgets.decomposition_explorer(memories[0], data)


def test_memories_that_are_no_pictures_are_told() -> None:
    data = hopcore.TrainingSet(np.eye(3, 12), [0, 1, 2])
    explorer = widgets.decomposition_explorer(data.images, data)
    assert "must be square pictures" in explorer.messages.value
    explorer.close()


def test_coefficients_that_are_not_unique_are_told() -> None:
    one = hopcore.training_set((1, 4), 3)
    twice = hopcore.TrainingSet(np.vstack([one.images, one.images]), np.hstack([one.digits, one.digits]))
    explorer = widgets.decomposition_explorer(one.images, twice)
    assert "not unique" in explorer.messages.value
    explorer.close()


# Nothing is left behind


def changed(explorer, names, times) -> None:
    controls = [getattr(explorer, name) for name in names]
    for step in range(times):
        control = controls[step % len(controls)]
        low, high = control.min, control.max
        share = (step * 37) % 100 / 100
        control.value = type(low)(low + share * (high - low))


def counted() -> tuple[int, int, int]:
    """Figures, threads and widgets that are alive once every search for folds has ended."""
    for thread in threading.enumerate():
        if thread.name == "hopcore-widget":
            thread.join(60)
    gc.collect()
    figures = sum(issubclass(type(each), Figure) for each in gc.get_objects())
    return figures, threading.active_count(), len(ALIVE)


@pytest.mark.parametrize(
    ("name", "controls"),
    [("nullcline_explorer", ("n", "temperature")), ("decomposition_explorer", ("memory", "images"))],
)
def test_a_hundred_changes_leave_nothing_behind(name, controls, learnt) -> None:
    nothing = counted()
    explorer = getattr(widgets, name)(*(learnt if name == "decomposition_explorer" else ()))
    changed(explorer, controls, 10)
    wait = getattr(explorer, "wait", lambda: None)
    wait()
    before, blocks = counted(), sys.getallocatedblocks()
    changed(explorer, controls, 100)
    wait()
    assert counted() == before
    assert sys.getallocatedblocks() - blocks < 2000
    explorer.close()
    del explorer, wait
    assert counted() == nothing


def test_a_hundred_trainings_leave_nothing_behind(training) -> None:
    training.epochs.value = 10

    def train(times: int) -> None:
        for _ in range(times):
            training.train_button.click()
            training.wait()

    train(5)
    before, blocks = counted(), sys.getallocatedblocks()
    train(100)
    assert counted() == before
    assert sys.getallocatedblocks() - blocks < 3000
    assert training.messages.value == ""


def test_closing_stops_the_training() -> None:
    nothing = counted()
    explorer = widgets.training_explorer(epochs=1_000_000)
    explorer.train_button.click()
    session = explorer.session
    assert session.running
    explorer.close()
    assert not session.running
    del explorer, session
    assert counted() == nothing
