"""JSON for standard output."""

from __future__ import annotations

import json
import sys
from typing import Any

from simruns.core.lines import is_obeyed


def json_text(document: Any, indent: int | None = 2) -> str:
    """Gives one document. What a terminal would obey in a text is an escape there, too.

    Without an `indent` it is on one line.
    """
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(document, ensure_ascii=plain, allow_nan=False, indent=indent)
    return "".join(f"\\u{ord(c):04x}" if is_obeyed(c) else c for c in text)
