"""The bar of a read, as a notebook shows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# A shell of the name that a notebook's has.
SHELL = """
import gc, json, sys
import simruns
from IPython.core.interactiveshell import InteractiveShell

class ZMQInteractiveShell(InteractiveShell):
    pass

ZMQInteractiveShell.instance()
import ipywidgets
"""
# Every change of the widgets that it would draw.
CHANGES = """
seen = []

def follow(bar):
    bar.observe(lambda change: seen.append((change["name"], change["new"])), ["max", "value"])

ipywidgets.FloatProgress.on_widget_constructed(
    lambda widget: follow(widget) if isinstance(widget, ipywidgets.FloatProgress) else None
)
with simruns.Simulator(seed=1, scenarios=2, runs=60) as sim, sim.client() as client:
    client.batches(sim.pairs).read(page_size=20)
    of_read = seen[:]
    seen.clear()
    next(iter(client.batches(sim.pairs))).archive(sys.argv[1] + "/a", page_size=20)
    with open(sys.argv[1] + "/seen.json", "w") as file:
        json.dump([of_read, seen], file)
"""


def in_notebook(program: str, *arguments: object) -> None:
    """Runs a program in a process whose shell has the name of a notebook's."""
    pytest.importorskip("ipywidgets")
    done = subprocess.run(
        [sys.executable, "-c", SHELL + program, *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_notebooks_bar_has_its_total_from_the_first_page_on(tmp_path: Path) -> None:
    in_notebook(CHANGES, tmp_path)
    for changes, total in zip(
        json.loads((tmp_path / "seen.json").read_text()), (120, 60), strict=True
    ):
        assert [value for name, value in changes if name == "max"] == [total]
        assert ["value", 0] in changes[: changes.index(["max", total]) + 2]
        assert changes[-1] == ["value", total]


def test_a_notebooks_bar_leaves_nothing_to_the_garbage_collector() -> None:
    in_notebook("""
gc.disable()
from tqdm.notebook import tqdm_notebook

with simruns.Simulator(seed=1, scenarios=2, runs=60) as sim, sim.client() as client:
    client.batches(sim.pairs).read()
kinds = [type(each) for each in gc.get_objects()]
assert ipywidgets.FloatProgress in kinds
assert tqdm_notebook not in kinds
""")


def test_a_total_that_comes_late_or_moves_starts_no_new_count() -> None:
    from simruns.core.progress import Progress

    with Progress(True) as bar:
        started = bar._bar.start_t
        for received, total in [(0, None), (20, None), (40, 60), (60, 70), (70, 70), (80, None)]:
            bar.show(received, total)
            assert (bar._bar.n, bar._bar.total) == (received, total)
        assert bar._bar.start_t == started


def test_a_bar_that_the_environment_disables_is_none() -> None:
    program = (
        "import simruns\n"
        "with simruns.Simulator(scenarios=1, runs=3) as sim, sim.client() as client:\n"
        "    print(len(client.batches(sim.pairs).read(progress=True)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False,
        env={**os.environ, "TQDM_DISABLE": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")
