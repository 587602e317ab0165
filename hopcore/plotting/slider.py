"""Pictures that a reader slides through: frames drawn beforehand, a slider, buttons and a small script.

The first picture is a plain image, there without a script and on paper; the script (`slider.js`) shows the
others in its place.  Every frame is in the page: nothing is loaded, and it works in a file opened from disk.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import matplotlib as mpl
from matplotlib.figure import Figure
from PIL import Image

from hopcore.plotting.style import INK, STYLE, Picture

_INTERVAL = 500  # milliseconds between frames while playing
_SHOWN_WIDTH = 576  # CSS pixels, the widest that a page shows a figure


@dataclass(frozen=True)
class Slider:
    """Frames with a slider, buttons for the last and the next one, and play; a page or a notebook shows it.

    Attributes
    ----------
    frames
        WebP images of one size.
    labels
        What the slider says at each frame, "20" or "epoch 400".
    alts
        What each frame shows, for readers who do not see it.
    name
        The visible name of the slider.
    size
        Width and height of a frame in CSS pixels.
    start
        The frame shown first.
    interval
        Milliseconds between frames while playing.
    """

    frames: tuple[bytes, ...]
    labels: tuple[str, ...]
    alts: tuple[str, ...]
    name: str
    size: tuple[int, int]
    start: int = 0
    interval: int = _INTERVAL

    def __repr__(self) -> str:
        return f"<Slider, {len(self.frames)} frames over {self.name}>"

    def _repr_html_(self) -> str:
        """The figure: first picture, controls, the other frames and the script, for one page."""
        pictures = ["data:image/webp;base64," + base64.b64encode(frame).decode() for frame in self.frames]
        shown = pictures[self.start]
        pictures[self.start] = ""  # it is in the page already
        data = {"frames": pictures, "labels": self.labels, "alts": self.alts, "interval": self.interval}
        packed = json.dumps(data, separators=(",", ":")).replace("</", "<\\/")
        name = "slider-" + hashlib.sha256((shown + packed + self.name).encode()).hexdigest()[:12]
        script = files("hopcore.plotting").joinpath("slider.js").read_text(encoding="utf-8")
        width, height = self.size
        return "\n".join(
            (
                f'<div class="hopcore-slider" id="{name}" role="group" '
                f'aria-label="Figure with a slider over {html.escape(self.name)}">',
                _STYLE,
                f'<img src="{shown}" width="{width}" height="{height}" '
                f'alt="{html.escape(self.alts[self.start])}">',
                self._controls(name),
                f'<script type="application/json">{packed}</script>',
                f'<script>{script.strip()}("{name}");</script>',
                "</div>",
            )
        )

    def _controls(self, name: str) -> str:
        last, label = len(self.frames) - 1, html.escape(self.labels[self.start])
        return (
            '<p class="controls" hidden>'
            '<button type="button" name="previous" aria-label="previous frame">‹</button>'
            '<button type="button" name="next" aria-label="next frame">›</button>'
            '<button type="button" name="play">play</button>'
            f'<label for="{name}-at">{html.escape(self.name)}</label>'
            f'<input type="range" id="{name}-at" min="0" max="{last}" step="1" value="{self.start}" '
            f'aria-valuetext="{label}">'
            f'<output for="{name}-at" aria-live="off">{label}</output></p>'
            f"<noscript><p>The slider needs JavaScript; this is the picture at "
            f"{html.escape(self.name)} {label}.</p></noscript>"
        )


def slider_figure(
    frames: Callable[[int], Figure | Picture],
    labels: Sequence[str],
    *,
    name: str,
    alt: str | Sequence[str] | Callable[[int], str],
    start: int = 0,
    interval: int = _INTERVAL,
    width: int = 864,
    colours: int | None = None,
) -> Slider:
    """Draw every frame of a figure with a slider; the figures are drawn one by one and not kept.

    Parameters
    ----------
    frames
        Called with 0, 1, … for each label in turn, in the book's style; returns a Matplotlib figure or a
        `Picture`.  All must have one size: give axes fixed limits, so that nothing jumps.
    labels
        What the slider says at each frame.
    name
        The slider's visible name: the parameter, such as "n" or "epoch".
    alt
        What each frame shows, in words: one text for each, a function of the frame's number, or one text
        for all, to which the frame's label is added.
    start
        The frame shown first, without a script and on paper.
    interval
        Milliseconds between frames while playing.
    width
        Pixels across; the page shows a frame at no more than 576 CSS pixels.
    colours
        None keeps every colour, best for lines and pixel images; 2 to 256 reduces each frame to so many, for
        frames of thousands of points.

    Raises
    ------
    ValueError
        Without labels, for a start or texts that do not fit them, and for frames of several sizes.
    """
    labels = tuple(str(label) for label in labels)
    if not labels:
        raise ValueError("labels must name at least one frame, got none")
    if not 0 <= start < len(labels):
        raise ValueError(
            f"start must be one of the {len(labels)} frames, 0 to {len(labels) - 1}, got {start}"
        )
    if callable(alt):
        alts = tuple(alt(number) for number in range(len(labels)))
    elif isinstance(alt, str):
        alts = tuple(f"{alt} Here {name} is {label}." for label in labels)
    else:
        alts = tuple(alt)
    if len(alts) != len(labels):
        raise ValueError(f"alt must have a text for each of {len(labels)} labels, got {len(alts)}")
    drawn, sizes = [], set()
    for number in range(len(labels)):
        frame, size = _render(frames, number, width, colours)
        drawn.append(frame)
        sizes.add(size)
    if len(sizes) > 1:
        raise ValueError(f"frames must have one size, got {sorted(sizes)}")
    across, down = sizes.pop()
    size = (_SHOWN_WIDTH, round(_SHOWN_WIDTH * down / across))
    return Slider(tuple(drawn), labels, alts, name, size, start, interval)


def _render(
    draw: Callable[[int], Figure | Picture], number: int, width: int, colours: int | None
) -> tuple[bytes, tuple[int, int]]:
    """One frame as WebP, and its size in pixels."""
    raw, packed = io.BytesIO(), io.BytesIO()
    with mpl.rc_context(STYLE):
        drawn = draw(number)
        figure = drawn.figure if isinstance(drawn, Picture) else drawn
        figure.savefig(raw, format="png", dpi=width / figure.get_figwidth())
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)  # pyplot keeps its figures until they are closed
    figure.clear()
    image = Image.open(raw)
    if colours is not None:
        image = image.quantize(colours, method=Image.Quantize.FASTOCTREE).convert("RGBA")
    image.save(packed, "WEBP", lossless=True, method=2)
    return packed.getvalue(), image.size


_STYLE = f"""<style>
html[data-theme="dark"] .bd-content div.cell_output .text_html:has(.hopcore-slider) {{
  background-color: transparent !important; color: inherit !important; padding: 0 !important;
}}
.hopcore-slider {{ margin-inline: auto; max-width: 36rem; }}
.hopcore-slider img {{ background: none !important; display: block; height: auto; margin: 0; width: 100%; }}
.hopcore-slider .controls:not([hidden]) {{
  align-items: center; color: {INK}; display: flex; flex-wrap: wrap;
  font-size: 0.9rem; gap: 0.4rem; margin: 0.4rem 0 0;
}}
.hopcore-slider button {{
  background: none; border: 1px solid {INK}; border-radius: 0.3rem; color: inherit; cursor: pointer;
  font: inherit; line-height: 1; min-height: 2rem; min-width: 2.2rem; padding: 0 0.5rem;
}}
.hopcore-slider button[name="play"] {{ min-width: 4rem; }}
.hopcore-slider label {{ font-weight: bold; margin: 0 0 0 0.3rem; }}
.hopcore-slider input {{ flex: 1 1 6rem; margin: 0; min-width: 5rem; }}
.hopcore-slider output {{ font-variant-numeric: tabular-nums; min-width: 3.2em; }}
@media (prefers-reduced-motion: reduce) {{ .hopcore-slider button[name="play"] {{ display: none; }} }}
@media print {{ .hopcore-slider .controls.controls {{ display: none; }} }}
</style>"""
