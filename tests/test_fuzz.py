"""Whatever lies where a file is read: nothing runs, nothing is believed, nothing is written elsewhere."""

import json
import os
import warnings
from functools import cache
from pathlib import Path

import h5py
import hostile
import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_book import ALPHA, make_book

import hopcore
from hopcore._files import CacheWarning, cache_folder, keep_array, kept_array, remove
from hopcore.edition.chapters import Book
from hopcore.edition.compare.reference import read_reference
from hopcore.edition.errors import EditionError
from hopcore.edition.pages.build import _replace
from hopcore.edition.pages.stage import stage
from hopcore.edition.run.execute import Parameters, Run, execute
from hopcore.edition.run.lock import only_one
from hopcore.paper.verdicts import MIME
from hopcore.sweeps.store import RunStore, StoreWarning

NAMES = list(hostile.hostile_files(Path("mark")))
MANY = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
IDENTITY = {"n": 30.0, "seed": 0}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
DEEP = "[" * 100_000


def tree(folder: Path) -> dict[str, bytes | str]:
    """All that is in a folder, links not followed."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found[name] = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else ""
    return found


@st.composite
def damages(draw):
    """A function that cuts, changes, removes and inserts bytes, but leaves something else than was there."""
    kind, share = draw(st.sampled_from(["cut", "change", "remove", "insert"])), draw(st.floats(0, 1))
    mask, extra = draw(st.integers(1, 255)), draw(st.binary(min_size=1, max_size=40))

    def damage(content: bytes) -> bytes:
        place = min(int(share * len(content)), len(content) - 1)
        if kind == "cut":
            return content[:place]
        if kind == "change":
            return content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :]
        rest = content[place + len(extra) :] if kind == "remove" else extra + content[place:]
        return content[:place] + rest

    return damage


@pytest.fixture(params=["store", "cache"])
def place(request, tmp_path):
    """Where something is kept in a store or the cache: the file, and functions that keep and read it."""
    if request.param == "store":
        store, final = RunStore(tmp_path), (np.arange(6.0).reshape(2, 3), np.full((2, 4), 0.5))
        return store.path(IDENTITY), lambda: store.write(IDENTITY, *final), lambda: store.read(IDENTITY)
    path, array = tmp_path / "kept.npy", np.arange(6, dtype=np.float32)
    return path, lambda: keep_array(path, array, "x"), lambda: kept_array(path, "x")


@pytest.mark.parametrize("name", NAMES)
def test_store_and_cache_believe_none(place, tmp_path, name):
    path, keep, read = place
    path.write_bytes(hostile.hostile_files(tmp_path / "sprung")[name])
    before, again = tree(tmp_path), r"(making it|computing the run) again"
    with pytest.warns((StoreWarning, CacheWarning), match=rf"{path.name} is not usable \(.+\): {again}"):
        assert read() is None
    assert tree(tmp_path) == before
    keep()
    assert read() is not None


@MANY
@given(damages())
def test_what_is_damaged_is_refused_or_as_it_was(place, damage):
    path, keep, read = place
    keep()
    whole = read()
    path.write_bytes(damage(path.read_bytes()))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = read()
    if found is None:  # what zip alone reads, such as a member's date, may have changed unseen
        assert path.name in str(told[-1].message)
    else:
        assert [each.tobytes() for each in found] == [each.tobytes() for each in whole]


@pytest.mark.filterwarnings("ignore:.*is not usable")
def test_links_are_replaced_and_none_is_followed(place, tmp_path):
    path, keep, read = place
    victim = tmp_path / "victim"
    victim.write_text("precious")
    for target in (victim, tmp_path / "missing", path, tmp_path, Path("/dev/zero")):
        remove(path)
        path.symlink_to(target)
        assert read() is None
        keep()
        assert not path.is_symlink() and read() is not None
    assert victim.read_text() == "precious" and not (tmp_path / "missing").exists()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_pipe_is_not_waited_for_and_a_folder_not_opened(place, make):
    path, _, read = place
    make(path)
    with pytest.warns((StoreWarning, CacheWarning), match="it is not a file"):
        assert read() is None


@given(st.dictionaries(st.text(), st.text() | st.just("../../../etc/passwd") | st.just("a/b\0c"), max_size=4))
def test_no_identity_leads_out_of_the_store(identity):
    store = RunStore.__new__(RunStore)
    store.folder = Path("/runs")
    path = store.path(identity)
    assert path.parent == Path("/runs") and path.stem.isalnum()


def test_a_home_that_is_not_there_is_told_with_the_variable(monkeypatch):
    monkeypatch.setenv("HOPCORE_CACHE", "~nobody-of-this-name/cache")
    with pytest.raises(ValueError, match="HOPCORE_CACHE = '~nobody-of-this-name/cache'"):
        cache_folder()


LONG = 2**127
SAVED = {
    "all": lambda run: run,
    "epochs": lambda run: run.isel(epoch=slice(-2, None)),
    "epochs in another order": lambda run: run.isel(epoch=[-1, 0]),
    "an epoch and a memory": lambda run: run.isel(epoch=-1, memory=0),
    "memories": lambda run: run.isel(memory=[1, 0]),
    "pixels": lambda run: run.isel(pixel=slice(3, 9)),
    "a category": lambda run: run.isel(category=3),
    "changed memories": lambda run: run.assign(memories=run.memories / 2),
    "in memory": lambda run: run.load(),
    "a sweep": lambda run: SWEEP,
    "a part of a sweep": lambda run: SWEEP.sel(n=[4]).isel(seed=1),
}
SWEEP = hopcore.sweep(
    hopcore.TrainingSet(np.eye(2, 32), [1, 4]),
    n=[3, 4], rescaled_temperature=1, seed=[1, 2**63, LONG], memories=2, epochs=1,
)  # fmt: skip


@cache
def small_run(record_every=None):
    data = hopcore.TrainingSet(np.random.default_rng(0).uniform(-1, 1, (2, 24)), [1, 4])
    run = hopcore.train(data, n=3, memories=2, epochs=40, record_every=record_every, seed=LONG)
    assert ("image_weights" in run) == (record_every == 1)
    return run


@pytest.fixture(scope="module", params=[None, 1], ids=["final", "trajectory"])
def saved(request, tmp_path_factory):
    """The bytes of a saved run, of pixels or of weights."""
    path = tmp_path_factory.mktemp("saved") / "run.nc"
    hopcore.save_run(small_run(request.param), path)
    return path.read_bytes()


@pytest.mark.parametrize("record_every", [None, 1])
@pytest.mark.parametrize("name", SAVED)
def test_what_is_saved_comes_back_bit_for_bit(tmp_path, name, record_every):
    saved = SAVED[name](small_run(record_every).copy())
    hopcore.save_run(saved, tmp_path / "run.nc")
    again = hopcore.open_run(tmp_path / "run.nc")
    assert again.identical(saved) and list(tmp_path.iterdir()) == [tmp_path / "run.nc"]
    assert again.memories.values.tobytes() == saved.memories.values.tobytes()


VALUES = JSON | st.text(st.characters()) | st.sampled_from(["a\0b", "\ud800", "hopcore json 1", [5], 2**63])


@settings(max_examples=50)
@given(VALUES, VALUES)
def test_every_attribute_comes_back(tmp_path_factory, note, unit):
    path = tmp_path_factory.getbasetemp() / "attributes.nc"
    run = small_run().assign_attrs(note=note)
    run = run.assign(labels=run.labels.assign_attrs(unit=unit))
    hopcore.save_run(run, path)
    assert hopcore.open_run(path).identical(run)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda run: run.drop_vars("memories"), "it lacks labels or memories"),
        (lambda run: run[["memories"]], "it lacks labels or memories"),
        (lambda run: run.isel(memory=[]), "labels is empty"),
        (lambda run: run.drop_attrs(), "n = None: must be a finite real number"),
        (lambda run: run.assign_attrs(note={1}), r"an attribute = \{1\}: must be text, a number, True"),
        (lambda run: run.assign_attrs(note={1: 2}), r"an attribute = \{1: 2\}: must be text"),
        (lambda run: run.memories, "must be a dataset of hopcore.train"),
        (lambda run: run.memories.values, "dataset = an array .*: must be a dataset of hopcore.train"),
    ],
)
def test_what_could_not_be_opened_again_is_not_saved(tmp_path, wrong, told):
    path = tmp_path / "run.nc"
    hopcore.save_run(small_run(), path)
    with pytest.raises((ValueError, TypeError), match=told):
        hopcore.save_run(wrong(small_run()), path)
    assert hopcore.open_run(path).identical(small_run()) and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_no_netcdf_is_refused(tmp_path, name):
    path = tmp_path / "run.nc"
    path.write_bytes(hostile.hostile_files(tmp_path / "sprung")[name])
    before = tree(tmp_path)
    with pytest.raises(ValueError, match=r"path = '.*run\.nc': not a readable NetCDF file"):
        hopcore.open_run(path)
    assert tree(tmp_path) == before


@settings(MANY, max_examples=60)
@given(damages())
def test_a_damaged_netcdf_file_is_refused_or_as_it_was(saved, tmp_path, damage):
    path = tmp_path / "run.nc"
    damaged = damage(saved)
    path.write_bytes(damaged)
    try:
        hopcore.open_run(path)
    except ValueError as error:
        assert str(path) in str(error)
    else:  # of nothing but the seal
        content = saved[: saved.rindex(b"hopcore sha256 ")]
        assert damaged.startswith(content)


def edited(saved: bytes, path: Path, edit) -> Path:
    """The run as another program has changed it: no seal, and ``edit(file)`` done with HDF5."""
    path.write_bytes(saved[: saved.rindex(b"hopcore sha256 ")])
    with h5py.File(path, "r+") as file:
        edit(file)
    return path


def replaced(name, **options):
    def edit(file):
        old = file[name]
        scales = [scale for dimension in old.dims for scale in dimension.values()]
        del file[name]
        new = file.create_dataset(name, **options)
        for dimension, scale in zip(new.dims, scales, strict=False):
            dimension.attach_scale(scale)

    return edit


def outside(kind):
    def edit(file):
        size = file["labels"].shape
        del file["labels"]
        if kind == "link":
            file["labels"] = h5py.ExternalLink("secret.h5", "labels")
        elif kind == "storage":
            file.create_dataset("labels", size, "f8", external=[("secret.h5", 0, h5py.h5f.UNLIMITED)])
        elif kind == "virtual":
            layout = h5py.VirtualLayout(size, "f8")
            layout[:] = h5py.VirtualSource("secret.h5", "labels", size)
            file.create_virtual_dataset("labels", layout)
        else:
            file.create_group("labels")

    return edit


@pytest.mark.parametrize("saved", [1], indirect=True, ids=["trajectory"])
@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (replaced("labels", shape=(10**7, 10**7), dtype="f8", chunks=(10, 10)), "declares .* bytes and is"),
        (replaced("epoch", shape=(10**9,), dtype="i8", chunks=(10,)), "declares .* bytes and is"),
        (outside("link"), "labels is a link to another place"),
        (outside("storage"), "labels is no array of this file"),
        (outside("virtual"), "labels is no array of this file"),
        (outside("group"), "labels is no array of this file"),
        (replaced("labels", data=b"text"), "labels is not real numbers over epoch, memory, category"),
        (replaced("labels", data=np.zeros(2)), "labels is not real numbers over epoch, memory, category"),
        (lambda file: file.attrs.__delitem__("n"), "n = None"),
        (lambda file: file.attrs.__setitem__("rate", "fast"), "rate = 'fast'"),
        (lambda file: file.attrs.__setitem__("epochs", float("nan")), "epochs = "),
        (lambda file: file.attrs.__delitem__("data_fingerprint"), "it lacks data_fingerprint"),
        (lambda file: file["epoch"].__setitem__(0, 99), "its epochs do not rise"),
        (lambda file: file["epoch"].__setitem__(0, -1), "its epochs do not rise"),
        (lambda file: file.__delitem__("labels"), "it lacks labels or memories"),
        (lambda file: file.__delitem__("image_weights"), "it lacks labels or memories"),
        (lambda file: file["base"].__setitem__(0, 10**6), "its base counts beyond its starts"),
    ],
)  # fmt: skip
def test_a_netcdf_file_that_another_program_made_is_refused_by_what_is_wrong(saved, tmp_path, edit, told):
    with h5py.File(tmp_path / "secret.h5", "w") as secret:
        secret["labels"] = np.ones((1, 2, 10))
    path = edited(saved, tmp_path / "run.nc", edit)
    with pytest.raises(ValueError, match=rf"path = .*run\.nc.*{told}"):
        hopcore.open_run(path)


def test_a_netcdf_file_that_another_program_has_rewritten_is_opened_if_it_is_a_run(saved, tmp_path):
    path = edited(saved, tmp_path / "run.nc", lambda file: file.attrs.__setitem__("note", "mine"))
    assert hopcore.open_run(path).attrs["note"] == "mine"


def test_saving_replaces_a_link_and_leaves_what_it_points_to(saved, tmp_path):
    (tmp_path / "first.nc").write_bytes(saved)
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "run.nc").symlink_to("victim")
    hopcore.save_run(hopcore.open_run(tmp_path / "first.nc"), tmp_path / "run.nc")
    assert (tmp_path / "victim").read_text() == "precious" and not (tmp_path / "run.nc").is_symlink()
    os.mkfifo(tmp_path / "pipe.nc")
    for path in (tmp_path, tmp_path / "pipe.nc"):
        with pytest.raises(FileNotFoundError, match="no such file"):
            hopcore.open_run(path)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    root = make_book(tmp_path_factory.mktemp("book") / "clone", {"alpha": ALPHA})
    (root / "tests" / "references").mkdir(parents=True)
    return Book.open(root)


def reference(**parts):
    cells = [nbformat.v4.new_code_cell("1", id="code-1")]
    metadata = {"papermill": {"parameters": {"scale": "quick", "seed": 0}}, "hopcore": {"seconds": 1.0}}
    return {**nbformat.v4.new_notebook(cells=cells, metadata=metadata), **parts}


def with_parameters(values):
    return reference(metadata={"papermill": {"parameters": values}})


@settings(max_examples=100)
@given(
    JSON
    | JSON.map(lambda cells: reference(cells=cells))
    | JSON.map(lambda cell: reference(cells=[cell]))
    | JSON.map(lambda metadata: reference(metadata=metadata))
    | JSON.map(with_parameters)
    | JSON.map(lambda value: with_parameters({"scale": value}))
    | JSON.map(lambda value: with_parameters({"seed": value}))
)
def test_a_reference_of_any_json_is_read_or_refused_by_its_path(book, content):
    chapter = book.executable[0]
    book.reference(chapter).write_text(json.dumps(content))
    try:
        notebook, parameters = read_reference(book, chapter)
    except EditionError as error:
        assert "alpha.ipynb is not a reference" in str(error) and "hopcore reference alpha" in str(error)
    else:
        assert isinstance(notebook.cells, list) and parameters.seed >= 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", DEEP.encode(), b"\x80\x04K\x01."])
def test_what_is_no_json_is_no_reference_and_no_record(book, content):
    chapter = book.executable[0]
    run = Run(book, chapter, Parameters())
    book.reference(chapter).write_bytes(content)
    with pytest.raises(EditionError, match=r"alpha\.ipynb is not a reference"):
        read_reference(book, chapter)
    assert run.expected_seconds() == float("inf")
    run.record.parent.mkdir(parents=True, exist_ok=True)
    run.record.write_bytes(content)
    assert not run.finished()


@settings(max_examples=100)
@given(JSON)
def test_a_record_of_any_json_is_not_finished(book, content):
    run = Run(book, book.executable[0], Parameters())
    run.record.parent.mkdir(parents=True, exist_ok=True)
    run.notebook.write_text("{}")
    run.record.write_text(json.dumps(content))
    assert not run.finished()


SHOWN = {"id": "F1", "says": "x", "measured": "y", "figure": "", "numbers": {"a": 1}, "parts": {"p": [True]}}


@MANY
@given(JSON | st.fixed_dictionaries({name: JSON | st.just(value) for name, value in SHOWN.items()}))
def test_an_output_of_any_json_is_an_answer_or_refused_by_its_notebook(book, content):
    run = Run(book, book.executable[0], Parameters(seed=1))
    run.notebook.parent.mkdir(parents=True, exist_ok=True)
    output = {"output_type": "display_data", "data": {MIME: content}, "metadata": {}}
    cell = nbformat.v4.new_code_cell("", id="code-1", outputs=[nbformat.from_dict(output)])
    run.notebook.write_text(json.dumps(nbformat.v4.new_notebook(cells=[cell])))
    try:
        (answer,) = run.answers()
    except EditionError as error:
        assert "alpha.ipynb: " in str(error)
    else:
        assert answer.said in str(answer) and answer._repr_mimebundle_()["text/html"]


@settings(max_examples=100)
@given(JSON | st.just("quick"), JSON | st.just(0), JSON | st.sampled_from(["float32", "float64"]))
def test_parameters_of_any_type_are_taken_or_refused(scale, seed, dtype):
    try:
        parameters = Parameters(scale, seed, dtype)
    except EditionError as error:
        given = {"scale": scale, "seed": seed, "dtype": dtype}.items()
        assert str(error).startswith(tuple(f"{name} is {value!r}; it must be" for name, value in given))
    else:
        assert seed >= 0 and Parameters.of_folder(parameters.folder) == parameters


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["book", "/etc/passwd"], 1),
        (["check", "../intro"], 1),
        (["reference", "alpha.ipynb"], 1),
        (["book", "; touch x"], 1),
        (["book", ""], 1),
        (["book", "--root", "/dev/null"], 1),
        (["book", "--root", "x" * 300], 1),
        (["bok"], 2),
        (["--fast"], 2),
        (["book", "--scale", "../../x"], 2),
        (["book", "--seed", "-1"], 2),
        (["book", "--dtype", "float16"], 2),
        (["book", "--jobs", "0"], 2),
    ],
)
def test_no_argument_of_the_command_leads_out(tmp_path, monkeypatch, capsys, command, arguments, status):
    root = make_book(tmp_path / "clone", {"alpha": ALPHA})
    before = tree(tmp_path)
    monkeypatch.chdir(root / "book")
    assert command(*arguments) == status
    told = capsys.readouterr().err
    assert told.startswith("Usage: ") == (status == 2) and told and "Traceback" not in told
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "contents",
    [
        "", "[]", "{", "\t", "root: 3", "root: [book/alpha]", "root: ../outside", "root: book/../../outside",
        "root: /etc/passwd", "root: .hidden", "root: book//alpha", "root: book/nothing", DEEP,
        'root: "book/al\\0pha"', "root: !!python/object/apply:os.mkdir [sprung]",
        "root: book/alpha\nchapters: [{file: ../outside}]",
    ],
)  # fmt: skip
def test_a_table_of_contents_that_leads_nowhere_or_out_is_refused(tmp_path, monkeypatch, contents):
    monkeypatch.chdir(tmp_path)
    root = make_book(tmp_path / "clone", {"alpha": ALPHA})
    (tmp_path / "outside.md").write_text("# Outside\n")
    (root / "_toc.yml").write_text(contents)
    before = tree(tmp_path)
    with pytest.raises(EditionError, match=r"_toc\.yml"):
        Book.open(root)
    assert tree(tmp_path) == before


def test_links_in_the_place_of_files_of_a_build_are_replaced_not_followed(tmp_path):
    root = make_book(tmp_path / "clone", {"alpha": ALPHA}, intro="# A page\n\nWords.\n")
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    victim.write_text("precious")
    folder.mkdir()
    (folder / "file").write_text("precious")
    opened = Book.open(root)
    run = Run(opened, opened.executable[0], Parameters())
    links = {
        run.notebook: victim, run.record: victim, run.failed: victim,
        run.notebook.with_suffix(".running"): folder, opened.output / "lock.process": victim,
        opened.output / "stage": folder, opened.output / "html": folder, opened.output / "html.old": folder,
    }  # fmt: skip
    for link, target in links.items():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    with only_one(opened.output):
        assert not run.finished()
        assert execute([run], say=lambda line: None) == []
        stage(opened, [run])
        (tmp_path / "new").mkdir()
        _replace(tmp_path / "new", opened.output / "html")
    assert run.finished() and not run.notebook.is_symlink() and not (opened.output / "html").is_symlink()
    assert (opened.output / "stage" / "book" / "alpha.ipynb").is_file()
    assert victim.read_text() == "precious" and tree(folder) == {"file": b"precious"}
