"""What a chapter was executed on: the machine and the versions of the packages that decide its numbers."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("hopcore", "torch", "numpy", "scipy", "scikit-learn", "umap-learn", "xarray", "matplotlib")


def circumstances() -> dict[str, dict[str, str]]:
    """The `hardware` and the `versions`, each as names with values; nothing that tells one machine's name."""
    return {
        "hardware": {
            "processor": _processor(),
            "cores": str(cores()),
            "memory": _memory(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "versions": {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _processor() -> str:
    """The processor's own name where the system tells it (Linux), otherwise its kind."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> str:
    """The memory of the machine."""
    try:
        return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"
    except (ValueError, OSError, AttributeError):  # a system that does not tell
        return "unknown"
