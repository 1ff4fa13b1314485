"""Runs with hostile texts, shown by a real kernel in a real JupyterLab and a real browser."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jupyterlab", reason="pip install '.[notebooks]'")
pytest.importorskip("playwright.sync_api", reason="pip install playwright")
nbformat = pytest.importorskip("nbformat")

from lab_server import (  # noqa: E402
    jupyterlab,
    run_all,
    wait_for_notebook,
)

from simruns.looks.style import SCOPE  # noqa: E402

HOSTILE = {
    "script": "<script>top.ran = 'script'; fetch('LEAK')</script>",
    "image": "<img src='LEAK' onerror=\"top.ran = 'image'\">",
    "closing": "</style></div></details></pre><style>body { display: none !important }</style>",
    "link": "[a link](javascript:top.ran='link') <a href=\"javascript:top.ran='a'\">another</a>",
    "math": "It is $5 and not $10: $$\\href{javascript:top.ran='math'}{x}$$ \\(a\\)",
    "bidi": "before \u202eesrever dna tfel ot thgir\u202c \u2067isolated\u2069 after",
    "long": "0123456789" * 10_000,
    "lines": "\n".join(f"line {number}" for number in range(2_000)),
}
CELLS = [
    "import simruns\nruns = simruns.open('runs.jsonl')\nruns",
    "runs[0]",
    "runs[0].transcript()",
    "simruns.transcripts(runs, n=2)",
    "runs.completeness",
    "runs[0].turns[0]",
    "runs[0].criteria[0]",
]


def hostile_run(number: int, leak: str) -> dict[str, Any]:
    texts = [text.replace("LEAK", leak) for text in HOSTILE.values()]
    return {
        "id": f"run-{number}{texts[0]}",
        "projectReference": "project",
        "simulationReference": f"scenario {texts[1]}",
        "simulationRunBatchReference": f"batch {texts[2]}",
        "sequence": number,
        "endPointType": texts[0],
        "turns": [
            {"id": f"t{at}", "sequence": at, "text": text, "data": {"role": role, "note": text}}
            for at, (text, role) in enumerate(
                zip(texts, ["user", "assistant", "tool", "system"] * 2, strict=True), 1
            )
        ],
        "successCriteria": [{"type": "text", "params": {"name": text}} for text in texts[:6]],
        "metrics": {
            "success": False,
            "status": "SUCCESS",
            "summary": " ".join(texts[:6]),
            "results": [{"name": text, "success": False, "reason": text} for text in texts[:6]],
            "errorInfo": {"category": texts[1], "message": texts[0]},
        },
        "createdAt": 1_700_000_000_000,
    }


class _Leak(BaseHTTPRequestHandler):
    server: LeakServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class LeakServer(ThreadingHTTPServer):
    """Hears of whatever a text had loaded."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Leak)
        self.asked: list[str] = []


@pytest.fixture
def leaks() -> Iterator[LeakServer]:
    with LeakServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server
        server.shutdown()


def make_notebook(folder: Path, leak: str) -> Path:
    lines = [json.dumps(hostile_run(number, leak)) for number in (1, 2)]
    (folder / "runs.jsonl").write_text("\n".join(lines))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    path = folder / "hostile.ipynb"
    nbformat.write(book, path)
    return path


def execute(path: Path) -> None:
    """Executes a notebook where no JupyterLab learns of it, so that none trusts it."""
    from nbclient import NotebookClient

    book = nbformat.read(path, 4)
    NotebookClient(book, resources={"metadata": {"path": str(path.parent)}}).execute()
    nbformat.write(book, path)


def picture(page: Any, folder: Path, name: str) -> None:
    """Keeps what is seen. `pytest --basetemp=FOLDER` says where."""
    outputs = page.locator(".jp-Cell-outputWrapper")
    for number in range(outputs.count()):
        outputs.nth(number).evaluate("one => one.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(300)  # for the picture alone: what is out of sight is drawn late
        page.screenshot(path=folder / f"{name}-{number}.png")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "untrusted"])
@pytest.mark.filterwarnings("ignore")
def test_hostile_texts_run_nothing_in_jupyterlab_and_stay_in_their_place(
    theme: str, trusted: bool, chromium: Any, leaks: LeakServer, tmp_path: Path
) -> None:
    path = make_notebook(tmp_path, f"http://127.0.0.1:{leaks.server_address[1]}/leak")
    if not trusted:
        execute(path)
    with jupyterlab(tmp_path, theme) as address:
        page = chromium.new_page(viewport={"width": 1400, "height": 1000})
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.goto(address.format(path.name))
        wait_for_notebook(page)
        if trusted:
            run_all(page, len(CELLS))
        page.wait_for_selector(f".jp-RenderedHTMLCommon .{SCOPE}", timeout=60_000)
        page.wait_for_load_state("networkidle")
        picture(page, tmp_path, f"{theme}-{'trusted' if trusted else 'untrusted'}")
        seen = page.evaluate(LOOK, SCOPE)
        page.close()
    assert (seen["ran"], dialogs, leaks.asked) == (None, [], [])
    assert seen["foreign"] == []
    assert seen["math"] == 0
    assert seen["shown"]
    assert "<script>top.ran = 'script'" in seen["text"]
    assert "</style></div></details></pre>" in seen["text"]
    assert "javascript:top.ran='math'" in seen["text"]
    if trusted:
        assert seen["wide"] == []


LOOK = """scope => {
  const ours = [...document.querySelectorAll(`.jp-OutputArea .${scope}`)];
  const within = selector => ours.flatMap(one => [...one.querySelectorAll(selector)]);
  return {
    ran: window.ran ?? null,
    foreign: within('script, img, a, iframe, object, link, svg').map(one => one.outerHTML),
    math: within('mjx-container, .MathJax, .katex').length,
    shown: getComputedStyle(document.body).display !== 'none' && ours.length > 0,
    text: ours.map(one => one.innerText).join(' '),
    wide: ours.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.className),
  };
}"""
