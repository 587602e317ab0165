"""Schedules of n and of the temperature: what they do to a run, where they are kept, and what is refused."""

import numpy as np
import plain
import pytest
import xarray as xr

import hopcore
from hopcore import splits
from hopcore.training import Options, Run, train_stack
from hopcore.training.schedule import Schedule, conditions

EPOCHS = 12
SETTINGS = {"memories": 6, "epochs": EPOCHS, "rate": 0.02, "seed": 3}


def warm_then_cold(epoch):
    return 1.1 if epoch <= 5 else 0.8


def same(one, other):
    return all((one[name].values == other[name].values).all() for name in ("memories", "labels"))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"dtype": "float32"},
        {"constraint": "clip"},
        {"cost_power": 2.5},
        {"momentum": 0.6, "minibatches": 4, "noise": {"epochs": [4], "std": 0.01}},
        {"record_every": 1},
    ],
    ids=str,
)
def test_a_constant_schedule_is_the_run_without_one_bit_for_bit(digits, options):
    without = hopcore.train(digits, n=12.5, rescaled_temperature=0.85, **SETTINGS, **options)
    for n, temperature in ((lambda _: 12.5, [0.85] * EPOCHS), (np.full(EPOCHS, 12.5), lambda _: 0.85)):
        scheduled = hopcore.train(digits, n=n, rescaled_temperature=temperature, **SETTINGS, **options)
        assert same(without, scheduled)
        assert without.attrs == scheduled.attrs


@pytest.mark.parametrize("cost_power", [None, 2.5])
@pytest.mark.parametrize("constraint", ["rescale", "clip"])
def test_each_epoch_is_the_plain_rule_with_that_epochs_values(digits, constraint, cost_power):
    n = np.linspace(3, 30, EPOCHS)
    temperature = 0.7 + 0.03 * np.arange(EPOCHS)
    options = {"rate": 0.02, "constraint": constraint, "cost_power": cost_power}
    run = hopcore.train(digits, **SETTINGS | options, n=n, rescaled_temperature=temperature)
    state = Options.checked(digits, memories=6).starts(digits, 3)
    for power, warmth in zip(n, temperature, strict=True):
        now = {"n": power, "rescaled_temperature": warmth, **options}
        state = plain.train(digits, start=state, epochs=1, **now)
    assert np.abs(run.memories.values[-1] - state[0]).max() < 1e-9
    assert np.abs(run.labels.values[-1] - state[1]).max() < 1e-9


def test_a_function_and_an_array_count_epochs_alike(digits):
    asked = []

    def recorded(epoch):
        asked.append(epoch)
        return warm_then_cold(epoch)

    by_function = hopcore.train(digits, rescaled_temperature=recorded, **SETTINGS)
    array = xr.DataArray([warm_then_cold(entry + 1) for entry in range(EPOCHS)], dims="epoch")
    by_array = hopcore.train(digits, rescaled_temperature=array, **SETTINGS)
    assert asked == list(range(1, EPOCHS + 1))
    assert same(by_function, by_array)
    # The first five epochs are those of the high temperature, the sixth is not. Near the usual start, where
    # all scores are 0, no temperature is seen: it divides all gradients alike. Images have scores.
    start = digits.images[::5], np.full((6, 10), 0.5)
    for epochs, alike in ((5, True), (6, False)):
        brief = SETTINGS | {"epochs": epochs, "start": start}
        part = hopcore.train(digits, rescaled_temperature=warm_then_cold, **brief)
        assert same(part, hopcore.train(digits, rescaled_temperature=1.1, **brief)) == alike


def test_a_schedule_is_kept_whole_in_the_result_and_its_file(tmp_path, digits):
    n = np.linspace(5, 16, EPOCHS)
    run = hopcore.train(digits, n=n, rescaled_temperature=warm_then_cold, record_every=4, **SETTINGS)
    hopcore.save_run(run, tmp_path / "run.nc")
    for kept in (run, hopcore.open_run(tmp_path / "run.nc")):
        assert kept.n_schedule.dims == ("step",)
        assert kept.step.values.tolist() == list(range(1, EPOCHS + 1))
        np.testing.assert_array_equal(kept.n_schedule, n)
        np.testing.assert_array_equal(kept.cost_power_schedule, n)
        np.testing.assert_array_equal(kept.rescaled_temperature_schedule, [1.1] * 5 + [0.8] * (EPOCHS - 5))
        assert kept.attrs["n"] == kept.attrs["cost_power"] == 16
        assert kept.attrs["rescaled_temperature"] == 0.8
        assert conditions(kept, 0) == (5, 1.1, 5)
        assert conditions(kept, 5) == (n[5], 0.8, n[5])
        assert conditions(kept, EPOCHS) == (16, 0.8, 16)
    assert same(run, hopcore.open_run(tmp_path / "run.nc"))
    without = hopcore.train(digits, n=7, **SETTINGS)
    assert "step" not in without.coords
    assert conditions(without, 3) == (7, 0.85, 7)


