"""The compiled programs of training, run as plain Python: compiling them changes their rounding alone."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import numba
import numpy as np
import plain
import pytest
import torch

import hopcore
from hopcore.training import elementary, fused_step, kernels
from hopcore.training.features import dual_features, primal_features
from hopcore.training.state import EXPONENTS
from hopcore.training.step import Learner

TYPES = {torch.float64: numba.types.float64, torch.float32: numba.types.float32}
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-4}


@pytest.fixture(params=TYPES, ids=str)
def dtype(request: pytest.FixtureRequest) -> torch.dtype:
    return request.param


@pytest.fixture
def interpreted(dtype: torch.dtype) -> ModuleType:
    """`hopcore.training.kernels`, not compiled; what is for compiled programs alone is chosen by hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba.config, "DISABLE_JIT", True)
        for name in ("exp", "log", "rank", "of_rank"):
            kind = TYPES[dtype]
            if name == "of_rank":
                kind = numba.types.int64 if dtype == torch.float64 else numba.types.int32
            patch.setattr(elementary, name, getattr(elementary, f"_{name}")(kind))
        spec = importlib.util.spec_from_file_location("hopcore.training.interpreted", kernels.__file__)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


def test_elementary_functions_need_no_compiler(dtype: torch.dtype) -> None:
    generator = np.random.default_rng(0)
    kind, number = TYPES[dtype], np.dtype(str(dtype).removeprefix("torch.")).type
    exponents = np.concatenate([generator.uniform(*EXPONENTS[dtype], 500), generator.uniform(-2, 2, 500)])
    for x in exponents.astype(number):
        power = elementary._exp(kind)(x)
        for found, exact in (
            (power, np.exp(np.longdouble(x))),
            (elementary._log(kind)(power), np.log(np.longdouble(power))),
        ):
            assert type(found) is number
            assert abs(found - exact) <= 1.5 * np.spacing(abs(number(exact)))


@pytest.mark.parametrize("function", [elementary.exp, elementary.log, elementary.rank, elementary.of_rank])
def test_outside_compiled_programs_they_are_refused(function) -> None:
    with pytest.raises(NotImplementedError):
        function(1.0)


@pytest.mark.parametrize("dtype", [torch.float64], ids=str)
@pytest.mark.parametrize(
    "options",
    [{}, {"momentum": 0.6}, {"constraint": "clip", "minibatches": 2}, {"minibatches": 2, "momentum": 0.3}],
    ids=str,
)
def test_interpreted_programs_learn_by_the_plain_rule(interpreted: ModuleType, options, monkeypatch) -> None:
    rng = np.random.default_rng(2)
    data = hopcore.TrainingSet(rng.uniform(-0.4, 1, (12, 20)), [1, 4, 7] * 4)
    start = rng.dirichlet(np.ones(12), 6) @ data.images, rng.uniform(-1, 1, (6, 10))
    start[0][1] = 0  # overlaps with nothing, and stays, as does what is opposite to all images
    start[0][2] = -data.images.mean(axis=0)
    assert (start[0][2] @ data.images.T < 0).all()
    monkeypatch.setattr(fused_step, "kernels", interpreted)
    settings = {"n": 4.0, "rescaled_temperature": 0.3, "rate": 0.05, "epochs": 12, **options}
    run = hopcore.train(data, start=start, **settings)
    expected = plain.train(data, start=start, **settings)
    assert np.abs(run.memories.values[-1] - expected[0]).max() < 1e-10
    assert np.abs(run.labels.values[-1] - expected[1]).max() < 1e-10
    assert np.abs(expected[0]).max() > 0.99 and np.abs(expected[1]).max() == 1  # limits were met
    assert (expected[0][1] == 0).all() and (expected[1][2] == start[1][2]).all()


@pytest.mark.parametrize("momentum", [0.0, 0.6])
@pytest.mark.parametrize("constraint", ["rescale", "clip"])
def test_interpreted_programs_learn_the_same(
    interpreted: ModuleType, dtype: torch.dtype, momentum: float, constraint: str, monkeypatch
) -> None:
    """Seven memories and categories: sums of five rows at a time, and what is left of them."""
    rng = np.random.default_rng(4)
    images = rng.uniform(-1, 1, (16, 24))
    targets = np.where(rng.random((16, 7)) < 0.3, 1.0, -1.0)
    memories, labels = rng.uniform(-0.9, 0.9, (2, 8, 24)), rng.uniform(-0.9, 0.9, (2, 8, 7))
    memories[0, 1] = 0  # overlaps with nothing, and stays
    noise = rng.normal(0, 0.1, memories.shape), rng.normal(0, 0.1, labels.shape)
    features = primal_features(images) if constraint == "clip" else dual_features(images)
    ends = []
    for programs in (kernels, interpreted):
        monkeypatch.setattr(fused_step, "kernels", programs)
        learner = Learner(
            features, targets, memories, labels, n=np.array([3.0, 12.0]), temperature=np.array([0.2, 0.3]),
            cost_power=np.array([3.0, 12.0]), rate=0.05, momentum=momentum, constraint=constraint,
            batches=[8, 8], dtype=dtype, device=torch.device("cpu"),
        )  # fmt: skip
        learner.epochs(2)
        still = learner.memories().numpy()[0, 1].copy()
        learner.epoch(noise)
        ends.append((learner.memories().numpy().copy(), learner.labels.numpy().copy(), still))
    for compiled, plainly in zip(*ends, strict=True):
        assert np.abs(compiled - plainly).max() < TOLERANCE[dtype]
    assert np.abs(ends[0][0] - memories).max() > 0.1 and np.abs(ends[0][1]).max() == 1
    assert (ends[1][2] == 0).all()
