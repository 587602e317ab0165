"""Generated pages: docstrings and their examples, citations, the repository's address, pictures."""

import base64
import doctest
import io
import pkgutil
import re
import shutil
from collections.abc import Iterator
from importlib import import_module
from inspect import ismodule
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml
from PIL import Image

import hopcore
from hopcore.edition.chapters import Book
from hopcore.edition.pages.build import unpack
from hopcore.edition.pages.extension import readable
from hopcore.edition.pages.generated import cite
from hopcore.edition.pages.stage import configure, lighten, page

ROOT = Path(__file__).parent.parent


def test_docstrings_are_made_readable_for_napoleon() -> None:
    text = """Sum |a| of all `numbers`.

Parameters
----------
a : the first,
    on two lines.
b, c : int
    The others.

Returns
-------
The sum,
and no more.

Raises
------
ValueError
    Never."""
    expected = r"""Sum \|a\| of all `numbers`.

Parameters
----------
a
    the first,
    on two lines.
b, c : int
    The others.

:Returns: The sum, and no more.

Raises
------
ValueError
    Never.
"""
    assert readable(text) == expected
    typed = text.replace("The sum,\nand", "int\n    The sum, and")
    assert readable(typed).count("Returns\n-------\nint\n") == 1


def test_everything_public_is_on_a_page_and_described() -> None:
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "book").glob("api*.md"))
    shown = re.findall(r"automodule:: (\S+)", pages)
    rooms = {f"hopcore.{each.name}" for each in pkgutil.iter_modules(hopcore.__path__) if each.name[0] != "_"}
    described = {"hopcore", *rooms} - {"hopcore.cli", "hopcore.edition"}
    assert {".".join(name.split(".")[:2]) for name in shown} == described
    for module in map(import_module, shown):
        assert module.__doc__, module.__name__
        named = [getattr(module, name) for name in getattr(module, "__all__", ()) if name[:2] != "__"]
        assert [value for value in named if callable(value) and not value.__doc__] == []


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the examples keep is not left in the user's folders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOPCORE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.mark.parametrize("name", [each for each in hopcore.__all__ if not ismodule(getattr(hopcore, each))])
def test_the_examples_of_the_main_names_work(name: str, own_cache: None) -> None:
    value = getattr(hopcore, name)
    found = doctest.DocTestFinder(recurse=False).find(value, name, globs={})
    examples = [each for each in found if each.examples]
    assert examples, f"hopcore.{name} has no example"
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    for each in examples:
        assert runner.run(each).failed == 0


def published(folder: Path, url: str) -> Book:
    """A book whose pyproject.toml has an address, or none."""
    urls = f'[project.urls]\nRepository = "{url}"\n' if url else ""
    (folder / "pyproject.toml").write_text(f'[project]\nname = "book"\n{urls}')
    for name in ("_config.yml", "CITATION.cff"):
        shutil.copy(ROOT / name, folder)
    return Book(folder, (), folder / "_build")


@pytest.mark.parametrize("url", ["", "https://github.com/Some/book/"])
def test_the_address_in_pyproject_is_the_only_setting(tmp_path: Path, url: str) -> None:
    book = published(tmp_path, url)
    configure(book, tmp_path / "staged.yml")
    settings = yaml.safe_load((tmp_path / "staged.yml").read_text())
    assert settings["repository"]["url"] == url.rstrip("/")
    assert settings["html"]["use_repository_button"] == settings["html"]["use_issues_button"] == bool(url)
    pages = settings["sphinx"]["config"].get("html_baseurl")
    assert pages == ("https://some.github.io/book/" if url else None) and "launch_buttons" not in settings
    assert ("url = {https://github.com/Some/book}" in cite(book)) == bool(url)


def test_the_citation_is_that_of_the_file(tmp_path: Path) -> None:
    told, content = cite(published(tmp_path, "")), yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert content["version"] in told and "2312.03012" in told
    assert told.count("```bibtex") == 2
    assert all(each["family-names"] in told for each in content["references"][0]["authors"])


def picture(colours: int) -> str:
    pixels = np.random.default_rng(0).integers(0, colours, (300, 300, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def test_heavy_pictures_become_lighter_and_others_stay() -> None:
    heavy, light = {"image/png": picture(256)}, {"image/png": picture(1)}
    before, kept = heavy["image/png"], light["image/png"]
    lighten(heavy)
    lighten(light)
    within = {"text/html": f'<img src="data:image/png;base64,{before}">', "text/plain": "1"}
    lighten(within)
    assert len(heavy["image/png"]) < len(before) / 2 and light["image/png"] == kept
    assert within["text/html"] == f'<img src="data:image/png;base64,{heavy["image/png"]}">'
    assert Image.open(io.BytesIO(base64.b64decode(heavy["image/png"]))).size == (300, 300)


def test_frames_and_videos_become_files_beside_the_pages(tmp_path: Path) -> None:
    (tmp_path / "_static").mkdir()
    (tmp_path / "book").mkdir()
    video = base64.b64encode(b"a video").decode()
    (tmp_path / "book" / "page.html").write_text(f'<video src="data:video/mp4;base64,{video}">')
    unpack(tmp_path)
    [file] = (tmp_path / "_static").iterdir()
    assert file.read_bytes() == b"a video"
    assert (tmp_path / "book" / "page.html").read_text() == f'<video src="../_static/{file.name}">'


def test_what_is_for_programs_is_not_shown(tmp_path: Path) -> None:
    data = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "a bar"}
    output = nbformat.v4.new_output("display_data", data=data)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("bar", outputs=[output])])
    nbformat.write(notebook, tmp_path / "alpha.ipynb")
    assert page(tmp_path / "alpha.ipynb").cells[0].outputs[0].data == {"text/plain": "a bar"}
