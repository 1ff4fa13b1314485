"""Limits hold the truth, and verdicts are true, as often as is promised: the short form of
`make calibration`, and that this would notice a wrong formula.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("scipy")
pytest.importorskip("statsmodels")

from analysis_runs import held, make_run  # noqa: E402
from calibration import audits, measures, outcomes  # noqa: E402
from calibration import main as calibration  # noqa: E402
from calibration.audits import AuditCell  # noqa: E402
from calibration.cells import spread  # noqa: E402
from calibration.measures import Cell  # noqa: E402
from calibration.outcomes import Alike  # noqa: E402

import simruns  # noqa: E402
from simruns.analysis import compare, rates, sampled  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
DRAWS = 800
ERRORS = 5
"""Monte Carlo errors within which a value is taken for the true one."""


def scattered(count: int, *runs: int, mean: float, icc: float = 0.4) -> tuple[Alike, ...]:
    """Scenarios whose true rates are fixed, and lie apart."""
    return tuple(Alike(1, runs, (rate,) * len(runs)) for rate in spread(mean, icc, count))


HALVES = (Alike(10, (2,), (0.9,)), Alike(10, (20,), (0.5,)))
CELLS = {
    "one scenario": ("these", (Alike(1, (40,), (0.2,)),)),
    "rates that differ": ("these", scattered(20, 8, mean=0.7)),
    "few runs and many": ("these", HALVES),
    "rare failures": ("like", (Alike(20, (1,), (0.98,), 0.0),)),
    "few runs of many": ("like", (Alike(50, (2,), (0.9,), 0.4),)),
    "many runs of few": ("like", (Alike(20, (20,), (0.3,), 0.4),)),
    "a difference": ("compare-these", (Alike(20, (4, 10), (0.5, 0.7)),)),
    "a difference of others": ("compare-like", (Alike(20, (20, 20), (0.3, 0.4), 0.4, apart=True),)),
    "no difference": ("compare-verdict", (Alike(20, (4, 100), (0.5, 0.5)),)),
    "no difference of one": ("compare-verdict", (Alike(1, (20, 20), (0.8, 0.8)),)),
    "a threshold": ("gate-success", (Alike(1, (20,), (0.05,)),)),
    "a threshold, runs lost": ("gate-success", (Alike(20, (4,), (0.8,), lost=0.1),)),
    "a fall": ("gate-regression", (Alike(10, (20, 20), (0.9, 0.85), lost=0.1),)),
    "ten days": ("trend", (Alike(2, (4,) * 10, (0.7,) * 10),)),
    "few labels": ("audit-these", (Alike(20, (8,), (0.8,)),)),
    "labels of few runs and of many": ("audit-these", HALVES),
    "labels of these very runs": ("audit-runs", HALVES),
    "labels and a threshold": ("audit-gate", (Alike(10, (10,), (0.5,)),)),
}
AUDITS = {
    "few labels": (20, 0.7),
    "labels of few runs and of many": (60, 0.85),
    "labels of these very runs": (40, 0.8),
    "labels and a threshold": (60, 0.7),
}
"""Labels, and how often the judge is right of a run."""


def cell_of(name: str) -> Cell:
    scenarios = CELLS[name][1]
    return AuditCell(name, scenarios, *AUDITS[name]) if name in AUDITS else Cell(name, scenarios)


def measure(name: str, draws: int = DRAWS) -> calibration.Measured:
    return calibration.measured(calibration.SECTIONS[CELLS[name][0]], cell_of(name), draws)


def held_within(name: str, found: calibration.Measured) -> bool:
    """Whether a value is within its bound, by more errors than its draws can be off."""
    section = calibration.SECTIONS[CELLS[name][0]]
    return section.holds(found.value, found.error * ERRORS / calibration.ERRORS)


@pytest.mark.parametrize("name", CELLS)
def test_limits_hold_the_truth_and_verdicts_are_true_as_often_as_promised(name: str) -> None:
    found = measure(name)
    assert held_within(name, found), found


def _pooled(successes: Any, judged: Any, real: Callable[..., Any] = rates.estimate) -> Any:
    """The rate of all runs together, as if they were all of one scenario."""
    return real(successes, judged)._replace(
        rate=float(successes.sum() / judged.sum()), effective=float(judged.sum())
    )


def _student(known: rates.Estimate, confidence: float) -> rates.Limits:
    half = rates.t_of(confidence, known.scenarios) * (known.error or 0.0)
    return rates.Limits(known.rate - half, known.rate + half)


def _one_sided_wilson(known: rates.Estimate, risk: float) -> float:
    return rates.wilson(known.rate, min(known.effective, known.plain), 1 - 2 * risk).low


def _new_side_alone(old: float, _: Any, new: float, limits: rates.Limits) -> rates.Limits:
    """As if the old rate were known."""
    return rates.Limits(limits.low - old, limits.high - old)


def _sure(pairs: Any, real: Callable[..., Any] = compare.Paired.test) -> Any:
    return real(pairs)._replace(p=0.0)


def _of_nine(pairs: Any, real: Callable[..., Any] = compare.Paired.test) -> Any:
    """A ninth of p: of ten occasions, what there is before it is corrected for nine places."""
    return real(pairs)._replace(p=real(pairs).p / 9)


def _of_all_runs(runs: sampled.Sampled, _: float) -> rates.Limits:
    return rates.Limits(runs.share, runs.share)


WRONG: dict[str, tuple[str, list[tuple[Any, str, Any]]]] = {
    "Wilson's limits of all runs together": (
        "few runs and many", [(rates, "estimate", _pooled)]),
    "limits for others that are those for these": (
        "many runs of few", [(rates, "of_like", rates.of_these)]),
    "Student's limits near 1": ("rare failures", [(rates, "of_like", _student)]),
    "a difference of which one side is known": (
        "a difference", [(rates, "newcombe", _new_side_alone)]),
    "a verdict by such limits alone": (
        "no difference",
        [(rates, "newcombe", _new_side_alone), (compare.Paired, "test", _sure)]),
    "a gate by Wilson's limit": ("a threshold", [(rates, "lower", _one_sided_wilson)]),
    "a trend that looks at nine places as if at one": (
        "ten days", [(compare.Paired, "test", _of_nine)]),
    "labels that are taken for those of all runs": (
        "few labels", [(sampled.Sampled, "limits", _of_all_runs)]),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_formula_is_noticed(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, changes = WRONG[wrong]
    for place, attribute, formula in changes:
        monkeypatch.setattr(place, attribute, formula)
    found = measure(name)
    assert not found.holds, found
    assert not held_within(name, found), found


EVENTS: dict[str, tuple[tuple[Alike, ...], Callable[..., bool]]] = {
    "one side": ((Alike(3, (6,), (0.8,)), Alike(2, (3,), (0.4,))), measures.these_hold),
    "drawn rates": ((Alike(10, (3,), (0.7,), 0.4),), measures.like_hold),
    "lost runs": ((Alike(3, (5,), (0.4,), lost=0.2),), measures.false_pass),
    "two sides": ((Alike(4, (2, 3), (0.5, 0.8)),), measures.difference_holds),
    "occasions": ((Alike(2, (2, 2, 2), (0.5, 0.5, 0.5)),), measures.false_change),
}


@pytest.mark.parametrize("name", EVENTS)
def test_listing_all_outcomes_gives_what_drawing_them_gives(name: str) -> None:
    scenarios, event = EVENTS[name]
    cell, draws = Cell(name, scenarios), 20_000
    listed = outcomes.outcomes_of(scenarios, draws, [1])
    drawn = outcomes.drawn(scenarios, draws, [1])
    assert listed.exact
    assert not drawn.exact
    for successes_and_judged in (0, 1):
        means = [(some[successes_and_judged].sum(axis=1) * some.chances[:, None]).sum(axis=0)
                 for some in (listed, drawn)]  # fmt: skip
        assert means[1] == pytest.approx(means[0], rel=0.02)
    exact, seen = (
        sum(chance for c, m, chance in zip(*some[:3], strict=True) if event(cell, c, m))
        for some in (listed, drawn)
    )
    assert abs(seen - exact) <= ERRORS * (exact * (1 - exact) / draws) ** 0.5 + 1e-12


def _runs(successes: Any, judged: Any, side: int = 0, day: int = 0) -> list[dict[str, Any]]:
    return [
        make_run(f"s{i}", "success" if n < c else "failure", batch=f"s{i}-{side}-{day}",
                 sequence=n + 1, day=day)
        for i, (c, m) in enumerate(zip(successes[:, side].tolist(), judged[:, side].tolist(),
                                       strict=True))
        for n in range(m)
    ]  # fmt: skip


def _said(section: str, cell: Cell, successes: Any, judged: Any) -> bool:
    """Asks the package itself, by runs with these counts."""
    if section.startswith("audit"):
        return _said_of_labels(section, cell, successes, judged)
    first = held(_runs(successes, judged))
    if section == "trend":
        days = range(judged.shape[1])
        every = held([run for day in days for run in _runs(successes, judged, day, day)])
        return simruns.trend(every).change.at is not None
    if section in ("these", "like"):
        limits = getattr(simruns.summarize(first), section)
        return bool(limits.low <= cell.true_rates[0] <= limits.high)
    if section == "gate-success":
        requirement = simruns.gate(first, min_success=cell.true_rates[0]).success
        return requirement is not None and requirement.verdict == "pass"
    second = held(_runs(successes, judged, 1))
    if section == "gate-regression":
        fall = simruns.gate(second, first, max_regression=-cell.true_difference).regression
        return fall is not None and fall.verdict == "pass"
    result = simruns.compare(first, second)
    if section == "compare-verdict":
        return result.verdict != "cannot tell"
    limits = result.these if section == "compare-these" else result.like
    assert limits.low is not None
    assert limits.high is not None
    return limits.low <= cell.true_difference <= limits.high


def _said_of_labels(section: str, cell: Cell, counts: Any, judged: Any) -> bool:
    """Asks the package of a judge with these counts, and of these labels."""
    made = _runs(counts[:, [audits.PASSED]], judged)
    labels = []
    for i, (passed, taken_passed, good_passed, taken_failed, good_failed, _) in enumerate(
        counts.tolist()
    ):
        for first, taken, good in (
            (0, taken_passed, good_passed), (passed, taken_failed, good_failed)
        ):  # fmt: skip
            labels += [
                {
                    "run_id": f"s{i}-0-0-{first + n + 1}",
                    "label": "success" if n < good else "failure",
                }
                for n in range(taken)
            ]
    found = simruns.audit(held(made), labels, len(made), 1, min_success=cell.true_rates[0])
    assert (found.labelled, found.success is None) == (len(labels), False)
    if section == "audit-gate":
        return rates.at_most(cell.true_rates[0], found.success.low)
    limits: Any = found.corrected if section == "audit-these" else found.corrected.runs
    truth = cell.true_rates[0]
    if section == "audit-runs":
        truth = (counts[:, audits.TRUE] / judged[:, 0]).mean()
    return bool(limits.low - rates.ROUNDING <= truth <= limits.high + rates.ROUNDING)


@pytest.mark.parametrize("section", calibration.SECTIONS)
def test_what_is_measured_is_what_the_package_says_of_such_runs(section: str) -> None:
    """Of three outcomes in which the event comes about, and of three in which it does not."""
    name = next(name for name, (of, _) in reversed(CELLS.items()) if of == section)
    cell = cell_of(name)
    event = calibration.SECTIONS[section].event
    found = outcomes.drawn(cell.scenarios, 600, [1])
    if name in AUDITS:
        found = cell.outcomes(600, [1])
    left = {True: 3, False: 3}
    for successes, judged in zip(found.successes, found.judged, strict=True):
        here = event(cell, successes, judged)
        if left[here]:
            left[here] -= 1
            assert _said(section, cell, successes, judged) == here
    assert left == {True: 0, False: 0}


def test_the_command_writes_its_tables_and_says_so_if_a_bound_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "new" / "page.md"
    arguments = ["--draws", "60", "--jobs", "1", "--only", "gate-success", "--out", str(page)]
    assert calibration.main(arguments) == 0
    told = capsys.readouterr().out
    assert "\n- ok: Gates: a pass at a true rate" in told
    rows = [line for line in page.read_text().splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + len(list(calibration.SECTIONS["gate-success"].cells()))
    assert all(row in told for row in rows)
    assert "| 1 of 20, rate 0.05, ICC 0 " in page.read_text()
    monkeypatch.setattr(rates, "lower", _one_sided_wilson)
    assert calibration.main(arguments) == 1
    assert "\n- NOT OK: Gates: a pass at a true rate" in capsys.readouterr().out


def test_two_processes_measure_what_one_does(tmp_path: Path) -> None:
    pages = [tmp_path / "one.md", tmp_path / "two.md"]
    for jobs, page in enumerate(pages, 1):
        program = [sys.executable, str(ROOT / "benchmarks" / "calibration" / "main.py")]
        given = ["--draws", "20", "--jobs", str(jobs), "--only", "compare-verdict"]
        done = subprocess.run([*program, *given, "--out", str(page)], capture_output=True,
                              text=True, check=False)  # fmt: skip
        assert not done.returncode, done.stdout + done.stderr
    assert pages[0].read_text() == pages[1].read_text()
