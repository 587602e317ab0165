"""Pages run no script but hopcore's own: outputs are cleaned, and every page gets a policy."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_notebook, new_output
from tiny_book import ALPHA, make_book

from hopcore.edition.chapters import Book
from hopcore.edition.errors import EditionError
from hopcore.edition.pages.policy import protect
from hopcore.edition.pages.sanitise import _Parts, cleaned, sanitise
from hopcore.edition.pages.stage import stage
from hopcore.edition.run.execute import Parameters, Run
from hopcore.paper.verdicts import Answer, ClaimsTable, Verdict
from hopcore.plotting import turning_trails
from hopcore.plotting.movies import Movie
from hopcore.plotting.slider import Slider

SLIDER = Slider((b"one", b"two"), ("a < b", "</p>"), ("<1>", "2"), "n", (10, 10))._repr_html_()
OWN_SCRIPT = re.search(r"<script>.*?</script>", SLIDER, re.DOTALL)[0]


def notebook(**data: str) -> nbformat.NotebookNode:
    """A notebook whose second code cell has these outputs; the kinds are written with __ for the slash."""
    kinds = {kind.replace("__", "/").replace("_xml", "+xml"): text for kind, text in data.items()}
    return new_notebook(
        cells=[new_code_cell(""), new_code_cell("", outputs=[new_output("display_data", data=kinds)])]
    )


def refusal(**data: str) -> str:
    with pytest.raises(EditionError) as raised:
        sanitise(notebook(**data), "alpha")
    return str(raised.value)


def shown(html: str) -> str:
    page = notebook(text__html=html)
    sanitise(page, "alpha")
    return page.cells[1].outputs[0].data["text/html"]


# What hopcore and its companions show stays as it is


def turning() -> str:
    points = np.linspace(0, 1, 24).reshape(4, 2, 3)
    return turning_trails(points, range(4), [1, 4], (1, 4, 7), guides=[[(1, 0, 0), (0, 1, 0)]]).html()


def claims() -> str:
    return ClaimsTable("alpha", "quick", 0, (Answer("F1", "1 < 2", Verdict.HOLDS, {"a": 1}),))._repr_html_()


OURS = {
    "slider": lambda: SLIDER,
    "turning": turning,
    "movie": lambda: Movie(b"film", 'a "film"', 64, 32)._repr_mimebundle_()["text/html"],
    "claims": claims,
    "table": lambda: xr.Dataset({"a": ("t", [1, 2])}).to_dataframe()._repr_html_(),
}


@pytest.mark.parametrize("name", OURS)
def test_figures_and_tables_stay(name: str) -> None:
    html = OURS[name]()
    kept = shown(html)
    assert _Parts.of(kept) == _Parts.of(html)
    assert re.findall(r"<script.*?</script>", kept, re.DOTALL) == re.findall(
        r"<script.*?</script>", html, re.DOTALL
    )
    assert shown(kept) == kept


def test_a_drawing_of_matplotlib_stays() -> None:
    figure, stream = Figure(), io.StringIO()
    figure.subplots().imshow(np.eye(3))
    figure.savefig(stream, format="svg")
    page = notebook(image__svg_xml=stream.getvalue(), text__plain="<Figure>")
    sanitise(page, "alpha")
    assert page.cells[1].outputs[0].data["image/svg+xml"] == stream.getvalue()


# What may not be shown

MALICIOUS = {
    "<script>alert(1)</script>": "<script>",
    "<SCRIPT src=//example.org/x.js></SCRIPT>": "<script>",
    OWN_SCRIPT.replace("use strict", "use  strict"): "<script>",
    OWN_SCRIPT.replace('");</script>', '");alert(1)</script>'): "<script>",
    f"<img alt='{OWN_SCRIPT}'>": "a script in a place of its own making",
    '<script type="application/json">{"a": "<!--<script>"}</script>': "<script>",
    '<script type="application/json">alert(1)</script>': "<script>",
    '<img src="data:image/png;base64,AA" onerror="alert(1)">': 'onerror="alert(1)" in <img>',
    "<img src=https://example.org/a.png>": 'src="https://example.org/a.png" in <img>',
    "<img src='data:text/html;base64,AA'>": 'src="data:text/html;base64,AA" in <img>',
    "<video src='//example.org/a.mp4'></video>": "src",
    "<img srcset='https://example.org/a.png 2x'>": "srcset",
    '<a href="java\nscript:alert(1)">x</a>': "href",
    "<a href='data:text/html,x'>x</a>": "href",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>": "xlink:href",
    "<svg><set attributeName=href to=javascript:alert(1)></svg>": "<set>",
    "<svg><foreignObject><b>x</b></foreignObject></svg>": "<foreignobject>",
    "<iframe srcdoc='<b>x</b>'></iframe>": "<iframe>",
    "<object data=x></object><embed src=x>": "<embed>",
    "<form action='https://example.org'><input name=a></form>": "<form>",
    "<meta http-equiv=refresh content='0; url=https://example.org'>": "<meta>",
    "<base href='https://example.org/'>": "<base>",
    "<link rel=stylesheet href='https://example.org/a.css'>": "<link>",
    "<style>@import 'https://example.org/a.css';</style>": "@import",
    "<p style='background: url(https://example.org/a.png)'>x</p>": "style",
    "<template><img src=x onerror=alert(1)></template>": "<template>",
    "<math><mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></mtext></math>": "<math>",
}


@pytest.mark.parametrize("html", MALICIOUS)
def test_html_with_a_script_or_a_foreign_address_is_refused(html: str) -> None:
    told = refusal(text__html=f"<p>before</p>{html}")
    assert told.startswith("chapter alpha, code cell 2: its HTML has ") and MALICIOUS[html] in told
    assert refusal(**{"application__papermill.record/text__html": html})
    safe, _ = cleaned(html)
    assert cleaned(safe) == (safe, [])


@pytest.mark.parametrize(
    "content, told",
    [
        ("<script>alert(1)</script>", "<script>"),
        ('<rect onload="alert(1)"/>', "onload in <rect>"),
        ('<image href="https://example.org/a.png"/>', 'href="https://example.org/a.png"'),
        ('<a href="javascript:alert(1)"/>', 'href="javascript:alert(1)"'),
        ("<foreignObject/>", "<foreignobject>"),
        ("<p>", "cannot be read"),
    ],
)
def test_drawings_with_a_script_or_a_foreign_address_are_refused(content: str, told: str) -> None:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg">{content}</svg>'
    assert told in refusal(image__svg_xml=drawing)


def test_drawings_are_no_bombs() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><svg>&c;</svg>'
    assert "cannot be read" in refusal(image__svg_xml=bomb)


def test_unknown_kinds_are_refused_and_widgets_left_out() -> None:
    assert "the kind application/javascript" in refusal(application__javascript="alert(1)")
    assert "the kind text/markdown" in refusal(text__markdown="<script>")
    page = notebook(**{"application__vnd.jupyter.widget-view+json": "{}", "text__plain": "a bar"})
    sanitise(page, "alpha")
    assert page.cells[1].outputs[0].data == {"text/plain": "a bar"}


def test_a_malicious_chapter_is_not_staged(tmp_path: Path) -> None:
    book = Book.open(make_book(tmp_path, {"alpha": ALPHA}, intro="# A book\n"))
    run = Run(book, book.executable[0], Parameters())
    run.notebook.parent.mkdir(parents=True)
    run.record.write_text(json.dumps({"chapter": "alpha"}))
    nbformat.write(notebook(text__html="<img src=x onerror=alert(1)>"), run.notebook)
    with pytest.raises(EditionError, match=r"chapter alpha, code cell 2: .*onerror"):
        stage(book, [run])
    nbformat.write(notebook(text__html="<b>bold</b>"), run.notebook)
    assert "<b>bold</b>" in (stage(book, [run]) / "book" / "alpha.ipynb").read_text()


# The policy


def page(folder: Path, content: str) -> str:
    """The policy of a page with this content, inside the theme's scripts."""
    path = folder / "book" / "page.html"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        '<html><head><meta charset="utf-8" /><script>theme("ä")</script></head>'
        f'<body><a onclick="theme()">x</a><article class="bd-article">{content}</article></body></html>'
    )
    protect(folder)
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', path.read_text())
    return policy


