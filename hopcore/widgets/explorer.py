"""What the explorers share: a column of controls and pictures that is taken away as a whole."""

from __future__ import annotations

import ipywidgets

from hopcore.widgets import controls
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
        controls.strip(self)
        super().close()
