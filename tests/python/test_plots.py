"""Plots draw the numbers of the results, and can be read: by all, on any ground, at any size."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import combinations
from typing import Any

import pytest

for library in ("matplotlib", "pandas", "pyarrow", "scipy", "statsmodels"):
    pytest.importorskip(library)

import matplotlib as mpl  # noqa: E402
import pandas as pd  # noqa: E402
from analysis_runs import Json, held, make_run, make_runs  # noqa: E402
from hostile import TEXTS  # noqa: E402
from matplotlib.colors import to_rgb, to_rgba  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402

import simruns  # noqa: E402

plots = simruns.plots

LETTERS = ["SSFS", "SFFF", "SSSS", "FFFF", "SSFA", "SP", "SSSF_"]
WORDS = ["greets the customer", "confirms the booking first", "polite", "invents no price"]
LONG = "Refund of a flight that the airline cancelled less than a day before departure, in cash, "


def some_runs(count: int, side: str = "b", days: int = 1) -> list[Json]:
    """Runs of so many scenarios, with criteria, a batch of each a day."""
    runs = []
    for number in range(count):
        for day in range(days):
            batch = f"s{number:03}-{side}{day}"
            letters = LETTERS[(number + day + (side != "b")) % len(LETTERS)]
            for at, letter in enumerate(letters, 1):
                said = {
                    word: letter == "S" or (at + i) % (3 - number % 2) > 0
                    for i, word in enumerate(WORDS)
                }
                runs += make_runs({f"s{number:03}": letter}, batch=f"{side}{day}", day=day,
                                  criteria=said if letter in "SF" else None)  # fmt: skip
                runs[-1] |= {"id": f"{batch}-{at}", "sequence": at}
    return runs


def drawn_of(
    kind: str, runs: list[Json], names: dict[str, str] | None = None, ax: Any = None
) -> Any:
    """The plot of this kind of these runs. A comparison is with the same ones, turned over."""
    held_runs = held(runs)
    held_runs.names = names or {}
    if kind != "compare":
        return getattr(plots, kind)(held_runs, ax=ax)
    turned = {"success": "failure", "failure": "success"}
    others = []
    for i, run in enumerate(runs):
        verdict = str(run["metrics"].get("status", "")).replace("FAILED", "FAILURE").lower()
        if verdict in turned:
            scenario = run["simulationReference"]
            new = turned[verdict] if i % 3 == 0 else verdict
            others.append(make_run(scenario, new, batch=f"{scenario}-new", id=f"new-{i}"))
    return plots.compare(held_runs, held(others), ax=ax)


KINDS = ["scenarios", "compare", "criteria", "trend", "reliability"]


def texts_of(figure: Any) -> list[Text]:
    """What there is to read, after the figure was drawn as a PNG."""
    out = BytesIO()
    figure.savefig(out, format="png", dpi=figure.dpi)
    assert out.getvalue().startswith(b"\x89PNG")
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()
            and _on_axis(text)]  # fmt: skip


def _on_axis(text: Text) -> bool:
    """Whether it is not the label of a tick beyond the ends of its axis, which is not drawn."""
    box = text.get_window_extent()
    return bool(box.width > 0 and box.height > 0)


def check_readable(figure: Any) -> list[str]:
    """Holds that no two texts overlap, and that none leaves the figure; gives them."""
    texts = texts_of(figure)
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    width, height = figure.bbox.size
    for text, box in boxes:
        assert box.x0 > -1, text
        assert box.x1 < width + 1, text
        assert box.y0 > -1, text
        assert box.y1 < height + 1, text
    for (one, a), (other, b) in combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across < 1 or down < 1, (one, other)
    return [text for text, _ in boxes]


def luminance(color: Any) -> float:
    parts = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color))
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: Any, other: Any) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(autouse=True)
def _nothing_of_the_process_changes() -> Iterator[None]:
    from matplotlib import pyplot

    style, figures = dict(mpl.rcParams), pyplot.get_fignums()
    yield
    assert (dict(mpl.rcParams), pyplot.get_fignums()) == (style, figures)


@pytest.mark.parametrize("count", [1, 5, 50, 200])
@pytest.mark.parametrize("kind", KINDS)
def test_no_two_texts_of_a_plot_overlap(kind: str, count: int) -> None:
    days = {1: 1, 5: 4, 50: 30}.get(count, 3) if kind == "trend" else 1
    plot = drawn_of(kind, some_runs(count, days=days))
    texts = check_readable(plot.figure)
    assert max(plot.figure.get_size_inches()) < 16
    if kind in ("scenarios", "compare"):
        assert len(plot.table) == min(count, 50)
        assert ("... 150 more" in texts) == (count == 200)


@pytest.mark.parametrize("kind", KINDS)
def test_names_may_be_long_and_equal_and_hostile(kind: str) -> None:
    words = [*TEXTS, LONG * 50, LONG + "1", LONG + "2", "W" * 300, "same", "same", "$x^2$ and $y",
             r"from $\frac{ to $1", r"\frac{a", "a\nb\tc", "\x1b[31mred", "日本語の名前", "👩‍🚀",
             "\u202eturned", " ", "_a_{b}", "%s & # ~", "\ud800"]  # fmt: skip
    names = {f"s{at}": word for at, word in enumerate(words)}
    runs = make_runs(dict.fromkeys(names, "SSF"))
    for run, word in zip(runs, [w for w in words for _ in range(3)], strict=True):
        key = word.encode("utf-8", "replace").decode()
        run["successCriteria"] = [{"type": "text", "params": {"name": key}}]
        run["metrics"]["results"] = [{"type": "text", "name": key, "success": False}]
    texts = check_readable(drawn_of(kind, runs, names).figure)
    assert not any(c in text for text in texts for c in "\x1b\u202e\t\ud800日")
    if kind in ("scenarios", "compare"):
        assert r"\u65e5\u672c\u8a9e\u306e\u540d\u524d" in texts
        whole = {"$x^2$ and $y", r"from $\frac{ to $1", "a b c", r"\x1b[31mred", "%s & # ~"}
        assert whole <= set(texts)
        same, long = ([t for t in texts if t.startswith(start)] for start in ("same", "Refund"))
        assert [text[:6] for text in same] == ["same [", "same ["]
        assert len(same) == len(set(same))
        assert all("…" in text for text in long)
        assert len({text for text in long if text[-1] in "12" or "]" in text}) >= 2


def test_what_no_font_has_is_an_escape_and_what_another_font_has_is_not() -> None:
    names = {"s001": "Grüße – \u2603"}
    for family, shown in (("DejaVu Sans", "Grüße – \u2603"), ("cmr10", r"Gr\xfc\xdfe - \u2603")):
        with mpl.rc_context({"font.family": [family], "axes.formatter.use_mathtext": True}):
            assert shown in check_readable(drawn_of("scenarios", some_runs(2), names).figure)
    both = {"font.family": ["cmr10", "DejaVu Sans"], "axes.formatter.use_mathtext": True}
    with mpl.rc_context(both):
        texts = check_readable(drawn_of("scenarios", some_runs(2), names).figure)
        assert "Grüße – \u2603" in texts


@pytest.mark.parametrize("style", ["default", "dark_background", "grayscale", "Solarize_Light2"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_text_and_mark_stands_out_from_its_background(kind: str, style: str) -> None:
    import matplotlib.style

    with mpl.rc_context():
        matplotlib.style.use(style)
        plot = drawn_of(kind, some_runs(12, days=3))
        texts_of(plot.figure)
    back = to_rgba(plot.get_facecolor())
    for text in texts_of(plot.figure):
        assert contrast(text.get_color(), back) >= 4.5, text.get_text()
    marks = [line for line in plot.lines if line.get_marker() not in ("None", "", None)]
    assert marks
    for mark in marks:
        assert contrast(mark.get_color(), back) >= 2.9
    looks = {(mark.get_marker(), str(mark.get_markerfacecolor()) == "none"): str(mark.get_color())
             for mark in marks}  # fmt: skip
    assert len(looks) >= len(set(looks.values()))


def test_the_text_of_a_style_that_cannot_be_read_gives_way() -> None:
    figure = Figure(facecolor="black")
    plot = plots.scenarios(held(some_runs(3)), figure.add_subplot(facecolor="black"))
    assert {to_rgb(text.get_color()) for text in texts_of(figure)} == {(1.0, 1.0, 1.0)}
    assert plot.table is not None


def same(value: Any, number: Any) -> bool:
    return bool(value == number) or (number is None and bool(pd.isna(value)))


def check_row(row: dict[str, Any], numbers: dict[str, Any], named: dict[str, str]) -> None:
    """Holds that each cell of a row is the number of that name."""
    wrong = {column: (row[column], numbers[name]) for column, name in named.items()
             if not same(row[column], numbers[name])}  # fmt: skip
    assert not wrong


def rows_of(plot: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = plot.table.to_dict("records")
    return rows


@pytest.mark.parametrize("errors", ["agent", "exclude", "fail"])
def test_the_table_of_scenarios_has_the_numbers_of_the_summary_worst_first(errors: Any) -> None:
    runs = held([*some_runs(14), *make_runs({"blank": "P_"})])
    summary = simruns.summarize(runs, errors=errors, confidence=0.9)
    plot, numbers = plots.scenarios(summary), summary.numbers()
    assert set(plot.table["scenario"]) == set(summary.by_scenario)
    for row in rows_of(plot):
        names = ("judged", "successes", "rate", "low", "high")
        check_row(row, numbers, {name: f"scenario.{row['scenario']}.{name}" for name in names})
    rates = plot.table["rate"].dropna()
    assert rates.is_monotonic_increasing
    if errors != "fail":
        assert plot.table["scenario"].iloc[-1] == "blank"
    assert plot.table.attrs == {name: numbers[name] for name in ("rate", "these.low", "these.high")}
    (line,) = (line for line in plot.lines if line.get_marker() == "o")
    assert list(line.get_xdata()) == list(rates)
    ends = [
        [tuple(map(float, end)) for end in part] for part in plot.collections[-1].get_segments()
    ]
    known = plot.table.dropna(subset=["rate"])
    assert ends == [
        [(low, y), (high, y)]
        for y, (low, high) in enumerate(zip(known["low"], known["high"], strict=True))
    ]


def test_the_table_of_a_comparison_has_the_rates_of_both_sides_worst_change_first() -> None:
    old, new = held(some_runs(14)), held([*some_runs(13, side="n"), *make_runs({"only": "S"})])
    result = simruns.compare(old, new)
    plot, numbers = plots.compare(result), result.numbers()
    sides = {name: simruns.summarize(runs).numbers() for name, runs in (("old", old), ("new", new))}
    assert len(plot.table) == numbers["scenarios"] == 13
    for row in rows_of(plot):
        for side, told in sides.items():
            check_row(row, told, {side: f"scenario.{row['scenario']}.rate"})
        assert row["difference"] == row["new"] - row["old"]
    drops = dict(zip(result.screen, result.screen_drop, strict=True))
    found = {row["scenario"]: -row["difference"] for row in rows_of(plot)}
    assert drops == {scenario: found[scenario] for scenario in drops}
    assert plot.table["difference"].is_monotonic_increasing
    assert all(plot.table.attrs[name] == numbers[name] for name in plot.table.attrs)
    assert plot.table.attrs["like.low"] is not None
    assert str(result.verdict) in plot.get_title()
    assert plots.compare(old, new).table.equals(plot.table)


def test_the_table_of_criteria_has_how_often_each_fails_alone_and_with_others() -> None:
    summary = simruns.summarize(held(some_runs(9)))
    plot, numbers = plots.criteria(summary), summary.numbers()
    assert len(plot.table) == len(WORDS)
    columns = [name for name in plot.table.columns if name.startswith("cofail.")]
    assert len(columns) == len(WORDS)
    for row in rows_of(plot):
        names = ("met", "runs", "only", "rate", "low", "high")
        check_row(row, numbers, {name: f"criterion.{row['criterion']}.{name}" for name in names})
        for column in columns:
            a, b = sorted((row["criterion"], column.removeprefix("cofail.")))
            expected = None if a == b else numbers[f"cofail.{a}&{b}"]
            assert same(row[column], expected)
    assert any(numbers[f"cofail.{a}&{b}"] for a, b in combinations(sorted(WORDS), 2))
    assert plot.table["rate"].is_monotonic_increasing


@pytest.mark.parametrize("by", ["day", "batch"])
def test_the_table_of_a_trend_has_each_occasion_and_its_change(by: Any) -> None:
    runs = [run for day in range(6) for run in make_runs(
        {f"s{n}": ("SSSF" if day < 3 else "FFFS") * 3 for n in range(12)}, batch=f"b{day}", day=day
    )]  # fmt: skip
    result = simruns.trend(held(runs), by)
    plot, numbers = plots.trend(result), result.numbers()
    for column, name in (("occasion", "occasions"), ("judged", "judged"), ("rate", "rates"),
                         ("low", "lows"), ("high", "highs")):  # fmt: skip
        assert list(plot.table[column]) == numbers[name]
    assert all(plot.table.attrs[name] == numbers[name] for name in plot.table.attrs)
    assert result.change.at is not None
    (change,) = (line for line in plot.lines if line.get_linestyle() == ":")
    assert list(change.get_xdata()) == [2.5, 2.5]
    assert f"changed at {result.change.at}" in plot.get_title()
    check_readable(plot.figure)


@pytest.mark.parametrize("k", [None, 2, 30])
def test_the_table_of_reliability_has_the_chances_of_each_k(k: int | None) -> None:
    letters = {f"s{n}": "SSFSSSFS"[: 5 + n % 4] * (1 if n else 5) for n in range(12)}
    result = simruns.reliability(held(make_runs(letters)), k)
    plot, numbers = plots.reliability(result), result.numbers()
    assert len(plot.table) == result.k
    assert ("common.pass^k" in plot.table) == (k != 2)
    for row in rows_of(plot):
        names = [name for name in row if name != "k"]
        check_row(row, numbers, {n: n.replace("^k", f"^{row['k']}").replace("@k", f"@{row['k']}")
                                 for n in names})  # fmt: skip
    check_readable(plot.figure)


EMPTY: dict[str, list[Json]] = {
    "no runs": [],
    "nothing judged": make_runs({"a": "PX_", "b": "U"}),
    "one run": make_runs({"a": "S"}),
    "one that fails": make_runs({"a": "F"}),
}


@pytest.mark.parametrize("runs", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("kind", KINDS)
def test_little_or_nothing_is_drawn_as_such(kind: str, runs: list[Json]) -> None:
    plot = drawn_of(kind, runs)
    texts = check_readable(plot.figure)
    assert isinstance(plot.table, pd.DataFrame)
    columns = list(drawn_of(kind, some_runs(3)).table.columns)
    assert [c for c in columns if c[:6] not in ("cofail", "common")] == list(plot.table.columns)
    if len(runs) > 1 and kind == "scenarios":
        assert texts.count("none judged") == 2
        assert " ".join(plot.get_title().split()) == (
            "no run is judged; 4 runs excluded (1 platform error, 1 unknown error, 1 stopped, "
            "1 pending)"
        )


@pytest.mark.parametrize("kind", KINDS)
def test_a_plot_says_what_its_rate_is_over_and_whether_runs_are_missing(kind: str) -> None:
    plot = drawn_of(kind, some_runs(12))
    shown = " ".join(" ".join(text.get_text().split()) for text in texts_of(plot.figure))
    assert "the agent's errors as failures" in shown
    assert "excluded" in shown
    assert "ompleteness" in shown
    assert "unverified" in shown


def test_a_plot_of_a_complete_read_says_nothing_of_its_completeness(batch: simruns.Batch) -> None:
    runs = batch.read()
    assert runs.completeness.verdict == "complete"
    plot = runs.plot()
    assert "ompleteness" not in "".join(text.get_text() for text in texts_of(plot.figure))
    assert simruns.summarize(runs).numbers()["rate"] == plot.table.attrs["rate"]
    assert f"{plot.table.attrs['rate']:.2f} of this scenario's runs" in plot.get_title()
    assert "runs.plot()" in runs._repr_html_()


@pytest.mark.parametrize("kind", KINDS)
def test_axes_that_are_given_are_drawn_on_and_come_back(kind: str) -> None:
    from matplotlib import pyplot

    figure, grid = pyplot.subplots(2, 2, layout="constrained", figsize=(16, 9))
    try:
        for ax in grid.flat:
            plot = drawn_of(kind, some_runs(60, days=2), ax=ax)
            assert plot is ax
            assert len(plot.table) > 1
            if kind in ("scenarios", "compare"):
                more = 60 - len(plot.table)
                assert f"... {more} more" in [text.get_text() for text in ax.get_yticklabels()]
        check_readable(figure)
    finally:
        pyplot.close(figure)


@pytest.mark.parametrize("size", [8, 18])
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_figure_fits_letters_of_any_size(kind: str, size: int) -> None:
    with mpl.rc_context({"font.size": size}):
        check_readable(drawn_of(kind, some_runs(12, days=3)).figure)


@pytest.mark.parametrize("kind", KINDS)
def test_a_notebook_shows_a_new_figure_and_a_pickle_keeps_it(kind: str) -> None:
    plot = drawn_of(kind, some_runs(3))
    png, size = plot._repr_png_()
    assert png.startswith(b"\x89PNG")
    width, height = plot.figure.get_size_inches()
    assert size == {"width": round(96 * width), "height": round(96 * height)}
    again = pickle.loads(pickle.dumps(plot.figure)).axes[0]
    assert again.table.equals(plot.table)
    assert again.table.attrs == plot.table.attrs


def test_what_the_last_line_of_a_cell_gives_is_shown_as_an_image() -> None:
    formatters = pytest.importorskip("IPython.core.formatters")
    plot = held(some_runs(3)).plot()
    shown, sizes = formatters.DisplayFormatter().format(plot)
    assert (shown["image/png"], sizes["image/png"]) == plot._repr_png_()
    own = Figure().add_subplot()
    assert "image/png" not in formatters.DisplayFormatter().format(plots.scenarios(
        held(some_runs(3)), own))[0]  # fmt: skip


WRONG: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a frame": (lambda runs: plots.scenarios(runs.to_pandas()), "give runs, or the Summary"),
    "another result": (lambda runs: plots.trend(simruns.summarize(runs)), "the Trend that simruns"),
    "a list": (lambda runs: plots.criteria(list(runs)), "of type list; give runs"),
    "one side": (lambda runs: plots.compare(runs), r"give compare\(old, new\)"),
    "no comparison": (lambda runs: plots.compare("old"), "the Comparison that simruns.compare"),
    "two": (lambda runs: plots.compare(simruns.compare(runs, runs[:0]), runs), "both sides"),
    "several": (
        lambda runs: plots.compare(simruns.compare(runs, {"a": runs[:0]})),
        r"give one, as result\['a'\]",
    ),
    "many axes": (lambda runs: runs.plot(Figure().subplots(2)), "ax is of type ndarray; give one"),
    "a figure": (lambda runs: plots.reliability(runs, ax=Figure()), "ax is of type Figure"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_drawn_is_refused(name: str) -> None:
    call, message = WRONG[name]
    with pytest.raises(simruns.InvalidArgumentError, match=message):
        call(held(some_runs(2)))


def test_the_real_runs_are_drawn(real_data: Any) -> None:
    runs = simruns.open(real_data)
    for plot in (runs.plot(), plots.criteria(runs), plots.trend(runs), plots.reliability(runs)):
        check_readable(plot.figure)
