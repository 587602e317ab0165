"""The reference of the library's names, in Markdown, from their docstrings."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import hopcore
from hopcore.edition.docstrings import rendered

_NOT_A_LIBRARY = {"cli", "edition"}
"""Modules behind the command line."""


def api() -> str:
    """A section for the names of `hopcore` itself, then one for every public module."""
    main = {name: getattr(hopcore, name) for name in hopcore.__all__ if not name.startswith("_")}
    parts = [_section("hopcore", hopcore, main)]
    for module in modules():
        others = {name: value for name, value in members(module).items() if main.get(name) is not value}
        parts.append(_section(module.__name__, module, others))
    return "\n\n".join(parts)


def modules() -> Iterator[ModuleType]:
    """The public modules of the library; a package stands for its own modules."""
    for found in pkgutil.iter_modules(hopcore.__path__):
        if not found.name.startswith("_") and found.name not in _NOT_A_LIBRARY:
            yield import_module(f"hopcore.{found.name}")


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
