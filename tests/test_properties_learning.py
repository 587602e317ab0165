"""Properties of training and of the reduced system that hold for any network, tried with hypothesis."""

from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reduced_reference import pair_state
from scipy.integrate import solve_ivp

import hopcore
from hopcore._threads import threads
from hopcore.data import TrainingSet
from hopcore.reduced import trajectory
from hopcore.training import Options, Run, train_stack

seeds = st.integers(0, 9999)
SMALL = settings(max_examples=15)


@st.composite
def networks(draw):
    """A small training set, a start of mixtures of its images, and conditions of training."""
    generator = np.random.default_rng(draw(seeds))
    images, memories = draw(st.integers(2, 7)), draw(st.integers(1, 5))
    data = TrainingSet(generator.uniform(-0.5, 0.5, (images, 16)), generator.integers(0, 10, images))
    mixtures = generator.dirichlet(np.ones(images), memories) @ data.images
    start = mixtures, generator.normal(0, 0.3, (memories, 10))
    conditions = {
        "n": draw(st.sampled_from([1.5, 3.0, 12.5])),
        "rescaled_temperature": draw(st.sampled_from([0.05, 0.1, 0.3])),
        "rate": draw(st.sampled_from([0.001, 0.01, 0.1])),
        "epochs": draw(st.integers(1, 6)),
        "momentum": draw(st.sampled_from([0.0, 0.6])),
        "cost_power": draw(st.sampled_from([None, 1.0, 2.5])),
        "constraint": draw(st.sampled_from(["rescale", "clip"])),
    }
    return data, start, conditions, generator


def end_of(data, start, **conditions):
    run = hopcore.train(data, start=start, **conditions)
    return run.memories.values[-1], run.labels.values[-1]


def assert_close(one, other):
    for first, second in zip(one, other, strict=True):
        np.testing.assert_allclose(first, second, rtol=0, atol=1e-9)


@SMALL
@given(networks())
def test_learning_knows_no_first_memory_no_first_image_and_no_names_of_digits(network):
    data, (memories, labels), conditions, generator = network
    ends = end_of(data, (memories, labels), **conditions)
    of_memories, of_images = generator.permutation(len(memories)), generator.permutation(len(data))
    names = generator.permutation(10)
    renamed = np.empty_like(labels)
    renamed[:, names] = labels
    other = TrainingSet(data.images[of_images], names[data.digits[of_images]])
    found = end_of(other, (memories[of_memories], renamed[of_memories]), **conditions)
    assert_close((found[0], found[1][:, names]), [part[of_memories] for part in ends])


@SMALL
@given(networks())
def test_learning_knows_no_order_of_pixels_no_copies_of_images_and_no_units(network):
    data, (memories, labels), conditions, generator = network
    temperature = conditions.pop("rescaled_temperature")
    ends = end_of(data, (memories, labels), rescaled_temperature=temperature, **conditions)
    # overlaps and the temperature in other units: darker images at a lower temperature
    darker = TrainingSet(data.images / 4, data.digits)
    found = end_of(darker, (memories, labels), rescaled_temperature=temperature / 4, **conditions)
    assert_close(found, ends)
    order = generator.permutation(16)
    moved = TrainingSet(data.images[:, order], data.digits)
    found = end_of(moved, (memories[:, order], labels), rescaled_temperature=temperature, **conditions)
    assert_close(found, (ends[0][:, order], ends[1]))
    # every pixel twice: N and all overlaps double, and T = T_r N with them
    wider = TrainingSet(np.tile(data.images, 2), data.digits)
    found = end_of(wider, (np.tile(memories, 2), labels), rescaled_temperature=temperature, **conditions)
    assert_close(found, (np.tile(ends[0], 2), ends[1]))
    # every image twice: the cost doubles, and a step has the length of the rate whatever the cost
    twice = TrainingSet(np.vstack([data.images] * 2), np.tile(data.digits, 2))
    assert_close(end_of(twice, (memories, labels), rescaled_temperature=temperature, **conditions), ends)


