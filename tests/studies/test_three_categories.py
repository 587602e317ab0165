"""Splits in the shares of few digits: on paths whose splits are known, and on a small run."""

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore.data import TrainingSet
from hopcore.studies.three_categories import (
    half_way_epoch,
    line_residual,
    neighbour_digits,
    parting,
    plane_residual,
    spread,
    study,
    train_and_study,
)

EPOCHS = np.arange(0, 101, 10)
FATES = np.array([1, 1, 1, 4, 4, 7, 7])


def known_run(leader=1):
    """Three orthogonal images: pure 1 until epoch 20, a mixture at 40 where the 1s part, 4 | 7 at 70.

    Another digit can stand in the place of the 1.
    """
    fates = np.where(FATES == 1, leader, FATES)
    images = np.zeros((3, 9))
    images[[0, 1, 2], [0, 4, 8]] = 1
    data = TrainingSet(images, np.array([leader, 4, 7]))
    corner = dict(zip((leader, 4, 7), np.eye(3), strict=True))
    first, second = np.array([0.5, 0.25, 0.25]), np.array([0.0, 0.5, 0.5])
    weights = np.zeros((len(EPOCHS), len(FATES), 3))
    for memory, fate in enumerate(fates):
        stops = [0, 20, 40, 70, 100]
        pure, before_last = corner[leader], corner[leader] if fate == leader else second
        places = [pure, pure, first, before_last, corner[fate]]
        for axis in range(3):
            weights[:, memory, axis] = np.interp(EPOCHS, stops, [place[axis] for place in places])
    labels = np.full((len(EPOCHS), len(FATES), 10), -1.0)
    labels[:, np.arange(len(FATES)), fates] = 1
    return xr.Dataset(
        {
            "memories": (("epoch", "memory", "pixel"), weights @ images),
            "labels": (("epoch", "memory", "category"), labels),
            "image_weights": (("epoch", "memory", "image"), weights),
            "base_memories": (("start", "memory", "pixel"), np.zeros((1, len(FATES), 9))),
            "kept": (("epoch", "memory"), np.zeros((len(EPOCHS), len(FATES)))),
            "base": ("epoch", np.zeros(len(EPOCHS), dtype=int)),
            "images": (("image", "pixel"), images),
        },
        {
            "epoch": EPOCHS,
            "memory": np.arange(len(FATES)),
            "category": np.arange(10),
            "digit": ("image", data.digits),
        },
        {"seed": 0, "rate": 0.005, "start": "random"},
    )


def test_groups_part_where_they_were_made_to():
    run = known_run()
    first = parting(run, FATES, [1], [4, 7])
    second = parting(run, FATES, [4], [7])
    assert (first.epoch, second.epoch) == (40, 70)
    np.testing.assert_allclose(first.shares[[1, 4, 7]], [0.5, 0.25, 0.25])
    np.testing.assert_allclose(second.shares[[1, 4, 7]], [0, 0.5, 0.5], atol=1e-12)
    # Images are orthogonal, so the saddle's image shows its shares.
    np.testing.assert_allclose(second.image[[0, 4, 8]], [0, 0.5, 0.5], atol=1e-12)
    # Between epochs 40 and 70 a 1 and a 4 part by √1.5 in equal steps, and from 70 on a 4 and a 7 by √2.
    assert (first.half_way, second.half_way) == (50, 80)


def test_the_mean_is_over_pairs():
    run = known_run()
    # One memory of fate 4 stays with the 1s to the end: half of the 1 | 4 pairs part in the 1s' corner.
    run.image_weights[:, 3] = run.image_weights[:, 0]
    late = parting(run, FATES, [1], [4])
    np.testing.assert_allclose(late.shares[1], (1 + 0.5) / 2)


def test_a_group_without_members_is_refused():
    with pytest.raises(ValueError, match="second"):
        parting(known_run(), FATES, [1], [9])


