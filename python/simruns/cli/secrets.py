"""Secrets come from the environment or from a file, never from an argument."""

from __future__ import annotations

from pathlib import Path

from simruns.cli.endings import UsageError


def read_key(file: Path | None) -> str | None:
    """Gives the key in a file, without the white space around it; None without a file."""
    if file is None:
        return None
    try:
        key = file.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not a key: it holds more than ASCII characters") from None
    except OSError as error:
        raise UsageError(
            f"cannot read the key file {file}: {error.strerror}; give one that holds the key"
        ) from None
    if not key:
        raise UsageError(f"the key file {file} is empty")
    if any(not "!" <= c <= "~" for c in key):
        raise UsageError(f"{file} is not a key: there are spaces or control characters in it")
    return key
