"""Files that pages load: MathJax and the theme's icons, no more of either than is used, and instruments."""

import importlib.util
import io
import re
from pathlib import Path

from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont

from hopcore import live
from hopcore.edition.errors import EditionError
from hopcore.plotting.scripted import data_address

MATHJAX = (
    "startup.js", "core.js", "input/tex-base.js", "input/tex/extensions/ams.js", "a11y/assistive-mml.js",
    "output/chtml.js", "output/chtml/fonts/tex.js",
)  # fmt: skip
"""The parts of MathJax 3 that `_config.yml` asks for: the book's formulas, also read aloud, and no menu."""

FONTS = "output/chtml/fonts/woff-v2"
USED_FONTS = (
    "Main-Regular", "Main-Bold", "Math-Italic", "Size1-Regular", "Size2-Regular", "Size3-Regular",
    "Size4-Regular", "AMS-Regular", "Calligraphic-Regular", "Zero",
)  # fmt: skip
"""Where MathJax has its fonts, and those that formulas of the book use."""

ICONS = (
    "angle-left", "angle-right", "arrow-up", "bars", "chevron-down", "circle-half-stroke", "code", "download",
    "expand", "file", "file-pdf", "lightbulb", "list", "magnifying-glass", "moon", "sun", "xmark",
)  # fmt: skip
"""The icons of the theme's buttons that the book has."""


def write_assets(folder: Path) -> None:
    """Write everything into the folder of static files."""
    _write_mathjax(_package("sphinx-mathjax-offline") / "static" / "mathjax", folder / "mathjax")
    theme = _package("pydata_sphinx_theme") / "theme" / "pydata_sphinx_theme" / "static"
    (folder / "icons.css").write_text(_icons(theme), encoding="utf-8")
    (folder / "live.js").write_text(live.script(), encoding="utf-8")


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise EditionError(
            f"{name} is not installed: install the project with its extra `book`, "
            "pip install 'hopcore[book]', or run `make env`"
        )
    return Path(found.origin).parent


def _write_mathjax(source: Path, target: Path) -> None:
    """Copy the parts; fonts become text in them: browsers refuse font files to a page from a disk."""
    fonts = {f"%%URL%%/MathJax_{name}.woff": source / FONTS / f"MathJax_{name}.woff" for name in USED_FONTS}
    for name in MATHJAX:
        text = (source / name).read_text(encoding="utf-8")
        for address, file in fonts.items():
            if address in text:
                text = text.replace(address, data_address("font/woff", file.read_bytes()))
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text, encoding="utf-8")


def _icons(theme: Path) -> str:
    """A style sheet with the theme's own font of icons, of which only those in use are left."""
    style = (theme / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    buttons = [re.search(rf'\.fa-{name}:before[^{{]*{{content:"\\(\w+)"', style) for name in ICONS]
    characters = {int(each[1], 16) for each in buttons if each}
    characters |= {ord(each) for each in re.findall(r'--pst-[\w-]+:"(.)"', style)}
    font = TTFont(theme / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.ttf")
    subsetter = Subsetter()
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    packed = io.BytesIO()
    font.flavor = "woff"
    font.save(packed)
    [rule] = re.findall(r"@font-face{[^}]*font-weight:900[^}]*}", style)
    return re.sub(r"src:[^;}]*", f"src:url({data_address('font/woff', packed.getvalue())})", rule)
