"""Two images in full training, against the reduced system: paths, settling, fixed points, departures."""

import numpy as np
import pytest
import xarray as xr

import hopcore
from hopcore.paper import FIGURES
from hopcore.paper.scales import BIFURCATION
from hopcore.reduced import ReducedSystem, folds, pitchforks
from hopcore.studies import two_memory_bifurcation as pairs

TINY = BIFURCATION["tiny"]
AT = {"temperature": 700, "copies": 2}


@pytest.fixture(scope="module")
def data():
    return hopcore.paper_pair()


@pytest.fixture(scope="module")
def left(data):
    """Two memories that left the saddle of n = 39, where they started."""
    return pairs.leave_saddle(data, FIGURES["5C"], at_saddle=True)


def test_a_start_is_what_paths_read(data):
    alpha, ell = [0.8, -0.3], [0.5, -0.2]
    run = hopcore.train(data, start=pairs.start_at(data, alpha, ell), epochs=1, rate=0.1, record_every=1)
    path = pairs.paths(run, data)
    np.testing.assert_allclose(path.time, [0, 0.1])
    path = path.isel(epoch=0)
    np.testing.assert_allclose(path.alpha_a, alpha, atol=1e-12)
    np.testing.assert_allclose(path.alpha_b, [0.2, 0.7], atol=1e-12)
    np.testing.assert_allclose(path.ell, ell)
    np.testing.assert_allclose(path.label_a + path.label_b, 0, atol=1e-15)
    np.testing.assert_allclose(path["size"], 1, atol=1e-12)
    assert (path.others == -1).all()


def test_a_third_image_is_refused():
    with pytest.raises(ValueError, match="two images"):
        pairs.overlaps(hopcore.training_set(digits=(1, 4, 7), per_digit=1))


def path_of(size, sums, others, alpha):
    """`paths` of two memories from lists over epochs, 0.1 of time apart."""
    same = {"size": size, "label_a": sums, "others": others, "label_b": np.zeros(len(size))}
    values = {name: (("epoch", "memory"), np.repeat(np.c_[each], 2, 1)) for name, each in same.items()}
    values["alpha_a"] = (("epoch", "memory"), np.c_[alpha, np.zeros(len(size))])
    return xr.Dataset(values, {"time": ("epoch", 0.1 * np.arange(len(size)))})


def test_settling_reads_the_first_times():
    path = path_of(
        size=[0.1, 0.5, 1.0, 0.9, 1.0],
        sums=[0.4, 0.01, 0.0, 0.0, 0.0],
        others=[0.0, -0.92, -0.97, -1.0, -1.0],
        alpha=[0.0, 0.0, 0.0, 0.0, 0.5],
    )
    found = pairs.settling(path)
    assert list(pairs.times(found).values()) == pytest.approx([0.1, 0.2, 0.2, 0.4]) and found.before_split
    early = path.assign(alpha_a=(("epoch", "memory"), np.c_[[0, 0.1, 0.2, 0.3, 0.4], np.zeros(5)]))
    assert not pairs.settling(early).before_split


def test_what_never_settles_is_nan_and_not_before_the_split():
    found = pairs.settling(path_of([0.1] * 3, [0.0] * 3, [-1.0] * 3, [0.0] * 3))
    assert np.isnan([found.on_constraint, found.split]).all() and not found.before_split


@pytest.mark.parametrize(("on_constraint", "split"), [(4, 4), (4, 5), (4, np.inf), (5, 4)])
def test_what_holds_just_when_memories_part_held_before(on_constraint, split):
    epoch = np.arange(7)
    found = pairs.settling(path_of(epoch >= on_constraint, 0 * epoch, -1 + 0 * epoch, epoch >= split))
    assert found.before_split == (not on_constraint > split)


def test_networks_settle_from_small_starts_and_from_any_labels(data):
    settled = pairs.settlings(data, (20, 30), 700, *TINY.settling, seed=0)
    assert [found.keys() for found in settled.values()] == [{20, 30}] * 3
    small, free, many = (found[30] for found in settled.values())
    assert [each.sizes["memory"] for each in (small, free, many)] == [2, 2, 100]
    assert small.opposite == 0 < free.opposite
    assert np.abs(free.alpha_a[0].diff("memory")) < 1e-7 < free.alpha_a[0].min()
    for each in (small, free, many):
        # no label and no pixel changes by more than 1 in one unit of time
        assert each.silent >= 0.9 and each.on_constraint > 0.7 and each.before_split


def test_two_memories_are_in_the_plane_before_they_part_but_for_small_n(data):
    found = pairs.settle_before_they_part(data, (30, 3), 700, *TINY.settling, seeds=[0, 1])
    assert found.shape == (2, 2) and found[:, 0].all() and not found[:, 1].any()
    settled = pairs.settlings(data, (30, 3), 700, *TINY.settling, seed=1)["2 memories"]
    assert [settled[n].before_split for n in (30, 3)] == found[1].tolist()


def test_a_wrong_label_takes_a_memory_off_the_constraint_for_a_while(data):
    found = pairs.unlearning(data, 700, *TINY.settling)
    assert 0.7 < found.dip < 0.95 and 0.5 < found.until < 2


def test_flow_lines_start_inside_and_reach_the_constraint():
    system = ReducedSystem(753, 494, 719, n=39, **AT)
    lines = pairs.flow_lines(system, TINY.lines, seed=0)
    ends = np.array([(line.alpha + line.alpha_b)[[0, -1]] for line in lines])
    assert (ends[:, 0] < 0.9).all() and np.allclose(ends[:, 1], 1, atol=1e-5)
    assert len({float(line.ell[0]) for line in lines}) == TINY.lines


