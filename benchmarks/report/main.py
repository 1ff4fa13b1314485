"""The size of a report's page, and how long Chromium takes to open it. No network.

    main.py [--json] [--rounds N] --data FILE

FILE has runs, as `simruns export` writes them. They are taken as often as it takes to make 200 and
5,000 of them, each time with other ids. A page is open when its table of runs is there.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

import simruns

GOALS = {200: (1.2, None), 5_000: (16.0, 2.0)}
"""Megabytes and seconds, by the number of runs."""


def runs_of(path: Path, number: int) -> simruns.Runs:
    """As many runs as are asked for, made of those of the file."""
    known = [json.loads(run.to_json()) for run in simruns.open(path)]
    texts = []
    for at, run in enumerate(islice(cycle(known), number)):
        turn = at // len(known)
        made = {**run, "id": f"{run['id']}-{turn}"}
        made["simulationRunBatchReference"] = f"{run['simulationRunBatchReference']}-{turn}"
        texts.append(json.dumps(made, ensure_ascii=False))
    return simruns.read_json(texts)


def opened(browser: Any, page: Path) -> float:
    """Seconds until the table of a page is there, in a window of its own."""
    window = browser.new_page()
    start = time.perf_counter()
    window.goto(page.as_uri())
    window.wait_for_selector("html[data-ready]", state="attached")
    seconds = time.perf_counter() - start
    window.close()
    return seconds


def measured(browser: Any, data: Path, number: int, rounds: int) -> dict[str, float]:
    runs = runs_of(data, number)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        page = simruns.report(runs, out=Path(folder) / "report.html")
        made = time.perf_counter() - start
        each = [opened(browser, page) for _ in range(rounds)]
        size = page.stat().st_size / 1e6
    return {"runs": number, "megabytes": size, "made in s": made, "opens in s": min(each),
            "opens in s, median": statistics.median(each)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, required=True)
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for number, (megabytes, seconds) in GOALS.items():
            told = measured(browser, asked.data, number, asked.rounds)
            if asked.json:
                print(json.dumps(told))
                continue
            print(", ".join(f"{name} {value:,.2f}" for name, value in told.items()))
            within = told["megabytes"] <= megabytes
            within = within and (seconds is None or told["opens in s"] <= seconds)
            print("within the goal" if within else "BEYOND THE GOAL")
        browser.close()


if __name__ == "__main__":
    main()
