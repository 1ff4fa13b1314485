"""YAML that a person wrote, and a program takes: each key once, and no more than it looks like."""

from __future__ import annotations

from functools import cache
from typing import Any

from simruns.core.extras import require

MOST_VALUES = 100_000
"""Values of a text, those that an alias stands for counted each time."""


def loaded(text: str, what: str) -> Any:
    """Gives what a text of YAML holds; `what` is what it is for.

    Raises ValueError for what is no YAML, has a key twice, or has too many values.
    """
    yaml = require("yaml", "yaml", what)
    try:
        return yaml.load(text, _loader())
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


@cache
def _loader() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Counts values as they are composed, before any is made."""

        def __init__(self, text: str) -> None:
            super().__init__(text)
            self._count = 0
            self._sizes: dict[str, int | None] = {}

        def compose_node(self, parent: Any, index: Any) -> Any:
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            if isinstance(event, yaml.AliasEvent):
                size = self._sizes.get(str(event.anchor), 0)
                if size is None:
                    self._refuse(event, f"the alias {event.anchor} stands within what it is for")
                self._count_more(event, size or 0)
                return super().compose_node(parent, index)
            before = self._count
            if event.anchor is not None:
                self._sizes[event.anchor] = None  # until it is whole
            self._count_more(event, 1)
            node = super().compose_node(parent, index)
            if event.anchor is not None:
                self._sizes[event.anchor] = self._count - before
            return node

        def _count_more(self, event: Any, size: int) -> None:
            self._count += size
            if self._count > MOST_VALUES:
                self._refuse(
                    event, f"it has more than {MOST_VALUES:,} values, those of aliases too"
                )

        def _refuse(self, event: Any, why: str) -> None:
            raise yaml.constructor.ConstructorError(None, None, why, event.start_mark)

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen: set[tuple[str, str]] = set()
            for key, _ in node.value:
                name = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else None
                if name in seen:
                    self._refuse(key, f"the key {key.value!r} is there twice")
                if name is not None:
                    seen.add(name)
            return super().construct_mapping(node, deep)

    return Loader