def test_stacked_runs_follow_their_own_schedules(digits):
    options = Options.checked(digits, **{name: SETTINGS[name] for name in ("memories", "epochs", "rate")})
    runs = [
        Run.scheduled(30, warm_then_cold, 0, EPOCHS),
        Run(30, 0.85, 1),
        Run.scheduled(np.linspace(5, 16, EPOCHS), lambda epoch: 1 / epoch, 2, EPOCHS),
    ]
    for run, stacked in zip(runs, train_stack(digits, options, runs), strict=True):
        [alone] = train_stack(digits, options, [run])
        assert same(alone, stacked)
    with pytest.raises(ValueError, match=r"rescaled_temperature = .*a schedule of the 12 epochs"):
        train_stack(digits, options, [Run(30, Schedule((0.85,) * 3))])


def test_recognition_uses_the_n_of_each_epoch(digits):
    rng = np.random.default_rng(0)
    start = rng.dirichlet(np.full(30, 0.1), 20) @ digits.images, rng.uniform(-1, 1, (20, 10))
    run = hopcore.train(digits, n=[1.5, 40.0], start=start, rate=1e-6, epochs=2, record_every=1)

    def right(state, power):
        network, warmth = (state.memories.values, state.labels.values), 0.85
        answers = hopcore.category(digits.images, *network, n=power, rescaled_temperature=warmth)
        return [int((answers[digits.digits == digit] == digit).sum()) for digit in range(10)]

    counts = splits.recognised(run, digits)
    for epoch, power, other in ((1, 1.5, 40.0), (2, 40.0, 1.5)):
        state = run.sel(epoch=epoch)
        assert counts.sel(epoch=epoch).values.tolist() == right(state, power) != right(state, other)


def fails(epoch):
    return 2 + 1 / (epoch - 3) ** 2


@pytest.mark.parametrize("name", ["n", "rescaled_temperature"])
@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ([2.0] * (EPOCHS - 1), ValueError, r"NAME = an array of shape \(11,\): .* each of the 12 epochs"),
        (np.full((EPOCHS, 2), 2.0), ValueError, r"NAME = an array of shape \(12, 2\): .*12 epochs"),
        ([2.0] * (EPOCHS - 1) + [-1.0], ValueError, r"NAME\[11\] = -1.0: must be a finite real number above"),
        (["2"] * EPOCHS, TypeError, r"NAME\[0\] = '2': must be a finite real"),
        (np.full(EPOCHS, True), TypeError, r"NAME\[0\] = .*True.*: must be a finite real"),
        ("2" * EPOCHS, TypeError, r"NAME = '222222222222': must be a finite real"),
        (fails, ValueError, r"NAME\(3\) failed with ZeroDivisionError.*from 1 to 12"),
        (lambda epoch: epoch - 4, ValueError, r"NAME\(1\) = -3: must be a finite real number above"),
        (lambda epoch: None, TypeError, r"NAME\(1\) = None: must be a finite real number above"),
    ],
)
def test_wrong_schedules_are_named_before_any_work(digits, monkeypatch, name, given, error, message):
    monkeypatch.setattr("hopcore.training.run.train_stack", None)
    with pytest.raises(error, match=message.replace("NAME", name)):
        hopcore.train(digits, **{name: given}, **SETTINGS)


def test_a_schedule_is_told_by_its_ends():
    assert f"{Schedule((1.25, 3.0, 0.85)):g}" == "1.25 to 0.85"


def test_schedules_are_refused_at_n_of_one_without_epochs_and_by_sweeps(digits):
    with pytest.raises(ValueError, match=r"n\[4\] = 1.0: must be a finite real number above 1"):
        hopcore.train(digits, n=[2.0] * 4 + [1.0] * (EPOCHS - 4), **SETTINGS)
    for schedule in ([], warm_then_cold):
        with pytest.raises(ValueError, match="one number, as there are no epochs"):
            hopcore.train(digits, rescaled_temperature=schedule, epochs=0, memories=6)
    with pytest.raises(TypeError, match=r"rescaled_temperature = .*must be a finite real number above 0"):
        hopcore.sweep(digits, n=3, rescaled_temperature=warm_then_cold, memories=6, epochs=2)
