"""Figures of the chapters on two memories: that they show what their data say."""

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore import plotting
from hopcore.reduced import ReducedSystem, bifurcation_diagram, trajectory


def system(n):
    return ReducedSystem(753, 494, 719, n=n, temperature=700, copies=2)


@pytest.fixture(scope="module")
def diagram():
    return bifurcation_diagram(753, 494, 719, n=np.linspace(5, 60, 60), temperature=700, copies=2)


def test_a_panel_shows_every_fixed_point_by_its_stability():
    picture = plotting.nullcline_panels([system(20), system(30)])
    for axes, n in zip(picture.figure.axes, (20, 30), strict=True):
        full, empty = [line for line in axes.lines if line.get_marker() == "o"]
        points = system(n).fixed_points()
        np.testing.assert_allclose(full.get_ydata(), points.alpha[points.stable])
        np.testing.assert_allclose(empty.get_xdata(), points.ell[~points.stable])
        assert empty.get_markerfacecolor() == "none"


def test_the_drawn_nullclines_cross_at_the_fixed_points():
    [axes] = plotting.nullcline_panels([system(20)]).figure.axes[:1]
    curves = [line.get_xydata() for line in axes.lines if line.get_marker() == "None"]
    for point in system(20).fixed_points().to_dataframe()[["ell", "alpha"]].to_numpy():
        near = [np.hypot(*(curve - point).T).min() < 0.01 for curve in curves]
        assert sum(near) == 2  # the memory's and the label's


def test_frames_of_one_figure_have_one_size_and_a_memory_for_each_point():
    images = hopcore.paper_pair().images
    three, one = (plotting.nullcline_frame(system(n), images).figure for n in (20, 30))
    assert (len(three.axes), len(one.axes)) == (1 + 3, 1 + 1)
    assert tuple(three.get_size_inches()) == tuple(one.get_size_inches())


def test_paths_end_where_the_memories_do():
    places = {"ell": [[0.5, 0.5], [0.6, -0.2]], "alpha_a": [[0.8, 0.8], [0.9, 0.3]]}
    path = xr.Dataset({name: (("epoch", "memory"), values) for name, values in places.items()})
    axes = plotting.path_panels([(system(n), path) for n in (39, 15)]).figure.axes[0]
    ends = [line.get_xydata()[0].tolist() for line in axes.lines if line.get_marker() == "s"]
    assert ends == [[0.6, 0.9], [-0.2, 0.3]]


def test_the_diagram_is_dashed_where_it_is_unstable(diagram):
    ends = {name: (("start", "n"), [[0.6], [0.4]]) for name in ("trained_alpha", "trained_ell")}
    above, below = plotting.bifurcation_sides(diagram, xr.Dataset(ends, {"n": [20.0]})).figure.axes
    assert [line.get_ydata().tolist() for line in above.lines if line.get_marker() == "o"] == [[0.6], [0.4]]
    dashed = [line for line in above.lines if line.get_linestyle() == "--"]
    assert len(dashed) == 2  # the middle, before and after the window
    assert all(abs(line.get_ydata() - 0.46).max() < 0.03 for line in dashed)
    folds = [line for line in below.lines if line.get_marker() == "D"]
    np.testing.assert_allclose(folds[0].get_xdata(), diagram.fold_n)


def test_the_turning_diagram_follows_every_stable_branch(diagram):
    turning = plotting.turning_bifurcations(diagram, steps=30)
    assert turning.points.shape == (30, 3, 3) and len(turning.guides) == 2
    at = int(np.argmin(abs(np.array(turning.epochs) - 15)))
    stable = diagram.alpha.where(diagram.stable).sel(n=turning.epochs[at], method="nearest").dropna("point")
    for alpha in stable.values:
        assert abs(turning.points[at, :, 0] - alpha).min() < 0.02
    assert turning.progress == "n"


def test_flow_lines_end_on_the_constraint_at_fixed_points():
    starts = ((0.5, 0.4), (0.05, -0.6))
    flows = [trajectory(system(39), *start, alpha_b=0.2, tolerance=1e-5) for start in starts]
    turning = plotting.turning_flow(flows, system(39).fixed_points())
    np.testing.assert_allclose(turning.points[-1, :, 0], 1, atol=1e-4)
    assert len(set(turning.colours)) == 2 and turning.progress == "time"


def test_regions_are_shaded_and_folds_drawn():
    n, second = np.arange(2.0, 8.0), 784 * np.linspace(0, 1, 4)
    count = xr.DataArray(np.where(n[:, None] > 5, 1, 3) * np.ones(4), {"n": n, "T": second}, ("n", "T"))
    fold = {"n": ("step", [2, 5]), "T": ("step", [0, 784])}
    borders, written = xr.Dataset(fold, {"curve": ("step", [0, 0])}), {"names": [(3, 0.5, "two")]}
    picture = plotting.region_map(borders, "T", count, unit=784, y_label="T_r", marks=[(5, 0.5)], **written)
    [axes] = picture.figure.axes
    assert len(axes.collections) == 1 and axes.get_xlim() == (2, 7)
    assert axes.lines[0].get_xdata().tolist() == [2, 5]
    assert axes.get_ylim() == (0, 1) and axes.lines[1].get_xydata().tolist() == [[5, 0.5]]
    assert [text.get_text() for text in axes.texts] == ["two"]


def test_differences_are_drawn_on_a_logarithmic_scale():
    epochs = np.arange(5)
    simulated = 1e-6 * np.exp(epochs)[:, None] * [1, -2]
    lines = {"simulated": (("epoch", "d"), simulated), "linearised": (("compared", "d"), simulated[:3])}
    found = xr.Dataset(lines, {"epoch": epochs, "compared": epochs[:3]})
    axes = plotting.departure_panels({39: found, 15: found}).figure.axes[0]
    assert axes.get_yscale() == "log"
    np.testing.assert_allclose(axes.lines[0].get_ydata(), abs(simulated[:, 0]))


def test_settling_draws_the_four_quantities():
    names = ("size", "label_a", "label_b", "others")
    values = {name: (("epoch", "memory"), np.full((3, 2), at / 4)) for at, name in enumerate(names)}
    path = xr.Dataset(values, {"time": ("epoch", [0, 0.1, 0.2])})
    panels = {name: path.assign(split=split) for name, split in (("a", 0.1), ("b", np.nan))}
    first, second = plotting.settling_panels(panels).figure.axes
    assert len(first.lines) == 5 and len(second.lines) == 4  # the split is marked where there is one
    assert [line.get_ydata()[0] for line in second.lines] == [0, 0.25, 0.5, 0.75]


def test_maps_of_coefficients_share_their_scale():
    grid = {"n": [2, 3, 4], "rescaled_temperature": [0.5, 0.6, 0.7, 0.8]}
    values = xr.DataArray(np.linspace(-1, 1, 12).reshape(3, 4), grid)
    picture = plotting.coefficient_maps({"a": values, "b": values}, {"-": [0.5, 0.9, 0.7]})
    panels = picture.figure.axes[:2]
    assert {axes.collections[0].get_clim() for axes in panels} == {(-1, 1)}
    np.testing.assert_allclose(panels[0].collections[0].get_array(), values.T)
    assert panels[0].get_ylim()[1] < 0.9  # the line does not widen the map
