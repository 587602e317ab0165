"""The place in a widget where it says what went wrong."""

from __future__ import annotations

import html
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import ipywidgets

_EXPECTED = (ValueError, TypeError, OSError, ArithmeticError)
"""Errors whose message was written for readers; of others the type is named as well."""


class Messages(ipywidgets.HTML):
    """A line of text that assistive technology reads out when it changes."""

    def say(self, text: str) -> None:
        """Show a note."""
        self.value = f'<div role="status">{html.escape(text)}</div>' if text else ""

    def refuse(self, error: BaseException) -> None:
        """Show an error."""
        text = (
            str(error) if isinstance(error, _EXPECTED) and str(error) else f"{type(error).__name__}: {error}"
        )
        self.value = (
            '<div role="alert" style="border-left: 4px solid var(--jp-error-color1, #b00020); '
            'line-height: 1.4; padding-left: 0.5em; white-space: normal;">'
            f"<b>Error:</b> {html.escape(text)}</div>"
        )

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Show what goes wrong inside; if nothing does, a warning to users that was given, or nothing."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            self.say("")
            try:
                yield
            except Exception as error:
                self.refuse(error)
                return
        for warning in caught:
            if issubclass(warning.category, UserWarning):
                self.say(str(warning.message))
            else:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def guarded(method: Callable[[Any], None]) -> Callable[..., None]:
    """A method as a handler of events: their details are dropped, errors go to ``self.messages``."""

    @wraps(method)
    def handler(self: Any, *_: Any) -> None:
        with self.messages.guard():
            method(self)

    return handler
