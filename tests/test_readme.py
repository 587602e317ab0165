"""What the README says works as it stands there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
CONSOLE = "\n".join(re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL))


def test_examples_work_when_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = PYTHON
    assert len([line for line in example.splitlines() if line.strip()]) == 5
    exec(compile(example, "README.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out == "(20, 40)\n"


def test_make_targets_exist() -> None:
    named = {*re.findall(r"`make (\w+)`", README), *re.findall(r"^make (\w+)", CONSOLE, re.MULTILINE)}
    assert {"book", "test", "lab", "reference", "format"} <= named
    for target in named:
        done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_hopcore_commands_exist() -> None:
    named = re.findall(r"hopcore (book|check|reference|bench)\b([^\n`]*)", README)
    assert {command for command, _ in named} >= {"book", "bench"}
    from hopcore.edition.chapters import Book

    chapters = {chapter.name for chapter in Book.open(ROOT).executable}
    for _, options in named:
        words = options.split()
        assert set(words[:-1:2]) <= {"--scale", "--seed"}
        assert not words or words[-1] in chapters


def test_linked_files_exist() -> None:
    linked = [path for path in re.findall(r"\]\(([^)]+)\)", README) if "//" not in path]
    linked += re.findall(r"`((?:LICENSE|CITATION\.cff|environment\.yml|_toc\.yml|tests/references))`", README)
    assert "book/_static/readme.webp" in linked and len(linked) >= 5
    assert [path for path in linked if not (ROOT / path).exists()] == []
