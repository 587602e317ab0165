"""Figures of learning: trees, trails, bands, compositions and movies."""

import io
import subprocess

import numpy as np
import pytest
import xarray as xr
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from hopcore import plotting
from hopcore.plotting.style import pushed_apart
from hopcore.splits import build_tree

GENERATOR = np.random.default_rng(0)
PLACES = GENERATOR.normal(size=(60, 2))
DIGITS = np.arange(60) % 10


def tree():
    which = np.repeat([1, 4, 7], [4, 2, 1])
    epochs = np.arange(0, 101, 10)
    paths = np.zeros((len(epochs), len(which), 3))
    paths[np.ix_(epochs > 20, which != 1, [0])] = 1
    paths[np.ix_(epochs > 60, which == 7, [1])] = 1
    return build_tree(paths, which, epochs)


def test_a_tree_shows_an_image_at_every_split_and_fate():
    drawn = []

    def image(node):
        drawn.append(node.epoch)
        return np.zeros(16)

    [axes] = plotting.split_tree_picture(tree(), image, lambda split: f"note {split.epoch:.0f}").figure.axes
    assert sorted(drawn) == [20, 60, 100, 100, 100] and len(axes.images) == 5
    heights = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert {"1", "4", "7", "20", "60", "note 20", "note 60"} <= set(heights)
    assert heights["20"] < heights["60"]  # the axis points down
    widths = sorted(patch.get_linewidth() for patch in axes.patches if patch.get_alpha())
    np.testing.assert_allclose(np.square(widths) / widths[0] ** 2, [1, 2, 3, 4])


def test_a_tree_without_a_split_is_refused():
    alone = build_tree(np.zeros((2, 3, 1)), [4, 4, 4], [0, 1])
    with pytest.raises(ValueError, match="split"):
        plotting.split_tree_picture(alone, lambda node: np.zeros(16))


def test_landscapes_from_above_have_one_clock_and_named_ends():
    """Time runs down; a memory's way has its fate's colour, and the ground is darker where memories are."""
    place = xr.DataArray([[0.0, 0, 0], [0, 0, 0.5], [-1, -1, 1]], dims=("epoch", "memory"))
    height = xr.DataArray(np.arange(12.0).reshape(3, 4), dims=("epoch", "x"))
    axes = {"epoch": [0, 50, 100], "x": [-1.2, -0.4, 0.4, 1.2]}
    land = xr.Dataset({"place": place, "height": height}, axes)
    left, right = plotting.valley_panels({"few": (land, [4, 4, 7]), "many": (land, [4, -1, 7])}).figure.axes
    assert left.get_ylim() == right.get_ylim() == (100, 0)
    ground, ways = left.collections
    shades = ground.cmap(ground.norm(ground.get_array()))[..., 3].ravel()
    assert (np.diff(shades) < 0).all()  # lower is darker
    assert [way.tolist() for way in ways.get_segments()][2] == [[0, 0], [0.5, 50], [1, 100]]
    assert (ways.get_colors()[0] == ways.get_colors()[1]).all()
    assert [(text.get_text(), text.get_position()[0]) for text in right.texts] == [("4", -1), ("7", 1)]


def test_names_are_pushed_apart_in_their_order():
    np.testing.assert_allclose(pushed_apart([5, 0, 0.1], 1), [5, -0.45, 0.55])
    moved = pushed_apart([0.1, 0, 0.1, 0.2], 1)
    assert (np.diff(moved[[1, 0, 2, 3]]) > 0.99).all() and moved.mean() == pytest.approx(0.1)


def test_bands_add_up_and_carry_their_digits():
    counts = np.array([[0, 20], [5, 20], [10, 20]])
    recognised = xr.DataArray(counts, {"epoch": [0, 10, 20]}, ("epoch", "category"))
    [axes] = plotting.recognised_panels({"one": recognised}, 20).figure.axes
    tops = [band.get_paths()[0].vertices[:, 1].max() for band in axes.collections]
    assert tops == [10, 30]
    assert [text.get_text() for text in axes.texts] == ["0", "1"]
    three = plotting.recognised_panels(dict.fromkeys("abc", recognised), 20, columns=2).figure.axes
    assert [axes.axison for axes in three] == [True, True, True, False]


