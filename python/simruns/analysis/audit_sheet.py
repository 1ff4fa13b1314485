"""`simruns.audit_sheet`: which conversations people are to label, to see if the judge is right.

Nothing of a sheet says what the judge said, or would let one guess it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from simruns import _core
from simruns.analysis.facts import VERDICTS, Codes, Facts, Truths, facts_of, refuse_twice
from simruns.analysis.labels import CRITERION, DECISIONS, LABEL, LABELLER, RUN
from simruns.analysis.result import LISTED, Names, Result, Shown, View
from simruns.analysis.seal import question
from simruns.core import checks
from simruns.core.csv_text import write_csv_as_utf8
from simruns.core.errors import invalid
from simruns.core.extras import require
from simruns.core.files import replacing
from simruns.core.pickling import public
from simruns.core.shown import later
from simruns.hold.runs import Runs
from simruns.looks.texts import counted, one_line

if TYPE_CHECKING:
    import pandas

SCENARIO, TRANSCRIPT, NOTE = "scenario", "transcript", "note"
_WHOLE = 2**32


class Stratum(NamedTuple):
    """The runs on which the judge says one word."""

    runs: Codes
    """Their places among the runs."""
    taken: list[int]
    """The places of those that are on the sheet."""


@dataclass(frozen=True)
class StratumCount:
    """The runs on which the judge says one word, and those of them that are on the sheet."""

    runs: int
    rows: int


class Conversation(NamedTuple):
    """A row of a sheet, to be labelled."""

    run_id: str
    scenario: str
    turns: tuple[tuple[str, str], ...]
    """Who spoke, and the text."""
    criteria: tuple[str, ...]
    """The keys of the criteria of this run, sorted."""
    asks: tuple[str, ...]
    """What each of these criteria asks for, as far as its own text says it."""
    mission: str
    """What the customer is to reach; empty if that is not known."""

    @property
    def transcript(self) -> str:
        return "\n".join(f"{role}: {text}" for role, text in self.turns)


@public
@dataclass(frozen=True, repr=False)
class AuditSheet(Result):
    """The conversations that a person is to label, as `simruns.audit_sheet` gives them."""

    _names: ClassVar[Names] = {"conversations": None, "names": None}

    seed: str
    ids: tuple[str, ...]
    """The ids of the runs, in the order of the rows."""
    columns: tuple[str, ...]
    rows: int
    stratum: dict[str, StratumCount]
    """The runs by what the judge says: "success" and "failure"."""
    conversations: tuple[Conversation, ...]
    names: dict[str, str]

    _main = "sheet"

    def to_frames(self) -> dict[str, pandas.DataFrame]:
        """Gives pandas frames: `sheet`, a row a conversation with its label still empty, `stratum`
        and `numbers`.
        """
        pd = require("pandas", "analysis", "to_frames")
        sheet = pd.DataFrame(self._cells(), columns=[*self.columns], dtype="str")
        return {**super().to_frames(), "sheet": sheet}

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Writes the sheet as CSV for a spreadsheet, and gives the path; whole or not there.

        A text that a spreadsheet would take for a formula has an apostrophe before it, which
        `simruns.audit` takes away.
        """
        out = Path(checks.path("path", path))
        with replacing(out) as temporary, temporary.open("wb") as file:
            write_csv_as_utf8(file, self.columns, self._cells(), safe=True)
        return out

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Writes the sheet as a page to label in, and gives the path; whole or not there.

        The page needs no network and no other file. It keeps the labels in the browser, and gives
        the CSV that `simruns.audit` reads. It takes `simruns[report]`.
        """
        out: Path = later("reports.label_page", "write_label_page")(self, path)
        return out

    def _cells(self) -> Iterator[list[str]]:
        more = len(self.columns) - 3
        for row in self.conversations:
            yield [row.run_id, row.scenario, row.transcript, *[""] * more]

    def _view(self) -> View:
        return _view_of(self)


@public
@question()
def audit_sheet(runs: Runs, n: int, seed: int | str) -> AuditSheet:
    """Draws n conversations for a person to label; the same for a seed, on every machine.

    They are drawn apart from those that the judge took for successes and for failures, half of them
    evenly and half in proportion, and each scenario has its share. The sheet says nothing of the
    judge. Runs with an error are not labelled. `simruns.audit` says what the labels come to.

    `n` is 2 or more. Where there are fewer runs to label, all of them are on the sheet. Raises
    InvalidArgumentError for a wrong argument, for runs with one id, and where there is nothing to
    label.
    """
    return sheet_of(facts_of(runs), *drawn_by(n, seed))


def drawn_by(n: Any, seed: Any) -> tuple[int, str]:
    """Checks how many rows are drawn, and by which seed."""
    rows = checks.count("n", n, 2)
    if isinstance(seed, str):
        return rows, checks.text("seed", seed)
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise invalid(f"seed is {checks.shown(seed)}; give a whole number or text", field="seed")
    return rows, str(int(seed))


def sheet_of(facts: Facts, n: int, seed: str) -> AuditSheet:
    strata = strata_of(facts, n, seed)
    drawn = sorted(
        (run for stratum in strata.values() for run in stratum.taken),
        key=lambda run: (hashed(f"{seed}|sheet|{facts.ids[run]}"), facts.ids[run]),
    )
    keys = _keys_by_run(facts)
    rows = tuple(_conversation(facts, run, keys.get(run, ())) for run in drawn)
    every = sorted({key for row in rows for key in row.criteria})
    return AuditSheet(
        seed=seed,
        ids=tuple(row.run_id for row in rows),
        columns=(RUN, SCENARIO, TRANSCRIPT, LABEL, LABELLER, NOTE, *(CRITERION + k for k in every)),
        rows=len(rows),
        stratum={
            word: StratumCount(len(stratum.runs), len(stratum.taken))
            for word, stratum in strata.items()
        },
        conversations=rows,
        names=facts.runs.names,
    )  # fmt: skip


def scored_of(facts: Facts) -> dict[str, Truths]:
    """Tells which runs the judge took for a success, and which for a failure."""
    refuse_twice(facts, named=True)
    scored: dict[str, Truths] = {word: facts.verdict == VERDICTS.index(word) for word in DECISIONS}
    if not any(some.any() for some in scored.values()):
        raise invalid("no run is a success or a failure; there is nothing to label", field="runs")
    return scored


def strata_of(facts: Facts, n: int, seed: str) -> dict[str, Stratum]:
    """Draws the runs of a sheet from the successes and from the failures.

    Of each, they are systematic: at even distances, from a random start, along an order that chance
    gives, with the runs of a scenario together. A run has the same chance as any other there.
    """
    runs = {word: np.flatnonzero(some) for word, some in scored_of(facts).items()}
    sizes = dict(zip(DECISIONS, sizes_of(n, *map(len, runs.values())), strict=True))
    return {
        word: Stratum(some, _systematic(facts, some.tolist(), sizes[word], seed, word))
        for word, some in runs.items()
    }


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def sizes_of(n: int, successes: int, failures: int) -> tuple[int, int]:
    """Gives how many of each are drawn: half of n evenly, half in proportion, in whole numbers."""
    every = successes + failures
    n = min(n, every)
    of_failures = min(failures, (n * every + 2 * n * failures + 2 * every) // (4 * every))
    of_successes = min(successes, n - of_failures)
    return of_successes, min(failures, n - of_successes)


def _systematic(facts: Facts, runs: Sequence[int], rows: int, seed: str, word: str) -> list[int]:
    ids = facts.ids
    scenarios = {run: facts.scenario_of(run) for run in runs}
    of_scenario = {name: hashed(f"{seed}|scenario|{name}") for name in {*scenarios.values()}}
    order = sorted(
        runs,
        key=lambda run: (of_scenario[scenarios[run]], scenarios[run],
                         hashed(f"{seed}|run|{ids[run]}"), ids[run]),
    )  # fmt: skip
    start = int(hashed(f"{seed}|start|{word}")[:8], 16)
    return [order[(start + at * _WHOLE) * len(order) // (rows * _WHOLE)] for at in range(rows)]


def _keys_by_run(facts: Facts) -> dict[int, tuple[str, ...]]:
    found: dict[int, set[str]] = {}
    keys = facts.criteria
    for run, key in zip(keys.run.tolist(), keys.key.tolist(), strict=True):
        found.setdefault(run, set()).add(keys.keys[key])
    return {run: tuple(sorted(some)) for run, some in found.items()}


def _conversation(facts: Facts, run: int, keys: tuple[str, ...]) -> Conversation:
    one = facts.runs[run]
    scenario = facts.scenario_of(run)
    asks = {
        criterion.name or f"{criterion.type or 'criterion'}@{place}": _asked(criterion)
        for place, criterion in enumerate(one.criteria)
    }
    told = facts.runs.scenarios.get(scenario)
    return Conversation(
        facts.ids[run],
        scenario,
        tuple((turn.role or "unknown", turn.text or "") for turn in one.turns),
        keys,
        tuple(asks.get(key, "") for key in keys),
        (told.mission or "") if told else "",
    )


def _asked(criterion: _core.Criterion) -> str:
    """Gives the texts of what a criterion is measured by, but for its name."""
    try:
        params = criterion.params
    except (RecursionError, ValueError):  # more than Python can hold
        return ""
    texts = [value for name, value in (params or {}).items() if name != "name"]
    return "\n".join(value for value in texts if isinstance(value, str))


def _view_of(sheet: AuditSheet) -> View:
    scenarios = len({row.scenario for row in sheet.conversations})
    told = [
        f"{counted(sheet.rows, 'conversation')} of {counted(scenarios, 'scenario')} to label, "
        f"drawn by seed {one_line(sheet.seed)}.",
        "Label without a look at the verdicts: success, failure or unsure.",
    ]
    rows = [[row.run_id, row.scenario, f"{len(row.turns):,}"] for row in sheet.conversations]
    more = sheet.rows - LISTED
    below = f"... {more:,} more; see .ids" if more > 0 else ""
    shown = Shown("Rows", ["run", "scenario", "messages"], rows[:LISTED], texts=2, more=below)
    hint = "sheet.to_csv(path) and sheet.to_html(path) write it; simruns.audit(runs, path, n, seed)"
    return View("Audit sheet", None, told, [shown], f"{hint} says what the labels come to")
