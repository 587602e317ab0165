"""What the explorers share in which a network learns in the background."""

from __future__ import annotations

from hopcore.widgets.explorer import Explorer
from hopcore.widgets.session import Session


class LearningExplorer(Explorer):
    """An explorer with at most one network that learns; taking the widget away stops it."""

    def __init__(self) -> None:
        super().__init__()
        self.session: Session | None = None

    def halt(self) -> None:
        """Stop learning, if a network does."""
        if self.session is not None:
            self.session.stop()

    def wait(self) -> None:
        """Wait until learning has ended; for scripts, where no event loop brings the news."""
        if self.session is not None:
            self.session.wait()
        self.home.catch_up()

    def close(self) -> None:
        """Stop learning, and take the widget away."""
        self.halt()
        super().close()
