"""Controls with visible names, of one size, that a keyboard reaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets
from ipywidgets import Layout

NAME_WIDTH = 90
"""Pixels that a control's name takes."""

SLIDER_WIDTHS = {"width": "98%", "max_width": "690px"}

_NAMED = {"description_width": f"{NAME_WIDTH}px"}


def slider(name: str, value: float, low: float, high: float, step: float, form: str = ".2f") -> Any:
    """A slider as wide as the page allows."""
    return ipywidgets.FloatSlider(
        value, min=low, max=high, step=step, description=name, readout_format=form, style=_NAMED,
        layout=Layout(**SLIDER_WIDTHS),
    )  # fmt: skip


def whole_slider(name: str, value: int, low: int, high: int, step: int = 1) -> ipywidgets.IntSlider:
    """A slider of whole numbers."""
    return ipywidgets.IntSlider(
        value, min=low, max=high, step=step, description=name, style=_NAMED,
        layout=Layout(**SLIDER_WIDTHS),
    )  # fmt: skip


def whole(name: str, value: int) -> ipywidgets.IntText:
    """A field for a whole number; the library checks it, so that its errors say what is allowed."""
    return ipywidgets.IntText(value, description=name, style=_NAMED, layout=Layout(width="175px"))


def real(name: str, value: float) -> ipywidgets.FloatText:
    """A field for a number."""
    return ipywidgets.FloatText(
        value, description=name, style=_NAMED, layout=Layout(width="175px"), step=None
    )


def digit(name: str, value: int) -> ipywidgets.Dropdown:
    """A choice of one digit."""
    return ipywidgets.Dropdown(
        options=range(10), value=value, description=name, style=_NAMED, layout=Layout(width="175px")
    )


def button(name: str, tooltip: str, handler: Any, style: str = "") -> ipywidgets.Button:
    """A button."""
    made = ipywidgets.Button(
        description=name, tooltip=tooltip, button_style=style, layout=Layout(width="auto")
    )
    made.on_click(handler)
    return made


def row(*parts: ipywidgets.Widget) -> ipywidgets.HBox:
    """Controls side by side, in as many lines as the page needs."""
    return ipywidgets.HBox(parts, layout=Layout(flex_flow="row wrap", align_items="center"))


def strip(widget: ipywidgets.Widget) -> None:
    """Close what belongs to a widget: its parts, its layout and its style, which live on their own."""
    for part in getattr(widget, "children", ()):
        strip(part)
        part.close()
    for name in ("layout", "style"):
        if widget.has_trait(name):
            getattr(widget, name).close()


class DigitChoice(ipywidgets.HBox):
    """A box to tick for each digit; ``value`` is the list of those that are ticked."""

    def __init__(self, chosen: Sequence[int]) -> None:
        narrow = Layout(width="52px")
        self.boxes = [
            ipywidgets.Checkbox(number in chosen, description=str(number), indent=False, layout=narrow)
            for number in range(10)
        ]
        name = ipywidgets.Label("digits", layout=Layout(width=f"{NAME_WIDTH}px", justify_content="flex-end"))
        super().__init__([name, *self.boxes], layout=Layout(flex_flow="row wrap"))

    @property
    def value(self) -> list[int]:
        return [number for number, box in enumerate(self.boxes) if box.value]
