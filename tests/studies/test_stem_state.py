"""Holding memories at a high temperature, letting them go, and driving them back."""

import numpy as np
import pytest

import hopcore
from hopcore import splits
from hopcore._threads import threads
from hopcore.paper.scales import STEM_STATE
from hopcore.studies import stem_state as stem

SMALL = {"n": 25, "rate": 0.04, "memories": 12, "dtype": "float32"}
TINY, SEEDS = STEM_STATE["tiny"], (0, 1)


@pytest.mark.parametrize("held", [0, 100])
def test_a_release_is_the_run_of_its_schedule(held):
    """Hot for 100 epochs, the last of which ends with a pulse of noise of 1e−5; cold from then on."""
    found = stem.release(held, 400, 1.3, 0.85, seed=0, record_every=20, **SMALL)
    data = hopcore.training_set(seed=0)
    noise = {"noise": {"epochs": [held], "std": 1e-5}} if held else {}
    with threads(1):
        run = hopcore.train(
            data, rescaled_temperature=[1.3] * held + [0.85] * 400, epochs=held + 400, record_every=20,
            seed=0, **noise, **SMALL,
        )  # fmt: skip
    counts = splits.recognised(run, data)
    since = splits.appearance(counts.sel(epoch=slice(held, None)))
    assert np.isfinite(since).any()
    np.testing.assert_array_equal(found.appeared, since - held)
    assert found.accuracy == counts.isel(epoch=-1).sum() / 200
    np.testing.assert_array_equal(found.image, run.memories.sel(epoch=held).values.mean(axis=0))
    shares = splits.category_paths(run, data).sel(epoch=held).values
    assert found.spread == pytest.approx(np.linalg.norm(shares - shares.mean(axis=0), axis=1).max())
    assert found.before.sum() == 0 < found.population.sum() <= 12


def test_a_climb_keeps_the_end_of_each_step():
    found = stem.climb([0.85, 1.2, 0.85], 300, 100, seed=0, **SMALL)
    assert found.temperature.values.tolist() == [0.85, 0.85, 1.2, 0.85]
    data = hopcore.training_set(seed=0)
    schedule = [0.85] * 400 + [1.2] * 100
    with threads(1):  # as the climb: near a split another rounding grows
        run = hopcore.train(data, rescaled_temperature=schedule, epochs=500, seed=0, **SMALL)
    np.testing.assert_array_equal(found.images[2], run.memories[-1])
    assert found.known[2] == splits.recognised(run, data).sum() / 200
    assert found.off_path[0].max() < 1e-3  # where learning ended is on its path
    assert found.off_path[2].min() > 1e-3


@pytest.fixture(scope="module")
def held():
    return stem.hold(TINY, SEEDS)


def test_heat_holds_memories_together_and_cold_lets_them_part(held):
    assert held.population.sizes == {"hold": 6, "set": 2, "category": 10}
    hot = held.sel(hold=["1.3, 10", "1.3, 20"])
    assert (hot.spread < 0.05).all() and ((hot.population > 0).sum("category") > 5).all()
    assert (held.difference[0] == 0).all() and (held.difference[1] > 0).all()
    assert np.allclose(held.order[0], 1)
    ranks = splits.learning_ranks(held.appeared[[0, 3], 1])
    assert held.order[3, 1] == splits.rank_correlation(*ranks) < 1


def test_what_melts_comes_back_at_a_lower_temperature(held):
    climbed = stem.up_and_down(TINY, SEEDS)
    known, top = stem.ways(climbed), len(stem.STAIRS)
    assert climbed.temperature.values[[1, top, -1]].tolist() == [0.85, 1.4, 0.85]
    assert known.sizes == {"set": 2, "way": 2, "rescaled_temperature": top}
    assert (known.sel(rescaled_temperature=1.4) == climbed.known[:, top]).all()
    assert (known.sel(rescaled_temperature=0.9)[1] == climbed.known[1, [2, -2]].values).all()
    found = stem.melting(climbed, held.appeared[0])
    assert found.sizes == {"set": 2}
    assert (found.heating > found.cooling).all()
    assert (found.left < TINY.memories / 4).all() and (found.off_path > 0.01).all()
    afresh = stem.anew(TINY, 0)
    assert afresh[0] > 0.7 > 0.3 > afresh[-1]


def test_total_variation():
    assert stem.total_variation([[1, 1, 0], [1, 0, 0], [3, 1, 0]], [2, 2, 0]).tolist() == [0, 0.5, 0.25]


def test_melting_is_ranked_by_the_shares():
    shares = np.zeros((4, 3, 3))
    shares[0] = np.eye(3)
    shares[:, 0, 0] = [1, 0.9, 0.4, 0.1]  # melts at step 2
    shares[:, 1, 1] = [1, 0.3, 0.3, 0.1]  # at step 1
    shares[:, 2, 2] = [1, 0.9, 0.8, 0.7]  # never
    assert stem.melting_ranks(shares).tolist() == [2, 1, 3]
