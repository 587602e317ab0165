"""Training: the plain rule, both forms, promises on reproducibility, bad input."""

import numpy as np
import plain
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import hopcore
from hopcore import splits
from hopcore._threads import threads
from hopcore.training import NoisePulses, Options, Run, train_stack
from hopcore.training.features import choose_features, features_of, primal_features
from hopcore.training.learner import Learner


@pytest.fixture(scope="module")
def standard():
    return hopcore.training_set(seed=0)


def start_of(data, memories, seed=0):
    return Options.checked(data, memories=memories).starts(data, seed)


def end_of(run):
    return run.memories.values[-1], run.labels.values[-1]


def largest_difference(one, other):
    return max(np.abs(a - b).max() for a, b in zip(one, other, strict=True))


# Options one by one are tried below, beside memories that stay where they are.
@pytest.mark.parametrize("n", [3.0, 12.5, 30.0, 55.0])
@pytest.mark.parametrize(
    "options", [{}, {"momentum": 0.6, "minibatches": 4, "constraint": "clip"}, {"cost_power": 2.5}], ids=str
)
def test_fifty_epochs_equal_the_plain_rule(digits, n, options):
    settings = {"n": n, "rescaled_temperature": 0.85, "rate": 0.005, "epochs": 50, **options}
    rng = np.random.default_rng(6)
    mixtures = rng.dirichlet(np.ones(30), 7) @ digits.images, np.clip(rng.normal(size=(7, 10)), -1, 1)
    for start in (start_of(digits, 7), mixtures):
        run = hopcore.train(digits, start=start, **settings)
        expected = plain.train(digits, start=start, **settings)
        assert largest_difference(end_of(run), expected) < 1e-10
    assert np.abs(expected[0]).max() > 0.99 and np.abs(expected[1]).max() == 1  # limits were met


