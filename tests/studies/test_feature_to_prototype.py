"""Networks from feature to prototype; thresholds, plateaus and spreads are found where they were put."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore.paper.scales import FEATURE_TO_PROTOTYPE
from hopcore.studies import feature_to_prototype as transition
from hopcore.studies.feature_to_prototype import dwell, fall, memories_responding, rise, smooth_curve

TINY = FEATURE_TO_PROTOTYPE["tiny"]
DIMS = ("n", "rescaled_temperature", "memory")


@pytest.fixture(scope="module")
def data():
    return hopcore.training_set(per_digit=20, seed=0)


@pytest.fixture(scope="module")
def networks(data):
    return transition.trained(data, TINY.n, TINY.figure_2, seed=0, dtype="float32", memories=TINY.memories)


def test_networks_are_those_of_a_sweep_at_their_pace(data, networks):
    assert networks.coefficients.shape == (6, 3, 8, 200) and networks.images_needed.dims == DIMS
    how = {"memories": 8, "rate": TINY.figure_2[1].rate, "epochs": TINY.figure_2[1].epochs}
    alone = hopcore.sweep(data, n=10, rescaled_temperature=750 / 784, dtype="float32", **how)
    np.testing.assert_array_equal(networks.memories[1, 2], alone.memories.squeeze())
    largest = transition.largest_coefficient(networks)
    assert largest[2, 1, 3] == abs(networks.coefficients[1, 2, 3]).max()


def test_the_make_up_of_memories_that_are_known(data, networks):
    made = networks.isel(n=[0], rescaled_temperature=[0], memory=slice(3)).copy(deep=True)
    made.coefficients[:] = 0
    made.coefficients[..., 0], made.coefficients[..., 50], made.coefficients[..., 51] = 0.6, -0.2, 0.4
    made.labels[:] = -1
    made.labels[0, 0, 0, 0], made.labels[0, 0, 1, :2] = 1, 1
    made.images_needed[:] = [1, 2, 90]
    found = {"largest": 0.6, "negative": 1 / 6, "one_digit": 0.5, "images": 2, "one_label": 1 / 3}
    made_up = transition.make_up(made, data)
    assert {name: made_up[name].item() for name in made_up} == pytest.approx(found)


def test_labels_are_counted_by_the_sign_of_their_digits_share(data, networks):
    made = networks.isel(n=[0], rescaled_temperature=[0], memory=[0]).copy(deep=True)
    made.coefficients[:] = np.where(data.digits < 4, 0.1, -0.1)
    made.labels[:] = [1, 1, 1, -1, -1, -1, -1, 1, 0, 0.5]
    found = transition.labels_by_sign(made, data).squeeze()
    assert (found.positive, found.negative) == (0.75, 0.5)


def test_pixels_of_images_are_mostly_extreme_in_every_draw():
    found = transition.extreme_pixels([0, 1], per_digit=2)
    norms = (hopcore.training_set(per_digit=2, seed=1).images ** 2).sum(axis=1)
    assert found.spread[1] == pytest.approx(norms.std() / norms.mean())
    assert (found.least < found.extreme).all() and (found.least > 0.5).all()


def test_a_network_that_has_only_begun_is_one_group_that_moves(data):
    pace = replace(TINY.figure_2[1], rate=0.001, epochs=40)
    found = transition.rests(data, 25, pace, [0, 1], memories=8)
    assert found.sizes == {"seed": 2} and (found.grouped == 1).all() and (found.speed > 0.9).all()
    assert found.parting.isin([0, 1]).all() and np.isfinite(found.fastest).all()


def test_responding_is_a_mean_over_the_images(data, networks):
    one = memories_responding(networks.memories[2, 1], data.images, 25).mean()
    assert transition.responding(networks, data)[2, 1] == pytest.approx(one)


def test_spreads_are_one_for_the_images_and_zero_for_copies(data):
    embedding = hopcore.fit_embedding(data, neighbours=10, epochs=20)
    chosen = np.array([[range(40)], [[7] * 20 + [21] * 20]])  # n, temperature, memory
    made = {"memories": ((*DIMS, "pixel"), data.images[chosen])}
    made["places"] = ((*DIMS, "axis"), embedding.coordinates[chosen])
    made = xr.Dataset(made, {"n": [5, 9], "rescaled_temperature": [0.9]})
    found = transition.spreads(made, embedding, data).squeeze()
    assert found.nearest.values.tolist() == [40, 2]
    lengths = found.drop_vars("nearest").to_array()
    assert np.allclose(lengths.sel(n=5), 1)
    assert np.allclose(lengths.sel(n=9, variable=["spread_map", "spread_map_mean", "spread_pixels"]), 0)
    few = made.isel(memory=[0, 1, 20, 21])  # no cluster has three memories
    assert np.isnan(transition.spreads(few, embedding, data).spread_map).all()


@pytest.fixture
def random():
    return np.random.default_rng(5)


def ramp(n, threshold, top, low, high):
    return low + (high - low) * np.clip((n - threshold) / (top - threshold), 0, 1)


@pytest.mark.parametrize("threshold", [7.5, 33.0])
def test_a_threshold_is_found_where_it_was_put(threshold, random):
    n = np.arange(2.0, 61.0)
    exact = ramp(n, threshold, threshold + 10, 0.07, 0.6)
    found = rise(n, np.repeat(exact[:, None], 4, axis=1))
    assert (found.threshold, found.top) == (threshold, threshold + 10)
    assert np.allclose([found.low, found.high], [0.07, 0.6])

    noisy = exact[:, None] + random.normal(0, 0.1, (len(n), 100))
    found = rise(n, noisy)
    assert abs(found.threshold - threshold) <= 1
    assert found.earliest <= threshold <= found.latest < found.earliest + 3


def test_the_range_of_a_threshold_covers_the_truth_about_as_often_as_it_says(random):
    n = np.arange(2.0, 60.0, 2)
    covered = 0
    for trial in range(30):
        # Runs differ from their curve by more than their own memories tell: a scatter common to a run.
        scatter = random.normal(0, 0.02, (len(n), 1)) + random.normal(0, 0.1, (len(n), 50))
        found = rise(n, ramp(n, 15.25, 30, 0.07, 0.5)[:, None] + scatter, replicates=100, seed=trial)
        covered += found.earliest <= 15.25 <= found.latest
    assert 22 <= covered <= 30


def test_rises_are_those_of_each_temperature_and_repeatable(random):
    n = np.arange(2.0, 40.0, 3)
    values = ramp(n, 12, 20, 0.1, 0.5)[:, None] + random.normal(0, 0.1, (2, len(n), 30))
    array = xr.DataArray(values, {"n": n, "rescaled_temperature": [0.5, 0.9]}, (DIMS[1], DIMS[0], DIMS[2]))
    last, own = transition.rises(array)[{"rescaled_temperature": 1}], rise(n, values[1])
    assert last.drop_vars("rescaled_temperature").identical(own)
    again, of_the_points = rise(n, values[1], seed=1), ["threshold", "top", "low", "high", "width"]
    assert again[of_the_points].identical(own[of_the_points]) and again.earliest != own.earliest


def test_a_ramp_may_be_two_long_and_no_shorter_and_needs_five_rows():
    n = np.arange(2.0, 30.0, 0.5)
    for length in (1, 2, 3):
        found = rise(n, np.repeat(ramp(n, 10, 10 + length, 0, 1)[:, None], 3, axis=1))
        assert found.top - found.threshold == max(length, 2)
    with pytest.raises(ValueError, match="at least 5"):
        rise([1, 2, 3], np.ones((3, 2)))
    with pytest.raises(ValueError, match="one row for each of the 6"):
        rise(range(6), np.ones((5, 2)))


@pytest.mark.parametrize("width", [0, 2])
def test_a_corner_is_as_round_as_it_was_made(width, random):
    n = np.arange(2.0, 60.0, 2)
    wide = max(width, 1e-3)
    rounded = wide * (np.logaddexp(0, (n - 15) / wide) - np.logaddexp(0, (n - 30) / wide)) / 15
    found = rise(n, 0.1 + 0.5 * rounded[:, None] + random.normal(0, 0.002, (len(n), 50)), replicates=100)
    assert abs(found.width - width) <= 0.5
    assert found.sharpest <= width <= found.roundest < found.sharpest + 2


@pytest.mark.parametrize(("corner", "slowing", "noise"), [(24.0, 0.0, 0), (13.5, 0.15, 0), (24.0, 0.0, 1)])
def test_a_fall_that_bends_is_straight_up_to_its_corner(corner, slowing, noise):
    n = np.arange(2.0, 61.0, 2)
    values = 180 - 6 * np.minimum(n, corner) - slowing * 6 * np.maximum(n - corner, 0)
    found = fall(n, values + noise * (n > corner) * (-1.0) ** np.arange(len(n)))
    assert (found.corner, found.level) == pytest.approx((corner, 180 - 6 * corner), abs=noise + 1e-9)
    assert found.straightness == pytest.approx(1, abs=0.01 * noise + 1e-9)


def test_a_stay_in_the_band_is_compared_with_a_straight_falls_and_ends_when_the_curve_leaves_for_good():
    n = np.arange(2.0, 30.0)
    stay = dwell(n, 170 - 8 * (n - 2), 50, 100)
    assert (stay.enters, stay.leaves, stay.ratio) == pytest.approx((10.75, 17.0, 1))
    n = np.array([2, 10, 14, 18, 22, 34, 38.0])
    stay = dwell(n, [180, 100, 60, 45, 80, 60, 40], 50, 100)
    assert (stay.enters, stay.leaves, stay.ratio) == pytest.approx((10, 36, 26 / 5))
    assert (stay.least, stay.most) == (45, 100)
    assert dwell(n[:3], [180, 100, 60], 50, 100).leaves == 14


@pytest.mark.parametrize("values", [[90, 60, 40], [180, 150, 120]])
def test_a_curve_that_does_not_fall_into_the_band_has_no_stay(values):
    assert dwell([2, 4, 6], values, 50, 100).isnull().all().to_array().all()


def test_memories_that_respond_are_counted_by_their_contributions():
    images = np.eye(3)
    memories = np.array([[1, 0, -1], [1, 0.5, -1], [1, 0, -2], [1, 0, -1]])
    assert memories_responding(memories, images, 30).tolist() == [4, 1, 0]
    unequal = np.array([[1.0], [0.5]])
    assert memories_responding(unequal, [[1.0]], 2) == pytest.approx([1.25**2 / 1.0625])
    assert memories_responding(1e-9 * unequal, [[1.0]], 200) == pytest.approx([1.0])


def test_a_smooth_curve_keeps_a_line_and_lowers_noise(random):
    x = np.arange(2.0, 40.0)
    assert np.allclose(smooth_curve(x, 3 * x - 1), 3 * x - 1)
    noise = random.normal(size=len(x))
    assert np.abs(smooth_curve(x, 3 * x + noise) - 3 * x).mean() < 0.7 * np.abs(noise).mean()
