"""What all other rooms stand on: errors, checks, files, and the compiled `_core` under Python."""
