"""A full disk, read-only folders, clocks that jump, no network, terminated builds, a lost cluster."""

import errno
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from unittest.mock import Mock
from urllib.error import URLError

import numpy as np
import psutil
import pytest
import small_disk
from test_edition_faults import PLAIN, run_of
from tiny_book import ALPHA, make_book
from waiting import gone, wait_for

import hopcore
from hopcore import _files
from hopcore import mnist as loading
from hopcore._files import CacheWarning
from hopcore.edition import commands
from hopcore.edition.errors import EditionError
from hopcore.edition.run.execute import Parameters
from hopcore.sweeps import stacks
from hopcore.sweeps.run import WorkerWarning
from hopcore.sweeps.store import RunStore

GRID = {"n": [3, 12.5, 30], "rescaled_temperature": [0.7, 0.85], "memories": 2, "epochs": 3}
FULL = "No space left on device", "File too large", "Disk quota exceeded"


@pytest.fixture(scope="module")
def data():
    return small_disk.small_source()


def on_small_disk(folder: Path, size: str, blocks: int, command: list[str]) -> tuple[list[str], str]:
    """The command on a small disk, and which: a file system of its own in ``folder`` ("disk").

    Where the system lets nobody mount one, no file may grow beyond ``blocks`` of 512 bytes ("limit"): the
    same calls fail in the same places.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mounted = f'mount -t tmpfs -o size={size} none "$0" && exec "$@"'
    disk = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mounted, str(folder)]
    try:
        subprocess.run([*disk, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return ["sh", "-c", f'ulimit -f {blocks} && exec "$@"', "sh", *command], "limit"
    return [*disk, *command], "disk"


@pytest.mark.parametrize("how", ["disk", "limit"])
def test_a_full_disk_loses_nothing_that_is_finished_and_is_told(tmp_path, how):
    program = [sys.executable, small_disk.__file__, str(tmp_path / "disk")]
    command, possible = on_small_disk(tmp_path / "disk", "400k", 0, program)
    if how == "limit" or possible == "limit":  # the program limits its files itself
        command, how = program, "limit"
    done = subprocess.run([*command, how], capture_output=True, text=True)
    assert done.returncode == 0 and "Exception ignored" not in done.stderr, done.stderr
    seen = json.loads(done.stdout)
    assert seen["small"] == 6 and seen["small again"] == 0 and seen["told of small"] == []
    (told,) = seen["told"]
    assert told.startswith("StoreWarning") and told.endswith("going on, but not all is kept")
    assert any(problem in told for problem in FULL)
    assert 6 <= seen["kept"] < 12 and seen["large again"] == 12 - seen["kept"] and seen["large at last"] == 0
    assert seen["told of large"] == [] and seen["same"]
    assert any(problem in seen["save_run"] for problem in FULL) and seen["run"] == 2
    assert not seen["keep_array"] and "HOPCORE_CACHE" in seen["told of cache"][0] and seen["array"]
    assert seen["files"] == ["kept.npy", "run.nc", "runs"]  # and nothing half-written


def test_a_build_on_a_full_disk_says_what_to_do_and_keeps_what_is_finished(tmp_path):
    root = make_book(tmp_path / "clone", {"alpha": ALPHA}, intro=PLAIN)
    book = f'"{sys.executable}" -m hopcore book --root "{root}"'
    after = f'status=$?; cp -a "{root}/_build/executed" "{tmp_path}"; ls -A "{root}/_build"; exit $status'
    command, _ = on_small_disk(root / "_build", "1m", 2000, ["sh", "-c", f"{book}; {after}"])
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert any(problem in done.stderr for problem in FULL)
    assert "make room on the disk, then run the same command again; what is finished is kept" in done.stderr
    assert "alpha: done" in done.stdout and "html" not in done.stdout.split()[-5:]
    run = run_of(root, "alpha")
    os.makedirs(run.notebook.parent.parent, exist_ok=True)
    if not run.notebook.exists():  # it was on the small disk, which is gone
        os.rename(tmp_path / "executed" / run.notebook.parent.name, run.notebook.parent)
    assert run.finished()


@pytest.fixture
def read_only(tmp_path):
    """A folder in which nothing can be made, not even by the superuser, whom permissions do not stop."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    folder.chmod(0o555)
    yield Path("/sys") if os.access(folder, os.W_OK) else folder
    folder.chmod(0o755)


