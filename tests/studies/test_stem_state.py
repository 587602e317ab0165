"""Holding memories at a high temperature, letting them go, and driving them back."""

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore import splits
from hopcore._threads import threads
from hopcore.studies import stem_state as stem

SMALL = {"n": 25, "rate": 0.04, "memories": 12, "dtype": "float32"}


def test_schedules():
    assert stem.hold_schedule(2, 3, 1.3, 0.85).tolist() == [1.3, 1.3, 0.85, 0.85, 0.85]
    assert stem.hold_schedule(0, 2, 1.3, 0.85).tolist() == [0.85, 0.85]
    assert stem.stairs([0.9, 1.0], 2).tolist() == [0.9, 0.9, 1.0, 1.0]
    with pytest.raises(ValueError, match="temperatures"):
        stem.stairs([0.9, -1.0], 2)
    with pytest.raises(ValueError, match="hot"):
        stem.hold_schedule(1, 1, 0, 0.85)


def test_without_a_hold_it_is_the_plain_run():
    found = stem.release(0, 200, 1.3, 0.85, seed=0, record_every=20, **SMALL)
    data = hopcore.training_set(seed=0)
    run = hopcore.train(data, rescaled_temperature=0.85, epochs=200, record_every=20, seed=0, **SMALL)
    counts = splits.recognised(run, data)
    np.testing.assert_array_equal(found.appeared, splits.appearance(counts))
    assert found.accuracy == counts.isel(epoch=-1).sum() / 200
    assert found.before.sum() == 0
    assert found.population.sum() <= 12


def test_heat_holds_memories_together_and_cold_lets_them_part():
    found = stem.release(400, 500, 1.3, 0.85, seed=0, record_every=20, **SMALL)
    assert found.held == 400
    assert found.spread < 0.05
    assert found.mean.argmax() == 1
    assert (found.population > 0).sum() > 3
    assert np.nanmin(found.appeared) >= 0
    assert np.nanmax(found.appeared) > 100


def test_a_release_is_the_run_of_its_schedule():
    """Hot for 100 epochs, the last of which ends with a pulse of noise of 1e−5; cold from then on."""
    found = stem.release(100, 400, 1.3, 0.85, seed=0, record_every=20, **SMALL)
    data = hopcore.training_set(seed=0)
    with threads(1):
        run = hopcore.train(
            data, rescaled_temperature=[1.3] * 100 + [0.85] * 400, epochs=500, record_every=20, seed=0,
            noise={"epochs": [100], "std": 1e-5}, **SMALL,
        )  # fmt: skip
    since = splits.appearance(splits.recognised(run, data).sel(epoch=slice(100, None)))
    assert np.isfinite(since).any()
    np.testing.assert_array_equal(found.appeared, since - 100)
    np.testing.assert_array_equal(found.image, run.memories.sel(epoch=100).values.mean(axis=0))
    shares = splits.category_paths(run, data).sel(epoch=100).values
    np.testing.assert_allclose(found.mean, shares.mean(axis=0))
    assert found.spread == pytest.approx(np.linalg.norm(shares - shares.mean(axis=0), axis=1).max())


def test_a_climb_keeps_the_end_of_each_step():
    found = stem.climb([0.85, 1.2, 0.85], 300, 100, seed=0, **SMALL)
    assert found.temperature.values.tolist() == [0.85, 0.85, 1.2, 0.85]
    data = hopcore.training_set(seed=0)
    schedule = [0.85] * 400 + [1.2] * 100
    run = hopcore.train(data, rescaled_temperature=schedule, epochs=500, seed=0, **SMALL)
    np.testing.assert_allclose(found.images[2], run.memories[-1], atol=2e-3)
    np.testing.assert_allclose(found.known[2], splits.recognised(run, data).sum() / 200, atol=0.02)
    assert found.off_path[0].max() < 1e-3  # where learning ended is on its path
    assert found.off_path[2].min() > 1e-3
    assert found.population.sizes == {"step": 4, "category": 10}


def test_total_variation():
    assert stem.total_variation([1, 1, 0], [2, 2, 0]) == 0
    assert stem.total_variation([1, 0], [0, 5]) == 1
    assert stem.total_variation([[3, 1]], [[1, 1]]).tolist() == [0.25]


def test_crossing():
    assert stem.crossing([1, 2, 3, 4], [1.0, 0.9, 0.4, 0.0], 0.5) == pytest.approx(2.8)
    assert np.isnan(stem.crossing([1, 2], [1.0, 0.9], 0.5))
    assert np.isnan(stem.crossing([1, 2], [0.1, 0.0], 0.5))


def test_melting_is_ranked_by_the_shares():
    shares = np.zeros((4, 3, 3))
    shares[0] = np.eye(3)
    shares[:, 0, 0] = [1, 0.9, 0.4, 0.1]  # melts at step 2
    shares[:, 1, 1] = [1, 0.3, 0.3, 0.1]  # at step 1
    shares[:, 2, 2] = [1, 0.9, 0.8, 0.7]  # never
    climbed = xr.Dataset({"shares": (("step", "memory", "category"), shares)})
    assert stem.melting_ranks(climbed, 3).tolist() == [2, 1, 3]
    assert stem.leaders(climbed) == [0, 1, 2]
