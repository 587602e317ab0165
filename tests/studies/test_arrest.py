"""Arrest: populations over temperature, when digits vanish, and where arrested memories are."""

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore import plotting, splits
from hopcore.studies import arrest


def over_temperature(counts, hot=(0.8, 0.9, 1.0, 1.2)):
    return xr.DataArray(
        np.asarray(counts).T,
        {"rescaled_temperature": list(hot), "category": np.arange(len(counts))},
        ("rescaled_temperature", "category"),
    )


def test_a_memory_belongs_to_the_one_digit_with_a_high_label():
    labels = xr.DataArray(
        [[1.0, -1.0, 0.2], [0.99, 1.0, -1.0], [0.98, -1.0, -1.0], [-1.0, -1.0, 0.985]],
        dims=("memory", "category"),
    )
    digits = arrest.belongs(labels)
    assert digits.values.tolist() == [0, -1, -1, 2]
    assert arrest.populations(digits, 3).values.tolist() == [1, 0, 1]


def test_digits_vanish_between_two_temperatures():
    population = over_temperature([[5, 4, 0, 0], [0, 0, 0, 0], [5, 5, 5, 5], [9, 0, 2, 0], [1, 0, 0, 0]])
    found = arrest.vanishing_temperatures(population)
    assert found.dims == ("category",)
    np.testing.assert_allclose(found, [0.95, -np.inf, np.inf, 1.1, 0.85])
    np.testing.assert_allclose(
        arrest.vanishing_temperatures(population, 3), [0.95, -np.inf, np.inf, 0.85, -np.inf]
    )
    several = xr.concat([population, population + 1], "set")
    both = arrest.vanishing_temperatures(several)
    assert both.sizes == {"set": 2, "category": 5}
    assert (both[1] == np.inf).all()
    with pytest.raises(ValueError, match="rising temperatures"):
        arrest.vanishing_temperatures(population[::-1])


def test_ranks_share_ties_and_take_infinities():
    assert arrest.ranks([np.inf, 1.0, -np.inf, 1.0]).tolist() == [4, 2.5, 1, 2.5]
    assert arrest.group_ranks([(0, 2), (1,)], 3).tolist() == [1.5, 3, 1.5]
    with pytest.raises(ValueError, match="no NaN"):
        arrest.ranks([1.0, np.nan])


@pytest.fixture(scope="module")
def learnt():
    data = hopcore.training_set(digits=(1, 4, 7), per_digit=6, seed=0)
    run = hopcore.train(
        data, n=25, rescaled_temperature=0.9, rate=0.04, epochs=500, record_every=10, memories=30
    )
    return run, splits.split_tree(run)


def test_leaving_epochs_are_the_last_splits(learnt):
    _, tree = learnt
    epochs = arrest.leaving_epochs(tree)
    assert set(np.flatnonzero(np.isfinite(epochs))) == {1, 4, 7}
    paths = np.zeros((4, 3, 2))  # the first memory leaves after epoch 0, the other two part after 10
    paths[1:, 0], paths[2:, 1] = 1, -1
    nested = arrest.leaving_epochs(splits.build_tree(paths, [1, 4, 7], [0, 10, 20, 30]))
    assert nested[[1, 4, 7]].tolist() == [0, 10, 10]
    alone = splits.build_tree(np.zeros((2, 3, 4)), [4, 4, 4], [0, 10])
    assert np.isnan(arrest.leaving_epochs(alone)).all()
    last = tree.splits[-1]
    assert np.nanmax(epochs) == last.epoch
    for branch in last.branches:
        assert all(epochs[digit] == last.epoch for digit in branch.fates)


def test_a_run_is_on_its_own_landmarks_and_path(learnt):
    run, tree = learnt
    at_splits, at_ends = arrest.landmarks(tree, run)
    assert len(at_splits) == len(tree.splits)
    assert len(at_ends) == len(tree.fates)
    assert arrest.distances_to(at_splits, at_splits).max() < 1e-6
    last = run.memories.values[-1]
    grown = list(tree.fates[0].members)
    to_end, to_split = (arrest.distances_to(last[grown], places) for places in (at_ends, at_splits))
    assert np.median(to_end) < np.median(to_split) / 2
    assert arrest.distance_to_path(last, run).max() < 1e-6
    ink = np.ones((1, 784))
    assert arrest.distance_to_path(ink, run) == pytest.approx(
        np.sqrt(((run.memories.values - 1) ** 2).mean(axis=-1)).min(), rel=1e-6
    )
    with pytest.raises(ValueError, match="places"):
        arrest.distances_to(last, np.empty((0, 784)))


def test_heat_leaves_no_digit_but_the_first():
    data = hopcore.training_set(digits=(1, 4, 7), per_digit=6, seed=0)
    hot = hopcore.sweep(
        data, n=25, rescaled_temperature=[0.9, 1.3, 1.5], rate=0.04, epochs=500, memories=30, dtype="float32"
    )
    counts = arrest.populations(arrest.belongs(hot.labels)).isel(n=0, seed=0)
    assert (counts.sel(rescaled_temperature=0.9)[[1, 4, 7]] > 0).all()
    assert (counts.sel(rescaled_temperature=1.5)[[4, 7]] == 0).all()


def test_figures_of_arrest_are_drawn():
    counts = np.array([[20, 30], [10, 40], [0, 12]])
    panel = plotting.PopulationPanel("n = 25", [0.8, 0.9, 1.0], counts)
    assert len(plotting.population_panels([panel, panel], 100).figure.axes) == 2
    values = [[0.9, np.inf], [0.95, -np.inf]]
    strip = plotting.vanishing_strip(values, [0, 1], (0.8, 1.0), x_label="T")
    assert "svg" in strip.data().decode()[:400]
    memories = np.random.default_rng(0).uniform(-1, 1, (30, 784))
    frame = plotting.population_frame(memories, np.arange(30) % 11 - 1, "T", 50)
    widths = [bar.get_width() for bar in frame.figure.axes[1].patches]
    assert widths == [3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 3]
