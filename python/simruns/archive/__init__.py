"""Archives: the runs of a batch in a directory, kept as they came and read again offline.

`manifest.json` says what is there and how far the walk has come; `parts/part-000001.parquet` and so
on hold the runs. A part is whole before its name is there, and counts only once the manifest names
it; so a process may be killed at any moment, and the next one goes on from the manifest.
"""
