"""A folder of finished runs: one file for each, which says what it holds and is whole or not used."""

from __future__ import annotations

import hashlib
import json
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hopcore._checks import refuse
from hopcore._files import write_whole

Identity = Mapping[str, str | int | float]
"""Everything that decides a run's result: parameters, data, code. Compared as text."""

_FORMAT = "hopcore run 1"


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
        self.folder = Path(folder).expanduser().absolute()
        self._could_write = True
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            allowed = f"a folder in which files can be written ({error.strerror or error})"
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
        `StoreWarning`.
        """
        path = self.path(identity)
        if not path.exists():
            return None
        try:
            return _checked(path, _text(identity))
        except _UNREADABLE as error:
            _warn(f"{path} is not usable ({error or type(error).__name__}): computing the run again")
            return None


_UNREADABLE = (
    OSError,
    ValueError,
    LookupError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
)
"""What NumPy and the zip format raise for files that are not what they should be."""


def _checked(path: Path, identity: str) -> tuple[np.ndarray, np.ndarray]:
    with (
        open(path, "rb") as file,
        zipfile.ZipFile(file),
    ):  # only now is it certain that NumPy finds several arrays
        file.seek(0)
        with np.load(file, allow_pickle=False) as arrays:
            if str(arrays["identity"]) != identity:
                raise ValueError("it holds another run")
            content = {name: arrays[name] for name in ("memories", "labels", "identity")}
            if str(arrays["checksum"]) != _checksum(**content):
                raise ValueError("its checksum is wrong")
    return content["memories"], content["labels"]


def _text(identity: Identity) -> str:
    return json.dumps({"format": _FORMAT, **identity}, sort_keys=True)


def _checksum(memories: np.ndarray, labels: np.ndarray, identity: np.ndarray) -> str:
    digest = hashlib.sha256(str(identity).encode())
    for array in (memories, labels):
        digest.update(f"{array.dtype.str} {array.shape}\n".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _warn(problem: str) -> None:
    warnings.warn(f"the kept run {problem}", StoreWarning, stacklevel=3)