@SMALL
@given(networks(), st.integers(1, 5))
def test_learning_goes_on_from_where_it_was(network, more):
    data, start, conditions, _ = network
    conditions["momentum"] = 0.0  # a start brings no velocity
    half = end_of(data, start, **conditions)
    epochs = conditions.pop("epochs")
    whole = end_of(data, start, epochs=epochs + more, **conditions)
    assert_close(end_of(data, half, epochs=more, **conditions), whole)


@settings(max_examples=30)
@example(0, 2.0, 1.0, 1.0, 1e-235, None, "rescale", "float32", 1, False)
@given(
    seeds, st.floats(1.0001, 1000), st.floats(1e-4, 1e4), st.floats(1e-6, 2), st.floats(0, 0.99),
    st.none() | st.floats(0.01, 200), st.sampled_from(["rescale", "clip"]),
    st.sampled_from(["float64", "float32"]), st.integers(1, 3), st.booleans(),
)  # fmt: skip
def test_memories_and_labels_stay_within_their_limits_under_all_conditions(
    seed, n, temperature, rate, momentum, cost_power, constraint, dtype, minibatches, extreme
):
    generator = np.random.default_rng(seed)
    images = generator.uniform(-1, 1, (3, 16))
    data = TrainingSet(np.sign(images) if extreme else images, [1, 4, 4])
    run = hopcore.train(
        data, n=n, rescaled_temperature=temperature, memories=3, rate=rate, epochs=12, momentum=momentum,
        cost_power=cost_power, constraint=constraint, dtype=dtype, minibatches=minibatches, seed=seed,
        noise={"epochs": [5], "std": 0.5},
    )  # fmt: skip
    assert np.isfinite(run.memories).all() and np.isfinite(run.labels).all()
    assert np.abs(run.memories).max() <= 1 + 1e-6 and np.abs(run.labels).max() <= 1


@SMALL
@given(seeds, st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(1, 3))
def test_runs_do_not_know_which_others_are_in_their_stack(seed, sizes, memories):
    generator = np.random.default_rng(seed)
    data = TrainingSet(generator.uniform(-1, 1, (3, 16)), [1, 4, 7])
    options = Options.checked(data, memories=memories, epochs=5, rate=0.05)
    runs = [Run(n, 0.3, each) for each, n in enumerate(generator.uniform(1.5, 30, sum(sizes)))]
    with threads(1):
        together = train_stack(data, options, runs)
        ends = np.cumsum([0, *sizes])
        parts = [train_stack(data, options, runs[start:end]) for start, end in pairwise(ends)]
    assert all(one.identical(other) for one, other in zip(together, chain(*parts), strict=True))


systems = st.fixed_dictionaries({
    "ab": st.floats(0.2, 0.9), "bb": st.floats(0.7, 1.0), "n": st.floats(1.5, 60),
    "temperature": st.floats(0.6, 1.2), "copies": st.sampled_from([1, 2, 100]),
})  # fmt: skip


def reduced(system, unit=1.0):
    system = {**system, "temperature": system["temperature"] * unit}
    bb = system.pop("bb")
    return hopcore.ReducedSystem(unit, system.pop("ab") * bb * unit, bb * unit, **system)


@SMALL
@given(systems, st.sampled_from([2.0**-8, 1024.0]))
def test_the_reduced_system_knows_no_units(system, unit):
    one, other = reduced(system).fixed_points(), reduced(system, unit).fixed_points()
    for name in ("alpha", "alpha_b", "ell", "stable"):
        np.testing.assert_array_equal(one[name], other[name])
    np.testing.assert_allclose(one.eigenvalues, other.eigenvalues, rtol=1e-12)


@SMALL
@given(systems)
def test_fixed_points_rest_on_the_constraint_and_see_copies_as_a_temperature(system):
    points = reduced(system).fixed_points()
    np.testing.assert_allclose(np.abs(points.alpha) + np.abs(points.alpha_b), 1, rtol=0, atol=1e-12)
    assert (np.abs(points.ell) <= 1).all()
    lower = system["temperature"] / system["copies"] ** (1 / system["n"])
    alone = reduced({**system, "copies": 1, "temperature": lower}).fixed_points()
    np.testing.assert_allclose(points.alpha, alone.alpha, rtol=0, atol=1e-9)
    assert (points.stable.values == alone.stable.values).all()


