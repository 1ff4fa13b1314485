"""Runs from a server: clients, batches, and the streams that they give."""
