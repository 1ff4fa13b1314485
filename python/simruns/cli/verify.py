"""`simruns verify`: whether runs are those of a seal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from simruns.archive.opening import open as open_runs
from simruns.cli.endings import ExitCode
from simruns.cli.results import Form, print_results
from simruns.cli.sides import side_of_path
from simruns.cli.streams import print_to_stdout
from simruns.reports.verify import verify


def run_verify(seal: Path, words: Sequence[str], form: Form) -> None:
    form.check()
    side_of_path(str(seal))
    sides = [side_of_path(word) for word in words]
    told = verify(seal, *(open_runs(side.label) for side in sides))
    if form.as_json:
        print_results([told], form)
    else:
        print_to_stdout("\n".join(told.lines))
    if not told.verified:
        raise typer.Exit(ExitCode.NOT_AS_SEALED)
