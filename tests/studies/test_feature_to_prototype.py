"""Thresholds, plateaus and spreads: found where they were put."""

import numpy as np
import pytest

from hopcore.studies.feature_to_prototype import (
    directions,
    distance_from_centre,
    distance_from_mean_image,
    dwell,
    fall,
    leading_share,
    memories_responding,
    nearest_images,
    negative_share,
    relative_spread,
    rise,
    smooth_curve,
)


def ramp(n, threshold, top, low, high):
    return low + (high - low) * np.clip((n - threshold) / (top - threshold), 0, 1)


@pytest.fixture
def random():
    return np.random.default_rng(5)


@pytest.mark.parametrize("threshold", [7.5, 14.0, 33.0])
def test_a_threshold_is_found_where_it_was_put(threshold, random):
    n = np.arange(2.0, 61.0)
    exact = ramp(n, threshold, threshold + 10, 0.07, 0.6)
    found = rise(n, np.repeat(exact[:, None], 4, axis=1))
    assert (found.threshold, found.top) == (threshold, threshold + 10)
    assert np.allclose([found.low, found.high], [0.07, 0.6])

    noisy = exact[:, None] + random.normal(0, 0.1, (len(n), 100))
    found = rise(n, noisy)
    assert abs(found.threshold - threshold) <= 1
    assert found.threshold_range[0] <= threshold <= found.threshold_range[1]
    assert found.threshold_range[1] - found.threshold_range[0] < 3


def test_the_range_of_a_threshold_covers_the_truth_about_as_often_as_it_says(random):
    n = np.arange(2.0, 60.0, 2)
    covered = 0
    for trial in range(60):
        # Runs differ from their curve by more than their own memories tell: a scatter common to a run.
        scatter = random.normal(0, 0.02, (len(n), 1)) + random.normal(0, 0.1, (len(n), 50))
        found = rise(n, ramp(n, 15.25, 30, 0.07, 0.5)[:, None] + scatter, replicates=100, seed=trial)
        covered += found.threshold_range[0] <= 15.25 <= found.threshold_range[1]
    assert 45 <= covered <= 60


def test_the_same_seed_gives_the_same_range(random):
    n = np.arange(2.0, 40.0, 3)
    values = ramp(n, 12, 20, 0.1, 0.5)[:, None] + random.normal(0, 0.1, (len(n), 30))
    assert rise(n, values, seed=1) == rise(n, values, seed=1)
    assert rise(n, values, seed=1).threshold_range != rise(n, values, seed=2).threshold_range


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_ramp_may_be_two_long_and_no_shorter(length):
    n = np.arange(2.0, 30.0, 0.5)
    found = rise(n, np.repeat(ramp(n, 10, 10 + length, 0, 1)[:, None], 3, axis=1))
    assert found.top - found.threshold == max(length, 2)


def test_too_few_or_unequal_rows_are_refused():
    with pytest.raises(ValueError, match="at least 5"):
        rise([1, 2, 3], np.ones((3, 2)))
    with pytest.raises(ValueError, match="one row for each of the 6"):
        rise(range(6), np.ones((5, 2)))


@pytest.mark.parametrize(("corner", "slowing"), [(24.0, 0.0), (13.5, 0.15)])
def test_a_fall_that_bends(corner, slowing):
    n = np.arange(2.0, 61.0, 2)
    found = fall(n, 180 - 6 * np.minimum(n, corner) - slowing * 6 * np.maximum(n - corner, 0))
    assert found.corner == corner
    assert found.level == pytest.approx(180 - 6 * corner)
    assert found.straightness == pytest.approx(1)
    assert found.slowing == pytest.approx(slowing)


def test_straightness_is_that_before_the_corner():
    n = np.arange(2.0, 61.0, 2)
    after = np.flatnonzero(n > 24)
    values = 180 - 6 * np.minimum(n, 24)
    values[after] += (-1.0) ** after  # what comes after the corner is far from straight
    assert fall(n, values).straightness > 0.999


