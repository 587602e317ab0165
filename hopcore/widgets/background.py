"""Work beside the kernel's own thread, and the way back to it.

Widgets are changed in one thread alone, the one that runs the kernel's event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from threading import Lock, Thread
from typing import Any


class Home:
    """The thread that made a widget.

    In a kernel its event loop runs what other threads hand over.  Without one (a script, a test) that waits
    for `catch_up`.
    """

    def __init__(self) -> None:
        self._due: deque[Callable[[], Any]] = deque()
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    def run(self, function: Callable[[], Any]) -> None:
        """Have the function called at home; from any thread."""
        if self._loop is None:
            self._due.append(function)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)

    def catch_up(self) -> None:
        """Call what is due, where no event loop does."""
        while self._due:
            self._due.popleft()()

    def repeated(self, action: Callable[[], Any]) -> Callable[[], None]:
        """A function for other threads that has ``action`` called at home; calls that wait count once."""
        waiting = Lock()

        def act() -> None:
            waiting.release()
            action()

        def ask() -> None:
            if waiting.acquire(blocking=False):
                self.run(act)

        return ask


class Latest:
    """Computes in a thread what was asked for last, and delivers it at home; what it overtook is dropped.

    It starts after a short rest, so as not to slow down a slider that is moving.
    """

    def __init__(self, home: Home, deliver: Callable[[Any], None], rest: float = 0.2) -> None:
        self._rest = rest  # seconds
        self._home, self._deliver = home, deliver
        self._lock = Lock()
        self._wanted: Callable[[], Any] | None = None
        self._asked = 0  # the number of the last question
        self._thread: Thread | None = None

    def ask(self, function: Callable[[], Any] | None) -> None:
        """Compute this next (None: nothing); a thread lives only while there is something to do."""
        with self._lock:
            self._wanted = function
            self._asked += 1
            if self._thread is None and function is not None:
                self._thread = Thread(target=self._work, daemon=True, name="hopcore-widget")
                self._thread.start()

    def _work(self) -> None:
        while True:
            number = self._asked
            time.sleep(self._rest)
            if number != self._asked:
                continue
            with self._lock:
                function, self._wanted, number = self._wanted, None, self._asked
                if function is None:
                    self._thread = None
                    return
            try:
                result = function()
            except Exception as error:  # it is delivered, to be shown
                result = error
            self._home.run(partial(self._receive, number, result))

    def _receive(self, number: int, result: Any) -> None:
        if number == self._asked:
            self._deliver(result)

    def close(self) -> None:
        """Deliver nothing any more."""
        self.ask(None)

    def wait(self) -> None:
        """Wait until nothing is left to compute; for scripts and tests."""
        thread = self._thread
        if thread is not None:
            thread.join()
        self._home.catch_up()