# The standard network is compared with other programs in test_benchmarks.py.
DEVICES = ["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("record_every", [None, 5])
def test_noise_equals_the_plain_rule_on_every_device(digits, device, record_every):
    pulses = NoisePulses(epochs=(5, 20, 21), std=0.01, mean=0.001)
    shape = (6, digits.images.shape[1])
    noise = {epoch: pulses.draw(3, epoch, shape, 10) for epoch in pulses.epochs}
    settings = {"n": 12.5, "rescaled_temperature": 0.7, "rate": 0.01, "epochs": 30, "minibatches": 2}
    settings["momentum"] = 0.3
    expected = plain.train(digits, start=start_of(digits, 6, seed=3), noise=noise, **settings)
    how = {"noise": pulses, "seed": 3, "record_every": record_every, "device": device}
    run = hopcore.train(digits, memories=6, **how, **settings)
    assert run.attrs["device"] == device
    assert largest_difference(end_of(run), expected) < 1e-10


@pytest.mark.parametrize("constraint", ["rescale", "clip"])
def test_strong_activations_and_noise_equal_the_plain_rule(digits, constraint):
    """Memories that are images, whose pixels are at the limit and activations up to 2; noise beyond it."""
    start = digits.images[:4], np.random.default_rng(1).uniform(-0.05, 0.05, (4, 10))
    noise = {3: NoisePulses((3,), 0.5).draw(0, 3, (4, 784), 10)}
    settings = {"n": 3.0, "rescaled_temperature": 0.5, "rate": 0.005, "epochs": 3, "constraint": constraint}
    expected = plain.train(digits, start=start, noise=noise, **settings)
    run = hopcore.train(digits, start=start, noise={"epochs": [3], "std": 0.5}, **settings)
    assert largest_difference(end_of(run), expected) < 1e-10


# A minibatch is a step of its own: with four, the same path is taken at a quarter of the rate.
@pytest.mark.parametrize(
    "options",
    [
        {"n": 3.0},
        {"momentum": 0.6},
        {"minibatches": 4, "rate": 0.00125},
        {"momentum": 0.6, "minibatches": 4, "rate": 0.0005, "n": 12.5},
        {"cost_power": 3.0},
        {"noise": {"epochs": [50, 120], "std": 0.003}},
        {"record_every": 100, "seed": 3, "rescaled_temperature": 0.7, "memories": 31},
    ],
    ids=str,
)
def test_dual_form_equals_primal_form_over_500_epochs(monkeypatch, options):
    data = hopcore.training_set(per_digit=10)
    settings = {"epochs": 500, "memories": 50, **options}
    dual = hopcore.train(data, **settings)
    monkeypatch.setattr("hopcore.training.run.features_of", lambda data, _: primal_features(data.images))
    primal = hopcore.train(data, **settings)
    assert (dual.form, primal.form) == ("dual", "primal")
    assert np.abs(dual.memories.values - primal.memories.values).max() < 1e-9
    assert np.abs(dual.labels.values - primal.labels.values).max() < 1e-9


def test_dual_features_follow_pixels_that_differ_only_at_the_start():
    """Pixels that are equal in all images, but not in the start, must not be taken for one another."""
    rng = np.random.default_rng(0)
    images = np.repeat(rng.uniform(-1, 1, (4, 5)), 3, axis=1)  # five groups of three equal pixels
    data = hopcore.TrainingSet(images, [0, 1, 2, 3])
    start = rng.uniform(-0.5, 0.5, (3, 15)), rng.uniform(-0.1, 0.1, (3, 10))
    settings = {"n": 4.0, "rescaled_temperature": 0.5, "rate": 0.05, "epochs": 25}
    run = hopcore.train(data, start=start, **settings)
    assert run.form == "dual"
    assert largest_difference(end_of(run), plain.train(data, start=start, **settings)) < 1e-10


def test_pulses_of_different_epochs_differ(digits):
    pulses = NoisePulses((4, 5), std=0.1, mean=0.5)
    first, last = (pulses.draw(3, epoch, (6, 784), 10) for epoch in pulses.epochs)
    for one, other in zip(first, last, strict=True):
        assert (one != other).all()
        assert one.mean() == pytest.approx(0.5, abs=0.1) and one.std() == pytest.approx(0.1, rel=0.3)
    run = hopcore.train(digits, memories=6, noise=pulses, seed=3, epochs=5)  # the last epoch may have one
    assert np.abs(run.memories.values[-1]).mean() > 0.3


def test_form_is_the_one_with_fewer_operations():
    rng = np.random.default_rng(0)
    few, many = rng.uniform(-1, 1, (8, 20)), rng.uniform(-1, 1, (48, 20))
    assert choose_features(few, "rescale").name == "dual"
    assert choose_features(many, "rescale").name == "primal"
    assert choose_features(few, "clip").name == "primal"


@pytest.mark.parametrize("n", [3.0, 15.0, 30.0])
@pytest.mark.parametrize("rescaled_temperature", [0.51, 0.85])
def test_cost_falls_at_small_rates(digits, n, rescaled_temperature):
    """Normalising each memory's gradient keeps it a direction of descent."""
    network = {"n": n, "rescaled_temperature": rescaled_temperature}
    near = hopcore.train(digits, memories=10, rate=0.01, epochs=150, **network)
    start = end_of(near)
    costs = [hopcore.cost(digits, *start, **network)]
    for rate in (1e-5, 3e-5, 1e-4):
        after = end_of(hopcore.train(digits, start=start, rate=rate, epochs=1, **network))
        costs.append(hopcore.cost(digits, *after, **network))
    assert (np.diff(costs) < 0).all()


@pytest.mark.parametrize(
    "options",
    [{}, {"momentum": 0.6}, {"constraint": "clip", "minibatches": 2}, {"minibatches": 2, "momentum": 0.3}],
    ids=str,
)
def test_memories_without_positive_overlap_stay_where_they_are(options):
    """As by the plain rule, among others that learn."""
    rng = np.random.default_rng(2)
    data = hopcore.TrainingSet(rng.uniform(-0.4, 1, (12, 20)), [1, 4, 7] * 4)
    start = rng.dirichlet(np.ones(12), 6) @ data.images, rng.uniform(-1, 1, (6, 10))
    start[0][1] = 0
    start[0][2] = -data.images.mean(axis=0)
    assert (start[0][2] @ data.images.T < 0).all()
    settings = {"n": 4.0, "rescaled_temperature": 0.3, "rate": 0.05, "epochs": 12, **options}
    memories, labels = end_of(hopcore.train(data, start=start, **settings))
    assert largest_difference((memories, labels), plain.train(data, start=start, **settings)) < 1e-10
    assert (memories[1] == 0).all() and np.abs(memories[2] - start[0][2]).max() < 1e-15
    assert (labels[1:3] == start[1][1:3]).all()
    assert np.abs(memories).max() > 0.99 and np.abs(labels).max() == 1  # the others met their limits


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_number_of_a_step_is_subnormal(standard, dtype):
    """Subnormal numbers are many times slower; none may be what an operation reads."""
    smallest = np.finfo(dtype).tiny
    seen, subnormal = set(), set()

    class Watched(TorchDispatchMode):
        def __torch_dispatch__(self, operation, types, arguments=(), options=None):
            for position, array in enumerate(arguments):
                if isinstance(array, torch.Tensor) and array.is_floating_point() and array.numel():
                    size = array.numpy()
                    size = np.abs(size[size != 0])
                    subnormal.update({(str(operation), position)} if (size < smallest).any() else ())
            seen.add(str(operation))
            return operation(*arguments, **(options or {}))

    for n in (3.0, 30.0, 60.0, 200.0):
        trained = end_of(hopcore.train(standard, n=n, epochs=300, dtype=dtype))
        with Watched():
            hopcore.train(standard, n=n, start=trained, epochs=2, dtype=dtype)
            hopcore.train(standard, n=n, epochs=2, dtype=dtype)
    assert {"aten.bmm.out", "aten.exp_.default", "aten.log.out", "aten.addcmul_.default"} <= seen
    assert not subnormal


@pytest.mark.parametrize("n, dtype", [(200, "float64"), (60, "float32"), (200, "float32"), (1.01, "float64")])
def test_extreme_powers_train_from_the_standard_start(standard, n, dtype):
    run = hopcore.train(standard, n=n, dtype=dtype, epochs=40, record_every=1)
    assert run.memories.dtype == dtype
    assert np.isfinite(run.memories.values).all() and np.isfinite(run.labels.values).all()
    assert (np.abs(np.diff(run.memories.values, axis=0)).max(axis=-1) > 0).all()  # every memory at every step


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_same_seed_same_bits(standard, dtype):
    settings = {"epochs": 30, "dtype": dtype}
    for count in (1, 2):
        with threads(count):
            one, other = (hopcore.train(standard, seed=4, **settings) for _ in range(2))
        assert one.identical(other)
    assert not one.memories.equals(hopcore.train(standard, seed=5, **settings).memories)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("per_digit", "memories"), [(20, 100), (1, 2), (3, 7), (2, 1), (7, 33)])
