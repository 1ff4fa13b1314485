"""Secrets come from the environment or from a file, never from an argument."""

from __future__ import annotations

from pathlib import Path

from simruns.cli.endings import UsageError
from simruns.core.reading import reading


def read_key(file: Path | None) -> str | None:
    """Gives the key in a file, without the white space around it; None without a file."""
    if file is None:
        return None
    try:
        with reading(file):
            content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the key file {file}: {error.strerror}") from None
    if not content.isascii():  # asked first: the error of a decoding holds what was to be decoded
        raise UsageError(f"{file} is not a key: it holds more than ASCII characters")
    key = content.decode("ascii").strip()
    if not key:
        raise UsageError(f"the key file {file} is empty")
    if any(not "!" <= c <= "~" for c in key):
        raise UsageError(f"{file} is not a key: there are spaces or control characters in it")
    return key
