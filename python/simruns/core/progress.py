"""A progress bar on a terminal or in a notebook, and nothing anywhere else."""

from __future__ import annotations

import sys
from importlib import import_module
from types import TracebackType
from typing import Any

TICK = 0.1
"""Seconds between two updates of a bar."""


class Progress:
    """Shows how many of the runs, or of `what`, came; with `wanted=None`, only on a terminal or in
    a notebook.
    """

    def __init__(self, wanted: bool | None, what: str = "runs") -> None:
        self.on = _watched() if wanted is None else bool(wanted)
        self._bar: Any = None
        if self.on:
            self._bar = _bar_class()(desc=what, unit=f" {what}", dynamic_ncols=True)
            self.on = not self._bar.disable  # TQDM_DISABLE, which leaves a bar without its times

    def show(self, received: int, total: int | None) -> None:
        if not self.on:
            return
        if total != self._bar.total:
            self._set_total(total)
        self._bar.update(received - self._bar.n)

    def _set_total(self, total: int | None) -> None:
        if total is None:
            self._bar.total = None
            return
        started = self._bar.start_t
        self._bar.reset(total)  # a notebook's bar learns of a total in no other way
        self._bar.start_t = started

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
            # A notebook's bar refers to itself by `disp`. Only the garbage collector would free it,
            # and a Ctrl-C that comes while the collector works is lost in the bar's finalizer.
            self._bar.disp = None


def _watched() -> bool:
    return _in_notebook() or (sys.stderr is not None and sys.stderr.isatty())


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def _bar_class() -> Any:
    if _in_notebook():
        try:
            import_module("ipywidgets")
            from tqdm.notebook import tqdm_notebook
        except ImportError:
            pass
        else:
            return tqdm_notebook
    from tqdm import tqdm

    return tqdm
