"""The reduced system: its flow against the full network, its fixed points, its nullclines."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from plain import epoch
from reduced_reference import coefficients, pair_state

from hopcore.reduced import ReducedSystem
from hopcore.reduced.equilibria import fixed_points
from hopcore.reduced.linear import FIRST, LAST, linearise, place
from hopcore.reduced.nullclines import _links
from hopcore.reduced.parameters import broadcast, parameters

PAIR = (753, 494, 719)
ANCHORS = {
    8: [(0.1461, -0.0668), (0.4649, 0.0000), (0.8232, 0.0587)],
    20: [(0.3846, -0.0956), (0.4643, -0.0008), (0.5609, 0.0961)],
    30: [(0.4766, 0.0576)],
    50: [(0.2935, -1), (0.4628, -0.1393), (0.6081, 0.9977)],
}

powers = st.floats(1.1, 80)
rescaled = st.floats(0.5, 1.2)


@st.composite
def overlaps(draw):
    """Overlaps of two images that resemble each other, as digits do, in units of the larger norm."""
    smaller = draw(st.floats(0.6, 1))
    ab = draw(st.floats(0.2, 0.95)) * smaller
    return draw(st.sampled_from([(1.0, ab, smaller), (smaller, ab, 1.0)]))


def paper_system(n, temperature=700):
    return ReducedSystem(*PAIR, n=n, temperature=temperature, copies=2)


coefficient = st.just(0.0) | st.floats(-0.98, 0.98).filter(lambda alpha: abs(alpha) > 0.02)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 9999), coefficient, coefficient, st.floats(0.01, 0.99) | st.just(1.0),
       st.floats(-1, 1), st.floats(1.1, 40), st.floats(0.6, 1.4), st.sampled_from([1, 2, 5]))  # fmt: skip
@example(3, 0.0, 0.5, 1.0, -0.6, 6.0, 1.2, 2)
@example(3, 0.5, 0.0, 1.0, 0.6, 6.0, 1.2, 2)
def test_the_flow_is_the_full_networks_step(seed, first, second, size, ell, n, temperature, copies):
    """Inside the constraint and on it (size 1); a coefficient at 0 presses whichever way it leaves."""
    rng = np.random.default_rng(seed)
    images = rng.uniform(-1, 1, (2, 24)) + 0.5 * rng.uniform(-1, 1, 24)
    # a pixel of every pair of signs ±1
    images = np.hstack([np.clip(images, -1, 1), [[1, 1, -1, -1], [1, -1, 1, -1]]])
    (aa, ab), (_, bb) = images @ images.T
    temperature *= max(aa, bb)
    # the reference's floats must reach φ(u) ~ exp(−4 n u)
    assume((first or second) and 4 * n * copies * (max(aa, bb) / temperature) ** n < 10_000)
    alpha_a = size * first / (abs(first) + abs(second))
    alpha_b = np.sign(second) * (size - abs(alpha_a))
    system = ReducedSystem(aa, ab, bb, n=n, temperature=temperature, copies=copies)
    flow = system.flow(alpha_a, alpha_b, ell)
    before, labels, targets = pair_state(alpha_a, alpha_b, ell, images, copies)
    after, new_labels = epoch(before, labels, images, targets, n, temperature, rate=1e-9)
    change = coefficients(after, images) - coefficients(before, images), (new_labels - labels)[:, :1]
    assert np.allclose([flow] * copies, np.hstack(change).astype(float) / 1e-9, rtol=0, atol=1e-6)
    if size == 1 and second:
        assert np.allclose(system.velocity(alpha_a, ell, int(np.sign(second))), flow[::2], rtol=0, atol=1e-9)


def test_places_on_the_constraint():
    """Every place has |α_A| + |α_B| = 1, with the derivatives told; exchanging the images maps x to 1 − x."""
    x = np.linspace(FIRST, LAST, 61)[1:-1] + 1e-3  # no corner, where the derivatives jump
    at, ahead, mirrored = place(x), place(x + 1e-7), place(1 - x)
    assert np.allclose(np.abs(at.alpha_a) + np.abs(at.alpha_b), 1, rtol=0, atol=1e-15)
    assert np.allclose((ahead.alpha_a - at.alpha_a) / 1e-7, at.slope_a, rtol=0, atol=1e-7)
    assert np.allclose((ahead.alpha_b - at.alpha_b) / 1e-7, at.slope_b, rtol=0, atol=1e-7)
    assert np.allclose([mirrored.alpha_a, mirrored.alpha_b], [at.alpha_b, at.alpha_a], rtol=0, atol=1e-15)
    assert (place(np.array([-0.5, 0.25, 1.5])).alpha_b == [0.5, 0.75, -0.5]).all()


def test_nothing_overflows_and_nothing_moves_where_no_image_is_activated():
    system = ReducedSystem(784, 0, 784, n=80, temperature=200)
    assert np.isfinite(system.flow([1.0, 0.3, -1.0], [0.0, 0.7, 0.0], [0.1, 1.0, -1.0])).all()
    assert np.array_equal(system.flow(-0.5, -0.2, 0.4), [0, 0, 0])


def test_labels_stop_at_their_clipping_and_come_back():
    system = paper_system(50)
    assert system.velocity(0.29, -1.0)[1] == 0
    assert system.velocity(0.9, -1.0)[1] > 0


@settings(max_examples=40, deadline=None)
@given(overlaps(), st.floats(1.5, 40), rescaled, st.floats(0.05, 0.95),
       st.floats(-0.9, 0.9).filter(lambda ell: abs(ell) > 0.01))  # fmt: skip
def test_derivatives_are_those_of_a_complex_step(pair, n, temperature, x, ell):
    par = parameters(*pair, n, temperature)
    lin = linearise(np.asarray(x), np.asarray(ell), par)
    along_x = linearise(np.asarray(x + 1e-30j), np.asarray(ell + 0j), par)
    along_ell = linearise(np.asarray(x + 0j), np.asarray(ell + 1e-30j), par)
    expected = [each.imag / 1e-30 for each in (along_x.flow, along_ell.flow, along_x.label, along_ell.label)]
    found = [lin.flow_x, lin.flow_ell, lin.label_x, lin.label_ell]
    assert np.allclose(found, expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("n", ANCHORS)
def test_fixed_points_of_the_papers_pair(n):
    points = paper_system(n).fixed_points()
    assert np.array_equal(np.round(np.stack([points.alpha, points.ell], axis=-1), 4), ANCHORS[n])
    assert points.stable.values.tolist() == [True, False, True][: points.sizes["point"]]


@pytest.mark.parametrize("n", [1.2, 2, 5, *ANCHORS, 71])
def test_residuals_are_below_rounding(n):
    system = paper_system(n)
    points = system.fixed_points()
    assert np.abs(system.flow(points.alpha, points.alpha_b, points.ell)[:2]).max() < 1e-12
    position = np.where(points.alpha_b < 0, 2 - points.alpha, points.alpha)
    label = linearise(position, points.ell.values, broadcast(system.parameters)).label
    assert np.abs(label[np.abs(points.ell) < 1]).max(initial=0) < 1e-12


@pytest.mark.parametrize("n", range(8, 81, 4))
def test_three_fixed_points_at_low_temperature(n):
    points = paper_system(n, temperature=550).fixed_points()
    assert points.stable.values.tolist() == [True, False, True]
    assert (np.diff(points.alpha) > 0.1).all()


@pytest.mark.parametrize(("pair", "copies"), [(PAIR, 2), (PAIR, 1), ((736, 494, 736), 1)])
def test_hidden_pairs_and_turns_are_found_on_a_coarse_grid(pair, copies):
    """Eight times coarser, pairs and triples of fixed points lie between two samples; none is missed."""
    par = broadcast(parameters(*pair, np.linspace(1.5, 70, 150), 700.0, copies))
    fine, coarse = fixed_points(par), fixed_points(par, per_unit=16)
    assert np.array_equal(fine.system, coarse.system)
    assert np.allclose(fine.position, coarse.position, rtol=0, atol=1e-12)
    assert np.array_equal(fine.rising, coarse.rising)


@settings(max_examples=50, deadline=None)
@given(overlaps(), powers, rescaled, st.sampled_from([1, 2, 100]))
def test_stable_and_unstable_alternate_and_exchanging_the_images_mirrors_them(pair, n, temperature, copies):
    aa, ab, bb = pair
    one = ReducedSystem(aa, ab, bb, n=n, temperature=temperature, copies=copies).fixed_points()
    stable = one.stable.values
    assert stable[0] and stable[-1] and (stable[1:] != stable[:-1]).all()
    other = ReducedSystem(bb, ab, aa, n=n, temperature=temperature, copies=copies).fixed_points()
    # two roots about to merge are known to the square root of rounding only
    if np.abs(one.eigenvalues[:, 0]).min() > 1e-3:
        assert np.allclose(other.alpha[::-1], one.alpha_b, rtol=0, atol=1e-9)
        assert np.allclose(other.ell[::-1], -one.ell, rtol=0, atol=1e-9)


def test_eigenvalues_are_the_rates_at_which_a_displacement_changes():
    system = paper_system(39)
    points = system.fixed_points()
    step = 1e-6
    for alpha, ell, expected in zip(points.alpha, points.ell, points.eigenvalues, strict=True):
        columns = [
            np.subtract(system.velocity(alpha + da, ell + dl), system.velocity(alpha - da, ell - dl))
            for da, dl in ((step, 0), (0, step))
        ]
        found = np.linalg.eigvals(np.transpose(columns) / (2 * step))
        assert np.allclose(sorted(found.real), sorted(expected.real), rtol=1e-4)


def test_orthogonal_images_rest_at_pure_ones():
    points = ReducedSystem(784, 0, 784, n=10, temperature=1000).fixed_points()
    assert points.stable[0] and np.allclose([points.alpha[0], points.ell[0]], [0, -1], atol=1e-15)
    assert points.stable[-1] and np.allclose([points.alpha_b[-1], points.ell[-1]], [0, 1], atol=1e-15)


@settings(max_examples=40, deadline=None)
@given(overlaps(), powers, rescaled)
def test_label_nullcline_separates_growing_from_falling_labels(pair, n, temperature):
    system = ReducedSystem(*pair, n=n, temperature=temperature)
    alpha = np.linspace(0.02, 0.98, 25)
    ell = system.label_nullcline(alpha)
    below, above = 0.999 * ell, np.clip(1.001 * ell, -1, 1)
    assert (system.velocity(alpha, below)[1] * np.sign(ell) >= 0).all()
    assert (system.velocity(alpha, above)[1] * np.sign(ell) <= 0).all()
    aa, ab, bb = pair
    more_a = alpha * aa + (1 - alpha) * ab - alpha * ab - (1 - alpha) * bb
    assert (ell * more_a >= 0).all()


@pytest.mark.parametrize("n", [6, 20, 30, 40])
def test_memory_nullcline_holds_the_fixed_points_and_ends_at_the_edges(n):
    system = paper_system(n)
    line, points = system.memory_nullcline(), system.fixed_points()
    branch = np.where(line.alpha_b < 0, -1, 1)
    shifts = 1e-9 * np.array([(1, 0), (-1, 0), (0, 1), (0, -1)])
    for sign in (-1, 1):
        on = branch == sign
        around = [
            system.velocity(np.clip(line.alpha[on] + da, -1, 1), np.clip(line.ell[on] + dl, -1, 1), sign)[0]
            for da, dl in shifts
        ]
        assert ((np.max(around, axis=0) >= 0) & (np.min(around, axis=0) <= 0)).all()
    for alpha, ell in zip(points.alpha.values, points.ell.values, strict=True):
        assert np.hypot(line.alpha - alpha, line.ell - ell).min() < 0.02
    for _, arc in line.groupby("arc"):
        ends = arc.isel(point=[0, -1])
        closed = float(ends.alpha[0]) == float(ends.alpha[1]) and float(ends.ell[0]) == float(ends.ell[1])
        assert closed or (np.abs(ends.ell) == 1).all()
        assert np.hypot(np.diff(arc.alpha), np.diff(arc.ell)).max() < 0.05


@pytest.mark.parametrize("rising", [True, False])
def test_arcs_of_a_saddle_are_joined_around_equal_corners(rising):
    """Where a cell's corners alternate in sign, each arc cuts off a corner where the field is above 0."""
    above = np.array([[rising, not rising], [not rising, rising]])
    number = {("x", 0, 0): 0, ("ell", 1, 0): 1, ("x", 0, 1): 2, ("ell", 0, 0): 3}
    links = {frozenset(link) for link in _links(number, above)}
    around = {(0, 0): {0, 3}, (1, 0): {0, 1}, (1, 1): {1, 2}, (0, 1): {2, 3}}  # the sides at each corner
    assert links == {frozenset(sides) for corner, sides in around.items() if above[corner]}


@pytest.mark.parametrize(
    ("move", "message"),
    [
        (lambda _: ReducedSystem(753, 800, 719, n=8, temperature=700), r"ab = 800.*Cauchy"),
        (lambda system: system.velocity(1.2, 0), r"alpha = 1\.2"),
        (lambda system: system.velocity(0.5, -3), r"ell = -3"),
        (lambda system: system.velocity(0.5, 0, branch=2), "branch = 2"),
        (lambda system: system.flow(0.9, -0.6, 0), r"\|alpha_a\| \+ \|alpha_b\| = 1\.5"),
        (lambda system: system.flow(0.45, -0.6, 0), r"\|alpha_a\| \+ \|alpha_b\| = 1\.05"),
    ],
)
def test_images_that_cannot_be_and_wrong_places_are_named(move, message):
    with pytest.raises(ValueError, match=message):
        move(paper_system(8))
