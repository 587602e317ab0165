"""Mutation testing: is a wrong sign, exponent, index or constant in the science modules noticed?

::

    .venv/bin/python tests/mutation/run.py                      # all mutants, one at a time
    .venv/bin/python tests/mutation/run.py reduced/ model.py    # those of files whose path holds a word
    .venv/bin/python tests/mutation/run.py --jobs 2             # two at a time

`mutants.toml` lists what is changed, and which tests should notice it. The package and its tests are copied
to a temporary folder, where all tests that are named must pass first. Then each mutant is put in its file,
its own tests run with ``pytest -x`` in a new process that makes sure that it imports the copy, and the file
is put back. A mutant is *caught* if a test fails, or has no end within ten minutes.

A mutant whose text is not in its file exactly once, tests that do not exist, and a run of pytest that comes
to no verdict are errors. The command fails on errors, on survivors that the list gives no reason for, and if
less than 95 % of the mutants are caught.
"""

from __future__ import annotations

import argparse
import compileall
import importlib
import multiprocessing
import os
import py_compile
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, NoReturn

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before anything reads them

import pytest
from numba.core import config as numba_config

ROOT = Path(__file__).resolve().parent.parent.parent
LIST = Path(__file__).with_name("mutants.toml")
WANTED = 0.95
LONGEST = 600
"""Seconds that the tests of a mutant may take: more is an endless loop."""

FORK = multiprocessing.get_context("fork")
HEAVY = "h5netcdf hypothesis matplotlib.pyplot scipy.stats torch torch.fx xarray xdist.plugin".split()
"""Imported once, before processes are forked for the mutants: that is most of what a short test takes."""

OPTIONS = "-q --no-header --tb=line --assert=plain -p import_check -p no:cacheprovider".split()
OPTIONS += "-p no:anyio -p no:nbval -p no:pytest_cov".split()
"""Without what takes time and serves nobody here: assertions told in full, plugins with much to import."""

COMPILED = ("training/kernels.py", "training/elementary.py")
"""Files of which Numba keeps compiled programs."""

CHECK = '''\
"""A plugin of pytest: refuses to test another package than the one beside this file."""

from pathlib import Path

import pytest
from hypothesis import Phase, settings

import hopcore

if Path(hopcore.__file__).resolve().parent != Path(__file__).resolve().parent / "hopcore":
    raise pytest.UsageError(f"the package under test is not the copy: {hopcore.__file__}")


def pytest_configure():
    # An example that fails is enough: there is no need for the smallest one.
    settings.register_profile("any", settings.default, phases=(Phase.explicit, Phase.generate))
    settings.load_profile("any")
'''


class Refused(Exception):
    """No verdict is possible."""


@dataclass(frozen=True)
class Mutant:
    """One change of one file of ``hopcore``, see `mutants.toml`."""

    file: str
    name: str
    find: str
    replace: str
    tests: tuple[str, ...]
    survives: str = ""

    def put_in(self, text: str) -> str:
        """The text of the file, changed.

        Raises
        ------
        Refused
            If what is to be found is not there exactly once, or nothing would change.
        """
        count = text.count(self.find)
        if count != 1:
            raise Refused(f"{self.file}: {self.find!r} is there {count} times, not once")
        if self.find == self.replace:
            raise Refused(f"{self.file}: {self.find!r} is replaced by nothing else")
        return text.replace(self.find, self.replace)

    @property
    def nodes(self) -> list[str]:
        """Its tests as pytest names them."""
        named = (test.split("::") for test in self.tests)
        return [f"tests/test_{module}.py::test_{name}" for module, name in named]


def listed() -> list[Mutant]:
    """All mutants."""
    tables = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return [
        Mutant(file, **{**fields, "tests": tuple(fields["tests"])})
        for file, of_file in tables.items()
        for fields in of_file
    ]


