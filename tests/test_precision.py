"""Double precision against numbers of a hundred digits (mpmath).

The equations are written here once more, as in the paper, with nothing taken from `hopcore`. With so many
digits and no limit to exponents they need no logarithms: (1 − tanh z) is 2/(1 + e^2z) and keeps its digits.
"""

import mpmath
import numpy as np
import pytest
from mpmath import mp

import hopcore
from hopcore.data import TrainingSet
from hopcore.training import Options, Run, train_final

PAIR = (753, 494, 719)
SILENT = 8  # categories of neither digit


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(100):
        yield


exp = np.frompyfunc(mp.exp, 1, 1)
wide = np.frompyfunc(mp.mpf, 1, 1)


def one_minus_tanh(z):
    return 2 / (1 + exp(2 * z))


def pull(argument, n):
    """(1 − tanh z)^(2n − 1) (1 − tanh² z)."""
    return one_minus_tanh(argument) ** (2 * n) * one_minus_tanh(-argument)


def rates(alpha, ell, n, temperature, copies):
    """dα/dt and dℓ/dt before it is clipped, on the branch α_B = 1 − α of the pair; arguments of mpmath."""
    aa, ab, bb = map(mp.mpf, PAIR)
    hot = temperature / copies ** (1 / n)
    beta = 1 - alpha
    p, q = (alpha * aa + beta * ab) / hot, (alpha * ab + beta * bb) / hot
    own_a, own_b = pull(ell * p**n, n), pull(-ell * q**n, n)
    silent_a, silent_b = pull(p**n, n), pull(q**n, n)
    by_a = (own_a * ell + SILENT / mp.mpf(2) * silent_a) * p ** (n - 1)
    by_b = (-own_b * ell + SILENT / mp.mpf(2) * silent_b) * q ** (n - 1)
    by_label = own_a * p**n - own_b * q**n
    by_silent = silent_a * p**n + silent_b * q**n
    pressing = max(by_a + by_b, 0)  # against the constraint; what points inwards is free
    along = (by_a - alpha * pressing) / (abs(by_a) + abs(by_b))
    return along, by_label / max(abs(by_label), by_silent)


@pytest.mark.parametrize("n", [6, 12.5, 20, 30, 50])
@pytest.mark.parametrize("temperature", [450, 700, 850])
def test_the_flow_of_the_reduced_system(n, temperature):
    system = hopcore.ReducedSystem(*PAIR, n=n, temperature=temperature, copies=2)
    alpha, ell = (each.ravel() for each in np.meshgrid([0.05, 0.31, 0.46, 0.77, 0.98], [-1, -0.4, 0.01, 0.9]))
    found = np.array(system.velocity(alpha, ell)).T
    for at, velocity in zip(zip(alpha, ell, strict=True), found, strict=True):
        along, up = rates(*map(mp.mpf, (*at, n, temperature)), 2)
        # an exponent of size u loses log10(u) of the sixteen digits; u is (overlap/T̃)^n
        room = 1e-14 + 4e-15 * n * 2 * (max(PAIR) / temperature) ** n
        assert velocity[0] == pytest.approx(float(along), abs=room)
        clipped = abs(at[1]) == 1 and float(up) * at[1] > 0
        assert velocity[1] == pytest.approx(0 if clipped else float(up), abs=room)


POINTS = [(8, 700), (20, 700), (30, 700), (50, 700), (12, 650), (40, 800)]


@pytest.mark.parametrize(("n", "temperature"), POINTS)
def test_fixed_points_of_the_reduced_system(n, temperature):
    points = hopcore.ReducedSystem(*PAIR, n=n, temperature=temperature, copies=2).fixed_points()
    assert points.sizes["point"] >= 1
    par = mp.mpf(n), mp.mpf(temperature), 2
    for alpha, ell in zip(points.alpha.values, points.ell.values, strict=True):
        at, label = mp.mpf(float(alpha)), mp.mpf(float(ell))
        if abs(ell) < 1:
            at, label = mp.findroot(lambda a, b: rates(a, b, *par), (at, label))
        else:
            at = mp.findroot(lambda a, clipped=label: rates(a, clipped, *par)[0], at)
            assert rates(at, label, *par)[1] * label > 0  # the label presses against its limit
        assert alpha == pytest.approx(float(at), rel=1e-12, abs=0)
        assert ell == pytest.approx(float(label), rel=1e-9, abs=0)


