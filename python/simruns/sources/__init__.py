"""What engines read by: a plan of partitions, and what each of them brings.

`simruns.sources.dlt` has a source of dlt, `simruns.sources.spark` the data source of Spark. Each
is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simruns.sources import dlt as dlt
    from simruns.sources import spark as spark

_MODULES = ("dlt", "spark")

if not TYPE_CHECKING:  # for a type checker, what is not there is a mistake

    def __getattr__(name: str) -> ModuleType:
        if name not in _MODULES:
            raise AttributeError(f"module 'simruns.sources' has no attribute '{name}'")
        return import_module(f"simruns.sources.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
