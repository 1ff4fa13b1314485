"""A file of a project for a Simulator: scenarios with the references and names of a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

AT = 1_750_000_000_000
"""When the batches were made, in milliseconds since 1970."""


def written(path: Path, names: dict[str, str], runs: int = 1, **batch: Any) -> Path:
    """Writes scenarios with these references and names, of each a batch and its runs.

    The batch of `s` is `s-b`, and its runs `s-b-0` and so on; `batch` is what it says of itself,
    where `ordered` are its `runs`.
    """
    if "ordered" in batch:
        batch["runs"] = batch.pop("ordered")
    with path.open("w", encoding="utf-8") as file:
        for reference, name in names.items():
            its = f"{reference}-b"
            of = {"projectReference": "p", "simulationReference": reference}
            lines: list[dict[str, Any]] = [
                {"scenario": {"referenceId": reference, "name": name}, "of": of},
                {"batch": {"referenceId": its, "createdAt": AT, **batch}, "of": of},
            ]
            for number in range(runs):
                whole = {**of, "simulationRunBatchReference": its, "sequence": number + 1}
                lines.append({"id": f"{its}-{number}", **whole, "metrics": {"success": True}})
            file.writelines(json.dumps(line) + "\n" for line in lines)
    return path
