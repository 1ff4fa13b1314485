"""What `read` keeps, a Simulator serves: byte for byte, whatever it was kept in."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from servers import serving

import simruns
from simruns.hold.jsonl import one_line

pytest.importorskip("pyarrow")

Run = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.odd_data

RUN = (
    '{"id":%s,"projectReference":"p","simulationReference":"s","simulationRunBatchReference":"b",'
    '"sequence":%d,"turns":[{"id":"t","text":%s}],"metrics":{},%s}'
)
TEXTS = [
    r'"\ud83d"', r'"\uDE00"', r'"\ude00\ud83d"', r'"\ud83d\ud83d\ude00"', r'"a\ud83d\n"',
    r'"\u0000"', r'"\uffff\u001b"', '"\u2028\u0085\x7f"', '"\U0001f600"', r'"\ud83d\ude00"',
]  # fmt: skip
VALUES = [
    "1e400", "-1e2147483648", "1e99999999999", "0e-99999999999", "-0", "1" * 40,
    "[" * 400 + "]" * 400, '{"a":1,"a":2}',
]  # fmt: skip
IDS = ["r%d", r"\ud83d%d", r"\u0000%d"]


def runs_of_all_kinds() -> list[str]:
    pieces = [(text, f'"x":{text}') for text in TEXTS] + [('""', f'"x":{v}') for v in VALUES]
    pieces += [('""', f"{text}:1") for text in TEXTS]
    made = [
        RUN % (f'"{IDS[number % len(IDS)] % number}"', number + 1, text, member)
        for number, (text, member) in enumerate(pieces)
    ]
    laid_out = RUN % ('"laid out"', len(made) + 1, '"a"', '"x":[\n  1,\r\n  2 ]')
    return [*made, laid_out, (RUN % ('""', len(made) + 2, '""', '"x":0')).replace('"id":"",', "")]


def page(runs: list[str]) -> bytes:
    paging = {"limit": 100, "skip": 0, "total": len(runs), "hasNext": False, "hasPrevious": False}
    return f'{{"data":[{",".join(runs)}],"pagination":{json.dumps(paging)}}}'.encode()


def texts(runs: simruns.Runs) -> list[str]:
    return [run.to_json() for run in runs]


@pytest.mark.filterwarnings("ignore::simruns.IncompleteWarning")
@pytest.mark.parametrize("place", ["a.jsonl", "a.parquet", "archive", "recording.jsonl"])
def test_what_was_read_is_served_again_byte_for_byte(
    run_simruns: Run, tmp_path: Path, place: str
) -> None:
    sent = runs_of_all_kinds()
    path = tmp_path / place
    with serving(page(sent)) as (server, client):
        url = f"http://127.0.0.1:{server.server_address[1]}"
        if place == "archive":
            client.batch(scenario="s", batch="b").archive(path)
        elif place == "recording.jsonl":
            with (
                simruns.Simulator(upstream=url, record=path) as recorder,
                simruns.Client(recorder.url, project="p", api_key="k") as recorded,
            ):
                recorded.batch(scenario="s", batch="b").read(allow_incomplete=True)
                assert (recorder.recorded, recorder.left_out) == (len(sent), 0)
        else:
            done = run_simruns(
                "export", "--base-url", url, "--project", "p", "--scenario", "s", "--batch", "b",
                "-o", path, SIMRUNS_API_KEY="k",
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
    kept = sent if place in ("archive", "a.parquet") else list(map(one_line, sent))
    assert sorted(texts(simruns.open(path))) == sorted(kept)
    with simruns.Simulator(data=path) as again, again.client() as client:
        assert again.batches() == [("p", "s", "b")]
        batch = client.batch(scenario="s", batch="b")
        assert sorted(texts(batch.read(allow_incomplete=True))) == sorted(kept)
        for order in ("id:desc", "sequence:asc"):
            stream = batch.runs(sort=order, page_size=1, allow_incomplete=True)
            assert sorted(run.to_json() for run in stream) == sorted(kept)


@pytest.mark.parametrize("place", ["a.parquet", "archive", "a.jsonl"])
def test_a_run_that_names_no_batch_is_served_as_one_of_the_batch_that_it_was_read_from(
    tmp_path: Path, place: str
) -> None:
    runs = [f'{{"id":"r{n}","sequence":{n},"turns":[],"x":"\\ud83d"}}' for n in (1, 2)]
    with serving(page(runs)) as (_, client):
        batch = client.batch(scenario="s", batch="b")
        if place == "archive":
            batch.archive(tmp_path / place)
        elif place == "a.jsonl":
            batch.read().to_jsonl(tmp_path / place)
        else:
            batch.read().to_parquet(tmp_path / place)
    if place == "a.jsonl":
        with pytest.raises(simruns.Error, match=r"a\.jsonl:1: `projectReference` must be a text"):
            simruns.Simulator(data=tmp_path / place)
        return
    with simruns.Simulator(data=tmp_path / place) as again, again.client() as client:
        assert again.batches() == [("p", "s", "b")]
        assert texts(client.batches(again.pairs).read()) == runs


def test_a_saved_page_is_served(tmp_path: Path) -> None:
    sent = runs_of_all_kinds()
    (tmp_path / "page.json").write_bytes(page(sent))
    with simruns.Simulator(data=tmp_path / "page.json") as again, again.client() as client:
        (key,) = again.batches()
        runs = client.batch(scenario=key.scenario, batch=key.batch).read(allow_incomplete=True)
    assert sorted(texts(runs)) == sorted(sent)


def test_a_reference_that_has_half_an_emoji_is_asked_for_as_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    text = RUN % (r'"r1\ud83d"', 1, '"a"', '"x":1')
    path.write_text(text.replace('"p"', r'"p\udE00"').replace('"b"', r'"\ud83d/b"') + "\n")
    with simruns.Simulator(data=path) as sim, sim.client() as client:
        assert sim.batches() == [("p\ufffd", "s", "\ufffd/b")]
        (run,) = client.batches(sim.pairs).read()
    assert (run.id, run.batch) == ("r1\ufffd", "\ufffd/b")
    assert run.to_json() + "\n" == path.read_text()


def test_one_id_in_two_batches_is_two_runs(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [(RUN % ('"r1"', 1, '"a"', '"x":1')).replace('"b"', f'"{b}"') for b in ("b1", "b2")]
    path.write_text("\n".join(lines))
    with simruns.Simulator(data=path) as sim:
        with sim.client() as client:
            assert texts(client.batches(sim.pairs).read()) == lines
        again = tmp_path / "again.jsonl"
        with (
            simruns.Simulator(upstream=sim.url, record=again) as recorder,
            simruns.Client(recorder.url, project="p", api_key=sim.api_key) as client,
        ):
            client.batches(sim.pairs).read(witness=False)
    assert again.read_text().splitlines() == lines
