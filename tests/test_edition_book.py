"""A small book, executed once: its pages, what is kept, and its references."""

import json
import platform
import re
import shutil
from collections.abc import Iterator
from html import unescape
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
import yaml
from PIL import Image
from tiny_book import ALPHA, BETA, make_book

from hopcore.edition import commands
from hopcore.edition.chapters import Book, Chapter, find_root
from hopcore.edition.compare.outputs import compared, marked, replay
from hopcore.edition.compare.reference import compare, orphans, planned, write_reference
from hopcore.edition.errors import EditionError
from hopcore.edition.pages.generated import filled, scorecard
from hopcore.edition.pages.stage import MATHJAX, USED_FONTS, relinked
from hopcore.edition.run import execute as execution
from hopcore.edition.run import fingerprint
from hopcore.edition.run.execute import Parameters, Run, execute
from hopcore.paper import CLAIMS

LIBRARY = fingerprint._library


@pytest.fixture(scope="module", autouse=True)
def library() -> Iterator[None]:
    """The library's sources stay as they are in these tests, also if somebody edits them meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprint, "_library", lambda: "these sources")
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The small book, built; alpha with seed 3."""
    root = make_book(tmp_path_factory.mktemp("tiny") / "clone", {"alpha": ALPHA, "beta": BETA})
    first = commands.book(root, ["alpha"], Parameters(seed=3))
    assert first == root / "_build" / "html" / "index.html" and first.is_file()
    return Book.open(root)


@pytest.fixture
def book(built: Book, tmp_path: Path) -> Book:
    """A copy of the built book, for tests that change it."""
    shutil.copytree(built.root, tmp_path / "clone")
    return Book.open(tmp_path / "clone")


def runs(book: Book) -> list[Run]:
    seeds = {"alpha": 3, "beta": 0}
    return [Run(book, chapter, Parameters(seed=seeds[chapter.name])) for chapter in book.executable]


def html(book: Book, name: str) -> str:
    return (book.output / "html" / "book" / f"{name}.html").read_text()


def table_rows(page: str) -> list[list[str]]:
    """The text of every row of the tables of a page, cell by cell."""
    rows = re.findall(r"<tr.*?</tr>", page, flags=re.DOTALL)
    cells = [re.findall(r"<td.*?</td>", row.replace("<br>", " "), flags=re.DOTALL) for row in rows]
    return [[" ".join(unescape(re.sub("<[^>]+>", "", cell)).split()) for cell in row] for row in cells if row]


def test_pages_hold_what_the_chapters_computed_with_the_parameters_that_were_passed(built: Book) -> None:
    alpha = re.sub("<[^>]+>", "", html(built, "alpha"))
    assert "scale quick, seed 3, sum 2" in alpha
    assert "seed = 3" in alpha and "seed = 0" not in alpha
    assert "three 3" in html(built, "beta")
    assert "a half is 0.50" in re.sub("<[^>]+>", "", html(built, "intro"))
    assert "this is for reading" in html(built, "intro")  # a plain page is not executed


def test_math_is_set_by_files_of_the_book(built: Book) -> None:
    address = re.search(r'src="([^"]*)/startup.js', html(built, "intro"))
    assert address is not None and "startup.js" not in html(built, "beta")
    parts = built.output / "html" / "book" / address.group(1)
    assert all((parts / name).is_file() for name in MATHJAX)
    held = sum((parts / name).read_text().count("data:font/woff") for name in MATHJAX)
    assert held >= len(USED_FONTS)


def test_links_between_sources_are_links_between_pages(built: Book) -> None:
    assert 'href="alpha.html"' in html(built, "intro")
    text = "[a](alpha.md), [b](sub/beta.md#part), [c](other.md), [d](https://host/alpha.md), `alpha.md::x`"
    links = text.replace("(alpha.md)", "(alpha.ipynb)").replace("beta.md", "beta.ipynb")  # no others
    assert relinked(text, {"alpha", "beta"}) == links


def test_staged_notebooks_do_not_tell_where_they_were_made(built: Book) -> None:
    for path in (built.output / "stage").rglob("*.ipynb"):
        assert str(built.root) not in path.read_text()