class Copy:
    """A copy of the package and its tests, in which mutants are tried one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns("__pycache__", "browser", "mutation", "references")
        for name in ("hopcore", "tests"):
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        shutil.copy2(ROOT / "pyproject.toml", folder)
        (folder / "import_check.py").write_text(CHECK)
        # Known by content, not by age: mutants of one second and one size must not be mixed up.
        by_content = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(folder / "hopcore", quiet=1, invalidation_mode=by_content)

    def start(self, tests: list[str], *options: str, numba: Path | None = None) -> Trial:
        """Begin to run tests on the copy as it is now, in a process of their own."""
        arguments = [*OPTIONS, *options, *tests]
        process = FORK.Process(target=self._run, args=(arguments, numba))
        process.start()
        return Trial(process, self.printed, time.monotonic())

    @property
    def printed(self) -> Path:
        """What the tests say."""
        return self.folder / "printed.txt"

    def _run(self, arguments: list[str], numba: Path | None) -> NoReturn:
        """In the new process: pytest; Numba keeps what it compiles in a folder of its own if there is one."""
        os.setsid()  # so that what the tests start can be ended with them
        with self.printed.open("w") as printed:
            os.dup2(printed.fileno(), 1)
            os.dup2(printed.fileno(), 2)
        os.chdir(self.folder)
        os.environ["PYTHONPATH"] = str(self.folder)  # for the processes that tests start
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.dont_write_bytecode = True
        sys.path[0] = str(self.folder)
        if numba is not None:
            os.environ["NUMBA_CACHE_DIR"] = str(numba)
            numba_config.reload_config()
        status = pytest.main(arguments)
        sys.stdout.flush()
        os._exit(int(status))


@dataclass
class Trial:
    """Tests that are running, or have run."""

    process: Any
    printed: Path
    began: float

    def verdict(self) -> bool:
        """Whether a test failed, once the process has ended or has taken too long.

        Raises
        ------
        Refused
            If there is no telling.
        """
        if self.process.is_alive():
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.join()
            return True
        if self.process.exitcode not in (0, 1):
            told = self.printed.read_text(errors="replace")
            raise Refused(f"pytest ended with status {self.process.exitcode}:\n{told}")
        return self.process.exitcode == 1

    @property
    def left(self) -> float:
        """The seconds that it may still take."""
        return max(0.0, self.began + LONGEST - time.monotonic())


class Attempt:
    """A mutant in a copy, until its file is put back."""

    def __init__(self, copy: Copy, mutant: Mutant) -> None:
        self.copy, self.mutant = copy, mutant
        self._path = copy.folder / "hopcore" / mutant.file
        self._original, times = self._path.read_bytes(), self._path.stat()
        self._times = times.st_atime_ns, times.st_mtime_ns
        self._path.write_text(mutant.put_in(self._original.decode()), encoding="utf-8")
        # Numba must not find programs that it compiled from another text of the file.
        self._numba = Path(tempfile.mkdtemp(dir=copy.folder)) if mutant.file in COMPILED else None
        self.trial = copy.start(mutant.nodes, "-x", numba=self._numba)

    def end(self) -> str:
        """One word on the mutant, after a line of the table is printed."""
        why = ""
        try:
            if self.trial.verdict():
                word = "caught"
            else:
                word = "survives" if self.mutant.survives else "SURVIVES"
                why = f": {self.mutant.survives}" if self.mutant.survives else ""
        except Refused as problem:
            word, why = "ERROR", f": {problem}"
        finally:
            self._path.write_bytes(self._original)
            os.utime(self._path, ns=self._times)
            if self._numba is not None:
                shutil.rmtree(self._numba)
        seconds = time.monotonic() - self.trial.began
        print(f"{word:8} {seconds:4.0f} s  {self.mutant.file:27} {self.mutant.name}{why}", flush=True)
        return word


def attempts(copies: list[Copy], mutants: list[Mutant]) -> Iterator[str]:
    """The words on all mutants, as many tried at a time as there are copies."""
    free, waiting, running = list(copies), deque(mutants), []
    while waiting or running:
        while free and waiting:
            try:
                running.append(Attempt(free[-1], waiting[0]))
            except Refused as problem:
                print(f"ERROR {problem}")
                yield "ERROR"
            else:
                free.pop()
            waiting.popleft()
        if running:
            wait([each.trial.process.sentinel for each in running], min(each.trial.left for each in running))
        for each in list(running):
            if not each.trial.process.is_alive() or not each.trial.left:
                running.remove(each)
                free.append(each.copy)
                yield each.end()


def main() -> int:
    """The status of the command: 0 if all is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="only mutants of files whose path holds one of these")
    parser.add_argument("--jobs", type=int, default=1, help="mutants at a time (default: 1)")
    arguments = parser.parse_args()
    words = arguments.words
    chosen = [mutant for mutant in listed() if not words or any(word in mutant.file for word in words)]
    if not chosen:
        parser.error("no mutant is in a file with such a path")
    for module in HEAVY:
        importlib.import_module(module)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [Copy(Path(folder) / f"copy-{index}") for index in range(arguments.jobs)]
        tests = sorted({node for mutant in chosen for node in mutant.nodes})
        unchanged = copies[0].start(tests, "-x")
        unchanged.process.join()
        if unchanged.process.exitcode:
            print(unchanged.printed.read_text())
            print("Tests fail on the package as it is: nothing can be said about mutants.")
            return 1
        print(f"{len(tests)} tests pass on the package as it is; {len(chosen)} mutants:", flush=True)
        verdicts = list(attempts(copies, chosen))
    caught, explained, survivors, errors = map(verdicts.count, ("caught", "survives", "SURVIVES", "ERROR"))
    print(
        f"{caught} of {len(verdicts)} mutants are caught ({100 * caught / len(verdicts):.1f} %); "
        f"{explained} survive for a reason, {survivors} without one; {errors} errors"
    )
    return int(caught < WANTED * len(verdicts) or survivors + errors > 0)


if __name__ == "__main__":
    sys.exit(main())
