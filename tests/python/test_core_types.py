"""Runs and pages as Python objects: found by index, compared, copied, described."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import subprocess
import sys
from typing import Any

import pytest
from servers import serving

import simruns
from simruns import _core


@pytest.fixture
def page(batch: simruns.Batch) -> simruns.Page:
    return batch.page(page_size=20)


def test_a_page_is_a_sequence(page: simruns.Page) -> None:
    runs = list(page)
    assert [page[i] for i in range(-20, 20)] == runs + runs
    for part in (slice(2), slice(None, None, -3), slice(-5, 100), slice(7, 3)):
        assert page[part] == runs[part]
    for index in (20, -21):
        with pytest.raises(IndexError, match=f"run {index} of 20"):
            page[index]


@pytest.mark.parametrize("index", [1.5, "1", None])
def test_a_run_of_a_page_is_found_by_a_whole_number_or_a_slice(
    page: simruns.Page, index: Any
) -> None:
    with pytest.raises(TypeError, match="by a whole number or a slice, not by"):
        page[index]


def test_runs_are_equal_if_they_were_told_the_same(batch: simruns.Batch) -> None:
    first, again = batch.head(3), list(batch.read(page_size=50)[:3])
    assert first == again
    assert len({*first, *again}) == 3
    assert first[0] != first[1]
    assert first[0] != first[0].id


def test_a_run_of_the_same_id_that_was_told_otherwise_is_another() -> None:
    told = [b'{"id":"r","sequence":1}', b'{"id":"r","sequence":2}']
    with serving() as (server, client):
        runs = []
        for text in told:
            server.body = b'{"data":[' + text + b'],"pagination":{"hasNext":false}}'
            runs += client.batch(scenario="s", batch="b").head(1)
    assert runs[0].id == runs[1].id
    assert runs[0] != runs[1]


def test_reprs_say_what_it_is(page: simruns.Page) -> None:
    assert repr(page) == "<simruns.Page: 20 of 250 runs, with a next one>"
    turn, criterion = page[0].turns[0], page[0].criteria[0]
    assert repr(turn).startswith(f"<simruns.Turn {turn.sequence}: ")
    assert repr((turn.text or "")[:40]) in repr(turn)
    assert repr(criterion).startswith(f"<simruns.Criterion {criterion.type}: ")


def test_what_never_changes_is_copied_by_reference(page: simruns.Page) -> None:
    run = page[0]
    for thing in (page, run, run.turns[0], run.criteria[0]):
        assert copy.copy(thing) is thing
        assert copy.deepcopy([thing])[0] is thing


def test_what_is_not_pickled_says_what_to_do_instead(
    client: simruns.Client, sim: simruns.Simulator, batch: simruns.Batch, page: simruns.Page
) -> None:
    for thing, instead in (
        (page, r"a Page is not pickled; keep page\.body\(\)"),
        (batch, "a Batch is not pickled; keep its key"),
        (client.batches(sim.pairs), "a Suite is not pickled; keep its keys"),
        (batch.runs(), "a RunStream is not pickled; keep its position"),
    ):
        with pytest.raises(TypeError, match=instead):
            pickle.dumps(thing)
        assert copy.copy(thing) is thing


def test_help_tells_of_the_core_types() -> None:
    for cls in (simruns.Run, simruns.Page, simruns.Turn, simruns.Criterion, simruns.Issue):
        assert cls.__doc__
    assert "success rate is" in (inspect.getdoc(simruns.Run.verdict) or "")
    assert "milliseconds since 1970" in (inspect.getdoc(simruns.Run.created_at_ms) or "")
    assert "in UTC" in (inspect.getdoc(simruns.Turn.created_at) or "")


def test_whoever_sits_at_a_prompt_is_told_without_naming_a_class() -> None:
    code = (
        "import sys; sys.ps1 = '>'\n"
        "import simruns\n"
        "with simruns.Simulator(scenarios=1, runs=1) as sim, sim.client() as client:\n"
        "    print(type(client.batches(sim.pairs).read()[0]).__doc__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("One simulated conversation")


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (simruns.Batch.runs, "sort filter endpoint_type page_size skip start_at strict"),
        (simruns.Batch.read, "progress sort filter max_runs allow_incomplete"),
        (simruns.Batch.page, "sort page_size start_at"),
        (simruns.Batch.head, "n sort filter endpoint_type"),
        (simruns.Suite.read, "progress sort max_runs"),
        (simruns.AsyncBatch.runs, "sort max_runs"),
        (simruns.AsyncBatch.head, "n sort"),
        (simruns.AsyncSuite.read, "progress sort"),
        (simruns.Client, "base_url project api_key attempt_timeout connections ca_file"),
        (simruns.AsyncClient, "base_url project api_key attempt_timeout connections ca_file"),
    ],
)
def test_a_signature_names_its_arguments(function: Any, names: str) -> None:
    signature = inspect.signature(function)
    assert set(names.split()) <= set(signature.parameters)
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    assert inspect.Parameter.VAR_KEYWORD not in kinds


@pytest.mark.parametrize(
    "texts", [["{}", "{},{}"], ["{"], [""], ["{} "], ['{}],"data":[{}'], ['{}],"x":[{}', "{}"]]
)
def test_pages_of_texts_hold_one_run_of_each_text_or_none(texts: list[str]) -> None:
    with pytest.raises(ValueError, match="not the JSON of a run"):
        _core.Pages.of_texts(texts)


def test_pages_of_texts_give_each_text_back(batch: simruns.Batch) -> None:
    texts = [run.to_json() for run in batch.runs()]
    texts += ['{"id":"a",\n "new": [1e400, "\\ud800"]}', "3", "null"]
    pages = _core.Pages.of_texts(iter(texts))
    assert [pages[i].to_json() for i in range(len(pages))] == texts
    assert pages.completeness.received == len(texts)
    assert len(_core.Pages.of_texts([])) == 0


def test_a_method_refuses_what_is_no_object_of_its_class(page: simruns.Page) -> None:
    turn, criterion = simruns.Turn, simruns.Criterion
    for method in (simruns.Run.to_dict, turn.__reduce__, criterion.__reduce__):
        for other in (5, "x" * 100, None, object()):
            with pytest.raises(TypeError):
                method(other)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        simruns.Run.to_dict(page[0].turns[0])  # type: ignore[arg-type]


def test_a_stream_whose_init_failed_can_be_closed_and_asked() -> None:
    class Mine(simruns.RunStream):
        def __init__(self) -> None:
            try:
                super().__init__()  # type: ignore[call-arg]
            finally:
                for step in (self.close, lambda: next(self), lambda: self.position):
                    with pytest.raises((RuntimeError, TypeError)):
                        step()

    with pytest.raises(TypeError):
        Mine()
    for kind in (simruns.AsyncRunStream, simruns.FollowStream, simruns.AsyncFollowStream):
        made = kind.__new__(kind)
        with pytest.raises((RuntimeError, TypeError)):
            made._close()


ENDING = """
import sys, threading, time, weakref
import simruns

