"""Bookings made at the counter, and the recount of the places that they take."""
