"""Figures with a script: what a page carries for the reader to move them by.

A first picture is there without a script and on paper; the script of its kind, a file of this folder, draws
the others.  Nothing is loaded from anywhere: the figure works in a file opened from disk.
"""

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def data_address(kind: str, content: bytes) -> str:
    """A file's content as an address, so that the page carries it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def scripted(kind: str, picture: str, data: Mapping[str, Any], *, hint: str, attributes: str = "") -> str:
    """A figure as HTML: style, first picture (HTML), data (JSON) and script, which adds the controls.

    `kind` is the name of the script and, after ``hopcore-``, of the element's class, `hint` is what a reader
    without scripts is told, and `attributes` are more of the element.
    """
    packed = json.dumps(data, separators=(",", ":")).replace("</", "<\\/")
    name = f"{kind}-{hashlib.sha256((attributes + picture + packed).encode()).hexdigest()[:12]}"
    rules, start, script = (
        files("hopcore.plotting").joinpath(each).read_text(encoding="utf-8").strip()
        for each in ("scripted.css", "scripted.js", f"{kind}.js")
    )
    return f"""<div class="hopcore-{kind}" id="{name}"{attributes}>
<style>
{rules}
</style>
{picture}
<noscript><p>{html.escape(hint)}</p></noscript>
<script type="application/json">{packed}</script>
<script>{start}("{name}", {script});</script>
</div>"""
