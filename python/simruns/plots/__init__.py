"""Plots of what runs say: rates of scenarios, two sides, criteria, change over time, reliability.

Each function takes a result of the analysis, or the runs that it is made of, and `ax`, a matplotlib
Axes to draw on. Without it, there is a new figure of a fitting size, which pyplot knows nothing of:
a notebook shows what the last line of a cell gives, `plot.figure.savefig("rates.png")` writes it,
and `plt.show()` shows what was drawn on an `ax` of `plt.subplots()`.

    simruns.plots.scenarios(runs)
    figure, ax = plt.subplots(layout="constrained")
    simruns.plots.compare(simruns.compare(old, new), ax=ax)

What comes back is the Axes, and its `table` is a pandas frame of what is drawn: a row for each
mark, with the numbers of the result; those of the whole are in `table.attrs`. It hides the method
`table` of matplotlib, which would draw one.

Texts and lines have the colours of `matplotlib.rcParams`, so that dark styles work. Marks have
those of Okabe and Ito (2008), which colour-blind people tell apart, and shapes of their own. A
character that no font of `rcParams["font.family"]` has is shown as an escape, and no name is read
as mathematics.
"""

from __future__ import annotations

from simruns.core.extras import require

for _library in ("matplotlib", "pandas", "pyarrow", "scipy"):
    require(_library, "plots", "simruns.plots")

from simruns.plots.chances import reliability  # noqa: E402
from simruns.plots.criterion_rates import criteria  # noqa: E402
from simruns.plots.over_time import trend  # noqa: E402
from simruns.plots.scenario_rates import scenarios  # noqa: E402
from simruns.plots.sheet import Plot  # noqa: E402
from simruns.plots.two_sides import compare  # noqa: E402

__all__ = ["Plot", "compare", "criteria", "reliability", "scenarios", "trend"]
