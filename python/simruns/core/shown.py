"""How objects of any room are shown in a notebook: by the room `looks`.

It may stand to their right, and is found by its name when a notebook asks, so that nobody else pays
for it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def shown_by(name: str) -> Callable[[Any], str]:
    """Gives the `_repr_html_` of a class: what the function `name` of `looks.cards` makes of it."""

    def _repr_html_(self: Any) -> str:
        html: str = getattr(import_module(f"{__name__.partition('.')[0]}.looks.cards"), name)(self)
        return html

    return _repr_html_
