"""The commands and their arguments; what they do is in the modules beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simruns.cli.endings import endings, terminable

app = typer.Typer(
    help="Every run of a Cognigy Simulator batch, provably all of them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Data = Annotated[
    Path | None,
    typer.Option(help="Runs, one JSON object a line, or exported Parquet, or an archive."),
]
Scenario = Annotated[str, typer.Option(help="The reference of the scenario.")]
Batch = Annotated[str, typer.Option(help="The reference of the batch.")]
BaseUrl = Annotated[str | None, typer.Option(help="Default: SIMRUNS_BASE_URL.")]
Project = Annotated[str | None, typer.Option(help="Default: SIMRUNS_PROJECT.")]
Sort = Annotated[str | None, typer.Option(help="Default: createdAt:asc.")]
Filter = Annotated[str | None, typer.Option("--filter", help="Passed to the server as it is.")]
KeyFile = Annotated[Path | None, typer.Option(help="A file that holds the API key.")]


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
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            help="Tell of what is tried again; -vv: of every request.",
        ),
    ] = 0,
) -> None:
    if verbose:
        from simruns.cli.verbose import be_verbose

        be_verbose(verbose)


@app.command()
def demo(
    data: Data = None,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("simruns-demo"),
) -> None:
    """Start a local Simulator, fetch every batch over HTTP, show a row a scenario, write Parquet.

    Without --data, a seeded generator makes the runs.
    """
    with endings(), terminable():
        from simruns.cli.demo import run_demo

        run_demo(data, out)


@app.command()
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
    record: Annotated[
        str | None, typer.Option(help="Passes every request on to this base URL; see --out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Keeps the runs of --record.")] = None,
    ready_file: Annotated[
        Path | None, typer.Option(help="Holds the URL as long as the server accepts.")
    ] = None,
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
            ),
            ready_file,
        )  # fmt: skip


@app.command()
def export(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="FILE.parquet, .jsonl, .csv or .arrow")
    ],
    scenario: Scenario,
    batch: Batch,
    base_url: BaseUrl = None,
    project: Project = None,
    sort: Sort = None,
    filter_: Filter = None,
    api_key_file: KeyFile = None,
) -> None:
    """Write every run of a batch to a file, which is whole or not there.

    The key comes from --api-key-file, SIMRUNS_API_KEY or SIMRUNS_TOKEN. JSON lines hold each run
    as it came; the other formats hold the table of runs. Exit code 3: runs are missing.
    """
    with endings(), terminable():
        from simruns.cli.export import Source, run_export

        run_export(Source(base_url, project, scenario, batch, sort, filter_), output, api_key_file)


@app.command()
def archive(
    output: Annotated[Path, typer.Option("--output", "-o", help="The directory of the archive.")],
    scenario: Scenario,
    batch: Batch,
    base_url: BaseUrl = None,
    project: Project = None,
    sort: Sort = None,
    filter_: Filter = None,
    api_key_file: KeyFile = None,
) -> None:
    """Keep every run of a batch in a directory, as Parquet; again, to keep what changed and came.

    Whatever ends it, Ctrl-C or a kill, the directory is sound, and the same command goes on. The
    key comes from --api-key-file, SIMRUNS_API_KEY or SIMRUNS_TOKEN. `serve --data` serves the
    directory. Exit code 3: runs are missing.
    """
    with endings(), terminable():
        from simruns.cli.archive import run_archive
        from simruns.cli.export import Source

        run_archive(Source(base_url, project, scenario, batch, sort, filter_), output, api_key_file)


@app.command()
def follow(
    scenario: Scenario,
    batch: Batch,
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
    api_key_file: KeyFile = None,
) -> None:
    """Show the runs of a live batch, each once, as they settle: a table, or a JSON line a run.

    The table is for a terminal. Ends as --count, --idle or --deadline say, or by Ctrl-C (exit code
    130). Exit code 3: runs are lost, pending or too few.
    """
    with endings(), terminable():
        from simruns.cli.follow import Followed, run_follow

        run_follow(
            Followed(base_url, project, scenario, batch, filter_, count, idle, deadline, interval),
            api_key_file,
        )
