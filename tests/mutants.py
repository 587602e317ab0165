"""Would the tests notice? Changes a random sample of places in the science modules, one at a time.

``make mutants OPTIONS="--sample 300"``: cosmic-ray knows what to change (operators, comparisons, numbers).
A mutant is caught if a test of its module fails or has no end. Survivors are listed in `_build/mutants.txt`;
some of them change nothing that anybody could see, so they are to be read, not counted.
"""

import argparse
import os
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parent.parent
ROOMS = {
    "data": "data",
    "model": "model",
    "decomposition": "decomposition properties",
    "training": "training* schedule properties_learning precision",
    "reduced": "reduced* properties_learning precision",
    "splits": "splits* properties",
    "sweeps": "sweeps store",
    "studies": "",  # one file for each, or all
}
"""The science modules, and the tests of each."""

BLUNT = re.compile(r"BitOr_|_(BitAnd|BitOr|BitXor|LShift|RShift|FloorDiv|Mod|Invert|Is|IsNot)$")
"""Operators that change annotations, or give what no float has: every test would fail."""

LONGEST = 600  # seconds: more is an endless loop


def places(path: Path) -> list[tuple[Path, str, int]]:
    """Everything in a module that can be changed: the operator, and which of its places."""
    nodes = list(ast_nodes(get_ast_from_path(path)))
    names = [name for name in sorted(operator_names()) if not BLUNT.search(name)]
    operators = {name: get_operator(name)() for name in names if not get_operator(name).arguments()}
    return [
        (path, name, number)
        for name, operator in operators.items()
        for number in range(sum(len(list(operator.mutation_positions(node))) for node in nodes))
    ]


def tests_of(path: Path) -> tuple[str, ...]:
    """The files or the folder with the tests of a module."""
    room = path.relative_to(ROOT / "hopcore").with_suffix("").parts[0]
    named = [f"test_{each}.py" for each in ROOMS[room].split()] or [f"studies/test_{path.stem}.py"]
    found = [file for each in named for file in sorted((ROOT / "tests").glob(each))]
    return tuple(str(file.relative_to(ROOT)) for file in found) or ("tests/studies",)


def failure(copy: Path, tests: tuple[str, ...]) -> str | None:
    """What went wrong with these tests in a copy of package and tests, and the end of what they print."""
    threads = {"OMP_NUM_THREADS": "1", "NUMBA_CACHE_DIR": str(copy / "numba")}
    environment = {**os.environ, **threads, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    program = (
        f"import hopcore, pytest; assert {str(copy)!r} in hopcore.__file__; raise SystemExit(pytest.main())"
    )
    command = [sys.executable, "-c", program, "-xqq", "-p", "no:cacheprovider", *tests]
    into = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        done = subprocess.run(command, cwd=copy, env=environment, timeout=LONGEST, check=False, **into)
        status, what, printed = done.returncode, "failed", done.stdout
    except subprocess.TimeoutExpired as late:
        status, what, printed = 1, f"had no end in {LONGEST} s", late.stdout or b""
    told = f"{' '.join(tests)} {what}:\n{printed[-3000:].decode(errors='replace')}"
    return told if status else None


def survivor(copies: queue.SimpleQueue[Path], path: Path, operator: str, number: int) -> str | None:
    """What was changed, if no test fails."""
    copy, name, text = copies.get(), str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    mutant = mutate_code(text, get_operator(operator)(), number)
    try:
        (copy / name).write_text(mutant, encoding="utf-8")
        caught = failure(copy, tests_of(path)) is not None
    finally:
        (copy / name).write_text(text, encoding="utf-8")
        copies.put(copy)
    print(f"{'caught' if caught else 'SURVIVES':9}{name} {operator} {number}", flush=True)
    changes = unified_diff(text.split("\n"), mutant.split("\n"), name, operator, n=0, lineterm="")
    return None if caught else "\n".join(changes)


def main() -> int:
    """The status of the command: 1 if the tests fail on the package as it is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="words, of which a module's path must hold one")
    for name, default in (("sample", 100), ("seed", 0), ("jobs", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    modules = [path for room in ROOMS for path in sorted((ROOT / "hopcore").glob(f"{room}*/**/[!_]*.py"))]
    modules += [path for room in ROOMS for path in (ROOT / "hopcore").glob(f"{room}.py")]
    modules = [path for path in modules if not asked.modules or any(map(str(path).count, asked.modules))]
    there = [place for path in modules for place in places(path)]
    sample = random.Random(asked.seed).sample(there, min(asked.sample, len(there)))
    copies: queue.SimpleQueue[Path] = queue.SimpleQueue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as pool:
        for copy in (Path(folder) / str(number) for number in range(asked.jobs)):
            for name in ("hopcore", "tests"):
                shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(ROOT / "pyproject.toml", copy)
            copies.put(copy)
        wrong = pool.map(lambda tests: failure(copy, tests), {tests_of(path) for path, _, _ in sample})
        if told := [each for each in wrong if each]:
            told.append("the tests fail on the package as it is: nothing can be said about mutants")
            print(*told, sep="\n", flush=True)
            return 1
        found = [each for each in pool.map(lambda place: survivor(copies, *place), sample) if each]
    (ROOT / "_build").mkdir(exist_ok=True)
    (ROOT / "_build" / "mutants.txt").write_text("\n\n".join(found), encoding="utf-8")
    print(f"{len(sample) - len(found)} of {len(sample)} caught; survivors are in _build/mutants.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
