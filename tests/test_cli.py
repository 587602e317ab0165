"""The command line: what it says, and its exit status."""

import subprocess
import sys
import types
from importlib.metadata import version
from pathlib import Path
from unittest.mock import MagicMock, Mock, call

import pytest

from hopcore.edition.run.execute import Parameters


def test_python_m_hopcore_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "hopcore", "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"hopcore {version('hopcore')}\n")


@pytest.mark.parametrize("name", ["book", "check", "reference", "verdicts", "bench"])
def test_help_explains_every_command(name: str, command, capsys) -> None:
    assert command(name, "--help") == 0
    assert f"hopcore {name} " in capsys.readouterr().out


def test_parameters_of_the_book_are_passed_on(monkeypatch, command) -> None:
    book = Mock()
    monkeypatch.setattr("hopcore.edition.commands.book", book)
    options = ["book", "--scale", "tiny", "--seed", "2", "--dtype", "float64", "--images", "published"]
    assert command(*options, "--jobs", "1", "alpha") == 0
    parameters = Parameters("tiny", 2, "float64", "published")
    book.assert_called_once_with(None, ["alpha"], parameters, jobs=1, force=False)


@pytest.mark.parametrize("name", ["book", "check", "reference"])
def test_a_folder_without_a_book_is_an_error(name: str, command, tmp_path: Path, monkeypatch, capsys) -> None:
    assert command(name, "--root", str(tmp_path)) == 1
    told = capsys.readouterr().err
    assert str(tmp_path) in told and "--root" in told and "Traceback" not in told
    monkeypatch.chdir(tmp_path)  # from where it is looked for upwards
    assert command(name) == 1
    assert f"neither {tmp_path} nor a folder above it" in capsys.readouterr().err


def test_missing_packages_are_named_with_the_command_that_installs_them(tmp_path: Path) -> None:
    (tmp_path / "_toc.yml").write_text("root: a\n")
    program = "import sys; sys.modules['jupytext'] = None; from hopcore.cli import main; main()"
    command = [sys.executable, "-c", program, "book", "--root", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "jupytext" in done.stderr and "pip install 'hopcore[book]'" in done.stderr


def test_bench_prints_the_table_and_writes_it(tmp_path: Path, command, monkeypatch, capsys) -> None:
    run_table = MagicMock()
    run_table.return_value.__str__.return_value = "epoch 1 ms"
    run_table.return_value.to_json.return_value = '{"epoch": 1}'
    monkeypatch.setitem(sys.modules, "hopcore.bench", types.SimpleNamespace(run_table=run_table))
    assert command("bench", "--quick", "--json", str(tmp_path / "bench.json")) == 0
    assert capsys.readouterr().out == "epoch 1 ms\n"
    assert (tmp_path / "bench.json").read_text() == '{"epoch": 1}'
    assert command("bench") == 0
    assert run_table.call_args_list == [call(quick=True), call(quick=False)]


def test_commands_of_the_book_stay_light_beside_its_kernels():
    program = (
        "import sys, hopcore.edition.commands as _; print({'torch', 'matplotlib', 'xarray'} & {*sys.modules})"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "set()\n"