def test_a_stacked_run_equals_the_run_alone_bit_for_bit(per_digit, memories, dtype):
    data = hopcore.training_set(per_digit=per_digit, digits=[1, 4, 7] if per_digit < 3 else range(10))
    options = Options.checked(data, memories=memories, epochs=25, dtype=dtype, momentum=0.3)
    runs = [Run(3, 0.7, 0), Run(30, 0.85, 1), Run(12.5, 1.0, 0)]
    with threads(1):
        alone = [train_stack(data, options, [run])[0] for run in runs]
        for times in (1, 3):
            for run, stacked in zip(alone * times, train_stack(data, options, runs * times), strict=True):
                assert run.identical(stacked)


def test_float32_agrees_on_what_is_learnt(standard):
    """Which digit is learnt when, and how many memories end with each digit, on the standard run."""
    runs = [hopcore.train(standard, dtype=dtype, record_every=100) for dtype in ("float64", "float32")]
    double, single = (splits.appearance(splits.recognised(run)).values for run in runs)
    assert np.abs(double - single).max() <= 100
    assert (np.argsort(double, kind="stable") == np.argsort(single, kind="stable")).all()
    double, single = ((run.labels.values[-1] > 0.9).sum(axis=0) for run in runs)
    assert np.abs(double - single).max() <= 2


