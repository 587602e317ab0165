"""Generated pages: docstrings as Markdown, the reference and its examples, citations, links, pictures."""

from __future__ import annotations

import base64
import doctest
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

import hopcore
from hopcore.edition.pages.api import PAGES, api, api_page, members, modules, public
from hopcore.edition.pages.cite import cite
from hopcore.edition.pages.docstrings import inline, rendered
from hopcore.edition.pages.stage import _configure, lighten

ROOT = Path(__file__).parent.parent


# Docstrings


def test_text_is_literal_and_code_stays_code() -> None:
    assert inline("a_b of `x_y` and ``z``, :func:`~m.f`") == r"a\_b of `x_y` and `z`\, `m.f`"
    assert inline("*fates* of 2*3*4") == r"*fates* of 2\*3\*4"


def test_sections_become_lists_of_definitions() -> None:
    text = """Sum it.

    Of all `numbers`,
    as they come:

        s = a + b

    Parameters
    ----------
    a
        First,
        on two lines.
    b : int
        Second.

    Returns
    -------
    The sum.

    Examples
    --------
    >>> 1 + 1
    2
    """
    assert rendered(text).split("\n\n") == [
        r"Sum it\.",
        r"Of all `numbers`\, as they come\:",
        "```text\ns = a + b\n```",
        "**Parameters**",
        "a\n: First\\, on two lines\\.",
        "b \\: int\n: Second\\.",
        "**Returns**",
        r"The sum\.",
        "**Examples**",
        "```pycon\n>>> 1 + 1\n2\n```",
    ]


def test_descriptions_may_stand_behind_a_colon() -> None:
    text = "Is.\n\nAttributes\n----------\na : one.\nb, c : of the set, and\n    of the rest."
    assert rendered(text).split("\n\n")[2:] == ["a\n: one\\.", "b\\, c\n: of the set\\, and of the rest\\."]


# The reference


@pytest.fixture(scope="module")
def reference() -> str:
    return "\n\n".join([api(), *map(api_page, PAGES)])


def test_every_public_module_is_on_one_page() -> None:
    listed = [name for names in PAGES.values() for name in names]
    assert sorted(listed) == sorted(public())
    for page in PAGES:
        assert f"% generated: api-{page}" in (ROOT / "book" / f"api_{page}.md").read_text(encoding="utf-8")


def test_the_reference_has_every_public_name_once(reference: str) -> None:
    main = [name for name in hopcore.__all__ if not name.startswith("_")]
    names = [f"hopcore.{name}" for name in main]
    for module in (each for page in PAGES for each in modules(page)):
        for name, value in members(module).items():
            if not any(value is getattr(hopcore, each) for each in main):
                names.append(f"{module.__name__}.{name}")
    assert {"hopcore.train", "hopcore.splits.split_tree", "hopcore.plotting.slider_figure"} <= set(names)
    for name in names:
        found = [line for line in reference.splitlines() if line.startswith(":::") and f"}} {name}(" in line]
        found += [line for line in reference.splitlines() if line.endswith(f"}} {name}")]
        assert len(found) == 1, name


def test_everything_public_is_described() -> None:
    for module in (each for page in PAGES for each in modules(page)):
        assert module.__doc__, module.__name__
        assert [name for name, value in members(module).items() if not value.__doc__] == []


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the examples keep is not left in the user's folders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOPCORE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.mark.parametrize("name", [name for name in hopcore.__all__ if not name.startswith("_")])
def test_the_examples_of_the_main_names_work(name: str, own_cache: None) -> None:
    value = getattr(hopcore, name)
    found = doctest.DocTestFinder(recurse=False).find(value, name, globs={})
    examples = [each for each in found if each.examples]
    assert examples, f"hopcore.{name} has no example"
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    for each in examples:
        assert runner.run(each).failed == 0


# How to cite


def test_the_citation_is_that_of_the_file() -> None:
    told, content = cite(ROOT), yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert content["version"] in told and "2312.03012" in told
    assert told.count("```bibtex") == 2
    assert all(each["family-names"] in told for each in content["references"][0]["authors"])


# The configuration


def staged_settings(folder: Path, url: str) -> dict:
    settings = yaml.safe_load((ROOT / "_config.yml").read_text())
    settings["repository"]["url"] = url
    (folder / "in.yml").write_text(yaml.safe_dump(settings))
    _configure(folder / "in.yml", folder / "out.yml")
    return yaml.safe_load((folder / "out.yml").read_text())


def test_without_an_address_there_are_no_links_to_a_repository(tmp_path: Path) -> None:
    settings = staged_settings(tmp_path, "")
    assert not settings["html"]["use_repository_button"] and not settings["html"]["use_issues_button"]
    assert "html_baseurl" not in settings["sphinx"]["config"] and "launch_buttons" not in settings


def test_the_address_of_the_repository_is_the_only_setting(tmp_path: Path) -> None:
    settings = staged_settings(tmp_path, "https://github.com/Some/book/")
    assert settings["html"]["use_repository_button"] and settings["html"]["use_issues_button"]
    assert settings["sphinx"]["config"]["html_baseurl"] == "https://some.github.io/book/"


# Pictures


def picture(colours: int) -> str:
    pixels = np.random.default_rng(0).integers(0, colours, (300, 300, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def test_heavy_pictures_become_lighter_and_others_stay() -> None:
    heavy, light = {"image/png": picture(256)}, {"image/png": picture(2)}
    before, kept = heavy["image/png"], light["image/png"]
    lighten(heavy)
    lighten(light)
    lighten({"text/plain": "1"})
    assert len(heavy["image/png"]) < len(before) / 2 and light["image/png"] == kept
    assert Image.open(io.BytesIO(base64.b64decode(heavy["image/png"]))).size == (300, 300)
