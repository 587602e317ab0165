"""The figures: what a reader can tell apart, and what is drawn where."""

from concurrent.futures import ThreadPoolExecutor

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr

from hopcore import plotting
from hopcore.plotting import style
from hopcore.plotting.bars import largest_in_the_middle
from hopcore.plotting.style import INK, Picture, new_figure

DIMS = ("n", "rescaled_temperature", "memory")

# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
VISION = {
    "normal": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
TO_CONES = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
TO_OKLAB = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])


def linear(colours):
    values = np.array([mpl.colors.to_rgb(colour) for colour in colours])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(colours, page):
    light = linear(colours) @ [0.2126, 0.7152, 0.0722]
    ground = (linear([page]) @ [0.2126, 0.7152, 0.0722])[0]
    return (np.maximum(light, ground) + 0.05) / (np.minimum(light, ground) + 0.05)


@pytest.mark.parametrize("vision", VISION)
def test_digit_colours_are_apart_for_every_kind_of_colour_vision(vision):
    seen = np.clip(linear(plotting.DIGIT_COLOURS) @ np.array(VISION[vision]).T, 0, 1)
    lab = np.cbrt(seen @ TO_CONES.T) @ TO_OKLAB.T
    distance = np.linalg.norm(lab[:, None] - lab[None], axis=-1)
    # 0.1 in OKLab is about five just noticeable differences; Matplotlib's own "petroff10" has 0.06 here.
    assert distance[~np.eye(10, dtype=bool)].min() > 0.1


@pytest.mark.parametrize(("page", "kept"), [("white", 1), ("#14181e", 0.85), ("#121212", 0.85)])
def test_colours_are_visible_on_light_and_dark_pages(page, kept):
    """As WCAG asks: 4.5 for text, 3 for the rest. Dark pages lift figures towards white (hopcore.css)."""

    def shown(colours):
        return contrast(1 - kept * (1 - mpl.colors.to_rgba_array(colours)[:, :3]), page)

    named = (style.MEMORY_COLOUR, style.LABEL_COLOUR, *style.PAIR_COLOURS, *style.TEMPERATURE_COLOURS)
    assert shown([*plotting.DIGIT_COLOURS, *named]).min() >= 3
    assert shown([INK])[0] >= 4.5


@pytest.mark.parametrize("count", [1, 2, 7, 20])
def test_largest_in_the_middle_keeps_values_and_falls_to_both_sides(count):
    values = np.random.default_rng(count).normal(size=count)
    arranged = largest_in_the_middle(values)
    assert np.array_equal(np.sort(arranged), np.sort(values))
    middle = int(np.argmax(arranged))
    assert middle == count // 2
    assert np.all(np.diff(arranged[: middle + 1]) >= 0) and np.all(np.diff(arranged[middle:]) <= 0)


@pytest.mark.parametrize("shape", [(16,), (2, 8)])
def test_blocks_are_fixed_to_the_pixel_range_and_empty_ones_say_so(shape):
    some = np.multiply.outer([0.3, np.nan, 0.3], np.ones(shape))  # NaN: left out
    picture = plotting.image_blocks([[np.empty((0, 16)), some]], ["n"], ["a", "b"])
    empty, full = picture.figure.axes
    assert empty.texts[0].get_text() == "none"
    assert [image.get_clim() for image in full.images] == [(-1, 1)] and len(full.patches) == 2


def test_coefficients_are_drawn_digit_by_digit_and_labels_with_their_sign():
    alpha = [0.1, 0.7, 0.2, -0.3, 0.0, 0.1]
    [axes] = plotting.coefficient_panels([[alpha]], np.repeat([1, 4], 3), ["n"], ["a"]).figure.axes
    ones, fours = axes.patches
    assert ones.get_data().values.tolist() == [0.2, 0.7, 0.1]
    assert fours.get_data().values.tolist() == [0.0, 0.1, -0.3]
    assert mpl.colors.same_color(ones.get_facecolor(), plotting.DIGIT_COLOURS[1])
    labels = np.linspace(-1, 1, 10)
    [axes] = plotting.label_panels([[labels]], ["n"], ["T"]).figure.axes
    assert np.allclose([bar.get_height() for bar in axes.patches], labels)


def networks():
    """Two memories each at n = 10 and two temperatures; the first pixel of each is its temperature."""
    memories = np.zeros((1, 2, 2, 16))
    memories[..., 0] = [[0.5], [0.9]]
    kept = {"memories": ((*DIMS, "pixel"), memories), "places": ((*DIMS, "axis"), np.zeros((1, 2, 2, 2)))}
    return xr.Dataset(kept, {"n": [10], "rescaled_temperature": [0.5, 0.9]})


