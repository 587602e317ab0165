"""Folds, diagrams, curves in two parameters and pitchforks of the reduced system."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hopcore import ReducedSystem, mixture_temperature, reduced
from hopcore.reduced.equilibria import vanishing_pairs
from hopcore.reduced.linear import eigenvalues, linearise, slow_slope
from hopcore.reduced.parameters import parameters
from hopcore.reduced.saddle_nodes import _newton_step, conditions, derivatives

PAIR = (753, 494, 719)


@pytest.fixture(scope="module")
def diagram():
    return reduced.bifurcation_diagram(*PAIR, n=np.linspace(1.2, 71, 700), temperature=700, copies=2)


def count(n, temperature=700, copies=2, pair=PAIR):
    return ReducedSystem(*pair, n=n, temperature=temperature, copies=copies).fixed_points().sizes["point"]


def test_folds_of_the_papers_pair():
    found = reduced.folds(*PAIR, temperature=700, copies=2, n_range=(1.2, 100))
    assert np.allclose(found.n, [23.950877416, 36.353766469], rtol=0, atol=1e-8)
    assert found.opens.values.tolist() == [False, True]
    assert np.abs(found.flow).max() < 1e-12 and np.abs(found.slope).max() < 1e-11
    assert (found.width == 0).all()


@pytest.mark.parametrize(("temperature", "copies", "number"), [(721, 1, 3), (886, 2, 3), (823, 2, 2)])
def test_a_fold_has_a_zero_eigenvalue_and_a_pair_on_one_side_only(temperature, copies, number):
    found = reduced.folds(*PAIR, temperature=temperature, copies=copies, n_range=(1.2, 100))
    assert found.sizes["fold"] == number
    par = parameters(*PAIR, found.n.values, temperature, copies)
    rates = eigenvalues(found.alpha.values, found.ell.values, par)
    assert (np.abs(rates).min(axis=-1) < 1e-10 * np.abs(rates).max(axis=-1)).all()
    for n, opens in zip(found.n.values, found.opens.values, strict=True):
        # within 1e-6 in n the number of fixed points changes by the pair
        above, below = count(n + 1e-6, temperature, copies), count(n - 1e-6, temperature, copies)
        assert above - below == (2 if opens else -2)


def test_two_folds_two_percent_apart_are_both_found():
    """Just below the temperature at which two folds merge and vanish."""
    low, high, _ = reduced.folds(*PAIR, temperature=733.955, n_range=(2, 100)).n.values
    assert 1.02 < high / low < 1.03
    middle = np.sqrt(low * high)
    assert [count(n, 733.955, 1) for n in (0.97 * low, middle, 1.03 * high)] == [1, 3, 1]


def test_folds_where_the_label_is_clipped_or_the_flow_has_a_kink():
    # very unequal images; found by a search over random overlaps
    for pair, temperature in (
        ((415.837, 238.298, 611.436), 580.21),
        ((660.95, 257.17, 493.80), 600.0),
        ((729.2, 308.5, 412.9), 529.0),  # both fixed points have the label −1
        ((636.3, 518.8, 547.3), 891.4),
    ):
        found = reduced.folds(*pair, temperature=temperature, copies=2, n_range=(1.2, 100))
        assert found.sizes["fold"] > 0 and np.abs(found.flow).max() < 1e-9
        for n, opens in zip(found.n.values, found.opens.values, strict=True):
            change = count(n * (1 + 1e-6), temperature, 2, pair) - count(n * (1 - 1e-6), temperature, 2, pair)
            assert change == (2 if opens else -2)


def test_conditions_of_a_fold_have_exact_derivatives():
    def family(n, temperature):
        return parameters(*PAIR, n, temperature, 2)

    z, steps = np.array([0.44, -0.05, 24.0, 705.0]), 1e-5 * np.eye(4)
    numeric = [(conditions(z + step, family) - conditions(z - step, family)) / 2e-5 for step in steps]
    assert np.allclose(derivatives(z, family), np.transpose(numeric), rtol=1e-5, atol=1e-6)


def test_vanishing_pairs_leave_the_least_movement():
    assert vanishing_pairs(np.array([0.1, 0.45, 0.5]), np.array([0.12])) == [1]
    assert vanishing_pairs(np.array([0.1, 0.2, 0.3, 0.6, 0.7]), np.array([0.31])) == [0, 3]
    assert vanishing_pairs(np.array([0.1, 0.5, 0.9]), np.array([0.1, 0.5, 0.9])) == []
    have = np.array([0.1, 0.2, 0.21, 0.3, 0.5, 0.51, 0.9])
    assert vanishing_pairs(have, np.array([0.11, 0.3, 0.9])) == [1, 4]


def test_a_step_that_has_no_solution_ends_newtons_method():
    assert np.isnan(_newton_step(np.zeros((4, 4)), np.ones(4))).all()


def test_diagram_of_the_paper(diagram):
    n = diagram.n.values
    window = (n > diagram.fold_n.values[0]) & (n < diagram.fold_n.values[1])
    assert np.array_equal(diagram["count"], np.where(window, 1, 3))
    assert np.allclose(diagram.fold_n, reduced.folds(*PAIR, temperature=700, copies=2).n, rtol=0, atol=1e-11)
    three = ~window
    assert np.array_equal(diagram.stable.values[three], np.tile([True, False, True], (three.sum(), 1)))
    assert np.array_equal(np.isnan(diagram.alpha.values).sum(axis=1), 3 - diagram["count"])
    assert np.array_equal(diagram.arc.values == -1, np.isnan(diagram.ell.values))


def test_curves_of_the_paper_are_continuous_and_hold_every_point_once(diagram):
    found = reduced.curves(diagram)
    assert sum(curve.sizes["step"] for curve in found) == int(diagram["count"].sum()) + diagram.sizes["fold"]
    for curve in found:
        assert np.abs(curve.n.diff("step")).max() < 0.11
        assert np.hypot(curve.alpha.diff("step"), curve.ell.diff("step")).max() < 0.1
    # the two curves with a fold turn back there, the third runs through
    ends = sorted(tuple(curve.n.values[[0, -1]]) for curve in found)
    assert ends == [(1.2, 1.2), (1.2, 71.0), (71.0, 71.0)]


def test_a_closed_curve_ends_where_it_starts():
    diagram = reduced.bifurcation_diagram(*PAIR, n=np.linspace(2, 12, 300), temperature=721, copies=1)
    island = [curve for curve in reduced.curves(diagram) if float(curve.n[0]) == float(curve.n[-1])]
    assert len(island) == 1
    assert island[0].n.min() == diagram.fold_n.min() and island[0].n.max() == diagram.fold_n.max()


def test_fold_curves_bound_the_phases():
    lines = reduced.fold_curves(*PAIR, temperature_range=(640, 900), n_range=(1.2, 60), copies=2)
    n, temperature = np.linspace(1.5, 59, 30), np.linspace(650, 890, 7)
    phases = reduced.phase_diagram(*PAIR, n=n, temperature=temperature, copies=2)["count"].values
    for column, level in enumerate(temperature):
        exact = reduced.folds(*PAIR, temperature=level, copies=2, n_range=(1.2, 60)).n
        passing = [line.n[:-1][np.diff(line.temperature > level)] for _, line in lines.groupby("curve")]
        # between two points, of which one is not farther than a step of the curve
        assert np.allclose(np.sort(np.concatenate(passing)), exact, rtol=0, atol=0.02 * 58.8)
        # the number of fixed points changes where an odd number of folds lies between two samples
        assert np.array_equal(np.diff(phases[:, column]) != 0, np.histogram(exact, n)[0] % 2 == 1)


def test_points_of_a_fold_curve_are_folds_and_close_to_one_another():
    lines = reduced.overlap_curves(753, 719, temperature=700, ab_range=(450, 550), n_range=(5, 80), copies=2)
    z = np.stack([lines.alpha, lines.ell, lines.n, lines.ab], axis=-1)
    assert lines.sizes["step"] > 50
    assert np.abs(conditions(z, lambda n, ab: parameters(753, ab, 719, n, 700, 2))).max() < 1e-9
    for _, line in lines.groupby("curve"):
        # in units of x, of ℓ and of the box's two sides no step is longer than 0.02
        steps = [line.alpha, line.ell, line.n / 75, line.ab / 100]
        length = np.sqrt(sum(np.diff(each) ** 2 for each in steps))
        assert 0.01 < length.max() < 0.0205
    diagram = reduced.overlap_diagram(753, 719, n=[10, 30, 70], ab=[450, 494, 550], temperature=700, copies=2)
    assert diagram["count"].sel(n=[10, 30], ab=494).values.tolist() == [3, 1]


def test_phases_count_the_fixed_points_of_copies():
    n, temperature = [20, 30, 50], [600, 700, 900]
    for copies in (1, 2):
        found = reduced.phase_diagram(*PAIR, n=n, temperature=temperature, copies=copies)["count"]
        assert found.values.tolist() == [[count(power, hot, copies) for hot in temperature] for power in n]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: reduced.folds(*PAIR, temperature=700, n_range=(50, 20)), "n_range"),
        (lambda: reduced.folds(753, 900, 719, temperature=700), "ab = 900"),
        (lambda: reduced.bifurcation_diagram(*PAIR, n=[3, 2], temperature=700), "increasing"),
        (lambda: reduced.bifurcation_diagram(*PAIR, n=[0.5, 2], temperature=700), r"n = 0\.5"),
        (lambda: reduced.fold_curves(*PAIR, temperature_range=(0, 900)), r"temperature_range = .*above 0"),
        (
            lambda: reduced.fold_curves(*PAIR, temperature_range=(9, 99), n_range=(1, 5)),
            "n_range = .*above 1",
        ),
        (
            lambda: reduced.overlap_curves(753, 719, temperature=700, ab_range=(5, 4)),
            "ab_range = .*increasing",
        ),
        (lambda: reduced.phase_diagram(*PAIR, n=[2, 3], temperature=[0, 700]), r"temperature = 0.*above 0"),
        (lambda: reduced.pitchforks(736, 494, temperature=700, n_range=(9, 3)), r"n_range = .*above 1"),
        (lambda: reduced.pitchforks(736, 494, temperature=700, categories=2), "categories = 2"),
        (lambda: mixture_temperature(1, 753, 494), r"n = 1\.0"),
        (lambda: mixture_temperature(3, 753, 800), "ab = 800"),
    ],
)
def test_wrong_arguments_are_named(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()


def test_cusps_of_the_asymmetry_are_the_exact_pitchforks():
    at = {"temperature": 700, "copies": 2, "n_range": (10, 60)}
    lines = reduced.asymmetry_curves(736, 494, asymmetry_range=(-50, 50), **at)
    exact = reduced.pitchforks(736, 494, **at)
    assert exact.opens.values.tolist() == [False, True]
    assert np.allclose(np.sort(lines.cusp_n), exact.n, rtol=0, atol=1e-8)
    assert np.allclose(lines.cusp_asymmetry, 0, atol=1e-7)
    assert np.allclose(lines.cusp_alpha, 0.5) and np.allclose(lines.cusp_ell, 0, atol=1e-9)

    z = np.stack([lines.alpha, lines.ell, lines.n, lines.asymmetry], axis=-1)
    left = conditions(z, lambda n, d: parameters(736 + d / 2, 494, 736 - d / 2, n, 700, 2))
    assert np.abs(lines.asymmetry).max() > 40 and np.abs(left).max() < 1e-9


def test_counting_fixed_points_finds_the_exact_pitchforks():
    exact = reduced.pitchforks(736, 494, temperature=700, copies=2)
    counted = reduced.folds(736, 494, 736, temperature=700, copies=2)
    assert np.allclose(counted.n, exact.n, rtol=0, atol=1e-6)
    assert (counted.width < 1e-9).all() and np.array_equal(counted.opens, exact.opens)
    assert reduced.pitchforks(736, 494, temperature=721, n_range=(1.2, 100)).sizes["pitchfork"] == 3


@settings(max_examples=30, deadline=None)
@given(st.floats(1.2, 60), st.floats(0.2, 0.9), st.floats(0.7, 1.2), st.sampled_from([1, 2, 100]))
@example(16.0, 0.75, 0.75, 1)
def test_the_closed_form_slope_is_that_of_the_even_mixture(n, ab, temperature, copies):
    hot = temperature * copies ** (1 / n)
    points = ReducedSystem(1, ab, 1, n=n, temperature=hot, copies=copies).fixed_points()
    middle = int(np.abs(points.alpha.values - 0.5).argmin())
    assert abs(float(points.alpha[middle]) - 0.5) < 1e-12
    # The label follows α with a large gain at such high powers, and so does its rounding error.
    assert abs(float(points.ell[middle])) < 1e-7
    slope = reduced.mixture_slope(n, hot, 1, ab, copies=copies)
    assert bool(points.stable[middle]) == (slope < 0) or abs(slope) < 1e-6
    ell = np.asarray(0.0)
    flow = slow_slope(linearise(np.asarray(0.5), ell, parameters(1.0, ab, 1.0, n, temperature)), ell)
    # Far above, one of the two arithmetics may overflow.
    assert slope == pytest.approx(float(flow), rel=1e-8, abs=1e-8) or min(slope, flow) > 1e200


def test_a_pure_image_costs_as_much_as_a_mixture_there():
    n = np.array([[2.0, 8.0], [30.5, 400.0]])
    temperature = mixture_temperature(n, 753, 494)
    score = np.tanh(((753 + 494) / 2 / temperature) ** n)
    assert np.allclose(2 * (1 - score) ** (2 * n), 1, rtol=1e-10)
    # for large n the even mixture must reach its images: T → (AA + AB)/2
    assert np.isclose(mixture_temperature(1e6, 753, 494), 623.5, rtol=1e-4)
