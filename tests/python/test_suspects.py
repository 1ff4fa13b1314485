"""Runs that look like the fault of the simulated customer: each sign, at its edges."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("scipy")

import analysis_runs as made
from conftest import SimrunsCommand

import simruns

FLAGS = ["echo", "role_swap", "empty", "ended_at_once", "loop", "leak", "verdict", "duplicate"]
LONG = "x" * 20
FIFTEEN = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
SOUND = ["user:Hello there", "agent:Good day", "user:I want a refund", "agent:Done"]


def flags_of(run: made.Json, **more: Any) -> list[str]:
    """What is odd about one run, which is not judged alone: the other one is sound."""
    sound = made.make_run("other", sequence=9, talk=SOUND)
    found = simruns.suspects(made.held([run, sound]), **more)
    assert list(found.flags) == FLAGS
    assert found.flags["verdict"] in ((), (run["id"],))
    return [flag for flag, ids in found.flags.items() if run["id"] in ids]


def flags_of_talk(*talk: str, verdict: str = "success", **more: Any) -> list[str]:
    return flags_of(made.make_run("a", verdict, talk=talk, **more))


def test_a_sound_conversation_is_no_suspect() -> None:
    assert flags_of_talk(*SOUND) == []


# What user and agent say


@pytest.mark.parametrize(
    ("talk", "flags"),
    [
        ([f"agent:{LONG}", f"user:{LONG}"], ["echo"]),
        ([f"user:{LONG}", f"agent:{LONG}"], ["echo"]),
        ([f"agent:{LONG[1:]}", f"user:{LONG[1:]}"], []),  # 19 characters
        ([f"user:{LONG}", "agent:  ", f"agent: {LONG.upper()}\n"], ["echo"]),  # no text between
        ([f"user:{LONG}", "tool:found", f"agent:{LONG}"], ["echo"]),
        ([f"agent:{LONG}", f"agent:{LONG}"], []),  # of one side
        ([f"agent:{LONG}", "user:yes", f"user:{LONG}"], ["role_swap"]),
        (["agent:It’s ｆｉｎｅ,  and\tSTRASSE １", "user:it's fine, and straße 1"], ["echo"]),
    ],
)
def test_an_echo_is_a_long_message_of_the_other_side_just_before(
    talk: list[str], flags: list[str]
) -> None:
    assert flags_of_talk("user:Hello", "agent:Hi", *talk, "user:Bye") == flags


@pytest.mark.parametrize(
    ("text", "is_swapped"),
    [
        ("Hi, HOW  can I help you?", True),
        ("how may i assist you today", True),
        ("How can I assist you", True),
        ("how may I help you", True),
        ("Is there anything else I can help with?", True),
        ("is there anything else i can assist", True),
        ("how can you help me", False),
        ("how can i help", False),
        ("is there anything else you can help with", False),
    ],
)
def test_a_customer_that_offers_help_has_swapped_roles(text: str, is_swapped: bool) -> None:
    talk = ("user:Hello", "agent:Hi", f"user:{text}", "agent:Hm")
    assert flags_of_talk(*talk) == (["role_swap"] if is_swapped else [])
    assert flags_of_talk("user:Hello", f"agent:{text}", "user:Thanks") == []


@pytest.mark.parametrize(
    ("talk", "is_swapped"),
    [
        ([f"agent:{LONG}", "user:no", f"user:{LONG}"], True),
        ([f"agent:{LONG}", "user:no", "agent:so", f"user:{LONG}"], True),
        ([f"agent:{LONG[1:]}", "user:no", f"user:{LONG[1:]}"], False),  # 19 characters
        ([f"user:{LONG}", "agent:no", "user:so", f"agent:{LONG}"], False),  # the agent repeats
        (["agent:so", f"user:{LONG}", "user:no", f"agent:{LONG}"], False),  # the user was first
    ],
)
def test_a_customer_that_says_what_the_agent_said_before_has_swapped_roles(
    talk: list[str], is_swapped: bool
) -> None:
    expected = ["role_swap"] if is_swapped else []
    assert flags_of_talk("user:Hello", "agent:Hi", *talk, "user:Bye") == expected


def test_a_message_of_the_customer_without_a_text_is_empty() -> None:
    for text in ("", " \t\n", "\u3000"):
        assert flags_of_talk("user:Hello", "agent:Hi", f"user:{text}", "user:Bye") == ["empty"]
    assert flags_of_talk("user:Hello", "agent:", "tool:", "user:Bye", "agent:Bye") == []
    turns = [made.make_turn("user", text) for text in ("Hello", None, "Bye")]
    turns.insert(1, made.make_turn("agent", "Hi"))
    assert flags_of(made.make_run("a", turns=turns)) == ["empty"]


@pytest.mark.parametrize(
    ("verdict", "talk", "limit", "is_odd"),
    [
        ("success", ["user:Hello", "agent:Hi"], None, True),
        ("failure", ["agent:Hi"], 3, True),
        ("failure", ["user:Hello", "user:", "agent:Hi"], 3, True),  # an empty one does not count
        ("success", ["user:Hello", "agent:Hi", "user:Bye"], None, False),
        ("success", ["user:Hello", "agent:Hi"], 2, False),
        ("success", ["user:Hello", "agent:Hi"], 0, False),
        ("agent_error", ["user:Hello"], None, False),
        ("success", ["tool:found"], None, True),
    ],
)
def test_a_customer_that_says_one_thing_at_most_has_ended_at_once(
    verdict: str, talk: list[str], limit: int | None, is_odd: bool
) -> None:
    assert ("ended_at_once" in flags_of_talk(*talk, verdict=verdict, maxTurns=limit)) == is_odd


@pytest.mark.parametrize(
    ("talk", "is_loop"),
    [
        (["user:yes", "agent:a", "user:Yes", "agent:b", "agent:c", "user: YES "], True),
        (["user:yes", "user:yes", "user:no", "user:yes"], False),
        (["user:yes", "user:", "user:yes", "tool:x", "user:yes"], True),
        ([f"user:{LONG}", "user:no", f"user:{LONG}", "user:no", f"user:{LONG}"], True),
        ([f"user:{LONG[1:]}", "user:a", f"user:{LONG[1:]}", "user:b", f"user:{LONG[1:]}"], False),
        (["agent:yes", "agent:yes", "agent:yes", "user:a", "user:b"], False),
        (["user:yes", "agent:yes", "user:yes", "agent:yes"], False),
        ([f"user:{LONG}", "user:no", f"user:{LONG}", "user:no"], False),
    ],
)
def test_a_customer_that_says_one_thing_three_times_is_in_a_loop(
    talk: list[str], is_loop: bool
) -> None:
    assert ("loop" in flags_of_talk("user:Hello", "agent:Hi", *talk)) == is_loop


# What the customer should not know


def leaks(said: str, **more: Any) -> bool:
    told = more.pop("scenarios", None)
    run = made.make_run("a", talk=["user:Hello", "agent:Hi", f"user:{said}", "agent:Bye"], **more)
    found = flags_of(run, scenarios=told)
    assert found in ([], ["leak"])
    return bool(found)


def criterion(params: Any) -> dict[str, Any]:
    return {"successCriteria": [{"type": "text", "params": {"name": "n"}},
                                {"type": "text", "params": params}]}  # fmt: skip


@pytest.mark.parametrize(
    "member",
    [
        {"persona": f"You are angry. {FIFTEEN} and more"},
        {"mission": f"{FIFTEEN} and more"},
        criterion({"description": FIFTEEN}),
        criterion({"any": [{"of": [1, None, f"This: {FIFTEEN}"]}]}),
        {"scenarios": {"a": {"mission": FIFTEEN}}},
        {"scenarios": {"a": {"persona": FIFTEEN}, "b": {}}},
        {"mission": {"text": "none"}, "scenarios": {"a": {"mission": FIFTEEN}}},  # no text
    ],
)
def test_a_customer_that_tells_15_words_of_its_part_has_leaked(member: dict[str, Any]) -> None:
    assert leaks(f"Well, {FIFTEEN} AND  so on", **member)
    assert leaks(FIFTEEN.upper().replace(" ", "\n"), **member)
    assert not leaks(FIFTEEN.removeprefix("one "), **member)  # 14 words
    assert not leaks(FIFTEEN.replace("eight", "8"), **member)
    assert not leaks(f"{FIFTEEN}th", **member)  # the last word is another
    assert not leaks(f"z{FIFTEEN}", **member)


def test_words_within_other_words_are_no_leak() -> None:
    assert not leaks(FIFTEEN, mission=f"some{FIFTEEN}")
    assert not leaks(FIFTEEN, mission=f"{FIFTEEN}th")


def test_a_role_that_only_other_turns_tell_is_not_counted() -> None:
    turns = [made.make_turn(*one) for one in (("user", "Hello"), ("agent", "Hi"), (None, ""),
                                              ("agent", "Hm"), ("user", "Bye"))]  # fmt: skip
    run = made.make_run("a", turns=turns)
    roles = made.held([run]).turns.to_arrow(columns=["role"])["role"].to_pylist()
    assert roles[2] == "user"
    assert flags_of(run) == []


def test_words_that_run_on_from_one_text_to_another_are_no_leak() -> None:
    first, second = FIFTEEN[:40], FIFTEEN[40:]
    assert not leaks(FIFTEEN, persona=first, mission=second)
    assert not leaks(FIFTEEN, **criterion({FIFTEEN: first, "b": second}))


@pytest.mark.parametrize("before", range(30))
def test_a_leak_is_found_wherever_it_stands(before: int) -> None:
    ahead = " ".join(f"w{i}" for i in range(before))
    assert leaks(f"{FIFTEEN}", mission=f"{ahead} {FIFTEEN} {ahead}")
    assert leaks(f"{ahead} {FIFTEEN}", mission=FIFTEEN)


def test_a_run_knows_the_parts_of_its_own_scenario() -> None:
    assert not leaks(FIFTEEN, scenarios={"b": {"mission": FIFTEEN}})
    assert not leaks(FIFTEEN, mission="short", scenarios={"a": {"mission": FIFTEEN}})


def test_scenarios_that_were_listed_are_known_without_being_given() -> None:
    with simruns.Simulator(scenarios=3, runs=2) as sim, sim.client() as client:
        runs = client.latest(n=1).read()
    reference, told = next(iter(runs.scenarios.items()))
    assert told.mission is not None
    texts = [json.loads(run.to_json()) for run in runs.where(scenario=reference)]
    said = f"{told.mission} {FIFTEEN}"
    texts[0]["turns"].append(made.make_turn("user", said))
    changed = made.held(texts)
    assert simruns.suspects(changed).flags["leak"] == ()
    scenarios = {reference: {"mission": said}}
    assert simruns.suspects(changed, scenarios).flags["leak"] == (texts[0]["id"],)
    assert simruns.suspects(changed, runs.scenarios).judged == 2
    joined = simruns.Runs(
        list(zip(changed.batches, changed._held.walks, strict=True)), scenarios=runs.scenarios
    )
    by_list = simruns.suspects(joined, runs.scenarios)
    assert simruns.suspects(joined).numbers() == by_list.numbers()
    assert (texts[0]["id"] in by_list.flags["leak"]) == (len(told.mission.split()) >= 15)


# What is odd about a verdict


NO_AGENT = ["user:Hello", "user:Are you there?", "user:Bye"]


@pytest.mark.parametrize(
    ("talk", "is_odd"),
    [
        (NO_AGENT, True),
        ([*NO_AGENT, "agent:  "], True),
        ([*NO_AGENT, "bot:Hm"], False),
        ([], True),
    ],
)
def test_a_success_without_a_word_of_the_agent_does_not_fit(talk: list[str], is_odd: bool) -> None:
    assert ("verdict" in flags_of_talk(*talk)) == is_odd
    assert "verdict" not in flags_of_talk(*talk, verdict="failure")


def test_where_no_turn_tells_its_role_a_success_may_fit() -> None:
    turns = [made.make_turn(None, text) for text in ("Hello", "Hi", "Bye")]
    run = made.make_run("a", turns=turns)
    assert flags_of(run) == []
    strange = [{"data": {"role": "judge"}, "text": "Hello"}]
    assert flags_of(made.make_run("a", turns=strange)) == []


@pytest.mark.parametrize(
    ("results", "ended", "is_odd"),
    [
        ([{"success": True}], True, True),
        ([{"success": True}, {"passed": True}], True, True),
        ([{"success": True}], None, False),
        ([{"success": True}], False, False),
        ([], True, False),
        (None, True, False),
        ([{"success": True}, {"success": False}], True, False),
        ([{"success": True}, {}], True, False),
        ([{"success": None, "passed": True}], True, False),
        ([{"success": "true"}, True], True, False),
    ],
)
def test_a_failure_that_ended_and_met_everything_does_not_fit(
    results: Any, ended: bool | None, is_odd: bool
) -> None:
    metrics = {} if ended is None else {"isConversationEnded": ended}
    run = made.make_run("a", "failure", talk=SOUND[:3], metrics=metrics)
    if results is not None:
        run["metrics"]["results"] = results
    assert (flags_of(run) == ["verdict"]) == is_odd
    run["metrics"].update({"status": "SUCCESS", "success": True})
    assert flags_of(run) == []


def test_numbers_of_any_length_are_read() -> None:
    run = made.make_run(
        "a", "failure", talk=[*SOUND[:3], f"user:{FIFTEEN}"], results=[{"success": True, "n": "N"}],
        metrics={"isConversationEnded": True}, mission=FIFTEEN, more="N", **criterion({"n": "N"}),
    )  # fmt: skip
    text = json.dumps(run).replace('"N"', "9" * 5000)
    flags = simruns.suspects(simruns.read_json([text])).flags
    assert [flag for flag, ids in flags.items() if ids] == ["leak", "verdict"]


# Conversations that are there twice


def ids_of_duplicates(*runs: made.Json) -> tuple[str, ...]:
    return simruns.suspects(made.held(runs)).flags["duplicate"]


def test_all_but_the_first_of_equal_conversations_are_duplicates() -> None:
    talk = [*SOUND, "tool:found", "user:"]
    same = [text.upper().replace("USER", "user").replace("AGENT", "assistant").replace(
        "TOOL", "function") for text in talk]  # fmt: skip
    runs = [
        made.make_run("a", id="r3", created_at=made.START + 1, talk=talk),
        made.make_run("b", "failure", id="r2", created_at=made.START + 1, talk=same),
        made.make_run("c", id="r1", created_at=made.START + 2, talk=talk),
        made.make_run("d", id="r0", created_at=made.START, talk=talk[:-1]),
        made.make_run("e", id="r4", talk=talk, without=["createdAt"]),
    ]
    assert ids_of_duplicates(*runs) == ("r1", "r3", "r4")
    assert ids_of_duplicates(*reversed(runs)) == ("r1", "r3", "r4")


def test_what_is_not_judged_is_nobodys_duplicate() -> None:
    runs = [made.make_run("a", "platform_error", id="r0", talk=SOUND),
            made.make_run("a", id="r1", day=1, talk=SOUND)]  # fmt: skip
    assert ids_of_duplicates(*runs) == ()
    found = simruns.suspects(made.held(runs), errors="fail")
    assert found.flags["duplicate"] == ("r1",)


@pytest.mark.parametrize(
    "other",
    [
        [*SOUND[:3], "agent:Dine"],  # as long
        [*SOUND[:3], "user:Done"],
        [SOUND[2], SOUND[1], SOUND[0], SOUND[3]],
        [*SOUND, "tool:"],
        SOUND[:3],
    ],
)
def test_conversations_that_differ_in_a_turn_are_no_duplicates(other: list[str]) -> None:
    runs = [made.make_run("a", id="r0", talk=SOUND), made.make_run("a", id="r1", talk=other)]
    assert ids_of_duplicates(*runs) == ()


def test_three_equal_turns_may_be_a_coincidence() -> None:
    runs = [made.make_run("a", id=f"r{i}", talk=SOUND[:3]) for i in range(2)]
    assert ids_of_duplicates(*runs) == ()


def test_turns_without_a_role_are_compared_too() -> None:
    turns = [made.make_turn(None, text) for text in ("a", "b", "c", "d")]
    runs = [made.make_run("a", id=f"r{i}", turns=turns) for i in range(2)]
    found = simruns.suspects(made.held(runs))
    assert found.flags["duplicate"] == ("r1",)
    assert found.no_roles == 2


# What comes of it


def suspect(scenario: str, verdict: str, number: int) -> made.Json:
    talk = [f"user:{number}", "agent:Hi", "user:", "user:Bye"]
    return made.make_run(scenario, verdict, sequence=number, talk=talk)


def sound(scenario: str, verdicts: str, first: int = 1) -> list[made.Json]:
    return [made.make_run(scenario, made.LETTERS[letter], sequence=number,
                          talk=[f"user:{scenario}", "agent:Hi", f"user:{number}", "agent:Bye"])
            for number, letter in enumerate(verdicts, first)]  # fmt: skip


def test_the_rate_is_told_with_the_suspects_and_without_them() -> None:
    """Scenario a: 2 of 4 with, 2 of 3 without; b: 1 of 2 with, 0 of 1 without; c: all suspects."""
    runs = [
        *sound("a", "SSFP"), suspect("a", "failure", 9),
        *sound("b", "F"), suspect("b", "success", 9),
        suspect("c", "success", 1),
    ]  # fmt: skip
    found = simruns.suspects(made.held(runs))
    numbers = found.numbers()
    assert numbers["suspect.ids"] == ["a-b1-9", "b-b1-9", "c-b1-1"] == numbers["suspect.empty"]
    assert (found.suspects, found.judged, found.no_roles) == (3, 7, 0)
    assert numbers["rate"] == pytest.approx((2 / 4 + 1 / 2 + 1) / 3)
    assert numbers["without.rate"] == pytest.approx((2 / 3 + 0) / 2)
    assert (numbers["without.judged"], numbers["without.scenarios"]) == (4, 2)
    others = simruns.summarize(made.held([*sound("a", "SSF"), *sound("b", "F")]))
    assert numbers["without.low"] == others.these.low
    assert numbers["without.high"] == others.these.high
    assert numbers["bounds.worst"] == pytest.approx((2 / 4 + 0 + 0) / 3)
    assert numbers["bounds.best"] == pytest.approx((3 / 4 + 1 / 2 + 1) / 3)
    assert numbers["rate"] == simruns.summarize(made.held(runs)).rate
    assert "3 runs look like the customer's fault: rate without them 0.33 (95%: " in str(found)


def test_a_summary_tells_of_suspects_where_its_runs_are_at_hand() -> None:
    runs = made.held([*sound("a", "SSF"), suspect("a", "failure", 9)])
    summary = simruns.summarize(runs, confidence=0.9)
    told = str(simruns.suspects(runs, confidence=0.9)).splitlines()[1]
    assert told.startswith("1 run looks like the customer's fault: rate without them 0.67 (90%: ")
    assert told in str(summary).splitlines()
    assert told.replace("'", "&#x27;") in summary._repr_html_()
    assert "fault" not in str(pickle.loads(pickle.dumps(summary)))
    assert "fault" not in str(simruns.summarize(made.held(sound("a", "SSF"))))


def test_where_all_are_suspects_there_is_no_rate_without_them() -> None:
    found = simruns.suspects(made.held([suspect("a", "success", 1)]))
    numbers = found.numbers()
    assert (numbers["rate"], numbers["bounds.worst"], numbers["bounds.best"]) == (1.0, 0.0, 1.0)
    assert (numbers["without.rate"], numbers["without.judged"]) == (None, 0)
    assert found.reasons["without.low"] == "every judged run is a suspect"
    assert "1 run looks like the customer's fault: rate without them unknown" in str(found)


@pytest.mark.parametrize("runs", [[], sound("a", "PX_")])
def test_without_a_judged_run_there_is_nothing_to_suspect(runs: list[made.Json]) -> None:
    found = simruns.suspects(made.held(runs))
    numbers = found.numbers()
    assert (numbers["suspects"], numbers["judged"], numbers["suspect.ids"]) == (0, 0, [])
    assert [numbers[name] for name in ("rate", "without.rate", "bounds.worst", "bounds.best")] == (
        [None] * 4)  # fmt: skip
    assert found.reasons["rate"] == found.reasons["without.rate"] == "no run is judged"
    assert "No run looks like the customer's fault." in str(found)


def test_an_agent_error_is_suspected_only_where_it_is_judged() -> None:
    runs = made.held([suspect("a", "agent_error", 1), *sound("a", "SS", 2)])
    assert simruns.suspects(runs).suspects == 1
    assert simruns.suspects(runs, errors="exclude").suspects == 0
    wide, narrow = (simruns.suspects(runs, confidence=c).without.low for c in (0.99, 0.9))
    assert wide is not None
    assert narrow is not None
    assert wide < narrow


def test_two_runs_of_one_id_are_refused() -> None:
    runs = [made.make_run("a", id="same", batch=f"b{i}") for i in range(2)]
    with pytest.raises(simruns.InvalidArgumentError, match="1 run with the id of another, as same"):
        simruns.suspects(made.held(runs))


@pytest.mark.parametrize("scenarios", [[], "a", {"a": "mission"}, {"a": None}])
def test_what_tells_of_no_scenario_is_refused(scenarios: Any) -> None:
    with pytest.raises(simruns.InvalidArgumentError, match="scenarios is no dict"):
        simruns.suspects(made.held(sound("a", "S")), scenarios)


def test_a_frame_has_a_row_for_each_suspect() -> None:
    odd = made.make_run("a", sequence=7, talk=["user:", "user:Hi", "agent:Hi"])
    found = simruns.suspects(made.held([odd, *sound("a", "SF"), suspect("b", "failure", 1)]))
    frame = found.to_frame()
    assert frame.to_dict("list") == {
        "run": ["a-b1-7", "b-b1-1"],
        "scenario": ["a", "b"],
        "flags": ["empty+ended_at_once", "empty"],
    }
    assert pickle.loads(pickle.dumps(found)) == found
    assert json.loads(json.dumps(found.numbers())) == found.numbers()


def test_the_order_of_runs_never_matters() -> None:
    talk = [*SOUND, "user:"]
    runs = [*sound("a", "SSFF"), *sound("b", "SF"), suspect("a", "failure", 7),
            *(made.make_run("c", id=f"same{i}", talk=talk) for i in range(3))]  # fmt: skip
    expected = simruns.suspects(made.held(runs)).numbers()
    for order in (runs[::-1], sorted(runs, key=lambda run: str(run["id"])[::-1])):
        assert simruns.suspects(made.held(order)).numbers() == expected


def test_many_runs_are_looked_at_part_by_part_as_few_are() -> None:
    """More turns than are looked at together, with the odd ones on both sides of each border."""
    with simruns.Simulator(seed=3, scenarios=20, runs=300) as sim, sim.client() as client:
        runs = client.batches(sim.pairs).read(progress=False)
    assert len(runs.turns) > 50_000
    whole = simruns.suspects(runs)
    parts = [simruns.suspects(some) for some in runs.by_scenario().values()]
    for flag in FLAGS[:-1]:
        assert whole.flags[flag] == tuple(sorted(i for part in parts for i in part.flags[flag]))


def test_a_real_customer_that_tells_its_part_is_found(real_data: Path) -> None:
    """Of 200 real conversations one has a customer that continues with its own instruction."""
    found = simruns.suspects(simruns.open(real_data))
    assert found.ids == ("527322cc1c1234c0275cc2db",) == found.flags["leak"]
    assert found.numbers()["without.rate"] == pytest.approx(0.42)
    assert found.numbers()["bounds.best"] == pytest.approx(0.425)


# On a server, and on the command line


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """A batch of 18 runs of a sound customer, and one with each fault, whose id is its name."""
    runs = [made.make_run("s", made.LETTERS[letter], id=f"sound{n}", sequence=n, maxTurns=30,
                          talk=[*SOUND, f"user:And number {n}?", "agent:Yes."])
            for n, letter in enumerate("SSSSSSSSSSSSFFFFFF", 1)]  # fmt: skip
    odd: dict[str, list[str]] = {
        "echo": [*SOUND, "agent:May I have your number?", "user:May I have your number?"],
        "role_swap": [*SOUND, "user:Is there anything else I can help you with?"],
        "empty": [*SOUND, "user: "],
        "ended_at_once": ["user:Hello", "agent:Good day"],
        "loop": [*SOUND, "user:No.", "agent:Why?", "user:no.", "agent:Why not?", "user:NO."],
        "leak": [*SOUND, f"user:I am told: {FIFTEEN}"],
        "verdict": [*SOUND, "agent:Bye"],
        "duplicate": [*SOUND, "user:And number 1?", "agent:Yes."],
    }
    for number, (flag, talk) in enumerate(odd.items(), 19):
        run = made.make_run("s", "failure", id=flag, sequence=number, day=1, batch="s-b1",
                            talk=talk, mission=FIFTEEN, maxTurns=30)  # fmt: skip
        if flag == "verdict":
            run["metrics"] |= {"results": [{"success": True}], "isConversationEnded": True}
        runs.append(run)
    path = tmp_path / "planted.jsonl"
    path.write_text("".join(f"{text}\n" for text in made.texts(runs)), encoding="utf-8")
    return path


def test_each_fault_of_a_customer_is_found_on_a_server(
    planted: Path, call_simruns: SimrunsCommand
) -> None:
    with simruns.Simulator(data=planted) as sim, sim.client() as client:
        ((scenario, batch),) = sim.pairs
        runs = client.batches(sim.pairs).read()
        done = call_simruns(
            "summary", "--base-url", sim.url, "--project", sim.project, "--scenario", scenario,
            "--batch", batch, "--json", SIMRUNS_API_KEY=sim.api_key,
        )  # fmt: skip
    found = simruns.suspects(runs)
    assert found.flags == {flag: (flag,) for flag in FLAGS}
    assert found.numbers()["without.rate"] == pytest.approx(12 / 18)
    assert found.numbers()["rate"] == pytest.approx(12 / 26)
    numbers = json.loads(done.stdout)
    assert {name: numbers[name] for name in found.numbers()} == found.numbers()
    text = call_simruns("summary", planted).stdout
    assert "8 runs look like the customer's fault: rate without them 0.67 (95%: 0.44 to" in text