def test_populations_are_named_where_they_are_widest():
    hot = {"rescaled_temperature": [0.8, 0.9, 1.0, 1.1]}
    counts = xr.DataArray([[20, 30, 0], [10, 40, 4], [20, 12, 4], [90, 0, 1]], hot, (*hot, "category"))
    first, second = plotting.population_panels({"a": counts, "b": counts[::-1]}, 100).figure.axes
    for axes in (first, second):
        assert [text.get_text() for text in axes.texts] == ["0", "1"]  # the third band is thin
        assert {text.get_color() for text in axes.texts} == {"black"}  # on lilac and yellow
    assert [text.get_position() for text in first.texts] == [(1.0, 10), (0.9, 30)]
    memories = GENERATOR.uniform(-1, 1, (30, 784))
    frame = plotting.population_frame(memories, np.arange(30) % 11 - 1, "T", 50)
    assert [bar.get_width() for bar in frame.figure.axes[1].patches] == [3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 3]
    digit = xr.DataArray(np.ones((4, 30), dtype=int), hot, (*hot, "memory"))
    moved = digit * xr.DataArray(memories, dims=("memory", "pixel"))
    heated = xr.Dataset({"digit": digit, "population": counts, "memories": moved})
    assert plotting.population_slider(heated, 2).labels == ("0.80", "1.00")


def test_digits_that_stay_or_were_never_there_are_arrows():
    values = [[0.9, np.inf], [0.95, -np.inf]]
    [axes] = plotting.vanishing_strip(values, [0, 1], (0.8, 1.0), x_label="T").figure.axes
    marks = {line.get_marker(): line.get_xdata().tolist() for line in axes.lines if len(line.get_xdata())}
    assert (marks["<"], marks[">"], marks["o"]) == ([0.8], [1.0], [0.9, 0.95])


def test_trails_end_in_discs_and_a_memory_without_a_fate_is_grey():
    paths = GENERATOR.normal(size=(4, 3, 2))
    panel = plotting.Trails("n = 3", paths, [1, 2, -1])
    [axes] = plotting.trail_panels([[panel]], PLACES, DIGITS).figure.axes
    discs = axes.collections[-1]
    np.testing.assert_allclose(discs.get_offsets(), paths[-1])
    assert np.ptp(discs.get_facecolors()[2, :3]) == 0


def test_trails_in_shares_name_their_fates_and_saddles():
    paths, saddles = GENERATOR.normal(size=(5, 3, 2)), np.zeros((1, 784))
    panel = plotting.Trails("n", paths, [1, 4, 7], [(0.3, 0.3)], [[(0, 1), (0.5, 0)]], saddles)
    [axes] = plotting.share_trails([[panel]], [(4, 1)]).figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("share of 4", "share of 1")
    assert sorted(text.get_text() for text in axes.texts) == ["1", "4", "7", "A"]
    assert len(axes.collections[0].get_segments()) == 3
    on_map = plotting.trail_panels([[panel]], PLACES, DIGITS)
    assert len(on_map.figure.axes) == 2  # the saddles above, the map below


def test_compositions_write_each_share_as_its_digit():
    saddles = np.zeros((5, 10))
    saddles[:, 1], saddles[:, 7] = 0.6, 0.4
    saddles[0] = np.nan
    [axes] = plotting.compositions([("first", saddles)], (1, 7)).figure.axes
    written = [(text.get_text(), text.get_position()) for text in axes.texts]
    assert len(written) == 8 and written[:2] == [("1", (0, 0.6)), ("7", (0, 0.4))]
    assert not plotting.compositions([("second", saddles[:1])], (1, 7)).figure.axes


def test_a_table_has_its_titles_in_their_colours():
    picture = plotting.image_table(np.zeros((1, 2, 16)), ["a"], ["1", "2"], ["red", "blue"])
    written = [(text.get_text(), text.get_color()) for text in picture.figure.axes[0].texts]
    assert written[0][0] == "a" and written[1:] == [("1", "red"), ("2", "blue")]


