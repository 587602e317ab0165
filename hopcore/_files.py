"""Where files are kept between runs, and how they are written: whole or not at all."""

import base64
import errno
import hashlib
import io
import os
import shutil
import uuid
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from hopcore._checks import refuse

CACHE_VARIABLE = "HOPCORE_CACHE"


class CacheWarning(UserWarning):
    """A kept file could not be used or kept; what it held is made again, and is right."""


def as_path(name: str, given: Any, kind: str = "file") -> Path:
    """What every argument, option and variable that is a path means: absolute, with ``~`` as the home.

    Text and any `os.PathLike` are taken. Others are a TypeError, and text that cannot name a file, or names
    the home of somebody who has none here, is a ValueError.
    """
    allowed = f"the path of a {kind}, as text or a pathlib.Path"
    text = os.fspath(given) if isinstance(given, os.PathLike) else given
    if not isinstance(text, str):
        raise refuse(name, given, allowed, TypeError)
    try:
        if not text or "\0" in text:
            raise RuntimeError("it is empty, or holds a null character")
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise refuse(name, text, f"{allowed} ({error})") from error


def cache_folder() -> Path:
    """The folder of kept files, which need not exist yet.

    It is the user's cache folder (on Linux ``~/.cache/hopcore``) unless the environment variable
    ``HOPCORE_CACHE`` names another one. What that cannot be is a ValueError.
    """
    moved = os.environ.get(CACHE_VARIABLE, "").strip()
    if moved:
        return as_path(CACHE_VARIABLE, moved, "folder")
    try:
        return as_path("cache", user_cache_path("hopcore", appauthor=False))
    except (ValueError, RuntimeError):  # a user without a home
        return Path(os.devnull, "hopcore")


def write_whole(path: Path, writer: Callable[[Path], object]) -> None:
    """Write a file so that ``path`` holds either all of it or what it held before; its folder is made.

    ``writer`` is called with a temporary path in the same folder and with the same suffix, and writes the
    file there. Anything it raises passes through, and the temporary file is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_symlink() and not path.is_file():
        raise FileExistsError(errno.EEXIST, "there is something else than a file", str(path))
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


def data_address(kind: str, content: bytes) -> str:
    """A file's content as an address, so that a page carries it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def remove(path: Path) -> None:
    """Remove a file, a folder with all that is in it, or a link, and never what a link points to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def keep(path: Path, write: Callable[[], object]) -> bool:
    """Whether ``write`` could write the file ``path`` of the cache; where not, a warning once per folder."""
    try:
        write()
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


_SEAL = b"hopcore sha256 "
"""Behind the content of a sealed file, with the hash of all before it and of what it was made from."""
_SEALED = len(_SEAL) + 2 * hashlib.sha256().digest_size


def write_sealed(path: Path, content: bytes, made_from: str = "") -> None:
    """Write a file whole, with a checksum over its content and a text that says what it was made from.

    The checksum stands behind the content, where NetCDF, NumPy and zip programs do not look.
    """
    write_whole(path, lambda temporary: temporary.write_bytes(content + _seal(content, made_from)))


def read_sealed(path: Path, made_from: str = "", *, foreign: bool = False) -> bytes:
    """The content of a sealed file; with ``foreign`` also of one without a seal, by another program.

    A ValueError says that it is damaged, was made from something else, or is no file.
    """
    if path.exists() and not path.is_file():  # opening a pipe would wait for ever
        raise ValueError("it is not a file")
    held = path.read_bytes()
    content, seal = held[:-_SEALED], held[-_SEALED:]
    if seal == _seal(content, made_from):
        return content
    if foreign and not seal.startswith(_SEAL):
        return held
    raise ValueError("its checksum is wrong: it is damaged, or was made from something else")


def _seal(content: bytes, made_from: str) -> bytes:
    digest = hashlib.sha256(content)
    digest.update(b"\0" + made_from.encode())
    return _SEAL + digest.hexdigest().encode()


def keep_array(path: Path, array: np.ndarray, made_from: str) -> bool:
    """Keep an array in the cache, sealed with what it was made from; returns whether it was written."""
    content = io.BytesIO()
    np.save(content, array, allow_pickle=False)
    return keep(path, lambda: write_sealed(path, content.getvalue(), made_from))


def kept_array(path: Path, made_from: str) -> np.ndarray | None:
    """The array that ``keep_array`` kept, or None if there is none that is whole and made from the same.

    A file that is there but is not such an array is reported by a ``CacheWarning``.
    """
    try:
        return np.load(io.BytesIO(read_sealed(path, made_from)), allow_pickle=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        warnings.warn(
            f"the kept file {path} is not usable ({error}): making it again", CacheWarning, stacklevel=3
        )
        return None
