"""`simruns list`: the scenarios of a project, and their batches."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from simruns import _core
from simruns.cli.endings import ExitCode, UsageError
from simruns.cli.json_text import json_text
from simruns.cli.layout import laid_out
from simruns.cli.source import Server
from simruns.cli.streams import cell, console, print_to_stdout, say
from simruns.cli.which import a_list_needed, day_of
from simruns.cli.wording import for_commands
from simruns.core.errors import CancelledError, Error, IncompleteError, IncompleteWarning
from simruns.core.progress import Progress
from simruns.hold.completeness import Completeness
from simruns.hold.listing import Batches
from simruns.hold.told import BatchInfo
from simruns.looks.texts import counted, moment, one_line, took
from simruns.read.client import Client
from simruns.read.discovery import AskedList, Search, Wanted, batches_of, wanted
from simruns.read.discovery import Listed as Walked
from simruns.read.scenario import Scenario

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

SCENARIOS = ("name", "reference", "batches", "last batch", "status", "runs")
BATCHES = ("batch", "status", "created", "runs", "failed", "took")
TEXTS = ("reference", "last batch", "status", "created")
"""The heads of the columns that are no numbers."""
UNTOLD = "-"


class Listed(NamedTuple):
    """What to list, of which server, and how to show it."""

    server: Server
    scenario: str | None
    as_tree: bool
    as_json: bool
    status: str | None
    since: str | None


class Row(NamedTuple):
    """A scenario with its batches, the newest first; without them, if they could not be listed."""

    scenario: Scenario
    batches: Batches | None


def run_list(what: Listed) -> None:
    if sys.stdout is None:
        raise UsageError("standard output is closed, and the list goes there")
    if what.scenario == "":
        raise UsageError("SCENARIO is empty; give a name or a reference, or leave it out")
    with what.server.connect() as client:
        told: Completeness | None = None
        with a_list_needed():
            if what.scenario is not None:
                chosen = [client.scenario(what.scenario)]
            else:
                scenarios = client.scenarios()
                told, chosen = scenarios.completeness, list(scenarios)
        rows, failures = _with_batches(what, client, chosen)
        project = chosen[0].project if chosen else client.project
    document = {"project": project, "scenarios": [_scenario_fields(row) for row in rows]}
    shown = json_text(document) if what.as_json else _text(what, rows)
    if shown:
        print_to_stdout(shown)
    _say_how_many(told, rows)
    for scenario, error in failures:
        whose = f"scenario {scenario.reference}: " if scenario.reference else ""
        say(f"simruns: {whose}{for_commands(error)}")
    if any(not isinstance(error, IncompleteError) for _, error in failures):
        raise typer.Exit(ExitCode.FAILED)
    lists = [told, *(row.batches.completeness for row in rows if row.batches is not None)]
    if failures or any(each is not None and each.verdict == "incomplete" for each in lists):
        raise typer.Exit(ExitCode.INCOMPLETE)


def _with_batches(
    what: Listed, client: Client, scenarios: Sequence[Scenario]
) -> tuple[list[Row], list[tuple[Scenario, Error]]]:
    """Asks for the batches of each scenario. One that fails does not hold up the others."""
    want = wanted(status=what.status, since=day_of(what.since))
    rows: list[Row] = []
    failures: list[tuple[Scenario, Error]] = []
    with Progress(None, "scenarios") as bar, warnings.catch_warnings():
        warnings.simplefilter("always", IncompleteWarning)  # of batches that --since cannot judge
        for scenario, batches in zip(scenarios, _listed(client, scenarios, want), strict=True):
            if isinstance(batches, Error):
                failures.append((scenario, batches))
            rows.append(Row(scenario, None if isinstance(batches, Error) else batches))
            bar.show(len(rows), len(scenarios))
    if failures and len(failures) == len(scenarios):
        raise failures[0][1]
    return rows, failures


def _listed(
    client: Client, scenarios: Sequence[Scenario], want: Wanted
) -> Iterator[Batches | Error]:
    """Gives the batches of each scenario, or why there are none. All are asked for at once."""
    searches = [_Asking(client._core, batches_of(scenario, want)) for scenario in scenarios]
    for search in searches:
        yield search.outcome()


class _Asking:
    """A search whose first request is sent."""

    def __init__(self, core: _core.Client, search: Search[Batches]) -> None:
        self._core = core
        self._search = search
        self._failure: Error | None = None
        self._asked: list[_core.Operation] = []
        try:
            self._ask(next(search))
        except Error as error:  # a scenario that came without a reference
            self._failure = error

    def outcome(self) -> Batches | Error:
        try:
            while self._failure is None:
                walks = [Walked(operation.wait(), operation.held[1]) for operation in self._asked]
                self._ask(self._search.send(walks))
        except StopIteration as end:
            batches: Batches = end.value
            return batches
        except CancelledError:
            raise
        except Error as error:
            return error
        return self._failure

    def _ask(self, walks: Sequence[AskedList]) -> None:
        self._asked = [self._core.start_list(walk.query, None) for walk in walks]


def _say_how_many(scenarios: Completeness | None, rows: Sequence[Row]) -> None:
    listed = [row.batches for row in rows if row.batches is not None]
    told = [each for batches in listed for each in batches.completeness.batches]
    number = counted(sum(map(len, listed)), "batch", "batches")
    requests = counted(sum(each.requests for each in told), "request")
    # A scenario may have no batch, and what --since leaves out was not asked for: no doubt.
    doubt = any(e.verdict != "complete" and not (e.limited or e.empty) for e in told)
    line = f"{number}{', unverified' if doubt else ''}, {requests}"
    say(line if scenarios is None else f"{scenarios}; {line}")


def _text(what: Listed, rows: Sequence[Row]) -> str:
    to = console()
    with to.capture() as shown:
        if what.as_tree:
            for row in rows:
                to.print(_tree(row))
        elif what.scenario is None:
            _show(to, SCENARIOS, [_scenario_cells(row) for row in rows])
        elif what.scenario is not None:
            _show(to, BATCHES, [_batch_cells(info) for row in rows for info in row.batches or ()])
    return shown.get().rstrip("\n")


def _show(to: Console, heads: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    if not cells:
        return
    table = laid_out(to, heads, cells, texts=TEXTS, folds=heads[0] == "name")
    to.print(table, soft_wrap=isinstance(table, str))


def _scenario_cells(row: Row) -> list[str]:
    number = UNTOLD if row.batches is None else f"{len(row.batches):,}"
    cells = [_name_of(row.scenario), _flat(row.scenario.reference), number]
    if not row.batches:
        return [*cells, UNTOLD, UNTOLD, UNTOLD]
    last = row.batches[0]
    return [*cells, _flat(last.batch), _status(last), _settled(last)]


def _batch_cells(info: BatchInfo) -> list[str]:
    told = [_flat(info.batch), _status(info), _when(info)]
    return [*told, _settled(info), _failed(info), _took(info)]


def _tree(row: Row) -> RenderableType:
    from rich.text import Text
    from rich.tree import Tree

    number = "" if row.batches is None else counted(len(row.batches), "batch", "batches")
    told = [_name_of(row.scenario), _flat(row.scenario.reference), number]
    tree = Tree(Text("  ".join(filter(None, told)), overflow="fold"))
    for info in row.batches or ():
        failed = "" if info.failed_runs is None else f"{_failed(info)} failed"
        told = [_flat(info.batch), _status(info), _when(info), f"{_settled(info)} runs", failed]
        tree.add(Text("  ".join(filter(None, told)), overflow="fold"))
    return tree


def _name_of(scenario: Scenario) -> str:
    return _flat(scenario.name or "") or UNTOLD


def _flat(text: str) -> str:
    return cell(one_line(text, 200))


def _status(info: BatchInfo) -> str:
    """Gives the server's own word; where it told none, what its times and counts come to."""
    return _flat(info.status) if info.status else info.state


