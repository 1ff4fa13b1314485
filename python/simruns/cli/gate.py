"""`simruns gate`: whether an agent is good enough, as an exit code and in files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import typer

from simruns.analysis.gate import INCOMPLETE, Gate, Rules, gate, rules_of
from simruns.analysis.plan import least_runs
from simruns.analysis.seal import write_seal
from simruns.analysis.setting import required_by
from simruns.cli.analysis import Asked
from simruns.cli.audit import Labelled
from simruns.cli.choices import same_test
from simruns.cli.endings import ExitCode, UsageError
from simruns.cli.gate_files import Told, append_step_summary, write_junit
from simruns.cli.gate_wait import Awaited, batches_of, refuse_no_wait, wait_for
from simruns.cli.places import check_place
from simruns.cli.quarantine import Quarantine, names_of, quarantine_of
from simruns.cli.results import print_results
from simruns.cli.sides import Side, one_side, read_sides, side_of_path
from simruns.cli.streams import say
from simruns.core import checks
from simruns.core.errors import AuthError, NotFoundError
from simruns.hold.runs import Runs
from simruns.hold.told import BatchInfo
from simruns.looks.texts import counted
from simruns.read.batch import Batch, Suite
from simruns.reports.report import checked_labels, checked_path, write_report


class Gated(NamedTuple):
    """What is required of which runs, and what is written."""

    asked: Asked
    min_success: float | None
    criteria: Sequence[str]
    """Each a name and a rate: polite=0.8."""
    max_regression: float | None
    baseline: str | None
    min_scenario: float | None
    max_error_share: float
    planned: int | None
    labelled: Labelled
    wait: bool
    interval: float
    deadline: float | None
    quarantine: Path | None
    junit: Path | None
    report: str | None
    same_test: str
    seal: Path | None

    @property
    def outputs(self) -> dict[str, Path]:
        """The files to write, by their options."""
        report = None if self.report is None else Path(self.report)
        named = {"--junit": self.junit, "--report": report, "--seal": self.seal}
        return {name: path for name, path in named.items() if path is not None}

    def rules(self) -> Rules:
        return rules_of(
            self.min_success, _criteria_of(self.criteria), self.max_regression, self.min_scenario,
            self.max_error_share, self.asked.confidence,
        )  # fmt: skip


def run_gate(what: Gated) -> None:
    what.asked.check()
    rules = what.rules()
    if what.planned is not None:
        checks.count("planned", what.planned, 1)
    _check_labels(what)
    required_by(same_test(what.same_test))
    if what.report is not None:
        checked_path(what.report)
    _check_places(what.outputs)
    if what.wait and what.baseline is not None:
        raise UsageError("--wait goes with --min-success alone; leave out --baseline")
    if what.seal is not None and what.wait:
        raise UsageError(
            "--seal goes without --wait, whose runs are kept nowhere; wait with simruns archive, "
            "and give the archive to simruns gate"
        )
    quarantine = quarantine_of(what.quarantine)
    checks.duration("interval", what.interval)
    if what.deadline is not None:
        checks.duration("deadline", what.deadline, zero=False)
        if not what.wait:
            raise UsageError("--deadline goes with --wait")
    sides = [*_baseline_of(what), *one_side(what.asked.words, what.asked.source.which)]
    if what.wait:
        refuse_no_wait(rules, sides[-1], what.asked.source.which)
        told = _await(what, rules, quarantine)
    else:
        told = _read(what, rules, quarantine, sides)
    results = [told.gate, quarantine] if quarantine.quarantine else [told.gate]
    print_results(results, what.asked.form)
    append_step_summary(told)
    if what.junit is not None:
        write_junit(what.junit, told)
    if what.report is not None:
        path = write_report(
            checked_path(what.report), told.runs, told.baseline, what.asked.errors,
            rules.confidence, checked_labels(what.labelled.path, what.labelled.sheet()),
            [f"The gate: {told.gate.verdict}.", *told.gate._view().sentences, *quarantine.notes],
            told.left_out,
        )  # fmt: skip
        say(f"{path}: a report of {counted(len(told.runs), 'run')}")
    if what.seal is not None:
        digest = write_seal(what.seal, told.gate, told.left_out)
        say(f"{what.seal}: a seal of {counted(len(told.runs), 'run')}, {digest}")
    code = ExitCode.INCOMPLETE if told.incomplete else ExitCode(told.gate.exit)
    if code != ExitCode.DONE:
        raise typer.Exit(code)


def _check_labels(what: Gated) -> None:
    if what.labelled.sheet() is None:
        if what.labelled.path is not None:
            raise UsageError("--labels goes with the --sheet-seed and -n of its sheet; give both")
        return
    if what.min_success is None:
        raise UsageError("--labels goes with --min-success; give it, too")
    if what.wait or what.planned is not None:
        raise UsageError("--labels are of runs that came; leave out --wait and --planned")
    if what.quarantine is not None:
        raise UsageError("--labels are of a sheet of all scenarios; leave out --quarantine")


def _check_places(outputs: Mapping[str, Path]) -> None:
    """Refuses files that cannot be written, and two options that name one."""
    first: dict[Path, str] = {}
    for name, path in outputs.items():
        check_place(path)
        other = first.setdefault(path.absolute(), name)
        if other != name:
            raise UsageError(f"{other} and {name} both name {path}; give each its own file")


def _criteria_of(words: Sequence[str]) -> dict[str, float]:
    """Gives the rates that are required of criteria, by their names."""
    rates: dict[str, float] = {}
    for word in words:
        name, between, rate = word.rpartition("=")
        try:
            number = float(rate)
        except ValueError:
            between = ""
        if not between or not name:
            raise UsageError(f"--criterion is {word!r}; give a name and a rate, as polite=0.8")
        if name in rates:
            raise UsageError(f"--criterion has {name!r} twice; give it once")
        rates[name] = number
    return rates


def _baseline_of(what: Gated) -> list[Side]:
    asks = what.max_regression is not None or what.same_test != "tell"
    if (what.baseline is not None) != asks:
        raise UsageError(
            "--baseline and --max-regression go together: give the runs that were approved, as a "
            "file or an archive, and the fall that is allowed; or --same-test in place of the fall"
        )
    if what.baseline is None:
        return []
    return [side_of_path(what.baseline)]


def _read(what: Gated, rules: Rules, quarantine: Quarantine, sides: Sequence[Side]) -> Told:
    def refuse_too_few(batches: Suite | Batch) -> None:
        asked = [batches] if isinstance(batches, Batch) else list(batches)
        left_out = quarantine.references(_names_of_batches(asked))
        here = [one for one in asked if one.scenario not in left_out]
        _refuse_too_few(rules, what.planned, here)

    source = what.asked.source._replace(allow_incomplete=True)  # so that there is what to tell of
    *old, new = read_sides(sides, source, refuse_too_few)
    if sides[-1].which is None and what.planned is not None:
        scenarios = {*quarantine.of(new).by_scenario()}
        _refuse_fewer(rules, what.planned * len(scenarios))
    quarantine.say_absent(names_of(new))
    runs, baseline = quarantine.of(new), [quarantine.of(each) for each in old]
    told = gate(
        runs, *baseline, min_success=rules.min_success, criterion=rules.criterion,
        max_regression=rules.max_regression, min_scenario=rules.min_scenario,
        max_error_share=rules.max_error_share, errors=what.asked.errors,
        planned=what.planned if rules.only_success else None, confidence=rules.confidence,
        labels=what.labelled.path, sheet=what.labelled.sheet(),
        same_test=same_test(what.same_test),
    )  # fmt: skip
    left_out = {one for each in (new, *old) for one in quarantine.references(names_of(each))}
    missing = "; ".join(filter(None, [told.missing, _unsettled(told, runs)]))
    return Told(told, quarantine, missing, str(runs.completeness), runs,
                baseline[0] if baseline else None, left_out)  # fmt: skip


def _unsettled(told: Gate, runs: Runs) -> str:
    """Says which runs are still to come, on whose outcome the answer may depend."""
    if told.wait is not None and told.wait.verdict == "wait":
        return f"{counted(told.wait.unsettled, 'run')} of those that are planned have not settled"
    pending = sum(run.verdict == "pending" for run in runs)
    return f"{counted(pending, 'run')} still pending" if pending and told.wait is None else ""


def _await(what: Gated, rules: Rules, quarantine: Quarantine) -> Told:
    with what.asked.source.server.connect() as client:
        found = batches_of(what.asked.source.which, client)
        names = _names_of_batches(found)
        quarantine.say_absent(names)
        left_out = quarantine.references(names)
        batches = [one for one in found if one.scenario not in left_out]
        if what.planned is not None:
            _refuse_fewer(rules, what.planned * len({one.scenario for one in batches}))
        planned = _planned_of([(one, _info_of(one)) for one in batches], what.planned)
        _refuse_fewer(rules, sum(planned.values()))
        outcome = wait_for(batches, planned, rules, what.asked.errors,
                           Awaited(what.interval, what.deadline))  # fmt: skip
    told = outcome.gate
    if outcome.incomplete:
        told = replace(told, missing=outcome.incomplete, exit=INCOMPLETE)
    return Told(told, quarantine, outcome.incomplete, outcome.completeness, outcome.runs,
                left_out=left_out)  # fmt: skip


def _names_of_batches(batches: Sequence[Batch]) -> dict[str, str]:
    """Gives the names of scenarios by their references; empty ones where none is known."""
    return {one.scenario: (one._of.name if one._of else None) or "" for one in batches}


def _info_of(batch: Batch) -> BatchInfo | None:
    """Gives what the server says of a batch; None of a server that says nothing."""
    try:
        return batch.info()
    except NotFoundError:
        return None
    except AuthError as error:
        if error.kind == "auth":
            raise
        return None


def _refuse_too_few(rules: Rules, planned: int | None, batches: Sequence[Batch]) -> None:
    """Refuses batches that could not show the success rate, before their runs are read."""
    if rules.min_success is None:
        return
    if planned is not None:
        _refuse_fewer(rules, planned * len({one.scenario for one in batches}))
        return
    counts: list[int] = []
    for batch in batches:
        told = _info_of(batch)
        if told is None or told.runs is None:
            return
        counts.append(told.runs)
    if counts:
        _refuse_fewer(rules, sum(counts))


def _refuse_fewer(rules: Rules, announced: int) -> None:
    if rules.min_success is None:
        return
    least = least_runs(rules.min_success, rules.confidence)
    if announced < least:
        raise UsageError(
            f"--min-success {rules.min_success:g} takes at least {least:,} runs, all of which "
            f"succeed, and {announced:,} are announced; order more, or ask for less by "
            "--min-success or --confidence"
        )


def _planned_of(
    told: Sequence[tuple[Batch, BatchInfo | None]], planned: int | None
) -> dict[str, int]:
    """Gives the runs of each scenario that are to come in all.

    They are those that the batches were ordered with. `planned` is for a server that does not tell
    it, and has to agree with one that does.
    """
    ordered: Counter[str] = Counter()
    for batch, info in told:
        if info is None or info.runs is None:
            if planned is None:
                raise UsageError(
                    f"batch {batch.batch} does not say how many runs were ordered; give --planned"
                )
            return {one.scenario: planned for one, _ in told}
        ordered[batch.scenario] += info.runs
    for scenario, runs in ordered.items():
        if planned not in (None, runs):
            raise UsageError(
                f"--planned is {planned:,}, and scenario {scenario} was ordered with {runs:,} "
                "runs; leave it out"
            )
    return dict(ordered)
