"""What the sources of hopcore and of its tests never do, read from their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY = sorted((ROOT / "hopcore").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

# Text that becomes code. Tests may run what the README shows; a chapter's code runs in a kernel of its own.
CODE = {"eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec"}
# A shell takes apart what it is given.
SHELL = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput", "pty.spawn"}
# What reads these may run code that somebody else has written.
PICKLE = {
    "pickle.load",
    "pickle.loads",
    "pickle.Unpickler",
    "cloudpickle.load",
    "cloudpickle.loads",
    "dill.load",
    "dill.loads",
    "joblib.load",
    "marshal.load",
    "marshal.loads",
    "pandas.read_pickle",
    "shelve.open",
    "yaml.load",
    "yaml.unsafe_load",
    "yaml.full_load",
}
# A worker process reads the work that the pool which started it has sent, as the pool itself does with every
# call; nothing of it comes from a file.
EXCEPTIONS = {"hopcore/sweeps/stacks.py": ["pickle.loads"]}
# The network, but for what the tests ask of servers that they have started.
NETWORK = {"urllib", "requests", "httpx", "http", "socket", "ftplib", "smtplib"}


def full_names(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for: numpy for np, os.system for a `from os import system`."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def called(node: ast.Call, names: dict[str, str]) -> str:
    """The full name of what is called; empty if it is no plain name."""
    parts, value = [], node.func
    while isinstance(value, ast.Attribute):
        parts.insert(0, value.attr)
        value = value.value
    if not isinstance(value, ast.Name):
        return ""
    return ".".join([names.get(value.id, value.id), *parts])


def given(node: ast.Call, name: str) -> object:
    """A keyword's constant value; the syntax tree itself if it is computed; None if it is not given."""
    for keyword in node.keywords:
        if keyword.arg == name:
            return keyword.value.value if isinstance(keyword.value, ast.Constant) else keyword.value
    return None


def offences(source: str, *, library: bool) -> Iterator[str]:
    """What a source does that it must not."""
    tree = ast.parse(source)
    names = full_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = called(node, names)
        back = bool(node.args) and isinstance(node.args[0], ast.Call) and called(node.args[0], names)
        if name == "pickle.loads" and back == "pickle.dumps":
            continue  # there and back, as an object goes to a worker
        if name in SHELL | PICKLE or (library and name in CODE):
            yield name
        if given(node, "shell") not in (None, False):
            yield f"{name}(shell=...)"
        if name.endswith(".load") and given(node, "allow_pickle") not in (None, False):
            yield f"{name}(allow_pickle=...)"
        if name == "torch.load" and given(node, "weights_only") is not True:
            yield f"{name} without weights_only=True"
    if library:
        found = {full.split(".")[0] for full in names.values()} & NETWORK
        yield from (f"the network: {name}" for name in sorted(found))


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_library_runs_no_text_no_shell_no_pickle_and_asks_no_network(path: Path) -> None:
    excepted = EXCEPTIONS.get(path.relative_to(ROOT).as_posix(), [])
    assert list(offences(path.read_text(encoding="utf-8"), library=True)) == excepted


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_tests_use_no_shell_and_read_no_pickle(path: Path) -> None:
    assert list(offences(path.read_text(encoding="utf-8"), library=False)) == []


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "import builtins\nbuiltins.exec('1')",
        "import os\nos.system('ls')",
        "from os import system as run\nrun('ls')",
        "import subprocess as s\ns.run('ls', shell=True)",
        "import subprocess\nsubprocess.run('ls', shell=wanted)",
        "import pickle\npickle.loads(b'')",
        "from pickle import load\nload(file)",
        "import numpy as np\nnp.load('a.npz', allow_pickle=True)",
        "import torch\ntorch.load('a.pt')",
        "import torch\ntorch.load('a.pt', weights_only=False)",
        "import yaml\nyaml.load(text, Loader=yaml.Loader)",
        "import urllib.request",
        "from socket import create_connection",
    ],
)
def test_each_offence_is_found(source: str) -> None:
    assert list(offences(source, library=True)) != []


def test_what_is_safe_is_no_offence() -> None:
    source = (
        "import numpy as np, yaml, re\nnp.load('a.npz')\nyaml.safe_load('a')\nre.compile('a')\nmodel.eval()"
    )
    assert list(offences(source, library=True)) == []