def test_recorded_epochs_and_attributes(digits):
    run = hopcore.train(digits, memories=4, epochs=25, record_every=10, n=12.5, seed=7)
    assert run.epoch.values.tolist() == [0, 10, 20, 25]
    assert run.memories.dims == ("epoch", "memory", "pixel") and run.memories.shape == (4, 4, 784)
    assert run.labels.dims == ("epoch", "memory", "category") and run.labels.shape == (4, 4, 10)
    assert np.allclose(run.memories[0], start_of(digits, 4, seed=7)[0], atol=1e-15)
    last = hopcore.train(digits, memories=4, epochs=25, n=12.5, seed=7)
    assert last.epoch.values.tolist() == [25]
    assert (last.memories[0].values == run.memories[-1].values).all()
    assert run.attrs["n"] == 12.5 and run.attrs["cost_power"] == 12.5 and run.attrs["seed"] == 7
    assert run.attrs["temperature"] == pytest.approx(0.85 * 784)
    assert run.attrs["data_fingerprint"] == digits.fingerprint
    assert {"hopcore_version", "torch_version", "numpy_version", "xarray_version"} <= set(run.attrs)


def test_a_long_trajectory_stores_weights_and_gives_pixels_on_access(standard):
    run = hopcore.train(standard, epochs=40, record_every=10)
    stored = sum(variable.nbytes for name, variable in run.variables.items() if name != "memories")
    per_epoch = run.image_weights.nbytes / run.sizes["epoch"] + run.labels.nbytes / run.sizes["epoch"]
    fixed = stored - per_epoch * run.sizes["epoch"]
    assert fixed + 351 * per_epoch < 150e6  # 3,500 epochs, every tenth
    whole = run.memories.values
    start = np.einsum("ek,skn->ekn", run.kept, run.base_memories.values)
    assert np.abs(whole - start - run.image_weights.values @ standard.images).max() < 1e-12
    assert (np.diff(run.kept.values, axis=0) <= 0).all()
    assert (run.memories.isel(epoch=2).values == whole[2]).all()
    assert (run.memories.isel(memory=[5, 3], pixel=slice(100, 200)).values == whole[:, [5, 3], 100:200]).all()
    assert (run.memories.sel(epoch=[40, 10], memory=7).values == whole[[4, 1], 7]).all()
    assert np.abs(whole).max() <= 1


def test_a_long_trajectory_knows_what_each_pulse_left(digits):
    """Before and after a pulse, its pixels are those of runs that end there and keep them all."""
    settings = {"memories": 6, "n": 12.5, "rate": 0.02}
    noise = {"epochs": [50], "std": 0.01}
    run = hopcore.train(digits, epochs=100, record_every=1, noise=noise, **settings)
    assert "image_weights" in run and run.sizes["start"] == 2
    before = hopcore.train(digits, epochs=49, **settings)
    after = hopcore.train(digits, epochs=100, noise=noise, **settings)
    for epoch, end in ((49, before), (100, after)):
        assert np.abs(run.memories.sel(epoch=epoch).values - end.memories.values[-1]).max() < 1e-12


