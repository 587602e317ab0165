"""A folder of finished runs: one file for each, which says what it holds and is whole or not used."""

from __future__ import annotations

import hashlib
import json
import math
import tempfile
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hopcore._checks import refuse
from hopcore._files import write_whole

Identity = Mapping[str, str | int | float]
"""Everything that decides a run's result: parameters, data, code. Compared as text."""

_FORMAT = "hopcore run 1"

_ARRAYS = ("memories", "labels", "identity")


class StoreWarning(UserWarning):
    """A file of a store could not be used or written. The run is computed again, and its result is right."""


class RunStore:
    """Finished runs in a folder, found by their identity.

    A file is written whole or not at all, so several processes may use one folder at once. Its name is a
    hash of the run's identity; inside are the final memories and labels, the identity as text, and a
    checksum over all of it.

    Parameters
    ----------
    folder
        Made if it does not exist.

    Raises
    ------
    TypeError
        If the folder is not a path.
    ValueError
        If files cannot be written there.
    """

    def __init__(self, folder: str | Path) -> None:
        if not isinstance(folder, (str, Path)) or not str(folder):
            raise refuse("store", folder, "the path of a folder", TypeError)
        self._could_write = True
        try:
            self.folder = Path(folder).expanduser().absolute()
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except (OSError, ValueError, RuntimeError) as error:  # the last: a home that is not there
            allowed = f"a folder in which files can be written ({getattr(error, 'strerror', None) or error})"
            raise refuse("store", str(folder), allowed) from error

    def path(self, identity: Identity) -> Path:
        """The file of a run, there or not."""
        return self.folder / f"{hashlib.sha256(_text(identity).encode()).hexdigest()[:40]}.npz"

    def write(self, identity: Identity, memories: np.ndarray, labels: np.ndarray) -> None:
        """Keep a run's final memories (K, N) and labels (K, C).

        Where that fails (a full disk), a `StoreWarning` says so, once for each store.
        """
        path = self.path(identity)
        content = {"memories": memories, "labels": labels, "identity": np.array(_text(identity))}
        seal = np.array(_checksum(**content))
        try:
            write_whole(path, lambda temporary: np.savez(temporary, **content, checksum=seal))
        except OSError as error:
            if self._could_write:
                self._could_write = False
                _warn(f"{path} cannot be written ({error.strerror or error}): going on, but not all is kept")

    def read(self, identity: Identity) -> tuple[np.ndarray, np.ndarray] | None:
        """A run's memories and labels, or None if there is no file that holds just them.

        A file that is truncated, damaged, of another run or of another program is reported by a
        `StoreWarning`. Nothing in a file is executed, and none makes this process take more memory than the
        file is long.
        """
        path = self.path(identity)
        try:
            return _checked(path, _text(identity))
        except FileNotFoundError:
            return None
        except Exception as error:  # whatever NumPy and the zip format make of the contents of a file
            _warn(f"{path} is not usable ({error or type(error).__name__}): computing the run again")
            return None


def _checked(path: Path, identity: str) -> tuple[np.ndarray, np.ndarray]:
    if path.exists() and not path.is_file():  # opening a pipe would wait for ever
        raise ValueError("it is not a file")
    with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
        if sum(member.file_size for member in archive.infolist()) > path.stat().st_size:
            raise ValueError("it declares more than it holds")
        arrays = {member.filename: _array(archive, member) for member in archive.infolist()}
    if set(arrays) != {f"{name}.npy" for name in (*_ARRAYS, "checksum")}:
        raise ValueError("it is not a file of this store")
    memories, labels, held, seal = (arrays[f"{name}.npy"] for name in (*_ARRAYS, "checksum"))
    if str(held) != identity:
        raise ValueError("it holds another run")
    if str(seal) != _checksum(memories, labels, held):
        raise ValueError("its checksum is wrong")
    return memories, labels


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    """An array as `numpy.savez` writes it, if the file is as long as the array's header says."""
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError("it is compressed, as no file of this store is")
    with archive.open(member) as content:
        if np.lib.format.read_magic(content) != (1, 0):
            raise ValueError("it holds another kind of array")
        shape, _, dtype = np.lib.format.read_array_header_1_0(content)
        if dtype.hasobject or math.prod(shape) * dtype.itemsize != member.file_size - content.tell():
            raise ValueError("it is not as long as its arrays")
        content.seek(0)
        return np.lib.format.read_array(content, allow_pickle=False)


def _text(identity: Identity) -> str:
    return json.dumps({"format": _FORMAT, **identity}, sort_keys=True)


def _checksum(memories: np.ndarray, labels: np.ndarray, identity: np.ndarray) -> str:
    digest = hashlib.sha256(str(identity).encode())
    for array in (memories, labels):
        digest.update(f"{array.dtype.str} {array.shape}\n".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _warn(problem: str) -> None:
    warnings.warn(f"the kept run {problem}", StoreWarning, stacklevel=3)
