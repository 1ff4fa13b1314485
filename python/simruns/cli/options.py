"""The options that commands share: their types, and what `--help` says of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def _be_verbose(context: typer.Context, times: int) -> int:
    """Counts what stands before the command and behind it."""
    before = context.parent.params.get("verbose", 0) if context.parent else 0
    if context.parent and before + times:
        from simruns.cli.verbose import be_verbose

        be_verbose(before + times)
    return times


def _typed(text: str | None) -> str | None:
    """Gives a text that the locale could not decode, as in the plain `C`, as the UTF-8 it is."""
    if text is None or not any("\udc80" <= c <= "\udcff" for c in text):
        return text
    try:
        return os.fsencode(text).decode("utf-8")
    except UnicodeDecodeError:
        return text


def _typed_all(texts: list[str] | None) -> list[str]:
    return [_typed(text) or "" for text in texts or ()]


Verbose = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        callback=_be_verbose,
        show_default=False,
        help="Tell of what is tried again; -vv: of every request.",
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(help="Runs, one JSON object a line, or exported Parquet, or an archive."),
]
_SCENARIO = typer.Option(callback=_typed, help="The reference of the scenario.")
_BATCH = typer.Option(callback=_typed, help="The reference of the batch.")
Scenario = Annotated[str, _SCENARIO]
Batch = Annotated[str, _BATCH]
AnyScenario = Annotated[str | None, _SCENARIO]
AnyBatch = Annotated[str | None, _BATCH]
Pairs = Annotated[
    Path | None,
    typer.Option(
        help="Many batches: a CSV file with columns scenario and batch, and perhaps project."
    ),
]
Runs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[RUN]...", callback=_typed_all, show_default=False, help="The ids of runs."
    ),
]
BaseUrl = Annotated[str | None, typer.Option(help="Default: SIMRUNS_BASE_URL.")]
Project = Annotated[str | None, typer.Option(callback=_typed, help="Default: SIMRUNS_PROJECT.")]
Sort = Annotated[str | None, typer.Option(callback=_typed, help="Default: createdAt:asc.")]
Filter = Annotated[
    str | None,
    typer.Option("--filter", callback=_typed, help="Passed to the server as it is."),
]
PageSize = Annotated[
    int | None, typer.Option(help="Runs that one request asks for, 1 to 100. Default: 100.")
]
AllowIncomplete = Annotated[
    bool, typer.Option("--allow-incomplete", help="Keep what came though runs are missing.")
]
AllowEmpty = Annotated[
    bool, typer.Option("--allow-empty", help="Take a batch without runs for no failure.")
]
KeyFile = Annotated[Path | None, typer.Option(help="A file that holds the API key.")]
CaFile = Annotated[
    Path | None, typer.Option(help="A PEM file of the authorities to trust. Default: the system's.")
]
Proxy = Annotated[
    str | None, typer.Option(help="http://host:port, which opens a tunnel to the server.")
]
