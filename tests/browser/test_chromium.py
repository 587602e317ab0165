"""Which browser is found, and what is said where there is none."""

import subprocess
from pathlib import Path

import chromium
import pytest


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as the PATH, no variable, and none of Playwright's own browsers."""
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "own", lambda: str(tmp_path / "none"))
    return tmp_path


def program(path: Path) -> str:
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_variable_comes_first_then_the_path_then_playwright(nothing_installed, monkeypatch) -> None:
    assert chromium.find() is None
    own = program(nothing_installed / "own")
    monkeypatch.setattr(chromium, "own", lambda: own)
    assert chromium.find() == own
    system = program(nothing_installed / "chromium")
    assert chromium.find() == system
    monkeypatch.setenv(chromium.VARIABLE, program(nothing_installed / "mine"))
    assert chromium.find() == str(nothing_installed / "mine")


def test_a_variable_that_names_nothing_is_an_error(nothing_installed, monkeypatch, capsys) -> None:
    program(nothing_installed / "chromium")
    monkeypatch.setenv(chromium.VARIABLE, "/nowhere/chromium")
    assert chromium.main() == 1
    assert "/nowhere/chromium" in capsys.readouterr().err


def test_without_a_browser_one_is_fetched_or_the_failure_says_what_to_do(
    nothing_installed, monkeypatch, capsys
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, check: asked.append(command))
    assert chromium.main() == 1
    assert asked[0][-2:] == ["install", "chromium"]
    assert "apt-get install chromium" in capsys.readouterr().err
