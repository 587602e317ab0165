"""Differences between memories that nobody trains: against the crowd, and the reduced system's known rate."""

import numpy as np
import pytest

import hopcore
from hopcore import splits
from hopcore.reduced import ReducedSystem, splitting_flow

RATE = 0.01


@pytest.fixture(scope="module")
def few():
    return hopcore.training_set(per_digit=2, seed=0)


@pytest.fixture(scope="module")
def grown(few):
    return splits.growth(few, n=20, rescaled_temperature=0.85, memories=20, rate=RATE, epochs=250)


@pytest.mark.parametrize("n", [30, 40])
def test_at_a_saddle_of_two_images_it_is_the_known_rate(n):
    """The reduced system's, an independent derivation in closed form, in steps of the rate."""
    pair, rate = hopcore.paper_pair(), 0.005
    temperature = 700 / 784
    path = splits.growth(pair, n=n, rescaled_temperature=temperature, memories=2, rate=rate, epochs=1200)
    slope = np.diff(path.growth.values[[-200, -1]]).item() / (199 * rate)

    first, second = pair.images
    overlaps = first @ first, first @ second, second @ second
    flow = splitting_flow(ReducedSystem(*overlaps, n=n, temperature=700, copies=2))
    alpha = hopcore.coefficients(path.memory.values, pair)[0]
    at = flow.isel(point=int(abs(flow.alpha.values - alpha).argmin()))
    assert at.alpha == pytest.approx(alpha, abs=2e-3)
    assert slope == pytest.approx(np.log1p(rate * at.growth.item()) / rate, rel=0.01)


def test_a_start_along_the_line_ends_along_it(few, grown):
    """Half of the memories on either side; to the order of the rate in the limits of pixels and labels."""
    apart = 1e-9 * np.repeat([1, -1], 10)[:, None]
    start = -0.003 + apart * grown.memory_start.values, -0.003 + apart * grown.label_start.values
    np.testing.assert_allclose(splits.coordinates(grown, *start), apart[:, 0], rtol=1e-6)
    run = hopcore.train(few, n=20, rescaled_temperature=0.85, rate=RATE, epochs=250, start=start)
    memories, labels = run.memories.values[-1], run.labels.values[-1]
    for name, ended in (("memory_lead", memories), ("label_lead", labels)):
        lead = grown[name].values
        np.testing.assert_allclose((ended[0] - ended[-1]) / 2e-9, lead, atol=0.04 * np.abs(lead).max())
    np.testing.assert_allclose(memories.mean(axis=0), grown.memory, atol=1e-6)


@pytest.mark.parametrize("n", [3, 20])
def test_the_spread_of_a_crowd_is_as_foretold(few, n):
    """While it is small; to what the spread of 400 normal numbers is uncertain by."""
    options = {
        "n": n,
        "rescaled_temperature": 0.85,
        "memories": 400,
        "rate": RATE,
        "epochs": 150 if n == 3 else 250,
    }
    run = hopcore.train(few, start=hopcore.RandomStart(spread=1e-9), record_every=10, **options)
    spread = run.memories.std("memory")
    measured = np.log((spread**2).mean("pixel") ** 0.5 / 1e-9)
    path = splits.growth(few, **options)
    foretold = path.growth.sel(epoch=run.epoch)
    small = (foretold > 1.5) & (foretold < 12)
    np.testing.assert_allclose(measured[small], foretold[small], atol=0.15)
    assert small.sum() > 5 and foretold[small][-1] > 8
    stopped = splits.growth(few, until=3.0, **options)
    assert stopped.growth[-1] >= 3 > stopped.growth[-2]
    np.testing.assert_array_equal(stopped.growth, path.growth[: stopped.sizes["epoch"]])


@pytest.mark.parametrize(("groups", "members"), [(3, 7), (8, 2), (2, 10)])
def test_a_memory_in_the_place_of_equal_ones_learns_as_they_do(few, grown, groups, members):
    start = splits.on_a_line(grown, 1e-5, groups)
    options = {"n": 20, "rate": RATE / 5, "epochs": 500}
    alone = hopcore.train(few, start=start, rescaled_temperature=0.85 / members ** (1 / 20), **options)
    copies = tuple(np.repeat(each, members, axis=0) for each in start)
    crowd = hopcore.train(few, start=copies, rescaled_temperature=0.85, **options)
    for name in ("memories", "labels"):
        each = np.repeat(alone[name].values[-1], members, axis=0)
        np.testing.assert_allclose(crowd[name].values[-1], each, atol=1e-10)


def test_a_normal_distribution_in_equal_parts():
    np.testing.assert_allclose(splits.quantiles(2), np.sqrt(2 / np.pi) * np.array([-1, 1]))
    assert splits.quantiles(1) == pytest.approx(0)
    many = splits.quantiles(1000)
    drawn = np.sort(np.random.default_rng(0).normal(size=200_000)).reshape(1000, 200).mean(axis=1)
    np.testing.assert_allclose(many[10:-10], drawn[10:-10], atol=0.05)
    assert many.std() == pytest.approx(1, abs=1e-3)


def test_the_same_image_twice_counts_as_two(few):
    """Weights of the images are not unique then, the growth is."""
    twice = hopcore.TrainingSet(np.repeat(few.images, 2, axis=0), np.repeat(few.digits, 2))
    options = {"n": 20, "rescaled_temperature": 0.85, "rate": RATE, "epochs": 150}
    once, found = (splits.growth(data, **options) for data in (few, twice))
    np.testing.assert_allclose(found.growth, once.growth, atol=1e-6)
    np.testing.assert_allclose(found.singular[:5], once.singular[:5], rtol=1e-6)


def test_wrong_arguments_are_named(few, grown):
    options = {"n": 20, "rescaled_temperature": 0.85, "epochs": 2}
    for wrong in ({"n": 1}, {"memories": 0}, {"rescaled_temperature": -1}, {"rate": 0}, {"until": np.nan}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            splits.growth(few, **{**options, **wrong})
    with pytest.raises(ValueError, match="spread"):
        splits.on_a_line(grown, 0, 5)
    with pytest.raises(ValueError, match="count"):
        splits.on_a_line(grown, 1e-5, 0)
    with pytest.raises(ValueError, match="labels"):
        splits.coordinates(grown, np.zeros((2, 784)), np.zeros((3, 10)))
