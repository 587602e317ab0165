"""Files are written whole or not at all, and a folder that cannot be written stops nothing."""

import json
import os
from functools import partial
from pathlib import Path
from unittest.mock import MagicMock, Mock

import numpy as np
import pytest
from tiny_book import make_book

import hopcore
from hopcore import _files
from hopcore._files import CacheWarning, cache_folder, keep, keep_array, kept_array, write_whole
from hopcore.bench import Table
from hopcore.edition.chapters import Book

DATA = hopcore.TrainingSet(np.eye(2, 16), [1, 4])


def entry(text):
    """A path that is neither text nor a `Path`."""
    return MagicMock(os.PathLike, **{"__fspath__.return_value": text})


@pytest.fixture
def run():
    return hopcore.train(DATA, memories=2, epochs=1)


@pytest.mark.parametrize("kind", [str, Path, entry])
@pytest.mark.parametrize("folder", ["~/new", "new", "{}/new"])
def test_a_path_means_the_same_everywhere(tmp_path, monkeypatch, command, run, folder, kind):
    home, folder = tmp_path / "home", folder.format(tmp_path)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(tmp_path)
    real = (home if folder[0] == "~" else tmp_path) / "new"
    hopcore.save_run(run, kind(f"{folder}/at once/run.nc"))
    assert hopcore.open_run(kind(f"{folder}/at once/run.nc")).identical(run)
    where = {"store": kind(f"{folder}/at once/runs")}
    hopcore.sweep(DATA, n=3, rescaled_temperature=1, memories=2, epochs=1, **where)
    assert sorted(path.name for path in (real / "at once").iterdir()) == ["run.nc", "runs"]
    make_book(real / "clone", {})
    assert Book.open(kind(f"{folder}/clone")).root == real / "clone"
    monkeypatch.setattr("hopcore.bench.run_table", lambda quick: Table({}, []))
    assert command("bench", f"--json={folder}/times/table.json") == 0
    assert json.loads((real / "times" / "table.json").read_text()) == {"machine": {}, "rows": []}
    monkeypatch.setenv("HOPCORE_CACHE", f"{folder}/cache")
    assert cache_folder() == real / "cache" and not cache_folder().exists()  # naming it does not make it
    assert {path.name for path in tmp_path.iterdir()} <= {"home", "new"}


def test_the_cache_is_a_folder_of_the_users_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOPCORE_CACHE", " ")
    assert cache_folder().name == "hopcore" and cache_folder().is_absolute()


def test_a_user_without_a_home_goes_on_without_a_cache(monkeypatch, tmp_path):
    for name in ("HOME", "HOPCORE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", Mock(side_effect=KeyError("uid not found")))
    monkeypatch.setattr(_files, "_unwritable", set())
    monkeypatch.chdir(tmp_path)
    with pytest.warns(CacheWarning, match="HOPCORE_CACHE"):
        assert not keep_array(cache_folder() / "a.npy", np.zeros(2), "x")
    assert kept_array(cache_folder() / "a.npy", "x") is None and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "error"),
    [("", ValueError), ("a\0b", ValueError), ("~nobody-of-this-name/x", ValueError), (b"x", TypeError),
     (3, TypeError), (None, TypeError)],
)  # fmt: skip
def test_what_is_no_path_is_named(command, capsys, run, given, error):
    for use in (partial(hopcore.save_run, run), hopcore.open_run):
        with pytest.raises(error, match=r"path = .*: must be the path of a file"):
            use(given)
    if isinstance(given, str):
        assert command("book", f"--root={given}") == command("bench", f"--json={given}") == 2
        assert "must be the path of a" in " ".join(capsys.readouterr().err.replace("│", "").split())


def test_what_is_no_file_is_not_replaced_and_told_before_work(tmp_path, command, capsys, monkeypatch, run):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(FileExistsError, match=f"something else than a file: '{path}'"):
            hopcore.save_run(run, path)
    (tmp_path / "file").touch()
    monkeypatch.setattr("hopcore.bench.run_table", None)
    for path in (tmp_path, tmp_path / "file" / "table.json"):
        assert command("bench", "--json", str(path)) == 1
        assert "name another place" in capsys.readouterr().err


def test_a_file_is_written_and_replaced_with_its_folder_under_new_names_with_its_suffix(tmp_path):
    path, given = tmp_path / "new" / "folder" / "run.nc", []

    def writer(temporary):
        assert not temporary.exists()
        given.append(temporary)
        temporary.write_text(str(len(given)))

    write_whole(path, writer)
    write_whole(path, writer)
    assert path.read_text() == "2" and list(path.parent.iterdir()) == [path]
    assert {(each.parent, each.suffix) for each in given} == {(path.parent, ".nc")} and len(set(given)) == 2


def test_a_writer_that_fails_halfway_leaves_what_was_there(tmp_path):
    path = tmp_path / "numbers.txt"
    path.write_text("good")

    def writer(temporary):
        temporary.write_text("hal")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write_whole(path, writer)
    assert path.read_text() == "good"
    assert list(tmp_path.iterdir()) == [path]


def test_files_get_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    write_whole(tmp_path / "whole", lambda temporary: temporary.touch())
    assert os.stat(tmp_path / "whole").st_mode == os.stat(tmp_path / "plain").st_mode


def test_a_cache_that_cannot_be_written_warns_once_and_says_what_to_do(tmp_path, monkeypatch):
    # A file where the folder should be: it stops the superuser too, whom permissions do not.
    monkeypatch.setattr(_files, "_unwritable", set())
    (tmp_path / "taken").write_text("not a folder")
    path = tmp_path / "taken" / "kept.txt"
    with pytest.warns(CacheWarning) as caught:
        assert not keep(path, lambda: write_whole(path, Path.touch))
        assert not keep(path, lambda: write_whole(path, Path.touch))
    (message,) = (str(each.message) for each in caught)
    assert str(tmp_path / "taken") in message and "HOPCORE_CACHE" in message


def test_a_kept_array_comes_back_only_for_what_it_was_made_from(tmp_path):
    array = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert keep_array(tmp_path / "a.npy", array, "seed 4")
    found = kept_array(tmp_path / "a.npy", "seed 4")
    np.testing.assert_array_equal(found, array)
    assert found.dtype == np.float32
    with pytest.warns(CacheWarning, match="made from something else"):
        assert kept_array(tmp_path / "a.npy", "seed 5") is None


def test_nothing_kept_is_no_reason_to_warn(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "a.npy", tmp_path / "missing" / "a.npy", tmp_path / "file" / "a.npy"):
        assert kept_array(path, "seed 4") is None
