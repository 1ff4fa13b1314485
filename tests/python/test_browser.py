"""What is shown as HTML, in a real browser: it runs nothing, reads well, and disturbs nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hostile import SCRIPT, TEXTS, run_of

import simruns
from simruns.looks.style import SCOPE

NARROW, WIDE = 700, 1100

JUPYTER = {
    "light": "--jp-layout-color0: white; --jp-content-font-color0: rgba(0, 0, 0, 1); "
    "--jp-content-font-color1: rgba(0, 0, 0, 0.87); --jp-border-color2: #e0e0e0",
    "dark": "--jp-layout-color0: #111; --jp-content-font-color0: rgba(255, 255, 255, 1); "
    "--jp-content-font-color1: rgba(255, 255, 255, 1); --jp-border-color2: #424242",
}
CODE = {
    "light": "--vscode-editor-background: #ffffff; --vscode-editor-foreground: #3b3b3b",
    "dark": "--vscode-editor-background: #1f1f1f; --vscode-editor-foreground: #cccccc",
}
HOSTS = {
    "plain": "<body>",
    "jupyter light": f'<body data-jp-theme-light="true" style="{JUPYTER["light"]}">',
    "jupyter dark": f'<body data-jp-theme-light="false" style="{JUPYTER["dark"]}">',
    "code light": f'<body class="vscode-light" style="{CODE["light"]}">',
    "code dark": f'<body class="vscode-dark" style="{CODE["dark"]}">',
}
"""The beginnings of pages that show outputs."""

TABLES_OF_JUPYTER = """<style>
.jp-RenderedHTMLCommon table { border: none; table-layout: fixed; margin: 0 auto 1em }
.jp-RenderedHTMLCommon :is(td, th, tr) { text-align: right; padding: 0.5em; white-space: normal }
.jp-RenderedHTMLCommon tbody tr:nth-child(odd) { background: #f5f5f5 }
.jp-RenderedHTMLCommon pre, .jp-RenderedHTMLCommon code { background: #eee }
</style>"""

LOW_CONTRAST = """() => {
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const over = (top, below) => {
    const [r, g, b, a = 1] = top;
    return [r, g, b].map((c, i) => c * a + below[i] * (1 - a));
  };
  const light = ([r, g, b]) => [r, g, b].reduce((sum, c, i) => {
    c /= 255;
    const linear = c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    return sum + [0.2126, 0.7152, 0.0722][i] * linear;
  }, 0);
  const behind = element => {
    const stack = [];
    for (let e = element; e; e = e.parentElement)
      stack.unshift(parts(getComputedStyle(e).backgroundColor));
    return stack.reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const out = [];
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || element.tagName === 'STYLE') continue;
    const back = behind(element);
    const [a, b] = [light(back), light(over(parts(getComputedStyle(element).color), back))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const said = texts.currentNode.data.slice(0, 40);
    if (contrast < 4.5) out.push([contrast, element.className, said]);
  }
  return out;
}"""
"""Gives each text whose contrast with what is behind it is below 4.5."""

STYLES = """selector => [...document.querySelectorAll(selector)].map(
  e => [...getComputedStyle(e)].filter(name => !name.startsWith('--')).map(
    name => [name, getComputedStyle(e)[name]]))"""


class Window:
    """A page of the browser, and whatever it did of its own."""

    def __init__(self, browser: Any, scheme: str = "light", width: int = NARROW) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.did: list[str] = []
        self.page.on("request", lambda request: self.did.append(request.url))
        self.page.on("dialog", lambda dialog: self.did.append(dialog.message))
        self.page.on("popup", lambda _: self.did.append("a window"))
        self.page.on("pageerror", lambda error: self.did.append(str(error)))

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *_: object) -> None:
        self.page.close()

    def show(self, *outputs: str, host: str = "plain", before: str = "") -> None:
        shown = "".join(f"<main>{output}</main>" for output in outputs)
        self.page.set_content(f"<!doctype html><meta charset=utf-8>{HOSTS[host]}{before}{shown}")


@pytest.fixture(scope="module")
def read(sim: simruns.Simulator) -> simruns.Runs:
    with sim.client() as client:
        return client.batches(sim.batches()).read()


@pytest.fixture(scope="module")
def outputs(read: simruns.Runs) -> dict[str, str]:
    hostile, plain = run_of(TEXTS), read[0]
    error = simruns.RequestError(SCRIPT * 20, kind="server", status=500, code=TEXTS[3], attempts=4)
    error.runs, error.position = read, "p"
    shown: dict[str, Any] = {
        "runs": read,
        "run": plain,
        "transcript": plain.transcript(),
        "beside": simruns.transcripts([plain, hostile], side_by_side=True),
        "transcripts": simruns.transcripts(read, n=3),
        "completeness": read.completeness,
        "error": error,
        "hostile run": hostile,
        "hostile": hostile.transcript(),
        "turn": hostile.turns[2],
        "criterion": plain.criteria[0],
    }
    return {name: each._repr_html_() for name, each in shown.items()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["hostile", "hostile run", "beside", "turn", "error"])
def test_a_hostile_run_runs_nothing_and_loads_nothing(
    chromium: Any, outputs: dict[str, str], name: str, scheme: str
) -> None:
    with Window(chromium, scheme) as window:
        window.show(outputs[name])
        page = window.page
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        page.evaluate(
            """document.querySelectorAll('main *').forEach(e => {
              for (const kind of ['mouseover', 'focus', 'load', 'error', 'click'])
                e.dispatchEvent(new Event(kind, {bubbles: true}));
            })"""
        )
        assert page.evaluate("window.__pwned") is None
        assert page.evaluate("document.querySelector('h1, script, img, svg, iframe, a')") is None
        assert window.did == []
        assert "window.__pwned" in page.inner_text("main")


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(
    chromium: Any, outputs: dict[str, str], host: str, scheme: str
) -> None:
    with Window(chromium, scheme) as window:
        window.show("".join(outputs.values()), host=host)
        window.page.evaluate("document.querySelectorAll('details').forEach(f => { f.open = true })")
        assert window.page.evaluate(LOW_CONTRAST) == []


@pytest.mark.parametrize("width", [360, NARROW, WIDE])
def test_nothing_is_wider_than_the_page(chromium: Any, outputs: dict[str, str], width: int) -> None:
    for name, output in outputs.items():
        with Window(chromium, width=width) as window:
            window.show(output)
            window.page.evaluate(
                "document.querySelectorAll('details').forEach(fold => { fold.open = true })"
            )
            assert window.page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize("host", HOSTS)
def test_the_theme_of_the_host_wins_over_that_of_the_browser(
    chromium: Any, outputs: dict[str, str], host: str
) -> None:
    shown = {}
    for scheme in ("light", "dark"):
        with Window(chromium, scheme) as window:
            window.show(outputs["transcript"], host=host)
            shown[scheme] = window.page.evaluate(
                f"getComputedStyle(document.querySelector('.{SCOPE}')).colorScheme"
            )
    own = host.rpartition(" ")[2]
    wanted = {"light": "light", "dark": "dark"} if own == "plain" else dict.fromkeys(shown, own)
    assert shown == wanted


def test_an_output_changes_nothing_else_in_the_page(chromium: Any, outputs: dict[str, str]) -> None:
    other = (
        f"{TABLES_OF_JUPYTER}<section class='jp-RenderedHTMLCommon sr-title sr-turn'><h1>a</h1>"
        "<table><tbody><tr><td>b<th>c</table><pre>d</pre><details><summary>e</summary>f</details>"
        "<div class='sr-bubble'>g <bdi>h</bdi> <code>i</code></div></section>"
    )
    found = []
    for output in ("", "".join(outputs.values())):
        with Window(chromium) as window:
            window.show(output, before=other)
            found.append(window.page.evaluate(STYLES, "section, section *"))
    assert len(found[0]) > 10
    assert found[0] == found[1]


def test_an_output_looks_the_same_beside_another_and_within_a_notebook(
    chromium: Any, outputs: dict[str, str]
) -> None:
    shown = []
    for before, others in ((None, []), (TABLES_OF_JUPYTER, list(outputs.values()))):
        with Window(chromium) as window:
            wrapped = f"<div class='jp-RenderedHTMLCommon' id=it>{outputs['runs']}</div>"
            window.show(*others, wrapped, *others, before=before or "")
            shown.append(window.page.evaluate(STYLES, f"#it .{SCOPE}, #it .{SCOPE} *"))
    assert len(shown[0]) > 50
    assert shown[0] == shown[1]


def test_without_its_style_an_output_is_still_read(
    chromium: Any, outputs: dict[str, str], read: simruns.Runs
) -> None:
    """GitHub, and notebooks that are not trusted, take the style away."""
    bare = re.sub(r"<style>.*?</style>", "", outputs["transcript"], flags=re.DOTALL)
    with Window(chromium) as window:
        window.show(bare)
        text = window.page.inner_text("main")
        for turn in read[0].turns:
            if turn.text and turn.role != "tool":
                assert turn.text.split("\n")[0].strip() in text
        assert f"{read[0].verdict} {read[0].id}" in text
        assert re.search(r"^user turn 1 20", text, re.MULTILINE)
        assert len(text.splitlines()) > 2 * len(read[0].turns)
        assert window.page.locator("details").count() > 0
        assert not window.page.locator("pre").first.is_visible()
        window.page.locator("summary").first.click()
        assert window.page.locator("pre").first.is_visible()


def test_a_text_turns_no_neighbour_around(chromium: Any) -> None:
    with Window(chromium) as window:
        window.show(run_of(["שלום", "abc\u202e"])._repr_html_())
        assert "\u202e" not in window.page.inner_text("main")
        assert window.page.evaluate(
            "[...document.querySelectorAll('[dir=auto]')].every("
            "e => getComputedStyle(e).unicodeBidi.includes('isolate'))"
        )
