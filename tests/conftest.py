"""What all tests share."""

import signal
import sys
from pathlib import Path

import pytest
import tqdm.std
from hypothesis import settings

# The same examples in every run, so that a change of the code is the only thing that can break a test; no
# deadline, as no test asks how long something took.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

# A shell starts background jobs with Ctrl-C ignored, and so would every program be that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Files whose tests are done one after another. What starts clusters, pools and builds fills the memory with
# processes, at most one of them at a time; UMAP is compiled once in a process, for half a minute.
TOGETHER = (
    "test_sweeps test_sweeps_page test_edition_book test_edition_faults test_faults test_tampering",
    "test_embedding test_feature_to_prototype",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With several workers, the tests of a file stay together, and so do those of the files named above."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid):
            path = super()._split_scope(nodeid)
            return next((files for files in TOGETHER if Path(path).stem in files.split()), path)

    return ByFile(config, log)


@pytest.fixture
def plain_bar(monkeypatch):
    """The progress bar of a terminal: tqdm takes another one where an earlier test has started a kernel."""
    monkeypatch.setattr("tqdm.auto.tqdm", tqdm.std.tqdm)


@pytest.fixture
def command(monkeypatch):
    """A function that runs the command `hopcore` in this process, and gives its exit status."""
    from hopcore import cli

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["hopcore", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code

    return run


@pytest.fixture(scope="session")
def digits():
    """Three images of each digit."""
    import hopcore

    return hopcore.training_set(per_digit=3, seed=1)