def test_residuals_vanish_on_the_line_and_measure_the_distance_beside_it():
    t = np.linspace(0, 0.5, 11)
    on_line = np.zeros((11, 10))
    on_line[:, 1], on_line[:, 4], on_line[:, 7] = 1 - 2 * t, t, t
    assert line_residual(on_line, 1, [4, 7]) < 1e-15
    assert plane_residual(on_line) < 1e-15
    beside = on_line.copy()
    beside[:, 4] += 0.1
    beside[:, 7] -= 0.1
    assert line_residual(beside, 1, [4, 7]) == pytest.approx(0.2)
    assert plane_residual(beside) < 1e-15
    above = on_line + 0.01 * np.eye(10)[1]
    assert plane_residual(above) == pytest.approx(0.01)
    assert np.isnan(line_residual(on_line[:0], 1, [4, 7]))


@pytest.mark.parametrize("width, expected", [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_spread_is_the_width_of_a_fate_over_the_distance_of_fates(width, expected):
    places = np.array([[-width, 0], [width, 0], [-width, 1], [width, 1]])
    fates = [4, 4, 7, 7]
    assert spread(places, fates) == pytest.approx(expected)
    assert spread(places * 3 + 5, fates) == pytest.approx(expected)  # shift and scale do not matter


def test_spread_of_one_fate_is_not_a_number():
    assert np.isnan(spread(np.eye(3), [1, 1, 1]))


def test_half_way_is_where_the_fates_are_half_as_far_apart_as_in_the_end():
    times = np.linspace(0, 1, 11)
    paths = np.zeros((11, 2, 2))
    paths[:, 0, 0], paths[:, 1, 0] = times, -times
    assert half_way_epoch(paths, [1, 7]) == 5
    with pytest.raises(ValueError, match="fates"):
        half_way_epoch(paths, [1, 1])


def test_neighbours_vote_for_their_digit():
    rng = np.random.default_rng(0)
    among = np.concatenate([rng.normal(0, 0.1, (30, 2)), rng.normal(5, 0.1, (30, 2))])
    digits = np.repeat([8, 9], 30)
    votes = neighbour_digits([[0, 0], [5, 5]], among, digits, count=10)
    assert votes.sum(axis=1).tolist() == [10, 10]
    assert votes.argmax(axis=1).tolist() == [8, 9]
    assert votes[0, 8] == votes[1, 9] == 10


@pytest.mark.parametrize("leader", [1, 0])
def test_a_study_reads_what_was_made(leader):
    run = known_run(leader)
    run.attrs["rate"] = 0.02  # by which splits are simultaneous within 10 epochs
    run.image_weights.values[:4] /= 2  # off the line and the plane, but before the first parting
    found = study(run, (leader, 4, 7))
    assert found.branches == (2, 2) and found.leader == leader and found.leader_first
    assert found.counts[[leader, 4, 7]].tolist() == [3, 2, 2] and found.counts.sum() == 7
    assert found.without_fate == 0
    assert (found.first.epoch, found.second.epoch) == (40, 70)
    assert (found.line, found.plane) == pytest.approx((0, 0), abs=1e-12)
    assert (found.spread_half_way, found.spread_end) == pytest.approx((0, 0), abs=1e-12)


@pytest.mark.parametrize("digits", [(1, 4), (1, 4, 7), (0, 1, 4, 7, 9)])
def test_a_study_takes_any_number_of_digits(digits):
    found = train_and_study(
        digits, 0, per_digit=6, memories=20, n=20, rescaled_temperature=0.85,
        rate=0.02, epochs=600, record_every=5,
    )  # fmt: skip
    assert found.digits == digits
    assert found.counts.sum() == 20
    assert found.counts[list(digits)].sum() == 20
    assert 0 <= found.without_fate <= 20
    assert found.leader in digits
    assert found.first.shares[found.leader] == max(found.first.shares)
    assert (found.second is None) == (sum(found.counts > 0) < 3)


def test_a_study_of_memories_that_never_part_has_no_split():
    data = hopcore.training_set(digits=[1, 4], per_digit=20, seed=0)
    run = hopcore.train(data, n=30, epochs=100, memories=5, record_every=1)
    found = study(run, (1, 4))
    assert found.first is None and found.leader is None and not found.leader_first
    assert np.isnan(found.spread_end)
