"""The figure that a reader turns: what is in the page, and that script and drawing agree."""

import json
import re

import numpy as np
import pytest

from hopcore.plotting import TrailPanel, compositions, map_trails, share_trails, turning_trails


@pytest.fixture
def figure():
    steps = np.linspace(0, 1, 12)[:, None, None]
    points = steps * np.eye(3)[None] + (1 - steps) / 3
    return turning_trails(
        points, range(0, 120, 10), [1, 4, -1], (1, 4, 7),
        guides=[[(1, 0, 0), (0, 0.5, 0.5)]], description="a <fan>",
    )  # fmt: skip


def test_the_page_loads_nothing_and_starts_with_a_drawing(figure):
    page = figure.html()
    assert "http" not in page and "src=" not in page and "import(" not in page
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert drawing.count('class="trail"') == drawing.count("<circle") == 3
    assert "a &lt;fan&gt;" in drawing and 'tabindex="0"' in drawing
    assert page.index("<svg") < page.index("<script")
    assert 'class="controls" hidden' in page  # a page without scripts shows no dead sliders


def test_the_kept_points_are_those_of_the_figure(figure):
    kept = json.loads(re.search(r'application/json">(.*?)</script>', figure.html(), re.S).group(1))
    points = np.array(kept["trails"]).reshape(3, 12, 3).transpose(1, 0, 2) / kept["steps"]
    np.testing.assert_allclose(points, figure.points, atol=0.5 / kept["steps"])
    assert kept["epochs"] == list(range(0, 120, 10))


def test_equal_figures_give_equal_pages_and_others_other_names(figure):
    assert figure.html() == figure.html()
    other = turning_trails(figure.points + 0.1, figure.epochs, [1, 4, 7], (1, 4, 7))
    name = re.compile(r'id="(turning-\w+)"')
    assert name.search(figure.html()).group(1) != name.search(other.html()).group(1)


def test_the_first_axis_points_up_and_turning_keeps_it_there(figure):
    for turn in (-90, 0, 60):
        low, high = figure.project([[0, 0, 0], [1, 0, 0]], turn, 0)
        assert high[1] < low[1] and high[0] == pytest.approx(low[0])


@pytest.mark.parametrize("turn, tilt", [(0, 0), (35, 20), (-120, 80), (180, -90)])
def test_every_view_fits_the_drawing(figure, turn, tilt):
    places = figure.project(np.concatenate([figure.points.reshape(-1, 3), np.eye(3)]), turn, tilt)
    assert (places > 0).all() and (places < [460, 400]).all()


@pytest.mark.parametrize(
    "change",
    [
        {"points": np.zeros((4, 3))},
        {"points": np.full((12, 3, 3), np.nan)},
        {"epochs": [1]},
        {"digits": (1, 4)},
    ],
)
def test_parts_that_do_not_fit_are_refused(figure, change):
    parts = {
        "points": figure.points,
        "epochs": figure.epochs,
        "fates": [1, 4, 7],
        "digits": (1, 4, 7),
    } | change
    with pytest.raises(ValueError):
        turning_trails(**parts)


def test_trails_are_drawn_in_the_colours_of_their_fates(figure):
    panel = TrailPanel(
        "n", figure.points[:, :, :2], [1, 4, 7], [(0.3, 0.3)], [[(0, 1), (0.5, 0)]], np.zeros((1, 784))
    )
    picture = share_trails([[panel]], [(4, 1)])
    axes = picture.figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("share of 4", "share of 1")
    written = [text.get_text() for text in axes.texts]
    assert sorted(written) == ["1", "4", "7", "A"]  # three fates, and the letter of the mark
    assert len(axes.collections[0].get_segments()) == 3
    on_map = map_trails([panel], np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 10)
    assert len(on_map.figure.axes) == 2  # the saddles above, the map below


def test_compositions_write_each_share_as_its_digit():
    saddles = np.zeros((5, 10))
    saddles[:, 1], saddles[:, 7] = 0.6, 0.4
    saddles[0] = np.nan
    [axes] = compositions([("first", saddles)], (1, 7)).figure.axes
    assert [(text.get_text(), text.get_position()) for text in axes.texts[:2]] == [
        ("1", (0, 0.6)),
        ("7", (0, 0.4)),
    ]
    assert len(axes.texts) == 8
    assert not compositions([("second", saddles[:1])], (1, 7)).figure.axes
