"""Families, children, codes."""
