"""What notebooks and terminals show of each object: short, escaped, and no more than it knows."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from hostile import SCRIPT, TEXTS, run_from, run_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers import serving

import simruns
from simruns.looks.html import ATTRIBUTES, NO_MATH, TAGS, spoken, tag, whole
from simruns.looks.style import SCOPE, STYLE
from simruns.looks.texts import cut, indented, one_line, visible

html5lib = pytest.importorskip("html5lib")

KEY = "key-that-nobody-may-see"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
PIECES = st.sampled_from(
    [*"<>&\"'`=/\\\n\t ", "a", "é", "</div>", "<script>", "</style>", "<!--", "-->", "]]>", "&lt;",
     "\u202e", "\u2066", "\x1b[2J", "\x00", "\u2028", "\ud800", "\udfff", "{", "}", "[b]", SCRIPT]
)  # fmt: skip
ANY_TEXT = st.lists(PIECES | st.characters(), max_size=12).map("".join)


def elements(page: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """The elements of a page as a browser makes them: name, attributes, own text."""
    tree = html5lib.parseFragment(page, namespaceHTMLElements=False)
    for node in tree.iter():
        if node is not tree:
            assert isinstance(node.tag, str), f"a comment: {node.text}"
            yield node.tag, dict(node.attrib), node.text or ""


def check_page(page: str) -> str:
    """Holds that a page has our elements, attributes and classes only; gives its text."""
    ours = set(re.findall(r"sr-[\w-]+", STYLE)) | {SCOPE, "sr-turn-unknown", *NO_MATH.split()}
    for name, attributes, text in elements(page):
        assert name in TAGS | {"style"}, name
        assert set(attributes) <= ATTRIBUTES
        assert set(attributes.get("class", "").split()) <= ours
        assert attributes.get("dir", "auto") == "auto"
        if name == "style":
            assert text == STYLE
    assert not OBEYED.search(page.replace(STYLE, ""))
    page.encode("utf-8")
    tree = html5lib.parseFragment(page.replace(STYLE, ""), namespaceHTMLElements=False)
    return "".join(tree.itertext())


@pytest.fixture(scope="module")
def hostile() -> simruns.Run:
    return run_of(TEXTS)


def looks_of(run: simruns.Run) -> dict[str, Any]:
    """All that is shown of a run, and of its parts."""
    other = run_of(["harmless"])
    return {
        "run": run,
        "transcript": run.transcript(),
        "transcripts": simruns.transcripts([run, other]),
        "beside": simruns.transcripts([run, other], side_by_side=True),
        **{f"turn {at}": turn for at, turn in enumerate(run.turns)},
        **{f"criterion {at}": criterion for at, criterion in enumerate(run.criteria)},
        **{f"issue {at}": issue for at, issue in enumerate(run.issues)},
    }


@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_element_and_no_attribute_comes_from_a_text(texts: list[str]) -> None:
    for shown in looks_of(run_of(texts)).values():
        check_page(shown._repr_html_())


@given(text=ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_the_one_door_escapes_what_stands_in_an_element_and_in_an_attribute(text: str) -> None:
    page = whole(tag("div", text, title=text, class_="sr-part"), spoken(text), tag("pre", text))
    shown = check_page(page)
    for made in (page, f"<div><table><tr><td>{page}</td></tr></table></div>"):
        named = [
            attributes["title"] for _, attributes, _ in elements(made) if "title" in attributes
        ]
        assert named == [visible(text)]
    assert visible(text, alone=True).replace("\n", "") in shown.replace("\n", "")

    class Plain(HTMLParser):
        def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
            assert name in {"div", "style", "pre", "br"}
            assert {key for key, _ in attributes} <= ATTRIBUTES

    Plain().feed(page)


@pytest.mark.parametrize("name", ["script", "img", "a", "iframe", "style", "div onload=x", ""])
def test_an_element_that_could_do_something_is_never_made(name: str) -> None:
    with pytest.raises(ValueError, match="no element"):
        tag(name)


@pytest.mark.parametrize("name", ["onclick", "style", "href", "src", "id"])
def test_an_attribute_that_could_do_something_is_never_made(name: str) -> None:
    with pytest.raises(ValueError, match="no attribute"):
        tag("div", **{name: "x"})


def test_a_hostile_run_is_shown_as_text_everywhere(hostile: simruns.Run) -> None:
    for name, shown in looks_of(hostile).items():
        check_page(shown._repr_html_())
        for line in (repr(shown), str(shown)):
            assert not OBEYED.search(line), name
    told = check_page(hostile.transcript()._repr_html_())
    for text in TEXTS[:10]:
        assert visible(text, alone=True) in told


def test_what_is_shown_is_short_and_says_what_was_cut(hostile: simruns.Run) -> None:
    for shown in looks_of(hostile).values():
        assert len(shown._repr_html_()) < 120_000
        assert len(str(shown)) < 60_000
    transcript = hostile.transcript()
    for told in (str(transcript), check_page(transcript._repr_html_())):
        assert "... 98,000 more characters; see turn.text" in told
    assert len(repr(hostile)) < 200
    assert all(len(repr(turn)) < 120 for turn in hostile.turns)
    long = run_from({"id": "r", "turns": [{"text": str(at)} for at in range(1000)]})
    assert "800 more turns" in str(long.transcript())
    assert "800 more turns" in check_page(long.transcript()._repr_html_())


def test_reprs_say_what_came_of_a_run() -> None:
    run = run_from(
        {
            "id": "r1",
            "sequence": 3,
            "turns": [
                {"sequence": 1, "text": "Hello", "data": {"role": "user"}},
                {"sequence": 2, "text": "Hi"},
            ],
            "successCriteria": [
                {"type": "text", "params": {"name": "goal"}},
                {"type": "text", "params": {"name": "manners"}},
            ],
            "metrics": {
                "success": False,
                "status": "FAILED",
                "results": [
                    {"name": "goal", "success": True},
                    {"name": "manners", "success": False, "reason": "It was rude."},
                ],
            },
            "duration": 1500,
        }
    )
    assert repr(run).startswith("<simruns.Run r1 failure, 2 turns, 1 of 2 criteria met, 1.5 s")
    assert repr(run.turns[0]) == "<simruns.Turn 1: 'Hello' by user>"
    assert repr(run.turns[1]) == "<simruns.Turn 2: 'Hi' by agent?>"
    assert repr(run.criteria[1]) == (
        """<simruns.Criterion text: manners, not met, '{"name": "manners"}'>"""
    )
    told = check_page(run._repr_html_())
    for each in ("failure", "r1", "run 3", "1 of 2 criteria met", "goal", "It was rude."):
        assert each in told


def test_a_run_of_nothing_is_shown() -> None:
    empty = run_from({})
    assert repr(empty).startswith("<simruns.Run (no id) pending, 0 turns")
    for shown in (empty, empty.transcript(), simruns.transcripts([]), simruns.transcripts(empty)):
        check_page(shown._repr_html_())
        assert repr(shown)
    assert "no turns" in check_page(empty.transcript()._repr_html_())
    assert check_page(simruns.transcripts([])._repr_html_()) == repr(simruns.transcripts([]))


@pytest.fixture(scope="module")
def read(sim: simruns.Simulator) -> simruns.Runs:
    with sim.client() as client:
        return client.batches(sim.batches()).read()


def test_runs_are_shown_by_their_verdicts_their_completeness_and_the_first_of_them(
    read: simruns.Runs,
) -> None:
    told = check_page(read._repr_html_())
    verdicts = [run.verdict for run in read]
    for word in set(verdicts):
        assert f"{verdicts.count(word):,} {word}" in told
        assert f"{verdicts.count(word):,} {word}" in repr(read)
    assert "750 of 750 runs in 3 batches" in told
    assert "... 745 more runs" in told
    assert all(run.id in told for run in read[:5])
    assert read[5].id not in told


def test_tables_are_shown_by_their_first_rows(read: simruns.Runs) -> None:
    pytest.importorskip("pyarrow")
    told = check_page(read.turns._repr_html_())
    assert f"{len(read.turns):,} rows" in told
    assert (read[0].turns[0].text or "")[:20] in told
    for name in read.turns.to_arrow().schema.names:
        assert name in told


def test_a_table_is_shown_without_the_library_of_tables(
    read: simruns.Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert f"{len(read.turns):,} rows" in check_page(read.turns._repr_html_())


def test_completeness_is_shown_batch_by_batch(read: simruns.Runs) -> None:
    told = check_page(read.completeness._repr_html_())
    for key in read.batches:
        assert key.scenario in told
        assert key.batch in told
    assert told.count("✓ complete") == 4


def test_a_page_says_what_is_around_it(batch: simruns.Batch) -> None:
    told = check_page(batch.page(page_size=20)._repr_html_())
    assert "Page: 20 of 250 runs, with a next page" in told


@pytest.mark.parametrize("cls", [simruns.Client, simruns.AsyncClient])
def test_a_client_and_what_it_makes_show_where_they_read_and_no_secret(cls: Any) -> None:
    client = cls("http://127.0.0.1:9/x", project="<p>", api_key=KEY, proxy=f"http://u:{KEY}@h:1")
    batch = client.batch(scenario=TEXTS[2], batch=TEXTS[0])
    suite = client.batches([(f"{SCRIPT}{at}", "b\u202e") for at in range(40)])
    for shown in (client, batch, suite):
        page = shown._repr_html_()
        told = check_page(page)
        assert KEY not in page + repr(shown) + str(shown)
        assert not OBEYED.search(repr(shown))
        assert len(page) < 20_000
        assert type(shown).__name__ in told
    assert "http://127.0.0.1:9/x" in check_page(client._repr_html_())
    assert visible(TEXTS[2]) in check_page(batch._repr_html_())
    assert "40 batches" in check_page(suite._repr_html_())
    assert "... 30 more" in check_page(suite._repr_html_())


def test_an_error_shows_what_failed_what_came_and_where_to_go_on() -> None:
    body = json.dumps({"data": [{"id": "1", "sequence": 1}], "pagination": {"hasNext": True,
                       "total": 9, "limit": 1, "next": "c"}}).encode()  # fmt: skip
    with (
        serving(body, b"<html>no page</html>") as (_, client),
        pytest.raises(simruns.RequestError) as caught,
    ):
        client.batch(scenario="s", batch="b").read(page_size=1, walk="cursor")
    told = check_page(caught.value._repr_html_())
    assert html.unescape(visible(str(caught.value))) in told
    assert caught.value.kind in told
    assert "error.runs has what came: 1 of 9 runs" in told
    assert "error.runs + batch.read(start_at=error.position)" in told


def test_errors_of_a_suite_are_shown_by_batch(sim: simruns.Simulator) -> None:
    with sim.client() as client:
        runs = client.batches(sim.batches()[:1]).read()
        suite = client.batches([("no", "\u202e<b>such"), *sim.batches()[1:]])
        failures = {key: simruns.RequestError(SCRIPT, kind="server") for key in suite.keys}
        error = simruns.SuiteError("3 of 4 batches could not be read", runs, failures)
    told = check_page(error._repr_html_())
    for key in suite.keys:
        assert visible(key.batch) in told
    assert told.count(SCRIPT) == 3
    assert "error.runs has what came: 250 of 250 runs" in told


@pytest.mark.parametrize("text", ["", "\ud800", "a\udcff<b>", TEXTS[9], "x" * 100_000])
def test_any_error_is_shown_whatever_its_text(text: str) -> None:
    request = simruns.RequestError(text, kind="http", status=500, code=text, field=text)
    for error in (request, simruns.Error(text), simruns.MissingExtraError(text),
                  simruns.IncompleteError(text, kind="incomplete"), simruns.CancelledError(text),
                  simruns.SuiteError(text, None, {})):  # fmt: skip
        page = error._repr_html_()
        check_page(page)
        assert len(page) < 20_000


def test_each_rule_of_the_style_is_for_our_own_outputs() -> None:
    bare = re.sub(r"@media[^{]*\{(.*?\})\s*\}", r"\1", STYLE)
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", bare)
    assert len(rules) > 40
    for rule in rules:
        for selector in rule.split(","):
            assert f".{SCOPE}" in selector, selector
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    assert "http" not in STYLE


def test_a_notebook_sets_no_text_as_a_formula(hostile: simruns.Run) -> None:
    for shown in looks_of(hostile).values():
        name, attributes, _ = next(elements(shown._repr_html_()))
        assert set(NO_MATH.split()) <= set(attributes["class"].split()), name


def test_an_output_runs_nothing_and_loads_nothing(hostile: simruns.Run) -> None:
    for name, attributes, _ in elements(hostile.transcript()._repr_html_()):
        assert name not in {"script", "img", "link", "iframe", "object", "embed", "a", "form"}
        assert not {"src", "href"} & set(attributes)
        assert not [key for key in attributes if key.startswith("on")]


@given(value=st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
def test_json_is_laid_out_and_stays_the_same(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, separators=(",", ":"))):
        assert json.loads(indented(text)) == value


def test_json_keeps_each_token_as_it_is_written() -> None:
    assert indented('{"a":[1e400,1.0,"\\u00e9\\"{"],"b":{},"c":[]}') == (
        '{\n  "a": [\n    1e400,\n    1.0,\n    "\\u00e9\\"{"\n  ],\n  "b": {},\n  "c": []\n}'
    )


@given(text=ANY_TEXT, most=st.integers(4, 60))
def test_a_short_text_is_one_visible_line(text: str, most: int) -> None:
    line = one_line(text, most)
    assert "\n" not in line
    assert not OBEYED.search(line)
    assert len(line) <= 10 * most
    start, rest = cut(text, most)
    assert (start == text) == (not rest)


def test_looking_loads_nothing_heavy() -> None:
    code = (
        "import sys, simruns\n"
        "from simruns import _core\n"
        'run = _core.Pages.of_texts([\'{"id":"r","turns":[{"text":"a"}]}\'])[0]\n'
        "repr(run), run._repr_html_(), str(run.transcript())\n"
        "print({'rich', 'pandas', 'pyarrow', 'asyncio', 'IPython'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_every_object_that_a_person_meets_has_a_look() -> None:
    names = ("Client", "AsyncClient", "Batch", "AsyncBatch", "Suite", "AsyncSuite", "Runs",
             "ArchivedRuns", "Run", "Turn", "Criterion", "Completeness", "Issue", "RequestError",
             "IncompleteError", "SuiteError", "Table", "Page", "Transcript",
             "Transcripts")  # fmt: skip
    made: list[Callable[..., str]] = [getattr(simruns, n)._repr_html_ for n in names]
    assert all(map(callable, made))


def test_the_names_that_were_given_to_scenarios_are_shown(
    client: simruns.Client, sim: simruns.Simulator
) -> None:
    suite = client.batches(sim.pairs).read()
    first, last = suite[0], suite[-1]
    runs = suite.where(id=[first.id, last.id])
    assert first.scenario is not None
    assert last.scenario is not None
    assert first.scenario != last.scenario
    runs.names = {first.scenario: f"Refund {SCRIPT}\x1b[2J"}
    read = simruns.transcripts(runs)
    beside = simruns.transcripts(runs, side_by_side=True)
    for told in (check_page(read._repr_html_()), check_page(beside._repr_html_()), str(read),
                 check_page(read[0]._repr_html_()), str(next(iter(read)))):  # fmt: skip
        assert f"scenario Refund {visible(SCRIPT)}"[:30] in told
        assert f"({first.scenario})" in told
        assert not OBEYED.search(told)
    assert f"scenario {last.scenario}" in str(read)
    shown = check_page(runs._repr_html_())
    assert "Refund" in shown
    assert last.scenario in shown
    assert first.scenario not in shown


def test_what_no_transcript_is_made_of_is_told_of() -> None:
    with pytest.raises(
        TypeError, match="takes runs: a Runs, a list, a page, or one run, not NoneType"
    ):
        simruns.transcripts(None)  # type: ignore[arg-type]
