"""What an executed chapter depends on, as one number: equal fingerprints, equal notebooks."""

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import hopcore
from hopcore.edition.chapters import Chapter

EXECUTING = {"edition/chapters.py", "edition/run/execute.py"}
"""The modules of `hopcore.edition` that a notebook depends on; others lay out and check finished ones."""


def versions() -> dict[str, str]:
    """Name and version of every installed package, and of Python."""
    installed = {package.metadata["Name"]: package.version for package in distributions()}
    return {"python": platform.python_version(), **dict(sorted(installed.items()))}


def fingerprint(chapter: Chapter, parameters: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over the chapter's source, the library's sources, the parameters and all versions.

    Chapters may use nothing else: no other file of the repository.
    """
    digest = hashlib.sha256()
    for part in (
        chapter.text,
        json.dumps(dict(parameters), sort_keys=True),
        json.dumps(versions()),
        json.dumps([platform.system(), platform.machine()]),
    ):
        digest.update(f"{len(part)}:".encode())
        digest.update(part.encode())
    digest.update(_library().encode())
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _library() -> str:
    """SHA-256 (hex) over the names and contents of those of hopcore's files that a notebook depends on."""
    folder = Path(hopcore.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if "__pycache__" not in name and (name in EXECUTING or not name.startswith("edition/")):
            digest.update(f"{name} {file_digest(path)}\n".encode())
    return digest.hexdigest()