def test_a_read_only_folder_is_told_by_all_that_write(read_only, data, tmp_path, monkeypatch):
    for folder in (read_only, read_only / "runs"):
        with pytest.raises(ValueError, match=rf"store = '{folder}': must be a folder in which"):
            hopcore.sweep(data, **GRID, store=folder)
    with pytest.raises(OSError, match=str(read_only)) as error:
        hopcore.save_run(hopcore.train(data, memories=2, epochs=1), read_only / "run.nc")
    assert error.value.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
    monkeypatch.setattr(_files, "_unwritable", set())
    with pytest.warns(CacheWarning, match=rf"{read_only}/cache cannot be written .*HOPCORE_CACHE"):
        assert not _files.keep_array(read_only / "cache" / "a.npy", np.zeros(2), "x")


def test_a_read_only_clone_is_told_by_the_command(read_only, tmp_path, monkeypatch, capsys, command):
    root = make_book(tmp_path / "clone", {"alpha": ALPHA}, intro=PLAIN)
    (root / "_build").symlink_to(read_only)
    with pytest.raises(EditionError, match=r"cannot write to .*_build: .*(denied|permitted|[Rr]ead-only)"):
        commands.book(root, [], Parameters())

    def writing(*arguments, **options):
        (read_only / "reference.ipynb").write_text("")

    monkeypatch.setattr(commands, "reference", writing)
    assert command("reference", "--root", str(root)) == 1
    assert f"({read_only}/reference.ipynb): make it writable, then run" in capsys.readouterr().err


def test_errors_that_no_advice_helps_with_are_shown_whole(monkeypatch, command):
    broken = Mock(side_effect=OSError(errno.EIO, "Input/output error"))
    monkeypatch.setattr(commands, "book", broken)
    with pytest.raises(OSError, match="Input/output error"):
        command("book")


def test_a_sweep_does_not_mind_the_clock(data, tmp_path, monkeypatch, plain_bar):
    expected = hopcore.sweep(data, **GRID)
    looks = count(1)

    def clock():
        """Seconds since 1970 that go on a day or back two with every look."""
        return 1e9 + (look := next(looks)) + 86400 * (-2 if look % 2 else 1)

    monkeypatch.setattr(time, "time", clock)
    monkeypatch.setattr("tqdm.std.time", clock)
    with ThreadPoolExecutor(2) as pool:
        result = hopcore.sweep(data, **GRID, store=tmp_path, progress=True, executor=pool)
    assert next(looks) > 3 and result.identical(expected)
    for year in (0, 2**31, 2**33):  # before all, and long after today
        for path in tmp_path.iterdir():
            os.utime(path, (year, year))
        monkeypatch.setattr("hopcore.sweeps.run._train_all", None)  # nothing is to be trained
        assert hopcore.sweep(data, **GRID, store=tmp_path).identical(expected)


SITE = """
import os, sys, time

LOG, LOCAL = {log!r}, ("127.0.0.1", "localhost", "::1", "0.0.0.0", "", None)

def watch(event, arguments):
    if event == "socket.connect":
        host = arguments[1][0] if isinstance(arguments[1], tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host not in LOCAL:
        with open(LOG, "a") as file:
            print(event, host, sys.argv, file=file)
        raise OSError("there is no network")

sys.addaudithook(watch)
looks, now = 0, time.time

def jumping():
    global looks
    looks += 1
    return now() + 86400 * (-2 if looks % 2 else 1)

time.time = jumping
open(LOG + ".used", "a").close()
"""


