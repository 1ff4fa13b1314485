"""Errors in the words of the command line: flags and variables in place of Python's arguments."""

from __future__ import annotations

import re

from simruns.core.errors import Error, InvalidArgumentError, SuiteError
from simruns.request.options import Options
from simruns.request.pairs import FORMS
from simruns.request.query import text_of
from simruns.request.times import FORMS as TIMES
from simruns.simulator.arguments import NO_PAIR

_PHRASES = {
    FORMS: "give a CSV file with columns scenario and batch, and project where they differ in it",
    "api_key or token": "--api-key-file",
    "bad runs can be left out": "export --skip-bad-runs leaves such runs out",
    "give it here or to the client": "give --project",
    "cannot read pairs from": "cannot read the file of --pairs,",
    "cannot read labels from": "cannot read the file of --labels,",
    "give the path of a CSV file, a frame, or a list of dicts, with run_id and label": (
        "give a CSV file with columns run_id and label"
    ),
    TIMES: "give a day as 2026-07-01, or how long ago: 7d, 12h, 2w",
    NO_PAIR: "--certificate and --private-key are no pair of PEM files; give the paths of both",
    ", not None": ", not without",
    "give min_success, criterion,": "give --min-success, --criterion,",
}

_FLAGS = {
    "api_key": "--api-key-file",
    "base_url": "--base-url",
    "ca_file": "--ca-file",
    "latency_ms": "--latency-ms",
    "max_error_share": "--max-error-share",
    "max_regression": "--max-regression",
    "min_scenario": "--min-scenario",
    "min_success": "--min-success",
    "n": "-n",
    "out": "--output",
    "page_size": "--page-size",
    "same_test": "--same-test",
    "token": "--token-file",
    "live": "--schedule",
    "record": "--out",
    "upstream": "--record",
}
"""The flags whose names are not those of the arguments with two dashes before them."""

_SAME = (
    "batch", "batches", "confidence", "count", "data", "deadline", "detect", "expect", "faults",
    "filter", "host", "idle", "interval", "k", "log", "planned", "port", "power", "project",
    "proxy", "runs", "scenario", "scenarios", "seed", "since", "sort", "speed",
)  # fmt: skip

_LONG = re.compile(rf"(?<![\w./-])({'|'.join(n for n in _FLAGS if '_' in n)})(?![\w./-])")
_NAMES = "|".join([*_FLAGS, *_SAME])
_SUBJECT = re.compile(rf"^({_NAMES})(?= is )|(?<= by )({_NAMES})(?==)")
_ABSENT = re.compile(r"(--[a-z-]+)=None")
_LIMITS = "|".join(
    name
    for name in sorted(Options.__optional_keys__)
    if name.startswith("max_") or name.endswith(("_timeout", "_cap"))
)
_LIMIT = re.compile(rf"(?<![\w./-])({_LIMITS})(?![\w./=-])")


def for_commands(error: Error) -> str:
    """Gives the text of an error for a person who typed a command."""
    if isinstance(error, SuiteError):
        (key, first), *others = error.failures.items()
        which = f"{text_of(key)}: {_in_flags(str(first))}"
        return f"{which}; batches that failed beside it: {len(others)}" if others else which
    text = str(error)
    if isinstance(error, InvalidArgumentError):
        text = text.removeprefix(f"{error.kind}: ")
        text = _SUBJECT.sub(lambda found: _flag(found[0]), text)
    return _in_flags(text)


def _in_flags(text: str) -> str:
    for phrase, instead in _PHRASES.items():
        text = text.replace(phrase, instead)
    text = _LONG.sub(lambda found: _flag(found[1]), text)
    text = _ABSENT.sub(r"no \1", text)
    return _LIMIT.sub("the limit", text)


def _flag(name: str) -> str:
    return _FLAGS.get(name, f"--{name}")
