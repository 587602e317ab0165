"""Waiting for a chapter: on a terminal a line tells how far it is, and is rewritten every second."""

import math
import re
import subprocess
from pathlib import Path

from tqdm import tqdm

LOG, SAID = "log.txt", "said.txt"
"""The files, in the folder of a chapter at work, of papermill's messages and of what its kernel tells."""


def waited(process: subprocess.Popen[bytes], name: str, cells: int, expected: float, work: Path) -> int:
    """Wait for the process that executes a chapter of so many cells, and give its status.

    ``expected`` are the seconds that it may take. In a log, where no line can be rewritten, nothing is shown.
    """
    with tqdm(bar_format="{desc}", leave=False, dynamic_ncols=True, disable=None) as line:
        while True:
            try:
                return process.wait(timeout=None if line.disable else 1)
            except subprocess.TimeoutExpired:
                gone = line.format_dict["elapsed"]
                line.set_description_str(f"{name}: {at_work(cells, gone, expected, work)}")


def at_work(cells: int, elapsed: float, expected: float, work: Path) -> str:
    """Which cell is executed, the time gone and expected, and what the kernel tells."""
    log, said = work / LOG, work / SAID
    begun = re.findall(r"^Executing Cell (\d+)", log.read_text("utf-8", "replace"), flags=re.MULTILINE)
    about = f" of about {tqdm.format_interval(expected)}" if math.isfinite(expected) else ""
    parts = [f"cell {int(begun[-1]) if begun else 0} of {cells}", tqdm.format_interval(elapsed) + about]
    return ", ".join([*parts, *([said.read_text("utf-8")] if said.exists() else [])]).removesuffix(", ")
