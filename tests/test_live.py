"""Instruments as Python makes them: elements of a page, the script, and the widget's arrays."""

import base64
import json
import re
import subprocess

import numpy as np
import pytest
from playwright._impl._driver import compute_driver_executable

import hopcore
from hopcore import live
from hopcore.live import page, widget
from hopcore.plotting.style import DIGIT_COLOURS

NAMES = ("network", "three", "nullclines", "heat", "draw")
PIXEL = b"a picture"


@pytest.fixture(scope="module")
def few():
    return hopcore.training_set((1, 4, 7), per_digit=3, seed=0)


def data_of(text):
    return json.loads(
        re.search(r'<script type="application/json" id="([^"]+)">(.*?)</script>', text, re.S)[2]
    )


@pytest.mark.parametrize("name", NAMES)
def test_an_element_names_its_instrument_and_its_images(name, few):
    text = getattr(live, name)(few, still=PIXEL).html()
    found = re.search(r'data-instrument="(\w+)" data-images="([\w-]+)"', text)
    assert found[1] == name and f'id="{found[2]}"' in text
    assert base64.b64encode(PIXEL).decode() in text and 'alt="' in text and "<noscript>" in text


def test_the_images_arrive_as_they_are(few):
    data = data_of(live.network(few, still=PIXEL).html())
    raw = base64.b64decode(data["pixels"])
    assert len(raw) < data["shape"][0] * data["shape"][1] / 2
    raw = re.sub(rb"\0(.)", lambda zeros: bytes(zeros[1][0]), raw, flags=re.DOTALL)
    grey = np.frombuffer(raw, dtype=np.uint8).reshape(data["shape"])
    assert np.array_equal(2.0 * grey / 255 - 1, few.images) and data["digits"] == few.digits.tolist()


def test_the_images_are_in_a_page_once(few):
    other = hopcore.training_set((2, 3), per_digit=2, seed=0)
    first, second = live.network(few, still=PIXEL), live.heat(few, still=PIXEL)
    shown = [each._repr_mimebundle_()["text/html"] for each in (first, second, first)]
    assert ["application/json" in text for text in shown] == [True, False, True]
    assert "application/json" in live.network(other, still=PIXEL)._repr_mimebundle_()["text/html"]


def test_options_cannot_leave_their_attribute(few):
    made = page.Page("network", few, {"title": '"><script>harm()</script>'}, PIXEL, '"><b>')
    text = made.html()
    assert "<script>harm" not in text and "<b>" not in text


@pytest.mark.parametrize("name", ["network", "nullclines"])
def test_there_is_a_still_picture(name, few):
    made = getattr(live, name)(few)
    assert made.still.startswith(b"\x89PNG") and len(made.alt) > 20


WRONG = [
    ("network", {"n": 1}, ValueError, "n = 1"),
    ("network", {"rescaled_temperature": 0}, ValueError, "rescaled_temperature = 0"),
    ("network", {"rate": -1}, ValueError, "rate = -1"),
    ("network", {"momentum": 1}, ValueError, "momentum = 1"),
    ("network", {"memories": 0}, ValueError, "memories = 0"),
    ("network", {"digits": []}, ValueError, "at least one of"),
    ("network", {"digits": [0]}, ValueError, "at least one of"),
    ("network", {"autoplay": 1}, TypeError, "autoplay"),
    ("network", {"spread": 0}, ValueError, "spread = 0"),
    ("network", {"predicted": -1}, ValueError, "predicted = -1"),
    ("network", {"predicted": {2.0: 100}}, ValueError, "predicted = 2"),
    ("network", {"predicted": {}}, ValueError, "one for each"),
    ("network", {"genes": ["one"]}, ValueError, "genes"),
    ("three", {"digits": [1, 4]}, ValueError, "three digits"),
    ("heat", {"seed": -1}, ValueError, "seed = -1"),
    ("draw", {"low": 1}, ValueError, "low = 1"),
    ("nullclines", {"overlaps": (1, 2, 1)}, ValueError, "ab = 2"),
]


