"""Importing is cheap: what is heavy waits until it is used."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import pytest

import simruns

HEAVY = {
    "pandas",
    "polars",
    "pyarrow",
    "duckdb",
    "numpy",
    "matplotlib",
    "scipy",
    "asyncio",
    "typer",
    "rich",
    "tqdm",
    "ssl",
}


def modules_after(code: str) -> set[str]:
    """What a fresh interpreter has loaded after `code`."""
    tail = "import json, sys; print(json.dumps(sorted(sys.modules)))"
    printed = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tail}"], capture_output=True, text=True, check=True
    )
    return set(json.loads(printed.stdout))


def test_importing_simruns_loads_nothing_heavy() -> None:
    before = modules_after("pass")
    assert not HEAVY & (modules_after("import simruns") - before)


@pytest.mark.parametrize("name", ["Client", "AsyncClient", "Options", "RequestError", "Runs"])
def test_naming_what_is_public_loads_nothing_heavy(name: str) -> None:
    before = modules_after("pass")
    assert not HEAVY & (modules_after(f"import simruns; simruns.{name}") - before)


def test_importing_simruns_loads_nothing_but_itself_and_a_few_modules_of_python() -> None:
    loaded = modules_after("import simruns") - modules_after("import typing, importlib, __future__")
    assert loaded == {"simruns"}


def test_the_core_is_loaded_by_its_first_use() -> None:
    assert "simruns._core" not in modules_after("import simruns")
    assert "simruns._core" in modules_after("import simruns; simruns.__version__")


def test_a_sync_client_needs_no_event_loop_and_no_table_library() -> None:
    code = (
        "import simruns\n"
        "with simruns.Simulator(scenarios=1, runs=3) as sim, sim.client() as client:\n"
        "    assert len(client.batches(sim.pairs).read()) == 3\n"
    )
    assert not HEAVY - {"tqdm"} & (modules_after(code) - modules_after("pass"))


def test_every_public_name_is_there() -> None:
    for name in simruns.__all__:
        assert getattr(simruns, name) is not None
    assert set(simruns.__all__) <= set(dir(simruns))
    assert simruns.open.__module__ == "simruns"


def test_what_users_see_of_a_class_is_its_public_name() -> None:
    for name in simruns.__all__:
        thing = getattr(simruns, name)
        if isinstance(thing, type) and thing.__module__ != "simruns._core":
            assert (thing.__module__, thing.__qualname__) == ("simruns", name)
    assert b"simruns\x94\x8c\x08BatchKey" in pickle.dumps(simruns.BatchKey("p", "s", "b"), 4)


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(simruns, "no_such_name")


def test_the_version_is_a_version() -> None:
    assert [part.isdigit() for part in simruns.__version__.split(".")] == [True] * 3
