"""A sweep gives what its runs give alone, wherever they are computed, and loses nothing that is finished."""

import itertools
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path

import long_sweep
import numpy as np
import psutil
import pytest
import torch
import xarray as xr
from joblib.externals.loky import ProcessPoolExecutor as ProcessPool
from waiting import gone, wait_for

import hopcore
from hopcore._threads import threads
from hopcore.sweeps import run as sweeps
from hopcore.sweeps import stacks
from hopcore.sweeps.run import WorkerWarning, dispatch
from hopcore.sweeps.store import StoreWarning
from hopcore.training import Options, Run

GRID = {"n": [3, 12.5, 30], "rescaled_temperature": [0.7, 0.85], "seed": [0, 5]}
OPTIONS = {"memories": 6, "epochs": 40}
RUNS = 12


@pytest.fixture(scope="module")
def data():
    return long_sweep.data()


@pytest.fixture(scope="module")
def expected(data):
    """The grid, computed here in the usual stacks."""
    return hopcore.sweep(data, **GRID, **OPTIONS)


@pytest.fixture(scope="module")
def long_expected():
    return long_sweep_here()


@pytest.fixture
def single(monkeypatch):
    """Every run is a stack of its own."""
    monkeypatch.setattr(stacks, "CACHE_BYTES", 1)


@pytest.fixture
def trained(monkeypatch):
    """The runs that are trained in this process, in order."""
    runs = []
    train_final = stacks.train_final

    def counted(data, options, stack):
        runs.extend(stack)
        return train_final(data, options, stack)

    monkeypatch.setattr(stacks, "train_final", counted)
    return runs


@pytest.fixture
def idle(monkeypatch):
    """Training anything fails the test."""
    monkeypatch.setattr(stacks, "train_final", None)


