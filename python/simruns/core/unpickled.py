"""What stays in its process: connections, walks, and runs that point into the core's memory."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

Self = TypeVar("Self", bound="Unpickled")


class Unpickled:
    """A copy is the same object; pickling says what to do instead."""

    _instead = ""

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is not pickled; {self._instead}")

    def __copy__(self: Self) -> Self:
        return self

    def __deepcopy__(self: Self, memo: dict[int, Any]) -> Self:
        return self
