"""The commands of analysis and their arguments."""

from __future__ import annotations

from typing import Annotated

import typer

from simruns.cli.choices import By, Errors
from simruns.cli.endings import endings, terminable
from simruns.cli.options import (
    AllowEmpty,
    AllowIncomplete,
    AnyBatch,
    AnyScenario,
    AsCsv,
    AsJson,
    BaseUrl,
    CaFile,
    Confidence,
    Every,
    JudgedErrors,
    KeyFile,
    Latest,
    Pairs,
    Power,
    Project,
    Proxy,
    Verbose,
    WithLatest,
    typed,
    typed_all,
)

commands = typer.Typer()

Word = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        callback=typed,
        show_default=False,
        help="A file of runs, an archive, or a directory of archives.",
    ),
]


@commands.command(cls=WithLatest, short_help="Say how good the agent is.")
def summary(
    data: Word = None,
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    latest: Latest = None,
    every: Every = False,
    pairs: Pairs = None,
    k: Annotated[
        int | None,
        typer.Option(help="Runs that are to succeed together, at most. Default: 8."),
    ] = None,
    errors: JudgedErrors = Errors.agent,
    confidence: Confidence = 0.95,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    base_url: BaseUrl = None,
    project: Project = None,
    allow_incomplete: AllowIncomplete = False,
    allow_empty: AllowEmpty = False,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """Say how many runs succeed, how sure that is, where the agent fails, and whether it would
    succeed every time.

    The runs are those of DATA, or of a server, by --scenario with --batch or --latest, by --all
    --latest, or by --pairs. --csv prints a row a scenario. Exit code 3: runs are missing or still
    to come, or a batch has none.
    """
    with endings(), terminable():
        from simruns.cli.analysis import Asked, run_summary
        from simruns.cli.results import Form
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        source = Source(server, which, None, None, None, allow_incomplete, allow_empty)
        words = [] if data is None else [data]
        asked = Asked(source, words, errors.value, confidence, Form(as_json, as_csv))
        run_summary(asked, k)


@commands.command(cls=WithLatest, short_help="Say whether the new agent is better.")
def compare(
    old: Annotated[
        str | None,
        typer.Argument(
            metavar="OLD",
            callback=typed,
            show_default=False,
            help="A file, an archive, a directory of archives, or a batch of --scenario.",
        ),
    ] = None,
    new: Annotated[
        str | None,
        typer.Argument(
            metavar="NEW",
            callback=typed,
            show_default=False,
            help="Likewise. Without it, the batches that options name.",
        ),
    ] = None,
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    latest: Latest = None,
    every: Every = False,
    pairs: Pairs = None,
    power: Power = 0.8,
    detect: Annotated[
        float, typer.Option(help="The difference to say how many runs would find.")
    ] = 0.05,
    errors: JudgedErrors = Errors.agent,
    confidence: Confidence = 0.95,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    base_url: BaseUrl = None,
    project: Project = None,
    allow_incomplete: AllowIncomplete = False,
    allow_empty: AllowEmpty = False,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """Say whether NEW is better than OLD, scenario by scenario: "better", "worse", or "cannot
    tell", which does not change the exit code.

    `simruns compare OLD NEW` compares files and archives, `simruns compare OLD --all --latest` one
    with the newest batches of a server, and `simruns compare B1 B2 --scenario S` two batches. A
    word that may be a path as well as a batch is the path. Exit code 3: runs are missing or still
    to come, or a batch has none.
    """
    with endings(), terminable():
        from simruns.cli.analysis import Asked, run_compare
        from simruns.cli.results import Form
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        source = Source(server, which, None, None, None, allow_incomplete, allow_empty)
        words = [word for word in (old, new) if word is not None]
        asked = Asked(source, words, errors.value, confidence, Form(as_json, as_csv))
        run_compare(asked, power, detect)


@commands.command(cls=WithLatest, short_help="Say how many runs it takes.")
def plan(
    data: Word = None,
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    latest: Latest = None,
    every: Every = False,
    pairs: Pairs = None,
    min_success: Annotated[
        float | None, typer.Option(help="The rate to show; with --expect, and without runs.")
    ] = None,
    expect: Annotated[
        float | None, typer.Option(help="The rate that the agent is expected to have.")
    ] = None,
    detect: Annotated[
        float | None, typer.Option(help="The difference to find, in scenarios like these runs'.")
    ] = None,
    power: Power = 0.8,
    errors: JudgedErrors = Errors.agent,
    confidence: Confidence = 0.95,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    base_url: BaseUrl = None,
    project: Project = None,
    allow_incomplete: AllowIncomplete = False,
    allow_empty: AllowEmpty = False,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """Say how many runs it takes to show a rate, or to find a difference.

    `simruns plan --min-success 0.9 --expect 0.95` needs no runs; `simruns plan DATA --detect 0.05`
    looks at those of DATA, or of a server, by --scenario with --batch or --latest, by --all
    --latest, or by --pairs. Exit code 3: runs are missing or still to come, or a batch has none.
    """
    with endings(), terminable():
        from simruns.cli.analysis import Asked, run_plan
        from simruns.cli.results import Form
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        source = Source(server, which, None, None, None, allow_incomplete, allow_empty)
        words = [] if data is None else [data]
        asked = Asked(source, words, errors.value, confidence, Form(as_json, as_csv))
        run_plan(asked, min_success, expect, detect, power)


@commands.command(cls=WithLatest, short_help="Say how the agent did over time.")
def trend(
    data: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="DATA",
            callback=typed_all,
            show_default=False,
            help="Files of runs, archives, or directories of archives, which are joined.",
        ),
    ] = None,
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    latest: Latest = None,
    every: Every = False,
    pairs: Pairs = None,
    by: Annotated[
        By,
        typer.Option(
            metavar="WORD",
            help="day: the UTC day of a batch; batch: its rank among those of its scenario.",
        ),
    ] = By.day,
    errors: JudgedErrors = Errors.agent,
    confidence: Confidence = 0.95,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    base_url: BaseUrl = None,
    project: Project = None,
    allow_incomplete: AllowIncomplete = False,
    allow_empty: AllowEmpty = False,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """Say how the agent did over time, when it changed, and how the last time compares.

    The runs are those of DATA, or of a server: `simruns trend --scenario S --latest 20`, or `--all
    --latest 20`. --csv prints a row a day or rank. Exit code 3: runs are missing or still to come,
    or a batch has none.
    """
    with endings(), terminable():
        from simruns.cli.analysis import Asked, run_trend
        from simruns.cli.results import Form
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        source = Source(server, which, None, None, None, allow_incomplete, allow_empty)
        asked = Asked(source, data or [], errors.value, confidence, Form(as_json, as_csv))
        run_trend(asked, by)


@commands.command(cls=WithLatest, short_help="Write what runs say to a page.")
def report(
    data: Word = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="FILE.html, or .md for Markdown.")
    ] = "report.html",
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="DATA", callback=typed, help="What to compare with: a file or an archive."
        ),
    ] = None,
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    latest: Latest = None,
    every: Every = False,
    pairs: Pairs = None,
    errors: JudgedErrors = Errors.agent,
    confidence: Confidence = 0.95,
    base_url: BaseUrl = None,
    project: Project = None,
    allow_incomplete: AllowIncomplete = False,
    allow_empty: AllowEmpty = False,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """Write one page that can be handed on: how good the agent is, where it fails, and every
    conversation. It needs no network, and is whole or not there.

    The runs are those of DATA, or of a server, by --scenario with --batch or --latest, by --all
    --latest, or by --pairs. Exit code 3: runs are missing or still to come, or a batch has none.
    """
    with endings(), terminable():
        from simruns.cli.analysis import Asked, run_report
        from simruns.cli.results import Form
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        source = Source(server, which, None, None, None, allow_incomplete, allow_empty)
        words = [] if data is None else [data]
        asked = Asked(source, words, errors.value, confidence, Form(False, False))
        run_report(asked, output, baseline)
