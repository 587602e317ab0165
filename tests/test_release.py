"""What is released: a wheel that works without the repository, its change log, and the public workflow."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
VERSION = PROJECT["version"]

# Python's own isolation (-I) leaves out the current folder and PYTHON* variables; the wheel comes first.
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); "
COMMAND = START + "sys.argv[0] = 'hopcore'; from hopcore.cli import main; main()"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network, and unpacked into a folder of its own."""
    folder = tmp_path_factory.mktemp("release")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    assert built.name == f"hopcore-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def python(wheel: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code with the unpacked wheel, away from the repository."""
    elsewhere = wheel.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    command = [sys.executable, "-I", "-c", code, str(wheel), *arguments]
    return subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False)


def test_the_wheel_holds_the_library_and_nothing_else(wheel: Path) -> None:
    assert {path.name for path in wheel.iterdir()} == {"hopcore", f"hopcore-{VERSION}.dist-info"}
    there = {path.relative_to(wheel).as_posix() for path in (wheel / "hopcore").rglob("*") if path.is_file()}
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "hopcore").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert there == ours
    assert {"hopcore/py.typed", "hopcore/plotting/slider.js", "hopcore/plotting/turning.js"} <= there


LIBRARY = """
import hopcore
from pathlib import Path
from hopcore.plotting.scripted import Slider
assert Path(hopcore.__file__).is_relative_to(sys.path[0])
digits = hopcore.training_set(digits=[1, 4], per_digit=2, seed=0)
alpha = hopcore.coefficients(digits.images, digits)
html = Slider((b"a", b"b"), ("1", "2"), ("1", "2"), "n", (1, 1))._repr_html_()
assert "figure.dataset.ready" in html
sys.modules["myst_nb"] = None  # it comes with the extra for the book: a downloaded chapter goes on without
hopcore.paper.say(shape=alpha.size)
print(hopcore.__version__, alpha.shape)
"""


def test_the_library_works_from_the_wheel(wheel: Path) -> None:
    done = python(wheel, START + LIBRARY)
    assert (done.returncode, done.stdout) == (0, f"{VERSION} (4, 4)\n"), done.stderr


def test_the_command_works_from_the_wheel(wheel: Path) -> None:
    done = python(wheel, COMMAND, "book", "--help")
    assert done.returncode == 0 and "Usage: hopcore" in done.stdout, done.stderr
    assert python(wheel, COMMAND, "--version").stdout == f"hopcore {VERSION}\n"


def test_the_change_log_tells_of_this_version() -> None:
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[([^\]]+)\](?: - \d{4}-\d\d-\d\d)?$", log, flags=re.MULTILINE)
    assert versions[0] in ("Unreleased", VERSION)
    assert VERSION in versions and len(set(versions)) == len(versions)
    kinds = set(re.findall(r"^### (.*)$", log, flags=re.MULTILINE))
    assert kinds and kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_workflow_runs_the_projects_checks_on_its_pythons_and_may_not_write_to_the_repository() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    job = workflow["jobs"]["test"]
    named = [
        kind.rpartition(" ")[2]
        for kind in PROJECT["classifiers"]
        if re.fullmatch(r"Programming Language :: Python :: 3\.\d+", kind)
    ]
    assert job["strategy"]["matrix"]["python-version"] == named
    assert PROJECT["requires-python"] == f">={named[0]}"
    assert ".ci/run" in [step.get("run") for step in job["steps"]]
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["jobs"]["publish"]["needs"] == ["test", "lowest"]
    *_, python, tests = workflow["jobs"]["lowest"]["steps"]
    assert python["with"]["python-version"] == named[0]  # the lowest versions run on the lowest Python
    assert "--resolution lowest-direct -e '.[dev]'" in tests["run"] and "-m pytest" in tests["run"]