@pytest.fixture(scope="module")
def cluster():
    import dask
    from distributed import Client, LocalCluster

    with (
        # on a busy machine a worker may take long to start
        dask.config.set({"distributed.comm.timeouts.connect": "180s"}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        yield client


def test_every_run_is_that_of_train_with_one_thread(data, expected):
    with threads(1):
        for n, temperature, seed in itertools.product(*GRID.values()):
            alone = hopcore.train(data, n=n, rescaled_temperature=temperature, seed=seed, **OPTIONS)
            run = expected.sel(n=n, rescaled_temperature=temperature, seed=seed)
            assert np.array_equal(run.memories, alone.memories[-1])
            assert np.array_equal(run.labels, alone.labels[-1])
    assert expected.memories.std("pixel").min() > 1e-3  # the networks have learnt something


def test_the_dataset_is_labelled_and_says_how_it_was_made(data, expected, tmp_path):
    assert expected.memories.dims == ("n", "rescaled_temperature", "seed", "memory", "pixel")
    assert expected.memories.shape == (3, 2, 2, 6, 784)
    assert expected.labels.dims == ("n", "rescaled_temperature", "seed", "memory", "category")
    assert expected.n.values.tolist() == [3, 12.5, 30] and expected.seed.values.tolist() == [0, 5]
    assert expected.temperature.values.tolist() == [0.7 * 784, 0.85 * 784]
    assert expected.category.values.tolist() == list(range(10))
    attributes = expected.attrs
    assert attributes["epochs"] == 40 and attributes["rate"] == 0.005 and attributes["cost_power"] == "n"
    assert attributes["threads"] == 1
    assert attributes["data_fingerprint"] == data.fingerprint and len(attributes["code_version"]) == 64
    assert attributes["torch_version"] and attributes["hopcore_version"] and attributes["form"] == "dual"
    expected.to_netcdf(tmp_path / "sweep.nc", engine="h5netcdf")  # every attribute can be written
    with xr.open_dataset(tmp_path / "sweep.nc", engine="h5netcdf") as kept:
        xr.testing.assert_identical(kept.load(), expected)


def test_single_values_are_lists_of_one(data, expected):
    one = hopcore.sweep(data, n=30, rescaled_temperature=np.float64(0.7), seed=range(5, 6), **OPTIONS)
    assert np.array_equal(one.memories, expected.memories.isel(n=[2], rescaled_temperature=[0], seed=[1]))


def test_the_options_of_train_reach_every_run(data):
    generator = np.random.default_rng(0)
    start = generator.uniform(-0.1, 0.1, (5, 784)), generator.uniform(-0.1, 0.1, (5, 10))
    options = {
        "start": start, "epochs": 12, "rate": 0.01, "momentum": 0.6, "cost_power": 2.5, "constraint": "clip",
        "minibatches": 2, "noise": {"epochs": [3, 7], "std": 0.01}, "dtype": "float32",
    }  # fmt: skip
    result = hopcore.sweep(data, n=[3, 30], rescaled_temperature=0.85, seed=[0, 1], **options)
    assert result.memories.dtype == result.labels.dtype == np.float32
    with threads(1):
        for n, seed in itertools.product([3, 30], [0, 1]):
            alone = hopcore.train(data, n=n, rescaled_temperature=0.85, seed=seed, **options)
            assert np.array_equal(result.memories.sel(n=n, seed=seed)[0], alone.memories[-1])


def test_the_number_of_threads_is_put_back_by_sweeps_side_by_side_too(data):
    before = torch.get_num_threads()
    sweep = partial(hopcore.sweep, data, rescaled_temperature=0.8, memories=2, epochs=9)
    try:
        torch.set_num_threads(before + 1)
        with ThreadPoolExecutor(3) as pool:
            for executor in (None, pool):
                sweep(n=range(2, 9), executor=executor)
            list(pool.map(lambda n: sweep(n=[2, n]), range(3, 20)))
            found = {pool.submit(torch.get_num_threads).result() for _ in range(9)}
        assert found == {torch.get_num_threads()} == {before + 1}
    finally:
        torch.set_num_threads(before)


def test_the_bar_counts_runs_and_those_in_the_store(data, tmp_path, capsys, plain_bar):
    hopcore.sweep(data, **{**GRID, "seed": 0}, **OPTIONS, store=tmp_path)
    assert capsys.readouterr().err == ""
    hopcore.sweep(data, **GRID, **OPTIONS, store=tmp_path, progress=True)
    shown = capsys.readouterr().err
    assert "6/12" in shown and "12/12" in shown


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"n": [3, 1]}, ValueError, "n = 1: must be a finite real number above 1"),
        ({"n": []}, ValueError, "n = .*at least one"),
        ({"n": "30"}, TypeError, "n = '30'"),
        ({"n": [3, 30, 3.0]}, ValueError, "n holds 3.0 twice"),
        ({"n": [[3, 30]]}, TypeError, "n = "),
        ({"n": None}, TypeError, "n = None"),
        ({"n": {3: 1}}, TypeError, r"n = \{3: 1\}: must be a finite real number"),
        ({"rescaled_temperature": [0.7, -1]}, ValueError, "rescaled_temperature = -1"),
        ({"rescaled_temperature": [0.7, float("nan")]}, ValueError, "rescaled_temperature = nan"),
        ({"seed": [0, 1.5]}, TypeError, "seed = 1.5"),
        ({"seed": -1}, ValueError, "seed = -1"),
        ({"epochs": -1}, ValueError, "epochs = -1"),
        ({"epochs": 5, "epoch": 3}, TypeError, "unknown option epoch: .*epochs"),
        ({"record_every": 10}, ValueError, "record_every = 10: .*final states"),
        ({"executor": 2}, TypeError, "executor = 2: .*client.get_executor"),
        ({"progress": 1}, TypeError, "progress = 1"),
        ({"store": os.devnull}, ValueError, "store = "),
        ({"data": np.zeros((2, 784))}, TypeError, "data = "),
    ],
)
def test_wrong_arguments_are_refused_before_any_work(data, idle, tmp_path, wrong, error, message):
    with pytest.raises(error, match=message):
        hopcore.sweep(**{"data": data, **GRID, **OPTIONS, "store": tmp_path / "runs", **wrong})
    assert not (tmp_path / "runs").exists()


def test_the_digits_do_not_depend_on_the_stacks(data, expected, monkeypatch, trained):
    for room in (1, 200_000, 2**40):
        monkeypatch.setattr(stacks, "CACHE_BYTES", room)
        xr.testing.assert_identical(hopcore.sweep(data, **GRID, **OPTIONS), expected)
    assert len(trained) == 3 * RUNS


def test_stacks_fill_the_cache(data):
    standard = hopcore.training_set()
    assert stacks.stack_size(standard, Options()) == 1
    pair = hopcore.paper_pair()
    assert 64 <= stacks.stack_size(pair, Options(memories=2)) <= 256
    assert stacks.stack_size(data, Options(memories=6)) > 4
    double, momentum = Options(memories=4), Options(memories=4, momentum=0.5)
    assert stacks.stack_size(pair, replace(double, dtype="float32")) > stacks.stack_size(pair, double)
    assert stacks.stack_size(pair, momentum) < stacks.stack_size(pair, double)


