"""From mixture to prototype: rests of one memory with two images, the onset, thresholds and steepness."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hopcore
from hopcore import splits
from hopcore.reduced import (
    ReducedSystem,
    labels_at_limit,
    mixture_temperature,
    pitchforks,
    prototype_onset,
    same_digit_mixtures,
)
from hopcore.studies import two_memory_prototypes as prototypes

NORM, OVERLAP = 726.0, 574.0


# --- states of rest -------------------------------------------------------------------------------


def test_training_one_memory_on_two_images_of_a_digit_ends_at_a_stable_rest():
    data = hopcore.training_set(digits=(4,), per_digit=2, seed=0)
    products = data.images @ data.images.T
    for n, temperature in ((12.0, 600.0), (28.0, 860.0)):
        rests = same_digit_mixtures(
            products[0, 0], products[0, 1], products[1, 1], n=n, temperature=temperature
        )
        run = hopcore.train(
            data, n=n, rescaled_temperature=temperature / 784, memories=1, rate=0.005, epochs=6000
        )
        alpha = hopcore.coefficients(run.memories[-1], data)[0, 0].item()
        assert abs(rests.alpha.values[rests.stable.values] - alpha).min() < 2e-4


@settings(max_examples=60, deadline=None)
@given(st.floats(2, 40), st.floats(0.6, 1.4), st.floats(0.3, 0.95), st.floats(0.9, 1.1))
def test_stable_and_unstable_rests_alternate_and_exchange_with_the_images(n, temperature, ab, bb):
    found = same_digit_mixtures(1, ab * bb, bb, n=n, temperature=temperature)
    stable = found.stable.values
    assert stable[0] and stable[-1] and (stable[1:] != stable[:-1]).all()
    swapped = same_digit_mixtures(bb, ab * bb, 1, n=n, temperature=temperature)
    np.testing.assert_allclose(swapped.alpha.values[::-1], 1 - found.alpha.values, atol=1e-9)


@pytest.mark.parametrize("n", [12.0, 20.0, 30.0])
def test_the_even_mixture_gives_way_at_the_onset(n):
    onset = prototype_onset(n, NORM, OVERLAP)
    for factor, wanted in ((0.999, True), (1.001, False)):
        found = same_digit_mixtures(NORM, OVERLAP, NORM, n=n, temperature=factor * onset)
        middle = int(abs(found.alpha.values - 0.5).argmin())
        assert found.alpha.values[middle] == pytest.approx(0.5, abs=1e-9)
        assert bool(found.stable[middle]) is wanted


def test_the_onset_exists_above_one_plus_one_over_rho_only():
    smallest = 1 + (NORM + OVERLAP) / (NORM - OVERLAP)
    assert np.isnan(prototype_onset(smallest - 0.01, NORM, OVERLAP))
    assert prototype_onset(smallest + 0.01, NORM, OVERLAP) > 1000


def test_the_onset_nears_the_line_of_equal_costs():
    n = np.array([15.0, 20.0, 30.0])
    ratio = prototype_onset(n, NORM, OVERLAP) / mixture_temperature(n, NORM, OVERLAP)
    assert ratio.shape == (3,) and (abs(ratio[1:] - 1) < 0.02).all()
    assert ratio[0] == pytest.approx(1.041, abs=0.01)


def test_with_a_label_the_mixture_gives_way_elsewhere():
    # two digits share the mixture and its norm, but there the label may follow: other pitchforks
    found = pitchforks(NORM, OVERLAP, temperature=prototype_onset(20.0, NORM, OVERLAP))
    assert abs(found.n.values - 20).min() > 0.5


def test_labels_at_the_limit_are_those_of_the_stable_fixed_points():
    n, temperature = [10.0, 39.0, 60.0], [650.0, 700.0, 850.0]
    found = labels_at_limit(753, 494, 719, n=n, temperature=temperature).at_limit
    for power in n:
        for value in temperature:
            points = ReducedSystem(753, 494, 719, n=power, temperature=value, copies=2).fixed_points()
            wanted = (abs(points.ell.values[points.stable.values]) == 1).all()
            assert bool(found.sel(n=power, temperature=value)) is bool(wanted)
    assert found.any() and not found.all()
    with pytest.raises(ValueError, match="above 0"):
        labels_at_limit(753, 494, 719, n=n, temperature=[0.0, 1.0])


@pytest.mark.parametrize(
    "call",
    [
        lambda: same_digit_mixtures(1, 2, 1, n=5, temperature=1),
        lambda: same_digit_mixtures(1, -0.1, 1, n=5, temperature=1),
        lambda: same_digit_mixtures(1, 0.5, 1, n=1, temperature=1),
        lambda: same_digit_mixtures(1, 0.5, 1, n=5, temperature=0),
        lambda: prototype_onset([5, 1], 1, 0.5),
        lambda: prototype_onset(5, 1, 0),
    ],
)
def test_impossible_arguments_are_refused(call):
    with pytest.raises(ValueError, match="must be"):
        call()


# --- starts and measures --------------------------------------------------------------------------


def test_class_means_and_the_start_from_them():
    drawn = hopcore.training_set((4, 9), per_digit=5, seed=3)
    data = splits.class_means(drawn)
    np.testing.assert_allclose(data.images[1], drawn.images[5:].mean(axis=0))
    memories, labels = prototypes.opposed_start(data)
    np.testing.assert_allclose(memories[1], 0.5 * data.images[1] - 0.2 * data.images[0])
    assert labels[0, 4] == labels[1, 9] == 1 and labels.sum() == -16


def test_a_threshold_is_where_a_curve_stays_above():
    n = np.arange(5.0)
    assert prototypes.threshold(n, [0, 1, 0, 0.4, 1], 0.7) == pytest.approx(3.5)
    assert prototypes.threshold(n, [0, 1, 0, 0.4, 1], 0.55) == pytest.approx(3.25)
    assert np.isnan(prototypes.threshold(n, np.zeros(5), 0.7))
    assert np.isnan(prototypes.threshold(n, np.ones(5), 0.7))


def test_a_falling_line_is_read_backwards():
    n = np.arange(2.0, 10.0)
    assert prototypes.line_power(n, 20 - n, 14.5) == pytest.approx(5.5)
    assert np.isnan(prototypes.line_power(n, 20 - n, 30))


def test_steepness_tells_a_jump_from_a_line():
    assert prototypes.steepness(np.linspace(3, -2, 11)) == pytest.approx(1)
    assert prototypes.steepness([0] * 5 + [1] * 6) == pytest.approx(10)
