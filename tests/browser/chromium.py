"""Finds the Chromium that the page tests run in; as a program, it installs one if there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

VARIABLE = "HOPCORE_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HELP = f"""\
no Chromium was found, and the tests of the book's pages need one. Do one of these:
  - install your system's: `apt-get install chromium` (Debian), `dnf install chromium` (Fedora), ...;
  - let Playwright fetch its own: `.venv/bin/playwright install chromium` (needs its download host);
  - name the one you have: `make test {VARIABLE}=/path/to/chromium`.
"""


def find() -> str | None:
    """The executable: the one that HOPCORE_CHROMIUM names, else one on the PATH, else Playwright's own."""
    named = os.environ.get(VARIABLE)
    if named:
        return shutil.which(os.path.expanduser(named))
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return own() if Path(own()).is_file() else None


def own() -> str:
    """Where Playwright puts its own Chromium, whether it is there or not."""
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _installations() -> list[list[str]]:
    """Commands that install a browser where nobody has to be asked for a password, the system's way first."""
    commands = []
    if shutil.which("apt-get"):
        root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        if not root or shutil.which("sudo"):
            install = [*root, "apt-get", "-q", "-y"]
            commands = [[*install, "update"], [*install, "install", "--no-install-recommends", "chromium"]]
    return [*commands, [sys.executable, "-m", "playwright", "install", "chromium"]]


def main() -> int:
    """Print the executable, after an attempt to install one if there is none; the status tells of success."""
    if os.environ.get(VARIABLE) and find() is None:
        print(f"{VARIABLE} is {os.environ[VARIABLE]!r}, which is no program", file=sys.stderr)
        return 1
    for command in _installations():
        if find() is None:
            print("no Chromium here:", *command, flush=True)
            subprocess.run(command, check=False)
    found = find()
    print(found or HELP, file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
