"""Two images in full training, against the reduced system: starts, paths, settling, fixed points, parting."""

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore.reduced import splitting_flow
from hopcore.studies import two_memory_bifurcation as pairs
from hopcore.studies.leaving import parting

RATE = 0.0008


@pytest.fixture(scope="module")
def data():
    return hopcore.paper_pair()


@pytest.fixture(scope="module")
def split(data):
    """Two memories that start at the saddle of n = 39, apart by 1e-6, and the saddle."""
    flow = splitting_flow(pairs.paper_system(39, 700, data))
    saddle = flow.isel(point=int(flow.alpha.values.argmax()))
    offset = 1e-6 * np.array([1.0, -1.0])
    run = hopcore.train(
        data,
        n=39,
        rescaled_temperature=700 / 784,
        start=pairs.starts(data, float(saddle.alpha) + offset, float(saddle.ell) + offset),
        rate=RATE,
        epochs=1700,
        record_every=1,
    )
    return pairs.paths(run, data), saddle


def test_starts_are_what_paths_read(data):
    alpha, ell = [0.8, -0.3], [0.5, -0.2]
    run = hopcore.train(data, start=pairs.starts(data, alpha, ell), epochs=0, record_every=1)
    path = pairs.paths(run, data).isel(epoch=0)
    np.testing.assert_allclose(path.alpha_a, alpha, atol=1e-12)
    np.testing.assert_allclose(path.alpha_b, [0.2, 0.7], atol=1e-12)
    np.testing.assert_allclose(path.ell, ell)
    np.testing.assert_allclose(path.label_a + path.label_b, 0, atol=1e-15)
    np.testing.assert_allclose(path["size"], 1, atol=1e-12)
    assert (path.others == -1).all()


def test_the_papers_overlaps(data):
    assert np.round(pairs.overlaps(data)).tolist() == [753, 494, 719]
    system = pairs.paper_system(30, 700, data)
    assert (system.aa, system.ab, system.bb) == pairs.overlaps(data) and system.copies == 2


def test_more_than_two_images_are_refused():
    three = hopcore.training_set(digits=(1, 4, 7), per_digit=1)
    with pytest.raises(ValueError, match="two images"):
        pairs.overlaps(three)


def path_of(size, sums, others, alpha):
    """`paths` of two memories from lists over epochs."""
    columns = {"size": size, "label_a": sums, "others": others}
    values = {name: (("epoch", "memory"), np.repeat(np.c_[each], 2, 1)) for name, each in columns.items()}
    values["label_b"] = (("epoch", "memory"), np.zeros((len(size), 2)))
    values["alpha_a"] = (("epoch", "memory"), np.c_[alpha, np.zeros(len(size))])
    return xr.Dataset(values, coords={"epoch": 10 * np.arange(len(size))})


def test_settling_reads_the_first_times():
    path = path_of(
        size=[0.1, 0.5, 1.0, 0.9, 1.0],
        sums=[0.4, 0.01, 0.0, 0.0, 0.0],
        others=[0.0, -0.92, -0.97, -1.0, -1.0],
        alpha=[0.0, 0.0, 0.0, 0.0, 0.5],
    )
    found = pairs.settling(path, rate=0.01)
    assert (found.opposite, found.silent, found.on_constraint, found.split) == pytest.approx(
        (0.1, 0.2, 0.2, 0.4)
    )
    assert found.loss == pytest.approx(0.1) and found.before_split
    early = path.assign(alpha_a=(("epoch", "memory"), np.c_[[0, 0.1, 0.2, 0.3, 0.4], np.zeros(5)]))
    assert not pairs.settling(early, rate=0.01).before_split


def test_what_never_settles_is_nan_and_not_before_the_split():
    path = path_of([0.1] * 3, [0.0] * 3, [-1.0] * 3, [0.0] * 3)
    found = pairs.settling(path, rate=0.01)
    assert np.isnan(found.on_constraint) and np.isnan(found.split) and np.isnan(found.loss)
    assert not found.before_split


@pytest.mark.parametrize(("on_constraint", "split"), [(0.4, 0.4), (0.4, 0.5), (0.4, np.nan), (0.41, 0.4)])
def test_what_holds_just_when_memories_part_held_before(on_constraint, split):
    found = pairs.Settling(0.1, 0.2, on_constraint, split, 0.0)
    assert found.before_split == (not on_constraint > split)


@pytest.mark.parametrize("alpha", [0.9, 0.1])
def test_full_training_of_one_memory_ends_at_the_reduced_fixed_point(data, alpha):
    n = [8.0, 15.0, 30.0, 50.0]
    found = pairs.trained_fixed_points(data, n, temperature=700, alpha=alpha, rate=0.002, epochs=5000)
    assert abs(found.trained_alpha - found.alpha).max() < 0.002
    assert abs(found.trained_ell - found.ell).max() < 0.002
    # at n = 30 there is one fixed point for both starts, elsewhere one on each side
    assert ((found.alpha > 0.5).values == [alpha > 0.5, alpha > 0.5, False, alpha > 0.5]).all()


def test_a_pair_at_the_saddle_parts_along_the_linearised_flow(split):
    path, saddle = split
    found = parting(path, saddle, RATE)
    assert found.compared[0] == 0 and found.linearised.shape == (found.compared.size, 2)
    assert found.angle < 0.1 and found.nearest < 1e-3
    # training takes steps, the flow none: the rates differ by half a step, 0.3 %
    assert abs(found.growth_error) < 0.005
    assert found.error < 0.05
    size = np.hypot(*found.simulated[found.compared[-1]])
    assert 0.01 < size < 0.0101


def test_a_parting_measures_a_known_flow():
    """d' = [[0, 1], [1, 0]] d from (s, 0): d = s (cosh t, sinh t), which turns to (1, 1) and grows as e^t."""
    epochs, rate, start = np.arange(600), 0.01, 1e-4
    half = start * np.stack([np.cosh(rate * epochs), np.sinh(rate * epochs)], axis=-1)
    places = np.array([0.5, 0.1]) + np.stack([half, -half], axis=1)
    path = xr.Dataset(
        {"alpha_a": (("epoch", "memory"), places[..., 0]), "ell": (("epoch", "memory"), places[..., 1])},
        {"epoch": epochs},
    )
    saddle = xr.Dataset(
        {
            "matrix": (("rate", "difference"), [[0.0, 1.0], [1.0, 0.0]]),
            "direction": ("difference", np.sqrt([0.5, 0.5])),
            "alpha": 0.5,
            "ell": 0.1,
            "growth": 1.5,  # half more than it is, to see what is told of the difference
        }
    )
    found = parting(path, saddle, rate)
    np.testing.assert_allclose(found.simulated, half, rtol=1e-9)
    np.testing.assert_allclose(found.linearised, half[: len(found.compared)], rtol=1e-9)
    assert np.hypot(*half[found.compared[-1] - 1]) <= 0.01 < np.hypot(*half[found.compared[-1]])
    assert found.growth == pytest.approx(1, rel=1e-4)
    assert found.growth_error == pytest.approx(0.5, rel=1e-3)
    assert found.error < 1e-9 and found.nearest < 1e-12 and found.angle < 0.1


def test_a_pair_that_stays_away_or_together_is_refused(split):
    path, saddle = split
    with pytest.raises(ValueError, match="must come within"):
        parting(path, saddle.assign(alpha=saddle.alpha + 0.2), RATE)
    with pytest.raises(ValueError, match=r"then part by 0\.01"):
        parting(path.isel(epoch=slice(0, 300)), saddle, RATE)
