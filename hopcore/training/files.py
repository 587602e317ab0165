"""Files of runs, in NetCDF: written whole or not at all, and used only if they are what they should be."""

import io
import json
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import h5netcdf
import h5py
import numpy as np
import xarray as xr
from xarray.backends import H5NetCDFStore

from hopcore._checks import check_real, refuse
from hopcore._files import as_path, read_sealed, write_sealed

from .results import MADE_OF, computes_memories, with_pixels

_DIMS = {
    "labels": ("epoch", "memory", "category"),
    "memories": ("epoch", "memory", "pixel"),
    "image_weights": ("epoch", "memory", "image"),
    "kept": ("epoch", "memory"),
    "base_memories": ("start", "memory", "pixel"),
    "base": ("epoch",),
    "images": ("image", "pixel"),
    "digit": ("image",),
    "epoch": ("epoch",),
    "category": ("category",),
    "n_schedule": ("step",),
    "rescaled_temperature_schedule": ("step",),
    "cost_power_schedule": ("step",),
}
_WHOLE_NUMBERS = ("base", "digit", "epoch", "category")
_NUMBERS = ("n", "rescaled_temperature", "cost_power", "rate", "epochs")
_TEXTS = ("data_fingerprint", "start")

_JSON = "hopcore json "
"""Begins text that stands for what NetCDF has no type for."""
_NO_PLAIN_TEXT = re.compile(f"^{_JSON}|[\0\ud800-\udfff]")


