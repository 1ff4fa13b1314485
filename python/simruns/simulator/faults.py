"""Scripts of the faults of a Simulator, in Python, JSON or YAML with the same words."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simruns.core import checks
from simruns.core.errors import Error, invalid
from simruns.core.pickling import public
from simruns.core.yaml_text import loaded


@public
class Faults:
    """A script of faults, rule by rule; see docs/simulator.md for the words.

        Faults(seed=7).add(page=2, times=1, status=503, retry_after=2).add(chance=0.1, delay=0.2)

    The same seed and the same requests meet the same faults.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self._seed = checks.count("seed", seed, 0, 2**53)
        self._rules: list[dict[str, object]] = []

    def add(self, **rule: object) -> Faults:
        """Adds a rule.

        `on`, `requests`, `every`, `page`, `batch`, `chance` and `times` say when; the other words
        say which fault. Without `on`, a rule is for pages of runs.
        """
        self._rules.append(rule)
        return self

    def to_dict(self) -> dict[str, object]:
        """Gives the script as it stands in a file."""
        return {"seed": self._seed, "faults": list(self._rules)}

    def __repr__(self) -> str:
        return f"Faults(seed={self._seed}, {len(self._rules)} rules)"


Script = Faults | Mapping[str, object] | Sequence[Mapping[str, object]] | str | os.PathLike[str]
"""A script, its rules as a list, or the file (.json, .yaml) that holds one."""


def fault_text(script: Script) -> str:
    """Gives a script as the JSON that the core reads."""
    if isinstance(script, Faults):
        return as_json("faults", script.to_dict())
    read = read_script("faults", script)
    return as_json("faults", {"faults": read} if isinstance(read, list | tuple) else read)


def read_script(name: str, script: Any) -> Any:
    """Gives what a script holds, which may be a file."""
    if not isinstance(script, str | os.PathLike):
        return script
    path = Path(script)
    ending = path.suffix.lower()
    if ending not in (".json", ".yaml", ".yml"):
        raise invalid(f"{name} is the file {path}; give one that ends in .json, .yaml or .yml")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Error(f"{name}: cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Error(f"{name}: {path} is not UTF-8 text") from None
    try:
        return json.loads(text) if ending == ".json" else loaded(text, "a script in YAML")
    except (RecursionError, ValueError) as error:
        raise Error(f"{name}: {path} is not {ending[1:].upper()}: {error}") from None


def as_json(name: str, value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (RecursionError, TypeError, ValueError) as error:
        raise invalid(f"{name} is no script: {error}") from None
