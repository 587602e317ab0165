"""What went wrong, said to the person who ran the command."""

from __future__ import annotations


class EditionError(Exception):
    """The command cannot go on; the message says why and what to do."""