def test_a_build_needs_no_network_no_clock_and_no_settings(tmp_path):
    """Each process has a clock that jumps, a hook that stops connections, and settings that are not ours."""
    log, site, kernel = tmp_path / "log", tmp_path / "site", tmp_path / "kernels" / "python3"
    site.mkdir()
    kernel.mkdir(parents=True)
    broken = {"argv": ["false"], "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(broken))
    (tmp_path / "startup.py").write_text("raise SystemExit(1)")
    settings = {"PYTHONWARNINGS": "error", "JUPYTER_PATH": str(tmp_path), "MPLBACKEND": "pdf",
                "PYTHONSTARTUP": str(tmp_path / "startup.py"), "PYTHONOPTIMIZE": "2"}  # fmt: skip
    (site / "sitecustomize.py").write_text(SITE.format(log=str(log)))
    root = make_book(tmp_path / "clone", {"alpha": ALPHA}, intro=PLAIN)
    settings["PYTHONPATH"] = os.pathsep.join([str(site), str(Path(hopcore.__file__).parent.parent)])
    for name in ("book", "reference", "check"):
        command = [sys.executable, "-m", "hopcore", name, "--root", str(root)]
        done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    assert Path(f"{log}.used").exists() and not log.exists()
    assert "sum 2" in (root / "_build" / "html" / "book" / "alpha.html").read_text()
    run = run_of(root, "alpha")
    assert run.finished() and 0 < json.loads(run.record.read_text())["seconds"] < 3600
    for file in (run.notebook, run.record, run.chapter.source):
        os.utime(file, (2**33, 2**33))
    assert run.finished()


@pytest.mark.parametrize("sent", [b"<html>log in</html>", b"", b'{"data": {}}'])
def test_what_is_sent_instead_of_the_digits_is_told(tmp_path, monkeypatch, sent):
    monkeypatch.setenv("HOPCORE_CACHE", str(tmp_path))
    monkeypatch.setattr("sklearn.datasets._openml.urlopen", lambda *_, **__: io.BytesIO(sent))
    loading._full.cache_clear()
    what = r"full = True.*\(\w+: .*\): connect to the internet, log in if the network asks for it"
    with warnings.catch_warnings(), pytest.raises(ConnectionError, match=what):
        warnings.simplefilter("ignore")
        hopcore.load_mnist(full=True)


@pytest.mark.parametrize("kept", [None, b"not zipped"])
def test_all_digits_without_network_say_what_to_do(tmp_path, monkeypatch, kept):
    """Also where the cache holds an answer of openml.org that is no answer."""

    def nobody(host, *arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setenv("HOPCORE_CACHE", str(tmp_path))
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # between attempts
    loading._full.cache_clear()
    if kept is not None:
        address = "api/v1/json/data/list/data_name/mnist_784/limit/2/data_version/1.gz"
        answer = tmp_path / "openml" / "openml.org" / address
        answer.parent.mkdir(parents=True)
        answer.write_bytes(kept)
    what = r"full = True.*Name or service not known.*connect to the internet"
    with pytest.warns() as told, pytest.raises(ConnectionError, match=what) as error:
        hopcore.load_mnist(full=True)
    assert isinstance(error.value.__cause__, URLError)
    assert all("openml" in str(each.message) or "cache" in str(each.message) for each in told)


def test_a_build_that_ends_while_pages_are_made_leaves_the_old_ones(tmp_path):
    root = make_book(tmp_path / "clone", {}, intro=PLAIN)
    old = root / "_build" / "html" / "index.html"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    command = [sys.executable, "-m", "hopcore", "book", "--root", str(root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as build:
        assert wait_for((root / "_build" / "stage" / "_config.yml").exists, 120)
        process = psutil.Process(build.pid)
        assert wait_for(lambda: process.children(recursive=True), 120)
        below = process.children(recursive=True)
        build.terminate()
    assert build.returncode == -signal.SIGTERM
    assert wait_for(lambda: all(map(gone, below)))
    assert old.read_text() == "old"


def test_a_cluster_that_is_gone_does_not_lose_the_sweep(data, tmp_path, monkeypatch):
    from distributed import Client, LocalCluster

    monkeypatch.setattr(stacks, "CACHE_BYTES", 1)
    expected = hopcore.sweep(data, **GRID)
    gone, started = threading.Event(), []
    train, write = stacks.train_final, RunStore.write

    def waits(data, options, runs):
        started.append(runs)
        assert len(started) <= 3 or gone.wait(60)  # the worker has two results to give, and is at another
        return train(data, options, runs)

    cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None)
    client = Client(cluster)

    def and_lose_the_cluster(store, *arguments):
        write(store, *arguments)
        if len(list(tmp_path.iterdir())) == 2:
            client.cancel(list(client.futures.values()), force=True)
            client.close()  # before the worker goes on, which could be done with all before
            gone.set()
            cluster.close()

    monkeypatch.setattr(stacks, "train_final", waits)
    monkeypatch.setattr(RunStore, "write", and_lose_the_cluster)
    with pytest.warns(WorkerWarning, match="in the calling process"):
        result = hopcore.sweep(data, **GRID, store=tmp_path, executor=client.get_executor())
    assert result.identical(expected) and len(list(tmp_path.iterdir())) == 6
