"""Pictures that a reader slides through: frames drawn beforehand, a slider, buttons and a small script.

The first picture is a plain image; the script (`slider.js`) shows the others in its place, all of them in the
page.
"""

import html
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image

from .scripted import data_address, scripted
from .style import Picture, style

_INTERVAL = 500  # milliseconds between frames while playing
_SHOWN_WIDTH = 576  # CSS pixels, the widest that a page shows a figure


@dataclass(frozen=True)
class Slider:
    """Frames with a slider, buttons for the last and the next one, and play; a page or a notebook shows it.

    Attributes
    ----------
    frames : WebP images of one size.
    labels : what the slider says at each frame, "20" or "epoch 400".
    alts : what each frame shows, for readers who do not see it.
    name : the visible name of the slider.
    size : width and height of a frame in CSS pixels.
    start : the frame shown first.
    """

    frames: tuple[bytes, ...]
    labels: tuple[str, ...]
    alts: tuple[str, ...]
    name: str
    size: tuple[int, int]
    start: int = 0

    def __repr__(self) -> str:
        return f"<Slider, {len(self.frames)} frames over {self.name}>"

    def _repr_html_(self) -> str:
        pictures = [data_address("image/webp", frame) for frame in self.frames]
        width, height = self.size
        shown = (
            f'<img src="{pictures[self.start]}" width="{width}" height="{height}" '
            f'alt="{html.escape(self.alts[self.start])}">'
        )
        pictures[self.start] = ""  # it is in the page already
        data = {name: getattr(self, name) for name in ("labels", "alts", "name", "start")}
        data |= {"frames": pictures, "interval": _INTERVAL}
        hint = f"The slider needs JavaScript; this is the picture at {self.name} {self.labels[self.start]}."
        named = f' role="group" aria-label="Figure with a slider over {html.escape(self.name)}"'
        return scripted("slider", shown, data, hint=hint, attributes=named)


def slider_figure(
    frames: Callable[[int], Picture],
    labels: Sequence[str],
    *,
    name: str,
    alt: str | Sequence[str],
    start: int = 0,
    width: int = 864,
    colours: int | None = None,
) -> Slider:
    """Draw every frame of a figure with a slider; the figures are drawn one by one and not kept.

    Parameters
    ----------
    frames : called with 0, 1, … for each label in turn. All must have one size: give axes fixed limits, so
        that nothing jumps.
    labels, name, start : as in `Slider`.
    alt : what each frame shows, in words: a text for each, or one for all, to which its label is added.
    width : pixels across; the page shows a frame at no more than 576 CSS pixels.
    colours : None keeps every colour, best for lines and pixel images; 2 to 256 reduces each frame to so
        many, for frames of thousands of points.

    Raises
    ------
    ValueError
        Without labels, for a start or texts that do not fit them, and for frames of several sizes.
    """
    labels = tuple(map(str, labels))
    count = len(labels)
    if not count:
        raise ValueError("labels must name at least one frame, got none")
    if not 0 <= start < count:
        raise ValueError(f"start must be one of the {count} frames, 0 to {count - 1}, got {start}")
    alts = tuple(f"{alt} Here {name} is {each}." for each in labels) if isinstance(alt, str) else tuple(alt)
    if len(alts) != count:
        raise ValueError(f"alt must have a text for each of {count} labels, got {len(alts)}")
    drawn, sizes = zip(*(_render(frames(number), width, colours) for number in range(count)), strict=True)
    if len(set(sizes)) > 1:
        raise ValueError(f"frames must have one size, got {sorted(set(sizes))}")
    across, down = sizes[0]
    size = (_SHOWN_WIDTH, round(_SHOWN_WIDTH * down / across))
    return Slider(drawn, labels, alts, name, size, start)


def _render(picture: Picture, width: int, colours: int | None) -> tuple[bytes, tuple[int, int]]:
    """One frame as WebP, and its size in pixels."""
    raw, packed = io.BytesIO(), io.BytesIO()
    with style():
        picture.figure.savefig(raw, format="png", dpi=width / picture.figure.get_figwidth())
    image: Image.Image = Image.open(raw)
    if colours is not None:
        image = image.quantize(colours, method=Image.Quantize.FASTOCTREE).convert("RGBA")
    image.save(packed, "WEBP", lossless=True, method=2)
    return packed.getvalue(), image.size
