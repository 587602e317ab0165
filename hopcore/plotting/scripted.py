"""Figures with a script: what a page carries for the reader to move them by.

A first picture is there without a script and on paper; the script of its kind, a file of this folder, draws
the others.  Nothing is loaded from anywhere: the figure works in a file opened from disk.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any


def scripted(
    kind: str,
    picture: str,
    controls: Callable[[str], str],
    data: Mapping[str, Any],
    *,
    attributes: str = "",
) -> str:
    """A figure as HTML: style, first picture, controls, data and script.

    Parameters
    ----------
    kind : the name of the figure's script and, after ``hopcore-``, of its class.
    picture : the first picture, as HTML.
    controls : given the figure's name in the page, the content of its line of controls, hidden without a
        script, and what follows it.
    data : for the script, as JSON.
    attributes : more of the figure's element.
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
<p class="controls" hidden>{controls(name)}
<script type="application/json">{packed}</script>
<script>{start}("{name}", {script});</script>
</div>"""