def digest(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_the_scripts_of_theme_and_figures_may_run_and_no_others(tmp_path: Path) -> None:
    rules = dict(rule.split(" ", 1) for rule in page(tmp_path, SLIDER).split("; "))
    own = OWN_SCRIPT.removeprefix("<script>").removesuffix("</script>")
    assert rules["script-src"].split() == ["'self'", digest('theme("ä")'), digest(own)]
    assert rules["script-src-attr"].split() == ["'unsafe-hashes'", digest("theme()")]
    assert rules["default-src"] == rules["object-src"] == rules["base-uri"] == "'none'"


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        "<script type='module'>alert(1)</script>",
        "<script src='a.js'></script>",
        "<p onclick='alert(1)'>x</p>",
        "<a href=' java\tscript:alert(1)'>x</a>",
    ],
)
def test_scripts_in_the_content_of_a_page_are_refused(content: str, tmp_path: Path) -> None:
    with pytest.raises(EditionError, match=r"page book/page\.html: it"):
        page(tmp_path, content)


def test_the_search_may_read_the_pages_with_their_handlers(tmp_path: Path) -> None:
    (tmp_path / "search.html").write_text('<html><head><meta charset="utf-8" /></head></html>')
    page(tmp_path, "")
    assert digest("theme()") in (tmp_path / "search.html").read_text()


def test_a_page_without_a_head_gets_a_policy_too(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<meta http-equiv="Refresh" content="0; url=a.html" />')
    protect(tmp_path)
    assert (tmp_path / "index.html").read_text().startswith('<meta http-equiv="Content-Security-Policy"')
