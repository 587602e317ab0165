"""The project's files agree with each other, and the environment is made as the Makefile promises."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from ipykernel.kernelspec import get_kernel_dict
from jupytext import TextFileContentsManager
from packaging.requirements import Requirement

import hopcore
from hopcore.edition.chapters import Book

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


def test_the_lock_has_a_hash_for_every_pin() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    entry = r"^(\S+)==(\S+)(?: \\\n    --hash=sha256:[0-9a-f]{64})+$"
    locked = dict(re.findall(entry, lock, flags=re.MULTILINE))
    assert {normal(name): pin for name, pin in locked.items()} == {
        normal(name): pin for name, pin in PINS.items()
    }
    # Nothing else stands in it: no package without a hash, no option, no address.
    rest = [line for line in lock.splitlines() if not line.startswith(("#", "    --hash="))]
    assert rest == [f"{name}=={pin} \\" for name, pin in locked.items()]


def test_conda_installs_the_same_packages() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert "-c constraints.txt" in pip and "-e .[dev]" in pip


def test_make_alone_explains() -> None:
    told = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("book", "test", "lab", "clean"):
        assert f"make {target} " in told


# Pages as notebooks


@pytest.mark.parametrize("edit", ["", "\n\nA new paragraph."])
def test_a_page_that_is_saved_in_jupyterlab_changes_only_where_it_was_edited(tmp_path: Path, edit) -> None:
    folder = shutil.copytree(ROOT / "book", tmp_path / "book", ignore=shutil.ignore_patterns("_static"))
    manager = TextFileContentsManager(root_dir=str(folder))
    for page in sorted(folder.glob("*.md")):
        before = page.read_text()
        notebook = manager.get(page.name, type="notebook")["content"]
        # What JupyterLab adds. Without a kernel's name it would ask for one.
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        kernel = {
            "name": "python3",
            "display_name": get_kernel_dict()["display_name"],
            "language": "python",
        }
        language = {"name": "python", "pygments_lexer": "ipython3", "version": platform.python_version()}
        notebook["metadata"] |= {"kernelspec": kernel, "language_info": language}
        first = notebook["cells"][0]
        first["source"] += edit
        manager.save({"type": "notebook", "content": notebook, "format": "json"}, page.name)
        assert page.read_text() == before.replace(first["source"].removesuffix(edit), first["source"], 1)
        fenced = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert len(fenced) == before.count("\n```{code-cell}")  # other fenced code is for reading


AWAY = """
import json, sys, hopcore
for parameters, setup in json.loads(sys.argv[1]):
    chapter = {}
    exec(parameters, chapter)
    chapter["scale"] = "paper"
    exec(setup, chapter)
    if "store" in chapter:
        small = {"rescaled_temperature": 1, "memories": 1, "epochs": 1, "store": chapter["store"]}
        hopcore.sweep(chapter["data"], n=2, **small)
"""


@pytest.mark.parametrize("kept", [{}, {"HOPCORE_SWEEPS": "kept"}])
def test_a_chapter_away_from_home_at_paper_scale_keeps_only_what_it_is_told_to(tmp_path: Path, kept) -> None:
    here = tmp_path / "a" / "b"
    here.mkdir(parents=True)
    cells = [
        [cell.source for cell in chapter.notebook().cells if cell.cell_type == "code"]
        for chapter in Book.open(ROOT).executable
    ]
    assert not [line for each in cells for line in each if "../" in line or "_build" in line]
    environment = {name: value for name, value in os.environ.items() if name != "HOPCORE_SWEEPS"} | kept
    command = [sys.executable, "-c", AWAY, json.dumps([each[:2] for each in cells])]
    subprocess.run(command, cwd=here, env=environment, check=True)
    assert [path.name for path in tmp_path.glob("*/*/*")] == list(kept.values())
    assert len([*tmp_path.iterdir()]) == len([*tmp_path.glob("*/*")]) == 1


# The environment, made by a stand-in for Python that only writes down what it was asked

STAND_IN = """\
#!/bin/sh
echo "$@" >> "$JOURNAL"
case "$*" in
  *x86_64*) exit $ELSEWHERE;;
  "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; cp "$0" "$3/bin/jupytext-config";;
  *"pip install"*dev*) if [ -n "$BREAK" ]; then kill -9 $PPID; fi;;
esac
"""


@pytest.fixture
def make_env(tmp_path: Path):
    """A function that runs `make env` in a copy of the project; it gives make's status and what was asked."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    python, journal = tmp_path / "stand-in", tmp_path / "journal"
    python.write_text(STAND_IN)
    python.chmod(0o755)

    def run(*options: str, broken: bool = False, elsewhere: bool = False) -> tuple[int, list[str]]:
        journal.write_text("")
        environment = {**os.environ, "JOURNAL": str(journal), "BREAK": "yes" if broken else ""}
        environment["ELSEWHERE"] = str(int(elsewhere))
        command = ["make", "env", f"PYTHON={python}", *options]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, journal.read_text().splitlines()

    return run


BY_HASH = "-m pip install --quiet --no-deps --require-hashes"
HASHED = [
    "-m pip download --quiet --no-deps --dest .venv/.torch -c constraints.txt torch",
    f"{BY_HASH} --no-index --find-links .venv/.torch -r .venv/.torch/lock",
    f"{BY_HASH} -r requirements.lock",
]
TORCH_FIRST = "-m pip install --quiet -c constraints.txt torch hatchling editables"
REST = "-m pip install --quiet --no-build-isolation -c constraints.txt -e .[dev]"


def test_packages_are_installed_by_their_hashes_once(make_env) -> None:
    status, asked = make_env()
    assert status == 0
    assert asked[1] == "-m venv .venv"
    assert asked[3:7] == [*HASHED, REST]
    assert make_env() == (0, [])


@pytest.mark.parametrize(("options", "elsewhere"), [((), True), (("LOCK=",), False)])
def test_elsewhere_or_without_a_lock_torch_is_installed_first_and_pinned(
    make_env, options, elsewhere
) -> None:
    status, asked = make_env(*options, elsewhere=elsewhere)
    assert status == 0 and asked[-3:-1] == [TORCH_FIRST, REST]


def test_an_interrupted_installation_is_made_anew(make_env, tmp_path: Path) -> None:
    status, _ = make_env(broken=True)
    assert status != 0
    (tmp_path / ".venv" / "half-installed").touch()
    status, asked = make_env()
    assert status == 0 and asked[1] == "-m venv .venv" and len(asked) == 8
    assert not (tmp_path / ".venv" / "half-installed").exists()


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "requirements.lock"])
def test_changed_requirements_are_installed_into_what_is_there(make_env, tmp_path: Path, name: str) -> None:
    make_env()
    (tmp_path / ".venv" / "kept").touch()
    ready = (tmp_path / ".venv" / ".hopcore-ready").stat().st_mtime
    os.utime(tmp_path / name, (ready + 1, ready + 1))
    status, asked = make_env()
    assert status == 0 and [line.split()[1] for line in asked if " pip " in line] == ["pip"] * 4
    assert (tmp_path / ".venv" / "kept").exists()
