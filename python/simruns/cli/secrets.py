"""Keys come from the environment or a file; of the arguments, a proxy's URL may be a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simruns import _core
from simruns.cli.endings import UsageError
from simruns.core.errors import InvalidArgumentError
from simruns.request.settings import key_in

PROXY = "--proxy"

_hidden: dict[str, _core.Secret] = {}
"""The secrets among the arguments, by what stands for them there."""


def hide_arguments(words: list[str]) -> None:
    """Takes the secrets out of the arguments of the command.

    Error reports print those, and the variables of the parser, which holds them as texts.
    """
    for at, word in enumerate(words):
        if word.startswith(f"{PROXY}="):
            words[at] = f"{PROXY}={_name_of(word.partition('=')[2])}"
        elif at > 0 and words[at - 1] == PROXY:
            words[at] = _name_of(word)


def _name_of(text: str) -> str:
    name = f"(secret {len(_hidden) + 1})"
    _hidden[name] = _core.Secret.masked(text)
    return name


def hidden_argument(text: str) -> _core.Secret:
    """Gives the secret that an argument names, or hides the argument itself."""
    return _hidden.get(text) or _core.Secret.masked(text)


def read_key(file: Path | None) -> Any:
    """Gives the key in a file, as `settings.key_in`; None without a file."""
    if file is None:
        return None
    try:
        return key_in(file)
    except InvalidArgumentError as error:
        raise UsageError(error.message) from None
