"""What went wrong, said to the person who ran the command."""


class EditionError(Exception):
    """The command cannot go on; the message says why and what to do."""
