"""Runs in hand: their completeness, their tables, their lines of JSON."""