def test_a_gpu_takes_as_many_as_fit_its_memory(monkeypatch):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (10 * 2**30, 16 * 2**30))
    size = stacks.stack_size(hopcore.training_set(), replace(Options(), device="cuda"))
    # Half of 10 GiB. 100 memories of 752 features and 200 images are 100 · (2 · 752 + 5 · 200) · 8 bytes.
    assert size == 5 * 2**30 // 2_003_200


@pytest.mark.parametrize("pixels", [9, 24])
def test_images_that_leave_registers_unfilled_are_trained_alone(pixels):
    generator = np.random.default_rng(3)
    odd = hopcore.TrainingSet(generator.uniform(-1, 1, (7, pixels)), [0, 1, 2, 3, 4, 5, 6])
    options = {"memories": 5, "epochs": 25, "dtype": "float32", "rate": 0.02, "constraint": "clip"}
    result = hopcore.sweep(odd, n=[3, 7, 30], rescaled_temperature=0.85, **options)
    assert stacks.stack_size(odd, Options()) == 1
    with threads(1):
        for n in (3, 7, 30):
            alone = hopcore.train(odd, n=n, rescaled_temperature=0.85, **options)
            assert np.array_equal(result.memories.sel(n=n)[0, 0], alone.memories[-1])


@pytest.mark.parametrize(
    ("count", "largest", "at_least", "sizes"),
    [
        (25, 10, 1, [8, 8, 9]), (25, 25, 1, [25]), (25, 5, 1, [5] * 5),
        (25, 100, 4, [6, 6, 6, 7]), (3, 10, 8, [1] * 3), (0, 10, 1, []),
    ],
)  # fmt: skip
def test_runs_are_split_evenly(count, largest, at_least, sizes):
    runs = [Run(2 + each, 0.85) for each in range(count)]
    split = stacks.in_stacks(runs, largest, at_least)
    assert sorted(map(len, split)) == sizes
    assert list(itertools.chain(*split)) == runs


def test_a_stack_too_large_for_the_memory_is_halved(data, expected, monkeypatch):
    train_final = stacks.train_final

    def small_memory(data, options, runs):
        if len(runs) > 2:
            raise MemoryError(f"no room for {len(runs)} runs")
        return train_final(data, options, runs)

    monkeypatch.setattr(stacks, "train_final", small_memory)
    xr.testing.assert_identical(hopcore.sweep(data, **GRID, **OPTIONS), expected)


@pytest.mark.parametrize("workers", [ThreadPoolExecutor, hopcore.worker_pool, ProcessPool])
def test_executors_change_nothing_and_say_nothing(data, expected, single, trained, capfd, workers):
    with workers(2) as pool:
        xr.testing.assert_identical(hopcore.sweep(data, **GRID, **OPTIONS, executor=pool), expected)
    assert capfd.readouterr() == ("", "")
    assert len(trained) == (RUNS if workers is ThreadPoolExecutor else 0)


def test_a_pool_has_as_many_workers_as_threads_and_each_has_one():
    with threads(3), hopcore.worker_pool() as pool:
        assert pool._max_workers == 3 and pool.submit(torch.get_num_threads).result() == 1
    with threads(1), hopcore.worker_pool() as pool:  # no second PyTorch for one worker
        assert pool.submit(os.getpid).result() == os.getpid()
    for wrong in (0, 1.5):
        with pytest.raises((ValueError, TypeError), match=r"workers = "):
            hopcore.worker_pool(wrong)


def test_a_dask_cluster_changes_nothing(data, expected, cluster, idle, tmp_path):
    assert len({*cluster.run(os.getpid).values(), os.getpid()}) == 3
    result = hopcore.sweep(data, **GRID, **OPTIONS, executor=cluster.get_executor(), store=tmp_path)
    xr.testing.assert_identical(result, expected)
    assert len(list(tmp_path.iterdir())) == RUNS


def test_only_a_bounded_number_of_tasks_is_with_the_executor_and_their_order_is_any(monkeypatch):
    monkeypatch.setattr(sweeps, "AHEAD", 5)
    done, most = [], []

    class Watched(ThreadPoolExecutor):
        def submit(self, *arguments):
            most.append(len(most) + 1 - len(done))
            return super().submit(*arguments)

    def work(task):
        time.sleep(0.01 * (4 - task % 5))  # the first of five is the last to end
        return str(task)

    with Watched(5) as pool:
        dispatch(range(40), work, pool, lambda task, result: done.append((task, result)), work_here=str)
    assert sorted(done) == [(task, str(task)) for task in range(40)] != done
    assert max(most) == 5


