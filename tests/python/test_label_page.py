"""The page to label in: the keyboard alone, no word of the judge, and texts that do nothing."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hostile import TEXTS

import simruns

for library in ("pyarrow", "scipy", "statsmodels", "jinja2"):
    pytest.importorskip(library)

from analysis_runs import Json, held, make_run  # noqa: E402
from test_report import Reader, hostile_runs  # noqa: E402

LETTERS = {"success": "s", "failure": "f", "unsure": "u"}
ENDED = "the judge's own summary", "a negative mood", "the judge's reason", "SUCCESS", "FAILED"


def made() -> list[Json]:
    """90 runs of nine scenarios, of which the judge passes some that people do not."""
    out = []
    for number in range(90):
        verdict = "success" if number % 3 else "failure"
        out.append(
            make_run(
                f"s{number % 9}", verdict, id=f"run-{number}", batch=f"b{number % 9}",
                criteria={"polite": verdict == "success"},
                talk=[f"user:Hello from {number}", "agent:=1+1", 'user:Bye, "friend"\nand thanks'],
                metrics={
                    "summary": ENDED[0], "sentiment": ENDED[1],
                    "results": [{"name": "polite", "success": True, "reason": ENDED[2]}],
                },
            )
        )  # fmt: skip
    return out


@pytest.fixture(scope="module")
def runs() -> simruns.Runs:
    runs = held(made())
    runs.names = {"s1": "Refund of a lost bag"}
    return runs


@pytest.fixture(scope="module")
def path(runs: simruns.Runs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simruns.audit_sheet(runs, 60, 7).to_html(tmp_path_factory.mktemp("sheet") / "sheet.html")


def said_by_people(run_id: str) -> str:
    number = int(run_id.partition("-")[2])
    if number % 20 == 0:
        return "unsure"
    return "success" if number % 3 and number % 7 else "failure"


def tab_to(page: Any, selector: str) -> None:
    for _ in range(300):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"no way to {selector}")


def downloaded(page: Any, path: Path) -> Path:
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename == "labels.csv"
    waiting.value.save_as(path)
    return path


def test_sixty_conversations_are_labelled_by_the_keyboard_alone_reloaded_and_audited(
    chromium: Any, runs: simruns.Runs, path: Path, tmp_path: Path
) -> None:
    sheet = simruns.audit_sheet(runs, 60, 7)
    with Reader(chromium) as reader:
        page = reader.open(path)
        tab_to(page, "#labeller")
        page.keyboard.type("=Ann")
        page.keyboard.press("Escape")
        for at, run_id in enumerate(sheet.ids):
            if at == 30:
                page.reload()
                page.wait_for_selector("html[data-ready]", state="attached")
                assert page.inner_text("#count") == "30 of 60 labelled"
                assert page.input_value("#labeller") == "=Ann"
            assert f"Hello from {run_id.partition('-')[2]}" in page.inner_text("#turns")
            assert page.inner_text("#where") == f"Conversation {at + 1} of 60"
            word = said_by_people(run_id)
            page.keyboard.press(LETTERS[word])
            assert page.inner_text("#where").endswith(f"labelled {word}")
            assert page.get_attribute(f"#words [data-word={word}]", "aria-pressed") == "true"
            if at == 5:
                page.keyboard.press("n")
                page.keyboard.type('says "s", then f; =SUM')
                page.keyboard.press("Escape")
                tab_to(page, "#criterion-0 [data-word=failure]")
                page.keyboard.press("Space")
                assert page.evaluate("document.activeElement.dataset.word") == "failure"
            page.keyboard.press("ArrowRight")
        assert page.inner_text("#count") == "60 of 60 labelled"
        page.keyboard.press("ArrowLeft")
        assert page.inner_text("#where").startswith("Conversation 59 of 60, labelled")
        tab_to(page, "#download")
        file = downloaded(page, tmp_path / "labels.csv")
        assert reader.did == []
        assert reader.asked == [path.as_uri()] * 2
    audit = simruns.audit(runs, file, 60, 7)
    said = [said_by_people(one) for one in sheet.ids]
    assert (audit.labels, audit.unlabelled, audit.unknown) == (60, said.count("unsure"), ())
    by_hand = [{"run_id": one, "label": word, "labeller": "=Ann", "criterion:polite": ""}
               for one, word in zip(sheet.ids, said, strict=True)]  # fmt: skip
    by_hand[5]["criterion:polite"] = "failure"
    assert audit == simruns.audit(runs, by_hand, 60, 7, labeller="=Ann")
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    assert rows[5]["note"] == 'says "s", then f; =SUM'
    assert list(rows[0]) == list(sheet.columns)
    assert [row["transcript"] for row in rows] == list(sheet.to_frame()["transcript"])


def test_an_unlabelled_sheet_is_downloaded_as_the_sheet_itself(
    chromium: Any, runs: simruns.Runs, path: Path, tmp_path: Path
) -> None:
    sheet = simruns.audit_sheet(runs, 60, 7)
    with Reader(chromium) as reader:
        page = reader.open(path)
        tab_to(page, "#download")
        file = downloaded(page, tmp_path / "labels.csv")
    assert file.read_text("utf-8-sig") == sheet.to_csv(tmp_path / "sheet.csv").read_text("utf-8")


def test_the_page_holds_nothing_that_the_judge_said(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (data,) = re.findall(r'<script id="data" type="text/plain">([^<]*)<', text)
    told = gzip.decompress(base64.b64decode(data)).decode()
    for word in (*ENDED, "verdict", "sentiment", "status", "SUCCESS", "true"):
        assert word not in told
        assert word not in re.sub(r"<style>.*?</style>|<script>.*?</script>", "", text, flags=re.S)
    rows = json.loads(told)["rows"]
    assert {key for row in rows for key in row} == {
        "id", "scenario", "about", "run", "mission", "turns", "criteria"
    }  # fmt: skip
    assert not re.search(r"verdict|sentiment|\bstatus\b", text)


def test_a_page_to_label_in_forbids_all_but_its_own_script_and_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert not re.search(r"<[^>]+\s(style|on\w+|src)=", text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hostile_texts_run_nothing_and_come_back_as_they_are(
    chromium: Any, tmp_path: Path, scheme: str
) -> None:
    runs = hostile_runs()
    sheet = simruns.audit_sheet(runs, 6, 1)
    path = sheet.to_html(tmp_path / "sheet.html")
    with Reader(chromium, scheme) as reader:
        page = reader.open(path)
        for _ in sheet.ids:
            page.evaluate(
                """() => document.querySelectorAll('body *').forEach(e => {
                  for (const kind of ['mouseover', 'focus', 'load', 'error'])
                    e.dispatchEvent(new Event(kind));
                })"""
            )
            assert "window.__pwned" in page.inner_text("#turns")
            page.keyboard.press("s")
            page.keyboard.press("ArrowRight")
        assert page.evaluate("window.__pwned") is None
        assert page.locator("h1").count() == 1
        assert page.locator("img, iframe, object, embed, [onload], [onerror]").count() == 0
        tab_to(page, "#download")
        file = downloaded(page, tmp_path / "labels.csv")
        assert reader.asked == [path.as_uri()]
    audit = simruns.audit(runs, file, 6, 1)
    assert (audit.labelled, audit.unknown, audit.unlabelled) == (6, (), 0)
    assert TEXTS[0] in path.with_name("labels.csv").read_text("utf-8-sig")


def test_a_label_is_taken_back_and_keys_can_be_switched_off(chromium: Any, path: Path) -> None:
    with Reader(chromium) as reader:
        page = reader.open(path)
        page.click("#words [data-word=success]")
        assert page.inner_text("#count") == "1 of 60 labelled"
        page.click("#words [data-word=success]")
        assert page.inner_text("#count") == "0 of 60 labelled"
        page.uncheck("#keys")
        page.keyboard.press("s")
        page.keyboard.press("ArrowRight")
        assert page.inner_text("#where") == "Conversation 1 of 60"
        page.check("#keys")
        page.keyboard.press("Control+s")
        assert page.inner_text("#count") == "0 of 60 labelled"


def test_the_next_one_without_a_label_is_found_round_the_end(chromium: Any, path: Path) -> None:
    with Reader(chromium) as reader:
        page = reader.open(path)
        for key in ("ArrowRight", "s", "ArrowRight", "f"):
            page.keyboard.press(key)
        page.click("#back")
        page.click("#open")
        assert page.inner_text("#where") == "Conversation 4 of 60"
        for _ in range(57):
            page.keyboard.press("u")
            page.click("#open")
        assert page.inner_text("#where") == "Conversation 1 of 60"
        page.keyboard.press("u")
        assert page.is_disabled("#open")
        assert page.is_disabled("#back")


def test_two_sheets_do_not_share_their_labels_and_two_windows_do(
    chromium: Any, runs: simruns.Runs, path: Path, tmp_path: Path
) -> None:
    other = simruns.audit_sheet(runs, 60, 8).to_html(tmp_path / "other.html")
    context = chromium.new_context()
    windows = [context.new_page() for _ in range(3)]
    for page, shown in zip(windows, (path, path, other), strict=True):
        page.goto(shown.as_uri())
        page.wait_for_selector("html[data-ready]", state="attached")
    windows[0].keyboard.press("s")
    windows[1].wait_for_function("document.getElementById('count').textContent.startsWith('1 ')")
    windows[2].reload()
    windows[2].wait_for_selector("html[data-ready]", state="attached")
    assert windows[2].inner_text("#count") == "0 of 60 labelled"
    context.close()


def test_a_browser_that_keeps_nothing_is_told_of(chromium: Any, path: Path) -> None:
    with Reader(chromium) as reader:
        reader.page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full') }")
        page = reader.open(path)
        assert "Download the labels before you close it" in page.inner_text("#unsaved")
        page.keyboard.press("s")
        assert page.inner_text("#count") == "1 of 60 labelled"


@pytest.mark.parametrize("width", [400, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    chromium: Any, path: Path, scheme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with Reader(chromium, scheme, width=width) as reader:
        page = reader.open(path)
        for key in ("", "s"):
            if key:
                page.keyboard.press(key)
            found = axe.run(page).response["violations"]
            assert [(one["id"], [n["html"] for n in one["nodes"]][:3]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_a_script_it_is_said_what_is_needed(chromium: Any, path: Path) -> None:
    with Reader(chromium, java_script_enabled=False) as reader:
        reader.page.goto(path.as_uri())
        assert "takes a browser with JavaScript" in reader.page.inner_text("body")
        assert not reader.page.locator("#work").is_visible()


def test_the_same_sheet_is_the_same_file_and_one_that_fails_leaves_the_one_before(
    runs: simruns.Runs, path: Path, tmp_path: Path
) -> None:
    again = simruns.audit_sheet(runs, 60, "7").to_html(tmp_path / "sheet.html")
    assert again.read_bytes() == path.read_bytes()
    with pytest.raises(FileNotFoundError):
        simruns.audit_sheet(runs, 5, 7).to_html(tmp_path / "no" / "sheet.html")
    assert [one.name for one in tmp_path.iterdir()] == ["sheet.html"]