def test_nullclines_rise_with_the_power_and_are_told_in_words():
    steep, wide = (ReducedSystem(753, 494, 719, n=n, **AT) for n in (6, 40))
    assert pairs.nullcline_height(steep) < 0.1 and pairs.nullcline_height(wide) == 1
    told = "Nullclines and memories at n = 30. Fixed points: alpha 0.48, label 0.06, stable."
    assert pairs.in_words(ReducedSystem(753, 494, 719, n=30, **AT)) == told


def test_memories_have_the_signs_of_their_labels_up_to_some_power():
    found = pairs.signs_until(700, [0, 4])
    assert found.fixed.values.tolist() == [13, 30] and found.saddles.values.tolist() == [7, 26]
    images = pairs.overlaps(hopcore.training_set(digits=(1, 4), per_digit=1, seed=0))
    # stable saddles: the first has a negative α_A, the last a negative α_B, as long as signs follow
    ends = [ReducedSystem(*images, n=n, **AT).fixed_points() for n in (7, 8)]
    assert [bool(each.alpha[0] < 0 and each.alpha_b[-1] < 0) for each in ends] == [True, False]
    # from which label on a memory at rest subtracts the other image
    arcs = [ReducedSystem(*images, n=n, **AT).memory_nullcline() for n in (12, 14)]
    assert [bool(each.ell[each.alpha_b < 0].min() < 0.5) for each in arcs] == [True, False]


def test_full_training_of_one_memory_ends_at_the_reduced_fixed_point(data):
    found = pairs.trained_fixed_points(data, [8, 15, 30, 50], 700, rate=0.002, epochs=5000)
    assert abs(found.trained_alpha - found.alpha).max() < 0.002
    assert abs(found.trained_ell - found.ell).max() < 0.002
    assert (found.unlike < 0.05).all() and (found.unlike[:, 1:] < 1e-9).all()  # the step is the memory
    # at n = 30 there is one fixed point for both starts, elsewhere one on each side
    assert ((found.alpha > 0.5).values == [[True, True, False, True], [False] * 4]).all()


def test_a_pair_at_the_saddle_departs_along_the_linearised_flow(left):
    assert left.compared[0] == 0 and left.linearised.shape == (left.compared.size, 2)
    assert left.angle < 0.1 and left.nearest < 1e-3 and left.error < 5
    assert abs(left.growth_error) < 0.3  # per cent: training takes steps, the flow none
    assert 0.01 < np.hypot(*left.simulated[left.compared.values[-1]]) < 0.0101


def test_a_pair_from_afar_comes_to_the_saddle_first(data, left):
    found = pairs.departures(data, [FIGURES["5C"]])[39]
    np.testing.assert_allclose([found.alpha_a[0], found.ell[0]], [[0.8] * 2, [0.5] * 2])
    assert found.compared[0] > 100 and found.nearest < 1e-3 and found.control == left.error
    assert np.abs(found.alpha_a[-1].diff("memory")) > 0.4


def test_a_departure_measures_a_known_flow():
    """d' = [[0, 1], [1, 0]] d from (s, 0): d = s (cosh t, sinh t), which turns to (1, 1) and grows as e^t."""
    epochs, rate, start = np.arange(600), 0.01, 1e-4
    half = start * np.stack([np.cosh(rate * epochs), np.sinh(rate * epochs)], axis=-1)
    places = np.array([0.5, 0.1]) + np.stack([half, -half], axis=1)
    both = {name: (("epoch", "memory"), places[..., at]) for at, name in enumerate(("alpha_a", "ell"))}
    path = xr.Dataset(both, {"epoch": epochs}, {"rate": rate})
    saddle = {"alpha": 0.5, "ell": 0.1, "direction": ("difference", np.sqrt([0.5, 0.5]))}
    saddle["matrix"] = ("rate", "difference"), [[0.0, 1.0], [1.0, 0.0]]
    saddle["growth"] = 1.5  # half more than it is, to see what is told of the difference
    found = pairs.departure(path, xr.Dataset(saddle))
    np.testing.assert_allclose(found.simulated, half, rtol=1e-9)
    np.testing.assert_allclose(found.linearised, half[: len(found.compared)], rtol=1e-9)
    assert np.hypot(*half[found.compared.values[-1] - 1]) <= 0.01 < np.hypot(*half[found.compared.values[-1]])
    assert found.growth == pytest.approx(1, rel=1e-4)
    assert found.growth_error == pytest.approx(50, rel=1e-3)
    assert found.error < 1e-9 and found.nearest < 1e-12 and found.angle < 0.1


def test_a_pair_that_stays_away_or_together_is_refused(data, left):
    saddle = pairs.upper_saddle(data, 39, 700)
    with pytest.raises(ValueError, match="must come within"):
        pairs.departure(left, saddle.assign(alpha=saddle.alpha + 0.2))
    with pytest.raises(ValueError, match=r"then part by 0\.01"):
        pairs.departure(left.isel(epoch=slice(0, 300)), saddle)


def test_folds_leave_pitchforks_by_the_power_of_a_cusp():
    forks = pitchforks(736, 494, **AT).n.values
    powers = pairs.fold_exponents(736, 494, forks, n_range=(15, 50), **AT)
    np.testing.assert_allclose(powers, 2 / 3, atol=0.03)
    assert (abs(folds(736.1, 494, 735.9, n_range=(15, 50), **AT).n.values - forks) < 0.1).all()
