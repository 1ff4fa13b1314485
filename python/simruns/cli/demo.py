"""`simruns demo`: the whole way once, from the pages of a server to tables and files."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from simruns.cli.endings import UsageError
from simruns.cli.export_files import write_parquet
from simruns.cli.summary import Summary, summaries
from simruns.core.extras import require
from simruns.hold.runs import Runs
from simruns.simulator.simulator import Simulator

if TYPE_CHECKING:
    from rich.table import Table

SEED = 7
SCENARIOS = 6
RUNS = 250


def run_demo(data: Path | None, out: Path) -> None:
    require("pyarrow", "arrow", "writing Parquet")
    if data is not None and not data.exists():
        raise UsageError(f"there is no file {data}")
    out.mkdir(parents=True, exist_ok=True)
    with (
        Simulator(data=data)
        if data is not None
        else Simulator(seed=SEED, scenarios=SCENARIOS, runs=RUNS)
    ) as sim:
        print(f"reading {len(sim.batches())} batches from {sim.url}")
        with sim.client() as client:
            runs = client.batches(sim.batches()).read()
    _show(runs)
    _write(runs, out)


def _show(runs: Runs) -> None:
    from rich.console import Console

    rows = summaries(runs)
    overall = Summary("all", list(runs))
    console = Console(highlight=False)
    console.width = max(console.width, 100)  # the width of a pipe is a guess, and too narrow
    console.print(_table(rows, any(row.excluded for row in rows)))
    console.print(
        f"{len(runs):,} runs, {len(runs.turns):,} turns, {len(runs.batches):,} batches, "
        f"success rate {_number(overall.success_rate)} "
        f"({overall.successes:,} of {overall.settled:,} settled"
        + (f", {overall.excluded:,} excluded)" if overall.excluded else ")")
    )
    console.print(f"completeness: {runs.completeness}")


def _table(rows: list[Summary], excluded: bool) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD)
    table.add_column("scenario", overflow="fold")
    heads = ["runs", "settled", "success rate", "median turns", "median duration"]
    for head in heads + ["excluded"] * excluded:
        table.add_column(head, justify="right")
    for row in rows:
        seconds = None if row.median_duration_ms is None else row.median_duration_ms / 1000
        cells = [row.scenario, f"{row.runs:,}", f"{row.settled:,}", _number(row.success_rate)]
        cells += [_number(row.median_turns, 1), _number(seconds, 1, " s")]
        table.add_row(*cells, *[f"{row.excluded:,}"] * excluded)
    return table


def _write(runs: Runs, out: Path) -> None:
    for name, table in (("runs", runs), ("turns", runs.turns), ("criteria", runs.criteria)):
        write_parquet(table, out / f"{name}.parquet")
    print(f"wrote {out / 'runs.parquet'}, turns.parquet and criteria.parquet beside it; look with")
    print(f"  {_look_at(str(out / 'runs.parquet'))}")


def _look_at(path: str) -> str:
    """Gives a command for the shell that lets DuckDB read the file."""
    plain = not set(path) & set("'\"$`\\!")
    file = path.replace("'", "''")
    query = f"SELECT verdict, count(*) AS runs FROM '{file}' GROUP BY verdict ORDER BY runs DESC"
    if plain:
        return f"{_this_python()} -c \"import duckdb; duckdb.sql('''{query}''').show()\""
    return f"{_this_python()} -c {shlex.quote(f'import duckdb; duckdb.sql({query!r}).show()')}"


def _this_python() -> str:
    """Gives the interpreter that has simruns and DuckDB; the one on the path may not."""
    python = Path(sys.executable)
    if python.is_relative_to(Path.cwd()):
        python = python.relative_to(Path.cwd())
    return shlex.quote(str(python))


def _number(value: float | None, digits: int = 2, unit: str = "") -> str:
    return "-" if value is None else f"{value:,.{digits}f}{unit}"
