"""How objects of this package are pickled: by their public names, or not at all."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

T = TypeVar("T")
Self = TypeVar("Self", bound="Unpickled")


def public(thing: T) -> T:
    """Lets a class or function be known, printed and pickled as `simruns.NAME`.

    The room that it is written in may then change, and no pickle and no reader is concerned.
    """
    thing.__module__ = "simruns"
    return thing


class Unpickled:
    """Stays in its process, as connections, walks, and runs that point into the core's memory do.

    A copy is the same object; pickling says what to do instead.
    """

    _instead = ""

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is not pickled; {self._instead}")

    def __copy__(self: Self) -> Self:
        return self

    def __deepcopy__(self: Self, memo: dict[int, Any]) -> Self:
        return self
