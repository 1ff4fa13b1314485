"""`simruns demo`: the whole way once, from the pages of a server to tables and files."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from simruns.cli.endings import UsageError
from simruns.cli.layout import laid_out
from simruns.cli.streams import cell, console, tell
from simruns.cli.summary import Summary, summaries
from simruns.core.errors import MissingExtraError
from simruns.core.extras import require
from simruns.core.files import replacing
from simruns.core.lines import in_line
from simruns.hold.parquet import write_parquet
from simruns.hold.runs import Runs
from simruns.looks.texts import counted, one_line
from simruns.simulator.simulator import Simulator

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

FOLDER = Path("simruns-demo")
SEED = 7
SCENARIOS = 6
RUNS = 250
HEADS = (
    "scenario", "runs", "settled", "success rate", "median turns", "median duration", "excluded",
)  # fmt: skip


def run_demo(data: Path | None, out: Path | None) -> None:
    lacking = _lacks_parquet(wanted=out is not None)
    out = out or FOLDER
    if data is not None and not data.exists():
        raise UsageError(f"there is no file {data}")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; give a folder to --out")
    if lacking is None:
        out.mkdir(parents=True, exist_ok=True)
    with (
        Simulator(data=data)
        if data is not None
        else Simulator(seed=SEED, scenarios=SCENARIOS, runs=RUNS)
    ) as sim:
        tell(f"reading {len(sim.batches())} batches from {sim.url}")
        with sim.client() as client:
            runs = client.batches(sim.batches()).read()
    _show(runs)
    if lacking is None:
        _write(runs, out)
    else:
        tell(f"no files written: {lacking}")


def _lacks_parquet(*, wanted: bool) -> MissingExtraError | None:
    """Gives what says how to get Parquet, if it is not there; raises it if it is wanted."""
    try:
        require("pyarrow", "arrow", "writing Parquet")
    except MissingExtraError as error:
        if wanted:
            raise
        return error
    return None


def _show(runs: Runs) -> None:
    overall = Summary("all", list(runs))
    to = console()
    with to.capture() as shown:
        to.print(_layout(summaries(runs), to))
        to.print(
            f"{counted(len(runs), 'run')}, {counted(len(runs.turns), 'turn')}, "
            f"{counted(len(runs.batches), 'batch', 'batches')}, "
            f"success rate {_number(overall.success_rate)} "
            f"({overall.successes:,} of {overall.settled:,} settled"
            + (f", {overall.excluded:,} excluded)" if overall.excluded else ")")
        )
        to.print(f"completeness: {runs.completeness}")
    tell(shown.get().rstrip("\n"))


def _layout(rows: list[Summary], to: Console) -> Table | str:
    heads = HEADS if any(row.excluded for row in rows) else HEADS[:-1]
    cells = [[cell(one_line(row.scenario, 200)), *_numbers(row)[: len(heads) - 1]] for row in rows]
    return laid_out(to, heads, cells)


def _numbers(row: Summary) -> list[str]:
    seconds = None if row.median_duration_ms is None else row.median_duration_ms / 1000
    numbers = [f"{row.runs:,}", f"{row.settled:,}", _number(row.success_rate)]
    return [*numbers, _number(row.median_turns, 1), _number(seconds, 1, " s"), f"{row.excluded:,}"]


def _write(runs: Runs, out: Path) -> None:
    for name, table in (("runs", runs), ("turns", runs.turns), ("criteria", runs.criteria)):
        with replacing(out / f"{name}.parquet") as temporary:
            write_parquet(table, temporary)
    first = out / "runs.parquet"
    tell(in_line(f"wrote {first}, turns.parquet and criteria.parquet beside it; look with"))
    tell(in_line(f"  {_look_at(str(first))}"))


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
