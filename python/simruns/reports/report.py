"""`simruns.report`: what runs say, as a file that can be handed on."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from simruns._core import __version__
from simruns.analysis import options
from simruns.analysis.audit import Audit, audit
from simruns.analysis.audit_sheet import drawn_by
from simruns.analysis.compare import Comparison, compare
from simruns.analysis.facts import Facts, facts_of
from simruns.analysis.failures import failures_of
from simruns.analysis.labels import plain_labels
from simruns.analysis.options import Errors
from simruns.analysis.reliability import MOST, reliability_of
from simruns.analysis.result import Asked
from simruns.analysis.seal import QUESTIONS, Question, leaving_out, plain, sealed_text
from simruns.analysis.setting import Settings
from simruns.analysis.summary import Summary, summary_of
from simruns.analysis.suspects import suspects_of
from simruns.analysis.trend import Trend, trend_of
from simruns.core import checks
from simruns.core.errors import InvalidArgumentError, invalid
from simruns.core.extras import require
from simruns.core.files import replacing
from simruns.core.pickling import public
from simruns.core.words import JSONValue
from simruns.hold.runs import Runs
from simruns.looks.texts import counted, moment
from simruns.reports import transcripts
from simruns.reports.markdown import markdown
from simruns.reports.page import EXTRA, packed, page
from simruns.reports.sections import Found, card, notes, sections, verdict

ENDINGS = (".html", ".md")
QUESTION = "report"
"""What the seal of a report calls it."""


class ByPeople(NamedTuple):
    """Labels of people, if there are any, and the rows and the seed of their sheet."""

    labels: object
    sheet: tuple[int, str] | None

    def audit(self, runs: Runs, errors: Errors, confidence: float) -> Audit | None:
        if self.labels is None:
            return None
        n, seed = self.sheet or (None, None)
        return audit(runs, self.labels, n, seed, errors=errors, confidence=confidence)

    def as_options(self) -> dict[str, JSONValue]:
        """Gives what a seal has of them; nothing where there are none."""
        if self.labels is None:
            return {}
        return {"labels": plain(plain_labels(self.labels)), "sheet": plain(self.sheet)}


def checked_labels(labels: object, sheet: Any) -> ByPeople:
    if sheet is None:
        kept = [*labels] if isinstance(labels, Iterator) else labels  # it gives its values once
        return ByPeople(kept, None)
    if labels is None:
        raise invalid("sheet goes with labels; give them, too", field="sheet")
    return ByPeople(labels, drawn_by(*sheet))


@public
def report(
    runs: Runs,
    baseline: Runs | None = None,
    out: str | os.PathLike[str] = "report.html",
    *,
    errors: Errors = "agent",
    confidence: float = 0.95,
    labels: object = None,
    sheet: tuple[int, int | str] | None = None,
) -> Path:
    """Writes what runs say into one file, and gives its path.

    `out` ends in `.html` or `.md`. The page needs no network and no other file: it has a card, the
    scenarios with the worst first, criteria, how runs failed, conversations to read first, and
    every run with its conversation. Markdown has the same, but for the table of all runs. Its
    numbers are those of `summarize`, `reliability`, `failures` and `suspects`, with a `baseline` of
    `compare`, of several batches of a scenario of `trend`, and with `labels` of `audit`: `labels`
    are as it takes them, and `sheet` is the `(n, seed)` of their sheet, if they are of one.

    The page carries its seal, against which `simruns.verify` holds runs; Markdown has its digest.

    The file is whole or not there. `errors` and `confidence` are as in `summarize`, and so is what
    is raised; an `out` of another ending is refused, and so is a run that `baseline` has, too.
    OSError is raised for a file that cannot be written. The page needs `simruns[report]`, Markdown
    `simruns[analysis]`.
    """
    path = checked_path(out)
    errors = options.errors(errors)
    by_people = checked_labels(labels, sheet)
    return write_report(path, runs, baseline, errors, options.confidence(confidence), by_people)


def write_report(
    path: Path,
    runs: Runs,
    baseline: Runs | None,
    errors: Errors,
    confidence: float,
    by_people: ByPeople,
    more: Sequence[str] = (),
    left_out: Collection[str] = (),
) -> Path:
    """Writes the file, with further notes below its card. `left_out` are scenarios whose runs were
    taken out before.
    """
    if baseline is not None:
        facts_of(baseline, "baseline")
    facts = facts_of(runs)
    found = _found(facts, baseline, errors, confidence, by_people)
    how = {"errors": errors, "confidence": confidence, **by_people.as_options()}
    asked = Asked(QUESTION, how, runs, baseline)
    text = _text(facts, found, is_page(path), more, leaving_out(asked, left_out))
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode())
    return path


def checked_path(out: str | os.PathLike[str]) -> Path:
    """Checks the path of a report, and that what writes it is installed."""
    path = Path(checks.path("out", out))
    if path.suffix.lower() not in ENDINGS:
        given = checks.shown(os.fspath(path))
        raise invalid(f"out is {given}; give a path that ends in .html or .md", field="out")
    if is_page(path):
        require("jinja2", EXTRA, "a report")
    return path


def numbers_of(
    runs: Runs,
    baseline: Runs | None = None,
    *,
    errors: Errors = "agent",
    confidence: float = 0.95,
    labels: object = None,
    sheet: tuple[int, int | str] | None = None,
) -> Found:
    """Gives what a report of these runs tells, whose `numbers` are those that its seal has."""
    facts, by_people = facts_of(runs), checked_labels(labels, sheet)
    confidence = options.confidence(confidence)
    return _found(facts, baseline, options.errors(errors), confidence, by_people)


QUESTIONS[QUESTION] = Question(numbers_of, "runs", "baseline")


def is_page(path: Path) -> bool:
    return path.suffix.lower() == ".html"


def _found(
    facts: Facts, baseline: Runs | None, errors: Errors, confidence: float, by_people: ByPeople
) -> Found:
    comparison: Comparison | None = None
    if baseline is not None:
        comparison = compare(baseline, facts.runs, errors=errors, confidence=confidence)
    summary = summary_of(facts, errors, confidence)
    return Found(
        summary=summary,
        reliability=reliability_of(facts, MOST, errors, confidence),
        failures=failures_of(facts, errors),
        suspects=suspects_of(facts, errors, confidence, facts.runs.scenarios),
        audit=by_people.audit(facts.runs, errors, confidence),
        comparison=comparison,
        baseline=None if baseline is None else baseline.completeness,
        trend=_trend(facts, summary, errors, confidence),
        names={**(baseline.names if baseline is not None else {}), **facts.runs.names},
    )


def _trend(facts: Facts, summary: Summary, errors: Errors, confidence: float) -> Trend | None:
    """Gives how the agent did over days, or over batches if all are of one day; None if no scenario
    has several batches, or these do not tell when they were.
    """
    if summary.batches <= len(summary.by_scenario):
        return None
    settings = Settings(facts)
    days = trend_of(facts, settings, "day", errors, confidence)
    ranks = len(days.occasions) < 2
    trend = trend_of(facts, settings, "batch", errors, confidence) if ranks else days
    return trend if len(trend.occasions) > 1 else None


def _text(facts: Facts, found: Found, as_page: bool, more: Sequence[str], asked: Asked) -> str:
    summary = found.summary
    title = f"{counted(summary.runs, 'run')} of {counted(len(summary.by_scenario), 'scenario')}"
    made = f"Read {moment(facts.runs.read_at)}; made by simruns {__version__}."
    try:
        seal, sealed = sealed_text(asked, found.numbers())
        made += f" Sealed: {sealed}."
    except InvalidArgumentError as error:  # as of two runs with one id
        seal = ""
        made += f" Not sealed: {error.message}."
    told = verdict(found), card(found), [*notes(found), *more], sections(found)
    if not as_page:
        return markdown(title, *told[:2], [*told[2], made], told[3])
    return page(
        "report",
        title=title, verdict=told[0], tiles=told[1], notes=told[2], sections=told[3], made=made,
        rows=packed(transcripts.rows(facts, summary.errors)), parts=transcripts.parts(facts),
        seal=packed(seal) if seal else "",
    )  # fmt: skip