def test_a_curve_is_named_at_its_end_and_marked_on_the_axis():
    more = {"mark": 2.0, "mark_range": (1.8, 2.2), "smooth": [0, 0.2, 0.4]}
    curve = plotting.Curve([1, 2, 3], [0.0, 0.1, 0.5], "0.83", "red", **more)
    [axes] = plotting.curves([curve], x_label="n", y_label="α").figure.axes
    [name] = axes.texts
    assert (name.get_text(), *name.xy) == ("0.83", 3.0, 0.4)
    assert [list(line.get_xdata()) for line in axes.lines[2:]] == [[2.0], [1.8, 2.2]]


def test_names_of_curves_that_end_together_do_not_touch():
    together = [plotting.Curve([0, 1], [0.0, 0.5 + k / 1000], str(k), "red") for k in (1, 0, 2)]
    up = plotting.Curve([0, 1], [0.0, 1.0], "up", "red")
    [axes] = plotting.curves([*together, up], x_label="x", y_label="y").figure.axes
    heights = {text.get_text(): text.xy[1] for text in axes.texts}
    assert heights["0"] < heights["1"] < heights["2"] < heights["up"]
    low, high = axes.get_ylim()
    assert np.diff([heights[name] for name in "012"]).min() > 0.05 * (high - low)
    assert heights["up"] == pytest.approx(1.0)


def test_the_map_shows_every_image_and_every_memory():
    background, digits = np.random.default_rng(0).normal(size=(50, 2)), np.repeat([0, 7], 25)
    picture = plotting.map_panels(networks(), background, digits, samples=2)
    counts = [len(points.get_offsets()) for axes in picture.figure.axes for points in axes.collections]
    assert sorted(counts) == [2, 2, 50, 50]


def test_a_table_of_memories_has_its_hottest_row_on_top():
    axes = plotting.memory_table(networks().memories).figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["0.90", "0.50", "$n$ = 10", ""]
    assert axes.images[0].get_array()[0, 0] == 0.9
    assert plotting.grid_titles(networks()) == (["$n$ = 10"], ["$T_r$ = 0.50", "$T_r$ = 0.90"])


def test_curves_of_temperatures_show_means_and_the_middle_of_the_memories():
    grid = {"n": [2, 3, 4], "rescaled_temperature": [0.5, 0.9]}
    values = xr.DataArray(np.arange(24.0).reshape(3, 2, 4), grid, DIMS)
    ranges = [(2.0, 3.0), (3.0, 4.0)]
    axes = plotting.temperature_curves(values, y_label="α", marks=[2.5, 3.5], ranges=ranges).figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["$T_r$ = 0.50", "$T_r$ = 0.90"]
    assert axes.lines[0].get_ydata().tolist() == [1.5, 9.5, 17.5]
    low, high = axes.collections[0].get_paths()[0].get_extents().intervaly
    assert (low, high) == pytest.approx((0.5, 18.5))
    assert [line.get_xdata()[0] for line in axes.lines[6:8]] == [3.5, 3.0]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_figure_gives_the_same_bytes(kind):
    def make():
        figure = new_figure(1.0)
        figure.subplots().plot([0, 1], [0, 1])
        return Picture(figure, kind).data()

    assert make() == make()


def test_a_notebook_gets_one_format_with_its_size():
    figure = new_figure(2.0)
    content, metadata = Picture(figure, "png")._repr_mimebundle_()
    assert content["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"] == {"width": 442, "height": 192}
    content, _ = Picture(figure, "svg")._repr_mimebundle_()
    assert "image/png" not in content and content["image/svg+xml"].lstrip().startswith("<?xml")
    with pytest.raises(ValueError, match="'gif'"):
        Picture(figure, "gif")


def test_drawing_minds_no_settings_and_leaves_them_alone():
    """Also when several threads draw at once; those of the reader are of all kinds."""
    theirs = {"text.usetex": True, "axes.grid": True, "lines.marker": "o", "axes.labelpad": 30.0,
              "savefig.bbox": "tight", "image.origin": "lower", "font.family": ["serif"]}  # fmt: skip

    def draw(_=0):
        figure = plotting.label_panels([[np.zeros(10)]], ["n"], ["T"])
        return figure.data(), plotting.image_table(np.eye(16)[None, :3], ["a"], ["b"] * 3).data()

    expected = draw()
    with mpl.rc_context(theirs):
        before = dict(mpl.rcParams)
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(draw, range(8))) == [expected] * 8
        assert dict(mpl.rcParams) == before
