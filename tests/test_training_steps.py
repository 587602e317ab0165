"""The arithmetic of a step: both ways of computing it, its elementary functions, its compiled programs."""

import os
import subprocess
import sys

import numpy as np
import plain
import pytest
import torch
from numba import njit

import hopcore
from hopcore.training import elementary, kernels
from hopcore.training.features import dual_features
from hopcore.training.fused_step import FusedStep
from hopcore.training.state import EXPONENTS
from hopcore.training.step import Learner
from hopcore.training.tensor_step import TensorStep


@pytest.fixture(scope="module")
def standard():
    return hopcore.training_set(seed=0)


def end_of(run):
    return run.memories.values[-1], run.labels.values[-1]


# Where learning amplifies rounding, the epochs are fewer or the rate is smaller.
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"n": 3.0},
        {"n": 200.0, "epochs": 60},
        {"n": 1.01, "epochs": 100},
        {"momentum": 0.6},
        {"minibatches": 4, "rate": 0.00125},
        {"momentum": 0.6, "minibatches": 4, "rate": 0.0005, "n": 12.5},
        {"constraint": "clip"},
        {"constraint": "clip", "momentum": 0.3, "minibatches": 2, "rate": 0.001},
        {"cost_power": 2.5},
        {"noise": {"epochs": [50, 120], "std": 0.003}},
        {"noise": {"epochs": [50], "std": 0.003}, "constraint": "clip", "minibatches": 3, "rate": 0.001},
        {"memories": 31, "seed": 3, "rescaled_temperature": 0.7, "record_every": 100},
    ],
    ids=str,
)
def test_the_fused_step_equals_the_step_in_tensor_operations(standard, monkeypatch, options):
    settings = {"epochs": 300, **options}
    fused = hopcore.train(standard, **settings)
    used = []
    monkeypatch.setattr("hopcore.training.step.step_for", lambda device: used.append(device) or TensorStep)
    tensor = hopcore.train(standard, **settings)
    assert used and fused.form == tensor.form
    assert np.abs(fused.memories.values - tensor.memories.values).max() < 1e-9
    assert np.abs(fused.labels.values - tensor.labels.values).max() < 1e-9


@pytest.mark.parametrize(
    "options",
    [{}, {"momentum": 0.6}, {"constraint": "clip", "momentum": 0.6, "minibatches": 4}, {"minibatches": 4}],
    ids=str,
)
def test_the_tensor_step_equals_the_plain_rule(monkeypatch, options):
    data = hopcore.training_set(per_digit=3, seed=1)
    rng = np.random.default_rng(6)
    start = rng.dirichlet(np.ones(30), 7) @ data.images, np.clip(rng.normal(size=(7, 10)), -1, 1)
    settings = {"n": 12.5, "rescaled_temperature": 0.85, "rate": 0.005, "epochs": 50, **options}
    monkeypatch.setattr("hopcore.training.step.step_for", lambda device: TensorStep)
    found = end_of(hopcore.train(data, start=start, **settings))
    expected = plain.train(data, start=start, **settings)
    for one, other in zip(found, expected, strict=True):
        assert np.abs(one - other).max() < 1e-10
    assert np.abs(expected[0]).max() > 0.99 and np.abs(expected[1]).max() == 1  # limits were met


def test_both_steps_agree_where_images_are_all_but_learnt(monkeypatch):
    """Scores within e^−10000 of their targets, whose powers neither overflow nor vanish."""
    rng = np.random.default_rng(4)
    data = hopcore.TrainingSet(rng.uniform(0.1, 1, (3, 24)), [1, 4, 7])
    labels = np.full((3, 10), -1.0)
    labels[[0, 1, 2], [1, 4, 7]] = 0.9
    settings = {"start": (data.images, labels), "n": 6.0, "rescaled_temperature": 0.05, "epochs": 2}
    fused = end_of(hopcore.train(data, **settings))
    monkeypatch.setattr("hopcore.training.step.step_for", lambda device: TensorStep)
    for one, other in zip(fused, end_of(hopcore.train(data, **settings)), strict=True):
        assert np.abs(one - other).max() < 1e-9
    assert np.abs(fused[0] - data.images).max() > 1e-3


