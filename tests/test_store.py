"""A store gives back exactly what was kept, and nothing else that lies in its folder."""

import errno
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hopcore.sweeps import store as store_module
from hopcore.sweeps.store import RunStore, StoreWarning

RUN = {"n": 30.0, "rescaled_temperature": 0.85, "seed": 0, "data_fingerprint": "abc"}
OTHER = {**RUN, "seed": 1}


def states(seed):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(3, 49)), generator.normal(size=(3, 10))


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


@pytest.mark.parametrize(
    "changed",
    [{"n": 30.000000000000004}, {"seed": 1}, {"data_fingerprint": "abd"}, {"rate": 0.005}],
)
def test_every_part_of_the_identity_names_the_file(store, changed):
    assert store.path({**RUN, **changed}) != store.path(RUN)
    assert store.path(dict(reversed(RUN.items()))) == store.path(RUN)


def truncate(length):
    return lambda path: path.write_bytes(path.read_bytes()[:length])


def flip(place):
    def damage(path):
        content = bytearray(path.read_bytes())
        content[place] ^= 1
        path.write_bytes(content)

    return damage


def make_folder(path):
    path.unlink()
    path.mkdir()


def replace_number(path):
    """An otherwise faultless file, whose checksum is that of the number before."""
    with np.load(path) as file:
        arrays = dict(file)
    arrays["labels"][1, 2] += 1e-12
    seal = path.read_bytes()[-79:]
    with open(path, "wb") as file:
        np.savez(file, **arrays)
        file.write(seal)


# Whatever else may lie there is tried in test_fuzz.py.
@pytest.mark.parametrize(
    "damage", [truncate(0), truncate(100), truncate(-1), flip(700), flip(-400), make_folder, replace_number]
)
def test_a_damaged_or_foreign_file_is_named_and_not_used(store, damage):
    store.write(RUN, *states(0))
    damage(store.path(RUN))
    with pytest.warns(StoreWarning, match=store.path(RUN).name):
        assert store.read(RUN) is None
    if damage is not make_folder:  # which is nobody's to remove
        store.write(RUN, *states(1))
        assert np.array_equal(store.read(RUN)[0], states(1)[0])


def test_a_file_under_the_name_of_another_run_is_not_used(store):
    store.write(OTHER, *states(1))
    shutil.copy(store.path(OTHER), store.path(RUN))
    with pytest.warns(StoreWarning, match="made from something else"):
        assert store.read(RUN) is None
    assert store.read(OTHER) is not None


def test_several_may_write_and_read_at_once(tmp_path):
    kept = states(0)

    def use(_):
        store = RunStore(tmp_path)
        store.write(RUN, *kept)
        return store.read(RUN)

    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(use, range(80)):
            assert np.array_equal(found[0], kept[0])
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_is_reported_once_and_stops_nothing(store, monkeypatch):
    def full(path, *content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store_module, "write_sealed", full)
    with pytest.warns(StoreWarning, match="No space left") as caught:
        store.write(RUN, *states(0))
        store.write(OTHER, *states(1))
    assert len(caught) == 1


def test_what_is_no_folder_or_no_path_is_refused(tmp_path, monkeypatch):
    # A file in its place stops the superuser too, whom permissions do not.
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)  # a long path is cut short in the message
    for folder in (Path("file"), Path("file", "runs")):
        with pytest.raises(ValueError, match=r"store = .*file.*: must be a folder"):
            RunStore(folder)
    for folder in (3, b"runs", ""):
        with pytest.raises(TypeError, match="store = "):
            RunStore(folder)
