"""Files are written whole or not at all, and a folder that cannot be written stops nothing."""

import os
import warnings
from pathlib import Path

import numpy as np
import pytest

from hopcore import _files
from hopcore._files import CacheWarning, cache_folder, keep, keep_array, kept_array, write_whole


@pytest.mark.parametrize("given", ["/kept", "kept", "~/kept"])
def test_the_environment_variable_moves_the_cache(tmp_path, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOPCORE_CACHE", given)
    assert cache_folder() == {"/": Path("/kept"), "k": tmp_path / "kept", "~": Path.home() / "kept"}[given[0]]
    assert not (tmp_path / "kept").exists()  # naming the folder does not make it


def test_the_cache_is_a_folder_of_the_users_own(tmp_path, monkeypatch):
    monkeypatch.delenv("HOPCORE_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    unset = cache_folder()
    assert unset.name == "hopcore" and unset.is_absolute()
    monkeypatch.setenv("HOPCORE_CACHE", " ")
    assert cache_folder() == unset


def test_a_file_is_written_and_replaced_with_its_folder(tmp_path):
    path = tmp_path / "new" / "folder" / "numbers.txt"
    write_whole(path, lambda temporary: temporary.write_text("one"))
    write_whole(str(path), lambda temporary: temporary.write_text("two"))
    assert path.read_text() == "two"
    assert [entry.name for entry in path.parent.iterdir()] == ["numbers.txt"]


def test_the_writer_gets_a_new_name_with_the_suffix_in_the_same_folder(tmp_path):
    given = []

    def writer(temporary):
        given.append(temporary)
        assert not temporary.exists()
        temporary.touch()

    write_whole(tmp_path / "run.nc", writer)
    write_whole(tmp_path / "run.nc", writer)
    assert {path.parent for path in given} == {tmp_path} and {path.suffix for path in given} == {".nc"}
    assert len(set(given)) == 2


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
    message = str(caught[0].message)
    assert str(tmp_path / "taken") in message and "HOPCORE_CACHE" in message
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not keep(path, lambda: write_whole(path, Path.touch))


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
