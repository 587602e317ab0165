"""A strip under a slider that marks the places where fixed points appear or vanish."""

from __future__ import annotations

import html

import ipywidgets

from hopcore.widgets.controls import NAME_WIDTH, SLIDER_WIDTHS

# What ipywidgets leaves at the two sides of a slider's track: the marks stand under the track.
_LEFT, _RIGHT = NAME_WIDTH + 16, 82


class FoldStrip(ipywidgets.HTML):
    """Marks at values of n on a line as long as the slider's track.

    Parameters
    ----------
    low, high : the ends of the slider.
    """

    def __init__(self, low: float, high: float) -> None:
        super().__init__(layout=ipywidgets.Layout(**SLIDER_WIDTHS))
        self._low, self._high = low, high

    def wait(self) -> None:
        """Say that the folds are being looked for."""
        self._show("looking for folds …", [])

    def mark(self, folds: list[tuple[float, bool]]) -> None:
        """Mark folds: n, and whether the fixed points exist above it."""
        marked = [f"{n:.2f} ({'appear' if opens else 'vanish'})" for n, opens in folds]
        told = "two fixed points appear or vanish at n = " + ", ".join(marked) if marked else "no fold"
        self._show(f"{told} (n from {self._low:g} to {self._high:g})", folds)

    def _show(self, told: str, folds: list[tuple[float, bool]]) -> None:
        marks = "".join(self._mark(n, opens) for n, opens in folds)
        self.value = (
            f'<div class="hopcore-folds" style="margin: 0 {_RIGHT}px 0 {_LEFT}px; position: relative; '
            'height: 1.1em; border-top: 1px solid #808080; font-size: 12px; line-height: 1.1em;" '
            f'aria-hidden="true">{marks}</div>'
            f'<div style="margin: 0 0 0 {_LEFT}px; font-size: 12px; line-height: 1.4; white-space: normal;">'
            f"{html.escape(told)}</div>"
        )

    def _mark(self, n: float, opens: bool) -> str:
        place = 100 * (n - self._low) / (self._high - self._low)
        return (
            f'<span data-n="{n:.4f}" style="position: absolute; left: {place:.3f}%; '
            f'transform: translateX(-50%);">{"△" if opens else "▽"}</span>'
        )
