"""The command ``hopcore``."""

import errno
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from hopcore.edition.errors import EditionError

app = typer.Typer(
    name="hopcore",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Build and check the executable edition of arXiv 2312.03012, and measure the library's speed.",
    epilog="The exit status is 0 only if all of it succeeded.",
)


def _path(text: str) -> Path:
    from hopcore._files import as_path

    try:
        return as_path("path", text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


Chapters = Annotated[
    list[str] | None,
    typer.Argument(metavar="CHAPTER", help="Chapters by name, such as feature_to_prototype. Default: all."),
]
Root = Annotated[
    Path | None,
    typer.Option(
        parser=_path,
        metavar="FOLDER",
        help="The repository. Default: the current folder, or the one above it that holds _toc.yml.",
    ),
]
Jobs = Annotated[
    int, typer.Option(min=1, help="Chapters executed at the same time. The cores are shared equally.")
]
Images = Annotated[
    Literal["embedded", "published"],
    typer.Option(help="The digits drawn from: those that come along, or the authors', from the full MNIST."),
]
Force = Annotated[bool, typer.Option("--force", help="Execute anew, even what is finished and unchanged.")]


@app.command()
def book(
    chapters: Chapters = None,
    scale: Annotated[
        Literal["tiny", "quick", "paper"],
        typer.Option(help="tiny: to try; quick: minutes; paper: the paper's own grids."),
    ] = "quick",
    seed: Annotated[int, typer.Option(min=0, help="The seed of all random choices.")] = 0,
    dtype: Annotated[
        Literal["float32", "float64"], typer.Option(help="The numbers that networks are trained in.")
    ] = "float32",
    images: Images = "embedded",
    root: Root = None,
    jobs: Jobs = 2,
    force: Force = False,
) -> None:
    """Execute chapters and build the HTML into _build/html.

    A chapter is executed if it is not finished: if its source, the library, the parameters or an installed
    package has changed. With names, --scale, --seed, --dtype and --images apply to those chapters; the rest
    of the book is as without options. A failing cell fails the command, and the other chapters are still
    executed.
    """
    from hopcore.edition import commands
    from hopcore.edition.run.execute import Parameters

    parameters = Parameters(scale, seed, dtype, images)
    page = commands.book(root, chapters or [], parameters, jobs=jobs, force=force)
    typer.echo(f"The book is at {page}")


@app.command()
def check(chapters: Chapters = None, root: Root = None, jobs: Jobs = 2, force: Force = False) -> None:
    """Compare chapters, executed from the present sources, with the committed references by nbval.

    Compared are the text and the glued values of cells tagged `checked`. A reference whose code differs
    from the chapter's is stale and refused.
    """
    from hopcore.edition import commands

    commands.check(root, chapters or [], jobs=jobs, force=force)
    typer.echo("All references agree.")


@app.command()
def reference(chapters: Chapters = None, root: Root = None, jobs: Jobs = 2, force: Force = False) -> None:
    """Make the references in tests/references anew (quick scale, seed 0).

    Look at what changed before you commit it.
    """
    from hopcore.edition import commands

    for path in commands.reference(root, chapters or [], jobs=jobs, force=force):
        typer.echo(f"wrote {path}")


@app.command()
def verdicts(
    chapters: Chapters = None,
    under: Annotated[
        list[str] | None,
        typer.Option(help='"published images", "paper scale" or another circumstance of the scorecard.'),
    ] = None,
    root: Root = None,
    jobs: Jobs = 2,
) -> None:
    """Execute chapters with other seeds, threads and precision, and keep the verdicts in book/verdicts.json.

    The book's scorecard shows them. All chapters take about five times as long as the book. With --under
    only that circumstance is measured; at paper scale it takes hours.
    """
    from hopcore.edition import commands

    typer.echo(f"wrote {commands.verdicts(root, chapters or [], under=under or [], jobs=jobs)}")


@app.command()
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer repetitions.")] = False,
    json: Annotated[
        Path | None, typer.Option(parser=_path, metavar="FILE", help="Also write the figures to this file.")
    ] = None,
) -> None:
    """Measure the speed of training and print one table."""
    from hopcore.bench import run_table

    if json is not None:  # that it can be written is known before minutes of work
        json.parent.mkdir(parents=True, exist_ok=True)
        json.open("a").close()
    table = run_table(quick=quick)
    typer.echo(str(table))
    if json is not None:
        json.write_text(table.to_json(), encoding="utf-8")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"hopcore {version('hopcore')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What stands before the command's name."""


def main() -> None:
    """Run the command; explain errors that the person at the keyboard can mend."""
    try:
        app(prog_name="hopcore")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "hopcore":
            raise
        _fail(
            f"the package {error.name} is not installed; the book needs more than the library: "
            "pip install 'hopcore[book]', or `make env` in a clone"
        )
    except EditionError as error:
        _fail(str(error))
    except OSError as error:
        if error.errno not in _ADVICE:
            raise
        where = "" if error.filename is None else f" ({error.filename})"
        advice = f"{_ADVICE[error.errno]}, then run the same command again; what is finished is kept"
        _fail(f"{error.strerror}{where}: {advice}")


_ADVICE = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "make room on the disk"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "make it writable"),
    **dict.fromkeys(
        (errno.ENAMETOOLONG, errno.ELOOP, errno.EEXIST, errno.EISDIR, errno.ENOTDIR), "name another place"
    ),
}
"""What to do about an error of the disk, by its number."""


def _fail(message: str) -> None:
    typer.echo(f"hopcore: {message}", err=True)
    sys.exit(1)
