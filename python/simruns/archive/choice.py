"""The keyword arguments of archiving."""

from __future__ import annotations

from simruns.request.query import Choice


class ArchiveChoice(Choice, total=False):
    """Which runs to keep, and how to get them."""

    page_size: int | None
    """Runs in one request, 1 to 100. Default 100."""
    allow_incomplete: bool
    """End quietly where fewer runs came than the server counted. Default False."""
