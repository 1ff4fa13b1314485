"""What runs say as a file that can be handed on: a page, or Markdown."""
