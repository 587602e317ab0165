"""Outputs as a page may show them: no script but that of hopcore's own figures, nothing from another host.

Everything else of an HTML output goes through nh3.  What it takes away is told as an error, so that a page
never shows less than its notebook.
"""

from __future__ import annotations

import json
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files

import nh3
from defusedxml import DefusedXmlException, ElementTree
from nbformat import NotebookNode

from hopcore.edition.compare.outputs import code_cells
from hopcore.edition.errors import EditionError

GLUED = "application/papermill.record/"
"""What stands before the kind of a glued output."""

KINDS = {"text/plain", "text/html", "text/latex", "image/png", "image/jpeg", "image/svg+xml"}
"""Kinds of output that a page shows."""

LIVE = "application/vnd.jupyter.widget-view+json"
"""A widget, which has no kernel on a page: its text is shown."""

_TAGS = set(
    "a abbr b blockquote br button caption code col colgroup dd del details div dl dt em figcaption figure "
    "h1 h2 h3 h4 h5 h6 hr i img input ins kbd label li ol output p pre q s samp section small source span "
    "strong style sub summary sup table tbody td tfoot th thead time tr u ul var video "
    "circle defs desc ellipse g line path polygon polyline rect svg text title tspan use".split()
)
_ATTRIBUTES = set(
    "align alt border checked class colspan controls dir disabled for headers height hidden href id lang "
    "loop max min muted name open playsinline preload role rowspan scope scoped span src start step style "
    "tabindex title type value width xlink:href xmlns "
    "cx cy d dominant-baseline dx dy fill fill-opacity fill-rule font-size font-weight opacity points "
    "preserveAspectRatio r rx ry stroke stroke-dasharray stroke-linecap stroke-linejoin stroke-opacity "
    "stroke-width text-anchor transform viewBox x x1 x2 y y1 y2".split()
)
_CARRIED = re.compile(r"data:(image|video)/[\w.+-]+;base64,[\w+/=\s]*")
_STYLES = re.compile(r"<style.*?</style>", re.DOTALL)
_LOADING = re.compile(r"@import|url\(|image-set\(", re.IGNORECASE)


def sanitise(notebook: NotebookNode, chapter: str) -> None:
    """Clean the outputs of a notebook, in place.

    Raises
    ------
    EditionError
        If an output has something that a page must not show; the message names chapter and code cell.
    """
    problems = []
    for number, cell in enumerate(code_cells(notebook), start=1):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.pop(LIVE, None)
            for kind in list(data):
                found = _refused(data, kind)
                problems += [f"chapter {chapter}, code cell {number}: {each}" for each in found]
    if problems:
        advice = "a page shows text, pictures, tables, and the figures of hopcore.plotting"
        raise EditionError("\n".join([*problems, advice]))


def _refused(data: dict[str, str], kind: str) -> list[str]:
    """Clean one kind of an output; what it must not have."""
    plain = kind.removeprefix(GLUED)
    if plain not in KINDS:
        return [f"an output of the kind {kind}"]
    if plain == "text/html":
        data[kind], removed = cleaned(data[kind])
        return [f"its HTML has {each}" for each in removed]
    if plain == "image/svg+xml":
        return [f"its drawing has {each}" for each in _refused_in_drawing(data[kind])]
    return []


def cleaned(html: str) -> tuple[str, list[str]]:
    """The HTML without what a page must not show, and the names of what was taken away."""
    mark = secrets.token_hex(8)
    own: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        if found["data"] is not None and not _is_data(found["data"]):
            return found[0]
        own.append(found[0])
        return f'<span id="{mark}-{len(own) - 1}"></span>'

    rest = re.sub(_own_pieces(), set_aside, html)
    safe = nh3.clean(
        rest,
        tags=_TAGS,
        clean_content_tags={"script"},
        attributes={"*": _ATTRIBUTES},
        generic_attribute_prefixes={"aria-", "data-"},
        attribute_filter=_kept,
        url_schemes={"data", "http", "https", "mailto"},
        strip_comments=False,
        link_rel=None,
    )
    removed = _names(_Parts.of(rest) - _Parts.of(safe))
    removed += [f"{found} in its style" for found in _LOADING.findall(" ".join(_STYLES.findall(safe)))]
    safe = _STYLES.sub(lambda style: "" if _LOADING.search(style[0]) else style[0], safe)
    for number, piece in enumerate(own):
        place = f'<span id="{mark}-{number}"></span>'
        if safe.count(place) != 1:
            removed.append("a script in a place of its own making")
        safe = safe.replace(place, piece)
    return safe, removed