@pytest.mark.parametrize(("name", "options", "error", "message"), WRONG)
def test_what_is_wrong_is_refused(name, options, error, message, few):
    with pytest.raises(error, match=message):
        getattr(live, name)(few, still=PIXEL, **options)
    with pytest.raises(TypeError, match="data"):
        getattr(live, name)("images", still=PIXEL)


def test_categories_keep_their_names_and_pictures_their_shape(few):
    cells = hopcore.TrainingSet(few.images[:, :8], [f"cell {each}" for each in few.digits], shape=(2, 4))
    kinds = data_of(live.network(cells, still=PIXEL).html())
    assert kinds["names"] == ["cell 1", "cell 4", "cell 7"] and kinds["picture"] == [2, 4]
    assert page.kinds(few)["picture"] == [28, 28]
    assert "categories cell 1, cell 4" in live.network(cells, digits=[0, 1]).alt
    assert widget.Instrument("network", cells, live.network(cells, still=PIXEL).options).labels.shape == (
        100,
        3,
    )
    with pytest.raises(ValueError, match="square pictures"):
        live.draw(cells, still=PIXEL)


def test_a_predicted_split_is_over_the_logarithm_of_the_spread(few):
    options = live.network(few, spread=1e-8, predicted={1e-4: 50, 1e-6: 70}, still=PIXEL).options
    assert options["spread"] == -8 and options["predicted"] == [[-6, 70], [-4, 50]]
    assert "spread" not in live.network(few, still=PIXEL).options


def test_the_script_has_all_files_and_the_books_colours():
    script = live.script()
    for name in page.SOURCES:
        text = page.files("hopcore.live").joinpath(f"{name}.js").read_text(encoding="utf-8")
        assert text in script, name
    assert page.kinds(hopcore.training_set())["colours"] == list(DIGIT_COLOURS)
    assert script.count("export") == 0 and "export default" in page.module()


def test_the_script_reaches_no_place_and_makes_no_code():
    script = live.script()
    assert not re.search(
        r"https?://|\bfetch\(|XMLHttpRequest|\beval\(|new Function|innerHTML|importScripts", script
    )


def test_the_script_is_a_program(tmp_path):
    (tmp_path / "live.js").write_text(live.script(), encoding="utf-8")
    (tmp_path / "live.mjs").write_text(page.module(), encoding="utf-8")
    for name in ("live.js", "live.mjs"):
        node, _ = compute_driver_executable()  # the one that Playwright brings
        subprocess.run([node, "--check", tmp_path / name], check=True)


# The widget, without a page


@pytest.fixture
def net(few):
    return widget.Instrument("network", few, live.network(few, memories=5, still=PIXEL).options)


def test_a_widget_starts_as_the_library_does(net, few):
    start = hopcore.train(few, memories=5, epochs=0)
    assert np.array_equal(net.memories, start.memories.values[-1])
    assert np.array_equal(net.labels, start.labels.values[-1]) and net.epoch == 0


def test_a_widget_takes_a_network(net, few):
    run = hopcore.train(few, memories=3, epochs=20, rate=0.02)
    net.load(run.memories[-1], run.labels[-1])
    assert np.array_equal(net.memories, run.memories.values[-1])
    assert net.start["labels"] == np.ascontiguousarray(run.labels.values[-1]).tobytes()
    with pytest.raises(ValueError, match="labels"):
        net.load(run.memories[-1], run.labels[-1][:2])


def test_a_widget_refuses_what_is_wrong(net):
    for name in ("n", "rescaled_temperature", "rate"):
        with pytest.raises(ValueError, match=name):
            setattr(net, name, 0)
    net.n = 12
    assert net.n == 12
    with pytest.raises(ValueError, match="epochs"):
        net.step(-1)
