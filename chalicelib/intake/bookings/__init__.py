"""Counter bookings, and counting the places that they take."""
