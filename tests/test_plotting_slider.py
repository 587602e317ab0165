"""The figure with a slider: what is in the page, and that each frame shows what its label says."""

import base64
import io
import json
import re
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from hopcore.plotting import slider_figure
from hopcore.plotting.style import INK, WIDTH, Picture

RED = (255, 0, 0)


def bar(number, height=1.0, kind=Picture):
    """A figure with a red bar that grows from frame to frame."""
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.barh([0], [number + 1], color="#ff0000")
    axes.set_xlim(0, 4)
    return kind(figure) if kind else figure


@pytest.fixture(scope="module")
def slider():
    return slider_figure(bar, ["one", "two <2>", "three"], name="n & more", alt="A bar.", start=1)


def packed(page):
    return json.loads(re.search(r'application/json">(.*?)</script>', page, re.S).group(1))


def red_share(frame):
    pixels = np.asarray(Image.open(io.BytesIO(frame)).convert("RGBA"))
    return (pixels[pixels.shape[0] // 2, :, :3] == RED).all(axis=-1).mean()


def test_each_frame_is_the_figure_of_its_number(slider):
    assert [red_share(frame) for frame in slider.frames] == pytest.approx([0.25, 0.5, 0.75], abs=0.01)


def test_a_frame_has_no_background(slider):
    assert Image.open(io.BytesIO(slider.frames[0])).convert("RGBA").getpixel((860, 5))[3] == 0


def test_the_chosen_frame_is_a_plain_image_before_any_script(slider):
    page = slider._repr_html_()
    image = re.search(
        r'<img src="data:image/webp;base64,([^"]+)" width="576" height="125" alt="([^"]*)"', page
    )
    assert base64.b64decode(image.group(1)) == slider.frames[1]
    assert image.group(2) == "A bar. Here n &amp; more is two &lt;2&gt;."
    assert page.index("<img") < page.index("<script")
    assert 'class="controls" hidden' in page  # a page without scripts shows no dead slider


def test_the_page_loads_nothing(slider):
    page = slider._repr_html_()
    assert "http" not in page and "import(" not in page and "fetch(" not in page
    assert re.findall(r'src="(?!data:)', page) == []


def test_the_other_frames_are_in_the_page_in_their_order(slider):
    data = packed(slider._repr_html_())
    assert data["labels"] == ["one", "two <2>", "three"]
    assert data["frames"][1] == ""  # kept once, in the image
    for number in (0, 2):
        head, content = data["frames"][number].split(",")
        assert head == "data:image/webp;base64"
        assert base64.b64decode(content) == slider.frames[number]


def test_the_slider_is_named_and_starts_where_the_image_does(slider):
    page = slider._repr_html_()
    name = re.search(r'<div class="hopcore-slider" id="(slider-\w+)"', page).group(1)
    assert f'<label for="{name}-at">n &amp; more</label>' in page
    tag = re.search(r'<input type="range" [^>]*>', page).group(0)
    assert f'id="{name}-at"' in tag and 'max="2"' in tag and 'value="1"' in tag
    assert f'<output for="{name}-at" aria-live="off">two &lt;2&gt;</output>' in page


def test_equal_figures_give_equal_pages_and_others_other_names(slider):
    name = re.compile(r'id="(slider-\w+)"')
    same = slider_figure(bar, slider.labels, name="n & more", alt="A bar.", start=1)
    assert same._repr_html_() == slider._repr_html_()
    for change in ({"start": 0}, {"alt": "Another bar."}, {"name": "m"}):
        other = slider_figure(
            bar, slider.labels, **{"name": "n & more", "alt": "A bar.", "start": 1} | change
        )
        assert name.search(other._repr_html_()).group(1) != name.search(same._repr_html_()).group(1)


def test_a_label_cannot_end_the_script():
    page = slider_figure(bar, ["</script>"], name="n", alt="</script>")._repr_html_()
    assert page.count("</script>") == 2
    assert packed(page)["labels"] == ["</script>"]


def test_texts_for_each_frame_or_from_a_function():
    listed = slider_figure(bar, "ab", name="n", alt=["first", "second"])
    called = slider_figure(bar, "ab", name="n", alt=lambda number: ("first", "second")[number])
    assert listed.alts == called.alts == ("first", "second")


def test_frames_are_drawn_in_the_books_style_and_let_go():
    from matplotlib import pyplot

    before, inks = mpl.rcParams["text.color"], []

    def draw(number):
        inks.append(mpl.rcParams["text.color"])
        figure = pyplot.figure(figsize=(2, 1))
        figure.add_axes((0, 0, 1, 1)).plot([0, number])
        return figure

    open_figures = pyplot.get_fignums()
    slider_figure(draw, "abc", name="n", alt="A line.")
    assert inks == [INK] * 3 and mpl.rcParams["text.color"] == before
    assert pyplot.get_fignums() == open_figures
    assert "matplotlib.pyplot" in sys.modules


def test_fewer_colours_make_smaller_frames():
    def draw(_number):
        figure = Figure(figsize=(WIDTH, 2))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.scatter(*np.random.default_rng(0).random((3, 3000)), linewidths=0, alpha=0.5)
        return figure

    exact, few = (slider_figure(draw, "a", name="n", alt="", colours=colours) for colours in (None, 32))
    assert len(few.frames[0]) < 0.7 * len(exact.frames[0])
    assert few.size == exact.size
    assert len(Image.open(io.BytesIO(few.frames[0])).convert("RGBA").getcolors()) <= 32


@pytest.mark.parametrize(
    "labels, change, message",
    [
        ((), {}, "at least one frame"),
        ("ab", {"start": 2}, "0 to 1"),
        ("ab", {"alt": ["one"]}, "each of 2 labels, got 1"),
    ],
)
def test_texts_that_do_not_fit_are_refused(labels, change, message):
    with pytest.raises(ValueError, match=message):
        slider_figure(bar, labels, **{"name": "n", "alt": "A bar."} | change)


def test_frames_of_several_sizes_are_refused():
    with pytest.raises(ValueError, match="one size"):
        slider_figure(lambda number: bar(number, 1 + number), "ab", name="n", alt="A bar.")
