"""The page of promises names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "book" / "promises.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\* - (\*\*.*)\n  - (.*)$", PAGE, flags=re.MULTILINE)


def existing() -> set[str]:
    """Every test as pytest names it, without parameters."""
    return {
        f"{path.relative_to(TESTS).as_posix()}::{node.name}"
        for path in TESTS.rglob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_promise_names_tests_that_exist() -> None:
    there = existing()
    for promise, named in ROWS:
        tests = named.split()
        assert tests, promise
        assert [test for test in tests if test.strip("`") not in there or test.count("`") != 2] == [], promise


def test_nothing_that_must_be_promised_is_missing() -> None:
    assert len(ROWS) == PAGE.count("\n* - ") - PAGE.count("\n* - promise") >= 15
    promises = {promise.split("**")[1].rstrip(".") for promise, _ in ROWS}
    assert {"Exact", "Reproducible", "Resumed", "Offline"} <= promises
    assert "No pickle" in PAGE and "no connection" in PAGE
