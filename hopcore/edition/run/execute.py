"""Executes chapters, several at a time, and keeps the finished notebooks.

A finished notebook is used again only while its fingerprint (chapter, library, parameters, versions)
and the file itself are unchanged. Notebook and record are moved into place when they are complete, the
record last: whatever interrupts a build, what lies there without a matching record is not finished.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import nbformat

from hopcore._files import remove, write_whole
from hopcore._processes import TOLD
from hopcore.edition.chapters import KERNEL, Book, Chapter
from hopcore.edition.errors import EditionError
from hopcore.edition.run.circumstances import circumstances, cores
from hopcore.edition.run.fingerprint import file_digest, fingerprint
from hopcore.edition.run.waiting import LOG, SAID, waited
from hopcore.live.kernel import STATIC
from hopcore.paper.verdicts import MIME, Answer

T = TypeVar("T")

CELL_TIMEOUT = {"tiny": 5 * 60, "quick": 30 * 60, "paper": 48 * 3600}
"""Seconds that one cell may take, by scale."""

_FOREIGN = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
"""What reading a JSON file raises that was written by somebody else."""


@dataclass(frozen=True)
class Parameters:
    """What every chapter takes: ``scale`` (tiny, quick or paper), ``seed``, ``dtype``, and ``images``.

    These are drawn from the "embedded" digits, or are the "published" ones of the authors' program.
    """

    scale: str = "quick"
    seed: int = 0
    dtype: str = "float32"
    images: str = "embedded"

    def __post_init__(self) -> None:
        if not isinstance(self.scale, str) or self.scale not in CELL_TIMEOUT:
            raise EditionError(f"scale is {self.scale!r}; it must be one of: {', '.join(CELL_TIMEOUT)}")
        if type(self.seed) is not int or self.seed < 0:
            raise EditionError(f"seed is {self.seed!r}; it must be a whole number, 0 or more")
        if self.dtype not in ("float32", "float64"):
            raise EditionError(f"dtype is {self.dtype!r}; it must be float32 or float64")
        if self.images not in ("embedded", "published"):
            raise EditionError(f"images is {self.images!r}; it must be embedded or published")

    def __str__(self) -> str:
        double = ", double precision" if self.dtype == "float64" else ""
        published = ", the published images" if self.images == "published" else ""
        return f"scale {self.scale}, seed {self.seed}{double}{published}"

    @property
    def folder(self) -> str:
        double = "-double" if self.dtype == "float64" else ""
        return f"{self.scale}-{self.seed}{double}{'-published' if self.images == 'published' else ''}"

    @classmethod
    def of_folder(cls, name: str) -> Parameters:
        """Those whose `folder` has this name; `EditionError` if none has."""
        found = re.fullmatch(r"(\w+)-(\d+)(-double)?(-published)?", name)
        if found is None:
            raise EditionError(f"{name!r} is not a folder of executed chapters")
        dtype, images = ("float64" if found[3] else "float32"), ("published" if found[4] else "embedded")
        return cls(found[1], int(found[2]), dtype, images)


@dataclass(frozen=True)
class Run:
    """One chapter with its parameters, and where its finished notebook is kept."""

    book: Book
    chapter: Chapter
    parameters: Parameters

    @property
    def notebook(self) -> Path:
        """The finished notebook."""
        return self.book.output / "executed" / self.parameters.folder / f"{self.chapter.name}.ipynb"

    @property
    def record(self) -> Path:
        """What the finished notebook was made from, how long it took, and on what (JSON)."""
        return self.notebook.with_suffix(".json")

    @property
    def failed(self) -> Path:
        """The notebook of a failed execution, up to the cell that failed."""
        return self.notebook.with_suffix(".failed.ipynb")

    def passed(self) -> dict[str, Any]:
        """The parameters passed to the notebook: none if no cell is tagged ``parameters``."""
        cells = self.chapter.notebook().cells
        if any("parameters" in cell.metadata.get("tags", []) for cell in cells):
            return asdict(self.parameters)
        return {}

    def finished(self) -> bool:
        """Whether the kept notebook is whole and made from what is there now."""
        try:
            record = json.loads(self.record.read_text(encoding="utf-8"))
            found = record["fingerprint"], record["notebook"]
            return found == (fingerprint(self.chapter, self.passed()), file_digest(self.notebook))
        except (OSError, *_FOREIGN):
            return False  # missing, cut short or foreign: execute again

    def answers(self) -> list[Answer]:
        """The answers in the finished notebook: results of `hopcore.paper.claim` and `beyond`, in order."""
        return self._shown(MIME, Answer.parse)

    def tables(self) -> list[Any]:
        """The tables in the finished notebook, of `hopcore.paper.tables`."""
        from hopcore.paper.tables import MIME, Table  # loads xarray

        return self._shown(MIME, Table.parse)

    def _shown(self, kind: str, parse: Callable[[dict[str, Any]], T]) -> list[T]:
        """The contents of all outputs of a kind, in order."""
        cells = nbformat.read(self.notebook, as_version=4).cells
        outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
        try:
            return [parse(dict(data[kind])) for data in outputs if kind in data]
        except (ValueError, TypeError, KeyError) as error:
            raise EditionError(f"{self.notebook}: {error}") from error

    def forget(self) -> None:
        """Take the kept notebook for unfinished from now on; how long it took is remembered."""
        if self.record.exists():
            seconds = json.dumps({"seconds": self.expected_seconds()})
            write_whole(self.record, lambda path: path.write_text(seconds, encoding="utf-8"))

    def expected_seconds(self) -> float:
        """How long the last execution took, else that of the chapter's reference; infinite if unknown."""
        for path in (self.record, self.book.reference(self.chapter)):
            try:
                found = json.loads(path.read_text(encoding="utf-8"))
                return float((found if path == self.record else found["metadata"]["hopcore"])["seconds"])
            except (OSError, *_FOREIGN):
                continue
        return math.inf


