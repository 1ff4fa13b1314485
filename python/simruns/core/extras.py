"""The optional libraries, each imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from simruns.core.errors import MissingExtraError


def require(library: str, extra: str, what: str) -> Any:
    """Gives the library. Without it, the error of `what` has the command that installs it."""
    try:
        return import_module(library)
    except ImportError as error:
        absent = (error.name or library).partition(".")[0]  # maybe one that the library needs
        raise MissingExtraError(
            f"{what} needs {absent}: pip install 'simruns[{extra}]'", name=absent
        ) from error
