"""A report is one file that says what the results say, works alone, and obeys no text in it."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from conftest import SimrunsCommand
from hostile import SCRIPT, TEXTS, run_of

import simruns

for library in ("pyarrow", "scipy", "statsmodels", "jinja2"):
    pytest.importorskip(library)

from analysis_runs import held, make_run, make_runs  # noqa: E402

from simruns.analysis.result import (  # noqa: E402
    between,
    length,
    number,
    probability,
    signed,
    signed_between,
    span,
)

LETTERS = {f"s{n:02}": "SFSSAPXS"[n % 5 :] + "FS_"[: n % 4] for n in range(14)}
NAMES = {"s00": "Refund of a lost bag", "s03": "Change | the name"}
SECTIONS = ["baseline", "scenarios", "criteria", "signatures", "read-first", "suspects",
            "reliability", "durations", "trend", "odd", "runs"]  # fmt: skip


def runs_of(batch: str, days: int, letters: dict[str, str] = LETTERS) -> simruns.Runs:
    """Runs with criteria, of a batch a scenario and day."""
    out = []
    for day in range(days):
        made = make_runs(letters, batch=f"{batch}{day}", day=day)
        for at, run in enumerate(made):
            said = {"greets": at % 4 > 0, "refunds": at % 3 > 0}
            passed = run["metrics"].get("success")
            criteria = dict.fromkeys(said, True) if passed else said
            if passed is not None:
                more = make_run(criteria=criteria)
                run["successCriteria"] = more["successCriteria"]
                run["metrics"]["results"] = more["metrics"]["results"]
            run["duration"] = 1000 * (at + 1)
        out += made
    runs = held(out)
    runs.names = dict(NAMES)
    return runs


@pytest.fixture(scope="module")
def new() -> simruns.Runs:
    return runs_of("new", days=3)


@pytest.fixture(scope="module")
def old() -> simruns.Runs:
    return runs_of("old", days=1, letters={**LETTERS, "s00": "SSSS", "gone": "SS"})


@pytest.fixture(scope="module")
def labels(new: simruns.Runs) -> list[dict[str, str]]:
    """What a person says of the runs of a sheet of 20 rows."""
    ids = simruns.audit_sheet(new, 20, "s").ids
    return [
        {"run_id": one, "label": "failure" if at % 3 else "success", "criterion:greets": "success"}
        for at, one in enumerate(ids)
    ]


@pytest.fixture(scope="module")
def path(
    new: simruns.Runs, old: simruns.Runs, labels: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    out = tmp_path_factory.mktemp("report") / "report.html"
    return simruns.report(new, old, out, labels=labels, sheet=(20, "s"))


@pytest.fixture(scope="module")
def markdown(new: simruns.Runs, old: simruns.Runs, labels: Any, path: Path) -> str:
    out = path.with_suffix(".md")
    written = simruns.report(new, old, out, labels=iter(labels), sheet=(20, "s"))
    return written.read_text(encoding="utf-8")


def hostile_runs(shift: int = 0) -> simruns.Runs:
    """Failed and passed runs that have hostile texts in every place, and names of scenarios."""
    texts = list(TEXTS)
    made = []
    for number_of in range(6):
        turned = texts[number_of % 3 :] + texts[: number_of % 3]
        members = json.loads(run_of(turned).to_json())
        members["id"] = f"{texts[number_of]}{shift}"
        members["simulationRunBatchReference"] = f"{texts[3]}{number_of}{shift}"
        members["metrics"]["status"] = "SUCCESS" if number_of % 3 == 2 else "FAILED"
        members["metrics"]["success"] = number_of % 3 == 2
        members["createdAt"] += 86_400_000 * number_of
        made.append(members)
    runs = held(made)
    runs.names = {
        key.scenario: SCRIPT + text for key, text in zip(runs.batches, texts, strict=False)
    }
    return runs


class Reader:
    """A browser behind a proxy that shows a report, and whatever the page did of its own."""

    def __init__(self, browser: Any, scheme: str = "light", **how: Any) -> None:
        self.did: list[str] = []
        self.asked: list[str] = []
        self._proxy = socket.create_server(("127.0.0.1", 0))
        self._proxy.setblocking(False)
        how["proxy"] = {"server": f"http://127.0.0.1:{self._proxy.getsockname()[1]}"}
        size = {"width": how.pop("width", 1200), "height": 900}
        self.page = browser.new_page(viewport=size, color_scheme=scheme, **how)
        self.page.on("request", lambda request: self.asked.append(request.url.partition("#")[0]))
        self.page.on("console", lambda message: self.did.append(message.text))
        self.page.on("dialog", lambda dialog: self.did.append(dialog.message))
        self.page.on("popup", lambda _: self.did.append("a window"))
        self.page.on("pageerror", lambda error: self.did.append(str(error)))

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.page.close()
        with self._proxy, pytest.raises(BlockingIOError):  # nobody came, for all that was done
            self._proxy.accept()

    def open(self, path: Path, address: str = "") -> Any:
        """Shows the page, once its table is there."""
        self.page.goto("about:blank")  # a change of the address alone loads nothing
        self.page.goto(f"{path.as_uri()}{address}")
        self.page.wait_for_selector("html[data-ready]", state="attached")
        return self.page

    def ids(self) -> list[str]:
        found: list[str] = self.page.locator("#rows th").all_inner_texts()
        return found


def tables_of(path: Path) -> list[list[list[str]]]:
    """The cells of each table of the page, as they read."""
    import html5lib

    tree = html5lib.parse(path.read_text(encoding="utf-8"), namespaceHTMLElements=False)
    return [
        [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")]
        for table in tree.iter("table") if table.get("id") is None
    ]  # fmt: skip


def figures_of(path: Path) -> list[tuple[str, dict[str, Any], str]]:
    """What the page has of numbers: of which result, the values by their names, and the text."""
    import html5lib

    tree = html5lib.parse(path.read_text(encoding="utf-8"), namespaceHTMLElements=False)
    inner = {id(two) for one in tree.iter("span") if one.get("data-name") for two in one}
    return [
        (span.get("data-of"),
         {one.get("data-name"): json.loads(one.get("data-value")) for one in span.iter("span")},
         "".join(span.itertext()))
        for span in tree.iter("span") if span.get("data-name") and id(span) not in inner
    ]  # fmt: skip


def places(numbers: dict[str, Any]) -> dict[str, Any]:
    """Numbers with each one of a list by its place, too."""
    lists = {name: some for name, some in numbers.items() if isinstance(some, list)}
    return numbers | {f"{n}[{i}]": one for n, some in lists.items() for i, one in enumerate(some)}


def ways(values: list[Any]) -> set[str]:
    """The texts by which results show a number, or two."""
    if None in values:
        return {"–"}
    if len(values) == 2:
        return {between(*values), signed_between(*values), "{:,} of {:,}".format(*values)}
    (value,) = values
    return {number(value), signed(value), signed(-value), probability(value), length(value),
            span(value), f"{value:,}"}  # fmt: skip


def test_every_number_of_the_page_is_one_of_the_results(
    new: simruns.Runs, old: simruns.Runs, labels: Any, path: Path
) -> None:
    results = {
        "audit": places(simruns.audit(new, labels, 20, "s").numbers()),
        "summary": places(simruns.summarize(new).numbers()),
        "reliability": places(simruns.reliability(new).numbers()),
        "suspects": places(simruns.suspects(new).numbers()),
        "compare": places(simruns.compare(old, new).numbers()),
        "trend": places(simruns.trend(new).numbers()),
    }
    found = figures_of(path)
    assert {of for of, _, _ in found} == set(results)
    for of, values, text in found:
        assert values.items() <= results[of].items()
        assert text in ways(list(values.values())), (values, text)
    names = {name for _, values, _ in found for name in values}
    wanted = [
        "rate", "these.low", "these.high", "like.low", "excluded", "runs", "worst", "best",
        "difference", "p", "old.rate", "new.rate", "messages.p50", "duration.p95", "pass^2.low",
        "rates[0]", "lows[0]", "screen.drop[0]", "scenario.s00.rate", "criterion.greets.only",
        "without.judged", "bounds.worst", "judge.rate", "corrected.runs.low",
        "failure_right.high", "criterion.greets.agreement", "cell.failure.success",
    ]  # fmt: skip
    assert set(wanted) <= names


def test_markdown_has_the_same_cells_as_the_page(path: Path, markdown: str) -> None:
    def plain(cell: str) -> str:
        cell = re.sub(r"^(`+) ?(.*?) ?\1$", r"\2", cell.strip().replace("&#8203;", ""))
        cell = cell.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        return re.sub(r"\\([^\w\s])", r"\1", cell)

    tables: list[list[list[str]]] = []
    for line in markdown.splitlines():
        if not line.startswith("|"):
            tables.append([])
        elif not re.fullmatch(r"\|( -+:? \|)+", line):
            tables[-1].append([plain(c) for c in re.split(r"(?<!\\)\|", line)[1:-1]])
    card, *rest = [table for table in tables if table]
    heads = [[row for row in table if any(row)] for table in rest]
    assert heads == [[row for row in table if any(row)] for table in tables_of(path)]
    assert [row[0] for row in card[1:]] == [
        "Success rate", "Complete?", "Excluded", "Against the baseline"
    ]  # fmt: skip
    assert [line[3:] for line in markdown.splitlines() if line.startswith("## ")] == [
        "Against the baseline", "Scenarios", "Criteria", "How runs failed", "Read first",
        "The customer's fault?", "Is the judge right?", "Reliability",
        "Lengths and durations", "Trend", "Also worth a look",
    ]  # fmt: skip


def test_the_card_says_rate_limits_completeness_excluded_and_baseline(
    new: simruns.Runs, old: simruns.Runs, path: Path, markdown: str
) -> None:
    summary, comparison = simruns.summarize(new), simruns.compare(old, new)
    page = path.read_text(encoding="utf-8")
    for told in (re.sub("<[^>]+>", "", page), markdown.replace("\\", "")):
        told = told.replace("&#39;", "'").replace("&#34;", '"')
        assert number(summary.rate) in told
        assert between(summary.these.low, summary.these.high) in told
        assert summary.completeness in told
        assert f"{summary.excluded} of {summary.runs}" in told
        assert comparison.verdict in told


def test_runs_that_are_missing_are_told_of_in_the_card(tmp_path: Path) -> None:
    with simruns.Simulator(seed=3, scenarios=1, runs=30) as sim, sim.client() as client:
        runs = client.batches(sim.batches()).read(allow_incomplete=True)
    lost = runs.completeness.batches[0]._replace(verdict="incomplete", text="20 of 30, incomplete")
    runs.completeness = simruns.Completeness([lost])
    for out in (tmp_path / "report.html", tmp_path / "report.md"):
        told = simruns.report(runs, out=out).read_text(encoding="utf-8")
        assert "✗ incomplete" in told
        assert "Runs are missing: every number is of those that came." in told.replace("\\", "")
        assert "20 of 30, incomplete" in told


def test_suspects_are_told_of_with_links_to_their_runs(tmp_path: Path) -> None:
    sound = ["user:Hello", "agent:Hi", "user:Bye", "agent:Bye"]
    runs = [make_run("s", sequence=n, talk=[*sound, f"user:{n}"]) for n in range(4)]
    odd = make_run("s", "failure", id="odd/1", talk=[*sound, "user: "])
    told = "1 run looks like the customer's fault: rate without them 1.00 (95%: 0.51 to 1.00)"
    told += ", with them 0.80; 0.80 if all of them failed, 1.00 if all succeeded."
    for ending in ("html", "md"):
        path = simruns.report(held([*runs, odd]), out=tmp_path / f"report.{ending}")
        page = path.read_text("utf-8").replace("&#39;", "'")
        assert page.count(told) == 2
        assert ending == "md" or '#run=odd%2F1"><bdi>odd/1</bdi></a>' in page
        page = simruns.report(held(runs), out=path).read_text("utf-8")
        assert "the customer" not in page.replace("&#39;", "'")


def test_nothing_judged_and_nothing_at_all_are_reports_too(tmp_path: Path) -> None:
    for runs in (held([]), held(make_runs({"s": "_X"}))):
        for ending in ("html", "md"):
            told = simruns.report(runs, out=tmp_path / f"report.{ending}").read_text("utf-8")
            assert "no run is judged" in told


def test_the_same_runs_make_the_same_file(new: simruns.Runs, path: Path, tmp_path: Path) -> None:
    files = [simruns.report(new, out=tmp_path / f"{n}.html").read_bytes() for n in range(2)]
    assert files[0] == files[1]


@pytest.mark.parametrize("out", ["report.pdf", "report", "", "report.html.gz", 3, b"report.html"])
def test_an_out_of_another_ending_is_refused(new: simruns.Runs, out: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match=r"out is .*; give"):
        simruns.report(new, out=out)


def test_what_is_no_runs_is_refused_and_a_run_of_both_sides(
    new: simruns.Runs, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    bad: Any = [1]
    with pytest.raises(simruns.InvalidArgumentError, match="runs is of type list"):
        simruns.report(bad, out=out)
    with pytest.raises(simruns.InvalidArgumentError, match="baseline is of type list"):
        simruns.report(new, bad, out)
    with pytest.raises(simruns.InvalidArgumentError, match="are the same"):
        simruns.report(new, new, out)
    with pytest.raises(simruns.InvalidArgumentError, match="confidence is 95"):
        simruns.report(new, out=out, confidence=95)
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_fails_leaves_the_one_before(
    new: simruns.Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "report.md"
    assert simruns.report(new, out=out) == out
    before = out.read_bytes()

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        simruns.report(new, out=out)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]


def test_a_page_forbids_all_but_its_own_script_and_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.replace("&#39;", "'").split(";"))
    assert rules.keys() == {"default-src", "script-src", "style-src", "base-uri", "form-action"}
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for name in ("script-src", "style-src"):
        assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", rules[name])
    assert not re.search(r"<[^>]+\s(style|on\w+|src)=", text)
    assert text.count("<style") == 1
    kept = r' id="(?:data|seal)"| class="part"'
    assert re.findall(rf"<script(?!{kept})[^>]*>", text) == ["<script>"]


def test_a_hostile_text_ends_nothing_in_markdown(tmp_path: Path) -> None:
    texts = ["a|b", "a\\|b", "`x` ``y", "<img src=x>", "@someone, see GH-7 and #n", "a\nb\n# c",
             "![x](y)", "https://example.com www.example.com", "a_b_ *c* ~~d~~", "| --- |",
             "`"]  # fmt: skip
    runs = held([
        make_run(f"s{at}", "failure", criteria={text: False}, id=text, batch=f"b{at}")
        for at, text in enumerate(texts)
    ])  # fmt: skip
    runs.names = {f"s{at}": text for at, text in enumerate(texts)}
    told = simruns.report(runs, out=tmp_path / "report.md").read_text(encoding="utf-8")
    outside_code = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "CODE", told)
    assert not re.search(r"[@#](?=\w)|://|www\.|<|`", outside_code.replace("&#8203;", "\u200b"))
    assert not re.search(
        r"!\[|(?<!\\)\[|(?<!\\)[*_~](?!\*)(?<!\*\*)", outside_code.replace("**", "")
    )
    for table in re.findall(r"(?:^\|.*\n)+", told, re.MULTILINE):
        widths = {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1, table


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hostile_texts_run_nothing_and_break_out_of_nothing(
    chromium: Any, tmp_path: Path, scheme: str
) -> None:
    runs = hostile_runs()
    path = simruns.report(runs, hostile_runs(shift=1), tmp_path / "report.html")
    with Reader(chromium, scheme) as reader:
        page = reader.open(path)
        assert len(reader.ids()) == len(runs)
        for at in range(len(runs)):
            page.locator("#rows a").nth(at).click()
            page.wait_for_selector("dialog[open] .sr-turn")
            page.evaluate(
                """() => {
                  document.querySelectorAll('details').forEach(fold => { fold.open = true });
                  document.querySelectorAll('body *').forEach(e => {
                    for (const kind of ['mouseover', 'focus', 'load', 'error'])
                      e.dispatchEvent(new Event(kind));
                  });
                }"""
            )
            assert "window.__pwned" in page.inner_text("dialog")
            page.keyboard.press("Escape")
        assert page.evaluate("window.__pwned") is None
        assert page.locator("h1").count() == 1
        assert page.locator("img, iframe, object, embed, [onload], [onerror]").count() == 0
        assert page.locator("script").count() == page.locator("script[type]").count() + 1
        page.evaluate(
            """document.body.append(Object.assign(
              document.createElement('script'), {textContent: 'window.__pwned = 9'}))"""
        )
        assert page.evaluate("window.__pwned") is None
        assert all("Content Security Policy" in told for told in reader.did)
        assert reader.asked == [path.as_uri()]


def test_runs_are_filtered_sorted_and_each_view_has_a_link(
    chromium: Any, new: simruns.Runs, path: Path
) -> None:
    failed = [run.id for run in new if run.verdict == "failure"]
    with Reader(chromium) as reader:
        page = reader.open(path)
        assert reader.ids() == [run.id for run in new][:100]
        page.select_option("#filter-verdict", "failure")
        assert reader.ids() == failed
        assert page.inner_text("#count") == f"{len(failed)} of {len(new)} runs"
        page.select_option("#filter-scenario", "s01")
        there = [run.id for run in new if run.verdict == "failure" and run.scenario == "s01"]
        assert reader.ids() == there
        link = page.evaluate("location.hash")
        assert link == "#verdict=failure&scenario=s01"
        page.click("#clear")
        page.fill("#filter-text", "LOST BAG")
        assert {new[one].scenario for one in reader.ids()} == {"s00"}
        page.go_back()
        assert reader.ids() == there

        page = reader.open(path, "#sort=duration&down=1&verdict=failure")
        order = sorted(failed, key=lambda one: -(new[one].duration_ms or 0))
        assert [new[one].duration_ms for one in reader.ids()] == [
            new[one].duration_ms for one in order
        ]
        head = page.locator("#heads th", has_text="duration")
        assert head.get_attribute("aria-sort") == "descending"
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == "ascending"
        assert page.locator("[aria-sort]").count() == 1
        assert [new[one].duration_ms for one in reader.ids()] == sorted(
            new[one].duration_ms or 0 for one in failed
        )
        assert reader.did == []
        assert reader.asked == [path.as_uri()] * 2


def test_tables_lead_to_their_runs(chromium: Any, new: simruns.Runs, path: Path) -> None:
    summary = simruns.summarize(new)
    with Reader(chromium) as reader:
        page = reader.open(path)
        page.click("#scenarios a >> text=Change | the name")
        assert {new[one].scenario for one in reader.ids()} == {"s03"}
        page.locator("#signatures a").first.click()
        first = summary.by_signature[summary.signatures[0]]
        assert len(reader.ids()) == first.runs
        assert page.input_value("#filter-signature") == summary.signatures[0]


def test_a_conversation_opens_and_closes_and_has_a_link(
    chromium: Any, new: simruns.Runs, path: Path
) -> None:
    run = next(run for run in new if run.verdict == "failure")
    with Reader(chromium) as reader:
        page = reader.open(path, "#verdict=failure")
        page.click(f"#rows a >> text={run.id}")
        page.wait_for_selector("dialog[open] .sr-turn")
        told = page.inner_text("dialog")
        for turn in run.turns:
            assert turn.text in told
        assert "✗ failure" in told
        assert page.evaluate("location.hash") == f"#verdict=failure&run={run.id}"
        page.click("#close")
        page.wait_for_selector("dialog", state="hidden")
        assert page.evaluate("location.hash") == "#verdict=failure"

        summary = simruns.summarize(new)
        failed, passed = next(
            pair for pair in zip(summary.read_first, summary.read_first_beside, strict=True)
            if pair[1] is not None
        )  # fmt: skip
        page = reader.open(path, f"#run={quote(failed)}&beside={quote(passed)}")
        page.wait_for_selector("dialog[open] .sr-turn")
        heads = [" ".join(text.split()) for text in page.locator("dialog h3").all_inner_texts()]
        assert heads == [f"✗ {new[failed].verdict} {failed}", f"✓ success {passed}"]
        page = reader.open(path, "#run=no-such")
        page.wait_for_selector("dialog[open]")
        assert "This page has no run no-such." in page.inner_text("dialog")
        assert reader.did == []


def test_all_of_it_works_by_the_keyboard_alone(
    chromium: Any, new: simruns.Runs, path: Path
) -> None:
    with Reader(chromium) as reader:
        page = reader.open(path)

        def tab_to(selector: str) -> None:
            for _ in range(300):
                page.keyboard.press("Tab")
                if page.evaluate("s => document.activeElement.matches(s)", selector):
                    return
            raise AssertionError(f"no way to {selector}")

        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # the link that leads to the runs
        tab_to("#filter-verdict")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert {new[one].verdict for one in reader.ids()} == {"failure"}
        tab_to("#heads [data-key=messages] button")
        page.keyboard.press("Space")
        assert page.get_attribute("[data-key=messages]", "aria-sort") == "ascending"
        tab_to("#rows a")
        link = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog[open] .sr-turn")
        assert page.evaluate("document.activeElement.id") == "close"
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="hidden")
        assert page.evaluate("document.activeElement.textContent") == link
        assert reader.did == []


def test_more_runs_than_are_shown_at_once_are_shown_when_asked(
    chromium: Any, tmp_path: Path
) -> None:
    path = simruns.report(held(make_runs({"s": "SF" * 130})), out=tmp_path / "report.html")
    with Reader(chromium) as reader:
        page = reader.open(path)
        assert page.inner_text("#count") == "260 of 260 runs, the first 100 are shown"
        for shown_now in (200, 260):
            page.click("#more")
            assert len(reader.ids()) == shown_now
        assert page.evaluate("document.activeElement.textContent") == "s-b1-201"
        assert not page.locator("#more").is_visible()
        page.locator("#rows a").last.click()
        page.wait_for_selector("dialog[open] .sr-turn")
        assert "s-b1-260" in page.inner_text("dialog")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1200])
def test_axe_finds_nothing(chromium: Any, path: Path, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    run = simruns.summarize(runs_of("new", days=3)).read_first[0]
    with Reader(chromium, scheme, width=width) as reader:
        for address in ("", f"#run={run}"):
            page = reader.open(path, address)
            if address:
                page.wait_for_selector("dialog[open] .sr-turn")
            found = axe.run(page).response
            assert [(one["id"], [n["html"] for n in one["nodes"]][:3])
                    for one in found["violations"]] == []  # fmt: skip


@pytest.mark.parametrize("width", [400, 1600])
def test_nothing_is_wider_than_the_window(chromium: Any, path: Path, width: int) -> None:
    with Reader(chromium, width=width) as reader:
        page = reader.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_light_and_dark_are_as_the_reader_has_it_and_paper_is_light(
    chromium: Any, path: Path
) -> None:
    back = "getComputedStyle(document.documentElement).backgroundColor"
    shown_as = {}
    for scheme in ("light", "dark"):
        with Reader(chromium, scheme) as reader:
            page = reader.open(path)
            shown_as[scheme] = page.evaluate(back)
            page.emulate_media(media="print", color_scheme=scheme)
            assert page.evaluate(back) == "rgb(255, 255, 255)"
            assert not page.locator("nav").is_visible()
            assert page.locator("#rows tr").last.is_visible()
            assert page.pdf().startswith(b"%PDF")
    assert shown_as == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 25, 29)"}


def test_without_a_script_the_results_are_still_there(chromium: Any, path: Path) -> None:
    with Reader(chromium, java_script_enabled=False) as reader:
        reader.page.goto(path.as_uri())
        for key in SECTIONS[:-2]:
            assert reader.page.locator(f"#{key} table").first.is_visible()
        assert "take a browser with JavaScript" in reader.page.inner_text("#runs")
        assert not reader.page.locator("#browse").is_visible()


def test_runs_without_an_id_and_with_the_same_one_open_each(chromium: Any, tmp_path: Path) -> None:
    made = [make_run("s", id="twice", batch="b1", talk=["user:first"]),
            make_run("t", id="twice", batch="b2", talk=["user:second"]),
            make_run("u", id="", batch="b3", talk=["user:third"])]  # fmt: skip
    path = simruns.report(held(made), out=tmp_path / "report.html")
    with Reader(chromium) as reader:
        page = reader.open(path)
        for at, text in enumerate(["first", "second", "third"]):
            page.locator("#rows a").nth(at).click()
            page.wait_for_selector("dialog[open] .sr-turn")
            assert text in page.inner_text("dialog")
            page.keyboard.press("Escape")
            page.wait_for_selector("dialog", state="hidden")


def test_the_command_writes_what_the_function_does(
    call_simruns: SimrunsCommand, new: simruns.Runs, old: simruns.Runs, labels: Any, tmp_path: Path
) -> None:
    for name, runs in (("new", new), ("old", old)):
        runs.to_parquet(tmp_path / f"{name}.parquet")
    sheet = tmp_path / "sheet.csv"
    lines = [f"{one['run_id']},{one['label']}" for one in labels]
    sheet.write_text("\n".join(["run_id,label", *lines]))
    asked = ["report", tmp_path / "new.parquet", "--baseline", tmp_path / "old.parquet",
             "--labels", sheet, "--sheet-seed", "s", "-n", "20"]  # fmt: skip
    for ending in ("html", "md"):
        out = tmp_path / f"report.{ending}"
        done = call_simruns(*asked, "-o", out)
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr.splitlines()[-1] == f"{out}: a report of {len(new)} runs"
        opened = [simruns.open(tmp_path / f"{name}.parquet") for name in ("new", "old")]
        out_of_function = tmp_path / f"wanted.{ending}"
        wanted = simruns.report(*opened, out_of_function, labels=sheet, sheet=(20, "s"))
        assert out.read_bytes() == wanted.read_bytes()


def test_the_command_reports_of_a_server_and_ends_with_3_if_runs_are_missing(
    run_simruns: SimrunsCommand, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    with simruns.Simulator(seed=5, scenarios=2, runs=20) as sim:
        of_server = ["--base-url", sim.url, "--project", sim.project]
        done = run_simruns(
            "report", "--all", "--latest", *of_server, "-o", out, SIMRUNS_API_KEY=sim.api_key
        )
        assert done.returncode == 0, done.stderr
        assert "✓ complete" in out.read_text(encoding="utf-8")
        with sim.client() as client:
            part = client.batches(sim.batches()).read(max_runs=5, allow_incomplete=True)
    lost = [one._replace(verdict="incomplete") for one in part.completeness.batches]
    part.completeness = simruns.Completeness(lost)
    part.to_parquet(tmp_path / "part.parquet")
    done = run_simruns("report", tmp_path / "part.parquet", "-o", out)
    assert done.returncode == 3, done.stderr
    assert "✗ incomplete" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["FILE", "-o", "report.pdf"], "--output is 'report.pdf'; give a path that ends in .html"),
        (["FILE", "-o", "no/report.html"], "there is no folder no"),
        (["FILE", "--baseline", "no-such"], "there is no file or directory no-such"),
        (["FILE", "--baseline", "FILE"], "are the same"),
        ([], "no runs; give the path of a file or an archive"),
        (["FILE", "--confidence", "95"], "--confidence is 95.0; give a number between"),
    ],
)
def test_the_command_refuses_what_cannot_be_before_it_writes(
    call_simruns: SimrunsCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    words: list[str], told: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    held(make_runs({"s": "SF"})).to_jsonl("runs.jsonl")
    done = call_simruns("report", *("runs.jsonl" if word == "FILE" else word for word in words))
    assert done.returncode == 2
    assert told in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["runs.jsonl"]


def test_a_run_without_an_id_is_no_link_that_opens_nothing(tmp_path: Path) -> None:
    runs = held([make_run("s1", "failure", id=""), make_run("s1", "success", id="x")])
    page = simruns.report(runs, out=tmp_path / "r.html").read_text(encoding="utf-8")
    assert not re.search(r'href="#run=(["&])', page)
