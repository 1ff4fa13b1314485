"""`simruns summary`, `compare`, `plan`, `trend` and `report`: what runs say."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, NamedTuple

from simruns.analysis import options
from simruns.analysis.options import Errors
from simruns.analysis.setting import required_by
from simruns.cli.choices import By, same_test
from simruns.cli.endings import UsageError
from simruns.cli.places import check_place
from simruns.cli.results import Form, print_results
from simruns.cli.sides import (
    NO_RUNS,
    Side,
    end_by,
    one_side,
    read_sides,
    side_of_path,
    sides_of,
)
from simruns.cli.source import Source
from simruns.cli.streams import say
from simruns.core import checks
from simruns.looks.texts import counted

if TYPE_CHECKING:
    from simruns.cli.audit import Labelled


class Asked(NamedTuple):
    """Which runs to look at, how, and how to show what they say."""

    source: Source
    words: Sequence[str]
    errors: Errors
    confidence: float
    form: Form

    def check(self) -> None:
        """Refuses what cannot be computed or printed, before anything is read."""
        self.form.check()
        options.confidence(self.confidence)


def run_summary(asked: Asked, k: int | None) -> None:
    asked.check()
    if k is not None:
        checks.count("k", k, 1)
    (side,) = one_side(asked.words, asked.source.which)
    (runs,) = read_sides([side], asked.source)

    from simruns.analysis.facts import facts_of
    from simruns.analysis.reliability import MOST, reliability_of
    from simruns.analysis.summary import summary_of
    from simruns.analysis.suspects import suspects_of

    facts, how = facts_of(runs), (asked.errors, asked.confidence)
    summary = summary_of(facts, *how)
    results = [summary, reliability_of(facts, MOST if k is None else k, *how)]
    if not asked.form.as_csv:
        results.append(suspects_of(facts, *how, runs.scenarios))
    ids = summary.read_first[:3]
    print_results(results, asked.form, hint=_to_read(ids, side) if ids else "")
    end_by([runs], asked.source)


def run_compare(asked: Asked, power: float, detect: float, same: str) -> None:
    asked.check()
    options.power(power)
    options.detect(detect)
    required_by(same_test(same))
    sides = _two_sides(asked)
    old, new = read_sides(sides, asked.source)

    from simruns.analysis.compare import compare

    result = compare(
        old, new, power=power, detect=detect, errors=asked.errors, confidence=asked.confidence,
        same_test=same_test(same),
    )  # fmt: skip
    print_results([result], asked.form)
    end_by([old, new], asked.source)


def run_plan(
    asked: Asked,
    min_success: float | None,
    expect: float | None,
    detect: float | None,
    power: float,
) -> None:
    asked.check()
    options.power(power)
    has_runs = bool(asked.words or asked.source.which)
    is_rate = min_success is not None and expect is not None
    if (detect is None) != is_rate or (min_success is None) != (expect is None):
        raise UsageError("give --min-success and --expect, or --detect and runs")
    if is_rate and has_runs:
        raise UsageError(
            "a plan by --min-success and --expect takes no runs; give --detect, or leave them out"
        )

    from simruns.analysis.plan import plan

    if is_rate:
        result = plan(
            min_success=min_success, expect=expect, power=power, confidence=asked.confidence
        )
        print_results([result], asked.form)
        return
    options.detect(detect)
    (runs,) = read_sides(one_side(asked.words, asked.source.which), asked.source)
    result = plan(
        runs, detect=detect, power=power, errors=asked.errors, confidence=asked.confidence
    )
    print_results([result], asked.form)
    end_by([runs], asked.source)


def run_trend(asked: Asked, by: By) -> None:
    asked.check()
    if not asked.words and not asked.source.which:
        raise UsageError(NO_RUNS)
    read = read_sides(sides_of(asked.words, asked.source.which), asked.source)

    from simruns.analysis.trend import trend

    runs = reduce(add, read)
    result = trend(runs, by.value, errors=asked.errors, confidence=asked.confidence)
    print_results([result], asked.form)
    end_by(read, asked.source)


def run_report(asked: Asked, output: str, baseline: str | None, labelled: Labelled) -> None:
    from simruns.reports.report import checked_path, report

    path = checked_path(output)
    check_place(path)
    asked.check()
    sheet = labelled.sheet()
    sides = one_side(asked.words, asked.source.which)
    sides += [] if baseline is None else [side_of_path(baseline)]
    read = read_sides(sides, asked.source)
    runs, before = read[0], read[1] if len(read) > 1 else None
    report(
        runs, before, path, errors=asked.errors, confidence=asked.confidence,
        labels=labelled.path, sheet=sheet,
    )  # fmt: skip
    say(f"{path}: a report of {counted(len(runs), 'run')}")
    end_by(read, asked.source)


def _two_sides(asked: Asked) -> list[Side]:
    if not asked.words:
        raise UsageError(
            "no OLD; give the path of a file or an archive, or the reference of a batch of "
            "--scenario"
        )
    sides = sides_of(asked.words, asked.source.which)
    if len(sides) == 1:
        raise UsageError(
            f"{asked.words[0]} has nothing to be compared with; give NEW, or --scenario and --batch"
        )
    if len(sides) > 2:
        raise UsageError(
            "OLD and NEW are words; leave out --batch, --pairs, --latest and --all, which name a "
            "third side"
        )
    return sides


def _to_read(ids: Sequence[str], side: Side) -> str:
    """Says which conversations to read first, and how."""
    first = ", ".join(ids)
    if side.which is None:
        return f"Read first: {first}; simruns show {shlex.quote(side.label)} ID shows one."
    return f"Read first: {first}; simruns show ID, with the same options, shows one."
