"""What a person sees of an object: HTML in a notebook, lines in a terminal."""
