"""Where curves pass a level for good."""

import numpy as np
import pytest

from hopcore.studies.crossings import stays_above, stays_below


@pytest.mark.parametrize("level, expected", [(0.7, 7), (0.55, 6.5), (0.4, 6), (-0.1, np.nan), (1, np.nan)])
def test_the_last_passage_counts(level, expected):
    places, values = np.array([2, 3, 4, 6, 8]), np.array([0, 1, 0, 0.4, 1])
    assert stays_above(places, values, level) == pytest.approx(expected, nan_ok=True)
    assert stays_below(places, -values, -level) == pytest.approx(expected, nan_ok=True)


def test_a_curve_followed_backwards_tells_where_it_first_fell():
    places, values = [1, 2, 3, 4], [1.0, 0.6, 0.4, 0.9]
    assert stays_above(places[::-1], values[::-1], 0.5) == pytest.approx(2.5)
    assert np.isnan(stays_below(places, values, 0.5))
