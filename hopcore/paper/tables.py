"""What figures show on the paper's own grids, which take hours: measured once, and kept beside this file.

`hopcore verdicts --under "paper scale"` measures these tables again, and writes them.
"""

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hopcore._checks import refuse
from hopcore._files import read_sealed, write_sealed

FOLDER = Path(__file__).parent / "tables"
_KIND = "application/vnd.hopcore.table+json"
MIME = f"application/papermill.record/{_KIND}"
"""The kind of a cell's output that holds a table: a glued one, which no page shows."""

_MADE_FROM = "hopcore table 1, figure "


@dataclass(frozen=True)
class Table:
    """What was measured for a figure at the paper's scale, as an executed chapter holds it."""

    figure: str
    content: xr.Dataset

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        packed = base64.b64encode(_packed(self.content)).decode()
        shown = f"The table of Figure {self.figure}: {dict(self.content.sizes)}"
        return {"text/plain": shown, _KIND: {"figure": self.figure, "content": packed}}

    @classmethod
    def parse(cls, shown: dict[str, str]) -> "Table":
        """The table that an output of the kind `MIME` holds."""
        return cls(shown["figure"], _unpacked(base64.b64decode(shown["content"])))

    def write(self, **made: str | float) -> None:
        """Keep it for `published`, with how it was ``made``: hours, machine, versions, commit."""
        path = FOLDER / f"{self.figure}.nc"
        write_sealed(path, _packed(self.content.assign_attrs(made)), _MADE_FROM + self.figure)


def published(figure: str) -> xr.Dataset:
    """The kept table of a figure, such as ``"5"``, with how it was made as attributes.

    Raises
    ------
    ValueError
        For a figure without a table, or a file that is damaged or of another version.
    """
    path = FOLDER / f"{figure}.nc"
    if not path.is_file():
        there = sorted(each.stem for each in FOLDER.glob("*.nc"))
        raise refuse("figure", figure, f"one of {', '.join(there)}")
    try:
        return _unpacked(read_sealed(path, _MADE_FROM + figure))
    except ValueError as error:
        again = 'remove it, and `hopcore verdicts --under "paper scale"` makes it'
        raise ValueError(f"the table {path} cannot be used ({error}): {again}") from error


def on_the_papers_grid(figure: str, found: xr.Dataset, scale: str) -> xr.Dataset:
    """The `published` table; at the scale "paper" what was ``found``, which the notebook then keeps."""
    if scale != "paper":
        return published(figure)
    from myst_nb import glue  # part of the extra `book`, which only chapters need

    glue(f"table_{figure}", Table(figure, found), display=False)
    return found


def _packed(content: xr.Dataset) -> bytes:
    """NetCDF 3, in single precision: a picture needs no more."""
    small = content.map(lambda each: each.astype(np.float32) if each.dtype == np.float64 else each)
    return bytes(small.drop_encoding().to_netcdf(engine="scipy"))


def _unpacked(packed: bytes) -> xr.Dataset:
    return xr.load_dataset(io.BytesIO(packed), engine="scipy")
