"""Trajectories of the reduced system and the splitting of two memories, against the full network."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reduced_reference import coefficients, epoch, images_with_overlaps, pair_state

from hopcore.reduced import ReducedSystem, split_path, splitting_flow, trajectories, trajectory

PAIR = (753, 494, 719)


@pytest.fixture(scope="module")
def images():
    """Two images with the overlaps of the paper's pair and all four pairs of signs."""
    made = images_with_overlaps(*PAIR, shared=700)
    assert (made[0] @ made[0], made[0] @ made[1], made[1] @ made[1]) == PAIR
    assert {(a, b) for a, b in made.T if a and b} == {(1, 1), (1, -1), (-1, 1), (-1, -1)}
    return made


def paper_system(n, temperature=700):
    return ReducedSystem(*PAIR, n=n, temperature=temperature, copies=2)


# --- trajectories ---------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [3, 15, 39, 50])
@pytest.mark.parametrize("start", [(0.8, None, 0.5), (0.001, 0.0005, -0.01), (0.3, None, -0.9)])
def test_learning_arrives_at_a_stable_fixed_point(n, start):
    alpha, alpha_b, ell = start
    system = paper_system(n)
    path = trajectory(system, alpha, ell, alpha_b=alpha_b)
    points = system.fixed_points()
    distance = np.abs(points.alpha.values - float(path.alpha[-1])) + np.abs(
        points.ell.values - float(path.ell[-1])
    )
    assert path.attrs["arrived"] == 1
    assert distance.min() < 1e-4 and points.stable.values[distance.argmin()]
    size = np.abs(path.alpha) + np.abs(path.alpha_b)
    # on the way it may leave the constraint: a memory with the wrong label is unlearnt first
    assert size.max() < 1 + 1e-6 and size[-1] > 1 - 1e-6
    assert (path.attrs["reached_constraint"] > 0) == (alpha_b is not None)


@pytest.mark.parametrize("n", [15, 39])
def test_a_trajectory_is_the_limit_of_training(images, n):
    rate, times = 2e-3, (0.3, 0.8, 1.5)
    path = trajectory(paper_system(n), 0.05, 0.02, alpha_b=0.3)
    memories, labels, targets = pair_state(0.05, 0.3, 0.02, images, copies=2)
    done = 0
    for time in times:
        while done < round(time / rate):
            memories, labels = epoch(memories, labels, images, targets, n, 700, rate)
            done += 1
        trained = [*coefficients(memories, images)[0], labels[0, 0]]
        expected = [np.interp(time, path.time, path[name]) for name in ("alpha", "alpha_b", "ell")]
        assert np.allclose(np.array(trained, dtype=float), expected, rtol=0, atol=5e-3)


def test_a_memory_that_activates_nothing_stays():
    path = trajectory(paper_system(8), -0.5, 1.0, alpha_b=0.2, duration=3)
    assert float(path.time[-1]) == 3 and path.attrs["arrived"] == 0
    assert np.isnan(path.attrs["reached_constraint"]) and path.attrs["reached_clipping"] == 0
    assert (path.alpha == -0.5).all() and (path.ell == 1).all()


def test_labels_are_clipped_on_the_way():
    path = trajectory(paper_system(50), 0.3, -0.9)
    assert path.attrs["reached_clipping"] > 0 and float(path.ell[-1]) == pytest.approx(-1, abs=1e-6)


def test_an_integration_that_gives_up_says_where(monkeypatch):
    system = ReducedSystem(753, 494, 719, n=30, temperature=700, copies=2)
    stopped = SimpleNamespace(success=False, t=[0.25], message="too small a step")
    with monkeypatch.context() as patch:
        patch.setattr(trajectories, "solve_ivp", lambda *arguments, **options: stopped)
        with pytest.raises(RuntimeError, match=r"stopped at time 0\.25: too small a step"):
            trajectory(system, 0.9, 0.0)
    monkeypatch.setattr(trajectories, "_MOST_EVALUATIONS", 3)
    with pytest.raises(RuntimeError, match="turns too fast to be followed at time"):
        trajectory(system, 0.9, 0.0)


def test_a_start_beyond_the_limits_is_refused():
    with pytest.raises(ValueError, match=r"\|alpha\| \+ \|alpha_b\|"):
        trajectory(paper_system(8), 0.9, 0, alpha_b=0.3)
    with pytest.raises(ValueError, match=r"ell = 1\.5"):
        trajectory(paper_system(8), 0.9, 1.5)
    with pytest.raises(ValueError, match="duration = 0"):
        trajectory(paper_system(8), 0.9, 0, duration=0)


# --- splitting ------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [20, 30, 39])
def test_two_memories_part_along_the_linearised_flow(images, n):
    system = paper_system(n)
    flow = splitting_flow(system)
    epochs = 500
    for at in np.flatnonzero(flow.stable):
        here = flow.isel(point=at)
        rate = 0.5 / float(here.growth) / epochs
        memories, labels, targets = pair_state(
            float(here.alpha), float(here.alpha_b), float(here.ell), images, copies=2
        )
        start = np.array([1e-6, -3e-6])
        shift = np.outer([1, -1], start)
        memories = memories + shift[:, :1] * (images[0] - images[1])
        labels[:, 0] += shift[:, 1]
        labels[:, 1] -= shift[:, 1]
        for _ in range(epochs):
            memories, labels = epoch(memories, labels, images, targets, n, 700, rate)
        parted = (
            np.array([np.diff(coefficients(memories, images)[::-1, 0])[0], labels[0, 0] - labels[1, 0]]) / 2
        )
        expected = split_path(here.matrix, start, [rate * epochs])[0]
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
    assert np.allclose(
        np.einsum("pij,pj->pi", matrix, flow.direction),
        flow.growth.values[:, None] * flow.direction.values,
        rtol=1e-7,
    )


def test_a_split_grows_along_its_direction():
    here = splitting_flow(paper_system(39)).isel(point=0)
    path = split_path(here.matrix, 1e-8 * here.direction, [0, 0.5, 1.0])
    assert np.allclose(
        path, 1e-8 * np.outer(np.exp(float(here.growth) * np.array([0, 0.5, 1])), here.direction)
    )