def test_a_worker_with_other_versions_is_refused(data, monkeypatch):
    packed = stacks.pack(data, Options.checked(data, **OPTIONS))
    assert len(packed) < data.images.nbytes / 4
    elsewhere = {**stacks.provenance(), "torch_version": "1.0"}
    monkeypatch.setattr(stacks, "provenance", lambda: elsewhere)
    with pytest.raises(RuntimeError, match=r"this worker has torch_version 1\.0, not "):
        stacks.train_packed(packed, [Run(3, 0.7)])


def test_a_store_spares_what_it_holds(data, expected, trained, tmp_path):
    hopcore.sweep(data, **{**GRID, "n": [12.5, 30]}, **OPTIONS, store=tmp_path)
    assert len(trained) == 8 and len(list(tmp_path.iterdir())) == 8
    trained.clear()
    xr.testing.assert_identical(hopcore.sweep(data, **GRID, **OPTIONS, store=str(tmp_path)), expected)
    assert [run.n for run in trained] == [3] * 4


def test_another_option_data_set_start_or_code_is_another_run(data, trained, tmp_path, monkeypatch):
    grid = {"n": 3, "rescaled_temperature": 0.85}
    memories = np.full((2, 784), -0.1)
    for options in (
        {},
        {"epochs": 6},
        {"rate": 0.01},
        {"dtype": "float32"},
        {"noise": {"epochs": [2], "std": 0.1}},
        {"start": (memories, np.zeros((2, 10)))},
        {"start": (memories, np.full((2, 10), 0.1))},
        {"data": hopcore.training_set(per_digit=2, seed=1)},
    ):
        hopcore.sweep(**{"data": data, **grid, "memories": 2, "epochs": 5, "store": tmp_path, **options})
    assert len(trained) == len(list(tmp_path.iterdir())) == 8
    changed = {**sweeps.provenance(), "code_version": "0" * 64}
    monkeypatch.setattr(sweeps, "provenance", lambda: changed)
    hopcore.sweep(data, **grid, memories=2, epochs=5, store=tmp_path)
    assert len(trained) == 9


# What else may lie there is tried in test_fuzz.py.
def test_swapped_files_are_reported_and_computed_again(data, expected, trained, tmp_path):
    hopcore.sweep(data, **GRID, **OPTIONS, store=tmp_path)
    trained.clear()
    one, other = sorted(tmp_path.iterdir())[:2]
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    (tmp_path / "notes.txt").write_text("not of this store, and left alone")
    with pytest.warns(StoreWarning) as caught:
        again = hopcore.sweep(data, **GRID, **OPTIONS, store=tmp_path)
    xr.testing.assert_identical(again, expected)
    assert len(trained) == len(caught) == 2
    for path in (one, other):
        assert any(path.name in str(warning.message) for warning in caught)
    assert (tmp_path / "notes.txt").exists()
    xr.testing.assert_identical(hopcore.sweep(data, **GRID, **OPTIONS, store=tmp_path), expected)
    assert len(trained) == 2


def test_a_failing_run_is_named_and_the_finished_ones_are_kept(data, expected, monkeypatch, tmp_path, single):
    train_final = stacks.train_final

    def failing(data, options, runs):
        if any(run == Run(12.5, 0.85, 5) for run in runs):
            raise ArithmeticError("the network exploded")
        return train_final(data, options, runs)

    monkeypatch.setattr(stacks, "train_final", failing)
    message = r"n = 12\.5, rescaled_temperature = 0\.85, seed = 5 failed: ArithmeticError: the network expl"
    with pytest.raises(RuntimeError, match=message):
        hopcore.sweep(data, **GRID, **OPTIONS, store=tmp_path / "here")
    assert len(list((tmp_path / "here").iterdir())) == 7
    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError, match=message):
        hopcore.sweep(data, **GRID, **OPTIONS, store=tmp_path / "threads", executor=pool)
    assert len(list((tmp_path / "threads").iterdir())) >= 7
    monkeypatch.setattr(stacks, "CACHE_BYTES", 2**30)  # all in one stack: still the run at fault is named
    with pytest.raises(RuntimeError, match=message):
        hopcore.sweep(data, **GRID, **OPTIONS)
    monkeypatch.setattr(stacks, "train_final", train_final)
    xr.testing.assert_identical(hopcore.sweep(data, **GRID, **OPTIONS, store=tmp_path / "here"), expected)


