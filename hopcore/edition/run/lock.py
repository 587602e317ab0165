"""One command at a time in one ``_build``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from hopcore._files import write_whole
from hopcore.edition.errors import EditionError


@contextmanager
def only_one(output: Path) -> Iterator[None]:
    """Hold the folder ``output`` for one command; the system lets go when the process ends, however it ends.

    If another process holds it, an `EditionError` names that process. Ctrl-C says what is kept.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        lock = FileLock(output / "lock")
        lock.acquire(blocking=False)
    except Timeout:
        raise EditionError(
            f"another hopcore command (process {_holder(output)}) is at work in {output}; "
            "wait until it has finished, then run this again"
        ) from None
    except OSError as error:
        raise EditionError(f"cannot write to {output}: {error}") from error
    try:
        write_whole(output / "lock.process", lambda path: path.write_text(str(os.getpid()), encoding="utf-8"))
        yield
    except KeyboardInterrupt:
        print("stopped: finished chapters are kept; the same command goes on from there", flush=True)
        raise
    finally:
        lock.release()


def _holder(output: Path) -> str:
    try:
        number = (output / "lock.process").read_text(encoding="utf-8", errors="replace")
        return number if number.isascii() and number.isdigit() else "unknown"
    except OSError:
        return "unknown"