PIXELS, LABELS = np.zeros((2, 784)), np.zeros((2, 10))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"data": PIXELS}, r"data = .*must be a TrainingSet"),
        ({"n": 1}, r"n = 1: must be a finite real number above 1"),
        ({"n": float("nan")}, r"n = nan"),
        ({"n": "30"}, r"n = '30'"),
        ({"n": {3, 4, 5, 6, 7}}, r"n = \{3, .*\}: must be a finite real number above 1"),
        ({"n": {3: 1, 4: 2}}, r"n = \{3: 1, 4: 2\}: must be a finite real number above 1"),
        ({"rescaled_temperature": 0}, r"rescaled_temperature = 0: must be a finite real number above 0"),
        ({"rescaled_temperature": -0.5}, r"rescaled_temperature = -0.5"),
        ({"memories": 0}, r"memories = 0: must be an integer of at least 1"),
        ({"memories": 2.5}, r"memories = 2.5"),
        ({"memories": 5, "start": (PIXELS, LABELS)}, r"memories = 5: must be the number .* in start, 2"),
        ({"rate": 0}, r"rate = 0: must be a finite real number above 0"),
        ({"rate": float("inf")}, r"rate = inf"),
        ({"epochs": -1}, r"epochs = -1: must be an integer of at least 0"),
        ({"epochs": True}, r"epochs = True"),
        ({"momentum": 1.0}, r"momentum = 1.0: must be a number from 0"),
        ({"cost_power": 0}, r"cost_power = 0"),
        ({"constraint": "project"}, r"constraint = 'project': must be one of 'rescale', 'clip'"),
        ({"dtype": "float16"}, r"dtype = 'float16': must be one of 'float64', 'float32'"),
        ({"device": "tpu"}, r"device = 'tpu': must be 'cpu'"),
        ({"device": 0}, r"device = 0: must be 'cpu'"),
        ({"device": "cuda:99"}, r"device = 'cuda:99'"),
        ({"seed": -1}, r"seed = -1: must be an integer of at least 0"),
        ({"record_every": 0}, r"record_every = 0: must be an integer of at least 1"),
        ({"minibatches": 31}, r"minibatches = 31: must be at most the number of images, 30"),
        ({"noise": {"epochs": [3]}}, r"noise = "),
        ({"noise": 3}, r"noise = 3"),
        ({"noise": {"epochs": [9], "std": 0.1}}, r"noise.epochs = 9: must be at most the number .*, 5"),
        ({"noise": {"epochs": [0], "std": 0.1}}, r"noise.epochs = 0"),
        ({"noise": {"epochs": 3, "std": 0.1}}, r"noise.epochs = 3"),
        ({"noise": {"epochs": [3], "std": 0}}, r"noise.std = 0"),
        ({"start": PIXELS}, r"start = an array of shape \(2, 784\)"),
        ({"start": (PIXELS[:, 1:], LABELS)}, r"start\[0\] = .*must be an array of shape \(any, 784\)"),
        ({"start": (PIXELS[:0], LABELS[:0])}, r"start\[0\] = .*at least one memory"),
        ({"start": (PIXELS, LABELS[:1])}, r"start\[1\] = .*must be an array of shape \(2, 10\)"),
        ({"start": (PIXELS * np.nan, LABELS)}, r"start\[0\]\[0, 0\] = nan: must be finite"),
        ({"progress": 1}, r"progress = 1: must be True or False"),
    ],
)
def test_bad_arguments_are_named(digits, wrong, message):
    with pytest.raises((ValueError, TypeError), match=message):
        hopcore.train(**{"data": digits, "epochs": 5, **wrong})


@pytest.mark.parametrize("value", [{"rate": 1e39}, {"n": 1e39}, {"cost_power": 1e39}])
def test_numbers_that_overflow_are_told(digits, value):
    with pytest.raises(FloatingPointError, match="numbers of float32: lower rate, n or cost_power"):
        hopcore.train(digits, **value, memories=2, epochs=9, record_every=3, dtype="float32")


def test_progress_is_shown_on_request(digits, capsys, plain_bar):
    hopcore.train(digits, memories=2, epochs=120, progress=True)
    assert "120/120" in capsys.readouterr().err
    hopcore.train(digits, memories=2, epochs=120)
    assert not capsys.readouterr().err


def test_a_step_never_waits_for_the_device(digits):
    """On the meta device there are no numbers to wait for: any transfer to the host would fail."""
    options = Options(momentum=0.5, minibatches=2, device="meta")
    start = np.zeros((3, 4, 784)), np.zeros((3, 4, 10))
    conditions = {"n": np.array([3.0, 30.0, 40.0]), "temperature": np.ones(3), "cost_power": np.ones(3)}
    learner = Learner(features_of(digits, "rescale"), digits.targets, start, options, **conditions)
    learner.epochs(3)
    assert learner.state.values.shape[0] == 3


def test_a_memory_follows_the_images_it_overlaps_with_however_well_they_are_learnt():
    """A hard image without overlap must not hide the tiny gradient of images that are all but learnt."""
    rng = np.random.default_rng(4)
    images = np.zeros((3, 24))
    images[0, :8], images[1, 8:16], images[2, 16:] = rng.uniform(0.5, 1, (3, 8))
    data = hopcore.TrainingSet(images, [1, 4, 7])
    memories = np.stack([images[0] + images[1], images[0]])  # neither overlaps with the third image
    labels = np.full((2, 10), -1.0)
    labels[0, [1, 4]] = labels[1, 1] = 0.5
    run = hopcore.train(data, start=(memories, labels), n=3.0, rescaled_temperature=0.02, epochs=1, rate=0.01)
    step = run.memories.values[-1] - memories / np.abs(memories).max(axis=1, keepdims=True)
    assert np.isfinite(run.memories.values).all()
    assert np.abs(step[:, 16:]).max() < 1e-100  # no part of the image without overlap
    assert np.abs(step[1, 8:16]).max() < 1e-100 and np.abs(run.labels.values[-1] - labels).max() > 0.005