def save_run(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a run or a sweep, or a selection of one, to a NetCDF file, whole or not at all.

    A compact trajectory stays compact. The file is made in memory first, and read again: what would not come
    back the same is refused, and the old file kept. (HDF5 can end the whole process at a full disk.)

    Parameters
    ----------
    dataset : from `hopcore.train` or `hopcore.sweep`, or what was selected from it. Attributes may be text,
        numbers, True, False, None, and lists and dicts of these.
    path : the file; replaced if it exists. Its folder is made.

    Raises
    ------
    ValueError, TypeError
        For what is no such dataset, has other attributes, or lacks memories, labels or a parameter.
    OSError
        If the folder cannot be written, or the disk is full.

    Examples
    --------
    >>> import hopcore
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> data = hopcore.training_set([1, 4], per_digit=5, seed=0)
    >>> run = hopcore.train(data, n=3, memories=4, epochs=10)
    >>> with TemporaryDirectory() as folder:
    ...     hopcore.save_run(run, Path(folder) / 'run.nc')
    ...     again = hopcore.open_run(Path(folder) / 'run.nc')
    >>> again.memories.equals(run.memories)
    True
    """
    path = as_path("path", path)
    if not isinstance(dataset, xr.Dataset):
        raise refuse("dataset", dataset, "a dataset of hopcore.train or hopcore.sweep", TypeError)
    stored, content = dataset, io.BytesIO()
    try:
        if computes_memories(dataset):
            with suppress(ValueError):  # a category is selected
                stored = _checked_run(dataset.drop_vars("memories"))
        _checked_run(stored)
        with h5netcdf.File(content, "w") as file:
            _mapped(stored, _as_text).drop_encoding().dump_to_store(H5NetCDFStore(file))
        if not _dataset(content.getvalue()).identical(stored):
            raise ValueError("NetCDF has no types for it")
    except Exception as error:  # whatever HDF5 and xarray make of it
        raise ValueError(f"dataset: cannot be saved and opened again ({error})") from error
    write_sealed(path, content.getvalue())


def _mapped(dataset: xr.Dataset, change: Callable[[Any], Any]) -> xr.Dataset:
    """The dataset with ``change(value)`` for every attribute that is no number, and object in an array."""

    def attributes(given: Mapping[Any, Any]) -> dict[Any, Any]:
        numbers = {name for name, value in given.items() if type(value) is int and abs(value) < 2**63}
        numbers |= {name for name, value in given.items() if isinstance(value, (float, complex, np.number))}
        return {name: value if name in numbers else change(value) for name, value in given.items()}

    def variable(name: Any) -> xr.Variable:
        held = dataset.variables[name]
        values = np.vectorize(change, [object])(held.values) if held.dtype.kind in "OU" else held.data
        return xr.Variable(held.dims, values, attributes(held.attrs))

    coordinates = {name: variable(name) for name in dataset.coords}
    return xr.Dataset({name: variable(name) for name in dataset}, coordinates, attributes(dataset.attrs))


def _as_text(value: Any) -> str:
    """Text itself where HDF5 can hold it, all else as JSON; a ValueError for what that would change."""
    if isinstance(value, str) and not _NO_PLAIN_TEXT.search(value):
        return value
    try:
        text = json.dumps(value, default=lambda array: array.tolist())
        if xr.Dataset(attrs={"it": value}).identical(xr.Dataset(attrs={"it": json.loads(text)})):
            return _JSON + text
    except (TypeError, ValueError, AttributeError):
        pass
    raise refuse("an attribute", value, "text, a number, True, False, None, or a list or dict of these")


def _from_text(value: Any) -> Any:
    return json.loads(value.removeprefix(_JSON)) if str(value).startswith(_JSON) else value


def open_run(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a run that `save_run` wrote; nothing in the file is executed.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a run: truncated, foreign, incomplete, or one that declares more than it holds.

    Examples
    --------
    >>> import hopcore
    >>> hopcore.open_run('/nowhere.nc')
    Traceback (most recent call last):
        ...
    FileNotFoundError: path = '/nowhere.nc': no such file
    """
    path = as_path("path", path)
    if not path.is_file():
        raise FileNotFoundError(f"path = {str(path)!r}: no such file")
    try:
        # The checksum comes first: HDF5 notices little damage, and can take for ever over it.
        dataset = _dataset(read_sealed(path, foreign=True))
    except Exception as error:  # whatever HDF5 and xarray make of the contents of a file
        raise ValueError(f"path = {str(path)!r}: not a readable NetCDF file ({error})") from error
    try:
        return with_pixels(_checked_run(dataset))
    except (ValueError, TypeError) as error:
        raise ValueError(f"path = {str(path)!r}: not a file of hopcore.save_run ({error})") from error


def _dataset(content: bytes) -> xr.Dataset:
    """What the bytes of a file hold."""
    _check_size(content)
    with xr.open_dataset(io.BytesIO(content), engine="h5netcdf") as file:
        return _mapped(file.load(), _from_text)


def _check_size(content: bytes) -> None:
    """Refuse a file that declares more numbers than it holds, or those of other files."""
    declared = 0
    with h5py.File(io.BytesIO(content), "r") as file:
        for name in file:
            if not isinstance(file.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{name} is a link to another place")
            item = file[name]
            if not isinstance(item, h5py.Dataset) or item.is_virtual or item.external:
                raise ValueError(f"{name} is no array of this file")
            declared += item.nbytes
    if declared > len(content):
        raise ValueError(f"it declares {declared} bytes and is {len(content)} bytes long")


def _checked_run(dataset: xr.Dataset) -> xr.Dataset:
    """The dataset; a ValueError if it lacks a part of a run or a sweep, or has it in another form."""
    compact, held = "memories" not in dataset, set(dataset.variables)
    if "labels" not in dataset or (compact and not set(MADE_OF) <= held):
        raise ValueError("it lacks labels or memories")
    for name in set(_DIMS) & held if compact else ("labels", "memories"):
        variable, kind = dataset.variables[name], "whole" if name in _WHOLE_NUMBERS else "real"
        expected = _DIMS[name] if compact else variable.dims  # those of selections and sweeps are others
        if variable.dims != expected or variable.dtype.kind != {"whole": "i", "real": "f"}[kind]:
            raise ValueError(f"{name} is not {kind} numbers over {', '.join(map(str, expected))}")
        if not variable.size:
            raise ValueError(f"{name} is empty")
    epochs = dataset["epoch"].values if compact else np.arange(1)
    if (epochs < 0).any() or (np.diff(epochs) <= 0).any():
        raise ValueError("its epochs do not rise")
    if compact and not dataset.base.isin(range(dataset.sizes["start"])).all():
        raise ValueError("its base counts beyond its starts")
    for name in ("rate", "epochs") if "n" in dataset.coords else _NUMBERS:
        check_real(name, dataset.attrs.get(name))
    for name in _TEXTS:
        if not isinstance(dataset.attrs.get(name), str):
            raise ValueError(f"it lacks {name}")
    return dataset
