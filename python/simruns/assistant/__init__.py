"""What an assistant is told of the runs of a directory, over the Model Context Protocol."""
