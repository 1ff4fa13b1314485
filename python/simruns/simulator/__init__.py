"""A server of runs on this machine, and its faults on demand."""