def _when(info: BatchInfo) -> str:
    return UNTOLD if info.created_at is None else moment(info.created_at)


def _settled(info: BatchInfo) -> str:
    """Gives how many runs have settled, of those that were ordered."""
    numbers = [info.settled_runs, info.runs]
    if numbers == [None, None]:
        return UNTOLD
    return " of ".join("?" if number is None else f"{number:,}" for number in numbers)


def _failed(info: BatchInfo) -> str:
    return UNTOLD if info.failed_runs is None else f"{info.failed_runs:,}"


def _took(info: BatchInfo) -> str:
    if info.started_at is None or info.completed_at is None:
        return UNTOLD
    return took(round((info.completed_at - info.started_at).total_seconds() * 1000))


def _scenario_fields(row: Row) -> dict[str, Any]:
    names = ("name", "persona_name", "persona", "mission", "created_at")
    fields = {name: _value(getattr(row.scenario, name)) for name in names}
    batches = None if row.batches is None else list(map(_batch_fields, row.batches))
    return {"scenario": row.scenario.reference, **fields, "batches": batches}


def _batch_fields(info: BatchInfo) -> dict[str, Any]:
    names = (
        "batch", "name", "status", "state", "runs", "settled_runs", "completed_runs",
        "failed_runs", "created_at", "started_at", "completed_at",
    )  # fmt: skip
    return {name: _value(getattr(info, name)) for name in names}


def _value(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
