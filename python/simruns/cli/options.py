"""The options that commands share: their types, and what `--help` says of them."""

from __future__ import annotations

import os
import re
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from simruns.cli.choices import Errors

_NUMBER = re.compile("-?[0-9]+")


def _be_verbose(context: typer.Context, times: int) -> int:
    """Counts what stands before the command and behind it."""
    before = context.parent.params.get("verbose", 0) if context.parent else 0
    if context.parent and before + times:
        from simruns.cli.verbose import be_verbose

        be_verbose(before + times)
    return times


def typed(text: str | None) -> str | None:
    """Gives a text that the locale could not decode, as in the plain `C`, as the UTF-8 it is."""
    if text is None or not any("\udc80" <= c <= "\udcff" for c in text):
        return text
    try:
        return os.fsencode(text).decode("utf-8")
    except UnicodeDecodeError:
        return text


def typed_all(texts: list[str] | None) -> list[str]:
    return [typed(text) or "" for text in texts or ()]


class WithLatest(TyperCommand):
    """A command whose --latest stands alone, which is one, or before a number."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        given = []
        for word, following in pairwise([*args, ""]):
            is_alone = word == "--latest" and not _NUMBER.fullmatch(following)
            given.append("--latest=1" if is_alone else word)
        return super().parse_args(ctx, given)


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
_SCENARIO = typer.Option(callback=typed, help="The reference of the scenario, or its name.")
_BATCH = typer.Option(callback=typed, help="The reference of the batch.")
Scenario = Annotated[str, _SCENARIO]
AnyScenario = Annotated[str | None, _SCENARIO]
AnyBatch = Annotated[str | None, _BATCH]
Pairs = Annotated[
    Path | None,
    typer.Option(
        help="Many batches: a CSV file with columns scenario and batch, and perhaps project."
    ),
]
Latest = Annotated[
    int | None,
    typer.Option(
        "--latest",
        metavar="[N]",
        help="In place of --batch: the newest finished batch of the scenario, or the N newest.",
    ),
]
Every = Annotated[
    bool, typer.Option("--all", help="With --latest: those of every scenario of the project.")
]
EveryOrAll = Annotated[
    bool,
    typer.Option(
        "--all",
        help="Every finished batch of every scenario of the project; with --latest: the newest.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(help="Only batches made since: 7d, 12h, 2w, or a day as 2026-07-01."),
]
Runs = Annotated[
    list[str] | None,
    typer.Argument(metavar="RUN", callback=typed_all, show_default=False, help="The ids of runs."),
]
BaseUrl = Annotated[str | None, typer.Option(help="Default: SIMRUNS_BASE_URL.")]
Project = Annotated[str | None, typer.Option(callback=typed, help="Default: SIMRUNS_PROJECT.")]
Sort = Annotated[str | None, typer.Option(callback=typed, help="Default: createdAt:asc.")]
Filter = Annotated[
    str | None,
    typer.Option("--filter", callback=typed, help="Passed to the server as it is."),
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


def _hidden(text: str) -> Any:
    """Gives a text, which may hold a password, as a secret that no variable shows."""
    from simruns.cli.secrets import hidden_argument

    return hidden_argument(text)


Proxy = Annotated[
    Any | None,
    typer.Option(
        help="http://host:port, which opens a tunnel to the server.",
        metavar="TEXT",
        parser=_hidden,
    ),
]
JudgedErrors = Annotated[
    Errors,
    typer.Option(
        metavar="WORD",
        help="Which errors count as failures: agent, the agent's own; exclude, none; fail, those "
        "of the platform, too.",
    ),
]
SameTest = Annotated[
    str,
    typer.Option(
        metavar="WORD",
        callback=typed,
        help="Where the test itself changed: tell, of it; require, that it did not; or which of "
        "criteria, endpoint, max_turns, mission, model and persona must not, as model,persona.",
    ),
]
Confidence = Annotated[float, typer.Option(help="That of every range that is printed.")]
Power = Annotated[float, typer.Option(help="The chance to find what is there.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document, with all numbers.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="A table with a header, as CSV.")]
LabelFile = Annotated[
    str | None,
    typer.Option(metavar="FILE", callback=typed, help="A sheet that people filled in: a CSV file."),
]
SheetSeed = Annotated[
    str | None, typer.Option(callback=typed, help="The --seed that the sheet was drawn by.")
]
SheetRows = Annotated[int | None, typer.Option("-n", help="The -n that the sheet was drawn by.")]
