"""What takes long without the network, for an event loop: on a thread, while the loop goes on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")
Self = TypeVar("Self")


def awaited(
    method: Callable[Concatenate[Self, P], T],
) -> Callable[Concatenate[Self, P], Coroutine[Any, Any, T]]:
    """Makes a method that does the same on a thread, to be awaited.

    A cancelled task does not wait for the thread, which goes on, and whose result is dropped.
    """
    name = method.__name__

    @wraps(method)
    async def on_a_thread(self: Self, *args: P.args, **how: P.kwargs) -> T:
        import asyncio

        from simruns.core.bridge import running_loop

        running_loop()
        result: T = await asyncio.to_thread(getattr(self, name), *args, **how)
        return result

    on_a_thread.__name__ = f"{name}_async"
    on_a_thread.__qualname__ = f"{method.__qualname__}_async"
    on_a_thread.__doc__ = f"Does what `{name}` does, on a thread, while the event loop goes on."
    return cast("Callable[Concatenate[Self, P], Coroutine[Any, Any, T]]", on_a_thread)
