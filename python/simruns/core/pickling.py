"""How objects of this package are known and pickled: by their public names, or not at all."""

from __future__ import annotations

from inspect import get_annotations
from typing import Any, NoReturn, TypeVar, get_type_hints

T = TypeVar("T")
Self = TypeVar("Self", bound="Shared")


def public(thing: T) -> T:
    """Lets a class or function be known, printed and pickled as `simruns.NAME`.

    The room that it is written in may then change, and no pickle and no reader is concerned. For
    Python, the source of such a class would be in `simruns/__init__.py`: `inspect.getsource` finds
    that of its methods, and says of the class that there is none.
    """
    if isinstance(thing, type):
        _be_public(thing)
    thing.__module__ = "simruns"
    return thing


def _be_public(cls: Any) -> None:
    if "__firstlineno__" in vars(cls):  # of the file that it is written in
        del cls.__firstlineno__
    if issubclass(cls, dict):  # a TypedDict, which knows the module of its types
        return
    own = get_annotations(cls)
    if own:  # resolved here: its types would be looked up in the module that it is known by
        hints = get_type_hints(cls)
        cls.__annotations__ = {name: hints[name] for name in own}
    if issubclass(cls, tuple):
        cls.__new__.__annotations__ = cls.__annotations__
    else:
        cls.__dir__ = _public_names


def _public_names(self: object) -> list[str]:
    """Gives what Tab offers: no private name."""
    names = object.__dir__(self)
    return [name for name in names if name.startswith("__") or not name.startswith("_")]


class Shared:
    """Never changes, so that a copy is the same object."""

    def __copy__(self: Self) -> Self:
        return self

    def __deepcopy__(self: Self, memo: dict[int, Any]) -> Self:
        return self


class Unpickled(Shared):
    """Stays in its process, as connections and walks do; pickling says what to do instead."""

    _instead = ""

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is not pickled; {self._instead}")
