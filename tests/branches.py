"""The part of the branches that tests take, package by package, from a JSON report of coverage.

`make coverage` makes the report and runs this, which fails if it is below 95 %.
"""

import json
import sys
from collections import Counter
from pathlib import Path, PurePath

WANTED = 95.0
TOTAL = "all science modules"


def shares(report: dict) -> dict[str, tuple[int, int, float]]:
    """Branches that are taken, branches, and their share in %, by package and for all."""
    taken: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for path, file in report["files"].items():
        for name in (PurePath(path).parent.as_posix().replace("/", "."), TOTAL):
            taken[name] += file["summary"]["covered_branches"]
            there[name] += file["summary"]["num_branches"]
    return {
        name: (taken[name], there[name], 100 * taken[name] / max(there[name], 1)) for name in sorted(there)
    }


def main(path: str) -> int:
    """The status of the command."""
    found = shares(json.loads(Path(path).read_text(encoding="utf-8")))
    for name, (taken, there, share) in found.items():
        print(f"{name:20} {taken:4} of {there:4} branches, {share:5.1f} %")
    return int(found[TOTAL][2] < WANTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
