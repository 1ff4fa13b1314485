"""What a batch says of itself: the second witness of a walk over its runs."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple, get_type_hints

from simruns import _core
from simruns.core.pickling import public
from simruns.core.words import BatchState


@public
class Witness(NamedTuple):
    """What a batch says of itself, asked for beside the walk over its runs."""

    present: bool
    """Whether the batch was there."""
    state: BatchState
    """How far it is: "in_progress", "completed", "stopped", "failed" or "unknown"."""
    status: str
    """The server's own word for that; empty if it told none."""
    runs: int | None
    """Runs that were ordered."""
    settled: int | None
    """Runs that it counts as completed or failed, expired ones among them."""
    absence: str
    """Why it is not present, as a text; empty if it is."""
    not_found: bool
    """Whether the answer was a 404: no such batch, or a server that tells of none."""
    requests: int
    """Requests that were sent for it; the walk counts its own."""

    @classmethod
    def of(cls, told: _core.Witness) -> Witness:
        return cls(*(getattr(told, name) for name in cls._fields))

    def _for_core(self) -> _core.Witness:
        return _core.Witness(**self._asdict())

    @property
    def counts_none(self) -> bool:
        """Whether it counts no run at all."""
        counts = self.runs is not None or self.settled is not None
        return self.present and counts and not self.runs and not self.settled


def witness_of(told: Any) -> Witness | None:
    """Gives the witness of what `Witness._asdict` gave. Raises ValueError for what is none."""
    if told is None:
        return None
    try:
        witness = Witness(**told)
    except TypeError as error:
        raise ValueError("no witness") from error
    if not all(is_of(value, kind) for value, kind in zip(witness, _witness_kinds(), strict=True)):
        raise ValueError("no witness")
    return witness


def is_of(value: Any, kind: Any) -> bool:
    """Whether a value is of this type; a truth value is no number."""
    return isinstance(value, kind) and isinstance(value, bool) == (kind is bool)


@cache
def _witness_kinds() -> list[Any]:
    hints = get_type_hints(Witness)
    return [str if name == "state" else hints[name] for name in Witness._fields]