began = threading.Event()

def for_ever(_):
    began.set()
    while True:
        time.sleep(0.001)

def let_go():
    run = simruns.Run.from_json('{"id": "a"}')
    reference = weakref.ref(run, for_ever)
    del run

class Last:  # keeps the interpreter that ends busy, so that the thread is stopped in its callback
    def __del__(self, sleep=time.sleep):
        sleep(0.5)

sys.last = Last()
threading.Thread(target=let_go, daemon=True).start()
began.wait()
"""


def test_a_process_ends_while_a_thread_lets_go_of_a_run() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDING], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_pickle_with_bytes_that_are_no_text_is_refused() -> None:
    body = b'{"data":[{"id":"a"}]}'
    with pytest.raises(simruns.InvalidArgumentError):
        _core.restored_run((body, 1, [(0, b"\xff", b"x")], []))  # type: ignore[attr-defined]


def one_hash(many: int) -> list[str]:
    """Texts that have one hash by libstdc++, whose seed everyone knows; 16 bytes of ASCII each."""
    whole = 2**64 - 1
    factor = 0xC6A4A7935BD1E995
    inverse = pow(factor, -1, 2**64)

    def step(word: int, by: int) -> int:
        word = word * by & whole
        return (word ^ word >> 47) * by & whole

    texts: list[str] = []
    for number in range(2**20):
        first = number.to_bytes(8, "little")
        before = (0xC70F6907 ^ 16 * factor & whole) ^ step(int.from_bytes(first, "little"), factor)
        second = step(before * factor & whole, inverse).to_bytes(8, "little")
        if first.isascii() and second.isascii():
            texts.append((first + second).decode())
        if len(texts) == many:
            break
    return texts


def test_what_a_server_made_to_have_one_hash_has_many() -> None:
    texts = one_hash(100)
    assert len(set(texts)) == 100
    runs = [simruns.Run.from_json(json.dumps({"id": text})) for text in texts]
    issues = [simruns.Issue(text, "") for text in texts]
    for values in (runs, issues):
        assert len({hash(value) for value in values}) == 100
