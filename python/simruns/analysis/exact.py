"""Exact tests of whether scenarios changed between two sides, given how many runs succeeded.

Arrays have a number for each scenario: `old` and `new` are the judged runs of a side, `before` and
`after` those of them that succeeded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from simruns.analysis.rates import Counts, Floats


class NoChange(NamedTuple):
    """How likely what was seen is, if no scenario changed."""

    p: float
    """That the number of successes lies as far from what is expected, in either direction."""
    low: float
    """That there are as few successes of the new side, or fewer."""
    each: Floats
    """That there are as few in each scenario, or fewer."""


def no_change(before: Counts, old: Counts, after: Counts, new: Counts) -> NoChange:
    """Tests whether no scenario changed.

    If none did, and if one knows the successes of both sides together, those of the new side are
    hypergeometric in each scenario (R. A. Fisher 1935). The distribution of their sum is the
    convolution of these, added up directly: a Fourier transform would lose small probabilities.
    p = min(1, 2·min(P(S <= s), P(S >= s))). Of one run a side it is McNemar's exact test.
    """
    from scipy import stats

    both = before + after
    least, most = np.maximum(both - old, 0), np.minimum(both, new)
    sizes = most - least + 1
    ends = np.cumsum(sizes)
    starts = ends - sizes
    of = np.repeat(np.arange(len(sizes)), sizes)
    seen = np.arange(sizes.sum()) - (starts - least)[of]
    chances = stats.hypergeom.pmf(seen, (old + new)[of], both[of], new[of])
    chances = np.nan_to_num(chances, nan=1.0)  # where nobody succeeded, or nobody failed
    whole = np.ones(1)
    for size, start in sorted(zip(sizes.tolist(), starts.tolist(), strict=True)):
        if size > 1:
            whole = np.convolve(whole, chances[start : start + size])
    at = int((after - least).sum())
    low, high = float(whole[: at + 1].sum()), float(whole[at:].sum())
    each = np.add.reduceat(np.where(seen <= after[of], chances, 0.0), starts)
    return NoChange(min(1.0, 2 * min(low, high)), min(1.0, low), np.minimum(each, 1.0))


def false_discovery(p: Floats) -> Floats:
    """Gives q values: Y. Benjamini and Y. Hochberg, JRSS B 57 (1995)."""
    return _adjusted(p, "fdr_bh")


def family_wise(p: Floats) -> Floats:
    """Gives p values that hold together: S. Holm, Scandinavian Journal of Statistics 6 (1979)."""
    return _adjusted(p, "holm")


def _adjusted(p: Floats, method: str) -> Floats:
    from statsmodels.stats.multitest import multipletests

    if not len(p):
        return p
    adjusted: Floats = multipletests(p, method=method)[1]
    return adjusted
