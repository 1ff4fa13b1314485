"""The Axes that a plot is drawn on: of the caller, or of a new figure that fits what it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import offset_copy

from simruns.analysis.result import Result
from simruns.core import checks
from simruns.core.errors import invalid
from simruns.hold.runs import Runs
from simruns.plots.ink import Ink, ink_of, legible
from simruns.plots.texts import PLAIN, fitted, labels_of, renderer, width, wrapped

R = TypeVar("R", bound=Result)

MOST_ROWS = 50
"""Rows that a new figure grows to."""
RATES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""The rates that an axis names."""
_GAP = 4.0
"""Points between parts."""
_DOTS = 144
"""Dots per inch of a plot in a notebook."""


class Plot(Axes):
    """Axes with the `table` of what is drawn. A notebook shows those of a new figure."""

    if TYPE_CHECKING:
        table: pd.DataFrame  # type: ignore[assignment]

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        out = BytesIO()
        figure: Any = self.figure
        figure.savefig(out, format="png", dpi=_DOTS)
        across, down = (round(96 * inches) for inches in figure.get_size_inches())
        return out.getvalue(), {"width": across, "height": down}


def result_of(x: object, kind: type[R], of_runs: Callable[[Runs], R]) -> R:
    """Gives the result that is to be drawn: the given one, or that of the given runs."""
    if isinstance(x, Runs):
        return of_runs(x)
    if not isinstance(x, kind):
        raise invalid(
            f"what to draw is {checks.shown(x)}; give runs, or the {kind.__name__} that "
            f"simruns.{of_runs.__name__} makes of them"
        )
    return x


@dataclass
class Row:
    """One of the rows of a plot: whose it is, and what stands beside it."""

    reference: str
    name: str | None
    aside: str