def test_folds_of_the_reduced_system():
    found = hopcore.folds(*PAIR, temperature=700, copies=2, n_range=(10, 60))
    assert found.sizes["fold"] == 2

    def conditions(alpha, ell, n):
        """Both rates, and the determinant of their derivatives."""

        def along(a, b):
            return rates(a, b, n, mp.mpf(700), 2)[0]

        def up(a, b):
            return rates(a, b, n, mp.mpf(700), 2)[1]

        slopes = [mp.diff(f, (alpha, ell), way) for f in (along, up) for way in ((1, 0), (0, 1))]
        return along(alpha, ell), up(alpha, ell), slopes[0] * slopes[3] - slopes[1] * slopes[2]

    for fold in (found.isel(fold=at) for at in range(2)):
        start = [mp.mpf(float(fold[name])) for name in ("alpha", "ell", "n")]
        exact = mp.findroot(conditions, start, tol=1e-40)
        for name, value in zip(("alpha", "ell", "n"), exact, strict=True):
            assert float(fold[name]) == pytest.approx(float(value), rel=1e-11)


def exact_epochs(start, data, n, temperature, rate, epochs):
    """Memories and labels after some epochs of the learning rule, in floats again."""
    memories, labels, images, targets = map(wide, (*start, data.images, data.targets))
    n, temperature, rate = mp.mpf(n), mp.mpf(temperature) * images.shape[1], mp.mpf(rate)
    for _ in range(epochs):
        active = np.maximum(memories @ images.T, 0) / temperature
        g = -targets * pull(targets * ((active**n).T @ labels), n)
        by_memories, by_labels = (active ** (n - 1) * (labels @ g.T)) @ images, active**n @ g
        memories = memories - rate * by_memories / np.abs(by_memories).max(axis=1, keepdims=True)
        labels = np.clip(labels - rate * by_labels / np.abs(by_labels).max(axis=1, keepdims=True), -1, 1)
        memories = memories / np.maximum(1, np.abs(memories).max(axis=1, keepdims=True))
    return memories.astype(float), labels.astype(float)


@pytest.mark.parametrize("n", [3, 12.5, 30, 55])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-13), ("float32", 2e-5)])
def test_ten_epochs_of_a_small_network(n, dtype, tolerance):
    generator = np.random.default_rng(5)
    data = TrainingSet(generator.uniform(-1, 1, (4, 16)), np.array([0, 1, 1, 7]))
    weights = generator.uniform(0, 0.4, (3, 4))
    start = weights @ data.images, generator.uniform(-0.9, 0.9, (3, 10))
    # overlaps of a few units: neither saturated nor silent
    options = Options.checked(data, start=start, epochs=10, rate=0.05, dtype=dtype)
    memories, labels = train_final(data, options, [Run(n, 0.2)])

    exact = exact_epochs(start, data, n, 0.2, rate=0.05, epochs=10)
    for found, right, began in zip((memories[0], labels[0]), exact, start, strict=True):
        assert np.abs(found - right).max() < tolerance
        assert np.abs(right - began).max() > 0.1  # it has moved


def test_a_step_where_images_are_all_but_learnt():
    """Scores within e^-10000 of their targets, whose powers neither overflow nor vanish."""
    generator = np.random.default_rng(4)
    data = TrainingSet(generator.uniform(0.1, 1, (3, 24)), [1, 4, 7])
    labels = np.full((3, 10), -1.0)
    labels[[0, 1, 2], [1, 4, 7]] = 0.9
    start = data.images, labels
    run = hopcore.train(data, start=start, n=6.0, rescaled_temperature=0.05, epochs=2, rate=0.05)
    exact = exact_epochs(start, data, 6, 0.05, rate=0.05, epochs=2)
    for found, right in zip((run.memories.values[-1], run.labels.values[-1]), exact, strict=True):
        assert np.abs(found - right).max() < 1e-9
    assert np.abs(run.memories.values[-1] - data.images).max() > 1e-2
