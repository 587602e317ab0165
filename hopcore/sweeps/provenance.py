"""Where a result comes from: the code and the packages on which its digits depend."""

import hashlib
from functools import cache
from importlib.resources import files

from hopcore.training.results import versions


@cache
def code_version() -> str:
    """SHA-256 of the sources that decide what training gives: all of `hopcore.training`, and the data's."""
    digest, package = hashlib.sha256(), files("hopcore")
    sources = [entry for entry in package.joinpath("training").iterdir() if entry.name.endswith(".py")]
    for source in [package.joinpath("data.py"), *sorted(sources, key=lambda entry: entry.name)]:
        content = source.read_bytes()
        digest.update(f"{source.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def provenance() -> dict[str, str]:
    """The code version, and the versions of hopcore, NumPy and PyTorch."""
    found = versions()
    packages = {f"{name}_version": found[f"{name}_version"] for name in ("hopcore", "numpy", "torch")}
    return {"code_version": code_version(), **packages}
