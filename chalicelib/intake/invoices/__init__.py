"""Invoices, what was paid on them, what was taken back."""
