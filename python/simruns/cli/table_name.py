"""The tables that an export can hold."""

from __future__ import annotations

from enum import Enum


class TableName(str, Enum):
    """The runs themselves, or a row for each of their parts."""

    runs = "runs"
    turns = "turns"
    criteria = "criteria"
    issues = "issues"
