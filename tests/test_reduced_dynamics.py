"""Trajectories of the reduced system and the splitting of two memories, against the full network."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain import epoch
from reduced_reference import coefficients, pair_state
from scipy.linalg import expm

import hopcore
from hopcore.reduced import ReducedSystem, splitting_flow, trajectories, trajectory

IMAGES = hopcore.paper_pair().images


def paper_system(n, temperature=700):
    (aa, ab), (_, bb) = IMAGES @ IMAGES.T
    return ReducedSystem(aa, ab, bb, n=n, temperature=temperature, copies=2)


@pytest.mark.parametrize("n", [3, 15, 39, 50])
@pytest.mark.parametrize("start", [(0.8, None, 0.5), (0.001, 0.0005, -0.01), (0.3, None, -0.9)])
def test_learning_arrives_at_a_stable_fixed_point(n, start):
    alpha, alpha_b, ell = start
    system = paper_system(n)
    path = trajectory(system, alpha, ell, alpha_b=alpha_b)
    points = system.fixed_points()
    distance = (np.abs(points.alpha - path.alpha[-1]) + np.abs(points.ell - path.ell[-1])).values
    assert path.attrs["arrived"] == 1
    assert distance.min() < 1e-4 and points.stable.values[distance.argmin()]
    size = np.abs(path.alpha) + np.abs(path.alpha_b)
    # on the way it may leave the constraint: a memory with the wrong label is unlearnt first
    assert size.max() < 1 + 1e-6 and size[-1] > 1 - 1e-6
    assert (path.attrs["reached_constraint"] > 0) == (alpha_b is not None)
    assert (path.attrs["reached_clipping"] > 0) == (abs(points.ell.values[distance.argmin()]) == 1)


@pytest.mark.parametrize("n", [15, 39])
def test_a_trajectory_is_the_limit_of_training(n):
    rate = 2e-3
    path = trajectory(paper_system(n), 0.05, 0.02, alpha_b=0.3)
    memories, labels, targets = pair_state(0.05, 0.3, 0.02, IMAGES, copies=2)
    for step in range(1, 751):
        memories, labels = epoch(memories, labels, IMAGES, targets, n, 700, rate)
        if step in (150, 400, 750):
            trained = np.array([*coefficients(memories, IMAGES)[0], labels[0, 0]], dtype=float)
            expected = [np.interp(step * rate, path.time, path[name]) for name in ("alpha", "alpha_b", "ell")]
            assert np.allclose(trained, expected, rtol=0, atol=5e-3)


def test_a_memory_that_activates_nothing_stays():
    path = trajectory(paper_system(8), -0.5, 1.0, alpha_b=0.2, duration=3)
    assert float(path.time[-1]) == 3 and path.attrs["arrived"] == 0
    assert np.isnan(path.attrs["reached_constraint"]) and path.attrs["reached_clipping"] == 0
    assert (path.alpha == -0.5).all() and (path.ell == 1).all()


def test_an_integration_that_gives_up_says_where(monkeypatch):
    system = paper_system(30)
    stopped = SimpleNamespace(success=False, t=[0.25], message="too small a step")
    with monkeypatch.context() as patch:
        patch.setattr(trajectories, "solve_ivp", lambda *arguments, **options: stopped)
        with pytest.raises(RuntimeError, match=r"stopped at time 0\.25: too small a step"):
            trajectory(system, 0.9, 0.0)
    monkeypatch.setattr(trajectories, "_MOST_EVALUATIONS", 3)
    with pytest.raises(RuntimeError, match="turns too fast to be followed at time"):
        trajectory(system, 0.9, 0.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha_b": 0.3}, r"\|alpha_a\| \+ \|alpha_b\|"),
        ({"ell": 1.5}, r"ell = 1\.5"),
        ({"duration": 0}, "duration = 0"),
    ],
)
def test_a_start_beyond_the_limits_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        trajectory(paper_system(8), **{"alpha": 0.9, "ell": 0, **options})


@pytest.mark.parametrize("n", [20, 30, 39])
def test_two_memories_part_along_the_linearised_flow(n):
    flow, epochs = splitting_flow(paper_system(n)), 500
    for at in np.flatnonzero(flow.stable):
        here = flow.isel(point=at)
        rate = 0.5 / float(here.growth) / epochs
        place = (float(here[name]) for name in ("alpha", "alpha_b", "ell"))
        memories, labels, targets = pair_state(*place, IMAGES, copies=2)
        start = np.array([1e-6, -3e-6])
        shift = np.outer([1, -1], start)
        memories = memories + shift[:, :1] * (IMAGES[0] - IMAGES[1])
        labels[:, :2] += shift[:, 1:] * [1, -1]
        for _ in range(epochs):
            memories, labels = epoch(memories, labels, IMAGES, targets, n, 700, rate)
        both = np.column_stack([coefficients(memories, IMAGES)[:, 0], labels[:, 0]])
        parted = (both[0] - both[1]) / 2
        expected = expm(here.matrix.values * rate * epochs) @ start
        assert np.abs(expected - start).max() > 0.1 * np.abs(start).max()
        assert np.allclose(parted.astype(float), expected, rtol=0, atol=2e-3 * np.abs(expected).max())


@settings(max_examples=30, deadline=None)
@given(st.floats(2, 60), st.floats(0.3, 0.9), st.floats(0.8, 1), st.floats(0.75, 1.2))
def test_a_saddle_with_a_free_label_always_splits(n, ab, bb, temperature):
    flow = splitting_flow(ReducedSystem(1, ab * bb, bb, n=n, temperature=temperature, copies=2))
    free = np.abs(flow.ell.values) < 1
    matrix = flow.matrix.values
    assert (np.linalg.det(matrix[free]) < 0).all() and (flow.growth.values[free] > 0).all()
    assert (matrix[~free][:, 1] == 0).all()
    turned = np.einsum("pij,pj->pi", matrix, flow.direction)
    assert np.allclose(turned, flow.growth.values[:, None] * flow.direction.values, rtol=1e-7)
