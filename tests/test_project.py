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
from itertools import chain
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
    wanted = chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for requirement in map(Requirement, wanted):
        if requirement.name != PROJECT["name"]:
            assert requirement.specifier.contains(pins[normal(requirement.name)]), requirement


def test_the_lock_has_a_hash_for_every_pin() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    entry = r"^(\S+)==(\S+)(?: \\\n    --hash=sha256:[0-9a-f]{64})+$"
    locked = dict(re.findall(entry, lock, flags=re.MULTILINE))
    found, wanted = ({normal(name): pin for name, pin in pins.items()} for pins in (locked, PINS))
    assert found == wanted
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


@pytest.mark.parametrize("edit", ["", "\n\nA new paragraph."])
def test_a_page_that_is_saved_in_jupyterlab_changes_only_where_it_was_edited(tmp_path: Path, edit) -> None:
    folder = shutil.copytree(ROOT / "book", tmp_path / "book", ignore=shutil.ignore_patterns("_static"))
    manager = TextFileContentsManager(root_dir=str(folder))
    for page in sorted(folder.glob("*.md")):
        before = page.read_text()
        notebook = manager.get(page.name, type="notebook")["content"]
        # What JupyterLab adds. Without a kernel's name it would ask for one.
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        name = get_kernel_dict()["display_name"]
        kernel = {"name": "python3", "display_name": name, "language": "python"}
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
from hopcore.paper import scales
for each in vars(scales).values():
    if isinstance(each, dict) and "paper" in each:
        each["paper"] = each["tiny"]  # hours otherwise: a chapter's second cell trains too
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


# In the place of Python: it only writes down what it was asked.
STAND_IN = """\
#!/bin/sh
case "$*" in *fcntl*) exec python3 "$@";; esac
echo "$@" >> "$JOURNAL"
case "$*" in
  *x86_64*) exit $ELSEWHERE;;
  "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; cp "$0" "$3/bin/jupytext-config";;
  *"pip --version"*) exit $WITHOUT_PIP;;
  *"pip config"*) echo "$CONFIGURED";;
  *"pip show"*) exit $NO_TORCH;;
  *--index-url*) if [ -n "$ANSWERS" ]; then touch .venv/.torch/torch-1.whl; else exit 1; fi;;
  *"pip install"*dev*) sleep $SLOW; if [ -n "$BREAK" ]; then kill -9 $PPID; fi;;
esac
"""


@pytest.fixture
def make_env(tmp_path: Path):
    """A function that runs `make env` in a copy of the project; it gives make's status and what was asked."""
    folder = tmp_path / "with space"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    python, gpu, journal = folder / "a python", tmp_path / "nvidia-smi", tmp_path / "journal"
    for program, text in ((python, STAND_IN), (gpu, "#!/bin/sh\nexit $NO_GPU\n")):
        program.write_text(text)
        program.chmod(0o755)

    def run(*options: str, times: int = 1, **variables: str) -> tuple[int, list[str]]:
        journal.write_text("")
        usual = {"NO_GPU": "1", "NO_TORCH": "1", "ELSEWHERE": "0", "WITHOUT_PIP": "0", "SLOW": "0"}
        path = f"{tmp_path}:{os.environ['PATH']}"
        environment = {**os.environ, **usual, "JOURNAL": str(journal), "PATH": path, **variables}
        command = ["make", "env", f"PYTHON={python}", *options]
        each = [subprocess.Popen(command, cwd=folder, env=environment) for _ in range(times)]
        return max(one.wait() for one in each), journal.read_text().splitlines()

    return run


DOWNLOAD = "-m pip download --quiet --no-deps --dest .venv/.torch -c constraints.txt"
WITHOUT_CUDA = f"{DOWNLOAD} --index-url https://download.pytorch.org/whl/cpu --timeout 5 --retries 0 torch"
BY_HASH = "-m pip install --quiet --no-deps --require-hashes"
KEPT = "--no-index --find-links .venv/.torch -r .venv/.torch/lock"
HASHED = [f"{BY_HASH} {KEPT}", f"{BY_HASH} -r requirements.lock"]
TORCH_FIRST = "-m pip install --quiet -c constraints.txt --find-links .venv/.torch torch hatchling editables"
REST = "-m pip install --quiet --no-build-isolation -c constraints.txt -e .[dev]"


def installed(asked: list[str]) -> list[str]:
    """The downloads and installations among what was asked."""
    return [line for line in asked if line.startswith(("-m pip download", "-m pip install"))]


FROM_THE_INDEX, ITS_OWN = f"{DOWNLOAD} torch", "global.extra-index-url='x'"


@pytest.mark.parametrize(
    ("options", "given", "wanted"),
    [
        ((), {}, [WITHOUT_CUDA, FROM_THE_INDEX, *HASHED]),
        ((), {"ANSWERS": "yes"}, [WITHOUT_CUDA, *HASHED]),
        ((), {"NO_GPU": "0"}, [FROM_THE_INDEX, *HASHED]),
        ((), {"NO_TORCH": "0"}, [FROM_THE_INDEX, *HASHED]),
        ((), {"CONFIGURED": ITS_OWN}, [FROM_THE_INDEX, *HASHED]),
        ((), {"ELSEWHERE": "1"}, [WITHOUT_CUDA, TORCH_FIRST]),
        (("LOCK=",), {}, [WITHOUT_CUDA, TORCH_FIRST]),
    ],
)
def test_packages_are_installed_once_torch_first_and_with_cuda_where_wanted(make_env, options, given, wanted):
    status, asked = make_env(*options, **given)
    assert status == 0 and asked[1] == "-m venv .venv"
    assert installed(asked) == [*wanted, REST]
    assert make_env(*options, **given) == (0, [])


def test_an_environment_without_pip_gets_one(make_env) -> None:
    status, asked = make_env(WITHOUT_PIP="1")
    assert status == 0 and "-m ensurepip" in asked


def test_two_at_once_make_one_environment(make_env, capfd) -> None:
    status, asked = make_env(times=2, SLOW="0.5")
    assert status == 0 and asked.count("-m venv .venv") == asked.count(REST) == 1
    assert "another make is at work on the environment: waiting" in capfd.readouterr().out


def test_an_interrupted_installation_is_made_anew(make_env, tmp_path: Path) -> None:
    status, _ = make_env(BREAK="yes")
    assert status != 0
    half = tmp_path / "with space" / ".venv" / "half-installed"
    half.touch()
    status, asked = make_env()
    assert status == 0 and asked[1] == "-m venv .venv" and installed(asked)[-1] == REST
    assert not half.exists()


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "requirements.lock"])
def test_changed_requirements_are_installed_into_what_is_there(make_env, tmp_path: Path, name: str) -> None:
    make_env()
    folder = tmp_path / "with space"
    (folder / ".venv" / "kept").touch()
    ready = (folder / ".venv" / ".hopcore-ready").stat().st_mtime
    os.utime(folder / name, (ready + 1, ready + 1))
    status, asked = make_env()
    assert status == 0 and installed(asked)[-1] == REST and "-m venv .venv" not in asked
    assert (folder / ".venv" / "kept").exists()


def test_an_old_python_is_told_what_to_do(make_env, capfd) -> None:
    status, _ = make_env("PYTHON=false")
    assert status != 0 and "make PYTHON=/path/to/python3.11" in capfd.readouterr().out