@dataclass(frozen=True)
class Failure:
    """A chapter that could not be executed."""

    run: Run
    error: str
    cell: int | None = None
    source: str = ""

    def __str__(self) -> str:
        where = "" if self.cell is None else f", code cell {self.cell}"
        lines = [f"chapter {self.run.chapter.name}{where}: {self.error}"]
        lines += [f"    | {line}" for line in self.source.splitlines()]
        lines.append(f"  source: {self.run.chapter.source}")
        if self.run.failed.exists():
            lines.append(f"  executed up to there: {self.run.failed}")
        return "\n".join(lines)


@dataclass
class _Processes:
    """The processes at work, so that an interruption can end them all, and none is started after it."""

    running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    closed: bool = False
    guard: threading.Lock = field(default_factory=threading.Lock)

    def start(self, *arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        with self.guard:
            if self.closed:
                raise InterruptedError
            process = subprocess.Popen(*arguments, **options)
            self.running.add(process)
            return process

    def end(self) -> None:
        with self.guard:
            self.closed = True
            for process in self.running:
                process.terminate()


def share(jobs: int) -> int:
    """The threads of each of so many chapters that are executed side by side."""
    return max(1, cores() // jobs)


def execute(runs: Iterable[Run], *, jobs: int = 2, say: Callable[[str], None] = print) -> list[Failure]:
    """Execute the chapters that are not finished, ``jobs`` at a time, each in its own process.

    Every kernel gets an equal share of the processor's cores as its number of threads, so that chapters
    side by side do not fight for them. The longest come first, so that none is left to run alone at the end.
    All chapters are tried; those that failed are returned.
    """
    pending = []
    for run in runs:
        if run.finished():
            say(f"{run.chapter.name}: finished before ({run.parameters})")
        else:
            pending.append(run)
    pending.sort(key=Run.expected_seconds, reverse=True)
    jobs = max(1, min(jobs, len(pending)))
    threads = share(jobs)
    processes = _Processes()
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda run: _execute_one(run, threads, processes, say), pending)
        try:
            return [failure for failure in results if failure is not None]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            processes.end()
            raise


def _execute_one(run: Run, threads: int, processes: _Processes, say: Callable[[str], None]) -> Failure | None:
    """Execute into a folder of its own; move notebook, then record, into place if all went well."""
    say(f"{run.chapter.name}: executing ({run.parameters}) ...")
    began = time.monotonic()
    made_from = fingerprint(run.chapter, run.passed())
    folder = run.notebook.parent
    work = folder / f"{run.chapter.name}.running"
    remove(work)
    work.mkdir(parents=True)
    run.forget()
    remove(run.failed)
    failure = _run_process(run, work, threads, processes)
    seconds = time.monotonic() - began
    if failure is not None:
        if (work / "output.ipynb").exists():
            os.replace(work / "output.ipynb", run.failed)
        say(f"{run.chapter.name}: FAILED after {seconds:.0f} s")
        return failure
    record = {
        "chapter": run.chapter.document,
        "parameters": run.passed(),
        "seconds": round(seconds, 1),
        "threads": threads,
        **circumstances(),
        "fingerprint": made_from,
        "notebook": file_digest(work / "output.ipynb"),
    }
    write_whole(run.notebook, lambda path: path.write_bytes((work / "output.ipynb").read_bytes()))
    write_whole(run.record, lambda path: path.write_text(json.dumps(record, indent=1), encoding="utf-8"))
    remove(work)
    say(f"{run.chapter.name}: done in {seconds:.0f} s")
    return None


def _run_process(run: Run, work: Path, threads: int, processes: _Processes) -> Failure | None:
    """Run papermill; its messages go to a log beside the notebook."""
    notebook = run.chapter.notebook()
    nbformat.write(notebook, work / "input.ipynb")
    command = bound(
        "papermill.cli", "papermill", str(work / "input.ipynb"), str(work / "output.ipynb"),
        "--parameters_yaml", json.dumps(run.passed()), "--kernel", KERNEL["name"], "--log-output",
        "--cwd", str(run.chapter.source.parent), "--start-timeout", "120",
        "--execution-timeout", str(CELL_TIMEOUT[run.parameters.scale]),
    )  # fmt: skip
    cells = len(notebook.cells) + bool(run.passed())  # papermill adds one with the parameters
    # References are of the quick scale: they tell nothing of another.
    known = run.parameters.scale == "quick" or run.record.exists()
    expected = run.expected_seconds() if known else math.inf
    log = work / LOG
    with log.open("w", encoding="utf-8") as messages:
        process = processes.start(
            command,
            stdin=subprocess.PIPE,
            stdout=messages,
            stderr=messages,
            env=environment(run.book.output, threads) | {TOLD: str(work / SAID)},
            start_new_session=True,  # Ctrl-C reaches the command alone, which then ends its processes
        )
        with cast(IO[bytes], process.stdin):  # closing it ends the process
            status = waited(process, run.chapter.name, cells, expected, work)
    return _failure(run, work, status, log.read_text(encoding="utf-8", errors="replace").strip())


def _failure(run: Run, work: Path, status: int, log: str) -> Failure | None:
    """What failed and where, of a process that ended with a status; None if all is executed."""
    output = work / "output.ipynb"
    cells = nbformat.read(output, as_version=4).cells if output.exists() else []
    for number, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
        if status and cell.metadata.get("papermill", {}).get("status") in ("failed", "running"):
            told = [f"{each.ename}: {each.evalue}" for each in cell.outputs if each.output_type == "error"]
            told += re.findall(r"^\w[\w.]*Error: .*", log, flags=re.MULTILINE)[-1:]
            return Failure(run, [*told, f"ended with status {status}"][0], number, cell.source)
        # papermill takes sys.exit(0) in a cell for a success, and leaves the cells after it unexecuted.
        if not status and cell.source.strip() and cell.execution_count is None:
            return Failure(run, "the cell was not executed", number, cell.source)
    if not status:
        return None
    ended = f"the process that executes it ended with status {status}; its last words:"
    return Failure(run, ended, source="\n".join(log.splitlines()[-15:]))


def bound(module: str, function: str, *arguments: str) -> list[str]:
    """The command line of a program that ends with the process that starts it with a pipe for its input."""
    lines = (
        "from hopcore._processes import end_with_parent",
        "end_with_parent()",
        f"from {module} import {function}",
        f"{function}()",
    )
    return [sys.executable, "-P", "-c", "\n".join(lines), *arguments]


def environment(output: Path, threads: int) -> dict[str, str]:
    """The environment of a kernel: this one, without what changes how Python runs and what it shows."""
    foreign = re.compile("MPLBACKEND|MATPLOTLIBRC|PYTHON(?!PATH$|HOME$|UTF8$|DONTWRITE|PYCACHE)")
    environment = {name: value for name, value in os.environ.items() if not foreign.match(name)}
    for name in ("OMP", "MKL", "OPENBLAS", "NUMBA"):
        environment[f"{name}_NUM_THREADS"] = str(threads)
    environment["PYTHONHASHSEED"] = "0"
    environment[STATIC] = "1"  # a page has no kernel to answer
    environment["IPYTHONDIR"] = str(output / "ipython")
    environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    environment["HOPCORE_SWEEPS"] = str(output / "sweeps")  # where chapters keep long computations
    # The kernel `python3` is that of this interpreter, whatever other kernels have the name.
    spec = {"argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], **KERNEL}
    place = output / "jupyter" / "kernels" / KERNEL["name"] / "kernel.json"
    write_whole(place, lambda path: path.write_text(json.dumps(spec), encoding="utf-8"))
    more = os.environ.get("JUPYTER_PATH")
    environment["JUPYTER_PATH"] = f"{output / 'jupyter'}{os.pathsep + more if more else ''}"
    return environment
