"""What the explorers share: a column of controls and pictures that is taken away as a whole."""

from __future__ import annotations

import ipywidgets

from hopcore.widgets.background import Home
from hopcore.widgets.messages import Messages


class Explorer(ipywidgets.VBox):
    """A widget with a place for messages; made in the thread that runs the kernel's event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.messages = Messages()
        self.home = Home()

    def close(self) -> None:
        """Take the widget and everything in it away."""
        _take_away(self)
        super().close()


def _take_away(widget: ipywidgets.Widget) -> None:
    """Close what belongs to a widget: its parts, its layout and its style, which live on their own."""
    for part in getattr(widget, "children", ()):
        _take_away(part)
        part.close()
    for name in ("layout", "style"):
        if widget.has_trait(name):
            getattr(widget, name).close()