def test_the_scorecard_tells_what_the_chapters_saved(built: Book) -> None:
    rows = table_rows(html(built, "intro"))
    (row,) = [row for row in rows if row[0] == "F2"]
    assert row[2].startswith("\\(T_r\\) = 0.5, |a| < *b*") and row[2].endswith("Beta")
    assert row[3] == "holds in part"
    assert len([row for row in rows if row[3:] == ["not measured"]]) == len(CLAIMS) - 1
    assert ["Why_so?", "2 [of] 3 Beta", "no bars"] in rows
    strip = re.search(r'<p class="hopcore-strip">(.*?)</p>', html(built, "intro"))[1]
    assert strip.count("<a ") == 1 and 'class="verdict-in-part" href="beta.html"' in strip
    told = f"Of {len(CLAIMS)} claims, 1 hold in part, {len(CLAIMS) - 1} were not measured."
    assert told in html(built, "intro")


def test_the_map_has_the_message_and_the_first_picture_of_each_chapter(built: Book) -> None:
    page = html(built, "intro")
    alpha, beta = re.findall("<li>.*?</li>", page[page.index('class="hopcore-map"') :], re.S)[:2]
    told = "At high <em>n</em> or <em>T<sub>r</sub></em> it is &lt;a half&gt;."
    assert f'<a href="alpha.html">Alpha</a><p>{told}</p>' in alpha
    assert '<a href="beta.html">Beta</a></div>' in beta and "<img" not in beta
    image = Image.open(built.output / "html" / "book" / re.search('src="([^"]+webp)"', alpha)[1])
    assert image.size == (240, 180) and image.convert("RGB").getpixel((9, 9))[0] > 240


def test_the_status_names_times_parameters_versions_and_hardware(built: Book) -> None:
    page = html(built, "intro")
    rows = table_rows(page)
    (alpha,) = [row for row in rows if row[0] == "Alpha"]
    assert alpha[1] == "scale quick, seed 3" and re.fullmatch(r"\d+ s", alpha[2])
    assert ["Python", platform.python_version()] in rows and ["numpy", version("numpy")] in rows
    hardware = ["processor", "cores", "memory"]
    assert [row[0] for row in rows if row[0] in hardware] == hardware


def test_notebooks_and_sources_can_be_downloaded(built: Book) -> None:
    linked = re.findall(r'href="(\.\./_downloads/[^"]+)"', html(built, "intro"))
    files = {Path(link).name: built.output / "html" / "book" / link for link in linked}
    assert set(files) == {"alpha.ipynb", "alpha.md", "beta.ipynb", "beta.md"}
    assert files["alpha.md"].read_text() == ALPHA
    assert "sum 2" in str(nbformat.read(files["alpha.ipynb"], as_version=4))


def test_other_finished_runs_of_a_chapter_have_rows_too(book: Book) -> None:
    beta = runs(book)[1]
    other = Run(book, beta.chapter, Parameters(seed=9))
    other.notebook.parent.mkdir(parents=True)
    shutil.copy(beta.notebook, other.notebook)
    shutil.copy(beta.record, other.record)
    assert "seed 9" not in scorecard([beta])  # made with other parameters than its folder says
    record = json.loads(beta.record.read_text())
    record["fingerprint"] = fingerprint.fingerprint(other.chapter, other.passed())
    other.record.write_text(json.dumps(record))
    told = scorecard([beta])
    assert "seed 9" in told and "seed 0" not in told


def test_what_should_be_an_answer_and_is_none_is_told(book: Book) -> None:
    beta = runs(book)[1]
    text = beta.notebook.read_text()
    beta.notebook.write_text(text.replace('"two": [', '"two": 3, "three": ['))
    with pytest.raises(EditionError, match=r"beta\.ipynb: not an answer"):
        scorecard([beta])


def test_an_unknown_part_of_a_page_is_refused(built: Book) -> None:
    with pytest.raises(EditionError, match="'% generated: fortune', but there is only: scorecard"):
        filled("text\n\n% generated: fortune\n", built, [])


