"""The commands and their arguments; what they do is in the modules beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simruns.cli.analysis_commands import commands
from simruns.cli.endings import endings, terminable
from simruns.cli.options import (
    AllowEmpty,
    AllowIncomplete,
    AnyBatch,
    AnyScenario,
    BaseUrl,
    CaFile,
    Data,
    Every,
    EveryOrAll,
    Filter,
    KeyFile,
    Latest,
    PageSize,
    Pairs,
    Project,
    Proxy,
    Runs,
    Scenario,
    Since,
    Sort,
    Verbose,
    WithLatest,
    typed,
)
from simruns.cli.table_name import TableName

app = typer.Typer(
    help="Every run of a Cognigy Simulator batch, provably all of them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its panels cut what is too wide for them
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(commands)


def _print_version(wanted: bool) -> None:
    if wanted:
        from simruns._core import __version__

        typer.echo(f"simruns {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print it.")
    ] = False,
    verbose: Verbose = 0,
) -> None:
    """Takes what may stand before any command."""


@app.command(short_help="Show the whole way once.")
def demo(
    data: Data = None,
    out: Annotated[
        Path | None, typer.Option(help="The folder to write to. Default: simruns-demo.")
    ] = None,
    verbose: Verbose = 0,
) -> None:
    """Start a local Simulator, fetch every batch over HTTP, show a row a scenario, write Parquet.

    Without --data, a seeded generator makes the runs. Without pyarrow, nothing is written unless
    --out asks for it, which then fails.
    """
    with endings(), terminable():
        from simruns.cli.demo import run_demo

        run_demo(data, out)


@app.command(short_help="Serve a local Simulator.")
def serve(
    data: Data = None,
    seed: Annotated[int | None, typer.Option(help="The same seed makes the same runs.")] = None,
    scenarios: Annotated[int | None, typer.Option(help="Scenarios to make.")] = None,
    batches: Annotated[int | None, typer.Option(help="Batches a scenario.")] = None,
    runs: Annotated[int | None, typer.Option(help="Runs a batch.")] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0: one that is free.")] = 0,
    api_key_file: KeyFile = None,
    token_file: Annotated[Path | None, typer.Option(help="Holds the bearer token.")] = None,
    latency_ms: Annotated[float, typer.Option(help="Delays every response.")] = 0.0,
    live: Annotated[
        bool, typer.Option("--live", help="Runs appear, settle and expire by their own times.")
    ] = False,
    schedule: Annotated[
        Path | None, typer.Option(help="Live, by the times of this JSON or YAML file.")
    ] = None,
    speed: Annotated[float | None, typer.Option(help="Of --live, times real time.")] = None,
    faults: Annotated[Path | None, typer.Option(help="A JSON or YAML file of faults.")] = None,
    tls: Annotated[
        bool, typer.Option("--tls", help="https, by a certificate that is made for it.")
    ] = False,
    certificate: Annotated[Path | None, typer.Option(help="https, by this PEM file.")] = None,
    private_key: Annotated[Path | None, typer.Option(help="The certificate's key.")] = None,
    log: Annotated[
        Path | None, typer.Option(help="Appends each request to it, a line of JSON.")
    ] = None,
    no_neighbours: Annotated[
        bool, typer.Option("--no-neighbours", help="Only pages of runs, as an older server.")
    ] = False,
    record: Annotated[
        str | None, typer.Option(help="Passes every request on to this base URL; see --out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Keeps what comes by --record.")] = None,
    ready_file: Annotated[
        Path | None, typer.Option(help="Holds the URL as long as the server accepts.")
    ] = None,
    verbose: Verbose = 0,
) -> None:
    """Serve a local Simulator until Ctrl-C (exit code 130) or SIGTERM (0).

    Prints `listening on URL` once it accepts. Without a key file it makes a key and prints it.
    """
    with endings():
        from simruns.cli.serve import Serving, run_server

        run_server(
            Serving(
                data=data, seed=seed, scenarios=scenarios, batches=batches, runs=runs, host=host,
                port=port, latency_ms=latency_ms, live=live, schedule=schedule, speed=speed,
                faults=faults, tls=tls, certificate=certificate, private_key=private_key, log=log,
                record=record, out=out, api_key_file=api_key_file, token_file=token_file,
                neighbours=not no_neighbours,
            ),
            ready_file,
        )  # fmt: skip


@app.command("list", short_help="List scenarios and their batches.")
def list_(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="SCENARIO",
            callback=typed,
            show_default=False,
            help="Its name or its reference: list its batches, the newest first.",
        ),
    ] = None,
    batches: Annotated[
        bool, typer.Option("--batches", help="A tree: below each scenario its batches.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON document, with the batches of each scenario.")
    ] = False,
    status: Annotated[
        str | None,
        typer.Option(help="Only batches that are COMPLETED, IN_PROGRESS, STOPPED or FAILED."),
    ] = None,
    since: Since = None,
    base_url: BaseUrl = None,
    project: Project = None,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """List the scenarios of the project: how many batches each has, its last one, and of that the
    status and how many runs have settled, of those ordered.

    Sends one request for the scenarios, and one a scenario for its batches; more where there are
    over 100. Exit code 1: some could not be listed; 3: the server counts more than it lists.
    """
    with endings(), terminable():
        from simruns.cli.listing import Listed, run_list
        from simruns.cli.source import Server

        server = Server(base_url, project, ca_file, proxy, api_key_file)
        run_list(Listed(server, scenario, batches, as_json, status, since))


@app.command(cls=WithLatest, short_help="Write runs to a file.")
def export(
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="FILE.parquet, .jsonl, .csv or .arrow; -: JSON lines on standard output.",
        ),
    ],
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    latest: Latest = None,
    every: Every = False,
    pairs: Pairs = None,
    table: Annotated[
        TableName,
        typer.Option(
            metavar="NAME", help="runs, or a row for each of their turns, criteria, issues."
        ),
    ] = TableName.runs,
    skip_bad_runs: Annotated[
        bool,
        typer.Option("--skip-bad-runs", help="Leave out runs that are no JSON, and print them."),
    ] = False,
    csv_safe: Annotated[
        bool,
        typer.Option(
            "--csv-safe",
            help="In CSV, put ' before a text that begins with = + - @, a tab or a CR, which "
            "spreadsheets take for a formula. Off by default, as it changes the texts.",
        ),
    ] = False,
    base_url: BaseUrl = None,
    project: Project = None,
    sort: Sort = None,
    filter_: Filter = None,
    page_size: PageSize = None,
    allow_incomplete: AllowIncomplete = False,
    allow_empty: AllowEmpty = False,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """Write every run of a batch, or of many, to a file, which is whole or not there.

    `--all --latest` is the newest finished batch of every scenario.

    The key comes from --api-key-file, SIMRUNS_API_KEY or SIMRUNS_TOKEN. JSON lines hold each run
    as it came; the other formats hold the table of runs. Exit code 3: runs are missing or still to
    come, or a batch has none.
    """
    with endings(), terminable():
        from simruns.cli.export import Exported, run_export
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        run_export(
            Source(
                server, which, sort, filter_, page_size, allow_incomplete, allow_empty,
                skip_bad_runs,
            ),
            Exported(output, table, csv_safe),
        )  # fmt: skip


@app.command(cls=WithLatest, short_help="Keep runs in a directory.")
def archive(
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="DIRECTORY", help="Where the archive is.")
    ],
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    latest: Latest = None,
    every: EveryOrAll = False,
    since: Since = None,
    pairs: Pairs = None,
    base_url: BaseUrl = None,
    project: Project = None,
    sort: Sort = None,
    filter_: Filter = None,
    page_size: PageSize = None,
    allow_incomplete: AllowIncomplete = False,
    allow_empty: AllowEmpty = False,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """Keep every run of a batch in a directory, as Parquet; again, to keep what changed and came.

    With --all, every finished batch of every scenario: what is kept whole, and did not move, costs
    no request. With --all, --pairs or --latest, each batch has a directory of its own in that one.
    Whatever ends it, Ctrl-C or a kill, the directory is sound, and the same command goes on. The
    key comes from --api-key-file, SIMRUNS_API_KEY or SIMRUNS_TOKEN. `serve --data` serves the
    directory. Exit code 3: runs are missing, or a batch has none.
    """
    with endings(), terminable():
        from simruns.cli.archive import run_archive
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        run_archive(
            Source(
                server, which, sort, filter_, page_size, allow_incomplete, allow_empty,
            ),
            output,
            since,
        )  # fmt: skip


@app.command(cls=WithLatest, short_help="Show conversations.")
def show(
    runs: Runs = None,
    data: Data = None,
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    latest: Latest = None,
    every: Every = False,
    pairs: Pairs = None,
    base_url: BaseUrl = None,
    project: Project = None,
    sort: Sort = None,
    filter_: Filter = None,
    page_size: PageSize = None,
    allow_incomplete: AllowIncomplete = False,
    allow_empty: AllowEmpty = False,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """Show the conversation of a run, by its id, with its verdict and its criteria; two side by
    side, where there is room. Without an id, list the runs, one a line.

    The runs are those of --data, or of a server, by --scenario with --batch or --latest, or by
    --pairs. Without these, the first word is the path of a file or of an archive: `simruns show
    runs.parquet ID`.
    """
    with endings(), terminable():
        from simruns.cli.show import Shown, run_show
        from simruns.cli.source import Server, Source
        from simruns.cli.which import Which

        which = Which(scenario, batch, pairs, latest, every)
        server = Server(base_url, project, ca_file, proxy, api_key_file)
        run_show(
            Shown(
                Source(
                    server, which, sort, filter_, page_size, allow_incomplete, allow_empty,
                ),
                data,
                runs or [],
            )
        )  # fmt: skip


@app.command(short_help="Show runs as they settle.")
def follow(
    scenario: Scenario,
    batch: AnyBatch = None,
    latest: Annotated[
        bool,
        typer.Option("--latest", help="In place of --batch: the newest one, finished or not."),
    ] = False,
    base_url: BaseUrl = None,
    project: Project = None,
    count: Annotated[
        int | None, typer.Option(help="End when so many runs have settled or are lost.")
    ] = None,
    idle: Annotated[
        float | None, typer.Option(help="End when nothing has changed for so many seconds.")
    ] = None,
    deadline: Annotated[float | None, typer.Option(help="End after so many seconds.")] = None,
    interval: Annotated[float, typer.Option(help="Seconds between two polls.")] = 5.0,
    filter_: Filter = None,
    page_size: PageSize = None,
    allow_empty: AllowEmpty = False,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """Show the runs of a live batch, each once, as they settle: a table, or a JSON line a run.

    The table is for a terminal. Ends when the batch has finished and all runs have settled, as
    --count, --idle or --deadline say, or by Ctrl-C (exit code 130). Exit code 3: runs are lost,
    pending or too few, or there are none.
    """
    with endings(), terminable():
        from simruns.cli.follow import Followed, run_follow
        from simruns.cli.source import Server

        server = Server(base_url, project, ca_file, proxy, api_key_file)
        run_follow(
            Followed(
                server, scenario, batch, latest, filter_, page_size, count, idle, deadline,
                interval, allow_empty,
            )
        )  # fmt: skip


@app.command(short_help="Let an assistant read runs on the disk.")
def mcp(
    directory: Annotated[
        Path,
        typer.Argument(
            metavar="DIRECTORY",
            show_default=False,
            help="Where the files of runs and the archives are.",
        ),
    ],
    verbose: Verbose = 0,
) -> None:
    """Serve the runs of a directory to an assistant, over standard input and output.

    It speaks the Model Context Protocol: what is there, summary, compare, failures, conversations.
    It only reads, only in DIRECTORY, and needs no key and no network. An assistant starts it by
    itself; it ends with its input, or by Ctrl-C.
    """
    with endings():
        from simruns.cli.mcp import run_mcp

        run_mcp(directory)


@app.command(short_help="Check the installation and the way to a server.")
def doctor(
    scenario: AnyScenario = None,
    batch: AnyBatch = None,
    base_url: BaseUrl = None,
    project: Project = None,
    api_key_file: KeyFile = None,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    verbose: Verbose = 0,
) -> None:
    """Tell what is installed, which server, key, proxy and authorities are used, and whether one
    small request succeeds; a line each, with what to do.

    With --scenario and --batch, also whether the key may read that batch. Exit code 1: something
    failed. What is not configured is not checked, and is no failure.
    """
    with endings(), terminable():
        from simruns.cli.doctor import run_doctor
        from simruns.cli.source import Server

        run_doctor(Server(base_url, project, ca_file, proxy, api_key_file), scenario, batch)
