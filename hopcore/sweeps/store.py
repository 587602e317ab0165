"""A folder of finished runs: one file for each, which says what it holds and is whole or not used."""

import hashlib
import io
import json
import os
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from hopcore._checks import refuse
from hopcore._files import as_path, read_sealed, write_sealed

Identity = Mapping[str, str | int | float]
"""Everything that decides a run's result: parameters, data, code. Compared as text."""

_FORMAT = "hopcore run 2"


class StoreWarning(UserWarning):
    """A file of a store could not be used or written. The run is computed again, and its result is right."""


class RunStore:
    """Finished runs in a folder, found by their identity.

    A file is written whole or not at all, so several processes may use one folder at once. Its name is a
    hash of the run's identity; inside (`numpy.load` reads it) are the final memories and labels and the
    identity as text, behind them a checksum over all of it. The folder is made if it does not exist:
    TypeError if it is not a path, ValueError if files cannot be written there.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._could_write = True
        self.folder = as_path("store", folder, "folder")
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
        path, content = self.path(identity), io.BytesIO()
        np.savez(content, memories=memories, labels=labels, identity=np.array(_text(identity)))
        try:
            write_sealed(path, content.getvalue(), _text(identity))
        except OSError as error:
            if self._could_write:
                self._could_write = False
                _warn(f"{path} cannot be written ({error.strerror or error}): going on, but not all is kept")

    def read(self, identity: Identity) -> tuple[np.ndarray, np.ndarray] | None:
        """A run's memories and labels, or None if there is no file that holds just them.

        A file that is truncated, damaged, of another run or of another program is reported by a
        `StoreWarning`, and nothing in it is executed.
        """
        path = self.path(identity)
        try:
            with np.load(io.BytesIO(read_sealed(path, _text(identity))), allow_pickle=False) as content:
                return content["memories"], content["labels"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _warn(f"{path} is not usable ({error}): computing the run again")
            return None


def _text(identity: Identity) -> str:
    return json.dumps({"format": _FORMAT, **identity}, sort_keys=True)


def _warn(problem: str) -> None:
    warnings.warn(f"the kept run {problem}", StoreWarning, stacklevel=3)