@settings(max_examples=6)
@given(systems, st.floats(-0.9, 0.9), st.floats(-0.9, 0.9))
def test_learning_stays_within_the_limits_and_arrives_where_it_stays(system, alpha, ell):
    system = reduced({**system, "n": min(system["n"], 20.0)})
    path = trajectory(system, alpha, ell, duration=60)
    assert (np.abs(path.alpha) + np.abs(path.alpha_b)).max() <= 1 + 1e-5 and np.abs(path.ell).max() <= 1
    assert (np.diff(path.time) > 0).all() and path.time[-1] <= 60
    if path.arrived:
        rests = system.fixed_points()
        distance = np.abs(rests.alpha - path.alpha[-1]) + np.abs(rests.ell - path.ell[-1])
        assert distance[rests.stable.values].min() < 1e-4


JUNK = st.sampled_from([None, "30", 1j, [30], {}, True, np.nan, np.inf, -1, 0, b"2", 10**400, object()])


@given(st.sampled_from(["aa", "ab", "bb", "n", "temperature", "copies", "categories"]), JUNK)
def test_wrong_parameters_are_refused_by_name(name, value):
    arguments = {"aa": 1.0, "ab": 0.5, "bb": 1.0, "n": 20.0, "temperature": 0.9, name: value}
    if name == "ab" and value in (0, -1):  # which two images may have
        assert hopcore.ReducedSystem(**arguments).ab == value
        return
    with pytest.raises((ValueError, TypeError), match=rf"^{name}( =|\[)"):
        hopcore.ReducedSystem(**arguments)


@pytest.mark.parametrize("n", [30, 39])
@pytest.mark.parametrize(("alpha", "ell"), [(0.7, 0.5), (0.2, -0.6), (0.8, 0.7)])
def test_training_tends_to_the_flow_on_the_constraint_with_the_first_order_of_the_rate(n, alpha, ell):
    system, data = pair(n)
    start = alpha, 1 - alpha, ell
    assert_first_order(data, n, start, lambda a, _, label: system.velocity(a, label), [0, 2])


@pytest.mark.parametrize("n", [3, 6, 15, 30])
def test_training_tends_to_the_flow_within_the_constraint_with_the_first_order_of_the_rate(n):
    system, data = pair(n)
    assert_first_order(data, n, (0.3, 0.25, 0.2), system.flow, [0, 1, 2])


OVERLAPS, TEMPERATURE = (76, 50, 72), 70


def pair(n):
    """One memory and two images whose signs meet in all four ways: |α_A| + |α_B| is the largest pixel."""
    pixels = [[1, -1, 1, -1, 1, -1, 0], [1, -1, -1, 1, 0, 0, 1]]
    images = np.repeat(pixels, [30, 30, 5, 5, 3, 3, 2], axis=1).astype(float)
    return hopcore.ReducedSystem(*OVERLAPS, n=n, temperature=TEMPERATURE), TrainingSet(images, [0, 1])


def assert_first_order(data, n, start, flow, moving, duration=0.2):
    """The error at a time halves with the rate, as of explicit Euler steps, where no label is at rest."""

    def change(_, state):
        at = np.array(start)
        at[moving] = state
        return np.ravel(flow(*at))

    exact = solve_ivp(change, (0, duration), np.array(start)[moving], "DOP853", rtol=1e-11, atol=1e-12)
    memories, labels, _ = pair_state(*start, data.images)
    errors = []
    for epochs in (20, 40, 80, 160):
        ends = end_of(
            data, (memories.astype(float), labels.astype(float)), n=n, epochs=epochs, rate=duration / epochs,
            rescaled_temperature=TEMPERATURE / data.images.shape[1],
        )  # fmt: skip
        found = np.array([*hopcore.coefficients(ends[0], data)[0], ends[1][0, 0]])
        errors.append(np.abs(found[moving] - exact.y[:, -1]).max())
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert errors[0] > 1e-4 and ((orders > 0.8) & (orders < 1.2)).all(), (errors, orders)
