"""The commands of analysis and their arguments."""

from __future__ import annotations

from pathlib import Path
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
    LabelFile,
    Latest,
    Pairs,
    Power,
    Project,
    Proxy,
    SameTest,
    SheetRows,
    SheetSeed,
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


@commands.command("audit-sheet", cls=WithLatest, short_help="Draw conversations to label.")
def audit_sheet(
    data: Word = None,
    rows: Annotated[int, typer.Option("-n", help="Conversations to draw.")] = 60,
    seed: Annotated[
        str | None,
        typer.Option(
            callback=typed, help="Any word: the same one draws the same conversations again."
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE",
            help="FILE.html, a page to label in, or FILE.csv for a spreadsheet.",
        ),
    ] = "sheet.html",
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    latest: Latest = None,
    every: Every = False,
    pairs: Pairs = None,
    base_url: BaseUrl = None,
    project: Project = None,
    allow_incomplete: AllowIncomplete = False,
    allow_empty: AllowEmpty = False,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:  # fmt: skip
    """Draw conversations for people to label, without a word of what the judge said.

    `simruns audit` then says how often the judge is right. The runs are those of DATA, or of a
    server, by --scenario with --batch or --latest, by --all --latest, or by --pairs. Exit code 3:
    runs are missing or still to come, or a batch has none.
    """
    with endings(), terminable():
        from simruns.cli.analysis import Asked
        from simruns.cli.audit import run_audit_sheet
        from simruns.cli.results import Form
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        source = Source(server, which, None, None, None, allow_incomplete, allow_empty)
        words = [] if data is None else [data]
        asked = Asked(source, words, Errors.agent.value, 0.95, Form(False, False))
        run_audit_sheet(asked, rows, seed, output)


@commands.command(cls=WithLatest, short_help="Say how often the judge is right.")
def audit(
    data: Word = None,
    labels: LabelFile = None,
    sheet_seed: SheetSeed = None,
    rows: SheetRows = None,
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    latest: Latest = None,
    every: Every = False,
    pairs: Pairs = None,
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
    """Say how often the judge is right by people's --labels, and what the success rate is by them.

    --sheet-seed and -n are those that `simruns audit-sheet` drew the sheet by, from the same runs;
    without them, the labels are taken as a random sample. The runs are those of DATA, or of a
    server, by --scenario with --batch or --latest, by --all --latest, or by --pairs. Exit code 3:
    runs are missing or still to come, or a batch has none.
    """
    with endings(), terminable():
        from simruns.cli.analysis import Asked
        from simruns.cli.audit import Labelled, run_audit
        from simruns.cli.results import Form
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        source = Source(server, which, None, None, None, allow_incomplete, allow_empty)
        words = [] if data is None else [data]
        asked = Asked(source, words, errors.value, confidence, Form(as_json, as_csv))
        run_audit(asked, Labelled(labels, sheet_seed, rows))


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
    same_test: SameTest = "tell",
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
        run_compare(asked, power, detect, same_test)


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
    labels: LabelFile = None,
    sheet_seed: SheetSeed = None,
    rows: SheetRows = None,
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
    --latest, or by --pairs. With --labels, it says how often the judge is right, as `simruns audit`
    does. Exit code 3: runs are missing or still to come, or a batch has none.
    """
    with endings(), terminable():
        from simruns.cli.analysis import Asked, run_report
        from simruns.cli.audit import Labelled
        from simruns.cli.results import Form
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        source = Source(server, which, None, None, None, allow_incomplete, allow_empty)
        words = [] if data is None else [data]
        asked = Asked(source, words, errors.value, confidence, Form(False, False))
        run_report(asked, output, baseline, Labelled(labels, sheet_seed, rows))


@commands.command(cls=WithLatest, short_help="Say whether the agent is good enough.")
def gate(
    data: Word = None,
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    latest: Latest = None,
    every: Every = False,
    pairs: Pairs = None,
    min_success: Annotated[
        float | None, typer.Option(help="The success rate that has to be shown.")
    ] = None,
    criterion: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=RATE",
            callback=typed_all,
            show_default=False,
            help="The rate of a criterion that has to be shown, as polite=0.8. May be repeated.",
        ),
    ] = None,
    max_regression: Annotated[
        float | None, typer.Option(help="The fall below --baseline that is allowed, as 0.05.")
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="PATH", callback=typed, help="Runs that were approved: a file or an archive."
        ),
    ] = None,
    min_scenario: Annotated[
        float | None, typer.Option(help="The least rate of each scenario, as it was seen.")
    ] = None,
    max_error_share: Annotated[
        float, typer.Option(help="The share of runs that may be excluded.")
    ] = 0.1,
    wait: Annotated[
        bool,
        typer.Option("--wait", help="Follow live batches until their runs decide --min-success."),
    ] = False,
    planned: Annotated[
        int | None,
        typer.Option(help="Runs of each scenario in all, where the batches do not tell it."),
    ] = None,
    labels: LabelFile = None,
    sheet_seed: SheetSeed = None,
    rows: SheetRows = None,
    deadline: Annotated[
        float | None, typer.Option(help="With --wait: end after so many seconds.")
    ] = None,
    interval: Annotated[float, typer.Option(help="With --wait: seconds between two polls.")] = 5.0,
    quarantine: Annotated[
        Path | None,
        typer.Option(
            help="Scenarios to leave out: a CSV or YAML file of scenario, reason and until."
        ),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(help="A file to write: JUnit XML, a case a requirement.")
    ] = None,
    report: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A report to write: FILE.html, or .md for Markdown."),
    ] = None,
    seal: Annotated[
        Path | None,
        typer.Option(help="A file to write: what was asked of which runs, for simruns verify."),
    ] = None,
    same_test: SameTest = "tell",
    errors: JudgedErrors = Errors.agent,
    confidence: Confidence = 0.95,
    as_json: AsJson = False,
    base_url: BaseUrl = None,
    project: Project = None,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """Say whether the agent is good enough, why, and what would settle it.

    With --labels, --min-success is about the rate by people's labels, as `simruns audit` has it.
    The runs are those of DATA, or of a server, by --scenario with --batch or --latest, by --all
    --latest, or by --pairs. Where GITHUB_STEP_SUMMARY is set, a table is appended to that file.
    Exit code 0: it is. 4: it is not. 5: these runs cannot tell. 3: runs are missing or still to
    come. 2: a mistake in what was asked, as of fewer runs than could ever show the rate.
    """
    with endings(), terminable():
        from simruns.cli.analysis import Asked
        from simruns.cli.audit import Labelled
        from simruns.cli.gate import Gated, run_gate
        from simruns.cli.results import Form
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        source = Source(server, which, None, None, None, False, False)
        words = [] if data is None else [data]
        asked = Asked(source, words, errors.value, confidence, Form(as_json, False))
        run_gate(
            Gated(
                asked, min_success, criterion or [], max_regression, baseline, min_scenario,
                max_error_share, planned, Labelled(labels, sheet_seed, rows), wait, interval,
                deadline, quarantine, junit, report,
                same_test, seal,
            )
        )  # fmt: skip


@commands.command(short_help="Say whether runs are those of a seal.")
def verify(
    seal: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="What simruns gate --seal wrote, or the page of a report.",
        ),
    ],
    runs: Annotated[
        str,
        typer.Argument(
            metavar="RUNS",
            callback=typed,
            show_default=False,
            help="A file of runs, an archive, or a directory of archives.",
        ),
    ],
    new: Annotated[
        str | None,
        typer.Argument(
            metavar="NEW",
            callback=typed,
            show_default=False,
            help="Likewise, of two sides: the other.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether these are the runs that were sealed, and their numbers those of the seal, which
    are computed anew.

    A line is printed for each thing that does not agree, 20 of a kind at most. Exit code 6:
    something does not. A seal proves that runs and numbers agree, not who sealed them.
    """
    with endings(), terminable():
        from simruns.cli.results import Form
        from simruns.cli.verify import run_verify

        words = [runs] if new is None else [runs, new]
        run_verify(seal, words, Form(as_json, False))
