"""The reference of the library's names, in Markdown, from their docstrings."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import hopcore
from hopcore.edition.pages.docstrings import rendered
from hopcore.edition.pages.markdown import table

_NOT_A_LIBRARY = {"cli", "edition"}
"""Modules behind the command line."""


PAGES = {
    "network": ("data", "mnist", "model", "training", "decomposition", "embedding"),
    "analysis": (
        "transition", "splits", "categories", "pairs", "partings", "prototypes", "starts", "arrest", "stem",
    ),
    "reduced": ("reduced",),
    "sweeps": ("sweeps", "grids", "stacks", "dispatch", "store", "provenance", "bench"),
    "figures": ("plotting", "widgets", "claims", "prose", "paper"),
}  # fmt: skip
"""The modules of each page of the reference, ``book/api_NAME.md``; the first page has the main names."""


def api() -> str:
    """The names of `hopcore` itself, and a table of its modules."""
    rows = [
        (f"`{module.__name__}`", rendered(_first_line(module)), f"[](api_{page}.md)")
        for page in PAGES
        for module in modules(page)
    ]
    listed = "\n\n".join(["## The modules", table(("module", "what it is", "page"), rows, kind="modules")])
    return "\n\n".join([_section("hopcore", hopcore, _main()), listed])


def api_page(page: str) -> str:
    """A section for every module of a page, without the main names."""
    main = _main()
    parts = []
    for module in modules(page):
        others = {name: value for name, value in members(module).items() if main.get(name) is not value}
        parts.append(_section(module.__name__, module, others))
    return "\n\n".join(parts)


def _main() -> dict[str, Any]:
    return {name: getattr(hopcore, name) for name in hopcore.__all__ if not name.startswith("_")}


def _first_line(module: ModuleType) -> str:
    return inspect.cleandoc(module.__doc__ or "").split("\n\n")[0]


def modules(page: str) -> Iterator[ModuleType]:
    """The public modules of a page of the reference; a package stands for its own modules."""
    for name in PAGES[page]:
        yield import_module(f"hopcore.{name}")


def public() -> set[str]:
    """The names of all public modules of the library."""
    found = {each.name for each in pkgutil.iter_modules(hopcore.__path__)}
    return {name for name in found if not name.startswith("_")} - _NOT_A_LIBRARY


def members(module: ModuleType) -> dict[str, Any]:
    """The public functions and classes: what `__all__` lists, otherwise what the module defines itself."""
    listed = getattr(module, "__all__", None)
    names = [name for name in vars(module) if not name.startswith("_")] if listed is None else listed
    found = {name: getattr(module, name) for name in names}
    return {
        name: value
        for name, value in sorted(found.items())
        if (inspect.isclass(value) or inspect.isfunction(value))
        and (listed is not None or value.__module__ == module.__name__)
    }


def _section(name: str, module: ModuleType, found: dict[str, Any]) -> str:
    entries = [_entry(f"{name}.{short}", value) for short, value in found.items()]
    return "\n\n".join([f"## `{name}`", rendered(module.__doc__ or ""), *entries])


def _entry(name: str, value: Any) -> str:
    """A function, or a class with its public methods and properties."""
    if not inspect.isclass(value):
        return _directive("function", f"{name}{_signature(value)}", rendered(value.__doc__ or ""), 3)
    inner = []
    for short, member in vars(value).items():
        if short.startswith("_") or not getattr(member, "__doc__", None):
            continue
        if isinstance(member, property) or hasattr(member, "func"):  # cached_property
            inner.append(_directive("property", f"{name}.{short}", rendered(member.__doc__), 3))
        elif inspect.isfunction(member) or isinstance(member, classmethod | staticmethod):
            bound = inspect.unwrap(getattr(member, "__func__", member))
            text = rendered(bound.__doc__ or "")
            inner.append(_directive("method", f"{name}.{short}{_signature(bound, bound=True)}", text, 3))
    body = "\n\n".join([rendered(inspect.getdoc(value) or ""), *inner])
    return _directive("class", f"{name}{_signature(value)}", body, 4)


def _directive(kind: str, signature: str, body: str, colons: int) -> str:
    fence = ":" * colons
    return f"{fence}{{py:{kind}}} {signature}\n\n{body}\n{fence}"


def _signature(value: Any, *, bound: bool = False) -> str:
    """The parameters and their defaults, without types: the docstring describes them."""
    try:
        found = list(inspect.signature(value).parameters.values())
    except ValueError:  # a class without one, such as an exception
        return ""
    shown = [_simple(each) for each in found[bool(bound) :] if not each.name.startswith("_")]
    return str(inspect.Signature(shown))


def _simple(parameter: inspect.Parameter) -> inspect.Parameter:
    default = parameter.default
    if default is not parameter.empty and not isinstance(default, int | float | str | tuple | None):
        default = ...
    return parameter.replace(annotation=parameter.empty, default=default)
