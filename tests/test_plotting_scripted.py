"""Figures with a script, sliders and turning trails: what is in the page, and that it shows what it says."""

import base64
import io
import json
import re

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from PIL import Image

from hopcore.plotting import slider_figure, turning_trails, turning_valley
from hopcore.plotting.style import WIDTH, Picture

BAR = {"name": "n & more", "alt": "A bar."}
LABELS = ["one", "two <2>", "three"]


def bar(number, height=1.0):
    """A figure with a red bar that grows from frame to frame."""
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.barh([0], [number + 1], color="#ff0000")
    axes.set_xlim(0, 4)
    return Picture(figure)


def fan(**changes):
    steps = np.linspace(0, 1, 12)[:, None, None]
    parts = {
        "points": steps * np.eye(3)[None] + (1 - steps) / 3,
        "epochs": range(0, 120, 10),
        "fates": [1, 4, -1],
        "digits": (1, 4, 7),
        "guides": [[(1, 0, 0), (0, 0.5, 0.5)]],
        "description": "a <fan>",
    }
    return turning_trails(**parts | changes)


@pytest.fixture(scope="module")
def slider():
    return slider_figure(bar, LABELS, **BAR, start=1)


@pytest.fixture(scope="module")
def pages(slider):
    return {"slider": slider._repr_html_(), "turning": fan().html()}


def packed(page):
    return json.loads(re.search(r'application/json">(.*?)</script>', page, re.S).group(1))


def pixels(frame):
    return np.asarray(Image.open(io.BytesIO(frame)).convert("RGBA"))


@pytest.mark.parametrize("kind, picture", [("slider", "<img"), ("turning", "<svg")])
def test_a_page_loads_nothing_and_starts_with_a_picture(pages, kind, picture):
    page = pages[kind]
    assert not any(word in page for word in ("http", "import(", "fetch("))
    assert re.findall(r'src="(?!data:)', page) == []
    assert page.index(picture) < page.index("<script")
    assert "<input" not in page and "<noscript>" in page  # a page without scripts shows no dead slider
    assert page.startswith(f'<div class="hopcore-{kind}" id="{kind}-') and page.count("<div") == 1


def test_equal_figures_give_equal_pages_and_others_other_names(pages):
    def name(page):
        return re.search(r'id="(\w+-\w+)"', page).group(1)

    assert slider_figure(bar, LABELS, **BAR, start=1)._repr_html_() == pages["slider"]
    assert fan().html() == pages["turning"]
    changes = ({"start": 0}, {"alt": "Another bar."}, {"name": "m"})
    others = [slider_figure(bar, LABELS, **{**BAR, "start": 1, **each})._repr_html_() for each in changes]
    turned = [fan(description="b").html(), fan(points=fan().points + 0.1).html()]
    assert len({name(page) for page in (*pages.values(), *others, *turned)}) == 2 + 3 + 2


def test_each_frame_is_the_figure_of_its_number_without_background(slider):
    shares = [(pixels(frame)[60, :, :3] == (255, 0, 0)).all(axis=-1).mean() for frame in slider.frames]
    assert shares == pytest.approx([0.25, 0.5, 0.75], abs=0.01)
    assert pixels(slider.frames[0])[5, 860, 3] == 0


def test_the_chosen_frame_is_a_plain_image_and_the_others_follow_in_order(slider, pages):
    head = "data:image/webp;base64,"
    image = re.search(rf'<img src="{head}([^"]+)" width="576" height="125" alt="([^"]*)"', pages["slider"])
    assert base64.b64decode(image.group(1)) == slider.frames[1]
    assert image.group(2) == "A bar. Here n &amp; more is two &lt;2&gt;."
    data = packed(pages["slider"])
    assert data["labels"] == LABELS and data["frames"][1] == ""  # kept once, in the image
    for number in (0, 2):
        assert base64.b64decode(data["frames"][number].removeprefix(head)) == slider.frames[number]
    assert (data["name"], data["start"]) == ("n & more", 1)
    assert "this is the picture at n &amp; more two &lt;2&gt;." in pages["slider"]


def test_a_label_cannot_end_the_script():
    page = slider_figure(bar, ["</script>"], name="n", alt="</script>")._repr_html_()
    assert page.count("</script>") == 2
    assert packed(page)["labels"] == ["</script>"]


def test_texts_for_each_frame():
    assert slider_figure(bar, "ab", name="n", alt=["first", "second"]).alts == ("first", "second")


