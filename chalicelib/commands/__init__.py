"""Command lines: what an operator or a clerk runs."""
