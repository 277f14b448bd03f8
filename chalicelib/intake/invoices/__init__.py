"""Invoices, the payments made on them, and the payments taken back."""
