"""The settings that are measured: how many scenarios, with which runs and true rates.

Where the rates are fixed, "ICC .4" spreads them as scenarios drawn with that intraclass correlation
lie, each at the mean of its share of the beta distribution, so that their mean is exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from calibration.audits import AuditCell
from calibration.measures import Cell
from calibration.outcomes import Alike
from scipy import special

Runs: TypeAlias = list[tuple[int, ...]]
"""Of each scenario, on each side."""
Rates: TypeAlias = list[tuple[float, ...]]

LEAST_RUNS = 40
"""Effective runs from which the limits for these scenarios are held to their coverage."""

EVEN = [(1, 40), (1, 100), (2, 20), (5, 8), (5, 20), (10, 4), (20, 2), (20, 8), (50, 1), (50, 2),
        (50, 20), (200, 2), (200, 20)]  # fmt: skip
"""Scenarios, and runs of each."""
UNEVEN = [("4..6", 10), ("2..20", 10), ("2..20", 20), ("2..20", 50), ("1..20", 20),
          ("half 2, half 20", 20), ("one 200, rest 4", 20)]  # fmt: skip
"""Runs of scenarios that differ, and how many scenarios these are."""


def these() -> Iterator[Cell]:
    for count, m in EVEN:
        for rate in (0.05, 0.2, 0.5, 0.7, 0.95):
            for icc in (0.0, 0.1, 0.4) if count > 1 else (0.0,):
                told = f"{count} of {m}, rate {rate:g}, ICC {icc:g}"
                yield Cell(told, _fixed([(m,)] * count, [(p,) for p in spread(rate, icc, count)]))
    for words, count in UNEVEN:
        for rate in (0.05, 0.2, 0.5, 0.7):
            for icc, order in ((0.0, ""), (0.1, ANY), (0.1, THIN), (0.4, ANY), (0.4, THIN)):
                told = f"{count} of {words}, rate {rate:g}, ICC {icc:g}{order}"
                runs = runs_of(words, count)
                rates = in_order(runs, spread(rate, icc, count), order)
                cell = Cell(told, _fixed([(m,) for m in runs], [(p,) for p in rates]))
                if cell.effective_runs() >= LEAST_RUNS:
                    yield cell


def like() -> Iterator[Cell]:
    layouts = [(20, "1"), (20, "2"), (20, "4"), (20, "20"), (20, "100"), (20, "2..20"),
               (20, "1..100"), (50, "2"), (50, "8"), (50, "100"), (50, "2..20"), (200, "1"),
               (200, "4"), (200, "100")]  # fmt: skip
    for count, words in layouts:
        sizes = Counter(runs_of(words, count))
        for rate in (0.1, 0.5, 0.9):
            for icc in (0.0, 0.1, 0.4):
                told = f"{count} of {words}, mean {rate:g}, ICC {icc:g}"
                groups = [Alike(n, (m,), (rate,), icc) for m, n in sorted(sizes.items())]
                yield Cell(told, tuple(groups))


def differences() -> Iterator[Cell]:
    several = runs_of("2..20", 20)
    layouts: list[tuple[str, Runs, list[str]]] = [
        ("20 of 10 | 50", [(10, 50)] * 20, [""]),
        ("20 of 2..20", [(m, m) for m in several], [ANY, THIN]),
        ("20 of 2..20 | 20", [(m, 20) for m in several], [ANY, THIN]),
    ]
    for count, m in ((1, 40), (2, 20), (5, 8), (10, 4), (20, 2), (20, 20), (200, 2)):
        layouts.append((f"{count} of {m}", [(m, m)] * count, [""]))
    pairs = [(0.05, 0.05), (0.1, 0.3), (0.5, 0.55), (0.9, 0.95), (0.95, 0.05)]
    for words, runs, orders in layouts:
        first = [sides[0] for sides in runs]
        for old, new in pairs:
            for icc in (0.0, 0.4) if len(runs) > 1 else (0.0,):
                for order in orders if icc else ("",):
                    sides = [in_order(first, spread(rate, icc, len(runs)), order)
                             for rate in (old, new)]  # fmt: skip
                    told = f"{words}, {old:g} to {new:g}, ICC {icc:g}{order}"
                    cell = Cell(told, _fixed(runs, list(zip(*sides, strict=True))))
                    if min(map(cell.effective_runs, (0, 1))) >= LEAST_RUNS:
                        yield cell


def like_differences() -> Iterator[Cell]:
    for count, m in ((20, 2), (20, 20), (20, 100), (50, 4), (200, 4)):
        for old, new in ((0.1, 0.1), (0.1, 0.3), (0.5, 0.55), (0.1, 0.9)):
            for icc, apart in ((0.0, False), (0.4, False), (0.4, True)):
                how = ", drawn apart" if apart else ""
                told = f"{count} of {m}, {old:g} to {new:g}, ICC {icc:g}{how}"
                yield Cell(told, (Alike(count, (m, m), (old, new), icc, apart),))


def unchanged() -> Iterator[Cell]:
    layouts = [(1, 4, 4), (1, 20, 20), (1, 100, 100), (2, 4, 4), (2, 20, 20), (5, 2, 2), (5, 8, 8),
               (10, 4, 4), (20, 1, 1), (20, 4, 4), (20, 2, 20), (20, 100, 20), (50, 20, 20),
               (200, 2, 2)]  # fmt: skip
    for count, old, new in layouts:
        for rate, icc in ((0.05, 0.0), (0.5, 0.0), (0.9, 0.4 if count > 1 else 0.0)):
            told = f"{count} of {old} | {new}, rate {rate:g}, ICC {icc:g}"
            rates = [(p, p) for p in spread(rate, icc, count)]
            yield Cell(told, _fixed([(old, new)] * count, rates))


def thresholds() -> Iterator[Cell]:
    layouts = [(1, 4), (1, 20), (1, 100), (2, 4), (2, 20), (5, 4), (5, 20), (10, 4), (20, 2),
               (20, 8), (50, 4), (200, 2), (200, 20)]  # fmt: skip
    for count, m in layouts:
        for rate in (0.05, 0.5, 0.8, 0.95):
            for icc in (0.0, 0.4) if count > 1 else (0.0,):
                for lost in (0.0, 0.1):
                    told = f"{count} of {m}, rate {rate:g}, ICC {icc:g}"
                    rates = [(p,) for p in spread(rate, icc, count)]
                    told += ", 10% lost" if lost else ""
                    yield Cell(told, _fixed([(m,)] * count, rates, lost))


def falls() -> Iterator[Cell]:
    layouts = [(1, 20, 20), (1, 100, 100), (2, 20, 20), (5, 8, 8), (20, 2, 2), (20, 20, 20),
               (20, 4, 100), (200, 2, 2)]  # fmt: skip
    for count, old, new in layouts:
        for before, after in ((0.2, 0.15), (0.9, 0.85), (0.8, 0.5)):
            for lost in (0.0, 0.1):
                told = f"{count} of {old} | {new}, {before:g} to {after:g}"
                told += ", 10% lost" if lost else ""
                sides = [spread(rate, 0.4 if count > 1 else 0, count) for rate in (before, after)]
                rates = list(zip(*sides, strict=True))
                yield Cell(told, _fixed([(old, new)] * count, rates, lost))


def unchanging() -> Iterator[Cell]:
    layouts = [(2, 20, 4, 0.5, 0.0), (2, 50, 20, 0.9, 0.4), (5, 1, 20, 0.9, 0.0),
               (5, 5, 4, 0.7, 0.4), (5, 20, 1, 0.5, 0.0), (5, 20, 4, 0.9, 0.4),
               (10, 1, 4, 0.5, 0.0), (10, 5, 20, 0.7, 0.4), (10, 20, 2, 0.9, 0.0),
               (30, 1, 10, 0.8, 0.0), (30, 5, 2, 0.5, 0.4)]  # fmt: skip
    for occasions, count, m, rate, icc in layouts:
        told = f"{occasions} occasions, {count} of {m}, rate {rate:g}, ICC {icc:g}"
        rates = [(p,) * occasions for p in spread(rate, icc, count)]
        yield Cell(told, _fixed([(m,) * occasions] * count, rates))
    late, early = (0, 0, 4, 4, 4), (4, 4, 4, 0, 0)
    yield Cell(
        "5 occasions, 10 of 4 on the first three, 10 on the last three, rate 0.7, ICC 0",
        (Alike(10, early, (0.7,) * 5), Alike(10, late, (0.7,) * 5)),
    )


def audits() -> Iterator[AuditCell]:
    for words, count in (("20", 20), ("4", 50), ("2..20", 50)):
        runs = runs_of(words, count)
        for rate in (0.5, 0.9):
            rates = in_order(runs, spread(rate, 0.1, count), ANY)
            scenarios = _fixed([(m,) for m in runs], [(p,) for p in rates])
            for rows in (20, 60, 200):
                for right in (0.99, 0.95, 0.85, 0.7):
                    told = (
                        f"{count} of {words}, rate {rate:g}, {rows} labels, judge right {right:g}"
                    )
                    yield AuditCell(told, scenarios, rows, right)


ANY = ", in any order"
THIN = ", fewest runs where they vary most"
"""An order that sets the number of runs by the very rates that are asked for. No bound holds then:
a scenario of one run cannot show that its rate is not that of the others.
"""


def spread(mean: float, icc: float, count: int) -> list[float]:
    """Gives as many rates of this mean, as far apart as scenarios of this correlation lie."""
    if not icc:
        return [mean] * count
    size = (1 - icc) / icc
    a, b = mean * size, (1 - mean) * size
    ends = special.betaincinv(a, b, np.arange(count + 1) / count)
    shares = count * mean * np.diff(special.betainc(a + 1, b, ends))
    rates: list[float] = np.clip(shares, 0, 1).tolist()
    return rates


def in_order(runs: Sequence[int], rates: list[float], order: str) -> list[float]:
    """Gives each scenario, of these runs, one of the rates."""
    if order == ANY:
        return [rates[i] for i in np.random.default_rng(1).permutation(len(rates)).tolist()]
    if order == THIN:
        unsure = sorted(rates, key=lambda p: p * (1 - p), reverse=True)
        given = dict(zip(np.argsort(runs, kind="stable").tolist(), unsure, strict=True))
        return [given[i] for i in range(len(rates))]
    return rates


def runs_of(words: str, count: int) -> list[int]:
    """Gives the runs of so many scenarios."""
    if words.isdigit():
        return [int(words)] * count
    if ".." in words:
        low, high = map(int, words.split(".."))
        return [round(m) for m in np.linspace(low, high, count).tolist()]
    (first, few), (_, many) = (part.split() for part in words.split(", "))
    once = 1 if first == "one" else count // 2
    return [int(few)] * once + [int(many)] * (count - once)


def _fixed(runs: Runs, rates: Iterable[tuple[float, ...]], lost: float = 0.0) -> tuple[Alike, ...]:
    alike = Counter(zip(runs, rates, strict=True))
    return tuple(Alike(n, m, p, lost=lost) for (m, p), n in alike.items())
