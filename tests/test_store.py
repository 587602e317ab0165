"""A store gives back exactly what was kept, and nothing else that lies in its folder."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hopcore.sweeps.store import RunStore

RUN = {"n": 30.0, "rescaled_temperature": 0.85, "seed": 0, "data_fingerprint": "abc"}


def states(seed):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(3, 49)), generator.normal(size=(3, 10))


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


@pytest.mark.parametrize(
    "changed", [{"n": 30.000000000000004}, {"seed": 1}, {"data_fingerprint": "abd"}, {"rate": 0.005}]
)
def test_every_part_of_the_identity_names_the_file(store, changed):
    assert store.path({**RUN, **changed}) != store.path(RUN)
    assert store.path(dict(reversed(RUN.items()))) == store.path(RUN)


# Whatever else may lie in the place of a file is tried in test_fuzz.py.
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


@pytest.mark.parametrize(
    ("folder", "error"),
    [
        # A file in its place stops the superuser too, whom permissions do not.
        (Path("file"), ValueError), (Path("file", "runs"), ValueError), ("a\0b", ValueError),
        ("~nobody-of-this-name/runs", ValueError), ("x" * 300, ValueError), ("/proc/none/runs", ValueError),
        (3, TypeError), (b"runs", TypeError), ("", ValueError),
    ],
)  # fmt: skip
def test_what_is_no_folder_or_no_path_is_refused(tmp_path, monkeypatch, folder, error):
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)  # a long path is cut short in the message
    with pytest.raises(error, match=r"store = .*must be (a|the path of a) folder"):
        RunStore(folder)
