"""Likeness of images: directions, nearest images, spreads and distances, in units of the reference."""

import numpy as np
import pytest

from hopcore.studies import likeness

RANDOM = np.random.default_rng(5)


def test_the_nearest_image_ignores_brightness_and_contrast():
    images = RANDOM.normal(size=(6, 40)) + 3
    directions = likeness.directions(images)
    assert np.allclose(directions @ directions.T, np.corrcoef(images))
    assert likeness.nearest_images(0.2 * images[[4, 1, 1]] + 0.5, images).tolist() == [4, 1, 1]


def test_spread_is_one_for_the_reference_and_scales_with_distance():
    reference, groups = RANDOM.normal(size=(300, 2)), np.repeat([3, 7, 8], 100)
    mean, median = likeness.mean_distance, likeness.median_distance
    assert likeness.relative(mean, reference, groups, reference, groups) == {3: 1, 7: 1, 8: 1}
    halved = likeness.relative(mean, reference / 2 + 10, groups, reference, groups)
    assert halved == pytest.approx({3: 0.5, 7: 0.5, 8: 0.5})
    stray = reference.copy()
    stray[[0, 100, 200]] += 1000
    assert min(likeness.relative(mean, stray, groups, reference, groups).values()) > 5
    robust = likeness.relative(median, stray, groups, reference, groups)
    assert robust == pytest.approx({3: 1, 7: 1, 8: 1}, abs=0.1)
    few = [0, 1, 100, 101, 102]
    assert set(likeness.relative(mean, reference[few], groups[few], reference, groups)) == {7}


@pytest.mark.parametrize(
    ("measure", "centre"),
    [(likeness.distance_from_centre, np.median), (likeness.distance_from_mean_image, np.mean)],
)
def test_distance_is_zero_at_the_centre_and_one_for_the_reference(measure, centre):
    images, digits = RANDOM.normal(size=(60, 40)) + RANDOM.normal(size=40), np.repeat([2, 5], 30)
    assert likeness.relative(measure, images, digits, images, digits) == pytest.approx({2: 1, 5: 1})
    middle = np.repeat(centre(images[30:], axis=0)[None], 3, axis=0)
    assert likeness.relative(measure, middle, [5, 5, 5], images, digits) == pytest.approx({5: 0})
    assert likeness.relative(measure, middle, [5, 5, 2], images, digits) == {}