def test_fewer_colours_make_smaller_frames():
    def draw(_number):
        figure = Figure(figsize=(WIDTH, 2))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.scatter(*np.random.default_rng(0).random((3, 3000)), linewidths=0, alpha=0.5)
        return Picture(figure)

    exact, few = (slider_figure(draw, "a", name="n", alt="", colours=colours) for colours in (None, 32))
    assert len(few.frames[0]) < 0.7 * len(exact.frames[0]) and few.size == exact.size
    assert len(np.unique(pixels(few.frames[0]).reshape(-1, 4), axis=0)) <= 32


@pytest.mark.parametrize(
    "labels, change, message",
    [
        ((), {}, "at least one frame"),
        ("ab", {"start": 2}, "0 to 1"),
        ("ab", {"alt": ["one"]}, "each of 2 labels, got 1"),
        ("ab", {"frames": lambda number: bar(number, 1 + number)}, "one size"),
    ],
)
def test_frames_and_texts_that_do_not_fit_are_refused(labels, change, message):
    with pytest.raises(ValueError, match=message):
        slider_figure(labels=labels, **{"frames": bar, **BAR, **change})


def test_the_turning_drawing_has_the_points_of_the_figure(pages):
    drawing = pages["turning"].partition("</svg>")[0]
    assert drawing.count('class="trail"') == drawing.count("<circle") == 3
    assert "a &lt;fan&gt;" in drawing and 'tabindex="0"' in drawing
    kept = packed(pages["turning"])
    points = np.array(kept["trails"]).reshape(3, 12, 3).transpose(1, 0, 2) / kept["steps"]
    np.testing.assert_allclose(points, fan().points, atol=0.5 / kept["steps"])
    assert kept["epochs"] == list(range(0, 120, 10))


@pytest.mark.parametrize("turn, tilt", [(0, 0), (35, 20), (-120, 80), (180, -90)])
def test_every_view_fits_the_drawing_and_the_first_axis_points_up(turn, tilt):
    figure = fan()
    places = figure.project(np.concatenate([figure.points.reshape(-1, 3), np.eye(3)]), turn, tilt)
    assert (places > 0).all() and (places < [460, 400]).all()
    low, high = figure.project([[0, 0, 0], [1, 0, 0]], turn, 0)
    assert high[1] < low[1] and high[0] == pytest.approx(low[0])


@pytest.mark.parametrize(
    ("part", "value"),
    [("points", np.eye(3)), ("points", np.full((12, 3, 3), np.nan)), ("epochs", [1]), ("digits", (1, 4))],
)
def test_parts_that_do_not_fit_are_refused(part, value):
    with pytest.raises(ValueError, match="must"):
        fan(**{part: value})


def test_memories_lie_on_their_valley_and_near_ridges_hide_far_ones():
    epochs, x = np.arange(0, 900, 10), np.linspace(-1, 1, 21)
    place = np.linspace(0, [-1, 0.5, 1], len(epochs))
    height = np.abs(x) + np.zeros((len(epochs), 1))
    found = {"place": (("epoch", "memory"), place), "height": (("epoch", "x"), height)}
    land = xr.Dataset(found, {"epoch": epochs, "x": x})
    figure = turning_valley(land, [1, 4, -1], description="a valley")
    assert len(figure.ridges) == len(figure.epochs) == 30 and figure.points.shape == (30, 3, 3)
    assert [label for label, *_ in figure.labels] == ["1", "4"]
    for ridge, balls in zip(figure.ridges, figure.points, strict=True):
        np.testing.assert_allclose(np.interp(balls[:, 1], ridge[1:-1, 1], ridge[1:-1, 0]), balls[:, 0] - 0.02)
    behind, front = (figure.project(figure.ridges[at].mean(axis=0)) for at in (0, -1))
    assert front[1] > behind[1]  # lower on the page
    page = figure.html()
    assert page.index('class="ridge"') < page.index('class="trail"') < page.index("<text")
    data = packed(page)
    assert len(data["ridges"]) == 30 and len(data["labels"]) == 2 and data["axes"] == []
    for wrong in ({"fates": [1, 4]}, {"land": land.isel(epoch=[0])}):
        with pytest.raises(ValueError, match=r"fates|two epochs"):
            turning_valley(**{"land": land, "fates": [1, 4, 7]} | wrong)
