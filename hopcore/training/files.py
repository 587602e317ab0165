"""Files of runs, in NetCDF: written whole or not at all, and used only if they are what they should be."""

import io
import os

import h5netcdf
import h5py
import numpy as np
import xarray as xr
from xarray.backends import H5NetCDFStore

from hopcore._checks import check_real
from hopcore._files import as_path, read_sealed, write_sealed

from .results import MADE_OF, with_pixels

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


def save_run(dataset: xr.Dataset, path: str | os.PathLike[str]) -> None:
    """Write a run to a NetCDF file, whole or not at all; a compact trajectory stays compact.

    The file is made in memory first: HDF5 can end the whole process where a disk turns out to be full.

    Parameters
    ----------
    dataset : from `hopcore.train`.
    path : the file; replaced if it exists.

    Raises
    ------
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
    stored = dataset.drop_vars("memories") if set(MADE_OF) <= set(dataset.variables) else dataset
    content = io.BytesIO()
    with h5netcdf.File(content, "w") as file:
        stored.drop_encoding().dump_to_store(H5NetCDFStore(file))
    write_sealed(as_path("path", path), content.getvalue())


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
    >>> hopcore.open_run('nowhere.nc')
    Traceback (most recent call last):
        ...
    FileNotFoundError: path = 'nowhere.nc': no such file
    """
    path = as_path("path", path)
    if not path.is_file():
        raise FileNotFoundError(f"path = {str(path)!r}: no such file")
    try:
        # The checksum comes first: HDF5 notices little damage, and can take for ever over it.
        content = read_sealed(path, foreign=True)
        _check_size(content)
        with xr.open_dataset(io.BytesIO(content), engine="h5netcdf") as file:
            dataset = file.load()
    except Exception as error:  # whatever HDF5 and xarray make of the contents of a file
        raise ValueError(f"path = {str(path)!r}: not a readable NetCDF file ({error})") from error
    try:
        _check_run(dataset)
    except (ValueError, TypeError) as error:
        raise ValueError(f"path = {str(path)!r}: not a file of hopcore.save_run ({error})") from error
    return with_pixels(dataset)


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


def _check_run(dataset: xr.Dataset) -> None:
    """Refuse what lacks a part of a run, or has it in another form."""
    if "labels" not in dataset or not ("memories" in dataset or set(MADE_OF) <= set(dataset.variables)):
        raise ValueError("it lacks labels or memories")
    needed = {"labels", "epoch", "category", *(() if "memories" in dataset else (*MADE_OF, "digit"))}
    if missing := needed - set(dataset.variables):
        raise ValueError(f"it lacks {', '.join(sorted(missing))}")
    for name in set(_DIMS) & set(dataset.variables):
        variable, kind = dataset.variables[name], "whole" if name in _WHOLE_NUMBERS else "real"
        if variable.dims != _DIMS[name] or variable.dtype.kind != {"whole": "i", "real": "f"}[kind]:
            raise ValueError(f"{name} is not {kind} numbers over {', '.join(_DIMS[name])}")
        if not variable.size:
            raise ValueError(f"{name} is empty")
    if (dataset.epoch.values < 0).any() or (np.diff(dataset.epoch.values) <= 0).any():
        raise ValueError("its epochs do not rise")
    if "base" in dataset and not dataset.base.isin(range(dataset.sizes["start"])).all():
        raise ValueError("its base counts beyond its starts")
    for name in _NUMBERS:
        check_real(name, dataset.attrs.get(name))
    for name in _TEXTS:
        if not isinstance(dataset.attrs.get(name), str):
            raise ValueError(f"it lacks {name}")
