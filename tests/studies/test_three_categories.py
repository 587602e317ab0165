"""Splits in the shares of few digits: on paths whose splits are known, and on a small run."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore.mnist import Digits
from hopcore.paper.scales import THREE_CATEGORIES
from hopcore.studies import three_categories as three

EPOCHS = np.arange(0, 101, 10)
FATES = np.array([1, 1, 1, 4, 4, 7, 7])


def known_run(leader=1):
    """Three orthogonal images: pure 1 until epoch 20, a mixture at 40 where the 1s part, 4 | 7 at 70.

    Another digit can stand in the place of the 1.
    """
    fates = np.where(FATES == 1, leader, FATES)
    digits, images = [leader, 4, 7], np.kron(np.eye(3), [1, 0, 0])
    corner = dict(zip(digits, np.eye(3), strict=True))
    weights = np.empty((len(EPOCHS), len(FATES), 3))
    for memory, fate in enumerate(fates):
        before_last = corner[leader] if fate == leader else (0, 0.5, 0.5)
        stops = [corner[leader], corner[leader], (0.5, 0.25, 0.25), before_last, corner[fate]]
        for axis, shares in enumerate(np.transpose(stops)):
            weights[:, memory, axis] = np.interp(EPOCHS, [0, 20, 40, 70, 100], shares)
    labels = np.full((len(EPOCHS), len(FATES), 10), -1.0)
    labels[:, np.arange(len(FATES)), fates] = 1
    variables = {"images": (("image", "pixel"), images), "labels": (("epoch", "memory", "category"), labels)}
    variables["memories"] = ("epoch", "memory", "pixel"), weights @ images
    coordinates = {"epoch": EPOCHS, "category": range(10), "digit": ("image", digits), "memory": range(7)}
    return xr.Dataset(variables, coordinates, {"rate": 0.02})  # splits are simultaneous within 10 epochs


def test_groups_part_where_they_were_made_to():
    run = known_run()
    first = three.fork(run, FATES, [1], [4, 7])
    second = three.fork(run, FATES, [4], [7])
    assert (first.epoch, second.epoch) == (40, 70)
    np.testing.assert_allclose(first.shares[[1, 4, 7]], [0.5, 0.25, 0.25])
    np.testing.assert_allclose(second.shares[[1, 4, 7]], [0, 0.5, 0.5], atol=1e-12)
    # Images are orthogonal, so the saddle's image shows its shares.
    np.testing.assert_allclose(second.image[[0, 3, 6]], [0, 0.5, 0.5], atol=1e-12)
    # Between epochs 40 and 70 a 1 and a 4 part by √1.5 in equal steps, and from 70 on a 4 and a 7 by √2.
    assert (first.half_way, second.half_way) == (50, 80)


def test_the_mean_is_over_pairs_and_needs_some():
    run = known_run()
    # One memory of fate 4 stays with the 1s to the end: half of the 1 | 4 pairs part in the 1s' corner.
    run.memories[:, 3] = run.memories[:, 0]
    late = three.fork(run, FATES, [1], [4])
    np.testing.assert_allclose(late.shares[1], (1 + 0.5) / 2)
    with pytest.raises(ValueError, match="second"):
        three.fork(run, FATES, [1], [9])


def test_residuals_vanish_on_the_line_and_measure_the_distance_beside_it():
    t = np.linspace(0, 0.5, 11)
    on_line = np.zeros((11, 10))
    on_line[:, 1], on_line[:, 4], on_line[:, 7] = 1 - 2 * t, t, t
    assert three.line_residual(on_line, 1, [4, 7]) < 1e-15
    assert three.plane_residual(on_line) < 1e-15
    beside = on_line.copy()
    beside[:, 4] += 0.1
    beside[:, 7] -= 0.1
    assert three.line_residual(beside, 1, [4, 7]) == pytest.approx(0.2)
    assert three.plane_residual(beside) < 1e-15
    above = on_line + 0.01 * np.eye(10)[1]
    assert three.plane_residual(above) == pytest.approx(0.01)
    assert np.isnan(three.line_residual(on_line[:0], 1, [4, 7]))


@pytest.mark.parametrize("width", [0.0, 0.5, 1.0])
def test_spread_is_the_width_of_a_fate_over_the_distance_of_fates(width):
    places = np.array([[-width, 0], [width, 0], [-width, 1], [width, 1]])
    for moved in (places, places * 3 + 5):  # shift and scale do not matter
        assert three.spread(moved, [4, 4, 7, 7]) == pytest.approx(width)
    assert np.isnan(three.spread(places, [4, 4, 4, 4]))


def test_fates_that_are_one_are_never_half_way_apart():
    with pytest.raises(ValueError, match="fates"):
        three.half_way_epoch(np.zeros((11, 2, 2)), [1, 1])


class Plane:
    """A map on which an image lies at its two first pixels."""

    def __init__(self, images):
        self.coordinates = images[:, :2]

    def transform(self, images):
        return images[..., :2]


def test_saddles_resemble_the_images_around_them():
    places = {1: (5, 0), 8: (-5, -5), 9: (0, 5)}

    def image(place, digit):
        return np.concatenate([places[place], 50 * np.eye(10)[digit]])

    digits = np.repeat(list(places), 30)
    mnist = Digits(np.array([image(digit, digit) for digit in digits], dtype=float), digits)
    # Where a saddle lies and what it looks like need not be the same; the second set has one saddle only.
    saddles = np.array([[image(8, 1), image(1, 9)], [image(9, 8), np.full(12, np.nan)]])
    saddles = xr.DataArray(saddles, {"fork": ["first", "second"]}, ("set", "fork", "pixel"))
    found = three.resemblance(saddles, (1,), Plane(mnist.images), mnist)
    assert found.cluster.sel(fork=["first", "second"]).values.tolist() == [[8, 9], [1, -1]]
    assert found.alike.sel(category=list(places)).values.tolist() == [[0, 1, 0], [0, 0, 1]]
    none = three.resemblance(saddles.where(False), (1,), Plane(mnist.images), mnist)
    assert (none.cluster == -1).all() and not none.alike.any()


@pytest.mark.parametrize("leader", [1, 0])
def test_a_study_reads_what_was_made(leader):
    run = known_run(leader)
    run.memories.values[:4] /= 2  # off the line and the plane, but before the first parting
    found = three.study(run)
    assert found.branches == (2, 2) and found.leader == leader and found.leader_first
    assert found.fates.tolist() == [leader] * 3 + [4, 4, 7, 7] and found.without_fate == 0
    assert found.axes == [leader, 4, 7] and found.followers == (4, 7)
    assert [each.epoch for each in found.forks] == [40, 70]
    assert (found.line, found.plane) == pytest.approx((0, 0), abs=1e-12)
    assert (found.spread_half_way, found.spread_end) == pytest.approx((0, 0), abs=1e-12)


@pytest.mark.parametrize("digits", [(1, 4), (0, 1, 4, 7, 9)])
def test_a_study_takes_any_number_of_digits(digits):
    found = three.train_and_study(
        digits, 0, per_digit=6, memories=20, n=20, rescaled_temperature=0.85,
        rate=0.02, epochs=600, record_every=5,
    )  # fmt: skip
    assert found.digits == digits and set(found.fates) <= set(digits)
    assert found.first.shares[found.leader] == max(found.first.shares)
    assert (found.second is None) == (len(set(found.fates)) < 3)


def test_networks_over_training_sets_are_those_studied_one_by_one():
    settings = THREE_CATEGORIES["tiny"]
    assert [each.rate for each in THREE_CATEGORIES["quick"].supplement] == pytest.approx([0.005] * 2)
    brief = replace(settings.code[0], n=31, epochs=200)  # too short for a split
    found = three.studies((1, 4, 7), range(settings.sets), [*settings.code, brief])
    assert found.images.shape == (3, settings.sets, 2, 784)
    one, alone = found.sel(n=30, set=1), three.train_and_study((1, 4, 7), 1, **vars(settings.code[0]))
    four, seven = alone.second.shares[[4, 7]]
    assert one.leader_share == alone.first.shares[1] == one.largest_share
    assert one.inequality == abs(four - seven) and one.half_way == alone.first.half_way
    assert (one.splits, one.line, one.without_fate) == (len(alone.branches), alone.line, alone.without_fate)
    np.testing.assert_array_equal(one.images, [alone.first.image, alone.second.image])
    none = found.sel(n=31).drop_vars(["splits", "leader_first"])
    assert none.isnull().all().to_array().all()
    assert not found.splits.sel(n=31).any() and not found.leader_first.sel(n=31).any()


def test_trails_on_a_map_follow_the_mean_until_memories_part():
    data = hopcore.training_set(digits=[1, 4, 7], per_digit=20, seed=0)
    run = hopcore.train(data, seed=0, **vars(THREE_CATEGORIES["tiny"].code[0]))
    found, plane = three.study(run), Plane(data.images)
    trails = three.trails_on_map(run, found, plane, count=12)
    alike = trails.epoch < found.first.epoch - 100
    assert alike.sum() > 5 and not np.ptp(trails.values[alike], axis=1).any()
    assert trails.epoch[-1] == run.epoch[-1]
    np.testing.assert_array_equal(trails[-1], run.memories[-1, :, :2])
    brief = run.isel(epoch=slice(0, 12))  # nothing has parted
    never = three.study(brief)
    assert never.forks == [] and never.leader is None and not never.leader_first
    assert never.axes == [1, 4, 7] and np.isnan(never.spread_end)
    follow = three.trails_on_map(brief, never, plane, count=12)
    assert follow.epoch[0] == 10 and follow.epoch[-1] == 110
    np.testing.assert_allclose(follow[0, 0], brief.memories[1, :, :2].mean("memory"))
