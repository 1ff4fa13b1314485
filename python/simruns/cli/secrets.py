"""Keys come from the environment or a file; of the arguments, a proxy's URL may be a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simruns import _core
from simruns.cli.endings import UsageError
from simruns.core.reading import reading

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
    """Gives the key in a file, without the white space around it; None without a file.

    It is a secret, which no variable shows; clients take it as they take a text.
    """
    if file is None:
        return None
    try:
        with reading(file):
            key = _core.Secret.of_bytes(file.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read the key file {file}: {error.strerror}") from None
    if not key.is_ascii:
        raise UsageError(f"{file} is not a key: it holds more than ASCII characters")
    if key.is_empty:
        raise UsageError(f"the key file {file} is empty")
    if not key.is_key:
        raise UsageError(f"{file} is not a key: there are spaces or control characters in it")
    return key