def own_script(text: str) -> bool:
    """Whether this is the script of one of hopcore's figures."""
    return any(
        text.startswith(code) and re.fullmatch(rf'\("{name}-[0-9a-f]{{12}}"\);', text[len(code) :])
        for name, code in _scripts()
    )


def _scripts() -> Iterator[tuple[str, str]]:
    for name in ("slider", "turning"):
        yield name, files("hopcore").joinpath("plotting", f"{name}.js").read_text(encoding="utf-8").strip()


def _own_pieces() -> re.Pattern[str]:
    """What hopcore's figures have beside plain HTML: a script, its data, and a word where scripts are off."""
    scripts = "|".join(rf'{re.escape(code)}\("{name}-[0-9a-f]{{12}}"\);' for name, code in _scripts())
    data = r"(?P<data>[^<]*(?:<(?![/!]|[sS][cC][rR][iI][pP][tT])[^<]*)*)"
    return re.compile(
        rf"<script>(?:{scripts})</script>"
        rf'|<script type="application/json">{data}</script>'
        r"|<noscript><p>[^<>]*</p></noscript>"
    )


def _is_data(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """An attribute's value if it may stay: links lead anywhere, what is loaded comes with the page."""
    if attribute == "src":
        return value if _CARRIED.fullmatch(value) else None
    if attribute in ("href", "xlink:href"):
        allowed = ("#", "http:", "https:", "mailto:") if tag == "a" else ("#",)
        return value if value.strip().lower().startswith(allowed) else None
    if attribute == "style" and _LOADING.search(value):
        return None
    if attribute == "type" and tag in ("input", "button"):
        return value if value in ("button", "checkbox", "range") else None
    return value


class _Parts(HTMLParser):
    """The elements and attributes of a piece of HTML, counted."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[tuple[str, ...]] = Counter()

    @classmethod
    def of(cls, html: str) -> Counter[tuple[str, ...]]:
        parts = cls()
        parts.feed(html)
        parts.close()
        return parts.found

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found[tag,] += 1
        for name, value in attributes:
            self.found[tag, name, value or ""] += 1


def _names(removed: Counter[tuple[str, ...]]) -> list[str]:
    """What was removed, in words: elements first, and attributes of those that stay."""
    elements = {part[0] for part in removed if len(part) == 1}
    attributes = {
        f'{part[1]}="{part[2][:60]}" in <{part[0]}>'
        for part in removed
        if len(part) > 1 and part[0] not in elements
    }
    return [f"<{name}>" for name in sorted(elements)] + sorted(attributes)


def _refused_in_drawing(text: str) -> Iterator[str]:
    """What a drawing (SVG) must not have: scripts, their events, foreign content, addresses outside of it."""
    try:
        drawing = ElementTree.fromstring(text)
    except (ElementTree.ParseError, DefusedXmlException) as error:
        yield f"what cannot be read ({error})"
        return
    for element in drawing.iter():
        tag = str(element.tag).rpartition("}")[2].lower()
        if tag in ("script", "foreignobject", "iframe", "embed", "object", "handler", "set", "animate"):
            yield f"<{tag}>"
        for name, value in element.attrib.items():
            name = name.rpartition("}")[2].lower()
            if name.startswith("on"):
                yield f"{name} in <{tag}>"
            if name in ("href", "src") and not (value.startswith("#") or _CARRIED.fullmatch(value)):
                yield f'{name}="{value[:60]}" in <{tag}>'
