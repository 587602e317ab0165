"""The project's files agree with each other, and the environment is made as the Makefile promises."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import hopcore

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_version_is_one() -> None:
    assert hopcore.__version__ == version("hopcore") == PROJECT["version"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == PROJECT["version"]


def test_every_requirement_is_pinned_within_its_range() -> None:
    pins = {normal(name): pin for name, pin in PINS.items()}
    wanted = [
        *PROJECT["dependencies"],
        *(one for extra in PROJECT["optional-dependencies"].values() for one in extra),
    ]
    for requirement in map(Requirement, wanted):
        if requirement.name != PROJECT["name"]:
            assert requirement.specifier.contains(pins[normal(requirement.name)]), requirement


def test_pins_name_no_build_of_torch_and_no_place() -> None:
    assert PINS["torch"] == "2.13.0"
    assert not [
        name for name, pin in PINS.items() if re.search(r"[^\w.]", pin) or not re.fullmatch(r"[\w.-]+", name)
    ]


def test_conda_installs_the_same_packages() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert "-c constraints.txt" in pip and "-e .[dev]" in pip


def test_both_workflows_call_make_test_and_no_other_part_of_it() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    assert re.findall(r"^ *make .*", script.read_text(), flags=re.MULTILINE) == [
        'make test 2>&1 | tee "$log"'
    ]
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    browser, test = (step["run"] for step in workflow["jobs"]["test"]["steps"] if "run" in step)
    assert test == ".ci/run" and "apt-get install --yes chromium" in browser


def test_the_library_is_typed() -> None:
    assert (Path(hopcore.__file__).parent / "py.typed").is_file()


def test_make_alone_explains() -> None:
    told = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("book", "test", "lab", "clean"):
        assert f"make {target} " in told


# The environment, made by a stand-in for Python that only writes down what it was asked

STAND_IN = """\
#!/bin/sh
echo "$@" >> "$JOURNAL"
case "$*" in
  "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; cp "$0" "$3/bin/jupytext-config";;
  *"pip install"*dev*) if [ -n "$BREAK" ]; then kill -9 $PPID; fi;;
esac
"""


@pytest.fixture
def make_env(tmp_path: Path):
    """A function that runs `make env` in a copy of the project; it gives make's status and what was asked."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python, journal = tmp_path / "stand-in", tmp_path / "journal"
    python.write_text(STAND_IN)
    python.chmod(0o755)

    def run(broken: bool = False) -> tuple[int, list[str]]:
        journal.write_text("")
        environment = {**os.environ, "JOURNAL": str(journal), "BREAK": "yes" if broken else ""}
        command = ["make", "env", f"PYTHON={python}"]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, journal.read_text().splitlines()

    return run


def test_torch_is_installed_first_and_pinned(make_env) -> None:
    status, asked = make_env()
    assert status == 0
    assert asked[1] == "-m venv .venv"
    assert asked[2:4] == [
        "-m pip install --quiet -c constraints.txt torch",
        "-m pip install --quiet -c constraints.txt -e .[dev]",
    ]
    assert make_env() == (0, [])


def test_an_interrupted_installation_is_made_anew(make_env, tmp_path: Path) -> None:
    status, _ = make_env(broken=True)
    assert status != 0
    (tmp_path / ".venv" / "half-installed").touch()
    status, asked = make_env()
    assert status == 0 and asked[1] == "-m venv .venv" and len(asked) == 5
    assert not (tmp_path / ".venv" / "half-installed").exists()


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_requirements_are_installed_into_what_is_there(make_env, tmp_path: Path, name: str) -> None:
    make_env()
    (tmp_path / ".venv" / "kept").touch()
    ready = (tmp_path / ".venv" / ".hopcore-ready").stat().st_mtime
    os.utime(tmp_path / name, (ready + 1, ready + 1))
    status, asked = make_env()
    assert status == 0 and [line.split()[1] for line in asked[:2]] == ["pip", "pip"]
    assert (tmp_path / ".venv" / "kept").exists()
