"""Where files are kept between runs, and how they are written: whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

CACHE_VARIABLE = "HOPCORE_CACHE"


class CacheWarning(UserWarning):
    """A kept file could not be used or kept; what it held is made again, and is right."""


def cache_folder() -> Path:
    """The folder of kept files, which need not exist yet.

    It is the user's cache folder (on Linux ``~/.cache/hopcore``) unless the environment variable
    ``HOPCORE_CACHE`` names another one.

    Raises
    ------
    ValueError
        If the variable names the home of somebody who has none here.
    """
    moved = os.environ.get(CACHE_VARIABLE, "").strip()
    if not moved:
        return user_cache_path("hopcore", appauthor=False)
    try:
        return Path(moved).expanduser().absolute()
    except RuntimeError as error:
        raise ValueError(f"{CACHE_VARIABLE} = {moved!r}: must be a folder ({error})") from error


def write_whole(path: Path | str, writer: Callable[[Path], object]) -> None:
    """Write a file so that ``path`` holds either all of it or what it held before.

    Parameters
    ----------
    path
        The file to make or replace; its folder is made if need be.
    writer
        Called with a new temporary path in the same folder and with the same suffix; it must
        write the file there. Anything it raises passes through, and the temporary file is removed.

    Raises
    ------
    OSError
        If the folder or the file cannot be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{path.stem}.{uuid.uuid4().hex}{path.suffix}"
    try:
        writer(temporary)
        _flush(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if os.name == "posix":  # elsewhere a folder cannot be opened
        _flush(path.parent)


def _flush(path: Path) -> None:
    """Wait until the disk holds a file (or a folder's list of files), so that a power cut finds it whole."""
    # Windows flushes only a file that is open for writing; a POSIX folder opens only for reading.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Remove a file, a folder with all that is in it, or a link, and never what a link points to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def keep(path: Path, writer: Callable[[Path], object]) -> bool:
    """Write a file into the cache; where that fails, warn once per folder and go on without.

    Returns whether the file was written.
    """
    try:
        write_whole(path, writer)
    except OSError as error:
        if path.parent not in _unwritable:
            _unwritable.add(path.parent)
            warnings.warn(
                f"the cache folder {path.parent} cannot be written ({error.strerror or error}): going on "
                f"without it, and computing again next time; set the environment variable {CACHE_VARIABLE} "
                "to a folder that can be written",
                CacheWarning,
                stacklevel=3,
            )
        return False
    return True


_unwritable: set[Path] = set()


def keep_array(path: Path, array: np.ndarray, made_from: str) -> bool:
    """Keep a float32 array in the cache, sealed together with a text that says what it was made from.

    Returns whether the file was written.
    """
    content = np.ascontiguousarray(array, dtype="<f4").tobytes()
    sealed = np.frombuffer(_seal(content, made_from) + content, dtype=np.uint8)
    return keep(path, lambda temporary: np.save(temporary, sealed, allow_pickle=False))


def kept_array(path: Path, shape: tuple[int, ...], made_from: str) -> np.ndarray | None:
    """The array that ``keep_array`` kept, or None if there is none that is whole and made from the same.

    A file that is there but is not such an array is reported by a ``CacheWarning``.
    """
    sealed = read_kept(path, lambda table: _is_sealed(table, shape, made_from))
    return None if sealed is None else sealed[_SEAL:].view("<f4").reshape(shape).astype(np.float32)


def read_kept(path: Path, is_right: Callable[[np.ndarray], bool]) -> np.ndarray | None:
    """The array in a ``.npy`` file, if the file is there and ``is_right`` says that it is the one wanted."""
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for ever
            raise ValueError("it is not a file")
        # A memory map checks the file's length against its header before anything is allocated.
        table = np.array(np.load(path, mmap_mode="r", allow_pickle=False))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except Exception as error:  # whatever NumPy makes of the contents of a file
        problem = str(error) or type(error).__name__
    else:
        if is_right(table):
            return table
        problem = "it does not hold what was kept there"
    warnings.warn(
        f"the kept file {path} is not usable ({problem}): making it again", CacheWarning, stacklevel=3
    )
    return None


_SEAL = hashlib.sha256().digest_size


def _seal(content: bytes, made_from: str) -> bytes:
    return hashlib.sha256(made_from.encode() + b"\0" + content).digest()


def _is_sealed(table: np.ndarray, shape: tuple[int, ...], made_from: str) -> bool:
    if table.dtype != np.uint8 or table.shape != (_SEAL + 4 * int(np.prod(shape)),):
        return False
    content = table.tobytes()
    return content[:_SEAL] == _seal(content[_SEAL:], made_from)