def test_a_straight_fall_passes_the_band_at_its_own_pace():
    n = np.arange(2.0, 30.0)
    stay = dwell(n, 170 - 8 * (n - 2), 50, 100)
    assert (stay.enters, stay.leaves) == pytest.approx((10.75, 17.0))
    assert stay.ratio == pytest.approx(1)


def test_a_plateau_in_the_band_counts_until_the_curve_leaves_for_good():
    n = np.array([2, 10, 14, 18, 22, 34, 38.0])
    stay = dwell(n, [180, 100, 60, 45, 80, 60, 40], 50, 100)
    assert (stay.enters, stay.leaves) == pytest.approx((10, 36))
    assert stay.ratio == pytest.approx(26 / 5)
    assert dwell(n[:3], [180, 100, 60], 50, 100).leaves == 14


@pytest.mark.parametrize("values", [[90, 60, 40], [180, 150, 120]])
def test_a_curve_that_does_not_fall_into_the_band_is_refused(values):
    with pytest.raises(ValueError, match="from above 100"):
        dwell([2, 4, 6], values, 50, 100)


def test_shares_of_signs_and_digits():
    alpha = np.array([[0.3, -0.1, 0.5, -0.1], [0.0, 0.0, 0.0, 2.0]])
    assert np.allclose(negative_share(alpha), [0.2, 0.0])
    assert np.allclose(leading_share(alpha, [1, 1, 4, 4]), [0.6, 1.0])


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


def test_products_of_directions_are_correlations(random):
    images = random.normal(size=(4, 50)) + 3
    assert np.allclose(directions(images) @ directions(images).T, np.corrcoef(images))


def test_the_nearest_image_ignores_brightness_and_contrast(random):
    images = random.normal(size=(6, 40))
    assert nearest_images(0.2 * images[[4, 1, 1]] + 0.5, images).tolist() == [4, 1, 1]


def test_spread_is_one_for_the_reference_and_scales_with_distance(random):
    reference, groups = random.normal(size=(300, 2)), np.repeat([3, 7, 8], 100)
    assert relative_spread(reference, groups, reference, groups) == {3: 1, 7: 1, 8: 1}
    halved = relative_spread(reference / 2 + 10, groups, reference, groups)
    assert halved == pytest.approx({3: 0.5, 7: 0.5, 8: 0.5})
    stray = reference.copy()
    stray[[0, 100, 200]] += 1000
    assert min(relative_spread(stray, groups, reference, groups).values()) > 5
    robust = relative_spread(stray, groups, reference, groups, np.median)
    assert robust == pytest.approx({3: 1, 7: 1, 8: 1}, abs=0.1)
    few = [0, 1, 100, 101, 102]
    assert set(relative_spread(reference[few], groups[few], reference, groups)) == {7}


def test_distance_from_the_centre_is_zero_there_and_one_for_the_reference(random):
    reference, groups = random.normal(size=(200, 3)) + 5, np.repeat([0, 1], 100)
    assert distance_from_centre(reference, groups, reference, groups) == pytest.approx({0: 1, 1: 1})
    centre = np.repeat(np.median(reference[:100], axis=0)[None], 3, axis=0)
    assert distance_from_centre(centre, [0, 0, 0], reference, groups) == pytest.approx({0: 0})
    assert distance_from_centre(centre, [0, 0, 1], reference, groups) == {}


def test_distance_from_the_mean_image_is_zero_for_it_and_one_for_the_images(random):
    images, digits = random.normal(size=(60, 40)) + random.normal(size=40), np.repeat([2, 5], 30)
    assert distance_from_mean_image(images, digits, images, digits) == pytest.approx({2: 1, 5: 1})
    means = np.repeat(images[30:].mean(axis=0)[None], 3, axis=0)
    assert distance_from_mean_image(0.3 * means - 0.2, [5, 5, 5], images, digits) == pytest.approx({5: 0})
    assert distance_from_mean_image(images[:2], [2, 2], images, digits) == {}
