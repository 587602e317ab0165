"""Arrest: populations over temperature, when digits vanish, and where arrested memories are."""

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore import splits
from hopcore.paper.scales import ARREST
from hopcore.studies import arrest

TINY, SEEDS = ARREST["tiny"], (0, 1)


def test_a_memory_belongs_to_the_one_digit_with_a_high_label():
    labels = [[1.0, -1.0, 0.2], [0.99, 1.0, -1.0], [0.98, -1.0, -1.0], [-1.0, -1.0, 0.985]]
    digits = arrest.belongs(xr.DataArray(labels, dims=("memory", "category")))
    assert digits.values.tolist() == [0, -1, -1, 2]
    assert arrest.populations(digits, 3).values.tolist() == [1, 0, 1]


def test_digits_vanish_between_two_temperatures():
    counts = np.array([[5, 4, 0, 0], [0, 0, 0, 0], [5, 5, 5, 5], [9, 0, 2, 0], [1, 0, 0, 0]])
    hot = {"rescaled_temperature": [0.8, 0.9, 1.0, 1.2]}
    population = xr.DataArray(counts, hot, ("category", *hot))
    found = arrest.vanishing_temperatures(xr.concat([population, population + 1], "set"))
    assert found.dims == ("set", "category")
    np.testing.assert_allclose(found[0], [0.95, -np.inf, np.inf, 1.1, 0.85])
    assert (found[1] == np.inf).all()
    stricter = arrest.vanishing_temperatures(population, 3)
    np.testing.assert_allclose(stricter, [0.95, -np.inf, np.inf, 0.85, -np.inf])
    with pytest.raises(ValueError, match="rising temperatures"):
        arrest.vanishing_temperatures(population[:, ::-1])


def test_orders_by_group_and_read_backwards():
    assert arrest.group_ranks([(0, 2), (1,)], 3).tolist() == [1.5, 3, 1.5]
    vanished = [np.inf, 1.0, -np.inf, 0.9]
    assert arrest.read_backwards(vanished, [10, 20, 90, 40]) == pytest.approx(1)
    assert arrest.read_backwards(vanished, [10, 90, np.nan, 40]) == pytest.approx(0.5)  # ranks 3 2 1, 3 1 2


def test_leaving_epochs_are_the_last_splits():
    paths = np.zeros((4, 3, 2))  # the first memory leaves after epoch 0, the other two part after 10
    paths[1:, 0], paths[2:, 1] = 1, -1
    nested = arrest.leaving_epochs(splits.build_tree(paths, [1, 4, 7], [0, 10, 20, 30]))
    assert nested[[1, 4, 7]].tolist() == [0, 10, 10]
    assert np.isnan(np.delete(nested, [1, 4, 7])).all()
    alone = splits.build_tree(np.zeros((2, 3, 4)), [4, 4, 4], [0, 10])
    assert np.isnan(arrest.leaving_epochs(alone)).all()


@pytest.fixture(scope="module")
def heated():
    return arrest.heat(TINY, SEEDS, dtype="float32")


@pytest.fixture(scope="module")
def learnt():
    return arrest.learn(TINY, SEEDS)


def test_sets_are_learnt_at_every_temperature(heated):
    assert heated.population.sizes == {"set": 2, "rescaled_temperature": 5, "category": 10}
    assert heated.rescaled_temperature.values.tolist() == list(TINY.temperatures)
    coldest, hottest = heated.population[:, 0], heated.population[:, -1]
    assert ((coldest > 0).sum("category") > 6).all()
    assert (hottest.sel(category=1) == TINY.memories).all()
    data = hopcore.training_set(per_digit=TINY.per_digit, seed=1)
    one = hopcore.sweep(
        data, n=25, rescaled_temperature=TINY.temperatures[2], seed=1,
        rate=TINY.rate, epochs=TINY.epochs, memories=TINY.memories, dtype="float32",
    )  # fmt: skip
    np.testing.assert_array_equal(heated.memories[1, 2], one.memories.squeeze())
    few = {"rate": 0.2, "epochs": 20, "dtype": "float32", "temperatures": TINY.fewer}
    supplement = arrest.heat(TINY, [1], n=(15, 40), **few)
    assert supplement.digit.sizes == {"set": 1, "n": 2, "rescaled_temperature": 3, "memory": TINY.memories}


def test_neither_precision_nor_rate_matters_much(heated):
    found = arrest.controls(TINY, heated)
    assert found["temperatures"] == 5
    assert max(found["double"], found["quarter"]) <= TINY.memories / 5


def test_learning_beside_heat_is_that_of_figure_3(learnt):
    run, tree = learnt[1].run, learnt[1].tree
    assert (run.attrs["rate"], run.epoch.values[-1]) == (TINY.rate / 2, 1500)
    assert run.attrs["rescaled_temperature"] == pytest.approx(670 / 784)
    assert np.nanmax(arrest.leaving_epochs(tree)) == tree.splits[-1].epoch
    assert np.isfinite(arrest.leaving_epochs(tree)).sum() == len(tree.fates)
    assert np.nanargmin(learnt[1].appeared) == 1
    assert all((each.digits == each.fates).all() for each in learnt.values())  # however many are arrested
    at_splits, at_ends = arrest.landmarks(tree, run)
    assert len(at_splits) == len(tree.splits)
    grown = run.memories.values[-1, list(tree.fates[-1].members)]
    np.testing.assert_allclose(at_ends[-1], grown.mean(axis=0))
    vanished = xr.DataArray([arrest.leaving_epochs(learnt[0].tree), -learnt[1].appeared], dims=("set", "c"))
    found = arrest.backwards(vanished.fillna(9e9), learnt)
    assert found.tree[0] == pytest.approx(-1) and found.learning[1] == pytest.approx(1)


def test_arrested_memories_are_beside_their_tree(heated, learnt):
    found = arrest.whereabouts(heated, learnt)
    assert (found.distance.notnull().any("to") == (found.arrested > 0)).all()
    state = heated.isel(set=1, rescaled_temperature=2)
    stuck = state.memories.values[(state.labels <= 0.98).all("category")]
    assert found.arrested[1, 2] == len(stuck) > 10
    at_splits, _ = arrest.landmarks(learnt[1].tree, learnt[1].run)
    nearest = [np.sqrt(((each - at_splits) ** 2).mean(axis=1)).min() for each in stuck]
    assert found.distance[1, 2].sel(to="saddle") == pytest.approx(np.median(nearest), rel=1e-5)
    assert found.distance[1, 2].sel(to="valley") < found.distance[1, 2].sel(to="end")
