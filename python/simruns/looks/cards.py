"""The objects of this package in HTML, each at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from simruns import _core
from simruns.looks.bubbles import (
    about,
    bubble,
    check,
    fold,
    issue_line,
    measured,
    pill,
    title,
    verdict,
)
from simruns.looks.conversation import TONES, laid_out, met, turn_of
from simruns.looks.html import Child, Html, isolated, row, spoken, tag, whole
from simruns.looks.reprs import LISTED, listed, said_of_state, settled_of, verdicts_of
from simruns.looks.texts import counted, cut, moment, one_line, took

FIRST = 5
"""Runs, or rows of a table, that are shown."""
MOST = 10
"""Batches that are shown by name."""
_PROVEN = {"complete": "good", "unverified": "odd", "incomplete": "bad"}
_STATES = {"completed": "good", "failed": "bad"}
_MOST_TEXT = 1000
_KEYS = ("project", "scenario", "batch", "run_id", "turn_id")
_MOST_KEY = 12
"""Characters of a key that are shown in a row, so that the others find room."""


def client_html(client: Any) -> str:
    rows = [
        ("server", client.base_url),
        ("project", client.project or "none: each batch names its own"),
        ("credentials", "given, and never shown"),
    ]
    return whole(_title(type(client).__name__), _fields(rows))


def batch_html(batch: Any) -> str:
    hint = f"{_await(batch)}batch.read() reads its runs"
    return whole(_title(type(batch).__name__), _fields(_key(batch.key)), _hint(hint))


def scenario_html(scenario: Any) -> str:
    """Shows a scenario: who is played, with what mission, measured by what."""
    rows = [("project", scenario.project), ("scenario", scenario.reference or "(no reference)")]
    rows += [(head, value) for head, value in (
        ("persona", scenario.persona_name), ("played as", scenario.persona),
        ("mission", scenario.mission),
        ("created", scenario.created_at and moment(scenario.created_at)),
    ) if value]  # fmt: skip
    criteria = scenario.success_criteria
    if isinstance(criteria, list):
        rows.append(("measured by", counted(len(criteria), "criterion", "criteria")))
    hint = None
    if hasattr(scenario, "latest"):
        hint = _hint(f"{_await(scenario)}scenario.latest() gives its last finished batch")
    name = isolated(one_line(scenario.name or "", 120) or "(no name)")
    head = row([tag("b", f"{type(scenario).__name__}:"), tag("b", name)], class_="sr-title")
    return whole(head, _fields(rows), hint)


def batch_info_html(info: Any) -> str:
    """Shows what the server says of a batch."""
    rows = [*_key(info), ("scenario name", info.scenario_name), ("name", info.name),
            ("runs", settled_of(info)), ("failed", info.failed_runs)]  # fmt: skip
    rows += [
        (head, value and moment(value))
        for head, value in (
            ("created", info.created_at),
            ("started", info.started_at),
            ("completed", info.completed_at),
        )
    ]
    tone = _STATES.get(info.state, "odd")
    head = row([tag("b", "BatchInfo"), pill(said_of_state(info), tone)], class_="sr-title")
    told = [(name, value) for name, value in rows if value not in (None, "")]
    return whole(head, _fields(told), _hint("client.batch(info).read() reads its runs"))


def listing_html(listing: Any) -> str:
    """Shows scenarios, or batches, a row each."""
    heads, rows = listed(listing)
    shown: list[Sequence[Child]] = [[isolated(cell) for cell in each] for each in rows]
    return whole(
        _title(f"{type(listing).__name__}: {len(listing):,}"),
        _completeness_line(listing.completeness),
        _table(heads, shown),
        _more(len(listing) - LISTED, "to_pandas()"),
    )


def suite_html(suite: Any) -> str:
    names = {reference: one.name for reference, one in suite.scenarios.items() if one.name}
    rows: list[Sequence[Child]] = [
        [_name(key.project), _name(names.get(key.scenario) or key.scenario), _name(key.batch)]
        for key in suite.keys[:MOST]
    ]
    return whole(
        _title(f"{type(suite).__name__} of {counted(len(suite.keys), 'batch', 'batches')}"),
        _table(["project", "scenario", "batch"], rows),
        _more(len(suite.keys) - MOST, "suite.keys"),
        _hint(f"{_await(suite)}suite.read() reads the runs of all of them"),
    )


def runs_html(runs: Any) -> str:
    return whole(
        _title(f"{type(runs).__name__}: {counted(len(runs), 'run')}"),
        _verdicts(runs),
        _completeness_line(runs.completeness),
        _first_runs(runs),
        _hint(
            "runs[0].transcript() shows a conversation, runs.to_pandas() gives a frame, "
            "runs.plot() draws the scenarios"
        ),
    )


def page_html(page: _core.Page) -> str:
    here = len(page)
    shown = (
        counted(here, "run") if page.total is None else f"{here:,} of {counted(page.total, 'run')}"
    )
    around = [
        word for word, there in (("next", page.has_next), ("previous", page.has_previous)) if there
    ]
    told = f"with a {' and a '.join(around)} page" if around else "with no other page"
    return whole(_title(f"Page: {shown}, {told}"), _verdicts(page), _first_runs(page))


def run_html(run: _core.Run) -> str:
    return whole(
        row(title(run), class_="sr-title"), about(run), measured(run),
        _hint("run.transcript() shows the conversation"),
    )  # fmt: skip


def turn_html(turn: _core.Turn) -> str:
    shown = turn_of(turn, turn.sequence if turn.sequence is not None else 0)
    return whole(tag("div", bubble(shown), class_="sr-turns"))


def criterion_html(criterion: _core.Criterion) -> str:
    rows = [("type", criterion.type)] if criterion.name else []
    params, rest = laid_out(criterion.params_json or "")
    inner = [tag("pre", params), tag("div", rest, class_="sr-rest")] if params else []
    return whole(check(criterion), _fields(rows), fold("params", *inner) if inner else None)


def issue_html(issue: _core.Issue) -> str:
    return whole(_title("Issue"), issue_line(issue))


def completeness_html(completeness: Any) -> str:
    batches = completeness.batches
    heads = ["", "scenario", "batch", "runs", "of", "missing", "duplicates", "pages", "requests",
             "walk", "the batch says"]  # fmt: skip
    rows: list[Sequence[Child]] = [
        [pill(b.verdict, _PROVEN.get(b.verdict, "odd")), _name(b.key.scenario), _name(b.key.batch),
         b.received, "unknown" if b.total is None else b.total,
         "unknown" if b.missing is None else b.missing, b.duplicates, b.pages, b.requests, b.walk,
         _witness(b.witness)]
        for b in batches[:MOST]
    ]  # fmt: skip
    return whole(
        _title("Completeness"),
        _completeness_line(completeness),
        _table(heads, rows, numbers=range(3, 9)),
        _more(len(batches) - MOST, "completeness.batches"),
    )


def _witness(witness: Any) -> Html | str:
    """Makes what a batch says of itself."""
    if witness is None:
        return "not asked"
    if not witness.present:
        return isolated(one_line(witness.absence, 80))
    count = witness.runs if witness.settled is None else witness.settled
    told = [one_line(witness.status or witness.state, 40)]
    return isolated(", ".join(told if count is None else [*told, counted(count, "run")]))


def error_html(error: Any) -> str:
    """Shows an error of a request, with what it brought and where to go on."""
    names = [
        "status",
        "code",
        "field",
        "trace_id",
        "cause",
        "attempts",
        "received",
        "total",
        "missing",
    ]
    rows = [(name.replace("_", " "), getattr(error, name, None)) for name in names]
    rows += [(name, took(round(1000 * getattr(error, name, 0.0)))) for name in ("elapsed", "waited")
             if getattr(error, name, 0.0)]  # fmt: skip
    return whole(
        _error_title(error, getattr(error, "kind", "")),
        _message(str(error)),
        _fields([(name, value) for name, value in rows if value not in (None, 0, "")]),
        _brought(error),
    )


def suite_error_html(error: Any) -> str:
    """Shows the error of each batch that could not be read."""
    failures = list(error.failures.items())
    rows: list[Sequence[Child]] = [
        [
            _name(key.scenario),
            _name(key.batch),
            pill(one.kind, "bad"),
            spoken(cut(str(one), 300)[0]),
        ]
        for key, one in failures[:MOST]
    ]
    return whole(
        _error_title(error, f"{counted(len(failures), 'batch', 'batches')} failed"),
        _message(str(error)),
        _table(["scenario", "batch", "kind", "error"], rows),
        _more(len(failures) - MOST, "error.failures"),
        _brought(error),
    )


def table_html(table: Any) -> str:
    """Shows the first rows of a table, if there is the library that gives them."""
    return whole(
        _title(repr(table).strip("<>")),
        _first_rows(table) if len(table) else None,
        _hint("to_pandas(), to_polars() and to_arrow() give a frame"),
    )


def _first_rows(table: Any) -> Html | None:
    try:
        import pyarrow
    except ImportError:
        return None
    with pyarrow.RecordBatchReader.from_stream(table) as reader:
        first = next(iter(reader), None)
        rows = first.slice(0, FIRST).to_pylist() if first is not None else []
        names = reader.schema.names
    cells: list[Sequence[Child]] = [[_cell(*each) for each in row.items()] for row in rows]
    return tag("div", _table(names, cells), class_="sr-wide")


def _cell(column: str, value: Any) -> Child:
    if value is None:
        return tag("span", "none", class_="sr-faint")
    text = moment(value) if hasattr(value, "isoformat") else str(value)
    return isolated(one_line(text, _MOST_KEY if column in _KEYS else 80))


def _first_runs(runs: Any) -> Html | None:
    first: list[_core.Run] = list(islice(iter(runs), FIRST))
    if not first:
        return None
    scenarios = [run.scenario or "" for run in first]
    names = getattr(runs, "names", {})  # a page has none
    several = len(set(scenarios)) > 1
    columns: dict[str, list[Child]] = {
        "id": [isolated(one_line(run.id, 40) or "(no id)", class_="sr-code") for run in first],
        "verdict": [verdict(run) for run in first],
        "turns": [len(run.turns) for run in first],
        "took": ["" if run.duration_ms is None else took(run.duration_ms) for run in first],
        "criteria": [met(run) for run in first],
        "scenario": [_name(str(names.get(s) or s)) if several else "" for s in scenarios],
        "summary": [one_line(run.summary or run.error_message or "", 90) for run in first],
    }
    told = {head: cells for head, cells in columns.items() if any(cell != "" for cell in cells)}
    rows = list(zip(*told.values(), strict=True))
    shown = _table(list(told), rows, numbers=range(2, 4 if "took" in told else 3))
    more = len(runs) - len(first)
    return tag(
        "div",
        shown,
        tag("div", f"... {counted(more, 'more run')}", class_="sr-faint") if more else None,
    )


def _verdicts(runs: Iterable[_core.Run]) -> Html | None:
    counts = verdicts_of(run.verdict for run in runs)
    pills = [pill(f"{number:,} {word}", TONES[word]) for word, number in counts.items()]
    return row(pills, class_="sr-row") if pills else None


def _completeness_line(completeness: Any) -> Html:
    proven = pill(completeness.verdict, _PROVEN.get(completeness.verdict, "odd"))
    told = isolated(one_line(str(completeness), 400))
    return tag("div", proven, " ", told, class_="sr-part")


def _error_title(error: Any, told: str) -> Html:
    what = pill(told, "bad") if told else None
    return row([tag("b", type(error).__name__), what], class_="sr-title")


def _message(text: str) -> list[Html]:
    start, rest = cut(text, _MOST_TEXT)
    said = [tag("div", rest, class_="sr-rest")] if rest else []
    return [spoken(start, class_="sr-said sr-part"), *said]


def _brought(error: Any) -> list[Html]:
    """Makes what had come when it failed, and how to go on."""
    out: list[Html] = []
    runs = getattr(error, "runs", None)
    if runs is not None:
        told = f"error.runs has what came: {one_line(str(runs.completeness), 300)}"
        out.append(tag("div", told, class_="sr-part"))
    if getattr(error, "position", None):
        rest = "batch.read(start_at=error.position)"
        how = f"error.runs + {rest}" if runs is not None else rest
        out.append(tag("div", tag("code", how), " goes on where it stopped", class_="sr-part"))
    return out


def _await(thing: Any) -> str:
    return "await " if type(thing).__name__.startswith("Async") else ""


def result_html(result: Any) -> str:
    """Shows a result of analysis: what it says in sentences, and its tables."""
    view = result._view()
    head = [tag("b", view.title), pill(*view.verdict) if view.verdict else None]
    first, *rest = view.sentences or [""]
    said = [
        tag("div", tag("b", isolated(first)), class_="sr-part"),
        *(tag("div", isolated(sentence), class_="sr-part") for sentence in rest),
    ]
    parts: list[Html | None] = []
    for table in view.tables:
        rows = [[isolated(cell) for cell in row] for row in table.rows]
        parts += [
            tag("div", tag("b", table.caption), class_="sr-part") if table.caption else None,
            _table(table.heads, rows, numbers=range(table.texts, len(table.heads))),
            tag("div", table.more, class_="sr-faint") if table.more else None,
        ]
    hint = _hint(view.hint) if view.hint else None
    return whole(row(head, class_="sr-title"), *said, *parts, hint)


def _title(text: str) -> Html:
    return tag("div", tag("b", text), class_="sr-title")


def _hint(text: str) -> Html:
    return tag("div", text, class_="sr-faint sr-part")


def _name(text: str) -> Html:
    return isolated(one_line(text, 60))


def _key(key: Any) -> list[tuple[str, Any]]:
    return [("project", key.project), ("scenario", key.scenario), ("batch", key.batch)]


def _more(number: int, where: str) -> Html | None:
    return (
        tag("div", f"... {number:,} more; see {where}", class_="sr-faint") if number > 0 else None
    )


def _fields(rows: Sequence[tuple[str, Any]]) -> Html | None:
    cells = [
        tag("tr", tag("th", name), tag("td", isolated(one_line(str(value), 300))))
        for name, value in rows
    ]
    return tag("div", tag("table", tag("tbody", cells)), class_="sr-scroll") if cells else None


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[Child]], *, numbers: range = range(0)
) -> Html | None:
    if not rows:
        return None
    kinds = ["sr-number" if at in numbers else None for at in range(len(heads))]
    head = [tag("th", name, class_=kind) for name, kind in zip(heads, kinds, strict=True)]
    body = [
        tag("tr", [tag("td", f"{c:,}" if isinstance(c, int) else c, class_=k)
                   for c, k in zip(row, kinds, strict=True)])
        for row in rows
    ]  # fmt: skip
    table = tag("table", tag("thead", tag("tr", head)), tag("tbody", body))
    return tag("div", table, class_="sr-scroll")
