"""What objects of any room do by a room that stands to their right: how they are shown and drawn.

It is found by its name when it is used, so that nobody else pays for it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def later(module: str, name: str) -> Any:
    """Gives what a module of this package has by this name: `later("looks.cards", "run_html")`."""
    return getattr(import_module(f"{__name__.partition('.')[0]}.{module}"), name)


def shown_by(name: str) -> Callable[[Any], str]:
    """Gives the `_repr_html_` of a class: what the function `name` of `looks.cards` makes of it."""

    def _repr_html_(self: Any) -> str:
        html: str = later("looks.cards", name)(self)
        return html

    return _repr_html_
