"""Instruments in a page: one element each, the images once a page, and one script for all of them."""

import base64
import html
import json
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex

from hopcore._files import data_address
from hopcore.data import TrainingSet
from hopcore.plotting.style import LABEL_COLOUR, MEMORY_COLOUR, PIXEL_MAP, category_colour

SOURCES = """
numbers rule network reduced drawing controls
instrument learning instrument_network instrument_three instrument_heat nullclines draw start
""".split()
"""The files of JavaScript, in the order in which they are put together."""

FOLDER = files("hopcore.live")

KNOWN = json.loads(FOLDER.joinpath("instruments.json").read_text(encoding="utf-8"))
"""The settings (what is allowed, what a slider reaches); of each instrument its words, views and controls."""


def source() -> str:
    """All files, with what they know of the book."""
    text = "\n".join(FOLDER.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in SOURCES)
    book = {
        **KNOWN,
        "pixels": "".join(to_hex(colour)[1:] for colour in colormaps[PIXEL_MAP](np.linspace(0, 1, 256))),
        "memory": MEMORY_COLOUR,
        "label": LABEL_COLOUR,
    }
    style = FOLDER.joinpath("live.css").read_text(encoding="utf-8")
    return f"const BOOK = {json.dumps(book)};\nconst STYLE = {json.dumps(style)};\n{text}"


def script() -> str:
    """The classic script for ``_static/live.js``: it finds the instruments of its page and starts them."""
    head = "// Written by hopcore.live from the files in hopcore/live."
    return f'{head}\n(() => {{\n"use strict";\n{source()}}})();\n'


def module() -> str:
    """The same as a module for notebooks: `render` starts one instrument in a cell's output."""
    return f"{source()}\nexport default {{ render }};\n"


@dataclass(frozen=True)
class Page:
    """An instrument as an element of a page.

    Attributes
    ----------
    name : of the instrument.
    data : the images.
    options : what it starts with.
    still : a picture for where scripts do not run and for print: its bytes, PNG.
    alt : the picture in words.
    """

    name: str
    data: TrainingSet
    options: dict[str, Any]
    still: bytes
    alt: str

    def __repr__(self) -> str:
        return f"<instrument {self.name}, {len(self.data)} images>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        first = _SHOWN.setdefault(self.data.fingerprint, id(self)) == id(self)
        return {"text/plain": repr(self), "text/html": self.html(images=first)}

    def html(self, images: bool = True) -> str:
        """The element; with ``images`` its data too, which a page needs once for each training set."""
        name = f"hopcore-images-{self.data.fingerprint[:12]}"
        parts = [
            f'<div class="hopcore-live" data-instrument="{self.name}" data-images="{name}" '
            f'data-options="{html.escape(json.dumps(self.options, ensure_ascii=False))}">',
            f'<div class="still"><img src="{data_address("image/png", self.still)}" '
            f'alt="{html.escape(self.alt)}"></div>',
            "<noscript><p>With JavaScript this picture can be moved.</p></noscript>",
            "</div>",
        ]
        if images:
            parts.append(
                f'<script type="application/json" id="{name}">{json.dumps(packed(self.data))}</script>'
            )
        return "\n".join(parts)


_SHOWN: dict[str, int] = {}
"""Which object brought a set's images into this kernel's page; a chapter is one kernel."""


def grey(data: TrainingSet) -> np.ndarray:
    """The images (S, N) as bytes of grey: exact for those of MNIST, other numbers to 1/255."""
    return np.rint((data.images + 1) * 255 / 2).astype(np.uint8)


def _short(raw: bytes) -> bytes:
    """Bytes in which each run of zeros is a zero and how many, up to 255: most of a digit is blank."""
    return re.sub(rb"\0{1,255}", lambda zeros: bytes([0, len(zeros[0])]), raw)


def kinds(data: TrainingSet) -> dict[str, Any]:
    """The categories' names and colours, what the page calls them, and a picture's rows and columns or None.

    Of images without a shape a square number of pixels is a picture where the categories are plain numbers.
    """
    digits, side = "category_name" not in data.coordinates, math.isqrt(data.images.shape[1])
    picture = [side, side] if digits and side**2 == data.images.shape[1] else None
    return {
        "names": list(data.names),
        "colours": [category_colour(category) for category in range(data.categories)],
        "kind": "digits" if digits else "categories",
        "picture": list(data.shape) if data.shape else picture,
    }


@lru_cache(maxsize=4)
def packed(data: TrainingSet) -> dict[str, Any]:
    """The images as the script reads them."""
    return {
        "shape": list(data.images.shape),
        "digits": data.digits.tolist(),
        "pixels": base64.b64encode(_short(grey(data).tobytes())).decode(),
        **kinds(data),
    }