def test_a_table_of_fates_has_two_memories_of_each_and_gaps():
    memories = np.arange(8.0).reshape(2, 4, 1) / 8 * np.ones(16)
    fates = [[7, 7, 7, -1], [3, 7, 7, 7]]
    [axes] = plotting.fate_table(memories, fates, ["a", "b"], none=True).figure.axes
    assert [text.get_text() for text in axes.texts] == ["a", "b", "3", "", "7", "", "none", ""]
    step = 4 + 3  # pixels of an image, and of the gap
    drawn = axes.images[0].get_array().filled(np.nan)[::step, ::step]
    expected = [[np.nan, np.nan, 0, 1, 3, np.nan], [4, np.nan, 5, 6, np.nan, np.nan]]
    np.testing.assert_array_equal(8 * drawn, expected)


def test_small_maps_have_an_arrow_for_every_fate():
    paths = np.array([[[0, 0], [0, 2], [5, 5]], [[1, 0], [1, 2], [9, 9]]])
    panels = [plotting.Trails("", paths, [4, 4, -1])] * 3
    small, *_ = plotting.trail_panels([panels], PLACES, DIGITS).figure.axes
    large, *_ = plotting.trail_panels([panels[:2]], PLACES, DIGITS).figure.axes
    assert len(small.texts) == len(large.texts) + 1
    assert (small.texts[-1].xyann, small.texts[-1].xy) == ((0, 1), (1, 1))


def test_a_scatter_writes_every_digit_at_its_place():
    [axes] = plotting.digit_scatter(np.arange(10), np.arange(10)[::-1], x_label="x", y_label="y").figure.axes
    assert {text.get_text(): text.get_position() for text in axes.texts}["3"] == (3, 6)


def test_a_movie_is_h264_with_controls_and_carries_its_description(tmp_path):
    places, memories = GENERATOR.normal(size=(3, 12, 2)), GENERATOR.uniform(-1, 1, size=(3, 12, 16))
    shown = [0, 10, 20], places, memories, np.arange(12) % 10
    movie = plotting.learning_movie(*shown, PLACES, DIGITS, description='Twelve "memories" part')
    page = movie._repr_html_()
    parts = "controls", "data:video/mp4;base64,", "Twelve &quot;memories&quot; part"
    assert all(part in page for part in parts) and len(movie.video) < 1_000_000
    # far from the origin, too, the whole map is in the left half
    away = shown[0], places + 50, *shown[2:]
    far = plotting.learning_movie(*away, PLACES + 50, DIGITS, description="")
    left = np.asarray(Image.open(io.BytesIO(far.poster)).convert("L"))[40:, : far.width // 2]
    assert (left < 128).sum() > 1000  # of the digits' names
    (tmp_path / "movie.mp4").write_bytes(movie.video)
    decode = [get_ffmpeg_exe(), "-i", tmp_path / "movie.mp4", "-f", "null", "-"]
    told = subprocess.run(decode, capture_output=True, text=True, check=True).stderr
    size = f"{movie.width}x{movie.height}"
    assert all(word in told for word in ("h264", "yuv420p", size, "frame=    3"))


def test_forecasts_beside_what_came():
    drawn = plotting.foretold_scatter([[1, 2], [3]], [[2, 1], [3]], label="epoch").figure.axes[0]
    assert [len(line.get_xdata()) for line in drawn.lines] == [
        2,
        1,
        2,
    ] and drawn.get_xlim() == drawn.get_ylim()
    line = plotting.line_of_fates([-1.0, 1.0, 0.0], [4, 9, -1], [-0.8, 0.8], [4, -1], [4, 9]).figure.axes[0]
    assert len(line.patches) == 1 and len(line.lines) == 2  # none for what has no fate
    ways = {"a": ([0, 1], [[0, 0], [-1, 1]], [4, 9]), "b": ([0, 1], [[0, 0], [-1, 1]], [4, -1])}
    panels = plotting.place_panels(ways, [4, 9]).figure.axes
    assert [axes.get_title() for axes in panels] == ["a", "b"]
    assert all(axes.yaxis_inverted() and len(axes.lines) == 2 for axes in panels)
