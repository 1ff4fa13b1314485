"""Conversations to read: who spoke, what was said, what came of it."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from hostile import TEXTS, run_from, run_of

import simruns
from simruns.looks.conversation import references

rich_console = pytest.importorskip("rich.console")


def talk(*turns: dict[str, Any], **members: Any) -> simruns.Run:
    return run_from({"id": "r1", "turns": list(turns), **members})


RUN = talk(
    {"sequence": 1, "text": "Hello", "data": {"role": "user"}, "createdAt": 1718000000000},
    {"sequence": 2, "text": "One moment.", "createdAt": 1718000004900,
     "data": {"role": "assistant", "toolCalls": [{"name": "look_up", "arguments": {"a": 1}}]}},
    {"sequence": 3, "text": '{"found": [1, 2]}', "data": {"role": "tool", "tool": "look_up"}},
    {"sequence": 4, "text": "Found it.", "data": {"role": "assistant", "mood": "glad"}},
    {"sequence": 5, "text": "Thanks"},
    simulationReference="s", simulationRunBatchReference="b", sequence=7, duration=85700,
    successCriteria=[{"type": "text", "params": {"name": "goal"}}],
    metrics={"success": True, "status": "SUCCESS", "summary": "All went well.",
             "results": [{"name": "goal", "success": True, "reason": "It was found."}]},
)  # fmt: skip


def test_a_transcript_tells_who_said_what_and_what_came_of_it() -> None:
    lines = str(RUN.transcript()).splitlines()
    assert lines[:8] == [
        "r1  success",
        "scenario s, batch b, run 7",
        "5 turns, 85.7 s",
        "1 of 1 criterion met",
        "  met       goal",
        "            It was found.",
        "summary",
        "  All went well.",
    ]
    assert lines[-17:] == [
        "",
        "user  turn 1  2024-06-10 06:13:20 UTC",
        "  Hello",
        "",
        "agent  turn 2  +4.9 s",
        "  One moment.",
        '  calls look_up {"a": 1}',
        "",
        "tool look_up  turn 3",
        '  {"found": [1, 2]}',
        "",
        "agent  turn 4",
        "  Found it.",
        '  data {"role": "assistant", "mood": "glad"}',
        "",
        "user?  turn 5",
        "  Thanks",
    ]


def test_a_notebook_has_a_bubble_a_turn_and_folds_what_tools_say() -> None:
    page = RUN.transcript()._repr_html_()
    for role, bubbles in {"user": 2, "agent": 2, "tool": 1, "system": 0, "unknown": 0}.items():
        assert page.count(f'class="sr-turn sr-turn-{role}"') == bubbles
    assert 'title="Inferred: the data of this turn does not say who spoke">user?</b>' in page
    folded = page.split('class="sr-turn sr-turn-tool"')[1].split('class="sr-turn ')[0]
    assert folded.count("<details>") == 1
    assert "<pre" in folded
    assert "✓ met" in page
    assert "It was found." in page


def test_an_unknown_role_is_neutral() -> None:
    run = talk({"sequence": 1, "text": "Who am I?"})
    assert "unknown  turn 1" in str(run.transcript())
    assert 'class="sr-turn sr-turn-unknown"' in run.transcript()._repr_html_()


def test_transcripts_are_those_of_the_first_runs_of_whatever_gives_runs(
    batch: simruns.Batch,
) -> None:
    runs = batch.read()
    for given in (runs, list(runs), batch.page(), iter(runs), runs[:5], batch.runs()):
        shown = simruns.transcripts(given)
        assert [each.run.id for each in shown] == [run.id for run in list(runs)[:5]]
        assert len(shown) == 5
    assert len(simruns.transcripts(runs, n=2)) == 2
    assert [each.run for each in simruns.transcripts(runs[3])] == [runs[3]]
    assert simruns.transcripts(runs)[1].run == runs[1]
    assert "245 more runs; transcripts(runs, n=...) shows more" in str(simruns.transcripts(runs))
    assert "more runs;" not in str(simruns.transcripts(runs[:3]))


def test_transcripts_open_the_first_and_fold_the_others(batch: simruns.Batch) -> None:
    page = simruns.transcripts(batch.head(3))._repr_html_()
    assert page.count('<details class="sr-fold">') == 2
    assert page.count('<details class="sr-fold" open>') == 1


def test_two_transcripts_stand_side_by_side(batch: simruns.Batch) -> None:
    runs = batch.head(2)
    shown = simruns.transcripts(runs, side_by_side=True)
    assert shown._repr_html_().count('<div class="sr-beside">') == 1
    wide, narrow = printed(shown, 160), printed(shown, 80)
    assert wide.splitlines()[0].split()[0] == runs[0].id
    assert runs[1].id in wide.splitlines()[0]
    assert runs[1].id not in narrow.splitlines()[0]
    assert runs[1].id in narrow


@pytest.mark.parametrize("wrong", [0, -1, True, "2", 1.5])
def test_a_wrong_number_of_transcripts_is_refused(wrong: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="n is"):
        simruns.transcripts([RUN], n=wrong)


def test_what_is_no_run_has_no_transcript() -> None:
    with pytest.raises(TypeError, match="a transcript is of a run, not of str"):
        simruns.transcripts(["r1"])  # type: ignore[list-item]


def printed(thing: object, width: int, encoding: str = "utf-8", color: bool = False) -> str:
    """What rich prints of something on a console that takes texts for markup."""

    class Encoded(StringIO):
        @property
        def encoding(self) -> str:  # type: ignore[override]
            return encoding

    out = Encoded()
    rich_console.Console(file=out, width=width, force_terminal=color, legacy_windows=False).print(
        thing
    )
    return out.getvalue()


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_rich_prints_every_text_within_the_width_and_the_encoding(
    width: int, encoding: str
) -> None:
    from rich.cells import cell_len

    run = run_of(TEXTS)
    shown = printed(run.transcript(), width, encoding)
    shown.encode(encoding)
    assert max(map(cell_len, shown.splitlines())) <= width
    assert "\x1b" not in shown
    assert not [line for line in shown.splitlines() if line.endswith(" ")]
    joined = "".join(shown.split())
    for text in ("[b red]markup[/b] [/end] :smile:", "<script>window.__pwned = 1</script>"):
        assert text.replace(" ", "") in joined
    assert "x" * 1900 in joined.replace("\n", "")


def test_rich_prints_the_same_as_print(batch: simruns.Batch) -> None:
    for run in batch.head(10):
        transcript = run.transcript()
        assert printed(transcript, 3000).split() == str(transcript).split()


def test_colour_is_rich_s_own_and_never_that_of_a_text() -> None:
    run = talk({"text": "\x1b[31mred", "data": {"role": "user"}})
    shown = printed(run.transcript(), 80, color=True)
    assert "\\x1b[31mred" in shown
    assert "\x1b[31mred" not in shown


def test_a_name_for_no_scenario_takes_nobodys_place() -> None:
    run = talk(simulationRunBatchReference="b")
    assert references(run, {"": "Refunds"}) == ["batch b"]