@dataclass
class Sheet:
    """Where a plot is drawn. All sizes are in points."""

    ax: Any
    own: bool
    ink: Ink
    size: float
    """That of the smaller texts."""
    across: float
    """How wide the Axes are."""
    left: float = 0.0
    """How much further to the left the title begins."""
    right: float = 0.0
    keys: list[Line2D] = field(default_factory=list)
    heads: float = 0.0
    """How much stands right above the Axes."""

    @property
    def title_size(self) -> float:
        return 1.2 * self.size

    def head(self, title: str, notes: Sequence[str]) -> float:
        """Writes title, notes and the key above the Axes; gives how high they are."""
        room = self.left + self.across
        x = -self.left / self.across
        at = _GAP + self.heads
        if self.keys:
            at += self._key(at) + _GAP
        lines = [line for note in notes for line in wrapped(note, self.size, room)]
        if lines:
            told = self.ax.annotate(
                "\n".join(lines), (x, 1), xycoords="axes fraction", xytext=(0, at),
                textcoords="offset points", va="bottom", ha="left", fontsize=self.size,
                color=self.ink.text, annotation_clip=False, **PLAIN,
            )  # fmt: skip
            at += self._height(told) + 1.5 * _GAP
        said = "\n".join(wrapped(title.removesuffix("."), self.title_size, room))
        made = self.ax.set_title(said, x=x, y=1, pad=at, ha="left", fontsize=self.title_size,
                                 color=self.ink.text, **PLAIN)  # fmt: skip
        return at + self._height(made)

    def below(self, text: str) -> float:
        """Writes what the x axis has; gives how high that and the ticks are."""
        lines = wrapped(text, self.size, self.across)
        color = legible(mpl.rcParams["axes.labelcolor"], self.ink.back)
        made = self.ax.set_xlabel("\n".join(lines), fontsize=self.size, color=color, **PLAIN)
        return 2.4 * self.size + self._height(made)

    def fit(self, head: float, down: float, foot: float) -> None:
        """Gives a new figure the size that all of it takes."""
        if not self.own:
            return
        edge = self.size
        wide = self.left + self.across + self.right + 2 * edge
        high = head + down + foot + 2 * edge
        self.ax.figure.set_size_inches(wide / 72, high / 72)
        self.ax.set_position(((edge + self.left) / wide, (edge + foot) / high,
                              self.across / wide, down / high))  # fmt: skip

    def say(self, text: str) -> None:
        """Writes into the middle why nothing is drawn."""
        room = 0.9 * self.across
        self.ax.text(
            0.5, 0.5, "\n".join(wrapped(text, self.size, room)), transform=self.ax.transAxes,
            ha="center", va="center", fontsize=self.size, color=self.ink.text, **PLAIN,
        )  # fmt: skip

    def plain_axes(self, ax: Any, *, grid: str = "") -> None:
        """Leaves of the Axes what tells something; without a grid, that is rows."""
        for side in ("top", "right", *([] if grid else ["left"])):
            ax.spines[side].set_visible(False)
        for axis in ("x", "y"):
            style: Any = mpl.rcParams
            color = style[f"{axis}tick.labelcolor"]
            color = style[f"{axis}tick.color"] if color == "inherit" else color
            ax.tick_params(axis=axis, labelsize=self.size,
                           labelcolor=legible(color, self.ink.back))  # fmt: skip
        ax.grid(visible=False)
        if grid:
            ax.grid(visible=True, axis=grid, **_grid())
            ax.set_axisbelow(True)

    def rates(self, axis: Any) -> None:
        """Has an axis be one of rates, from 0 to 1."""
        axis.set_ticks(RATES)
        axis.set_major_formatter("{x:.1f}")

    def place(self, labels: Sequence[str], room: float) -> list[int]:
        """Gives which of the labels along an axis have room beside each other, the last one too."""
        if not labels:
            return []
        widest = max(width(fitted(label, self.size, room), self.size) for label in labels)
        each = room / max(len(labels) - 1, 1)
        step = max(1, -int(-(widest + self.size) // each))
        return list(range(len(labels) - 1, -1, -step))[::-1]

    def beyond(self, labels: Sequence[str]) -> float:
        """Gives how far the last label along the axis may stand out."""
        return width(labels[-1], self.size) / 2 if labels and self.own else 0.0

    def _key(self, at: float) -> float:
        wide = [width(str(key.get_label()), self.size) + 3.5 * self.size for key in self.keys]
        columns = next(
            (n for n in range(len(wide), 1, -1)
             if sum(max(some) for some in np.array_split(wide, n)) <= self.across), 1
        )  # fmt: skip
        transform = offset_copy(self.ax.transAxes, self.ax.figure, y=at, units="points")
        made = self.ax.legend(
            handles=self.keys, loc="lower left", bbox_to_anchor=(0, 1), bbox_transform=transform,
            borderaxespad=0, borderpad=0, frameon=False, ncols=columns, fontsize=self.size,
            labelcolor=self.ink.text, handlelength=1.6, columnspacing=1.2,
        )  # fmt: skip
        for text in made.get_texts():
            text.set(**PLAIN)
        rows = -(-len(wide) // columns)
        return rows * 1.6 * self.size

    def _height(self, text: Any) -> float:
        if not text.get_text():
            return 0.0
        bounds = text.get_window_extent(renderer(self.ax.figure.dpi))
        return float(bounds.height) * 72 / float(self.ax.figure.dpi)


def sheet_on(ax: Any, across: float) -> Sheet:
    """Makes a sheet of the caller's Axes, or of a new figure whose Axes are so wide, in ems."""
    size = 0.9 * float(mpl.rcParams["font.size"])
    if ax is None:
        made: Any = Figure().add_axes((0.1, 0.1, 0.8, 0.8), axes_class=Plot)
        sheet = Sheet(made, True, ink_of(made), size, across * size)
    elif isinstance(ax, Axes):
        figure: Any = ax.figure  # which may be None, by the types of older matplotlibs
        across = ax.get_window_extent().width * 72 / figure.dpi
        sheet = Sheet(ax, False, ink_of(ax), size, across)
    else:
        raise invalid(f"ax is {checks.shown(ax)}; give one matplotlib Axes, or None", field="ax")
    return sheet


def _grid() -> dict[str, Any]:
    return {"color": mpl.rcParams["grid.color"], "linewidth": 0.6, "alpha": 0.4}


def mark(color: Any, marker: str, label: str, *, filled: bool = True, line: Any = "none") -> Line2D:
    """Makes a mark of the key."""
    return Line2D([], [], color=color, marker=marker, linestyle=line, label=label,
                  markerfacecolor=color if filled else "none", markersize=6)  # fmt: skip


class RowSheet:
    """A sheet with a row for each thing, the first at the top, of as many as there is room for."""

    def __init__(
        self,
        ax: Any,
        rows: Sequence[Row],
        *,
        aside: str,
        across: float = 42,
        top: float = 0,
        above: Sequence[str] = (),
    ) -> None:
        """Lays out the rows; `aside` is over what stands beside them.

        `top` rows are kept free above them, in which `above` are the labels. `across` is in ems.
        """
        self.sheet = sheet = sheet_on(ax, across)
        size = sheet.size
        self.pitch = 1.7 * size
        count = len(rows)
        most = MOST_ROWS
        if not sheet.own:
            down = sheet.ax.get_window_extent().height * 72 / sheet.ax.figure.dpi
            most = max(1, int(0.8 * down / self.pitch - top - 1))
        count = min(count, most)
        self.shown = rows[:count]
        self.more = len(rows) - count
        room = 24 * size if sheet.own else min(24 * size, 0.45 * sheet.across)
        self.labels = labels_of([(row.reference, row.name) for row in self.shown], size, room)
        texts = [*self.labels, *([self.rest] if self.more else [])]
        asides = [fitted(row.aside, size, room) for row in self.shown]
        sheet.left = max([width(text, size) for text in [*texts, *above]] or [0.0]) + size
        sheet.right = max([width(text, size) for text in [*asides, aside]]) + 1.5 * size
        if not sheet.own:
            sheet.left = sheet.right = 0.0
        for y, text in enumerate(asides):
            self.beside(text, y)
        if self.shown:
            self.beside(aside)
        at = [*range(len(texts))]
        sheet.ax.set_yticks(at, labels=texts, **PLAIN)
        end = max(len(texts), 1) - 0.4
        sheet.ax.set_ylim(end, -0.6 - top)
        sheet.plain_axes(sheet.ax)
        sheet.ax.tick_params(axis="y", length=0)
        sheet.ax.vlines(RATES, -0.6, end, zorder=0.4, **_grid())
        sheet.rates(sheet.ax.xaxis)

    @property
    def rest(self) -> str:
        return f"... {self.more:,} more"

    @property
    def down(self) -> float:
        """How high the Axes are, in points."""
        low, high = sorted(self.sheet.ax.get_ylim())
        return max(4.0, float(high - low)) * self.pitch

    def beside(self, text: str, y: float | None = None) -> None:
        """Writes what stands to the right of a row, or above all."""
        ax, size = self.sheet.ax, self.sheet.size
        at = ((1, 1), "axes fraction") if y is None else ((1, y), ax.get_yaxis_transform())
        ax.annotate(
            text, at[0], xycoords=at[1], xytext=(0.7 * size, _GAP if y is None else 0),
            textcoords="offset points", va="bottom" if y is None else "center", ha="left",
            fontsize=size, color=self.sheet.ink.text, annotation_clip=False, **PLAIN,
        )  # fmt: skip

    def finish(self, title: str, notes: Sequence[str], label: str) -> None:
        foot = self.sheet.below(label)
        head = self.sheet.head(title, notes)
        self.sheet.fit(head, self.down, foot)


def told(plot: Any, table: pd.DataFrame, whole: dict[str, Any]) -> Plot:
    """Puts the frame of what is drawn to the Axes; `whole` has the numbers of all."""
    table.attrs.update(whole)
    plot.table = table
    drawn: Plot = plot
    return drawn