def test_the_longest_chapter_is_executed_first(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    alpha, beta = runs(book)
    for run, seconds in ((alpha, 1.0), (beta, 2.5)):
        record = json.loads(run.record.read_text())
        run.record.write_text(json.dumps({**record, "seconds": seconds}))
        write_reference(run)
        run.forget()
        assert run.expected_seconds() == seconds and not run.finished()  # of the last run
    alpha.record.unlink()
    assert (alpha.expected_seconds(), beta.expected_seconds()) == (1.0, 2.5)  # alpha's by its reference
    alpha.book.reference(alpha.chapter).unlink()
    assert alpha.expected_seconds() == float("inf")
    alpha.record.write_text('{"seconds": 1}')
    order: list[Run] = []
    monkeypatch.setattr(execution, "_execute_one", lambda run, *_: order.append(run))
    assert execute([alpha, beta], jobs=1) == []
    assert order == [beta, alpha]


def test_finished_notebooks_are_used_again(built: Book) -> None:
    said: list[str] = []
    before = [run.notebook.stat().st_mtime_ns for run in runs(built)]
    assert execute(runs(built), say=said.append) == []
    finished = "finished before (scale quick, seed"
    assert said == [f"alpha: {finished} 3)", f"beta: {finished} 0)"]
    assert [run.notebook.stat().st_mtime_ns for run in runs(built)] == before


def test_other_parameters_or_a_changed_chapter_are_another_run(book: Book) -> None:
    alpha, beta = book.executable
    assert not Run(book, alpha, Parameters(seed=4)).finished()
    assert not Run(book, beta, Parameters(scale="paper")).finished()
    beta.source.write_text(BETA.replace("3)", "4)"))
    first, second = runs(Book.open(book.root))
    assert first.finished() and not second.finished()


@pytest.mark.parametrize(
    ("name", "value"),
    [("_library", lambda: "other sources"), ("versions", lambda: {"python": "3.11.0", "numpy": "9"})],
)
def test_a_changed_library_or_version_unfinishes_all(built: Book, name, value, monkeypatch) -> None:
    monkeypatch.setattr(fingerprint, name, value)
    assert not any(run.finished() for run in runs(built))


def test_the_library_is_known_by_its_sources_of_the_edition_by_what_executes(tmp_path, monkeypatch) -> None:
    package = tmp_path / "hopcore"
    monkeypatch.setattr(fingerprint.hopcore, "__file__", str(package / "__init__.py"))

    def write(name: str, text: str) -> str:
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
        return LIBRARY()

    first = write("training/step.py", "RATE = 1\n")
    assert write("training/__pycache__/step.pyc", "compiled") == first
    assert write("edition/pages/scorecard.py", "TITLE = 1\n") == first
    second, third = write("training/step.py", "RATE = 2\n"), write("edition/run/execute.py", "")
    (package / "training" / "step.py").rename(package / "training" / "steps.py")
    assert len({first, second, third, LIBRARY()}) == 4
    assert all((Path(execution.__file__).parents[2] / name).is_file() for name in fingerprint.EXECUTING)


@pytest.mark.parametrize("damage", ["truncated", "foreign", "missing", "forgotten", "half a record"])
def test_a_damaged_notebook_is_not_finished(book: Book, damage: str) -> None:
    run = runs(book)[0]
    assert run.finished()
    whole = run.notebook.read_bytes()
    if damage == "truncated":
        run.notebook.write_bytes(whole[: len(whole) // 2])
    elif damage == "foreign":
        run.notebook.write_bytes(runs(book)[1].notebook.read_bytes())
    elif damage == "missing":
        run.notebook.unlink()
    elif damage == "forgotten":
        run.forget()
        run.forget()
    else:
        run.record.write_text(run.record.read_text()[:40])
    assert not run.finished()


def test_references_agree_with_the_run_they_were_made_from(book: Book) -> None:
    for run in runs(book):
        write_reference(run)
    again, problems = planned(book, book.executable)
    assert (again, problems) == (runs(book), [])  # alpha's reference knows its seed
    assert compare(book, again) == []
    assert orphans(book) == []


def test_changed_numbers_and_glued_values_are_found(book: Book, capfd: pytest.CaptureFixture[str]) -> None:
    for run, old, new in zip(runs(book), ("sum 2", "third = 0.333"), ("sum 3", "third = 0.334"), strict=True):
        path = write_reference(run)
        assert path.read_text().count(old) == 1
        path.write_text(path.read_text().replace(old, new))
    (problem,) = compare(book, runs(book))
    assert "outputs differ" in problem and "hopcore reference" in problem
    report = capfd.readouterr().out
    assert "2 failed" in report
    assert "sum 3" in report and "third = 0.334" in report


@pytest.mark.parametrize("part", ["code", "tag", "cell"])
def test_stale_references_are_refused(book: Book, part: str) -> None:
    run = runs(book)[0]
    path = write_reference(run)
    reference = nbformat.read(path, as_version=4)
    if part == "code":
        reference.cells[-1].source += " "
    elif part == "tag":
        del reference.cells[-1].metadata["tags"]
    else:
        del reference.cells[-1]
    nbformat.write(reference, path)
    (problem,) = compare(book, [run])
    assert "alpha is stale: code cell 4 has changed" in problem and "hopcore reference alpha" in problem


def test_a_missing_reference_and_one_without_a_chapter_are_problems(book: Book) -> None:
    write_reference(runs(book)[1])
    able, problems = planned(book, book.executable)
    assert [run.chapter.name for run in able] == ["beta"]
    assert len(problems) == 1 and "alpha has no reference" in problems[0]
    stray = book.references / "gamma.ipynb"
    stray.write_text("{}")
    assert orphans(book) == [f"no chapter belongs to {stray}: restore the chapter, or remove the reference"]


def test_a_chapter_with_nothing_to_check_is_refused(book: Book) -> None:
    run = runs(book)[0]
    notebook = nbformat.read(run.notebook, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    nbformat.write(notebook, run.notebook)
    with pytest.raises(EditionError, match="alpha has nothing to check"):
        write_reference(run)


def test_only_text_and_glued_values_of_checked_cells_are_compared() -> None:
    output, record = nbformat.v4.new_output, "application/papermill.record/"
    stdout, stderr = (output("stream", name=name, text=name) for name in ("stdout", "stderr"))
    table = output("display_data", data={"text/plain": "a table", "text/html": "<table id=7>"})
    picture = output("display_data", data={"text/plain": "Figure", "image/png": "AAAA"})
    metadata = {"scrapbook": {"name": "half", "mime_prefix": record}}
    glued = output("display_data", data={f"{record}text/plain": "0.5"}, metadata=metadata)
    cell = nbformat.v4.new_code_cell("", outputs=[stdout, stderr, table, picture, glued])
    assert compared(cell) == []
    cell.metadata["tags"] = ["checked"]
    first, second, third = compared(cell)
    assert first == stdout
    assert second.data == {"text/plain": "a table"}
    assert third.data == {f"{record}text/plain": "half = 0.5"}


def test_replaying_shows_what_the_recorded_run_gave(tmp_path: Path, capsys) -> None:
    stdout = nbformat.v4.new_output("stream", name="stdout", text="1\n")
    cell = nbformat.v4.new_code_cell("print(1)", outputs=[stdout], metadata={"tags": ["checked"]})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "a run.ipynb")
    line, code = marked("print(2)", str(tmp_path / "a run.ipynb"), 0).split("\n")
    replay(line.removeprefix("%%replay"), code)
    assert capsys.readouterr().out == "1\n" and marked("\n", "any", 1) == "\n"


def test_the_book_is_found_from_below_and_its_chapters_by_name_or_path(built: Book) -> None:
    assert find_root(built.root / "book") == built.root
    assert [chapter.name for chapter in built.choose(["beta", "book/alpha.md", "beta"])] == ["beta", "alpha"]
    assert built.choose([]) == built.executable
    with pytest.raises(EditionError, match="'intro'; there are: alpha, beta"):
        built.choose(["intro"])


def test_parts_and_sections_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    for name in "abcd":
        (tmp_path / "book" / f"{name}.md").write_text(f"# {name}\n")
    below = [{"file": "book/b", "sections": [{"file": "book/d"}]}]
    parts = [{"caption": "One", "chapters": below}, {"chapters": [{"file": "book/c"}, {"url": "elsewhere"}]}]
    contents = {"format": "jb-book", "root": "book/a", "parts": parts}
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(contents))
    assert [chapter.name for chapter in Book.open(tmp_path).chapters] == list("abdc")


def test_two_pages_of_one_name_are_an_error(tmp_path: Path) -> None:
    for folder in (tmp_path / "book", tmp_path / "book" / "more"):
        folder.mkdir()
        (folder / "a.md").write_text("# a\n")
    (tmp_path / "_toc.yml").write_text("root: book/a\nchapters:\n  - file: book/more/a\n")
    with pytest.raises(EditionError, match=r"two pages .* named 'a'"):
        Book.open(tmp_path)


def test_one_source_gives_one_notebook(tmp_path: Path) -> None:
    path = tmp_path / "alpha.md"
    path.write_text(ALPHA)
    first, second = (Chapter("alpha", "book/alpha", path).notebook() for _ in range(2))
    assert first == second
    nbformat.validate(first)
