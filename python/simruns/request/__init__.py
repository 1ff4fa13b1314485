"""What to ask for, and how: runs, batches, the server, the options of a client."""
