"""Processes that end, fork, are interrupted and restarted at random moments: `make stress`."""
