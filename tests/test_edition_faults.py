"""Builds that fail, are killed, or meet another build."""

import math
import os
import pty
import signal
import subprocess
import sys
import termios
from pathlib import Path

import psutil
import pytest
from tiny_book import ALPHA, chapter, make_book
from waiting import gone, wait_for

import hopcore
from hopcore import _processes
from hopcore._processes import tell
from hopcore.edition import commands
from hopcore.edition.chapters import Book
from hopcore.edition.errors import EditionError
from hopcore.edition.run import waiting
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
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as build:
        assert wait_for(lambda: ready.exists() and ready.read_text())
        below = [psutil.Process(int(ready.read_text())), *psutil.Process(build.pid).children(recursive=True)]

        # A second build meanwhile is refused, and says who is at work.
        with pytest.raises(EditionError, match=rf"another hopcore command \(process {build.pid}\)"):
            commands.book(root, [], Parameters())

        os.kill(build.pid, number)
        said = build.communicate()[0]
    assert "\r" not in said and "waits: executing" in said  # nothing is rewritten in a log
    assert ("stopped: finished chapters are kept" in said) == (number == signal.SIGINT)
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


def test_a_line_tells_how_far_a_chapter_is(tmp_path: Path) -> None:
    log, said = tmp_path / waiting.LOG, tmp_path / waiting.SAID
    log.write_text("")
    assert waiting.at_work(12, 65, math.inf, tmp_path) == "cell 0 of 12, 01:05"
    log.write_text("Executing Cell 1---\nEnding Cell 1---\nExecuting Cell 10---\n")
    said.write_text("")
    assert waiting.at_work(12, 65, 3900, tmp_path) == "cell 10 of 12, 01:05 of about 1:05:00"
    said.write_text("sweep: 3 of 4 runs")
    assert waiting.at_work(12, 65, math.inf, tmp_path) == "cell 10 of 12, 01:05, sweep: 3 of 4 runs"


WAIT = """
import math, pathlib, subprocess, sys
from hopcore.edition.run.waiting import waited
process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1.5)"])
sys.exit(waited(process, "alpha", 4, math.inf, pathlib.Path.cwd()))
"""


def test_it_is_shown_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / waiting.LOG).write_text("Executing Cell 3---\n")
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (24, 80))
    subprocess.run([sys.executable, "-c", WAIT], cwd=tmp_path, stderr=its, check=True)
    assert b"alpha: cell 3 of 4, 00:01" in os.read(ours, 4096)


def test_a_sweep_tells_its_share_to_who_asks(tmp_path: Path, monkeypatch, digits) -> None:
    told, small = tmp_path / "told", {"memories": 1, "epochs": 1, "rescaled_temperature": 1}
    hopcore.sweep(digits, n=2, **small)
    shares: list[str] = []
    monkeypatch.setenv(_processes.TOLD, str(told))
    monkeypatch.setattr("hopcore.sweeps.run.tell", lambda text: (tell(text), shares.append(told.read_text())))
    hopcore.sweep(digits, n=2, store=tmp_path / "runs", **small)
    hopcore.sweep(digits, n=[2, 3], store=tmp_path / "runs", **small)
    assert shares == ["sweep: 1 of 1 runs", "", "sweep: 2 of 2 runs", ""]


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