@pytest.mark.parametrize("categories", [1, 2, 4, 5, 7, 11])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-4)])
def test_any_number_of_categories(monkeypatch, categories, dtype, tolerance):
    """However many rows are summed in one go."""
    rng = np.random.default_rng(categories)
    images = rng.uniform(-1, 1, (16, 32))
    targets = np.where(rng.random((16, categories)) < 0.3, 1.0, -1.0)
    memories, labels = rng.uniform(-0.3, 0.3, (2, 6, 32)), rng.uniform(-0.5, 0.5, (2, 6, categories))
    ends = []
    for step in (FusedStep, TensorStep):
        monkeypatch.setattr("hopcore.training.step.step_for", lambda device, step=step: step)
        learner = Learner(
            dual_features(images), targets, memories, labels, n=np.array([3.0, 12.0]),
            temperature=np.array([0.2, 0.3]), cost_power=np.array([3.0, 12.0]), rate=0.01, momentum=0.0,
            constraint="rescale", batches=[16], dtype=dtype, device=torch.device("cpu"),
        )  # fmt: skip
        learner.epochs(20)
        ends.append((learner.memories().numpy(), learner.labels.numpy()))
    assert np.abs(ends[0][1] - labels).max() > 0.05
    for fused, tensor in zip(*ends, strict=True):
        assert np.abs(fused - tensor).max() < tolerance


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_number_of_a_step_is_subnormal(standard, monkeypatch, dtype):
    """Subnormal numbers are many times slower; none may reach a product or a power."""
    smallest = np.finfo(dtype).tiny
    seen, subnormal = [], []

    def watched(name):
        kernel = getattr(kernels, name)

        def watch(*arguments):
            kernel(*arguments)  # which changes nothing that it has read but the state
            for position, array in enumerate(arguments):
                if isinstance(array, np.ndarray):
                    size = np.abs(array)
                    subnormal.extend([(name, position)] * bool(((size > 0) & (size < smallest)).any()))
            seen.append(name)

        return watch

    trained = {n: hopcore.train(standard, n=n, epochs=300, dtype=dtype) for n in (3.0, 30.0, 60.0, 200.0)}
    for name in ("gradient", "advance"):
        monkeypatch.setattr(kernels, name, watched(name))
    for n, run in trained.items():
        hopcore.train(standard, n=n, start=end_of(run), epochs=2, dtype=dtype)
        hopcore.train(standard, n=n, epochs=2, dtype=dtype)
    assert seen == ["gradient", "advance"] * 16
    assert not subnormal


@njit
def exp_of(x, results):
    for i in range(x.size):
        results[i] = elementary.exp(x[i])


@njit
def log_of(x, results):
    for i in range(x.size):
        results[i] = elementary.log(x[i])


@njit
def largest_of(x):
    largest = elementary.rank(x[0])
    for i in range(x.size):
        largest = max(largest, elementary.rank(x[i]))
    return elementary.of_rank(largest)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_elementary_functions_are_right_to_the_last_digits(dtype):
    """Against NumPy's in extended precision, in units of the last place of the result."""
    rng = np.random.default_rng(0)
    lowest, highest = EXPONENTS[getattr(torch, np.dtype(dtype).name)]
    exponents = np.concatenate(
        [rng.uniform(lowest, highest, 50_000), rng.uniform(-2, 2, 50_000), [0, lowest]]
    )
    exponents = exponents.astype(dtype)
    numbers = np.concatenate([np.exp(exponents), rng.uniform(0.5, 2, 50_000)]).astype(dtype)
    for function, exact, x in ((exp_of, np.exp, exponents), (log_of, np.log, numbers)):
        results = np.empty_like(x)
        function(x, results)
        expected = exact(x.astype(np.longdouble))
        unit = np.spacing(np.abs(expected).astype(dtype))
        assert (np.abs(results - expected) <= 1.2 * unit).all()
    assert results[numbers == 1].tolist() == [0] * int((numbers == 1).sum())


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_ranks_order_numbers(dtype):
    numbers = np.random.default_rng(1).normal(size=101).astype(dtype)
    for x in (numbers, -np.abs(numbers), np.abs(numbers), np.zeros(3, dtype), np.array([-0.0, -1], dtype)):
        assert largest_of(x) == x.max()


LIMIT = """
import numpy as np
from hopcore.training import kernels
numbers = kernels.Numbers(*map(np.float64, (-600, 600, 1e-290, -1e30, 0, 1, 2)))
values = np.array([[[4.0, -8.0, 2.0]]])
kernels.limit(numbers, False, 0, values, np.zeros((1, 1, 2)), np.ones((1, 1, 2)), np.ones((1, 1, 1)))
assert values.tolist() == [[[0.5, -1.0, 0.25]]]
print(sum(kernels.limit.stats.cache_hits.values()), sum(kernels.limit.stats.cache_misses.values()))
"""


def limit_in_a_process(**environment):
    return subprocess.Popen(
        [sys.executable, "-c", LIMIT], env=os.environ | environment, stdout=subprocess.PIPE, text=True
    )


def test_compiled_programs_are_kept_on_disk_also_by_two_processes_at_once(tmp_path):
    both = [limit_in_a_process(NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(2)]
    assert [process.communicate()[0] for process in both] != []
    assert [process.returncode for process in both] == [0, 0]
    third = limit_in_a_process(NUMBA_CACHE_DIR=str(tmp_path))
    assert third.communicate()[0].split() == ["1", "0"]


def test_programs_are_compiled_where_nothing_can_be_kept():
    """As for a package folder and a home that are both read-only."""
    process = limit_in_a_process(NUMBA_CACHE_LOCATOR_CLASSES="_UserProvidedCacheLocator", NUMBA_CACHE_DIR="")
    assert process.communicate()[0] and process.returncode == 0
