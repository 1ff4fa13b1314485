"""Checks of style and layout, each a small module with `check(root)` that lists the problems."""
