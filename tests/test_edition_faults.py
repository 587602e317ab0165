"""Builds that fail, are killed, or meet another build."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tiny_book import ALPHA, chapter, make_book
from waiting import gone, wait_for

from hopcore.edition import commands
from hopcore.edition.chapters import Book
from hopcore.edition.errors import EditionError
from hopcore.edition.run.execute import Parameters, Run
from hopcore.edition.run.lock import only_one

PLAIN = "# A page\n\nNothing but words, {cite}`someone`.\n\n```{bibliography}\n```\n"


def run_of(root: Path, name: str) -> Run:
    book = Book.open(root)
    return Run(book, book.choose([name])[0], Parameters())


def test_a_failing_cell_is_named_and_the_rest_is_executed(tmp_path: Path) -> None:
    bad = chapter("Bad", "fine = 1", "fine / 0", "print('never')")
    leaves = chapter("Leaves", "import sys\nsys.exit(0)", "print('never')")
    root = make_book(tmp_path / "clone", {"bad": bad, "leaves": leaves, "alpha": ALPHA}, intro=PLAIN)
    with pytest.raises(EditionError) as caught:
        commands.book(root, [], Parameters())
    message = str(caught.value)
    assert "chapter bad, code cell 4: ZeroDivisionError: division by zero" in message
    assert "    | fine / 0" in message
    assert str(root / "book" / "bad.md") in message
    assert "chapter leaves, code cell 4: the cell was not executed" in message
    assert "alpha" not in message
    assert run_of(root, "alpha").notebook.exists() and run_of(root, "alpha").record.exists()
    assert not run_of(root, "bad").notebook.exists() and not run_of(root, "bad").record.exists()
    assert "ZeroDivisionError" in run_of(root, "bad").failed.read_text()
    assert not (root / "_build" / "html").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_stopped_build_keeps_what_is_finished_and_leaves_no_notebook_no_lock_and_no_process(
    tmp_path: Path, number: int
) -> None:
    ready, go = tmp_path / "ready", tmp_path / "go"
    waits = chapter(
        "Waits",
        'print("half of it")',
        "import os, pathlib, time\n"
        f"pathlib.Path({str(ready)!r}).write_text(str(os.getpid()))\n"
        f"while not pathlib.Path({str(go)!r}).exists():\n"
        "    time.sleep(0.05)",
        'print("all of it")',
    )
    root = make_book(tmp_path / "clone", {"alpha": ALPHA, "waits": waits}, intro=PLAIN)
    command = [sys.executable, "-m", "hopcore", "book", "--root", str(root), "--jobs", "1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as build:
        assert wait_for(lambda: ready.exists() and ready.read_text())
        below = [psutil.Process(int(ready.read_text())), *psutil.Process(build.pid).children(recursive=True)]

        # A second build meanwhile is refused, and says who is at work.
        with pytest.raises(EditionError, match=rf"another hopcore command \(process {build.pid}\)"):
            commands.book(root, [], Parameters())

        os.kill(build.pid, number)
    assert build.returncode == (130 if number == signal.SIGINT else -number)
    assert wait_for(lambda: all(map(gone, below)), 20)
    alpha, run = run_of(root, "alpha"), run_of(root, "waits")
    with only_one(root / "_build"):  # it is free again
        assert alpha.finished() and not run.finished() and not run.notebook.exists()

    if number != signal.SIGKILL:
        return  # the others leave less behind
    # The next build takes nothing of it for finished. The chapter is the same to the letter.
    go.touch()
    commands.book(root, [], Parameters())
    assert "all of it" in run.notebook.read_text() and run.record.exists()
    assert "all of it" in (root / "_build" / "html" / "book" / "waits.html").read_text()
    assert not list(run.notebook.parent.glob("*.running"))


def test_warnings_fail_the_build_and_leave_the_old_pages(tmp_path: Path) -> None:
    root = make_book(tmp_path / "clone", {}, intro=PLAIN + "\nSee {ref}`nowhere`.\n")
    old = root / "_build" / "html" / "index.html"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    for _ in range(2):  # Sphinx must not have forgotten the warning the second time
        with pytest.raises(EditionError, match=r"intro\.md:\d+: WARNING: .*nowhere"):
            commands.book(root, [], Parameters())
    assert old.read_text() == "old"


def test_jupyter_book_by_itself_stops_names_the_command_and_leaves_the_pages(tmp_path: Path) -> None:
    root = make_book(tmp_path / "clone", {"alpha": ALPHA})
    page = root / "_build" / "html" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("finished")
    program = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", program, "build", str(root)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0 and page.read_text() == "finished"
    assert "this book is executed and built by the command: hopcore book" in done.stdout + done.stderr
