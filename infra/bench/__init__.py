"""``make bench``: every figure is a ratio taken in one run, so that a slow or busy machine does not change it much."""