def start_long_sweep(folder, *workers):
    """A sweep of 10 runs in another process, in a process group of its own."""
    command = [sys.executable, long_sweep.__file__, str(folder / "runs"), str(folder / "log"), *workers]
    path = os.pathsep.join([str(Path(hopcore.__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path}
    options = {"stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    return subprocess.Popen(command, env=environment, **options)


def long_sweep_here(**how):
    return hopcore.sweep(long_sweep.data(), **long_sweep.GRID, **long_sweep.OPTIONS, **how)


def finished(folder):
    return [path for path in (folder / "runs").glob("*.npz") if not path.name.startswith(".")]


def wait_for_files(folder, count, process):
    assert wait_for(lambda: len(finished(folder)) >= count or process.poll() is not None, 120)
    assert process.poll() is None, process.stderr.read()


def killed(process, folder):
    process.kill()
    assert process.wait(60) == -signal.SIGKILL
    process.stderr.close()


def interrupted(process, folder):
    os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C in a terminal does, to the workers too
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0 and "KeyboardInterrupt" in errors
    assert set((folder / "runs").iterdir()) == set(finished(folder))  # and no half-written file


@pytest.mark.parametrize("end", [killed, interrupted])
@pytest.mark.parametrize("workers", [(), ("2",)], ids=["here", "processes"])
def test_a_sweep_that_is_ended_computes_again_only_what_was_in_flight(
    tmp_path, long_expected, trained, single, workers, end
):
    process = start_long_sweep(tmp_path, *workers)
    wait_for_files(tmp_path, 3, process)
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) >= len(workers) * 2
    end(process, tmp_path)
    assert wait_for(lambda: all(map(gone, children)))
    kept = len(finished(tmp_path))
    assert 3 <= kept < 10
    if not workers:
        assert len((tmp_path / "log").read_text().split()) - kept <= 1
    xr.testing.assert_identical(long_sweep_here(store=tmp_path / "runs"), long_expected)
    assert len(trained) == 10 - kept


def test_ctrl_c_keeps_what_the_workers_have_finished(data, tmp_path, monkeypatch, single):
    """Results that are finished, but not yet collected when the interruption comes, go to the store."""
    put = sweeps.RunStore.write

    def interrupted(store, *arguments):
        monkeypatch.setattr(sweeps.RunStore, "write", put)
        raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as pool:
        submit, futures = pool.submit, []

        def all_finished(*arguments):
            futures.append(submit(*arguments))
            if len(futures) == RUNS:
                wait(futures)
            return futures[-1]

        monkeypatch.setattr(pool, "submit", all_finished)
        monkeypatch.setattr(sweeps.RunStore, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            hopcore.sweep(data, **GRID, **OPTIONS, executor=pool, store=tmp_path)
    assert len(list(tmp_path.iterdir())) == RUNS


def kill_when_files_appear(folder, count, pid):
    wait_for(lambda: len(finished(folder)) >= count, 120)
    os.kill(pid, signal.SIGKILL)


def test_a_worker_process_that_dies_does_not_lose_the_sweep(tmp_path, long_expected, trained, single):
    with ThreadPoolExecutor(1) as beside, hopcore.worker_pool(2) as pool:
        beside.submit(kill_when_files_appear, tmp_path, 2, pool.submit(os.getpid).result())
        with pytest.warns(WorkerWarning, match=r"lost its workers \(.*\d of 10 tasks, in the calling"):
            result = long_sweep_here(executor=pool, store=tmp_path / "runs")
    xr.testing.assert_identical(result, long_expected)
    assert 0 < len(trained) <= 8  # what was finished before was not trained again here
    assert len(finished(tmp_path)) == 10


def test_a_dask_worker_that_dies_does_not_lose_the_sweep(tmp_path, long_expected, cluster, idle, single):
    workers = set(cluster.run(os.getpid).values())
    with ThreadPoolExecutor(1) as beside:
        beside.submit(kill_when_files_appear, tmp_path, 1, min(workers))
        result = long_sweep_here(executor=cluster.get_executor(), store=tmp_path / "runs")
    xr.testing.assert_identical(result, long_expected)
    cluster.wait_for_workers(2)
    assert set(cluster.run(os.getpid).values()) != workers  # one of them was replaced


def test_two_sweeps_may_share_a_store(tmp_path, long_expected, idle):
    for process in [start_long_sweep(tmp_path) for _ in range(2)]:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0 and errors == ""
    assert len(list((tmp_path / "runs").iterdir())) == 10
    xr.testing.assert_identical(long_sweep_here(store=tmp_path / "runs"), long_expected)
