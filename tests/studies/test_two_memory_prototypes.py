"""From mixture to prototype: rests of one memory with two images, the onset, thresholds and steepness."""

from itertools import product

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import hopcore
from hopcore import splits
from hopcore.paper import PIXELS
from hopcore.paper.scales import TWO_MEMORY_PROTOTYPES
from hopcore.reduced import labels_at_limit, pitchforks, prototype_onset, same_digit_mixtures
from hopcore.studies import two_memory_prototypes as prototypes

NORM, OVERLAP = 726.0, 574.0
TINY = TWO_MEMORY_PROTOTYPES["tiny"]
HOW = {"rate": TINY.rate, "epochs": TINY.epochs}
T_R = np.array(TINY.temperature) / PIXELS


@pytest.fixture(scope="module")
def fours():
    return hopcore.training_set(digits=(4,), per_digit=2, seed=0)


def test_one_memory_ends_at_a_stable_rest_or_is_still_near_the_onset(fours):
    rested = prototypes.one_memory(fours, [12, 28], [600 / 784, 860 / 784], rate=0.005, epochs=6000)
    assert prototypes.distance_to_rest(rested, fours).values.diagonal().max() < 2e-4
    hurried = prototypes.one_memory(fours, TINY.n, T_R, **HOW)
    assert hurried.alpha.dims == ("n", "rescaled_temperature", "memory", "image")
    far = prototypes.distance_to_rest(hurried, fours) > 0.01
    assert 0 < far.sum() < 10 and not far.sel(n=slice(10)).any()
    larger = prototypes.larger_coefficient(hurried)
    assert larger[-1, -1] > 0.98 and abs(larger[0] - 0.5).max() < 0.05
    line = prototypes.equal_costs(fours, TINY.n)
    behind = prototypes.behind_line(larger, line, 0.6).values
    found = behind + prototypes.line_power(TINY.n, line, T_R)
    hot = 4
    assert np.isnan(found[:3]).all() and (np.diff(found[hot:]) < 0).all()
    errors = prototypes.line_errors([0], TINY.n, T_R[hot:], 0.6, **HOW)
    np.testing.assert_allclose(errors[0], behind[hot:])
    assert abs(errors).max() < 2


def test_a_direct_evaluation_stops_where_its_tanh_is_one_and_only_there(fours):
    found = prototypes.stopped(fours, [6, 26], [440 / PIXELS, 760 / PIXELS], rate=0.004)
    assert np.isfinite(found.epoch).values.tolist() == [[False, False], [True, False]]
    assert np.tanh(found.power[1, 0] * found.epoch[1, 0] * 0.004) == 1 and found.share[1, 0] >= 0.5


def test_memories_are_pure_after_their_labels_are_final():
    found = prototypes.purity([0, 1], 10, per_digit=2, epochs=1600)
    assert (found.pure > 0.5).all() and (found.later > 0.5).all()
    assert np.isnan(prototypes.purity([0], 2, epochs=2).later).all()


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


def test_the_onset_exists_above_one_plus_one_over_rho_and_nears_the_line_of_equal_costs():
    smallest = 1 + (NORM + OVERLAP) / (NORM - OVERLAP)
    assert np.isnan(prototype_onset(smallest - 0.01, NORM, OVERLAP))
    assert prototype_onset(smallest + 0.01, NORM, OVERLAP) > 1000
    n = np.array([15.0, 20.0, 30.0])
    ratio = prototype_onset(n, NORM, OVERLAP) / hopcore.mixture_temperature(n, NORM, OVERLAP)
    assert ratio.shape == (3,) and (abs(ratio[1:] - 1) < 0.02).all()
    assert ratio[0] == pytest.approx(1.041, abs=0.01)


def test_with_a_label_the_mixture_gives_way_elsewhere():
    # two digits share the mixture and its norm, but there the label may follow: other pitchforks
    found = pitchforks(NORM, OVERLAP, temperature=prototype_onset(20.0, NORM, OVERLAP))
    assert abs(found.n.values - 20).min() > 0.5


def test_labels_at_the_limit_are_those_of_the_stable_fixed_points():
    n, temperature = [10.0, 39.0, 60.0], [650.0, 700.0, 850.0]
    found = labels_at_limit(753, 494, 719, n=n, temperature=temperature).at_limit
    for power, value in product(n, temperature):
        points = hopcore.ReducedSystem(753, 494, 719, n=power, temperature=value, copies=2).fixed_points()
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


def test_class_means_and_the_start_from_them():
    drawn = hopcore.training_set((4, 9), per_digit=5, seed=3)
    data = splits.class_means(drawn)
    np.testing.assert_allclose(data.images[1], drawn.images[5:].mean(axis=0))
    memories, labels = prototypes.opposed_start(data)
    np.testing.assert_allclose(memories[1], 0.5 * data.images[1] - 0.2 * data.images[0])
    assert labels[0, 4] == labels[1, 9] == 1 and labels.sum() == -16


def test_two_memories_change_smoothly_and_a_finer_grid_tells_so():
    data = splits.class_means(hopcore.training_set((4, 9), per_digit=50, seed=0))
    two = prototypes.two_memories(data, TINY.n, T_R[-2:], **HOW)
    other = prototypes.other_coefficient(two)
    assert other[3, 1, 0] == two.alpha[3, 1, 0, 1] and other[3, 1, 1] == two.alpha[3, 1, 1, 0]
    assert (other[0] < 0).all() and (other[-1] > 0).all()
    assert (prototypes.steepness(other)[0] < 4).all()
    assert all(0.1 <= each < 0.3 for each in prototypes.refinement(two, data, **HOW))


def test_corners_are_those_of_two_memories_for_each_draw():
    found = prototypes.corners([4, 5], TINY.n, T_R[-2:], **HOW)
    assert found.sizes == {"draw": 2, "memory": 2} and (found.behind < 3).all()
    data = prototypes.mean_pair(5)
    networks = prototypes.two_memories(data, TINY.n[-1:], T_R[-1:], **HOW)
    np.testing.assert_array_equal(found.other.sel(draw=5), prototypes.other_coefficient(networks).squeeze())
    size = np.sort(abs(networks.alpha.squeeze().values))
    np.testing.assert_allclose(found.share.sel(draw=5), size[:, 0] / size.sum(axis=1))
    (aa, _), (_, bb) = data.images @ data.images.T
    assert found.norms.sel(draw=5) == pytest.approx(aa - bb)


def test_a_falling_line_is_read_backwards_where_it_exists():
    n = np.arange(2.0, 10.0)
    line = np.where(n < 4, np.nan, 20 - n)
    np.testing.assert_allclose(prototypes.line_power(n, line, [14.5, 30, 17]), [5.5, np.nan, np.nan])


def test_steepness_tells_a_jump_from_a_line():
    curves = xr.DataArray([np.linspace(3, -2, 11), [0] * 5 + [1] * 6], dims=("curve", "n"))
    assert prototypes.steepness(curves).values == pytest.approx([1, 10])
